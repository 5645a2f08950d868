package authorization_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

func TestGrantsAreAddedRemovedAndReplaced(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	for _, id := range []string{agent1, team, webApp} {
		path := base + "/subjects/" + id
		before := grantsOf(t, admin, id)
		added := []pair{{queueReader, sales}, {queueReader, "*"}, {builderRole, home}}

		got := admin.Post(t, path+"/bulkadd", bulk(append(slices.Clone(added), added[0])...)) // one of them twice
		if got.Status != 204 || len(got.Body) != 0 {
			t.Fatalf("bulkadd answered %d %q", got.Status, got.Body)
		}
		want := sorted(slices.Concat(before, added)...)
		if got := grantsOf(t, admin, id); !slices.Equal(got, want) {
			t.Errorf("after adding: %v, want %v", got, want)
		}
		expect(t, admin.Post(t, path+"/bulkadd", bulk(added...)), 204, "") // again

		// Guess: what is not held is passed over.
		expect(t, admin.Post(t, path+"/bulkremove", bulk(added[1], pair{queueReader, support})), 204, "")
		want = sorted(slices.Concat(before, []pair{added[0], added[2]})...)
		if got := grantsOf(t, admin, id); !slices.Equal(got, want) {
			t.Errorf("after removing: %v, want %v", got, want)
		}

		expect(t, admin.Post(t, path+"/bulkreplace", bulk(added[1], added[2])), 204, "")
		if got := grantsOf(t, admin, id); !slices.Equal(got, sorted(added[1], added[2])) {
			t.Errorf("after replacing: %v", got)
		}
		expect(t, admin.Post(t, path+"/bulkreplace", bulk()), 204, "")
		if got := grantsOf(t, admin, id); len(got) != 0 {
			t.Errorf("after replacing by nothing: %v", got)
		}
		expect(t, admin.Post(t, path+"/bulkadd", bulk()), 204, "")
	}
}

func TestOneGrantIsAddedAndRemoved(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	for _, division := range []string{sales, "*"} {
		path := base + "/subjects/" + agent2 + "/divisions/" + division + "/roles/" + queueReader
		if got := admin.Post(t, path, nil); got.Status != 204 || len(got.Body) != 0 {
			t.Fatalf("POST answered %d %q", got.Status, got.Body)
		}
		expect(t, admin.Post(t, path+"?subjectType=PC_USER", nil), 204, "")
		if got := grantsOf(t, admin, agent2); !slices.Contains(got, pair{queueReader, division}) {
			t.Errorf("after adding: %v", got)
		}
		if got := admin.Delete(t, path); got.Status != 204 || len(got.Body) != 0 {
			t.Fatalf("DELETE answered %d %q", got.Status, got.Body)
		}
		// Terraform takes the 404 for done (authorization.md §7).
		expect(t, admin.Delete(t, path), 404, "")
	}
	for _, path := range []string{
		"/subjects/" + nowhere + "/divisions/" + sales + "/roles/" + queueReader,
		"/subjects/" + agent2 + "/divisions/" + nowhere + "/roles/" + queueReader,
		"/subjects/" + agent2 + "/divisions/" + sales + "/roles/" + nowhere,
	} {
		expect(t, admin.Post(t, base+path, nil), 404, "")
		expect(t, admin.Delete(t, base+path), 404, "")
	}
}

func TestTheEmployeeRoleCanBeTakenAway(t *testing.T) {
	t.Parallel()
	// Guess: as Terraform's own tests do it, against the help pages.
	admin := start(t).Admin(t)
	employee := roleNamed(t, admin, "employee")
	i := slices.IndexFunc(grantsOf(t, admin, agent1), func(p pair) bool { return p.RoleID == employee })
	division := grantsOf(t, admin, agent1)[i].DivisionID
	expect(t, admin.Delete(t, base+"/subjects/"+agent1+"/divisions/"+division+"/roles/"+employee), 204, "")
}

