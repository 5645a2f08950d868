package scim

import (
	"maps"
	"strings"
)

// Canonical spells a resource that a client sent as the schemas do: the names of
// attributes, the values that have a fixed spelling, lists as lists, and the
// forms that coerce knows. What no schema names is left out. A value that does
// not fit its attribute stays as it is, for Check to refuse.
func (t *ResourceType) Canonical(resource Object) Object {
	out := Object{}
	for _, key := range sortedKeys(resource) {
		g, ok := t.find(key)
		switch {
		case !ok, g.sub != nil, g.attr == nil && g.schema == nil:
		case g.attr != nil:
			place(out, g, resource[key])
		default:
			extension, isObject := resource[key].(Object)
			if !isObject {
				if resource[key] != nil {
					out[g.schema.ID] = resource[key]
				}
				continue
			}
			for _, name := range sortedKeys(extension) {
				if attr := named(g.schema.Attributes, name); attr != nil {
					place(out, target{schema: g.schema, attr: attr}, extension[name])
				}
			}
		}
	}
	return out
}

// known is what schemas name of a resource that a client sent, as it was sent.
func (t *ResourceType) known(resource Object) Object {
	kept := make(Object, len(resource))
	for name, value := range resource {
		g, ok := t.find(name)
		switch {
		case !ok, g.sub != nil, g.attr == nil && g.schema == nil:
			continue
		case g.attr == nil:
			if extension, isObject := value.(Object); isObject {
				extension = maps.Clone(extension)
				maps.DeleteFunc(extension, func(name string, _ any) bool { return named(g.schema.Attributes, name) == nil })
				value = extension
			}
		}
		kept[name] = value
	}
	return kept
}

// place puts a value into a resource that is being spelled anew.
func place(out Object, g target, value any) {
	v, err := coerce(g.attr, g.String(), value)
	if err != nil {
		v = clone(value)
	}
	if v == nil {
		return
	}
	if list, ok := v.([]any); ok && err == nil {
		if kept, err := unique(g.attr, g.String(), list); err == nil {
			v = kept
		}
	}
	if g.schema == nil {
		out[g.attr.Name] = v
		return
	}
	extension, ok := out[g.schema.ID].(Object)
	if !ok {
		extension = Object{}
		out[g.schema.ID] = extension
	}
	extension[g.attr.Name] = v
}

// Check refuses values that do not fit their attributes, of a resource that
// Canonical spelled. Read-only attributes are not looked at, for a client may
// send back what it read (RFC 7644 §3.5.1).
func (t *ResourceType) Check(resource Object) error {
	for _, key := range sortedKeys(resource) {
		g, ok := t.find(key)
		switch {
		case !ok:
		case g.attr != nil:
			if err := checkValue(g, resource[key]); err != nil {
				return err
			}
		case g.schema != nil:
			extension, ok := resource[key].(Object)
			if !ok {
				return bad(InvalidValue, "%s must be an object.", g)
			}
			for _, name := range sortedKeys(extension) {
				attr := named(g.schema.Attributes, name)
				if attr == nil {
					continue
				}
				if err := checkValue(target{schema: g.schema, attr: attr}, extension[name]); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func checkValue(g target, value any) error {
	if g.attr.Mutability == readOnly {
		return nil
	}
	v, err := coerce(g.attr, g.String(), value)
	if err != nil {
		return err
	}
	if list, ok := v.([]any); ok {
		_, err = unique(g.attr, g.String(), list)
	}
	return err
}

// Required refuses a resource that lacks an attribute it must have.
func (t *ResourceType) Required(resource Object) error {
	for _, attr := range t.Core.Attributes {
		if !attr.Required || attr.Mutability == readOnly {
			continue
		}
		if v := resource[attr.Name]; v == nil || v == "" {
			return bad(InvalidValue, "%s is required.", attr.Name)
		}
	}
	return nil
}

// Project leaves of a resource what the parameters attributes and
// excludedAttributes of a request ask for (RFC 7644 §3.9). Secrets never pass.
//
// Guess: both at once are refused, names that nobody knows select nothing, and a list
// without any name is as good as none.
func (t *ResourceType) Project(resource Object, attributes, excluded []string) (Object, error) {
	attributes, excluded = splitNames(attributes), splitNames(excluded)
	if len(attributes) > 0 && len(excluded) > 0 {
		return nil, bad(InvalidValue, "A request has attributes or excludedAttributes, not both.")
	}
	chosen := t.choose(attributes)
	except := len(attributes) == 0
	if except {
		chosen = t.choose(excluded)
	}
	out := Object{}
	for key, value := range resource {
		g, ok := t.find(key)
		if !ok || g.sub != nil {
			continue
		}
		if g.attr != nil {
			if v := chosen.of(g, value, except); v != nil {
				out[key] = v
			}
			continue
		}
		extension, _ := value.(Object)
		left := Object{}
		for name, value := range extension {
			attr := named(g.schema.Attributes, name)
			if attr == nil {
				continue
			}
			if v := chosen.of(target{schema: g.schema, attr: attr}, value, except); v != nil {
				left[name] = v
			}
		}
		if len(left) > 0 {
			out[key] = left
		}
	}
	return out, nil
}

// choice holds canonical paths.
type choice map[string]bool

// splitNames reads lists of names with commas between them.
func splitNames(lists []string) []string {
	var names []string
	for _, list := range lists {
		for name := range strings.SplitSeq(list, ",") {
			if name = strings.TrimSpace(name); name != "" {
				names = append(names, name)
			}
		}
	}
	return names
}

func (t *ResourceType) choose(names []string) choice {
	c := choice{}
	for _, name := range names {
		if g, ok := t.find(name); ok {
			c[g.String()] = true
		}
	}
	return c
}

// of is what the choice leaves of the value of an attribute. Nil is nothing.
func (c choice) of(g target, value any, except bool) any {
	schema := target{schema: g.schema}.String()
	whole := c[g.String()] || c[schema]
	switch {
	case g.attr.Returned == returnedNever:
		return nil
	case g.attr.Returned == returnedAlways:
		return value
	case whole && except, !except && !whole && !c.parts(g):
		return nil
	case whole, !c.parts(g):
		return value
	}
	switch value := value.(type) {
	case Object:
		return c.cut(g, value, except)
	case []any:
		list := make([]any, 0, len(value))
		for _, item := range value {
			if object, ok := item.(Object); ok {
				if v := c.cut(g, object, except); v != nil {
					list = append(list, v)
				}
			}
		}
		if len(list) > 0 {
			return list
		}
	}
	return nil
}

// parts says whether sub-attributes of an attribute were chosen.
func (c choice) parts(g target) bool {
	for i := range g.attr.SubAttributes {
		g.sub = &g.attr.SubAttributes[i]
		if c[g.String()] {
			return true
		}
	}
	return false
}

func (c choice) cut(g target, object Object, except bool) any {
	left := Object{}
	for name, value := range object {
		g.sub = g.attr.sub(name)
		if g.sub != nil && c[g.String()] != except {
			left[name] = value
		}
	}
	if len(left) == 0 {
		return nil
	}
	return left
}
