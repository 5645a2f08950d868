package contract_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/contract"
)

const notSimple = `Failed Validation of contract.input.inputSchema as a simple properties schema. Must be an Object with properties and no sub-objects. `

// notAmongTypes is the message that users of the product quote for a property of
// a type that no input can have.
func notAmongTypes(property, got string) string {
	return notSimple + `JSON failed schema validation for the following reasons: Schema: # @/properties/properties/patternProperties/^[a-zA-Z][a-zA-Z0-9_-]*$/properties/type. Error location: /properties/` +
		property + `/type. instance value (` + got + `) not found in enum (possible values: ["boolean","integer","null","number","string"])`
}

// "Input schema: one flat object; property types string, integer, number,
// boolean, null (+enum, default, title, description); no arrays, no sub-objects".
func TestInputSchemasThatAreAccepted(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, schema string }{
		{"an object without properties", `{"type":"object"}`},
		{"every type", `{"type":"object","properties":{"s":{"type":"string"},"i":{"type":"integer"},"n":{"type":"number"},"b":{"type":"boolean"},"nil":{"type":"null"}}}`},
		{"enum, default, title, description", `{"type":"object","properties":{"s":{"type":"string","enum":["a","b"],"default":"a","title":"S","description":"A letter."}}}`},
		{"draft 4 by name", `{"$schema":"http://json-schema.org/draft-04/schema#","type":"object","properties":{}}`},
		{"draft 7 by name", `{"$schema":"http://json-schema.org/draft-07/schema#","type":"object","properties":{}}`},
		{"additionalProperties true", `{"type":"object","properties":{},"additionalProperties":true}`},
		{"additionalProperties false", `{"type":"object","properties":{},"additionalProperties":false}`},
		{"names with digits, dashes and underscores", `{"type":"object","properties":{"Queue-ID_2":{"type":"string"}}}`},
		{"a title and a description", `{"title":"Input","description":"What it takes.","type":"object","properties":{}}`},
		{"required", `{"type":"object","required":["a"],"properties":{"a":{"type":"string","minLength":1,"maxLength":3,"pattern":"^[a-z]+$"}}}`},
		// Guess: a property that says nothing of its type takes any flat value.
		{"a property without a type", `{"type":"object","properties":{"a":{}}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := contract.Input(json.RawMessage(tt.schema)); err != nil {
				t.Errorf("refused: %v", err)
			}
		})
	}
}

func TestInputSchemasThatAreRefused(t *testing.T) {
	t.Parallel()
	const reserved, ref = "Failed Validation of contract.input.inputSchema. The name ", "Failed Validation of contract.input.inputSchema. References ($ref) are not supported."
	tests := []struct{ name, schema, message string }{
		{"a sub-object", `{"type":"object","properties":{"address":{"type":"object","properties":{"city":{"type":"string"}}}}}`, notAmongTypes("address", `"object"`)},
		{"an array", `{"type":"object","properties":{"ids":{"type":"array","items":{"type":"string"}}}}`, notAmongTypes("ids", `"array"`)},
		{"a list of types", `{"type":"object","properties":{"a":{"type":["string","null"]}}}`, notAmongTypes("a", `["string","null"]`)},
		// Guess: the words about parts without a type.
		{"parts without a type", `{"type":"object","properties":{"a":{"properties":{"b":{"type":"string"}}}}}`, notSimple + "The property a has no type but parts."},
		{"elements without a type", `{"type":"object","properties":{"a":{"items":{"type":"string"}}}}`, notSimple + "The property a has no type but parts."},
		{"an array root", `{"type":"array","items":{"type":"string"}}`, notSimple},
		{"no type", `{"properties":{"a":{"type":"string"}}}`, notSimple},
		{"a name that begins with a digit", `{"type":"object","properties":{"1st":{"type":"string"}}}`, notSimple},
		{"a name with a dot", `{"type":"object","properties":{"a.b":{"type":"string"}}}`, notSimple},
		{"a name with a space", `{"type":"object","properties":{"a b":{"type":"string"}}}`, notSimple},
		{"the reserved name orgId", `{"type":"object","properties":{"orgId":{"type":"string"}}}`, reserved + "orgId"},
		{"the reserved name integrationId", `{"type":"object","properties":{"integrationId":{"type":"string"}}}`, reserved + "integrationId"},
		{"the reserved name rawRequest", `{"type":"object","properties":{"rawRequest":{"type":"string"}}}`, reserved + "rawRequest"},
		{"$ref", `{"type":"object","definitions":{"s":{"type":"string"}},"properties":{"a":{"$ref":"#/definitions/s"}}}`, ref},
		{"$ref of a property called default", `{"type":"object","properties":{"default":{"$ref":"#"}}}`, ref},
		{"$dynamicRef", `{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","allOf":[{"$dynamicRef":"#"}]}`, ref},
		{"$recursiveRef", `{"$schema":"https://json-schema.org/draft/2019-09/schema","type":"object","allOf":[{"$recursiveRef":"#"}]}`, ref},
		{"nothing", ``, "Failed Validation of contract.input.inputSchema. The schema is missing."},
		{"null", `null`, "Failed Validation of contract.input.inputSchema. The schema is missing."},
		{"a list", `[]`, "Failed Validation of contract.input.inputSchema. A schema is a JSON object."},
		{"a text", `"object"`, "Failed Validation of contract.input.inputSchema. A schema is a JSON object."},
		{"half of a schema", `{"type":`, "Failed Validation of contract.input.inputSchema. It is not valid JSON."},
		{"a type that does not exist", `{"type":"object","properties":{"a":{"type":"text"}}}`, "Failed Validation of contract.input.inputSchema. JSON failed schema validation"},
		{"a pattern that cannot be read", `{"type":"object","properties":{"a":{"type":"string","pattern":"("}}}`, "Failed Validation of contract.input.inputSchema. "},
		{"a draft of somebody else's", `{"$schema":"https://example.com/schema","type":"object"}`, "Failed Validation of contract.input.inputSchema. the schema refers to another document"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := contract.Input(json.RawMessage(tt.schema))
			if err == nil {
				t.Fatal("accepted")
			}
			if got := err.Error(); !strings.HasPrefix(got, tt.message) {
				t.Errorf("%s\nwant %s", got, tt.message)
			}
		})
	}
}

