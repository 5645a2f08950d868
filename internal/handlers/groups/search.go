package groups

import (
	"context"

	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
)

// found is the schema GroupsSearchResponse.
type found = handlers.Found[*identity.GroupView]

type searchInput struct {
	Request handlers.SearchRequest `body:""`
}

// search is postGroupsSearch.
func (f *Family) search(_ context.Context, c *handlers.Call, in searchInput) (*found, error) {
	return run(c, &in.Request)
}

type searchAgainInput struct {
	Q64 string `query:"q64"`
}

// searchAgain is getGroupsSearch: the same request as base64 in the query.
func (f *Family) searchAgain(_ context.Context, c *handlers.Call, in searchAgainInput) (*found, error) {
	request, err := handlers.SearchAgain(c, "postGroupsSearch", in.Q64)
	if err != nil {
		return nil, err
	}
	return run(c, request)
}

// searchable has the fields that the specification lists
// (x-genesys-search-fields of GroupSearchCriteria).
//
// Guess: a criterion without fields looks at name and description.
var searchable = handlers.Searchable[*identity.Group]{
	Type: "groups", Noun: "group", Defaults: []string{"name", "description"}, Compare: byName,
	Field: func(name string) (func(*identity.Group) []string, bool) {
		switch name {
		case "id":
			return func(g *identity.Group) []string { return []string{g.ID} }, true
		case "name":
			return func(g *identity.Group) []string { return []string{g.Name} }, true
		case "description":
			return func(g *identity.Group) []string { return []string{g.Description} }, true
		case "state":
			return func(g *identity.Group) []string { return []string{g.State} }, true
		default:
			return nil, false
		}
	},
}

func run(c *handlers.Call, r *handlers.SearchRequest) (*found, error) {
	s, err := handlers.NewSearch(c, r, &searchable)
	if err != nil {
		return nil, err
	}
	all := identity.Groups.Ordered(c.Tx, "name", false)
	if _, name, ok := r.Demands("name"); ok { // what Terraform asks for
		all = identity.GroupsNamed(c.Tx, name)
	}
	var groups []*identity.Group
	for g, err := range all {
		if err != nil {
			return nil, err
		}
		if s.Matches(g) {
			groups = append(groups, g)
		}
	}
	return handlers.Answer(s, groups, render(c))
}
