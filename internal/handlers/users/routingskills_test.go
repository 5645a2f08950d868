package users_test

import (
	"fmt"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// of is the path of the routing skills or languages of a user.
func of(user, kind string) string { return "/api/v2/users/" + user + "/routing" + kind }

func assignment(id string, proficiency any) fields {
	return fields{"id": id, "proficiency": proficiency}
}

// hasSkills reads the names and proficiencies of a listing.
func hasSkills(t *testing.T, got *mocktest.Response) []string {
	t.Helper()
	var body struct {
		Entities []struct {
			Name        string
			Proficiency float64
			State       string
		}
	}
	want(t, got, 200, "").JSON(t, &body)
	list := []string{}
	for _, e := range body.Entities {
		text := fmt.Sprint(e.Name, " ", e.Proficiency)
		if e.State != "active" {
			text += " " + e.State
		}
		list = append(list, text)
	}
	return list
}

// What Terraform's provider does with the skills of a user: it reads page by page
// until one is empty, takes what is too much, and sends the rest in bulk.
func TestTerraformsJourneyWithRoutingSkills(t *testing.T) {
	t.Parallel()
	for kind, names := range map[string][2]string{"skills": {"Chat", "Fax"}, "languages": {"Danish", "Finnish"}} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			_, admin := start(t)
			var ids []string
			for _, name := range names {
				ids = append(ids, want(t, admin.Post(t, "/api/v2/routing/"+kind, fields{"name": name}), 200, "").Str(t, "id"))
			}
			user := create(t, admin, person("Tara Form", "tara@mockcloud.test"))
			path := of(user, kind)
			has(t, want(t, admin.Get(t, path+"?pageSize=100&pageNumber=1"), 200, ""), map[string]string{"entities": "[]", "total": "0", "pageCount": "0"})

			made := admin.Patch(t, path+"/bulk", []fields{assignment(ids[1], 1.5), assignment(ids[0], 4)})
			same(t, "answer", hasSkills(t, made), []string{names[0] + " 4", names[1] + " 1.5"})
			has(t, made, map[string]string{"total": "2", "pageCount": "1", "pageNumber": "1", "entities.0.selfUri": path + "/" + ids[0]})
			read := want(t, admin.Get(t, "/api/v2/users/"+user+"?expand=skills,languages,locations,profileSkills,certifications,employerInfo"), 200, "")
			has(t, read, map[string]string{kind + ".0.id": ids[0], kind + ".0.proficiency": "4", kind + ".1.proficiency": "1.5", "version": "1"})

			same(t, "updated", hasSkills(t, admin.Patch(t, path+"/bulk", []fields{assignment(ids[1], 5)})), []string{names[0] + " 4", names[1] + " 5"})
			same(t, "page 2", hasSkills(t, admin.Get(t, path+"?pageSize=1&pageNumber=2")), []string{names[1] + " 5"})
			same(t, "past the end", hasSkills(t, admin.Get(t, path+"?pageSize=1&pageNumber=3")), []string{})
			same(t, "descending", hasSkills(t, admin.Get(t, path+"?sortOrder=descending&pageSize=1")), []string{names[1] + " 5"})

			gone := map[string]int{"skills": 200, "languages": 204}[kind]
			want(t, admin.Delete(t, path+"/"+ids[0]), gone, "")
			want(t, admin.Delete(t, path+"/"+ids[0]), 404, "general.resource.not.found")
			same(t, "removed", hasSkills(t, admin.Get(t, path)), []string{names[1] + " 5"})
			want(t, admin.Delete(t, path+"/"+ids[1]), gone, "")
			has(t, admin.Get(t, "/api/v2/users/"+user+"?expand=skills,languages"), map[string]string{"skills": "[]", "languages": "[]"})
		})
	}
}

