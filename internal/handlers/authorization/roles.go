package authorization

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
)

// roleView is the schema DomainOrganizationRole.
type roleView struct {
	ID                 string            `json:"id"`
	Name               string            `json:"name"`
	Description        string            `json:"description"`
	DefaultRoleID      string            `json:"defaultRoleId,omitempty"`
	Permissions        []string          `json:"permissions"`
	UnusedPermissions  []string          `json:"unusedPermissions,omitzero"`
	PermissionPolicies []identity.Policy `json:"permissionPolicies"`
	UserCount          *int              `json:"userCount,omitempty"`
	RoleNeedsUpdate    bool              `json:"roleNeedsUpdate"`
	Base               bool              `json:"base"`
	Default            bool              `json:"default"`
	SelfURI            string            `json:"selfUri"`
}

func roleURI(id string) string { return "/api/v2/authorization/roles/" + id }

// viewRole renders a role. Wildcards come back as they were sent
// (authorization.md §5).
func viewRole(r *identity.Role) *roleView {
	v := &roleView{
		ID: r.ID, Name: r.Name, Description: r.Description, DefaultRoleID: r.DefaultRoleID,
		Permissions: r.Permissions, PermissionPolicies: r.Policies,
		RoleNeedsUpdate: r.NeedsUpdate, Base: isDefault(r), Default: isDefault(r), SelfURI: roleURI(r.ID),
	}
	if v.Permissions == nil {
		v.Permissions = []string{}
	}
	if v.PermissionPolicies == nil {
		v.PermissionPolicies = []identity.Policy{}
	}
	return v
}

func isDefault(r *identity.Role) bool { return r.DefaultRoleID != "" }

// roleExtras is what a client can have left out of roles, or put into them.
type roleExtras struct {
	UserCount *bool    // whether to count; yes where it is not said
	Expand    []string // unusedPermissions
}

// view renders a role with what was asked for.
func (x *roleExtras) view(c *handlers.Call, r *identity.Role) (*roleView, error) {
	v := viewRole(r)
	for _, field := range x.Expand {
		if field == "unusedPermissions" {
			v.UnusedPermissions = []string{} // nobody watches which are used
		}
	}
	if x.UserCount != nil && !*x.UserCount {
		return v, nil
	}
	n, err := countUsers(c, r.ID)
	if err != nil {
		return nil, err
	}
	v.UserCount = &n
	return v, nil
}

type roleRequest struct {
	ID        string   `param:"roleId"`
	UserCount *bool    `query:"userCount"`
	Expand    []string `query:"expand"`
}

func (f *Family) role(_ context.Context, c *handlers.Call, in roleRequest) (*roleView, error) {
	r, err := identity.PeekRole(c.Tx, in.ID)
	if err != nil {
		return nil, err
	}
	x := roleExtras{UserCount: in.UserCount, Expand: in.Expand}
	return x.view(c, r)
}

// roleBody is what a client can say of a role; ids, counts and marks are the
// server's. Domains, entities and actions that the catalogue does not know are
// taken, as the real service does (authorization.md §3.4).
type roleBody struct {
	Name        string            `json:"name"`
	Description string            `json:"description"`
	Permissions []string          `json:"permissions"`
	Policies    []identity.Policy `json:"permissionPolicies"`
	NeedsUpdate *bool             `json:"roleNeedsUpdate"`
}

// fill makes the role what the body says. Whatever the body leaves out becomes
// empty, except the mark of roles that need an update.
func (b *roleBody) fill(c *handlers.Call, r *identity.Role) error {
	if strings.TrimSpace(b.Name) == "" {
		return badlyFormed("A role needs a name.").OnField("name")
	}
	for i := range b.Policies {
		p := &b.Policies[i]
		if p.Domain == "" {
			return badlyFormed("A permission policy needs a domain.").OnField("permissionPolicies")
		}
		var err error
		if p.Condition, err = withoutNulls(p.Condition); err != nil {
			return err
		}
	}
	r.Name, r.Description, r.Permissions, r.Policies = b.Name, b.Description, b.Permissions, b.Policies
	if c.Caller.Org.Settings.ExpandWildcards {
		r.Policies = auth.WithoutWildcards(c.Catalogue, b.Policies)
	}
	if b.NeedsUpdate != nil {
		r.NeedsUpdate = *b.NeedsUpdate
	}
	return nil
}

