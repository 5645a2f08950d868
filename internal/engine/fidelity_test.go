package engine_test

import (
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// Guess: the real service looks names up when it answers; here they are those of the
// last change.
func TestReferencesComeWithNamesAndAddresses(t *testing.T) {
	t.Parallel()
	admin := mocktest.Start(t, mocktest.Options{}).Admin(t)
	schedule := created(t, admin, "/api/v2/architect/schedules", `{"name":"Days","start":"2026-01-05T08:00:00.000","end":"2026-01-05T18:00:00.000"}`)
	flow := created(t, admin, "/api/v2/flows", `{"name":"Greet","type":"INBOUNDCALL"}`)
	queue := created(t, admin, "/api/v2/routing/queues", `{"name":"Bread sales"}`)
	list := created(t, admin, "/api/v2/outbound/contactlists", `{"name":"Customers","columnNames":["phone"]}`)
	base := created(t, admin, "/api/v2/knowledge/knowledgebases", `{"name":"Kitchen","coreLanguage":"en-US"}`)
	category := created(t, admin, "/api/v2/knowledge/knowledgebases/"+base+"/categories", `{"name":"Soups"}`)
	label := created(t, admin, "/api/v2/knowledge/knowledgebases/"+base+"/labels", `{"name":"Hot","color":"#ff0000"}`)

	for _, tt := range []struct{ what, path, body, at, name, uri string }{
		{"a schedule beside", "/api/v2/architect/schedulegroups", `{"name":"Year","timeZone":"UTC","openSchedules":[{"id":"` + schedule + `"}]}`, "openSchedules.0", "Days", "/api/v2/architect/schedules/" + schedule},
		{"a flow by its last word", "/api/v2/architect/ivrs", `{"name":"Main","openHoursFlow":{"id":"` + flow + `"}}`, "openHoursFlow", "Greet", "/api/v2/flows/" + flow},
		{"a queue of a family", "/api/v2/outbound/campaigns", `{"name":"Spring","contactList":{"id":"` + list + `"},"queue":{"id":"` + queue + `","name":"Old name"},"dialingMode":"preview","phoneColumns":[{"columnName":"phone","type":"cell"}],"callerName":"A","callerAddress":"+13175550100"}`, "queue", "Bread sales", "/api/v2/routing/queues/" + queue},
		{"a category by its id", "/api/v2/knowledge/knowledgebases/" + base + "/documents", `{"title":"Stock","visible":true,"categoryId":"` + category + `"}`, "category", "Soups", "/api/v2/knowledge/knowledgebases/" + base + "/categories/" + category},
		{"labels by their ids", "/api/v2/knowledge/knowledgebases/" + base + "/documents", `{"title":"Broth","visible":true,"labelIds":["` + label + `"]}`, "labels.0", "Hot", "/api/v2/knowledge/knowledgebases/" + base + "/labels/" + label},
	} {
		got := admin.Post(t, tt.path, tt.body)
		wantStatus(t, got, 200)
		if name, uri := got.Str(t, tt.at+".name"), got.Str(t, tt.at+".selfUri"); name != tt.name || uri != tt.uri {
			t.Errorf("%s: %q at %q, want %q at %q\n%s", tt.what, name, uri, tt.name, tt.uri, got.Body)
		}
	}
}

func TestAPatchThatRefersToSomethingElseKeepsNothingOfTheOldReference(t *testing.T) {
	t.Parallel()
	admin := mocktest.Start(t, mocktest.Options{}).Admin(t)
	first := created(t, admin, "/api/v2/taskmanagement/workbins", `{"name":"First"}`)
	second := created(t, admin, "/api/v2/taskmanagement/workbins", `{"name":"Second"}`)
	kind := created(t, admin, "/api/v2/taskmanagement/worktypes", `{"name":"Errand","defaultWorkbinId":"`+first+`"}`)
	item := admin.Post(t, "/api/v2/taskmanagement/workitems", `{"name":"Milk","typeId":"`+kind+`"}`)
	if item.Str(t, "workbin.name") != "First" || item.Str(t, "type.name") != "Errand" {
		t.Errorf("new: %s", item.Body)
	}
	moved := admin.Patch(t, "/api/v2/taskmanagement/workitems/"+item.Str(t, "id"), `{"workbinId":"`+second+`"}`)
	if moved.Str(t, "workbin.id") != second || moved.Str(t, "workbin.name") != "Second" || moved.Str(t, "workbin.selfUri") != "/api/v2/taskmanagement/workbins/"+second {
		t.Errorf("moved: %d %s", moved.Status, moved.Body)
	}
}

func TestMembersOfTeamsAreUsers(t *testing.T) {
	t.Parallel()
	admin := mocktest.Start(t, mocktest.Options{}).Admin(t)
	user := admin.Post(t, "/api/v2/users", `{"name":"Tess","email":"tess@mockcloud.test"}`).Str(t, "id")
	team := created(t, admin, "/api/v2/teams", `{"name":"Night"}`)
	wantStatus(t, admin.Post(t, "/api/v2/teams/"+team+"/members", `{"memberIds":["`+user+`"]}`), 200)
	got := admin.Get(t, "/api/v2/teams/"+team+"/members")
	if got.Str(t, "entities.0.name") != "Tess" || got.Str(t, "entities.0.selfUri") != "/api/v2/users/"+user {
		t.Errorf("%d %s", got.Status, got.Body)
	}
}

// Guess: one station for each line.
func TestAPhoneHasLinesAndStations(t *testing.T) {
	t.Parallel()
	admin := mocktest.Start(t, mocktest.Options{Fixtures: []string{"contact-center"}}).Admin(t)
	user := admin.Post(t, "/api/v2/users", `{"name":"Tess","email":"tess@mockcloud.test"}`).Str(t, "id")
	site := admin.Get(t, "/api/v2/telephony/providers/edges/sites").Str(t, "entities.0.id")
	settings := admin.Get(t, "/api/v2/telephony/providers/edges/phonebasesettings").Str(t, "entities.0.id")
	body := func(lines string) string {
		return `{"name":"Desk of Tess","site":{"id":"` + site + `"},"phoneBaseSettings":{"id":"` + settings + `"},"lines":` + lines + `,"webRtcUser":{"id":"` + user + `"}}`
	}
	phone := admin.Post(t, "/api/v2/telephony/providers/edges/phones", body(`[{"name":"one"}]`))
	wantStatus(t, phone, 200)
	line := phone.Str(t, "lines.0.id")
	wantStatus(t, admin.Get(t, "/api/v2/telephony/providers/edges/lines/"+line), 200)
	stations := admin.Get(t, "/api/v2/stations?webRtcUserId="+user)
	station := stations.Str(t, "entities.0.id")
	if stations.Str(t, "total") != "1" || stations.Str(t, "entities.0.lineAppearanceId") != line || stations.Str(t, "entities.0.status") != "AVAILABLE" {
		t.Fatalf("stations: %s", stations.Body)
	}
	wantStatus(t, admin.Put(t, "/api/v2/users/"+user+"/station/defaultstation/"+station, ""), 202)
	path := "/api/v2/telephony/providers/edges/phones/" + phone.Str(t, "id")
	wantStatus(t, admin.Put(t, path, body(`[{"id":"`+line+`","name":"one"},{"name":"two"}]`)), 200)
	if got := admin.Get(t, "/api/v2/stations?webRtcUserId="+user); got.Str(t, "total") != "2" || got.Str(t, "entities.0.id") != station {
		t.Errorf("with two lines: %s", got.Body)
	}
	if got := admin.Delete(t, path); got.Status >= 300 {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	if got := admin.Get(t, "/api/v2/stations?webRtcUserId="+user); got.Str(t, "total") != "0" {
		t.Errorf("without the phone: %s", got.Body)
	}
	wantStatus(t, admin.Get(t, "/api/v2/telephony/providers/edges/lines/"+line), 404)
}

// Guess: the first stands in for the default that nobody has chosen.
func TestADefaultIsOneOfTheItems(t *testing.T) {
	t.Parallel()
	admin := mocktest.Start(t, mocktest.Options{}).Admin(t)
	const settings = "/api/v2/conversations/messaging/settings"
	wantStatus(t, admin.Get(t, settings+"/default"), 404)
	created(t, admin, settings, `{"name":"Plain"}`)
	second := created(t, admin, settings, `{"name":"Lively"}`)
	if got := admin.Get(t, settings+"/default"); got.Str(t, "name") != "Plain" {
		t.Errorf("before one is chosen: %s", got.Body)
	}
	if got := admin.Put(t, settings+"/default", `{"settingId":"`+second+`"}`); got.Str(t, "id") != second {
		t.Errorf("choosing: %d %s", got.Status, got.Body)
	}
	wantStatus(t, admin.Put(t, settings+"/default", `{"settingId":"4e4b8f0c-2e5e-4f4e-8d0c-0c5f3f0e7a11"}`), 400)
	if got := admin.Get(t, settings+"/default"); got.Str(t, "name") != "Lively" {
		t.Errorf("once one is chosen: %s", got.Body)
	}
	wantStatus(t, admin.Delete(t, settings+"/default"), 204)
	if got := admin.Get(t, settings+"/default"); got.Str(t, "name") != "Plain" {
		t.Errorf("after a reset: %s", got.Body)
	}
}

// Guess: a group for each thing that is asked for, without data.
func TestObservationsAnswerAGroupForEachThing(t *testing.T) {
	t.Parallel()
	admin := mocktest.Start(t, mocktest.Options{}).Admin(t)
	queue := created(t, admin, "/api/v2/routing/queues", `{"name":"Bread sales"}`)
	got := admin.Post(t, "/api/v2/analytics/queues/observations/query", `{"metrics":["oWaiting"],"filter":{"type":"or","predicates":[{"dimension":"queueId","value":"`+queue+`"},{"dimension":"queueId","value":"4e4b8f0c-2e5e-4f4e-8d0c-0c5f3f0e7a11"}]}}`)
	if got.Str(t, "results.0.group.queueId") != queue || strings.Count(string(got.Body), `"group"`) != 1 {
		t.Errorf("%d %s", got.Status, got.Body)
	}
}

func TestWhoCallsIsFoundByTheNumber(t *testing.T) {
	t.Parallel()
	admin := mocktest.Start(t, mocktest.Options{}).Admin(t)
	created(t, admin, "/api/v2/externalcontacts/contacts", `{"firstName":"Ann","lastName":"A","workPhone":{"display":"+1 317-555-0100","e164":"+13175550100"}}`)
	created(t, admin, "/api/v2/externalcontacts/contacts", `{"firstName":"Bob","lastName":"B","workPhone":{"display":"+1 317-555-0101","e164":"+13175550101"}}`)
	got := admin.Get(t, "/api/v2/externalcontacts/reversewhitepageslookup?lookupVal=%2B13175550101")
	if got.Str(t, "contacts.0.firstName") != "Bob" || strings.Contains(string(got.Body), "Ann") {
		t.Errorf("%d %s", got.Status, got.Body)
	}
}

func TestTheProgressOfACampaignSaysWhichItIs(t *testing.T) {
	t.Parallel()
	admin := mocktest.Start(t, mocktest.Options{}).Admin(t)
	list := created(t, admin, "/api/v2/outbound/contactlists", `{"name":"Customers","columnNames":["phone"]}`)
	campaign := created(t, admin, "/api/v2/outbound/campaigns", `{"name":"Spring","contactList":{"id":"`+list+`"},"dialingMode":"preview","phoneColumns":[{"columnName":"phone","type":"cell"}],"callerName":"A","callerAddress":"+13175550100"}`)
	got := admin.Get(t, "/api/v2/outbound/campaigns/"+campaign+"/progress")
	if got.Str(t, "campaign.id") != campaign || got.Str(t, "campaign.name") != "Spring" || got.Str(t, "contactList.name") != "Customers" {
		t.Errorf("%d %s", got.Status, got.Body)
	}
}

func TestSettingsThatNobodyHasWrittenSayWhoseTheyAre(t *testing.T) {
	t.Parallel()
	admin := mocktest.Start(t, mocktest.Options{}).Admin(t)
	user := admin.Post(t, "/api/v2/users", `{"name":"Tess","email":"tess@mockcloud.test"}`).Str(t, "id")
	for _, what := range []string{"callforwarding", "outofoffice"} {
		if got := admin.Get(t, "/api/v2/users/"+user+"/"+what); got.Str(t, "user.id") != user {
			t.Errorf("%s: %d %s", what, got.Status, got.Body)
		}
	}
}

// A state that says that something is over, or wrong, is none to begin with.
func TestNewItemsBeginAtTheBeginning(t *testing.T) {
	t.Parallel()
	admin := mocktest.Start(t, mocktest.Options{}).Admin(t)
	user := admin.Post(t, "/api/v2/users", `{"name":"Tess","email":"tess@mockcloud.test"}`).Str(t, "id")
	module := created(t, admin, "/api/v2/learning/modules", `{"name":"Bread","completionTimeInDays":3}`)
	got := admin.Post(t, "/api/v2/learning/assignments", `{"moduleId":"`+module+`","userId":"`+user+`"}`)
	if got.Str(t, "state") != "Assigned" || got.Str(t, "module.name") != "Bread" || got.Str(t, "module.completionTimeInDays") != "3" {
		t.Errorf("%d %s", got.Status, got.Body)
	}
}

func TestAllMessengersAreListedByWhatTheyAre(t *testing.T) {
	t.Parallel()
	admin := mocktest.Start(t, mocktest.Options{Fixtures: []string{"contact-center"}}).Admin(t)
	got := admin.Get(t, "/api/v2/conversations/messaging/integrations")
	if got.Str(t, "entities.0.messengerType") != "open" {
		t.Errorf("%d %s", got.Status, got.Body)
	}
}

func TestParametersThatMeanPropertiesByAnotherNameNarrow(t *testing.T) {
	t.Parallel()
	admin := mocktest.Start(t, mocktest.Options{Fixtures: []string{"contact-center"}}).Admin(t)
	const nobody = "4e4b8f0c-2e5e-4f4e-8d0c-0c5f3f0e7a11"
	open := admin.Get(t, "/api/v2/architect/schedulegroups").Str(t, "entities.0.openSchedules.0.id")
	agent := admin.Get(t, "/api/v2/quality/evaluations/query").Str(t, "entities.0.agent.id")
	attendee := admin.Get(t, "/api/v2/coaching/appointments?userIds=6d6f636b-0005-4000-8000-000000000004").Str(t, "entities.0.attendees.0.id")
	library := admin.Get(t, "/api/v2/responsemanagement/libraries").Str(t, "entities.0.name")
	for _, tt := range []struct{ path, one, none string }{
		{"/api/v2/architect/schedulegroups?scheduleIds=", open, nobody},
		{"/api/v2/quality/evaluations/query?agentUserId=", agent, nobody},
		{"/api/v2/coaching/appointments?userIds=", attendee, nobody},
		{"/api/v2/responsemanagement/libraries?libraryPrefix=", library[:3], "Zzz"},
	} {
		if tt.one == "" {
			t.Fatalf("%s: the fixture has nothing to ask for", tt.path)
		}
		if got := admin.Get(t, tt.path+tt.one); got.Str(t, "entities.0.id") == "" {
			t.Errorf("%s%s: %d %s", tt.path, tt.one, got.Status, got.Body)
		}
		if got := admin.Get(t, tt.path+tt.none); got.Status != 200 || got.Str(t, "total") != "0" {
			t.Errorf("%s%s: %d %s", tt.path, tt.none, got.Status, got.Body)
		}
	}
}

func TestWhatIsMineIsTheCallersAlone(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{Fixtures: []string{"contact-center"}})
	admin, first, second := srv.Admin(t), srv.AsUser(t, "admin@mockcloud.test"), srv.AsUser(t, "builder@mockcloud.test")
	if got := admin.Get(t, "/api/v2/learning/assignments/me"); got.Status != 400 || got.Str(t, "code") != "not.a.user" {
		t.Errorf("a client that is no user: %d %s", got.Status, got.Body)
	}
	me := first.Get(t, "/api/v2/users/me").Str(t, "id")
	module := created(t, admin, "/api/v2/learning/modules", `{"name":"Bread","completionTimeInDays":3}`)
	created(t, admin, "/api/v2/learning/assignments", `{"moduleId":"`+module+`","userId":"`+me+`"}`)
	if got := first.Get(t, "/api/v2/learning/assignments/me"); got.Str(t, "total") != "1" || got.Str(t, "entities.0.user.id") != me {
		t.Errorf("what is assigned to the caller: %d %s", got.Status, got.Body)
	}
	if got := second.Get(t, "/api/v2/learning/assignments/me"); got.Status == 200 && got.Str(t, "total") != "0" {
		t.Errorf("what is assigned to another: %s", got.Body)
	}

	const backup = "/api/v2/routing/directroutingbackup/settings/me"
	queue := created(t, admin, "/api/v2/routing/queues", `{"name":"Backup"}`)
	wantStatus(t, first.Put(t, backup, `{"queueId":"`+queue+`"}`), 200)
	if got := admin.Get(t, "/api/v2/routing/users/"+me+"/directroutingbackup/settings"); got.Str(t, "queueId") != queue {
		t.Errorf("the same, as those of the user: %d %s", got.Status, got.Body)
	}
	if got := second.Get(t, backup); got.Status == 200 && got.Str(t, "queueId") == queue {
		t.Errorf("those of another user: %s", got.Body)
	}
}

func TestSettingsOfABusinessUnitHaveAVersionOfTheirOwn(t *testing.T) {
	t.Parallel()
	admin := mocktest.Start(t, mocktest.Options{}).Admin(t)
	home := admin.Get(t, "/api/v2/authorization/divisions/home").Str(t, "id")
	unit := admin.Post(t, "/api/v2/workforcemanagement/businessunits", `{"name":"Night","divisionId":"`+home+`","settings":{"startDayOfWeek":"Monday","timeZone":"Europe/Lisbon"}}`)
	if unit.Str(t, "settings.metadata.version") != "1" {
		t.Fatalf("new: %d %s", unit.Status, unit.Body)
	}
	path := "/api/v2/workforcemanagement/businessunits/" + unit.Str(t, "id")
	const change = `{"name":"Night","settings":{"metadata":{"version":1}}}`
	if got := admin.Patch(t, path, change); got.Str(t, "settings.metadata.version") != "2" || got.Str(t, "settings.timeZone") != "Europe/Lisbon" {
		t.Errorf("changed: %d %s", got.Status, got.Body)
	}
	wantStatus(t, admin.Patch(t, path, change), 409)
}
