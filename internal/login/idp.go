package login

import (
	"context"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/fixtures"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/saml"
	"github.com/mockcloud/mockcloud/internal/store"
)

// idpPath is where the test identity provider lives.
const idpPath = identity.TestIDPPath

// mountIDP registers the test identity provider.
func (l *Login) mountIDP(e *echo.Echo) {
	e.GET(idpPath, l.whereOn(l.idpPage))
	e.GET(idpPath+"/sso", l.whereOn(l.idpSignIn))
	e.POST(idpPath+"/sso", l.whereOn(l.idpSignIn))
	e.GET(idpPath+"/metadata", l.whereOn(l.idpMetadata))
	e.GET(idpPath+"/certificate.pem", l.whereOn(l.idpCertificate))
	e.POST(idpPath+"/assertion", l.idpAssertion, l.Guard)
}

// idpKey is the published key pair, read when it is first needed.
var idpKey = sync.OnceValues(func() (*saml.IdP, error) {
	idp := &saml.IdP{EntityID: identity.TestIDPIssuer}
	for rest := []byte(fixtures.TestIDP); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		var err error
		switch block.Type {
		case "CERTIFICATE":
			idp.Certificate, err = x509.ParseCertificate(block.Bytes)
		default:
			var key any
			if key, err = x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
				idp.Key, _ = key.(crypto.Signer)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("the test identity provider's key: %w", err)
		}
	}
	return idp, nil
})

// idp is the test identity provider as a request sees it.
func (l *Login) idp(r *http.Request) (*saml.IdP, error) {
	key, err := idpKey()
	if err != nil {
		return nil, err
	}
	idp := *key
	idp.SSOURL = l.base(r) + idpPath + "/sso"
	idp.NewID = l.NewID
	return &idp, nil
}

// idpOrg is an organization that has switched the test identity provider on, and
// its record of it.
type idpOrg struct {
	id, name string
	provider *identity.Provider
}

// idpOrgs lists them, always in the same order.
func (l *Login) idpOrgs(ctx context.Context) (found []idpOrg, err error) {
	err = l.DB.View(ctx, store.Global, func(tx *store.Tx) error {
		for id := range tx.Orgs() {
			in := tx.In(id)
			providers, err := identity.ProvidersOfIssuer(in, identity.TestIDPIssuer)
			if err != nil {
				return err
			}
			i := slices.IndexFunc(providers, func(p *identity.Provider) bool { return p.BuiltIn })
			if i < 0 {
				continue
			}
			org, err := identity.CurrentOrg(in)
			if err != nil {
				return err
			}
			found = append(found, idpOrg{id, org.Name, providers[i]})
		}
		return nil
	})
	return found, err
}

// whereOn makes a page that answers 404 while no organization has switched the
// test identity provider on.
func (l *Login) whereOn(next func(echo.Context, []idpOrg) error) echo.HandlerFunc {
	return l.page(l.trusted(func(c echo.Context) error {
		orgs, err := l.idpOrgs(c.Request().Context())
		if err != nil {
			return err
		}
		if len(orgs) == 0 {
			return l.showErrorPage(c, http.StatusNotFound, "notFound")
		}
		return next(c, orgs)
	}))
}

// idpPage tells about the test identity provider.
func (l *Login) idpPage(c echo.Context, _ []idpOrg) error {
	idp, err := l.idp(c.Request())
	if err != nil {
		return err
	}
	email := "EMAIL"
	if len(l.Seeded) > 0 {
		email = l.Seeded[0].Email
	}
	p := l.newPage(c, "idp", "idp.title")
	p.IDP = idpView{
		EntityID: idp.EntityID, SSOURL: idp.SSOURL,
		Curl: command("-H 'Content-Type: application/json'", `-d '{"user":"`+email+`"}'`, l.base(c.Request())+idpPath+"/assertion"),
	}
	return l.render(c, p)
}

func (l *Login) idpMetadata(c echo.Context, _ []idpOrg) error {
	idp, err := l.idp(c.Request())
	if err != nil {
		return err
	}
	document, err := idp.Metadata(l.Clock.Now())
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderContentDisposition, `inline; filename="metadata.xml"`)
	return c.Blob(http.StatusOK, "application/samlmetadata+xml", document)
}

func (l *Login) idpCertificate(c echo.Context, _ []idpOrg) error {
	idp, err := l.idp(c.Request())
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, "application/x-pem-file", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: idp.Certificate.Raw}))
}

// idpRequest is what a service provider wants to know, and where.
type idpRequest struct{ acs, audience, inResponseTo, relayState string }

// idpSignIn is the single sign-on service: it shows whom it can sign in, and
// sends the one that was chosen back with an assertion. Requests come by both
// bindings; without one, the sign-in begins here.
func (l *Login) idpSignIn(c echo.Context, orgs []idpOrg) error {
	r := c.Request()
	form := r.URL.Query()
	if r.Method == http.MethodPost {
		var err error
		if form, err = readBodyForm(r); err != nil {
			return l.showErrorPage(c, http.StatusBadRequest, "badForm")
		}
	}
	if r.Method == http.MethodPost && !form.Has("SAMLRequest") {
		if own, _ := l.ownForm(r, form, nil); !own {
			return l.showErrorPage(c, http.StatusBadRequest, "badForm")
		}
		return l.idpAnswer(c, orgs, form)
	}
	wanted, err := l.readIDPRequest(r, form)
	if err != nil {
		return l.showErrorPage(c, http.StatusBadRequest, "idpRequest", err.Error())
	}
	// Who comes from our own log-in page comes for one organization.
	pending, err := l.pending(r.Context(), wanted.relayState)
	if err != nil {
		return err
	}
	if pending != nil {
		orgs = slices.DeleteFunc(orgs, func(o idpOrg) bool { return o.id != pending.Org })
	}
	return l.showIDPSignIn(c, orgs, wanted)
}

