package scim_test

import (
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// Guess: what stands elsewhere than in the user itself, such as a role or the name of
// the division, does not raise the version when the Platform API changes it, and so not
// the ETag, which is that version and nothing else. A client that asks by If-None-Match
// does not learn of it.
func TestTheETagIsTheVersionOfTheUser(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	id := func(path string) string { return want(t, admin.Get(t, path), 200).Str(t, "entities.0.id") }
	policy := fields{"domain": "routing", "entityName": "queue", "actionSet": list{"view"}}
	role := want(t, admin.Post(t, "/api/v2/authorization/roles", fields{"name": "Anybody", "permissionPolicies": list{policy}}), 200).Str(t, "id")
	skill := id("/api/v2/routing/skills?name=Returns")
	language := want(t, admin.Post(t, "/api/v2/routing/languages", fields{"name": "Klingon"}), 200).Str(t, "id")
	steps := []struct {
		name string
		do   func() *mocktest.Response
	}{
		{"a skill", func() *mocktest.Response {
			return admin.Post(t, "/api/v2/users/"+alex+"/routingskills", fields{"id": skill, "proficiency": 1})
		}},
		{"a proficiency", func() *mocktest.Response {
			return admin.Put(t, "/api/v2/users/"+alex+"/routingskills/"+skill, fields{"id": skill, "proficiency": 2})
		}},
		{"a language", func() *mocktest.Response {
			return admin.Post(t, "/api/v2/users/"+alex+"/routinglanguages", fields{"id": language, "proficiency": 1})
		}},
		{"a language that is gone", func() *mocktest.Response { return admin.Delete(t, "/api/v2/routing/languages/"+language) }},
		{"a group", func() *mocktest.Response {
			return admin.Delete(t, "/api/v2/groups/"+salesFloor+"/members?ids="+alex)
		}},
		{"the name of the division", func() *mocktest.Response {
			return admin.Put(t, "/api/v2/authorization/divisions/"+sales, fields{"name": "Selling"})
		}},
		{"roles", func() *mocktest.Response { return admin.Put(t, "/api/v2/users/"+alex+"/roles", list{role}) }},
		{"the name of a role", func() *mocktest.Response {
			return admin.Put(t, "/api/v2/authorization/roles/"+role, fields{"name": "Somebody", "permissionPolicies": list{policy}})
		}},
		{"a role that is gone", func() *mocktest.Response { return admin.Delete(t, "/api/v2/authorization/roles/"+role) }},
	}
	for _, s := range steps {
		t.Run(s.name, func(t *testing.T) {
			before := want(t, admin.Get(t, of(alex)), 200)
			tag := before.Header.Get("ETag")
			want(t, with(t, admin, "GET", of(alex), nil, "If-None-Match", tag), 304)
			if got := s.do(); got.Status >= 300 {
				t.Fatalf("status = %d\n%s", got.Status, got.Body)
			}
			want(t, with(t, admin, "GET", of(alex), nil, "If-None-Match", tag), 304)
			after := want(t, admin.Get(t, of(alex)), 200)
			if string(after.Body) == string(before.Body) {
				t.Errorf("it is still %s", before.Body)
			}
			hasVersion(t, after, "1")
			listed := want(t, admin.Get(t, tree+`/users?attributes=userName&filter=id+eq+"`+alex+`"`), 200)
			has(t, listed, map[string]string{"Resources.0.meta.version": `"1"`})
			has(t, want(t, admin.Get(t, "/api/v2/users/"+alex), 200), map[string]string{"version": "1"})
		})
	}
	got := want(t, with(t, admin, "PATCH", of(alex), patch("add", "roles", list{fields{"value": "Queue Reader"}}), "If-Match", `"1"`), 200)
	hasVersion(t, got, "2") // what is changed through SCIM raises it, wherever it stands
	refused(t, with(t, admin, "PUT", of(alex), fields{"title": "Chief"}, "If-Match", `"1"`), 400, "invalidVers")
	want(t, with(t, admin, "GET", of(alex), nil, "If-None-Match", `"1"`), 200)
	old := want(t, admin.Get(t, oldTree+"/users/"+alex), 200)
	if old.Header.Get("ETag") != got.Header.Get("ETag") {
		t.Errorf("the trees have %s and %s", old.Header.Get("ETag"), got.Header.Get("ETag"))
	}
}

// Browsers show scripts of other origins only the headers that are named.
func TestScriptsSeeETagAndLocation(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	got := want(t, with(t, admin, "GET", of(alex), nil, "Origin", "https://app.example"), 200)
	for _, name := range []string{"ETag", "Location"} {
		if named := got.Header.Get("Access-Control-Expose-Headers"); !strings.Contains(named, ", "+name+",") {
			t.Errorf("no %s among %s", name, named)
		}
	}
}
