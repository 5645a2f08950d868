package authorization_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestASubjectAsItWasCaptured(t *testing.T) {
	t.Parallel()
	srv := start(t)
	admin := srv.Admin(t)
	got := admin.Post(t, base+"/roles", `{"name":"Night","description":"Late","permissionPolicies":[{"domain":"quality","entityName":"*","actionSet":["*"],"allowConditions":true,"resourceConditionNode":{"conjunction":"AND"}},{"domain":"routing"}]}`)
	role := got.Str(t, "id")
	expect(t, admin.Post(t, base+"/subjects/"+webApp+"/bulkadd", bulk(pair{role, "*"}, pair{role, sales})), 400, "bad.client.role")
	expect(t, admin.Post(t, base+"/subjects/"+adminUser+"/bulkadd", bulk(pair{role, "*"})), 204, "")
	expect(t, srv.AsUser(t, "admin@mockcloud.test").Post(t, base+"/subjects/"+webApp+"/bulkadd", bulk(pair{role, "*"}, pair{role, sales})), 204, "")

	// No name, no condition and no date; policies say actions, and "*" is a
	// division without a name (authorization.md §7).
	wantRole := `"role":{"id":"` + role + `","name":"Night","description":"Late","policies":[{"domain":"quality","entityName":"*","actions":["*"]},{"domain":"routing","actions":[]}],"default":false,"selfUri":"/api/v2/authorization/roles/` + role + `"}`
	want := `{"id":"` + webApp + `","grants":[` +
		`{"subjectId":"` + webApp + `","division":{"id":"*","homeDivision":false,"selfUri":"/api/v2/authorization/divisions/*"},` + wantRole + `},` +
		`{"subjectId":"` + webApp + `","division":{"id":"` + sales + `","name":"Sales","description":"Those who sell","homeDivision":false,"selfUri":"/api/v2/authorization/divisions/` + sales + `"},` + wantRole + `}` +
		`],"version":1,"selfUri":"/api/v2/authorization/subjects/` + webApp + `"}`
	if got := admin.Get(t, base+"/subjects/"+webApp); string(got.Body) != want {
		t.Errorf("subject:\n%s\nwant\n%s", got.Body, want)
	}
}

func TestPoliciesOfGrantedRolesCanBeLeftOut(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	// Guess: they are there unless includeFullRoles says false.
	for query, with := range map[string]bool{"": true, "?includeFullRoles=true": true, "?includeFullRoles=false": false} {
		s := subjectOf(t, admin, builder, query)
		for _, g := range s.Grants {
			if (g.Role.Policies != nil) != with || g.Role.Name == "" {
				t.Errorf("%q: role %+v", query, g.Role)
			}
		}
	}
}

func TestInheritedGrantsCarryTheGroup(t *testing.T) {
	t.Parallel()
	srv := start(t)
	admin := srv.Admin(t)
	developer := roleNamed(t, admin, "Developer")
	s := subjectOf(t, admin, builder, "")
	last := s.Grants[len(s.Grants)-1]
	if last.SubjectID != team || last.Role.ID != developer || last.Division.ID != home {
		t.Errorf("the inherited grant: %+v", last)
	}

	// The same pair from the user and from the group.
	expect(t, admin.Post(t, base+"/subjects/"+builder+"/bulkadd", bulk(pair{developer, home})), 204, "")
	count := func(query string) (own, inherited int) {
		for _, g := range subjectOf(t, admin, builder, query).Grants {
			switch {
			case g.Role.ID != developer:
			case g.SubjectID == builder:
				own++
			default:
				inherited++
			}
		}
		return own, inherited
	}
	for query, want := range map[string][2]int{"": {1, 0}, "?includeDuplicates=false": {1, 0}, "?includeDuplicates=true": {1, 1}} {
		if own, inherited := count(query); own != want[0] || inherited != want[1] {
			t.Errorf("%q: %d own and %d inherited, want %v", query, own, inherited, want)
		}
	}

	// A replacement does not touch what is inherited.
	expect(t, admin.Post(t, base+"/subjects/"+builder+"/bulkreplace", bulk()), 204, "")
	if own, inherited := count("?includeDuplicates=true"); own != 0 || inherited != 1 {
		t.Errorf("after replacing: %d own and %d inherited", own, inherited)
	}
	// What a group without roles holds is not inherited.
	if s := subjectOf(t, admin, supervisor, ""); slices.ContainsFunc(s.Grants, func(g grant) bool { return g.SubjectID != supervisor }) {
		t.Errorf("the supervisor inherits: %+v", s)
	}
}

