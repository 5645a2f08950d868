package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

func TestTeamsHaveMembers(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	members := "/api/v2/teams/" + created(t, admin, "/api/v2/teams", `{"name":"t"}`) + "/members"
	var users []string
	for i := range 3 {
		users = append(users, created(t, admin, "/api/v2/users", fmt.Sprintf(`{"name":"u%d","email":"u%d@example.test"}`, i, i)))
	}
	added := admin.Post(t, members, fmt.Sprintf(`{"memberIds":["%s","%s","%s"]}`, users[0], users[1], users[0]))
	if added.Status != 200 || added.Str(t, "failures") != "[]" {
		t.Errorf("added: %d %s", added.Status, added.Body)
	}
	wantNames(t, "added", listed(t, added).names("id"), users[0], users[1])
	wantNames(t, "members", listed(t, admin.Get(t, members+"?pageSize=100")).names("id"), users[0], users[1])

	again := admin.Post(t, members, fmt.Sprintf(`{"memberIds":["%s","nobody","%s"]}`, users[1], users[2]))
	if again.Str(t, "failures.0.id") != "nobody" || again.Str(t, "failures.0.reason") != "UserNotFound" {
		t.Errorf("a stranger: %s", again.Body)
	}
	wantNames(t, "members", listed(t, admin.Get(t, members)).names("id"), users...)

	if got := admin.Delete(t, members+"?id="+users[0]+",nobody"); got.Status != 404 {
		t.Errorf("a stranger goes: %d %s", got.Status, got.Body)
	}
	wantNames(t, "nothing has changed", listed(t, admin.Get(t, members)).names("id"), users...)
	if got := admin.Delete(t, members+"?id="+users[0]+","+users[2]); got.Status != 204 {
		t.Errorf("two go: %d %s", got.Status, got.Body)
	}
	wantNames(t, "one is left", listed(t, admin.Get(t, members)).names("id"), users[1])
	if got := admin.Delete(t, members+"?id="+strings.Repeat("x,", 25)+"x"); got.Status != 400 || got.Str(t, "code") != "max.user.ids" {
		t.Errorf("26 at once: %d %s", got.Status, got.Body)
	}
	if got := admin.Post(t, "/api/v2/teams/nowhere/members", `{"memberIds":[]}`); got.Status != 404 {
		t.Errorf("no team: %d %s", got.Status, got.Body)
	}
}

func TestBulkAnswersTellWhatBecameOfEach(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	const bulk = "/api/v2/externalcontacts/bulk/contacts/"
	added := admin.Post(t, bulk+"add", `{"entities":[{"firstName":"Ada","lastName":"A"},{"firstName":"Bo","lastName":"B"}]}`)
	if added.Status != 200 || added.Str(t, "errorCount") != "0" || added.Str(t, "results.1.success") != "true" || added.Str(t, "results.1.entity.firstName") != "Bo" {
		t.Fatalf("added: %d %s", added.Status, added.Body)
	}
	ada, bo := added.Str(t, "results.0.id"), added.Str(t, "results.1.id")
	if got := admin.Get(t, "/api/v2/externalcontacts/contacts/"+bo); got.Str(t, "lastName") != "B" {
		t.Errorf("a contact: %d %s", got.Status, got.Body)
	}
	changed := admin.Post(t, bulk+"update", fmt.Sprintf(`{"entities":[{"id":"nobody","firstName":"X","lastName":"X"},{"id":"%s","firstName":"Ada","lastName":"Z"}]}`, ada))
	if changed.Str(t, "errorCount") != "1" || changed.Str(t, "errorIndexes.0") != "0" || changed.Str(t, "results.0.success") != "false" ||
		changed.Str(t, "results.0.status") != "404" || changed.Str(t, "results.0.error.code") == "" || changed.Str(t, "results.1.entity.lastName") != "Z" {
		t.Errorf("changed: %s", changed.Body)
	}
	read := admin.Post(t, strings.TrimSuffix(bulk, "/"), fmt.Sprintf(`{"entities":[{"id":"%s"},{"id":"nobody"}]}`, bo))
	if read.Str(t, "results.0.entity.firstName") != "Bo" || read.Str(t, "results.1.success") != "false" {
		t.Errorf("read: %d %s", read.Status, read.Body)
	}
	removed := admin.Post(t, bulk+"remove", fmt.Sprintf(`{"entities":[{"id":"%s"},{"id":"%s"}]}`, ada, ada))
	if removed.Str(t, "errorCount") != "1" || removed.Str(t, "results.0.success") != "true" {
		t.Errorf("removed: %s", removed.Body)
	}
	if got := admin.Get(t, "/api/v2/externalcontacts/contacts/"+ada); got.Status != 404 {
		t.Errorf("gone: %d", got.Status)
	}
}

