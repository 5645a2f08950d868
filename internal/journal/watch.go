package journal

import (
	"context"
	"sync"
	"sync/atomic"
)

// Event is a request that has been answered, or how many of those before it went by
// too fast, or long ago.
type Event struct {
	Request *Request // nil where only Dropped says something
	Dropped uint64
}

// watchers wakes those who wait for the next request.
type watchers struct {
	count  atomic.Int32
	mu     sync.Mutex
	waits  map[chan struct{}]bool
	closed chan struct{} // nil until somebody watches or closes
	ended  bool
}

func (w *watchers) add() (wake chan struct{}, closed <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed == nil {
		w.closed = make(chan struct{})
	}
	if w.waits == nil {
		w.waits = make(map[chan struct{}]bool)
	}
	wake = make(chan struct{}, 1)
	w.waits[wake] = true
	w.count.Add(1)
	return wake, w.closed
}

func (w *watchers) remove(wake chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.waits, wake)
	w.count.Add(-1)
}

// wake never waits: who has been woken and not looked yet, will see this one too.
func (w *watchers) wake() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for wake := range w.waits {
		select {
		case wake <- struct{}{}:
		default:
		}
	}
}

// Close ends all subscriptions: the server is about to stop.
func (j *Journal) Close() {
	w := &j.watchers
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended {
		return
	}
	w.ended = true
	if w.closed == nil {
		w.closed = make(chan struct{})
	}
	close(w.closed)
}

// Latest is the number of the latest request; 0 where none came yet.
func (j *Journal) Latest() uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.last
}

// Subscribe delivers the requests that a filter wants, from the one after that
// number, in their order, until ctx ends or the journal is closed, which close the
// channel. A number that was not given yet is one of another run of the server, and
// then all that is there is delivered. Before and Limit of the filter do not count.
//
// What the reader is too slow for is not kept for it: it is told how many it missed,
// of all that came, whatever the filter.
func (j *Journal) Subscribe(ctx context.Context, f Filter, after uint64) <-chan Event {
	events := make(chan Event)
	wake, closed := j.watchers.add()
	if after > j.Latest() {
		after = 0
	}
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		defer close(events)
		defer cancel()
		defer j.watchers.remove(wake)
		s := subscription{journal: j, filter: f, after: after, events: events, closed: closed}
		for s.catchUp(ctx) {
			select {
			case <-wake:
			case <-closed:
				return
			case <-ctx.Done():
				return
			}
		}
	}()
	return events
}

type subscription struct {
	journal *Journal
	filter  Filter
	after   uint64 // all up to this one are done with
	events  chan<- Event
	closed  <-chan struct{}
}

// catchUp delivers what is there by now. Only numbers are held meanwhile.
func (s *subscription) catchUp(ctx context.Context) bool {
	numbers, last := s.journal.numbersAfter(s.after)
	s.after = max(s.after, s.journal.cleared())
	for _, number := range numbers {
		shown, there, err := s.journal.lookAt(ctx, number, &s.filter)
		if err != nil {
			return false
		}
		if !there || number <= s.after {
			continue // and counted with the next that is
		}
		missed := number - s.after - 1
		s.after = number
		if (missed > 0 && !s.send(ctx, Event{Dropped: missed})) || (shown != nil && !s.send(ctx, Event{Request: shown})) {
			return false
		}
	}
	if missed := last - s.after; last > s.after {
		s.after = last
		return s.send(ctx, Event{Dropped: missed})
	}
	return true
}

func (s *subscription) send(ctx context.Context, e Event) bool {
	select {
	case <-s.closed:
		return false
	default:
	}
	select {
	case s.events <- e:
		return true
	case <-s.closed:
		return false
	case <-ctx.Done():
		return false
	}
}

// lookAt shows a request where the filter wants it, and says whether it is there.
func (j *Journal) lookAt(ctx context.Context, number uint64, f *Filter) (shown *Request, there bool, err error) {
	e := j.find(number)
	if e == nil {
		return nil, false, nil
	}
	err = j.reading(ctx, func(r *renderer) error {
		if f.wants(e, r) {
			shown = r.request(e, f.Details)
		}
		return nil
	})
	return shown, true, err
}
