package login

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"

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
	builtin:    true,
	writes:     true,
	issue:      redeemCode,
}

// The bounds of a code verifier in characters (RFC 7636 §4.1).
const (
	verifierShortest = 43
	verifierLongest  = 128
)

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
	authority := g.login.Authority
	c, err := authority.Code(tx, text)
	used := errors.Is(err, auth.ErrUsedCode)
	switch {
	case errors.Is(err, auth.ErrBadCode):
		return nil, errBadCode.because("unknown or expired")
	case (err == nil || used) && !c.OfClient(g.client):
		return nil, errBadCode.because("it was given to another client, or the client has changed")
	case err != nil && !used:
		return nil, err
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
	if used {
		// Somebody has a copy: what it gave ends too (RFC 6749 §4.1.2).
		if err := authority.RevokeFamily(tx, c.SignInGrant); err != nil {
			return nil, err
		}
		return nil, revoking{errBadCode.because("used before; what it gave has ended")}
	}
	user, err := c.User(tx)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, errBadCode.because("the user is gone, or all of their tokens were ended, or the approval of the client was revoked")
	case err != nil:
		return nil, err
	case c.RedirectURI != redirectURI:
		return nil, errBadCode.because("the redirect URI is not the one that it was asked for with")
	}
	if err := authority.UseCode(tx, text); err != nil {
		return nil, err
	}
	given := &issued{grant: auth.Grant{
		Org: c.Org, Client: g.client, ClientOrg: g.clientOrg, User: user, Family: c.Family, Scope: c.Scope, Authorization: c.Authorization,
	}}
	if c.OpenID {
		given.openID = &openID{signedIn: c.SignedIn, nonce: c.Nonce}
	}
	if g.secret != "" {
		// A public client could not use it (facts: oauth.md §5).
		given.refreshToken, err = authority.NewRefreshToken(tx, c.SignInGrant)
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
