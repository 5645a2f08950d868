package scim

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
)

// Filter is a search for resources with one value of one attribute, or with one
// item of a list.
type Filter struct {
	Path  string // canonical, such as "userName", "emails.value" or Enterprise + ":employeeNumber"
	Value any    // string, bool or json.Number, as the attribute's type has it; nil for an item
	Item  Object // the sub-attributes of an item, as in externalIds[authority eq "a" and value eq "b"]
}

// ParseFilter reads a filter: one attribute of those that the service searches
// by, eq, and a value.
func (t *ResourceType) ParseFilter(text string) (*Filter, error) {
	e, err := readFilter(text)
	if err != nil {
		return nil, bad(InvalidFilter, "The filter cannot be read: %v.", err)
	}
	if e.op == "[]" {
		return t.itemFilter(e)
	}
	if e.op != "eq" || e.value == nil {
		return nil, tooMuch()
	}
	path := e.path
	if alias, ok := t.aliases[strings.ToLower(path)]; ok {
		path = alias
	}
	found, ok := t.find(path)
	if !ok || found.attr == nil {
		return nil, bad(InvalidFilter, "There is no attribute %q. A filter can use %s.", e.path, strings.Join(t.filters, ", "))
	}
	found = found.meant()
	if !slices.Contains(t.filters, found.String()) {
		return nil, bad(InvalidFilter, "A filter cannot use %s, only %s.", found, strings.Join(t.filters, ", "))
	}
	value, err := operand(found.leaf(), e.value)
	if err != nil {
		return nil, bad(InvalidFilter, "%s: %v.", found, err)
	}
	return &Filter{Path: found.String(), Value: value}, nil
}

func tooMuch() *Error {
	return bad(InvalidFilter, "A filter is one attribute, eq and a value, such as id eq \"7\"; nothing else is supported.")
}

// itemFilter reads the one filter with brackets that the service knows: both parts
// of an external id (the SDK's documentation of ScimUserExtensions).
func (t *ResourceType) itemFilter(e *expression) (*Filter, error) {
	list, ok := t.find(e.path)
	if !ok || list.attr == nil || !slices.Contains(t.keyed, list.String()) {
		return nil, tooMuch()
	}
	c, err := e.args[0].resolve(list.attr)
	if err != nil {
		return nil, err
	}
	values, ok := c.equalities()
	if !ok || len(values) != len(list.attr.key) {
		return nil, tooMuch()
	}
	f := &Filter{Path: list.String(), Item: Object{}}
	for sub, v := range values {
		f.Item[sub.Name] = v
	}
	if _, ok := list.attr.keyOf(f.Item); !ok {
		return nil, tooMuch()
	}
	return f, nil
}

// meant is the sub-attribute that stands for a complex attribute compared with
// a value (RFC 7644 §3.4.2.2 for "value").
func (g target) meant() target {
	if g.sub == nil && g.attr != nil && g.attr.short != "" {
		g.sub = g.attr.sub(g.attr.short)
	}
	return g
}

// leaf is the last attribute of the path.
func (g target) leaf() *Attribute {
	if g.sub != nil {
		return g.sub
	}
	return g.attr
}

// condition is an expression about the items of a list, resolved.
type condition struct {
	op    string
	attr  *Attribute // of a comparison
	value any
	text  string // the value as co, sw and the like compare it
	args  []*condition
}

// resolve finds the sub-attributes that a filter inside of brackets names.
func (e *expression) resolve(list *Attribute) (*condition, error) {
	c := &condition{op: e.op}
	for _, arg := range e.args {
		inner, err := arg.resolve(list)
		if err != nil {
			return nil, err
		}
		c.args = append(c.args, inner)
	}
	if e.path == "" {
		return c, nil
	}
	if c.attr = list.sub(e.path); c.attr == nil {
		return nil, bad(InvalidFilter, "%s has no sub-attribute %q.", list.Name, e.path)
	}
	if e.op == "pr" || e.value == nil {
		return c, nil
	}
	value, err := operand(c.attr, e.value)
	if err != nil {
		return nil, bad(InvalidFilter, "%s.%s: %v.", list.Name, c.attr.Name, err)
	}
	if _, text := value.(string); !text {
		_, number := value.(json.Number)
		switch {
		case e.op == "eq", e.op == "ne":
		case number && (e.op == "gt" || e.op == "ge" || e.op == "lt" || e.op == "le"):
		default:
			return nil, bad(InvalidFilter, "%s.%s cannot be compared by %s.", list.Name, c.attr.Name, e.op)
		}
	}
	c.value, c.text = value, c.attr.fold(value)
	return c, nil
}

// matches says whether an item meets the condition.
func (c *condition) matches(item Object) bool {
	switch c.op {
	case "and":
		for _, arg := range c.args {
			if !arg.matches(item) {
				return false
			}
		}
		return true
	case "or":
		for _, arg := range c.args {
			if arg.matches(item) {
				return true
			}
		}
		return false
	case "not":
		return !c.args[0].matches(item)
	}
	have := item[c.attr.Name]
	if have == nil && c.attr.Type == typeBoolean {
		have = false // RFC 7643 §2.4: no primary is a primary of false
	}
	switch c.op {
	case "pr":
		return item[c.attr.Name] != nil && have != ""
	case "eq":
		return same(c.attr, have, c.value)
	case "ne":
		return !same(c.attr, have, c.value)
	}
	if have == nil || c.value == nil {
		return false
	}
	a, b := c.attr.fold(have), c.text
	switch c.op {
	case "co":
		return strings.Contains(a, b)
	case "sw":
		return strings.HasPrefix(a, b)
	case "ew":
		return strings.HasSuffix(a, b)
	}
	order := strings.Compare(a, b)
	if x, ok := number(have); ok {
		y, _ := number(c.value)
		order = cmp.Compare(x, y)
	}
	switch c.op {
	case "gt":
		return order > 0
	case "ge":
		return order >= 0
	case "lt":
		return order < 0
	default: // le
		return order <= 0
	}
}

// asksForPrimary says whether the condition is that an item be the primary one.
func (c *condition) asksForPrimary() bool {
	return c.op == "eq" && c.attr.Name == "primary" && c.value == true
}

// slot is the sub-attribute by which the condition names a place in the list, such as
// the type of a telephone number, if it is nothing but that.
func (c *condition) slot() *Attribute {
	if c.op != "eq" || c.value == nil {
		return nil
	}
	switch c.attr.Name {
	case "type", "primary", "authority":
		return c.attr
	default:
		return nil
	}
}

// weight counts what one match looks at.
func (c *condition) weight() int {
	n := 1
	for _, arg := range c.args {
		n += arg.weight()
	}
	return n
}

// equalities are the values that an item must have to match, if the condition
// is nothing but equalities that all hold.
func (c *condition) equalities() (map[*Attribute]any, bool) {
	values := map[*Attribute]any{}
	parts := []*condition{c}
	if c.op == "and" {
		parts = c.args
	}
	for _, part := range parts {
		if part.op != "eq" || part.value == nil {
			return nil, false
		}
		if _, twice := values[part.attr]; twice {
			return nil, false
		}
		values[part.attr] = part.value
	}
	return values, true
}
