package contract_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/contract"
)

// Whatever somebody writes as a contract: an error or a schema, soon and without
// a panic; and what is accepted can be flattened, and checks any value.
func FuzzContract(f *testing.F) {
	for _, schema := range []string{
		``, `null`, `[]`, `{}`, `{"type":"object"}`,
		`{"type":"object","properties":{"QueueID":{"type":"string"}},"additionalProperties":true}`,
		`{"type":"object","properties":{"a":{"type":"object","properties":{"b":{"type":"array","items":[{"type":"string"}]}}}}}`,
		`{"type":"array","items":{"type":"object","properties":{"a":{"type":["string","null"],"enum":["x",null]}}}}`,
		`{"$schema":"https://json-schema.org/draft/2020-12/schema","$id":"x","$dynamicRef":"#","unevaluatedProperties":false}`,
		`{"$schema":"http://json-schema.org/draft-06/schema#","contains":{},"propertyNames":false}`,
		`{"id":"http://[::1","definitions":{"a":{"$ref":"#"}}}`,
		`{"properties":{"a":{"maximum":1e9999999,"multipleOf":1e-999999,"pattern":"(a{1000}){9}"}}}`,
		`{"anyOf":[{"allOf":[{"not":{}}]}],"dependencies":{"a":["b"]},"patternProperties":{"^a":{"minLength":1e20}}}`,
		strings.Repeat(`{"items":`, 60) + `{}` + strings.Repeat(`}`, 60),
	} {
		f.Add(schema, `{"a":[1,"x",null,{"b":1e400}]}`)
	}
	f.Fuzz(func(t *testing.T, schema, value string) {
		if len(schema)+len(value) > 1<<14 {
			return // longer than what finds anything new
		}
		begin := time.Now()
		raw := json.RawMessage(schema)
		decoded, notJSON := contract.Decode([]byte(value))
		for _, compile := range []func(json.RawMessage) (*contract.Schema, error){contract.Input, contract.Output} {
			compiled, err := compile(raw)
			if err != nil {
				if err.Error() == "" {
					t.Error("an error without words")
				}
				continue
			}
			if flat, err := contract.Flatten(raw); err != nil {
				t.Errorf("accepted, but cannot be flattened: %v", err)
			} else if !json.Valid(flat.Schema) {
				t.Errorf("flattened to %s", flat.Schema)
			}
			if notJSON == nil {
				_ = compiled.Check(decoded)
			}
			if !contract.Same(raw, raw) {
				t.Error("not the same as itself")
			}
		}
		_, _ = contract.Flatten(raw)
		if took := time.Since(begin); took > 5*time.Second {
			t.Errorf("took %s", took)
		}
	})
}
