package auth

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"

	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

const (
	// graceSeconds is how long a refresh token that was used answers with the same
	// successor: SDKs refresh on every parallel 401 (decisions.md 12).
	graceSeconds = 60
	// rememberedSeconds is how long a refresh token that was used is known as such.
	rememberedSeconds = 30 * 24 * 60 * 60
	// unusedSeconds is how long one that was never used is kept. The real ones have
	// no expiry that anybody knows of; this keeps the state from growing for ever.
	unusedSeconds = 400 * 24 * 60 * 60
)

// SignInGrant is what a person has let a client do in one sign-in: what an
// authorization code stands for, and every token that comes from it.
type SignInGrant struct {
	Person
	ClientID         string `json:"clientId"`
	ClientGeneration int    `json:"clientGeneration,omitempty"` // of the client's tokens
	Family           string `json:"family"`                     // names the sign-in
	Scope            string `json:"scope,omitempty"`            // see Claims
	Authorization    int    `json:"authorization,omitempty"`    // see Claims
}

// OfClient says whether the grant was given to the client, and holds still.
func (g *SignInGrant) OfClient(c *identity.Client) bool {
	return g.ClientID == c.ID && g.ClientGeneration == c.TokenGeneration
}

// User is Person.User, and returns store.ErrNotFound as well when the person's
// organization has revoked its approval of the client since.
func (g *SignInGrant) User(tx *store.Tx) (*identity.User, error) {
	generation, err := identity.AuthorizationGeneration(tx.In(g.Org), g.ClientID)
	if err == nil && generation != g.Authorization {
		err = store.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return g.Person.User(tx)
}

// refreshToken is a refresh token; it belongs to no organization, so that it is
// found by itself.
type refreshToken struct {
	Hash string `json:"hash"`
	SignInGrant
	// Salt makes the successor out of the token, so that neither is stored and the
	// successor can be named again. It is drawn when the token is first used.
	Salt    []byte `json:"salt,omitempty"`
	Rotated int64  `json:"rotated,omitempty"` // seconds since 1970; 0 while unused
	Expires int64  `json:"expires"`           // when it can be forgotten, in seconds since 1970
}

var refreshTokens = store.Collection[*refreshToken]{
	Name: "tokens/refresh",
	Key:  func(r *refreshToken) string { return r.Hash },
	Indexes: []store.Index[*refreshToken]{
		store.ExpiryIndex(func(r *refreshToken) int64 { return r.Expires }),
		{Name: "user", Keys: func(r *refreshToken) []string { return []string{userKey(r.Org, r.UserID)} }},
		{Name: "family", Keys: func(r *refreshToken) []string { return []string{r.Family} }},
	},
}

// The refusals of Refresh.
var (
	// ErrBadRefreshToken means that the token is unknown, revoked or another
	// client's.
	ErrBadRefreshToken = errors.New("the refresh token is not good")
	// ErrReusedRefreshToken means that it was used long ago: somebody has a copy,
	// and the caller is to revoke the family (RFC 9700 §4.14.2).
	ErrReusedRefreshToken = errors.New("the refresh token was used before")
)

// NewRefreshToken makes the first refresh token of a sign-in.
func (a *Authority) NewRefreshToken(tx *store.Tx, g SignInGrant) (string, error) {
	tx = tx.In(store.Global)
	now := a.config.Clock.Now().Unix()
	if err := refreshTokens.Sweep(tx, now); err != nil {
		return "", err
	}
	token, err := a.Draw()
	if err != nil {
		return "", err
	}
	return token, refreshTokens.Insert(tx, &refreshToken{Hash: Hash(token), SignInGrant: g, Expires: now + unusedSeconds})
}

// Refresh trades a refresh token of the client for its successor. Within the
// grace the same token gives the same successor. With ErrReusedRefreshToken comes
// the grant whose family is to be revoked.
func (a *Authority) Refresh(tx *store.Tx, token string, client *identity.Client) (successor string, g SignInGrant, err error) {
	tx = tx.In(store.Global)
	r, err := refreshTokens.Get(tx, Hash(token))
	if errors.Is(err, store.ErrNotFound) || (err == nil && !r.OfClient(client)) {
		return "", g, ErrBadRefreshToken
	}
	if err != nil {
		return "", g, err
	}
	now := a.config.Clock.Now().Unix()
	switch {
	case r.Rotated == 0:
		if successor, err = a.rotate(tx, r, token, now); err != nil {
			return "", g, err
		}
	case now-r.Rotated > graceSeconds:
		return "", r.SignInGrant, ErrReusedRefreshToken
	default:
		successor = r.successor(token)
	}
	return successor, r.SignInGrant, nil
}

func (a *Authority) rotate(tx *store.Tx, r *refreshToken, token string, now int64) (successor string, err error) {
	salt, err := a.Draw()
	if err != nil {
		return "", err
	}
	r.Salt, r.Rotated, r.Expires = []byte(salt), now, now+rememberedSeconds
	if err := refreshTokens.Put(tx, r); err != nil {
		return "", err
	}
	successor = r.successor(token)
	if err := refreshTokens.Insert(tx, &refreshToken{Hash: Hash(successor), SignInGrant: r.SignInGrant, Expires: now + unusedSeconds}); err != nil {
		return "", err
	}
	return successor, refreshTokens.Sweep(tx, now)
}

func (r *refreshToken) successor(token string) string {
	mac := hmac.New(sha256.New, r.Salt)
	mac.Write([]byte(token))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// RevokeFamily kills every token that comes from one sign-in.
func (a *Authority) RevokeFamily(tx *store.Tx, g SignInGrant) error {
	if err := deleteBy(tx.In(store.Global), &refreshTokens, "family", g.Family); err != nil {
		return err
	}
	org := tx.In(g.Org)
	if !identity.Orgs.Has(org, "self") { // a reset has taken it away, and its tokens with it
		return nil
	}
	// Until the last access token of the family has expired by itself. What the
	// client's tokens live for today says nothing of earlier ones.
	until := a.config.Clock.Now().Unix() + identity.MaxSCIMValiditySeconds
	return a.revoke(org, &revocation{ID: g.Family, Expires: until})
}
