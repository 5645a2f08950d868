package engine

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/spec"
)

// expansion is a reference of the listed items that can be filled in from what it
// refers to.
type expansion struct {
	property   string
	shape      *spec.Shape // of the reference
	collection string      // that it refers to
}

// expansions finds the references to things that the engine keeps.
func expansions(p *plan) []expansion {
	var found []expansion
	for _, name := range p.element.PropertyNames() {
		shape := p.element.Property(name)
		if shape.Type == "array" {
			shape = shape.Items()
		}
		if shape == nil || shape.Type != "object" || !shape.Has("id") {
			continue
		}
		if collection := p.refersTo(name); collection != "" {
			found = append(found, expansion{name, shape, collection})
		}
	}
	return found
}

// refersTo is the collection of the engine that a property refers to; "" where
// there is none.
func (p *plan) refersTo(name string) string {
	collection := p.engine.Table.Named(name)
	if collection == "" {
		collection = p.engine.Table.Named(singular(name))
	}
	if collection == "" && p.collection != nil {
		if beside := p.nextTo(name); len(beside) > 0 && strings.IndexByte(beside[0], '{') < 0 {
			collection = beside[0]
		}
	}
	if collection == "" || p.engine.Owners[collection] != nil {
		return ""
	}
	return collection
}

// expandAll fills in the references of entities that the query asks to expand. Other
// names change nothing.
func (p *plan) expandAll(c *handlers.Call, entities []any) {
	if p.listing == nil || len(p.listing.expands) == 0 || len(entities) == 0 {
		return
	}
	var wanted []string
	for _, text := range slices.Concat(c.Input.Query["expand"], c.Input.Query["expands"]) {
		for name := range strings.SplitSeq(text, ",") {
			wanted = append(wanted, strings.TrimPrefix(strings.TrimSpace(name), "entities."))
		}
	}
	known := make(map[string]*document) // each thing is read once
	for _, e := range p.listing.expands {
		if !slices.Contains(wanted, e.property) {
			continue
		}
		for i, entity := range entities {
			out := object(entity)
			value := e.fill(c, plain(out[e.property]), known)
			if value == nil {
				continue
			}
			out = maps.Clone(out)
			out[e.property] = value
			entities[i] = out
		}
	}
}

// object is an entity, encoded or not, as its properties.
func object(entity any) fields {
	switch v := entity.(type) {
	case fields:
		return v
	case json.RawMessage:
		return shallow(v)
	default:
		return nil
	}
}

// plain is a value with nothing left encoded at its top.
func plain(value any) any {
	raw, ok := value.(json.RawMessage)
	if !ok {
		return value
	}
	if len(raw) > 0 && raw[0] == '[' {
		return decodeFields(json.RawMessage(`{"":` + string(raw) + `}`))[""]
	}
	return decodeFields(raw)
}

// fill is the reference, or list of references, with what is known of its target;
// nil where nothing is.
func (e expansion) fill(c *handlers.Call, value any, known map[string]*document) any {
	switch v := value.(type) {
	case []any:
		out := slices.Clone(v)
		for i, element := range v {
			if filled := e.fill(c, element, known); filled != nil {
				out[i] = filled
			}
		}
		return out
	case fields:
		id := textOf(v["id"])
		path := e.collection + "/" + escape(id)
		if id == "" || len(path) > maxPath {
			return nil
		}
		d, there := known[path]
		if !there {
			d, _ = find(c.Tx, path) // what cannot be read stays as it is
			known[path] = d
		}
		if d == nil {
			return nil
		}
		fitted, _ := e.shape.Fit(d.all(), spec.Filler{Now: c.Now(), ID: id})
		out, ok := fitted.(fields)
		if !ok {
			return nil
		}
		maps.Copy(out, v)
		if e.shape.Has("name") && d.Name != "" {
			out["name"] = d.Name
		}
		return out
	default:
		return nil
	}
}
