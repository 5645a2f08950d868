package velocity

import (
	"errors"
	"math/big"
)

// errNoMethod says that a class has no such method or property.
var errNoMethod = errors.New("no such method")

// exception is what a Java method throws.
type exception struct{ class, message string }

func (e *exception) Error() string {
	if e.message == "" {
		return e.class
	}
	return e.class + ": " + e.message
}

func throw(class, message string) error { return &exception{class, message} }

// changes names the methods that change a list or a map.
var changes = map[string]bool{
	"add": true, "addAll": true, "set": true, "remove": true, "clear": true,
	"put": true, "putAll": true, "putIfAbsent": true, "removeAll": true, "retainAll": true,
}

// invoke calls a method of a value.
func (s *state) invoke(at place, v any, name string, args []any) (any, error) {
	if err := s.spend(at, 1+cost(v)); err != nil {
		return nil, err
	}
	for _, a := range args {
		if err := s.spend(at, cost(a)); err != nil {
			return nil, err
		}
	}
	result, err := s.dispatch(at, v, name, args)
	if err != nil {
		return nil, err
	}
	return result, s.spend(at, cost(result))
}

// cost is how many bytes a method may have to look at.
func cost(v any) int {
	switch v := v.(type) {
	case string:
		return len(v)
	case *big.Int:
		return v.BitLen()
	case map[string]any:
		return 8 * len(v) // looking for a value writes each as text
	case *dict:
		return 8 * len(v.keys)
	}
	if items, ok := itemsOf(v); ok {
		return len(items)
	}
	return 1
}

func (s *state) dispatch(at place, v any, name string, args []any) (any, error) {
	switch t := v.(type) {
	case *tool:
		return t.call(s, at, name, args)
	case string:
		if name == "replaceAll" || name == "replaceFirst" || name == "matches" || name == "split" {
			return s.regexMethod(at, t, name, args)
		}
	}
	if result, err := s.objectMethod(at, v, name, args); !errors.Is(err, errNoMethod) {
		return result, err
	}
	switch t := v.(type) {
	case string:
		return s.stringMethod(at, t, name, args)
	case bool, char:
		return plainMethod(v, name, args)
	case *dict:
		return t.method(name, args)
	case map[string]any:
		return mapMethod(t, name, args)
	}
	if items, ok := itemsOf(v); ok {
		return s.listMethod(at, v, items, name, args)
	}
	if n := number(v); isNumber(n) {
		return numberMethod(n, name, args)
	}
	return nil, errNoMethod
}

// objectMethod is what every Java object has.
func (s *state) objectMethod(at place, v any, name string, args []any) (any, error) {
	switch {
	case name == "toString" && len(args) == 0:
		return s.text(at, v)
	case name == "hashCode" && len(args) == 0 && !isCollection(v):
		return hashCode(v), nil
	case name == "equals" && len(args) == 1:
		return s.sameObject(at, v, args[0])
	case (name == "getClass" || name == "wait" || name == "notify" || name == "notifyAll") && len(args) == 0:
		return nil, at.fail("The method %s is not supported in data actions", name)
	}
	return nil, errNoMethod
}

func isCollection(v any) bool {
	switch v.(type) {
	case *list, *dict, []any, map[string]any:
		return true
	}
	return false
}

// sameObject is Java's equals: values of different classes differ.
func (s *state) sameObject(at place, a, b any) (any, error) {
	if b == nil {
		return false, nil
	}
	x, y := number(a), number(b)
	if className(x) != className(y) && (!isCollection(x) || !isCollection(y)) {
		return false, nil
	}
	if l, ok := x.(*list); ok && l.array {
		other, _ := y.(*list)
		return l == other, nil
	}
	if isNumber(x) {
		return compareNumbers(x, y) == 0, nil
	}
	left, err := s.text(at, x)
	if err != nil {
		return nil, err
	}
	right, err := s.text(at, y)
	if err != nil {
		return nil, err
	}
	return s.same(at, left, right)
}

// plainMethod is what booleans and characters have.
func plainMethod(v any, name string, args []any) (any, error) {
	switch t := v.(type) {
	case bool:
		if name == "booleanValue" && len(args) == 0 {
			return t, nil
		}
		if name == "compareTo" && len(args) == 1 {
			if other, ok := args[0].(bool); ok {
				return compareBool(t, other), nil
			}
		}
	case char:
		if name == "charValue" && len(args) == 0 {
			return t, nil
		}
		if name == "compareTo" && len(args) == 1 {
			if other, ok := args[0].(char); ok {
				return int32(t) - int32(other), nil
			}
		}
	}
	return nil, errNoMethod
}

func compareBool(a, b bool) int32 {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// member evaluates a property: a method getX or isX, or a key of a map.
func member(at place, v any, name string) (any, error) {
	switch t := v.(type) {
	case map[string]any:
		return t[name], nil
	case *dict:
		value, _ := t.get(name)
		return value, nil
	case *tool:
		return t.property(at, name)
	case string:
		if name == "empty" || name == "Empty" {
			return t == "", nil
		}
	}
	if items, ok := itemsOf(v); ok && (name == "empty" || name == "Empty") {
		if l, ok := v.(*list); !ok || !l.array {
			return len(items) == 0, nil
		}
	}
	return nil, errNoMethod
}

// wholeArg returns an argument that Java would take as an int.
func wholeArg(args []any, i int) (int, bool) {
	if i >= len(args) {
		return 0, false
	}
	n, ok := number(args[i]).(int32)
	return int(n), ok
}

func stringArg(args []any, i int) (string, bool) {
	if i >= len(args) {
		return "", false
	}
	t, ok := args[i].(string)
	return t, ok
}
