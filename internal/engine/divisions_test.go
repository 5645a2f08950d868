package engine_test

import (
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

func TestItemsLiveInDivisions(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	north := admin.Post(t, "/api/v2/authorization/divisions", `{"name":"North"}`).Str(t, "id")
	home := admin.Get(t, "/api/v2/authorization/divisions/home").Str(t, "id")
	schedule := func(name, division string) *mocktest.Response {
		return admin.Post(t, "/api/v2/architect/schedules", `{"name":"`+name+`","start":"2026-01-05T08:00:00.000","end":"2026-01-05T17:00:00.000"`+division+`}`)
	}
	atHome := schedule("home", "")
	inNorth := schedule("north", `,"division":{"id":"`+north+`"}`)
	if atHome.Str(t, "division.id") != home || inNorth.Str(t, "division.name") != "North" {
		t.Fatalf("divisions: %s %s", atHome.Body, inNorth.Body)
	}
	if got := schedule("nowhere", `,"division":{"id":"nowhere"}`); got.Status != 400 {
		t.Errorf("an unknown division: %d %s", got.Status, got.Body)
	}

	northerner := srv.AsIn(t, "North", "routing:schedule:view", "routing:schedule:edit", "routing:schedule:add", "routing:schedule:delete")
	if got := northerner.Get(t, "/api/v2/architect/schedules"); got.Str(t, "total") != "1" || got.Str(t, "entities.0.name") != "north" {
		t.Errorf("the list shows what lies in other divisions: %s", got.Body)
	}
	wantStatus(t, northerner.Get(t, atHome.Str(t, "selfUri")), 403)
	wantStatus(t, northerner.Delete(t, atHome.Str(t, "selfUri")), 403)
	wantStatus(t, northerner.Put(t, inNorth.Str(t, "selfUri"), `{"name":"mine","start":"2026-01-05T08:00:00.000","end":"2026-01-05T17:00:00.000","division":{"id":"`+home+`"}}`), 403)
	wantStatus(t, northerner.Post(t, "/api/v2/architect/schedules", `{"name":"away","start":"2026-01-05T08:00:00.000","end":"2026-01-05T17:00:00.000"}`), 403)
	if got := admin.Get(t, inNorth.Str(t, "selfUri")); got.Str(t, "name") != "north" || got.Str(t, "version") != "1" {
		t.Errorf("a refused change was made: %s", got.Body)
	}

	t.Run("and are moved", func(t *testing.T) {
		wantStatus(t, admin.Post(t, "/api/v2/authorization/divisions/"+north+"/objects/ROUTINGSCHEDULES", `["`+atHome.Str(t, "id")+`"]`), 204)
		got := admin.Get(t, atHome.Str(t, "selfUri"))
		if got.Str(t, "division.name") != "North" || got.Str(t, "version") != "2" {
			t.Errorf("moved = %s", got.Body)
		}
		if got := admin.Get(t, "/api/v2/authorization/divisions/"+north+"?objectCount=true"); got.Str(t, "objectCounts.ROUTINGSCHEDULES") != "2" {
			t.Errorf("counts = %s", got.Body)
		}
	})
	t.Run("and show a division's new name", func(t *testing.T) {
		wantStatus(t, admin.Put(t, "/api/v2/authorization/divisions/"+north, `{"name":"Far north"}`), 200)
		if got := admin.Get(t, inNorth.Str(t, "selfUri")); got.Str(t, "division.name") != "Far north" {
			t.Errorf("renamed = %s", got.Body)
		}
	})
}

func TestDeletionTakesWhatBelongsToIt(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	library := admin.Post(t, "/api/v2/knowledge/knowledgebases", `{"name":"Help","coreLanguage":"en-US"}`)
	wantStatus(t, library, 200)
	path := "/api/v2/knowledge/knowledgebases/" + library.Str(t, "id")
	category := admin.Post(t, path+"/categories", `{"name":"Start"}`)
	wantStatus(t, category, 200)
	below := path + "/categories/" + category.Str(t, "id")
	wantStatus(t, admin.Get(t, below), 200)
	if got := admin.Delete(t, path); got.Status/100 != 2 {
		t.Fatalf("delete: %d %s", got.Status, got.Body)
	}
	wantStatus(t, admin.Get(t, below), 404)
	wantStatus(t, admin.Get(t, path+"/categories"), 404)
}

func TestBodiesNameWhatExists(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	const nobody = "0f8fad5b-d9cb-469f-a165-70867728950e"
	before := admin.Get(t, "/api/v2/architect/emergencygroups").Str(t, "total")
	for _, tt := range []struct{ name, path, body, field string }{
		{"a queue by its id", "/api/v2/conversations/callbacks", `{"queueId":"` + nobody + `","callbackNumbers":["+15555550100"]}`, "queueId"},
		{"a user by reference", "/api/v2/coaching/appointments", `{"name":"x","description":"y","dateStart":"2026-02-01T10:00:00.000Z","lengthInMinutes":30,"facilitatorIds":[],"attendeeIds":[],"user":{"id":"` + nobody + `"}}`, ""},
	} {
		got := admin.Post(t, tt.path, tt.body)
		if tt.field == "" {
			continue // no property of that name: it is dropped
		}
		if got.Status != 400 || !strings.Contains(string(got.Body), tt.field) {
			t.Errorf("%s: %d %s", tt.name, got.Status, got.Body)
		}
	}
	if after := admin.Get(t, "/api/v2/architect/emergencygroups").Str(t, "total"); after != before {
		t.Errorf("something was stored")
	}
}
