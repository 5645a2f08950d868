package authorization_test

import (
	"fmt"
	"slices"
	"testing"
)

func TestUsersOfARole(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	path := base + "/roles/" + queueReader + "/users"
	got := admin.Get(t, path)
	// The admin client holds the role too, but is no user.
	want := `{"entities":[{"id":"` + adminUser + `","selfUri":"/api/v2/users/` + adminUser + `"},{"id":"` + builder + `","selfUri":"/api/v2/users/` + builder + `"}],"pageSize":25,"pageNumber":1,"total":2,"pageCount":1}`
	if string(got.Body) != want {
		t.Errorf("users: %s, want %s", got.Body, want)
	}
	if got := list(t, admin, path+"?pageSize=1&pageNumber=2"); !slices.Equal(got.ids(), []string{builder}) || got.PageCount != 2 {
		t.Errorf("second page: %v of %d", got.ids(), got.PageCount)
	}
	if got := list(t, admin, path+"?pageNumber=9"); len(got.Entities) != 0 || got.Total != 2 {
		t.Errorf("page past the end: %v", got.ids())
	}
	// Guess: who inherits the role from a group is not among them.
	if got := list(t, admin, base+"/roles/"+roleNamed(t, admin, "Developer")+"/users"); !slices.Equal(got.ids(), []string{adminUser}) {
		t.Errorf("users with Developer: %v", got.ids())
	}
	// Two divisions, one user.
	expect(t, admin.Post(t, base+"/subjects/"+builder+"/bulkadd", bulk(pair{queueReader, support})), 204, "")
	if got := list(t, admin, path); got.Total != 2 {
		t.Errorf("users: %v", got.ids())
	}
	expect(t, admin.Get(t, base+"/roles/"+nowhere+"/users"), 404, "")
}

func TestUsersAreAddedToARoleAndRemoved(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	path := base + "/roles/" + queueReader + "/users"
	sent := []string{agent1, builder, agent1}
	got := admin.Put(t, path+"/add", sent)
	expect(t, got, 200, "")
	var back []string
	got.JSON(t, &back)
	// Guess: the answer is what was sent. New grants are in the home division;
	// who holds the role somewhere keeps it there.
	if !slices.Equal(back, sent) {
		t.Errorf("add answered %v", back)
	}
	if got := grantsOf(t, admin, agent1); !slices.Contains(got, pair{queueReader, home}) {
		t.Errorf("the agent holds %v", got)
	}
	if got := grantsOf(t, admin, builder); slices.Contains(got, pair{queueReader, home}) || !slices.Contains(got, pair{queueReader, sales}) {
		t.Errorf("the builder holds %v", got)
	}

	// Removing takes it in every division, and passes over who does not hold it.
	expect(t, admin.Post(t, base+"/subjects/"+agent1+"/bulkadd", bulk(pair{queueReader, "*"}, pair{builderRole, sales})), 204, "")
	expect(t, admin.Put(t, path+"/remove", []string{agent1, agent2}), 200, "")
	if got := grantsOf(t, admin, agent1); slices.ContainsFunc(got, func(p pair) bool { return p.RoleID == queueReader }) || !slices.Contains(got, pair{builderRole, sales}) {
		t.Errorf("the agent holds %v", got)
	}
	if got := admin.Put(t, path+"/remove", []string{}); string(got.Body) != "[]" {
		t.Errorf("removing nobody: %s", got.Body)
	}
}

func TestUsersThatCannotBeAddedOrRemoved(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	for _, operation := range []string{"/add", "/remove"} {
		path := base + "/roles/" + queueReader + "/users" + operation
		for _, id := range []string{nowhere, team, webApp, ""} { // users only
			expect(t, admin.Put(t, path, []string{builder, agent1, id}), 404, "general.resource.not.found")
		}
		expect(t, admin.Put(t, path, `{"ids":[]}`), 400, "bad.request")
		expect(t, admin.Put(t, path, `[7]`), 400, "bad.request")
		expect(t, admin.Put(t, path, `[null]`), 400, "")
		expect(t, admin.Put(t, path, ``), 400, "")
		expect(t, admin.Put(t, base+"/roles/"+nowhere+"/users"+operation, []string{agent1}), 404, "")
	}
	if got := list(t, admin, base+"/roles/"+queueReader+"/users"); !slices.Equal(got.ids(), []string{adminUser, builder}) {
		t.Errorf("the refusals left %v", got.ids())
	}
}

