package contract_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/mockcloud/mockcloud/internal/contract"
)

// "Nested object keys joined with a dot".
//
// Guess: arrays of objects become one array for each of their keys, and those
// are listed in arrayProperties.
func TestFlatten(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, schema, want string
		arrays             []string
	}{
		{
			"what is flat stays", `{"type":"object","properties":{"a":{"type":"string","title":"A"}}}`,
			`{"type":"object","properties":{"a":{"type":"string","title":"A"}}}`, nil,
		},
		{
			"objects in objects", `{"type":"object","properties":{"data":{"type":"object","properties":{"my data field":{"type":"string"},"n":{"type":"object","properties":{"x":{"type":"integer"}}}}}}}`,
			`{"type":"object","properties":{"data.my data field":{"type":"string"},"data.n.x":{"type":"integer"}}}`, nil,
		},
		{
			"an array of texts", `{"type":"object","properties":{"PresenceArray":{"type":"array","items":{"type":"string"}}}}`,
			`{"type":"object","properties":{"PresenceArray":{"type":"array","items":{"type":"string"}}}}`,
			[]string{"PresenceArray"},
		},
		{
			"an array of objects", `{"type":"object","properties":{"history":{"type":"array","items":{"type":"object","properties":{"at":{"type":"string"},"by":{"type":"integer"}}}}}}`,
			`{"type":"object","properties":{"history.at":{"type":"array","items":{"type":"string"}},"history.by":{"type":"array","items":{"type":"integer"}}}}`,
			[]string{"history.at", "history.by"},
		},
		{
			"a tuple", `{"type":"object","properties":{"a":{"type":"array","items":[{"type":"object","properties":{"b":{"type":"string"}}}]}}}`,
			`{"type":"object","properties":{"a.b":{"type":"array","items":{"type":"string"}}}}`,
			[]string{"a.b"},
		},
		{
			"an array root", `{"type":"array","items":{"type":"object","properties":{"a":{"type":"string"}}}}`,
			`{"type":"object","properties":{"a":{"type":"array","items":{"type":"string"}}}}`,
			[]string{"a"},
		},
		{
			"an array root of texts", `{"type":"array","items":{"type":"string"}}`,
			`{"type":"object","properties":{}}`, nil,
		},
		{
			"an array of anything", `{"type":"object","properties":{"a":{"type":"array"}}}`,
			`{"type":"object","properties":{"a":{"type":"array"}}}`,
			[]string{"a"},
		},
		{
			"an object without properties", `{"type":"object","properties":{"a":{"type":"object"}}}`,
			`{"type":"object","properties":{"a":{"type":"object"}}}`, nil,
		},
		{
			"what the root says of itself", `{"$schema":"http://json-schema.org/draft-04/schema#","title":"T","description":"D","type":"object","additionalProperties":true,"properties":{}}`,
			`{"$schema":"http://json-schema.org/draft-04/schema#","title":"T","description":"D","type":"object","additionalProperties":true,"properties":{}}`, nil,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			flat, err := contract.Flatten(json.RawMessage(tt.schema))
			if err != nil {
				t.Fatal(err)
			}
			if !contract.Same(flat.Schema, json.RawMessage(tt.want)) {
				t.Errorf("%s\nwant %s", flat.Schema, tt.want)
			}
			if flat.ArrayProperties == nil || !slices.Equal(flat.ArrayProperties, tt.arrays) {
				t.Errorf("arrayProperties = %q, want %q", flat.ArrayProperties, tt.arrays)
			}
		})
	}
}
