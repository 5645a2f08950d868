package store

import (
	"bytes"
	"fmt"
	"iter"
	"strings"

	"go.etcd.io/bbolt"
)

// Changing a collection while iterating over it is allowed, with every iterator
// below: what is removed ahead of the iterator is not visited, what is added
// ahead of it is, and what lies behind it is not visited again. Over an index, a
// document whose index key moves ahead comes round again.

// All iterates over the documents in the order of their keys. As with every
// iterator of documents, the values are fresh, and an error is the last thing
// that comes.
func (c *Collection[T]) All(tx *Tx) iter.Seq2[T, error] { return c.Prefix(tx, "") }

// Prefix iterates over the documents whose keys begin with prefix, in key order.
func (c *Collection[T]) Prefix(tx *Tx, prefix string) iter.Seq2[T, error] {
	return c.documents(tx, "", prefix, false)
}

// Ordered iterates over the whole collection in the order of an index, or of the
// documents' keys when index is empty. Documents without a key in the index are
// left out, those with several keys come several times.
func (c *Collection[T]) Ordered(tx *Tx, index string, reverse bool) iter.Seq2[T, error] {
	return c.documents(tx, index, "", reverse)
}

// By iterates over the documents that have exactly this index key, in the order
// of their own keys.
func (c *Collection[T]) By(tx *Tx, index, key string) iter.Seq2[T, error] {
	return c.documents(tx, index, key+"\x00", false)
}

// OneBy returns the first document of By as a fresh value, or ErrNotFound.
func (c *Collection[T]) OneBy(tx *Tx, index, key string) (T, error) {
	for v, err := range c.By(tx, index, key) {
		return v, err
	}
	var none T
	return none, ErrNotFound
}

// Page returns up to limit documents of Ordered, from number skip on. Skipping
// decodes nothing. A limit of 0 or less gives none.
func (c *Collection[T]) Page(tx *Tx, index string, reverse bool, skip, limit int) ([]T, error) {
	w, err := c.walk(tx, index, "", reverse)
	if err != nil || limit <= 0 {
		return nil, err
	}
	for range skip {
		if k, _ := w.next(); k == nil {
			return nil, nil
		}
	}
	var page []T
	for len(page) < limit {
		k, v := w.next()
		if k == nil {
			break
		}
		doc, err := c.document(tx, index, k, v)
		if err != nil {
			return nil, err
		}
		page = append(page, doc)
	}
	return page, nil
}

// Keys iterates over the documents' keys that begin with prefix, in order,
// without looking at the documents.
func (c *Collection[T]) Keys(tx *Tx, prefix string) iter.Seq[string] {
	return c.keys(tx, "", prefix)
}

// KeysBy iterates over the keys of the documents that have exactly this index
// key, in order, without looking at the documents. With Peek it reads what By
// would, without decoding it anew. An index that the collection does not have
// gives nothing.
func (c *Collection[T]) KeysBy(tx *Tx, index, key string) iter.Seq[string] {
	return c.keys(tx, index, key+"\x00")
}

// KeysFrom iterates over the keys of the documents with an index key that begins
// with prefix, in the order of the index: a document that has several such keys
// comes several times.
func (c *Collection[T]) KeysFrom(tx *Tx, index, prefix string) iter.Seq[string] {
	return c.keys(tx, index, prefix)
}

// Range is a part of an index: the entries whose index key begins with Prefix, in
// order or in reverse.
type Range struct {
	Index, Prefix string
	// After leaves out what lies before this index key, and the key itself; ""
	// leaves out nothing. It must be a whole key, and no other document may have it.
	After   string
	Reverse bool
}

// Scan iterates over the entries of a part of an index: index key and document key.
// It looks at no document.
func (c *Collection[T]) Scan(tx *Tx, r Range) iter.Seq2[string, string] {
	return func(yield func(index, key string) bool) {
		w, err := c.walk(tx, r.Index, r.Prefix, r.Reverse)
		if err != nil {
			return
		}
		// Where to begin, behind which key: an After that lies outside of the prefix
		// leaves out all of it or nothing.
		switch {
		case r.Reverse:
			w.last = []byte(r.Prefix + "\xff") // behind every key: texts are UTF-8
			if after := r.After + "\x00"; r.After != "" && after < string(w.last) {
				w.last = []byte(after)
			}
		case r.After != "" && r.After >= r.Prefix:
			w.last = []byte(r.After + "\x00\xff")
		}
		for k, _ := w.next(); k != nil; k, _ = w.next() {
			index, key, _ := strings.Cut(string(k), "\x00")
			if !yield(index, key) {
				return
			}
		}
	}
}

func (c *Collection[T]) keys(tx *Tx, index, prefix string) iter.Seq[string] {
	return func(yield func(string) bool) {
		w, err := c.walk(tx, index, prefix, false)
		if err != nil {
			return
		}
		// Several keys share an allocation: a full builder is left to the texts
		// that were cut from it.
		var text strings.Builder
		for k, _ := w.next(); k != nil; k, _ = w.next() {
			k = documentKey(index, k)
			if text.Cap()-text.Len() < len(k) {
				size := max(min(2*text.Cap(), 4096), 256, len(k))
				text = strings.Builder{}
				text.Grow(size)
			}
			start := text.Len()
			text.Write(k)
			if !yield(text.String()[start:]) {
				return
			}
		}
	}
}

