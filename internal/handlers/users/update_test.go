package users_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

func version(t *testing.T, c *mocktest.Client, id string) int {
	t.Helper()
	n, err := strconv.Atoi(want(t, c.Get(t, "/api/v2/users/"+id), 200, "").Str(t, "version"))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestPatchReplacesWhatIsSentAndKeepsTheRest(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	path := "/api/v2/users/" + alex
	before := version(t, admin, alex)
	got := want(t, admin.Patch(t, path, fields{
		"version": before, "name": "Alex Able", "email": "alex@mockcloud.test", "preferredName": "Al", "department": "Sales",
		"acdAutoAnswer": true, "title": nil, "manager": sue,
		"certifications": []string{"first aid"}, "profileSkills": []string{"java", "jazz"},
		"biography":    fields{"biography": "Born.", "hobbies": []string{"go"}, "spouse": nil},
		"employerInfo": fields{"employeeId": "E1", "employeeType": "Full-time", "dateHire": "2020-01-31"},
		"locations":    []fields{{"id": "l1", "notes": "third floor"}},
		"images":       []fields{{"resolution": "x48", "imageUri": "http://images.test/1.png"}},
		"addresses":    []fields{{"mediaType": "PHONE", "type": "WORK", "extension": "4105"}, {"mediaType": "SMS", "type": "MOBILE", "address": "+13175550101", "display": "dropped"}},
	}), 200, "")
	has(t, got, map[string]string{
		"version": strconv.Itoa(before + 1), "name": "Alex Able", "email": "alex@mockcloud.test", "username": "alex@mockcloud.test",
		"preferredName": "Al", "department": "Sales", "acdAutoAnswer": "true", "title": "Sales Agent", "division.id": sales, "state": "active",
		"manager.id": sue, "manager.selfUri": "/api/v2/users/" + sue,
		"addresses.0.extension": "4105", "addresses.0.display": "4105", "addresses.1.display": "+13175550101",
		"primaryContactInfo.1.extension": "4105", "primaryContactInfo.2": "",
		"images.0.resolution": "x48", "certifications": "",
	})
	full := want(t, admin.Get(t, path+"?expand=certifications,profileSkills,biography,employerInfo,locations"), 200, "")
	has(t, full, map[string]string{
		"certifications": `["first aid"]`, "profileSkills": `["java","jazz"]`,
		"biography.biography": "Born.", "biography.hobbies": `["go"]`, "employerInfo.dateHire": "2020-01-31",
		"locations.0.notes": "third floor", "locations.0.locationDefinition.id": "l1",
	})
	if strings.Contains(string(full.Body), "null") {
		t.Errorf("a null was kept\n%s", full.Body)
	}

	// What is left out now stays, empty values empty it.
	again := want(t, admin.Patch(t, path, fields{"version": before + 1, "manager": "", "department": "", "addresses": []fields{}, "certifications": []string{}}), 200, "")
	has(t, again, map[string]string{"name": "Alex Able", "manager": "", "department": "", "addresses": "[]", "version": strconv.Itoa(before + 2)})
	full = want(t, admin.Get(t, path+"?expand=certifications,profileSkills"), 200, "")
	has(t, full, map[string]string{"certifications": "[]", "profileSkills": `["java","jazz"]`})
}

func TestPatchDropsWhatTheAPIDoesNotKnow(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	got := want(t, admin.Patch(t, "/api/v2/users/"+alex, fields{
		"version": version(t, admin, alex), "shoeSize": 42, "selfUri": "/elsewhere", "primaryContactInfo": []fields{{"address": "x"}},
		"chat":      fields{"jabberId": "alex@chat.test", "nick": "al"},
		"addresses": []fields{{"mediaType": "PHONE", "address": "+13175550100", "verified": true}},
		"locations": []fields{{"id": "l1", "coordinates": fields{"x": 1.5}, "floor": 3, "locationDefinition": fields{"id": "l2", "name": "Attic"}}},
	}), 200, "")
	has(t, got, map[string]string{"chat": `{"jabberId":"alex@chat.test"}`, "addresses.0.address": "+13175550100", "selfUri": "/api/v2/users/" + alex})
	got = want(t, admin.Get(t, "/api/v2/users?expand=locations,authorization&id="+alex), 200, "")
	has(t, got, map[string]string{"entities.0.locations.0.locationDefinition.id": "l1", "entities.0.locations.0.coordinates.x": "1.5"})
	if got.Str(t, "entities.0.authorization.permissions") == "" {
		t.Error("the listing does not expand the authorization")
	}
	want(t, admin.Patch(t, "/api/v2/users/"+alex, fields{"version": version(t, admin, alex), "chat": "x"}), 400, "")
}

func TestPatchKeepsAnotherUserName(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	got := want(t, admin.Patch(t, "/api/v2/users/"+alex, fields{"version": version(t, admin, alex), "username": "alex"}), 200, "")
	has(t, got, map[string]string{"username": "alex", "email": "agent1@mockcloud.test"})
}

func TestPatchWatchesTheVersion(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	path := "/api/v2/users/" + alex
	current := version(t, admin, alex)
	stale := want(t, admin.Patch(t, path, fields{"version": current - 1, "title": "Boss"}), 409, "general.conflict")
	if !strings.Contains(stale.Str(t, "message"), "does not match the current version") {
		t.Errorf("message = %q", stale.Str(t, "message"))
	}
	want(t, admin.Patch(t, path, fields{"version": current + 1, "title": "Boss"}), 409, "general.conflict")
	want(t, admin.Patch(t, path, fields{"version": current - 1, "state": "inactive"}), 409, "general.conflict")
	want(t, admin.Patch(t, path, fields{"title": "Boss"}), 400, "constraint.validation")
	has(t, want(t, admin.Get(t, path), 200, ""), map[string]string{"title": "Sales Agent", "version": strconv.Itoa(current)})
}

func TestPatchIsRefused(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	deleted := create(t, admin, person("Del", "del@mockcloud.test"))
	want(t, admin.Delete(t, "/api/v2/users/"+deleted), 200, "")
	current := version(t, admin, alex)
	tests := []struct {
		name, id string
		body     fields
		status   int
		code     string
	}{
		{"unknown user", nobody, fields{"version": 1}, 404, "general.resource.not.found"},
		{"taken e-mail", alex, fields{"version": current, "email": "admin@mockcloud.test"}, 409, "general.conflict"},
		{"e-mail of a deleted user", alex, fields{"version": current, "email": "del@mockcloud.test"}, 409, "general.conflict"},
		{"wrong type", alex, fields{"version": current, "title": 7}, 400, ""},
		{"unknown state", alex, fields{"version": current, "state": "retired"}, 400, "invalid.value"},
		// Guess: the rest has no source, only the codes are listed.
		{"deleted user without a state", deleted, fields{"version": 2, "title": "Ghost"}, 404, "general.resource.not.found"},
		{"deleting by state", alex, fields{"version": current, "state": "deleted"}, 400, "general.bad.request"},
		{"blank name", alex, fields{"version": current, "name": ""}, 400, "general.bad.request"},
		{"bad e-mail", alex, fields{"version": current, "email": "nowhere"}, 400, "general.bad.request"},
		{"unknown manager", alex, fields{"version": current, "manager": nobody}, 400, "general.bad.request"},
		{"deleted manager", alex, fields{"version": current, "manager": deleted}, 400, "general.bad.request"},
		{"own manager", alex, fields{"version": current, "manager": alex}, 400, "general.bad.request"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want(t, admin.Patch(t, "/api/v2/users/"+tt.id, tt.body), tt.status, tt.code)
		})
	}
	has(t, want(t, admin.Get(t, "/api/v2/users/"+alex), 200, ""), map[string]string{"version": strconv.Itoa(current), "name": "Alex Agent", "email": "agent1@mockcloud.test"})
}

