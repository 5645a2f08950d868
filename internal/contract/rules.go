package contract

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// The two schemas, as messages call them.
const (
	inputSchema   = "contract.input.inputSchema"
	successSchema = "contract.output.successSchema"
)

// simple is what an input contract must fit: one flat object. The paths inside
// it show in the messages (quoted by users of the product).
const simple = `{
	"$schema": "http://json-schema.org/draft-04/schema#",
	"type": "object",
	"required": ["type"],
	"properties": {
		"type": {"enum": ["object"]},
		"properties": {
			"type": "object",
			"additionalProperties": false,
			"patternProperties": {
				"^[a-zA-Z][a-zA-Z0-9_-]*$": {
					"type": "object",
					"properties": {"type": {"enum": ["string", "integer", "number", "boolean", "null"]}}
				}
			}
		}
	}
}`

var compiledSimple = sync.OnceValues(func() (*Schema, error) { return Compile([]byte(simple)) })

// notSimple begins every message about an input contract that is not flat.
const notSimple = "Failed Validation of " + inputSchema + " as a simple properties schema. Must be an Object with properties and no sub-objects. "

// reserved names cannot be inputs: templates have them already.
var reserved = []string{"orgId", "integrationId", "rawRequest"}

// Input compiles the input schema of an action, or says what the product does
// not accept in it.
func Input(raw json.RawMessage) (*Schema, error) {
	schema, err := common(inputSchema, raw)
	if err != nil {
		return nil, err
	}
	form, err := compiledSimple()
	if err != nil {
		return nil, err
	}
	document, err := Decode(raw)
	if err != nil {
		return nil, err
	}
	if err := form.Check(document); err != nil {
		return nil, errors.New(notSimple + err.Error())
	}
	properties, _ := document.(map[string]any)["properties"].(map[string]any)
	for _, name := range reserved {
		if _, taken := properties[name]; taken {
			return nil, failed(inputSchema, "The name "+name+" is reserved.")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		property, _ := properties[name].(map[string]any)
		if property["properties"] != nil || property["items"] != nil {
			return nil, errors.New(notSimple + "The property " + name + " has no type but parts.")
		}
	}
	return schema, nil
}

// Output compiles the success schema of an action, or says what the product
// does not accept in it.
func Output(raw json.RawMessage) (*Schema, error) {
	schema, err := common(successSchema, raw)
	if err != nil {
		return nil, err
	}
	document, err := Decode(raw)
	if err != nil {
		return nil, err
	}
	root, _ := document.(map[string]any)
	if t, typed := root["type"].(string); typed && t != "object" && t != "array" {
		return nil, failed(successSchema, fmt.Sprintf("The root must be an object or an array, not %s.", t))
	}
	if at := nestedArray(root, "", false); at != "" {
		return nil, failed(successSchema, "Arrays inside of arrays are not supported: "+at+".")
	}
	return schema, nil
}

// common is what both schemas must be.
func common(name string, raw json.RawMessage) (*Schema, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, failed(name, "The schema is missing.")
	}
	document, err := Decode(raw)
	if err != nil {
		return nil, failed(name, "It is "+err.Error()+".")
	}
	if _, ok := document.(map[string]any); !ok {
		return nil, failed(name, "A schema is a JSON object.")
	}
	if hasRef(document, false) {
		return nil, failed(name, "References ($ref) are not supported.")
	}
	schema, err := Compile(raw)
	if err != nil {
		return nil, failed(name, err.Error())
	}
	return schema, nil
}

func failed(name, why string) error {
	return errors.New("Failed Validation of " + name + ". " + why)
}

// references are the keywords that refer to another schema; the newer ones are of
// later drafts, which a schema may name.
var references = []string{"$ref", "$recursiveRef", "$dynamicRef"}

// bySchemaName are the keywords whose value maps names, any names, to schemas.
var bySchemaName = []string{"properties", "patternProperties", "definitions", "$defs", "dependencies", "dependentSchemas"}

// hasRef finds a reference. Where names are mapped to schemas it would be one of
// the names.
func hasRef(v any, names bool) bool {
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			if !names && slices.Contains(references, key) {
				return true
			}
			if !names && (key == "enum" || key == "default" || key == "const") {
				continue // a value, not a schema
			}
			if hasRef(inner, !names && slices.Contains(bySchemaName, key)) {
				return true
			}
		}
	case []any:
		for _, inner := range v {
			if hasRef(inner, false) {
				return true
			}
		}
	}
	return false
}

// nestedArray returns where in a schema an array is the element of another, or
// "".
func nestedArray(schema map[string]any, at string, inArray bool) string {
	isArray := schema["type"] == "array" || schema["items"] != nil
	if isArray && inArray {
		return at
	}
	for _, element := range elements(schema) {
		if found := nestedArray(element, at+"/items", isArray); found != "" {
			return found
		}
	}
	properties, _ := schema["properties"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if property, ok := properties[name].(map[string]any); ok {
			if found := nestedArray(property, at+"/properties/"+name, false); found != "" {
				return found
			}
		}
	}
	return ""
}

// elements are the schemas of an array's elements: one, or draft 4's tuple,
// which official examples have.
func elements(schema map[string]any) []map[string]any {
	switch items := schema["items"].(type) {
	case map[string]any:
		return []map[string]any{items}
	case []any:
		var all []map[string]any
		for _, item := range items {
			if element, ok := item.(map[string]any); ok {
				all = append(all, element)
			}
		}
		return all
	}
	return nil
}

// Flat is a success schema in the form that Architect reads: one level, the
// keys of nested objects joined by dots, an array of objects as one array for
// each of their keys.
type Flat struct {
	Schema          json.RawMessage `json:"schema"`
	ArrayProperties []string        `json:"arrayProperties"`
}

// Flatten flattens a success schema. One without properties, also in its elements,
// has nothing to flatten.
func Flatten(raw json.RawMessage) (*Flat, error) {
	document, err := Decode(raw)
	if err != nil {
		return nil, err
	}
	root, _ := document.(map[string]any)
	flat := &Flat{ArrayProperties: []string{}}
	properties := map[string]any{}
	flat.collect(properties, root, "", false)
	out := map[string]any{"type": "object", "properties": properties}
	for _, key := range []string{"$schema", "title", "description", "additionalProperties"} {
		if v, ok := root[key]; ok {
			out[key] = v
		}
	}
	if flat.Schema, err = json.Marshal(out); err != nil {
		return nil, err
	}
	slices.Sort(flat.ArrayProperties)
	return flat, nil
}

// collect adds the leaves of schema to properties.
func (f *Flat) collect(properties map[string]any, schema map[string]any, name string, inArray bool) {
	if inner, ok := schema["properties"].(map[string]any); ok {
		for _, key := range slices.Sorted(maps.Keys(inner)) {
			if property, ok := inner[key].(map[string]any); ok {
				f.collect(properties, property, join(name, key), inArray)
			}
		}
		return
	}
	if all := elements(schema); len(all) > 0 {
		f.collect(properties, all[0], name, true)
		return
	}
	if name == "" {
		return
	}
	if inArray || schema["type"] == "array" {
		properties[name] = map[string]any{"type": "array", "items": schema}
		if schema["type"] == "array" {
			properties[name] = schema
		}
		f.ArrayProperties = append(f.ArrayProperties, name)
		return
	}
	properties[name] = schema
}

func join(prefix, key string) string {
	return strings.TrimPrefix(prefix+"."+key, ".")
}
