package velocity

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf16"
)

// text is what a value looks like in the output. A list that holds itself, or
// grows without bound, is an error.
func (s *state) text(at place, v any) (string, error) {
	if !isCollection(v) {
		return plainText(v), nil
	}
	w := textWriter{limit: MaxOutput}
	w.write(v)
	if err := s.spend(at, len(w.b)); err != nil {
		return "", err
	}
	if w.full {
		return "", at.fail("A list or a map is too large or too deep to be text")
	}
	return string(w.b), nil
}

// maxKey is how much of a list or a map counts where it is a key.
const maxKey = 4096

// plainText is Java's toString. A list or a map is cut off after maxKey bytes.
func plainText(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case json.Number:
		return string(v)
	case int32:
		return strconv.Itoa(int(v))
	case int64:
		return strconv.FormatInt(v, 10)
	case *big.Int:
		return v.String()
	case float64:
		return doubleText(v)
	case char:
		return string(utf16.Decode([]uint16{uint16(v)}))
	case *tool:
		return v.class
	}
	if isCollection(v) {
		w := textWriter{limit: maxKey}
		w.write(v)
		return string(w.b)
	}
	return fmt.Sprint(v)
}

// textWriter writes lists and maps within a limit.
type textWriter struct {
	b     []byte
	limit int
	depth int
	// json quotes strings. Guess: the product emits nested values of its input as
	// JSON, as it does for the variables of a success template.
	json bool
	full bool
}

func (w *textWriter) write(v any) {
	if w.full = w.full || len(w.b) > w.limit || w.depth > MaxDepth; w.full {
		return
	}
	switch t := v.(type) {
	case *list:
		w.list(t.items, t.json, t.array)
	case []any:
		w.list(t, true, false)
	case *dict:
		was := w.json
		w.open('{', t.json)
		for i, k := range t.keys {
			w.member(i, k, t.members[key(k)])
		}
		w.close('}', was)
	case map[string]any:
		was := w.json
		w.open('{', true)
		for i, k := range sortedKeys(t) {
			w.member(i, k, t[k])
		}
		w.close('}', was)
	default:
		w.scalar(v)
	}
}

func (w *textWriter) scalar(v any) {
	t := plainText(v)
	_, isChar := v.(char)
	if !w.json || !isString(v) && !isChar {
		w.b = append(w.b, t...)
		return
	}
	w.b = append(w.b, '"')
	w.b = append(w.b, escapeJSON(t)...)
	w.b = append(w.b, '"')
}

func (w *textWriter) list(items []any, asJSON, array bool) {
	if array {
		// The original ends in a number that differs from run to run.
		w.b = append(w.b, "[Ljava.lang.String;@0"...)
		return
	}
	was := w.json
	w.open('[', asJSON)
	for i, item := range items {
		w.separate(i)
		if w.write(item); w.full {
			return
		}
	}
	w.close(']', was)
}

// open starts a list or a map.
func (w *textWriter) open(bracket byte, asJSON bool) {
	w.b = append(w.b, bracket)
	w.depth++
	w.json = w.json || asJSON
}

func (w *textWriter) close(bracket byte, was bool) {
	w.b = append(w.b, bracket)
	w.depth--
	w.json = was
}

func (w *textWriter) separate(i int) {
	switch {
	case i == 0:
	case w.json:
		w.b = append(w.b, ',')
	default:
		w.b = append(w.b, ", "...)
	}
}

func (w *textWriter) member(i int, k, v any) {
	if w.full {
		return
	}
	w.separate(i)
	if w.json {
		w.scalar(plainText(k))
		w.b = append(w.b, ':')
	} else {
		w.write(k)
		w.b = append(w.b, '=')
	}
	w.write(v)
}

// doubleText is Java's Double.toString.
func doubleText(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	case f == 0 && math.Signbit(f):
		return "-0.0"
	case f == 0:
		return "0.0"
	case f == leastDouble:
		return "4.9E-324" // Java writes at least two digits
	}
	if size := math.Abs(f); size >= 1e-3 && size < 1e7 {
		t := strconv.FormatFloat(f, 'f', -1, 64)
		if !strings.Contains(t, ".") {
			t += ".0"
		}
		return t
	}
	t := strconv.FormatFloat(f, 'e', -1, 64)
	mantissa, exponent, _ := strings.Cut(t, "e")
	if !strings.Contains(mantissa, ".") {
		mantissa += ".0"
	}
	n, _ := strconv.Atoi(exponent)
	return mantissa + "E" + strconv.Itoa(n)
}
