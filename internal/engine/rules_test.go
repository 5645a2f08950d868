package engine_test

import (
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

func TestANameIsGivenOnce(t *testing.T) {
	t.Parallel()
	admin := mocktest.Start(t, mocktest.Options{}).Admin(t)
	first := created(t, admin, "/api/v2/outbound/contactlists", `{"name":"Customers","columnNames":["A"]}`)
	second := created(t, admin, "/api/v2/outbound/contactlists", `{"name":"Guests","columnNames":["A"]}`)
	refused := func(what string, got *mocktest.Response, status int, code string) {
		t.Helper()
		if got.Status != status || got.Str(t, "code") != code {
			t.Errorf("%s: %d %s, want %d %s", what, got.Status, got.Body, status, code)
		}
	}
	refused("the same", admin.Post(t, "/api/v2/outbound/contactlists", `{"name":"Customers","columnNames":["A"]}`), 400, "duplicate.name")
	refused("in another case", admin.Post(t, "/api/v2/outbound/contactlists", `{"name":"CUSTOMERS","columnNames":["A"]}`), 400, "duplicate.name")
	refused("a change to it", admin.Put(t, "/api/v2/outbound/contactlists/"+second, `{"name":"Customers","columnNames":["A"]}`), 400, "duplicate.name")
	wantStatus(t, admin.Put(t, "/api/v2/outbound/contactlists/"+first, `{"name":"Customers","columnNames":["A"]}`), 200)
	wantStatus(t, admin.Post(t, "/api/v2/outbound/contactlists", `{"name":"Customers of old","columnNames":["A"]}`), 200)
	wantStatus(t, admin.Delete(t, "/api/v2/outbound/contactlists/"+first), 200)
	wantStatus(t, admin.Put(t, "/api/v2/outbound/contactlists/"+second, `{"name":"Customers","columnNames":["A"],"version":1}`), 200)

	created(t, admin, "/api/v2/flows", `{"name":"Welcome","type":"INBOUNDCALL"}`)
	refused("a flow of the type", admin.Post(t, "/api/v2/flows", `{"name":"Welcome","type":"INBOUNDCALL"}`), 409, "architect.flow.already.exists")
	wantStatus(t, admin.Post(t, "/api/v2/flows", `{"name":"Welcome","type":"INBOUNDCHAT"}`), 200)
}

func TestMetadataHoldTheVersion(t *testing.T) {
	t.Parallel()
	admin := mocktest.Start(t, mocktest.Options{}).Admin(t)
	home := admin.Get(t, "/api/v2/authorization/divisions/home").Str(t, "id")
	unit := created(t, admin, "/api/v2/workforcemanagement/businessunits", `{"name":"Night","divisionId":"`+home+`","settings":{"startDayOfWeek":"Monday","timeZone":"Europe/Lisbon"}}`)
	codes := "/api/v2/workforcemanagement/businessunits/" + unit + "/activitycodes"
	code := admin.Post(t, codes, `{"name":"Nap","category":"Break"}`)
	if code.Str(t, "metadata.version") != "1" || code.Str(t, "metadata.modifiedBy.id") == "" || code.Str(t, "metadata.dateModified") == "" {
		t.Fatalf("new: %d %s", code.Status, code.Body)
	}
	path := codes + "/" + code.Str(t, "id")
	changed := admin.Patch(t, path, `{"name":"Long nap","metadata":{"version":1}}`)
	if changed.Str(t, "metadata.version") != "2" || changed.Str(t, "name") != "Long nap" {
		t.Errorf("changed: %d %s", changed.Status, changed.Body)
	}
	wantStatus(t, admin.Patch(t, path, `{"name":"Longer nap","metadata":{"version":1}}`), 409)
	if got := admin.Get(t, path); got.Str(t, "name") != "Long nap" || got.Str(t, "metadata.version") != "2" {
		t.Errorf("after a stale change: %s", got.Body)
	}
}

func TestNewItemsSayWhatTheyBelongToAndHowTheyStand(t *testing.T) {
	t.Parallel()
	admin := mocktest.Start(t, mocktest.Options{}).Admin(t)
	base := admin.Post(t, "/api/v2/knowledge/knowledgebases", `{"name":"Kitchen","coreLanguage":"en-US"}`)
	if base.Str(t, "published") != "false" {
		t.Errorf("a new base: %s", base.Body)
	}
	documents := "/api/v2/knowledge/knowledgebases/" + base.Str(t, "id") + "/documents"
	article := admin.Post(t, documents, `{"title":"Pans","visible":true}`)
	if article.Str(t, "knowledgeBase.id") != base.Str(t, "id") || article.Str(t, "state") != "Draft" {
		t.Errorf("a new article: %s", article.Body)
	}
	wantStatus(t, admin.Post(t, documents, `{"title":"Pots","categoryId":"none"}`), 400)
	path := documents + "/" + article.Str(t, "id")
	created(t, admin, path+"/variations", `{"name":"All","contexts":[],"body":{"blocks":[]}}`)
	version := admin.Post(t, path+"/versions", `{}`)
	if version.Status != 200 || version.Str(t, "versionNumber") != "1" {
		t.Errorf("a version: %d %s", version.Status, version.Body)
	}
	if got := admin.Get(t, path); got.Str(t, "state") != "Published" || got.Str(t, "lastPublishedVersionNumber") != "1" {
		t.Errorf("the published article: %s", got.Body)
	}
	if got := admin.Get(t, path+"/versions/"+version.Str(t, "id")+"/variations"); got.Str(t, "entities.0.name") != "All" {
		t.Errorf("variations of the version: %s", got.Body)
	}
	wantStatus(t, admin.Post(t, "/api/v2/workforcemanagement/managementunits", `{"name":"Owls","businessUnitId":"none"}`), 400)
	wantStatus(t, admin.Post(t, "/api/v2/taskmanagement/worktypes", `{"name":"Claim","defaultWorkbinId":"none"}`), 400)
}

func TestListsHaveTheirSizeWhereItIsAskedFor(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	list := created(t, admin, "/api/v2/outbound/contactlists", `{"name":"Customers","columnNames":["A"]}`)
	path := "/api/v2/outbound/contactlists/" + list
	wantStatus(t, admin.Post(t, path+"/contacts", `[{"contactListId":"`+list+`","data":{"A":"1"}},{"contactListId":"`+list+`","data":{"A":"2"}}]`), 200)
	for query, want := range map[string]string{"?includeSize=true": "2", "?includeSize=false": "", "": ""} {
		if got := admin.Get(t, path+query); got.Str(t, "size") != want {
			t.Errorf("size with %q: %s", query, got.Body)
		}
		if got := admin.Get(t, "/api/v2/outbound/contactlists"+query); got.Str(t, "entities.0.size") != want {
			t.Errorf("listed with %q: %s", query, got.Body)
		}
	}

	dnc := created(t, admin, "/api/v2/outbound/dnclists", `{"name":"Not these","dncSourceType":"rds"}`)
	path = "/api/v2/outbound/dnclists/" + dnc
	size := func(want string) {
		t.Helper()
		if got := admin.Get(t, path+"?includeSize=true"); got.Str(t, "size") != want {
			t.Errorf("size = %s, want %s", got.Body, want)
		}
	}
	size("0")
	wantStatus(t, admin.Post(t, path+"/phonenumbers", `["+1","+2"]`), 204)
	wantStatus(t, admin.Post(t, path+"/phonenumbers?expirationDateTime=2020-01-01T00:00:00.000Z", `["+2","+3"]`), 204)
	size("3")
	wantStatus(t, admin.Patch(t, path+"/phonenumbers", `{"action":"Remove","phoneNumbers":["+1","+9"]}`), 204)
	wantStatus(t, admin.Patch(t, path+"/emailaddresses", `{"action":"Add","emailAddresses":["a@mock.test"]}`), 204)
	size("3")
	wantStatus(t, admin.Delete(t, path+"/phonenumbers?expiredOnly=true"), 204)
	size("2")
	wantStatus(t, admin.Delete(t, path+"/phonenumbers"), 204)
	size("1")
	wantStatus(t, admin.Post(t, "/api/v2/outbound/dnclists/none/phonenumbers", `["+1"]`), 404)
}

func TestTeamsCountTheirMembers(t *testing.T) {
	t.Parallel()
	admin := mocktest.Start(t, mocktest.Options{}).Admin(t)
	ada := created(t, admin, "/api/v2/users", `{"name":"Ada","email":"ada@mock.test"}`)
	bob := created(t, admin, "/api/v2/users", `{"name":"Bob","email":"bob@mock.test"}`)
	team := "/api/v2/teams/" + created(t, admin, "/api/v2/teams", `{"name":"Night"}`)
	count := func(want string) {
		t.Helper()
		if got := admin.Get(t, team); got.Str(t, "memberCount") != want {
			t.Errorf("team = %s, want %s members", got.Body, want)
		}
	}
	count("0")
	wantStatus(t, admin.Post(t, team+"/members", `{"memberIds":["`+ada+`","`+bob+`"]}`), 200)
	count("2")
	wantStatus(t, admin.Post(t, team+"/members", `{"memberIds":["`+ada+`"]}`), 200)
	count("2")
	wantStatus(t, admin.Delete(t, team+"/members?id="+ada), 204)
	count("1")
	wantStatus(t, admin.Patch(t, team, `{"name":"Night","description":"Awake"}`), 200)
	count("1")
}

func TestWorkItemsHaveWhatTheirTypeSays(t *testing.T) {
	t.Parallel()
	admin := mocktest.Start(t, mocktest.Options{}).Admin(t)
	bin := created(t, admin, "/api/v2/taskmanagement/workbins", `{"name":"Claims"}`)
	kind := created(t, admin, "/api/v2/taskmanagement/worktypes", `{"name":"Claim","defaultWorkbinId":"`+bin+`","defaultPriority":10}`)
	statuses := "/api/v2/taskmanagement/worktypes/" + kind + "/statuses"
	open := created(t, admin, statuses, `{"name":"Reported","category":"Open"}`)
	done := created(t, admin, statuses, `{"name":"Paid","category":"Closed"}`)
	if got := admin.Patch(t, statuses+"/"+open, `{"destinationStatusIds":["`+done+`"]}`); got.Str(t, "destinationStatuses.0.id") != done {
		t.Errorf("destinations: %s", got.Body)
	}
	wantStatus(t, admin.Patch(t, "/api/v2/taskmanagement/worktypes/"+kind, `{"defaultStatusId":"`+open+`"}`), 200)
	item := admin.Post(t, "/api/v2/taskmanagement/workitems", `{"name":"Cup","typeId":"`+kind+`"}`)
	for name, want := range map[string]string{"workbin.id": bin, "status.id": open, "statusCategory": "Open", "priority": "10"} {
		if got := item.Str(t, name); got != want {
			t.Errorf("%s = %q, want %q: %s", name, got, want, item.Body)
		}
	}
	path := "/api/v2/taskmanagement/workitems/" + item.Str(t, "id")
	if got := admin.Patch(t, path, `{"statusId":"`+done+`"}`); got.Str(t, "statusCategory") != "Closed" || got.Str(t, "dateClosed") == "" {
		t.Errorf("closed: %s", got.Body)
	}
	wantStatus(t, admin.Patch(t, path, `{"statusId":"none"}`), 400)
	if got := admin.Patch(t, path, `{"statusId":"`+open+`"}`); got.Str(t, "statusCategory") != "Open" || got.Str(t, "dateClosed") != "" {
		t.Errorf("open again: %s", got.Body)
	}
	wantStatus(t, admin.Post(t, "/api/v2/taskmanagement/workitems", `{"name":"Cup","typeId":"none"}`), 400)
}

func TestAFormIsPublishedAsItIsThen(t *testing.T) {
	t.Parallel()
	admin := mocktest.Start(t, mocktest.Options{}).Admin(t)
	form := admin.Post(t, "/api/v2/quality/forms/evaluations", `{"name":"Courtesy","questionGroups":[]}`)
	if form.Str(t, "published") != "false" {
		t.Errorf("new: %s", form.Body)
	}
	published := admin.Post(t, "/api/v2/quality/publishedforms/evaluations", `{"id":"`+form.Str(t, "id")+`","published":true}`)
	if published.Str(t, "published") != "true" || published.Str(t, "name") != "Courtesy" || published.Str(t, "id") == form.Str(t, "id") {
		t.Errorf("published: %d %s", published.Status, published.Body)
	}
	path := "/api/v2/quality/forms/evaluations/" + form.Str(t, "id")
	if got := admin.Put(t, path, `{"name":"Manners","questionGroups":[]}`); got.Str(t, "published") != "false" {
		t.Errorf("changed: %d %s", got.Status, got.Body)
	}
	if got := admin.Get(t, "/api/v2/quality/publishedforms/evaluations/"+published.Str(t, "id")); got.Str(t, "name") != "Courtesy" {
		t.Errorf("the published one has changed: %s", got.Body)
	}
	wantStatus(t, admin.Post(t, "/api/v2/quality/publishedforms/evaluations", `{"id":"none","published":true}`), 400)
}

func TestPlayersAreAssignedToAProfile(t *testing.T) {
	t.Parallel()
	admin := mocktest.Start(t, mocktest.Options{}).Admin(t)
	ada := created(t, admin, "/api/v2/users", `{"name":"Ada","email":"ada@mock.test"}`)
	home := admin.Get(t, "/api/v2/authorization/divisions/home").Str(t, "id")
	profile := "/api/v2/gamification/profiles/" + created(t, admin, "/api/v2/gamification/profiles", `{"name":"Owls","description":"Awake","active":false,
		"maxLeaderboardRankSize":5,"reportingIntervals":[{"intervalType":"Day","intervalValue":1}],"division":{"id":"`+home+`"}}`)
	got := admin.Post(t, profile+"/members", `{"membersToAssign":["`+ada+`","none"],"membersToRemove":[]}`)
	if got.Str(t, "assignedMembers.0.id") != ada || got.Str(t, "assignmentErrors.0.user.id") != "none" {
		t.Errorf("assigned: %d %s", got.Status, got.Body)
	}
	if got := admin.Get(t, profile+"/members"); got.Str(t, "entities.0.id") != ada {
		t.Errorf("members: %s", got.Body)
	}
	got = admin.Post(t, profile+"/members", `{"membersToAssign":[],"membersToRemove":["`+ada+`"]}`)
	if got.Str(t, "removedMembers.0.id") != ada {
		t.Errorf("removed: %d %s", got.Status, got.Body)
	}
	if got := admin.Get(t, profile+"/members"); got.Str(t, "entities.0.id") != "" {
		t.Errorf("members: %s", got.Body)
	}
}

func TestRequestsAboutDataAreFulfilled(t *testing.T) {
	t.Parallel()
	admin := mocktest.Start(t, mocktest.Options{}).Admin(t)
	got := admin.Post(t, "/api/v2/gdpr/requests", `{"requestType":"GDPR_EXPORT","subject":{"name":"Ada"}}`)
	if got.Str(t, "status") != "COMPLETED" || got.Str(t, "resultsUrl") == "" || got.Str(t, "resultsUrls.0") != got.Str(t, "resultsUrl") {
		t.Errorf("export: %d %s", got.Status, got.Body)
	}
	got = admin.Post(t, "/api/v2/gdpr/requests", `{"requestType":"GDPR_DELETE","subject":{"name":"Ada"}}`)
	if got.Str(t, "status") != "COMPLETED" || got.Str(t, "resultsUrl") != "" {
		t.Errorf("delete: %d %s", got.Status, got.Body)
	}
}

func TestTheFirstSiteIsTheDefaultOne(t *testing.T) {
	t.Parallel()
	admin := mocktest.Start(t, mocktest.Options{}).Admin(t)
	me := func() string { return admin.Get(t, "/api/v2/organizations/me").Str(t, "defaultSiteId") }
	if got := me(); got != "" {
		t.Errorf("without sites: %q", got)
	}
	location := created(t, admin, "/api/v2/locations", `{"name":"Porto"}`)
	site := func(name string) string {
		return created(t, admin, "/api/v2/telephony/providers/edges/sites", `{"name":"`+name+`","location":{"id":"`+location+`"},"mediaModel":"Cloud"}`)
	}
	first := site("Porto")
	site("Lisbon")
	if got := me(); got != first {
		t.Errorf("default = %q, want %q", got, first)
	}
}

func TestWhatWasSentEmptyIsLeftOutOfALocation(t *testing.T) {
	t.Parallel()
	admin := mocktest.Start(t, mocktest.Options{}).Admin(t)
	got := admin.Get(t, "/api/v2/locations/"+created(t, admin, "/api/v2/locations", `{"name":"Porto","address":{},"emergencyNumber":{}}`))
	if got.Str(t, "address") != "" || got.Str(t, "emergencyNumber") != "" {
		t.Errorf("location: %s", got.Body)
	}
}

func TestAParticipantIsWrappedUp(t *testing.T) {
	t.Parallel()
	admin := mocktest.Start(t, mocktest.Options{}).Admin(t)
	queue := created(t, admin, "/api/v2/routing/queues", `{"name":"Callers"}`)
	code := created(t, admin, "/api/v2/routing/wrapupcodes", `{"name":"Done"}`)
	conversation := admin.Post(t, "/api/v2/conversations/callbacks", `{"queueId":"`+queue+`","callbackNumbers":["+13175550150"]}`).Str(t, "conversation.id")
	id := admin.Get(t, "/api/v2/conversations/"+conversation).Str(t, "participants.0.id")
	path := "/api/v2/conversations/" + conversation + "/participants/" + id
	if got := admin.Get(t, path+"/wrapup"); got.Status != 200 || got.Str(t, "code") != "" {
		t.Errorf("before: %d %s", got.Status, got.Body)
	}
	wantStatus(t, admin.Patch(t, path, `{"wrapup":{"code":"`+code+`","notes":"Fine"}}`), 202)
	for _, path := range []string{path, "/api/v2/conversations/callbacks/" + conversation + "/participants/" + id} {
		if got := admin.Get(t, path+"/wrapup"); got.Str(t, "code") != code || got.Str(t, "notes") != "Fine" {
			t.Errorf("wrapped up: %d %s", got.Status, got.Body)
		}
	}
}