func TestOneSkillIsAddedAndChanged(t *testing.T) {
	t.Parallel()
	for kind, id := range map[string]string{"skills": billing, "languages": spanish} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			_, admin := start(t)
			path := of(ben, kind)
			change := func(body fields) *mocktest.Response {
				if kind == "skills" {
					return admin.Put(t, path+"/"+id, body)
				}
				return admin.Patch(t, path+"/"+id, body)
			}
			// Guess: a change makes nothing that is not there.
			want(t, change(fields{"proficiency": 2}), 404, "not.found")
			added := want(t, admin.Post(t, path, assignment(id, 0)), 200, "")
			has(t, added, map[string]string{"id": id, "proficiency": "0", "state": "active", "selfUri": path + "/" + id})
			if added.Str(t, "name") == "" {
				t.Errorf("no name: %s", added.Body)
			}
			// Guess: what is there already is a conflict.
			want(t, admin.Post(t, path, assignment(id, 3)), 400, "general.conflict")

			has(t, want(t, change(fields{"proficiency": 2.5, "name": "Other"}), 200, ""), map[string]string{"proficiency": "2.5", "name": added.Str(t, "name")})
			has(t, want(t, change(fields{"state": "inactive"}), 200, ""), map[string]string{"proficiency": "2.5", "state": "inactive"})
			want(t, change(fields{"state": "deleted"}), 400, "constraint.validation") // Guess: DELETE is for that
			want(t, change(fields{"state": "asleep"}), 400, "invalid.value")
			want(t, change(fields{"proficiency": 6}), 400, "constraint.validation")
			// A proficiency that comes in bulk does not wake it.
			has(t, want(t, admin.Patch(t, path+"/bulk", []fields{assignment(id, 1)}), 200, ""), map[string]string{"entities.0.proficiency": "1", "entities.0.state": "inactive"})
			has(t, want(t, change(fields{"state": "active"}), 200, ""), map[string]string{"proficiency": "1", "state": "active"})
			has(t, admin.Get(t, path), map[string]string{"total": "1", "entities.0.proficiency": "1", "entities.0.state": "active"})
		})
	}
}

func TestReplacingSkillsTakesTheOthers(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	path := of(sue, "skills")
	same(t, "at first", hasSkills(t, admin.Get(t, path)), []string{"Billing 5", "Returns 4.5"})
	same(t, "replaced", hasSkills(t, admin.Put(t, path+"/bulk", []fields{assignment(returns, 3)})), []string{"Returns 3"})
	same(t, "by nothing", hasSkills(t, admin.Put(t, path+"/bulk", []fields{})), []string{})
	same(t, "afterwards", hasSkills(t, admin.Get(t, path)), []string{})
	same(t, "the languages", hasSkills(t, admin.Get(t, of(sue, "languages"))), []string{"English 5"})
}

