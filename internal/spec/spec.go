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
	"cmp"
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
	return load(openapi.Operations, openapi.Overlay)
}

func load(operations, corrections string) (*Catalogue, error) {
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
		schemas:   newSchemas(openapi.Schemas, o),
		errors:    sync.OnceValue(func() *errorTexts { return parseErrors(openapi.Errors) }),
		formats:   requestFormats(),
		answers:   answerFormats(),
	}
	if err := c.readOperations(operations); err != nil {
		return nil, err
	}
	c.scopes = sync.OnceValue(c.gatherScopes)
	c.permissions = sync.OnceValue(c.gatherPermissions)
	return c, nil
}

// readOperations finds the operations in the text and adds those that only the
// overlay has, in the order of path and method.
func (c *Catalogue) readOperations(text string) error {
	all := make([]Operation, strings.Count(text, "\n")+len(c.overlay.Operations))
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
	generated := n
	for id, fix := range c.overlay.Operations {
		if fix.New == "" {
			continue
		}
		op := &all[n]
		op.ID, op.rest = id, "\t\t{}"
		op.Method, op.Path, _ = strings.Cut(fix.New, " ")
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
	if n > generated {
		slices.SortFunc(c.operations, func(a, b *Operation) int {
			return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Method, b.Method))
		})
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
