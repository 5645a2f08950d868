package authorization_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

func objectsURI(division, objectType string) string {
	return base + "/divisions/" + division + "/objects/" + objectType
}

// divisionOf reads where an object is.
func divisionOf(t *testing.T, c *mocktest.Client, path string) string {
	t.Helper()
	got := c.Get(t, path)
	expect(t, got, 200, "")
	return got.Str(t, "division.id")
}

func newQueue(t *testing.T, c *mocktest.Client, name, division string) string {
	t.Helper()
	got := c.Post(t, "/api/v2/routing/queues", map[string]any{"name": name, "division": map[string]any{"id": division}})
	expect(t, got, 200, "")
	return got.Str(t, "id")
}

func TestUsersMoveToAnotherDivision(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	before := admin.Get(t, "/api/v2/users/"+agent1).Str(t, "version")

	got := admin.Post(t, objectsURI(support, "USER"), []string{agent1, supervisor, agent1})
	if got.Status != 204 || len(got.Body) != 0 {
		t.Fatalf("moving answered %d %q", got.Status, got.Body)
	}
	after := admin.Get(t, "/api/v2/users/"+agent1)
	if after.Str(t, "division.id") != support || after.Str(t, "division.name") != "Support" {
		t.Errorf("after moving: %s", after.Body)
	}
	// Every change of a user raises its version, once.
	if before != "1" || after.Str(t, "version") != "2" {
		t.Errorf("version %s became %s", before, after.Str(t, "version"))
	}
	if listed := admin.Get(t, "/api/v2/users?id="+agent1); listed.Str(t, "entities.0.division.id") != support {
		t.Errorf("listed: %s", listed.Body)
	}
	found := admin.Post(t, "/api/v2/users/search", `{"query":[{"type":"EXACT","fields":["email"],"value":"agent1@mockcloud.test"}]}`)
	if found.Str(t, "results.0.division.id") != support {
		t.Errorf("found: %s", found.Body)
	}
	for id, want := range map[string]string{sales: "0", support: "3", home: "2"} {
		if n := admin.Get(t, base+"/divisions/"+id+"?objectCount=true").Str(t, "objectCounts.USER"); n != want {
			t.Errorf("%s holds %s users, want %s", id, n, want)
		}
	}
	// Whoever is there already stays as they are.
	expect(t, admin.Post(t, objectsURI(support, "USER"), []string{agent1}), 204, "")
	if v := admin.Get(t, "/api/v2/users/"+agent1).Str(t, "version"); v != "2" {
		t.Errorf("moving to where they are made it version %s", v)
	}
	// A client that changes on the old version is told so.
	expect(t, admin.Patch(t, "/api/v2/users/"+agent1, `{"title":"x","version":1}`), 409, "general.conflict")
}

func TestQueuesMoveToAnotherDivision(t *testing.T) {
	t.Parallel()
	srv := start(t)
	admin := srv.Admin(t)
	id := newQueue(t, admin, "Returns", sales)
	spare := newDivision(t, admin, "Spare")
	watcher := srv.AsIn(t, spare, "routing:queue:view")
	expect(t, watcher.Get(t, "/api/v2/routing/queues/"+id), 403, "")

	expect(t, admin.Post(t, objectsURI(spare, "QUEUE"), []string{id}), 204, "")
	got := watcher.Get(t, "/api/v2/routing/queues/"+id)
	expect(t, got, 200, "")
	if got.Str(t, "division.id") != spare || got.Str(t, "division.name") != "Spare" || got.Str(t, "name") != "Returns" {
		t.Errorf("after moving: %s", got.Body)
	}
	if n := admin.Get(t, base+"/divisions/"+spare+"?objectCount=true").Str(t, "objectCounts.QUEUE"); n != "1" {
		t.Errorf("the division holds %s queues", n)
	}
	if l := list(t, admin, "/api/v2/routing/queues?divisionId="+spare); !slices.Equal(l.ids(), []string{id}) {
		t.Errorf("listed in the division: %v", l.names())
	}
	// The division cannot go before the queue has.
	expect(t, admin.Delete(t, base+"/divisions/"+spare), 400, "precondition.failure")
	expect(t, admin.Post(t, objectsURI(home, "QUEUE"), []string{id}), 204, "")
	expect(t, admin.Delete(t, base+"/divisions/"+spare), 204, "")
	if d := divisionOf(t, admin, "/api/v2/routing/queues/"+id); d != home {
		t.Errorf("moved back to %s", d)
	}
}

// Moving takes the edit permission of the type, where the objects are and where
// they go (authorization.md §6.2).
func TestMovingTakesTheEditPermissionOnBothSides(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		domain string
		entity string
		in     []string
		status int
		code   string
		says   string
	}{
		{"in both", "directory", "user", []string{sales, support}, 204, "", ""},
		{"in all divisions", "directory", "user", []string{"*"}, 204, "", ""},
		{"in the source only", "directory", "user", []string{sales}, 403, "bulk.move.no.permission.division", "in the destination division"},
		// Guess: the answer that was seen, with its empty list of permissions, is the
		// one for the source (authorization.md §2.2).
		{"in the destination only", "directory", "user", []string{support}, 403, "missing.any.division.permissions", "assigned: [] in at least one of the following division(s): [" + sales + "]"},
		{"in neither", "directory", "user", []string{home}, 403, "bulk.move.no.permission.division", ""},
		// Guess: without the permission anywhere, nothing else is looked at.
		{"on another type", "routing", "queue", []string{"*"}, 403, "insufficient.permissions", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			srv := start(t)
			admin := srv.Admin(t)
			role := roleWith(t, admin, "Mover", tt.domain, tt.entity, "edit")
			for _, division := range tt.in {
				expect(t, admin.Post(t, base+"/subjects/"+agent2+"/bulkadd", bulk(pair{role, division})), 204, "")
			}
			mover := srv.AsUser(t, "agent2@mockcloud.test")
			got := mover.Post(t, objectsURI(support, "USER"), []string{agent2, agent1})
			expect(t, got, tt.status, tt.code)
			if tt.says != "" && !strings.Contains(got.Str(t, "message"), tt.says) {
				t.Errorf("message = %s, want one that says %q", got.Str(t, "message"), tt.says)
			}
			if tt.code == "missing.any.division.permissions" && (got.Str(t, "messageParams.permissions") != "[]" || got.Str(t, "messageParams.divisions") != "["+sales+"]") {
				t.Errorf("messageParams = %s", got.Str(t, "messageParams"))
			}
			want := sales
			if tt.status == 204 {
				want = support
			}
			if d := divisionOf(t, admin, "/api/v2/users/"+agent1); d != want {
				t.Errorf("the user is in %s, want %s", d, want)
			}
		})
	}
}

