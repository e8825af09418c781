package write

import "strconv"

// object is a JSON object on its way: fields are appended in the order of the calls. Names are given as they stand in
// the text, so they must need no escape.
type object []byte

// open begins a value that is an object.
func (o *object) open(name string) {
	o.key(name)
	*o = append(*o, '{')
}

// end closes the innermost object.
func (o *object) end() { *o = append(*o, '}') }

// key begins a field.
func (o *object) key(name string) {
	if n := len(*o); n > 0 && (*o)[n-1] != '{' {
		*o = append(*o, ',')
	}
	*o = append(*o, '"')
	*o = append(*o, name...)
	*o = append(*o, '"', ':')
}

// number appends a whole number.
func (o *object) number(name string, v int) {
	o.key(name)
	*o = strconv.AppendInt(*o, int64(v), 10)
}

// tenths appends a number that is transmitted in tenths.
func (o *object) tenths(name string, v int) {
	o.key(name)
	*o = appendTenths(*o, v)
}

// decimal appends a number in its shortest form, as Go's encoder writes it.
func (o *object) decimal(name string, v float64) {
	o.key(name)
	*o = strconv.AppendFloat(*o, v, 'f', -1, 64)
}

// flag appends true or false.
func (o *object) flag(name string, on bool) {
	o.key(name)
	*o = strconv.AppendBool(*o, on)
}

// text appends six-bit text filled with spaces to a width.
func (o *object) text(name, s string, width int) {
	o.key(name)
	*o = append(*o, '"')
	for i := range width {
		c := byte(' ')
		if i < len(s) {
			c = onAir(s[i])
		}
		if c == '"' || c == '\\' {
			*o = append(*o, '\\')
		}
		*o = append(*o, c)
	}
	*o = append(*o, '"')
}

// onAir is what a receiver reads for a character: capitals, and a question mark for what the alphabet of ITU-R M.1371-5
// table 47 does not hold.
func onAir(c byte) byte {
	switch {
	case c >= 'a' && c <= 'z':
		return c - 'a' + 'A'
	case c >= ' ' && c <= '_':
		return c
	}
	return '?'
}

// appendTenths writes 123 as 12.3 and 120 as 12.
func appendTenths(b []byte, v int) []byte {
	if v < 0 {
		b, v = append(b, '-'), -v
	}
	b = strconv.AppendInt(b, int64(v/10), 10)
	if v%10 != 0 {
		b = append(b, '.', byte('0'+v%10))
	}
	return b
}
