package spec

import (
	"encoding/json"
	"reflect"
	"testing"
)

func TestWhatStaysOfABodyIsAsItWasSent(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, kept, want string }{
		{"order and spelling", `{ "z": 1.50, "a": "<\u00e9&>", "x": null }`, `{"z":1,"a":1}`, `{"z":1.50,"a":"<\u00e9&>"}`},
		{"nested", `{"a":{"b":[{"c":1,"d":2},3]},"e":{"f":{}}}`, `{"a":{"b":[{"d":2},3]}}`, `{"a":{"b":[{"d":2},3]}}`},
		{"nothing", `{"a":[1,{"b":2}],"c":"}"}`, `{}`, `{}`},
		{"escaped names", `{"\u0061":1,"b\"":2}`, `{"a":1}`, `{"\u0061":1}`},
		{"a scalar", ` 1.0 `, `1`, `1.0`},
		{"a list", ` [ 1 , "a,b" , [ ] , { } ] `, `[1,"x",[],{}]`, `[1,"a,b",[],{}]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var kept any
			if err := json.Unmarshal([]byte(tt.kept), &kept); err != nil {
				t.Fatal(err)
			}
			if got := string(keep([]byte(tt.text), kept)); got != tt.want {
				t.Errorf("%s\nwant %s", got, tt.want)
			}
		})
	}
}

// Whatever the text, what is kept of all of it means the same.
func FuzzKeep(f *testing.F) {
	f.Add([]byte(`{"a":[1,{"b\\\"":"c"}],"d":{"e":null}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		value, err := decode(text)
		if err != nil {
			return
		}
		again, err := decode(keep(text, value))
		if err != nil || !reflect.DeepEqual(value, again) {
			t.Errorf("%s became %s: %v", text, keep(text, value), err)
		}
		if object, ok := value.(map[string]any); ok {
			for name := range object {
				delete(object, name)
				break
			}
			if again, err := decode(keep(text, object)); err != nil || !reflect.DeepEqual(any(object), again) {
				t.Errorf("%s lost too much or too little: %s, %v", text, keep(text, object), err)
			}
		}
	})
}