func TestBadSkillsOfUsersAreRefused(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	var many []fields
	for range 51 {
		many = append(many, assignment(billing, 1))
	}
	skills, languages := of(alex, "skills"), of(alex, "languages")
	tests := []struct {
		name, method, path string
		body               any
		status             int
		code               string
	}{
		{"too good", "POST", skills, assignment(returns, 5.01), 400, "constraint.validation"},
		{"below zero", "POST", languages, assignment(spanish, -0.5), 400, "constraint.validation"},
		{"no proficiency", "POST", skills, fields{"id": returns}, 400, "constraint.validation"},
		{"no proficiency among several", "PATCH", skills + "/bulk", []fields{{"id": returns}}, 400, "constraint.validation"},
		{"no id", "POST", skills, fields{"proficiency": 1}, 400, "constraint.validation"},
		{"a text as proficiency", "POST", skills, assignment(returns, "good"), 400, "bad.request"},
		{"one for many", "PATCH", skills + "/bulk", assignment(returns, 1), 400, "bad.request"},
		{"an unknown skill", "POST", skills, assignment(nobody, 1), 404, "general.resource.not.found"},
		{"an unknown language", "POST", languages, assignment(nobody, 1), 404, "not.found"},
		{"a language as a skill", "PUT", skills + "/bulk", []fields{assignment(spanish, 1)}, 404, "general.resource.not.found"},
		{"an unknown one behind a good one", "PATCH", skills + "/bulk", []fields{assignment(returns, 1), assignment(nobody, 1)}, 404, "not.found"},
		{"an empty id", "PATCH", languages + "/bulk", []fields{assignment("", 1)}, 404, "not.found"},
		{"a bad one behind a good one", "PUT", skills + "/bulk", []fields{assignment(returns, 1), assignment(billing, 7)}, 400, "constraint.validation"},
		{"one twice", "PUT", skills + "/bulk", []fields{assignment(returns, 1), assignment(returns, 2)}, 400, "general.conflict"},
		{"one twice, where no conflict is listed", "PATCH", languages + "/bulk", []fields{assignment(spanish, 1), assignment(spanish, 2)}, 400, "bad.request"},
		{"more than the bulk API takes", "PATCH", skills + "/bulk", many, 400, "constraint.validation"},
		{"an unknown user", "POST", of(nobody, "skills"), assignment(billing, 1), 404, "general.resource.not.found"},
		{"an unknown user in bulk", "PATCH", of(nobody, "languages") + "/bulk", []fields{}, 404, "not.found"},
		{"the skills of an unknown user", "GET", of(nobody, "skills"), nil, 404, "general.resource.not.found"},
		{"an unknown order", "GET", skills + "?sortOrder=up", nil, 400, "invalid.query.param.value"},
		{"one that the user does not have", "DELETE", skills + "/none", nil, 404, "general.resource.not.found"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want(t, admin.Do(t, tt.method, tt.path, tt.body, nil), tt.status, tt.code)
			same(t, "skills", hasSkills(t, admin.Get(t, skills)), []string{"Billing 3"})
			same(t, "languages", hasSkills(t, admin.Get(t, languages)), []string{"English 5", "Spanish 3"})
		})
	}
	want(t, admin.Patch(t, skills+"/bulk", many[:1]), 200, "")
}

func TestAUserCanHaveMoreSkillsThanFitInOneRequest(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	path := of(ben, "skills")
	var last fields
	for chunk := range 2 {
		var body []fields
		for i := range 50 {
			id := want(t, admin.Post(t, "/api/v2/routing/skills", fields{"name": fmt.Sprintf("Skill %d%02d", chunk, i)}), 200, "").Str(t, "id")
			last = assignment(id, i%6)
			body = append(body, last)
		}
		want(t, admin.Patch(t, path+"/bulk", body), 200, "")
	}
	has(t, admin.Get(t, path+"?pageSize=100"), map[string]string{"total": "100", "entities.0.name": "Skill 000", "entities.99.name": "Skill 149"})
	has(t, admin.Get(t, path+"?pageNumber=4"), map[string]string{"pageCount": "4", "entities.0.name": "Skill 125", "entities.24.name": "Skill 149"})
}

