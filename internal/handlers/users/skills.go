package users

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/contactcenter"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// What the operations on routing skills and on routing languages have in common.
//
// Guess: a change of them leaves the version of the user as it is. A user who is
// deleted keeps them, and has them again when restored: the article "What happens
// when I restore a user's account?" names what is lost, and they are not among it.

// maxSkillsAtOnce is how many can be named in one request, as Terraform's
// provider knows. A user can have more.
const maxSkillsAtOnce = 50

// skillChange is what is said of a skill or language of a user: the schemas
// UserRoutingSkillPost, UserRoutingSkill and the same of languages.
type skillChange struct {
	ID          string   `json:"id"`
	Proficiency *float64 `json:"proficiency"` // nil leaves it
	State       string   `json:"state"`       // "" leaves it
}

func (ch *skillChange) check(c *handlers.Call) error {
	if p := ch.Proficiency; p != nil && !contactcenter.ValidProficiency(*p) {
		return c.Documented(http.StatusBadRequest, "constraint.validation",
			fmt.Sprintf("The proficiency must be between %d and %d.", contactcenter.MinProficiency, contactcenter.MaxProficiency)).OnField("proficiency")
	}
	// Guess: the specification has the state deleted as well, which only DELETE
	// leads to, as with users.
	if ch.State != "" && ch.State != contactcenter.SkillActive && ch.State != contactcenter.SkillInactive {
		return c.Documented(http.StatusBadRequest, "constraint.validation",
			"The state can be set to active or inactive; to take it from the user, use DELETE.").OnField("state")
	}
	return nil
}

// assigned is the change where it says everything, as the schema of new ones
// demands.
func (ch *skillChange) assigned() contactcenter.Assigned {
	a := contactcenter.Assigned{ID: ch.ID}
	handlers.Replace(&a.Proficiency, ch.Proficiency)
	return a
}

// checkSkills looks at the body of a bulk operation. To name one twice is
// refused, since only one of the two could count.
//
// Guess: that it is, and in which words.
func checkSkills(c *handlers.Call, changes []skillChange) error {
	if len(changes) > maxSkillsAtOnce {
		return c.Documented(http.StatusBadRequest, "constraint.validation",
			fmt.Sprintf("There can be no more than %d at once.", maxSkillsAtOnce))
	}
	seen := make(map[string]bool, len(changes))
	for i := range changes {
		if err := changes[i].check(c); err != nil {
			return err
		}
		if seen[changes[i].ID] {
			return skillConflict(c, changes[i].ID)
		}
		seen[changes[i].ID] = true
	}
	return nil
}

// skillConflict is the 400 of operations that have words for a conflict, and the
// general one of the others.
func skillConflict(c *handlers.Call, id string) *apierr.Error {
	if _, _, ok := c.Operation.ErrorCode("general.conflict"); ok {
		return c.Documented(http.StatusBadRequest, "general.conflict").About(id, "").OnField("id")
	}
	return c.Documented(http.StatusBadRequest, "bad.request").About(id, "").OnField("id")
}

// absent is the 404 of the operation, for users and for what they have: most list
// one code for either.
func absent(c *handlers.Call, id, kind string) *apierr.Error {
	code := "general.resource.not.found"
	if _, _, ok := c.Operation.ErrorCode(code); !ok {
		code = "not.found"
	}
	return c.Documented(http.StatusNotFound, code).About(id, kind)
}

// skilled returns a user who was not deleted.
func skilled(c *handlers.Call, id string) (*identity.User, error) {
	u, err := peek(c.Tx, id)
	if err != nil {
		return nil, err
	}
	if u == nil || u.State == identity.UserDeleted {
		return nil, absent(c, id, "user")
	}
	return u, nil
}

// assignable is skilled for callers who change what the user has.
func assignable(c *handlers.Call, id string) (*identity.User, error) {
	u, err := skilled(c, id)
	if err != nil {
		return nil, err
	}
	return u, c.RequireIn(u.DivisionID)
}

type skillListing = handlers.Listing[*contactcenter.AssignedView]

