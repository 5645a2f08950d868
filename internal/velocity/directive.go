package velocity

import "strings"

// refused are the directives of Velocity that data actions do not have.
// Guess: the product reports them as unsupported; in which words is not known.
var refused = map[string]bool{
	"foreach": true, "macro": true, "include": true, "parse": true, "evaluate": true,
	"define": true, "stop": true, "break": true, "literal": true,
}

// isDirective tells whether backslashes escape the word.
func isDirective(word string) bool {
	switch word {
	case "if", "else", "elseif", "end":
		return true
	}
	return refused[word]
}

// directiveWord returns the word after a '#', with or without braces, and the
// offset after it. There may be none.
func directiveWord(s string, hash int) (word string, end int) {
	start := hash + 1
	braces := start < len(s) && s[start] == '{'
	if braces {
		start++
	}
	end = start
	for end < len(s) && (isLetter(s[end]) || s[end] == '_' || s[end] == '@' && (!braces || end > start) || isDigit(s[end]) && end > start) {
		end++
	}
	if end == start {
		return "", hash
	}
	if !braces {
		return s[start:end], end
	}
	if end == len(s) || s[end] != '}' {
		return "", hash
	}
	return s[start:end], end + 1
}

// setAt returns the offset after the parenthesis of a #set at i.
func setAt(s string, i int) (end int, ok bool) {
	rest := s[i:]
	switch {
	case strings.HasPrefix(rest, "#set"):
		i += len("#set")
	case strings.HasPrefix(rest, "#{set}"):
		i += len("#{set}")
	default:
		return 0, false
	}
	i = skipBlanks(s, i)
	if i < len(s) && s[i] == '(' {
		return i + 1, true
	}
	return 0, false
}

// stop reads a word that ends a block.
func (p *parser) stop() (stop, bool) {
	word, end := directiveWord(p.text, p.pos)
	at := stop{offset: p.pos}
	switch word {
	case "end":
		at.kind = stopEnd
	case "else":
		at.kind = stopElse
	case "elseif":
		at.kind = stopElseIf
		p.pos = end
		return at, true
	default:
		return at, false
	}
	p.pos = skipLine(p.text, end)
	return at, true
}

// hash reads what starts with '#'. The result may be nil: a comment.
func (p *parser) hash() (node, error) {
	start := p.pos
	rest := p.text[start:]
	switch {
	case rest == "#":
		return nil, p.fail(start+1, `Encountered the end of the template after "#"`)
	case strings.HasPrefix(rest, "##") && (p.memberEnd != start || start == 0 || strings.HasPrefix(rest, "###")):
		return nil, p.lineComment()
	case strings.HasPrefix(rest, "##"):
		if rest == "##" {
			return nil, p.fail(start+2, `Encountered the end of the template after "##"`)
		}
		p.pos += 2
		return text("##"), nil
	case strings.HasPrefix(rest, "#*"):
		return nil, p.comment()
	case strings.HasPrefix(rest, "#[["):
		end := strings.Index(rest, "]]#")
		if end < 0 {
			return nil, p.fail(start, `"#[[" without "]]#"`)
		}
		p.pos += end + len("]]#")
		return text(rest[len("#[["):end]), nil
	}
	if after, ok := setAt(p.text, start); ok {
		p.pos = after
		return p.set()
	}
	word, end := directiveWord(p.text, start)
	switch {
	case word == "":
		return p.bareHash()
	case word == "if":
		p.pos = end
		return p.ifStatement(start)
	case refused[word]:
		return nil, p.fail(start, "The directive #%s is not supported in data actions", word)
	}
	if open := skipSpace(p.text, end); open < len(p.text) && p.text[open] == '(' {
		return nil, p.fail(start, "Macro '#%s' is not defined; macros are not supported in data actions", word)
	}
	if strings.HasPrefix(word, "end") {
		return nil, p.fail(start, "Macro '#%s' is not defined", word)
	}
	p.pos = end
	return text(p.text[start:end]), nil
}

// bareHash reads a '#' that no directive follows. It is text, and joins the
// reference behind it.
func (p *parser) bareHash() (node, error) {
	i := p.pos + 1
	for i < len(p.text) && p.text[i] == '\\' {
		i++
	}
	if i < len(p.text) && p.text[i] == '$' {
		return p.dollar(p.pos)
	}
	start := p.pos
	p.pos++
	if length := numberLength(p.text[p.pos:]); length > 0 {
		p.pos += length
		return text(p.text[start:p.pos]), nil
	}
	if p.swallows(p.pos) {
		return nil, nil //nolint:nilnil // the sign vanishes
	}
	return text("#"), nil
}

