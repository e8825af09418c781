package snapshot

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"reflect"
	"slices"
	"time"
	"unsafe"
)

// plan says how values of one type are saved from and loaded to an address.
type plan struct {
	typ   reflect.Type
	plain bool // no pointers: its memory is its bytes
	save  func(*saver, unsafe.Pointer)
	load  func(*loader, unsafe.Pointer)
}

var timeType = reflect.TypeFor[time.Time]()

// How a pointer, map, slice or interface begins.
const (
	isNil    = iota // nothing follows
	isNew           // the object follows
	isMet           // the number of an object that came before
	isShared        // the number of a place in the shared graphs
)

// skipped are types that stay the reader's own: pools and the like.
func skipped(t reflect.Type) bool {
	return t.PkgPath() == "sync" || t.PkgPath() == "sync/atomic" || t.Kind() == reflect.Chan
}

func (c *Codec) planOf(t reflect.Type) *plan {
	if p, ok := c.plans[t]; ok {
		return p
	}
	p := &plan{typ: t}
	c.plans[t] = p // before its parts: types may be recursive
	switch {
	case skipped(t):
		p.save, p.load = func(*saver, unsafe.Pointer) {}, func(*loader, unsafe.Pointer) {}
	case t == timeType:
		p.save, p.load = saveTime, loadTime
	case plainType(t):
		c.plainPlan(p)
	default:
		c.planKind(p)
	}
	return p
}

// plainType tells whether a value is its bytes: it holds no pointers, and no gaps between its fields, in which anything
// may lie.
func plainType(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Array:
		return plainType(t.Elem())
	case reflect.Struct:
		sum := uintptr(0)
		for i := range t.NumField() {
			if !plainType(t.Field(i).Type) {
				return false
			}
			sum += t.Field(i).Type.Size()
		}
		return !skipped(t) && sum == t.Size()
	case reflect.Uintptr:
		return false
	}
	return t.Kind() >= reflect.Bool && t.Kind() <= reflect.Complex128
}

func (c *Codec) planKind(p *plan) {
	switch p.typ.Kind() {
	case reflect.String:
		p.save, p.load = saveString, loadString
	case reflect.Struct:
		c.structPlan(p)
	case reflect.Array:
		c.arrayPlan(p)
	case reflect.Slice:
		c.slicePlan(p)
	case reflect.Map:
		c.mapPlan(p)
	case reflect.Pointer:
		c.pointerPlan(p)
	case reflect.Interface:
		c.interfacePlan(p)
	case reflect.Func:
		c.funcPlan(p)
	default:
		fail("save snapshot: a %v cannot be carried", p.typ)
	}
}

func (c *Codec) plainPlan(p *plan) {
	size := p.typ.Size()
	p.plain = true
	p.save = func(s *saver, at unsafe.Pointer) { s.out = append(s.out, unsafe.Slice((*byte)(at), size)...) }
	p.load = func(l *loader, at unsafe.Pointer) { copy(unsafe.Slice((*byte)(at), size), l.bytes(size)) }
}

func saveTime(s *saver, at unsafe.Pointer) {
	t := *(*time.Time)(at)
	if t.Location() != time.UTC {
		fail("save snapshot: %v is not in UTC", t)
	}
	s.out = binary.LittleEndian.AppendUint64(s.out, uint64(t.Unix()))
	s.out = binary.LittleEndian.AppendUint32(s.out, uint32(t.Nanosecond()))
}

func loadTime(l *loader, at unsafe.Pointer) {
	b := l.bytes(12)
	*(*time.Time)(at) = time.Unix(int64(binary.LittleEndian.Uint64(b)), int64(binary.LittleEndian.Uint32(b[8:]))).UTC()
}

func saveString(s *saver, at unsafe.Pointer) {
	text := *(*string)(at)
	if !s.inKey {
		n, met := s.strings[text]
		if !met {
			n = uint64(len(s.strings))
			s.strings[text] = n
		}
		s.uint(n)
		if met {
			return
		}
	}
	s.uint(uint64(len(text)))
	s.out = append(s.out, text...)
}

