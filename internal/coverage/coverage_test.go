package coverage_test

import (
	"slices"
	"testing"

	"github.com/mockcloud/mockcloud/internal/coverage"
)

var table = []coverage.Operation{
	{ID: "getRoutingQueues", Method: "GET", Path: "/api/v2/routing/queues", Tag: "Routing", By: coverage.Family, Permission: "routing:queue:view"},
	{ID: "postRoutingQueues", Method: "POST", Path: "/api/v2/routing/queues", Tag: "Routing", By: coverage.Engine, Kind: "create", Newer: true},
	{ID: "getTeams", Method: "GET", Path: "/api/v2/teams", Tag: "Teams", By: coverage.None, Deprecated: true},
	{ID: "getOdd", Method: "GET", Path: "/api/v2/odd", Tag: "Teams"},
}

func TestOperationsAreCountedByTag(t *testing.T) {
	t.Parallel()
	if got, want := coverage.Total(table), (coverage.Count{Operations: 4, Family: 1, Engine: 1, None: 2, Newer: 1, Deprecated: 1}); got != want {
		t.Errorf("in all %+v, want %+v", got, want)
	}
	want := []coverage.TagCount{
		{Tag: "Routing", Count: coverage.Count{Operations: 2, Family: 1, Engine: 1, Newer: 1}},
		{Tag: "Teams", Count: coverage.Count{Operations: 2, None: 2, Deprecated: 1}},
	}
	if got := coverage.ByTag(table); !slices.Equal(got, want) {
		t.Errorf("by tag %+v, want %+v", got, want)
	}
	if got := coverage.ByTag(nil); len(got) != 0 {
		t.Errorf("of nothing %+v", got)
	}
}

func TestAFilterFindsWhatHasEveryWord(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		filter coverage.Filter
		want   []string
	}{
		{"nothing asked", coverage.Filter{}, []string{"getRoutingQueues", "postRoutingQueues", "getTeams", "getOdd"}},
		{"words in any order and case", coverage.Filter{Words: " QUEUES  get "}, []string{"getRoutingQueues"}},
		{"a kind", coverage.Filter{Words: "create"}, []string{"postRoutingQueues"}},
		{"a permission", coverage.Filter{Words: "routing:queue:view"}, []string{"getRoutingQueues"}},
		{"a tag", coverage.Filter{Tag: "Teams"}, []string{"getTeams", "getOdd"}},
		{"what answers", coverage.Filter{By: coverage.Engine}, []string{"postRoutingQueues"}},
		{"all at once", coverage.Filter{Words: "queues", Tag: "Teams"}, nil},
		{"an unknown word", coverage.Filter{Words: "queues zebra"}, nil},
	}
	for _, tt := range tests {
		var got []string
		for _, o := range tt.filter.Apply(table) {
			got = append(got, o.ID)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestFiguresAreFoundByTag(t *testing.T) {
	t.Parallel()
	f := &coverage.Figures{Tags: []coverage.TagFigures{{Tag: "Teams", Operations: 2, Answered: 1}}}
	if got := f.Of("Teams"); got == nil || got.Answered != 1 {
		t.Errorf("Teams: %+v", got)
	}
	if f.Of("Routing") != nil || (*coverage.Figures)(nil).Of("Teams") != nil {
		t.Error("figures that nobody has measured")
	}
}
