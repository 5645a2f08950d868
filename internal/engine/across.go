package engine

import (
	"encoding/base64"
	"iter"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Some operations look across collections: they list the notes of all contacts, or
// find one by its key alone. The paths of such collections have anyParent in the
// place of a key.
const anyParent = "{}"

// across tells whether a path stands for several collections.
func across(collection string) bool { return strings.Contains(collection, anyParent) }

// lookUp finds an item by its key, in one collection or across several; nil where
// there is none.
func lookUp(tx *store.Tx, collection, key string) (*document, error) {
	path := collection + "/" + escape(key)
	if len(path) > maxPath {
		return nil, nil
	}
	if !across(collection) {
		return find(tx, path)
	}
	for at := range matching(tx, path) {
		return items.Peek(tx, at)
	}
	return nil, nil
}

// matching are the keys of the items at the paths that a pattern stands for.
func matching(tx *store.Tx, pattern string) iter.Seq[string] {
	segments := strings.Split(pattern, "/")
	prefix := pattern[:strings.Index(pattern, anyParent)]
	return func(yield func(string) bool) {
		for key := range items.Keys(tx, prefix) {
			if matches(segments, key) && !yield(key) {
				return
			}
		}
	}
}

func matches(segments []string, path string) bool {
	i := 0
	for segment := range strings.SplitSeq(path, "/") {
		if i == len(segments) || (segments[i] != anyParent && segments[i] != segment) {
			return false
		}
		i++
	}
	return i == len(segments)
}

// across reads a page of the items of several collections.
func (s *scan) across() error {
	var found []*document
	for key := range matching(s.tx, s.collection+"/"+anyParent) {
		d, err := items.Peek(s.tx, key)
		if err != nil {
			return err
		}
		found = append(found, d)
	}
	if s.ask.picked {
		found = slices.DeleteFunc(found, func(d *document) bool { return !slices.Contains(s.ask.ids, d.key()) })
	}
	found = s.kept(found)
	places := make(map[string]*place, len(found))
	for _, d := range found {
		places[d.Path] = s.placeOf(d)
	}
	compare := func(a, b string, at, than *place) int {
		if n := s.compare(at, than); n != 0 {
			return n
		}
		return strings.Compare(a, b)
	}
	slices.SortFunc(found, func(a, b *document) int { return compare(a.Path, b.Path, places[a.Path], places[b.Path]) })
	s.page.total = len(found)
	from, to := min((s.ask.number-1)*s.ask.size, len(found)), len(found)
	if cursor := s.ask.after + s.ask.before; cursor != "" {
		at, path, err := s.placeAcross(cursor)
		if err != nil {
			return err
		}
		i, there := slices.BinarySearchFunc(found, path, func(d *document, path string) int { return compare(d.Path, path, places[d.Path], at) })
		switch {
		case s.ask.after == "":
			from, to = max(0, i-s.ask.size), i
		case there:
			from = i + 1
		default:
			from = i
		}
	}
	if s.ask.size < to-from {
		to = from + s.ask.size
	}
	s.page.docs = found[from:to]
	s.ends(false, from > 0, to < len(found), func(d *document) string {
		return cursorOf(d, places[d.Path].keys) + acrossMark + base64.RawURLEncoding.EncodeToString([]byte(d.Path))
	})
	return nil
}

// acrossMark stands in cursors between the place in a collection and the path of
// the item, which tells items with the same place apart.
const acrossMark = "~"

func (s *scan) placeAcross(cursor string) (*place, string, error) {
	first, rest, ok := strings.Cut(cursor, acrossMark)
	path, err := base64.RawURLEncoding.DecodeString(rest)
	if !ok || err != nil {
		return nil, "", errBadCursor
	}
	at, err := s.place(first)
	return at, string(path), err
}

// keyOf is the key of the item that the call names, in its path or in its query.
func (p *plan) keyOf(c *handlers.Call) string {
	if name, ok := strings.CutPrefix(p.row.Key, "?"); ok {
		return c.Input.Query.Get(name)
	}
	return c.Param(p.row.Key)
}

// named finds the item that the operation names, by its key or in another way; nil
// where there is none.
func (p *plan) named(c *handlers.Call) (*document, error) {
	collection := p.at(c)
	property, by := strings.CutPrefix(p.row.Effect, "by=")
	switch {
	case by:
		return with(c.Tx, collection, property, p.keyOf(c))
	case p.row.Effect == "latest":
		return latest(c.Tx, collection)
	default:
		return lookUp(c.Tx, collection, p.keyOf(c))
	}
}

// with finds the first item whose property has a value.
func with(tx *store.Tx, collection, property, value string) (*document, error) {
	for _, key := range items.Scan(tx, store.Range{Index: "order", Prefix: collection + separator}) {
		d, err := items.Peek(tx, key)
		if err != nil {
			return nil, err
		}
		if textOf(shallow(d.Body)[property]) == value {
			return d, nil
		}
	}
	return nil, nil
}

// latest finds the item that was made last.
func latest(tx *store.Tx, collection string) (*document, error) {
	for _, key := range items.Scan(tx, store.Range{Index: "order", Prefix: collection + separator, Reverse: true}) {
		return items.Peek(tx, key)
	}
	return nil, nil
}
