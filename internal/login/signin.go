package login

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/internal/store"
)

// loginProblem is what was wrong with the form that was sent.
type loginProblem struct {
	text  string // key of a text; "" for no problem
	args  []any
	email string // as it was typed
}

// act does what a form of the pages says. r is nil at /login, where somebody
// signs in without an application.
func (l *Login) act(c echo.Context, r *authorizeRequest) error {
	form, err := readBodyForm(c.Request())
	if err != nil {
		return l.showErrorPage(c, http.StatusBadRequest, "badForm")
	}
	s, err := l.session(c)
	if err != nil {
		return err
	}
	own, after := l.ownForm(c.Request(), form, s)
	switch {
	case !own:
		// An old page, or a page of somebody else: ask again.
		return l.showLogin(c, r, loginProblem{text: "problem.form", email: form.Get("email")})
	case form.Has("as"):
		return l.actAs(c, r, form.Get("as"))
	case form.Has("email"):
		return l.actLogin(c, r, form)
	case !after:
		return l.showLogin(c, r, loginProblem{text: "problem.session"})
	case form.Has("organization"):
		return l.actOrganization(c, r, s, form.Get("organization"))
	case form.Has("approve") && r != nil:
		return l.actApprove(c, r, s, form.Get("scopes"))
	case form.Has("deny") && r != nil:
		return l.failAuthorize(c, r, refuse("access_denied", "the user did not approve the application"))
	}
	return l.after(c, r, s)
}

// actLogin signs in with an address and a password.
func (l *Login) actLogin(c echo.Context, r *authorizeRequest, form url.Values) error {
	email := strings.TrimSpace(form.Get("email"))
	secret := form.Get("password")
	if email == "" || secret == "" {
		return l.showLogin(c, r, loginProblem{text: "problem.empty", email: email})
	}
	people, err := l.peopleWith(c.Request().Context(), email, secret, "")
	if wait, ok := errors.AsType[tooManyFailures](err); ok {
		return l.showLogin(c, r, loginProblem{text: "problem.wait", args: []any{wait.seconds}, email: email})
	}
	if err != nil {
		return err
	}
	if len(people) == 0 {
		l.Logger.Info("sign-in refused", "user", printable(email))
		return l.showLogin(c, r, loginProblem{text: "problem.password", email: email})
	}
	return l.enter(c, r, people)
}

// enter signs the people in and goes on.
func (l *Login) enter(c echo.Context, r *authorizeRequest, people []auth.Person) error {
	if r != nil {
		var err error
		if people, err = l.preferred(c.Request().Context(), r, people); err != nil {
			return err
		}
	}
	s, err := l.signIn(c, people)
	if err != nil {
		return err
	}
	return l.after(c, r, s)
}

// preferred leaves one of several where the hint of the request names its
// organization.
func (l *Login) preferred(ctx context.Context, r *authorizeRequest, people []auth.Person) ([]auth.Person, error) {
	if r.hintOrg == "" || len(people) < 2 {
		return people, nil
	}
	org, err := l.orgNamed(ctx, r.hintOrg)
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(people, func(p auth.Person) bool { return p.Org == org }); i >= 0 {
		return people[i : i+1], nil
	}
	return people, nil
}

// orgNamed is orgNamed in a transaction of its own.
func (l *Login) orgNamed(ctx context.Context, name string) (org string, err error) {
	err = l.DB.View(ctx, store.Global, func(tx *store.Tx) error {
		org, err = orgNamed(tx, name)
		return err
	})
	return org, err
}

// orgNamed finds an organization by its short name, or else by its name; "" for
// none.
func orgNamed(tx *store.Tx, name string) (found string, err error) {
	for id := range tx.Orgs() {
		org, err := identity.CurrentOrg(tx.In(id))
		switch {
		case err != nil:
			return "", err
		case strings.EqualFold(org.ThirdPartyOrgName, name):
			return id, nil
		case found == "" && strings.EqualFold(org.Name, name):
			found = id
		}
	}
	return found, nil
}

// after goes on with a session that has just been made or changed.
func (l *Login) after(c echo.Context, r *authorizeRequest, s *signedIn) error {
	if r != nil {
		return l.proceed(c, r, s)
	}
	if !s.Chosen {
		return l.showOrganizations(c, nil, s)
	}
	return seeOther(c, prefix(c.Request())+pageAfter(queryOf(c.Request()).Get("next")))
}

// seeOther makes the browser get a page of ours after a form.
func seeOther(c echo.Context, path string) error {
	c.Response().Header().Set("Referrer-Policy", "no-referrer")
	return c.Redirect(http.StatusSeeOther, path)
}

func (l *Login) actOrganization(c echo.Context, r *authorizeRequest, s *signedIn, org string) error {
	err := l.DB.Update(c.Request().Context(), store.Global, func(tx *store.Tx) error {
		var err error
		if s.Session, err = l.Authority.Session(tx, s.cookie); err != nil {
			return err
		}
		return l.Authority.Choose(tx, s.Session, org)
	})
	if errors.Is(err, store.ErrNotFound) {
		return l.showLogin(c, r, loginProblem{text: "problem.session"})
	}
	if err != nil {
		return err
	}
	return l.after(c, r, s)
}