// listSkills lists what a user has, by name.
func listSkills(c *handlers.Call, t *contactcenter.SkillSet, userID, sortOrder string) (*skillListing, error) {
	page, err := handlers.PageOf(c, maxPage)
	if err != nil {
		return nil, err
	}
	u, err := skilled(c, userID)
	if err != nil {
		return nil, err
	}
	views, err := t.AssignedViews(c.Tx, u.ID)
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(strings.ToLower(sortOrder), "desc") {
		slices.Reverse(views)
	}
	return handlers.NewListing(c, handlers.Cut(views, page), page, len(views)), nil
}

// addSkill gives a user one more.
//
// Guess: one that the user has already is a conflict, for which the specification
// has words.
func addSkill(c *handlers.Call, t *contactcenter.SkillSet, userID string, change *skillChange) (*contactcenter.AssignedView, error) {
	if err := change.check(c); err != nil {
		return nil, err
	}
	u, err := assignable(c, userID)
	if err != nil {
		return nil, err
	}
	if !t.All.Has(c.Tx, change.ID) {
		return nil, absent(c, change.ID, t.Noun)
	}
	switch has, err := t.Has(c.Tx, u.ID, change.ID); {
	case err != nil:
		return nil, err
	case has:
		return nil, skillConflict(c, change.ID)
	}
	if err := t.Add(c.Tx, u.ID, change.assigned()); err != nil {
		return nil, err
	}
	return skillView(c, t, u.ID, change.ID)
}

// skillView renders one of what a user has.
func skillView(c *handlers.Call, t *contactcenter.SkillSet, userID, id string) (*contactcenter.AssignedView, error) {
	a, err := findSkill(c, t, userID, id)
	if err != nil {
		return nil, err
	}
	return t.AssignedView(userID, a), nil
}

func findSkill(c *handlers.Call, t *contactcenter.SkillSet, userID, id string) (*contactcenter.Assigned, error) {
	all, err := t.Of(c.Tx, userID)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(a contactcenter.Assigned) bool { return a.ID == id })
	if i < 0 {
		return nil, absent(c, id, t.Noun)
	}
	return &all[i], nil
}

// changeSkill changes what is said of one that the user has.
//
// Guess: one that the user does not have is not found, and is not added.
func changeSkill(c *handlers.Call, t *contactcenter.SkillSet, userID, id string, change *skillChange) (*contactcenter.AssignedView, error) {
	if err := change.check(c); err != nil {
		return nil, err
	}
	u, err := assignable(c, userID)
	if err != nil {
		return nil, err
	}
	a, err := findSkill(c, t, u.ID, id)
	if err != nil {
		return nil, err
	}
	handlers.Replace(&a.Proficiency, change.Proficiency)
	if change.State != "" {
		a.State = change.State
	}
	if err := t.Add(c.Tx, u.ID, *a); err != nil {
		return nil, err
	}
	return t.AssignedView(u.ID, a), nil
}

// removeSkill takes one from a user.
func removeSkill(c *handlers.Call, t *contactcenter.SkillSet, userID, id string) (handlers.None, error) {
	u, err := assignable(c, userID)
	if err != nil {
		return handlers.None{}, err
	}
	err = t.Take(c.Tx, u.ID, id)
	if errors.Is(err, store.ErrNotFound) {
		return handlers.None{}, absent(c, id, t.Noun)
	}
	return handlers.None{}, err
}

// writeSkills does a bulk operation with one of the methods of t and answers
// all that the user has then, on one page.
func writeSkills(c *handlers.Call, t *contactcenter.SkillSet, userID string, changes []skillChange, write func(*store.Tx, string, ...contactcenter.Assigned) error) (*skillListing, error) {
	if err := checkSkills(c, changes); err != nil {
		return nil, err
	}
	u, err := assignable(c, userID)
	if err != nil {
		return nil, err
	}
	list := make([]contactcenter.Assigned, len(changes))
	for i := range changes {
		if !t.All.Has(c.Tx, changes[i].ID) {
			return nil, absent(c, changes[i].ID, t.Noun)
		}
		list[i] = changes[i].assigned()
	}
	if err := write(c.Tx, u.ID, list...); err != nil {
		return nil, err
	}
	views, err := t.AssignedViews(c.Tx, u.ID)
	if err != nil {
		return nil, err
	}
	return handlers.BareListing(views, handlers.Paging{Size: max(len(views), 1), Number: 1}, len(views)), nil
}
