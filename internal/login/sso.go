package login

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/pages"
	"github.com/mockcloud/mockcloud/internal/saml"
	"github.com/mockcloud/mockcloud/internal/store"
)

// defaultEntityID is what requests call this service provider where the
// organization has set no relying party identifier.
const defaultEntityID = identity.TestIDPAudience

// samlRequest is a sign-in at an identity provider that has been started and not
// come back. It belongs to no organization, so that it is found by itself.
type samlRequest struct {
	ID       string       `json:"id"`             // of the AuthnRequest, and the relay state
	Query    string       `json:"query"`          // of the authorize request; "" at /login
	Next     string       `json:"next,omitempty"` // at /login, the page to go on with
	Org      string       `json:"org"`            // whose provider it is
	Provider string       `json:"provider"`
	ACS      string       `json:"acs"`              // where the answer has to be addressed to
	Browser  string       `json:"browser"`          // hash of the value of the browser that began
	Person   *auth.Person `json:"person,omitempty"` // once the answer has come
	Ticket   string       `json:"ticket,omitempty"` // hash of what the browser that brought the answer was given
	Expires  int64        `json:"expires"`          // seconds since 1970
}

// Anybody can begin a sign-in, so what is kept of one is bounded.
const (
	samlRequestSeconds = 15 * 60 // how long a person may take at the identity provider
	maxSAMLRequests    = 5000    // how many there can be at a time; the oldest give way
	maxSAMLQuery       = 8 << 10 // bytes of the authorize request
)

var samlRequests = store.Collection[*samlRequest]{
	Name: "login/saml-requests",
	Key:  func(r *samlRequest) string { return r.ID },
	Indexes: []store.Index[*samlRequest]{
		store.ExpiryIndex(func(r *samlRequest) int64 { return r.Expires }),
	},
}

// targetOf is where requests to a provider go; "" where nobody knows. The
// built-in one is at this server, under the name that the browser uses.
func targetOf(p *identity.Provider, base string) string {
	if p.BuiltIn {
		return base + idpPath + "/sso"
	}
	return p.SSOTargetURI
}

// toProvider sends the browser to an identity provider. r is from an application
// or, without a client, from /login.
func (l *Login) toProvider(c echo.Context, r *authorizeRequest) error {
	ctx := c.Request().Context()
	org, provider, err := l.findProvider(ctx, r)
	if err != nil {
		return err
	}
	if provider == nil {
		return l.showErrorPage(c, http.StatusBadRequest, "unknownProvider")
	}
	browser, err := l.browser(c)
	if err != nil {
		return err
	}
	pending := &samlRequest{
		ID: "_" + l.NewID(), Org: org, Provider: provider.ID, ACS: l.base(c.Request()) + prefix(c.Request()) + "/saml",
		Browser: auth.Hash(browser), Expires: l.Clock.Now().Unix() + samlRequestSeconds, Query: r.rawQuery, Next: pageAfter(r.next),
	}
	if len(pending.Query) > maxSAMLQuery {
		return l.failAuthorize(c, r, refuse("invalid_request", "the request is too long for a sign-in at an identity provider"))
	}
	err = l.DB.Update(ctx, store.Global, func(tx *store.Tx) error {
		if err := samlRequests.Sweep(tx, l.Clock.Now().Unix()); err != nil {
			return err
		}
		if err := samlRequests.Trim(tx, maxSAMLRequests-1); err != nil {
			return err
		}
		return samlRequests.Insert(tx, pending)
	})
	if err != nil {
		return err
	}
	request := &saml.AuthnRequest{
		ID: pending.ID, Issuer: provider.RelyingPartyIdentifier, Destination: targetOf(provider, l.base(c.Request())), ACS: pending.ACS,
		IssueInstant: l.Clock.Now(), NameIDFormat: provider.NameIdentifierFormat,
	}
	if request.Issuer == "" {
		request.Issuer = defaultEntityID
	}
	for _, prompt := range r.prompt {
		request.ForceAuthn = request.ForceAuthn || prompt == "login"
	}
	if provider.SSOBinding == identity.BindingPost {
		return l.postTo(c, request, pending.ID)
	}
	location, err := request.RedirectURL(pending.ID)
	if err != nil {
		return l.showErrorPage(c, http.StatusBadRequest, "unknownProvider")
	}
	return redirect(c, location)
}

func (l *Login) postTo(c echo.Context, request *saml.AuthnRequest, relayState string) error {
	encoded, err := request.PostForm()
	if err != nil {
		return err
	}
	return l.showPost(c, request.Destination, []field{{"SAMLRequest", encoded}, {"RelayState", relayState}})
}

// showPost shows a page that sends a form to another server, by itself where
// scripts run.
func (l *Login) showPost(c echo.Context, target string, fields []field) error {
	u, err := url.Parse(target)
	if err != nil {
		return l.showErrorPage(c, http.StatusBadRequest, "unknownProvider")
	}
	p := l.newPage(c, "post", "post.title")
	p.Script, p.Action, p.Target, p.leaves, p.Fields = "submit.js", target, u.Host, true, fields
	return l.render(c, p)
}

// findProvider finds the provider that a request names by its id, which is its
// type where there is but one of it, in the organization that the request names.
func (l *Login) findProvider(ctx context.Context, r *authorizeRequest) (org string, provider *identity.Provider, err error) {
	err = l.DB.View(ctx, store.Global, func(tx *store.Tx) error {
		var err error
		if org, err = orgNamed(tx, r.org); err != nil || org == "" {
			return err
		}
		p, err := identity.Providers.Peek(tx.In(org), r.provider)
		switch {
		case errors.Is(err, store.ErrNotFound):
			return nil
		case err == nil && !p.Disabled && p.Type != identity.ProviderPureCloud && targetOf(p, "") != "":
			provider = p
		}
		return err
	})
	return org, provider, err
}