func (c *Collection[T]) documents(tx *Tx, index, prefix string, reverse bool) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		w, err := c.walk(tx, index, prefix, reverse)
		if err != nil {
			var none T
			yield(none, err)
			return
		}
		for k, v := w.next(); k != nil; k, v = w.next() {
			doc, err := c.document(tx, index, k, v)
			if !yield(doc, err) || err != nil {
				return
			}
		}
		if tx.t.ended.Load() {
			var none T
			yield(none, ErrEnded)
		}
	}
}

// document decodes what a walker over index stands on.
func (c *Collection[T]) document(tx *Tx, index string, k, v []byte) (T, error) {
	key := string(documentKey(index, k))
	if index == "" {
		return c.decode(key, v)
	}
	raw, err := c.raw(tx, key)
	if err != nil {
		var none T
		return none, fmt.Errorf("%w: %s: the index %s leads to %q, which is not there", ErrDamaged, c.Name, index, key)
	}
	return c.decode(key, raw)
}

// documentKey returns the document's part of a key in the bucket of index.
func documentKey(index string, k []byte) []byte {
	if index == "" {
		return k
	}
	return k[bytes.IndexByte(k, 0)+1:]
}

// walk returns a walker over the collection's documents (index is "") or over
// one of its indexes.
func (c *Collection[T]) walk(tx *Tx, index, prefix string, reverse bool) (walker, error) {
	t := tx.t
	if t.ended.Load() {
		return walker{}, ErrEnded
	}
	p := place{tx.org, c.Name, index}
	if index != "" && t.at(p).bucket == nil {
		known := false
		for i := range c.Indexes {
			known = known || c.Indexes[i].Name == index
		}
		if !known {
			return walker{}, fmt.Errorf("store: %s has no index %q", c.Name, index)
		}
		if n, _ := c.Count(tx); n > 0 {
			// Silence would pass for "no such document".
			return walker{}, fmt.Errorf("store: %s: this file has no index %q until the next write", c.Name, index)
		}
	}
	return walker{t: t, place: p, prefix: prefix, reverse: reverse}, nil
}

// walker goes through a bucket key by key, forward from a prefix or through the
// whole bucket in reverse.
type walker struct {
	t       *txn
	place   place
	prefix  string
	reverse bool

	cursor  *bbolt.Cursor
	last    []byte // the key that next returned; nil before the first
	version uint64 // the transaction's when cursor was placed
}

// next returns the next key and value, or nil at the end. Both die with the
// transaction.
func (w *walker) next() (k, v []byte) {
	if w.t.ended.Load() {
		return nil, nil
	}
	switch {
	case w.cursor == nil || w.version != w.t.version:
		// The library's cursors do not survive changes: find the place again.
		k, v = w.find()
	case w.reverse:
		k, v = w.previous()
	default:
		k, v = w.cursor.Next()
	}
	if len(k) < len(w.prefix) || string(k[:len(w.prefix)]) != w.prefix {
		k, v = nil, nil
	}
	if k != nil {
		w.last = k
	}
	return k, v
}

// find places a new cursor at the first key, or at the one after w.last.
func (w *walker) find() (k, v []byte) {
	b := w.t.at(w.place).bucket
	if b == nil {
		return nil, nil
	}
	w.cursor, w.version = b.Cursor(), w.t.version
	switch {
	case w.last == nil && w.reverse:
		return w.end()
	case w.last == nil && w.prefix == "":
		return w.cursor.First()
	case w.last == nil:
		return w.cursor.Seek(w.t.key(w.prefix))
	}
	k, v = w.cursor.Seek(w.last)
	switch {
	case w.reverse && k == nil: // all that is left lies before
		return w.end()
	case w.reverse:
		return w.previous()
	case bytes.Equal(k, w.last):
		return w.cursor.Next()
	}
	return k, v
}

// The library's cursors are at a loss, in reverse, among pages that the same
// transaction has emptied: Last never returns when all are empty, and Prev
// reports the beginning at each. Forward they know better.

// end places the cursor at the last key.
func (w *walker) end() (k, v []byte) {
	if w.t.writable && w.first() == nil {
		return nil, nil
	}
	return w.cursor.Last()
}

// previous moves the cursor one key back.
func (w *walker) previous() (k, v []byte) {
	k, v = w.cursor.Prev()
	if k != nil || !w.t.writable {
		return k, v
	}
	if first := w.first(); first == nil || bytes.Compare(first, w.last) >= 0 {
		return nil, nil // it is the beginning
	}
	for k == nil {
		k, v = w.cursor.Prev()
	}
	return k, v
}

// first returns the bucket's first key, leaving the walker's cursor alone.
func (w *walker) first() []byte {
	k, _ := w.cursor.Bucket().Cursor().First()
	return k
}