// "Output: no arrays nested in arrays; root may be object or array; JSON depth
// ≤ 50"; the draft-04 tuple form and boolean additionalProperties occur.
func TestOutputSchemas(t *testing.T) {
	t.Parallel()
	const failed = "Failed Validation of contract.output.successSchema. "
	tests := []struct{ name, schema, message string }{
		{"objects in objects", `{"type":"object","properties":{"a":{"type":"object","properties":{"b":{"type":"object","properties":{"c":{"type":"string"}}}}}}}`, ""},
		{"an array root", `{"type":"array","items":{"type":"object","properties":{"a":{"type":"string"}}}}`, ""},
		{"no root type", `{"properties":{"a":{"type":"string"}}}`, ""},
		{"an array of objects with arrays", `{"type":"object","properties":{"a":{"type":"array","items":{"type":"object","properties":{"b":{"type":"array","items":{"type":"string"}}}}}}}`, ""},
		{"draft 4's tuple", `{"$schema":"http://json-schema.org/draft-04/schema#","type":"object","properties":{"a":{"type":"array","items":[{"type":"string"}]}}}`, ""},
		{"draft 4's tuple without a draft", `{"type":"array","items":[{"type":"object","properties":{"a":{"type":"string"}}}]}`, ""},
		{"additionalProperties as booleans", `{"type":"object","additionalProperties":false,"properties":{"a":{"type":"object","additionalProperties":true}}}`, ""},
		{"a list of types", `{"type":"object","properties":{"a":{"type":["string","null"]}}}`, ""},
		{"the reserved names of inputs", `{"type":"object","properties":{"orgId":{"type":"string"},"rawRequest":{"type":"string"}}}`, ""},
		{"a property that is called $ref", `{"type":"object","properties":{"$ref":{"type":"string"}}}`, ""},
		{"$ref inside a default", `{"type":"object","properties":{"a":{"type":"object","default":{"$ref":"x"}}}}`, ""},
		{"as deep as it may be", deepObject(contract.MaxDepth), ""},
		{"deeper", deepObject(contract.MaxDepth + 2), failed + "It is JSON nested deeper than 50 levels."},
		{"an array in an array", `{"type":"object","properties":{"a":{"type":"array","items":{"type":"array","items":{"type":"string"}}}}}`, failed + "Arrays inside of arrays are not supported: /properties/a/items."},
		{"an array in a tuple", `{"type":"array","items":[{"type":"array"}]}`, failed + "Arrays inside of arrays are not supported: /items."},
		{"a text root", `{"type":"string"}`, failed + "The root must be an object or an array, not string."},
		{"$ref", `{"type":"object","properties":{"a":{"$ref":"#/definitions/b"}}}`, failed + "References ($ref) are not supported."},
		{"$ref to a file", `{"type":"array","items":{"$ref":"file:///etc/passwd"}}`, failed + "References ($ref) are not supported."},
		{"$ref in a tuple", `{"type":"array","items":[{"$ref":"http://127.0.0.1/"}]}`, failed + "References ($ref) are not supported."},
		{"null", `null`, failed + "The schema is missing."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := contract.Output(json.RawMessage(tt.schema))
			if got := text(err); got != tt.message {
				t.Errorf("%s\nwant %q", got, tt.message)
			}
		})
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// deepObject is a schema of objects in objects whose JSON is that deep, an even
// number.
func deepObject(depth int) string {
	const before, after = `{"type":"object","properties":{"a":`, `}}`
	n := (depth - 2) / 2
	return strings.Repeat(before, n) + `{"type":"object","properties":{}}` + strings.Repeat(after, n)
}

// What is wrong with a schema is said without telling where the server's files
// are.
func TestMessagesDoNotShowWhereSchemasAreKept(t *testing.T) {
	t.Parallel()
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for _, schema := range []string{
		`{"id":"http://[::1"}`, `{"id":"#a","properties":{"a":{"id":"#a"}}}`, `{"id":"relative","type":"objekt"}`,
		`{"$schema":"x"}`, `{"$schema":5}`, `{"$schema":"file:///etc/passwd"}`, `{"pattern":"(?=a)"}`,
	} {
		_, err := contract.Output(json.RawMessage(schema))
		if err == nil {
			t.Errorf("%s is accepted", schema)
			continue
		}
		for _, inside := range []string{"contract:", "file:", here} {
			if strings.Contains(err.Error(), inside) {
				t.Errorf("%s: the message shows %s: %v", schema, inside, err)
			}
		}
	}
}

// The validator would spend seconds on each of these, or none at all: it makes
// nil of numbers that are too large, and falls over it.
func TestNumbersOutOfRangeAreRefused(t *testing.T) {
	t.Parallel()
	for _, number := range []string{"1e401", "1e-401", "1E+999999", "1e9999999", "1e99999999999999999999", strings.Repeat("9", 1001)} {
		t.Run(number[:5], func(t *testing.T) {
			t.Parallel()
			for _, schema := range []string{`{"maximum":` + number + `}`, `{"enum":[` + number + `]}`, `{"properties":{"a":{"default":` + number + `}}}`} {
				if _, err := contract.Output(json.RawMessage(schema)); err == nil {
					t.Errorf("%.60s is accepted", schema)
				}
			}
			for _, schema := range []string{`{"properties":{"a":{"maximum":5}}}`, `{"properties":{"a":{"multipleOf":5}}}`, `{"properties":{"a":{"enum":[5]}}}`, `{"properties":{"a":{"type":"integer"}}}`} {
				if got := check(t, schema, `{"a":`+number+`}`); got != "a number in the JSON is out of range" {
					t.Errorf("%s with %.30s: %.200s", schema, number, got)
				}
			}
		})
	}
	for _, number := range []string{"1e400", "1E-400", "-1.5e+3", strings.Repeat("9", 1000)} {
		if got := check(t, `{"type":"object","properties":{"a":{"type":"number"}}}`, `{"a":`+number+`}`); got != "" {
			t.Errorf("%.20s: %s", number, got)
		}
	}
}

// check is what is wrong with a value, or "".
func check(t *testing.T, schema, value string) string {
	t.Helper()
	compiled, err := contract.Output(json.RawMessage(schema))
	if err != nil {
		t.Fatalf("%s: %v", schema, err)
	}
	decoded, err := contract.Decode([]byte(value))
	if err != nil {
		t.Fatalf("%.100s: %v", value, err)
	}
	return text(compiled.Check(decoded))
}

// The form of the first is a quotation of the product; the others follow it.
//
// Guess: every reason but the one about enum.
func TestReasonsAreWordedAsTheProductDoes(t *testing.T) {
	t.Parallel()
	const begin = "JSON failed schema validation for the following reasons: Schema: # @"
	tests := []struct{ name, schema, value, want string }{
		{"enum", `{"properties":{"a":{"enum":["x","b"]}}}`, `{"a":"c"}`, begin + `/properties/a. Error location: /a. instance value ("c") not found in enum (possible values: ["b","x"])`},
		{"type", `{"properties":{"a":{"type":"string"}}}`, `{"a":1}`, begin + `/properties/a. Error location: /a. instance type (number) does not match any allowed primitive type (allowed: ["string"])`},
		{"type of the root", `{"type":"object"}`, `[]`, begin + `/. Error location: /. instance type (array) does not match any allowed primitive type (allowed: ["object"])`},
		{"required", `{"required":["a","b"]}`, `{}`, begin + `/. Error location: /. object has missing required properties (["a","b"])`},
		{"additionalProperties", `{"additionalProperties":false}`, `{"z":1}`, begin + `/. Error location: /. object instance has properties which are not allowed by the schema: ["z"]`},
		{"pattern", `{"properties":{"a":{"pattern":"^b"}}}`, `{"a":"c"}`, begin + `/properties/a. Error location: /a. regex "^b" does not match input string "c"`},
		{"minLength", `{"properties":{"a":{"minLength":2}}}`, `{"a":"c"}`, begin + `/properties/a. Error location: /a. string is too short (length: 1, required minimum: 2)`},
		{"maxLength", `{"properties":{"a":{"maxLength":2}}}`, `{"a":"ccc"}`, begin + `/properties/a. Error location: /a. string is too long (length: 3, maximum allowed: 2)`},
		{"minimum", `{"properties":{"a":{"minimum":2}}}`, `{"a":1.5}`, begin + `/properties/a. Error location: /a. numeric instance is lower than the required minimum (minimum: 2, found: 1.5)`},
		{"maximum", `{"properties":{"a":{"maximum":2.25}}}`, `{"a":3}`, begin + `/properties/a. Error location: /a. numeric instance is greater than the required maximum (maximum: 2.25, found: 3)`},
		{"an element", `{"properties":{"a":{"type":"array","items":{"type":"string"}}}}`, `{"a":["x",2]}`, begin + `/properties/a/items. Error location: /a/1. instance type (number) does not match any allowed primitive type (allowed: ["string"])`},
		{"a name with a slash", `{"properties":{"a/b":{"type":"string"}}}`, `{"a/b":2}`, begin + `/properties/a~1b. Error location: /a~1b. instance type (number) does not match any allowed primitive type (allowed: ["string"])`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := check(t, tt.schema, tt.value); got != tt.want {
				t.Errorf("%s\nwant %s", got, tt.want)
			}
		})
	}
}