// acs is POST /saml, where identity providers send people back to: the answer to
// a request of ours, or a sign-in that the provider has begun.
func (l *Login) acs(c echo.Context) error {
	form, err := readBodyForm(c.Request())
	if err != nil {
		return l.showErrorPage(c, http.StatusBadRequest, "badForm")
	}
	next, err := l.consume(c, form)
	if reason, ok := errors.AsType[saml.Error](err); ok {
		l.Logger.Info("sign-in refused", "reason", reason.Error())
		return l.showErrorPage(c, http.StatusBadRequest, "samlAssertion", reason.Error())
	}
	if err != nil {
		return err
	}
	return seeOther(c, next)
}

// consume checks an answer and says where the browser is to go on. A sign-in that
// was begun here goes on at a page of ours, since browsers do not send cookies
// along with the form of another site, and only the browser that began it may
// end it.
func (l *Login) consume(c echo.Context, form url.Values) (next string, err error) {
	ctx, r := c.Request().Context(), c.Request()
	doc, err := saml.Parse(form.Get("SAMLResponse"))
	if err != nil {
		return "", err
	}
	pending, err := l.pending(ctx, form.Get("RelayState"))
	if err != nil {
		return "", err
	}
	org, only := "", ""
	if pending != nil {
		org, only = pending.Org, pending.Provider
	} else if org, err = l.orgOfAssertion(ctx, doc); err != nil {
		return "", err
	}
	assertion, person, err := l.verifyAssertion(ctx, org, doc, only, l.ownACS(r, pending))
	if err != nil {
		return "", err
	}
	switch {
	case pending == nil && assertion.InResponseTo != "", pending != nil && assertion.InResponseTo != pending.ID:
		return "", errNotAsked
	case pending != nil:
		ticket, err := l.Authority.Draw()
		if err != nil {
			return "", err
		}
		pending.Person, pending.Ticket = &person, auth.Hash(ticket)
		return prefix(r) + "/saml/continue?id=" + url.QueryEscape(pending.ID) + "&ticket=" + ticket, l.DB.Update(ctx, store.Global, func(tx *store.Tx) error {
			if err := l.useAssertion(tx, assertion); err != nil {
				return err
			}
			return samlRequests.Put(tx, pending)
		})
	}
	if err := l.DB.Update(ctx, store.Global, func(tx *store.Tx) error { return l.useAssertion(tx, assertion) }); err != nil {
		return "", err
	}
	if _, err := l.signIn(c, []auth.Person{person}); err != nil {
		return "", err
	}
	// The identity provider has signed this address, so it is no stranger's.
	if service := assertion.Attribute(attributeService); isWebURL(service) {
		return service, nil
	}
	return prefix(r) + "/login", nil
}

// ownACS lists the addresses that an answer may be meant for. Who asked for it has
// said where; a provider that begins by itself can only know the server by a name
// that is its own.
func (l *Login) ownACS(r *http.Request, pending *samlRequest) []string {
	if pending != nil {
		return []string{pending.ACS}
	}
	own := []string{l.Issuer() + "/saml"}
	if l.TrustedHost(r.Host) {
		own = append(own, l.base(r)+"/saml", l.base(r)+prefix(r)+"/saml")
	}
	return own
}

// pending finds the request that a relay state names; nil where there is none.
func (l *Login) pending(ctx context.Context, id string) (found *samlRequest, err error) {
	err = l.DB.View(ctx, store.Global, func(tx *store.Tx) error {
		found, err = samlRequests.Get(tx, id)
		if errors.Is(err, store.ErrNotFound) || (err == nil && found.Expires <= l.Clock.Now().Unix()) {
			found = nil
			return nil
		}
		return err
	})
	return found, err
}

// orgOfAssertion finds the organization that an unasked answer is for: the one
// that it names (facts: oauth.md §5).
func (l *Login) orgOfAssertion(ctx context.Context, doc *saml.Document) (string, error) {
	name := doc.Attribute(attributeOrganization)
	if name == "" {
		return "", errUnknownOrg
	}
	org, err := l.orgNamed(ctx, name)
	if err == nil && org == "" {
		err = errUnknownOrg
	}
	return org, err
}

// samlContinue is GET /saml/continue: the browser that began a sign-in, and that
// has brought the answer, gets its session. The cookie proves the first and the
// ticket the second: without it, whoever began could let somebody else sign in.
func (l *Login) samlContinue(c echo.Context) error {
	ctx, r := c.Request().Context(), c.Request()
	pending, err := l.pending(ctx, c.QueryParam("id"))
	if err != nil {
		return err
	}
	browser := pages.Cookie(r, cookieBrowser)
	if pending == nil || pending.Person == nil || browser == "" || pending.Browser != auth.Hash(browser) || pending.Ticket != auth.Hash(c.QueryParam("ticket")) {
		return l.showErrorPage(c, http.StatusBadRequest, "samlRequest")
	}
	err = l.DB.Update(ctx, store.Global, func(tx *store.Tx) error { return samlRequests.Delete(tx, pending.ID) })
	if errors.Is(err, store.ErrNotFound) {
		return l.showErrorPage(c, http.StatusBadRequest, "samlRequest")
	}
	if err != nil {
		return err
	}
	if _, err := l.signIn(c, []auth.Person{*pending.Person}); err != nil {
		return err
	}
	if pending.Query == "" {
		return seeOther(c, prefix(r)+cmp.Or(pending.Next, pageAfter("")))
	}
	// The authorize endpoint goes on. It must not ask for what has just been done.
	query, _ := parseQuery(pending.Query) // it has been read before
	query.Del("prompt")
	return seeOther(c, prefix(r)+"/oauth/authorize?"+query.Encode())
}
