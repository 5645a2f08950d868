package store

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"strings"
	"sync/atomic"

	"go.etcd.io/bbolt"
)

// Tx is a transaction that looks at one organization. It belongs to the
// goroutine of the function that received it and ends with that function: later
// use gets ErrEnded.
type Tx struct {
	t   *txn
	org string
}

// Org returns the organization that the transaction looks at.
func (tx *Tx) Org() string { return tx.org }

// Writable reports whether the transaction may write.
func (tx *Tx) Writable() bool { return tx.t.writable }

// Snapshot identifies the state that a read-only transaction sees: two
// transactions with the same number, which is never 0, see the same. A writing
// transaction sees a state of its own and has the number 0.
func (tx *Tx) Snapshot() uint64 {
	if tx.t.writable || tx.t.ended.Load() {
		return 0
	}
	return uint64(tx.t.bolt.ID()) + 1
}

// Context returns the context of the call, marked so that View and Update refuse
// to open a second transaction while this one is open. Pass it on, instead of the
// one that the function closes over, and a nested call is an error instead of a
// deadlock.
func (tx *Tx) Context() context.Context { return tx.t }

// In returns the same transaction, looking at another organization.
func (tx *Tx) In(org string) *Tx { return &Tx{t: tx.t, org: org} }

// AfterCommit has fn run once the changes are durable, in the goroutine that
// called Update and before Update returns; never when the function fails or the
// commit does. The functions of all calls run in the order of the commits, one
// at a time, so fn must not call Update itself. In a read-only transaction fn
// runs after View's function has succeeded.
func (tx *Tx) AfterCommit(fn func()) { tx.t.after = append(tx.t.after, fn) }

// Orgs returns the ids of the organizations that have any data, in key order.
// They may be dropped or written while iterating.
func (tx *Tx) Orgs() iter.Seq[string] {
	return func(yield func(string) bool) {
		if tx.t.ended.Load() {
			return
		}
		var ids []string
		c := tx.t.bolt.Cursor()
		prefix := []byte(orgPrefix)
		for name, _ := c.Seek(prefix); bytes.HasPrefix(name, prefix); name, _ = c.Next() {
			if tx.t.bolt.Bucket(name).Sequence() > 0 {
				ids = append(ids, string(name[len(prefix):]))
			}
		}
		for _, id := range ids {
			if !yield(id) {
				return
			}
		}
	}
}

// DropOrg removes all of an organization. Dropping what is not there is no error.
func (tx *Tx) DropOrg(org string) error {
	if err := tx.t.mayWrite(org); err != nil {
		return err
	}
	return tx.t.drop(org)
}

// The layout: a bucket per organization, whose sequence number counts all its
// documents; inside it a bucket per collection, whose sequence number counts the
// collection's documents, and beside that a bucket per index. Indexes lie beside
// the documents, not among them, so that a document's key can be any text.
const (
	orgPrefix    = "org/"
	globalBucket = "global"
	markerBucket = "mockcloud"
)

// place names a bucket: an organization's (no collection), a collection's (no
// index) or an index's.
type place struct{ org, collection, index string }

// handle is a bucket that the transaction has looked up, with a cursor for
// single look-ups, which saves the library from allocating one each time.
type handle struct {
	place
	bucket *bbolt.Bucket // nil: there is none
	cursor *bbolt.Cursor
}

// txn is what all Txs of one transaction share. It is also their context.
type txn struct {
	context.Context
	db       *DB
	bolt     *bbolt.Tx
	writable bool
	ended    atomic.Bool // atomic because the context may reach other goroutines
	first    Tx          // the Tx that the function receives
	after    []func()

	handles []handle
	scratch [128]byte // for keys of look-ups, which the library does not keep

	changes []change // what undo takes back
	version uint64   // counts changes, so that iterators notice them
}

func newTxn(ctx context.Context, db *DB, bolt *bbolt.Tx, org string) *txn {
	t := &txn{Context: ctx, db: db, bolt: bolt, writable: bolt.Writable()}
	t.first = Tx{t: t, org: org}
	return t
}

// end cuts the transaction off the file, since its context may live on.
func (t *txn) end() {
	t.ended.Store(true)
	t.bolt, t.handles, t.changes = nil, nil, nil
}

// txnKey finds the innermost transaction in a context.
type txnKey struct{}

// Value implements context.Context.
func (t *txn) Value(key any) any {
	if _, ok := key.(txnKey); ok {
		return t
	}
	return t.Context.Value(key)
}

// nested reports whether ctx comes from a transaction of db that is still open.
func nested(ctx context.Context, db *DB) bool {
	for {
		t, _ := ctx.Value(txnKey{}).(*txn)
		if t == nil {
			return false
		}
		if t.db == db && !t.ended.Load() {
			return true
		}
		ctx = t.Context
	}
}

// mayWrite refuses what must not reach the file.
func (t *txn) mayWrite(org string) error {
	switch {
	case t.ended.Load():
		return ErrEnded
	case !t.writable:
		return ErrReadOnly
	}
	if len(org) > bbolt.MaxKeySize-len(orgPrefix) || strings.IndexByte(org, 0) >= 0 {
		return fmt.Errorf("%w: organization", ErrBadKey)
	}
	return nil
}

// key returns s as bytes that are good until the next call of key.
func (t *txn) key(s ...string) []byte {
	b := t.scratch[:0]
	for _, s := range s {
		b = append(b, s...)
	}
	return b
}

// at returns the bucket of p; its bucket field is nil if there is none. The
// handle is good until the next call that looks up or changes a bucket.
func (t *txn) at(p place) *handle {
	for i := range t.handles {
		if t.handles[i].place == p {
			return &t.handles[i]
		}
	}
	h := handle{place: p}
	if p.collection == "" {
		h.bucket = t.bolt.Bucket(t.orgName(p.org))
	} else if org := t.at(place{org: p.org}).bucket; org != nil {
		h.bucket = org.Bucket(t.name(p))
	}
	if h.bucket != nil && p.collection != "" {
		h.cursor = h.bucket.Cursor()
	}
	if t.handles == nil {
		t.handles = make([]handle, 0, 12) // most transactions need no more
	}
	t.handles = append(t.handles, h)
	return &t.handles[len(t.handles)-1]
}

func (t *txn) orgName(org string) []byte {
	if org == Global {
		return t.key(globalBucket)
	}
	return t.key(orgPrefix, org)
}

// name returns what p's bucket is called inside its organization.
func (t *txn) name(p place) []byte {
	if p.index == "" {
		return t.key(p.collection)
	}
	return t.key(p.collection, "\x00", p.index)
}

// get returns the value of a key. The bytes die with the transaction.
func (t *txn) get(p place, key []byte) ([]byte, bool) {
	h := t.at(p)
	if h.bucket == nil {
		return nil, false
	}
	k, v := h.cursor.Seek(key)
	if k == nil || !bytes.Equal(k, key) { // nothing equals an empty key
		return nil, false
	}
	return v, true
}
