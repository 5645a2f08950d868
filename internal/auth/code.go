package auth

import (
	"errors"

	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

const (
	// codeSeconds is how long a code is good. The real figure is unknown (facts:
	// oauth.md §13).
	codeSeconds = 5 * 60
	// codeRemembered is how long it is known beyond that, in seconds: as long as
	// most tokens that it may have given live.
	codeRemembered = identity.MaxValiditySeconds
)

// Code is what an authorization code stands for.
type Code struct {
	SignInGrant
	RedirectURI string `json:"redirectUri"`
	Challenge   string `json:"challenge,omitempty"` // S256; "" when the request sent none
	OpenID      bool   `json:"openId,omitempty"`
	Nonce       string `json:"nonce,omitempty"`
	SignedIn    int64  `json:"signedIn"` // when the person proved who they are, in seconds since 1970
}

// storedCode is a code; it belongs to no organization, so that it is found by
// itself.
type storedCode struct {
	Hash string `json:"hash"`
	Code
	Used    bool  `json:"used,omitempty"`
	Good    int64 `json:"good"`    // until when, in seconds since 1970
	Expires int64 `json:"expires"` // when it can be forgotten, in seconds since 1970
}

var codes = store.Collection[*storedCode]{
	Name: "login/codes",
	Key:  func(c *storedCode) string { return c.Hash },
	Indexes: []store.Index[*storedCode]{
		store.ExpiryIndex(func(c *storedCode) int64 { return c.Expires }),
		{Name: "user", Keys: func(c *storedCode) []string { return []string{userKey(c.Org, c.UserID)} }},
	},
}

// The refusals of codes.
var (
	// ErrBadCode means that the code is unknown or has expired.
	ErrBadCode = errors.New("the authorization code is not good")
	// ErrUsedCode means that it has served: somebody has a copy, and the caller is
	// to revoke the family (RFC 6749 §4.1.2).
	ErrUsedCode = errors.New("the authorization code was used before")
)

// NewCode makes an authorization code.
func (a *Authority) NewCode(tx *store.Tx, c Code) (string, error) {
	tx = tx.In(store.Global)
	now := a.config.Clock.Now().Unix()
	if err := codes.Sweep(tx, now); err != nil {
		return "", err
	}
	text, err := a.Draw()
	if err != nil {
		return "", err
	}
	return text, codes.Insert(tx, &storedCode{Hash: Hash(text), Code: c, Good: now + codeSeconds, Expires: now + codeSeconds + codeRemembered})
}

// Code returns what a code stands for; with ErrUsedCode, too.
func (a *Authority) Code(tx *store.Tx, text string) (Code, error) {
	c, err := codes.Peek(tx.In(store.Global), Hash(text))
	switch {
	case errors.Is(err, store.ErrNotFound):
		return Code{}, ErrBadCode
	case err != nil:
		return Code{}, err
	case c.Used:
		return c.Code, ErrUsedCode
	case c.Good <= a.config.Clock.Now().Unix():
		return Code{}, ErrBadCode
	}
	return c.Code, nil
}

// UseCode makes a code a used one.
func (a *Authority) UseCode(tx *store.Tx, text string) error {
	tx = tx.In(store.Global)
	c, err := codes.Get(tx, Hash(text))
	if err != nil {
		return err
	}
	c.Used = true
	return codes.Put(tx, c)
}
