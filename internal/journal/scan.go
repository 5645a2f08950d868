package journal

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// maxNested is how deep texts inside of texts are looked into: a data action's test
// tells of the bodies that it has sent as such.
const maxNested = 3

// scope is what holds for the values of an object or a list, or for the next value.
type scope uint8

const (
	free        scope = iota
	code              // an authorization code, unless it is a word
	credentials       // fields of a credential: those that are no secret are shown
	address           // an address, unless it holds more
	hidden            // secrets
)

// scopeUnder is what holds for the value under a name.
func scopeUnder(name string, outer scope) scope {
	switch {
	case outer == hidden:
		return hidden
	case outer == credentials:
		switch field := plainName(name); {
		case slices.Contains(shownFields, field):
			return free
		case slices.Contains(addressFields, field):
			return address
		}
		return hidden
	case plainName(name) == "credentialfields":
		return credentials
	case isSecret(name):
		return hidden
	case isCode(name):
		return code
	}
	return free
}

// shownFields are the fields of credentials that are no secret (decisions.md 28,
// facts: integrations.md §5).
var (
	shownFields   = []string{"clientid", "username", "user", "useremail", "applicationid", "arn"}
	addressFields = []string{"loginurl", "baseurl", "orgwebaddress"}
)

// scan masks the secrets in a text that is JSON, or its beginning, or like it. It does
// not parse: whatever comes, what stands behind the name of a secret and a colon is
// not shown.
func scan(s string, nested int) string {
	if !strings.ContainsAny(s, ":=") {
		return s
	}
	sc := scanner{in: s, nested: nested}
	sc.run()
	return string(sc.out)
}

type scanner struct {
	in     string
	at     int
	out    []byte
	nested int
	open   []opened
	next   scope // of the next value
	named  bool  // next was said by a name
	role   role  // of the next value
}

// opened is an object or a list that has not ended.
type opened struct {
	scope    scope
	role     role // of itself, in the object that it is in
	from     int  // where it begins in out
	secret   bool // one of its members says that the value beside it is a secret
	value    [2]int
	hasValue bool
}

// role is what a member is to those beside it: {"path": "password", "value": "x"}, as
// SCIM and lists of headers write.
type role uint8

const (
	noRole role = iota
	says        // what the value is of
	isValue
)

func roleOf(name string) role {
	switch plainName(name) {
	case "path", "name", "key", "header", "field", "attribute", "parameter":
		return says
	case "value", "values", "newvalue", "oldvalue":
		return isValue
	}
	return noRole
}

func (s *scanner) run() {
	s.out = make([]byte, 0, len(s.in)+len(mask))
	for s.at < len(s.in) {
		switch c := s.in[s.at]; c {
		case '{', '[':
			s.open = append(s.open, opened{scope: s.current(), role: s.role, from: len(s.out)})
			s.copy()
			s.unnamed()
		case '}', ']':
			s.copy()
			if n := len(s.open); n > 0 {
				closed := s.open[n-1]
				s.open = s.open[:n-1]
				if closed.role == isValue {
					s.valueAt(closed.from)
				}
			}
			s.unnamed()
		case ',':
			s.copy()
			s.unnamed()
		case ':', ' ', '\t', '\r', '\n':
			s.copy()
		case '"':
			s.quoted()
		default:
			s.bare()
		}
	}
}

func (s *scanner) copy() {
	s.out = append(s.out, s.in[s.at])
	s.at++
}

// unnamed forgets what was said of the next value.
func (s *scanner) unnamed() { s.next, s.named, s.role = free, false, noRole }

// inside is what is open; nil where nothing is.
func (s *scanner) inside() *opened {
	if n := len(s.open); n > 0 {
		return &s.open[n-1]
	}
	return nil
}

// valueAt notes where the value of an object has been written, which a member behind
// it may still say to be a secret.
func (s *scanner) valueAt(from int) {
	if o := s.inside(); o != nil && !o.secret {
		o.value, o.hasValue = [2]int{from, len(s.out)}, true
	}
}

// said takes what an object says that its value is of.
func (s *scanner) said(text string) {
	o := s.inside()
	if o == nil || o.secret || !isSecret(text) {
		return
	}
	o.secret = true
	if !o.hasValue {
		return
	}
	switch value := string(s.out[o.value[0]:o.value[1]]); value {
	case "true", "false", "null", `""`:
	default:
		s.out = append(append(s.out[:o.value[0]:o.value[0]], `"`+mask+`"`...), s.out[o.value[1]:]...)
	}
}

// current is what holds for a value here.
func (s *scanner) current() scope {
	outer := s.outer()
	if s.named {
		return s.next
	}
	if outer == credentials { // in no object
		return hidden
	}
	return outer
}

