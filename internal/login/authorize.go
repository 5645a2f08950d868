package login

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// authorize is where an application sends a browser: it asks for whatever is
// missing, page by page at the same address, and then sends the browser back.
func (l *Login) authorize(c echo.Context) error {
	req, err := l.readAuthorize(c.Request().Context(), c.Request().URL.RawQuery, l.ownAddresses(c.Request()))
	if err != nil {
		return l.failAuthorize(c, req, err)
	}
	if c.Request().Method == http.MethodPost {
		return l.act(c, req)
	}
	session, err := l.session(c)
	if err != nil {
		return err
	}
	if slices.Contains(req.prompt, "login") {
		session = nil
	}
	return l.proceed(c, req, session)
}

// proceed goes on with the session, which is nil for nobody: it shows the page
// that asks for what is missing, or grants the request.
func (l *Login) proceed(c echo.Context, r *authorizeRequest, s *signedIn) error {
	if s == nil {
		return l.askWho(c, r)
	}
	err := l.enterAs(c, r, s)
	if errors.Is(err, store.ErrNotFound) && !c.Response().Committed { // deleted, or signed out everywhere, in this very moment
		return l.askWho(c, r)
	}
	return err
}

func (l *Login) enterAs(c echo.Context, r *authorizeRequest, s *signedIn) error {
	person, err := r.choose(s)
	switch {
	case errors.Is(err, errOther):
		return l.askWho(c, r)
	case errors.Is(err, errNotThere):
		return l.failAuthorize(c, r, refuse("access_denied", "the user does not belong to the target organization"))
	case errors.Is(err, errAsk):
		if slices.Contains(r.prompt, "none") {
			return l.failAuthorize(c, r, refuse("account_selection_required", "the user has to choose an organization"))
		}
		return l.showOrganizations(c, r, s)
	}
	approval, err := l.approval(c.Request().Context(), r, person)
	if err != nil {
		return l.failAuthorize(c, r, err)
	}
	switch approval {
	case approvalMissing:
		if slices.Contains(r.prompt, "none") {
			return l.failAuthorize(c, r, refuse("consent_required", "the application is not approved"))
		}
		return l.showApproval(c, r, s, person)
	case approvalByOthers:
		if err := l.askForApproval(c.Request().Context(), r, person); err != nil {
			return err
		}
		return l.failAuthorize(c, r, refuse("access_denied", "an administrator of the organization must approve this application first"))
	}
	return l.complete(c, r, person, s.Since)
}

// askWho starts a sign-in: at the provider that the request names, or here.
func (l *Login) askWho(c echo.Context, r *authorizeRequest) error {
	switch {
	case slices.Contains(r.prompt, "none"):
		return l.failAuthorize(c, r, refuse("login_required", "nobody is signed in"))
	case r.provider != "" && r.provider != identity.ProviderPureCloud:
		return l.toProvider(c, r)
	}
	return l.showLogin(c, r, loginProblem{})
}

var (
	errNotThere = errors.New("the person is not in the target organization")
	errAsk      = errors.New("the person has to choose an organization")
	errOther    = errors.New("the request is about an organization that nobody is signed in to")
)

// choose says as whom the session enters.
func (r *authorizeRequest) choose(s *signedIn) (auth.Person, error) {
	in := func(org string) int {
		return slices.IndexFunc(s.People, func(p auth.Person) bool { return p.Org == org })
	}
	if r.target != "" {
		if i := in(r.target); i >= 0 {
			return s.People[i], nil
		}
		return auth.Person{}, errNotThere
	}
	if r.org != "" {
		if i := in(r.orgID); i >= 0 {
			return s.People[i], nil
		}
		return auth.Person{}, errOther
	}
	if len(s.People) > 1 && !s.Chosen {
		return auth.Person{}, errAsk
	}
	return s.People[0], nil
}

// complete gives the application what it asked for.
func (l *Login) complete(c echo.Context, r *authorizeRequest, person auth.Person, since int64) error {
	ctx := c.Request().Context()
	scope := strings.Join(r.scope, " ")
	if r.responseType == responseToken {
		token, err := l.implicitToken(ctx, r, person, scope)
		if err != nil {
			return err
		}
		return r.answer(c, token)
	}
	var text string
	err := l.DB.Update(ctx, store.Global, func(tx *store.Tx) error {
		if _, err := person.User(tx); err != nil {
			return err
		}
		generation, err := identity.AuthorizationGeneration(tx.In(person.Org), r.client.ID)
		if err != nil {
			return err
		}
		text, err = l.Authority.NewCode(tx, auth.Code{
			SignInGrant: auth.SignInGrant{
				Person: person, ClientID: r.client.ID, ClientGeneration: r.client.TokenGeneration, Family: l.NewID(), Scope: scope,
				Authorization: generation,
			},
			RedirectURI: r.redirectURI, Challenge: r.challenge, OpenID: r.openID, Nonce: r.nonce, SignedIn: since,
		})
		return err
	})
	if err != nil {
		return err
	}
	return r.answer(c, r.withState([]parameter{{"code", text}}))
}

// implicitToken lists the parameters of a token in the order of the real service
// (facts: oauth.md §4).
func (l *Login) implicitToken(ctx context.Context, r *authorizeRequest, person auth.Person, scope string) ([]parameter, error) {
	given := &issued{grant: auth.Grant{Org: person.Org, Client: r.client, ClientOrg: r.clientOrg, Scope: scope}}
	err := l.DB.View(ctx, person.Org, func(tx *store.Tx) error {
		var err error
		if given.grant.User, err = person.User(tx); err != nil {
			return err
		}
		given.grant.Authorization, err = identity.AuthorizationGeneration(tx, r.client.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	answer, err := l.mint(given)
	if err != nil {
		return nil, err
	}
	l.noteIssued("implicit")
	return r.withState([]parameter{
		{"access_token", answer.AccessToken}, {"expires_in", itoa(answer.ExpiresIn)}, {"token_type", answer.TokenType},
	}), nil
}
