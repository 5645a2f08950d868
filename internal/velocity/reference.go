package velocity

import "strings"

// reference is $x, ${x}, $!x or $!{x}, with members, methods and indexes.
type reference struct {
	place place
	// prefix is text that the lexer binds to the reference: halved backslashes
	// and stray "$" or "#" before it.
	prefix string
	// escaped says that an odd number of backslashes stands before it.
	escaped bool
	quiet   bool
	// lenient marks the bare test of a name, where it may be undefined.
	lenient bool
	// literal is the reference as it was written.
	literal string
	root    string
	path    []step
}

type step struct {
	kind   stepKind
	offset int
	name   string
	args   []expr // of a method, or the one index
}

type stepKind int

const (
	property stepKind = iota
	method
	index
)

// reference reads a reference that starts at the current position with '$'.
func (p *parser) reference() (*reference, error) {
	start := p.pos
	ref := &reference{place: place{p.source, start}}
	p.pos++
	if strings.HasPrefix(p.text[p.pos:], "!") {
		ref.quiet = true
		p.pos++
	}
	braces := strings.HasPrefix(p.text[p.pos:], "{")
	if braces {
		p.pos++
	}
	root, err := p.identifier()
	if err != nil {
		return nil, err
	}
	ref.root = root
	if err := p.path(ref, braces); err != nil {
		return nil, err
	}
	if braces {
		if p.pos == len(p.text) || p.text[p.pos] != '}' {
			return nil, p.unexpected(`"." or "[" or "}"`)
		}
		p.pos++
	}
	ref.literal = p.text[start:p.pos]
	return ref, nil
}

// path reads members, methods and indexes.
func (p *parser) path(ref *reference, braces bool) error {
	for p.pos < len(p.text) {
		var err error
		next := step{offset: p.pos}
		switch {
		case p.text[p.pos] == '[':
			err = p.index(&next)
		case p.text[p.pos] == '.' && p.pos+1 < len(p.text) && isLetter(p.text[p.pos+1]):
			p.pos++
			next.offset = p.pos
			err = p.member(&next, braces)
		default:
			return nil
		}
		if err != nil {
			return err
		}
		if len(ref.path) == MaxDepth {
			return p.fail(next.offset, "A reference has more than %d members", MaxDepth)
		}
		ref.path = append(ref.path, next)
	}
	return nil
}

func (p *parser) index(s *step) error {
	if err := p.enter(); err != nil {
		return err
	}
	defer func() { p.depth-- }()
	s.kind = index
	p.pos = skipSpace(p.text, p.pos+1)
	value, err := p.value(values{index: true, bare: true})
	if err != nil {
		return err
	}
	s.args = []expr{value}
	p.pos = skipSpace(p.text, p.pos)
	if p.pos == len(p.text) || p.text[p.pos] != ']' {
		return p.unexpected(`"]"`)
	}
	p.pos++
	return nil
}

func (p *parser) member(s *step, braces bool) error {
	name, err := p.identifier()
	if err != nil {
		return err
	}
	s.name = name
	if p.pos == len(p.text) || p.text[p.pos] != '(' || p.pos+1 == len(p.text) && !braces {
		return nil
	}
	s.kind = method
	if changes[name] {
		p.mutates = true
	}
	p.pos++
	if s.args, err = p.list(')', values{bare: true}); err != nil {
		return err
	}
	p.precompile(s)
	return nil
}

// precompile compiles a regular expression that is written in the template. A
// faulty one fails when it is used, as in the original.
func (p *parser) precompile(s *step) {
	if !takesPattern[s.name] || len(s.args) == 0 || len(p.patterns) == maxCompiled {
		return
	}
	c, ok := s.args[0].(constant)
	if !ok {
		return
	}
	source, ok := c.value.(string)
	if !ok {
		return
	}
	if compiled, err := compilePattern(source); err == nil {
		if p.patterns == nil {
			p.patterns = make(map[string]*pattern)
		}
		p.patterns[source] = compiled
	}
}

// takesPattern names the methods whose first argument is a regular expression.
var takesPattern = map[string]bool{"replaceAll": true, "replaceFirst": true, "matches": true, "split": true}

// identifier reads a name. "true" and "false" are none.
func (p *parser) identifier() (string, error) {
	start := p.pos
	end := identifierEnd(p.text, start)
	name := p.text[start:end]
	if name == "" || name == "true" || name == "false" {
		return "", p.unexpected("a name")
	}
	p.pos = end
	return name, nil
}

func identifierEnd(s string, i int) int {
	if i == len(s) || !isLetter(s[i]) && s[i] != '_' {
		return i
	}
	for i < len(s) && (isLetter(s[i]) || isDigit(s[i]) || s[i] == '_' || s[i] == '-') {
		i++
	}
	return i
}
