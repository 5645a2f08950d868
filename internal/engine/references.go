package engine

import (
	"net/http"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/spec"
)

// reference is a place in a body that names something which must exist.
type reference struct {
	path       []string // names of properties; lists on the way are gone through
	noun       string
	collection string
	owner      Owner
}

// deepestReference is how far into bodies references are looked for.
const deepestReference = 3

// referencesIn finds the references of a body: properties such as queueId, queueIds
// and queue, where that is an object with an id. Those to what families keep are
// always checked, those to what the engine keeps where the body must name one, or the
// operation documents an error for it.
//
// Guess: for most operations the specification does not say whether the service
// looks; nothing works with a queue that is not there.
func (p *plan) referencesIn(s *spec.Shape, path []string, seen map[string]bool) []reference {
	var found []reference
	for _, name := range s.PropertyNames() {
		property := s.Property(name)
		if property.ReadOnly || unchecked[name] {
			continue
		}
		at := append(append([]string{}, path...), name)
		target := property
		if target.Type == "array" && target.Items() != nil {
			target = target.Items()
		}
		if noun := nounOf(name, property, target); noun != "" {
			switch collection, known := p.engine.Table.Named(noun), p.engine.collectionOf(noun); {
			case collection != "":
				owner := p.engine.Owners[collection]
				if owner != nil || p.referenceCode(noun) != "" || slices.Contains(s.Required, name) {
					found = append(found, reference{at, noun, collection, owner})
				}
			case known != "" && len(path) == 0 && property.Type == "string" && (slices.Contains(s.Required, name) || p.referenceCode(noun) != ""):
				found = append(found, reference{at, noun, known, nil})
			}
			continue
		}
		if target.Type == "object" && len(at) < deepestReference && !seen[target.Name] {
			if target.Name != "" {
				seen[target.Name] = true
			}
			found = append(found, p.referencesIn(target, at, seen)...)
		}
	}
	return found
}

// collectionOf is the only collection of the engine, among those that lie below no
// item, whose last word is the plural of a noun; "" where there is none. A default
// one is one of them, too.
func (e *Engine) collectionOf(noun string) string {
	noun = strings.ToLower(noun)
	all := e.nouns()
	if found := all[noun]; found != "" {
		return found
	}
	return all[strings.TrimPrefix(noun, "default")]
}

// newNouns finds the nouns of collections whose items are made one by one.
func (e *Engine) newNouns() map[string]string {
	found := make(map[string]string)
	all, err := e.Table.Collections()
	if err != nil {
		return found // the table is part of the program, and a test reads all of it
	}
	for _, c := range all {
		if c.Made != "post" || c.Key != "id" || strings.Contains(c.Path, "{") {
			continue
		}
		noun, plural := strings.CutSuffix(c.Path[strings.LastIndexByte(c.Path, '/')+1:], "s")
		if !plural {
			continue
		}
		if _, twice := found[noun]; twice {
			found[noun] = "" // it may mean either
			continue
		}
		found[noun] = c.Path
	}
	for _, noun := range vague {
		delete(found, noun)
	}
	return found
}

// vague are nouns of collections that also mean other things, which lie elsewhere.
var vague = []string{"conversation", "organization", "session", "message", "document", "integration", "domain", "contact", "schema", "template", "version", "channel", "schedule", "prompt", "pairing"}

// unchecked are properties that echo what the API itself keeps, or that may name
// what lies elsewhere.
var unchecked = map[string]bool{"createdBy": true, "modifiedBy": true, "division": true, "divisionId": true, "id": true}

// nounOf is what a property names, "" where it names nothing.
func nounOf(name string, property, target *spec.Shape) string {
	switch {
	case property.Type == "string" && strings.HasSuffix(name, "Id"):
		return strings.TrimSuffix(name, "Id")
	case property.Type == "array" && target.Type == "string" && strings.HasSuffix(name, "Ids"):
		return strings.TrimSuffix(name, "Ids")
	case target.Type == "object" && target.Has("id") && property.Type == "array":
		return strings.TrimSuffix(name, "s")
	case target.Type == "object" && target.Has("id"):
		return name
	}
	return ""
}

// referenceCode is the code that the operation has for something that a body names
// and that is not there.
func (p *plan) referenceCode(noun string) string {
	plain := strings.ToLower(noun)
	for _, status := range []int{http.StatusBadRequest, http.StatusNotFound} {
		for _, code := range p.op.OwnCodes(status) {
			lower := strings.ReplaceAll(strings.ToLower(code), ".", "")
			if strings.Contains(lower, plain) && (strings.HasSuffix(lower, "notfound") || strings.HasSuffix(lower, "notexist")) {
				return code
			}
		}
	}
	return ""
}

// checkReferences refuses a body that names what does not exist.
func (p *plan) checkReferences(c *handlers.Call) error {
	for _, r := range p.references {
		for _, id := range idsAt(c.Input.Body, r.path) {
			ok, err := p.exists(c, &r, id)
			if err != nil {
				return err
			}
			if !ok {
				return p.missingReference(c, &r, id)
			}
		}
	}
	return nil
}

func (p *plan) exists(c *handlers.Call, r *reference, id string) (bool, error) {
	if r.owner != nil {
		_, ok, err := r.owner(c.Tx, id)
		return ok, err
	}
	d, err := find(c.Tx, r.collection+"/"+escape(id))
	return d != nil, err
}

func (p *plan) missingReference(c *handlers.Call, r *reference, id string) *apierr.Error {
	field := strings.Join(r.path, ".")
	if code := p.referenceCode(r.noun); code != "" {
		return c.Documented(http.StatusBadRequest, code, cut(id, maxSaid)).OnField(field)
	}
	return apierr.Newf(http.StatusBadRequest, "bad.request", "There is no %s %.100s.", r.noun, id).OnField(field)
}

// idsAt are the ids that a body holds at a place.
func idsAt(value any, path []string) []string {
	switch v := value.(type) {
	case []any:
		var ids []string
		for _, e := range v {
			ids = append(ids, idsAt(e, path)...)
		}
		return ids
	case fields:
		if len(path) > 0 {
			return idsAt(v[path[0]], path[1:])
		}
		return idsAt(v["id"], nil)
	case string:
		if len(path) == 0 && v != "" {
			return []string{v}
		}
	}
	return nil
}