func TestSubjectsWithoutGrantsAndSubjectsThatAreNot(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	for _, id := range []string{webApp, salesFloor} {
		if got := admin.Get(t, base+"/subjects/"+id); got.Status != 200 || got.Str(t, "grants") != "[]" {
			t.Errorf("%s: %d %s", id, got.Status, got.Body)
		}
	}
	for _, id := range []string{nowhere, queueReader, "x", strings.Repeat("x", 5000), "%00", "%2F", "a%2Fb"} {
		if got := admin.Get(t, base+"/subjects/"+id); got.Status != 404 {
			t.Errorf("%.20s: %d %s", id, got.Status, got.Body)
		}
	}
	got := admin.Get(t, base+"/subjects/"+nowhere)
	if got.Str(t, "code") != "not.found" || got.Str(t, "entityId") != nowhere || got.Str(t, "entityName") != "subject" {
		t.Errorf("the refusal: %s", got.Body)
	}
}

func TestMe(t *testing.T) {
	t.Parallel()
	srv := start(t)
	admin := srv.Admin(t)
	// Client credentials: the subject is the client.
	if got := admin.Get(t, base+"/subjects/me"); got.Str(t, "id") != adminClient || got.Str(t, "grants.0.subjectId") != adminClient || got.Str(t, "grants.0.role.policies") == "" {
		t.Errorf("me as a client: %.300s", got.Body)
	}
	// A user, with what is inherited; the same as the subject by its id.
	user := srv.AsUser(t, "builder@mockcloud.test")
	for _, query := range []string{"", "?includeDuplicates=true", "?includeDuplicates=false"} {
		me, subject := user.Get(t, base+"/subjects/me"+query), admin.Get(t, base+"/subjects/"+builder+query)
		if me.Str(t, "id") != builder || string(me.Body) != string(subject.Body) {
			t.Errorf("me as a user%s:\n%s\nwant\n%s", query, me.Body, subject.Body)
		}
	}
	// Someone who holds nothing that permits anything.
	if got := srv.As(t).Get(t, base+"/subjects/me"); got.Status != 200 || got.Str(t, "grants.1") != "" {
		t.Errorf("me as nobody: %d %s", got.Status, got.Body)
	}
}

func TestRoleCounts(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	expect(t, admin.Post(t, base+"/subjects/"+webApp+"/bulkadd", bulk(pair{queueReader, sales}, pair{queueReader, support}, pair{builderRole, "*"})), 204, "")
	// Guess: a number for each subject that was asked for: how many different
	// roles it was granted itself, 0 for one that is not there.
	got := admin.Get(t, fmt.Sprintf("%s/subjects/rolecounts?id=%s,%s&id=%s", base, webApp, nowhere, team))
	if want := `{"` + nowhere + `":0,"` + team + `":1,"` + webApp + `":2}`; got.Status != 200 || string(got.Body) != want {
		t.Errorf("counts: %d %s, want %s", got.Status, got.Body, want)
	}
	// Guess: who is deleted is not there, as everywhere in this family.
	expect(t, admin.Delete(t, "/api/v2/users/"+agent2), 200, "")
	if got := admin.Get(t, base+"/subjects/rolecounts?id="+agent2); string(got.Body) != `{"`+agent2+`":0}` {
		t.Errorf("counts of a deleted user: %s", got.Body)
	}
	if got := admin.Get(t, base+"/subjects/rolecounts"); string(got.Body) != "{}" {
		t.Errorf("counts of nobody: %s", got.Body)
	}
	ids := strings.TrimSuffix(strings.Repeat("x,", 101), ",")
	expect(t, admin.Get(t, base+"/subjects/rolecounts?id="+ids), 400, "max.subject.ids")
	expect(t, admin.Get(t, base+"/subjects/rolecounts?id="+ids[2:]), 200, "")
}
