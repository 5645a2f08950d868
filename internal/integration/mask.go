package integration

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/jsonpath"
	"github.com/mockcloud/mockcloud/internal/velocity"
)

// Mask takes secrets out of everything that people get to see of a data action's
// run or of a request: as they are, in the spellings of URLs, forms and JSON, and in
// base64, also of a longer text. It belongs to one goroutine.
type Mask struct {
	secrets  []string
	patterns []pattern // of the first built secrets, the longest first
	built    int
}

type pattern struct {
	text string
	word bool // only where it stands by itself
}

// Secrets shorter than these are only masked where they stand by themselves, or
// have no pattern inside a longer base64 text: "east" is in "least", and the
// pattern of a letter or two is anywhere.
const (
	ShortSecret  = 8
	insideBase64 = 8
)

// NewMask masks these, and what is added.
func NewMask(secrets []string) *Mask {
	m := &Mask{}
	for _, s := range secrets {
		m.Add(s)
	}
	return m
}

// maxSecrets bounds what is looked for: a log-in may answer anything.
const maxSecrets = 200

// Room says whether what comes from outside should still be added.
func (m *Mask) Room() bool { return len(m.secrets) < maxSecrets }

// Add masks one more.
func (m *Mask) Add(secret string) {
	if secret != "" && !slices.Contains(m.secrets, secret) {
		m.secrets = append(m.secrets, secret)
	}
}

// look returns what to look for. Most runs never ask.
func (m *Mask) look() []pattern {
	if m.built == len(m.secrets) {
		return m.patterns
	}
	for _, secret := range m.secrets[m.built:] {
		m.patterns = append(m.patterns, knownPatterns.of(secret)...)
	}
	m.built = len(m.secrets)
	slices.SortFunc(m.patterns, func(a, b pattern) int {
		return cmp.Or(cmp.Compare(len(b.text), len(a.text)), strings.Compare(a.text, b.text))
	})
	m.patterns = slices.Compact(m.patterns)
	return m.patterns
}

// knownPatterns keeps the patterns of the secrets that were looked for last: runs of an
// action share most of them.
var knownPatterns patternCache

type patternCache struct {
	mu sync.Mutex
	by map[string][]pattern
}

// maxKnown bounds the memory of the cache: beyond it, all are made anew.
const maxKnown = 1000

func (c *patternCache) of(secret string) []pattern {
	c.mu.Lock()
	patterns, ok := c.by[secret]
	c.mu.Unlock()
	if ok {
		return patterns
	}
	for _, form := range spellings(secret) {
		patterns = append(patterns, pattern{form, len(secret) < ShortSecret})
	}
	if len(secret) >= insideBase64 {
		for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			for offset := range 3 {
				patterns = append(patterns, pattern{text: aligned(encoding, secret, offset)})
			}
		}
	}
	if len(secret) > 4<<10 {
		return patterns // a giant is made anew each time
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.by == nil || len(c.by) >= maxKnown {
		c.by = make(map[string][]pattern)
	}
	c.by[secret] = patterns
	return patterns
}

// spellings are the ways in which URLs, JSON, base64 and the escapes of templates
// write a text.
func spellings(secret string) []string {
	forms := []string{
		secret, url.QueryEscape(secret), url.PathEscape(secret),
		base64.StdEncoding.EncodeToString([]byte(secret)), base64.URLEncoding.EncodeToString([]byte(secret)),
	}
	for _, form := range forms[1:3] {
		forms = append(forms, lowerEscapes(form))
	}
	escaped, _ := json.Marshal(secret) // texts can be encoded
	plain := strings.Trim(string(escaped), `"`)
	forms = append(forms, plain, strings.ReplaceAll(plain, "/", `\/`))
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(secret) // likewise
	literal := strings.TrimSuffix(strings.TrimPrefix(strings.TrimSuffix(b.String(), "\n"), `"`), `"`)
	forms = append(forms, literal, strings.ReplaceAll(literal, "/", `\/`))
	if plainText(secret) {
		return forms
	}
	for _, t := range escapes() {
		if form, err := t.Render(velocity.Context{"s": secret}); err == nil {
			forms = append(forms, form)
		}
	}
	return forms
}