func TestWhoMayAssignSkills(t *testing.T) {
	t.Parallel()
	srv, _ := start(t)
	anybody := srv.As(t)
	want(t, anybody.Get(t, of(alex, "skills")), 200, "")
	want(t, anybody.Get(t, of(alex, "languages")), 200, "")
	tests := []struct {
		permission, kind string
		may              bool
	}{
		{"routing:skill:assign", "skills", true},
		{"routing:skill:assign", "languages", true},
		{"routing:language:assign", "languages", true},
		{"routing:language:assign", "skills", false},
		{"routing:skill:manage", "skills", false},
		{"routing:skill:manage", "languages", false},
	}
	for _, tt := range tests {
		t.Run(tt.permission+" for "+tt.kind, func(t *testing.T) {
			t.Parallel()
			srv, admin := start(t)
			// The permissions are aware of no divisions, so that one in Support counts for
			// Alex, who lives in Sales.
			c := srv.AsIn(t, "Support", tt.permission)
			path, one := of(alex, tt.kind), map[string]string{"skills": billing, "languages": spanish}[tt.kind]
			other := map[string]string{"skills": returns, "languages": "6d6f636b-0014-4000-8000-000000000002"}[tt.kind]
			refused := func(code string) (int, string) {
				if tt.may {
					return 200, ""
				}
				return 403, code
			}
			single := map[string]string{"skills": "missing.permissions", "languages": "missing.any.permissions"}[tt.kind] // mode ALL, mode ANY
			before := hasSkills(t, admin.Get(t, path))
			status, code := refused(single)
			want(t, c.Post(t, path, assignment(other, 1)), status, code)
			method := map[string]string{"skills": "PUT", "languages": "PATCH"}[tt.kind]
			want(t, c.Do(t, method, path+"/"+one, fields{"proficiency": 1}, nil), status, code)
			if got := c.Delete(t, path+"/"+one); got.Status/100 == 2 != tt.may {
				t.Errorf("delete: %d %s", got.Status, got.Body)
			}
			status, code = refused("missing.any.permissions")
			want(t, c.Patch(t, path+"/bulk", []fields{assignment(one, 2)}), status, code)
			if tt.kind == "skills" {
				want(t, c.Put(t, path+"/bulk", []fields{assignment(one, 2)}), status, code)
			}
			if !tt.may {
				same(t, "after refusals", hasSkills(t, admin.Get(t, path)), before)
			}
		})
	}
}

// Guess: skills outlive a deletion, as the roles of the user do.
func TestADeletedUserKeepsSkillsOutOfSight(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	want(t, admin.Delete(t, "/api/v2/users/"+sue), 200, "")
	want(t, admin.Get(t, of(sue, "skills")), 404, "general.resource.not.found")
	want(t, admin.Patch(t, of(sue, "skills")+"/bulk", []fields{assignment(billing, 1)}), 404, "not.found")
	has(t, admin.Get(t, "/api/v2/users/"+sue+"?state=deleted&expand=skills"), map[string]string{"skills.0.name": "Billing", "skills.1.name": "Returns"})
	want(t, admin.Delete(t, "/api/v2/routing/skills/"+billing), 200, "")
	version := want(t, admin.Get(t, "/api/v2/users/"+sue+"?state=deleted"), 200, "").Str(t, "version")
	want(t, admin.Patch(t, "/api/v2/users/"+sue, fields{"state": "active", "version": number(t, version)}), 200, "")
	same(t, "restored", hasSkills(t, admin.Get(t, of(sue, "skills"))), []string{"Returns 4.5"})
}

func number(t *testing.T, text string) int {
	t.Helper()
	var n int
	if _, err := fmt.Sscan(text, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestSkillsAreExpandedInListsAndSearches(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	paths := map[string]string{"entities.2.skills.0.name": "Billing", "entities.2.languages.1.name": "Spanish", "entities.0.skills": "[]", "entities.0.languages": "[]"}
	has(t, want(t, admin.Get(t, "/api/v2/users?expand=skills,languages"), 200, ""), paths)
	has(t, admin.Get(t, "/api/v2/users"), map[string]string{"entities.2.skills": "", "entities.2.languages": ""})
	found := want(t, admin.Post(t, "/api/v2/users/search", fields{"expand": []string{"skills", "languages"}, "query": []fields{exact("id", alex)}}), 200, "")
	has(t, found, map[string]string{"results.0.skills.0.id": billing, "results.0.languages.0.id": english})
	me := srv.AsUser(t, "agent1@mockcloud.test")
	has(t, want(t, me.Get(t, "/api/v2/users/me?expand=skills,languages"), 200, ""), map[string]string{"skills.0.proficiency": "3", "languages.1.proficiency": "3"})
}
