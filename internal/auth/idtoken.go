package auth

import "github.com/mockcloud/mockcloud/internal/identity"

// idToken says who has signed in, for clients that speak OpenID Connect. It is an
// addition of mockcloud's: the real service has none.
type idToken struct {
	Issuer   string `json:"iss"`
	Subject  string `json:"sub"` // user id
	Audience string `json:"aud"` // client id
	IssuedAt int64  `json:"iat"` // seconds since 1970
	Expires  int64  `json:"exp"` // seconds since 1970
	AuthTime int64  `json:"auth_time"`
	Nonce    string `json:"nonce,omitempty"`
	Org      string `json:"org"`
	Name     string `json:"name"`
	Email    string `json:"email"`
}

// MintIDToken issues an ID token of the user for the client. signedIn is when the
// user proved who they are, in seconds since 1970; nonce comes from the client.
func (a *Authority) MintIDToken(orgID string, client *identity.Client, user *identity.User, signedIn int64, nonce string) (string, error) {
	now := a.config.Clock.Now().Unix()
	return a.keys().sign(&idToken{
		Issuer: a.config.Issuer(), Subject: user.ID, Audience: client.ID, IssuedAt: now, Expires: now + int64(client.ValiditySeconds),
		AuthTime: signedIn, Nonce: nonce, Org: orgID, Name: user.Name, Email: user.Email,
	}, typeID)
}
