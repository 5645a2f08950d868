package console

import (
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// scalarTypes are the types that a form shows; those of outputs can be in arrays, too.
var scalarTypes = []string{"string", "integer", "number", "boolean"}

const arrayOf = "array:"

// contractField is a property of a schema as a row of a form.
type contractField struct {
	Name        string
	Type        string // one of scalarTypes, maybe in an array; "" for what only JSON can say, which stays as it is
	Kind        string // what the schema calls the type
	Description string
	Enum        string // the allowed values, separated by commas
	Required    bool
	Original    string // its name in the stored schema; "" for a new one

	Row       string // what its inputs are called by
	NameError string
	EnumError string
}

// maxFields is how many fields a form shows; for more there is JSON.
const maxFields = 1000

// fieldsOf lists the properties of a schema; false where it is not a simple list of
// fields.
func fieldsOf(schema json.RawMessage, output bool) ([]contractField, bool) {
	root, properties, required, ok := openContract(schema)
	if !ok || len(properties) > maxFields || (root.get("type") != nil && root.text("type") != "object") {
		return nil, false
	}
	needed := setOf(required)
	fields := make([]contractField, 0, len(properties))
	for _, m := range properties {
		property, err := parseObject(m.value)
		if err != nil {
			return nil, false
		}
		f := contractField{Name: m.name, Original: m.name, Kind: cmp.Or(property.text("type"), "?"), Description: property.text("description"), Required: needed[m.name]}
		f.Type = simpleType(property, output)
		f.Enum = enumText(enumHolder(property, f.Type).get("enum"))
		fields = append(fields, f)
	}
	return fields, true
}

// setOf holds names that are asked for one by one; there may be as many as a contract
// has room for.
func setOf(names []string) map[string]bool {
	set := make(map[string]bool, len(names))
	for _, name := range names {
		set[name] = true
	}
	return set
}

func openContract(schema json.RawMessage) (root, properties jsonObject, required []string, ok bool) {
	root, err := parseObject(schema)
	if err != nil {
		return nil, nil, nil, false
	}
	if raw := root.get("properties"); raw != nil {
		if properties, err = parseObject(raw); err != nil {
			return nil, nil, nil, false
		}
	}
	if raw := root.get("required"); raw != nil && json.Unmarshal(raw, &required) != nil {
		return nil, nil, nil, false
	}
	return root, properties, required, true
}

// simpleType is how a form calls the type of a property; "" if it cannot.
func simpleType(property jsonObject, output bool) string {
	t := property.text("type")
	if slices.Contains(scalarTypes, t) {
		return t
	}
	if items, err := parseObject(property.get("items")); t == "array" && output && err == nil && slices.Contains(scalarTypes, items.text("type")) {
		return arrayOf + items.text("type")
	}
	return ""
}

// enumHolder is where the allowed values are: of an array those of its items.
func enumHolder(property jsonObject, simple string) jsonObject {
	switch {
	case simple == "":
		return nil
	case strings.HasPrefix(simple, arrayOf):
		items, _ := parseObject(property.get("items")) // simpleType has seen it
		return items
	default:
		return property
	}
}

// enumText writes allowed values with commas between them; as JSON where a value would
// be misread so.
func enumText(raw json.RawMessage) string {
	var values []json.RawMessage
	if raw == nil || json.Unmarshal(raw, &values) != nil {
		return ""
	}
	words := make([]string, len(values))
	for i, value := range values {
		var s string
		switch {
		case json.Unmarshal(value, &s) != nil:
			words[i] = string(value)
		case s == "" || s != strings.TrimSpace(s) || strings.ContainsAny(s, ",["):
			return string(raw)
		default:
			words[i] = s
		}
	}
	return strings.Join(words, ", ")
}

var (
	integerText = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)
	numberText  = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)
)

// enumOf reads what enumText writes; nil for no values at all.
func enumOf(text, simple string) (json.RawMessage, bool) {
	if text = strings.TrimSpace(text); strings.HasPrefix(text, "[") {
		var values []json.RawMessage
		return json.RawMessage(text), json.Unmarshal([]byte(text), &values) == nil && len(values) > 0
	}
	simple = strings.TrimPrefix(simple, arrayOf)
	var values []json.RawMessage
	for word := range strings.SplitSeq(text, ",") {
		word = strings.TrimSpace(word)
		value := json.RawMessage(word)
		switch {
		case word == "":
			continue
		case simple == "string":
			value = jsonOf(word)
		case simple == "integer" && !integerText.MatchString(word), simple == "number" && !numberText.MatchString(word),
			simple == "boolean" && word != "true" && word != "false", simple == "":
			return nil, false
		}
		values = append(values, value)
	}
	if values == nil {
		return nil, true
	}
	raw, err := encode(values)
	return raw, err == nil
}

// schemaWith is the schema with these fields in place of its own. What the form does
// not show stays.
func schemaWith(schema json.RawMessage, fields []contractField, output bool) (json.RawMessage, error) {
	root, properties, required, ok := openContract(schema)
	if !ok {
		return nil, errNoObject
	}
	var changed jsonObject
	var needed []string
	for i := range fields {
		f := &fields[i]
		property, err := f.property(properties.get(f.Original), output)
		if err != nil {
			return nil, err
		}
		changed = append(changed, jsonMember{f.Name, property})
		if f.Required {
			needed = append(needed, f.Name)
		}
	}
	if raw, err := encode(changed); len(changed) > 0 || len(properties) > 0 {
		if err != nil {
			return nil, err
		}
		root = root.with("properties", raw)
	}
	switch {
	case len(needed) == 0: // an empty list is not valid in draft 4
		root = root.without("required")
	case !sameNames(needed, required):
		raw, err := encode(needed)
		if err != nil {
			return nil, err
		}
		root = root.with("required", raw)
	}
	raw, err := encode(root)
	return raw, err
}

func sameNames(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// property is the schema of the field, made of the one that it had.
func (f *contractField) property(before json.RawMessage, output bool) (json.RawMessage, error) {
	property := jsonObject{}
	if before != nil {
		var err error
		if property, err = parseObject(before); err != nil {
			return nil, err
		}
	}
	if f.Type != "" && f.Type != simpleType(property, output) {
		// Other keywords belong to the type that it was.
		for _, m := range slices.Clone(property) {
			if m.name != "title" && m.name != "description" {
				property = property.without(m.name)
			}
		}
		if items, ok := strings.CutPrefix(f.Type, arrayOf); ok {
			property = property.with("type", jsonOf("array")).with("items", json.RawMessage(`{"type":`+string(jsonOf(items))+`}`))
		} else {
			property = property.with("type", jsonOf(f.Type))
		}
	}
	switch {
	case f.Description == property.text("description"):
	case f.Description == "":
		property = property.without("description")
	default:
		property = property.with("description", jsonOf(f.Description))
	}
	if holder := enumHolder(property, f.Type); holder != nil && strings.TrimSpace(f.Enum) != enumText(holder.get("enum")) {
		values, ok := enumOf(f.Enum, f.Type)
		if !ok {
			return nil, errNoObject // the form has been checked
		}
		if holder = holder.without("enum"); values != nil {
			holder = holder.with("enum", values)
		}
		if !strings.HasPrefix(f.Type, arrayOf) {
			property = holder
		} else {
			items, err := encode(holder)
			if err != nil {
				return nil, err
			}
			property = property.with("items", items)
		}
	}
	raw, err := encode(property)
	return raw, err
}
