package auth_test

import (
	"errors"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// idleWorld is a state whose organization ends tokens after five minutes without
// use, with a token of each of n users.
func idleWorld(t *testing.T, n int) (*world, []*auth.Claims) {
	t.Helper()
	w := newWorld(t)
	var tokens []*auth.Claims
	w.change(t, func(tx *store.Tx) error {
		for i := range n {
			u := &identity.User{ID: "user-" + strconv.Itoa(i), Email: strconv.Itoa(i), State: identity.UserActive}
			token, err := w.authority.Mint(auth.Grant{Org: orgID, ClientOrg: orgID, Client: w.client, User: u})
			if err != nil {
				return err
			}
			claims, err := w.authority.Verify(token.Access)
			if err != nil {
				return err
			}
			tokens = append(tokens, claims)
			if err := identity.Users.Put(tx, u); err != nil {
				return err
			}
		}
		return identity.Orgs.Put(tx, &identity.Org{ID: orgID, Name: "Org", Settings: identity.Settings{
			IdleTimeout: identity.IdleTimeout{Enabled: true, Seconds: 300, Since: clock.At(w.clock.Now())},
		}})
	})
	return w, tokens
}

// use sends a request with the token, and says whether it was let in.
func (w *world) use(t *testing.T, claims *auth.Claims) bool {
	t.Helper()
	var caller *auth.Caller
	err := w.db.View(t.Context(), orgID, func(tx *store.Tx) error {
		var err error
		caller, err = w.authority.Caller(tx, claims)
		return err
	})
	if auth.IsDead(err) {
		return false
	}
	if err != nil {
		t.Error(err)
		return false
	}
	w.authority.Used(caller)
	return true
}

// commits is how many there were.
func (w *world) commits(t *testing.T) (n uint64) {
	t.Helper()
	err := w.db.View(t.Context(), orgID, func(tx *store.Tx) error {
		n = tx.Snapshot()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Decisions 19.
func TestLastUsesAreSavedOnceAMinuteAtMost(t *testing.T) {
	t.Parallel()
	w, tokens := idleWorld(t, 1)
	before := w.commits(t)
	w.use(t, tokens[0])
	for end := time.Now().Add(10 * time.Second); w.commits(t) == before; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the first use is not saved")
		}
	}
	for range 59 {
		w.clock.Advance(time.Second)
		w.use(t, tokens[0])
	}
	if err := w.authority.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := w.commits(t) - before; got != 2 {
		t.Errorf("%d commits; want one with the first use and one at the end", got)
	}
	if err := w.authority.Close(t.Context()); err != nil || w.commits(t)-before != 2 {
		t.Errorf("with nothing to save: %v, %d commits", err, w.commits(t)-before)
	}
}

func TestExpiredTokensAreForgotten(t *testing.T) {
	t.Parallel()
	const n = 100
	w, tokens := idleWorld(t, n)
	for _, claims := range tokens {
		w.use(t, claims)
	}
	if got := w.authority.Tracked(); got != n {
		t.Errorf("%d tokens are tracked, want %d", got, n)
	}
	w.clock.Advance(600 * time.Second) // as long as they are good for
	if err := w.authority.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := w.authority.Tracked(); got != 0 {
		t.Errorf("%d tokens are tracked after they have expired", got)
	}
}

// What could not be saved is not lost, and Close tells.
func TestASaveThatFailsIsTriedAgain(t *testing.T) {
	t.Parallel()
	w, tokens := idleWorld(t, 1)
	w.use(t, tokens[0])
	if err := w.authority.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(time.Second)
	w.use(t, tokens[0])
	if err := w.db.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := w.authority.Close(t.Context()); !errors.Is(err, store.ErrClosed) {
			t.Errorf("close: %v", err)
		}
	}
}

// What is left of an organization that is gone must not bring it back.
func TestLastUsesDoNotOutliveTheOrganization(t *testing.T) {
	t.Parallel()
	w, tokens := idleWorld(t, 1)
	w.use(t, tokens[0])
	if err := w.authority.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(time.Second)
	w.use(t, tokens[0])
	w.change(t, func(tx *store.Tx) error { return tx.DropOrg(orgID) })
	if err := w.authority.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	err := w.db.View(t.Context(), orgID, func(tx *store.Tx) error {
		for org := range tx.Orgs() {
			t.Errorf("there is %s", org)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestTokensAreUsedAtTheSameTime(t *testing.T) {
	t.Parallel()
	w, tokens := idleWorld(t, 8)
	var group sync.WaitGroup
	for i, claims := range tokens {
		group.Go(func() {
			for range 50 {
				if !w.use(t, claims) {
					t.Error("a token that is in use is idle")
				}
				if i == 0 {
					w.clock.Advance(5 * time.Second)
				}
			}
		})
	}
	group.Wait()
	if err := w.authority.Close(t.Context()); err != nil {
		t.Error(err)
	}
}