func TestMovingWithoutThePermissionTellsNothing(t *testing.T) {
	t.Parallel()
	srv := start(t)
	nobody := srv.As(t, "directory:user:view")
	for _, path := range []string{objectsURI(sales, "USER"), objectsURI(nowhere, "USER"), objectsURI(sales, "TEAM")} {
		for _, body := range []any{[]string{agent2}, []string{nowhere}, []string{}} {
			expect(t, nobody.Post(t, path, body), 403, "insufficient.permissions")
		}
	}
}

// The operation lists no permission; the explanation names the one it took.
func TestARefusedMoveIsExplained(t *testing.T) {
	t.Parallel()
	srv := start(t)
	limited := srv.AsIn(t, sales, "directory:user:edit")
	got := limited.Do(t, "POST", objectsURI(support, "USER"), []string{agent1}, http.Header{"X-Mockcloud-Explain": {"true"}})
	expect(t, got, 403, "bulk.move.no.permission.division")
	text := got.Header.Get("X-Mockcloud-Explanation")
	if !strings.Contains(text, `"wouldPass":{"permissions":["directory:user:edit"],"divisions":["Support"],"role":{`) {
		t.Errorf("explanation = %s", text)
	}
}

func TestMovesThatCannotBe(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	expect(t, admin.Delete(t, "/api/v2/users/"+agent2), 200, "")
	var many []string
	for i := range 101 {
		many = append(many, fmt.Sprintf("00000000-0000-4000-8000-%012d", i))
	}
	queue := newQueue(t, admin, "Returns", home)
	tests := []struct {
		name, path string
		body       any
		status     int
		code       string
	}{
		{"no objects", objectsURI(sales, "USER"), []string{}, 400, "empty.bulk.division.update"},
		{"a blank id", objectsURI(support, "USER"), []string{agent1, " "}, 400, "empty.bulk.division.update"},
		// Guess: the limit is a hundred.
		{"too many", objectsURI(sales, "USER"), many, 400, "too.many.bulk.division.updates"},
		{"just not too many", objectsURI(sales, "USER"), many[1:], 404, "general.resource.not.found"},
		{"an unknown division", objectsURI(nowhere, "USER"), []string{agent1}, 404, "general.resource.not.found"},
		{"all divisions", objectsURI("*", "USER"), []string{agent1}, 404, "general.resource.not.found"},
		{"an unknown id among others", objectsURI(support, "USER"), []string{agent1, nowhere}, 404, "general.resource.not.found"},
		{"a queue as a user", objectsURI(support, "USER"), []string{agent1, queue}, 404, "general.resource.not.found"},
		{"a type that nothing has objects of", objectsURI(support, "SCRIPT"), []string{agent1}, 404, "general.resource.not.found"},
		// Guess: who is deleted has to be restored first.
		{"a deleted user among others", objectsURI(sales, "USER"), []string{adminUser, agent2}, 409, "bulk.move.unable.to.move"},
		{"an unknown type", objectsURI(sales, "PENCIL"), []string{agent1}, 400, "invalid.value"},
		{"a type that is counted and cannot be moved", objectsURI(sales, "WRAPUPCODE"), []string{agent1}, 400, "invalid.value"},
		{"no list", objectsURI(sales, "USER"), `{"id":"x"}`, 400, "bad.request"},
		{"numbers", objectsURI(sales, "USER"), `[1]`, 400, "bad.request"},
		{"no body", objectsURI(sales, "USER"), ``, 400, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			expect(t, admin.Post(t, tt.path, tt.body), tt.status, tt.code)
			// All or nothing.
			if d := divisionOf(t, admin, "/api/v2/users/"+agent1); d != sales {
				t.Errorf("the refused move took the agent to %s", d)
			}
			if d := divisionOf(t, admin, "/api/v2/users/"+adminUser); d != home {
				t.Errorf("the refused move took the admin to %s", d)
			}
		})
	}
}

func TestEveryTypeOfTheTableCanBeAskedFor(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	got := admin.Post(t, objectsURI(sales, "PENCIL"), []string{nowhere})
	expect(t, got, 400, "invalid.value")
	_, types, _ := strings.Cut(got.Str(t, "message"), "are: ")
	all := strings.Split(types, ", ")
	if len(all) != 23 {
		t.Errorf("%d types, want 23", len(all))
	}
	for _, objectType := range all {
		expect(t, admin.Post(t, objectsURI(sales, objectType), []string{nowhere}), 404, "general.resource.not.found")
	}
}
