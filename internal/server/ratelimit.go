package server

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
)

// The rate limit of a token: requests per window that opens with its first
// call (facts: oauth.md §8).
const (
	rateAllowed = 300
	rateWindow  = time.Minute
)

// rateLimits counts calls per token. The headers are always sent; refusing is a
// switch (decisions.md 14).
type rateLimits struct {
	enforce bool

	mu      sync.Mutex
	windows map[string]*rateWindowCount // by token id
}

type rateWindowCount struct {
	opened time.Time
	calls  int
}

// maxWindows bounds the memory; past it, windows that have ended are dropped,
// and all of them if none has.
const maxWindows = 10000

// count adds a call of the token and sets the headers.
func (l *rateLimits) count(tokenID string, now time.Time, h http.Header) error {
	calls, left := l.add(tokenID, now)
	reset := int((left + time.Second - 1) / time.Second)
	h["inin-ratelimit-count"] = []string{strconv.Itoa(calls)}
	h["inin-ratelimit-allowed"] = rateAllowedText
	h["inin-ratelimit-reset"] = []string{strconv.Itoa(reset)}
	if !l.enforce || calls <= rateAllowed {
		return nil
	}
	e := apierr.Newf(http.StatusTooManyRequests, "too.many.requests.retry.after",
		"Rate limit exceeded the maximum. Retry the request in [%d] seconds", reset)
	e.RetryAfter = reset
	return e
}

// countTokenRequest limits token requests per client to as many as calls per
// token. The real number is unknown (facts: oauth.md §8).
func (l *rateLimits) countTokenRequest(c clock.Clock) func(clientID string) int {
	return func(clientID string) int {
		calls, left := l.add("client "+clientID, c.Now())
		if calls <= rateAllowed {
			return 0
		}
		return int((left + time.Second - 1) / time.Second)
	}
}

var rateAllowedText = []string{strconv.Itoa(rateAllowed)}

func (l *rateLimits) add(tokenID string, now time.Time) (calls int, left time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	w := l.windows[tokenID]
	if w == nil || now.Sub(w.opened) >= rateWindow || now.Before(w.opened) {
		l.makeRoom(now)
		w = &rateWindowCount{opened: now}
		l.windows[tokenID] = w
	}
	w.calls++
	return w.calls, rateWindow - now.Sub(w.opened)
}

func (l *rateLimits) makeRoom(now time.Time) {
	if l.windows == nil {
		l.windows = make(map[string]*rateWindowCount)
	}
	if len(l.windows) < maxWindows {
		return
	}
	for id, w := range l.windows {
		if now.Sub(w.opened) >= rateWindow {
			delete(l.windows, id)
		}
	}
	if len(l.windows) >= maxWindows {
		clear(l.windows)
	}
}
