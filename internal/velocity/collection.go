package velocity

import (
	"fmt"
	"slices"
)

// listMethod is java.util.ArrayList, as far as templates use it. An array has
// the methods that Velocity lends it.
func (s *state) listMethod(at place, v any, items []any, name string, args []any) (any, error) {
	n, whole := wholeArg(args, 0)
	switch {
	case name == "size" && len(args) == 0:
		return int32(len(items)), nil //nolint:gosec // bounded by maxItems
	case name == "isEmpty" && len(args) == 0:
		return len(items) == 0, nil
	case name == "get" && len(args) == 1 && whole:
		if n < 0 || n >= len(items) {
			return nil, outOfBounds(n, len(items))
		}
		return items[n], nil
	case name == "contains" && len(args) == 1:
		i, err := s.find(at, items, args[0])
		return i >= 0, err
	case name == "indexOf" && len(args) == 1:
		i, err := s.find(at, items, args[0])
		return int32(i), err //nolint:gosec // bounded by maxItems
	case name == "lastIndexOf" && len(args) == 1:
		return s.findLast(at, items, args[0])
	case name == "subList" && len(args) == 2 && whole:
		to, ok := wholeArg(args, 1)
		if !ok {
			return nil, errNoMethod
		}
		if n < 0 || to > len(items) || n > to {
			return nil, throw("java.lang.IndexOutOfBoundsException", fmt.Sprintf("fromIndex = %d, toIndex = %d, size = %d", n, to, len(items)))
		}
		return &list{items: items[n:to:to]}, nil
	}
	if l, ok := v.(*list); ok {
		return s.changeList(at, l, name, args)
	}
	return nil, errNoMethod
}

func outOfBounds(n, size int) error {
	return throw("java.lang.IndexOutOfBoundsException", fmt.Sprintf("Index %d out of bounds for length %d", n, size))
}

func (s *state) find(at place, items []any, v any) (int, error) {
	for i, item := range items {
		same, err := s.sameItem(at, item, v)
		if err != nil {
			return 0, err
		}
		if same {
			return i, nil
		}
	}
	return -1, nil
}

func (s *state) findLast(at place, items []any, v any) (any, error) {
	for i, item := range slices.Backward(items) {
		same, err := s.sameItem(at, item, v)
		if err != nil {
			return nil, err
		}
		if same {
			return int32(i), nil //nolint:gosec // bounded by maxItems
		}
	}
	return int32(-1), nil
}

func (s *state) sameItem(at place, item, v any) (bool, error) {
	if item == nil || v == nil {
		return item == nil && v == nil, nil
	}
	same, err := s.sameObject(at, item, v)
	b, _ := same.(bool)
	return b, err
}

// changeList is the part of a list's methods that change it.
func (s *state) changeList(at place, l *list, name string, args []any) (any, error) {
	n, whole := wholeArg(args, 0)
	if l.array {
		return nil, errNoMethod
	}
	if len(l.items) >= maxItems {
		return nil, at.fail("A list has more than %d items", maxItems)
	}
	switch {
	case name == "add" && len(args) == 1:
		l.items = append(l.items, args[0])
		return true, nil
	case name == "add" && len(args) == 2 && whole:
		if n < 0 || n > len(l.items) {
			return nil, throw("java.lang.IndexOutOfBoundsException", fmt.Sprintf("Index: %d, Size: %d", n, len(l.items)))
		}
		l.items = slices.Insert(l.items, n, args[1])
		return "", nil // what returns nothing renders nothing
	case name == "addAll" && len(args) == 1:
		more, ok := itemsOf(args[0])
		if !ok || len(more) > maxItems {
			return nil, errNoMethod
		}
		l.items = append(l.items, more...)
		return len(more) > 0, nil
	case name == "clear" && len(args) == 0:
		l.items = nil
		return "", nil // what returns nothing renders nothing
	case (name == "remove" && len(args) == 1 || name == "set" && len(args) == 2) && whole:
		if n < 0 || n >= len(l.items) {
			return nil, outOfBounds(n, len(l.items))
		}
		old := l.items[n]
		if name == "set" {
			l.items[n] = args[1]
		} else {
			l.items = slices.Delete(l.items, n, n+1)
		}
		return old, nil
	case name == "remove" && len(args) == 1:
		i, err := s.find(at, l.items, args[0])
		if i >= 0 && err == nil {
			l.items = slices.Delete(l.items, i, i+1)
		}
		return i >= 0, err
	}
	return nil, errNoMethod
}

