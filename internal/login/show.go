package login

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/pages"
	"github.com/mockcloud/mockcloud/internal/store"
)

// showLogin shows the log-in form.
func (l *Login) showLogin(c echo.Context, r *authorizeRequest, problem loginProblem) error {
	p := l.newPage(c, "login", "login.title")
	p.Email = problem.email
	if problem.text != "" {
		p.Problem = p.T(problem.text, problem.args...)
		p.status = http.StatusUnauthorized
		if problem.text == "problem.wait" {
			p.status = http.StatusTooManyRequests
		}
	}
	if r != nil && r.client != nil {
		if p.leaves = r.leaves(); p.leaves {
			p.App = r.client.Name
		}
		if p.Email == "" {
			p.Email = r.hintEmail
		}
	}
	if err := l.fillLogin(c, p, r); err != nil {
		return err
	}
	if err := l.withForm(c, p, nil); err != nil {
		return err
	}
	return l.render(c, p)
}

// fillLogin adds what the state says: ways to sign in, and whom to click on.
func (l *Login) fillLogin(c echo.Context, p *page, r *authorizeRequest) error {
	return l.DB.View(c.Request().Context(), store.Global, func(tx *store.Tx) error {
		orgs := slices.Collect(tx.Orgs())
		if r != nil && r.client != nil { // the organization that the request is about
			if !r.client.IsBuiltin() {
				orgs = []string{r.clientOrg}
			}
			if r.target != "" && identity.Orgs.Has(tx.In(r.target), "self") {
				orgs = []string{r.target}
			}
		}
		several := len(orgs) > 1
		for _, org := range orgs {
			in := tx.In(org)
			p.PasswordLogin = p.PasswordLogin || identity.PasswordLogin(in)
			if err := addProviders(in, p, queryOf(c.Request()), several); err != nil {
				return err
			}
		}
		return l.addSeeded(tx, p, orgs, nil)
	})
}

// addSeeded lists whom a click signs in to one of the organizations, except who
// is signed in already.
func (l *Login) addSeeded(tx *store.Tx, p *page, orgs []string, except *auth.Person) error {
	for _, s := range l.Seeded {
		if !slices.Contains(orgs, s.Org) || (except != nil && s.Org == except.Org && s.UserID == except.UserID) {
			continue
		}
		u := l.offeredIn(tx.In(s.Org), s)
		if u == nil {
			continue
		}
		org, err := identity.CurrentOrg(tx.In(s.Org))
		if err != nil {
			return err
		}
		p.Seeded = append(p.Seeded, personChoice(u.ID, u, org.Name, len(orgs) > 1))
	}
	return nil
}

// personChoice is a person to click on: with their title, which hints at what
// they may do, and with their organization where there are several.
func personChoice(id string, u *identity.User, org string, several bool) choice {
	parts := []string{u.Email}
	if u.Title != "" {
		parts = append(parts, u.Title)
	}
	if several {
		parts = append(parts, org)
	}
	return choice{ID: id, Name: u.Name, About: strings.Join(parts, " · "), Initials: pages.Initials(u.Name)}
}

// addProviders adds a link for each provider of the organization that wants to be
// shown; several says that there may be other organizations. Links, not
// forms: the policy of a page that holds a form would have to name every address
// that a provider may redirect to (decisions.md 40).
func addProviders(tx *store.Tx, p *page, query url.Values, several bool) error {
	org, err := identity.CurrentOrg(tx)
	if err != nil {
		return err
	}
	var shown []*identity.Provider
	for provider, err := range identity.Providers.All(tx) {
		if err != nil {
			return err
		}
		if provider.DisplayOnLogin && !provider.Disabled && targetOf(provider, "") != "" {
			shown = append(shown, provider)
		}
	}
	slices.SortFunc(shown, identity.CompareProviders)
	for _, provider := range shown {
		name := provider.ProviderName
		if name == "" {
			name = provider.Name
		}
		if name == "" {
			name = provider.ID
		}
		if several {
			name += " (" + org.Name + ")"
		}
		href := maps.Clone(query)
		href.Set("org", org.ThirdPartyOrgName)
		href.Set("provider", provider.ID)
		p.Providers = append(p.Providers, choice{ID: provider.ID, Name: name, Href: p.path + "?" + href.Encode()})
	}
	return nil
}

