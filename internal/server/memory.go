package server

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/control"
	"github.com/mockcloud/mockcloud/internal/store"
)

// remembered is a request that can be explained later.
type remembered struct {
	at                        time.Time
	correlation, method, path string // the path with {names}, where it is an operation's
	status                    int
	why                       *auth.Explanation // as it was put at the time; nil where nobody wanted to know
	trace                     auth.Trace        // where there is no why
}

// memory holds the last requests, in places that are used again and again: every
// request pays for it. Each takes half a kilobyte, or a few where it was explained
// at once or many permissions were looked at. Writers do not wait for each other.
type memory struct {
	next  atomic.Uint64
	slots [control.Remembered]struct {
		mu sync.Mutex
		remembered
	}
}

func (m *memory) put(r *remembered) {
	slot := &m.slots[(m.next.Add(1)-1)%control.Remembered]
	slot.mu.Lock()
	slot.remembered = *r
	slot.mu.Unlock()
}

// find returns the requests with that correlation id, the first one first: a
// client may give several the same.
func (m *memory) find(correlation string) []remembered {
	var found []remembered
	for i := range m.slots {
		slot := &m.slots[i]
		slot.mu.Lock()
		if slot.correlation == correlation {
			found = append(found, slot.remembered)
		}
		slot.mu.Unlock()
	}
	slices.SortStableFunc(found, func(a, b remembered) int { return a.at.Compare(b.at) })
	return found
}

// remember keeps what there is to explain of a request. Method and path must not
// be parts of longer texts, which would be kept with them.
func (s *Server) remember(at time.Time, correlation, method, path string, status int, d *auth.Decision, why *auth.Explanation) {
	r := remembered{at: at, correlation: correlation, method: method, path: path, status: status, why: why}
	if why == nil {
		r.trace = d.Trace()
	}
	s.memory.put(&r)
}

// excerpt is a copy of the first 200 bytes.
func excerpt(text string) string {
	return strings.ToValidUTF8(strings.Clone(text[:min(len(text), 200)]), "")
}

// explainLater says what decided the requests with that correlation id.
func (s *Server) explainLater(ctx context.Context, correlation string) ([]control.Explained, error) {
	var all []control.Explained
	for _, r := range s.memory.find(correlation) {
		why := r.why
		if why == nil {
			err := s.db.View(ctx, r.trace.Org(), func(tx *store.Tx) error {
				why = r.trace.Explain(tx)
				return nil
			})
			if err != nil {
				return nil, err
			}
		}
		all = append(all, control.Explained{
			At: clock.At(r.at), CorrelationID: r.correlation, Method: r.method, Path: r.path, Status: r.status,
			Explanation: json.RawMessage(why.JSON()),
		})
	}
	return all, nil
}
