package auth

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Claims are what an access token says: RFC 9068 names plus the organization
// and the two revocation counters (decisions.md 10).
type Claims struct {
	Issuer           string `json:"iss"`
	Subject          string `json:"sub"` // user id, or client id where there is no user
	Audience         string `json:"aud"`
	ClientID         string `json:"client_id"`
	Org              string `json:"org"`
	UserID           string `json:"user_id,omitempty"`
	IssuedAt         int64  `json:"iat"` // seconds since 1970
	Expires          int64  `json:"exp"` // seconds since 1970
	ID               string `json:"jti"`
	ClientGeneration int    `json:"cgen"`
	UserGeneration   int    `json:"ugen,omitempty"`

	caller    atomic.Pointer[Caller]        // who it stood for when it was last looked up
	permitted atomic.Pointer[identity.Pair] // the grant that permitted the last request; to be checked again
}

// audience names the API that tokens are for.
const audience = "mockcloud"

// Config says what an Authority stands on. All fields are required.
type Config struct {
	DB     *store.DB
	Clock  clock.Clock
	NewID  func() string
	Random io.Reader     // for signing keys
	Issuer func() string // the server's own URL, without a slash at the end
}

// Authority mints and checks access tokens.
type Authority struct {
	config   Config
	ring     *keyring
	verified tokenCache
	refused  tokenCache // those with a bad signature, so that repeating one is cheap
}

// Open reads the signing keys, or makes the first.
func Open(ctx context.Context, c Config) (*Authority, error) {
	records, err := loadKeys(ctx, c.DB, clock.At(c.Clock.Now()), c.NewID, c.Random)
	if err != nil {
		return nil, err
	}
	ring, err := newKeyring(records)
	if err != nil {
		return nil, err
	}
	return &Authority{config: c, ring: ring}, nil
}

// JWKS is the public half of the signing keys as a JSON Web Key Set (RFC 7517).
func (a *Authority) JWKS() []byte { return a.ring.jwks }

// Token is a fresh access token.
type Token struct {
	Access    string
	ExpiresIn int // seconds
}

// Mint issues an access token of the client, for user unless that is nil.
// Nothing is stored.
func (a *Authority) Mint(orgID string, client *identity.Client, user *identity.User) (Token, error) {
	now := a.config.Clock.Now()
	claims := Claims{
		Issuer:           a.config.Issuer(),
		Subject:          client.ID,
		Audience:         audience,
		ClientID:         client.ID,
		Org:              orgID,
		IssuedAt:         now.Unix(),
		Expires:          now.Unix() + int64(client.ValiditySeconds),
		ID:               a.config.NewID(),
		ClientGeneration: client.TokenGeneration,
	}
	if user != nil {
		claims.Subject, claims.UserID, claims.UserGeneration = user.ID, user.ID, user.TokenGeneration
	}
	payload, err := json.Marshal(&claims)
	if err != nil {
		return Token{}, fmt.Errorf("encode claims: %w", err)
	}
	signed, err := a.ring.signer.Sign(payload)
	if err != nil {
		return Token{}, fmt.Errorf("sign token: %w", err)
	}
	access, err := signed.CompactSerialize()
	if err != nil {
		return Token{}, fmt.Errorf("serialise token: %w", err)
	}
	// One second less than the validity, as the real service answers (oauth.md §2).
	return Token{Access: access, ExpiresIn: client.ValiditySeconds - 1}, nil
}

// Verify checks the signature and the expiry of a token. That alone says
// nothing about what has happened to its client and user since; see
// Authority.Caller.
func (a *Authority) Verify(token string) (*Claims, error) {
	sum := sha256.Sum256([]byte(token))
	claims := a.verified.get(sum)
	if claims == nil {
		if a.refused.get(sum) != nil {
			return nil, errBadToken
		}
		payload, err := a.ring.verify(token)
		if err != nil {
			a.refused.put(sum, new(Claims))
			return nil, err
		}
		claims = new(Claims)
		if err := json.Unmarshal(payload, claims); err != nil {
			return nil, errBadToken
		}
		a.verified.put(sum, claims)
	}
	if now := a.config.Clock.Now(); now.Unix() >= claims.Expires {
		return nil, fmt.Errorf("expired at %s", time.Unix(claims.Expires, 0).UTC().Format(clock.Layout))
	}
	return claims, nil
}

