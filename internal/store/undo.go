package store

import (
	"bytes"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"

	"go.etcd.io/bbolt"
)

// change is what undo needs to take one change back. It names its bucket rather
// than pointing to it: a bucket that was dropped and brought back is another one.
//
// The library's old keys and values stay readable to the end of the function:
// within a transaction it replaces them but overwrites none.
type change struct {
	place
	key  []byte // nil when the bucket itself came or went
	old  []byte
	had  bool       // whether the key had the value old
	gone []contents // the buckets that went with their organization; nil when the bucket came
}

// contents is all that was in a bucket.
type contents struct {
	name     []byte // nil for the organization's own
	sequence uint64
	pairs    [][2][]byte
}

// create makes sure that p's bucket is there.
func (t *txn) create(p place) (*handle, error) {
	h := t.at(p)
	if h.bucket != nil {
		return h, nil
	}
	var b *bbolt.Bucket
	var err error
	if p.collection == "" {
		b, err = t.bolt.CreateBucket(t.orgName(p.org))
	} else {
		var org *handle
		if org, err = t.create(place{org: p.org}); err != nil {
			return nil, err
		}
		b, err = org.bucket.CreateBucket(t.name(p))
	}
	if err != nil {
		return nil, fmt.Errorf("store: create bucket: %w", err)
	}
	t.changed(change{place: p})
	h = t.at(p) // creating the organization may have moved it
	h.bucket = b
	if p.collection != "" {
		h.cursor = b.Cursor()
	}
	return h, nil
}

// put sets a key of an existing bucket. Neither key nor value may be changed
// afterwards.
func (t *txn) put(p place, key, value []byte) error {
	old, had := t.get(p, key)
	return t.replace(p, key, value, old, had)
}

// replace is put where it is known whether the key is there (had), and with
// which value.
func (t *txn) replace(p place, key, value, old []byte, had bool) error {
	t.changed(change{place: p, key: key, old: old, had: had})
	if err := t.at(p).bucket.Put(key, value); err != nil {
		return fmt.Errorf("store: put: %w", err)
	}
	if had {
		return nil
	}
	return t.count(p, +1)
}

// remove deletes a key of an existing bucket. The key may not be changed
// afterwards.
func (t *txn) remove(p place, key []byte) error {
	old, had := t.get(p, key)
	if !had {
		return nil
	}
	t.changed(change{place: p, key: key, old: old, had: had})
	if err := t.at(p).bucket.Delete(key); err != nil {
		return fmt.Errorf("store: delete: %w", err)
	}
	return t.count(p, -1)
}

// count keeps the number of documents of a collection and of its organization,
// in the sequence number that the library stores with each bucket.
func (t *txn) count(p place, by int) error {
	if p.index != "" {
		return nil
	}
	for _, p := range []place{p, {org: p.org}} {
		b := t.at(p).bucket
		if err := b.SetSequence(b.Sequence() + uint64(by)); err != nil {
			return fmt.Errorf("store: count: %w", err)
		}
	}
	return nil
}

func (t *txn) changed(c change) {
	t.version++
	t.changes = append(t.changes, c)
}

// drop removes an organization's bucket with everything in it.
func (t *txn) drop(org string) error {
	b := t.at(place{org: org}).bucket
	if b == nil {
		return nil
	}
	gone := []contents{{sequence: b.Sequence()}}
	err := b.ForEachBucket(func(name []byte) error {
		inner := b.Bucket(name)
		c := contents{name: bytes.Clone(name), sequence: inner.Sequence()}
		gone = append(gone, c)
		return inner.ForEach(func(k, v []byte) error {
			c := &gone[len(gone)-1]
			c.pairs = append(c.pairs, [2][]byte{k, v})
			return nil
		})
	})
	if err != nil {
		return fmt.Errorf("store: drop: %w", err)
	}
	t.changed(change{place: place{org: org}, gone: gone})
	t.forget()
	// One by one: the library deletes nested buckets while it iterates over them,
	// and passes over some when the transaction has already changed that level.
	for _, c := range gone[1:] {
		if err := b.DeleteBucket(c.name); err != nil {
			return fmt.Errorf("store: drop: %w", err)
		}
	}
	if err := t.bolt.DeleteBucket(t.orgName(org)); err != nil {
		return fmt.Errorf("store: drop: %w", err)
	}
	return nil
}

// forget drops all handles, after buckets have gone.
func (t *txn) forget() {
	t.handles = nil
}

// undo takes back all changes, the last one first. After an error, or a panic of
// the library, which also becomes one, the state in the transaction is unknown.
func (t *txn) undo() (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &PanicError{Value: v, Stack: debug.Stack()}
		}
		if err != nil {
			err = fmt.Errorf("store: undo: %w", err)
		}
	}()
	changes := t.changes
	for _, c := range slices.Backward(changes) {
		switch {
		case c.gone != nil:
			err = t.bringBack(c)
		case c.key == nil:
			err = t.takeAway(c.place)
		case c.had:
			// A copy, because the library takes values to be good for the whole
			// transaction, of which only this call is over.
			err = t.put(c.place, c.key, bytes.Clone(c.old))
		default:
			err = t.remove(c.place, c.key)
		}
		if err != nil {
			return err
		}
	}
	t.changes = nil
	return nil
}

// takeAway undoes create.
func (t *txn) takeAway(p place) error {
	if p.collection == "" {
		err := t.bolt.DeleteBucket(t.orgName(p.org))
		t.forget()
		return err
	}
	org := t.at(place{org: p.org}).bucket
	if org == nil {
		return errors.New("no bucket of the organization")
	}
	err := org.DeleteBucket(t.name(p))
	t.forget()
	return err
}

// bringBack undoes drop.
func (t *txn) bringBack(c change) error {
	t.forget()
	org, err := t.bolt.CreateBucket(t.orgName(c.org))
	if err != nil {
		return err
	}
	for _, c := range c.gone {
		b := org
		if c.name != nil {
			if b, err = org.CreateBucket(c.name); err != nil {
				return err
			}
		}
		if err := b.SetSequence(c.sequence); err != nil {
			return err
		}
		for _, pair := range c.pairs {
			if err := b.Put(pair[0], bytes.Clone(pair[1])); err != nil {
				return err
			}
		}
	}
	return nil
}
