// Package spec is the immutable catalogue of the API: its operations, schemas,
// permissions, scopes and error codes, and the validation of requests under one
// profile. Who may call an operation is decided in package auth, what it does
// in the families and the engine.
//
// The catalogue is text, embedded by package openapi. Loading it finds the
// operations and nothing more; facts and schemas are decoded when a request
// first needs them.
package spec

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/mockcloud/mockcloud/openapi"
)

// Catalogue is the whole API. It is read-only and safe for concurrent use.
type Catalogue struct {
	operations []*Operation
	byID       map[string]*Operation
	divisions  []DivisionObject
	overlay    *overlay
	schemas    *schemas
	errors     func() *errorTexts
	formats    []openapi3.SchemaValidationOption
	answers    []openapi3.SchemaValidationOption

	scopes      func() []string // both are gathered from all operations, once
	permissions func() []Permission
}

// Load reads the embedded catalogue. It is cheap; every call returns a
// catalogue of its own.
func Load() (*Catalogue, error) {
	return load(Texts{Operations: openapi.Operations, Schemas: openapi.Schemas, Errors: openapi.Errors}, openapi.Overlay)
}

// Texts are a catalogue in the form of the generated files of package openapi,
// sorted as those are.
type Texts struct{ Operations, Schemas, Errors string }

// LoadWith reads another catalogue than the embedded one, such as one that a
// newer document was laid over. The embedded corrections apply to it, too.
func LoadWith(texts Texts) (*Catalogue, error) { return load(texts, openapi.Overlay) }

func load(texts Texts, corrections string) (*Catalogue, error) {
	o, err := parseOverlay(corrections)
	if err != nil {
		return nil, err
	}
	divisions, err := parseDivisions(openapi.Divisions)
	if err != nil {
		return nil, err
	}
	c := &Catalogue{
		divisions: divisions,
		overlay:   o,
		schemas:   newSchemas(texts.Schemas, o),
		errors:    sync.OnceValue(func() *errorTexts { return parseErrors(texts.Errors) }),
		formats:   requestFormats(),
		answers:   answerFormats(),
	}
	if err := c.readOperations(texts.Operations); err != nil {
		return nil, err
	}
	c.scopes = sync.OnceValue(c.gatherScopes)
	c.permissions = sync.OnceValue(c.gatherPermissions)
	return c, nil
}

// readOperations finds the operations in the text.
func (c *Catalogue) readOperations(text string) error {
	all := make([]Operation, strings.Count(text, "\n"))
	n := 0
	for line := range strings.Lines(text) {
		if line[0] == '#' {
			continue
		}
		op := &all[n]
		var ok [3]bool
		op.Method, line, ok[0] = strings.Cut(line, "\t")
		op.Path, line, ok[1] = strings.Cut(line, "\t")
		op.ID, op.rest, ok[2] = strings.Cut(line, "\t")
		if ok != [3]bool{true, true, true} {
			return fmt.Errorf("spec: operation %d: a column is missing", n+1)
		}
		n++
	}
	c.operations = make([]*Operation, n)
	c.byID = make(map[string]*Operation, n)
	for i := range c.operations {
		all[i].catalogue = c
		c.operations[i] = &all[i]
		c.byID[all[i].ID] = &all[i]
	}
	if len(c.byID) != n {
		return fmt.Errorf("spec: %d operations have %d ids", n, len(c.byID))
	}
	for id := range c.overlay.Operations {
		if c.byID[id] == nil {
			return fmt.Errorf("spec: overlay: there is no operation %q", id)
		}
	}
	return nil
}

// Operations lists all operations by path and method. The slice is shared.
func (c *Catalogue) Operations() []*Operation { return c.operations }

// Operation finds an operation by its id.
func (c *Catalogue) Operation(id string) (*Operation, bool) {
	o, ok := c.byID[id]
	return o, ok
}

// Scopes lists the distinct OAuth scopes that operations ask for, sorted. The
// list is shared and must not be changed.
func (c *Catalogue) Scopes() []string { return c.scopes() }

func (c *Catalogue) gatherScopes() []string {
	seen := make(map[string]bool)
	for _, o := range c.operations {
		for scope := range strings.FieldsSeq(o.columns().scopes) {
			seen[scope] = true
		}
	}
	return sortedKeys(seen)
}

// Schema returns a named schema with everything that it refers to. It is shared
// and must not be changed.
//
// Properties that clients only read are not in its Required.
func (c *Catalogue) Schema(name string) (*openapi3.Schema, error) {
	ref, err := c.schemas.named(name)
	if err != nil {
		return nil, err
	}
	return ref.Value, nil
}

func sortedKeys(set map[string]bool) []string {
	keys := make([]string, 0, len(set))
	for key := range set {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