func TestGrantsThatCannotBe(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	good := pair{queueReader, support}
	tests := []struct {
		name, subject, query string
		body                 any
		status               int
		code                 string
	}{
		{"an unknown role", agent1, "", bulk(good, pair{nowhere, sales}), 404, ""},
		{"an unknown division", agent1, "", bulk(good, pair{queueReader, nowhere}), 404, ""},
		{"an empty division", agent1, "", bulk(good, pair{queueReader, ""}), 400, "bad.role.divisions"},
		{"an empty role", agent1, "", bulk(good, pair{"", sales}), 400, "bad.role.divisions"},
		{"no division", agent1, "", `{"grants":[{"roleId":"` + queueReader + `"}]}`, 400, "constraint.validation"},
		{"no grants", agent1, "", `{}`, 400, "constraint.validation"},
		{"null grants", agent1, "", `{"grants":null}`, 400, "constraint.validation"},
		{"a list", agent1, "", `[]`, 400, "bad.request"},
		{"an id that is a number", agent1, "", `{"grants":[{"roleId":7,"divisionId":"*"}]}`, 400, "bad.request"},
		{"no body", agent1, "", ``, 400, ""},
		{"an unknown subject", nowhere, "", bulk(good), 404, ""},
		{"a subject that is a role", queueReader, "", bulk(good), 404, ""},
		{"the wrong type: a user is no group", agent1, "?subjectType=PC_GROUP", bulk(good), 400, "invalid.subject.type"},
		{"the wrong type: a user is no client", agent1, "?subjectType=PC_OAUTH_CLIENT", bulk(good), 400, "invalid.subject.type"},
		{"the wrong type: a group is no user", team, "?subjectType=PC_USER", bulk(good), 400, "invalid.subject.type"},
		{"the wrong type: a client is no user", webApp, "?subjectType=PC_USER", bulk(good), 400, "invalid.subject.type"},
		{"an unknown type", agent1, "?subjectType=PC_DOG", bulk(good), 400, "invalid.subject.type"},
		// Trustees are granted elsewhere.
		{"a type of other organizations", agent1, "?subjectType=PC_TRUSTEE_USER", bulk(good), 400, "invalid.subject.type"},
		// Guess: the code for a group whose rolesEnabled is false.
		{"a group without roles", salesFloor, "", bulk(good), 400, "bad.request"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, operation := range []string{"bulkadd", "bulkreplace"} {
				expect(t, admin.Post(t, base+"/subjects/"+tt.subject+"/"+operation+tt.query, tt.body), tt.status, tt.code)
			}
			if tt.query == "" && tt.subject != salesFloor {
				expect(t, admin.Post(t, base+"/subjects/"+tt.subject+"/bulkremove", tt.body), tt.status, tt.code)
			}
		})
	}
	// All or nothing: the good one was not granted either.
	for _, id := range []string{agent1, team, webApp, salesFloor} {
		if got := grantsOf(t, admin, id); slices.Contains(got, good) {
			t.Errorf("%s holds %v", id, got)
		}
	}
}

func TestTheTypeOfASubjectNeedNotBeSaid(t *testing.T) {
	t.Parallel()
	// Guess: the specification's default PC_USER contradicts nobody.
	admin := start(t).Admin(t)
	for id, kind := range map[string]string{agent1: "PC_USER", team: "PC_GROUP", webApp: "PC_OAUTH_CLIENT"} {
		for _, query := range []string{"", "?subjectType=", "?subjectType=" + kind, "?subjectType=" + strings.ToLower(kind)} {
			expect(t, admin.Post(t, base+"/subjects/"+id+"/bulkadd"+query, bulk(pair{queueReader, sales})), 204, "")
			expect(t, admin.Post(t, base+"/subjects/"+id+"/divisions/"+sales+"/roles/"+queueReader+query, nil), 204, "")
			expect(t, admin.Post(t, base+"/roles/"+queueReader+query, map[string]any{"subjectIds": []string{id}, "divisionIds": []string{sales}}), 204, "")
		}
	}
}

func TestAGroupWithoutRolesCanBeEmptied(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	expect(t, admin.Post(t, base+"/subjects/"+salesFloor+"/bulkreplace", bulk()), 204, "")
	expect(t, admin.Post(t, base+"/subjects/"+salesFloor+"/bulkremove", bulk(pair{queueReader, sales})), 204, "")
}

func TestDeletedUsersHoldNothing(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	expect(t, admin.Delete(t, "/api/v2/users/"+agent1), 200, "")
	path := base + "/subjects/" + agent1
	expect(t, admin.Get(t, path), 404, "")
	expect(t, admin.Post(t, path+"/bulkadd", bulk(pair{queueReader, sales})), 404, "")
	user := roleNamed(t, admin, "User")
	if got := list(t, admin, base+"/roles/"+user+"/users"); slices.Contains(got.ids(), agent1) || got.Total != 3 {
		t.Errorf("users with the role: %v", got.ids())
	}
	if got := admin.Get(t, base+"/roles/"+user).Str(t, "userCount"); got != "3" {
		t.Errorf("userCount = %s", got)
	}
}

