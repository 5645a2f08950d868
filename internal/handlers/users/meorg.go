package users

import (
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// orgRole is the schema DomainOrganizationRole, as /api/v2/authorization/roles
// shows roles without counting their users.
type orgRole struct {
	ID            string            `json:"id"`
	Name          string            `json:"name"`
	Description   string            `json:"description"`
	DefaultRoleID string            `json:"defaultRoleId,omitempty"`
	Permissions   []string          `json:"permissions"`
	Policies      []identity.Policy `json:"permissionPolicies"`
	NeedsUpdate   bool              `json:"roleNeedsUpdate"`
	Base          bool              `json:"base"`
	Default       bool              `json:"default"`
	SelfURI       string            `json:"selfUri"`
}

// maxOrgRoles is how many roles orgauthorization shows (facts: authorization.md
// §10).
const maxOrgRoles = 100

// orgRoles are the first roles of the organization by name, whoever asks.
func orgRoles(tx *store.Tx) ([]orgRole, error) {
	roles, err := identity.Roles.Page(tx, "name", false, 0, maxOrgRoles)
	if err != nil {
		return nil, err
	}
	views := make([]orgRole, len(roles))
	for i, r := range roles {
		isDefault := r.DefaultRoleID != ""
		views[i] = orgRole{
			ID: r.ID, Name: r.Name, Description: r.Description, DefaultRoleID: r.DefaultRoleID,
			Permissions: append([]string{}, r.Permissions...), Policies: append([]identity.Policy{}, r.Policies...),
			NeedsUpdate: r.NeedsUpdate, Base: isDefault, Default: isDefault, SelfURI: "/api/v2/authorization/roles/" + r.ID,
		}
	}
	return views, nil
}

// orgProduct is the schema DomainOrganizationProduct.
type orgProduct struct {
	ID string `json:"id"`
}

// orgProducts are those of GET /api/v2/authorization/products.
var orgProducts = []orgProduct{{"collaboratePro"}, {"communicate"}, {"engage"}}
