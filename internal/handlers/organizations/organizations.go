// Package organizations implements /api/v2/organizations: the organization that
// the token belongs to, its features and limits, and what it asks of those who sign
// in. That is enforced elsewhere: addresses in package auth, passwords where they
// are set.
package organizations

import (
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Family implements the operations.
type Family struct {
	// DefaultSite is the site of organizations that have not chosen one; nil for none.
	DefaultSite func(tx *store.Tx) (string, error)
}

// Register claims this family's operations.
func (f *Family) Register(r *handlers.Registry) {
	handlers.On(r, "getOrganizationsMe", f.me)
	handlers.On(r, "putOrganizationsMe", f.change)
	handlers.On(r, "patchOrganizationsFeature", f.setFeature)
	handlers.On(r, "getOrganizationsLimitsNamespaces", f.namespaces)
	handlers.On(r, "getOrganizationsLimitsNamespace", f.limits)
	handlers.On(r, "getOrganizationsLimitsNamespaceDefaults", f.defaultLimits)
	handlers.On(r, "getOrganizationsAuthenticationSettings", f.settings)
	handlers.On(r, "patchOrganizationsAuthenticationSettings", f.changeSettings)
	handlers.On(r, "getOrganizationsIpaddressauthentication", f.addresses)
	handlers.On(r, "putOrganizationsIpaddressauthentication", f.setAddresses)
}
