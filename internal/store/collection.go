package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"go.etcd.io/bbolt"
)

// Collection is a set of documents of one type inside each organization. T is a
// pointer to a struct that encodes as JSON. A Collection is only a description:
// declare it once as a package-level variable and never change it.
type Collection[T any] struct {
	Name    string         // such as "oauth/clients"; names the data in the file
	Key     func(T) string // unique within the organization, not empty, without zero bytes
	Indexes []Index[T]
}

// Index is a second way to find and order a collection's documents. Its order is
// that of the bytes of its keys; documents with equal keys follow each other by
// their own key.
type Index[T any] struct {
	Name string
	// Keys returns the keys under which a document is found: none, one or several,
	// which may be empty but hold no zero bytes. It must depend on the document
	// alone and must not change it.
	Keys func(T) []string
	// Unique refuses a second document with the same key.
	Unique bool
}

// Get returns a document as a fresh value that the caller may change, or
// ErrNotFound.
func (c *Collection[T]) Get(tx *Tx, key string) (T, error) {
	raw, err := c.raw(tx, key)
	if err != nil {
		var none T
		return none, err
	}
	return c.decode(key, raw)
}

// Peek returns a document as a value that others hold too: nobody may change it,
// nor anything it points to. It is right for this transaction's snapshot, may be
// kept for longer, and costs no decoding when it was read before. Without a
// document it returns ErrNotFound.
func (c *Collection[T]) Peek(tx *Tx, key string) (T, error) {
	raw, err := c.raw(tx, key)
	if err != nil {
		var none T
		return none, err
	}
	return c.shared(tx, key, raw)
}

// Has reports whether there is a document with the key.
func (c *Collection[T]) Has(tx *Tx, key string) bool {
	_, err := c.raw(tx, key)
	return err == nil
}

// Count returns the number of documents. It costs no more than Has.
func (c *Collection[T]) Count(tx *Tx) (int, error) {
	if tx.t.ended.Load() {
		return 0, ErrEnded
	}
	h := tx.t.at(c.place(tx))
	if h.bucket == nil {
		return 0, nil
	}
	return int(h.bucket.Sequence()), nil
}

// Insert adds a document. It returns an ExistsError, and changes nothing, when
// its key or a key of a unique index is taken.
func (c *Collection[T]) Insert(tx *Tx, v T) error { return c.write(tx, v, true) }

// Put adds a document or replaces the one with the same key. It returns an
// ExistsError, and changes nothing, when a key of a unique index belongs to
// another document.
func (c *Collection[T]) Put(tx *Tx, v T) error { return c.write(tx, v, false) }

// Delete removes a document, or returns ErrNotFound.
func (c *Collection[T]) Delete(tx *Tx, key string) error {
	if err := tx.t.mayWrite(tx.org); err != nil {
		return err
	}
	raw, err := c.raw(tx, key)
	if err != nil {
		return err
	}
	if len(c.Indexes) > 0 {
		old, err := c.shared(tx, key, raw)
		if err != nil {
			return err
		}
		for i := range c.Indexes {
			if err := c.ensureIndex(tx, &c.Indexes[i]); err != nil {
				return err
			}
			p := place{tx.org, c.Name, c.Indexes[i].Name}
			for _, k := range keySet(c.Indexes[i].Keys(old)) {
				if err := tx.t.remove(p, entry(k, key)); err != nil {
					return err
				}
			}
		}
	}
	return tx.t.remove(c.place(tx), []byte(key))
}

func (c *Collection[T]) place(tx *Tx) place { return place{org: tx.org, collection: c.Name} }

// raw returns a document's bytes, which die with the transaction.
func (c *Collection[T]) raw(tx *Tx, key string) ([]byte, error) {
	t := tx.t
	if t.ended.Load() {
		return nil, ErrEnded
	}
	p := c.place(tx)
	t.at(p) // first, because finding a bucket overwrites what key returned
	raw, ok := t.get(p, t.key(key))
	if !ok {
		return nil, ErrNotFound
	}
	return raw, nil
}

func (c *Collection[T]) decode(key string, raw []byte) (T, error) {
	var v T
	if err := json.Unmarshal(raw, &v); err != nil {
		var none T
		return none, &DamagedError{What: fmt.Sprintf("store: %s %q", c.Name, key), Err: err}
	}
	return v, nil
}

// shared returns the value of raw from the cache.
func (c *Collection[T]) shared(tx *Tx, key string, raw []byte) (T, error) {
	k := cacheKey{tx.org, c.Name, key}
	if v, ok := tx.t.db.cache.get(k, raw).(T); ok {
		return v, nil
	}
	v, err := c.decode(key, raw)
	if err == nil {
		tx.t.db.cache.put(k, raw, v)
	}
	return v, err
}

// encode writes a document. Angle brackets stay as they are, since JSON that a
// client wants back as it was sent lies inside of documents.
func encode(v any) ([]byte, error) {
	e := encoders.Get().(*encoder)
	defer func() {
		if e.buffer.Cap() <= maxPooled {
			e.buffer.Reset()
			encoders.Put(e)
		}
	}()
	if err := e.json.Encode(v); err != nil {
		return nil, err
	}
	return bytes.Clone(bytes.TrimSuffix(e.buffer.Bytes(), []byte("\n"))), nil
}

// encoder is a JSON encoder with what it writes to.
type encoder struct {
	buffer bytes.Buffer
	json   *json.Encoder
}

var encoders = sync.Pool{New: func() any {
	e := &encoder{}
	e.json = json.NewEncoder(&e.buffer)
	e.json.SetEscapeHTML(false)
	return e
}}

// maxPooled keeps the rare huge document from staying in memory.
const maxPooled = 1 << 20

