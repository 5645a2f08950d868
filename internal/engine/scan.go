package engine

import (
	"encoding/base64"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// This file has the scans that find items otherwise than in the order in which they
// were made, and the places that cursors stand for.

// errBadCursor says that a cursor leads nowhere.
var errBadCursor = errors.New("engine: not a cursor")

// pick looks up items by their ids. Those that are not there are left out.
func (s *scan) pick() error {
	var found []*document
	seen := make(map[string]bool, len(s.ask.ids))
	for _, id := range s.ask.ids {
		path := s.collection + "/" + escape(id)
		if len(path) > maxPath || seen[path] {
			continue
		}
		seen[path] = true
		d, err := find(s.tx, path)
		if err != nil {
			return err
		}
		if d != nil {
			found = append(found, d)
		}
	}
	return s.arrange(s.kept(found))
}

// all reads every item, the hidden ones as well.
func (s *scan) all() error {
	prefix := s.collection + "/"
	var found []*document
	for key := range items.Keys(s.tx, prefix) {
		if strings.IndexByte(key[len(prefix):], '/') >= 0 {
			continue // belongs to an item
		}
		d, err := items.Peek(s.tx, key)
		if err != nil {
			return err
		}
		found = append(found, d)
	}
	return s.arrange(s.kept(found))
}

// kept narrows items by all conditions.
func (s *scan) kept(found []*document) []*document {
	keep := all(s.ask.keep)
	return slices.DeleteFunc(found, func(d *document) bool {
		for _, n := range s.ask.names {
			if !n.like(identity.Fold(d.Name)) {
				return true
			}
		}
		if (d.Hidden && s.ask.hidden == withoutHidden) || (!d.Hidden && s.ask.hidden == onlyHidden) {
			return true
		}
		return keep != nil && !keep(&record{document: d})
	})
}

// byName finds items by their names in the index, and looks at no other ones.
func (s *scan) byName() error {
	first := s.ask.names[0]
	prefix := s.collection + separator
	var found []*document
	for index, key := range items.Scan(s.tx, store.Range{Index: "name", Prefix: prefix + first.begin}) {
		if name := index[len(prefix):]; len(name) < maxNameKey && !first.like(name) {
			continue // longer names are in the index by their beginning
		}
		d, err := items.Peek(s.tx, key)
		if err != nil {
			return err
		}
		found = append(found, d)
	}
	return s.arrange(s.kept(found))
}

// sorted reads all items and sorts them.
func (s *scan) sorted() error {
	found, err := gather(s.tx, s.collection, all(s.ask.keep))
	if err != nil {
		return err
	}
	return s.arrange(found)
}

// arrange sorts what was found and takes the page out of it.
func (s *scan) arrange(found []*document) error {
	s.page.total = len(found)
	places := make(map[*document]*place, len(found))
	for _, d := range found {
		places[d] = s.placeOf(d)
	}
	slices.SortFunc(found, func(a, b *document) int { return s.compare(places[a], places[b]) })
	from, to := 0, len(found)
	cursor, back := s.ask.after, false
	if cursor == "" && s.ask.before != "" {
		cursor, back = s.ask.before, true
	}
	if cursor != "" {
		at, err := s.place(cursor)
		if err != nil {
			return err
		}
		i, there := slices.BinarySearchFunc(found, at, func(d *document, at *place) int { return s.compare(places[d], at) })
		switch {
		case back:
			to = i
			from = max(0, to-s.ask.size)
		case there:
			from = i + 1
		default:
			from = i
		}
	} else {
		from = min((s.ask.number-1)*s.ask.size, to)
	}
	if s.ask.size < to-from {
		to = from + s.ask.size
	}
	s.page.docs = found[from:to]
	s.ends(false, from > 0, to < len(found), func(d *document) string { return cursorOf(d, places[d].keys) })
	return nil
}

// place is where an item stands in a listing. Cursors name places, not items, so
// that they stay good when items come and go.
type place struct {
	keys  []sortKey
	order uint64
}

func (s *scan) placeOf(d *document) *place {
	at := &place{order: d.Order}
	r := &record{document: d}
	for _, by := range s.ask.order {
		at.keys = append(at.keys, by.key(r))
	}
	return at
}

func (s *scan) compare(a, b *place) int {
	for i, by := range s.ask.order {
		if i >= len(a.keys) || i >= len(b.keys) {
			break
		}
		if n := by.compare(a.keys[i], b.keys[i]); n != 0 {
			return n
		}
	}
	switch {
	case a.order == b.order:
		return 0
	case (a.order < b.order) != s.ask.last:
		return -1
	default:
		return +1
	}
}

// maxCursorText is how much of a text a cursor keeps.
const maxCursorText = 256

// cursorOf is the cursor of the place behind an item: its number, and what it is
// sorted by.
func cursorOf(d *document, keys []sortKey) string {
	parts := []string{strings.TrimPrefix(orderKey("", d.Order), separator)}
	for _, k := range keys {
		text := k.String()
		parts = append(parts, base64.RawURLEncoding.EncodeToString([]byte(text[:min(len(text), 1+maxCursorText)])))
	}
	return strings.Join(parts, ".")
}

// place reads a cursor. Some clients send the id of the last item in its place
// (facts: terraform.md 2).
func (s *scan) place(cursor string) (*place, error) {
	digits, rest, _ := strings.Cut(cursor, ".")
	if order, err := strconv.ParseUint(digits, 16, 48); err == nil && len(digits) == 12 {
		at := &place{order: order}
		if rest == "" && len(s.ask.order) == 0 {
			return at, nil
		}
		if at.keys, err = readKeys(rest); err == nil && len(at.keys) == len(s.ask.order) {
			return at, nil
		}
	}
	path := s.collection + "/" + escape(cursor)
	if len(path) > maxPath {
		return nil, errBadCursor
	}
	d, err := find(s.tx, path)
	if err != nil {
		return nil, err
	}
	if d == nil {
		return nil, errBadCursor
	}
	return s.placeOf(d), nil
}

func readKeys(text string) ([]sortKey, error) {
	var keys []sortKey
	for part := range strings.SplitSeq(text, ".") {
		key, err := base64.RawURLEncoding.DecodeString(part)
		if err != nil {
			return nil, err
		}
		keys = append(keys, readKey(string(key)))
	}
	return keys, nil
}
