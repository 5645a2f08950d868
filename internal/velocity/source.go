package velocity

import (
	"fmt"
	"unicode/utf8"
)

// source is a text that is being parsed: a template, or a string literal in one.
// Lines and columns are worked out only when something fails.
type source struct {
	name, text string
	// parent and quote say where a string literal stands.
	parent *source
	quote  int
}

// place is a position in a source.
type place struct {
	source *source
	offset int
}

// tab is how far tabulators reach in the original's columns.
const tab = 8

// position returns line and column. A string literal continues the columns of
// the text around it, as the original counts: a doubled quote counts once.
func (s *source) position(offset int) (line, column int) {
	line, column = 1, 1
	text := s.text[:min(offset, len(s.text))]
	for i, r := range text {
		switch {
		case r == '\n', r == '\r' && (i+1 >= len(s.text) || s.text[i+1] != '\n'):
			line, column = line+1, 1
		case r == '\r':
		case r == '\t':
			column += tab - (column-1)%tab
		case r > 0xFFFF:
			column += 2
		default:
			column++
		}
	}
	if s.parent == nil {
		return line, column
	}
	outerLine, outerColumn := s.parent.position(s.quote)
	if line == 1 {
		column += outerColumn
	}
	return outerLine + line - 1, column
}

func (s *source) fail(offset int, format string, args ...any) *Error {
	line, column := s.position(offset)
	return &Error{Name: s.name, Line: line, Column: column, Message: fmt.Sprintf(format, args...)}
}

func (p place) fail(format string, args ...any) *Error {
	return p.source.fail(p.offset, format, args...)
}

// excerpt is the start of what stands at an offset, for messages.
func (s *source) excerpt(offset int) string {
	const most = 12
	rest := s.text[offset:]
	if rest == "" {
		return "the end of the template"
	}
	n := 0
	for i, r := range rest {
		if i > 0 && (n == most || r == '\n' || r == '\r') {
			return fmt.Sprintf("%q", rest[:i])
		}
		n++
	}
	return fmt.Sprintf("%q", rest[:min(len(rest), most*utf8.UTFMax)])
}