func loadString(l *loader, at unsafe.Pointer) {
	n := l.uint()
	if n == uint64(len(l.strings)) {
		l.strings = append(l.strings, string(l.bytes(uintptr(l.length(1)))))
	}
	if n >= uint64(len(l.strings)) {
		fail("load snapshot: %w: no text has the number %d", ErrDamaged, n)
	}
	*(*string)(at) = l.strings[n]
}

func (c *Codec) structPlan(p *plan) {
	type part struct {
		offset uintptr
		plan   *plan
	}
	var parts []part
	for i := range p.typ.NumField() {
		f := p.typ.Field(i)
		if f.Name == "_" {
			continue
		}
		parts = append(parts, part{f.Offset, c.planOf(f.Type)})
	}
	p.save = func(s *saver, at unsafe.Pointer) {
		for _, f := range parts {
			f.plan.save(s, unsafe.Add(at, f.offset))
		}
	}
	p.load = func(l *loader, at unsafe.Pointer) {
		for _, f := range parts {
			f.plan.load(l, unsafe.Add(at, f.offset))
		}
	}
}

func (c *Codec) arrayPlan(p *plan) {
	elem, n := c.planOf(p.typ.Elem()), p.typ.Len()
	size := p.typ.Elem().Size()
	p.save = func(s *saver, at unsafe.Pointer) {
		for i := range n {
			elem.save(s, unsafe.Add(at, uintptr(i)*size))
		}
	}
	p.load = func(l *loader, at unsafe.Pointer) {
		for i := range n {
			elem.load(l, unsafe.Add(at, uintptr(i)*size))
		}
	}
}

// slicePlan keeps slices that are one (same start, same length) one; slices that only overlap become copies.
func (c *Codec) slicePlan(p *plan) {
	elem, size := c.planOf(p.typ.Elem()), p.typ.Elem().Size()
	p.save = func(s *saver, at unsafe.Pointer) {
		v := reflect.NewAt(p.typ, at).Elem()
		start, n := v.UnsafePointer(), v.Len()
		if v.IsNil() {
			s.uint(isNil)
			return
		}
		if n > 0 && s.known(object{start, n, p.typ}) {
			return
		}
		s.block(start, uintptr(n)*size, p.typ)
		s.uint(isNew)
		s.uint(uint64(n))
		if elem.plain {
			s.out = append(s.out, unsafe.Slice((*byte)(start), uintptr(n)*size)...)
			return
		}
		for i := range n {
			elem.save(s, unsafe.Add(start, uintptr(i)*size))
		}
	}
	p.load = func(l *loader, at unsafe.Pointer) {
		v := reflect.NewAt(p.typ, at).Elem()
		switch tag := l.uint(); tag {
		case isNil:
			v.SetZero()
		case isMet, isShared:
			o := l.earlier(tag, p.typ)
			v.Set(reflect.NewAt(reflect.ArrayOf(o.length, p.typ.Elem()), o.at).Elem().Slice3(0, o.length, o.length))
		case isNew:
			each := uintptr(1)
			if elem.plain {
				each = size
			}
			l.fillSlice(v, elem, l.length(each))
		default:
			fail("load snapshot: %w: a slice begins with %d", ErrDamaged, tag)
		}
	}
}

// fillSlice loads n elements into v: in place where as many are there, since they may hold functions.
func (l *loader) fillSlice(v reflect.Value, elem *plan, n int) {
	size := elem.typ.Size()
	if elem.plain || v.Len() != n || !l.take(v.UnsafePointer()) {
		v.Set(reflect.MakeSlice(v.Type(), n, n))
	}
	start := v.UnsafePointer()
	if n > 0 {
		l.objects = append(l.objects, object{start, n, v.Type()})
	}
	if elem.plain {
		copy(unsafe.Slice((*byte)(start), uintptr(n)*size), l.bytes(uintptr(n)*size))
		return
	}
	for i := range n {
		elem.load(l, unsafe.Add(start, uintptr(i)*size))
	}
}

