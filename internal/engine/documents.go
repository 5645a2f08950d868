package engine

import (
	"encoding/json"
	"errors"
	"net/url"
	"strconv"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// document is an item of a collection, or a singleton.
type document struct {
	// Path is the item's own, below /api/v2, each key escaped. What belongs to an
	// item has a path that begins with the item's, so that it can be removed with
	// it.
	Path string `json:"path"`
	// Order is where the item stands in its collection: the number of items made
	// before it.
	Order uint64 `json:"order,omitempty"`
	// Hidden items are found by their key, but not listed: they are deleted and
	// can be restored.
	Hidden   bool   `json:"hidden,omitempty"`
	Division string `json:"division,omitempty"` // "" where it lives in none
	Name     string `json:"name,omitempty"`     // by which it is sorted and found
	// Body is the item as the collection's own operation answers it.
	Body json.RawMessage `json:"body"`
	// Rest holds what was sent and is no part of that answer. Other operations may
	// answer it.
	Rest json.RawMessage `json:"rest,omitempty"`
}

// collection is the concrete path of the collection that the item is in.
func (d *document) collection() string { return d.Path[:strings.LastIndexByte(d.Path, '/')] }

// counter is how many items a collection has, and how many it ever had.
type counter struct {
	Path  string `json:"path"` // of the collection
	Count int    `json:"count"`
	Last  uint64 `json:"last"`
}

// The collections of the state file.
var (
	items = store.Collection[*document]{
		Name: "engine/items",
		Key:  func(d *document) string { return d.Path },
		Indexes: []store.Index[*document]{
			{Name: "order", Unique: true, Keys: func(d *document) []string {
				if d.Hidden {
					return nil
				}
				return []string{orderKey(d.collection(), d.Order)}
			}},
			{Name: "name", Keys: func(d *document) []string {
				if d.Hidden || d.Name == "" {
					return nil
				}
				return []string{d.collection() + separator + nameKey(d.Name)}
			}},
		},
	}
	singletons = store.Collection[*document]{
		Name: "engine/singletons",
		Key:  func(d *document) string { return d.Path },
	}
	counters = store.Collection[*counter]{
		Name: "engine/counters",
		Key:  func(c *counter) string { return c.Path },
	}
)

// Collections lists all that this package stores.
func Collections() []store.Checker { return []store.Checker{&items, &singletons, &counters, &files} }

// separator stands between a collection's path and what its items are sorted by.
// No path holds it unescaped.
const separator = "\x01"

func orderKey(collection string, order uint64) string {
	digits := strconv.FormatUint(order, 16)
	return collection + separator + "000000000000"[:max(0, 12-len(digits))] + digits
}

// maxNameKey is how much of a name counts when items are sorted.
const maxNameKey = 200

func nameKey(name string) string {
	folded := identity.Fold(name)
	return folded[:min(len(folded), maxNameKey)]
}

// escape makes a key a segment of a path.
func escape(key string) string {
	if strings.IndexFunc(key, func(r rune) bool {
		return r != '-' && r != '_' && r != '.' && r != '*' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) < 0 && key != "." && key != ".." {
		return key
	}
	return url.PathEscape(key)
}

// maxPath keeps paths below what the state file takes as a key.
const maxPath = 4096

// find reads an item that is shared and must not be changed; nil where there is
// none.
func find(tx *store.Tx, path string) (*document, error) { return peek(&items, tx, path) }

func peek(of *store.Collection[*document], tx *store.Tx, path string) (*document, error) {
	d, err := of.Peek(tx, path)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	return d, err
}

// add stores a new item at the end of its collection.
func add(tx *store.Tx, d *document) error {
	if len(d.Path) > maxPath {
		return apierr.BadRequest("The key of the entity is too long.")
	}
	n, err := counters.Get(tx, d.collection())
	if errors.Is(err, store.ErrNotFound) {
		n, err = &counter{Path: d.collection()}, nil
	}
	if err != nil {
		return err
	}
	n.Last++
	if !d.Hidden {
		n.Count++
	}
	d.Order = n.Last
	if err := items.Insert(tx, d); err != nil {
		return err
	}
	return counters.Put(tx, n)
}

// replace stores an item anew.
func replace(tx *store.Tx, old, d *document) error {
	if err := items.Put(tx, d); err != nil || old.Hidden == d.Hidden {
		return err
	}
	if d.Hidden {
		return count(tx, d.collection(), -1)
	}
	return count(tx, d.collection(), +1)
}

func count(tx *store.Tx, collection string, by int) error {
	n, err := counters.Get(tx, collection)
	if err != nil {
		return err
	}
	n.Count += by
	return counters.Put(tx, n)
}

// remove deletes an item with all that belongs to it.
func remove(tx *store.Tx, d *document) error {
	if err := items.Delete(tx, d.Path); err != nil {
		return err
	}
	if !d.Hidden {
		if err := count(tx, d.collection(), -1); err != nil {
			return err
		}
	}
	return removeBelow(tx, d.Path)
}

// removeBelow deletes everything that belongs to the item at a path.
func removeBelow(tx *store.Tx, path string) error {
	prefix := path + "/"
	for key := range items.Keys(tx, prefix) {
		if err := items.Delete(tx, key); err != nil {
			return err
		}
	}
	for key := range singletons.Keys(tx, prefix) {
		if err := singletons.Delete(tx, key); err != nil {
			return err
		}
	}
	for key := range counters.Keys(tx, prefix) {
		if err := counters.Delete(tx, key); err != nil {
			return err
		}
	}
	return forget(tx, path)
}

// total is how many items a collection lists.
func total(tx *store.Tx, collection string) (int, error) {
	n, err := counters.Peek(tx, collection)
	if errors.Is(err, store.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return n.Count, nil
}
