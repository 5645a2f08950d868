package velocity

import (
	"strconv"
	"strings"
)

// stringLiteral reads a quoted string. In double quotes it is a template of its
// own if it holds "$" or "#".
func (p *parser) stringLiteral() (expr, error) {
	start := p.pos
	quote := p.text[start]
	end := stringEnd(p.text, start)
	if end < 0 {
		return nil, p.fail(start, "A string that starts with %s has no end", string(quote))
	}
	p.pos = end
	inner := p.text[start+1 : end-1]
	pair := string([]byte{quote, quote})
	if strings.Contains(inner, pair) {
		inner = strings.ReplaceAll(inner, pair, string(quote))
	}
	if quote == '\'' {
		return constant{inner}, nil
	}
	inner = unescape(inner)
	if !strings.ContainsAny(inner, "$#") {
		return constant{inner}, nil
	}
	return p.interpolated(inner, start)
}

// interpolated parses the content of a string. The original appends a blank
// before parsing, which is taken off the result, unless there is a comment: so
// "5$" is fine in a string.
func (p *parser) interpolated(inner string, quote int) (expr, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	ending := " "
	if strings.Contains(inner, "##") {
		ending = ""
	}
	src := &source{name: p.source.name, text: inner + ending, parent: p.source, quote: quote}
	child := &parser{source: src, text: src.text, shared: p.shared}
	body, err := child.document()
	if err != nil {
		return nil, err
	}
	literal := &interpolation{place: place{p.source, quote}, body: body, trim: ending != ""}
	if n := len(body); n > 0 && literal.trim {
		if last, ok := body[n-1].(text); ok && strings.HasSuffix(string(last), ending) {
			literal.trim = false
			body[n-1] = last[:len(last)-len(ending)]
			if body[n-1] == text("") {
				literal.body = body[:n-1]
			}
		}
	}
	return literal, nil
}

// stringEnd returns the offset after the string that starts at i, or -1. A
// doubled quote stands for one. If a string ends only when the second of two
// quotes starts another string, the original takes the first for its end.
func stringEnd(s string, i int) int {
	quote := s[i]
	shorter := -1
	for i++; i < len(s); i++ {
		if s[i] != quote {
			continue
		}
		if i+1 == len(s) || s[i+1] != quote {
			return i + 1
		}
		shorter = i + 1
		i++
		if i+1 == len(s) {
			return i + 1
		}
	}
	return shorter
}

// unescape replaces \uXXXX, the only escape that the original knows in strings.
func unescape(s string) string {
	if !strings.Contains(s, `\u`) {
		return s
	}
	var b strings.Builder
	var high rune
	for i := 0; i < len(s); {
		if strings.HasPrefix(s[i:], `\u`) && i+6 <= len(s) {
			if code, err := strconv.ParseUint(s[i+2:i+6], 16, 16); err == nil {
				high = appendUnit(&b, high, rune(code))
				i += 6
				continue
			}
		}
		if high != 0 {
			b.WriteRune(high)
			high = 0
		}
		b.WriteByte(s[i])
		i++
	}
	if high != 0 {
		b.WriteRune(high)
	}
	return b.String()
}
