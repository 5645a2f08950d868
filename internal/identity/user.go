package identity

import (
	"encoding/json"
	"iter"
	"net/http"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/store"
)

// The states of a user.
const (
	UserActive   = "active"
	UserInactive = "inactive"
	UserDeleted  = "deleted" // soft: the record stays and can be restored
)

// User is a person of the organization.
type User struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	Email      string `json:"email"`
	Username   string `json:"username,omitempty"` // "" means the address
	DivisionID string `json:"divisionId"`
	State      string `json:"state"`
	Version    int    `json:"version"` // raised by every change
	Department string `json:"department,omitempty"`
	Title      string `json:"title,omitempty"`
	ManagerID  string `json:"managerId,omitempty"`

	PreferredName string                     `json:"preferredName,omitempty"`
	AcdAutoAnswer bool                       `json:"acdAutoAnswer,omitempty"`
	Profile       map[string]json.RawMessage `json:"profile,omitempty"` // what is stored and given back untouched, by the names below Profile…
	ExternalIDs   []ExternalID               `json:"externalIds,omitempty"`

	Password          *Password   `json:"password,omitempty"`
	TokenGeneration   int         `json:"tokenGeneration,omitempty"` // raised to kill every token of the user (decisions.md 10)
	StateChangeReason string      `json:"stateChangeReason,omitempty"`
	StateChanged      *clock.Time `json:"stateChanged,omitempty"`
	Created           *clock.Time `json:"created,omitempty"`
	Modified          *clock.Time `json:"modified,omitempty"` // nil since Created
}

// Touch marks a change that will be stored.
func (u *User) Touch(now *clock.Time) {
	u.Version++
	u.Modified = now
}

// SetEmail gives the user another address. A user name that is the address follows it.
func (u *User) SetEmail(email string) {
	if email != u.Email && u.Username == u.Email {
		u.Username = ""
	}
	u.Email = email
}

// Users are sorted by name. E-mail addresses are unique among all users,
// deleted ones included (facts: authorization.md §10); external ids are unique
// among those who are not deleted. The indexes that begin with "present" leave
// deleted users out.
var Users = store.Collection[*User]{
	Name: "users",
	Key:  func(u *User) string { return u.ID },
	Indexes: []store.Index[*User]{
		{Name: "name", Keys: func(u *User) []string { return []string{nameKey(u.Name)} }},
		{Name: "email", Unique: true, Keys: func(u *User) []string { return []string{nameKey(u.Email)} }},
		{Name: "state/name", Keys: func(u *User) []string { return []string{u.State + "/" + nameKey(u.Name)} }},
		{Name: "state", Keys: func(u *User) []string { return []string{u.State} }},
		{Name: "division", Keys: func(u *User) []string { return []string{u.DivisionID} }},
		{Name: wordIndex, Keys: func(u *User) []string { return wordKeys(u.Name) }},
		{Name: "present/division", Keys: present(func(u *User) []string { return []string{u.DivisionID} })},
		{Name: "present/manager", Keys: present(func(u *User) []string { return some(u.ManagerID) })},
		{Name: "present/employee", Keys: present(func(u *User) []string { return some(boundedKey(u.EmployerInfo().EmployeeID)) })},
		{Name: "present/mail", Keys: present(workMailKeys)},
		{Name: ExternalIndex, Unique: true, Keys: present(func(u *User) []string {
			keys := make([]string, len(u.ExternalIDs))
			for i, id := range u.ExternalIDs {
				keys[i] = id.key()
			}
			return keys
		})},
	},
}

// present makes an index of the users who are not deleted.
func present(keys func(*User) []string) func(*User) []string {
	return func(u *User) []string {
		if u.State == UserDeleted {
			return nil
		}
		return keys(u)
	}
}

func some(key string) []string {
	if key == "" {
		return nil
	}
	return []string{key}
}

// UsersBeginning goes through the ids of all users whose name, or a word of it,
// begins with the folded text. Some may come twice, and a few whose names have
// very many words may come that do not fit.
func UsersBeginning(tx *store.Tx, text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, from := range []string{text[:min(len(text), maxWordKey)], manyWords} {
			for id := range Users.KeysFrom(tx, wordIndex, from) {
				if !yield(id) {
					return
				}
			}
		}
	}
}

// UserByEmail returns the user with that address, deleted or not, or
// store.ErrNotFound.
func UserByEmail(tx *store.Tx, email string) (*User, error) {
	return Users.OneBy(tx, "email", nameKey(email))
}

// EmailKey is what two spellings of one address have in common: whatever the
// case, and the blanks around it. It is short whatever the address is.
func EmailKey(email string) string { return nameKey(email) }

// ActiveUserByID returns a user, for what only makes sense for one that is not
// deleted, such as roles; or the API's 404. The value is shared.
func ActiveUserByID(tx *store.Tx, id string) (*User, error) {
	missing := func() *apierr.Error {
		return apierr.New(http.StatusNotFound, "general.resource.not.found",
			"Unable to find an active user with that ID in this organization.").About(id, "user")
	}
	u, err := Users.Peek(tx, id)
	if err == nil && u.State == UserDeleted {
		return nil, missing()
	}
	return found(u, err, missing)
}
