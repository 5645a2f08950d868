package groups_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/mocktest"
)

func TestAGroupIsCreatedReadChangedAndDeleted(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	made := want(t, admin.Post(t, "/api/v2/groups", with(official("Night Shift"), fields{
		"description": "Works at night", "ownerIds": []string{sue, sue}, "callsEnabled": true,
		"addresses": []fields{{"mediaType": "PHONE", "type": "GROUPRING", "address": "+13175550100"}, {"mediaType": "PHONE", "type": "GROUPPHONE", "extension": "4321"}},
		"images":    []fields{{"resolution": "x96", "imageUri": "https://example.test/i.png"}},
		"id":        "mine", "version": 7, "memberCount": 3, "state": "deleted", // read-only
	})), 200, "")
	id := made.Str(t, "id")
	whole := map[string]string{
		"id": id, "name": "Night Shift", "description": "Works at night", "type": "official", "visibility": "public",
		"rulesVisible": "true", "rolesEnabled": "true", "callsEnabled": "true", "includeOwners": "false", "state": "active",
		"version": "1", "memberCount": "0", "dateModified": "2026-01-15T12:00:00.000Z", "selfUri": path(id),
		"owners":    `[{"id":"` + sue + `","name":"Sue Supervisor","selfUri":"/api/v2/users/` + sue + `"}]`,
		"addresses": `[{"address":"+13175550100","display":"+13175550100","mediaType":"PHONE","type":"GROUPRING"},{"display":"4321","extension":"4321","mediaType":"PHONE","type":"GROUPPHONE"}]`,
		"images":    `[{"imageUri":"https://example.test/i.png","resolution":"x96"}]`,
	}
	if id == "mine" {
		t.Error("a client has chosen the id")
	}
	has(t, made, whole)
	has(t, want(t, admin.Get(t, path(id)), 200, ""), whole)
	profile := want(t, admin.Get(t, path(id)+"/profile?fields=images"), 200, "")
	has(t, profile, map[string]string{"id": id, "name": "Night Shift", "state": "active", "version": "1", "selfUri": path(id) + "/profile"})

	srv.Clock.Advance(time.Second)
	changed := put(t, admin, id, fields{"name": "Day Shift", "visibility": "owners", "rulesVisible": false, "state": "inactive", "includeOwners": true})
	whole["name"], whole["visibility"], whole["rulesVisible"], whole["state"], whole["includeOwners"] = "Day Shift", "owners", "false", "inactive", "true"
	whole["version"], whole["dateModified"] = "2", "2026-01-15T12:00:01.000Z"
	has(t, changed, whole) // what was not sent has stayed
	has(t, want(t, admin.Get(t, path(id)), 200, ""), whole)

	if gone := want(t, admin.Delete(t, path(id)), 204, ""); len(gone.Body) > 0 {
		t.Errorf("body = %s", gone.Body)
	}
	for _, p := range []string{"", "/members", "/individuals", "/profile", "/dynamicsettings", "/greetings", "/greetings/defaults"} {
		want(t, admin.Get(t, path(id)+p), 404, "general.resource.not.found")
	}
	want(t, admin.Delete(t, path(id)), 404, "general.resource.not.found")
	create(t, admin, official("Day Shift")) // the name is free
}