// permissionAuthorize is what approving an application takes (facts: oauth.md
// §4).
var permissionAuthorize = spec.Permission{Domain: "oauth", Entity: "client", Action: "authorize"}

// The answers to "is the application approved?".
type approval uint8

const (
	approvalGiven approval = iota
	approvalMissing
	approvalByOthers // the person may not give it
)

// approval says whether the person's organization has approved the application.
func (l *Login) approval(ctx context.Context, r *authorizeRequest, person auth.Person) (answer approval, err error) {
	err = l.DB.View(ctx, person.Org, func(tx *store.Tx) error {
		answer, err = l.approvalIn(tx, r, person)
		return err
	})
	return answer, err
}

func (l *Login) approvalIn(tx *store.Tx, r *authorizeRequest, person auth.Person) (approval, error) {
	if r.client.IsBuiltin() {
		return approvalGiven, nil // scopes do not apply to it
	}
	org, err := identity.CurrentOrg(tx)
	if err != nil || !org.Settings.EnforceScopes {
		return approvalGiven, err
	}
	given, err := identity.Authorizations.Peek(tx, r.client.ID)
	switch {
	case err == nil && given.Covers(r.client):
		return approvalGiven, nil
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return approvalGiven, err
	}
	user, err := person.User(tx)
	if err != nil {
		return approvalGiven, err
	}
	if auth.UserPermits(tx, user, permissionAuthorize) {
		return approvalMissing, nil
	}
	return approvalByOthers, nil
}

// actApprove approves the application for the whole organization: those scopes
// that the person has seen.
func (l *Login) actApprove(c echo.Context, r *authorizeRequest, s *signedIn, seen string) error {
	person, err := r.choose(s)
	if err != nil || seen != strings.Join(r.client.Scope, " ") {
		return l.proceed(c, r, s) // shows what is the matter, or the scopes that there are now
	}
	err = l.DB.Update(c.Request().Context(), person.Org, func(tx *store.Tx) error {
		answer, err := l.approvalIn(tx, r, person)
		if err != nil || answer != approvalMissing {
			return err // proceed says what is the matter
		}
		user, err := person.User(tx)
		if err != nil {
			return err
		}
		stamp := l.stamp(user)
		decided, err := identity.AuthorizationOf(tx, r.client.ID)
		if err != nil {
			return err
		}
		decided.Decide(identity.AuthorizationAuthorized, r.client.Scope, stamp)
		return identity.Authorizations.Put(tx, decided)
	})
	if err != nil {
		return err
	}
	return l.proceed(c, r, s)
}

func (l *Login) stamp(by *identity.User) identity.Stamp {
	return identity.Stamp{At: clock.At(l.Clock.Now()), By: &identity.Ref{ID: by.ID, Name: by.Name, SelfURI: "/api/v2/users/" + by.ID}}
}

// askForApproval notes, for those who may approve the application, that the
// person wanted to use it.
func (l *Login) askForApproval(ctx context.Context, r *authorizeRequest, person auth.Person) error {
	var fresh *identity.Authorization
	ask := func(tx *store.Tx) error {
		user, err := person.User(tx)
		if err != nil {
			return err
		}
		fresh, err = identity.AuthorizationOf(tx, r.client.ID)
		if err == nil && !fresh.Ask(r.client, l.stamp(user)) {
			fresh = nil // known
		}
		return err
	}
	// Most often somebody has asked before, and nothing needs to be written.
	if err := l.DB.View(ctx, person.Org, ask); err != nil || fresh == nil {
		return err
	}
	return l.DB.Update(ctx, person.Org, func(tx *store.Tx) error {
		if err := ask(tx); err != nil || fresh == nil {
			return err
		}
		return identity.Authorizations.Put(tx, fresh)
	})
}

// actAs signs a seeded user in without asking for the password that the fixtures
// publish.
func (l *Login) actAs(c echo.Context, r *authorizeRequest, userID string) error {
	person, err := l.seeded(c.Request().Context(), userID)
	if err != nil {
		return err
	}
	if person == nil {
		return l.showLogin(c, r, loginProblem{text: "problem.seeded"})
	}
	return l.enter(c, r, []auth.Person{*person})
}

// seeded finds a user who can be signed in with one click, or nil.
func (l *Login) seeded(ctx context.Context, userID string) (*auth.Person, error) {
	for _, p := range l.Seeded {
		if p.UserID != userID {
			continue
		}
		if person, err := l.offered(ctx, p); err != nil || person != nil {
			return person, err
		}
	}
	return nil, nil //nolint:nilnil // nobody is an answer
}

// offered looks a seeded user up: nil unless the published password still works.
func (l *Login) offered(ctx context.Context, p SeededUser) (person *auth.Person, err error) {
	err = l.DB.View(ctx, p.Org, func(tx *store.Tx) error {
		if u := l.offeredIn(tx, p); u != nil {
			found := personOf(p.Org, u)
			person = &found
		}
		return nil
	})
	return person, err
}

func (l *Login) offeredIn(tx *store.Tx, p SeededUser) *identity.User {
	u, err := identity.Users.Peek(tx, p.UserID)
	if err != nil || u.State != identity.UserActive || !identity.PasswordLogin(tx) || u.Password == nil {
		return nil
	}
	if !u.Password.FromFixtures(l.FixturesDigest) {
		return nil
	}
	return u
}