func (l *Login) readIDPRequest(r *http.Request, form url.Values) (*idpRequest, error) {
	wanted := &idpRequest{acs: form.Get("acs"), audience: form.Get("audience"), relayState: form.Get("RelayState")}
	if form.Has("SAMLRequest") {
		received, err := saml.ReadAuthnRequest(form, r.Method == http.MethodGet)
		if err != nil {
			return nil, err
		}
		wanted = &idpRequest{acs: received.ACS, audience: received.Issuer, inResponseTo: received.ID, relayState: received.RelayState}
	}
	if wanted.acs == "" {
		wanted.acs = l.base(r) + "/saml"
	}
	if !isWebURL(wanted.acs) {
		return nil, saml.ErrRequest
	}
	return wanted, nil
}

// isWebURL says whether a browser can be sent there.
func isWebURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
}

// maxListed is how many people of an organization the page lists.
const maxListed = 50

func (l *Login) showIDPSignIn(c echo.Context, orgs []idpOrg, wanted *idpRequest) error {
	p := l.newPage(c, "idpsignin", "idp.title")
	p.Action, p.Target = p.Prefix+idpPath+"/sso", wanted.acs
	p.Fields = []field{{"acs", wanted.acs}, {"audience", wanted.audience}, {"inResponseTo", wanted.inResponseTo}, {"RelayState", wanted.relayState}}
	err := l.DB.View(c.Request().Context(), store.Global, func(tx *store.Tx) error {
		for _, org := range orgs {
			in := tx.In(org.id)
			users, err := identity.Users.Page(in, "state/name", false, 0, maxListed)
			if err != nil {
				return err
			}
			for _, u := range users {
				if u.State != identity.UserActive {
					continue
				}
				p.Seeded = append(p.Seeded, personChoice(org.id+"/"+u.ID, u, org.name, len(orgs) > 1))
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := l.withForm(c, p, nil); err != nil {
		return err
	}
	return l.render(c, p)
}

// idpAnswer sends the person who was chosen back to the service provider.
func (l *Login) idpAnswer(c echo.Context, orgs []idpOrg, form url.Values) error {
	orgID, userID, _ := strings.Cut(form.Get("user"), "/")
	i := slices.IndexFunc(orgs, func(o idpOrg) bool { return o.id == orgID })
	fault, known := faultNamed(form.Get("fault"))
	acs := form.Get("acs")
	if i < 0 || !known || !isWebURL(acs) {
		return l.showErrorPage(c, http.StatusBadRequest, "badForm")
	}
	_, encoded, err := l.assert(c.Request(), orgs[i], func(tx *store.Tx) (*identity.User, error) { return identity.Users.Peek(tx, userID) }, saml.Answer{
		Audience: form.Get("audience"), Recipient: acs, InResponseTo: form.Get("inResponseTo"), Fault: fault,
	})
	if errors.Is(err, store.ErrNotFound) {
		return l.showErrorPage(c, http.StatusBadRequest, "badForm")
	}
	if err != nil {
		return err
	}
	fields := []field{{"SAMLResponse", encoded}}
	if state := form.Get("RelayState"); state != "" {
		fields = append(fields, field{"RelayState", state})
	}
	return l.showPost(c, acs, fields)
}

// assert makes a response about a user of the organization.
func (l *Login) assert(r *http.Request, of idpOrg, find func(*store.Tx) (*identity.User, error), a saml.Answer) (*identity.Org, string, error) {
	idp, err := l.idp(r)
	if err != nil {
		return nil, "", err
	}
	var org *identity.Org
	err = l.DB.View(r.Context(), of.id, func(tx *store.Tx) error {
		user, err := find(tx)
		if err != nil {
			return err
		}
		if org, err = identity.CurrentOrg(tx); err != nil {
			return err
		}
		a.Email, a.Organization = user.Email, org.ThirdPartyOrgName
		return nil
	})
	if err != nil {
		return nil, "", err
	}
	if a.Audience == "" {
		a.Audience = of.provider.RelyingPartyIdentifier
	}
	if a.Audience == "" {
		a.Audience = defaultEntityID
	}
	if a.Recipient == "" {
		a.Recipient = l.base(r) + "/saml"
	}
	a.Now = l.Clock.Now()
	encoded, err := idp.Respond(a)
	return org, encoded, err
}

func faultNamed(name string) (saml.Fault, bool) {
	switch f := saml.Fault(name); f {
	case saml.FaultNone, saml.FaultExpired, saml.FaultAudience, saml.FaultIssuer, saml.FaultSignature:
		return f, true
	default:
		return f, false
	}
}
