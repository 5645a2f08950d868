package console

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
)

// configSchema is the JSON schema of a part of a configuration.
type configSchema struct {
	Properties map[string]json.RawMessage `json:"properties"`
	Required   []string                   `json:"required"`
}

// valueSchema is what a form is made from; the API checks the whole schema.
type valueSchema struct {
	Type        typeNames         `json:"type"`
	Title       string            `json:"title"`
	Description string            `json:"description"`
	Enum        []json.RawMessage `json:"enum"`
	Default     json.RawMessage   `json:"default"`
	Items       json.RawMessage   `json:"items"`
}

// typeNames are the types that a value can have, but null: a control that is left
// empty stands for it.
type typeNames []string

// UnmarshalJSON reads one name or a list of them.
func (n *typeNames) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*n = typeNames{one}
	} else if err := json.Unmarshal(text, (*[]string)(n)); err != nil {
		return err
	}
	*n = slices.DeleteFunc(*n, func(name string) bool { return name == "null" })
	return nil
}

// The kinds of controls.
const (
	kindText    = "text"
	kindNumber  = "number"
	kindScalar  = "scalar" // a number or a text
	kindBoolean = "boolean"
	kindEnum    = "enum"
	kindLines   = "lines" // a list of texts, one in each line
	kindJSON    = "json"  // everything else
)

// control is what sets one property.
type control struct {
	Name      string
	Schema    valueSchema
	Kind      string
	Required  bool
	Text      string          // in the form
	Error     string          // the key of a text, or what the API said
	ErrorArgs []any           // of the text
	stored    json.RawMessage // nil where there is nothing
}

// controls are those of the form.
func (s *configSchema) controls(stored map[string]json.RawMessage) []*control {
	var controls []*control
	for _, name := range sortedKeys(s.Properties) {
		c := &control{Name: name, Required: slices.Contains(s.Required, name), stored: stored[name]}
		if json.Unmarshal(s.Properties[name], &c.Schema) != nil {
			c.Schema = valueSchema{} // none that a form can be made from
		}
		if c.Kind = c.Schema.kind(); !holds(c.Kind, c.stored) {
			c.Kind = kindJSON
		}
		c.Text = shownText(c.Kind, c.stored)
		controls = append(controls, c)
	}
	slices.SortStableFunc(controls, func(a, b *control) int { return cmp.Compare(a.rank(), b.rank()) })
	return controls
}

// rank puts first what an integration cannot do without, and last what takes most room.
func (c *control) rank() int {
	switch {
	case c.Required, c.Name == "url": // without a page, a client application shows nothing
		return 0
	case c.Kind == kindJSON:
		return 2
	}
	return 1
}

// kind is the kind of control that fits the schema.
func (s *valueSchema) kind() string {
	only := func(names ...string) bool {
		return len(s.Type) > 0 && !slices.ContainsFunc(s.Type, func(t string) bool { return !slices.Contains(names, t) })
	}
	switch {
	case len(s.Enum) > 0:
		return kindEnum
	case only("string"):
		return kindText
	case only("integer", "number"):
		return kindNumber
	case only("integer", "number", "string"):
		return kindScalar
	case only("boolean"):
		return kindBoolean
	case only("array"):
		var items valueSchema
		if json.Unmarshal(s.Items, &items) == nil && items.kind() == kindText {
			return kindLines
		}
	}
	return kindJSON
}

// holds says whether a control of the kind can show the value.
func holds(kind string, value json.RawMessage) bool {
	if len(value) == 0 || string(value) == "null" {
		return true
	}
	switch kind {
	case kindText:
		return value[0] == '"'
	case kindNumber:
		return isNumber(string(value))
	case kindScalar:
		return value[0] == '"' || isNumber(string(value))
	case kindBoolean:
		return value[0] == 't' || value[0] == 'f'
	case kindLines:
		var lines []string
		return json.Unmarshal(value, &lines) == nil &&
			!slices.ContainsFunc(lines, func(line string) bool {
				return line == "" || line != strings.TrimSpace(line) || strings.Contains(line, "\n")
			})
	}
	return true
}

// isNumber says whether a text is a number of JSON.
func isNumber(text string) bool {
	return text != "" && strings.ContainsRune("-0123456789", rune(text[0])) && json.Valid([]byte(text))
}

// shownText is the text of the value in a control of the kind.
func shownText(kind string, value json.RawMessage) string {
	if len(value) == 0 || string(value) == "null" {
		return ""
	}
	switch kind {
	case kindText, kindScalar:
		return plain(value)
	case kindLines:
		var lines []string
		if json.Unmarshal(value, &lines) != nil {
			return ""
		}
		return strings.Join(lines, "\n")
	case kindJSON:
		if lines, ok := indented(value); ok {
			return string(lines)
		}
	}
	return string(value)
}

// read takes over what the form says, and returns the value; nil for none. What says
// the same as before stays as it was stored.
func (c *control) read(text string) json.RawMessage {
	before := c.Text
	c.Text = text
	if c.Kind == kindBoolean && text == "" && before != "" { // a box without a tick sends nothing
		c.Text = "false"
	}
	if c.Text == before {
		return c.stored
	}
	text = strings.TrimSpace(c.Text)
	switch {
	case text == "":
		return nil
	case c.Kind == kindText, c.Kind == kindScalar && !isNumber(text):
		return jsonOf(text)
	case c.Kind == kindLines:
		lines := []string{}
		for line := range strings.SplitSeq(text, "\n") {
			if line = strings.TrimSpace(line); line != "" {
				lines = append(lines, line)
			}
		}
		return jsonOf(lines)
	case c.Kind == kindNumber && !isNumber(text):
		c.Error = "integrations.wrong.number"
		return nil
	}
	var value json.RawMessage
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		line, column := jsonPlace(text, err)
		c.Error, c.ErrorArgs = "json.broken", []any{line, column}
		return nil
	}
	return value
}
