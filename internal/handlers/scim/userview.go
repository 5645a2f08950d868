package scim

import (
	"errors"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/contactcenter"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/scim"
	"github.com/mockcloud/mockcloud/internal/store"
)

// renderer turns users into resources with the attributes that were asked for, and
// reads of what is kept elsewhere no more than those take.
type renderer struct {
	c                    *handlers.Call
	base                 string
	attributes, excluded []string

	division, groups, roles, skills, languages bool // whether they are asked for
}

func newRenderer(c *handlers.Call, attributes, excluded []string) (*renderer, error) {
	skill := []any{scim.Object{"name": "", "proficiency": 0}}
	left, err := scim.UserType.Project(scim.Object{
		"groups":        []any{scim.Object{"value": "", "$ref": "", "type": ""}},
		"roles":         []any{scim.Object{"value": ""}},
		scim.Enterprise: scim.Object{"division": ""},
		scim.Genesys:    scim.Object{"routingSkills": skill, "routingLanguages": skill},
	}, attributes, excluded)
	if err != nil {
		return nil, err
	}
	genesys := object(left, scim.Genesys)
	return &renderer{
		c: c, base: base(c), attributes: attributes, excluded: excluded,
		division: object(left, scim.Enterprise)["division"] != nil,
		groups:   left["groups"] != nil, roles: left["roles"] != nil,
		skills: genesys["routingSkills"] != nil, languages: genesys["routingLanguages"] != nil,
	}, nil
}

// whole renders a user with all that there is.
func whole(c *handlers.Call, u *identity.User) (scim.Object, error) {
	r, err := newRenderer(c, nil, nil)
	if err != nil {
		return nil, err
	}
	return r.user(u)
}

// user renders one. It may be shared.
//
// Guess: what is not assigned is left out (RFC 7643 §2.5), and the schemas are
// always the three.
func (r *renderer) user(u *identity.User) (scim.Object, error) {
	addresses, err := u.Addresses()
	if err != nil {
		return nil, err
	}
	resource := scim.Object{
		"schemas":     []any{scim.CoreUser, scim.Enterprise, scim.Genesys},
		"id":          u.ID,
		"userName":    u.Email,
		"displayName": u.Name,
		"active":      u.State == identity.UserActive,
		"emails":      emails(u, addresses),
		"meta":        r.meta("User", "/users/"+u.ID, u.Version, u.Modified, u.Created),
	}
	put(resource, "title", u.Title)
	put(resource, "externalId", u.ExternalID(scimAuthority))
	put(resource, "phoneNumbers", phones(addresses))
	put(resource, scim.Enterprise, r.enterprise(u))
	genesys := scim.Object{}
	put(genesys, "externalIds", externalIDs(u))
	if err := r.addKept(resource, genesys, u); err != nil {
		return nil, err
	}
	put(resource, scim.Genesys, genesys)
	return scim.UserType.Project(resource, r.attributes, r.excluded)
}

func (r *renderer) enterprise(u *identity.User) scim.Object {
	enterprise := scim.Object{}
	if r.division {
		put(enterprise, "division", identity.DivisionName(r.c.Tx, u.DivisionID))
	}
	put(enterprise, "department", u.Department)
	if u.ManagerID != "" {
		enterprise["manager"] = scim.Object{"value": u.ManagerID, "$ref": r.base + "/users/" + u.ManagerID}
	}
	info := u.EmployerInfo()
	put(enterprise, "employeeNumber", info.EmployeeID)
	put(enterprise, "dateHire", day(info.DateHire))
	return enterprise
}

// addKept adds what is kept elsewhere than with the user.
func (r *renderer) addKept(resource, genesys scim.Object, u *identity.User) error {
	if r.groups {
		groups, err := r.groupsOf(u)
		if err != nil {
			return err
		}
		put(resource, "groups", groups)
	}
	if r.roles {
		roles, err := rolesOf(r.c.Tx, u.ID)
		if err != nil {
			return err
		}
		put(resource, "roles", roles)
	}
	if r.skills {
		skills, err := contactcenter.Skills.Of(r.c.Tx, u.ID)
		if err != nil {
			return err
		}
		put(genesys, "routingSkills", assigned(skills))
	}
	if r.languages {
		languages, err := contactcenter.Languages.Of(r.c.Tx, u.ID)
		if err != nil {
			return err
		}
		put(genesys, "routingLanguages", assigned(languages))
	}
	return nil
}

func assigned(skills []contactcenter.Assigned) []any {
	list := make([]any, len(skills))
	for i, a := range skills {
		list[i] = scim.Object{"name": a.Name, "proficiency": a.Proficiency}
	}
	return list
}

func (r *renderer) groupsOf(u *identity.User) ([]any, error) {
	var list []any
	for g, err := range identity.GroupsOf(r.c.Tx, u.ID) {
		if err != nil {
			return nil, err
		}
		list = append(list, scim.Object{"value": g.ID, "$ref": r.base + "/groups/" + g.ID, "type": "Group"})
	}
	return list, nil
}

// meta is the attribute of that name. The date is that of the last change.
func (r *renderer) meta(kind, path string, version int, dates ...*clock.Time) scim.Object {
	m := scim.Object{"resourceType": kind, "location": r.base + path, "version": etag(version)}
	for _, date := range dates {
		if date != nil {
			m["lastModified"] = date.UTC().Format(clock.Layout)
			break
		}
	}
	return m
}

// rolesOf lists the roles that the user holds itself, each once and by name.
//
// Guess: those that come through groups are left out. A client that sends back what
// it read would otherwise grant them to the user.
func rolesOf(tx *store.Tx, userID string) ([]any, error) {
	var names []string
	for _, p := range identity.OwnPairs(tx, userID) {
		role, err := identity.Roles.Peek(tx, p.RoleID)
		if errors.Is(err, store.ErrNotFound) {
			continue // such a grant gives nothing
		}
		if err != nil {
			return nil, err
		}
		names = append(names, role.Name)
	}
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(identity.Fold(a), identity.Fold(b)) })
	var list []any
	for _, name := range slices.Compact(names) {
		list = append(list, scim.Object{"value": name})
	}
	return list, nil
}
