package login

import (
	"context"
	"errors"

	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/saml"
	"github.com/mockcloud/mockcloud/internal/store"
)

// The names of SAML attributes, which are case-sensitive (facts: oauth.md §5).
const (
	attributeEmail        = "email"
	attributeOrganization = "OrganizationName"
	attributeService      = "ServiceName"
)

// errUnknownUser and the like are reasons beside those of package saml, fit to be
// shown.
var (
	errUnknownOrg      = saml.Error("the organization is unknown")
	errUnknownProvider = saml.Error("no enabled identity provider of the organization has this issuer")
	errUnknownUser     = saml.Error("the user is unknown or inactive")
	errReplay          = saml.Error("the assertion was used before")
	errNotAsked        = saml.Error("the response answers a request that was not made")
	errOtherOrg        = saml.Error("the assertion is for another organization")
)

// usedAssertion is an assertion that has served; it must not serve again.
type usedAssertion struct {
	Hash    string `json:"hash"`
	Expires int64  `json:"expires"` // seconds since 1970
}

var usedAssertions = store.Collection[*usedAssertion]{
	Name: "login/assertions",
	Key:  func(u *usedAssertion) string { return u.Hash },
	Indexes: []store.Index[*usedAssertion]{
		store.ExpiryIndex(func(u *usedAssertion) int64 { return u.Expires }),
	},
}

// useAssertion refuses an assertion that was used before.
func (l *Login) useAssertion(tx *store.Tx, a *saml.Assertion) error {
	tx = tx.In(store.Global)
	if err := usedAssertions.Sweep(tx, l.Clock.Now().Unix()); err != nil {
		return err
	}
	err := usedAssertions.Insert(tx, &usedAssertion{
		Hash: auth.Hash(a.Issuer + "\n" + a.ID), Expires: a.Expires.Add(saml.Skew).Unix() + 1,
	})
	if errors.Is(err, store.ErrExists) {
		return errReplay
	}
	return err
}

// verifyAssertion checks a document against the identity providers of an
// organization, and finds the user that it speaks of. only is the id of the one
// provider that may have written it; "" means any. recipients are our own
// addresses; nil means that it was sent to somebody else.
func (l *Login) verifyAssertion(ctx context.Context, org string, doc *saml.Document, only string, recipients []string) (*saml.Assertion, auth.Person, error) {
	var providers []*identity.Provider
	err := l.DB.View(ctx, org, func(tx *store.Tx) error {
		var err error
		providers, err = identity.ProvidersOfIssuer(tx, doc.Issuer())
		return err
	})
	if err != nil {
		return nil, auth.Person{}, err
	}
	var assertion *saml.Assertion
	err = errUnknownProvider
	for _, p := range providers {
		if only != "" && p.ID != only {
			continue
		}
		if assertion, err = doc.Verify(l.trust(p, recipients)); err == nil {
			break
		}
	}
	if err != nil {
		return nil, auth.Person{}, err
	}
	person, err := l.personIn(ctx, org, assertion)
	return assertion, person, err
}

func (l *Login) trust(p *identity.Provider, recipients []string) saml.Trust {
	t := saml.Trust{Issuer: p.IssuerURI, Audience: p.RelyingPartyIdentifier, Recipients: recipients, Now: l.Clock.Now()}
	for _, text := range p.Certificates {
		if certificate, err := saml.ParseCertificate(text); err == nil {
			t.Certificates = append(t.Certificates, certificate)
		}
	}
	return t
}

// personIn finds the user of an assertion: by the attribute email, or by the
// name identifier where there is none. An assertion that names an organization is
// for that one alone, although others may trust the same provider.
func (l *Login) personIn(ctx context.Context, org string, a *saml.Assertion) (person auth.Person, err error) {
	address := a.Attribute(attributeEmail)
	if address == "" {
		address = a.NameID
	}
	err = l.DB.View(ctx, org, func(tx *store.Tx) error {
		if name := a.Attribute(attributeOrganization); name != "" {
			named, err := orgNamed(tx, name)
			if err != nil {
				return err
			}
			if named != org {
				return errOtherOrg
			}
		}
		u, err := identity.UserByEmail(tx, address)
		if errors.Is(err, store.ErrNotFound) || (err == nil && u.State != identity.UserActive) {
			return errUnknownUser
		}
		if err == nil {
			person = personOf(org, u)
		}
		return err
	})
	return person, err
}