// outer is what holds for what is open.
func (s *scanner) outer() scope {
	if o := s.inside(); o != nil {
		return o.scope
	}
	return free
}

// name takes what stands before a colon.
func (s *scanner) name(text string) {
	s.next, s.named, s.role = scopeUnder(text, s.outer()), true, roleOf(text)
	if o := s.inside(); s.role == isValue && o != nil && o.secret {
		s.next = hidden
	}
}

// isName says whether a colon follows.
func (s *scanner) isName(end int) bool {
	return strings.HasPrefix(strings.TrimLeft(s.in[end:], " \t\r\n"), ":")
}

// quoted takes a string, which may not end.
func (s *scanner) quoted() {
	end, closed := s.at+1, false
	for end < len(s.in) && !closed {
		switch s.in[end] {
		case '\\':
			end++
		case '"':
			closed = true
		}
		end++
	}
	end = min(end, len(s.in))
	raw := s.in[s.at:end]
	text := unquote(raw, closed)
	if closed && s.isName(end) {
		if shown := assignments(text, looseEnd); shown != text {
			raw = quote(shown)
		}
		s.out = append(s.out, raw...)
		s.at = end
		s.name(text)
		return
	}
	s.at = end
	if shown := s.value(text); shown != text {
		raw = quote(shown)
		if !closed {
			raw = strings.TrimSuffix(raw, `"`)
		}
	}
	s.put(raw, text)
}

// put writes a value, and takes what it says of others.
func (s *scanner) put(shown, text string) {
	from := len(s.out)
	s.out = append(s.out, shown...)
	switch s.role {
	case isValue:
		s.valueAt(from)
	case says:
		s.said(text)
	}
}

func quote(text string) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(text) // texts can be encoded
	return strings.TrimSuffix(b.String(), "\n")
}

// unquote is the text of a string, as far as it can be read: what is wrong in it stays
// as it is.
func unquote(raw string, closed bool) string {
	raw = raw[1:]
	if closed {
		raw = raw[:len(raw)-1]
	}
	if strings.IndexByte(raw, '\\') < 0 {
		return raw
	}
	var b strings.Builder
	var text string
	if json.Unmarshal([]byte(`"`+raw+`"`), &text) == nil {
		return text
	}
	for len(raw) > 0 {
		if raw[0] != '\\' {
			n := strings.IndexByte(raw, '\\')
			if n < 0 {
				n = len(raw)
			}
			b.WriteString(raw[:n])
			raw = raw[n:]
			continue
		}
		n := 2
		if strings.HasPrefix(raw, `\u`) {
			n = 6
			if strings.HasPrefix(raw[min(6, len(raw)):], `\u`) { // perhaps the other half of a character
				n = 12
			}
		}
		escape := raw[:min(n, len(raw))]
		var c string
		if json.Unmarshal([]byte(`"`+escape+`"`), &c) != nil {
			c = escape
		}
		b.WriteString(c)
		raw = raw[len(escape):]
	}
	return b.String()
}

// bare takes what stands without quotes: a number, a word, or a piece of a text that
// is no JSON.
func (s *scanner) bare() {
	n := strings.IndexAny(s.in[s.at:], "{}[],:\" \t\r\n")
	if n < 0 {
		n = len(s.in) - s.at
	}
	raw := s.in[s.at : s.at+n]
	s.at += n
	if s.isName(s.at) && !strings.HasPrefix(s.in[s.at:], "://") {
		s.out = append(s.out, assignments(raw, looseEnd)...)
		s.name(raw)
		return
	}
	shown := raw
	if raw != "true" && raw != "false" && raw != "null" && raw != mask {
		if shown = s.value(raw); shown == mask {
			shown = `"` + mask + `"`
		}
	}
	s.put(shown, raw)
}

// value is what is shown of a value.
func (s *scanner) value(text string) string {
	switch s.current() {
	case hidden, credentials: // the fields of a credential are in an object
		if text == "" || (s.nested > 0 && template(text)) {
			return text
		}
		return mask
	case code:
		if !wordCode(text) {
			return mask
		}
	case address:
		if !isAddress(text) {
			return mask
		}
		return text
	}
	if s.nested == maxNested && looksJSON(text) {
		return mask // nobody writes so
	}
	text = spots(assignments(text, looseEnd))
	if s.nested < maxNested && strings.Contains(text, ":") {
		return scan(text, s.nested+1)
	}
	return text
}

// template says whether a text is one reference of a template, such as
// ${credentials.password}.
func template(text string) bool {
	return strings.HasPrefix(text, "${") && strings.IndexByte(text, '}') == len(text)-1
}

// isAddress says whether a text is a URL without a user, a query or a fragment.
func isAddress(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil && u.RawQuery == "" && u.Fragment == ""
}
