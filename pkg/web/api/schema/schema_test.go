package schema

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/darkwake/darkwake/pkg/event"
)

type named struct {
	Name  string  `json:"name"`
	Maybe *int    `json:"maybe"`
	Left  string  `json:"left,omitempty"`
	Never string  `json:"-"`
	Again []named `json:"again"`
	inner int
}

type embedding struct {
	named
	Details event.Details `json:"details"`
}

// own writes itself.
type own struct{}

func (own) MarshalJSON() ([]byte, error) { return []byte(`"x"`), nil }

func described(t *testing.T, value any, members Members) string {
	t.Helper()
	s, err := Of(value, "x", members)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestFieldsBecomeProperties(t *testing.T) {
	text := described(t, named{inner: 1}, Open)
	for _, want := range []string{`"maybe":{"anyOf":[{"type":"integer"},{"type":"null"}]}`, `"required":["name","maybe","again"]`, `"again":{"items":{"$ref":"#/$defs/schema.named"},"type":"array"}`, `"left":{"type":"string"}`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
	for _, wrong := range []string{"Never", "inner", "additionalProperties"} {
		if strings.Contains(text, wrong) {
			t.Errorf("%s in %s", wrong, text)
		}
	}
	if !strings.Contains(described(t, named{}, Closed), `"additionalProperties":false`) {
		t.Error("a closed schema is open")
	}
}

func TestEmbeddedFieldsAreOnesOwnAndDetailsAreOfAnyKind(t *testing.T) {
	text := described(t, embedding{}, Open)
	if !strings.Contains(text, `"required":["name","maybe","again","details"]`) {
		t.Errorf("got %s", text)
	}
	for _, k := range event.Kinds() {
		if !strings.Contains(text, `{"$ref":"#/$defs/event.`+reflect.TypeOf(event.DetailsOf(k)).Name()+`"}`) {
			t.Errorf("no details of %s", k)
		}
	}
}

func TestWhatCannotBeDescribedIsAnError(t *testing.T) {
	for name, value := range map[string]any{"a JSON of its own": own{}, "a channel": struct{ C chan int }{}, "a function": func() {}} {
		if _, err := Of(value, "x", Open); err == nil {
			t.Errorf("%s was described", name)
		}
	}
	if _, err := OpenAPI("1", []Endpoint{{Path: "/x/{what}"}}, named{}); err == nil || !strings.Contains(err.Error(), "what has no description") {
		t.Errorf("an unknown parameter: got %v", err)
	}
}
