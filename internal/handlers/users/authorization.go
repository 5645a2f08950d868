package users

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/directory"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// authorizationView is the schema UserAuthorization: the union over all
// divisions of what a user holds, inherited roles included (facts:
// authorization.md §10). unusedRoles would take a record of what was used, and
// is left out.
type authorizationView struct {
	Roles              []identity.Ref `json:"roles"`
	Permissions        []string       `json:"permissions"`
	PermissionPolicies []policyView   `json:"permissionPolicies"`
}

// policyView is the schema ResourcePermissionPolicy.
type policyView struct {
	Domain            string          `json:"domain"`
	EntityName        string          `json:"entityName,omitempty"`
	PolicyName        string          `json:"policyName,omitempty"`
	PolicyDescription string          `json:"policyDescription,omitempty"`
	AllowConditions   bool            `json:"allowConditions"`
	Condition         json.RawMessage `json:"resourceConditionNode,omitempty"`
	NamedResources    []string        `json:"namedResources,omitempty"`
	ActionSet         []string        `json:"actionSet"`
}

// rights puts together what users hold.
type rights struct{ c *handlers.Call }

func (r *rights) of(userID string) (*authorizationView, error) {
	roles, err := rolesOf(r.c.Tx, userID)
	if err != nil {
		return nil, err
	}
	v := &authorizationView{
		Roles:              make([]identity.Ref, 0, len(roles)),
		Permissions:        r.permissions(roles),
		PermissionPolicies: policies(roles),
	}
	for _, role := range roles {
		v.Roles = append(v.Roles, identity.Ref{ID: role.ID, Name: role.Name})
	}
	return v, nil
}

// rolesOf returns each role that the user holds once, own or inherited, sorted
// by name. Grants of roles that are gone count for nothing.
func rolesOf(tx *store.Tx, userID string) ([]*identity.Role, error) {
	held, err := identity.HeldBy(tx, identity.Subject{Type: identity.SubjectUser, ID: userID})
	if err != nil {
		return nil, err
	}
	var roles []*identity.Role
	seen := make(map[string]bool, len(held))
	for _, h := range held {
		if seen[h.RoleID] {
			continue
		}
		seen[h.RoleID] = true
		role, err := identity.Roles.Peek(tx, h.RoleID)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		roles = append(roles, role)
	}
	slices.SortFunc(roles, func(a, b *identity.Role) int {
		return strings.Compare(identity.Fold(a.Name), identity.Fold(b.Name))
	})
	return roles, nil
}

// permissions is the flat union of what the roles permit: general permissions
// as they are, and domain:entity:action strings. Wildcards stand for what the
// catalogue knows.
func (r *rights) permissions(roles []*identity.Role) []string {
	union := make(map[string]struct{})
	for _, role := range roles {
		for _, general := range role.Permissions {
			union[general] = struct{}{}
		}
		for i := range role.Policies {
			for p := range auth.Expand(r.c.Catalogue, &role.Policies[i]) {
				union[p] = struct{}{}
			}
		}
	}
	return slices.AppendSeq([]string{}, slices.Values(slices.Sorted(maps.Keys(union))))
}

// policies lists the policies of all roles, equal ones once.
func policies(roles []*identity.Role) []policyView {
	all := []policyView{}
	seen := make(map[string]bool)
	for _, role := range roles {
		for i := range role.Policies {
			p := &role.Policies[i]
			key := strings.Join([]string{p.Domain, p.EntityName, strings.Join(p.ActionSet, ","), strings.Join(p.NamedResources, ","), string(p.Condition)}, "\x00")
			if seen[key] {
				continue
			}
			seen[key] = true
			all = append(all, policyView{
				Domain: p.Domain, EntityName: p.EntityName, PolicyName: p.PolicyName, PolicyDescription: p.PolicyDescription,
				AllowConditions: p.AllowConditions, Condition: p.Condition, NamedResources: p.NamedResources,
				ActionSet: append([]string{}, p.ActionSet...),
			})
		}
	}
	return all
}

type subjectRef struct {
	ID string `param:"subjectId"`
}

// roles is getUserRoles.
func (f *Family) roles(_ context.Context, c *handlers.Call, in subjectRef) (*authorizationView, error) {
	user, err := identity.ActiveUserByID(c.Tx, in.ID)
	if err != nil {
		return nil, err
	}
	return (&rights{c: c}).of(user.ID)
}

type setRolesInput struct {
	ID    string   `param:"subjectId"`
	Roles []string `body:""`
}

// setRoles is putUserRoles: the body is the whole list of roles. Roles inherited
// from groups are not touched. Granting to people asks for no role of one's own;
// only OAuth clients are under that rule (facts: authorization.md §8).
func (f *Family) setRoles(_ context.Context, c *handlers.Call, in setRolesInput) (*authorizationView, error) {
	user, err := identity.ActiveUserByID(c.Tx, in.ID)
	if err != nil {
		return nil, err
	}
	pairs, err := directory.PairsFor(c.Tx, user.ID, in.Roles)
	if err != nil {
		return nil, err
	}
	if len(pairs.All) > identity.MaxAssignments {
		return nil, c.Documented(http.StatusBadRequest, "max.role.assignments.exceeded").About(user.ID, "subject")
	}
	if err := c.MayGrantIn(pairs.Changed()); err != nil {
		return nil, err
	}
	subject := identity.Subject{Type: identity.SubjectUser, ID: user.ID}
	if err := identity.Replace(c.Tx, subject, pairs.All, clock.At(c.Now())); err != nil {
		return nil, err
	}
	return (&rights{c: c}).of(user.ID)
}
