// Package store keeps all state in one bbolt file: typed collections of JSON
// documents with secondary indexes, each under its organization, read and
// written in transactions.
//
// It owns the file: opening it safely, the layout inside, and the order in which
// writers reach the disk. What the documents mean is left to the packages that
// declare collections, chiefly identity.
package store

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// Global is the space outside every organization, for what belongs to none or
// has to be found without knowing which: signing keys, sessions, codes.
const Global = ""

// Errors that callers tell apart with errors.Is.
var (
	// ErrNotFound means that no document has the key. It is returned bare.
	ErrNotFound = errors.New("store: not found")
	// ErrExists is behind every ExistsError.
	ErrExists = errors.New("store: exists already")
	// ErrBadKey refuses to store under a key that is empty, too long or holds a
	// zero byte. Looking for such a key is no error: nothing is found.
	ErrBadKey = errors.New("store: unusable key")
	// ErrReadOnly refuses a write inside View.
	ErrReadOnly = errors.New("store: the transaction is read-only")
	// ErrNested refuses View or Update inside the function of either.
	ErrNested = errors.New("store: a transaction is open in this call already")
	// ErrEnded refuses a Tx whose function has returned.
	ErrEnded = errors.New("store: the transaction has ended")
	// ErrClosed refuses everything after Close.
	ErrClosed = errors.New("store: closed")
)

// Options say how a file is opened. The zero value makes every answered Update
// durable.
type Options struct {
	// NoSync leaves writing to the operating system: for a file that nobody needs
	// after a crash of the machine.
	NoSync bool
	// Timeout is how long to wait for a file that another process holds; 0 means
	// 500 ms.
	Timeout time.Duration
	// OnSync is called after each commit that has reached the disk and before the
	// calls in it are answered; nil means nobody is told. It is not called for
	// files opened with NoSync.
	OnSync func()
	// Committed is told of each commit how it ended, before the calls in it are
	// answered; nil means nobody is told. It must be quick, and must not use the DB.
	Committed func(error)
}

// DB is an open state file. Its methods are safe for concurrent use.
type DB struct {
	bolt      *bbolt.DB
	cache     *cache
	committer *committer
	closing   sync.Once
	closed    error
}

// View runs fn in a read-only transaction: a snapshot that concurrent writers
// neither change nor wait for. A panic of fn comes back as a PanicError.
func (db *DB) View(ctx context.Context, org string, fn func(*Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if nested(ctx, db) {
		return ErrNested
	}
	bolt, err := db.bolt.Begin(false)
	if err != nil {
		return fmt.Errorf("store: begin: %w", closedError(err))
	}
	t := newTxn(ctx, db, bolt, org)
	if err := view(t, fn); err != nil {
		return err
	}
	for _, fn := range t.after {
		fn()
	}
	return nil
}

// view runs fn and lets go of the snapshot whatever fn does. A reader that is
// never let go would keep the file from growing for ever.
func view(t *txn, fn func(*Tx) error) (err error) {
	bolt := t.bolt
	// A damaged page makes the library panic in the middle of a read; as with
	// Update, that is an error of this call.
	defer func() {
		if p := recover(); p != nil {
			err = &PanicError{Value: p, Stack: debug.Stack()}
		}
	}()
	// A file cut short under us shall cost this call, not the process.
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		t.end()
		_ = bolt.Rollback() // of a reader: it only releases
	}()
	return fn(&t.first)
}