func TestPatchAsksForAnyPermissionInTheUsersDivision(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	patch := func(c *mocktest.Client, id string) *mocktest.Response {
		return c.Patch(t, "/api/v2/users/"+id, fields{"version": version(t, admin, id), "title": "Boss"})
	}
	inSales := srv.AsIn(t, sales, "directory:user:edit")
	want(t, patch(inSales, alex), 200, "")
	want(t, patch(inSales, aki), 403, "missing.any.division.permissions")
	want(t, patch(inSales, ada), 403, "missing.any.division.permissions")
	want(t, patch(srv.As(t, "directory:user:view"), alex), 403, "missing.any.permissions")
	want(t, patch(srv.As(t, "directory:user:edit"), aki), 200, "")
	// Organizations are in no division, so that this counts everywhere.
	want(t, patch(srv.AsIn(t, sales, "directory:organization:admin"), aki), 200, "")
	want(t, inSales.Patch(t, "/api/v2/users/"+nobody, fields{"state": "active"}), 404, "")
}

func TestStateAloneChangesOnlyTheState(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	path := "/api/v2/users/" + alex
	current := version(t, admin, alex)
	got := want(t, admin.Patch(t, path, fields{"state": "inactive", "title": "ignored"}), 200, "")
	has(t, got, map[string]string{"state": "inactive", "title": "Sales Agent", "version": strconv.Itoa(current + 1)})
	got = want(t, admin.Patch(t, path, fields{"state": "active", "version": current + 1}), 200, "")
	has(t, got, map[string]string{"state": "active", "version": strconv.Itoa(current + 2)})
}

