package authorization

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/spec"
)

type roleList struct {
	SortBy         string   `query:"sortBy"`
	Expand         []string `query:"expand"`
	Name           string   `query:"name"`
	Permissions    []string `query:"permission"`
	DefaultRoleIDs []string `query:"defaultRoleId"`
	UserCount      *bool    `query:"userCount"`
	IDs            []string `query:"id"`
}

const sortByUserCount = "userCount"

// listRoles sorts by name unless told otherwise. Filters of different kinds
// narrow each other; of several values of one kind any suffices. nextPage and
// previousPage have no values in the specification and are ignored.
func (f *Family) listRoles(_ context.Context, c *handlers.Call, in roleList) (*handlers.Listing[*roleView], error) {
	p, err := handlers.PageOf(c, maxPageSize)
	if err != nil {
		return nil, err
	}
	if len(in.IDs) > maxIDs {
		return nil, tooManyRoleIDs()
	}
	index, err := indexFor(in.SortBy, sortByUserCount)
	if err != nil {
		return nil, err
	}
	keep, err := in.filter()
	if err != nil {
		return nil, err
	}
	x := roleExtras{UserCount: in.UserCount, Expand: in.Expand}
	if strings.EqualFold(in.SortBy, sortByUserCount) {
		return x.byUserCount(c, p, keep)
	}
	roles, total, err := handlers.Select(c.Tx, &identity.Roles, index, false, p, keep)
	if err != nil {
		return nil, err
	}
	views := make([]*roleView, len(roles))
	for i, r := range roles {
		if views[i], err = x.view(c, r); err != nil {
			return nil, err
		}
	}
	return handlers.NewListing(c, views, p, total), nil
}

// filter returns what a role must be to be listed; nil for any.
func (q *roleList) filter() (func(*identity.Role) bool, error) {
	var permissions []spec.Permission
	for _, text := range q.Permissions {
		permission, err := spec.ParsePermission(text)
		if err != nil {
			return nil, apierr.InvalidQuery("permission", text, "domain:entity:action")
		}
		permissions = append(permissions, permission)
	}
	if q.Name == "" && len(q.IDs) == 0 && len(q.DefaultRoleIDs) == 0 && len(permissions) == 0 {
		return nil, nil
	}
	return func(r *identity.Role) bool {
		return matches(r.ID, r.Name, q.IDs, q.Name) &&
			(len(q.DefaultRoleIDs) == 0 || slices.Contains(q.DefaultRoleIDs, r.DefaultRoleID)) &&
			(len(permissions) == 0 || slices.ContainsFunc(permissions, func(p spec.Permission) bool {
				return r.Allows(p.Domain, p.Entity, p.Action)
			}))
	}, nil
}

// byUserCount lists the most used roles first. No index knows the count, so all
// roles are looked at.
func (x *roleExtras) byUserCount(c *handlers.Call, p handlers.Paging, keep func(*identity.Role) bool) (*handlers.Listing[*roleView], error) {
	counted := roleExtras{Expand: x.Expand}
	var all []*roleView
	for r, err := range identity.Roles.Ordered(c.Tx, "name", false) {
		if err != nil {
			return nil, err
		}
		if keep != nil && !keep(r) {
			continue
		}
		v, err := counted.view(c, r)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	slices.SortStableFunc(all, func(a, b *roleView) int { return cmp.Compare(*b.UserCount, *a.UserCount) })
	page := handlers.Cut(all, p)
	if x.UserCount != nil && !*x.UserCount {
		for _, v := range page {
			v.UserCount = nil
		}
	}
	return handlers.NewListing(c, page, p, len(all)), nil
}
