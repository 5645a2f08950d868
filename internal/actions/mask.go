package actions

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/integration"
	"github.com/mockcloud/mockcloud/internal/jsonpath"
)

// mask takes secrets out of everything that people get to see of a run: as they
// are, in the spellings of URLs, forms and JSON, and in base64, also of a longer
// text (decisions.md 28).
type mask struct{ patterns []pattern }

type pattern struct {
	text string
	word bool // only where it stands by itself
}

// Secrets shorter than these are only masked where they stand by themselves, or
// have no pattern inside a longer base64 text: "east" is in "least", and the
// pattern of a letter or two is anywhere.
const (
	shortSecret  = 8
	insideBase64 = 8
)

func newMask(secrets []string) *mask {
	m := &mask{}
	for _, s := range secrets {
		m.add(s)
	}
	return m
}

func (m *mask) add(secret string) {
	if secret == "" {
		return
	}
	escaped, _ := json.Marshal(secret) // strings can be encoded
	var unescapedHTML bytes.Buffer
	encoder := json.NewEncoder(&unescapedHTML)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(secret) // likewise
	forms := []string{
		secret, url.QueryEscape(secret), url.PathEscape(secret),
		strings.Trim(string(escaped), `"`), strings.TrimSuffix(strings.TrimPrefix(strings.TrimSuffix(unescapedHTML.String(), "\n"), `"`), `"`),
		base64.StdEncoding.EncodeToString([]byte(secret)), base64.URLEncoding.EncodeToString([]byte(secret)),
	}
	for _, form := range forms {
		m.patterns = append(m.patterns, pattern{form, len(secret) < shortSecret})
	}
	if len(secret) >= insideBase64 {
		for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			for offset := range 3 {
				m.patterns = append(m.patterns, pattern{text: aligned(encoding, secret, offset)})
			}
		}
	}
	slices.SortStableFunc(m.patterns, func(a, b pattern) int { return cmp.Compare(len(b.text), len(a.text)) })
	m.patterns = slices.Compact(m.patterns)
}

// aligned is the part of a base64 text that the secret alone decides, when it
// begins at a byte with that remainder by three.
func aligned(encoding *base64.Encoding, secret string, offset int) string {
	padded := make([]byte, offset, offset+len(secret))
	padded = append(padded, secret...)
	coded := encoding.EncodeToString(padded)
	from := (offset*8 + 5) / 6 // the characters before it depend on other bytes too
	to := len(padded) * 8 / 6  // so does one that holds fewer than six bits of it
	return coded[from:min(to, len(coded))]
}

// text masks the secrets in s.
func (m *mask) text(s string) string { return m.replace(s, false) }

// key masks the secrets in the key of an object. What stands in a test's
// credential as id or name is also what keys are called.
func (m *mask) key(s string) string { return m.replace(s, true) }

func (m *mask) replace(s string, longOnly bool) string {
	for _, p := range m.patterns {
		if (!p.word || !longOnly) && strings.Contains(s, p.text) {
			s = p.replace(s)
		}
	}
	return s
}

func (p pattern) replace(s string) string {
	if !p.word {
		return strings.ReplaceAll(s, p.text, integration.Redacted)
	}
	var b strings.Builder
	rest := s
	for {
		i := strings.Index(rest, p.text)
		if i < 0 {
			b.WriteString(rest)
			return b.String()
		}
		end := i + len(p.text)
		before, _ := utf8.DecodeLastRuneInString(s[:len(s)-len(rest)+i])
		after, _ := utf8.DecodeRuneInString(rest[end:])
		b.WriteString(rest[:i])
		if inWord(before) || inWord(after) {
			b.WriteString(p.text)
		} else {
			b.WriteString(integration.Redacted)
		}
		rest = rest[end:]
	}
}

// inWord says whether a character continues a word. At either end of a text
// there is none: the decoder answers RuneError.
func inWord(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

// json masks the secrets in the strings of a JSON text.
func (m *mask) json(body []byte) []byte {
	if !m.finds(string(body)) {
		return body
	}
	v, err := jsonpath.Parse(body)
	if err != nil {
		return body
	}
	return m.value(v).AppendJSON(nil)
}

// finds says whether any secret may be in s.
func (m *mask) finds(s string) bool {
	return strings.Contains(s, `\`) || slices.ContainsFunc(m.patterns, func(p pattern) bool { return strings.Contains(s, p.text) })
}

func (m *mask) value(v *jsonpath.Value) *jsonpath.Value {
	switch v.Kind() {
	case jsonpath.String:
		return jsonpath.NewString(m.text(v.Text()))
	case jsonpath.Array:
		out := jsonpath.NewArray()
		for _, item := range v.Items() {
			out.Append(m.value(item))
		}
		return out
	case jsonpath.Object:
		out := jsonpath.NewObject()
		for key, member := range v.All() {
			out.Add(m.key(key), m.value(member))
		}
		return out
	default:
		return v
	}
}

// clean masks the secrets in the words of an error.
func (m *mask) clean(e *apierr.Error) {
	e.Message = m.text(e.Message)
	for _, inner := range e.Errors {
		m.clean(inner)
	}
}
