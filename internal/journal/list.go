package journal

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/store"
)

// List returns the requests that a filter wants, the latest first.
func (j *Journal) List(ctx context.Context, f Filter) ([]*Request, error) {
	list := []*Request{}
	err := j.reading(ctx, func(r *renderer) error {
		for e := range j.backwards(f.Before, f.fits) {
			if !f.wants(e, r) {
				continue
			}
			if list = append(list, r.request(e, f.Details)); len(list) == f.Limit {
				break
			}
		}
		return nil
	})
	return list, err
}

// Entry returns a request with all that is kept of it, what explains it too, or nil
// where it is not there any more.
func (j *Journal) Entry(ctx context.Context, sequence uint64) (*Request, error) {
	e := j.find(sequence)
	if e == nil {
		return nil, nil
	}
	var why *auth.Explanation
	if e.API {
		var err error
		if why, err = j.explain(ctx, e); err != nil {
			return nil, err
		}
	}
	var shown *Request
	err := j.reading(ctx, func(r *renderer) error {
		if shown = r.request(e, true); why != nil {
			shown.Explanation = r.redact.stored.JSON([]byte(why.JSON()))
		}
		return nil
	})
	return shown, err
}

// Explanation puts in words what decided about a request to the API. It is nil where
// the request is not there any more, or was none to the API.
func (j *Journal) Explanation(ctx context.Context, sequence uint64) (*auth.Explanation, error) {
	e := j.find(sequence)
	if e == nil || !e.API {
		return nil, nil
	}
	return j.explain(ctx, e)
}

func (j *Journal) explain(ctx context.Context, e *Entry) (why *auth.Explanation, err error) {
	if e.Why != nil {
		return e.Why, nil
	}
	err = j.config.DB.View(ctx, e.Trace.Org(), func(tx *store.Tx) error {
		why = e.Trace.Explain(tx)
		return nil
	})
	return why, err
}

// Decided is a request to the API and what decided about it.
type Decided struct {
	At            time.Time
	CorrelationID string
	Method        string
	Path          string // of the operation, with {names}; what was sent where there is none
	Status        int
	Why           *auth.Explanation
}

// Decisions explains the requests to the API with that correlation id, the first one
// first: a client may give several the same.
func (j *Journal) Decisions(ctx context.Context, correlation string) ([]Decided, error) {
	var all []Decided
	for _, e := range j.correlated(correlation) {
		why, err := j.explain(ctx, e)
		if err != nil {
			return nil, err
		}
		d := Decided{At: e.At, CorrelationID: e.CorrelationID, Method: e.Method, Path: cut(e.path(), maxName), Status: e.Status, Why: why}
		if e.Operation != nil {
			d.Path = e.Operation.Path
		}
		all = append(all, d)
	}
	return all, nil
}

func (j *Journal) correlated(correlation string) []*Entry {
	var found []*Entry
	cleared := j.cleared()
	c := j.cursor(&j.api, 0)
	if c.end > Explained {
		c.place = max(c.place, c.end-Explained+1)
	}
	for ; c.place <= c.end; c.place++ {
		s := c.slot()
		s.mu.Lock()
		if s.place == c.place && s.entry.CorrelationID == correlation && s.entry.sequence > cleared {
			e := s.entry
			found = append(found, &e)
		}
		s.mu.Unlock()
	}
	return found
}

// everything fits all entries.
func everything(*Entry) bool { return true }

// backwards goes through the requests before a number, or all where that is 0, the
// latest first. Those that do not fit are passed over without a copy.
func (j *Journal) backwards(before uint64, fits func(*Entry) bool) func(yield func(*Entry) bool) {
	return func(yield func(*Entry) bool) {
		cleared := j.cleared()
		api, other := j.cursor(&j.api, 0), j.cursor(&j.other, 0)
		api.startBefore(before)
		other.startBefore(before)
		a, b := api.back(cleared, fits), other.back(cleared, fits)
		for a != nil || b != nil {
			var e *Entry
			if b == nil || (a != nil && a.sequence > b.sequence) {
				e, a = a, api.back(cleared, fits)
			} else {
				e, b = b, other.back(cleared, fits)
			}
			if !yield(e) {
				return
			}
		}
	}
}

// find returns the request with that number, or nil.
func (j *Journal) find(sequence uint64) *Entry {
	for e := range j.backwards(sequence+1, everything) {
		if e.sequence == sequence {
			return e
		}
		return nil
	}
	return nil
}

// numbersAfter lists the requests after a number, the oldest first, and says which
// is the latest of all.
func (j *Journal) numbersAfter(after uint64) (numbers []uint64, last uint64) {
	j.mu.Lock()
	last = j.last
	j.mu.Unlock()
	for e := range j.backwards(last+1, everything) {
		if e.sequence <= after {
			break
		}
		numbers = append(numbers, e.sequence)
	}
	slices.Reverse(numbers)
	return numbers, last
}

func short(name string) string { return cut(name, maxName) }

// cut returns a short text as it is, and a copy of the beginning of a long one.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(strings.Clone(text[:most]), "") + "…"
}
