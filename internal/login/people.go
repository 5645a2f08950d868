package login

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// candidate is a user that an address may mean.
type candidate struct {
	auth.Person
	password *identity.Password
}

// peopleWith returns the people that the address and the password open, in every
// organization or in one; none when they open nothing. Organizations without
// password login are left out. Comparing takes long and happens outside of any
// transaction.
func (l *Login) peopleWith(ctx context.Context, email, secret, onlyOrg string) ([]auth.Person, error) {
	account := identity.EmailKey(email)
	if seconds := l.failures.wait(account, l.Clock.Now()); seconds > 0 {
		return nil, tooManyFailures{seconds}
	}
	candidates, err := l.candidates(ctx, email, onlyOrg)
	if err != nil {
		return nil, err
	}
	if len(candidates) == 0 {
		candidates = []candidate{{}} // takes as long as if there were somebody
	}
	var people []auth.Person
	for _, c := range candidates {
		right, err := c.password.Matches(ctx, secret)
		if err != nil {
			return nil, err
		}
		if !right {
			continue
		}
		people = append(people, c.Person)
		if c.password.Plain != "" {
			if err := l.hashAtFirstUse(ctx, c, secret); err != nil {
				return nil, err
			}
		}
	}
	if len(people) == 0 {
		l.failures.add(account, l.Clock.Now())
		return nil, nil
	}
	// Guesses that were sent side by side have failed meanwhile.
	if seconds := l.failures.wait(account, l.Clock.Now()); seconds > 0 {
		return nil, tooManyFailures{seconds}
	}
	l.failures.forget(account)
	return people, nil
}

func (l *Login) candidates(ctx context.Context, email, onlyOrg string) ([]candidate, error) {
	var found []candidate
	err := l.DB.View(ctx, store.Global, func(tx *store.Tx) error {
		for org := range tx.Orgs() {
			in := tx.In(org)
			if (onlyOrg != "" && org != onlyOrg) || !identity.PasswordLogin(in) {
				continue
			}
			u, err := identity.UserByEmail(in, email)
			switch {
			case errors.Is(err, store.ErrNotFound):
			case err != nil:
				return err
			case u.State == identity.UserActive:
				found = append(found, candidate{personOf(org, u), u.Password})
			}
		}
		return nil
	})
	return found, err
}

func personOf(org string, u *identity.User) auth.Person {
	return auth.Person{Org: org, UserID: u.ID, Generation: u.TokenGeneration}
}

// hashAtFirstUse replaces a fixture's password by its hash, unless it has
// changed since it was compared.
func (l *Login) hashAtFirstUse(ctx context.Context, c candidate, secret string) error {
	hashed, err := identity.HashPassword(ctx, secret)
	if err != nil {
		return fmt.Errorf("hash a fixture's password: %w", err)
	}
	hashed.Fixtures = c.password.Fixtures
	return l.DB.Update(ctx, c.Org, func(tx *store.Tx) error {
		u, err := identity.Users.Get(tx, c.UserID)
		if errors.Is(err, store.ErrNotFound) || (err == nil && (u.Password == nil || u.Password.Plain != secret)) {
			return nil
		}
		if err != nil {
			return err
		}
		u.Password = hashed
		return identity.Users.Put(tx, u)
	})
}

// tooManyFailures refuses to look at a password at all.
type tooManyFailures struct{ seconds int }

func (t tooManyFailures) Error() string {
	return fmt.Sprintf("too many failed sign-ins; retry in %d seconds", t.seconds)
}

// The throttle of failed sign-ins: after so many in a row within the window, an
// account rests for the pause. Others are not concerned, a success clears it,
// and the figures leave room for a suite that tries wrong passwords.
const (
	maxFailures   = 10
	failureWindow = time.Minute
	failurePause  = 30 * time.Second
	maxAccounts   = 10000 // bounds the memory
)

// failures counts failed sign-ins per account, in memory: a restart forgives.
type failures struct {
	mu       sync.Mutex
	accounts map[string]*failureCount
}

type failureCount struct {
	first time.Time
	until time.Time // the account rests until then
	count int
}

// wait says for how many seconds the account still rests.
func (f *failures) wait(account string, now time.Time) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := f.accounts[account]
	if c == nil || !now.Before(c.until) {
		return 0
	}
	return int((c.until.Sub(now) + time.Second - 1) / time.Second)
}

func (f *failures) add(account string, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := f.accounts[account]
	if c == nil || now.Sub(c.first) > failureWindow {
		if len(f.accounts) >= maxAccounts {
			clear(f.accounts)
		}
		if f.accounts == nil {
			f.accounts = make(map[string]*failureCount)
		}
		c = &failureCount{first: now}
		f.accounts[account] = c
	}
	if c.count++; c.count >= maxFailures {
		*c = failureCount{first: now, until: now.Add(failurePause)}
	}
}

func (f *failures) clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.accounts)
}

func (f *failures) forget(account string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.accounts, account)
}
