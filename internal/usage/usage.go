// Package usage counts what OAuth clients call: how often each operation was
// called on which day, and how that ended. It keeps the counts, and the results
// of queries about them. What a query looks like on the wire is package oauth's
// business; hearing of calls is the server's.
//
// Days are those of UTC, as the real service counts (help article "API usage").
// Who the user was is not counted: no query about a client can ask for it.
package usage

import (
	"context"
	"errors"
	"hash/maphash"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Call is one call that a client made.
type Call struct {
	Client string // id
	Home   string // the organization that the client belongs to
	Org    string // the organization that was called
	Method string
	URI    string // the operation's path, with {names} in it
}

// Config says what a Recorder stands on. All fields are required.
type Config struct {
	DB    *store.DB
	Clock clock.Clock
	NewID func() string
}

// Recorder counts calls. Counts live in memory first; the state gets them once a
// minute, when there are many, and on Close. A server that is killed forgets the
// rest.
type Recorder struct {
	config Config

	seed   maphash.Seed
	shards [shards]shard
	size   atomic.Int64 // how many counters there are
	saved  atomic.Int64 // when the last save began, in milliseconds since 1970
	saving atomic.Bool

	// state is held by whoever moves counts from memory to the state, or reads
	// both. Nobody may ask for it inside of a transaction.
	state  sync.Mutex
	closed bool

	results results
}

const (
	shards    = 16 // so that calls on many processors seldom wait for each other
	saveEvery = time.Minute
	saveAt    = 1 << 13 // counters that are saved without waiting for the minute
	// maxCounters bounds the memory. Past it, calls that would need another counter
	// are not counted until the save has made room.
	maxCounters = 1 << 15
)

// counted is what a counter is about.
type counted struct {
	Call
	day int64 // since 1970-01-01
}

type shard struct {
	mu       sync.RWMutex
	counters map[counted]*counter
}

// The classes of answers that are counted apart.
const (
	class200 = iota
	class300
	class400
	class429 // not in class400; a guess
	class500
	classes
)

// counts is how many answers of each class there were.
type counts [classes]int64

type counter [classes]atomic.Int64

func classOf(status int) int {
	switch {
	case status == 429:
		return class429
	case status >= 500:
		return class500
	case status >= 400:
		return class400
	case status >= 300:
		return class300
	default:
		return class200
	}
}

// New returns a Recorder that has counted nothing. It reads nothing.
func New(c Config) *Recorder { return &Recorder{config: c, seed: maphash.MakeSeed()} }

const secondsPerDay = 24 * 60 * 60

// dayOf is the number of the day in UTC.
func dayOf(t time.Time) int64 {
	seconds := t.Unix()
	day := seconds / secondsPerDay
	if seconds%secondsPerDay < 0 {
		day--
	}
	return day
}

// Count notes that a call was answered with the status. It allocates nothing
// where the same call was counted since the last save.
func (r *Recorder) Count(c Call, status int) {
	now := r.config.Clock.Now()
	r.add(counted{c, dayOf(now)}, classOf(status), 1)
	if r.due(now) && r.saving.CompareAndSwap(false, true) {
		go func() {
			defer r.saving.Store(false)
			// What could not be saved stays counted, for the next save or for Close,
			// which tells.
			_ = r.save(context.Background(), now)
		}()
	}
}

func (r *Recorder) add(k counted, class int, n int64) {
	s := &r.shards[maphash.Comparable(r.seed, k)%shards]
	s.mu.RLock()
	if at := s.counters[k]; at != nil {
		at[class].Add(n)
		s.mu.RUnlock()
		return
	}
	s.mu.RUnlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.counters[k]
	if at == nil {
		if r.size.Load() >= maxCounters {
			return
		}
		r.size.Add(1)
		at = new(counter)
		if s.counters == nil {
			s.counters = make(map[counted]*counter)
		}
		s.counters[k] = at
	}
	at[class].Add(n)
}

// due says whether it is time to save. The first minute begins with the first
// call.
func (r *Recorder) due(now time.Time) bool {
	saved := r.saved.Load()
	if saved == 0 {
		r.saved.CompareAndSwap(0, now.UnixMilli())
		return false
	}
	since := now.UnixMilli() - saved
	return since >= saveEvery.Milliseconds() || since < 0 || (r.size.Load() >= saveAt && since >= time.Second.Milliseconds())
}

// take empties the memory. Nobody adds to a counter after that.
func (r *Recorder) take() map[counted]counts {
	taken := make(map[counted]counts)
	for i := range r.shards {
		s := &r.shards[i]
		s.mu.Lock()
		for k, at := range s.counters {
			taken[k] = at.load()
		}
		r.size.Add(-int64(len(s.counters)))
		s.counters = nil
		s.mu.Unlock()
	}
	return taken
}

func (c *counter) load() (n counts) {
	for i := range c {
		n[i] = c[i].Load()
	}
	return n
}

// save moves the counts from memory to the state.
func (r *Recorder) save(ctx context.Context, now time.Time) error {
	r.state.Lock()
	defer r.state.Unlock()
	if r.closed {
		return nil
	}
	return r.saveLocked(ctx, now)
}

func (r *Recorder) saveLocked(ctx context.Context, now time.Time) error {
	r.saved.Store(now.UnixMilli())
	news := make(map[string]map[counted]counts)
	for k, n := range r.take() {
		if news[k.Home] == nil {
			news[k.Home] = make(map[counted]counts)
		}
		news[k.Home][k] = n
	}
	var errs []error
	for home, calls := range news {
		err := r.config.DB.Update(ctx, home, func(tx *store.Tx) error { return keep(tx, calls, now) })
		if err == nil {
			continue
		}
		errs = append(errs, err)
		for k, n := range calls {
			for class, n := range n {
				r.add(k, class, n)
			}
		}
	}
	return errors.Join(errs...)
}

// Close saves what came since the last save. Calls are not to be counted any
// more.
func (r *Recorder) Close(ctx context.Context) error {
	r.state.Lock()
	defer r.state.Unlock()
	if r.closed {
		return nil
	}
	r.closed = true
	// Even where the time to stop is up: it is one commit for each organization.
	return r.saveLocked(context.WithoutCancel(ctx), r.config.Clock.Now())
}

// Reset runs fn, which replaces the state, and then forgets what was counted and
// found before it. No count of before can reach the state of after.
func (r *Recorder) Reset(fn func() error) error {
	r.state.Lock()
	defer r.state.Unlock()
	if err := fn(); err != nil {
		return err
	}
	r.take()
	r.results.clear()
	return nil
}
