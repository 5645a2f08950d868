package engine_test

import (
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

const tableSchema = `{"$schema":"http://json-schema.org/draft-04/schema#","type":"object","required":["key"],"additionalProperties":false,"properties":{
	"key":{"title":"day","type":"string","$id":"/properties/key","displayOrder":0},
	"zone":{"title":"zone","type":"string","$id":"/properties/zone","displayOrder":1,"default":"north"},
	"open":{"title":"open","type":"boolean","$id":"/properties/open","displayOrder":2,"default":true},
	"agents":{"title":"agents","type":"integer","$id":"/properties/agents","displayOrder":3}}}`

func TestDataTablesHaveRows(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	table := admin.Post(t, "/api/v2/flows/datatables", `{"name":"Days","schema":`+tableSchema+`}`)
	wantStatus(t, table, 200)
	path := "/api/v2/flows/datatables/" + table.Str(t, "id")
	if table.Str(t, "division.id") == "" {
		t.Errorf("no division: %s", table.Body)
	}
	if got := string(table.Body); strings.Index(got, `"zone"`) > strings.Index(got, `"agents"`) {
		t.Errorf("the columns are not in the order in which they were sent: %s", got)
	}
	if got := admin.Get(t, path); got.Str(t, "schema") != "" {
		t.Errorf("the schema is there though nobody asked for it: %s", got.Body)
	}
	if got := admin.Get(t, path+"?expand=schema"); got.Str(t, "schema.properties.zone.default") != "north" {
		t.Errorf("no schema: %s", got.Body)
	}
	row := admin.Post(t, path+"/rows", `{"key":"2026-12-24","agents":3}`)
	wantStatus(t, row, 200)
	want := `{"agents":3,"key":"2026-12-24","open":true,"zone":"north"}`
	for _, got := range []*mocktest.Response{row, admin.Get(t, path+"/rows/2026-12-24?showbrief=false")} {
		if string(got.Body) != want {
			t.Errorf("row = %s, want %s", got.Body, want)
		}
	}
	if got := admin.Get(t, path+"/rows/2026-12-24"); string(got.Body) != `{"key":"2026-12-24"}` {
		t.Errorf("brief row = %s", got.Body)
	}
	refused := []struct {
		name, body string
		status     int
		code       string
	}{
		{"a key that is there", `{"key":"2026-12-24"}`, 409, "flows.datatables.not.unique"},
		{"no key", `{"zone":"south"}`, 400, "flows.datatables.schema.exception"},
		{"a column that is not there", `{"key":"x","colour":"red"}`, 400, "flows.datatables.schema.exception"},
		{"a text in place of a number", `{"key":"x","agents":"three"}`, 400, "flows.datatables.schema.exception"},
		{"a number in place of a truth", `{"key":"x","open":1}`, 400, "flows.datatables.schema.exception"},
	}
	for _, tt := range refused {
		got := admin.Post(t, path+"/rows", tt.body)
		if got.Status != tt.status || got.Str(t, "code") != tt.code {
			t.Errorf("%s: %d %s", tt.name, got.Status, got.Body)
		}
	}
	wantStatus(t, admin.Put(t, path+"/rows/2026-12-24", `{"key":"2026-12-24","open":false}`), 200)
	if got := admin.Get(t, path+"/rows?showbrief=false"); got.Str(t, "entities.0.open") != "false" || got.Str(t, "total") != "1" {
		t.Errorf("rows = %s", got.Body)
	}
	if got := admin.Get(t, path+"/rows/nowhere"); got.Status != 404 || got.Str(t, "code") != "flows.datatables.row.not.found" {
		t.Errorf("an unknown row: %d %s", got.Status, got.Body)
	}
	if got := admin.Get(t, "/api/v2/flows/datatables/nowhere/rows/x"); got.Status != 404 || got.Str(t, "code") != "flows.datatables.table.not.found" {
		t.Errorf("an unknown table: %d %s", got.Status, got.Body)
	}
	wantStatus(t, admin.Delete(t, path+"?force=true"), 204)
	wantStatus(t, admin.Get(t, path+"?expand="), 404)
	wantStatus(t, admin.Get(t, path+"/rows/2026-12-24"), 404)
}

func TestMessengerConfigurationsArePublishedUnderNumbers(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	made := admin.Post(t, "/api/v2/webdeployments/configurations", `{"name":"Site","languages":["en-us"],"defaultLanguage":"en-us"}`)
	wantStatus(t, made, 200)
	path := "/api/v2/webdeployments/configurations/" + made.Str(t, "id")
	if got := admin.Get(t, path+"/versions/draft"); got.Str(t, "status") != "Active" || got.Str(t, "version") != "DRAFT" {
		t.Errorf("draft = %s", got.Body)
	}
	for _, want := range []string{"1", "2"} {
		if got := admin.Post(t, path+"/versions/draft/publish", nil); got.Str(t, "version") != want {
			t.Errorf("published = %s, want version %s", got.Body, want)
		}
	}
	wantStatus(t, admin.Put(t, path+"/versions/draft", `{"name":"Site","defaultLanguage":"pt-br"}`), 200)
	if got := admin.Get(t, path+"/versions/1"); got.Str(t, "defaultLanguage") != "en-us" {
		t.Errorf("version 1 = %s", got.Body)
	}
	if got := admin.Get(t, path+"/versions"); got.Str(t, "total") != "3" || got.Str(t, "nextUri") != "" || got.Str(t, "entities.2.version") != "2" {
		t.Errorf("versions = %s", got.Body)
	}
	deployment := func(version string) *mocktest.Response {
		return admin.Post(t, "/api/v2/webdeployments/deployments", `{"name":"Shop","allowAllDomains":true,"configuration":{"id":"`+made.Str(t, "id")+`","version":"`+version+`"}}`)
	}
	if got := deployment("3"); got.Status != 400 {
		t.Errorf("a version that is not there: %d %s", got.Status, got.Body)
	}
	if got := deployment("2"); got.Str(t, "status") != "Active" || got.Str(t, "configuration.version") != "2" || got.Str(t, "snippet") == "" {
		t.Errorf("deployment = %s", got.Body)
	}
	wantStatus(t, admin.Delete(t, path), 204)
	wantStatus(t, admin.Get(t, path+"/versions/draft"), 404)
	wantStatus(t, admin.Get(t, path+"/versions/1"), 404)
}

func TestLocationsLeaveEmptyObjectsOut(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	made := admin.Post(t, "/api/v2/locations", `{"name":"Harbor","emergencyNumber":{},"address":{},"notes":"","path":[]}`)
	wantStatus(t, made, 200)
	if strings.Contains(string(made.Body), "emergencyNumber") || strings.Contains(string(made.Body), `"address"`) {
		t.Errorf("empty objects are there: %s", made.Body)
	}
	if made.Str(t, "version") != "1" || made.Str(t, "state") != "active" {
		t.Errorf("location = %s", made.Body)
	}
	path := made.Str(t, "selfUri")
	if got := admin.Patch(t, path, `{"name":"Harbor","version":1,"address":{"city":"Porto"}}`); got.Str(t, "version") != "2" || got.Str(t, "address.city") != "Porto" {
		t.Errorf("changed = %s", got.Body)
	}
	if got := admin.Patch(t, path, `{"name":"Port","version":1}`); got.Status != 409 || !strings.Contains(got.Str(t, "message"), "does not match the current version") {
		t.Errorf("a stale version: %d %s", got.Status, got.Body)
	}
	if got := admin.Get(t, path); got.Str(t, "name") != "Harbor" {
		t.Errorf("the refused change was made: %s", got.Body)
	}
}

func TestSitesNameTheirSites(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	location := admin.Post(t, "/api/v2/locations", `{"name":"Harbor"}`)
	site := admin.Post(t, "/api/v2/telephony/providers/edges/sites", `{"name":"One","mediaModel":"Cloud","location":{"id":"`+location.Str(t, "id")+`"}}`)
	wantStatus(t, site, 200)
	if site.Str(t, "primarySites.0.id") != site.Str(t, "id") || site.Str(t, "secondarySites.0.id") != site.Str(t, "id") || site.Str(t, "location.id") != location.Str(t, "id") || site.Str(t, "version") != "1" {
		t.Errorf("site = %s", site.Body)
	}
	path := site.Str(t, "selfUri")
	put := admin.Put(t, path, string(site.Body))
	wantStatus(t, put, 200)
	plans := admin.Put(t, path+"/numberplans", `[{"name":"Local","classification":"Local","matchType":"regex","match":"^9(.*)$","priority":1}]`)
	wantStatus(t, plans, 200)
	if got := admin.Get(t, path+"/numberplans"); got.Str(t, "0.name") != "Local" || got.Str(t, "0.id") == "" {
		t.Errorf("number plans = %s", got.Body)
	}
	if got := admin.Get(t, "/api/v2/telephony/mediaregions"); got.Str(t, "awsHomeRegion") == "" || got.Str(t, "awsSatelliteRegions") != "[]" {
		t.Errorf("media regions = %s", got.Body)
	}
}

func TestSchedulesKeepTheirLocalTimes(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	made := admin.Post(t, "/api/v2/architect/schedules", `{"name":"Day","start":"2023-08-04T08:00:00.000","end":"2023-08-04T17:00:00.000","rrule":"FREQ=DAILY"}`)
	wantStatus(t, made, 200)
	if made.Str(t, "start") != "2023-08-04T08:00:00.000" || made.Str(t, "division.id") == "" || made.Str(t, "state") != "active" {
		t.Errorf("schedule = %s", made.Body)
	}
	group := admin.Post(t, "/api/v2/architect/schedulegroups", `{"name":"All","timeZone":"Europe/Lisbon","openSchedules":[{"id":"`+made.Str(t, "id")+`"}]}`)
	wantStatus(t, group, 200)
	if got := admin.Put(t, group.Str(t, "selfUri"), `{"name":"All days","version":1}`); got.Str(t, "version") != "2" || got.Str(t, "openSchedules") != "" || got.Str(t, "division.id") != group.Str(t, "division.id") {
		t.Errorf("a PUT replaces: %s", got.Body)
	}
}

func TestSkillGroupsAndUtilization(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	home := admin.Get(t, "/api/v2/authorization/divisions/home").Str(t, "id")
	group := admin.Post(t, "/api/v2/routing/skillgroups", `{"name":"Experts","memberDivisions":["`+home+`"],"skillConditions":[{"routingSkillConditions":[{"routingSkill":"Billing","comparator":"GreaterThan","proficiency":2}],"languageSkillConditions":[],"operation":"And"}]}`)
	wantStatus(t, group, 200)
	path := "/api/v2/routing/skillgroups/" + group.Str(t, "id")
	if got := admin.Get(t, path+"/members/divisions"); got.Str(t, "entities.0.id") != home {
		t.Errorf("divisions = %s", got.Body)
	}
	wantStatus(t, admin.Post(t, path+"/members/divisions", `{"removeDivisionIds":["`+home+`"]}`), 204)
	if got := admin.Get(t, path+"/members/divisions"); got.Str(t, "entities") != "[]" {
		t.Errorf("divisions = %s", got.Body)
	}
	wantStatus(t, admin.Post(t, path+"/members/divisions", `{"addDivisionIds":["nowhere"]}`), 400)

	user := admin.Get(t, "/api/v2/users").Str(t, "entities.0.id")
	own := "/api/v2/routing/users/" + user + "/utilization"
	if got := admin.Get(t, own); got.Str(t, "level") != "Organization" {
		t.Errorf("nobody has set it: %s", got.Body)
	}
	wantStatus(t, admin.Put(t, own, `{"utilization":{"call":{"maximumCapacity":2,"interruptableMediaTypes":["email"],"includeNonAcd":true}}}`), 200)
	if got := admin.Get(t, own); got.Str(t, "level") != "Agent" || got.Str(t, "utilization.call.maximumCapacity") != "2" {
		t.Errorf("utilization = %s", got.Body)
	}
	wantStatus(t, admin.Delete(t, own), 200)
	if got := admin.Get(t, own); got.Str(t, "level") != "Organization" {
		t.Errorf("after the reset: %s", got.Body)
	}
}

func wantStatus(t *testing.T, got *mocktest.Response, status int) {
	t.Helper()
	if got.Status != status {
		t.Fatalf("status = %d, want %d\n%s", got.Status, status, got.Body)
	}
}