// lowerEscapes writes the escapes of a URL in lower case.
func lowerEscapes(s string) string {
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i:i+3], strings.ToLower(s[i:i+3]))
		}
	}
	return string(b)
}

// plainText says whether no escape of templates changes a text.
func plainText(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_' && r != '.'
	})
}

// escapes are the escapes of templates, each as one of $s.
var escapes = sync.OnceValue(func() []*velocity.Template {
	var all []*velocity.Template
	for _, name := range []string{"url", "uriEncode", "html", "xml", "java", "javascript", "sql", "jsonEncode"} {
		if t, err := velocity.Parse(name, "$esc."+name+"($s)"); err == nil {
			all = append(all, t)
		}
	}
	return all
})

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

// Text masks the secrets in s.
func (m *Mask) Text(s string) string { return m.replace(s, false) }

// key masks the secrets in the key of an object. What stands in a test's
// credential as id or name is also what keys are called.
func (m *Mask) key(s string) string { return m.replace(s, true) }

func (m *Mask) replace(s string, longOnly bool) string {
	for _, p := range m.look() {
		if (!p.word || !longOnly) && strings.Contains(s, p.text) {
			s = p.replace(s)
		}
	}
	return s
}

func (p pattern) replace(s string) string {
	if !p.word {
		return strings.ReplaceAll(s, p.text, Redacted)
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
			b.WriteString(Redacted)
		}
		rest = rest[end:]
	}
}

// inWord says whether a character continues a word. At either end of a text
// there is none: the decoder answers RuneError.
func inWord(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

// Body masks the secrets in an answer, be it JSON or not: where it is not, what
// looks like JSON's escapes is undone first.
func (m *Mask) Body(body []byte) []byte {
	if json.Valid(body) {
		return m.JSON(body)
	}
	return []byte(m.Text(unescape(string(body))))
}

// unicodeEscape is how JSON may write any character.
var unicodeEscape = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\\u[0-9a-fA-F]{4}`) })

func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	s = strings.ReplaceAll(s, `\/`, "/")
	return unicodeEscape().ReplaceAllStringFunc(s, func(escape string) string {
		var c string
		if json.Unmarshal([]byte(`"`+escape+`"`), &c) != nil {
			return escape
		}
		return c
	})
}

// JSON masks the secrets in the strings and numbers of a JSON text.
func (m *Mask) JSON(body []byte) []byte {
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
func (m *Mask) finds(s string) bool {
	return strings.Contains(s, `\`) || slices.ContainsFunc(m.look(), func(p pattern) bool { return strings.Contains(s, p.text) })
}

func (m *Mask) value(v *jsonpath.Value) *jsonpath.Value {
	switch v.Kind() {
	case jsonpath.String:
		return jsonpath.NewString(m.Text(v.Text()))
	case jsonpath.Number:
		if masked := m.Text(v.Text()); masked != v.Text() {
			return jsonpath.NewString(masked)
		}
		return v
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

// Clean masks the secrets in the words of an error.
func (m *Mask) Clean(e *apierr.Error) {
	e.Message = m.Text(e.Message)
	for _, inner := range e.Errors {
		m.Clean(inner)
	}
}

// shortestHead is how much of a secret at the end of a text is worth masking.
const shortestHead = 4

// End masks the beginning of a secret at the end of a text that was cut.
func (m *Mask) End(s string) string {
	from := len(s)
	for _, p := range m.look() {
		for n := min(len(p.text)-1, len(s)); n >= shortestHead && len(s)-n < from; n-- {
			if strings.HasSuffix(s, p.text[:n]) {
				from = len(s) - n
			}
		}
	}
	if from == len(s) {
		return s
	}
	return s[:from] + Redacted
}
