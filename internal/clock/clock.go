// Package clock is the one source of time: everything that asks what time it
// is asks a Clock, so that a test can decide. Time-outs of real input and
// output (sockets, shutdown) are not its business.
package clock

import (
	"sync"
	"time"
)

// Clock tells the time. Implementations are safe for concurrent use.
type Clock interface {
	Now() time.Time
}

// System is the machine's clock, in UTC.
type System struct{}

// Now implements Clock.
func (System) Now() time.Time { return time.Now().UTC() }

// Manual stands still until it is advanced. The zero value is not useful; use
// NewManual.
type Manual struct {
	mu  sync.Mutex
	now time.Time
}

// NewManual returns a clock that stands at start.
func NewManual(start time.Time) *Manual { return &Manual{now: start.UTC()} }

// Now implements Clock.
func (m *Manual) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

// Advance moves the clock forward by d (or back, when d is negative) and
// returns the new time.
func (m *Manual) Advance(d time.Duration) time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = m.now.Add(d)
	return m.now
}

// Layout is the API's date format: UTC, three digits of fraction and a literal
// Z. Go and iOS clients silently lose anything else (facts: clients.md, 1.10).
const Layout = "2006-01-02T15:04:05.000Z07:00"

// Time is a time that encodes as the API writes it.
type Time struct{ time.Time }

// At wraps t.
func At(t time.Time) *Time { return &Time{t.UTC()} }

// MarshalJSON writes the time in Layout.
func (t Time) MarshalJSON() ([]byte, error) {
	b := make([]byte, 0, len(Layout)+2)
	b = append(b, '"')
	b = t.UTC().AppendFormat(b, Layout)
	return append(b, '"'), nil
}

// UnmarshalJSON reads any date-time that Parse accepts.
func (t *Time) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return nil
	}
	if len(b) < 2 || b[0] != '"' {
		return &time.ParseError{Layout: Layout, Value: string(b)}
	}
	parsed, err := Parse(string(b[1 : len(b)-1]))
	if err != nil {
		return err
	}
	t.Time = parsed
	return nil
}

// Parse reads a date-time as official clients send it: zero to nine digits of
// fraction, and Z, an offset or no zone at all, which means UTC (facts:
// clients.md, 1.10).
func Parse(s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err == nil {
		return t.UTC(), nil
	}
	for _, layout := range []string{"2006-01-02T15:04:05.999999999", "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04Z07:00", "2006-01-02T15:04"} {
		if t, zoneless := time.Parse(layout, s); zoneless == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, err
}
