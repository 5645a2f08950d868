// Package swagger turns a Swagger 2.0 document into the texts of the catalogue:
// one line per operation, per schema and per documented error. It keeps facts and
// drops every sentence but the messages of errors. What the texts mean is known
// to package spec, which corrections apply to them as well.
package swagger

import (
	"fmt"
	"strings"
)

// Texts are the three texts of a catalogue. Lines that begin with "#" are
// comments.
type Texts struct {
	Operations string // by path and method
	Schemas    string // by name
	Errors     string // by status and code
}

// Error says what is wrong with a document, and where.
type Error struct {
	Place string // such as "paths./api/v2/x.get.parameters[2]"
	Text  string
}

func (e *Error) Error() string { return e.Place + ": " + e.Text }

func wrong(place, format string, args ...any) *Error {
	return &Error{Place: place, Text: fmt.Sprintf(format, args...)}
}

// Convert turns the official document into a catalogue of its own. It has to say
// of every operation what errors look like.
func Convert(source []byte) (Texts, error) {
	doc, err := read(source)
	if err != nil {
		return Texts{}, err
	}
	if err := doc.checkReferences(nil); err != nil {
		return Texts{}, err
	}
	if err := checkRoutes(doc.operations, nil); err != nil {
		return Texts{}, err
	}
	for _, op := range doc.operations {
		if err := op.checkErrorAnswers(); err != nil {
			return Texts{}, err
		}
	}
	errs := collectErrors(doc.operations)
	operations, err := doc.operationLines(errs)
	if err != nil {
		return Texts{}, err
	}
	schemas, err := doc.schemaLines()
	if err != nil {
		return Texts{}, err
	}
	return Texts{Operations: join(operations), Schemas: join(schemas), Errors: errs.write()}, nil
}

// Extend lays a document over a catalogue: its operations and schemas take the
// place of those with the same id or name, or are added; the rest stays. It may
// refer to schemas of the catalogue, and may leave out what errors look like: an
// operation that lists none has those that nearly every operation has.
func Extend(base Texts, source []byte) (Texts, error) {
	doc, err := read(source)
	if err != nil {
		return Texts{}, err
	}
	schemas := readLines(base.Schemas, schemaKey)
	if err := doc.checkReferences(schemas); err != nil {
		return Texts{}, err
	}
	operations := readLines(base.Operations, operationKey)
	if err := checkRoutes(doc.operations, operations); err != nil {
		return Texts{}, err
	}
	errs, err := readErrors(base.Errors)
	if err != nil {
		return Texts{}, err
	}
	errs.add(doc.operations)
	changed, err := doc.operationLines(errs)
	if err != nil {
		return Texts{}, err
	}
	named, err := doc.schemaLines()
	if err != nil {
		return Texts{}, err
	}
	return Texts{
		Operations: join(merged(operations, changed)),
		Schemas:    join(merged(schemas, named)),
		Errors:     errs.write(),
	}, nil
}

// line is one line of a text, without its end, and what it is sorted by.
type line struct{ key, order, text string }

// readLines finds the lines of a text by their keys.
func readLines(text string, parse func(string) line) map[string]line {
	lines := make(map[string]line, strings.Count(text, "\n"))
	for l := range strings.Lines(text) {
		if strings.HasPrefix(l, "#") {
			continue
		}
		one := parse(strings.TrimSuffix(l, "\n"))
		lines[one.key] = one
	}
	return lines
}