func TestGroupsThatCannotBe(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	deleted := want(t, admin.Post(t, "/api/v2/users", fields{"name": "Dan", "email": "dan@mockcloud.test"}), 200, "").Str(t, "id")
	want(t, admin.Delete(t, "/api/v2/users/"+deleted), 200, "")
	tests := []struct {
		name, code string
		change     fields
	}{
		{"blank name", "general.bad.request", fields{"name": " \t"}},
		{"a name that is taken, in another case", "group.name.in.use", fields{"name": " sales FLOOR"}},
		{"unknown owner", "general.bad.request", fields{"ownerIds": []string{nobody}}},
		{"deleted owner", "general.bad.request", fields{"ownerIds": []string{ada, deleted}}},
		{"an address without number and extension", "general.bad.request", fields{"addresses": []fields{{"mediaType": "PHONE", "type": "GROUPRING"}}}},
		{"an address of another medium", "invalid.value", fields{"addresses": []fields{{"mediaType": "FAX", "type": "GROUPRING", "address": "1"}}}},
		{"unknown visibility", "invalid.value", fields{"visibility": "secret"}},
		{"a flag that is a text", "bad.request", fields{"rolesEnabled": "yes"}},
	}
	id := create(t, admin, official("Stable"))
	before := want(t, admin.Get(t, path(id)), 200, "")
	list := want(t, admin.Get(t, "/api/v2/groups"), 200, "")
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want(t, admin.Post(t, "/api/v2/groups", with(official("New"), tt.change)), 400, tt.code)
			want(t, admin.Put(t, path(id), with(fields{"version": 1, "description": "changed"}, tt.change)), 400, tt.code)
		})
	}
	for _, missing := range []string{"name", "type", "visibility", "rulesVisible"} {
		body := official("New")
		delete(body, missing)
		want(t, admin.Post(t, "/api/v2/groups", body), 400, "constraint.validation")
	}
	want(t, admin.Post(t, "/api/v2/groups", with(official("New"), fields{"type": "secret"})), 400, "invalid.value")
	want(t, admin.Put(t, path(id), fields{"version": 1, "state": "deleted"}), 400, "general.bad.request")
	if after := want(t, admin.Get(t, path(id)), 200, ""); string(after.Body) != string(before.Body) {
		t.Errorf("a refusal has changed the group:\n%s\n%s", before.Body, after.Body)
	}
	if after := want(t, admin.Get(t, "/api/v2/groups"), 200, ""); string(after.Body) != string(list.Body) {
		t.Errorf("a refusal has changed the list:\n%s\n%s", list.Body, after.Body)
	}
}

func TestTheVersionIsNeededAndChecked(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	id := create(t, admin, official("Versioned"))
	want(t, admin.Put(t, path(id), fields{"name": "Other"}), 400, "constraint.validation")
	want(t, admin.Do(t, "PUT", path(id), nil, nil), 400, "constraint.validation")
	want(t, admin.Put(t, path(id), fields{"name": "Other", "version": 2}), 409, "general.conflict")
	want(t, admin.Put(t, path(id), fields{"name": "Versioned", "version": 1}), 200, "") // its own name is no conflict
	want(t, admin.Put(t, path(id), fields{"name": "Other", "version": 1}), 409, "general.conflict")
	has(t, want(t, admin.Get(t, path(id)), 200, ""), map[string]string{"name": "Versioned", "version": "2"})
	want(t, admin.Put(t, path(nobody), fields{"version": 1}), 404, "general.resource.not.found")

	// Members have a part in the version.
	want(t, admin.Post(t, path(id)+"/members", fields{"memberIds": []string{ada}, "version": 1}), 409, "general.conflict")
	want(t, admin.Post(t, path(id)+"/members", fields{"memberIds": []string{ada}}), 400, "constraint.validation")
	join(t, admin, id, ada)
	join(t, admin, id, ada) // nothing new
	if v := version(t, admin, id); v != 3 {
		t.Errorf("version = %d after one member came, want 3", v)
	}
	want(t, admin.Delete(t, path(id)+"/members?ids="+ada), 202, "")
	want(t, admin.Delete(t, path(id)+"/members?ids="+ada), 202, "")
	if v := version(t, admin, id); v != 4 {
		t.Errorf("version = %d after the member went, want 4", v)
	}
}

// Guess: ownerIds, the specification's word for the visibility in updates, means
// owners.
func TestVisibilityIsReadInBothSpellings(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	for spelled, shown := range map[string]string{"ownerIds": "owners", "owners": "owners", "members": "members", "public": "public"} {
		has(t, put(t, admin, salesFloor, fields{"visibility": spelled}), map[string]string{"visibility": shown})
	}
}

