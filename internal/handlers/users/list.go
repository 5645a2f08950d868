package users

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
)

// The limits of listings. A hundred ids is documented (max.user.ids); the page
// size is not.
const (
	maxIDs  = 100
	maxPage = 500
)

// stateAny is the filter that lets every user through.
const stateAny = "any"

type listInput struct {
	IDs       []string `query:"id"`
	JabberIDs []string `query:"jabberId"`
	SortOrder string   `query:"sortOrder"`
	State     string   `query:"state"`
	Expand    []string `query:"expand"`
}

// list is getUsers: by name, active users unless another state is asked for.
func (f *Family) list(_ context.Context, c *handlers.Call, in listInput) (*handlers.Listing[*view], error) {
	page, err := handlers.PageOf(c, maxPage)
	if err != nil {
		return nil, err
	}
	if len(in.IDs) > maxIDs {
		return nil, c.Documented(http.StatusBadRequest, "max.user.ids").OnField("id")
	}
	if in.State == "" {
		in.State = identity.UserActive
	}
	users, total, err := in.page(c, page)
	if err != nil {
		return nil, err
	}
	views, err := newRenderer(c, in.Expand).views(users)
	if err != nil {
		return nil, err
	}
	return handlers.NewListing(c, views, page, total), nil
}

func (in *listInput) page(c *handlers.Call, page handlers.Paging) ([]*identity.User, int, error) {
	if len(in.IDs) > 0 || len(in.JabberIDs) > 0 {
		users, err := in.picked(c)
		return handlers.Cut(users, page), len(users), err
	}
	if in.State == stateAny {
		total, err := identity.Users.Count(c.Tx)
		if err != nil {
			return nil, 0, err
		}
		users, err := identity.Users.Page(c.Tx, "name", in.descending(), page.Skip(), page.Size)
		return users, total, err
	}
	return identity.UsersIn(c.Tx, in.State, in.descending(), page.Skip(), page.Size)
}

// descending reads both spellings: the specification's enum says "descending",
// its default "ASC".
func (in *listInput) descending() bool {
	return strings.HasPrefix(strings.ToLower(in.SortOrder), "desc")
}

// picked returns the users that are asked for one by one, sorted by name. Ids
// that nobody has are left out.
func (in *listInput) picked(c *handlers.Call) ([]*identity.User, error) {
	fits := func(u *identity.User) bool {
		return (in.State == stateAny || u.State == in.State) &&
			(len(in.JabberIDs) == 0 || slices.Contains(in.JabberIDs, jabberID(c.Caller.Org, u)))
	}
	var users []*identity.User
	if len(in.IDs) == 0 {
		for u, err := range identity.Users.Ordered(c.Tx, "name", in.descending()) {
			if err != nil {
				return nil, err
			}
			if fits(u) {
				users = append(users, u)
			}
		}
		return users, nil
	}
	ids := slices.Compact(slices.Sorted(slices.Values(in.IDs)))
	for _, id := range ids {
		u, err := peek(c.Tx, id)
		if err != nil {
			return nil, err
		}
		if u != nil && fits(u) {
			users = append(users, u)
		}
	}
	slices.SortFunc(users, byName)
	if in.descending() {
		slices.Reverse(users)
	}
	return users, nil
}

func byName(a, b *identity.User) int {
	if order := strings.Compare(identity.Fold(a.Name), identity.Fold(b.Name)); order != 0 {
		return order
	}
	return strings.Compare(a.ID, b.ID)
}
