package scim

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/directory"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/scim"
	"github.com/mockcloud/mockcloud/internal/store"
)

// users is getScimUsers.
func (f *Family) users(_ context.Context, c *handlers.Call, in listInput) (*listing[scim.Object], error) {
	r, err := newRenderer(c, in.Attributes, in.Excluded)
	if err != nil {
		return nil, err
	}
	w := newWindow(in.StartIndex, in.Count)
	found, total, err := search(c.Tx, in.Filter, w)
	if err != nil {
		return nil, err
	}
	resources := make([]scim.Object, len(found))
	for i, u := range found {
		if resources[i], err = r.user(u); err != nil {
			return nil, err
		}
	}
	return newListing(resources, w.start, total), nil
}

type userInput struct {
	ID          string   `param:"userId"`
	Attributes  []string `query:"attributes"`
	Excluded    []string `query:"excludedAttributes"`
	IfNoneMatch string   `header:"If-None-Match"`
}

// user is getScimUser. Who is deleted is not there, as RFC 7644 §3.6 has it.
func (f *Family) user(_ context.Context, c *handlers.Call, in userInput) (handlers.Reply, error) {
	u, err := identity.Users.Peek(c.Tx, in.ID)
	if err = missing(in.ID, u, err); err != nil {
		return handlers.Reply{}, err
	}
	if reply, ok := unlessCurrent(in.IfNoneMatch, etag(u.Version)); ok {
		return reply, nil
	}
	r, err := newRenderer(c, in.Attributes, in.Excluded)
	if err != nil {
		return handlers.Reply{}, err
	}
	resource, err := r.user(u)
	return answer(resource, u.Version), err
}

// missing turns the look-up of a user that is not there, or not any more, into the
// 404.
func missing(id string, u *identity.User, err error) error {
	if errors.Is(err, store.ErrNotFound) || (err == nil && u.State == identity.UserDeleted) {
		return notFound("user", id)
	}
	return err
}

// createUser is postScimUsers. The address of a deleted user brings that user back,
// active and without the roles that it had, even the default role employee, which only
// a new user is given (help article "What happens when I delete a user in Genesys Cloud
// and later reenable the user in Okta?").
//
// Guess: that user keeps all else that the body leaves out, and the old password where
// none is sent. Without active a user is active, as the clients of SCIM expect; it is
// the Platform API that waits for an invitation.
func (f *Family) createUser(_ context.Context, c *handlers.Call, _ handlers.None) (handlers.Reply, error) {
	sent, _ := c.Input.Body.(scim.Object)
	wanted := scim.UserType.Canonical(sent)
	if err := scim.UserType.Check(wanted); err != nil {
		return handlers.Reply{}, err
	}
	if err := scim.UserType.Required(wanted); err != nil {
		return handlers.Reply{}, err
	}
	if wanted["active"] == nil {
		wanted["active"] = true
	}
	u, err := identity.UserByEmail(c.Tx, text(wanted, "userName"))
	fresh := errors.Is(err, store.ErrNotFound)
	switch {
	case fresh:
		u = newUser(c)
	case err != nil:
		return handlers.Reply{}, err
	}
	var lived []string
	deleted := u.State == identity.UserDeleted
	if deleted {
		if wanted, err = restore(c, u); err != nil {
			return handlers.Reply{}, err
		}
		lived = append(lived, u.DivisionID)
	}
	if err := mayCreate(c, wanted, lived...); err != nil {
		return handlers.Reply{}, err
	}
	if !fresh && !deleted {
		return handlers.Reply{}, scim.Errorf(http.StatusConflict, scim.Uniqueness, "There is a user with this userName.")
	}
	w := &writer{c: c, user: u, creating: true, fresh: fresh}
	if err := w.write(wanted); err != nil {
		return handlers.Reply{}, err
	}
	reply, err := written(c, u)
	reply.Header["Location"] = base(c) + "/users/" + u.ID
	return reply, err
}

