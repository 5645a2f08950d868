package scim

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// coerce reads a value for an attribute: names and canonical values in their
// own spelling, lists as []any of fresh objects, and the forms that identity
// providers send instead: "True" for true, "4.5" for 4.5, one object for a list
// of one, plain text for an object whose main sub-attribute it is. What is
// unassigned comes back as nil. The path is for messages.
func coerce(a *Attribute, path string, v any) (any, error) {
	if v == nil {
		return nil, nil
	}
	if !a.MultiValued {
		return coerceItem(a, path, v)
	}
	items, ok := v.([]any)
	if !ok {
		items = []any{v}
	}
	list := make([]any, 0, len(items))
	for _, item := range items {
		value, err := coerceItem(a, path, item)
		if err != nil {
			return nil, err
		}
		if value != nil {
			list = append(list, value)
		}
	}
	if len(list) == 0 {
		return nil, nil
	}
	return list, nil
}

// coerceItem reads a single value, or one item of a list.
func coerceItem(a *Attribute, path string, v any) (any, error) {
	if v == nil {
		return nil, nil
	}
	if a.Type != typeComplex {
		return coerceSimple(a, path, v)
	}
	changes, err := coerceObject(a, path, v)
	if err != nil {
		return nil, err
	}
	item := merge(Object{}, changes)
	if a.hollow(item) && (a.short == "" || !a.sub(a.short).Required) {
		return nil, nil
	}
	for _, sub := range a.SubAttributes {
		if sub.Required && (item[sub.Name] == nil || item[sub.Name] == "") {
			return nil, bad(InvalidValue, "%s.%s is required.", path, sub.Name)
		}
	}
	return item, nil
}

// coerceObject reads the sub-attributes that a complex value gives. Those that
// it gives as null are there as nil. Unknown ones are left out, and so are
// read-only ones unless the whole is read-only and was sent back as it was read.
func coerceObject(a *Attribute, path string, v any) (Object, error) {
	if list, ok := v.([]any); ok && len(list) == 1 {
		v = list[0] // Entra ID writes the manager so
	}
	object, ok := v.(Object)
	if !ok {
		if text, isText := v.(string); isText && a.short != "" && !a.MultiValued {
			object = Object{a.short: text}
		} else {
			return nil, bad(InvalidValue, "%s must be an object.", path)
		}
	}
	changes := make(Object, len(object))
	for _, key := range sortedKeys(object) {
		sub := a.sub(key)
		if sub == nil || sub.Mutability == readOnly && a.Mutability != readOnly {
			continue
		}
		value, err := coerce(sub, path+"."+sub.Name, object[key])
		if err != nil {
			return nil, err
		}
		changes[sub.Name] = value
	}
	return changes, nil
}

func coerceSimple(a *Attribute, path string, v any) (any, error) {
	switch a.Type {
	case typeBoolean:
		switch v := v.(type) {
		case bool:
			return v, nil
		case string:
			if strings.EqualFold(v, "true") || strings.EqualFold(v, "false") {
				return strings.EqualFold(v, "true"), nil
			}
		}
		return nil, bad(InvalidValue, "%s must be true or false.", path)
	case typeDecimal, typeInteger:
		if text, ok := v.(string); ok && isNumber(text) {
			v = json.Number(text)
		}
		if n, ok := number(v); !ok || a.Type == typeInteger && n != float64(int64(n)) {
			return nil, bad(InvalidValue, "%s must be a number.", path)
		}
		return v, nil
	}
	text, ok := v.(string)
	if !ok {
		return nil, bad(InvalidValue, "%s must be text.", path)
	}
	if len(a.CanonicalValues) == 0 {
		return text, nil
	}
	i := slices.IndexFunc(a.CanonicalValues, func(s string) bool { return strings.EqualFold(s, text) })
	if i < 0 {
		return nil, bad(InvalidValue, "%s must be one of %s.", path, strings.Join(a.CanonicalValues, ", "))
	}
	return a.CanonicalValues[i], nil
}

// merge lays changes over an object. Nil removes.
func merge(object, changes Object) Object {
	for name, value := range changes {
		if value == nil {
			delete(object, name)
		} else {
			object[name] = value
		}
	}
	return object
}

// forget takes from an object what the service said of its main sub-attribute,
// when that is about to change: the address of the old manager is not that of the
// new one.
func (a *Attribute) forget(item, changes Object) {
	value, ok := changes[a.short]
	if !ok || a.Mutability == readOnly || same(a.sub(a.short), value, item[a.short]) {
		return
	}
	for _, sub := range a.SubAttributes {
		if sub.Mutability == readOnly {
			delete(item, sub.Name)
		}
	}
}

