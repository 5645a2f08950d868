// Package organizations implements /api/v2/organizations: the organization that
// the token belongs to, and what it asks of those who sign in. That is enforced
// elsewhere: addresses in package auth, passwords where they are set.
package organizations

import (
	"context"

	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
)

// Family implements the operations.
type Family struct{}

// Register claims this family's operations.
func (f *Family) Register(r *handlers.Registry) {
	handlers.On(r, "getOrganizationsMe", f.me)
	handlers.On(r, "getOrganizationsAuthenticationSettings", f.settings)
	handlers.On(r, "patchOrganizationsAuthenticationSettings", f.changeSettings)
	handlers.On(r, "getOrganizationsIpaddressauthentication", f.addresses)
	handlers.On(r, "putOrganizationsIpaddressauthentication", f.setAddresses)
}

func (f *Family) me(_ context.Context, c *handlers.Call, _ handlers.None) (*identity.OrgView, error) {
	return c.Caller.Org.View(), nil
}
