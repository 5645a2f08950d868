package auth

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// The bounds of the idle time-out in seconds (facts: oauth.md §10).
const (
	MinIdleSeconds      = 300
	maxIdleSeconds      = 28800
	maxIdleSecondsHIPAA = 900
)

// HIPAA says whether the organization lives under that law's stricter rules.
func HIPAA(org *identity.Org) bool { return org.Features["hipaa"] }

// MaxIdleSeconds is the longest idle time-out that the organization may have.
func MaxIdleSeconds(org *identity.Org) int {
	if HIPAA(org) {
		return maxIdleSecondsHIPAA
	}
	return maxIdleSeconds
}

// idleLimit is how long the caller's token may lie idle; 0 means for ever.
// Tokens of clients may, except in organizations under HIPAA (facts: oauth.md
// §9).
func idleLimit(c *Caller) time.Duration {
	timeout := &c.Org.Settings.IdleTimeout
	if !timeout.Enabled || (c.User == nil && !HIPAA(c.Org)) {
		return 0
	}
	return time.Duration(min(timeout.Seconds, MaxIdleSeconds(c.Org))) * time.Second
}

// lastUse says when a token was last used.
type lastUse struct {
	ID      string `json:"jti"`
	At      int64  `json:"at"`  // milliseconds since 1970
	Expires int64  `json:"exp"` // of the token, in seconds since 1970
}

// lastUses is what a server that starts knows of its tokens; the one that runs
// knows better (see idleTokens). Only tokens that can become idle are in it.
var lastUses = store.Collection[*lastUse]{
	Name:    "tokens/used",
	Key:     func(u *lastUse) string { return u.ID },
	Indexes: []store.Index[*lastUse]{store.ExpiryIndex(func(u *lastUse) int64 { return u.Expires })},
}

// trackedToken is a token that was used since the server started, or found idle.
type trackedToken struct {
	lastUse
	org   string
	idled bool // it was idle for too long, and is dead whatever comes
	fresh bool // the state does not know yet
}

// idledReason is what the log and explanations say of such a token.
const idledReason = "the token was idle for too long"

// saveEvery is how often at most last uses reach the state (decisions.md 19). A
// server that is killed forgets as much.
const saveEvery = time.Minute

// idleTokens keeps the last use of tokens in memory, until they expire.
type idleTokens struct {
	idled atomic.Int32 // how many of tokens have idled out

	mu     sync.Mutex
	tokens map[string]*trackedToken // by token id
	saved  time.Time                // when the last save began
	saving chan struct{}            // closed when the save under way has ended; nil where there is none
}

// idled says whether the caller's token was not used for too long. A token that
// was found so stays dead. It is asked on each request, not once per snapshot,
// since time passes without commits.
//
// A token starts to be idle when it is issued, when it is used, and when the
// time-out is switched on.
func (a *Authority) idled(tx *store.Tx, c *Caller) (bool, error) {
	limit := idleLimit(c)
	if limit == 0 && a.idle.idled.Load() == 0 {
		return false, nil
	}
	at, idled := a.idle.find(c.Claims.ID)
	if idled || limit == 0 {
		return idled, nil
	}
	at, err := idleFrom(tx, c, at)
	if err != nil {
		return false, err
	}
	now := a.config.Clock.Now()
	if now.UnixMilli()-at < limit.Milliseconds() {
		return false, nil
	}
	a.note(c.Claims, now, true)
	return true, nil
}

// idleFrom is when the caller's token began to be idle, in milliseconds since
// 1970; at is when it was last used as far as memory knows, or 0.
func idleFrom(tx *store.Tx, c *Caller, at int64) (int64, error) {
	if at == 0 { // not used since the server started
		u, err := lastUses.Peek(tx, c.Claims.ID)
		switch {
		case err == nil:
			at = u.At
		case !errors.Is(err, store.ErrNotFound):
			return 0, err
		}
	}
	at = max(at, c.Claims.IssuedAt*1000)
	if since := c.Org.Settings.IdleTimeout.Since; since != nil {
		at = max(at, since.UnixMilli())
	}
	return at, nil
}

// IdlesAt is when the caller's token ends unless it is used before: it is in use
// now, or just looked at. The zero time means never.
func (a *Authority) IdlesAt(tx *store.Tx, c *Caller, inUse bool) (time.Time, error) {
	limit := idleLimit(c)
	if limit == 0 {
		return time.Time{}, nil
	}
	if inUse {
		return a.config.Clock.Now().Add(limit), nil
	}
	at, _ := a.idle.find(c.Claims.ID)
	at, err := idleFrom(tx, c, at)
	return time.UnixMilli(at).Add(limit), err
}

