package authorization_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestListRolesByFilters(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	for name, policy := range map[string]string{
		"Zoo keeper":  `{"domain":"zoo","entityName":"animal","actionSet":["feed","view"]}`,
		"zoo visitor": `{"domain":"zoo","entityName":"animal","actionSet":["view"]}`,
		"Zoo owner":   `{"domain":"zoo","entityName":"*","actionSet":["*"]}`,
	} {
		expect(t, admin.Post(t, base+"/roles", `{"name":"`+name+`","permissionPolicies":[`+policy+`]}`), 200, "")
	}
	tests := []struct {
		name, query string
		want        []string
	}{
		// Guess: the name is looked for in any case and may be a part.
		{"a part of the name", "name=ZOO", []string{"Zoo keeper", "Zoo owner", "zoo visitor"}},
		{"a whole name", "name=queue+reader", []string{"Queue Reader"}},
		{"a default role", "defaultRoleId=employee", []string{"employee"}},
		{"default roles, repeated and by commas", "defaultRoleId=employee,admin&defaultRoleId=supervisor", []string{"admin", "employee", "Supervisor"}},
		{"an unknown default role", "defaultRoleId=x", []string{}},
		{"ids", "id=" + queueReader + "," + builderRole, []string{"Integration Builder", "Queue Reader"}},
		{"an unknown id", "id=" + nowhere, []string{}},
		// Guess: any of the permissions suffices, and what counts is what the role
		// permits: wildcards and the general permission admin too.
		{"a permission", "permission=zoo:animal:view", []string{"admin", "Zoo keeper", "Zoo owner", "zoo visitor"}},
		{"permissions", "permission=zoo:animal:feed,zoo:animal:sell", []string{"admin", "Zoo keeper", "Zoo owner"}},
		{"a general permission", "permission=group_creation", []string{"admin"}},
		{"filters together", "permission=zoo:animal:view&name=owner", []string{"Zoo owner"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := list(t, admin, base+"/roles?userCount=false&"+tt.query)
			if !slices.Equal(got.names(), tt.want) || got.Total != len(tt.want) {
				t.Errorf("got %v of %d, want %v", got.names(), got.Total, tt.want)
			}
		})
	}
}

func TestRolesAreInTheOrderOfTheirNamesUnlessAsked(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	names := list(t, admin, base+"/roles?pageSize=100").names()
	if names[0] != "admin" || names[1] != "Communicate - Admin" || !slices.Contains(names, "employee") {
		t.Errorf("by default: %v", names)
	}
	if got := list(t, admin, base+"/roles?pageSize=100&sortBy=name").names(); !slices.Equal(got, names) {
		t.Errorf("by name: %v", got)
	}
	if got := list(t, admin, base+"/roles?pageSize=100&sortBy=id").ids(); !slices.IsSorted(got) || len(got) != len(names) {
		t.Errorf("by id: %v", got)
	}
	// Guess: the most used come first.
	if got := list(t, admin, base+"/roles?sortBy=userCount&pageSize=2").names(); !slices.Equal(got, []string{"employee", "Communicate - User"}) {
		t.Errorf("by user count: %v", got)
	}
	if got := admin.Get(t, base+"/roles?sortBy=userCount&name=reader"); got.Str(t, "entities.0.userCount") != "2" || got.Str(t, "total") != "1" {
		t.Errorf("by user count, filtered: %s", got.Body)
	}
	if got := admin.Get(t, base+"/roles?sortBy=userCount&userCount=false"); got.Str(t, "entities.0.userCount") != "" {
		t.Errorf("by user count, without it: %s", got.Str(t, "entities.0.userCount"))
	}
}

