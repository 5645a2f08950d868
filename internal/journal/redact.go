package journal

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mockcloud/mockcloud/internal/integration"
)

// redactor takes secrets out of what is shown: by the names that they stand under, by
// the shape of tokens, and those that are stored wherever they are.
type redactor struct{ stored *integration.Mask }

// mask is what is shown in place of a secret.
const mask = integration.Redacted

// explanationHeader is the one of our answers that tells what decided about a request.
const explanationHeader = "X-Mockcloud-Explanation"

// text is a text that has no parts with names.
func (r redactor) text(s string) string {
	return r.stored.Text(tokens(strings.ToValidUTF8(s, "?"), false))
}

// loose is a text in which name=value may stand.
func (r redactor) loose(s string) string { return r.text(spots(assignments(s, looseEnd))) }

// path is the path of a URL.
func (r redactor) path(s string) string { return r.text(assignments(s, pathEnd)) }

// WithoutSecrets is the path of a URL as a log may hold it.
func WithoutSecrets(path string) string {
	return tokens(assignments(strings.ToValidUTF8(path, "?"), pathEnd), false)
}

// query is what stands behind the path of a URL, or is sent as a form.
func (r redactor) query(s string) string { return r.text(scan(assignments(s, formEnd), 0)) }

// header hides the values of headers that let others in, and keeps the scheme that
// the usual one names.
func (r redactor) header(h map[string][]string) map[string][]string {
	shown := make(map[string][]string, len(h)+1)
	for name, values := range h {
		list := make([]string, len(values))
		for i, value := range values {
			switch {
			case strings.EqualFold(name, explanationHeader): // our own, in which names are no secrets'
				list[i] = r.loose(value)
			case strings.EqualFold(name, "WWW-Authenticate") || !integration.LooksSecret(name):
				if looksJSON(value) {
					value = scan(value, 0)
				}
				list[i] = r.loose(value)
			case strings.HasSuffix(strings.ToLower(name), "authorization"):
				list[i] = schemeOf(value) + mask
			default:
				list[i] = mask
			}
		}
		shown[r.text(name)] = list
	}
	return shown
}

// schemeOf is the scheme of an Authorization header, with the blank behind it.
func schemeOf(value string) string {
	scheme, _, found := strings.Cut(value, " ")
	if !found || !slices.ContainsFunc([]string{"basic", "bearer", "digest"}, func(known string) bool { return strings.EqualFold(known, scheme) }) {
		return ""
	}
	return scheme + " "
}

// body is a body that may have been cut, and whether it is no text.
func (r redactor) body(contentType string, kept []byte, isCut bool) (text string, binary bool) {
	if isCut {
		kept = wholeRunes(kept)
	}
	if !utf8.Valid(kept) || slices.Contains(kept, 0) {
		return "", true
	}
	text = string(kept)
	if strings.HasPrefix(strings.ToLower(strings.TrimSpace(contentType)), "application/x-www-form-urlencoded") && !json.Valid(kept) {
		text = assignments(text, formEnd)
	}
	if isCut || !json.Valid(kept) {
		text = spots(assignments(pairs(text), looseEnd))
	}
	text = tokens(scan(text, 0), isCut)
	text = string(r.stored.Body([]byte(text)))
	if isCut {
		text = r.stored.End(text)
	}
	return text, false
}

// wholeRunes leaves out a character at the end that was cut through.
func wholeRunes(b []byte) []byte {
	for n := 1; n < utf8.UTFMax && n <= len(b); n++ {
		if c := b[len(b)-n]; utf8.RuneStart(c) {
			if !utf8.FullRune(b[len(b)-n:]) {
				return b[:len(b)-n]
			}
			break
		}
	}
	return b
}

func looksJSON(s string) bool {
	s = strings.TrimLeft(s, " \t\r\n\ufeff")
	return s != "" && strings.IndexByte(`{["`, s[0]) >= 0
}

// secretNames are names, in small letters and without marks, whose values are
// secrets; secretEnds are how others end.
var (
	secretNames = []string{"secret", "token", "jwt", "assertion", "samlresponse", "codeverifier", "pwd", "authorization", "cookie"}
	secretEnds  = []string{
		"secret", "secrets", "password", "passwords", "passwd", "passphrase", "accesstoken", "refreshtoken", "idtoken", "bearertoken", "authtoken", "apitoken",
		"securitytoken", "sessiontoken", "devicetoken", "clientassertion", "apikey", "accesskey", "secretkey", "privatekey", "signingkey", "subscriptionkey", "functionskey",
	}
)

