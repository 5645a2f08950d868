package server_test

import (
	"encoding/json"
	"maps"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/behaviour"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/mocktest"
)

// garden is what fixtures plant in the collections of the engine: some of it can
// neither be made nor found by any operation, and is known by its id alone.
type garden []plant

type plant struct {
	path     string // of the item, below /api/v2
	segments []string
	body     map[string]any
}

// plantedBy reads the garden of fixtures from the state of a server that has just
// started. The ids are the same in every other.
func plantedBy(t *testing.T, fixtures ...string) garden {
	t.Helper()
	path := filepath.Join(t.TempDir(), "state.db")
	srv := mocktest.Start(t, mocktest.Options{Fixtures: fixtures, Path: path})
	held := (&stateFile{path: path, copy: filepath.Join(t.TempDir(), "copy.db")}).read(t)
	srv.Stop(t)
	var g garden
	for _, key := range slices.Sorted(maps.Keys(held)) {
		_, item, ok := strings.Cut(key, " engine/items ")
		if !ok {
			continue
		}
		var document struct{ Body json.RawMessage }
		p := plant{path: item, segments: strings.Split(item, "/")}
		if json.Unmarshal([]byte(held[key]), &document) == nil {
			_ = decodeJSON(document.Body, &p.body) // not every item is an object
		}
		g = append(g, p)
	}
	return g
}

// bind gives the operation's parameters the keys of something that was planted:
// the deepest thing that its path is about, or leads through.
func (w *world) bind(op *spec.Operation, bound map[string]string, fresh bool) {
	row := w.rows[op.ID]
	var templates []string
	if row.Key != "" && !fresh && !strings.HasPrefix(row.Key, "?") && !strings.HasPrefix(row.Effect, "by=") {
		templates = append(templates, row.Collection+"/{"+row.Key+"}")
	} else if n := len(row.Parents); row.Collection != "" && (n == 0 || row.Parents[n-1].Collection != row.Collection) {
		templates = append(templates, row.Collection+"/{}")
	}
	for _, p := range slices.Backward(row.Parents) {
		if p.Collection != "" {
			templates = append(templates, p.Collection+"/{"+p.Param+"}")
		}
	}
	for _, template := range templates {
		segments := strings.Split(template, "/")
		for _, i := range w.suitable(op) {
			keys := w.garden[i].keys(segments, bound)
			if keys == nil || w.isGone(w.garden[i].path) {
				continue
			}
			with := maps.Clone(bound)
			maps.Copy(with, keys)
			if w.hasParts(op, with) {
				maps.Copy(bound, keys)
				delete(bound, "")
				return
			}
		}
	}
}

// suitable are the numbers of all plants, those first whose parts are of the sort
// that the operation's path names: a call for what is done to calls.
func (w *world) suitable(op *spec.Operation) []int {
	words := strings.Split(op.Path, "/")
	var first, rest []int
	for i := range w.garden {
		parts, _ := w.garden[i].body["participants"].([]any)
		suits := slices.ContainsFunc(parts, func(part any) bool {
			object, _ := part.(map[string]any)
			return hasAny(object, words)
		})
		if suits {
			first = append(first, i)
		} else {
			rest = append(rest, i)
		}
	}
	return append(first, rest...)
}

// keys are the parameters of a template in the plant's path; nil where it has
// another.
func (p *plant) keys(template []string, bound map[string]string) map[string]string {
	if len(template) != len(p.segments) {
		return nil
	}
	keys := map[string]string{}
	for i, s := range template {
		if !strings.HasPrefix(s, "{") {
			if s != p.segments[i] {
				return nil
			}
			continue
		}
		name := strings.Trim(s, "{}")
		key := unescapePath(p.segments[i])
		if name != "" && bound[name] != "" && bound[name] != key {
			return nil
		}
		keys[name] = key
	}
	return keys
}

func unescapePath(segment string) string {
	text, err := url.PathUnescape(segment)
	if err != nil {
		return segment
	}
	return text
}

func (w *world) isGone(path string) bool {
	for gone := range w.gone {
		if path == gone || strings.HasPrefix(path, gone+"/") {
			return true
		}
	}
	return false
}

// hasParts tells whether all parts of an item that the operation names are in it.
func (w *world) hasParts(op *spec.Operation, values map[string]string) bool {
	for _, p := range w.rows[op.ID].Parents {
		if p.Part != "" && values[p.Param] == "" {
			key := w.part(op, p.Param, values)
			if key == "" {
				return false
			}
			values = maps.Clone(values)
			values[p.Param] = key
		}
	}
	return true
}

// part is the key of something inside of an item's document, such as a participant
// of a conversation.
func (w *world) part(op *spec.Operation, param string, values map[string]string) string {
	var inside any
	for _, p := range w.rows[op.ID].Parents {
		switch {
		case p.Part == "":
			inside = w.document(p.Collection, expandPath(p.Collection, values), values[p.Param])
		case p.Param == param:
			return partKey(inside, p.Part, op.Path)
		default:
			inside = partWith(inside, values[p.Param])
		}
	}
	return ""
}

// document is an item as it was planted, or as it is read.
func (w *world) document(template, concrete, key string) map[string]any {
	path := concrete + "/" + key
	for i := range w.garden {
		if w.garden[i].path == path {
			return w.garden[i].body
		}
	}
	get := w.of(template, behaviour.Get)
	if get == nil {
		return nil
	}
	var item map[string]any
	_ = decodeJSON(w.call(get, "/api/v2"+path, nil).Body, &item) // what is not there has no parts
	return item
}

// partKey is the id of the first element of a list, by its name or, as "*", of the
// list that the operation's path names; one with what the path names goes first.
func partKey(inside any, list, path string) string {
	object, _ := inside.(map[string]any)
	words := strings.Split(path, "/")
	if list != "*" {
		elements, _ := object[list].([]any)
		for _, strict := range []bool{true, false} {
			for _, e := range elements {
				element, _ := e.(map[string]any)
				if id := scalarText(element["id"]); id != "" && (!strict || hasAny(element, words)) {
					return id
				}
			}
		}
		return ""
	}
	for _, word := range words {
		if elements, ok := object[word].([]any); ok && word != "participants" && len(elements) > 0 {
			element, _ := elements[0].(map[string]any)
			return scalarText(element["id"])
		}
	}
	// Communications are in the lists of the participants.
	for _, name := range slices.Sorted(maps.Keys(object)) {
		elements, _ := object[name].([]any)
		for _, e := range elements {
			element, _ := e.(map[string]any)
			if name == "participants" {
				if id := partKey(element, "*", path); id != "" {
					return id
				}
			} else if id := scalarText(element["id"]); id != "" && object["purpose"] != nil {
				return id
			}
		}
	}
	return ""
}

// hasAny tells whether the object has a list that is named and not empty.
func hasAny(object map[string]any, names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		list, _ := object[name].([]any)
		return len(list) > 0
	})
}

// partWith finds an object by its id, however deep.
func partWith(inside any, id string) any {
	switch inside := inside.(type) {
	case map[string]any:
		if inside["id"] == id {
			return inside
		}
		for _, name := range slices.Sorted(maps.Keys(inside)) {
			if found := partWith(inside[name], id); found != nil {
				return found
			}
		}
	case []any:
		for _, e := range inside {
			if found := partWith(e, id); found != nil {
				return found
			}
		}
	}
	return nil
}
