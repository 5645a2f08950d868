package authorization_test

import (
	"slices"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// permittedNames reads a paged listing of divisions permitted.
func permittedNames(t *testing.T, c *mocktest.Client, path string) (names []string, all bool) {
	t.Helper()
	got := c.Get(t, path)
	expect(t, got, 200, "")
	var body struct {
		listing
		All *bool `json:"allDivsPermitted"`
	}
	got.JSON(t, &body)
	if body.All == nil {
		t.Fatalf("allDivsPermitted is missing: %s", got.Body)
	}
	return body.names(), *body.All
}

func TestDivisionsPermitted(t *testing.T) {
	t.Parallel()
	srv := start(t)
	admin := srv.Admin(t)
	role := roleWith(t, admin, "Watcher", "moon", "rock", "throw")
	expect(t, admin.Post(t, base+"/subjects/"+agent2+"/bulkadd", bulk(pair{role, support}, pair{role, home})), 204, "")
	expect(t, admin.Post(t, base+"/subjects/"+builder+"/bulkadd", bulk(pair{role, home})), 204, "")
	expect(t, admin.Post(t, base+"/subjects/"+team+"/bulkadd", bulk(pair{role, sales}, pair{role, home})), 204, "")
	expect(t, admin.Post(t, base+"/subjects/"+salesFloor+"/bulkadd", bulk(pair{role, sales})), 400, "")

	all := []string{"Home", "Sales", "Support"}
	tests := []struct {
		name, permission string
		caller           *mocktest.Client
		subject          string
		want             []string
		all              bool
	}{
		{"granted in some divisions, by name", "moon:rock:throw", srv.AsUser(t, "agent2@mockcloud.test"), agent2, []string{"Home", "Support"}, false},
		{"granted through a wildcard in all", "routing:queue:delete", admin, adminUser, all, true},
		{"granted nowhere", "routing:queue:delete", srv.AsUser(t, "agent2@mockcloud.test"), agent2, []string{}, false},
		{"own and through a group, each once", "moon:rock:throw", srv.AsUser(t, "builder@mockcloud.test"), builder, []string{"Home", "Sales"}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			query := "?permission=" + tt.permission
			names, everywhere := permittedNames(t, tt.caller, base+"/divisionspermitted/paged/me"+query)
			if !slices.Equal(names, tt.want) || everywhere != tt.all {
				t.Errorf("got %v, all %t", names, everywhere)
			}
			ofSubject, everywhereToo := permittedNames(t, srv.As(t), base+"/divisionspermitted/paged/"+tt.subject+query)
			if !slices.Equal(ofSubject, names) || everywhereToo != everywhere {
				t.Errorf("of the subject: %v, all %t, want the same as of oneself: %v", ofSubject, everywhereToo, names)
			}
			got := tt.caller.Get(t, base+"/divisionspermitted/me"+query)
			expect(t, got, 200, "")
			var bare []struct {
				Name string `json:"name"`
			}
			got.JSON(t, &bare)
			for i, d := range bare {
				if len(bare) != len(names) || d.Name != names[i] {
					t.Errorf("bare: %s, want %v", got.Body, names)
				}
			}
			if len(names) == 0 && string(got.Body) != "[]" {
				t.Errorf("bare and empty: %s", got.Body)
			}
		})
	}
}

func TestDivisionsPermittedAreFilteredAndPaged(t *testing.T) {
	t.Parallel()
	srv := start(t)
	admin := srv.Admin(t)
	query := "?permission=routing:queue:view"
	if got := admin.Get(t, base+"/divisionspermitted/me"+query+"&name=S"); got.Str(t, "0.name") != "Sales" || got.Str(t, "1.name") != "Support" || got.Str(t, "2") != "" {
		t.Errorf("filtered: %s", got.Body)
	}
	some := srv.AsUser(t, "agent2@mockcloud.test")
	role := roleWith(t, admin, "Watcher", "routing", "queue", "view")
	expect(t, admin.Post(t, base+"/subjects/"+agent2+"/bulkadd", bulk(pair{role, support}, pair{role, sales}, pair{role, home})), 204, "")
	for name, c := range map[string]*mocktest.Client{"everywhere": admin, "in each": some} {
		if got := c.Get(t, base+"/divisionspermitted/me"+query+"&name=SAL"); got.Str(t, "0.name") != "Sales" || got.Str(t, "1") != "" {
			t.Errorf("%s, filtered: %s", name, got.Body)
		}
		first := list(t, c, base+"/divisionspermitted/paged/me"+query+"&pageSize=2")
		if !slices.Equal(first.names(), []string{"Home", "Sales"}) || first.Total != 3 || first.PageCount != 2 {
			t.Errorf("%s, first page: %v of %d", name, first.names(), first.Total)
		}
		if next := list(t, c, first.NextURI); !slices.Equal(next.names(), []string{"Support"}) || next.NextURI != "" {
			t.Errorf("%s, second page: %v", name, next.names())
		}
	}
}

func TestDivisionsPermittedToClientsAndGroups(t *testing.T) {
	t.Parallel()
	srv := start(t)
	client := srv.AsIn(t, sales, "routing:queue:view")
	query := "?permission=routing:queue:view"
	me := client.Get(t, base+"/subjects/me").Str(t, "id")
	for _, path := range []string{"me", me} {
		if names, all := permittedNames(t, client, base+"/divisionspermitted/paged/"+path+query); !slices.Equal(names, []string{"Sales"}) || all {
			t.Errorf("%s: %v, all %t", path, names, all)
		}
	}
	admin := srv.Admin(t)
	role := roleWith(t, admin, "Watcher", "moon", "rock", "throw")
	expect(t, admin.Post(t, base+"/subjects/"+team+"/bulkadd", bulk(pair{role, support})), 204, "")
	if names, all := permittedNames(t, admin, base+"/divisionspermitted/paged/"+team+"?permission=moon:rock:throw"); !slices.Equal(names, []string{"Support"}) || all {
		t.Errorf("the group: %v, all %t", names, all)
	}
	// The general permission admin passes everywhere.
	if _, all := permittedNames(t, srv.AsIn(t, sales, "admin"), base+"/divisionspermitted/paged/me?permission=moon:rock:throw"); !all {
		t.Error("the general admin is not permitted everywhere")
	}
}

func TestDivisionsPermittedRefuse(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	expect(t, admin.Get(t, base+"/divisionspermitted/paged/"+nowhere+"?permission=a:b:c"), 404, "")
	expect(t, admin.Get(t, base+"/divisionspermitted/paged/"+nowhere), 400, "missing.permission.param")
	for _, path := range []string{"me", "paged/me", "paged/" + agent1} {
		for _, query := range []string{"", "?permission=", "?permission=%20"} {
			expect(t, admin.Get(t, base+"/divisionspermitted/"+path+query), 400, "missing.permission.param")
		}
		// Guess: what is no permission is refused.
		for _, permission := range []string{"a:b", "a:b:c:d", "a::c"} {
			expect(t, admin.Get(t, base+"/divisionspermitted/"+path+"?permission="+permission), 400, "invalid.query.param.value")
		}
	}
	expect(t, admin.Get(t, base+"/divisionspermitted/paged/me?permission=a:b:c&pageSize=x"), 400, "invalid.query.param.value")
}