func TestDeletedUserKeepsItsRecordAndComesBack(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	path := "/api/v2/users/" + alex
	current := version(t, admin, alex)
	got := want(t, admin.Delete(t, path), 200, "")
	if string(got.Body) != "{}" {
		t.Errorf("body = %s", got.Body)
	}
	want(t, admin.Get(t, path), 404, "general.resource.not.found")
	want(t, admin.Get(t, path+"/roles"), 404, "general.resource.not.found")
	gone := want(t, admin.Get(t, path+"?state=deleted"), 200, "")
	has(t, gone, map[string]string{"state": "deleted", "email": "agent1@mockcloud.test", "version": strconv.Itoa(current + 1)})

	// Guess: deleting twice is no error (the code is listed with status 200).
	want(t, admin.Delete(t, path), 200, "")
	want(t, admin.Delete(t, "/api/v2/users/"+nobody), 404, "general.resource.not.found")

	back := want(t, admin.Patch(t, path, fields{"state": "active", "version": current + 1}), 200, "")
	has(t, back, map[string]string{"state": "active", "version": strconv.Itoa(current + 2)})
	// Guess: the grants have waited.
	roles := want(t, admin.Get(t, path+"/roles"), 200, "")
	if !strings.Contains(roles.Str(t, "roles"), `"User"`) {
		t.Errorf("roles = %s", roles.Str(t, "roles"))
	}
	want(t, srv.AsUser(t, "agent1@mockcloud.test").Get(t, "/api/v2/users/me"), 200, "")
}

func TestDeleteAsksForThePermissionInTheUsersDivision(t *testing.T) {
	t.Parallel()
	srv, _ := start(t)
	c := srv.AsIn(t, sales, "directory:user:delete")
	want(t, c.Delete(t, "/api/v2/users/"+aki), 403, "missing.any.division.permissions")
	want(t, c.Delete(t, "/api/v2/users/"+alex), 200, "")
}

func TestTokensDieWhenTheUserIsNoLongerActive(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"deleted", "inactive"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			srv, admin := start(t)
			me := srv.AsUser(t, "agent1@mockcloud.test")
			want(t, me.Get(t, "/api/v2/users/me"), 200, "")
			if how == "deleted" {
				want(t, admin.Delete(t, "/api/v2/users/"+alex), 200, "")
			} else {
				want(t, admin.Patch(t, "/api/v2/users/"+alex, fields{"state": "inactive"}), 200, "")
			}
			want(t, me.Get(t, "/api/v2/users/me"), 401, "bad.credentials")
			// Guess: old tokens stay dead when the user comes back.
			want(t, admin.Patch(t, "/api/v2/users/"+alex, fields{"state": "active"}), 200, "")
			want(t, me.Get(t, "/api/v2/users/me"), 401, "bad.credentials")
			want(t, srv.AsUser(t, "agent1@mockcloud.test").Get(t, "/api/v2/users/me"), 200, "")
		})
	}
}

