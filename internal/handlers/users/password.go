package users

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/directory"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
)

// newPassword is a password on its way into the state. Comparing and hashing are
// slow on purpose and happen ahead of the write transaction, which then checks
// that what they were based on still holds.
type newPassword struct {
	plain   string
	own     bool               // the user changes it, not an administrator
	instead *identity.Password // what was stored when it was looked at
	hashed  *identity.Password
}

// text is a text field of the body.
func text(c *handlers.Call, field string) string {
	body, _ := c.Input.Body.(map[string]any)
	value, _ := body[field].(string)
	return value
}

// prepareOfNewUser comes before postUsers, where a password may be sent.
func (f *Family) prepareOfNewUser(ctx context.Context, c *handlers.Call) error {
	p := &newPassword{plain: text(c, "password")}
	if p.plain == "" {
		return nil
	}
	if err := p.fitsNewUser(c); err != nil {
		return err
	}
	return p.hash(ctx, c)
}

// fitsNewUser applies the organization's rules. The real service creates the
// user all the same; here nothing is stored, so the documented wording would not
// be true.
func (p *newPassword) fitsNewUser(c *handlers.Call) error {
	reason := directory.BadPassword(c.Catalogue, c.Caller.Org, p.plain)
	if reason == "" {
		return nil
	}
	return apierr.New(http.StatusBadRequest, "invalid.password", reason+". The user was not created.").OnField("password")
}

// ofNewUser is what to store of it.
func (p *newPassword) ofNewUser(c *handlers.Call) (*identity.Password, error) {
	if err := p.fitsNewUser(c); err != nil {
		return nil, err
	}
	return p.hashed, nil
}

// prepareSet comes before postUserPassword.
func (f *Family) prepareSet(ctx context.Context, c *handlers.Call) error {
	p := &newPassword{plain: text(c, "newPassword")}
	err := c.View(ctx, func() error {
		u, err := owner(c, c.Param("userId"))
		if err != nil {
			return err
		}
		p.instead = u.Password
		return p.fits(c)
	})
	if err != nil {
		return err
	}
	same, err := p.instead.Matches(ctx, p.plain)
	if err != nil {
		return err
	}
	if same {
		return reused(c)
	}
	return p.hash(ctx, c)
}

// setPassword is postUserPassword: an administrator gives somebody a password.
func (f *Family) setPassword(_ context.Context, c *handlers.Call, in userRef) (handlers.None, error) {
	u, err := owner(c, in.ID)
	if err != nil {
		return handlers.None{}, err
	}
	return handlers.None{}, give(c, u)
}

// owner returns a user whose password the caller may set.
func owner(c *handlers.Call, id string) (*identity.User, error) {
	u, err := find(c, id)
	if err != nil {
		return nil, err
	}
	if u.State == identity.UserDeleted {
		return nil, notFound(c, id)
	}
	return u, c.RequireIn(u.DivisionID)
}

// prepareChange comes before postUsersMePassword.
func (f *Family) prepareChange(ctx context.Context, c *handlers.Call) error {
	u, err := c.User()
	if err != nil {
		return err
	}
	p := &newPassword{plain: text(c, "newPassword"), own: true, instead: u.Password}
	if err := p.fits(c); err != nil {
		return err
	}
	old := text(c, "oldPassword")
	right, err := p.instead.Matches(ctx, old)
	if err != nil {
		return err
	}
	if !right {
		return c.Documented(http.StatusBadRequest, "invalid.old.password").OnField("oldPassword")
	}
	if p.plain == old {
		return reused(c)
	}
	return p.hash(ctx, c)
}

// changePassword is postUsersMePassword: users change their own, which they have
// to know.
func (f *Family) changePassword(_ context.Context, c *handlers.Call, _ handlers.None) (handlers.None, error) {
	me, err := c.User()
	if err != nil {
		return handlers.None{}, err
	}
	u, err := find(c, me.ID)
	if err != nil {
		return handlers.None{}, err
	}
	return handlers.None{}, give(c, u)
}

// broken is the first of the organization's rules that the password breaks by
// itself, or "".
func (p *newPassword) broken(c *handlers.Call) string {
	rules := c.Caller.Org.Settings.Authentication.Requirements()
	return rules.Check(p.plain)
}

// fits applies the organization's rules. That of the least age is for people who
// change their own, lest they get round password.reused; it does not bind
// administrators.
func (p *newPassword) fits(c *handlers.Call) error {
	if broken := p.broken(c); broken != "" {
		return c.Documented(http.StatusBadRequest, broken).OnField("newPassword")
	}
	if !p.own || p.instead == nil || p.instead.Changed == nil {
		return nil
	}
	age := c.Now().Sub(p.instead.Changed.Time)
	if least := c.Caller.Org.Settings.Authentication.Requirements().MinimumAgeSeconds; age < time.Duration(least)*time.Second {
		return c.Documented(http.StatusBadRequest, "password.too.young").OnField("newPassword")
	}
	return nil
}

func reused(c *handlers.Call) error {
	return c.Documented(http.StatusBadRequest, "password.reused").OnField("newPassword")
}

// hash makes what will be stored and leaves p for the operation.
func (p *newPassword) hash(ctx context.Context, c *handlers.Call) error {
	var err error
	if p.hashed, err = identity.HashPassword(ctx, p.plain); err != nil {
		return fmt.Errorf("hash password: %w", err)
	}
	p.hashed.Changed = clock.At(c.Now())
	c.Prepared = p
	return nil
}

// give gives u the prepared password and ends what was signed in with the old
// one. Access tokens stay (facts: oauth.md §5).
//
// A password that somebody has changed since it was looked at is a conflict. To
// begin again here would write over a change that the client does not know of,
// with a proof that is no longer one.
func give(c *handlers.Call, u *identity.User) error {
	p := c.Prepared.(*newPassword)
	if !u.Password.Same(p.instead) {
		_, message, _ := c.Operation.ErrorCode("request.conflict")
		return apierr.Conflict(message + " The password has been changed meanwhile.")
	}
	if err := p.fits(c); err != nil {
		return err
	}
	u.Password = p.hashed
	u.Touch(clock.At(c.Now()))
	if err := save(c, u); err != nil {
		return err
	}
	return auth.EndSignIns(c.Tx, u.ID)
}
