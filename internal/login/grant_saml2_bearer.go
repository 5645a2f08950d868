package login

import (
	"context"
	"errors"

	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/saml"
	"github.com/mockcloud/mockcloud/internal/store"
)

// saml2Bearer trades a SAML response that an identity provider of the
// organization orgName has posted to the application for a token of the user
// (RFC 7522; facts: oauth.md §5).
var saml2Bearer = grantType{
	name:       "urn:ietf:params:oauth:grant-type:saml2-bearer",
	clientType: identity.GrantSAML2Bearer,
	writes:     true,
	prepare:    checkAssertion,
	issue:      redeemAssertion,
}

// proven is an assertion that holds, and whom it speaks of.
type proven struct {
	assertion *saml.Assertion
	person    auth.Person
}

func checkAssertion(ctx context.Context, g *grantRequest) error {
	text, err := g.param("assertion")
	if err != nil {
		return err
	}
	name, err := g.param("orgName")
	if err != nil {
		return err
	}
	doc, err := saml.Parse(text)
	if err != nil {
		return refusedAssertion(err)
	}
	org, err := g.login.orgNamed(ctx, name)
	if err != nil {
		return err
	}
	if org == "" {
		return refusedAssertion(errUnknownOrg)
	}
	p := proven{}
	// The recipient is the application, whose address we do not know.
	if p.assertion, p.person, err = g.login.verifyAssertion(ctx, org, doc, "", nil); err != nil {
		return refusedAssertion(err)
	}
	g.prepared = p
	return nil
}

func redeemAssertion(g *grantRequest, tx *store.Tx) (*issued, error) {
	p := g.prepared.(proven)
	if err := g.login.useAssertion(tx, p.assertion); err != nil {
		return nil, refusedAssertion(err)
	}
	user, err := p.person.User(tx)
	if errors.Is(err, store.ErrNotFound) {
		return nil, refusedAssertion(errUnknownUser)
	}
	if err != nil {
		return nil, err
	}
	return g.issueTo(tx, p.person.Org, user)
}

// refusedAssertion words a reason as the grant's refusal; it leaves failures of
// the server alone.
func refusedAssertion(err error) error {
	if reason, ok := errors.AsType[saml.Error](err); ok {
		return refuse("invalid_grant", reason.Error())
	}
	return err
}
