// Package organizations implements /api/v2/organizations: the organization that
// the token belongs to.
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
}

func (f *Family) me(_ context.Context, c *handlers.Call, _ handlers.None) (*identity.OrgView, error) {
	return c.Caller.Org.View(), nil
}
