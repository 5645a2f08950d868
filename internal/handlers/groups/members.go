package groups

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// maxBulk is how many members come or go in one request (facts:
// authorization.md §10).
const maxBulk = 50

type membersInput struct {
	GroupID   string   `param:"groupId"`
	SortOrder string   `query:"sortOrder"`
	Expand    []string `query:"expand"`
}

// members is getGroupMembers: by name. Only the users of the page are read.
func (f *Family) members(_ context.Context, c *handlers.Call, in membersInput) (*handlers.Listing[any], error) {
	page, err := handlers.PageOf(c, maxPage)
	if err != nil {
		return nil, err
	}
	g, err := peek(c, in.GroupID)
	if err != nil {
		return nil, err
	}
	users, err := membersOf(c.Tx, g, descending(in.SortOrder), page)
	if err != nil {
		return nil, err
	}
	views, err := f.Users(c, users, in.Expand)
	if err != nil {
		return nil, err
	}
	return handlers.NewListing(c, views, page, g.Members), nil
}

func membersOf(tx *store.Tx, g *identity.Group, reverse bool, page handlers.Paging) ([]*identity.User, error) {
	members, err := g.MembersOf(tx, reverse, page.Skip(), page.Size)
	if err != nil {
		return nil, err
	}
	users := make([]*identity.User, len(members))
	for i, m := range members {
		if users[i], err = identity.Users.Peek(tx, m.UserID); err != nil {
			return nil, fmt.Errorf("member of group %s: %w", g.ID, err)
		}
	}
	return users, nil
}

// individuals is getGroupIndividuals, which has no pages: the members, and the
// owners where they are included.
//
// Guess: owners are listed by includeOwners; they inherit no roles by it.
func (f *Family) individuals(_ context.Context, c *handlers.Call, in groupRef) (*handlers.Listing[any], error) {
	g, err := peek(c, in.ID)
	if err != nil {
		return nil, err
	}
	users, err := membersOf(c.Tx, g, false, handlers.Paging{Size: max(g.Members, 1), Number: 1})
	if err != nil {
		return nil, err
	}
	if g.IncludeOwners {
		for _, id := range g.OwnerIDs {
			if g.HasMember(c.Tx, id) {
				continue
			}
			owner, err := identity.Users.Peek(c.Tx, id)
			if err != nil {
				return nil, fmt.Errorf("owner of group %s: %w", g.ID, err)
			}
			users = append(users, owner)
		}
		slices.SortStableFunc(users, func(a, b *identity.User) int { return strings.Compare(identity.Fold(a.Name), identity.Fold(b.Name)) })
	}
	views, err := f.Users(c, users, nil)
	if err != nil {
		return nil, err
	}
	return handlers.BareListing(views, handlers.Paging{Size: max(len(views), 1), Number: 1}, len(views)), nil
}

type addMembersInput struct {
	GroupID string `param:"groupId"`
	Body    struct {
		MemberIDs []string `json:"memberIds"`
		Version   int      `json:"version"`
	} `body:""`
}

// addMembers is postGroupMembers: all are users who exist, or nothing happens.
// Whoever is a member stays one.
func (f *Family) addMembers(_ context.Context, c *handlers.Call, in addMembersInput) (handlers.Empty, error) {
	if len(in.Body.MemberIDs) > maxBulk {
		return handlers.Empty{}, tooMany("memberIds")
	}
	g, err := find(c, in.GroupID)
	if err != nil {
		return handlers.Empty{}, err
	}
	if in.Body.Version != g.Version {
		return handlers.Empty{}, stale("The version supplied does not match the current version of the group")
	}
	changed := false
	for _, id := range in.Body.MemberIDs {
		u, err := user(c.Tx, id)
		if err != nil {
			return handlers.Empty{}, err
		}
		if u == nil {
			return handlers.Empty{}, c.Documented(http.StatusBadRequest, "general.resource.not.found").OnField("memberIds").About(id, "user")
		}
		joined, err := g.Join(c.Tx, u)
		if err != nil {
			return handlers.Empty{}, err
		}
		changed = changed || joined
	}
	return handlers.Empty{}, saveIf(c, g, changed)
}

type removeMembersInput struct {
	GroupID string `param:"groupId"`
	IDs     string `query:"ids"`
}

// removeMembers is deleteGroupMembers. Ids of others than members are passed
// over: it is as the client wants it, and Terraform names users that it has just
// deleted.
func (f *Family) removeMembers(_ context.Context, c *handlers.Call, in removeMembersInput) (handlers.Empty, error) {
	ids := strings.FieldsFunc(in.IDs, func(r rune) bool { return r == ',' || r == ' ' })
	switch {
	case len(ids) == 0:
		return handlers.Empty{}, apierr.BadRequest("The parameter [ids] must name at least one member.").OnField("ids")
	case len(ids) > maxBulk:
		return handlers.Empty{}, tooMany("ids")
	}
	g, err := find(c, in.GroupID)
	if err != nil {
		return handlers.Empty{}, err
	}
	changed := false
	for _, id := range ids {
		left, err := g.Leave(c.Tx, id)
		if err != nil {
			return handlers.Empty{}, err
		}
		changed = changed || left
	}
	return handlers.Empty{}, saveIf(c, g, changed)
}

// tooMany refuses more than maxBulk ids.
//
// Guess: the limit is known, its code is not.
func tooMany(field string) *apierr.Error {
	return apierr.BadRequest(fmt.Sprintf("At most %d members can be changed in one request.", maxBulk)).OnField(field)
}

// saveIf keeps the version of a group whose members are as they were.
func saveIf(c *handlers.Call, g *identity.Group, changed bool) error {
	if !changed {
		return nil
	}
	return save(c, g)
}
