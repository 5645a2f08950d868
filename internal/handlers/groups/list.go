package groups

import (
	"context"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
)

// maxPage is the largest page.
//
// Guess: it is that of users.
const maxPage = 500

type listInput struct {
	IDs       []string `query:"id"`
	JabberIDs []string `query:"jabberId"`
	SortOrder string   `query:"sortOrder"`
}

// descending reads both spellings: the specification's enum says "descending",
// its default "ASC".
func descending(sortOrder string) bool {
	return strings.HasPrefix(strings.ToLower(sortOrder), "desc")
}

// list is getGroups: by name.
func (f *Family) list(_ context.Context, c *handlers.Call, in listInput) (*handlers.Listing[*identity.GroupView], error) {
	page, err := handlers.PageOf(c, maxPage)
	if err != nil {
		return nil, err
	}
	groups, total, err := in.page(c, page)
	if err != nil {
		return nil, err
	}
	views, err := render(c)(groups)
	if err != nil {
		return nil, err
	}
	return handlers.NewListing(c, views, page, total), nil
}

func (in *listInput) page(c *handlers.Call, page handlers.Paging) ([]*identity.Group, int, error) {
	if len(in.JabberIDs) > 0 {
		return nil, 0, nil // no group has a chat address here
	}
	if len(in.IDs) == 0 {
		return handlers.Select(c.Tx, &identity.Groups, "name", descending(in.SortOrder), page, nil)
	}
	var groups []*identity.Group
	for _, id := range slices.Compact(slices.Sorted(slices.Values(in.IDs))) {
		if !identity.Groups.Has(c.Tx, id) {
			continue // ids that no group has are left out
		}
		g, err := identity.Groups.Peek(c.Tx, id)
		if err != nil {
			return nil, 0, err
		}
		groups = append(groups, g)
	}
	slices.SortFunc(groups, byName)
	if descending(in.SortOrder) {
		slices.Reverse(groups)
	}
	return handlers.Cut(groups, page), len(groups), nil
}

func byName(a, b *identity.Group) int {
	if order := strings.Compare(identity.Fold(a.Name), identity.Fold(b.Name)); order != 0 {
		return order
	}
	return strings.Compare(a.ID, b.ID)
}

func render(c *handlers.Call) func([]*identity.Group) ([]*identity.GroupView, error) {
	return func(groups []*identity.Group) ([]*identity.GroupView, error) {
		views := make([]*identity.GroupView, len(groups))
		for i, g := range groups {
			var err error
			if views[i], err = g.View(c.Tx); err != nil {
				return nil, err
			}
		}
		return views, nil
	}
}
