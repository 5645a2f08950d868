package journal

import (
	"sort"
	"sync"
)

// ring holds requests in places that are used again and again.
type ring struct {
	slots []slot
	next  uint64 // how many were put; guarded by Journal.mu
	kept  uint64 // those before this one have no details; guarded by Journal.trimming
}

type slot struct {
	mu    sync.Mutex
	place uint64 // which of all that were ever put this is, from 1; 0 for none
	entry Entry
}

// cursor goes through a ring from the older to the newer requests.
type cursor struct {
	ring  *ring
	place uint64 // where it stands, from 1
	end   uint64 // the place of the newest when it began; on the way back, the one behind the next
}

// cursor begins at a place, or at the oldest that is there.
func (j *Journal) cursor(r *ring, place uint64) cursor {
	j.mu.Lock()
	defer j.mu.Unlock()
	return cursor{ring: r, place: max(place, r.oldest()), end: r.next}
}

// oldest is the first place that still is in the ring.
func (r *ring) oldest() uint64 {
	if n := uint64(len(r.slots)); r.next > n {
		return r.next - n + 1
	}
	return 1
}

func (c *cursor) slot() *slot { return &c.ring.slots[c.place%uint64(len(c.ring.slots))] }

// sequence is the number of the request where the cursor stands, after those that
// newer ones have taken the place of; 0 at the end.
func (c *cursor) sequence() uint64 {
	for ; c.place <= c.end; c.place++ {
		s := c.slot()
		s.mu.Lock()
		there, sequence := s.place == c.place, s.entry.sequence
		s.mu.Unlock()
		if there {
			return sequence
		}
	}
	return 0
}

func (c *cursor) dropDetails() (size int64) {
	s := c.slot()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.place != c.place {
		return 0
	}
	size = s.entry.size
	s.entry.Details, s.entry.size = Details{}, 0
	return size
}

// drop forgets a request unless it came after that number. Its place stays taken.
func (c *cursor) drop(until uint64) (size int64) {
	s := c.slot()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.place != c.place || s.entry.sequence > until {
		return 0
	}
	size = s.entry.size
	s.entry = Entry{sequence: s.entry.sequence}
	return size
}

// startBefore puts the end of the cursor behind the last request before a number.
func (c *cursor) startBefore(number uint64) {
	n := 0
	if len(c.ring.slots) > 0 && c.end >= c.place {
		n = int(c.end - c.place + 1)
	}
	if number != 0 {
		n = sort.Search(n, func(i int) bool { return c.numberAt(c.place+uint64(i)) >= number })
	}
	c.end = c.place + uint64(n)
}

// numberAt is the number of the request at a place; 0 where a newer one has taken it,
// and then those of all older places are gone, too.
func (c *cursor) numberAt(place uint64) uint64 {
	s := &c.ring.slots[place%uint64(len(c.ring.slots))]
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.place != place {
		return 0
	}
	return s.entry.sequence
}

// back goes back to the next request that fits, and returns a copy of it; nil where
// there is none after the number up to which requests are forgotten.
func (c *cursor) back(cleared uint64, fits func(*Entry) bool) *Entry {
	for c.end > c.place {
		c.end--
		if e, more := c.at(c.end, cleared, fits); e != nil || !more {
			return e
		}
	}
	return nil
}

// at returns a copy of the request at a place if it fits, and whether those before it
// may be there.
func (c *cursor) at(place, cleared uint64, fits func(*Entry) bool) (e *Entry, more bool) {
	s := &c.ring.slots[place%uint64(len(c.ring.slots))]
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.place != place || s.entry.sequence <= cleared {
		return nil, false
	}
	if !fits(&s.entry) {
		return nil, true
	}
	found := s.entry
	return &found, true
}
