package snapshot

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"unsafe"
)

// What Load refuses.
var (
	ErrDamaged = errors.New("snapshot is damaged")
	ErrLayout  = errors.New("snapshot is of another make")
)

// Codec saves and loads the graphs that hang on one type of root. It is not safe for concurrent use.
type Codec struct {
	plans  map[reflect.Type]*plan
	boxed  []reflect.Type // what may lie in an interface, by number
	number map[reflect.Type]int
	shared sharing
	prints map[reflect.Type][sha256.Size]byte
}

// New makes a codec. Shared are pointers to graphs that never change and that every process builds for itself, in the
// same way; boxed holds one value of every type that lies in an interface somewhere in the graph.
func New(shared, boxed []any) (*Codec, error) {
	c := &Codec{plans: map[reflect.Type]*plan{}, number: map[reflect.Type]int{}, prints: map[reflect.Type][sha256.Size]byte{}}
	for _, v := range boxed {
		t := reflect.TypeOf(v)
		if _, twice := c.number[t]; twice {
			return nil, fmt.Errorf("make codec: %v is named twice", t)
		}
		c.number[t] = len(c.boxed)
		c.boxed = append(c.boxed, t)
	}
	c.shared.number, c.shared.flat = map[object]uint64{}, map[reflect.Type]bool{}
	for _, root := range shared {
		v := reflect.ValueOf(root)
		if v.Kind() != reflect.Pointer || v.IsNil() {
			return nil, fmt.Errorf("make codec: shared %T is no pointer to a graph", root)
		}
		c.shared.add(v)
	}
	return c, nil
}

// Save returns the graph below root, a pointer, as bytes.
func (c *Codec) Save(root any) (data []byte, err error) {
	defer recovered(&err)
	v := reflect.ValueOf(root)
	p := c.planOf(v.Type())
	print := c.fingerprint(v.Type())
	s := &saver{codec: c, out: print[:], objects: map[object]uint64{}, strings: map[string]uint64{}, digests: map[unsafe.Pointer][sha256.Size]byte{}}
	at := v.UnsafePointer()
	p.save(s, unsafe.Pointer(&at))
	sum := sha256.Sum256(s.out)
	return append(s.out, sum[:]...), nil
}

// Check saves the graph below root and reports a pointer into the middle of an object or of a slice, which a snapshot
// would turn into a pointer to a copy. Frozen holds a pointer to every type whose values never change: a copy of one is as
// good. It costs several times what Save does and is meant for tests.
func (c *Codec) Check(root any, frozen ...any) (err error) {
	defer recovered(&err)
	s := &saver{codec: c, objects: map[object]uint64{}, strings: map[string]uint64{}, digests: map[unsafe.Pointer][sha256.Size]byte{}, blocks: &blocks{frozen: frozen}}
	v := reflect.ValueOf(root)
	at := v.UnsafePointer()
	c.planOf(v.Type()).save(s, unsafe.Pointer(&at))
	return s.blocks.overlap()
}

// Load fills the graph below root, a pointer to what was built as the saved one was. After an error the graph is in no
// usable state and must be built anew.
func (c *Codec) Load(data []byte, root any) (err error) {
	const sum = sha256.Size
	if len(data) < 2*sum {
		return fmt.Errorf("load snapshot: %w: %d bytes", ErrDamaged, len(data))
	}
	body, end := data[:len(data)-sum], data[len(data)-sum:]
	if got := sha256.Sum256(body); !bytes.Equal(got[:], end) {
		return fmt.Errorf("load snapshot: %w: its sum is wrong", ErrDamaged)
	}
	return c.load(body, root)
}

// load reads what Save wrote, without the sum.
func (c *Codec) load(body []byte, root any) (err error) {
	defer recovered(&err)
	v := reflect.ValueOf(root)
	p := c.planOf(v.Type())
	if print := c.fingerprint(v.Type()); len(body) < len(print) || !bytes.Equal(print[:], body[:len(print)]) {
		return fmt.Errorf("load snapshot: %w", ErrLayout)
	}
	l := &loader{codec: c, in: body[sha256.Size:], taken: map[unsafe.Pointer]bool{}}
	at := v.UnsafePointer()
	p.load(l, unsafe.Pointer(&at))
	if at != v.UnsafePointer() || len(l.in) != 0 {
		return fmt.Errorf("load snapshot: %w: %d bytes are left", ErrDamaged, len(l.in))
	}
	return nil
}

