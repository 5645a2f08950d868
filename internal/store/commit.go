package store

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"
)

// maxBatch bounds how many calls share one commit, and with it how long the
// first of them waits for the others.
const maxBatch = 128

// On a slow disk it pays to wait a moment for callers that the last commit has
// just answered: they come back one by one, and without the wait the first of
// them would get a commit to itself while all others wait for it, every time. Or
// else two halves of the callers would take turns, each in half-empty commits.
const (
	slowCommit  = 2 * time.Millisecond // what counts as slow
	nextArrival = slowCommit / 4       // the longest wait in which nobody comes
	waitShare   = 2                    // the longest wait is this part of the last commit's time
)

// The states of a call. Whoever leaves callWaiting first, the committer or the
// caller whose context ended, decides whether the function runs.
const (
	callWaiting int32 = iota
	callTaken
	callAbandoned
)

// call is one Update on its way through the committer.
type call struct {
	ctx  context.Context
	org  string
	fn   func(*Tx) error
	done chan struct{} // closed when the fields below are final

	state atomic.Int32
	err   error
	after []func()
	turn  <-chan struct{} // closed when it is this call's turn to run after; nil means at once
	over  chan struct{}   // closed by this call when after has run
}

// runAfter runs what the function left for after the commit. It does so in the
// caller's goroutine, where it can neither hold up nor break the committer, yet
// in the order of the commits: the last of two events about one object must
// tell its last state.
func (c *call) runAfter() {
	if len(c.after) == 0 {
		return
	}
	defer close(c.over)
	if c.turn != nil {
		<-c.turn
	}
	for _, fn := range c.after {
		fn()
	}
}

// committer runs the calls of Update one after another and commits those that
// have queued up together: a durable commit costs milliseconds, whether it holds
// one call or a hundred.
type committer struct {
	db        *DB
	onSync    func()
	committed func(error)

	commits atomic.Int64 // those that kept changes

	mu     sync.Mutex
	queue  []*call
	closed bool
	wake   chan struct{} // a token says: look at queue and closed again
	ended  chan struct{} // closed when the last call has been answered

	// The batch at work belongs to the goroutine of loop. It is kept here, not on
	// that goroutine's stack, because a function can end the goroutine.
	bolt   *bbolt.Tx // nil until the batch's first call
	batch  []*call
	dirty  bool  // some call in the batch succeeded and changed something
	broken error // an undo failed: nothing of the batch may be committed

	marked   bool             // the file is known to be ours
	last     chan struct{}    // the newest call.over
	sync     bool             // commits reach the disk
	slow     time.Duration    // how long the last commit took, if that was slowCommit or more; else 0
	expected int              // how many calls may come: those that the last commit answered, and those that came meanwhile
	waited   <-chan time.Time // ends the wait for the batch; nil before the wait
	yielded  bool             // others were let run once for this batch
	handles  []handle         // buckets that the calls of the batch have looked up
	changes  []change         // room for the next call's, empty between calls
}

func newCommitter(db *DB, marked bool, o Options) *committer {
	c := &committer{db: db, marked: marked, sync: !o.NoSync, wake: make(chan struct{}, 1), ended: make(chan struct{})}
	if c.onSync = o.OnSync; c.onSync == nil || o.NoSync {
		c.onSync = func() {}
	}
	if c.committed = o.Committed; c.committed == nil {
		c.committed = func(error) {}
	}
	go c.loop()
	return c
}

// add queues a call; false means that the committer is closed.
func (c *committer) add(call *call) bool {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return false
	}
	c.queue = append(c.queue, call)
	c.mu.Unlock()
	c.signal()
	return true
}

func (c *committer) signal() {
	select {
	case c.wake <- struct{}{}:
	default: // a token is there already
	}
}

// close lets no call in any more and waits until those inside are answered.
func (c *committer) close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.signal()
	<-c.ended
}

// loop takes calls until the committer is closed and drained.
func (c *committer) loop() {
	finished := false
	defer func() {
		if !finished {
			// A function ended this goroutine with runtime.Goexit, which cannot be
			// stopped. run has settled that call; the rest of the batch goes on.
			go c.loop()
			return
		}
		close(c.ended)
	}()
	debug.SetPanicOnFault(true) // a file cut short under us must not kill the process
	for {
		if len(c.batch) < maxBatch && c.broken == nil {
			if call := c.take(); call != nil {
				c.batch = append(c.batch, call)
				c.run(call)
				continue
			}
		}
		if len(c.batch) > 0 {
			if !c.gather() {
				c.finish()
			}
			continue
		}
		if !c.wait() {
			break
		}
	}
	finished = true
}

