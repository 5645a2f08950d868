package jsonpath

import (
	"fmt"
	"unicode/utf8"
)

// ParseError says why a text is not one JSON document.
type ParseError struct {
	Offset  int // in bytes
	Message string
}

// Error implements error.
func (e *ParseError) Error() string {
	return fmt.Sprintf("invalid JSON at offset %d: %s", e.Offset, e.Message)
}

// Parse reads one JSON document, as strictly as encoding/json. Of members that
// share a name the last one's value stands at the first one's place, as Java's
// maps have it. Halves of surrogate pairs and bytes that are not UTF-8 become
// U+FFFD.
func Parse(doc []byte) (*Value, error) {
	p := parser{text: valid(string(doc))}
	var root Value
	p.space()
	if err := p.value(&root, 0); err != nil {
		return nil, err
	}
	p.space()
	if p.pos < len(p.text) {
		return nil, p.fail("unexpected text after the document")
	}
	return &root, nil
}

// parser reads values onto a stack; when an array or object closes, its part
// of the stack moves to a list of exactly its length. Lists are carved from
// shared slabs, because one allocation per array would cost more than reading.
type parser struct {
	text  string
	pos   int
	stack []Value
	slab  []Value
}

func (p *parser) fail(format string, args ...any) error {
	return &ParseError{Offset: p.pos, Message: fmt.Sprintf(format, args...)}
}

// unexpected reports the character at hand, or the end.
func (p *parser) unexpected(wanted string) error {
	if p.pos >= len(p.text) {
		return p.fail("the text ends where %s should be", wanted)
	}
	r, _ := utf8.DecodeRuneInString(p.text[p.pos:])
	return p.fail("found %q where %s should be", r, wanted)
}

func (p *parser) space() {
	for p.pos < len(p.text) {
		switch p.text[p.pos] {
		case ' ', '\n', '\r', '\t':
			p.pos++
		default:
			return
		}
	}
}

func (p *parser) value(v *Value, depth int) (err error) {
	if p.pos >= len(p.text) {
		return p.unexpected("a value")
	}
	switch p.text[p.pos] {
	case '{':
		v.kind = Object
		v.list, err = p.object(depth + 1)
	case '[':
		v.kind = Array
		v.list, err = p.array(depth + 1)
	case '"':
		v.kind = String
		v.text, err = p.str()
	case 't':
		v.kind = Bool
		v.text, err = p.word("true")
	case 'f':
		v.kind = Bool
		v.text, err = p.word("false")
	case 'n':
		v.kind = Null
		_, err = p.word("null")
	default:
		v.kind = Number
		v.text, err = p.number()
	}
	return err
}

func (p *parser) word(w string) (string, error) {
	for i := range len(w) {
		if p.pos >= len(p.text) || p.text[p.pos] != w[i] {
			return "", p.unexpected(w)
		}
		p.pos++
	}
	return w, nil
}

func (p *parser) number() (string, error) {
	start := p.pos
	if p.pos < len(p.text) && p.text[p.pos] == '-' {
		p.pos++
	}
	switch {
	case p.pos < len(p.text) && p.text[p.pos] == '0':
		p.pos++
	case !p.digits():
		if start == p.pos {
			return "", p.unexpected("a value")
		}
		return "", p.unexpected("a digit")
	}
	if p.pos < len(p.text) && p.text[p.pos] == '.' {
		p.pos++
		if !p.digits() {
			return "", p.unexpected("a digit")
		}
	}
	if p.pos < len(p.text) && p.text[p.pos]|0x20 == 'e' {
		p.pos++
		if p.pos < len(p.text) && (p.text[p.pos] == '+' || p.text[p.pos] == '-') {
			p.pos++
		}
		if !p.digits() {
			return "", p.unexpected("a digit")
		}
	}
	return p.text[start:p.pos], nil
}

// digits reads one digit or more.
func (p *parser) digits() bool {
	start := p.pos
	for p.pos < len(p.text) && p.text[p.pos]-'0' <= 9 {
		p.pos++
	}
	return p.pos > start
}

func isDigit(c byte) bool { return c-'0' <= 9 }

func (p *parser) array(depth int) ([]Value, error) {
	if depth > maxDepth {
		return nil, p.fail("more than %d arrays and objects within one another", maxDepth)
	}
	mark := len(p.stack)
	p.pos++
	p.space()
	if p.pos < len(p.text) && p.text[p.pos] == ']' {
		p.pos++
		return nil, nil
	}
	for {
		var item Value
		if err := p.value(&item, depth); err != nil {
			return nil, err
		}
		p.stack = append(p.stack, item)
		p.space()
		if p.pos >= len(p.text) {
			return nil, p.unexpected("a comma or ]")
		}
		switch p.text[p.pos] {
		case ',':
			p.pos++
			p.space()
		case ']':
			p.pos++
			return p.take(mark), nil
		default:
			return nil, p.unexpected("a comma or ]")
		}
	}
}

func (p *parser) object(depth int) ([]Value, error) {
	if depth > maxDepth {
		return nil, p.fail("more than %d arrays and objects within one another", maxDepth)
	}
	mark := len(p.stack)
	p.pos++
	p.space()
	if p.pos < len(p.text) && p.text[p.pos] == '}' {
		p.pos++
		return nil, nil
	}
	for {
		var member Value
		if err := p.member(&member, depth); err != nil {
			return nil, err
		}
		p.stack = append(p.stack, member)
		p.space()
		if p.pos >= len(p.text) {
			return nil, p.unexpected("a comma or }")
		}
		switch p.text[p.pos] {
		case ',':
			p.pos++
			p.space()
		case '}':
			p.pos++
			p.unify(mark)
			return p.take(mark), nil
		default:
			return nil, p.unexpected("a comma or }")
		}
	}
}

func (p *parser) member(v *Value, depth int) (err error) {
	if p.pos >= len(p.text) || p.text[p.pos] != '"' {
		return p.unexpected("a member's name in quotation marks")
	}
	if v.key, err = p.str(); err != nil {
		return err
	}
	p.space()
	if p.pos >= len(p.text) || p.text[p.pos] != ':' {
		return p.unexpected("a colon")
	}
	p.pos++
	p.space()
	return p.value(v, depth)
}

// unify leaves one member of each name on the stack above mark.
func (p *parser) unify(mark int) {
	members := p.stack[mark:]
	const few = 16 // up to here comparing is quicker than hashing
	if len(members) <= few {
		for i := 1; i < len(members); i++ {
			for j := range i {
				if members[j].key == members[i].key {
					p.unifyMany(mark)
					return
				}
			}
		}
		return
	}
	p.unifyMany(mark)
}

func (p *parser) unifyMany(mark int) {
	members := p.stack[mark:]
	places := make(map[string]int, len(members))
	n := 0
	for i := range members {
		if at, ok := places[members[i].key]; ok {
			members[at] = members[i]
			continue
		}
		places[members[i].key] = n
		members[n] = members[i]
		n++
	}
	p.stack = p.stack[:mark+n]
}

// take moves what is above mark from the stack to a list of its own.
func (p *parser) take(mark int) []Value {
	n := len(p.stack) - mark
	if n > len(p.slab) {
		const least, most = 32, 1024
		p.slab = make([]Value, max(n, min(most, max(least, (len(p.text)-p.pos)/32))))
	}
	list := p.slab[:n:n]
	p.slab = p.slab[n:]
	copy(list, p.stack[mark:])
	p.stack = p.stack[:mark]
	return list
}
