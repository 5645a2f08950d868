package authorization

import (
	"context"
	"slices"

	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// holder is a subject that was granted a role directly, and where.
type holder struct {
	*subject
	divisions []string
}

// holders lists who was granted the role, by subject. Who is deleted holds
// nothing.
func holders(c *handlers.Call, roleID string) ([]holder, error) {
	var all []holder
	last := ""
	for key := range identity.Grants.KeysBy(c.Tx, "role", roleID) {
		g, err := identity.Grants.Peek(c.Tx, key)
		if err != nil {
			return nil, err
		}
		if g.SubjectID == last { // the keys of one subject stand together
			if n := len(all) - 1; n >= 0 && all[n].ID == last {
				all[n].divisions = append(all[n].divisions, g.DivisionID)
			}
			continue
		}
		last = g.SubjectID
		s, err := findSubject(c, g.SubjectID)
		if err != nil {
			return nil, err
		}
		if s != nil {
			all = append(all, holder{s, []string{g.DivisionID}})
		}
	}
	return all, nil
}

// userHolders lists the users who were granted the role. Who only inherits it
// from a group is not among them.
func userHolders(c *handlers.Call, roleID string) ([]holder, error) {
	all, err := holders(c, roleID)
	return slices.DeleteFunc(all, func(h holder) bool { return h.Type != identity.SubjectUser }), err
}

// countUsers counts the users who were granted the role in some division.
func countUsers(c *handlers.Call, roleID string) (int, error) {
	users, err := userHolders(c, roleID)
	return len(users), err
}

type userReference struct {
	ID      string `json:"id"`
	SelfURI string `json:"selfUri"`
}

func (f *Family) roleUsers(_ context.Context, c *handlers.Call, in roleRef) (*handlers.Listing[userReference], error) {
	if _, err := identity.PeekRole(c.Tx, in.ID); err != nil {
		return nil, err
	}
	p, err := handlers.PageOf(c, maxPageSize)
	if err != nil {
		return nil, err
	}
	users, err := userHolders(c, in.ID)
	if err != nil {
		return nil, err
	}
	page := handlers.Cut(users, p)
	views := make([]userReference, len(page))
	for i, u := range page {
		views[i] = userReference{ID: u.ID, SelfURI: "/api/v2/users/" + u.ID}
	}
	return handlers.BareListing(views, p, len(users)), nil
}

type roleUserList struct {
	ID   string   `param:"roleId"`
	Body []string `body:""`
}

// addRoleUsers grants the role in the home division, since the request names
// none. Users who hold the role somewhere already keep it as it is.
func (f *Family) addRoleUsers(_ context.Context, c *handlers.Call, in roleUserList) ([]string, error) {
	users, err := f.usersOf(c, in)
	if err != nil {
		return nil, err
	}
	home, err := identity.HomeDivision(c.Tx)
	if err != nil {
		return nil, err
	}
	for _, u := range users {
		if len(held(c.Tx, u.ID, in.ID)) > 0 {
			continue
		}
		if err := give(c, u, []identity.Pair{{RoleID: in.ID, DivisionID: home.ID}}); err != nil {
			return nil, err
		}
	}
	return ids(users), nil
}

// removeRoleUsers takes the role from the users in every division. Users who do
// not hold it are passed over.
func (f *Family) removeRoleUsers(_ context.Context, c *handlers.Call, in roleUserList) ([]string, error) {
	users, err := f.usersOf(c, in)
	if err != nil {
		return nil, err
	}
	for _, u := range users {
		pairs := held(c.Tx, u.ID, in.ID)
		if err := c.MayGrantIn(pairs); err != nil {
			return nil, err
		}
		for _, p := range pairs {
			if _, err := identity.Take(c.Tx, u.ID, p); err != nil {
				return nil, err
			}
		}
	}
	return ids(users), nil
}

// usersOf looks up the role and every user of the request.
func (f *Family) usersOf(c *handlers.Call, in roleUserList) ([]*subject, error) {
	if _, err := identity.PeekRole(c.Tx, in.ID); err != nil {
		return nil, err
	}
	users := make([]*subject, len(in.Body))
	for i, id := range in.Body {
		u, err := identity.ActiveUserByID(c.Tx, id)
		if err != nil {
			return nil, err
		}
		users[i] = userSubject(u)
	}
	return users, nil
}

// held returns the subject's own grants of the role.
func held(tx *store.Tx, subjectID, roleID string) []identity.Pair {
	return slices.DeleteFunc(identity.OwnPairs(tx, subjectID), func(p identity.Pair) bool { return p.RoleID != roleID })
}

func ids(subjects []*subject) []string {
	list := make([]string, len(subjects))
	for i, s := range subjects {
		list[i] = s.ID
	}
	return list
}

// divisionRefView is the schema Division. The division "*" has no name.
type divisionRefView struct {
	ID      string `json:"id"`
	Name    string `json:"name,omitempty"`
	SelfURI string `json:"selfUri"`
}

// subjectDivisions is the schema SubjectDivisionGrants.
type subjectDivisions struct {
	ID        string               `json:"id"`
	Name      string               `json:"name"`
	Divisions []divisionRefView    `json:"divisions"`
	Type      identity.SubjectType `json:"type"`
	SelfURI   string               `json:"selfUri"`
}

// roleSubjects lists who was granted the role, by subject. sortBy, expand,
// nextPage and previousPage have no values in the specification and are ignored.
func (f *Family) roleSubjects(_ context.Context, c *handlers.Call, in roleRef) (*handlers.Listing[*subjectDivisions], error) {
	if _, err := identity.PeekRole(c.Tx, in.ID); err != nil {
		return nil, err
	}
	p, err := handlers.PageOf(c, maxPageSize)
	if err != nil {
		return nil, err
	}
	all, err := holders(c, in.ID)
	if err != nil {
		return nil, err
	}
	page := handlers.Cut(all, p)
	views := make([]*subjectDivisions, len(page))
	for i, h := range page {
		views[i] = &subjectDivisions{ID: h.ID, Name: h.name, Type: h.Type, SelfURI: subjectURI(h.ID)}
		for _, id := range h.divisions {
			d := divisionRefView{ID: id, SelfURI: divisionURI(id)}
			if id != identity.AllDivisions {
				d.Name = identity.DivisionName(c.Tx, id)
			}
			views[i].Divisions = append(views[i].Divisions, d)
		}
	}
	return handlers.NewListing(c, views, p, len(all)), nil
}

type roleGrants struct {
	RoleID      string `param:"roleId"`
	SubjectType string `query:"subjectType"`
	Body        struct {
		SubjectIDs  []string `json:"subjectIds"`
		DivisionIDs []string `json:"divisionIds"`
	} `body:""`
}

// grantRole gives each of the subjects the role in each of the divisions.
func (f *Family) grantRole(_ context.Context, c *handlers.Call, in roleGrants) (handlers.None, error) {
	if _, err := identity.PeekRole(c.Tx, in.RoleID); err != nil {
		return handlers.None{}, err
	}
	var pairs []identity.Pair
	for _, id := range distinct(in.Body.DivisionIDs) {
		pairs = append(pairs, identity.Pair{RoleID: in.RoleID, DivisionID: id})
	}
	if err := exist(c.Tx, pairs); err != nil {
		return handlers.None{}, err
	}
	for _, id := range distinct(in.Body.SubjectIDs) {
		s, err := grantee(c, id, in.SubjectType)
		if err != nil {
			return handlers.None{}, err
		}
		if err := give(c, s, pairs); err != nil {
			return handlers.None{}, err
		}
	}
	return handlers.None{}, nil
}