// plainName is a name as the lists above have it.
func plainName(name string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c >= 'A' && c <= 'Z':
			return c + 'a' - 'A'
		case (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'):
			return c
		}
		return -1
	}, name)
}

// isSecret says whether what stands under a name is nobody's business.
func isSecret(name string) bool {
	name = plainName(name)
	return slices.Contains(secretNames, name) || slices.ContainsFunc(secretEnds, func(end string) bool { return strings.HasSuffix(name, end) })
}

// isCode says whether a name is that of an authorization code. In a form or a query it
// is nothing else; in JSON most codes are words.
func isCode(name string) bool { return plainName(name) == "code" }

func wordCode(value string) bool {
	return len(value) < 20 || !strings.ContainsFunc(value, func(c rune) bool { return c >= 'A' && c <= 'Z' })
}

// looseEnd, formEnd and pathEnd are what a value ends with: somewhere in a text, in a
// form, and in a path.
const (
	looseEnd = "&#\"'<> \t\r\n"
	formEnd  = "&"
	pathEnd  = "/;&"
)

// assignments masks the values of name=value whose names are those of secrets. The sign
// between them may be escaped, as it is in an address inside of another.
func assignments(s, ends string) string {
	if !strings.ContainsAny(s, "=%") {
		return s
	}
	var b strings.Builder
	done := 0
	for i := 0; i < len(s); i++ {
		sign := signAt(s[i:])
		if sign == 0 || !isSecretOrCode(nameOf(s[done:i])) {
			continue
		}
		from, to := assigned(s, i+sign, ends)
		if sign > 1 {
			if n := strings.Index(s[from:to], "%26"); n >= 0 {
				to = from + n
			}
		}
		if from == to || (ends == looseEnd && template(s[from:to])) {
			continue
		}
		b.WriteString(s[done:from])
		b.WriteString(mask)
		done = to
		i = to - 1
	}
	if done == 0 {
		return s
	}
	b.WriteString(s[done:])
	return b.String()
}

// signAt is how long the sign of equality is that a text begins with; 0 for none.
func signAt(s string) int {
	switch {
	case s[0] == '=':
		return 1
	case s[0] == '%' && len(s) > 2 && strings.EqualFold(s[1:3], "3d"):
		return 3
	}
	return 0
}

// longestName is how much is looked at of a name: its end counts.
const longestName = 100

// nameOf is the name at the end of a text, of an address the last one.
func nameOf(s string) string {
	from := len(s)
	for from > 0 && len(s)-from < longestName && nameByte(s[from-1]) {
		from--
	}
	name := s[from:]
	if plain, err := url.QueryUnescape(name); err == nil {
		name = plain
	}
	return name[strings.LastIndexAny(name, "?&#/")+1:]
}

// assigned is where a value begins and ends, without the quotes that it may be in.
func assigned(s string, at int, ends string) (from, to int) {
	if from = at; ends == looseEnd {
		for from < len(s) && s[from] == '\\' { // in a string of JSON
			from++
		}
		if from < len(s) && (s[from] == '"' || s[from] == '\'') {
			quote := s[from]
			from++
			if to = strings.IndexByte(s[from:], quote); to < 0 {
				return from, len(s)
			}
			return from, from + len(strings.TrimRight(s[from:from+to], "\\"))
		}
		from = at
	}
	if to = strings.IndexAny(s[from:], ends); to < 0 {
		return from, len(s)
	}
	return from, from + to
}

func isSecretOrCode(name string) bool { return isSecret(name) || isCode(name) }

func nameByte(c byte) bool {
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strings.IndexByte("_-.%+[]", c) >= 0
}

// tokens masks what looks like a signed token wherever it stands. At the end of a text
// that was cut, its beginning is enough.
func tokens(s string, isCut bool) string {
	const begin = "eyJ" // {" in base64
	if !strings.Contains(s, begin) {
		return s
	}
	var b strings.Builder
	for {
		i := strings.Index(s, begin)
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:i])
		end, dots := i, 0
		for end < len(s) && (base64Byte(s[end]) || s[end] == '.') {
			if s[end] == '.' {
				dots++
			}
			end++
		}
		if dots > 0 || (isCut && end == len(s)) {
			b.WriteString(mask)
		} else {
			b.WriteString(s[i:end])
		}
		s = s[end:]
	}
}

func base64Byte(c byte) bool {
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_'
}
