package scim_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/expect"
	"github.com/mockcloud/mockcloud/mocktest"
)

func TestRolesAreGrantedInHomeAndKeepTheirDivisions(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	got := want(t, admin.Patch(t, of(alex), patch("add", "roles", list{fields{"value": "queue reader"}})), 200)
	has(t, got, map[string]string{"roles": `[{"value":"Communicate - User"},{"value":"employee"},{"value":"Queue Reader"},{"value":"User"}]`})
	hasVersion(t, got, "2")
	var subject struct {
		Grants []struct {
			Role, Division struct{ Name string }
		}
	}
	want(t, admin.Get(t, "/api/v2/authorization/subjects/"+alex), 200).JSON(t, &subject)
	in := map[string]string{}
	for _, g := range subject.Grants {
		in[g.Role.Name] = g.Division.Name
	}
	if in["Queue Reader"] != "Home" || in["User"] != "Sales" {
		t.Errorf("grants: %v", in)
	}
	got = want(t, admin.Patch(t, of(alex), patch("remove", `roles[value eq "User"]`, nil)), 200)
	has(t, got, map[string]string{"roles": `[{"value":"Communicate - User"},{"value":"employee"},{"value":"Queue Reader"}]`})
	// Those that come through groups are shown by the group alone.
	has(t, want(t, admin.Get(t, of(ben)), 200), map[string]string{"roles": `[{"value":"employee"},{"value":"Integration Builder"},{"value":"Queue Reader"}]`, "groups.0.type": "Group"})
	want(t, admin.Put(t, of(ben), fields{"roles": list{}}), 200)
	has(t, want(t, admin.Get(t, "/api/v2/users/"+ben+"/roles"), 200), map[string]string{"roles.0.name": "Developer", "roles.1.name": ""})
}

// Guess: see setOnly in package scim.
func TestASingleRoleOfEntraIDIsTheOnlyOne(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	const path = `roles[primary eq "True"].value`
	for i, role := range []string{"Queue Reader", "User", "Developer"} {
		got := want(t, admin.Patch(t, of(alex), patch([]string{"Replace", "Add"}[i%2], path, role)), 200)
		has(t, got, map[string]string{"roles": `[{"value":"` + role + `"}]`})
		has(t, want(t, admin.Get(t, "/api/v2/users/"+alex+"/roles"), 200), map[string]string{"roles.0.name": role, "roles.1.name": ""})
	}
	expect.Answer(t, srv.As(t, "authorization:grant:add").Patch(t, of(alex), patch("Replace", path, "User")), 403, "missing.permissions")
	refused(t, admin.Patch(t, of(alex), patch("Replace", path, "King")), 400, "invalidValue")
	has(t, want(t, admin.Get(t, of(alex)), 200), map[string]string{"roles": `[{"value":"Developer"}]`})
	has(t, want(t, admin.Patch(t, of(alex), patch("remove", `roles[primary eq "True"]`, nil)), 200), map[string]string{"roles": ""})
}

// Guess: 51 stay where the Platform API gave them, and a shorter list is taken only
// once it is short enough.
func TestFiftySkillsAndFiftyLanguagesAreTheMost(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	for _, kind := range []string{"skills", "languages"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			attribute := "routing" + strings.ToUpper(kind[:1]) + kind[1:]
			var names, ids list
			for i := range 52 {
				name := "Number " + strconv.Itoa(i)
				made := want(t, admin.Post(t, "/api/v2/routing/"+kind, fields{"name": name}), 200)
				names, ids = append(names, fields{"name": name, "proficiency": 1}), append(ids, fields{"id": made.Str(t, "id"), "proficiency": 1})
			}
			put := func(n int) *mocktest.Response {
				return admin.Put(t, of(alex), fields{genesys: fields{attribute: names[:n]}})
			}
			count := func(n string) {
				t.Helper()
				has(t, want(t, admin.Get(t, "/api/v2/users/"+alex+"/routing"+kind), 200), map[string]string{"total": n})
			}
			want(t, put(50), 200)
			count("50")
			refused(t, put(51), 400, "invalidValue")
			refused(t, admin.Post(t, tree+"/users", person(kind+"@mockcloud.test", fields{genesys: fields{attribute: names[:51]}})), 400, "invalidValue")
			count("50")
			want(t, admin.Patch(t, "/api/v2/users/"+alex+"/routing"+kind+"/bulk", ids[50:]), 200)
			count("52")
			want(t, admin.Put(t, of(alex), fields{"title": kind, genesys: fields{attribute: names}}), 200)
			refused(t, put(51), 400, "invalidValue")
			count("52")
			want(t, put(50), 200)
			count("50")
		})
	}
}

func TestSkillsAreThoseOfThePlatform(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	skills := func(got *mocktest.Response) string {
		t.Helper()
		_, after, _ := strings.Cut(string(got.Body), `"routingSkills":`)
		before, _, _ := strings.Cut(after, "]")
		return before
	}
	got := want(t, admin.Get(t, of(sue)), 200)
	if s := skills(got); s != `[{"name":"Billing","proficiency":5},{"name":"Returns","proficiency":4.5}` {
		t.Errorf("skills = %s", s)
	}
	got = want(t, admin.Patch(t, of(sue), patch("add", genesys+":routingSkills", list{fields{"name": "Technical Support", "proficiency": "1.5"}, fields{"name": "Returns"}})), 200)
	if s := skills(got); s != `[{"name":"Billing","proficiency":5},{"name":"Returns","proficiency":4.5},{"name":"Technical Support","proficiency":1.5}` {
		t.Errorf("skills = %s", s)
	}
	has(t, want(t, admin.Get(t, "/api/v2/users/"+sue+"/routingskills?sortOrder=ASC"), 200), map[string]string{"total": "3", "entities.2.name": "Technical Support", "entities.2.proficiency": "1.5"})
	got = want(t, admin.Patch(t, of(sue), patch("remove", genesys+":routingSkills", nil)), 200)
	if s := skills(got); s != "" {
		t.Errorf("skills = %s", s)
	}
}
