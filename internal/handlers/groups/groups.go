// Package groups implements /api/v2/groups: groups of users, their members and
// owners, the search for them, and their greetings. That members inherit the
// roles of a group is decided in package identity; the roles themselves are
// granted through /api/v2/authorization.
//
// Nothing but writing a group itself asks for a permission, as the specification
// has it (facts: authorization.md §10): whoever has a token may read every group
// and change its members.
package groups

import (
	"context"
	"errors"
	"net/http"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/contactcenter"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Family is the groups family.
type Family struct {
	// Users renders members as /api/v2/users does, with what is to be expanded.
	Users func(c *handlers.Call, users []*identity.User, expand []string) ([]any, error)
}

// Register claims this family's operations.
func (f *Family) Register(r *handlers.Registry) {
	handlers.On(r, "getGroups", f.list)
	handlers.On(r, "postGroups", f.create)
	handlers.On(r, "getGroup", f.get)
	handlers.On(r, "putGroup", f.update)
	handlers.On(r, "deleteGroup", f.remove)
	handlers.On(r, "getGroupProfile", f.profile)
	handlers.On(r, "getGroupsSearch", f.searchAgain)
	handlers.On(r, "postGroupsSearch", f.search, handlers.ReadOnly)
	handlers.On(r, "getGroupMembers", f.members)
	handlers.On(r, "postGroupMembers", f.addMembers)
	handlers.On(r, "deleteGroupMembers", f.removeMembers)
	handlers.On(r, "getGroupIndividuals", f.individuals)
	handlers.On(r, "getGroupDynamicsettings", f.dynamic)
	handlers.On(r, "putGroupDynamicsettings", f.setDynamic)
	handlers.On(r, "deleteGroupDynamicsettings", f.removeDynamic)
	handlers.On(r, "postGroupsDynamicsettingsPreview", f.preview, handlers.ReadOnly)
	handlers.On(r, "getGroupGreetings", f.greetings)
	handlers.On(r, "postGroupGreetings", f.addGreeting)
	handlers.On(r, "getGroupGreetingsDefaults", f.greetingDefaults)
	handlers.On(r, "putGroupGreetingsDefaults", f.setGreetingDefaults)
}

type groupRef struct {
	ID string `param:"groupId"`
}

// peek returns the shared group, or the operation's own 404.
func peek(c *handlers.Call, id string) (*identity.Group, error) {
	g, err := identity.Groups.Peek(c.Tx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, notFound(c, id)
	}
	return g, err
}

// find returns a group for changing, or the operation's own 404.
func find(c *handlers.Call, id string) (*identity.Group, error) {
	g, err := identity.Groups.Get(c.Tx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, notFound(c, id)
	}
	return g, err
}

// notFound is the 404 of the operation, in its own words where it has any. The
// code that postGroupMembers lists under 400 is about members.
func notFound(c *handlers.Call, id string) *apierr.Error {
	missing := identity.GroupNotFound(id)
	if status, message, ok := c.Operation.ErrorCode(missing.Code); ok && status == http.StatusNotFound {
		missing.Message = message
	}
	return missing
}

// invalid is the 400 for a value that no schema can judge.
func invalid(field, message string) *apierr.Error {
	return apierr.New(http.StatusBadRequest, "general.bad.request", message).OnField(field)
}

// save marks the change and stores the group.
func save(c *handlers.Call, g *identity.Group) error {
	g.Touch(clock.At(c.Now()))
	return identity.Groups.Put(c.Tx, g)
}

func (f *Family) get(_ context.Context, c *handlers.Call, in groupRef) (*identity.GroupView, error) {
	g, err := peek(c, in.ID)
	if err != nil {
		return nil, err
	}
	return g.View(c.Tx)
}

// remove is deleteGroup. Nothing of the group stays: its name is free again, and
// what its members inherited is gone with its grants.
func (f *Family) remove(_ context.Context, c *handlers.Call, in groupRef) (handlers.None, error) {
	g, err := peek(c, in.ID)
	if err != nil {
		return handlers.None{}, err
	}
	if err := contactcenter.DropGreetings(c.Tx, greetingOwner(g)); err != nil {
		return handlers.None{}, err
	}
	if err := contactcenter.DropGroupPolicy(c.Tx, g.ID); err != nil {
		return handlers.None{}, err
	}
	return handlers.None{}, identity.DeleteGroup(c.Tx, g.ID)
}

// profile is the schema GroupProfile. Which fields were asked for makes no
// difference: there are no others.
type profile struct {
	ID           string      `json:"id"`
	Name         string      `json:"name"`
	DateModified *clock.Time `json:"dateModified,omitempty"`
	State        string      `json:"state"`
	Version      int         `json:"version"`
	SelfURI      string      `json:"selfUri"`
}

func (f *Family) profile(_ context.Context, c *handlers.Call, in groupRef) (*profile, error) {
	g, err := peek(c, in.ID)
	if err != nil {
		return nil, err
	}
	return &profile{
		ID: g.ID, Name: g.Name, DateModified: g.Modified, State: g.State, Version: g.Version,
		SelfURI: identity.GroupURI(g.ID) + "/profile",
	}, nil
}