// lineComment skips "## …". A sign at the very end of the template is an error
// even in a comment.
func (p *parser) lineComment() error {
	start := p.pos
	p.pos = lineEnd(p.text, start)
	comment := p.text[start+len("##") : p.pos]
	return p.openSign(comment)
}

// openSign refuses a comment that ends the template with "$", "$!" or "#".
func (p *parser) openSign(comment string) error {
	if p.pos < len(p.text) {
		return nil
	}
	for _, sign := range []string{"$", "#", "$!"} {
		if strings.HasSuffix(comment, sign) {
			return p.fail(p.pos, "Encountered the end of the template after %q", sign)
		}
	}
	return nil
}

// comment skips "#* … *#". Without an end it reaches to the end of the template.
func (p *parser) comment() error {
	inner := p.text[p.pos+len("#*"):]
	if end := strings.Index(inner, "*#"); end >= 0 {
		p.pos += len("#*") + end + len("*#")
		return nil
	}
	if inner == "" {
		return p.fail(p.pos, `"#*" without "*#"`)
	}
	p.pos = len(p.text)
	return p.openSign(inner)
}

func lineEnd(s string, i int) int {
	for ; i < len(s); i++ {
		switch {
		case s[i] == '\n':
			return i + 1
		case s[i] == '\r' && i+1 < len(s) && s[i+1] == '\n':
			return i + 2
		case s[i] == '\r':
			return i + 1
		}
	}
	return len(s)
}

// set reads the rest of a #set after its parenthesis.
func (p *parser) set() (node, error) {
	p.pos = skipSpace(p.text, p.pos)
	if p.pos == len(p.text) || p.text[p.pos] != '$' {
		return nil, p.unexpected("a reference")
	}
	target, err := p.reference()
	if err != nil {
		return nil, err
	}
	// The original stores "${x}" and "$!x" under a name that nothing finds.
	if sign := p.text[target.place.offset+1]; sign == '{' || sign == '!' {
		target.root = strings.TrimRight(target.literal[1:], "}") + " "
		if len(target.path) > 0 {
			target.root = strings.Trim(target.root, "{! ")
		}
	}
	p.pos = skipSpace(p.text, p.pos)
	if p.pos == len(p.text) || p.text[p.pos] != '=' || strings.HasPrefix(p.text[p.pos:], "==") {
		return nil, p.unexpected(`"="`)
	}
	p.pos++
	value, err := p.expression()
	if err != nil {
		return nil, err
	}
	if err := p.closeDirective(); err != nil {
		return nil, err
	}
	if len(target.path) > 0 {
		p.mutates = true
	}
	return &setNode{target: target, value: value}, nil
}

// closeDirective reads the parenthesis that ends #set, #if and #elseif, and the
// rest of an empty line.
func (p *parser) closeDirective() error {
	if p.pos == len(p.text) || p.text[p.pos] != ')' {
		return p.unexpected(`")"`)
	}
	p.pos = skipLine(p.text, p.pos+1)
	return nil
}

// ifStatement reads the rest of an #if after its word.
func (p *parser) ifStatement(start int) (node, error) {
	p.inIf++
	defer func() { p.inIf-- }()
	var n ifNode
	for {
		condition, err := p.condition()
		if err != nil {
			return nil, err
		}
		body, end, err := p.block()
		if err != nil {
			return nil, err
		}
		n.branches = append(n.branches, branch{condition, body})
		switch end.kind {
		case stopElseIf:
			continue
		case stopElse:
			if n.otherwise, end, err = p.block(); err != nil {
				return nil, err
			}
			if end.kind == stopElse || end.kind == stopElseIf {
				return nil, p.fail(end.offset, "Encountered %q after #else", strings.TrimSpace(p.text[end.offset:p.pos]))
			}
		}
		if end.kind != stopEnd {
			return nil, p.fail(end.offset, "Encountered the end of the template, was expecting #end for the #if in column %d", p.column(start))
		}
		return &n, nil
	}
}

func (p *parser) column(offset int) int {
	_, column := p.source.position(offset)
	return column
}

// condition reads the parenthesized test of #if and #elseif.
func (p *parser) condition() (expr, error) {
	p.pos = skipSpace(p.text, p.pos)
	if p.pos == len(p.text) || p.text[p.pos] != '(' {
		return nil, p.unexpected(`"("`)
	}
	p.pos++
	e, err := p.expression()
	if err != nil {
		return nil, err
	}
	return e, p.closeDirective()
}
