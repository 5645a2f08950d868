package engine_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/seed"
	"github.com/mockcloud/mockcloud/internal/server"
	"github.com/mockcloud/mockcloud/mocktest"
)

// planted starts a server with the default organization and these collections.
func planted(t *testing.T, collections ...string) *mocktest.Server {
	t.Helper()
	file := filepath.Join(t.TempDir(), "planted.yaml")
	text := "organization: {name: Mockcloud}\ninclude: [default]\ncollections:\n  " + strings.Join(collections, "\n  ") + "\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return mocktest.Start(t, mocktest.Options{Fixtures: []string{file}})
}

func TestPlantedItemsHaveWhatCreatedOnesHave(t *testing.T) {
	t.Parallel()
	srv := planted(t, "/api/v2/architect/schedules:", "  - {name: Weekdays, start: 2026-01-05T08:00:00.000, end: 2026-01-05T18:00:00.000}")
	got := srv.Admin(t).Get(t, "/api/v2/architect/schedules/"+seed.DeriveID("Mockcloud", "/architect/schedules", "Weekdays"))
	const admin, home = "6d6f636b-0005-4000-8000-000000000001", "6d6f636b-0002-4000-8000-000000000001"
	for path, want := range map[string]string{
		"name": "Weekdays", "state": "active", "version": "1", "dateCreated": "2026-01-15T12:00:00.000Z", "dateModified": "2026-01-15T12:00:00.000Z",
		"createdBy": admin, "division.id": home, "division.name": "Home", "start": "2026-01-05T08:00:00.000",
		"selfUri": "/api/v2/architect/schedules/" + seed.DeriveID("Mockcloud", "/architect/schedules", "Weekdays"),
	} {
		if value := got.Str(t, path); value != want {
			t.Errorf("%s = %q, want %q\n%s", path, value, want, got.Body)
		}
	}
}

func TestPlantedItemsKeepWhatTheFixtureSays(t *testing.T) {
	t.Parallel()
	srv := planted(t, "/api/v2/architect/schedules:",
		"  - {id: 6d6f636b-0000-4000-8000-000000000001, name: Weekdays, start: 2026-01-05T08:00:00.000, end: 2026-01-05T18:00:00.000, division: Sales, state: inactive, version: 7, dateCreated: 2020-02-03T04:05:06Z, dateModified: '@now-1d'}")
	got := srv.Admin(t).Get(t, "/api/v2/architect/schedules/6d6f636b-0000-4000-8000-000000000001")
	for path, want := range map[string]string{
		"state": "inactive", "version": "7", "dateCreated": "2020-02-03T04:05:06.000Z", "dateModified": "2026-01-14T12:00:00.000Z", "division.name": "Sales",
	} {
		if value := got.Str(t, path); value != want {
			t.Errorf("%s = %q, want %q\n%s", path, value, want, got.Body)
		}
	}
	seller := srv.AsIn(t, "Support", "routing:schedule:view")
	if got := seller.Get(t, "/api/v2/architect/schedules/6d6f636b-0000-4000-8000-000000000001"); got.Status != 403 {
		t.Errorf("the schedule of another division: %d, want 403", got.Status)
	}
}

func TestPlantedItemsCanBeChangedAndDeleted(t *testing.T) {
	t.Parallel()
	srv := planted(t, "/api/v2/flows/datatables:", "  - {name: T, schema: {type: object, properties: {key: {type: string}, open: {type: boolean, default: true}}}}",
		"/api/v2/flows/datatables/T/rows:", "  - {key: b}", "  - {key: a, open: false}")
	admin := srv.Admin(t)
	rows := "/api/v2/flows/datatables/" + seed.DeriveID("Mockcloud", "/flows/datatables", "T") + "/rows"
	got := admin.Get(t, rows+"?showbrief=false")
	if got.Str(t, "entities.0.key") != "b" || got.Str(t, "entities.0.open") != "true" || got.Str(t, "entities.1.open") != "false" || got.Str(t, "total") != "2" {
		t.Errorf("rows = %s", got.Body)
	}
	if got := admin.Put(t, rows+"/a", `{"key":"a","open":true}`); got.Status != 200 || got.Str(t, "open") != "true" {
		t.Errorf("PUT: %d %s", got.Status, got.Body)
	}
	if got := admin.Delete(t, rows+"/b"); got.Status/100 != 2 {
		t.Errorf("DELETE: %d %s", got.Status, got.Body)
	}
	srv.Reset(t)
	if got := admin.Get(t, rows+"?showbrief=false"); got.Str(t, "total") != "2" || got.Str(t, "entities.1.open") != "false" {
		t.Errorf("rows after a reset = %s", got.Body)
	}
}

func TestPlantedSingletonsAreRead(t *testing.T) {
	t.Parallel()
	srv := planted(t, "/api/v2/routing/settings: {resetAgentScoreOnPresenceChange: true}", "/api/v2/users/agent1@mockcloud.test/outofoffice: {active: true, indefinite: true}")
	admin := srv.Admin(t)
	if got := admin.Get(t, "/api/v2/routing/settings"); got.Str(t, "resetAgentScoreOnPresenceChange") != "true" {
		t.Errorf("settings = %s", got.Body)
	}
	if got := admin.Get(t, "/api/v2/users/6d6f636b-0005-4000-8000-000000000004/outofoffice"); got.Str(t, "active") != "true" {
		t.Errorf("out of office = %s", got.Body)
	}
}

func TestASecondOrganizationHasItsOwnPlants(t *testing.T) {
	t.Parallel()
	srv := planted(t, "/api/v2/stations: [{name: Desk}]\n---\norganization: {name: Acme}\nusers: [{email: a@acme.test, name: A, roles: ['* in *']}]\ncollections:\n  /api/v2/stations: [{name: Desk}, {name: Bench}]")
	for user, want := range map[string]string{"admin@mockcloud.test": "1", "a@acme.test": "2"} {
		if got := srv.AsUser(t, user).Get(t, "/api/v2/stations"); got.Str(t, "total") != want {
			t.Errorf("stations that %s sees: %s, want %s", user, got.Body, want)
		}
	}
}

// What the engine refuses of a fixture stops the start, and says where it stands.
func TestWhatCannotBePlantedStopsTheStart(t *testing.T) {
	t.Parallel()
	const table = "    - {name: T, schema: {type: object, properties: {key: {type: string}, n: {type: integer}}}}\n  /api/v2/flows/datatables/T/rows:\n"
	const refused = ": is refused as by the API: flows.datatables.schema.exception"
	for _, tt := range []struct{ name, items, want string }{
		{"a table without a key", "    - {name: T, schema: {type: object, properties: {colour: {type: string}}}}\n", "bad.yaml:4: collections./api/v2/flows/datatables[0].schema" + refused},
		{"a column that the table lacks", table + "    - key: b\n    - key: a\n      zz: 1\n", "bad.yaml:8: collections./api/v2/flows/datatables/T/rows[1].zz" + refused},
		{"text in place of a number", table + "    - {key: a,\n       n: xx}\n", "bad.yaml:7: collections./api/v2/flows/datatables/T/rows[0].n" + refused},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			fixture, err := seed.Parse(seed.Source{Name: "bad.yaml", Data: []byte("organization: {name: Acme}\ncollections:\n  /api/v2/flows/datatables:\n" + tt.items)})
			if err != nil {
				t.Fatal(err)
			}
			srv, err := server.Start(t.Context(), server.Config{Fixtures: fixture})
			if err == nil {
				t.Fatal("it was planted", srv.Close(t.Context()))
			}
			if !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("error %q\nwant  %q", err, tt.want)
			}
		})
	}
}
