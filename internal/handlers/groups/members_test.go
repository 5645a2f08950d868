package groups_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// crowd creates so many users, named "Person 00" and so on.
func crowd(t *testing.T, c *mocktest.Client, n int) []string {
	t.Helper()
	ids := make([]string, n)
	for i := range ids {
		ids[i] = want(t, c.Post(t, "/api/v2/users", fields{
			"name": fmt.Sprintf("Person %02d", i), "email": fmt.Sprintf("p%d@mockcloud.test", i), "state": "active",
		}), 200, "").Str(t, "id")
	}
	return ids
}

func TestMembersComeInPagesByName(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	id := create(t, admin, official("Crowd"))
	people := crowd(t, admin, 7)
	join(t, admin, id, people[4], people[0], people[6], people[2])
	join(t, admin, id, people[5], people[1], people[3])
	c := srv.As(t)
	var names []string
	next := path(id) + "/members?pageSize=3&expand=presence"
	for pages := 1; next != ""; pages++ {
		page := want(t, c.Get(t, next), 200, "")
		has(t, page, map[string]string{"total": "7", "pageCount": "3", "pageNumber": fmt.Sprint(pages)})
		if page.Str(t, "entities.0.email") == "" || page.Str(t, "entities.0.presence.presenceDefinition.systemPresence") == "" {
			t.Errorf("a member lacks e-mail or presence\n%s", page.Body)
		}
		names = append(names, namesIn(t, page, "entities")...)
		next = page.Str(t, "nextUri")
	}
	all := make([]string, 7)
	for i := range all {
		all[i] = fmt.Sprintf("Person %02d", i)
	}
	same(t, "names", names, all)
	down := want(t, c.Get(t, path(id)+"/members?pageSize=2&pageNumber=2&sortOrder=descending"), 200, "")
	same(t, "descending", namesIn(t, down, "entities"), []string{"Person 04", "Person 03"})
	has(t, want(t, c.Get(t, path(id)+"/members?pageSize=2&pageNumber=9"), 200, ""), map[string]string{"entities": "[]", "total": "7"})
	has(t, want(t, c.Get(t, path(id)+"/members?pageNumber=9&sortOrder=descending"), 200, ""), map[string]string{"entities": "[]", "total": "7"})
	has(t, want(t, c.Get(t, path(id)), 200, ""), map[string]string{"memberCount": "7"})
	want(t, c.Get(t, path(id)+"/members?expand=nonsense"), 400, "invalid.query.param.value")

	// A new name moves a member.
	want(t, admin.Patch(t, "/api/v2/users/"+people[6], fields{"name": "Aaron", "version": 1}), 200, "")
	first := want(t, c.Get(t, path(id)+"/members?pageSize=2"), 200, "")
	same(t, "after a new name", namesIn(t, first, "entities"), []string{"Aaron", "Person 00"})
	has(t, first, map[string]string{"total": "7"})
	want(t, admin.Delete(t, path(id)+"/members?ids="+people[6]+","+people[0]+"%2C"+people[1]), 202, "")
	same(t, "after three went", namesIn(t, want(t, c.Get(t, path(id)+"/members"), 200, ""), "entities"), all[2:6])
}

func TestMembersAreAddedAllOrNone(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	deleted := crowd(t, admin, 1)[0]
	want(t, admin.Delete(t, "/api/v2/users/"+deleted), 200, "")
	for _, bad := range []string{nobody, deleted, "", "a\x00b"} {
		refused := want(t, admin.Post(t, path(salesFloor)+"/members", fields{"memberIds": []string{aki, bad}, "version": 1}), 400, "general.resource.not.found")
		has(t, refused, map[string]string{"message": "Group members were not found."})
	}
	many := make([]string, 51)
	for i := range many {
		many[i] = aki
	}
	want(t, admin.Post(t, path(salesFloor)+"/members", fields{"memberIds": many, "version": 1}), 400, "")
	want(t, admin.Delete(t, path(salesFloor)+"/members?ids="+strings.Join(many, ",")), 400, "")
	want(t, admin.Delete(t, path(salesFloor)+"/members"), 400, "")
	want(t, admin.Delete(t, path(salesFloor)+"/members?ids=,"), 400, "bad.request")
	want(t, admin.Post(t, path(nobody)+"/members", fields{"memberIds": []string{aki}, "version": 1}), 404, "general.resource.not.found")
	want(t, admin.Delete(t, path(nobody)+"/members?ids="+aki), 404, "general.resource.not.found")
	has(t, want(t, admin.Get(t, path(salesFloor)), 200, ""), map[string]string{"version": "1", "memberCount": "2"})
	same(t, "members", namesIn(t, want(t, admin.Get(t, path(salesFloor)+"/members"), 200, ""), "entities"), []string{"Alex Agent", "Sue Supervisor"})

	if got := want(t, admin.Post(t, path(salesFloor)+"/members", fields{"memberIds": many[:50], "version": 1}), 202, ""); string(got.Body) != "{}" {
		t.Errorf("body = %s", got.Body)
	}
	has(t, want(t, admin.Get(t, path(salesFloor)), 200, ""), map[string]string{"version": "2", "memberCount": "3"})
	if got := want(t, admin.Delete(t, path(salesFloor)+"/members?ids="+nobody+","+aki), 202, ""); string(got.Body) != "{}" {
		t.Errorf("body = %s", got.Body)
	}
	has(t, want(t, admin.Get(t, path(salesFloor)), 200, ""), map[string]string{"memberCount": "2"})
}