// mayCreate asks for the permission to create a user where the resource says, before
// it is said that there is one; and also where a deleted user lived, whom nobody
// shall fetch from a division that is none of theirs.
func mayCreate(c *handlers.Call, wanted scim.Object, lived ...string) error {
	shall, err := divisionOf(c.Tx, wanted)
	if err != nil {
		return err
	}
	if !slices.Contains(lived, shall) {
		lived = append(lived, shall)
	}
	return c.Require(permAdd, lived...)
}

// newUser is a user of whom nobody knows anything yet.
func newUser(c *handlers.Call) *identity.User {
	return &identity.User{ID: c.NewID(), State: identity.UserActive, Created: clock.At(c.Now())}
}

// restore brings a deleted user back, and tells what the body makes of it: what it
// leaves out is as it was.
func restore(c *handlers.Call, u *identity.User) (scim.Object, error) {
	if err := identity.TakeAll(c.Tx, u.ID); err != nil {
		return nil, err
	}
	if err := directory.Enter(c.Tx, u, identity.UserActive, "", clock.At(c.Now())); err != nil {
		return nil, err
	}
	current, err := whole(c, u)
	if err != nil {
		return nil, err
	}
	wanted, err := replacement(c, scim.UserType, readOnlyOfUsers...)
	if err != nil {
		return nil, err
	}
	return wanted(current)
}

type changeInput struct {
	ID      string `param:"userId"`
	IfMatch string `header:"If-Match"`
}

// userForChange returns the user whom the caller may change in some way.
func userForChange(c *handlers.Call, in changeInput) (*identity.User, error) {
	u, err := identity.Users.Get(c.Tx, in.ID)
	if err = missing(in.ID, u, err); err != nil {
		return nil, err
	}
	if err := c.RequireIn(u.DivisionID); err != nil {
		return nil, err
	}
	return u, checkMatch(in.IfMatch, u.Version)
}

// readOnlyOfUsers is what a PUT may repeat, whatever its value.
var readOnlyOfUsers = []string{"id", "schemas", "meta", "groups"}

// replaceUser is putScimUser.
func (f *Family) replaceUser(_ context.Context, c *handlers.Call, in changeInput) (handlers.Reply, error) {
	wanted, err := replacement(c, scim.UserType, readOnlyOfUsers...)
	if err != nil {
		return handlers.Reply{}, err
	}
	return changeUser(c, in, wanted)
}

// patchUser is patchScimUser.
func (f *Family) patchUser(_ context.Context, c *handlers.Call, in changeInput) (handlers.Reply, error) {
	wanted, err := operations(c, scim.UserType)
	if err != nil {
		return handlers.Reply{}, err
	}
	return changeUser(c, in, wanted)
}

// changeUser makes a user what the change makes of its resource.
func changeUser(c *handlers.Call, in changeInput, wanted change) (handlers.Reply, error) {
	u, err := userForChange(c, in)
	if err != nil {
		return handlers.Reply{}, err
	}
	current, err := whole(c, u)
	if err != nil {
		return handlers.Reply{}, err
	}
	resource, err := wanted(current)
	if err != nil {
		return handlers.Reply{}, err
	}
	w := &writer{c: c, user: u}
	if err := w.write(resource); err != nil {
		return handlers.Reply{}, err
	}
	return written(c, u)
}

// written is the answer of whatever changed a user.
func written(c *handlers.Call, u *identity.User) (handlers.Reply, error) {
	resource, err := whole(c, u)
	return answer(resource, u.Version), err
}

// deleteUser is deleteScimUser: deleted as through the Platform API.
func (f *Family) deleteUser(_ context.Context, c *handlers.Call, in changeInput) (handlers.None, error) {
	u, err := userForChange(c, in)
	if err != nil {
		return handlers.None{}, err
	}
	return handlers.None{}, directory.Delete(c.Tx, u, clock.At(c.Now()))
}
