package server_test

import (
	"encoding/json"
	"fmt"
	"math/big"
	"reflect"
	"strings"
	"time"

	"github.com/mockcloud/mockcloud/internal/spec"
)

// holds says what of a body is missing in the item that was made of it; "" for
// nothing. What the answer's schema has no place for cannot be there.
func holds(sent, got any, shape *spec.Shape, path string) string {
	if shape == nil || shape.Type == "" {
		if ref, ok := got.(map[string]any); ok && ref["id"] == sent {
			return "" // what is named by its id
		}
		if !equalJSON(sent, got) {
			return fmt.Sprintf("%s was sent as %s and is %s", path, short(sent), short(got))
		}
		return ""
	}
	switch sent := normal(sent).(type) {
	case map[string]any:
		return holdsObject(sent, got, shape, path)
	case []any:
		list, ok := got.([]any)
		if shape.Type != "array" || (got == nil && len(sent) == 0) {
			return ""
		}
		if !ok || len(list) != len(sent) {
			return fmt.Sprintf("%s was sent as %s and is %s", path, short(sent), short(got))
		}
		for i, e := range sent {
			if problem := holds(e, list[i], shape.Items(), fmt.Sprintf("%s.%d", path, i)); problem != "" {
				return problem
			}
		}
		return ""
	case string:
		if ref, ok := got.(map[string]any); ok && ref["id"] == sent {
			return "" // what is named by its id
		}
		if !possible(sent, shape) || equalScalar(sent, got) {
			return ""
		}
		return fmt.Sprintf("%s was sent as %s and is %s", path, short(sent), short(got))
	default:
		if !possible(sent, shape) || equalScalar(sent, got) {
			return ""
		}
		return fmt.Sprintf("%s was sent as %s and is %s", path, short(sent), short(got))
	}
}

func holdsObject(sent map[string]any, got any, shape *spec.Shape, path string) string {
	if shape.Type != "object" {
		return ""
	}
	object, ok := got.(map[string]any)
	if !ok {
		if got == nil && empty(sent) {
			return ""
		}
		return fmt.Sprintf("%s was sent as %s and is %s", path, short(sent), short(got))
	}
	if path == "" && len(shape.PropertyNames()) == 0 {
		return ""
	}
	for name, value := range sent {
		inner := shape.Property(name)
		if inner == nil && len(shape.PropertyNames()) > 0 && shape.Values() == nil {
			continue
		}
		if inner == nil {
			inner = shape.Values()
		}
		if path == "" && (kept[name] || name == "id") || hiddenName(name) || object[name+"Uri"] != nil {
			continue // a text that is kept as a file of its own has an address in its place
		}
		if problem := holds(value, object[name], inner, strings.TrimPrefix(path+"."+name, ".")); problem != "" {
			return problem
		}
	}
	return ""
}

// hiddenName tells whether a property is one that is written and never shown.
func hiddenName(name string) bool {
	low := strings.ToLower(name)
	return strings.Contains(low, "password") || strings.Contains(low, "secret")
}

// empty tells whether a value says nothing.
func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case map[string]any:
		for _, value := range v {
			if !empty(value) {
				return false
			}
		}
		return true
	case []any:
		return len(v) == 0
	}
	return false
}

// possible tells whether a scalar can be what the answer's schema allows.
func possible(sent any, shape *spec.Shape) bool {
	if len(shape.Enum) > 0 {
		for _, value := range shape.Enum {
			if equalScalar(sent, normal(value)) {
				return true
			}
		}
		return false
	}
	switch sent.(type) {
	case string:
		return shape.Type == "string"
	case bool:
		return shape.Type == "boolean"
	default:
		return shape.Type == "integer" || shape.Type == "number"
	}
}

// equalScalar compares texts, dates, numbers and truth values.
func equalScalar(a, b any) bool {
	if equalJSON(a, b) {
		return true
	}
	x, isText := a.(string)
	y, too := b.(string)
	if !isText || !too {
		return false
	}
	at, err := time.Parse(time.RFC3339Nano, x)
	then, err2 := time.Parse(time.RFC3339Nano, y)
	return err == nil && err2 == nil && at.Equal(then)
}

// equalJSON compares values as JSON has them: 1 and 1.0 are one number.
func equalJSON(a, b any) bool {
	a, b = normal(a), normal(b)
	x, isNumber := a.(json.Number)
	y, too := b.(json.Number)
	if isNumber && too {
		p, ok := new(big.Rat).SetString(x.String())
		q, ok2 := new(big.Rat).SetString(y.String())
		return ok && ok2 && p.Cmp(q) == 0
	}
	switch a := a.(type) {
	case map[string]any:
		object, ok := b.(map[string]any)
		if !ok || len(a) != len(object) {
			return false
		}
		for name, value := range a {
			if other, there := object[name]; !there || !equalJSON(value, other) {
				return false
			}
		}
		return true
	case []any:
		list, ok := b.([]any)
		if !ok || len(a) != len(list) {
			return false
		}
		for i := range a {
			if !equalJSON(a[i], list[i]) {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(a, b)
}

// normal is a value as the decoder makes it.
func normal(v any) any {
	switch v.(type) {
	case nil, string, bool, json.Number:
		return v
	}
	var out any
	if err := decodeJSON(encoded(v), &out); err != nil {
		panic(err) // it has just been encoded
	}
	return out
}

// withoutKept is a value without what the API itself keeps.
func withoutKept(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, value := range v {
			if !kept[name] {
				out[name] = withoutKept(value)
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = withoutKept(e)
		}
		return out
	}
	return v
}

// short is the beginning of a value.
func short(v any) string { return fmt.Sprintf("%.80s", encoded(v)) }