// Guess: whoever is restored has to be added again, as with queues.
func TestDeletedUsersLeaveTheirGroups(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	put(t, admin, integrationTeam, fields{"ownerIds": []string{alex, ada}})
	want(t, admin.Delete(t, "/api/v2/users/"+alex), 200, "")
	has(t, want(t, admin.Get(t, path(salesFloor)), 200, ""), map[string]string{"memberCount": "1", "version": "2"})
	same(t, "members", namesIn(t, want(t, admin.Get(t, path(salesFloor)+"/members"), 200, ""), "entities"), []string{"Sue Supervisor"})
	same(t, "owners", namesIn(t, want(t, admin.Get(t, path(integrationTeam)), 200, ""), "owners"), []string{"Ada Admin"})
	var alexNow struct{ Version int }
	want(t, admin.Get(t, "/api/v2/users/"+alex+"?state=deleted"), 200, "").JSON(t, &alexNow)
	want(t, admin.Patch(t, "/api/v2/users/"+alex, fields{"state": "active", "version": alexNow.Version}), 200, "")
	has(t, want(t, admin.Get(t, path(salesFloor)), 200, ""), map[string]string{"memberCount": "1"})
	has(t, want(t, admin.Get(t, "/api/v2/users/"+alex+"?expand=groups"), 200, ""), map[string]string{"groups": "[]"})
	want(t, admin.Patch(t, "/api/v2/users/"+sue, fields{"state": "inactive", "version": 1}), 200, "")
	has(t, want(t, admin.Get(t, path(salesFloor)), 200, ""), map[string]string{"memberCount": "1"})
}

func TestIndividualsAreMembersAndIncludedOwners(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	put(t, admin, salesFloor, fields{"ownerIds": []string{ben, sue}})
	c := srv.As(t)
	individuals := func() []string {
		t.Helper()
		got := want(t, c.Get(t, path(salesFloor)+"/individuals"), 200, "")
		names := namesIn(t, got, "entities")
		has(t, got, map[string]string{"total": fmt.Sprint(len(names)), "pageCount": "1"})
		return names
	}
	same(t, "without owners", individuals(), []string{"Alex Agent", "Sue Supervisor"})
	put(t, admin, salesFloor, fields{"includeOwners": true})
	same(t, "with owners", individuals(), []string{"Alex Agent", "Ben Builder", "Sue Supervisor"}) // Guess: see individuals.
	same(t, "members", namesIn(t, want(t, c.Get(t, path(salesFloor)+"/members"), 200, ""), "entities"), []string{"Alex Agent", "Sue Supervisor"})
	empty := create(t, admin, official("Empty"))
	has(t, want(t, c.Get(t, path(empty)+"/individuals"), 200, ""), map[string]string{"entities": "[]", "total": "0"})
}

func TestOfChangesOnOneVersionOneWins(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	people := crowd(t, admin, 8)
	id := create(t, admin, official("Contended"))
	var won, lost atomic.Int32
	var all sync.WaitGroup
	for _, person := range people {
		all.Go(func() {
			switch got := admin.Post(t, path(id)+"/members", fields{"memberIds": []string{person}, "version": 1}); got.Status {
			case 202:
				won.Add(1)
			case 409:
				lost.Add(1)
			default:
				t.Errorf("status = %d\n%s", got.Status, got.Body)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 || lost.Load() != 7 {
		t.Errorf("%d changes won and %d lost, want 1 and 7", won.Load(), lost.Load())
	}
	has(t, want(t, admin.Get(t, path(id)), 200, ""), map[string]string{"version": "2", "memberCount": "1"})
}
