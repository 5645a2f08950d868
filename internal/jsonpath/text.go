package jsonpath

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// str reads a string. One without escapes shares the document's memory.
func (p *parser) str() (string, error) {
	p.pos++
	text := p.text
	start := p.pos
	for i := start; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			p.pos = i + 1
			return text[start:i], nil
		case c == '\\':
			p.pos = i
			return p.escaped(start)
		case c < ' ':
			p.pos = i
			return "", p.fail("a control character in a string must be escaped")
		}
	}
	p.pos = len(text)
	return "", p.unexpected("a closing quotation mark")
}

func (p *parser) escaped(start int) (string, error) {
	b := []byte(p.text[start:p.pos])
	for p.pos < len(p.text) {
		c := p.text[p.pos]
		switch {
		case c == '"':
			p.pos++
			return string(b), nil
		case c < ' ':
			return "", p.fail("a control character in a string must be escaped")
		case c != '\\':
			b = append(b, c)
			p.pos++
		default:
			p.pos++
			if p.pos >= len(p.text) {
				return "", p.unexpected("an escape")
			}
			if c = p.text[p.pos]; c == 'u' {
				r, err := p.unicode()
				if err != nil {
					return "", err
				}
				b = utf8.AppendRune(b, r)
				continue
			}
			plain := unescaped(c)
			if plain == 0 {
				return "", p.unexpected("an escape")
			}
			b = append(b, plain)
			p.pos++
		}
	}
	return "", p.unexpected("a closing quotation mark")
}

// unescaped is what a backslash and c stand for in JSON, or 0.
func unescaped(c byte) byte {
	switch c {
	case '"', '\\', '/':
		return c
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return 0
}

// unicode reads u and four digits, and the second half of a pair after a first.
func (p *parser) unicode() (rune, error) {
	r, n := codePoint(p.text[p.pos:])
	if n == 0 {
		return 0, p.fail(`\u needs four hexadecimal digits`)
	}
	p.pos += n
	return r, nil
}

// codePoint reads what follows the backslash of \uXXXX, both halves of a
// surrogate pair if there are two, and tells how long it is or 0.
func codePoint(s string) (rune, int) {
	const half = len("u0000")
	r, ok := hex4(s[1:])
	if !ok {
		return 0, 0
	}
	if !utf16.IsSurrogate(r) {
		return r, half
	}
	if rest := s[half:]; len(rest) > half && rest[0] == '\\' && rest[1] == 'u' {
		if low, ok := hex4(rest[2:]); ok {
			if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
				return pair, half + 1 + half
			}
		}
	}
	return utf8.RuneError, half
}

func hex4(s string) (rune, bool) {
	if len(s) < 4 {
		return 0, false
	}
	for i := range 4 {
		if c := s[i]; !isDigit(c) && (c|0x20 < 'a' || c|0x20 > 'f') {
			return 0, false
		}
	}
	n, err := strconv.ParseUint(s[:4], 16, 32)
	return rune(n), err == nil
}
