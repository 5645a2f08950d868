package engine

import (
	"maps"
	"slices"

	"github.com/mockcloud/mockcloud/internal/handlers"
)

// deepestPart is how far into a document parts are looked for.
const deepestPart = 4

// findPart finds what stands inside a document and has an id of its own, as the
// participants of a conversation and their communications do: in the list of that
// name, or anywhere for "*". The part is nil where it is not there.
func findPart(in fields, list, id string) fields {
	if list != "*" {
		return elementWith(in[list], id)
	}
	return partAnywhere(in, id, 0)
}

func elementWith(list any, id string) fields {
	elements, _ := list.([]any)
	for _, element := range elements {
		if part, ok := element.(fields); ok && textOf(part["id"]) == id {
			return part
		}
	}
	return nil
}

// partAnywhere looks into the lists of an object, and then into their elements.
func partAnywhere(in fields, id string, depth int) fields {
	if depth > deepestPart {
		return nil
	}
	names := slices.Sorted(maps.Keys(in))
	for _, name := range names {
		if part := elementWith(in[name], id); part != nil {
			return part
		}
	}
	for _, name := range names {
		elements, _ := in[name].([]any)
		for _, element := range elements {
			if part, ok := element.(fields); ok {
				if found := partAnywhere(part, id, depth+1); found != nil {
					return found
				}
			}
		}
	}
	return nil
}

// within are the parts of a document that the call's path names, the innermost
// first.
func (p *plan) within(c *handlers.Call, in fields) []fields {
	var parts []fields
	for _, a := range p.lineage {
		if a.part == "" {
			continue
		}
		if in = findPart(in, a.part, c.Param(a.param)); in == nil {
			break
		}
		parts = append([]fields{in}, parts...)
	}
	return parts
}

// partsOfItem are the parts of the item's own document that the path leads to,
// outermost first; those of other documents are none of them.
func (p *plan) partsOfItem() []ancestor {
	var parts []ancestor
	own := false
	for _, a := range p.lineage {
		switch {
		case a.part == "":
			own = a.param == p.row.Key
			parts = nil
		case own:
			parts = append(parts, a)
		}
	}
	return parts
}

// innermost is the part of the item's document that the call's path names; nil
// where it names none.
func (p *plan) innermost(c *handlers.Call, in fields) fields {
	var part fields
	for _, a := range p.partsOfItem() {
		if in = findPart(in, a.part, c.Param(a.param)); in == nil {
			return nil
		}
		part = in
	}
	return part
}
