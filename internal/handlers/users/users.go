// Package users implements /api/v2/users: people, their state, their roles, their
// passwords and the search for them, what they are doing at the moment, which
// queues they serve, their routing skills and languages, and their greetings.
// Everything else below that path (stations, utilization and so on) is left to
// whoever owns those things; what the roles of a user permit is decided in package
// auth, and grants by division are edited through /api/v2/authorization.
package users

import (
	"errors"
	"net/http"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/directory"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Family is the users family. The zero value is ready to use.
type Family struct{}

// Register claims this family's operations.
func (f *Family) Register(r *handlers.Registry) {
	handlers.On(r, "getUsers", f.list)
	handlers.On(r, "getUsersMe", f.me)
	handlers.On(r, "getUser", f.get)
	handlers.On(r, "postUsers", f.create)
	r.Before("postUsers", f.prepareOfNewUser)
	handlers.On(r, "patchUser", f.update)
	handlers.On(r, "deleteUser", f.remove)
	handlers.On(r, "getUserState", f.state)
	handlers.On(r, "putUserState", f.setState)
	handlers.On(r, "getUserRoles", f.roles)
	handlers.On(r, "putUserRoles", f.setRoles)
	handlers.On(r, "postUserPassword", f.setPassword)
	r.Before("postUserPassword", f.prepareSet)
	handlers.On(r, "postUsersMePassword", f.changePassword)
	r.Before("postUsersMePassword", f.prepareChange)
	handlers.On(r, "getUserPresencesPurecloud", f.presence)
	handlers.On(r, "patchUserPresencesPurecloud", f.setPresence)
	handlers.On(r, "getUserPresence", f.presenceOf)
	handlers.On(r, "patchUserPresence", f.setPresenceOf)
	handlers.On(r, "getUserRoutingstatus", f.routingStatus)
	handlers.On(r, "putUserRoutingstatus", f.setRoutingStatus)
	handlers.On(r, "getUserQueues", f.queues)
	handlers.On(r, "patchUserQueues", f.joinQueues)
	handlers.On(r, "patchUserQueue", f.joinQueue)
	handlers.On(r, "getUsersSearch", f.searchAgain)
	handlers.On(r, "postUsersSearch", f.search, handlers.ReadOnly)
	f.registerGreetings(r)
	f.registerRoutingSkills(r)
	f.registerRoutingLanguages(r)
}

// find returns a user for changing, deleted or not, or the operation's own 404.
func find(c *handlers.Call, id string) (*identity.User, error) {
	u, err := identity.Users.Get(c.Tx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, notFound(c, id)
	}
	return u, err
}

// notFound is the 404 of the operation: the wording differs between them.
func notFound(c *handlers.Call, id string) *apierr.Error {
	return c.Documented(http.StatusNotFound, "general.resource.not.found").About(id, "user")
}

// invalid is the 400 for a value that no schema can judge.
func invalid(field, message string) *apierr.Error { return directory.Invalid(field, message) }

// save stores u, or says what somebody else has.
func save(c *handlers.Call, u *identity.User) error { return directory.Save(c.Tx, u) }