// hollow says that an object has nothing to say: it is empty, or lacks what the
// rest of it is about, as a telephone number without the number.
func (a *Attribute) hollow(item Object) bool {
	if a.short == "" {
		return len(item) == 0
	}
	return item[a.short] == nil || item[a.short] == ""
}

// operand reads the value that a filter compares an attribute with.
func operand(a *Attribute, v any) (any, error) {
	switch a.Type {
	case typeComplex:
		return nil, fmt.Errorf("it has several parts, name one of them")
	case typeBoolean, typeDecimal, typeInteger:
		value, err := coerceSimple(a, a.Name, v)
		if err != nil {
			return nil, fmt.Errorf("it is compared with a %s", a.Type)
		}
		return value, nil
	}
	switch v := v.(type) {
	case string:
		return v, nil
	case json.Number:
		return v.String(), nil // digits without quotes
	default:
		return nil, fmt.Errorf("it is compared with text in double quotes")
	}
}

// same compares two values of an attribute, in lists item by item.
func same(a *Attribute, x, y any) bool {
	if xs, ok := x.([]any); ok {
		ys, ok := y.([]any)
		return ok && slices.EqualFunc(xs, ys, func(x, y any) bool { return same(a, x, y) })
	}
	if xo, ok := x.(Object); ok {
		yo, ok := y.(Object)
		return ok && contains(a, xo, yo) && contains(a, yo, xo)
	}
	if xs, ok := x.(string); ok {
		ys, ok := y.(string)
		return ok && (xs == ys || !a.CaseExact && strings.EqualFold(xs, ys))
	}
	if xb, ok := x.(bool); ok {
		yb, ok := y.(bool)
		return ok && xb == yb
	}
	xn, xok := number(x)
	yn, yok := number(y)
	return xok && yok && xn == yn || x == nil && y == nil
}

// contains says whether an object has all that is wanted.
func contains(a *Attribute, object, wanted Object) bool {
	for name, value := range wanted {
		sub := a.sub(name)
		if sub == nil || !same(sub, object[name], value) {
			return false
		}
	}
	return true
}

// keyOf identifies an item among the items of its list. Without one of the
// sub-attributes that make the key an item has none.
func (a *Attribute) keyOf(item any) (string, bool) {
	object, ok := item.(Object)
	if !ok || len(a.key) == 0 {
		return "", false
	}
	var key string
	for i, name := range a.key {
		text, ok := object[name].(string)
		if !ok || text == "" {
			return "", false
		}
		text = a.sub(name).fold(text)
		if i == 0 {
			key = text
		} else {
			key = strconv.Quote(key) + " " + strconv.Quote(text)
		}
	}
	return key, true
}

// unique refuses a list that contradicts itself, and leaves one of those items
// that are in it twice.
func unique(a *Attribute, path string, list []any) ([]any, error) {
	seen := make(map[string]any, len(list))
	kept := make([]any, 0, len(list))
	primaries := 0
	for _, item := range list {
		if key, ok := a.keyOf(item); ok {
			if first, twice := seen[key]; twice {
				if !same(a, first, item) {
					return nil, bad(InvalidValue, "%s has two different values with the %s %s.", path, strings.Join(a.key, " and "), key)
				}
				continue
			}
			seen[key] = item
		}
		if object, ok := item.(Object); ok && object["primary"] == true {
			primaries++
		}
		kept = append(kept, item)
	}
	if primaries > 1 {
		return nil, bad(InvalidValue, "%s has more than one primary value.", path)
	}
	return kept, nil
}

// fold is the text of a value as it is compared.
func (a *Attribute) fold(v any) string {
	text, _ := v.(string)
	if a.CaseExact {
		return text
	}
	return strings.ToLower(text)
}

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case json.Number:
		f, err := v.Float64()
		return f, err == nil
	case float64:
		return v, true
	case int:
		return float64(v), true
	default:
		return 0, false
	}
}

var numberText = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$`)

func isNumber(text string) bool {
	if !numberText.MatchString(text) {
		return false
	}
	_, err := strconv.ParseFloat(text, 64)
	return err == nil
}

// clone copies a value deeply. Lists become []any, whatever they were.
func clone(v any) any {
	switch v := v.(type) {
	case Object:
		object := make(Object, len(v))
		for name, value := range v {
			object[name] = clone(value)
		}
		return object
	case []any:
		return cloneList(v)
	case []Object:
		return cloneList(v)
	case []string:
		return cloneList(v)
	default:
		return v
	}
}

func cloneList[T any](items []T) []any {
	list := make([]any, len(items))
	for i, item := range items {
		list[i] = clone(item)
	}
	return list
}