func TestRolePages(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	for i := range 60 {
		newRole(t, admin, fmt.Sprintf("zz %02d", i))
	}
	// As Terraform pages: by pageCount, without user counts.
	var seen []string
	pages := 1
	for page := 1; page <= pages; page++ {
		got := list(t, admin, fmt.Sprintf("%s/roles?pageSize=25&pageNumber=%d&userCount=false", base, page))
		seen, pages = append(seen, got.ids()...), got.PageCount
		if (got.NextURI != "") != (page < pages) || (got.PrevURI != "") != (page > 1) {
			t.Errorf("page %d of %d leads back to %q and on to %q", page, pages, got.PrevURI, got.NextURI)
		}
	}
	if distinct := slices.Compact(slices.Sorted(slices.Values(seen))); len(seen) != 79 || len(distinct) != 79 || pages != 4 {
		t.Errorf("%d roles, %d of them different, on %d pages; want 79 on 4", len(seen), len(distinct), pages)
	}
	if got := list(t, admin, base+"/roles?name=zz&pageSize=25&pageNumber=3&userCount=false"); len(got.Entities) != 10 || got.Total != 60 || got.Entities[9].Name != "zz 59" {
		t.Errorf("filtered, page 3: %v of %d", got.names(), got.Total)
	}
	if got := list(t, admin, base+"/roles?pageNumber=2000000"); len(got.Entities) != 0 || got.Total != 79 {
		t.Errorf("page past the end: %v", got.names())
	}
	// Guess: the largest page has 500.
	if got := list(t, admin, base+"/roles?pageSize=100000&userCount=false"); got.PageSize != 500 || len(got.Entities) != 79 {
		t.Errorf("large page: %d with %d", got.PageSize, len(got.Entities))
	}
}

func TestWhatRolesAreShownWith(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	role := base + "/roles/" + queueReader
	listed := base + "/roles?id=" + queueReader
	tests := []struct{ query, userCount, unused string }{
		{"", "2", ""},
		{"userCount=true", "2", ""},
		{"userCount=false", "", ""},
		// Guess: nothing watches which permissions are used, so none are unused.
		{"expand=unusedPermissions", "2", "[]"},
		{"expand=unusedPermissions&userCount=FALSE", "", "[]"},
	}
	for _, tt := range tests {
		one, many := admin.Get(t, role+"?"+tt.query), admin.Get(t, listed+"&"+tt.query)
		if one.Str(t, "userCount") != tt.userCount || one.Str(t, "unusedPermissions") != tt.unused {
			t.Errorf("role with %q: %s", tt.query, one.Body)
		}
		if many.Str(t, "entities.0.userCount") != tt.userCount || many.Str(t, "entities.0.unusedPermissions") != tt.unused {
			t.Errorf("listed with %q: %s", tt.query, many.Body)
		}
	}
}

func TestRoleListingsThatCannotBe(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	for _, query := range []string{"sortBy=magic", "permission=routing:queue", "permission=::", "userCount=x", "pageSize=0", "pageNumber=0"} {
		// Guess: an unknown order and a permission that is none are refused.
		expect(t, admin.Get(t, base+"/roles?"+query), 400, "invalid.query.param.value")
	}
	expect(t, admin.Get(t, base+"/roles/"+queueReader+"?expand=x"), 400, "invalid.query.param.value")
	expect(t, admin.Get(t, base+"/roles/"+nowhere), 404, "")
}

func TestRoleCount(t *testing.T) {
	t.Parallel()
	// Guess: an organization can have 5000 roles.
	var roles strings.Builder
	roles.WriteString("roles:\n")
	for i := range 5000 - 19 - 2 { // the default fixture has 19
		fmt.Fprintf(&roles, "- {name: R%d, permissions: [\"routing:queue:view\"]}\n", i)
	}
	srv := startWith(t, roles.String())
	c := srv.As(t, "authorization:role:add") // the ad-hoc role is one more
	expect(t, c.Post(t, base+"/roles", `{"name":"the last"}`), 200, "")
	expect(t, c.Post(t, base+"/roles", `{"name":"one too many"}`), 400, "max.roles.exceeded")
}
