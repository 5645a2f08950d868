package identity

import (
	"strconv"

	"github.com/mockcloud/mockcloud/internal/store"
)

// ExternalID is what an authority, such as another system, calls a user. No two users
// have the same one.
type ExternalID struct {
	Authority string `json:"authority"`
	Value     string `json:"value"`
}

// ExternalIndex is the index of Users that finds who is not deleted by an external
// id, whose case counts.
const ExternalIndex = "present/external"

// key tells authority and value apart, whatever is in them.
func (id ExternalID) key() string {
	return boundedKey(strconv.Itoa(len(id.Authority)) + "/" + id.Authority + "/" + id.Value)
}

// UserByExternalID returns the id of the user, not a deleted one, whom the
// authority calls by that name; "" where there is none.
func UserByExternalID(tx *store.Tx, id ExternalID) string {
	for userID := range Users.KeysBy(tx, ExternalIndex, id.key()) {
		return userID
	}
	return ""
}

// ExternalID is the name by which the authority knows the user, or "".
func (u *User) ExternalID(authority string) string {
	for _, id := range u.ExternalIDs {
		if id.Authority == authority {
			return id.Value
		}
	}
	return ""
}
