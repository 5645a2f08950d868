package seed

import (
	"fmt"
	"strings"
)

// Error says what is wrong with a fixture, and where.
type Error struct {
	File   string // as given to Parse; empty for what was not read from a file
	Line   int    // 0 when the whole file is meant
	Path   string // such as users[2].roles[0]; empty when the whole file is meant
	Reason string // what is wrong, and what to do
}

// Error is one line: where, then what.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Line > 0 {
		fmt.Fprintf(&b, ":%d", e.Line)
	}
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	if e.Path != "" {
		b.WriteString(e.Path)
		b.WriteString(": ")
	}
	b.WriteString(e.Reason)
	return b.String()
}

// place is a position in a fixture.
type place struct {
	file string
	line int
	path string
}

func (p place) fail(format string, args ...any) error {
	return &Error{File: p.file, Line: p.line, Path: p.path, Reason: fmt.Sprintf(format, args...)}
}

// at is the place of a key below p that the fixture does not have.
func (p place) at(key string) place {
	p.path = join(p.path, key)
	return p
}

// where names the place in the message about another one.
func (p place) where() string {
	if p.line == 0 {
		return p.path
	}
	return fmt.Sprintf("%s:%d", p.file, p.line)
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