func TestGroupsAreListedByName(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	for i := range 4 {
		create(t, admin, official(fmt.Sprintf("group %d", i)))
	}
	all := []string{"group 0", "group 1", "group 2", "group 3", "Integration Team", "Sales Floor"}
	c := srv.As(t) // nothing is asked for
	first := want(t, c.Get(t, "/api/v2/groups?pageSize=4"), 200, "")
	same(t, "page 1", namesIn(t, first, "entities"), all[:4])
	has(t, first, map[string]string{"total": "6", "pageCount": "2", "pageSize": "4", "pageNumber": "1"})
	second := want(t, c.Get(t, first.Str(t, "nextUri")), 200, "")
	same(t, "page 2", namesIn(t, second, "entities"), all[4:])
	has(t, second, map[string]string{"nextUri": ""})
	past := want(t, c.Get(t, "/api/v2/groups?pageSize=4&pageNumber=3"), 200, "")
	has(t, past, map[string]string{"entities": "[]", "total": "6"})
	down := want(t, c.Get(t, "/api/v2/groups?pageSize=2&sortOrder=descending"), 200, "")
	same(t, "descending", namesIn(t, down, "entities"), []string{"Sales Floor", "Integration Team"})
	up := want(t, c.Get(t, "/api/v2/groups?pageSize=1&sortOrder=ASC"), 200, "")
	same(t, "ascending", namesIn(t, up, "entities"), all[:1])
	picked := want(t, c.Get(t, "/api/v2/groups?id="+salesFloor+","+integrationTeam+"&id="+nobody+"&id="+salesFloor), 200, "")
	same(t, "picked", namesIn(t, picked, "entities"), all[4:])
	has(t, picked, map[string]string{"total": "2"})
	picked = want(t, c.Get(t, "/api/v2/groups?pageSize=1&sortOrder=descending&id="+salesFloor+","+integrationTeam), 200, "")
	same(t, "picked, descending", namesIn(t, picked, "entities"), []string{"Sales Floor"})
	has(t, want(t, c.Get(t, "/api/v2/groups?jabberId=a@b"), 200, ""), map[string]string{"total": "0", "entities": "[]"})
	want(t, c.Get(t, "/api/v2/groups?pageSize=0"), 400, "invalid.query.param.value")
	want(t, c.Get(t, "/api/v2/groups?sortOrder=sideways"), 400, "invalid.query.param.value")
}

func TestOnlyWritingGroupsAsksForPermissions(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	id := create(t, admin, official("Guarded"))
	query := fields{"skillConditions": []fields{{"operation": "And", "routingSkillConditions": []fields{}, "languageSkillConditions": []fields{}}}}
	tests := []struct {
		name, permission string
		call             func(c *mocktest.Client) *mocktest.Response
		status           int
	}{
		{"create", "directory:group:add", func(c *mocktest.Client) *mocktest.Response { return c.Post(t, "/api/v2/groups", official("Another")) }, 200},
		{"change", "directory:group:edit", func(c *mocktest.Client) *mocktest.Response {
			return c.Put(t, path(id), fields{"version": 1})
		}, 200},
		{"read dynamic settings", "directory:group:view", func(c *mocktest.Client) *mocktest.Response { return c.Get(t, path(id)+"/dynamicsettings") }, 404},
		{"set dynamic settings", "directory:group:edit", func(c *mocktest.Client) *mocktest.Response { return c.Put(t, path(id)+"/dynamicsettings", query) }, 204},
		{"preview", "directory:group:view", func(c *mocktest.Client) *mocktest.Response {
			return c.Post(t, "/api/v2/groups/dynamicsettings/preview", query)
		}, 200},
		{"remove dynamic settings", "directory:group:delete", func(c *mocktest.Client) *mocktest.Response { return c.Delete(t, path(id)+"/dynamicsettings") }, 204},
		{"delete", "directory:group:delete", func(c *mocktest.Client) *mocktest.Response { return c.Delete(t, path(id)) }, 204},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			refused := want(t, tt.call(srv.As(t, "directory:user:view")), 403, "missing.any.permissions")
			if !strings.Contains(refused.Str(t, "message"), "["+tt.permission+"]") {
				t.Errorf("message = %s", refused.Str(t, "message"))
			}
			want(t, tt.call(srv.As(t, tt.permission)), tt.status, "")
		})
	}
	free := srv.As(t)
	want(t, free.Get(t, path(salesFloor)), 200, "")
	join(t, free, salesFloor, aki)
	want(t, free.Delete(t, path(salesFloor)+"/members?ids="+aki), 202, "")
	want(t, srv.Anonymous().Get(t, path(salesFloor)), 401, "authentication.required")
}