// Used notes that the caller's token was used now.
func (a *Authority) Used(c *Caller) {
	if idleLimit(c) > 0 {
		a.note(c.Claims, a.config.Clock.Now(), false)
	}
}

// find returns what memory has of a token.
func (i *idleTokens) find(id string) (at int64, idled bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if t := i.tokens[id]; t != nil {
		return t.At, t.idled
	}
	return 0, false
}

// note remembers that a token was used, or that it has idled out, and has the
// news saved when it is time.
func (a *Authority) note(c *Claims, now time.Time, idled bool) {
	i := &a.idle
	i.mu.Lock()
	defer i.mu.Unlock()
	t := i.tokens[c.ID]
	if t == nil {
		t = &trackedToken{lastUse: lastUse{ID: c.ID, Expires: c.Expires}, org: c.Org}
		if i.tokens == nil {
			i.tokens = make(map[string]*trackedToken)
		}
		i.tokens[c.ID] = t
	}
	switch at := now.UnixMilli(); {
	case t.idled:
		return
	case idled:
		t.idled, t.fresh = true, true
		i.idled.Add(1)
	case at > t.At:
		t.At, t.fresh = at, true
	}
	if since := now.Sub(i.saved); i.saving == nil && (since >= saveEvery || since < 0) {
		i.saving = make(chan struct{})
		go func() {
			// What could not be saved is tried again by the next save or by Close,
			// which tells.
			_ = a.saveUses(context.Background(), now)
		}()
	}
}

// Close waits for the save under way and saves what came since. The authority
// must not be asked any more.
func (a *Authority) Close(ctx context.Context) error {
	for {
		a.idle.mu.Lock()
		saving := a.idle.saving
		if saving == nil {
			a.idle.saving = make(chan struct{})
		}
		a.idle.mu.Unlock()
		if saving == nil {
			// Even where the time to stop is up: it is one commit.
			return a.saveUses(context.WithoutCancel(ctx), a.config.Clock.Now())
		}
		<-saving
	}
}

// saveUses writes the news to the state. It belongs to whoever has set
// idleTokens.saving.
func (a *Authority) saveUses(ctx context.Context, now time.Time) error {
	var errs []error
	for org, news := range a.idle.take(now) {
		err := a.config.DB.Update(ctx, org, func(tx *store.Tx) error { return saveIn(tx, news, now) })
		a.idle.settle(news, err == nil)
		errs = append(errs, err)
	}
	a.idle.mu.Lock()
	defer a.idle.mu.Unlock()
	close(a.idle.saving)
	a.idle.saving = nil
	return errors.Join(errs...)
}

// take returns the news by organization and forgets tokens that have expired.
func (i *idleTokens) take(now time.Time) map[string][]trackedToken {
	news := make(map[string][]trackedToken)
	i.mu.Lock()
	defer i.mu.Unlock()
	i.saved = now
	for id, t := range i.tokens {
		switch {
		case t.Expires <= now.Unix():
			i.forget(id)
		case t.fresh:
			t.fresh = false
			news[t.org] = append(news[t.org], *t)
		}
	}
	return news
}

// settle looks after what was taken: of tokens that have idled out the state
// knows all now, and what did not reach it is news again.
func (i *idleTokens) settle(news []trackedToken, saved bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, n := range news {
		switch t := i.tokens[n.ID]; {
		case t == nil:
		case !saved:
			t.fresh = true
		case n.idled:
			i.forget(n.ID)
		}
	}
}

func (i *idleTokens) forget(id string) {
	if i.tokens[id].idled {
		i.idled.Add(-1)
	}
	delete(i.tokens, id)
}

// saveIn writes the news of one organization. A token that has idled out is
// revoked.
func saveIn(tx *store.Tx, news []trackedToken, now time.Time) error {
	if !identity.Orgs.Has(tx, "self") { // a reset has taken it away, and its tokens with it
		return nil
	}
	for _, n := range news {
		var err error
		if n.idled {
			err = revoked.Put(tx, &revocation{ID: n.ID, Expires: n.Expires, Idled: true})
		} else {
			err = lastUses.Put(tx, &n.lastUse)
		}
		if err != nil {
			return err
		}
	}
	for range len(news)/store.Swept + 1 { // no fewer than may have come
		if err := lastUses.Sweep(tx, now.Unix()); err != nil {
			return err
		}
	}
	return nil
}
