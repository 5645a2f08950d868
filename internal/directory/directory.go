// Package directory holds the rules on users that more than one API family
// applies: who can be a user, what a change of state entails, what goes with a
// name, and which roles a list of them stands for. It touches the nouns of
// identity and of the contact center, and answers in the API's own errors. Who may
// do what, and how a user looks on the wire, is each family's business.
package directory

import (
	"errors"
	"net/http"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/contactcenter"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Invalid is the 400 for a value that no schema can judge.
func Invalid(field, message string) *apierr.Error {
	return apierr.New(http.StatusBadRequest, "general.bad.request", message).OnField(field)
}

// Conflict is the 409 for users. The code is listed under 400 as well; Terraform
// takes either (facts: authorization.md §10, terraform.md §1).
func Conflict(message string) *apierr.Error {
	return apierr.New(http.StatusConflict, "general.conflict", message)
}

// Save stores u. That the e-mail address is taken, be it by a deleted user, is
// a conflict (facts: authorization.md §10), and so is an external id that somebody
// else has.
func Save(tx *store.Tx, u *identity.User) error {
	err := identity.Users.Put(tx, u)
	if taken, ok := errors.AsType[*store.ExistsError](err); ok {
		field := "email"
		if taken.Index == identity.ExternalIndex {
			field = "externalId"
		}
		return Conflict("The request could not be completed by the server due to a conflict.").OnField(field)
	}
	return err
}

// Add stores a new user, who holds the default role employee in Home (facts:
// authorization.md §10). An organization without that role has nothing to grant.
func Add(tx *store.Tx, u *identity.User) error {
	if err := Save(tx, u); err != nil {
		return err
	}
	role, err := identity.DefaultRole(tx, "employee")
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	home, err := identity.HomeDivision(tx)
	if err != nil {
		return err
	}
	return identity.Give(tx, identity.Subject{Type: identity.SubjectUser, ID: u.ID},
		identity.Pair{RoleID: role.ID, DivisionID: home.ID}, u.Created)
}

// Renamed writes the name of a user wherever things are sorted by it.
func Renamed(tx *store.Tx, u *identity.User) error {
	if err := contactcenter.Rename(tx, u.ID, u.Name); err != nil {
		return err
	}
	return identity.RenameMember(tx, u.ID, u.Name)
}

// Enter puts u into another state. One that is no longer active loses its
// tokens for good: they stay dead when it comes back. One that comes back to a
// division that is gone lives in the home division.
func Enter(tx *store.Tx, u *identity.User, state, reason string, now *clock.Time) error {
	if u.State == identity.UserActive && state != identity.UserActive {
		u.TokenGeneration++
	}
	if u.State == identity.UserDeleted && !identity.Divisions.Has(tx, u.DivisionID) {
		home, err := identity.HomeDivision(tx)
		if err != nil {
			return err
		}
		u.DivisionID = home.ID
	}
	if state == identity.UserDeleted {
		if err := retire(tx, u, now); err != nil {
			return err
		}
	}
	u.State = state
	u.StateChangeReason = reason
	u.StateChanged = now
	return nil
}

// Delete puts u, who is not deleted yet, among the deleted: the record stays, with
// its e-mail address and its grants, and can be restored (facts: authorization.md
// §10).
func Delete(tx *store.Tx, u *identity.User, now *clock.Time) error {
	if err := Enter(tx, u, identity.UserDeleted, "", now); err != nil {
		return err
	}
	u.Touch(now)
	return Save(tx, u)
}

// retire takes a user who is deleted from the queues and groups, and offline.
// Whoever comes back is a member of none.
func retire(tx *store.Tx, u *identity.User, now *clock.Time) error {
	if err := contactcenter.Leave(tx, u.ID); err != nil {
		return err
	}
	if err := identity.LeaveGroups(tx, u.ID, now); err != nil {
		return err
	}
	if err := contactcenter.Agents.Delete(tx, u.ID); err != nil && !contactcenter.IsNotFound(err) {
		return err
	}
	return nil
}
