package spec

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/openapi"
)

func embedded() Texts {
	return Texts{Operations: openapi.Operations, Schemas: openapi.Schemas, Errors: openapi.Errors}
}

func TestSourceTotalsBeforeTheOverlay(t *testing.T) {
	t.Parallel()
	c, err := load(embedded(), "{}")
	if err != nil {
		t.Fatal(err)
	}
	official, newer := make(map[string]int), make(map[string]int)
	for _, o := range c.operations {
		mode, _, _ := strings.Cut(o.columns().permissions, " ")
		if o.Facts().Newer {
			newer[mode]++
		} else {
			official[mode]++
		}
	}
	// One of mode ANY in the official document names no permission.
	if official["ANY"] != 1663 || official["ALL"] != 686 || official[""] != 377 {
		t.Errorf("modes of the official document: %v", official)
	}
	if newer["ANY"] != 565 || newer["?"] != 91 || newer[""] != 8 {
		t.Errorf("modes of the newer operations: %v", newer)
	}
}

func TestOverlayIsNeededAndExplained(t *testing.T) {
	t.Parallel()
	c, err := load(embedded(), openapi.Overlay)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := load(embedded(), "{}")
	if err != nil {
		t.Fatal(err)
	}
	for id, fix := range c.overlay.Operations {
		if fix.Why == "" {
			t.Errorf("%s: no source", id)
		}
		if _, exists := plain.Operation(id); !exists {
			t.Errorf("%s: there is no such operation", id)
		}
	}
	for name, fix := range c.overlay.Schemas {
		if fix.Why == "" {
			t.Errorf("%s: no source", name)
		}
		_, exists := LookUp(openapi.Schemas, name)
		if exists == (fix.New || fix.Like != "") {
			t.Errorf("%s: in the source: %t", name, exists)
		}
		if _, err := c.Schema(name); err != nil {
			t.Error(err)
		}
		before, _ := LookUp(openapi.Schemas, name)
		if after, err := merge(orEmpty(before), fix.Set); err != nil || sameJSON(t, orEmpty(before), after) {
			t.Errorf("%s: changes nothing (%v)", name, err)
		}
	}
}

func orEmpty(text string) string {
	if text == "" {
		return "{}"
	}
	return text
}

func sameJSON(t *testing.T, a, b string) bool {
	t.Helper()
	var x, y any
	if err := json.Unmarshal([]byte(a), &x); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(b), &y); err != nil {
		t.Fatal(err)
	}
	first, _ := json.Marshal(x)
	second, _ := json.Marshal(y)
	return string(first) == string(second)
}

func TestLoadRefusesABrokenCatalogue(t *testing.T) {
	t.Parallel()
	const line = "GET\t/api/v2/x\tgetX\t\t\t{}\n"
	tests := []struct{ name, operations, overlay string }{
		{"a column is missing", "GET\t/api/v2/x\n", "{}"},
		{"an id occurs twice", line + line, "{}"},
		{"the overlay is no JSON", line, "{"},
		{"the overlay names an unknown operation", line, `{"operations":{"getY":{"why":"a test"}}}`},
	}
	for _, tt := range tests {
		if _, err := load(Texts{Operations: tt.operations}, tt.overlay); err == nil {
			t.Errorf("%s: no error", tt.name)
		}
	}
	if _, err := load(Texts{Operations: "# comment\n" + line}, "{}"); err != nil {
		t.Error(err)
	}
}

func TestMerge(t *testing.T) {
	t.Parallel()
	tests := []struct{ target, patch, want string }{
		{`{"a":1}`, ``, `{"a":1}`},
		{`{"a":1}`, `{"b":2}`, `{"a":1,"b":2}`},
		{`{"a":1}`, `{"a":null}`, `{}`},
		{`{"a":{"b":1,"c":2}}`, `{"a":{"b":null}}`, `{"a":{"c":2}}`},
		{`{"a":[1,2]}`, `{"a":[3]}`, `{"a":[3]}`},
		{`{"a":1}`, `{"a":{"b":null,"c":1}}`, `{"a":{"c":1}}`},
	}
	for _, tt := range tests {
		got, err := merge(tt.target, json.RawMessage(tt.patch))
		if err != nil || got != tt.want {
			t.Errorf("%s + %s = %s %v, want %s", tt.target, tt.patch, got, err, tt.want)
		}
	}
}

func TestLookUp(t *testing.T) {
	t.Parallel()
	const text = "# a comment\nApple\t1\nBanana\t2\nCherry\t3\n"
	tests := map[string]string{"Apple": "1", "Banana": "2", "Cherry": "3", "Ant": "", "Apple2": "", "Date": "", "": "", "B": ""}
	for key, want := range tests {
		got, ok := LookUp(text, key)
		if got != want || ok != (want != "") {
			t.Errorf("%q: %q %t", key, got, ok)
		}
	}
	if _, ok := LookUp("", "Apple"); ok {
		t.Error("found in an empty text")
	}
	for line := range strings.Lines(openapi.Schemas) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if got, ok := LookUp(openapi.Schemas, name); line[0] != '#' && (!ok || got != value) {
			t.Errorf("%s: not found", name)
		}
	}
}
