package identity

import (
	"iter"

	"github.com/mockcloud/mockcloud/internal/store"
)

// stateOrder is how the index "state/name" orders the states.
var stateOrder = [...]string{UserActive, UserDeleted, UserInactive}

// UsersIn reads up to limit of the users in one state, sorted by name, from number
// skip on, and counts them all. The index holds the states one after another, so
// that a page of a state is a page of the index once the sizes of the states are
// known.
func UsersIn(tx *store.Tx, state string, reverse bool, skip, limit int) ([]*User, int, error) {
	sizes, err := countStates(tx)
	if err != nil {
		return nil, 0, err
	}
	order := stateOrder[:]
	if reverse {
		order = []string{UserInactive, UserDeleted, UserActive}
	}
	before := 0
	for _, s := range order {
		if s == state {
			break
		}
		before += sizes[s]
	}
	total := sizes[state]
	if limit = min(limit, total-skip); limit <= 0 {
		return nil, total, nil
	}
	users, err := Users.Page(tx, "state/name", reverse, before+skip, limit)
	return users, total, err
}

// countStates counts the users of each state, reading no more than the index
// keys of those that are not active, which are usually few.
func countStates(tx *store.Tx) (map[string]int, error) {
	all, err := Users.Count(tx)
	if err != nil {
		return nil, err
	}
	sizes := make(map[string]int, len(stateOrder))
	others := 0
	for _, state := range []string{UserInactive, UserDeleted} {
		for range Users.KeysBy(tx, "state", state) {
			sizes[state]++
			others++
		}
	}
	sizes[UserActive] = all - others
	return sizes, nil
}

// The functions below go through the ids of users by indexes alone. Only
// UsersByEmail finds deleted ones.

// UsersByEmail finds the user with that main address and, where work is asked for,
// those who have it as an address for work. Nobody comes twice.
func UsersByEmail(tx *store.Tx, email string, work bool) iter.Seq[string] {
	return func(yield func(string) bool) {
		main := ""
		for id := range Users.KeysBy(tx, "email", nameKey(email)) {
			if main = id; !yield(id) {
				return
			}
		}
		if !work {
			return
		}
		for id := range Users.KeysBy(tx, "present/mail", nameKey(email)) {
			if id != main && !yield(id) {
				return
			}
		}
	}
}

// UsersByEmployeeID finds those whom the employer knows by that number or code.
func UsersByEmployeeID(tx *store.Tx, number string) iter.Seq[string] {
	return Users.KeysBy(tx, "present/employee", boundedKey(number))
}

// UsersOfManager finds those who have that manager.
func UsersOfManager(tx *store.Tx, managerID string) iter.Seq[string] {
	return Users.KeysBy(tx, "present/manager", managerID)
}

// UsersOfDivision finds those who live in the division.
func UsersOfDivision(tx *store.Tx, divisionID string) iter.Seq[string] {
	return Users.KeysBy(tx, "present/division", divisionID)
}
