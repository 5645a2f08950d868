package authorization

import (
	"context"
	"errors"
	"fmt"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/seed"
	"github.com/mockcloud/mockcloud/internal/store"
)

type restoreRequest struct {
	Force bool `query:"force"`
}

// restoreDefaultRoles adds the default roles that the organization lacks and,
// with force, makes the others what they were at first. Custom roles are not
// touched (authorization.md §3.4). The answer holds all default roles on one
// page.
func (f *Family) restoreDefaultRoles(_ context.Context, c *handlers.Call, in restoreRequest) (*handlers.Listing[*roleView], error) {
	definitions, err := seed.DefaultRoles()
	if err != nil {
		return nil, err
	}
	for _, d := range definitions {
		old, err := identity.DefaultRole(c.Tx, d.DefaultRoleID)
		switch {
		case errors.Is(err, store.ErrNotFound):
			d.ID = c.NewID()
		case err != nil:
			return nil, fmt.Errorf("default role %s: %w", d.DefaultRoleID, err)
		case !in.Force:
			continue
		default:
			d.ID = old.ID
		}
		if err := identity.Roles.Put(c.Tx, d); err != nil {
			return nil, nameTaken(err, roleExists(d.Name))
		}
	}
	var roles []*identity.Role
	for r, err := range identity.Roles.Ordered(c.Tx, "name", false) {
		if err != nil {
			return nil, err
		}
		if isDefault(r) {
			roles = append(roles, r)
		}
	}
	return onOnePage(c, roles)
}

type restoreList struct {
	Body []struct {
		ID string `json:"id"`
	} `body:""`
}

// restoreTheseRoles makes the named default roles what they were at first: what
// was added is lost, what was taken away comes back (authorization.md §3.4).
// Only the ids of the body count; Terraform sends nothing else.
func (f *Family) restoreTheseRoles(_ context.Context, c *handlers.Call, in restoreList) (*handlers.Listing[*roleView], error) {
	definitions, err := seed.DefaultRoles()
	if err != nil {
		return nil, err
	}
	byHandle := make(map[string]*identity.Role, len(definitions))
	for _, d := range definitions {
		byHandle[d.DefaultRoleID] = d
	}
	var roles []*identity.Role
	for i, wanted := range in.Body {
		old, err := identity.PeekRole(c.Tx, wanted.ID)
		if err != nil {
			return nil, err
		}
		d := byHandle[old.DefaultRoleID]
		if d == nil {
			return nil, apierr.BadRequest("The role [" + old.Name + "] is none of the default roles that can be restored.").
				OnField(fmt.Sprintf("[%d].id", i))
		}
		d.ID = old.ID
		if err := identity.Roles.Put(c.Tx, d); err != nil {
			return nil, nameTaken(err, roleExists(d.Name))
		}
		roles = append(roles, d)
	}
	return onOnePage(c, roles)
}

func onOnePage(c *handlers.Call, roles []*identity.Role) (*handlers.Listing[*roleView], error) {
	views := make([]*roleView, len(roles))
	for i, r := range roles {
		var err error
		if views[i], err = (&roleExtras{}).view(c, r); err != nil {
			return nil, err
		}
	}
	return handlers.BareListing(views, handlers.Paging{Size: max(len(views), 1), Number: 1}, len(views)), nil
}
