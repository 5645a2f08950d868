package engine_test

import (
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// twoWithNotes are a contact and an organization with notes, three in all.
func twoWithNotes(t *testing.T, admin *mocktest.Client) (contact, organization string, notes []string) {
	t.Helper()
	contact = "/api/v2/externalcontacts/contacts/" + created(t, admin, "/api/v2/externalcontacts/contacts", `{"firstName":"Ada"}`)
	organization = "/api/v2/externalcontacts/organizations/" + created(t, admin, "/api/v2/externalcontacts/organizations", `{"name":"Clockworks"}`)
	for _, of := range []string{contact, organization, contact} {
		notes = append(notes, created(t, admin, of+"/notes", `{"noteText":"wound up","createdBy":{"id":"6d6f636b-0005-4000-8000-000000000001"}}`))
	}
	return contact, organization, notes
}

func TestAViewOfSeveralCollectionsListsTheItemsOfAll(t *testing.T) {
	t.Parallel()
	admin := mocktest.Start(t, mocktest.Options{}).Admin(t)
	_, _, want := twoWithNotes(t, admin)
	const scan = "/api/v2/externalcontacts/scan/notes"
	got := listed(t, admin.Get(t, scan)).names("id")
	if !sameSet(got, want) {
		t.Errorf("notes = %v, want %v", got, want)
	}
	// Walked note by note it holds each once, though the first notes of both have
	// the same place in their own collections.
	var walked []string
	for path := scan + "?limit=1"; len(walked) <= len(want); {
		page := listed(t, admin.Get(t, path))
		if len(page.Entities) == 0 {
			break
		}
		walked = append(walked, page.names("id")...)
		if page.Cursors.After == "" {
			break
		}
		path = scan + "?limit=1&cursor=" + url.QueryEscape(page.Cursors.After)
	}
	if !slices.Equal(walked, got) {
		t.Errorf("walked = %v, listed = %v", walked, got)
	}
	for _, cursor := range []string{"nowhere", "000000000001", "000000000001~%%", "~"} {
		if got := admin.Get(t, scan+"?cursor="+url.QueryEscape(cursor)); got.Status != 400 {
			t.Errorf("cursor %q: %d %s", cursor, got.Status, got.Body)
		}
	}
}

func sameSet(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

func TestItemsAreFoundAcrossCollectionsByTheirKey(t *testing.T) {
	t.Parallel()
	admin := mocktest.Start(t, mocktest.Options{}).Admin(t)
	contact, organization, notes := twoWithNotes(t, admin)
	wantStatus(t, admin.Post(t, "/api/v2/externalcontacts/bulk/notes/remove", `{"entities":[{"id":"`+notes[1]+`"},{"id":"`+notes[2]+`"}]}`), 200)
	if got := listed(t, admin.Get(t, contact+"/notes")).names("id"); !slices.Equal(got, notes[:1]) {
		t.Errorf("notes of the contact = %v, want %v", got, notes[:1])
	}
	if got := listed(t, admin.Get(t, organization+"/notes")).names("id"); len(got) != 0 {
		t.Errorf("notes of the organization = %v", got)
	}

	room := "/api/v2/chats/rooms/" + admin.Post(t, "/api/v2/chats/rooms", `{"subject":"Gears"}`).Str(t, "jid")
	message := created(t, admin, room+"/messages", `{"message":"tick"}`)
	if got := admin.Get(t, "/api/v2/chats/messages/"+message); got.Status != 200 || got.Str(t, "id") != message || got.Str(t, "body") != "tick" {
		t.Errorf("message = %d %s", got.Status, got.Body)
	}
	if got := admin.Get(t, "/api/v2/chats/messages/"+notes[0]); got.Status != 404 {
		t.Errorf("a note is no message: %d %s", got.Status, got.Body)
	}
}

func businessUnit(t *testing.T, admin *mocktest.Client) (id string) {
	t.Helper()
	home := admin.Get(t, "/api/v2/authorization/divisions/home").Str(t, "id")
	return created(t, admin, "/api/v2/workforcemanagement/businessunits", `{"name":"North","divisionId":"`+home+`","settings":{"startDayOfWeek":"Monday","timeZone":"UTC"}}`)
}

func TestParentsMayBeAnywhere(t *testing.T) {
	t.Parallel()
	admin := mocktest.Start(t, mocktest.Options{}).Admin(t)
	unit := businessUnit(t, admin)
	bid := created(t, admin, "/api/v2/workforcemanagement/businessunits/"+unit+"/workplanbids", `{"name":"Spring","bidWindowStartDate":"2026-02-02",
		"bidWindowEndDate":"2026-02-09","effectiveDate":"2026-03-02","agentRankingType":"HireDate","rankingTiebreakerType":"HireDate","workPlanFieldsVisibleToAgents":[]}`)
	if got := admin.Get(t, "/api/v2/workforcemanagement/workplanbids/"+bid+"/workplans"); got.Status != 200 {
		t.Errorf("known: %d %s", got.Status, got.Body)
	}
	if got := admin.Get(t, "/api/v2/workforcemanagement/workplanbids/"+unit+"/workplans"); got.Status != 404 {
		t.Errorf("unknown: %d %s", got.Status, got.Body)
	}
}

func TestTheLatestIsTheOneThatWasMadeLast(t *testing.T) {
	t.Parallel()
	admin := mocktest.Start(t, mocktest.Options{}).Admin(t)
	view := created(t, admin, "/api/v2/journey/views", `{"name":"Calls","duration":"P1D","elements":[]}`)
	version := "/api/v2/journey/views/" + view + "/versions"
	made := admin.Post(t, version, `{"name":"Calls","duration":"P2D","elements":[]}`)
	wantStatus(t, made, 200)
	jobs := version + "/" + made.Str(t, "version") + "/jobs"
	if got := admin.Get(t, jobs+"/latest"); got.Status != 404 {
		t.Errorf("before there was one: %d %s", got.Status, got.Body)
	}
	for range 2 {
		job := created(t, admin, jobs, ``)
		if got := admin.Get(t, jobs+"/latest"); got.Status != 200 || got.Str(t, "id") != job {
			t.Errorf("latest = %d %s, want %s", got.Status, got.Body, job)
		}
	}
	if got := listed(t, admin.Get(t, "/api/v2/journey/views/jobs")).names("id"); len(got) != 2 {
		t.Errorf("jobs of all views = %v", got)
	}
}

func TestKeysMayStandInTheQuery(t *testing.T) {
	t.Parallel()
	admin := mocktest.Start(t, mocktest.Options{}).Admin(t)
	flow := created(t, admin, "/api/v2/flows", `{"name":"Doorbell","type":"INBOUNDCALL"}`)
	if got := admin.Post(t, "/api/v2/flows/actions/unlock?flow="+flow, ``); got.Status != 200 || got.Str(t, "id") != flow {
		t.Errorf("known: %d %s", got.Status, got.Body)
	}
	if got := admin.Post(t, "/api/v2/flows/actions/unlock?flow=none", ``); got.Status != 404 {
		t.Errorf("unknown: %d %s", got.Status, got.Body)
	}
}

func TestACopyIsLikeTheOriginalUnderAnotherId(t *testing.T) {
	t.Parallel()
	admin := mocktest.Start(t, mocktest.Options{}).Admin(t)
	unit := businessUnit(t, admin)
	plans := "/api/v2/workforcemanagement/managementunits/" +
		created(t, admin, "/api/v2/workforcemanagement/managementunits", `{"name":"Nights","businessUnitId":"`+unit+`"}`) + "/workplans"
	plan := created(t, admin, plans, `{"name":"Four nights","weeklyMinimumPaidMinutes":1200}`)
	copied := admin.Post(t, plans+"/"+plan+"/copy", `{"name":"Five nights"}`)
	wantStatus(t, copied, 200)
	id := copied.Str(t, "id")
	if id == plan || id == "" || copied.Str(t, "name") != "Five nights" || copied.Str(t, "weeklyMinimumPaidMinutes") != "1200" {
		t.Errorf("copy = %s", copied.Body)
	}
	if got := admin.Get(t, plans+"/"+id); got.Status != 200 || got.Str(t, "selfUri") == admin.Get(t, plans+"/"+plan).Str(t, "selfUri") {
		t.Errorf("the copy is read as %d %s", got.Status, got.Body)
	}
	if got := admin.Get(t, plans+"/"+plan).Str(t, "name"); got != "Four nights" {
		t.Errorf("the original is called %s now", got)
	}
	if got := admin.Post(t, plans+"/none/copy", `{"name":"Six nights"}`); got.Status != 404 {
		t.Errorf("a copy of nothing: %d %s", got.Status, got.Body)
	}
	if got := listed(t, admin.Get(t, plans)).names(); len(got) != 2 {
		t.Errorf("plans = %v", got)
	}
}

func TestItemsAreKeptAtEachVersion(t *testing.T) {
	t.Parallel()
	admin := mocktest.Start(t, mocktest.Options{}).Admin(t)
	bin := "/api/v2/taskmanagement/workbins/" + created(t, admin, "/api/v2/taskmanagement/workbins", `{"name":"Letters"}`)
	wantStatus(t, admin.Patch(t, bin, `{"name":"Parcels"}`), 200)
	if got := listed(t, admin.Get(t, bin+"/versions")).names(); !slices.Equal(got, []string{"Letters", "Parcels"}) {
		t.Errorf("versions = %v", got)
	}
	for version, name := range map[string]string{"1": "Letters", "2": "Parcels"} {
		if got := admin.Get(t, bin+"/versions/"+version); got.Status != 200 || got.Str(t, "name") != name {
			t.Errorf("version %s = %d %s", version, got.Status, got.Body)
		}
	}
	if got := admin.Get(t, bin+"/versions/3"); got.Status != 404 {
		t.Errorf("a version to come: %d %s", got.Status, got.Body)
	}
	wantStatus(t, admin.Delete(t, bin), 204)
	if got := admin.Get(t, bin+"/versions/1"); got.Status != 404 {
		t.Errorf("a version of what is gone: %d %s", got.Status, got.Body)
	}
}

func TestPathsThroughPartsOfADocumentNeedThem(t *testing.T) {
	t.Parallel()
	admin := mocktest.Start(t, mocktest.Options{}).AsUser(t, "admin@mockcloud.test")
	call := created(t, admin, "/api/v2/conversations/calls", `{"phoneNumber":"+15555550100"}`)
	conversation := "/api/v2/conversations/" + call
	participant := admin.Get(t, conversation).Str(t, "participants.0.id")
	communication := admin.Get(t, conversation).Str(t, "participants.0.calls.0.id")
	tests := []struct {
		name, path string
		status     int
	}{
		{"a participant", conversation + "/participants/" + participant + "/secureivrsessions", 200},
		{"an unknown participant", conversation + "/participants/" + communication + "/secureivrsessions", 404},
		{"a communication", conversation + "/communications/" + communication + "/internalmessages", 200},
		{"an unknown communication", conversation + "/communications/" + call + "/internalmessages", 404},
		{"a communication of a participant", "/api/v2/conversations/calls/" + call + "/participants/" + participant + "/communications/" + communication + "/wrapup", 200},
		{"a communication of nobody", "/api/v2/conversations/calls/" + call + "/participants/" + call + "/communications/" + communication + "/wrapup", 404},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := admin.Get(t, tt.path); got.Status != tt.status {
				t.Errorf("status = %d, want %d\n%s", got.Status, tt.status, got.Body)
			}
		})
	}
}

func TestACallWithoutATokenIsAboutTheOrganizationThatHasWhatItNames(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	deployment := func(organization, id string) string {
		return "organization: {name: " + organization + ", shortName: " + organization + "}\ncollections:\n" +
			"  /api/v2/webdeployments/configurations: [{id: look, name: Look}]\n" +
			"  /api/v2/webdeployments/configurations/look/versions: [{name: Look, version: '1'}]\n" +
			"  /api/v2/webdeployments/deployments: [{id: " + id + ", name: Window, status: Active, configuration: {id: look, version: '1'}}]\n"
	}
	var files []string
	for organization, id := range map[string]string{"first": "a-window", "second": "b-window"} {
		file := filepath.Join(dir, organization+".yaml")
		if err := os.WriteFile(file, []byte(deployment(organization, id)), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	slices.Sort(files)
	guest := mocktest.Start(t, mocktest.Options{Fixtures: files}).Anonymous()
	for id, status := range map[string]int{"a-window": 200, "b-window": 200, "c-window": 404} {
		if got := guest.Get(t, "/api/v2/journey/deployments/"+id+"/customers/cookie/ping?sessionId=1"); got.Status != status {
			t.Errorf("%s: %d %s", id, got.Status, got.Body)
		}
	}
}