// showOrganizations lets a person choose where to enter.
func (l *Login) showOrganizations(c echo.Context, r *authorizeRequest, s *signedIn) error {
	p := l.newPage(c, "organizations", "org.title")
	p.leaves = r.leaves()
	err := l.DB.View(c.Request().Context(), store.Global, func(tx *store.Tx) error {
		for _, person := range s.People {
			org, err := identity.CurrentOrg(tx.In(person.Org))
			if err != nil {
				return err
			}
			p.Organizations = append(p.Organizations, choice{ID: org.ID, Name: org.Name, About: org.ThirdPartyOrgName, Initials: pages.Initials(org.Name)})
		}
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortFunc(p.Organizations, func(a, b choice) int { return strings.Compare(a.Name, b.Name) })
	if err := l.withForm(c, p, s); err != nil {
		return err
	}
	return l.render(c, p)
}

// showApproval asks an administrator to approve the application.
func (l *Login) showApproval(c echo.Context, r *authorizeRequest, s *signedIn, person auth.Person) error {
	p := l.newPage(c, "approve", "approve.title", r.client.Name)
	p.App, p.Target, p.leaves = r.client.Name, r.redirectURI, true
	err := l.DB.View(c.Request().Context(), person.Org, func(tx *store.Tx) error {
		org, err := identity.CurrentOrg(tx)
		if err != nil {
			return err
		}
		user, err := person.User(tx)
		if err != nil {
			return err
		}
		p.Organization, p.Email = org.Name, user.Email
		return nil
	})
	if err != nil {
		return err
	}
	for _, scope := range r.client.Scope {
		means := p.T("approve.write")
		if strings.HasSuffix(scope, ":readonly") {
			means = p.T("approve.read")
		}
		p.Scopes = append(p.Scopes, scopeLine{Name: scope, Means: means})
	}
	p.Fields = []field{{"scopes", strings.Join(r.client.Scope, " ")}} // what is approved is what was shown
	if err := l.withForm(c, p, s); err != nil {
		return err
	}
	return l.render(c, p)
}

// account is GET /login: who is signed in, or the log-in form without an
// application.
func (l *Login) account(c echo.Context) error {
	s, err := l.session(c)
	if err != nil {
		return err
	}
	query := queryOf(c.Request())
	if s == nil || query.Get("prompt") == "login" {
		if query.Get("provider") != "" {
			return l.toProvider(c, &authorizeRequest{
				org: query.Get("org"), provider: query.Get("provider"), prompt: strings.Fields(query.Get("prompt")), next: query.Get("next"),
			})
		}
		return l.showLogin(c, nil, loginProblem{})
	}
	if !s.Chosen && len(s.People) > 1 {
		return l.showOrganizations(c, nil, s)
	}
	p := l.newPage(c, "account", "account.title")
	err = l.DB.View(c.Request().Context(), s.People[0].Org, func(tx *store.Tx) error {
		org, err := identity.CurrentOrg(tx)
		if err != nil {
			return err
		}
		user, err := s.People[0].User(tx)
		if err != nil {
			return err
		}
		p.Organization = org.Name
		p.Person = accountView{Name: user.Name, Email: user.Email, Division: identity.DivisionName(tx, user.DivisionID)}
		return nil
	})
	if errors.Is(err, store.ErrNotFound) {
		return l.showLogin(c, nil, loginProblem{})
	}
	if err != nil {
		return err
	}
	return l.render(c, p)
}

// logout is GET /logout: it ends the browser's session and goes back to the
// application, where its client has registered that address (facts: oauth.md
// §5).
func (l *Login) logout(c echo.Context) error {
	ctx := c.Request().Context()
	if cookie := pages.Cookie(c.Request(), cookieSession); cookie != "" {
		err := l.DB.Update(ctx, store.Global, func(tx *store.Tx) error { return l.Authority.SignOut(tx, cookie) })
		if err != nil {
			return err
		}
		l.setCookie(c, cookieSession, "", -1)
	}
	query := queryOf(c.Request())
	target, known := query.Get("redirect_uri"), false
	err := l.DB.View(ctx, store.Global, func(tx *store.Tx) error {
		client, _, err := findApplication(tx, query.Get("client_id"), l.Clock.Now())
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		known = err == nil && l.ownAddresses(c.Request()).afterLogout(client, target)
		return err
	})
	if err != nil {
		return err
	}
	if known {
		return redirect(c, target)
	}
	return l.render(c, l.newPage(c, "loggedout", "logout.title"))
}
