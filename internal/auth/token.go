package auth

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"slices"
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
	ClientOrg        string `json:"corg,omitempty"`  // where the client lives in another organization than the user
	Family           string `json:"fam,omitempty"`   // the sign-in that the token and its refresh tokens come from
	Scope            string `json:"scope,omitempty"` // what the request narrowed the client's scopes to, apart by blanks
	Authorization    int    `json:"agen,omitempty"`  // generation of what the organization has decided about the client; of users' tokens

	kid       string                        // of the key that signed it
	caller    atomic.Pointer[Caller]        // who it stood for when it was last looked up
	permitted atomic.Pointer[identity.Pair] // the grant that permitted the last request; to be checked again
}

// audience names the API that tokens are for.
const audience = "mockcloud"

// Config says what an Authority stands on. All fields but Alg are required.
type Config struct {
	DB     *store.DB
	Clock  clock.Clock
	NewID  func() string
	Random io.Reader     // for signing keys, and for whatever else must not be guessed
	Issuer func() string // the server's own URL, without a slash at the end
	Alg    Algorithm     // of new tokens; "" means as before, ES256 in a new state
}

// Authority mints and checks tokens, and remembers sign-ins.
type Authority struct {
	config   Config
	ring     atomic.Pointer[keyring]
	rotating sync.Mutex // one rotation at a time
	verified tokenCache
	refused  tokenCache // those with a bad signature, so that repeating one is cheap

	idle       idleTokens
	allowlists sync.Map // organization's id to *allowlist
}

// Open reads the signing keys, or makes the first.
func Open(ctx context.Context, c Config) (*Authority, error) {
	a := &Authority{config: c}
	if err := a.openKeys(ctx, c.Alg); err != nil {
		return nil, err
	}
	return a, nil
}

// Token is a fresh access token.
type Token struct {
	Access    string
	ExpiresIn int // seconds
}

// Grant is what an access token is issued for.
type Grant struct {
	Org       string // of the user, or of the client where there is none
	Client    *identity.Client
	ClientOrg string         // "" means Org
	User      *identity.User // nil for a token of the client itself
	Family    string         // see Claims
	Scope     string         // see Claims

	Authorization int // see Claims; only counts with a user
}

// Mint issues an access token. Nothing is stored.
func (a *Authority) Mint(g Grant) (Token, error) {
	now := a.config.Clock.Now()
	claims := Claims{
		Issuer:           a.config.Issuer(),
		Subject:          g.Client.ID,
		Audience:         audience,
		ClientID:         g.Client.ID,
		Org:              g.Org,
		IssuedAt:         now.Unix(),
		Expires:          now.Unix() + int64(g.Client.ValiditySeconds),
		ID:               a.config.NewID(),
		ClientGeneration: g.Client.TokenGeneration,
		Family:           g.Family,
		Scope:            g.Scope,
	}
	if g.ClientOrg != g.Org {
		claims.ClientOrg = g.ClientOrg
	}
	if g.User != nil {
		claims.Subject, claims.UserID, claims.UserGeneration = g.User.ID, g.User.ID, g.User.TokenGeneration
		claims.Authorization = g.Authorization
	}
	access, err := a.keys().sign(&claims, typeAccess)
	if err != nil {
		return Token{}, err
	}
	// One second less than the validity, as the real service answers (oauth.md §2).
	return Token{Access: access, ExpiresIn: g.Client.ValiditySeconds - 1}, nil
}

// Issuer is the server's own URL, without a slash at the end.
func (a *Authority) Issuer() string { return a.config.Issuer() }

