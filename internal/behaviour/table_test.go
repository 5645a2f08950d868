package behaviour_test

import (
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/behaviour"
)

func TestLinesThatAreNotOfTheTableAreErrors(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, line, want string }{
		{"too few columns", "getDate\tcompute\t\t", "getDate has 4 columns"},
		{"too many", "getDate\tcompute\t\t\t\t\t\t\t", "getDate has 9 columns"},
		{"a parent that is neither", "getDate\tcompute\t\t\tuserId\t\t\t", `parent "userId"`},
		{"no columns at all", "getDate", "has no columns"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			of := behaviour.Open("# a comment\n"+tt.line+"\n", "/stations\tgetStation\n")
			if _, err := of.Rows(); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("rows: %v, want something about %q", err, tt.want)
			}
			if _, err := of.Collections(); err == nil || !strings.Contains(err.Error(), "/stations has 2 columns") {
				t.Errorf("collections: %v", err)
			}
		})
	}
}

func TestRowsAndCollectionsAreFoundByName(t *testing.T) {
	t.Parallel()
	for _, r := range rows(t) {
		found, err := table(t).Row(r.ID)
		if err != nil || found == nil || describe(found) != describe(r) {
			t.Errorf("%s: %+v, %v", r.ID, found, err)
		}
	}
	for _, id := range []string{"", "aaa", "getRoutingQueuesX", "zzz"} {
		if r, err := table(t).Row(id); r != nil || err != nil {
			t.Errorf("%q: %+v, %v", id, r, err)
		}
	}
	c, err := table(t).Collection("/flows/datatables/{datatableId}/rows")
	if err != nil || c == nil || c.Path != "/flows/datatables/{}/rows" {
		t.Errorf("by a template with names: %+v, %v", c, err)
	}
	if c, err := table(t).Collection("/nothing"); c != nil || err != nil {
		t.Errorf("one that is not there: %+v, %v", c, err)
	}
}

func TestTraitsHaveAValueOrNone(t *testing.T) {
	t.Parallel()
	c := &behaviour.Collection{Traits: []string{"upsert", "soft-delete=deleted"}}
	if !c.Has("upsert") || !c.Has("soft-delete") || c.Has("soft") {
		t.Error("Has")
	}
	if c.Trait("soft-delete") != "deleted" || c.Trait("upsert") != "" || c.Trait("absent") != "" {
		t.Error("Trait")
	}
}

func TestTemplatesLoseTheNamesOfTheirParameters(t *testing.T) {
	t.Parallel()
	for template, want := range map[string]string{
		"":                            "",
		"/stations":                   "/stations",
		"/a/{b}/c":                    "/a/{}/c",
		"/a/{}/{c}":                   "/a/{}/{}",
		"/scim/v2/users/{userId}/x/y": "/scim/v2/users/{}/x/y",
	} {
		if got := behaviour.Anonymous(template); got != want {
			t.Errorf("%s: %s, want %s", template, got, want)
		}
	}
}