func TestSubjectsOfARole(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	path := base + "/roles/" + queueReader + "/subjectgrants"
	expect(t, admin.Post(t, base+"/subjects/"+team+"/bulkadd", bulk(pair{queueReader, sales}, pair{queueReader, support})), 204, "")
	got := admin.Get(t, path)
	expect(t, got, 200, "")
	want := `{"id":"` + team + `","name":"Integration Team","divisions":[` +
		`{"id":"` + sales + `","name":"Sales","selfUri":"/api/v2/authorization/divisions/` + sales + `"},` +
		`{"id":"` + support + `","name":"Support","selfUri":"/api/v2/authorization/divisions/` + support + `"}],` +
		`"type":"PC_GROUP","selfUri":"/api/v2/authorization/subjects/` + team + `"}`
	if !sameJSON(t, got.Str(t, "entities.0"), want) {
		t.Errorf("the group: %s, want %s", got.Str(t, "entities.0"), want)
	}
	for i, want := range []string{"PC_GROUP", "PC_USER", "PC_USER", "PC_OAUTH_CLIENT", ""} {
		if kind := got.Str(t, fmt.Sprintf("entities.%d.type", i)); kind != want {
			t.Errorf("subject %d is a %q, want %q", i, kind, want)
		}
	}
	if got.Str(t, "entities.1.divisions.0.id") != "*" || got.Str(t, "entities.1.divisions.0.name") != "" || got.Str(t, "total") != "4" {
		t.Errorf("subjects: %s", got.Body)
	}
	page := list(t, admin, path+"?pageSize=3&pageNumber=2")
	if !slices.Equal(page.names(), []string{"Mockcloud Admin"}) || page.PrevURI == "" || page.NextURI != "" {
		t.Errorf("second page: %+v", page)
	}
	expect(t, admin.Get(t, base+"/roles/"+nowhere+"/subjectgrants"), 404, "")
}

func TestARoleIsGrantedToManyAtOnce(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	path := base + "/roles/" + queueReader
	body := func(subjects, divisions []string) map[string]any {
		return map[string]any{"subjectIds": subjects, "divisionIds": divisions}
	}
	got := admin.Post(t, path, body([]string{agent1, agent2, agent1}, []string{sales, "*"}))
	if got.Status != 204 || len(got.Body) != 0 {
		t.Fatalf("answered %d %q", got.Status, got.Body)
	}
	for _, id := range []string{agent1, agent2} {
		pairs := grantsOf(t, admin, id)
		if !slices.Contains(pairs, pair{queueReader, sales}) || !slices.Contains(pairs, pair{queueReader, "*"}) {
			t.Errorf("%s holds %v", id, pairs)
		}
	}
	// Guess: without subjects or divisions there is nothing to do.
	expect(t, admin.Post(t, path, body([]string{}, []string{sales})), 204, "")
	expect(t, admin.Post(t, path, body([]string{agent1}, []string{})), 204, "")

	before := grantsOf(t, admin, supervisor)
	refused := []struct {
		name  string
		query string
		body  any
		code  string
		want  int
	}{
		{"an unknown subject", "", body([]string{supervisor, nowhere}, []string{home}), "", 404},
		{"an unknown division", "", body([]string{supervisor}, []string{home, nowhere}), "", 404},
		{"an empty division", "", body([]string{supervisor}, []string{home, ""}), "bad.role.divisions", 400},
		{"a group without roles", "", body([]string{supervisor, salesFloor}, []string{home}), "bad.request", 400},
		{"different types", "?subjectType=PC_USER", body([]string{supervisor, team}, []string{home}), "invalid.subject.type", 400},
		{"an unknown type", "?subjectType=x", body([]string{supervisor}, []string{home}), "invalid.subject.type", 400},
		{"no divisions", "", `{"subjectIds":["` + supervisor + `"]}`, "constraint.validation", 400},
		{"no body", "", ``, "", 400},
	}
	for _, tt := range refused {
		t.Run(tt.name, func(t *testing.T) {
			expect(t, admin.Post(t, path+tt.query, tt.body), tt.want, tt.code)
			if got := grantsOf(t, admin, supervisor); !slices.Equal(got, before) {
				t.Errorf("the refusal left %v", got)
			}
		})
	}
	expect(t, admin.Post(t, base+"/roles/"+nowhere, body([]string{agent1}, []string{home})), 404, "")
}
