package identity

import (
	"encoding/json"
	"slices"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/store"
)

// GeneralAdmin is the general permission whose holder passes every permission
// and division check (facts: authorization.md §3.3).
const GeneralAdmin = "admin"

// EmployeeRole is the handle of the default role that every new user gets (facts:
// authorization.md §3.2).
const EmployeeRole = "employee"

// Role is a named set of permissions.
type Role struct {
	ID            string   `json:"id"`
	Name          string   `json:"name"`
	Description   string   `json:"description,omitempty"`
	DefaultRoleID string   `json:"defaultRoleId,omitempty"` // set for default roles only; the stable handle
	Permissions   []string `json:"permissions,omitempty"`   // general permissions, without colons
	Policies      []Policy `json:"policies,omitempty"`
	NeedsUpdate   bool     `json:"needsUpdate,omitempty"`
}

// Policy is a DomainPermissionPolicy: actions on an entity of a domain. Entity
// and actions may be "*".
type Policy struct {
	Domain            string          `json:"domain"`
	EntityName        string          `json:"entityName,omitempty"`
	PolicyName        string          `json:"policyName,omitempty"`
	PolicyDescription string          `json:"policyDescription,omitempty"`
	ActionSet         []string        `json:"actionSet,omitempty"`
	NamedResources    []string        `json:"namedResources,omitempty"`
	AllowConditions   bool            `json:"allowConditions"`
	Condition         json.RawMessage `json:"resourceConditionNode,omitempty"` // stored and returned, not evaluated
}

// Roles are sorted by name. Names are unique, whatever their case.
var Roles = store.Collection[*Role]{
	Name: "roles",
	Key:  func(r *Role) string { return r.ID },
	Indexes: []store.Index[*Role]{
		{Name: "name", Unique: true, Keys: func(r *Role) []string { return []string{nameKey(r.Name)} }},
		{Name: "default", Unique: true, Keys: func(r *Role) []string {
			if r.DefaultRoleID == "" {
				return nil
			}
			return []string{r.DefaultRoleID}
		}},
	},
}

// RoleByID returns a role for changing, or the API's 404.
func RoleByID(tx *store.Tx, id string) (*Role, error) {
	r, err := Roles.Get(tx, id)
	return found(r, err, func() *apierr.Error { return roleNotFound(id) })
}

// PeekRole is RoleByID for reading only: the value is shared.
func PeekRole(tx *store.Tx, id string) (*Role, error) {
	r, err := Roles.Peek(tx, id)
	return found(r, err, func() *apierr.Error { return roleNotFound(id) })
}

func roleNotFound(id string) *apierr.Error {
	return apierr.NotFound().About(id, "role")
}

// DefaultRole returns the default role with that handle, such as "employee", or
// store.ErrNotFound.
func DefaultRole(tx *store.Tx, handle string) (*Role, error) {
	return Roles.OneBy(tx, "default", handle)
}

// RoleByName returns the role of that name, whatever its case, or
// store.ErrNotFound.
func RoleByName(tx *store.Tx, name string) (*Role, error) {
	return Roles.OneBy(tx, "name", nameKey(name))
}

// RoleName is a role's name for people; the id where there is no such role.
func RoleName(tx *store.Tx, id string) string {
	if r, err := Roles.Peek(tx, id); err == nil {
		return r.Name
	}
	return id
}

// Admin says whether the role holds the general permission that passes every
// check.
func (r *Role) Admin() bool { return slices.Contains(r.Permissions, GeneralAdmin) }

// Allows says whether the role permits the action. A general permission is
// asked for as a domain alone.
func (r *Role) Allows(domain, entity, action string) bool {
	if r.Admin() {
		return true
	}
	if entity == "" {
		return slices.Contains(r.Permissions, domain)
	}
	for i := range r.Policies {
		p := &r.Policies[i]
		if p.Domain == domain && (p.EntityName == entity || p.EntityName == "*") && p.permits(action) {
			return true
		}
	}
	return false
}

func (p *Policy) permits(action string) bool {
	for _, a := range p.ActionSet {
		if a == action || a == "*" {
			return true
		}
	}
	return false
}
