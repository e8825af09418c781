package snapshot

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"unsafe"
)

// sharing numbers the places of graphs that never change. Two processes that build them alike number them alike.
type sharing struct {
	number map[object]uint64 // by where a pointer, map or slice leads, and its type
	places []object
	flat   map[reflect.Type]bool // types that hold no places, as far as was asked
}

// add numbers what v, a pointer, leads to, and all below it.
func (s *sharing) add(v reflect.Value) {
	at := v.UnsafePointer()
	s.walk(unsafe.Pointer(&at), v.Type())
}

// note gives a place its number and tells whether it is new.
func (s *sharing) note(o object) bool {
	if _, seen := s.number[o]; seen {
		return false
	}
	s.number[o] = uint64(len(s.places))
	s.places = append(s.places, o)
	return true
}

// walk looks at the value of type t at an address. What lies in maps and interfaces is not walked, and neither is what
// lies beside a lock: it may grow.
func (s *sharing) walk(at unsafe.Pointer, t reflect.Type) {
	if s.isFlat(t) {
		return
	}
	switch t.Kind() {
	case reflect.Struct:
		s.note(object{at, 0, reflect.PointerTo(t)})
		if locked(t) {
			return
		}
		for i := range t.NumField() {
			s.walk(unsafe.Add(at, t.Field(i).Offset), t.Field(i).Type)
		}
	case reflect.Pointer:
		to := *(*unsafe.Pointer)(at)
		if _, seen := s.number[object{to, 0, t}]; to != nil && !seen {
			s.note(object{to, 0, t})
			s.walk(to, t.Elem())
		}
	case reflect.Map:
		if to := *(*unsafe.Pointer)(at); to != nil {
			s.note(object{to, 0, t})
		}
	case reflect.Slice:
		v := reflect.NewAt(t, at).Elem()
		if v.Len() == 0 || !s.note(object{v.UnsafePointer(), v.Len(), t}) || s.isFlat(t.Elem()) {
			return
		}
		for i := range v.Len() {
			s.walk(unsafe.Add(v.UnsafePointer(), uintptr(i)*t.Elem().Size()), t.Elem())
		}
	case reflect.Array:
		for i := range t.Len() {
			s.walk(unsafe.Add(at, uintptr(i)*t.Elem().Size()), t.Elem())
		}
	}
}

// isFlat tells whether values of a type hold no places.
func (s *sharing) isFlat(t reflect.Type) bool {
	flat, asked := s.flat[t]
	if !asked {
		flat = plainType(t) || t == timeType
		s.flat[t] = flat
	}
	return flat
}

// locked tells whether a struct has a lock or a pool among its fields.
func locked(t reflect.Type) bool {
	for i := range t.NumField() {
		if skipped(t.Field(i).Type) {
			return true
		}
	}
	return false
}

// earlier returns what a reference leads to: something read before, or a place of the shared graphs.
func (l *loader) earlier(tag uint64, t reflect.Type) object {
	from, n := l.objects, l.uint()
	if tag == isShared {
		from = l.codec.shared.places
	}
	if n >= uint64(len(from)) || from[n].typ != t {
		fail("load snapshot: %w: no %v has the number %d", ErrDamaged, t, n)
	}
	return from[n]
}

// blocks remembers the memory of all objects, for Check.
type blocks struct {
	all    []block
	frozen []any
}

type block struct {
	start, end uintptr
	typ        reflect.Type
}

// block notes what an object occupies, if anybody asks.
func (s *saver) block(at unsafe.Pointer, size uintptr, t reflect.Type) {
	isFrozen := func(f any) bool { return reflect.TypeOf(f) == t }
	if s.blocks != nil && size > 0 && !slices.ContainsFunc(s.blocks.frozen, isFrozen) {
		s.blocks.all = append(s.blocks.all, block{uintptr(at), uintptr(at) + size, t})
	}
}

// overlap finds a pointer into the middle of something. Slices may overlap each other: they become copies.
func (b *blocks) overlap() error {
	slices.SortFunc(b.all, func(x, y block) int {
		return cmp.Or(cmp.Compare(x.start, y.start), cmp.Compare(y.end, x.end))
	})
	var open block
	for _, next := range b.all {
		both := next.typ.Kind() == reflect.Slice && open.typ != nil && open.typ.Kind() == reflect.Slice
		if next.start < open.end && !both {
			return fmt.Errorf("check snapshot: a %v leads into the middle of a %v", next.typ, open.typ)
		}
		if next.end > open.end {
			open = next
		}
	}
	return nil
}
