package velocity

import "strings"

// parser reads one source. Parsers of string literals share what must hold for
// the whole template.
type parser struct {
	source *source
	text   string
	pos    int
	*shared
	// fresh is true where the original's lexer starts a new token, the only
	// place where #set swallows the blanks before it.
	fresh bool
	// refEnd is the offset after a reference without braces, where the original
	// still reads on as if in a reference.
	refEnd int
	// memberEnd is the offset after a reference without braces that ends in a
	// member. There the original's lexer is still in that reference, whatever
	// follows: "$a.b##c" has no comment, "$a.b${c}(d)" is a syntax error.
	memberEnd int
	// inIf is greater than zero inside an #if statement, condition or block.
	inIf int
}

// shared is the part of the state that a string literal's parser takes over.
type shared struct {
	depth    int
	mutates  bool
	patterns map[string]*pattern
}

func (p *parser) fail(offset int, format string, args ...any) error {
	return p.source.fail(offset, format, args...)
}

// unexpected is the error for what stands at the current position.
func (p *parser) unexpected(want string) error {
	return p.fail(p.pos, "Encountered %s, was expecting %s", p.source.excerpt(p.pos), want)
}

// enter counts one level of nesting; the caller leaves with p.depth--.
func (p *parser) enter() error {
	p.depth++
	if p.depth > MaxDepth {
		return p.fail(p.pos, "The template is nested more than %d levels deep", MaxDepth)
	}
	return nil
}

// document parses the whole source.
func (p *parser) document() ([]node, error) {
	body, stop, err := p.block()
	if err != nil {
		return nil, err
	}
	if stop.kind != stopEOF {
		return nil, p.fail(stop.offset, "Encountered %q without an #if before it", p.text[stop.offset:p.pos])
	}
	return body, nil
}

// stop says what ended a block.
type stop struct {
	kind   stopKind
	offset int
}

type stopKind int

const (
	stopEOF stopKind = iota
	stopEnd
	stopElse
	stopElseIf
)

// block parses statements up to #end, #else, #elseif or the end of the source,
// and reads that word, too.
func (p *parser) block() ([]node, stop, error) {
	var body []node
	if err := p.enter(); err != nil {
		return nil, stop{}, err
	}
	defer func() { p.depth-- }()
	p.fresh = true
	for p.pos < len(p.text) {
		if p.fresh && isBlank(p.text[p.pos]) {
			if at, ok := setAt(p.text, skipBlanks(p.text, p.pos)); ok {
				p.pos = at
				n, err := p.set()
				if err != nil {
					return nil, stop{}, err
				}
				body = append(body, n)
				continue
			}
		}
		var n node
		var err error
		p.fresh = true
		switch p.text[p.pos] {
		case '$':
			n, err = p.dollar(p.pos)
		case '\\':
			n, err = p.backslash()
		case '#':
			if end, ok := p.stop(); ok {
				return body, end, nil
			}
			n, err = p.hash()
		default:
			if p.pos == p.refEnd && p.pos > 0 && p.runtAhead() {
				n, err = p.runt()
			} else {
				n = p.plain()
			}
		}
		if err != nil {
			return nil, stop{}, err
		}
		body = appendNode(body, n)
	}
	return body, stop{kind: stopEOF, offset: p.pos}, nil
}

// appendNode joins neighboring texts and drops what renders nothing.
func appendNode(body []node, n node) []node {
	t, ok := n.(text)
	if !ok {
		if n == nil {
			return body
		}
		return append(body, n)
	}
	if t == "" {
		return body
	}
	if len(body) > 0 {
		if last, ok := body[len(body)-1].(text); ok && len(last) < 64 {
			body[len(body)-1] = last + t
			return body
		}
	}
	return append(body, t)
}

// plain reads text up to the next character that may mean something.
func (p *parser) plain() node {
	rest := p.text[p.pos:]
	if p.pos > 0 && p.pos == p.refEnd && (rest[0] == '{' || rest[0] == '}') {
		p.pos++
		if rest[0] == '{' {
			p.refEnd = p.pos
		}
		return text(rest[:1])
	}
	p.fresh = false
	n := strings.IndexAny(rest, `$#\`)
	if n < 0 {
		n = len(rest)
	}
	p.pos += n
	return text(rest[:n])
}

// backslash reads a run of backslashes. They escape what follows, if that is a
// reference or a directive that exists; else they are text.
func (p *parser) backslash() (node, error) {
	start := p.pos
	end := start
	for end < len(p.text) && p.text[end] == '\\' {
		end++
	}
	if end == len(p.text) {
		p.pos = end
		return text(p.text[start:]), nil
	}
	switch p.text[end] {
	case '$':
		return p.dollar(start)
	case '#':
		return p.escaped(start, end)
	}
	p.pos = end
	return text(p.text[start:end]), nil
}

// escaped reads backslashes before a '#'.
func (p *parser) escaped(start, hash int) (node, error) {
	count := hash - start
	word, end := directiveWord(p.text, hash)
	known := isDirective(word)
	switch {
	case word == "":
		p.pos = hash
		return text(p.text[start:hash]), nil
	case count%2 == 1 && (known || word == "set"):
		p.pos = end
		return text(p.text[start:start+count/2] + p.text[hash:end]), nil
	case count%2 == 1:
		p.pos = end
		return text(p.text[start:end]), nil
	case known:
		p.pos = hash
		return text(p.text[start : start+count/2]), nil
	}
	p.pos = hash
	return text(p.text[start:hash]), nil
}

// skipBlanks returns the first offset that is neither a blank nor a tabulator.
func skipBlanks(s string, i int) int {
	for i < len(s) && isBlank(s[i]) {
		i++
	}
	return i
}

// skipSpace is skipBlanks with line ends.
func skipSpace(s string, i int) int {
	for i < len(s) && (isBlank(s[i]) || s[i] == '\n' || s[i] == '\r') {
		i++
	}
	return i
}

// skipLine returns the offset after blanks and a line end, or i if there is none:
// a directive swallows the rest of an otherwise empty line.
func skipLine(s string, i int) int {
	end := skipBlanks(s, i)
	switch {
	case end == len(s):
		return i
	case s[end] == '\n':
		return end + 1
	case s[end] == '\r' && end+1 < len(s) && s[end+1] == '\n':
		return end + 2
	case s[end] == '\r':
		return end + 1
	}
	return i
}

func isBlank(c byte) bool  { return c == ' ' || c == '\t' }
func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }
