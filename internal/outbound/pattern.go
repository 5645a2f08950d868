package outbound

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
)

// matches compares a pattern with what is called: a whole URL as it is sent, a
// path of the platform itself, an ARN or the like.
//
// A * stands for any text, also for none and for slashes; everything else for
// itself, but the case of scheme and host does not count. A pattern without a ?
// leaves the query out of account. The platform's own paths are matched only by
// patterns that begin with a slash, so that one which catches all the other
// systems does not catch the platform too.
func matches(pattern, target string) bool {
	target, _, _ = strings.Cut(target, "#")
	if !strings.Contains(pattern, "?") {
		target, _, _ = strings.Cut(target, "?")
	}
	if strings.HasPrefix(target, "/") != strings.HasPrefix(pattern, "/") {
		return false
	}
	pattern, target = lowerHost(pattern), lowerHost(target)
	pieces := strings.Split(pattern, "*")
	rest, ok := strings.CutPrefix(target, pieces[0])
	if !ok {
		return false
	}
	if len(pieces) == 1 {
		return rest == ""
	}
	last := len(pieces) - 1
	for _, piece := range pieces[1:last] {
		// The first place is as good as any: what follows may begin anywhere.
		if _, rest, ok = strings.Cut(rest, piece); !ok {
			return false
		}
	}
	return strings.HasSuffix(rest, pieces[last])
}

// lowerHost brings scheme and host of a URL into lower case.
func lowerHost(s string) string {
	_, after, ok := strings.Cut(s, "://")
	if !ok {
		return s
	}
	start := len(s) - len(after)
	end := strings.IndexAny(after, "/?")
	if end < 0 {
		return strings.ToLower(s)
	}
	return strings.ToLower(s[:start+end]) + s[start+end:]
}

// calledBody is the body of a call, which is read as JSON at most once.
type calledBody struct {
	text []byte
	read bool
	json any
	ok   bool
}

func (b *calledBody) has(m *BodyMatch) bool {
	if m == nil {
		return true
	}
	if !bytes.Contains(b.text, []byte(m.ContainsText)) {
		return false
	}
	if m.Contains == "" {
		return true
	}
	if !b.read {
		b.read = true
		b.json, b.ok = readJSON(string(b.text))
	}
	wanted, ok := readJSON(m.Contains)
	return ok && b.ok && contains(b.json, wanted)
}

// contains says whether a value has all of what is wanted: the keys of an object
// with values that contain theirs, and in a list the same number of elements,
// each of which contains its own.
func contains(v, wanted any) bool {
	switch wanted := wanted.(type) {
	case map[string]any:
		object, ok := v.(map[string]any)
		if !ok {
			return false
		}
		for key, value := range wanted {
			if got, there := object[key]; !there || !contains(got, value) {
				return false
			}
		}
		return true
	case []any:
		list, ok := v.([]any)
		if !ok || len(list) != len(wanted) {
			return false
		}
		for i, value := range wanted {
			if !contains(list[i], value) {
				return false
			}
		}
		return true
	case json.Number:
		number, ok := v.(json.Number)
		return ok && sameNumber(number.String(), wanted.String())
	default:
		return v == wanted
	}
}

// sameNumber compares by value, 1 with 1.0, but long whole numbers, which a
// float64 cannot tell apart, digit by digit.
func sameNumber(a, b string) bool {
	if a == b {
		return true
	}
	if !strings.ContainsAny(a, ".eE") && !strings.ContainsAny(b, ".eE") {
		return false
	}
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	return errX == nil && errY == nil && x == y
}

// readJSON reads text that is one JSON value, numbers as they are written.
func readJSON(text string) (v any, ok bool) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&v); err != nil {
		return nil, false
	}
	_, err := decoder.Token()
	return v, errors.Is(err, io.EOF)
}
