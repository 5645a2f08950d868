package jsonpath

import (
	"slices"
	"strconv"
	"strings"
)

// Compile parses a path. The error is a *SyntaxError. A path that does not
// start with $ or @ gets $. put before it, so that .total looks for total at
// any depth.
func Compile(path string) (*Path, error) {
	if len(path) > maxPath {
		return nil, &SyntaxError{Path: path, Offset: maxPath, Message: "the path is longer than " + strconv.Itoa(maxPath) + " bytes"}
	}
	c := compiler{given: path}
	text := strings.Trim(path, " ")
	c.shift = strings.Index(path, text)
	if text == "" {
		return nil, c.fail(0, "the path is empty")
	}
	if text[0] != '$' && text[0] != '@' {
		text = "$." + text
		c.shift -= len("$.")
	}
	p, err := c.path(text, 0)
	if err != nil {
		return nil, err
	}
	p.text = path
	return p, nil
}

// compiler reads paths and the filters in them, which hold paths again.
type compiler struct {
	given string
	shift int // from an offset in the text at hand to one in given
	depth int
}

func (c *compiler) fail(offset int, message string) error {
	offset = min(max(offset+c.shift, 0), len(c.given))
	return &SyntaxError{Path: c.given, Offset: offset, Message: message}
}

// enter guards against paths nested too deep; leave undoes it.
func (c *compiler) enter(offset int) error {
	if c.depth++; c.depth > maxNesting {
		return c.fail(offset, "more than "+strconv.Itoa(maxNesting)+" brackets within one another")
	}
	return nil
}

func (c *compiler) leave() { c.depth-- }

// path compiles text, which starts with $ or @ and lies at offset base.
func (c *compiler) path(text string, base int) (*Path, error) {
	if err := c.enter(base); err != nil {
		return nil, err
	}
	defer c.leave()
	if strings.HasSuffix(text, ".") {
		return nil, c.fail(base+len(text)-1, "a path must not end with a dot")
	}
	p := &Path{text: text, fromItem: text[0] == '@'}
	r := stepReader{compiler: c, text: text, base: base, pos: 1}
	if len(text) > 1 {
		if text[1] != '.' && text[1] != '[' {
			return nil, r.fail("a dot or [ must follow " + text[:1])
		}
		if err := r.all(p); err != nil {
			return nil, err
		}
	}
	p.finish()
	return p, nil
}

// stepReader reads the steps of one path.
type stepReader struct {
	*compiler
	text string
	base int
	pos  int
}

func (r *stepReader) fail(message string) error {
	return r.compiler.fail(r.base+r.pos, message)
}

// all reads steps to the end. One last character after a step is ignored, as
// Jayway does by accident: $.a[0]] is $.a[0], and paths in use depend on it.
func (r *stepReader) all(p *Path) error {
	for first := true; first || r.pos+1 < len(r.text); first = false {
		if r.text[r.pos] == '.' {
			if err := r.dots(p); err != nil {
				return err
			}
		}
		var s step
		var err error
		switch r.text[r.pos] {
		case '[':
			s, err = r.bracket()
		case '*':
			s = step{kind: stepWild}
			r.pos++
		default:
			s, err = r.name()
		}
		if err != nil {
			return err
		}
		p.steps = append(p.steps, s)
	}
	return nil
}

// dots reads . or .., after which something must come, because a path does
// not end with a dot.
func (r *stepReader) dots(p *Path) error {
	r.pos++
	if r.text[r.pos] == '.' {
		p.steps = append(p.steps, step{kind: stepScan})
		r.pos++
	}
	if r.text[r.pos] == '.' {
		return r.fail("a dot too many")
	}
	return nil
}

// name reads a name without quotes or a function call.
func (r *stepReader) name() (step, error) {
	start := r.pos
	for ; r.pos < len(r.text); r.pos++ {
		switch r.text[r.pos] {
		case ' ':
			return step{}, r.fail("a name with a blank must be written ['like this']")
		case '(':
			return r.function(r.text[start:r.pos])
		case '.', '[':
			return step{names: []string{r.text[start:r.pos]}}, nil
		}
	}
	return step{names: []string{r.text[start:]}}, nil
}

// blank skips blanks and tells the character after them, or 0.
func (r *stepReader) blank() byte {
	for r.pos < len(r.text) {
		if c := r.text[r.pos]; c != ' ' {
			return c
		}
		r.pos++
	}
	return 0
}