func (c *Codec) mapPlan(p *plan) {
	if !keyType(p.typ.Key()) {
		fail("save snapshot: %v has keys that cannot be put in order", p.typ)
	}
	key, elem := c.planOf(p.typ.Key()), c.planOf(p.typ.Elem())
	p.save = func(s *saver, at unsafe.Pointer) {
		v := reflect.NewAt(p.typ, at).Elem()
		if v.IsNil() {
			s.uint(isNil)
			return
		}
		if s.known(object{v.UnsafePointer(), 0, p.typ}) {
			return
		}
		s.uint(isNew)
		s.saveEntries(v, key, elem)
	}
	p.load = func(l *loader, at unsafe.Pointer) {
		v := reflect.NewAt(p.typ, at).Elem()
		switch tag := l.uint(); tag {
		case isNil:
			v.SetZero()
		case isMet, isShared:
			*(*unsafe.Pointer)(at) = l.earlier(tag, p.typ).at
		case isNew:
			l.loadEntries(v, key, elem)
		default:
			fail("load snapshot: %w: a map begins with %d", ErrDamaged, tag)
		}
	}
}

// keyType tells whether values of a type can be put in order: all but interfaces.
func keyType(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Array:
		return keyType(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if t != timeType && !keyType(t.Field(i).Type) {
				return false
			}
		}
		return true
	}
	return t.Kind() == reflect.String || t.Kind() == reflect.Pointer || plainType(t)
}

// saveEntries writes a map in the order of its keys.
func (s *saver) saveEntries(v reflect.Value, key, elem *plan) {
	type entry struct {
		order      []byte
		key, value unsafe.Pointer
	}
	entries := make([]entry, 0, v.Len())
	for m := v.MapRange(); m.Next(); {
		k, e := reflect.New(key.typ), reflect.New(elem.typ)
		k.Elem().SetIterKey(m)
		e.Elem().SetIterValue(m)
		part := saver{codec: s.codec, inKey: true, digests: s.digests, objects: s.objects}
		key.save(&part, k.UnsafePointer())
		entries = append(entries, entry{part.out, k.UnsafePointer(), e.UnsafePointer()})
	}
	slices.SortFunc(entries, func(a, b entry) int { return bytes.Compare(a.order, b.order) })
	s.uint(uint64(len(entries)))
	for _, e := range entries {
		key.save(s, e.key)
		elem.save(s, e.value)
	}
}

// digest stands for what a pointer in a key leads to, for the order of keys must not depend on what was met before.
func (s *saver) digest(to unsafe.Pointer, elem *plan) [sha256.Size]byte {
	known, ok := s.digests[to]
	if !ok {
		part := saver{codec: s.codec, objects: map[object]uint64{}, strings: map[string]uint64{}, digests: map[unsafe.Pointer][sha256.Size]byte{}}
		elem.save(&part, to)
		known = sha256.Sum256(part.out)
		s.digests[to] = known
	}
	return known
}

func (l *loader) loadEntries(v reflect.Value, key, elem *plan) {
	n := l.length(1)
	old := reflect.MakeMapWithSize(v.Type(), v.Len())
	for m := v.MapRange(); m.Next(); {
		old.SetMapIndex(m.Key(), m.Value())
	}
	if l.take(v.UnsafePointer()) {
		v.Clear()
	} else {
		v.Set(reflect.MakeMapWithSize(v.Type(), n))
	}
	l.objects = append(l.objects, object{v.UnsafePointer(), 0, v.Type()})
	for range n {
		k, e := reflect.New(key.typ), reflect.New(elem.typ)
		key.load(l, k.UnsafePointer())
		if was := old.MapIndex(k.Elem()); was.IsValid() {
			e.Elem().Set(was) // what it leads to is filled in place
		}
		elem.load(l, e.UnsafePointer())
		v.SetMapIndex(k.Elem(), e.Elem())
	}
}

