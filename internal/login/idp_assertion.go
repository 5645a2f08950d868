package login

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/saml"
	"github.com/mockcloud/mockcloud/internal/store"
)

// AssertionRequest asks the test identity provider for an assertion without a
// browser.
type AssertionRequest struct {
	User      string `json:"user"`                // e-mail address
	OrgName   string `json:"orgName,omitempty"`   // short name of the organization, where the address is known in several
	Audience  string `json:"audience,omitempty"`  // "" means what the organization expects
	Recipient string `json:"recipient,omitempty"` // "" means this server's /saml
	Fault     string `json:"fault,omitempty"`     // expired, audience, issuer or signature; "" for a good one
}

// AssertionResponse is what the token endpoint wants to have.
type AssertionResponse struct {
	Assertion string `json:"assertion"` // base64 of a whole response, as a browser would post it
	OrgName   string `json:"orgName"`   // short name of the organization
}

// idpAssertion is POST /_mockcloud/idp/assertion.
func (l *Login) idpAssertion(c echo.Context) error {
	var wanted AssertionRequest
	decoder := json.NewDecoder(io.LimitReader(c.Request().Body, maxForm))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&wanted); err != nil {
		return apierr.BadRequest("The request body must be a JSON object with user, audience, recipient and fault.")
	}
	fault, known := faultNamed(wanted.Fault)
	if !known {
		return apierr.BadRequest("The fault is expired, audience, issuer or signature.").OnField("fault")
	}
	orgs, err := l.idpOrgs(c.Request().Context())
	if err != nil {
		return err
	}
	if len(orgs) == 0 {
		return apierr.New(http.StatusNotFound, "not.found", "The test identity provider is switched off: say testIdentityProvider: true under settings in the fixture.")
	}
	if wanted.OrgName != "" {
		named, err := l.orgNamed(c.Request().Context(), wanted.OrgName)
		if err != nil {
			return err
		}
		orgs = slices.DeleteFunc(orgs, func(o idpOrg) bool { return o.id != named })
	}
	answer, err := l.assertionOf(c.Request(), orgs, wanted, fault)
	if err != nil {
		return err
	}
	return handlers.WriteResult(c.Response(), http.MethodPost, http.StatusOK, answer)
}

// assertionOf answers the request from the first organization that has the user.
func (l *Login) assertionOf(r *http.Request, orgs []idpOrg, wanted AssertionRequest, fault saml.Fault) (*AssertionResponse, error) {
	find := func(tx *store.Tx) (*identity.User, error) { return identity.UserByEmail(tx, wanted.User) }
	for _, of := range orgs {
		org, encoded, err := l.assert(r, of, find, saml.Answer{Audience: wanted.Audience, Recipient: wanted.Recipient, Fault: fault})
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		return &AssertionResponse{Assertion: encoded, OrgName: org.ThirdPartyOrgName}, nil
	}
	return nil, apierr.Newf(http.StatusNotFound, "not.found", "There is no user with the e-mail address %.200s.", wanted.User)
}
