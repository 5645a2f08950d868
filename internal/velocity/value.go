package velocity

import (
	"encoding/json"
	"math"
	"math/big"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Values are nil, string, bool, json.Number, int32, int64, *big.Int and float64
// (Java's Integer, Long, BigInteger and Double), char, *list, *dict, a tool, and
// map[string]any and []any as they come in the context.

// char is Java's character: one unit of UTF-16.
type char uint16

// list is a list that the template may change.
type list struct {
	items []any
	// array says that it is a Java array of strings, from split.
	array bool
	// json says that it came in the context and is emitted as JSON.
	json bool
}

// dict is a map that the template may change. It keeps the order of its keys.
type dict struct {
	keys    []any
	members map[any]any
	json    bool
}

func newDict(capacity int) *dict {
	return &dict{members: make(map[any]any, capacity)}
}

// key makes a value usable as a key of a Go map.
func key(v any) any {
	switch v := v.(type) {
	case json.Number:
		return key(number(v))
	case *big.Int:
		return "\x00" + v.String()
	case *list, *dict, []any, map[string]any:
		return "\x00" + plainText(v)
	}
	return v
}

func (d *dict) put(k, v any) {
	if _, ok := d.members[key(k)]; !ok {
		d.keys = append(d.keys, k)
	}
	d.members[key(k)] = v
}

func (d *dict) get(k any) (any, bool) {
	v, ok := d.members[key(k)]
	return v, ok
}

func (d *dict) remove(k any) any {
	old, ok := d.members[key(k)]
	if ok {
		delete(d.members, key(k))
		d.keys = slices.DeleteFunc(d.keys, func(other any) bool { return key(other) == key(k) })
	}
	return old
}

// ownContext is a copy of the context that a template may change.
func ownContext(ctx Context) Context {
	copied := make(Context, len(ctx))
	for name, v := range ctx {
		copied[name] = own(v)
	}
	return copied
}

func own(v any) any {
	switch v := v.(type) {
	case map[string]any:
		d := newDict(len(v))
		d.json = true
		for _, k := range sortedKeys(v) {
			d.put(k, own(v[k]))
		}
		return d
	case []any:
		l := &list{items: make([]any, len(v)), json: true}
		for i, item := range v {
			l.items[i] = own(item)
		}
		return l
	}
	return v
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// itemsOf returns the items of a list.
func itemsOf(v any) ([]any, bool) {
	switch v := v.(type) {
	case []any:
		return v, true
	case *list:
		return v.items, true
	}
	return nil, false
}

// hashCode is Java's, for what may be a key.
func hashCode(v any) int32 {
	switch v := number(v).(type) {
	case string:
		var h int32
		for _, unit := range utf16.Encode([]rune(v)) {
			h = 31*h + int32(unit)
		}
		return h
	case bool:
		if v {
			return 1231
		}
		return 1237
	case int32:
		return v
	case int64:
		return int32(v ^ int64(uint64(v)>>32)) //nolint:gosec // as Java folds it
	case float64:
		bits := math.Float64bits(v)
		return int32(bits ^ bits>>32) //nolint:gosec // as Java folds it
	case char:
		return int32(v)
	case *big.Int:
		var h int32
		bytes := v.Bytes()
		for len(bytes) > 0 {
			n := (len(bytes)-1)%4 + 1
			var word uint32
			for _, b := range bytes[:n] {
				word = word<<8 | uint32(b)
			}
			h = 31*h + int32(word) //nolint:gosec // Java's hash wraps
			bytes = bytes[n:]
		}
		return h * int32(v.Sign()) //nolint:gosec // -1, 0 or 1
	}
	return 0
}

// appendUnit writes a unit of UTF-16, joining surrogates. It returns a high one
// that still waits for its partner.
func appendUnit(b *strings.Builder, high, unit rune) rune {
	if high != 0 {
		if joined := utf16.DecodeRune(high, unit); joined != utf8.RuneError {
			b.WriteRune(joined)
			return 0
		}
		b.WriteRune(utf8.RuneError)
	}
	if utf16.IsSurrogate(unit) && unit < 0xDC00 {
		return unit
	}
	b.WriteRune(unit)
	return 0
}

// className is the Java class that stands for a value in messages.
func className(v any) string {
	switch v := number(v).(type) {
	case nil:
		return "null"
	case string:
		return "java.lang.String"
	case bool:
		return "java.lang.Boolean"
	case int32:
		return "java.lang.Integer"
	case int64:
		return "java.lang.Long"
	case *big.Int:
		return "java.math.BigInteger"
	case float64:
		return "java.lang.Double"
	case char:
		return "java.lang.Character"
	case *list:
		if v.array {
			return "[Ljava.lang.String;"
		}
		return "java.util.ArrayList"
	case []any:
		return "java.util.ArrayList"
	case *dict, map[string]any:
		return "java.util.LinkedHashMap"
	case *tool:
		return v.class
	}
	return "java.lang.Object"
}

func classText(v any) string { return "class " + className(v) }
