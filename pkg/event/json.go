package event

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"time"
)

// Decimals of fractions in JSON: degrees of position to 1e-5 (1.1 m), everything else to 1e-4, which is a tenth of a
// millimetre of metres, a third of a second of hours, and the resolution of probabilities.
const (
	positionDecimals = 5
	otherDecimals    = 4
)

// plain is Event without its methods, so that the standard encoder does not call itself.
type plain Event

// MarshalJSON writes the canonical form: fields in the order of the struct, fractions rounded, times in UTC to the
// millisecond (RFC 3339 with Z, no trailing zeros), lists never null, details never missing. It leaves < and > as they
// are; json.Marshal of an event escapes them afterwards, so that writers of lines call this method themselves.
func (e Event) MarshalJSON() ([]byte, error) {
	if e.Details == nil {
		e.Details = DetailsOf(e.Kind)
	}
	c := canonical(reflect.ValueOf(e), otherDecimals).Interface().(Event)
	var b bytes.Buffer
	to := json.NewEncoder(&b)
	to.SetEscapeHTML(false) // payloads and operators are full of < and >
	if err := to.Encode(plain(c)); err != nil {
		return nil, fmt.Errorf("encode event %s: %w", e.ID, err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// UnmarshalJSON restores an event with the details type of its kind. Unknown fields are ignored, so that an older
// reader can follow a newer writer; an unknown kind is an error.
func (e *Event) UnmarshalJSON(b []byte) error {
	aux := struct {
		*plain
		Details json.RawMessage `json:"details"`
	}{plain: &plain{}}
	if err := json.Unmarshal(b, &aux); err != nil {
		return fmt.Errorf("decode event: %w", err)
	}
	zero := DetailsOf(aux.Kind)
	if zero == nil {
		return fmt.Errorf("decode event %q: unknown kind %q", aux.ID, aux.Kind)
	}
	into := reflect.New(reflect.TypeOf(zero))
	into.Elem().Set(reflect.ValueOf(zero))
	if len(aux.Details) > 0 {
		if err := json.Unmarshal(aux.Details, into.Interface()); err != nil {
			return fmt.Errorf("decode details of event %q: %w", aux.ID, err)
		}
	}
	*e = Event(*aux.plain)
	e.Details = into.Elem().Interface().(Details)
	return nil
}

// canonical returns a deep copy with fractions rounded, times in UTC to the millisecond and no nil slices.
func canonical(v reflect.Value, decimals int) reflect.Value {
	if t, ok := v.Interface().(time.Time); ok {
		return reflect.ValueOf(t.UTC().Round(0).Truncate(time.Millisecond))
	}
	out := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.Float64:
		out.SetFloat(round(v.Float(), decimals))
	case reflect.Struct:
		for i := range v.NumField() {
			out.Field(i).Set(canonical(v.Field(i), fieldDecimals(v.Type().Field(i))))
		}
	case reflect.Slice:
		out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			out.Index(i).Set(canonical(v.Index(i), decimals))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(reflect.New(v.Type().Elem()))
			out.Elem().Set(canonical(v.Elem(), decimals))
		}
	case reflect.Interface:
		if !v.IsNil() {
			out.Set(canonical(v.Elem(), decimals))
		}
	default:
		out.Set(v)
	}
	return out
}

func fieldDecimals(f reflect.StructField) int {
	if f.Name == "Lon" || f.Name == "Lat" {
		return positionDecimals
	}
	return otherDecimals
}

// round rounds half away from zero. Minus zero becomes zero, so that it is not written as "-0".
func round(x float64, decimals int) float64 {
	scale := math.Pow10(decimals)
	if r := math.Round(x*scale) / scale; !math.IsInf(r, 0) {
		return r + 0
	}
	return x
}
