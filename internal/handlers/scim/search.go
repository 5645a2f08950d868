package scim

import (
	"cmp"
	"errors"
	"iter"
	"net/http"

	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/scim"
	"github.com/mockcloud/mockcloud/internal/store"
)

// search finds the users of a page: without a filter the active ones, by name; with
// one those who fit, active or not (facts: integrations.md §12).
func search(tx *store.Tx, filter string, w window) ([]*identity.User, int, error) {
	if filter == "" {
		return identity.UsersIn(tx, identity.UserActive, false, w.skip(), w.count)
	}
	f, err := scim.UserType.ParseFilter(filter)
	if err != nil {
		return nil, 0, err
	}
	value, _ := f.Value.(string)
	switch f.Path {
	case "active":
		state := identity.UserInactive
		if f.Value == true {
			state = identity.UserActive
		}
		return identity.UsersIn(tx, state, false, w.skip(), w.count)
	case "id":
		return w.present(tx, one(value))
	case "userName":
		return w.present(tx, identity.UsersByEmail(tx, value, false))
	case "emails.value":
		return w.present(tx, identity.UsersByEmail(tx, value, true))
	case "externalId":
		return w.users(tx, one(identity.UserByExternalID(tx, identity.ExternalID{Authority: scimAuthority, Value: value})))
	case scim.Genesys + ":externalIds":
		id := identity.ExternalID{Authority: text(f.Item, "authority"), Value: text(f.Item, "value")}
		return w.users(tx, one(identity.UserByExternalID(tx, id)))
	case scim.Enterprise + ":employeeNumber":
		return w.users(tx, identity.UsersByEmployeeID(tx, value))
	case scim.Enterprise + ":manager.value":
		return w.users(tx, identity.UsersOfManager(tx, value))
	case scim.Enterprise + ":division":
		division, err := identity.DivisionByName(tx, value)
		if errors.Is(err, store.ErrNotFound) {
			return nil, 0, nil
		}
		if err != nil {
			return nil, 0, err
		}
		return w.users(tx, identity.UsersOfDivision(tx, division.ID))
	default:
		return nil, 0, scim.Errorf(http.StatusBadRequest, scim.InvalidFilter, "A filter cannot use %s.", f.Path)
	}
}

// one is the sequence of one id, or of none where it is "".
func one(id string) iter.Seq[string] {
	return func(yield func(string) bool) {
		if id != "" {
			yield(id)
		}
	}
}

// present reads the page of those of whom some may be deleted, or nobody.
func (w window) present(tx *store.Tx, found iter.Seq[string]) ([]*identity.User, int, error) {
	var failed error
	there := func(yield func(string) bool) {
		for id := range found {
			u, err := identity.Users.Peek(tx, id)
			switch {
			case errors.Is(err, store.ErrNotFound):
			case err != nil:
				failed = err
				return
			case u.State != identity.UserDeleted && !yield(id):
				return
			}
		}
	}
	users, total, err := w.users(tx, there)
	return users, total, cmp.Or(failed, err)
}

// users reads the page of those that were found.
func (w window) users(tx *store.Tx, found iter.Seq[string]) ([]*identity.User, int, error) {
	ids, total := w.pick(found)
	users := make([]*identity.User, len(ids))
	for i, id := range ids {
		var err error
		if users[i], err = identity.Users.Peek(tx, id); err != nil {
			return nil, 0, err
		}
	}
	return users, total, nil
}
