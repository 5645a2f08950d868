package spec

import (
	"bytes"
	"encoding/json"
)

// keep writes a JSON text anew, without the fields of objects that its decoded
// value has lost. What stays is as it was sent, and in the same order: some of
// what clients store, such as the schemas of data actions, they want back
// verbatim. The text is known to be JSON in which no field is given twice.
func keep(text []byte, value any) []byte {
	k := &keeper{text: text}
	k.out.Grow(len(text))
	k.value(value)
	return k.out.Bytes()
}

type keeper struct {
	text []byte
	at   int
	out  bytes.Buffer
}

// value copies the value that comes next.
func (k *keeper) value(value any) {
	switch k.next() {
	case '{':
		fields, _ := value.(map[string]any)
		k.object(fields)
	case '[':
		elements, _ := value.([]any)
		k.array(elements)
	default:
		k.out.Write(k.scalar())
	}
}

func (k *keeper) object(fields map[string]any) {
	k.at++
	k.out.WriteByte('{')
	first := true
	for k.next() != '}' {
		if k.next() == ',' {
			k.at++
			k.next()
		}
		name := k.scalar()
		k.next()
		k.at++ // the colon
		field, kept := fields[unquoted(name)]
		if !kept {
			k.skip()
			continue
		}
		if !first {
			k.out.WriteByte(',')
		}
		first = false
		k.out.Write(name)
		k.out.WriteByte(':')
		k.value(field)
	}
	k.at++
	k.out.WriteByte('}')
}

func (k *keeper) array(elements []any) {
	k.at++
	k.out.WriteByte('[')
	for i := 0; k.next() != ']' && i < len(elements); i++ {
		if k.next() == ',' {
			k.at++
			k.out.WriteByte(',')
		}
		k.value(elements[i])
	}
	k.at++
	k.out.WriteByte(']')
}

// skip leaves a value out.
func (k *keeper) skip() {
	for depth := 0; k.at < len(k.text); {
		switch k.next() {
		case '{', '[':
			depth++
			k.at++
		case '}', ']':
			depth--
			k.at++
		case ',', ':':
			k.at++
			continue // never the end of a value
		default:
			k.scalar()
		}
		if depth == 0 {
			return
		}
	}
}

// scalar returns the string, number or word that comes next.
func (k *keeper) scalar() []byte {
	var start int
	if k.next(); k.at < len(k.text) && k.text[k.at] == '"' {
		start = k.at
		for k.at++; k.at < len(k.text) && k.text[k.at] != '"'; k.at++ {
			if k.text[k.at] == '\\' {
				k.at++
			}
		}
		k.at++
	} else {
		start = k.at
		for k.at < len(k.text) && bytes.IndexByte([]byte(",:{}[] \t\r\n"), k.text[k.at]) < 0 {
			k.at++
		}
	}
	return k.text[start:min(k.at, len(k.text))]
}

// next passes over blanks and returns the byte that comes then, 0 at the end.
func (k *keeper) next() byte {
	for k.at < len(k.text) {
		switch c := k.text[k.at]; c {
		case ' ', '\t', '\r', '\n':
			k.at++
		default:
			return c
		}
	}
	return 0
}

func unquoted(name []byte) string {
	if len(name) >= 2 && bytes.IndexByte(name, '\\') < 0 {
		return string(name[1 : len(name)-1])
	}
	var s string
	_ = json.Unmarshal(name, &s) // it is a JSON string
	return s
}