func TestContactsAreAddedAsAList(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	list := created(t, admin, "/api/v2/outbound/contactlists", `{"name":"c","columnNames":["who"],"phoneColumns":[{"columnName":"who","type":"cell"}]}`)
	path := "/api/v2/outbound/contactlists/" + list + "/contacts"
	got := admin.Post(t, path, `[{"contactListId":"`+list+`","data":{"who":"Ada"}},{"id":"own-id","contactListId":"`+list+`","data":{"who":"Bo"}}]`)
	if got.Status != 200 || got.Str(t, "1.id") != "own-id" {
		t.Fatalf("added: %d %s", got.Status, got.Body)
	}
	ada := got.Str(t, "0.id")
	if got := admin.Post(t, path, `[{"id":"own-id","contactListId":"`+list+`","data":{"who":"Bob"}}]`); got.Str(t, "0.data.who") != "Bob" {
		t.Errorf("a contact that is there is changed: %d %s", got.Status, got.Body)
	}
	fetched := admin.Post(t, path+"/bulk", `["own-id","nobody","`+ada+`"]`)
	if fetched.Status != 200 || fetched.Str(t, "0.data.who") != "Ada" || fetched.Str(t, "1.data.who") != "Bob" || fetched.Str(t, "2") != "" {
		t.Errorf("fetched: %d %s", fetched.Status, fetched.Body)
	}
	if got := admin.Delete(t, path+"?contactIds=own-id,nobody"); got.Status/100 != 4 {
		t.Errorf("one that is not there: %d %s", got.Status, got.Body)
	}
	if got := admin.Get(t, path+"/own-id"); got.Status != 200 {
		t.Errorf("all or nothing: %d", got.Status)
	}
	if got := admin.Delete(t, path+"?contactIds=own-id&contactIds="+ada); got.Status != 200 {
		t.Errorf("both: %d %s", got.Status, got.Body)
	}
	if got := admin.Get(t, path+"/own-id"); got.Status != 404 {
		t.Errorf("gone: %d", got.Status)
	}
}

