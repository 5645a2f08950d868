package scim

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// expression is a filter that was read, before its names are resolved.
type expression struct {
	op    string // and, or, not; [] for a path with a filter; or a comparison, pr among them
	path  string // of a comparison and of []
	value any    // of a comparison: string, bool, json.Number or nil
	args  []*expression
}

// comparisons are the operators between an attribute and a value.
var comparisons = map[string]bool{
	"eq": true, "ne": true, "co": true, "sw": true, "ew": true, "gt": true, "ge": true, "lt": true, "le": true,
}

// reader reads filters and paths as RFC 7644 §3.4.2.2 and §3.5.2 write them.
type reader struct {
	text  string
	pos   int
	depth int
}

// syntaxError says where reading stopped.
type syntaxError struct {
	pos     int
	message string
}

func (e *syntaxError) Error() string {
	return fmt.Sprintf("%s at character %d", e.message, e.pos+1)
}

func newReader(text string) (*reader, error) {
	if len(text) > maxText {
		return nil, fmt.Errorf("it is longer than %d bytes", maxText)
	}
	if !utf8.ValidString(text) {
		return nil, errors.New("it is not UTF-8")
	}
	return &reader{text: text}, nil
}

// readFilter reads a whole filter.
func readFilter(text string) (*expression, error) {
	r, err := newReader(text)
	if err != nil {
		return nil, err
	}
	e, err := r.or(true)
	if err != nil {
		return nil, err
	}
	return e, r.end()
}

// filterError is a mistake inside of the brackets of a path.
type filterError struct{ error }

func (e filterError) Unwrap() error { return e.error }

// rawPath is a path as it was written: attr, attr.sub, attr[filter], attr[filter].sub.
type rawPath struct {
	name   string
	filter *expression
	sub    string // behind the brackets
}

// readPath reads a whole path.
func readPath(text string) (rawPath, error) {
	r, err := newReader(text)
	if err != nil {
		return rawPath{}, err
	}
	r.space()
	p := rawPath{name: r.word()}
	if p.name == "" {
		return p, r.unexpected("the name of an attribute")
	}
	r.space()
	if r.take('[') {
		if p.filter, err = r.brackets(); err != nil {
			return p, filterError{err}
		}
		if r.take('.') {
			if p.sub = r.word(); p.sub == "" {
				return p, r.unexpected("the name of a sub-attribute")
			}
		}
	}
	return p, r.end()
}

// or reads alternatives. Brackets are allowed outside of brackets only.
func (r *reader) or(brackets bool) (*expression, error) {
	return r.chain("or", func() (*expression, error) {
		return r.chain("and", func() (*expression, error) { return r.term(brackets) })
	})
}

// chain reads one or more operands with the same word between them.
func (r *reader) chain(op string, operand func() (*expression, error)) (*expression, error) {
	first, err := operand()
	if err != nil {
		return nil, err
	}
	args := []*expression{first}
	for r.keyword(op) {
		next, err := operand()
		if err != nil {
			return nil, err
		}
		args = append(args, next)
	}
	if len(args) == 1 {
		return first, nil
	}
	return &expression{op: op, args: args}, nil
}

func (r *reader) term(brackets bool) (*expression, error) {
	r.space()
	if r.take('(') {
		return r.parentheses(brackets)
	}
	start := r.pos
	path := r.word()
	if path == "" {
		return nil, r.unexpected("the name of an attribute")
	}
	r.space()
	if strings.EqualFold(path, "not") && r.take('(') {
		inner, err := r.parentheses(brackets)
		if err != nil {
			return nil, err
		}
		return &expression{op: "not", args: []*expression{inner}}, nil
	}
	if r.take('[') {
		if !brackets {
			r.pos = start
			return nil, r.fail("brackets inside of brackets")
		}
		inner, err := r.brackets()
		if err != nil {
			return nil, err
		}
		return &expression{op: "[]", path: path, args: []*expression{inner}}, nil
	}
	return r.comparison(path)
}