// mapMethod is java.util.Map, for maps of the context.
func mapMethod(m map[string]any, name string, args []any) (any, error) {
	switch {
	case name == "size" && len(args) == 0:
		return int32(len(m)), nil //nolint:gosec // bounded by the input
	case name == "isEmpty" && len(args) == 0:
		return len(m) == 0, nil
	case name == "keySet" && len(args) == 0:
		l := new(list)
		for _, k := range sortedKeys(m) {
			l.items = append(l.items, k)
		}
		return l, nil
	case name == "values" && len(args) == 0:
		l := new(list)
		for _, k := range sortedKeys(m) {
			l.items = append(l.items, m[k])
		}
		return l, nil
	}
	k, _ := stringArg(args, 0)
	v, ok := m[k]
	if len(args) > 0 && !isString(args[0]) {
		v, ok = nil, false
	}
	switch {
	case name == "get" && len(args) == 1:
		return v, nil
	case name == "containsKey" && len(args) == 1:
		return ok, nil
	case name == "getOrDefault" && len(args) == 2:
		if ok {
			return v, nil
		}
		return args[1], nil
	case name == "containsValue" && len(args) == 1:
		for _, other := range m {
			if args[0] != nil && other != nil && className(other) == className(args[0]) && plainText(other) == plainText(args[0]) {
				return true, nil
			}
		}
		return false, nil
	}
	return nil, errNoMethod
}

// method is java.util.Map, for maps that the template may change.
func (d *dict) method(name string, args []any) (any, error) {
	switch {
	case name == "size" && len(args) == 0:
		return int32(len(d.keys)), nil //nolint:gosec // bounded by the source
	case name == "isEmpty" && len(args) == 0:
		return len(d.keys) == 0, nil
	case name == "keySet" && len(args) == 0:
		return &list{items: slices.Clone(d.keys)}, nil
	case name == "values" && len(args) == 0:
		l := new(list)
		for _, k := range d.keys {
			l.items = append(l.items, d.members[key(k)])
		}
		return l, nil
	case name == "clear" && len(args) == 0:
		d.keys = nil
		clear(d.members)
		return "", nil // what returns nothing renders nothing
	case len(args) == 0:
		return nil, errNoMethod
	}
	old, ok := d.get(args[0])
	switch {
	case name == "get" && len(args) == 1:
		return old, nil
	case name == "containsKey" && len(args) == 1:
		return ok, nil
	case name == "remove" && len(args) == 1:
		return d.remove(args[0]), nil
	case name == "put" && len(args) == 2:
		d.put(args[0], args[1])
		return old, nil
	case name == "replace" && len(args) == 2:
		if ok {
			d.put(args[0], args[1])
		}
		return old, nil
	case name == "putIfAbsent" && len(args) == 2:
		if !ok {
			d.put(args[0], args[1])
		}
		return old, nil
	case name == "getOrDefault" && len(args) == 2:
		if ok {
			return old, nil
		}
		return args[1], nil
	case name == "containsValue" && len(args) == 1:
		for _, v := range d.members {
			if v != nil && args[0] != nil && className(v) == className(args[0]) && plainText(v) == plainText(args[0]) {
				return true, nil
			}
		}
		return false, nil
	case name == "putAll" && len(args) == 1:
		if other, ok := args[0].(*dict); ok && other != d {
			for _, k := range other.keys {
				d.put(k, other.members[key(k)])
			}
			return "", nil // what returns nothing renders nothing
		}
	}
	return nil, errNoMethod
}

// spread takes the items of a list that is the only argument.
func spread(args []any) []any {
	if len(args) == 1 {
		if items, ok := itemsOf(args[0]); ok {
			return items
		}
	}
	return args
}