func TestPUTOnAListReplacesIt(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	location := created(t, admin, "/api/v2/locations", `{"name":"l","emergencyNumber":{"number":"+13175550112","type":"default"}}`)
	site := created(t, admin, "/api/v2/telephony/providers/edges/sites", `{"name":"s","location":{"id":"`+location+`"},"mediaModel":"Cloud"}`)
	path := "/api/v2/telephony/providers/edges/sites/" + site + "/numberplans"
	first := admin.Put(t, path, `[{"name":"a","matchType":"digitLength"},{"name":"b","matchType":"regex","match":"^1"}]`)
	if first.Status != 200 || first.Str(t, "1.match") != "^1" {
		t.Fatalf("first: %d %s", first.Status, first.Body)
	}
	second := admin.Put(t, path, `[{"id":"`+first.Str(t, "0.id")+`","name":"a","matchType":"regex"},{"name":"b","matchType":"regex","match":"^2"},{"name":"c","matchType":"regex"}]`)
	if second.Str(t, "0.id") != first.Str(t, "0.id") || second.Str(t, "1.id") != first.Str(t, "1.id") || second.Str(t, "1.match") != "^2" || second.Str(t, "2.name") != "c" {
		t.Errorf("ids by id and by name: %s", second.Body)
	}
	if got := admin.Put(t, path, `[{"name":"c","matchType":"regex"}]`); got.Status != 200 || got.Str(t, "0.id") != second.Str(t, "2.id") {
		t.Errorf("one is left: %s", got.Body)
	}
	if got := admin.Get(t, path); got.Str(t, "0.name") != "c" || got.Str(t, "1") != "" {
		t.Errorf("list: %s", got.Body)
	}
	if got := admin.Get(t, path+"/"+first.Str(t, "0.id")); got.Status != 404 {
		t.Errorf("the others are gone: %d", got.Status)
	}
	user := created(t, admin, "/api/v2/users", `{"name":"u","email":"u@example.test"}`)
	skills := "/api/v2/users/" + user + "/profileskills"
	if got := admin.Put(t, skills, `["Go","Tea","Go"]`); got.Status != 200 {
		t.Fatalf("profile skills: %d %s", got.Status, got.Body)
	}
	if got := admin.Put(t, skills, `["Tea","Chess"]`); string(got.Body) != `["Tea","Chess"]` {
		t.Errorf("replaced: %s", got.Body)
	}
}

func TestBulkRemovalOfACollection(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	var ids []string
	for _, name := range []string{"a", "b", "c"} {
		ids = append(ids, created(t, admin, "/api/v2/outbound/contactlists", `{"name":"`+name+`","columnNames":["who"],"phoneColumns":[{"columnName":"who","type":"cell"}]}`))
	}
	if got := admin.Delete(t, "/api/v2/outbound/contactlists"); got.Status != 400 {
		t.Errorf("without ids, which are required: %d %s", got.Status, got.Body)
	}
	if got := admin.Delete(t, "/api/v2/outbound/contactlists?id="+ids[0]+","+ids[2]); got.Status/100 != 2 {
		t.Errorf("two: %d %s", got.Status, got.Body)
	}
	wantNames(t, "one is left", listed(t, admin.Get(t, "/api/v2/outbound/contactlists")).names(), "b")
}

func TestOneBodyForSeveralItems(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	const rules = "/api/v2/alerting/rules"
	var ids []string
	for _, name := range []string{"a", "b", "c"} {
		ids = append(ids, created(t, admin, rules, `{"name":"`+name+`","type":"ConversationMetrics","enabled":true}`))
	}
	changed := admin.Patch(t, rules+"/bulk", `{"ruleIds":["`+ids[0]+`","`+ids[2]+`","nobody"],"properties":{"enabled":false,"name":"off"}}`)
	if changed.Status/100 != 2 || changed.Str(t, "errorCount") != "1" || changed.Str(t, "errorIndexes.0") != "2" {
		t.Errorf("changed: %d %s", changed.Status, changed.Body)
	}
	if got := admin.Get(t, rules+"/"+ids[2]); got.Str(t, "enabled") != "false" {
		t.Errorf("the third: %s", got.Body)
	}
	if got := admin.Get(t, rules+"/"+ids[1]); got.Str(t, "enabled") != "true" || got.Str(t, "name") != "b" {
		t.Errorf("the second: %s", got.Body)
	}
	all := func() []string {
		return listed(t, admin.Post(t, rules+"/query", `{"queryType":"Info","ruleType":"All"}`)).names("id")
	}
	admin.Post(t, rules+"/bulk/remove", `{}`)
	admin.Post(t, rules+"/bulk/remove", `{"ruleIds":[]}`)
	wantNames(t, "a body that names nothing removes nothing", all(), ids...)
	if got := admin.Post(t, rules+"/bulk/remove", `{"ruleIds":["`+ids[0]+`","`+ids[1]+`"]}`); got.Status/100 != 2 || got.Str(t, "errorCount") != "0" {
		t.Errorf("removed: %d %s", got.Status, got.Body)
	}
	wantNames(t, "one is left", all(), ids[2])
}