func (r *reader) comparison(path string) (*expression, error) {
	start := r.pos
	op := strings.ToLower(r.word())
	if op == "pr" {
		return &expression{op: op, path: path}, nil
	}
	if !comparisons[op] {
		r.pos = start
		return nil, r.unexpected("an operator such as eq")
	}
	r.space()
	value, err := r.value()
	if err != nil {
		return nil, err
	}
	return &expression{op: op, path: path, value: value}, nil
}

// parentheses reads on behind an opening one.
func (r *reader) parentheses(brackets bool) (*expression, error) {
	if r.depth++; r.depth > maxNesting {
		return nil, r.fail("more than %d parentheses within one another", maxNesting)
	}
	inner, err := r.or(brackets)
	if err != nil {
		return nil, err
	}
	r.depth--
	r.space()
	if !r.take(')') {
		return nil, r.unexpected("a closing parenthesis")
	}
	return inner, nil
}

// brackets reads on behind an opening one.
func (r *reader) brackets() (*expression, error) {
	inner, err := r.or(false)
	if err != nil {
		return nil, err
	}
	r.space()
	if !r.take(']') {
		return nil, r.unexpected("a closing bracket")
	}
	return inner, nil
}

// value reads what an attribute is compared with. Text without quotes is beyond
// RFC 7644, but the published description of the API writes its examples so.
func (r *reader) value() (any, error) {
	start := r.pos
	if r.take('"') {
		return r.quoted(start)
	}
	for r.pos < len(r.text) && strings.IndexByte(" \"()[]", r.text[r.pos]) < 0 {
		r.pos++
	}
	word := r.text[start:r.pos]
	switch strings.ToLower(word) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	case "null":
		return nil, nil
	}
	if isNumber(word) {
		return json.Number(word), nil
	}
	if word == "" || word[0] == '\'' { // a search for somebody in single quotes would find nobody, whoever there is
		r.pos = start
		return nil, r.unexpected("a value: text in double quotes, a number, true or false")
	}
	return word, nil
}

// quoted reads on behind the opening quote; start is where that stands.
func (r *reader) quoted(start int) (any, error) {
	for r.pos < len(r.text) && r.text[r.pos] != '"' {
		if r.text[r.pos] == '\\' {
			r.pos++
		}
		r.pos++
	}
	if !r.take('"') {
		r.pos = start
		return nil, r.fail("text without a closing quote")
	}
	var s string
	if err := json.Unmarshal([]byte(r.text[start:r.pos]), &s); err != nil {
		r.pos = start
		return nil, r.fail("text that is not a JSON string")
	}
	return s, nil
}

// word reads an attribute path, an operator or a keyword.
func (r *reader) word() string {
	start := r.pos
	for r.pos < len(r.text) && isName(r.text[r.pos]) {
		r.pos++
	}
	return r.text[start:r.pos]
}

// isName says whether names with their URNs and dots can hold a character.
func isName(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	default:
		return strings.IndexByte("$-_.:", c) >= 0
	}
}

// keyword takes a word between operands, or nothing.
func (r *reader) keyword(word string) bool {
	start := r.pos
	r.space()
	if strings.EqualFold(r.word(), word) {
		return true
	}
	r.pos = start
	return false
}

func (r *reader) space() {
	for r.pos < len(r.text) && r.text[r.pos] == ' ' {
		r.pos++
	}
}

func (r *reader) take(c byte) bool {
	if r.pos < len(r.text) && r.text[r.pos] == c {
		r.pos++
		return true
	}
	return false
}

func (r *reader) end() error {
	r.space()
	if r.pos < len(r.text) {
		return r.unexpected("the end")
	}
	return nil
}

func (r *reader) fail(format string, args ...any) error {
	return &syntaxError{pos: utf8.RuneCountInString(r.text[:min(r.pos, len(r.text))]), message: fmt.Sprintf(format, args...)}
}

// unexpected reports the character at hand, or the end.
func (r *reader) unexpected(wanted string) error {
	if r.pos >= len(r.text) {
		return r.fail("it ends where %s should be", wanted)
	}
	c, _ := utf8.DecodeRuneInString(r.text[r.pos:])
	return r.fail("found %q where %s should be", c, wanted)
}