// write checks everything first, so that a refusal leaves no trace even when the
// caller goes on with the transaction.
func (c *Collection[T]) write(tx *Tx, v T, insert bool) error {
	t := tx.t
	if err := t.mayWrite(tx.org); err != nil {
		return err
	}
	key := c.Key(v)
	if err := c.checkKey("", key, len(key)); err != nil {
		return err
	}
	raw, err := encode(v)
	if err != nil {
		return fmt.Errorf("store: %s %q: %w", c.Name, key, err)
	}
	old, err := c.raw(tx, key)
	switch {
	case err == nil && insert:
		return &ExistsError{Collection: c.Name, Key: key}
	case err == nil && string(old) == string(raw):
		return nil
	case err != nil && !errors.Is(err, ErrNotFound):
		return err
	}
	entries, err := c.indexEntries(tx, key, v, old)
	if err != nil {
		return err
	}
	p := c.place(tx)
	if _, err := t.create(p); err != nil {
		return err
	}
	for i, e := range entries {
		p := place{tx.org, c.Name, c.Indexes[i].Name}
		if _, err := t.create(p); err != nil {
			return err
		}
		for _, k := range e.drop {
			if err := t.remove(p, entry(k, key)); err != nil {
				return err
			}
		}
		for _, k := range e.add {
			// What an index gains, it did not have.
			if err := t.replace(p, entry(k, key), []byte{}, nil, false); err != nil {
				return err
			}
		}
	}
	return t.replace(p, []byte(key), raw, old, old != nil)
}

// entryDiff is what one index gains and loses with a write.
type entryDiff struct{ add, drop []string }

// indexEntries compares the index keys of v with those of the document that it
// replaces (old; nil for none), and refuses v for a bad or a taken key.
func (c *Collection[T]) indexEntries(tx *Tx, key string, v T, old []byte) ([]entryDiff, error) {
	if len(c.Indexes) == 0 {
		return nil, nil
	}
	var before T
	if old != nil {
		var err error
		if before, err = c.shared(tx, key, old); err != nil {
			return nil, err
		}
	}
	diffs := make([]entryDiff, len(c.Indexes))
	for i := range c.Indexes {
		idx := &c.Indexes[i]
		if err := c.ensureIndex(tx, idx); err != nil {
			return nil, err
		}
		add := keySet(idx.Keys(v))
		if old != nil {
			drop := keySet(idx.Keys(before))
			add, diffs[i].drop = missing(add, drop), missing(drop, add)
		}
		for _, k := range add {
			if err := c.checkKey(idx.Name, k, len(k)+1+len(key)); err != nil {
				return nil, err
			}
			if idx.Unique && c.taken(tx, idx, k, key) {
				return nil, &ExistsError{Collection: c.Name, Index: idx.Name, Key: k}
			}
		}
		diffs[i].add = add
	}
	return diffs, nil
}

// taken reports whether another document than key has the index key k.
func (c *Collection[T]) taken(tx *Tx, idx *Index[T], k, key string) bool {
	for other := range c.KeysBy(tx, idx.Name, k) {
		if other != key {
			return true
		}
	}
	return false
}

// ensureIndex fills an index that was declared only after the documents were
// stored. Where there are no documents, write creates the index with them.
func (c *Collection[T]) ensureIndex(tx *Tx, idx *Index[T]) error {
	p := place{tx.org, c.Name, idx.Name}
	if n, err := c.Count(tx); n == 0 || tx.t.at(p).bucket != nil {
		return err
	}
	var entries [][]byte
	seen := make(map[string]bool)
	for v, err := range c.All(tx) {
		if err != nil {
			return err
		}
		key := c.Key(v)
		for _, k := range keySet(idx.Keys(v)) {
			if err := c.checkKey(idx.Name, k, len(k)+1+len(key)); err != nil {
				return err
			}
			if idx.Unique && seen[k] {
				return &ExistsError{Collection: c.Name, Index: idx.Name, Key: k}
			}
			seen[k] = true
			entries = append(entries, entry(k, key))
		}
	}
	if _, err := tx.t.create(p); err != nil {
		return err
	}
	for _, e := range entries {
		if err := tx.t.put(p, e, []byte{}); err != nil {
			return err
		}
	}
	return nil
}

// checkKey refuses a key that cannot be stored; size is its length in the file.
func (c *Collection[T]) checkKey(index, key string, size int) error {
	what := "key"
	if index != "" {
		what = index
	}
	switch {
	case key == "" && index == "":
		return fmt.Errorf("%w: %s: the %s is empty", ErrBadKey, c.Name, what)
	case size > bbolt.MaxKeySize:
		return fmt.Errorf("%w: %s: the %s is too long", ErrBadKey, c.Name, what)
	case strings.IndexByte(key, 0) >= 0:
		return fmt.Errorf("%w: %s: the %s holds a zero byte", ErrBadKey, c.Name, what)
	}
	return nil
}

// entry is the key of an index's bucket: the index key, a zero byte, the
// document's key.
func entry(indexKey, key string) []byte {
	b := make([]byte, 0, len(indexKey)+1+len(key))
	b = append(b, indexKey...)
	b = append(b, 0)
	return append(b, key...)
}

// keySet returns keys sorted and without repetitions, leaving keys as it is.
func keySet(keys []string) []string {
	if len(keys) < 2 {
		return keys
	}
	keys = slices.Clone(keys)
	slices.Sort(keys)
	return slices.Compact(keys)
}

// missing returns the members of the sorted set a that the sorted set b lacks.
func missing(a, b []string) []string {
	var out []string
	for _, k := range a {
		if _, found := slices.BinarySearch(b, k); !found {
			out = append(out, k)
		}
	}
	return out
}
