package auth

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Remedy is what would have let a refused request pass.
type Remedy struct {
	Scopes      []string   `json:"scopes,omitempty"`      // one of these, for the client
	TokenOnly   bool       `json:"tokenOnly,omitempty"`   // the client has such a scope; the request for the token, or the approval of the client, left it out
	Permissions []string   `json:"permissions,omitempty"` // what was missing: all of them, or one where the mode is ANY
	Divisions   []string   `json:"divisions,omitempty"`   // names of those in which it was missing; none where it is not known, or any would do
	OfObject    bool       `json:"ofObject,omitempty"`    // it counts in the division of the object only, which was not looked at
	Role        *roleFacts `json:"role,omitempty"`        // the smallest role that there is with these permissions; nil where there is none
}

// roleFacts is a role and how much it permits.
type roleFacts struct {
	named
	Permissions int `json:"permissions"` // how many it gives
}

// remedy says what the holder of these grants lacks; nil where the refusal is
// about something else.
func (t *Trace) remedy(tx *store.Tx, held []identity.Held) (*Remedy, error) {
	switch {
	case t.status != http.StatusForbidden:
		return nil, nil
	case t.code == "authz.policy.denied": // no role helps against a policy
		return nil, nil
	}
	r := &Remedy{}
	facts := t.operation.Facts()
	if t.code == "app.not.authorized.for.scope" {
		r.Scopes = facts.Scopes
		client := identity.Client{Scope: t.scopes}
		r.TokenOnly = slices.ContainsFunc(facts.Scopes, client.Has)
	}
	mode, wanted := facts.Mode, facts.Permissions
	if len(t.wanted) > 0 {
		mode, wanted = spec.All, t.wanted
	}
	divisions := []string{""}
	if strings.Contains(t.code, "division") && len(t.divisions) > 0 {
		divisions = t.divisions
	}
	roles := make(map[string]*identity.Role, len(held))
	for _, h := range held {
		if role, err := identity.Roles.Peek(tx, h.RoleID); err == nil {
			roles[h.RoleID] = role
		}
	}
	has := func(p spec.Permission, division string) bool {
		return slices.ContainsFunc(held, func(h identity.Held) bool {
			role := roles[h.RoleID]
			inside := division == "" || h.DivisionID == division || h.DivisionID == identity.AllDivisions
			return role != nil && (inside || role.Admin()) && role.Allows(p.Domain, p.Entity, p.Action)
		})
	}
	var missing []spec.Permission
	for _, division := range divisions {
		lacking := slices.DeleteFunc(slices.Clone(wanted), func(p spec.Permission) bool { return has(p, division) })
		if len(lacking) == 0 || (mode == spec.Any && len(lacking) < len(wanted)) {
			continue
		}
		if division != "" {
			r.Divisions = append(r.Divisions, short(identity.DivisionName(tx, division)))
		}
		for _, p := range lacking {
			if !slices.Contains(missing, p) {
				missing = append(missing, p)
			}
		}
	}
	switch {
	case len(missing) > 0:
	case len(r.Scopes) > 0:
		return r, nil
	default:
		return nil, nil
	}
	r.OfObject = facts.DivisionAware && len(r.Divisions) == 0
	for _, p := range missing {
		r.Permissions = append(r.Permissions, p.String())
	}
	var err error
	r.Role, err = smallestRole(tx, t.operation.Catalogue(), mode, missing)
	return r, err
}

// smallestRole finds the role that gives what is missing and as little as
// possible beside that. Among equals the first by name is taken.
func smallestRole(tx *store.Tx, cat *spec.Catalogue, mode spec.Mode, missing []spec.Permission) (*roleFacts, error) {
	var best *roleFacts
	for id := range identity.Roles.Keys(tx, "") {
		role, err := identity.Roles.Peek(tx, id)
		if err != nil {
			return nil, err
		}
		allows := func(p spec.Permission) bool { return role.Allows(p.Domain, p.Entity, p.Action) }
		enough := slices.ContainsFunc(missing, allows)
		if mode != spec.Any {
			enough = !slices.ContainsFunc(missing, func(p spec.Permission) bool { return !allows(p) })
		}
		if !enough {
			continue
		}
		found := &roleFacts{named: named{ID: role.ID, Name: short(role.Name)}, Permissions: permissionsOf(role, cat)}
		if best == nil || cmp.Or(found.Permissions-best.Permissions, strings.Compare(found.Name, best.Name)) < 0 {
			best = found
		}
	}
	return best, nil
}

// permissionsOf counts the permissions that a role gives, wildcards by what the
// catalogue has.
func permissionsOf(role *identity.Role, cat *spec.Catalogue) int {
	if role.Admin() {
		return len(cat.Permissions()) + len(role.Permissions)
	}
	given := make(map[string]bool)
	for i := range role.Policies {
		for p := range Expand(cat, &role.Policies[i]) {
			given[p] = true
		}
	}
	return len(given) + len(role.Permissions)
}