// Update runs fn in a write transaction. When fn fails, by an error or a panic
// (see PanicError), none of its changes stay; when Update returns nil, all of
// them do, and are on the disk unless the file was opened with NoSync.
//
// Writers queue: fn runs once, alone, in a goroutine of the store, and sees what
// the writers before it have done. Calls that queue up share one commit. When ctx
// ends while the call still waits in the queue, Update returns ctx.Err() and fn
// never runs; later ends of ctx do not shorten the call.
func (db *DB) Update(ctx context.Context, org string, fn func(*Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if nested(ctx, db) {
		return ErrNested
	}
	c := &call{ctx: ctx, org: org, fn: fn, done: make(chan struct{})}
	if !db.committer.add(c) {
		return ErrClosed
	}
	select {
	case <-c.done:
	case <-ctx.Done():
		if c.state.CompareAndSwap(callWaiting, callAbandoned) {
			return ctx.Err()
		}
		<-c.done // being run: only its result tells what happened
	}
	if c.err != nil {
		return c.err
	}
	c.runAfter()
	return nil
}

// Empty reports whether the file holds nothing: never written, or every
// organization and the global space dropped since.
func (db *DB) Empty() (bool, error) {
	bolt, err := db.bolt.Begin(false)
	if err != nil {
		return false, fmt.Errorf("store: begin: %w", closedError(err))
	}
	defer func() { _ = bolt.Rollback() }()
	c := bolt.Cursor()
	for name, _ := c.First(); name != nil; name, _ = c.Next() {
		if string(name) != markerBucket {
			return false, nil
		}
	}
	return true, nil
}

// Close waits for the calls that are queued or running, readers included, and
// closes the file; inside one of them it would wait for ever. Later calls get
// ErrClosed; closing again does nothing.
func (db *DB) Close() error {
	db.closing.Do(func() {
		db.committer.close()
		if err := db.bolt.Close(); err != nil {
			db.closed = fmt.Errorf("store: close: %w", err)
		}
	})
	return db.closed
}

// closedError turns the library's word for a closed file into ours.
func closedError(err error) error {
	if errors.Is(err, berrors.ErrDatabaseNotOpen) {
		return ErrClosed
	}
	return err
}

// PanicError is what View and Update return when their function panicked; Update
// also where it ended its goroutine (as t.Fatal does) instead of returning.
type PanicError struct {
	Value any    // what was given to panic; nil for an ended goroutine
	Stack []byte // of the goroutine that panicked
}

// Error names the panic's value, without the stack.
func (e *PanicError) Error() string {
	if e.Value == nil {
		return "store: the function of a transaction ended its goroutine"
	}
	return fmt.Sprintf("store: panic in a transaction: %v", e.Value)
}

// Unwrap returns the panic's value when it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// NotSavedError is what Update returns when its changes could not be written, such
// as when the disk is full. The file and the state are as before, and the next
// Update may succeed.
type NotSavedError struct {
	Err error // the library's, which may name the file
}

// Error says why, without the library's own words.
func (e *NotSavedError) Error() string { return "the state cannot be saved: " + e.Reason() }

// Reason is what the operating system said, such as "no space left on device". It
// names no file.
func (e *NotSavedError) Reason() string {
	said := e.Err.Error()
	return strings.TrimSpace(said[strings.LastIndex(said, ":")+1:]) // the library keeps some causes as text only
}

// Unwrap returns the cause.
func (e *NotSavedError) Unwrap() error { return e.Err }

// DamagedError is about something in the file that is not what was once stored
// there. It is an ErrDamaged.
type DamagedError struct {
	What string // such as a collection and a document's key
	Err  error
}

// Error names what is damaged, and how that shows.
func (e *DamagedError) Error() string { return e.What + ": " + e.Err.Error() }

// Unwrap returns ErrDamaged and the cause.
func (e *DamagedError) Unwrap() []error { return []error{ErrDamaged, e.Err} }

// ExistsError says what stands in the way of a document. It is an ErrExists.
type ExistsError struct {
	Collection string
	Index      string // the unique index that has the key already; "" for the document's own key
	Key        string
}

// Error names the collection, the index and the key.
func (e *ExistsError) Error() string {
	if e.Index == "" {
		return fmt.Sprintf("store: %s has %q already", e.Collection, e.Key)
	}
	return fmt.Sprintf("store: %s has a document with %s %q already", e.Collection, e.Index, e.Key)
}

// Unwrap returns ErrExists.
func (e *ExistsError) Unwrap() error { return ErrExists }
