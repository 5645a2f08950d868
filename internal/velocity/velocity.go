// Package velocity is the template language of data actions: Apache Velocity
// 1.7 with strict references, plus the tools that the product gives to every
// template. Text and values go in, text or one error comes out.
//
// Behavior was checked against the original 1.7, down to the columns of messages;
// the oracle test still does. It is left on purpose where a reference that ends in
// null is emitted as its own text instead of failing, where nested values are
// emitted as JSON, where everything that loops, defines or includes is refused
// while parsing, and in what Go's regular expressions cannot do. The tests list
// these places.
//
// Where values come from and what becomes of the text is not decided here.
package velocity

import (
	"fmt"
	"unicode/utf8"
)

// Limits of one template and of one rendering.
const (
	// MaxSource is the largest template, in bytes.
	MaxSource = 1 << 20
	// MaxDepth bounds blocks, parentheses, lists, strings that hold references,
	// and the members of one reference, each within the other.
	MaxDepth = 100
	// MaxOutput is the longest text that a template may produce, in bytes.
	MaxOutput = 2 << 20
	// maxWork bounds the bytes that methods may read and write in one rendering.
	maxWork = 64 << 20
	// maxItems bounds the length of one list.
	maxItems = 100_000
)

// Context holds the top-level names of a template. Its values are string, bool,
// json.Number, nil, map[string]any and []any; rendering never changes them.
type Context map[string]any

// Template is a parsed template. It is immutable.
type Template struct {
	source *source
	body   []node
	// mutates says that the template may change a list or a map of its context,
	// so that rendering works on a copy.
	mutates bool
	// patterns are the regular expressions that are written in the template.
	patterns map[string]*pattern
}

// Error says what is wrong with a template and where. Line and Column count from 1.
type Error struct {
	Name         string
	Line, Column int
	Message      string
}

// Error returns the whole text as it goes over the wire.
func (e *Error) Error() string {
	return fmt.Sprintf("%s at %s[line %d, column %d]", e.Message, e.Name, e.Line, e.Column)
}

// Parse reads a template. Messages call it by name. An error is an *Error.
func Parse(name, text string) (*Template, error) {
	src := &source{name: name, text: text}
	if len(text) > MaxSource {
		return nil, src.fail(0, "The template is longer than %d bytes", MaxSource)
	}
	if !utf8.ValidString(text) {
		return nil, src.fail(0, "The template is not valid UTF-8")
	}
	shared := new(shared)
	p := &parser{source: src, text: text, shared: shared}
	body, err := p.document()
	if err != nil {
		return nil, err
	}
	return &Template{source: src, body: body, mutates: shared.mutates, patterns: shared.patterns}, nil
}

// Render returns the text that the template makes of the context. The tools are
// there without being in the context; a name in the context hides a tool. An
// error is an *Error.
func (t *Template) Render(ctx Context) (string, error) {
	s := state{source: t.source, context: ctx, patterns: t.patterns}
	if t.mutates {
		s.context = ownContext(ctx)
	}
	for _, n := range t.body {
		if err := n.render(&s); err != nil {
			return "", err
		}
	}
	return string(s.out), nil
}
