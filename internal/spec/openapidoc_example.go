package spec

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Examples are made short: pages that make them up themselves follow every
// reference, which for a user is hundreds of kilobytes.

// exampler makes an example of a body.
type exampler struct {
	*components
	request bool // leaves out what clients cannot set, and what they need not
	failed  bool // something is needed that cannot be made up
}

// example is an example of a body; nil where there is none worth showing.
func (c *components) example(n *namedSchema, request bool) any {
	if !c.examples || n == nil {
		return nil
	}
	text := n.schema
	if text == nil {
		text = &schemaText{Ref: n.name}
	}
	e := &exampler{components: c, request: request}
	value := e.value(text, 0, true)
	if e.failed {
		return nil
	}
	return value
}

// text is a named schema as text, which is decoded once for each document.
func (c *components) text(name string) (*schemaText, error) {
	if text := c.decoded[name]; text != nil {
		return text, nil
	}
	text, err := c.schemas.find(name)
	if err == nil && c.examples {
		c.decoded[name] = text
	}
	return text, err
}

// maxDepth is how deep needs may go: some schemas need themselves.
const maxDepth = 8

// value makes a value; depth counts the objects and lists that it is inside of. The
// body itself and the elements of a listing are shown whole, what is further inside
// by what names it.
func (e *exampler) value(text *schemaText, depth int, whole bool) any {
	if text.Ref != "" {
		named, err := e.text(text.Ref)
		if err != nil || depth > maxDepth {
			e.failed = true
			return nil
		}
		text = named
	}
	if len(text.Enum) > 0 {
		return text.Enum[0]
	}
	switch {
	case text.Type.is("string"):
		return e.word(text)
	case text.Type.is("boolean"):
		return true
	case text.Type.is("integer"), text.Type.is("number"):
		if text.Minimum != nil {
			return *text.Minimum
		}
		if text.Maximum != nil {
			return min(*text.Maximum, 0)
		}
		return 0
	case text.Type.is("array"):
		if text.Items == nil || text.MinItems > 1 {
			e.failed = e.failed || text.MinItems > 0
			return []any{}
		}
		return []any{e.value(text.Items, depth+1, whole)}
	default:
		return e.object(text, depth, whole)
	}
}

// word makes a text.
func (e *exampler) word(text *schemaText) any {
	word := "string"
	switch text.Format {
	case "date-time":
		word = "2026-01-15T12:00:00.000Z"
	case "local-date-time":
		word = "2026-01-15T12:00:00.000" // where it is, there is no zone
	case "date":
		word = "2026-01-15"
	case "local-time":
		word = "12:00:00"
	case "interval":
		word = "2026-01-15T00:00:00.000Z/2026-01-16T00:00:00.000Z"
	case "uuid":
		word = "00000000-0000-4000-8000-000000000000"
	}
	if n := int(text.MinLength) - len(word); n > 0 {
		word += strings.Repeat("g", n)
	}
	fits, err := regexp.MatchString(text.Pattern, word)
	if !fits || err != nil || (text.MaxLength != nil && uint64(len(word)) > *text.MaxLength) {
		e.failed = true
	}
	return word
}

// object makes an object of the properties that are worth showing.
func (e *exampler) object(text *schemaText, depth int, whole bool) any {
	object := make(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(text.Properties)) {
		property := text.Properties[name]
		needed := slices.Contains(text.Required, name) && (!e.request || !property.ReadOnly)
		if !needed && !e.shows(text, name, property, depth, whole) {
			continue
		}
		before := e.failed
		value := e.value(property, depth+1, depth == 0 && name == "entities")
		if e.failed && !needed {
			e.failed = before // it can do without
			continue
		}
		object[name] = value
	}
	return object
}

// shows says whether a property that is not required is worth showing.
func (e *exampler) shows(text *schemaText, name string, property *schemaText, depth int, whole bool) bool {
	if e.request {
		needs := slices.ContainsFunc(text.Required, func(n string) bool {
			return text.Properties[n] != nil && !text.Properties[n].ReadOnly
		})
		return !property.ReadOnly && depth == 0 && !needs && e.plain(property)
	}
	return whole || name == "id" || name == "name" || name == "selfUri"
}

// plain says whether a property is a single value.
func (e *exampler) plain(property *schemaText) bool {
	return property.Ref == "" && property.Items == nil && !property.Type.is("object") && len(property.Type) == 1
}
