package login

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// authorizationCode trades the code that the authorize endpoint gave. A
// confidential client proves itself by its secret, a public one by the code
// verifier (RFC 7636); one that does both must be right in both.
var authorizationCode = grantType{
	name:       "authorization_code",
	clientType: identity.GrantCode,
	public:     true,
	writes:     true,
	issue:      redeemCode,
}

// Lifetimes of codes in seconds. The real one is unknown (facts: oauth.md §13).
const (
	codeSeconds      = 5 * 60
	rememberedCode   = 60 * 60 // how long a code that was used is known as such
	verifierShortest = 43      // characters (RFC 7636 §4.1)
	verifierLongest  = 128
)

// code is an authorization code. It belongs to no organization, so that it is
// found by itself.
type code struct {
	Hash string `json:"hash"`
	auth.SignInGrant
	RedirectURI string `json:"redirectUri"`
	Challenge   string `json:"challenge,omitempty"` // S256; "" when the request sent none
	OpenID      bool   `json:"openId,omitempty"`
	Nonce       string `json:"nonce,omitempty"`
	SignedIn    int64  `json:"signedIn"` // seconds since 1970
	Used        bool   `json:"used,omitempty"`
	Good        int64  `json:"good"`    // until when, in seconds since 1970
	Expires     int64  `json:"expires"` // when it can be forgotten
}

var codes = store.Collection[*code]{
	Name: "login/codes",
	Key:  func(c *code) string { return c.Hash },
	Indexes: []store.Index[*code]{
		{Name: "expires", Keys: func(c *code) []string { return []string{fmt.Sprintf("%012d", c.Expires)} }},
	},
}

var errBadCode = refuse("invalid_grant", "authorization code is invalid or expired")

func redeemCode(g *grantRequest, tx *store.Tx) (*issued, error) {
	text, err := g.param("code")
	if err != nil {
		return nil, err
	}
	redirectURI, err := g.param("redirect_uri")
	if err != nil {
		return nil, err
	}
	c, err := codes.Get(tx.In(store.Global), auth.Hash(text))
	if errors.Is(err, store.ErrNotFound) {
		return nil, errBadCode
	}
	if err != nil {
		return nil, err
	}
	if c.ClientID != g.client.ID {
		return nil, errBadCode
	}
	verifier := g.form.Get("code_verifier")
	switch {
	case c.Challenge == "" && g.secret == "":
		// Nothing proves that this is the client.
		return nil, refuse("invalid_client", "authentication failed")
	case c.Challenge == "" && verifier != "", c.Challenge != "" && !verifies(verifier, c.Challenge):
		// The first is what a stripped challenge looks like (RFC 9700 §4.8.2).
		return nil, refuse("invalid_grant", "invalid code verifier")
	}
	if c.Used {
		// Somebody has a copy: what it gave ends too (RFC 6749 §4.1.2).
		if err := g.login.Authority.RevokeFamily(tx, c.SignInGrant); err != nil {
			return nil, err
		}
		return nil, revoking{errBadCode}
	}
	user, err := c.User(tx)
	if errors.Is(err, store.ErrNotFound) {
		return nil, errBadCode
	}
	if err != nil {
		return nil, err
	}
	now := g.login.Clock.Now().Unix()
	if now >= c.Good || c.RedirectURI != redirectURI {
		return nil, errBadCode
	}
	c.Used, c.Expires = true, now+rememberedCode
	if err := codes.Put(tx.In(store.Global), c); err != nil {
		return nil, err
	}
	given := &issued{grant: auth.Grant{
		Org: c.Org, Client: g.client, ClientOrg: g.clientOrg, User: user, Family: c.Family, Scope: c.Scope,
	}}
	if c.OpenID {
		given.openID = &openID{signedIn: c.SignedIn, nonce: c.Nonce}
	}
	if g.secret != "" {
		// A public client could not use it (facts: oauth.md §5).
		given.refreshToken, err = g.login.Authority.NewRefreshToken(tx, c.SignInGrant)
	}
	return given, err
}

// verifies says whether the verifier is the one that the challenge was made of.
func verifies(verifier, challenge string) bool {
	if len(verifier) < verifierShortest || len(verifier) > verifierLongest {
		return false
	}
	sum := sha256.Sum256([]byte(verifier))
	return subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(challenge)) == 1
}

// newCode stores an authorization code and returns it.
func (l *Login) newCode(tx *store.Tx, c *code) (string, error) {
	tx = tx.In(store.Global)
	now := l.Clock.Now().Unix()
	if err := auth.Sweep(tx, &codes, now); err != nil {
		return "", err
	}
	text, err := l.Authority.Draw()
	if err != nil {
		return "", err
	}
	c.Hash, c.Good, c.Expires = auth.Hash(text), now+codeSeconds, now+codeSeconds+rememberedCode
	return text, codes.Insert(tx, c)
}
