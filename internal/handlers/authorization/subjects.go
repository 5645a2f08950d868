package authorization

import (
	"context"
	"errors"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// subject is a holder of grants that was looked up: what it really is decides,
// not what a request calls it.
type subject struct {
	identity.Subject
	name    string
	version int
	barred  bool // a group without rolesEnabled, which can hold no roles
}

// subjectByID finds a subject, or refuses with 404.
func subjectByID(c *handlers.Call, id string) (*subject, error) {
	s, err := findSubject(c, id)
	if err == nil && s == nil {
		return nil, subjectNotFound(id)
	}
	return s, err
}

// findSubject finds a user, group or OAuth client, and returns nil where there
// is none. Deleted ones are not there.
func findSubject(c *handlers.Call, id string) (*subject, error) {
	tx := c.Tx
	switch u, err := identity.Users.Peek(tx, id); {
	case err == nil && u.State != identity.UserDeleted:
		return userSubject(u), nil
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return nil, err
	}
	switch g, err := identity.Groups.Peek(tx, id); {
	case err == nil && g.State != identity.UserDeleted:
		return &subject{identity.Subject{Type: identity.SubjectGroup, ID: id}, g.Name, g.Version, !g.RolesEnabled}, nil
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return nil, err
	}
	switch cl, err := identity.Clients.Peek(tx, id); {
	case err == nil && cl.Gone(c.Now()):
		return nil, nil
	case err == nil:
		return clientSubject(cl), nil
	case !errors.Is(err, store.ErrNotFound):
		return nil, err
	}
	return nil, nil
}

func userSubject(u *identity.User) *subject {
	return &subject{identity.Subject{Type: identity.SubjectUser, ID: u.ID}, u.Name, u.Version, false}
}

func clientSubject(cl *identity.Client) *subject {
	return &subject{identity.Subject{Type: identity.SubjectClient, ID: cl.ID}, cl.Name, 1, false}
}

// subjectView is the schema AuthzSubject. The name is left out, as in replies
// that were captured (authorization.md §7).
type subjectView struct {
	ID      string       `json:"id"`
	Grants  []*grantView `json:"grants"`
	Version int          `json:"version"`
	SelfURI string       `json:"selfUri"`
}

func subjectURI(id string) string { return "/api/v2/authorization/subjects/" + id }

// grantView is the schema AuthzGrant.
type grantView struct {
	SubjectID   string        `json:"subjectId"`
	Division    *divisionView `json:"division"`
	Role        *grantedRole  `json:"role"`
	GrantMadeAt *clock.Time   `json:"grantMadeAt,omitempty"`
}

// grantedRole is the schema AuthzGrantRole.
type grantedRole struct {
	ID          string          `json:"id"`
	Name        string          `json:"name"`
	Description string          `json:"description"`
	Policies    []grantedPolicy `json:"policies,omitzero"`
	Default     bool            `json:"default"`
	SelfURI     string          `json:"selfUri"`
}

// grantedPolicy is the schema AuthzGrantPolicy, which says actions where roles
// say actionSet. Its condition, a text, was absent from captured replies.
type grantedPolicy struct {
	Domain     string   `json:"domain"`
	EntityName string   `json:"entityName,omitempty"`
	Actions    []string `json:"actions"`
}

// grantViews renders grants of one answer, each role and division once.
type grantViews struct {
	tx        *store.Tx
	policies  bool
	roles     map[string]*grantedRole
	divisions map[string]*divisionView
}

func newGrantViews(tx *store.Tx, policies bool) *grantViews {
	return &grantViews{tx: tx, policies: policies, roles: make(map[string]*grantedRole), divisions: make(map[string]*divisionView)}
}

// grant renders one grant, or returns nil where the role is gone: such a grant
// gives nothing.
func (v *grantViews) grant(subjectID string, p identity.Pair) (*grantView, error) {
	role, err := v.role(p.RoleID)
	if role == nil || err != nil {
		return nil, err
	}
	division, err := v.division(p.DivisionID)
	if err != nil {
		return nil, err
	}
	return &grantView{SubjectID: subjectID, Division: division, Role: role}, nil
}

func (v *grantViews) role(id string) (*grantedRole, error) {
	if seen, ok := v.roles[id]; ok {
		return seen, nil
	}
	r, err := identity.Roles.Peek(v.tx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	view := &grantedRole{ID: r.ID, Name: r.Name, Description: r.Description, Default: isDefault(r), SelfURI: roleURI(r.ID)}
	if v.policies {
		view.Policies = make([]grantedPolicy, len(r.Policies))
		for i := range r.Policies {
			p := &r.Policies[i]
			actions := p.ActionSet
			if actions == nil {
				actions = []string{}
			}
			view.Policies[i] = grantedPolicy{Domain: p.Domain, EntityName: p.EntityName, Actions: actions}
		}
	}
	v.roles[id] = view
	return view, nil
}

func (v *grantViews) division(id string) (*divisionView, error) {
	if seen := v.divisions[id]; seen != nil {
		return seen, nil
	}
	view := &divisionView{ID: id, SelfURI: divisionURI(id)} // all that there is to say of "*"
	if id != identity.AllDivisions {
		d, err := identity.DivisionByID(v.tx, id)
		if err != nil {
			return nil, err
		}
		view = viewDivision(d)
	}
	v.divisions[id] = view
	return view, nil
}

// view renders a subject and what it holds, its own grants first. Inherited
// grants carry the id of the group. Unless duplicates are wanted, a pair that
// comes from several sides is shown once.
func (s *subject) view(tx *store.Tx, held []identity.Held, duplicates, policies bool) (*subjectView, error) {
	view := &subjectView{ID: s.ID, Grants: []*grantView{}, Version: s.version, SelfURI: subjectURI(s.ID)}
	grants := newGrantViews(tx, policies)
	seen := make(map[identity.Pair]bool, len(held))
	for _, h := range held {
		if seen[h.Pair] && !duplicates {
			continue
		}
		seen[h.Pair] = true
		holder := s.ID
		if h.Via != nil {
			holder = h.Via.ID
		}
		g, err := grants.grant(holder, h.Pair)
		if err != nil {
			return nil, err
		}
		if g != nil {
			view.Grants = append(view.Grants, g)
		}
	}
	return view, nil
}

type meRequest struct {
	Duplicates bool `query:"includeDuplicates"`
}

// me works for users and for client-credentials tokens, whose subject is the
// OAuth client (authorization.md §7).
func (f *Family) me(_ context.Context, c *handlers.Call, in meRequest) (*subjectView, error) {
	s := clientSubject(c.Caller.Client)
	if c.Caller.User != nil {
		s = userSubject(c.Caller.User)
	}
	held, err := c.Caller.Held(c.Tx)
	if err != nil {
		return nil, err
	}
	return s.view(c.Tx, held, in.Duplicates, true)
}

type subjectRequest struct {
	ID         string `param:"subjectId"`
	Duplicates bool   `query:"includeDuplicates"`
	FullRoles  *bool  `query:"includeFullRoles"`
}

// subject shows the policies of roles unless includeFullRoles, which is newer
// than the captured replies that hold them, says false.
func (f *Family) subject(_ context.Context, c *handlers.Call, in subjectRequest) (*subjectView, error) {
	s, err := subjectByID(c, in.ID)
	if err != nil {
		return nil, err
	}
	held, err := identity.HeldBy(c.Tx, s.Subject)
	if err != nil {
		return nil, err
	}
	return s.view(c.Tx, held, in.Duplicates, in.FullRoles == nil || *in.FullRoles)
}

type roleCountRequest struct {
	IDs []string `query:"id"`
}

// roleCounts counts the different roles that were granted to each subject
// itself. A subject that is not there has none.
func (f *Family) roleCounts(_ context.Context, c *handlers.Call, in roleCountRequest) (map[string]int, error) {
	if len(in.IDs) > maxIDs {
		return nil, tooManySubjectIDs()
	}
	counts := make(map[string]int, len(in.IDs))
	for _, id := range in.IDs {
		s, err := findSubject(c, id)
		switch {
		case err != nil:
			return nil, err
		case s == nil:
			counts[id] = 0
			continue
		}
		roles := make(map[string]bool)
		for _, p := range identity.OwnPairs(c.Tx, id) {
			roles[p.RoleID] = true
		}
		counts[id] = len(roles)
	}
	return counts, nil
}