// A value that is wrong in many places is not answered with a book.
func TestLongListsOfReasonsAreCut(t *testing.T) {
	t.Parallel()
	value := `[` + strings.Repeat(`1,`, 9999) + `1]`
	got := check(t, `{"type":"array","items":{"type":"string"}}`, value)
	if !strings.HasSuffix(got, ", and more") || len(got) > 3000 {
		t.Errorf("%d bytes: %.300s", len(got), got)
	}
	got = check(t, `{"enum":["a"]}`, `"`+strings.Repeat("x", 100_000)+`"`)
	if len(got) > 1000 || !strings.Contains(got, "…") {
		t.Errorf("%d bytes: %.300s", len(got), got)
	}
}

func TestSchemasAreTheSameWhateverTheOrderOfTheirKeys(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, a, b string
		same       bool
	}{
		{"letter by letter", `{"a":1}`, `{"a":1}`, true},
		{"order of keys", `{"type":"object","properties":{"a":{"type":"string"},"b":{}}}`, ` { "properties" : {"b":{},"a":{"type":"string"}}, "type":"object"}`, true},
		{"spelling of texts", `{"a":"é"}`, `{"a":"\u00e9"}`, true},
		{"another value", `{"a":1}`, `{"a":2}`, false},
		{"order of a list", `{"required":["a","b"]}`, `{"required":["b","a"]}`, false},
		{"one key more", `{"a":1}`, `{"a":1,"b":null}`, false},
		{"not JSON", `{"a":1`, `{"a":1}`, false},
		{"not JSON on the other side", `{"a":1}`, `x`, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := contract.Same(json.RawMessage(tt.a), json.RawMessage(tt.b)); got != tt.same {
				t.Errorf("Same = %t", got)
			}
		})
	}
}