func TestASubjectCanHoldOnlySoMuch(t *testing.T) {
	t.Parallel()
	// Guess: the limit is 1000 pairs.
	admin := start(t).Admin(t)
	var divisions []string
	for i := range 47 {
		divisions = append(divisions, newDivision(t, admin, fmt.Sprintf("D%02d", i)))
	}
	var pairs []pair
	for i := range 22 {
		role := newRole(t, admin, fmt.Sprintf("R%02d", i))
		for _, division := range divisions {
			pairs = append(pairs, pair{role, division})
		}
	}
	path := base + "/subjects/" + agent1
	expect(t, admin.Post(t, path+"/bulkreplace", bulk(pairs[:1001]...)), 400, "max.role.assignments.exceeded")
	expect(t, admin.Post(t, path+"/bulkreplace", bulk(pairs[:1000]...)), 204, "")
	expect(t, admin.Post(t, path+"/bulkadd", bulk(pairs[:10]...)), 204, "")
	expect(t, admin.Post(t, path+"/bulkadd", bulk(pairs[1000])), 400, "max.role.assignments.exceeded")
	if got := grantsOf(t, admin, agent1); len(got) != 1000 {
		t.Errorf("the user holds %d pairs", len(got))
	}
}

// With the organization's switch on, grants can only be changed in divisions in
// which the caller may grant.
func TestWhereGrantsCanBeChanged(t *testing.T) {
	t.Parallel()
	on := startWith(t, "settings: {grantDivisionAware: true}\n")
	off := start(t)
	here, there, everywhere := pair{queueReader, sales}, pair{queueReader, support}, pair{queueReader, "*"}
	tests := []struct {
		name, method, path string
		body               any
		status             int // with the switch on
	}{
		{"add here", "POST", "/subjects/" + agent1 + "/bulkadd", bulk(here), 204},
		{"add there", "POST", "/subjects/" + agent1 + "/bulkadd", bulk(here, there), 403},
		{"add everywhere", "POST", "/subjects/" + agent1 + "/bulkadd", bulk(everywhere), 403},
		{"add one here", "POST", "/subjects/" + agent2 + "/divisions/" + sales + "/roles/" + queueReader, nil, 204},
		{"add one there", "POST", "/subjects/" + agent2 + "/divisions/" + support + "/roles/" + queueReader, nil, 403},
		{"remove one here", "DELETE", "/subjects/" + agent2 + "/divisions/" + sales + "/roles/" + queueReader, nil, 204},
		{"remove one there", "DELETE", "/subjects/" + agent2 + "/divisions/" + support + "/roles/" + queueReader, nil, 403},
		{"remove here", "POST", "/subjects/" + agent1 + "/bulkremove", bulk(here), 204},
		{"remove there", "POST", "/subjects/" + agent1 + "/bulkremove", bulk(there), 403},
		{"replace what is not here", "POST", "/subjects/" + supervisor + "/bulkreplace", bulk(here), 403},
		{"the role here", "POST", "/roles/" + queueReader, map[string]any{"subjectIds": []string{agent1}, "divisionIds": []string{sales}}, 204},
		{"the role there", "POST", "/roles/" + queueReader, map[string]any{"subjectIds": []string{agent1}, "divisionIds": []string{sales, support}}, 403},
		{"the role at home", "PUT", "/roles/" + queueReader + "/users/add", []string{agent2}, 403},
		{"the role of those who have it here", "PUT", "/roles/" + queueReader + "/users/remove", []string{agent1, builder}, 200},
		{"the role of those who have it everywhere", "PUT", "/roles/" + queueReader + "/users/remove", []string{adminUser}, 403},
	}
	limited := on.AsIn(t, sales, "authorization:grant:add", "authorization:grant:delete")
	free := off.AsIn(t, sales, "authorization:grant:add", "authorization:grant:delete")
	for _, tt := range tests { // in this order
		got := limited.Do(t, tt.method, base+tt.path, tt.body, nil)
		if got.Status != tt.status || got.Status == 403 && got.Str(t, "code") != "missing.division.permissions" {
			t.Errorf("%s: %d, want %d\n%s", tt.name, got.Status, tt.status, got.Body)
		}
		if got := free.Do(t, tt.method, base+tt.path, tt.body, nil); got.Status > 204 && tt.name != "remove one there" {
			t.Errorf("%s with the switch off: %d\n%s", tt.name, got.Status, got.Body)
		}
	}
	// The explanation tells which divisions were looked at.
	got := limited.Do(t, "POST", base+"/subjects/"+agent1+"/bulkadd", bulk(here, there, here), http.Header{"X-Mockcloud-Explain": {"true"}})
	if explanation := got.Header.Get("X-Mockcloud-Explanation"); !strings.Contains(explanation, `"divisions":["`+sales+`","`+support+`"]`) {
		t.Errorf("explanation: %s", explanation)
	}
	// Guess: pairs that stay as they are do not count in a replacement.
	kept := grantsOf(t, on.Admin(t), supervisor)
	expect(t, limited.Post(t, base+"/subjects/"+supervisor+"/bulkreplace", bulk(append(kept, here)...)), 204, "")
}
