package auth

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// sessionSeconds is how long a browser stays signed in. The real figure is
// unknown; a working day.
const sessionSeconds = 12 * 60 * 60

// Person is a user of an organization, as a sign-in has found them.
type Person struct {
	Org        string `json:"org"`
	UserID     string `json:"userId"`
	Generation int    `json:"generation,omitempty"` // of the user's tokens
}

// User returns the person, or store.ErrNotFound when the sign-in holds no
// longer: the user is gone or inactive, or all of their tokens were ended.
func (p Person) User(tx *store.Tx) (*identity.User, error) {
	u, err := identity.Users.Peek(tx.In(p.Org), p.UserID)
	if err == nil && (u.State != identity.UserActive || u.TokenGeneration != p.Generation) {
		return nil, store.ErrNotFound
	}
	return u, err
}

// Session is a browser that is signed in. It belongs to no organization, since
// the same address and password may open several.
type Session struct {
	Hash    string   `json:"hash"` // of the cookie's value, which is not stored
	People  []Person `json:"people"`
	Chosen  bool     `json:"chosen,omitempty"` // the first of People is the one to enter as
	Since   int64    `json:"since"`            // seconds since 1970: when the person proved who they are
	Expires int64    `json:"expires"`          // seconds since 1970
}

var sessions = store.Collection[*Session]{
	Name: "sessions",
	Key:  func(s *Session) string { return s.Hash },
	Indexes: []store.Index[*Session]{
		store.ExpiryIndex(func(s *Session) int64 { return s.Expires }),
		{Name: "user", Keys: func(s *Session) []string {
			keys := make([]string, len(s.People))
			for i, p := range s.People {
				keys[i] = userKey(p.Org, p.UserID)
			}
			return keys
		}},
	},
}

func userKey(org, userID string) string { return org + "/" + userID }

// Draw makes an unguessable text of 43 characters that is safe in URLs (facts:
// oauth.md §2): a session, a code, a refresh token.
func (a *Authority) Draw() (string, error) {
	b := make([]byte, 32)
	if _, err := io.ReadFull(a.config.Random, b); err != nil {
		return "", fmt.Errorf("draw a secret: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}

// Hash is what is stored of such a text (decisions.md 10).
func Hash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// SignIn remembers that a browser has proved to be these people, and returns the
// value of its cookie.
func (a *Authority) SignIn(tx *store.Tx, people []Person) (cookie string, s *Session, err error) {
	now := a.config.Clock.Now().Unix()
	tx = tx.In(store.Global)
	if err := sessions.Sweep(tx, now); err != nil {
		return "", nil, err
	}
	if cookie, err = a.Draw(); err != nil {
		return "", nil, err
	}
	s = &Session{Hash: Hash(cookie), People: people, Chosen: len(people) == 1, Since: now, Expires: now + sessionSeconds}
	return cookie, s, sessions.Insert(tx, s)
}

// Session returns the session of a cookie, or store.ErrNotFound. People whose
// sign-in holds no longer are left out of it.
func (a *Authority) Session(tx *store.Tx, cookie string) (*Session, error) {
	s, err := sessions.Get(tx.In(store.Global), Hash(cookie))
	if err != nil {
		return nil, err
	}
	first := s.People[0]
	s.People = slices.DeleteFunc(s.People, func(p Person) bool {
		_, err := p.User(tx)
		return err != nil
	})
	if len(s.People) > 0 && s.People[0] != first {
		s.Chosen = len(s.People) == 1 // the one that was chosen is gone
	}
	if s.Expires <= a.config.Clock.Now().Unix() || len(s.People) == 0 {
		return nil, store.ErrNotFound
	}
	return s, nil
}

// Choose makes the person of that organization the one to enter as. It returns
// store.ErrNotFound where the session has none.
func (a *Authority) Choose(tx *store.Tx, s *Session, org string) error {
	i := slices.IndexFunc(s.People, func(p Person) bool { return p.Org == org })
	if i < 0 {
		return store.ErrNotFound
	}
	chosen := s.People[i]
	s.People = slices.Insert(slices.Delete(s.People, i, i+1), 0, chosen)
	s.Chosen = true
	return sessions.Put(tx.In(store.Global), s)
}

// SignOut ends a browser's session, and the refresh tokens and codes of its
// people. Access tokens stay (facts: oauth.md §5).
func (a *Authority) SignOut(tx *store.Tx, cookie string) error {
	tx = tx.In(store.Global)
	s, err := sessions.Get(tx, Hash(cookie))
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, p := range s.People {
		if err := endGrants(tx, userKey(p.Org, p.UserID)); err != nil {
			return err
		}
	}
	return sessions.Delete(tx, s.Hash)
}

// ForgetSession ends a browser's session and nothing else.
func (a *Authority) ForgetSession(tx *store.Tx, cookie string) error {
	err := sessions.Delete(tx.In(store.Global), Hash(cookie))
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// EndSignIns ends every browser session, refresh token and code of a user of the
// organization that tx looks at, as a new password does (facts: oauth.md §5).
// Access tokens stay.
func EndSignIns(tx *store.Tx, userID string) error {
	key := userKey(tx.Org(), userID)
	tx = tx.In(store.Global)
	if err := deleteBy(tx, &sessions, "user", key); err != nil {
		return err
	}
	return endGrants(tx, key)
}

// endGrants ends what clients could still trade for tokens of a user.
func endGrants(tx *store.Tx, key string) error {
	if err := deleteBy(tx, &codes, "user", key); err != nil {
		return err
	}
	return deleteBy(tx, &refreshTokens, "user", key)
}

func deleteBy[T any](tx *store.Tx, from *store.Collection[T], index, key string) error {
	for _, key := range slices.Collect(from.KeysBy(tx, index, key)) {
		if err := from.Delete(tx, key); err != nil {
			return err
		}
	}
	return nil
}