// withoutNulls drops null properties from a condition, which is otherwise given
// back as it was sent: an answer never holds null (clients.md §1.9).
func withoutNulls(condition json.RawMessage) (json.RawMessage, error) {
	if !bytes.Contains(condition, []byte("null")) {
		return condition, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(condition))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		return nil, err
	}
	if v == nil {
		return nil, nil
	}
	dropNulls(v)
	return json.Marshal(v)
}

func dropNulls(v any) {
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			if value == nil {
				delete(v, name)
				continue
			}
			dropNulls(value)
		}
	case []any:
		for _, value := range v {
			dropNulls(value)
		}
	}
}

type newRole struct {
	Body roleBody `body:""`
}

func (f *Family) createRole(_ context.Context, c *handlers.Call, in newRole) (*roleView, error) {
	r := &identity.Role{ID: c.NewID()}
	if err := in.Body.fill(c, r); err != nil {
		return nil, err
	}
	n, err := identity.Roles.Count(c.Tx)
	if err != nil {
		return nil, err
	}
	if n >= maxRoles {
		return nil, tooManyRoles()
	}
	if err := identity.Roles.Insert(c.Tx, r); err != nil {
		return nil, nameTaken(err, roleExists(r.Name))
	}
	return (&roleExtras{}).view(c, r)
}

func roleExists(name string) *apierr.Error {
	return apierr.Conflict("A role with the name [" + name + "] already exists.")
}

type roleChange struct {
	ID   string   `param:"roleId"`
	Body roleBody `body:""`
}

// replaceRole changes default roles too, all but their names
// (authorization.md §3.4).
func (f *Family) replaceRole(_ context.Context, c *handlers.Call, in roleChange) (*roleView, error) {
	r, err := identity.RoleByID(c.Tx, in.ID)
	if err != nil {
		return nil, err
	}
	old := r.Name
	if err := in.Body.fill(c, r); err != nil {
		return nil, err
	}
	if isDefault(r) && r.Name != old {
		return nil, badlyFormed("The name of the default role [" + old + "] cannot be changed.").OnField("name")
	}
	if err := identity.Roles.Put(c.Tx, r); err != nil {
		return nil, nameTaken(err, roleExists(r.Name))
	}
	return (&roleExtras{}).view(c, r)
}

type roleMark struct {
	ID   string `param:"roleId"`
	Body struct {
		NeedsUpdate *bool `json:"roleNeedsUpdate"`
	} `body:""`
}

// patchRole sets roleNeedsUpdate and nothing else (authorization.md §3.4).
func (f *Family) patchRole(_ context.Context, c *handlers.Call, in roleMark) (*roleView, error) {
	r, err := identity.RoleByID(c.Tx, in.ID)
	if err != nil {
		return nil, err
	}
	if in.Body.NeedsUpdate == nil {
		return nil, apierr.BadRequest("The field roleNeedsUpdate is missing; it is all that can be patched.").OnField("roleNeedsUpdate")
	}
	r.NeedsUpdate = *in.Body.NeedsUpdate
	if err := identity.Roles.Put(c.Tx, r); err != nil {
		return nil, err
	}
	return (&roleExtras{}).view(c, r)
}

type roleRef struct {
	ID string `param:"roleId"`
}

// deleteRole drops the role's grants with it. Default roles stay: Terraform
// restores them instead (authorization.md §3.4).
func (f *Family) deleteRole(_ context.Context, c *handlers.Call, in roleRef) (handlers.None, error) {
	r, err := identity.PeekRole(c.Tx, in.ID)
	if err != nil {
		return handlers.None{}, err
	}
	if isDefault(r) {
		return handlers.None{}, apierr.BadRequest("The default role ["+r.Name+"] cannot be deleted. It can be restored instead.").About(r.ID, "role")
	}
	if err := dropGrants(c.Tx, "role", r.ID); err != nil {
		return handlers.None{}, err
	}
	return handlers.None{}, identity.Roles.Delete(c.Tx, r.ID)
}