func TestUserState(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	path := "/api/v2/users/" + alex + "/state"
	current := version(t, admin, alex)
	first := want(t, admin.Get(t, path), 200, "")
	has(t, first, map[string]string{"state": "active", "version": strconv.Itoa(current), "stateChangeReason": ""})

	changed := want(t, admin.Put(t, path, fields{"state": "inactive", "version": current, "stateChangeReason": "Leave"}), 200, "")
	expected := map[string]string{
		"state": "inactive", "version": strconv.Itoa(current + 1), "stateChangeReason": "Leave",
		"stateChangeDate": "2026-01-15T12:00:00.000Z",
	}
	has(t, changed, expected)
	has(t, want(t, admin.Get(t, path), 200, ""), expected)
	has(t, want(t, admin.Get(t, "/api/v2/users/"+alex), 200, ""), map[string]string{"state": "inactive"})

	want(t, admin.Put(t, path, fields{"state": "active", "version": current}), 409, "general.conflict")
	want(t, admin.Put(t, path, fields{"state": "active", "stateChangeReason": "Boredom"}), 400, "invalid.value")
	want(t, admin.Put(t, "/api/v2/users/"+nobody+"/state", fields{"state": "active"}), 404, "general.resource.not.found")
	// Guess: a state is required, deleting is left to DELETE, and the version may
	// be absent.
	want(t, admin.Put(t, path, fields{"version": current + 1}), 400, "constraint.validation")
	want(t, admin.Put(t, path, fields{"state": "deleted"}), 400, "general.bad.request")
	want(t, admin.Put(t, path, fields{"state": "active"}), 200, "")

	want(t, srv.As(t, "directory:user:edit").Get(t, path), 403, "missing.any.permissions")
	want(t, srv.As(t, "directory:userStateChange:view").Get(t, path), 200, "")
	want(t, srv.AsIn(t, support, "directory:user:edit").Put(t, path, fields{"state": "inactive"}), 403, "missing.any.division.permissions")
}

func TestOnlyOneOfManyChangesOfAVersionWins(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	current := version(t, admin, alex)
	statuses := make(chan int, 8)
	for i := range cap(statuses) {
		go func() {
			statuses <- admin.Patch(t, "/api/v2/users/"+alex, fields{"version": current, "title": "Title " + strconv.Itoa(i)}).Status
		}()
	}
	count := make(map[int]int)
	for range cap(statuses) {
		count[<-statuses]++
	}
	if count[200] != 1 || count[409] != cap(statuses)-1 {
		t.Errorf("statuses = %v, want one 200 and the rest 409", count)
	}
}

// Guess: where a restored user lives whose division was deleted meanwhile.
func TestARestoredUserWhoseDivisionIsGoneLivesAtHome(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	division := admin.Post(t, "/api/v2/authorization/divisions", `{"name":"Short-lived"}`).Str(t, "id")
	user := admin.Post(t, "/api/v2/users", `{"name":"Ann","email":"ann@mockcloud.test","state":"active","divisionId":"`+division+`"}`).Str(t, "selfUri")
	admin.Delete(t, user)
	if got := admin.Delete(t, "/api/v2/authorization/divisions/"+division); got.Status != 204 {
		t.Fatalf("delete division: %d %s", got.Status, got.Body)
	}
	got := admin.Patch(t, user, `{"state":"active"}`)
	if got.Status != 200 || got.Str(t, "division.name") != "Home" {
		t.Errorf("answer = %d %s", got.Status, got.Body)
	}
}
