package users_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
)

func TestListShowsActiveUsersByName(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	create(t, admin, person("zoe Zebra", "zoe@mockcloud.test"))
	create(t, admin, fields{"name": "Abe", "email": "abe@mockcloud.test", "state": "inactive"})
	want(t, admin.Delete(t, "/api/v2/users/"+alex), 200, "")

	tests := []struct {
		query string
		want  []string
	}{
		{"", []string{"Ada Admin", "Aki Agent", "Ben Builder", "Sue Supervisor", "zoe Zebra"}},
		{"?state=active", []string{"Ada Admin", "Aki Agent", "Ben Builder", "Sue Supervisor", "zoe Zebra"}},
		{"?sortOrder=descending", []string{"zoe Zebra", "Sue Supervisor", "Ben Builder", "Aki Agent", "Ada Admin"}},
		{"?sortOrder=ASC", []string{"Ada Admin", "Aki Agent", "Ben Builder", "Sue Supervisor", "zoe Zebra"}},
		{"?state=inactive", []string{"Abe"}},
		{"?state=deleted", []string{"Alex Agent"}},
		{"?state=DELETED&sortOrder=descending", []string{"Alex Agent"}},
		// Guess: any means deleted ones too.
		{"?state=any", []string{"Abe", "Ada Admin", "Aki Agent", "Alex Agent", "Ben Builder", "Sue Supervisor", "zoe Zebra"}},
	}
	for _, tt := range tests {
		t.Run(tt.query, func(t *testing.T) {
			got := want(t, admin.Get(t, "/api/v2/users"+tt.query), 200, "")
			same(t, "names", namesIn(t, got, "entities"), tt.want)
			has(t, got, map[string]string{"total": fmt.Sprint(len(tt.want)), "pageCount": "1", "pageSize": "25", "pageNumber": "1"})
		})
	}
	want(t, admin.Get(t, "/api/v2/users?state=retired"), 400, "invalid.query.param.value")
}

func TestListPagesThroughEachStateInBothDirections(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	names := map[string][]string{"active": {"Ada Admin", "Aki Agent", "Alex Agent", "Ben Builder", "Sue Supervisor"}}
	for i := range 7 {
		for _, state := range []string{"active", "inactive", "deleted"} {
			name := fmt.Sprintf("User %d %s", i, state)
			id := create(t, admin, fields{"name": name, "email": fmt.Sprintf("%s%d@mockcloud.test", state, i), "state": strings.Replace(state, "deleted", "active", 1)})
			if state == "deleted" {
				want(t, admin.Delete(t, "/api/v2/users/"+id), 200, "")
			}
			names[state] = append(names[state], name)
		}
	}
	for state, expected := range names {
		slices.Sort(expected)
		for _, order := range []string{"ascending", "descending"} {
			t.Run(state+" "+order, func(t *testing.T) {
				expected := slices.Clone(expected)
				if order == "descending" {
					slices.Reverse(expected)
				}
				var got []string
				next := "/api/v2/users?pageSize=3&state=" + state + "&sortOrder=" + order
				for next != "" {
					page := want(t, admin.Get(t, next), 200, "")
					if page.Str(t, "total") != fmt.Sprint(len(expected)) {
						t.Fatalf("total = %s, want %d", page.Str(t, "total"), len(expected))
					}
					got = append(got, namesIn(t, page, "entities")...)
					next = page.Str(t, "nextUri")
				}
				same(t, "names", got, expected)
				past := want(t, admin.Get(t, "/api/v2/users?pageSize=3&pageNumber=50&state="+state), 200, "")
				has(t, past, map[string]string{"entities": "[]"})
			})
		}
	}
}

func TestListPicksByID(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	want(t, admin.Delete(t, "/api/v2/users/"+aki), 200, "")
	tests := []struct {
		name, query string
		want        []string
	}{
		{"repeated", "id=" + sue + "&id=" + ada, []string{"Ada Admin", "Sue Supervisor"}},
		{"in one", "id=" + sue + "," + ada, []string{"Ada Admin", "Sue Supervisor"}},
		{"descending", "sortOrder=descending&id=" + sue + "," + ada, []string{"Sue Supervisor", "Ada Admin"}},
		{"twice", "id=" + ada + "," + ada, []string{"Ada Admin"}},
		// Guess: what nobody has is left out, and the state filter applies.
		{"unknown", "id=" + nobody + "," + ada, []string{"Ada Admin"}},
		{"deleted", "id=" + aki, []string{}},
		{"deleted, asked for", "state=any&id=" + aki + "," + ada, []string{"Ada Admin", "Aki Agent"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := want(t, admin.Get(t, "/api/v2/users?"+tt.query), 200, "")
			same(t, "names", namesIn(t, got, "entities"), tt.want)
			has(t, got, map[string]string{"total": fmt.Sprint(len(tt.want))})
		})
	}

	ids := make([]string, 101)
	for i := range ids {
		ids[i] = fmt.Sprint("id", i)
	}
	want(t, admin.Get(t, "/api/v2/users?id="+strings.Join(ids[:100], ",")), 200, "")
	want(t, admin.Get(t, "/api/v2/users?id="+strings.Join(ids, ",")), 400, "max.user.ids")
}

func TestListPicksByChatAddress(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	want(t, admin.Patch(t, "/api/v2/users/"+ada, fields{"version": version(t, admin, ada), "chat": fields{"jabberId": "ada@chat.test"}}), 200, "")
	got := want(t, admin.Get(t, "/api/v2/users?jabberId=ada@chat.test&jabberId="+url.QueryEscape(sue+"@mockcloud.test")), 200, "")
	same(t, "names", namesIn(t, got, "entities"), []string{"Ada Admin", "Sue Supervisor"})
}