// wait returns true when there is something in the queue, false when there will
// never be anything again.
func (c *committer) wait() bool {
	for {
		c.mu.Lock()
		queued, closed := len(c.queue), c.closed
		c.mu.Unlock()
		switch {
		case queued > 0:
			return true
		case closed:
			return false
		}
		<-c.wake
	}
}

// gather waits for another call to share the commit with, and returns false when
// it is time to commit. A client that is alone never waits here.
func (c *committer) gather() bool {
	if !c.sync && !c.yielded && c.dirty && c.broken == nil {
		// Commits without a sync are quick. Letting those run who are about to
		// write is all the waiting that pays.
		c.yielded = true
		runtime.Gosched()
		return true
	}
	if c.slow == 0 || !c.dirty || c.broken != nil || len(c.batch) >= min(c.expected, maxBatch) {
		return false
	}
	if c.waited == nil {
		c.waited = time.After(c.slow / waitShare)
	}
	select {
	case <-c.wake:
		return true
	case <-time.After(nextArrival):
		return false
	case <-c.waited:
		return false
	}
}

// take returns the next call that its caller still waits for, or nil.
func (c *committer) take() *call {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, call := range c.queue {
		c.queue[i] = nil
		if call.state.CompareAndSwap(callWaiting, callTaken) {
			c.queue = c.queue[i+1:]
			return call
		}
	}
	c.queue = nil
	return nil
}

// run runs one call's function inside the batch's transaction and takes its
// changes back if it failed.
func (c *committer) run(call *call) {
	if c.bolt == nil {
		if call.err = c.begin(); call.err != nil {
			return
		}
	}
	t := newTxn(call.ctx, c.db, c.bolt, call.org)
	t.handles, t.changes = c.handles, c.changes
	returned := false
	defer func() {
		if !returned {
			call.err = &PanicError{Value: recover(), Stack: debug.Stack()}
		}
		if call.err != nil {
			c.broken = t.undo()
		} else {
			c.dirty = c.dirty || len(t.changes) > 0
			call.after = t.after
		}
		c.handles = t.handles
		if call.err != nil {
			c.forget() // a bucket that came with the call is gone again
		}
		clear(t.changes)
		c.changes = t.changes[:0]
		t.end()
	}()
	call.err = call.fn(&t.first)
	returned = true
}

// forget lets go of the buckets that the batch has looked up.
func (c *committer) forget() {
	clear(c.handles)
	c.handles = c.handles[:0]
}

// begin begins the batch's transaction.
func (c *committer) begin() error {
	bolt, err := c.db.bolt.Begin(true)
	if err != nil {
		return fmt.Errorf("store: begin: %w", closedError(err))
	}
	if !c.marked {
		if err := mark(bolt); err != nil {
			_ = bolt.Rollback()
			return fmt.Errorf("store: mark: %w", err)
		}
	}
	c.bolt = bolt
	return nil
}

// finish commits the batch and answers its calls.
func (c *committer) finish() {
	c.forget()
	err := c.broken
	switch {
	case c.bolt == nil: // it could not even begin; every call knows
	case err == nil && c.dirty:
		err = c.commit()
		c.committed(err)
		c.marked = c.marked || err == nil
		if err == nil {
			c.commits.Add(1)
		}
	default:
		// Nothing to keep: calls that fail or only read cost no sync.
		_ = c.bolt.Rollback()
	}
	for i, call := range c.batch {
		c.batch[i] = nil
		if call.err == nil {
			call.err = err
		}
		if call.err == nil && len(call.after) > 0 {
			call.turn, call.over = c.last, make(chan struct{})
			c.last = call.over
		}
		close(call.done)
	}
	c.mu.Lock()
	c.expected = len(c.batch) + len(c.queue)
	c.mu.Unlock()
	c.bolt, c.batch, c.dirty, c.broken, c.waited, c.yielded = nil, c.batch[:0], false, nil, nil, false
}

// commit commits the batch's transaction and notes whether that was slow.
func (c *committer) commit() error {
	if !c.sync {
		return commit(c.bolt)
	}
	began := time.Now()
	err := commit(c.bolt)
	if err == nil {
		c.onSync()
	}
	c.slow = 0
	if took := time.Since(began); took >= slowCommit {
		c.slow = took
	}
	return err
}

// commit is the library's Commit, which panics when it meets a damaged page.
func commit(bolt *bbolt.Tx) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("store: commit: %w", &PanicError{Value: v, Stack: debug.Stack()})
			// The library has let go of nothing; without this no writer could ever
			// begin again.
			_ = bolt.Rollback()
		}
	}()
	if err := bolt.Commit(); err != nil {
		return &NotSavedError{Err: err}
	}
	return nil
}