func (c *Codec) pointerPlan(p *plan) {
	target := p.typ.Elem()
	var elem *plan // found when first needed: a pointer may lead to a type that is shared and cannot be carried
	find := func() *plan {
		if elem == nil {
			elem = c.planOf(target)
		}
		return elem
	}
	p.save = func(s *saver, at unsafe.Pointer) {
		to := *(*unsafe.Pointer)(at)
		if to == nil {
			s.uint(isNil)
			return
		}
		if s.inKey {
			sum := s.digest(to, find())
			s.out = append(s.out, sum[:]...)
			s.uint(s.objects[object{to, 0, p.typ}]) // tells twins apart, if they were met
			return
		}
		if s.known(object{to, 0, p.typ}) {
			return
		}
		s.block(to, target.Size(), p.typ)
		s.uint(isNew)
		find().save(s, to)
	}
	p.load = func(l *loader, at unsafe.Pointer) {
		to := (*unsafe.Pointer)(at)
		switch tag := l.uint(); tag {
		case isNil:
			*to = nil
		case isMet, isShared:
			*to = l.earlier(tag, p.typ).at
		case isNew:
			if !l.take(*to) {
				*to = reflect.New(target).UnsafePointer()
			}
			l.objects = append(l.objects, object{*to, 0, p.typ})
			find().load(l, *to)
		default:
			fail("load snapshot: %w: a pointer begins with %d", ErrDamaged, tag)
		}
	}
}

// known writes the number of an object that is shared or was met before, and tells whether it is.
func (s *saver) known(o object) bool {
	if n, ok := s.codec.shared.number[o]; ok {
		s.uint(isShared)
		s.uint(n)
		return true
	}
	if n, ok := s.objects[o]; ok {
		s.uint(isMet)
		s.uint(n)
		return true
	}
	s.objects[o] = uint64(len(s.objects))
	return false
}

func (c *Codec) interfacePlan(p *plan) {
	p.save = func(s *saver, at unsafe.Pointer) {
		v := reflect.NewAt(p.typ, at).Elem()
		if v.IsNil() {
			s.uint(isNil)
			return
		}
		n, ok := c.number[v.Elem().Type()]
		if !ok {
			fail("save snapshot: a %v lies in a %v and was not named", v.Elem().Type(), p.typ)
		}
		s.uint(isNew)
		s.uint(uint64(n))
		held := reflect.New(v.Elem().Type())
		held.Elem().Set(v.Elem())
		c.planOf(v.Elem().Type()).save(s, held.UnsafePointer())
	}
	p.load = func(l *loader, at unsafe.Pointer) {
		v := reflect.NewAt(p.typ, at).Elem()
		tag := l.uint()
		if tag == isNil {
			v.SetZero()
			return
		}
		n := l.uint()
		if tag != isNew || n >= uint64(len(c.boxed)) || !c.boxed[n].Implements(p.typ) {
			fail("load snapshot: %w: no %v has the number %d", ErrDamaged, p.typ, n)
		}
		held := reflect.New(c.boxed[n])
		if !v.IsNil() && v.Elem().Type() == c.boxed[n] {
			held.Elem().Set(v.Elem())
		}
		c.planOf(c.boxed[n]).load(l, held.UnsafePointer())
		v.Set(held.Elem())
	}
}

// funcPlan leaves functions as the reader built them. One that the reader lacks is an error: it could only have been
// made on the way.
func (c *Codec) funcPlan(p *plan) {
	p.save = func(s *saver, at unsafe.Pointer) {
		if *(*unsafe.Pointer)(at) == nil {
			s.uint(isNil)
		} else {
			s.uint(isNew)
		}
	}
	p.load = func(l *loader, at unsafe.Pointer) {
		if tag := l.uint(); tag != isNil && *(*unsafe.Pointer)(at) == nil {
			fail("load snapshot: a %v was saved where none is built", p.typ)
		}
	}
}
