package users

import (
	"errors"
	"fmt"

	"github.com/mockcloud/mockcloud/internal/directory"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// checkEmail refuses what cannot be an e-mail address.
func checkEmail(email string) error {
	if !directory.ValidEmail(email) {
		return invalid("email", "The email is not a valid e-mail address.")
	}
	return nil
}

// checkState refuses the one state that the specification allows and only DELETE
// leads to.
func checkState(state string) error {
	switch state {
	case identity.UserActive, identity.UserInactive:
		return nil
	default:
		return invalid("state", "The state can be set to active or inactive; to delete a user, use DELETE /api/v2/users/{userId}.")
	}
}

// checkVersion refuses a change that was made on another version than the stored
// one. Clients look for these words (facts: terraform.md §1).
func checkVersion(u *identity.User, sent *int) error {
	if sent != nil && *sent != u.Version {
		return directory.Conflict("The version supplied does not match the current version of the user").OnField("version")
	}
	return nil
}

// divisionFor returns the division of a new user: Home where none is named.
func divisionFor(tx *store.Tx, id string) (*identity.Division, error) {
	if id == "" {
		return identity.HomeDivision(tx)
	}
	d, err := identity.Divisions.Peek(tx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, invalid("divisionId", fmt.Sprintf("There is no division with the id [%.100s].", id))
	}
	return d, err
}