// tokenCache remembers what was found out about tokens. It holds hashes, not
// tokens, and at most two generations of maxCached entries.
type tokenCache struct {
	mu         sync.RWMutex
	young, old map[[sha256.Size]byte]*Claims
}

const maxCached = 4096

func (v *tokenCache) get(sum [sha256.Size]byte) *Claims {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if c, ok := v.young[sum]; ok {
		return c
	}
	return v.old[sum]
}

func (v *tokenCache) put(sum [sha256.Size]byte, c *Claims) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.young) >= maxCached {
		v.old, v.young = v.young, nil
	}
	if v.young == nil {
		v.young = make(map[[sha256.Size]byte]*Claims)
	}
	v.young[sum] = c
}

// revocation is a token that was killed before its time.
type revocation struct {
	ID      string `json:"jti"`
	Expires int64  `json:"exp"`
}

var revoked = store.Collection[*revocation]{
	Name: "tokens/revoked",
	Key:  func(r *revocation) string { return r.ID },
}

// Ended is what an organization remembers of tokens that were ended before their
// time: the single ones, and up to which generation those of users and clients.
type Ended struct {
	tokens         []*revocation
	users, clients map[string]int // generations by id
}

// EndedTokens reads it, for a state that is about to be replaced.
func (a *Authority) EndedTokens(tx *store.Tx) (*Ended, error) {
	now := a.config.Clock.Now().Unix()
	e := &Ended{users: make(map[string]int), clients: make(map[string]int)}
	for r, err := range revoked.All(tx) {
		if err != nil {
			return nil, err
		}
		if r.Expires > now {
			e.tokens = append(e.tokens, r)
		}
	}
	for u, err := range identity.Users.All(tx) {
		if err != nil {
			return nil, err
		}
		if u.TokenGeneration > 0 {
			e.users[u.ID] = u.TokenGeneration
		}
	}
	for c, err := range identity.Clients.All(tx) {
		if err != nil {
			return nil, err
		}
		if c.TokenGeneration > 0 {
			e.clients[c.ID] = c.TokenGeneration
		}
	}
	return e, nil
}

// KeepEnded sees to it that what was ended stays so in the state that came
// instead.
func KeepEnded(tx *store.Tx, e *Ended) error {
	for _, r := range e.tokens {
		if err := revoked.Put(tx, r); err != nil {
			return err
		}
	}
	err := raise(tx, &identity.Users, e.users, func(u *identity.User) *int { return &u.TokenGeneration })
	if err != nil {
		return err
	}
	return raise(tx, &identity.Clients, e.clients, func(c *identity.Client) *int { return &c.TokenGeneration })
}

func raise[T any](tx *store.Tx, in *store.Collection[T], generations map[string]int, of func(T) *int) error {
	for id, generation := range generations {
		v, err := in.Get(tx, id)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		*of(v) = generation
		if err := in.Put(tx, v); err != nil {
			return err
		}
	}
	return nil
}

// Revoke kills one token. Revocations of tokens that have expired meanwhile are
// forgotten.
func (a *Authority) Revoke(tx *store.Tx, c *Claims) error {
	now := a.config.Clock.Now().Unix()
	var gone []string
	for r, err := range revoked.All(tx) {
		if err != nil {
			return err
		}
		if r.Expires <= now {
			gone = append(gone, r.ID)
		}
	}
	for _, id := range gone {
		if err := revoked.Delete(tx, id); err != nil {
			return err
		}
	}
	return revoked.Put(tx, &revocation{ID: c.ID, Expires: c.Expires})
}
