package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"go.etcd.io/bbolt"
)

// Checker is a collection as Check sees it. Every *Collection is one.
type Checker interface {
	Label() string // the collection's name
	hasIndex(name string) bool
	incomplete(tx *Tx) bool
	complete(tx *Tx) error
	check(tx *Tx, found func(format string, args ...any)) (documents int)
}

// Checks say what a state file should look like.
type Checks struct {
	// Collections are all that a file of this version can hold.
	Collections []Checker
	// Loose returns one line for each reference of an organization's documents that
	// leads nowhere; nil looks for none. It is asked only where nothing is broken.
	Loose func(*Tx) ([]string, error)
}

// mostLines bounds what a Report lists: a broken page can lose thousands of
// documents.
const mostLines = 50

// Lines are the first lines of a list, and how many there are in all.
type Lines struct {
	First []string
	Total int
}

func (l *Lines) add(line string) {
	if l.Total++; len(l.First) < mostLines {
		l.First = append(l.First, line)
	}
}

// Report is what Check has looked at and found.
type Report struct {
	Organizations int
	Collections   []Counted // those with documents, by name
	Pages, Free   int
	PageSize      int

	Findings Lines // what is broken
	Notes    Lines // what is odd, and no damage
}

// Counted is a collection with the number of its documents in all organizations.
type Counted struct {
	Name      string
	Documents int
}

// Check looks through a state file that no process writes to, and changes
// nothing. Its errors are OpenErrors: the file is not there, is in use, or is not
// sound enough to be opened at all.
func Check(ctx context.Context, path string, checks Checks) (*Report, error) {
	r := &Report{}
	err := reading(path, func(db *bbolt.DB) error { return r.look(ctx, path, db, checks) })
	if err != nil {
		return nil, err
	}
	return r, nil
}

// reading opens a state file for reading only, lets fn work on it and closes it.
// It can be read beside others who only read.
func reading(path string, fn func(*bbolt.DB) error) error {
	found, err := inspect(path)
	if err == nil && !found {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return &OpenError{Path: path, Reason: "does not exist", Advice: "name a state file", Err: err}
		}
		err = &foreign{"is empty"}
	}
	if err != nil {
		return explain(path, err)
	}
	db, err := guarded(path, bbolt.Options{ReadOnly: true, Timeout: defaultTimeout}, func(db *bbolt.DB) error {
		if _, err := checkMarker(db); err != nil {
			return err
		}
		return fn(db)
	})
	if err == nil {
		err = db.Close()
	}
	if err != nil {
		return explain(path, err)
	}
	return nil
}

func (r *Report) found(format string, args ...any) { r.Findings.add(fmt.Sprintf(format, args...)) }

// look goes from the outside in, and stops where going on would only repeat what
// was found.
func (r *Report) look(ctx context.Context, path string, db *bbolt.DB, checks Checks) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	m, err := newestMeta(f)
	if err != nil {
		return err
	}
	r.PageSize = int(m.pageSize)
	for _, at := range []int64{0, m.pageSize} {
		if header, err := readMeta(f, at); err != nil || !header.valid {
			r.Notes.add("one of the two headers is broken, as after a crash in the middle of a commit: what came last may be missing")
		}
	}
	r.Pages, r.Free = survey(f, m, r.found)
	if r.Findings.Total > 0 {
		return nil
	}
	bolt, err := db.Begin(false)
	if err != nil {
		return err
	}
	defer func() { _ = bolt.Rollback() }()
	for err := range bolt.Check() { // to its end: it would wait for a reader for ever
		r.found("%v", err)
	}
	if r.Findings.Total > 0 {
		return nil
	}
	return r.documents(newTxn(ctx, &DB{bolt: db, cache: newCache()}, bolt, Global), checks)
}

// documents looks at what is in the buckets.
func (r *Report) documents(t *txn, checks Checks) error {
	counts := make(map[string]int)
	err := t.bolt.ForEach(func(name []byte, b *bbolt.Bucket) error {
		if err := t.Err(); err != nil {
			return err
		}
		org, isOrg := strings.CutPrefix(string(name), orgPrefix)
		switch {
		case string(name) == markerBucket:
			return nil
		case string(name) == globalBucket:
			org = Global
		case !isOrg:
			r.Notes.add(fmt.Sprintf("the bucket %.100q is unknown to this version", name))
			return nil
		case b.Sequence() > 0:
			r.Organizations++
		}
		return r.organization(&Tx{t: t, org: org}, b, checks, counts)
	})
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		r.Collections = append(r.Collections, Counted{name, counts[name]})
	}
	return err
}

