package jsonpath

import (
	"iter"
	"slices"
	"strconv"
	"unicode/utf8"
)

// Kind is the type of a JSON value.
type Kind uint8

// The kinds. The zero Value is null.
const (
	Null Kind = iota
	Bool
	Number
	String
	Array
	Object
)

var kindNames = [...]string{"null", "boolean", "number", "string", "array", "object"}

// String names the kind as JSON Schema does.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "kind " + strconv.Itoa(int(k))
}

// Value is one JSON value. Members keep their order and numbers their text, so
// that what comes in goes out unchanged. A parsed value is safe for concurrent
// reading; only values built with NewObject and NewArray should be changed.
type Value struct {
	key  string  // the member's name, where the value is one
	text string  // of a scalar: the decoded string, or the literal
	list []Value // items or members, side by side for speed
	kind Kind
}

// NewNull returns null.
func NewNull() *Value { return &Value{} }

// NewBool returns true or false.
func NewBool(b bool) *Value { return &Value{kind: Bool, text: strconv.FormatBool(b)} }

// NewInt returns a whole number.
func NewInt(n int64) *Value { return &Value{kind: Number, text: strconv.FormatInt(n, 10)} }

// NewString returns a string. Bytes that are not UTF-8 become U+FFFD.
func NewString(s string) *Value { return &Value{kind: String, text: valid(s)} }

func valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	b := make([]byte, 0, len(s)+utf8.UTFMax)
	for _, r := range s {
		b = utf8.AppendRune(b, r)
	}
	return string(b)
}

// NewArray returns an array of the items.
func NewArray(items ...*Value) *Value {
	v := &Value{kind: Array}
	for _, item := range items {
		v.Append(item)
	}
	return v
}

// NewObject returns an empty object.
func NewObject() *Value { return &Value{kind: Object} }

// Append adds a copy of item to an array: what happens to item later does not
// show in it. It does nothing to other kinds.
func (v *Value) Append(item *Value) {
	if v.kind != Array {
		return
	}
	v.list = append(v.list, item.copyFor(""))
}

// Set stores a copy of member under key in an object. A key that is there
// keeps its place. It does nothing to other kinds.
func (v *Value) Set(key string, member *Value) {
	if v.kind != Object {
		return
	}
	key = valid(key)
	for i := range v.list {
		if v.list[i].key == key {
			v.list[i] = member.copyFor(key)
			return
		}
	}
	v.list = append(v.list, member.copyFor(key))
}

// Add appends a copy of member to an object under a key that it does not have
// yet: the caller knows. Unlike Set it does not look, so that large objects are
// built in linear time. It does nothing to other kinds.
func (v *Value) Add(key string, member *Value) {
	if v.kind == Object {
		v.list = append(v.list, member.copyFor(key))
	}
}

// copyFor copies the value itself, not what it holds. Clipping makes a later
// Append to either copy move to memory of its own.
func (v *Value) copyFor(key string) Value {
	if v == nil {
		return Value{key: key}
	}
	return Value{key: key, text: v.text, list: slices.Clip(v.list), kind: v.kind}
}

// Kind tells the type.
func (v *Value) Kind() Kind { return v.kind }

// IsNull tells whether the value is null.
func (v *Value) IsNull() bool { return v.kind == Null }

// Text is the decoded text of a string, the literal of a number or boolean,
// and empty for the others. JSON text is String's business.
func (v *Value) Text() string { return v.text }

// Bool is true for true only.
func (v *Value) Bool() bool { return v.kind == Bool && v.text == "true" }

// Len counts items or members; a scalar has none.
func (v *Value) Len() int { return len(v.list) }

// Index is the item, or the member's value, at place i, or nil where there is
// none.
func (v *Value) Index(i int) *Value {
	if i < 0 || i >= len(v.list) {
		return nil
	}
	return &v.list[i]
}

// Get finds a member by its name.
func (v *Value) Get(key string) (*Value, bool) {
	if v.kind != Object {
		return nil, false
	}
	for i := range v.list {
		if v.list[i].key == key {
			return &v.list[i], true
		}
	}
	return nil, false
}

// Keys lists the member names of an object in order.
func (v *Value) Keys() []string {
	if v.kind != Object {
		return nil
	}
	keys := make([]string, len(v.list))
	for i := range v.list {
		keys[i] = v.list[i].key
	}
	return keys
}

// All walks an object's members in order.
func (v *Value) All() iter.Seq2[string, *Value] {
	return func(yield func(string, *Value) bool) {
		if v.kind != Object {
			return
		}
		for i := range v.list {
			if !yield(v.list[i].key, &v.list[i]) {
				return
			}
		}
	}
}

// Items walks an array's items in order.
func (v *Value) Items() iter.Seq2[int, *Value] {
	return func(yield func(int, *Value) bool) {
		if v.kind != Array {
			return
		}
		for i := range v.list {
			if !yield(i, &v.list[i]) {
				return
			}
		}
	}
}

// String is the value's compact JSON text.
func (v *Value) String() string { return string(v.AppendJSON(nil)) }

// AppendJSON appends the value's compact JSON text to b.
func (v *Value) AppendJSON(b []byte) []byte {
	switch v.kind {
	case Null:
		return append(b, "null"...)
	case Bool, Number:
		return append(b, v.text...)
	case String:
		return appendString(b, v.text)
	case Array:
		b = append(b, '[')
		for i := range v.list {
			if i > 0 {
				b = append(b, ',')
			}
			b = v.list[i].AppendJSON(b)
		}
		return append(b, ']')
	default:
		b = append(b, '{')
		for i := range v.list {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendString(b, v.list[i].key), ':')
			b = v.list[i].AppendJSON(b)
		}
		return append(b, '}')
	}
}

// appendString quotes as Jackson does: only what JSON demands is escaped, in
// capitals where the escape is hexadecimal. A slash, a letter beyond ASCII and
// DEL stay as they are.
func appendString(b []byte, s string) []byte {
	const hex = "0123456789ABCDEF"
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		b = append(b, s[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\b':
			b = append(b, `\b`...)
		case '\t':
			b = append(b, `\t`...)
		case '\n':
			b = append(b, `\n`...)
		case '\f':
			b = append(b, `\f`...)
		case '\r':
			b = append(b, `\r`...)
		default:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	return append(append(b, s[from:]...), '"')
}
