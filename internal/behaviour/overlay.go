package behaviour

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// overlay corrects what the shapes get wrong.
type overlay struct {
	// Params says which collection a path parameter means wherever it stands;
	// "" for none, "#participants" for a part of the document before it, see
	// Parent.
	Params map[string]string `json:"params"`
	// Free are paths that look as if they named items, and name something of which
	// there is always one, or which nobody keeps.
	Free []string `json:"free"`
	// Owned are the collections that families keep.
	Owned []string `json:"owned"`
	// Collections say where the items of one collection are those of another, and
	// what else is special about it.
	Collections map[string]*collectionFix `json:"collections"`
	Operations  map[string]*operationFix  `json:"operations"`

	parents map[string][]Parent // of operations, where they are corrected
	busy    map[string]bool     // what has changed something
}

// collectionFix says why, as every correction does.
type collectionFix struct {
	Why    string   `json:"why"`
	Same   string   `json:"same"`
	Key    *string  `json:"key"`
	Entity string   `json:"entity"`
	Made   *string  `json:"made"`
	Traits []string `json:"traits"`
}

type operationFix struct {
	Why        string  `json:"why"`
	Kind       Kind    `json:"kind"`
	Collection *string `json:"collection"`
	Key        *string `json:"key"`
	Items      *string `json:"items"`
	Style      string  `json:"style"`
	Effect     *string `json:"effect"`
	Parents    *string `json:"parents"` // as in the table
}

func parseOverlay(text string) (*overlay, error) {
	o := &overlay{parents: make(map[string][]Parent), busy: make(map[string]bool)}
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(o); err != nil {
		return nil, fmt.Errorf("behaviour overlay: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("behaviour overlay: there is something after its end")
	}
	var errs []error
	for path, fix := range o.Collections {
		if fix == nil || fix.Why == "" {
			errs = append(errs, fmt.Errorf("behaviour overlay: %s: why is missing", path))
		}
	}
	for id, fix := range o.Operations {
		if fix == nil || fix.Why == "" {
			errs = append(errs, fmt.Errorf("behaviour overlay: %s: why is missing", id))
			continue
		}
		if fix.Kind != "" && !fix.Kind.known() {
			errs = append(errs, fmt.Errorf("behaviour overlay: %s: there is no kind %q", id, fix.Kind))
		}
		if fix.Parents == nil {
			continue
		}
		for text := range strings.FieldsSeq(*fix.Parents) {
			parent, err := parseParent(text)
			if err != nil {
				errs = append(errs, fmt.Errorf("behaviour overlay: %s: %w", id, err))
			}
			o.parents[id] = append(o.parents[id], parent)
		}
	}
	return o, errors.Join(errs...)
}

// same is the template of the collection that a template's items belong to; "" for
// its own.
func (o *overlay) same(template string) string {
	fix := o.Collections[Anonymous(template)]
	if fix == nil || fix.Same == "" {
		return ""
	}
	o.busy[Anonymous(template)] = true
	return fix.Same
}

// target tells whether items of another collection belong to the one at an
// anonymous path.
func (o *overlay) target(path string) bool {
	for _, fix := range o.Collections {
		if fix.Same != "" && Anonymous(fix.Same) == path {
			return true
		}
	}
	return false
}

// owns tells whether a family keeps a collection.
func (o *overlay) owns(template string) bool {
	return template != "" && slices.Contains(o.Owned, Anonymous(template))
}

// correctKind applies the overlay to a row, all but its parents, which follow from
// the rest.
func (d *deriver) correctKind(o *op, r *Row) {
	fix := d.fixes.Operations[o.ID]
	if fix == nil {
		return
	}
	before := r.line()
	if fix.Kind != "" {
		r.Kind = fix.Kind
	}
	for _, f := range []struct {
		from *string
		to   *string
	}{{fix.Collection, &r.Collection}, {fix.Key, &r.Key}, {fix.Effect, &r.Effect}} {
		if f.from != nil {
			*f.to = *f.from
		}
	}
	r.Items, r.Style = "", ""
	if r.lists() {
		r.Items, r.Style = o.list, styleOf(o)
	}
	if fix.Items != nil {
		r.Items = *fix.Items
	}
	if fix.Style != "" {
		r.Style = fix.Style
	}
	if r.line() != before {
		d.fixes.busy[o.ID] = true
	}
}

// correctParents applies the overlay to the parents of a row.
func (d *deriver) correctParents(o *op, r *Row) {
	fix := d.fixes.Operations[o.ID]
	if fix == nil || fix.Parents == nil {
		return
	}
	before := r.line()
	r.Parents = d.fixes.parents[o.ID]
	if r.line() != before {
		d.fixes.busy[o.ID] = true
	}
}

// collections applies the overlay to collections.
func (o *overlay) collections(byPath map[string]*Collection) {
	for path, fix := range o.Collections {
		c := byPath[path]
		if c == nil {
			continue
		}
		before := c.line()
		if fix.Key != nil {
			c.Key = *fix.Key
		}
		if fix.Entity != "" {
			c.Entity = fix.Entity
		}
		if fix.Made != nil {
			c.Made = *fix.Made
		}
		c.Traits = slices.Compact(slices.Sorted(slices.Values(append(c.Traits, fix.Traits...))))
		if c.line() != before {
			o.busy[path] = true
		}
	}
}

// idle lists the corrections that have changed nothing.
func (o *overlay) idle() error {
	var errs []error
	check := func(name, as string) {
		if !o.busy[as] {
			errs = append(errs, fmt.Errorf("behaviour overlay: %s: nothing changes", name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(o.Params)) {
		check(name, "{"+name+"}")
	}
	for _, names := range [][]string{o.Free, o.Owned, slices.Sorted(maps.Keys(o.Collections)), slices.Sorted(maps.Keys(o.Operations))} {
		for _, name := range names {
			check(name, name)
		}
	}
	return errors.Join(errs...)
}
