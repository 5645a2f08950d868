package engine_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// withStations starts a server with two stations, and returns their addresses.
func withStations(t *testing.T) (srv *mocktest.Server, first, second string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "stations.yaml")
	text := "organization: {name: Mockcloud}\ncollections:\n  /api/v2/stations:\n    - {id: desk-1, name: Desk 1, type: inin_webrtc_softphone, status: AVAILABLE}\n    - {id: desk-2, name: Desk 2, status: AVAILABLE}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return mocktest.Start(t, mocktest.Options{Fixtures: []string{"default", file}}), "desk-1", "desk-2"
}

func TestAStationHasOneUserAndAUserOneStation(t *testing.T) {
	t.Parallel()
	srv, first, second := withStations(t)
	admin := srv.Admin(t)
	ada := created(t, admin, "/api/v2/users", `{"name":"Ada","email":"ada@mock.test"}`)
	bob := created(t, admin, "/api/v2/users", `{"name":"Bob","email":"bob@mock.test"}`)
	sit := func(user, station string) {
		t.Helper()
		wantStatus(t, admin.Put(t, "/api/v2/users/"+user+"/station/associatedstation/"+station, nil), 202)
	}
	want := func(user, associated, last string) {
		t.Helper()
		got := admin.Get(t, "/api/v2/users/"+user+"/station")
		if got.Status != 200 || got.Str(t, "associatedStation.id") != associated || got.Str(t, "effectiveStation.id") != associated || got.Str(t, "lastAssociatedStation.id") != last {
			t.Errorf("stations of %s = %d %s, want %q and %q before", user, got.Status, got.Body, associated, last)
		}
		if associated != "" && (got.Str(t, "associatedStation.associatedUser.id") != user || got.Str(t, "associatedStation.associatedDate") == "") {
			t.Errorf("no user or date: %s", got.Body)
		}
	}
	occupied := func(station, user, status string) {
		t.Helper()
		if got := admin.Get(t, "/api/v2/stations/"+station); got.Str(t, "userId") != user || got.Str(t, "status") != status {
			t.Errorf("%s = %s, want %q %s", station, got.Body, user, status)
		}
	}
	want(ada, "", "")
	sit(ada, first)
	want(ada, first, "")
	occupied(first, ada, "ASSOCIATED")

	sit(ada, second)
	want(ada, second, first)
	occupied(first, "", "AVAILABLE")

	sit(bob, second)
	want(bob, second, "")
	want(ada, "", second)

	wantStatus(t, admin.Delete(t, "/api/v2/users/"+bob+"/station/associatedstation"), 202)
	want(bob, "", second)
	occupied(second, "", "AVAILABLE")

	sit(bob, first)
	wantStatus(t, admin.Delete(t, "/api/v2/stations/"+first+"/associateduser"), 200)
	want(bob, "", first)
}

func TestTheDefaultStationCountsWhereThereIsNoOther(t *testing.T) {
	t.Parallel()
	srv, first, second := withStations(t)
	admin := srv.Admin(t)
	user := "/api/v2/users/" + created(t, admin, "/api/v2/users", `{"name":"Ada","email":"ada@mock.test"}`)
	wantStatus(t, admin.Put(t, user+"/station/defaultstation/"+first, nil), 202)
	if got := admin.Get(t, user+"/station"); got.Str(t, "defaultStation.id") != first || got.Str(t, "effectiveStation.id") != first {
		t.Errorf("with a default: %s", got.Body)
	}
	wantStatus(t, admin.Put(t, user+"/station/associatedstation/"+second, nil), 202)
	if got := admin.Get(t, user+"/station"); got.Str(t, "defaultStation.id") != first || got.Str(t, "effectiveStation.id") != second {
		t.Errorf("with both: %s", got.Body)
	}
	wantStatus(t, admin.Delete(t, user+"/station/defaultstation"), 202)
	if got := admin.Get(t, user+"/station"); got.Str(t, "defaultStation.id") != "" {
		t.Errorf("without: %s", got.Body)
	}
}

func TestUnknownStationsAndUsersAreRefused(t *testing.T) {
	t.Parallel()
	srv, first, _ := withStations(t)
	admin := srv.Admin(t)
	user := created(t, admin, "/api/v2/users", `{"name":"Ada","email":"ada@mock.test"}`)
	for name, path := range map[string]string{
		"a station": "/api/v2/users/" + user + "/station/associatedstation/none",
		"a user":    "/api/v2/users/none/station/associatedstation/" + first,
		"a default": "/api/v2/users/" + user + "/station/defaultstation/none",
	} {
		if got := admin.Put(t, path, nil); got.Status != 404 {
			t.Errorf("%s: %d %s", name, got.Status, got.Body)
		}
	}
	if got := admin.Get(t, "/api/v2/stations/"+first); got.Str(t, "status") != "AVAILABLE" {
		t.Errorf("the station changed: %s", got.Body)
	}
	mine := "/api/v2/users/stations/me"
	person := srv.AsUser(t, "admin@mockcloud.test")
	wantStatus(t, person.Put(t, mine+"/associatedstation/"+first, nil), 204)
	if got := person.Get(t, mine); got.Str(t, "associatedStation.id") != first {
		t.Errorf("mine = %s", got.Body)
	}
	wantStatus(t, person.Delete(t, mine+"/associatedstation"), 204)
	if got := admin.Get(t, mine); got.Status != 400 || got.Str(t, "code") != "not.a.user" {
		t.Errorf("a client's own: %d %s", got.Status, got.Body)
	}
}