// Verify checks the signature and the expiry of a token. That alone says
// nothing about what has happened to its client and user since; see
// Authority.Caller.
func (a *Authority) Verify(token string) (*Claims, error) {
	sum, ring := sha256.Sum256([]byte(token)), a.keys()
	claims := a.verified.get(sum)
	if claims != nil && ring.publics[claims.kid] == nil {
		return nil, errBadToken // remembered for longer than its key
	}
	if claims == nil {
		if a.refused.get(sum) != nil {
			return nil, errBadToken
		}
		payload, kid, err := ring.verify(token)
		if err != nil {
			a.refused.put(sum, new(Claims))
			return nil, err
		}
		claims = new(Claims)
		if err := json.Unmarshal(payload, claims); err != nil {
			return nil, errBadToken
		}
		claims.kid = kid
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

// revocation is a token, or a family of tokens, that was killed before its time.
type revocation struct {
	ID      string `json:"jti"` // or that of the family
	Expires int64  `json:"exp"`
	Idled   bool   `json:"idled,omitempty"` // it was not used for too long
}

var revoked = store.Collection[*revocation]{
	Name: "tokens/revoked",
	Key:  func(r *revocation) string { return r.ID },
	Indexes: []store.Index[*revocation]{
		store.ExpiryIndex(func(r *revocation) int64 { return r.Expires }),
	},
}

// Ended is what an organization remembers of tokens that were ended before their
// time: the single ones, and the generations of users and clients.
type Ended struct {
	at             int64 // seconds since 1970
	tokens         []*revocation
	users, clients map[string]int // generations by id
	authorizations map[string]int // those of decisions about clients, by the client's id
}

// EndedTokens reads it, for a state that is about to be replaced.
func (a *Authority) EndedTokens(tx *store.Tx) (*Ended, error) {
	e := &Ended{at: a.config.Clock.Now().Unix(), users: make(map[string]int), clients: make(map[string]int), authorizations: make(map[string]int)}
	for r, err := range revoked.All(tx) {
		if err != nil {
			return nil, err
		}
		if r.Expires > e.at {
			e.tokens = append(e.tokens, r)
		}
	}
	for u, err := range identity.Users.All(tx) {
		if err != nil {
			return nil, err
		}
		e.users[u.ID] = u.TokenGeneration
	}
	for c, err := range identity.Clients.All(tx) {
		if err != nil {
			return nil, err
		}
		e.clients[c.ID] = c.TokenGeneration
	}
	for decided, err := range identity.Authorizations.All(tx) {
		if err != nil {
			return nil, err
		}
		if decided.Generation > 0 {
			e.authorizations[decided.ClientID] = decided.Generation
		}
	}
	return e, nil
}

// KeepEnded sees to it that what was ended stays so in the state that came
// instead. Whoever was deleted and comes back is a stranger to the old tokens.
func KeepEnded(tx *store.Tx, e *Ended) error {
	for _, r := range e.tokens {
		if err := revoked.Put(tx, r); err != nil {
			return err
		}
	}
	for client, generation := range e.authorizations {
		if err := identity.KeepAuthorizationGeneration(tx, client, generation); err != nil {
			return err
		}
	}
	err := raise(tx, &identity.Users, e.users, e.at, func(u *identity.User) *int { return &u.TokenGeneration })
	if err != nil {
		return err
	}
	return raise(tx, &identity.Clients, e.clients, e.at, func(c *identity.Client) *int { return &c.TokenGeneration })
}

func raise[T any](tx *store.Tx, in *store.Collection[T], generations map[string]int, at int64, of func(T) *int) error {
	for _, id := range slices.Collect(in.Keys(tx, "")) {
		generation, was := generations[id]
		if !was {
			generation = int(at) // no token has had this one
		}
		if generation == 0 {
			continue
		}
		v, err := in.Get(tx, id)
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

// Revoke kills one token.
func (a *Authority) Revoke(tx *store.Tx, c *Claims) error {
	return a.revoke(tx, &revocation{ID: c.ID, Expires: c.Expires})
}

// revoke remembers a revocation and forgets some of tokens that have expired
// meanwhile.
func (a *Authority) revoke(tx *store.Tx, fresh *revocation) error {
	if err := revoked.Sweep(tx, a.config.Clock.Now().Unix()); err != nil {
		return err
	}
	return revoked.Put(tx, fresh)
}
