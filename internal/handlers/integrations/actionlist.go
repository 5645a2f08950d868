package integrations

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/actions"
	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/handlers"
)

type actionsInput struct {
	Category           string `query:"category"`
	Name               string `query:"name"`
	IDs                string `query:"ids"`
	Secure             string `query:"secure"`
	IncludeAuthActions string `query:"includeAuthActions"`
	IncludeConfig      bool   `query:"includeConfig"`
	SortBy             string `query:"sortBy"`
	SortOrder          string `query:"sortOrder"`
}

// maxIDs is how many ids a listing takes (the document's word for ids).
const maxIDs = 50

func (f *Family) actions(_ context.Context, c *handlers.Call, in actionsInput) (*handlers.Listing[*actionView], error) {
	return listActions(c, actions.AllPublished(c.Tx), published, in)
}

func (f *Family) drafts(_ context.Context, c *handlers.Call, in actionsInput) (*handlers.Listing[*actionView], error) {
	return listActions(c, actions.AllDrafts(c.Tx), draft, in)
}

func listActions(c *handlers.Call, of iter.Seq2[*actions.Action, error], w where, in actionsInput) (*handlers.Listing[*actionView], error) {
	page, err := handlers.PageOf(c, maxPageSize)
	if err != nil {
		return nil, err
	}
	var ids []string
	if in.IDs != "" {
		if ids = strings.Split(in.IDs, ","); len(ids) > maxIDs {
			return nil, apierr.InvalidQuery("ids", in.IDs, "up to 50 ids, separated by commas")
		}
	}
	var found []*actions.Action
	for a, err := range of {
		if err != nil {
			return nil, err
		}
		if (ids == nil || slices.Contains(ids, a.ID)) && in.wants(a) {
			found = append(found, a)
		}
	}
	in.sort(found)
	views := make([]*actionView, 0, page.Size)
	for _, a := range handlers.Cut(found, page) {
		v, err := actionViewOf(a, w, viewOptions{config: in.IncludeConfig})
		if err != nil {
			return nil, err
		}
		views = append(views, v)
	}
	return handlers.NewListing(c, views, page, len(found)), nil
}

// wants says whether an action passes the filters. Part of a name is enough,
// whatever its case.
func (in *actionsInput) wants(a *actions.Action) bool {
	switch {
	case a.IsAuth() && !strings.EqualFold(in.IncludeAuthActions, "true"):
	case in.Category != "" && !strings.EqualFold(a.Category, in.Category):
	case in.Name != "" && !strings.Contains(strings.ToLower(a.Name), strings.ToLower(in.Name)):
	case in.Secure != "" && strings.EqualFold(in.Secure, "true") != a.Secure:
	default:
		return true
	}
	return false
}

// sort orders by name unless category is asked for.
func (in *actionsInput) sort(found []*actions.Action) {
	by := func(a *actions.Action) string { return strings.ToLower(a.Name) }
	if strings.EqualFold(in.SortBy, "category") {
		by = func(a *actions.Action) string { return strings.ToLower(a.Category) }
	}
	sign := 1
	if strings.EqualFold(in.SortOrder, "DESC") {
		sign = -1
	}
	slices.SortStableFunc(found, func(a, b *actions.Action) int {
		return sign * cmp.Or(strings.Compare(by(a), by(b)), strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), strings.Compare(a.ID, b.ID))
	})
}

type categoriesInput struct {
	Secure    string `query:"secure"`
	SortOrder string `query:"sortOrder"`
}

type category struct {
	Name string `json:"name"`
}

// categories lists the categories that published actions have. The wrapper has
// no URIs.
func (f *Family) categories(_ context.Context, c *handlers.Call, in categoriesInput) (*handlers.Listing[category], error) {
	page, err := handlers.PageOf(c, maxPageSize)
	if err != nil {
		return nil, err
	}
	var found []string
	filter := actionsInput{Secure: in.Secure}
	for a, err := range actions.AllPublished(c.Tx) {
		if err != nil {
			return nil, err
		}
		if filter.wants(a) {
			found = append(found, a.Category)
		}
	}
	slices.Sort(found)
	found = slices.Compact(found)
	if strings.EqualFold(in.SortOrder, "DESC") {
		slices.Reverse(found)
	}
	names := handlers.Cut(found, page)
	views := make([]category, len(names))
	for i, name := range names {
		views[i].Name = name
	}
	return handlers.BareListing(views, page, len(found)), nil
}