func (r *stepReader) bracket() (step, error) {
	r.pos++
	switch c := r.blank(); {
	case c == '\'' || c == '"':
		return r.quoted(c)
	case c == '*':
		r.pos++
		return step{kind: stepWild}, r.close()
	case c == '?':
		r.pos++
		return r.filter()
	case isDigit(c) || c == '-' || c == ':':
		return r.numbers()
	case c == 0:
		return step{}, r.fail("the bracket is not closed")
	default:
		return step{}, r.fail("a name in quotes, a number, * or ?( must follow [")
	}
}

func (r *stepReader) close() error {
	if r.blank() != ']' {
		return r.fail("the bracket is not closed")
	}
	r.pos++
	return nil
}

// quoted reads names in quotes, all of the same sort.
func (r *stepReader) quoted(quote byte) (step, error) {
	var s step
	for {
		name, err := r.quotedText(quote)
		if err != nil {
			return step{}, err
		}
		s.names = append(s.names, name)
		if r.blank() != ',' {
			return s, r.close()
		}
		r.pos++
		if r.blank() != quote {
			return step{}, r.fail("a name in " + string(quote) + " must follow the comma")
		}
	}
}

func (r *stepReader) quotedText(quote byte) (string, error) {
	end := closingQuote(r.text, r.pos)
	if end < 0 {
		return "", r.fail("the closing " + string(quote) + " is missing")
	}
	text := unescapeJava(r.text[r.pos+1 : end])
	r.pos = end + 1
	return text, nil
}

// closingQuote finds the quote that closes the one at start, or -1.
func closingQuote(text string, start int) int {
	for i := start + 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case text[start]:
			return i
		}
	}
	return -1
}

// unescapeJava undoes backslashes as Java source has them. One before any
// other character only vanishes.
func unescapeJava(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c != '\\' || i+1 == len(s) {
			b.WriteByte(c)
			continue
		}
		i++
		switch c = s[i]; c {
		case 'u':
			if r, n := codePoint(s[i:]); n > 0 {
				b.WriteRune(r)
				i += n - 1
				continue
			}
		case 'b', 'f', 'n', 'r', 't':
			c = unescaped(c)
		}
		b.WriteByte(c)
	}
	return b.String()
}

// numbers reads indexes or a slice.
func (r *stepReader) numbers() (step, error) {
	length := strings.IndexByte(r.text[r.pos:], ']')
	if length < 0 {
		return step{}, r.fail("the bracket is not closed")
	}
	inner := strings.Trim(r.text[r.pos:r.pos+length], " ")
	s, err := r.indexes(inner)
	if err != nil {
		return step{}, err
	}
	r.pos += length + 1
	return s, nil
}

func (r *stepReader) indexes(inner string) (step, error) {
	if strings.Contains(inner, ":") {
		s, err := r.parseSlice(inner)
		return step{kind: stepSlice, slice: s}, err
	}
	inner = strings.TrimRight(inner, ",")
	s := step{kind: stepIndex, indexes: make([]int, 0, strings.Count(inner, ",")+1)}
	for part := range strings.SplitSeq(inner, ",") {
		n, err := r.number(strings.Trim(part, " "))
		if err != nil {
			return step{}, err
		}
		s.indexes = append(s.indexes, n)
	}
	return s, nil
}

func (r *stepReader) number(text string) (int, error) {
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || text[0] == '+' {
		return 0, r.fail(strconv.Quote(text) + " is not an index")
	}
	return int(n), nil
}

// parseSlice takes two ends at most; what comes after a second colon, a step
// in other dialects, counts for nothing.
func (r *stepReader) parseSlice(inner string) (s slice, err error) {
	ends := strings.Split(inner, ":")
	if s.hasFrom = ends[0] != ""; s.hasFrom {
		if s.from, err = r.number(ends[0]); err != nil {
			return s, err
		}
	}
	if s.hasTo = ends[1] != ""; s.hasTo {
		if s.to, err = r.number(ends[1]); err != nil {
			return s, err
		}
	}
	if !s.hasFrom && !s.hasTo {
		return s, r.fail("a slice needs an end")
	}
	if strings.ContainsFunc(strings.Join(slices.Clip(ends[2:]), ""), func(c rune) bool { return c != '-' && (c < '0' || c > '9') }) {
		return s, r.fail(strconv.Quote(inner) + " is not a slice")
	}
	return s, nil
}