// organization looks at one organization's bucket, or the global one.
func (r *Report) organization(tx *Tx, b *bbolt.Bucket, checks Checks, counts map[string]int) error {
	where := "outside of organizations"
	if tx.org != Global {
		where = fmt.Sprintf("organization %.100s", tx.org)
	}
	found := func(format string, args ...any) { r.found("%s: %s", where, fmt.Sprintf(format, args...)) }
	total := 0
	err := b.ForEach(func(name, value []byte) error {
		if value != nil {
			found("%.100q is not a bucket", name)
			return nil
		}
		collection, index, isIndex := strings.Cut(string(name), "\x00")
		i := slices.IndexFunc(checks.Collections, func(c Checker) bool { return c.Label() == collection })
		switch {
		case i < 0 || (isIndex && !checks.Collections[i].hasIndex(index)):
			r.Notes.add(fmt.Sprintf("%s: %.100s is unknown to this version", where, strings.Replace(string(name), "\x00", ", index ", 1)))
			if !isIndex {
				total += int(b.Bucket(name).Sequence())
			}
		case isIndex:
			if b.Bucket([]byte(collection)) == nil {
				found("%s has an index and no documents", collection)
			}
		default:
			n := checks.Collections[i].check(tx, found)
			total += n
			if n > 0 {
				counts[collection] += n
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if n := b.Sequence(); n != uint64(total) {
		found("%d documents are counted, and there are %d", n, total)
	}
	if checks.Loose == nil || tx.org == Global || r.Findings.Total > 0 {
		return nil
	}
	loose, err := checks.Loose(tx)
	for _, line := range loose {
		r.Notes.add(where + ": " + line)
	}
	return err
}

// Label is the collection's name.
func (c *Collection[T]) Label() string { return c.Name }

func (c *Collection[T]) hasIndex(name string) bool {
	return slices.ContainsFunc(c.Indexes, func(i Index[T]) bool { return i.Name == name })
}

// check compares the documents with their keys, their indexes and their number.
func (c *Collection[T]) check(tx *Tx, found func(string, ...any)) (documents int) {
	bucket := tx.t.at(c.place(tx)).bucket
	indexes := make([]*bbolt.Bucket, len(c.Indexes))
	for i := range c.Indexes {
		indexes[i] = tx.t.at(place{tx.org, c.Name, c.Indexes[i].Name}).bucket
	}
	entries := make([]int, len(c.Indexes)) // how many each index should have
	_ = bucket.ForEach(func(k, raw []byte) error {
		documents++
		key, keys, err := c.inspect(raw)
		switch {
		case err != nil:
			found("%s %.100q cannot be read: %.200v", c.Name, k, err)
			return nil
		case key != string(k):
			found("%s %.100q is stored as %.100q", c.Name, key, k)
		}
		for i, index := range indexes {
			if index == nil { // declared later than the documents: the next write fills it
				continue
			}
			for _, in := range keys[i] {
				if index.Get(entry(in, string(k))) != nil {
					entries[i]++
				} else {
					found("%s %.100q is missing in the index %s", c.Name, k, c.Indexes[i].Name)
				}
			}
		}
		return nil
	})
	if n := bucket.Sequence(); n != uint64(documents) {
		found("%s: %d documents are counted, and there are %d", c.Name, n, documents)
	}
	for i, index := range indexes {
		if index != nil {
			c.checkIndex(&c.Indexes[i], i, index, bucket, entries[i], found)
		}
	}
	return documents
}

// checkIndex looks at an index from its own side; matched is how many entries the
// documents account for.
func (c *Collection[T]) checkIndex(idx *Index[T], at int, index, bucket *bbolt.Bucket, matched int, found func(string, ...any)) {
	n := 0
	var before []byte
	_ = index.ForEach(func(e, _ []byte) error {
		n++
		in, _, ok := bytes.Cut(e, []byte{0})
		if ok && idx.Unique && n > 1 && bytes.Equal(in, before) {
			found("%s: two documents share the %s %.100q", c.Name, idx.Name, in)
		}
		before = in
		return nil
	})
	if n == matched {
		return
	}
	_ = index.ForEach(func(e, _ []byte) error {
		in, key, _ := bytes.Cut(e, []byte{0})
		raw := bucket.Get(key)
		if raw == nil {
			found("%s: the index %s names %.100q, which is not there", c.Name, idx.Name, key)
			return nil
		}
		if _, keys, err := c.inspect(raw); err == nil && !slices.Contains(keys[at], string(in)) {
			found("%s: the index %s has %.100q under %.100q, where it does not belong", c.Name, idx.Name, key, in)
		}
		return nil
	})
}

// inspect returns what a document says its key and its keys in each index are.
func (c *Collection[T]) inspect(raw []byte) (key string, keys [][]string, err error) {
	defer func() {
		if v := recover(); v != nil { // a document such as null
			err = fmt.Errorf("it is not what it should be: %v", v)
		}
	}()
	v, err := c.decode("", raw)
	if err != nil {
		if damaged, ok := errors.AsType[*DamagedError](err); ok {
			err = damaged.Err // the caller says of what
		}
		return "", nil, err
	}
	key = c.Key(v)
	keys = make([][]string, len(c.Indexes))
	for i := range c.Indexes {
		keys[i] = keySet(c.Indexes[i].Keys(v))
	}
	return key, keys, nil
}