// Layout is a hash of the layout of every type below root: what was saved with another cannot be loaded.
func (c *Codec) Layout(root any) (print [sha256.Size]byte, err error) {
	defer recovered(&err)
	return c.fingerprint(reflect.TypeOf(root)), nil
}

// fingerprint is a hash of the layout of every type below root and of those that may lie in interfaces.
func (c *Codec) fingerprint(root reflect.Type) [sha256.Size]byte {
	if print, ok := c.prints[root]; ok {
		return print
	}
	var b bytes.Buffer
	seen := map[reflect.Type]bool{}
	describe(&b, root, seen)
	for _, t := range c.boxed {
		describe(&b, t, seen)
	}
	fmt.Fprint(&b, "shared ", len(c.shared.places))
	c.prints[root] = sha256.Sum256(b.Bytes())
	return c.prints[root]
}

func describe(b *bytes.Buffer, t reflect.Type, seen map[reflect.Type]bool) {
	fmt.Fprintf(b, "%s %v %v %d;", t.PkgPath(), t, t.Kind(), t.Size())
	if seen[t] || skipped(t) || t == timeType {
		return
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			fmt.Fprintf(b, "%s@%d ", f.Name, f.Offset)
			describe(b, f.Type, seen)
		}
	case reflect.Map:
		describe(b, t.Key(), seen)
		describe(b, t.Elem(), seen)
	case reflect.Pointer, reflect.Slice, reflect.Array:
		describe(b, t.Elem(), seen)
	}
}

// failure carries an error out of the depth of a graph.
type failure struct{ err error }

func fail(format string, args ...any) { panic(failure{fmt.Errorf(format, args...)}) }

func recovered(err *error) {
	switch r := recover().(type) {
	case nil:
	case failure:
		*err = r.err
	default:
		panic(r)
	}
}

// object is what a pointer, a map or a slice leads to. Length tells slices apart that begin at one place.
type object struct {
	at     unsafe.Pointer
	length int
	typ    reflect.Type
}

// saver writes one graph.
type saver struct {
	codec   *Codec
	out     []byte
	objects map[object]uint64 // by the order in which they were met
	strings map[string]uint64
	inKey   bool                                 // only an order is sought, which must not depend on what was met before
	digests map[unsafe.Pointer][sha256.Size]byte // of what pointers in keys lead to
	blocks  *blocks
}

func (s *saver) uint(n uint64) { s.out = binary.AppendUvarint(s.out, n) }

// loader reads one graph.
type loader struct {
	codec   *Codec
	in      []byte
	objects []object
	strings []string
	taken   map[unsafe.Pointer]bool // what the reader had built and is filled already
}

// take tells whether an object of the reader's own may be filled in place: not when it stands for another one already.
func (l *loader) take(at unsafe.Pointer) bool {
	if at == nil || l.taken[at] {
		return false
	}
	l.taken[at] = true
	return true
}

func (l *loader) uint() uint64 {
	n, size := binary.Uvarint(l.in)
	if size <= 0 {
		fail("load snapshot: %w: it ends too early", ErrDamaged)
	}
	l.in = l.in[size:]
	return n
}

// length reads the number of things that follow, each of at least `each` bytes.
func (l *loader) length(each uintptr) int {
	n := l.uint()
	if n > 1<<40 || n*uint64(each) > uint64(len(l.in)) {
		fail("load snapshot: %w: %d things are more than it holds", ErrDamaged, n)
	}
	return int(n)
}

func (l *loader) bytes(n uintptr) []byte {
	if uintptr(len(l.in)) < n {
		fail("load snapshot: %w: it ends too early", ErrDamaged)
	}
	b := l.in[:n]
	l.in = l.in[n:]
	return b
}
