package console_test

import (
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

func actionsUnescape(s string) string { return html.UnescapeString(s) }

// actionsPublished imports and publishes an action, and returns the path of its page.
func actionsPublished(t *testing.T, srv *mocktest.Server) (id, page string) {
	t.Helper()
	srv.Install(t, mocktest.Integration{Type: "purecloud-data-actions"})
	id = srv.ImportAction(t, "Genesys Cloud Data Actions", actionsFixture(t, "01-queue-member-presence.json"))
	return id, "/admin/actions/" + id
}

func TestAPublishedActionIsChangedByADraftThatIsPublishedOrDiscarded(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada, admin := visit(t, srv, "admin@mockcloud.test"), srv.Admin(t)
	id, page := actionsPublished(t, srv)
	api := "/api/v2/integrations/actions/" + id
	ada.get(t, page).says(t, "Saving makes a draft", "No: any flow can call it.")
	ada.postAndFollow(t, page, url.Values{"seen": {""}, "name": {"Renamed"}, "category": {"Queues"}}).says(t, "It was saved.", "Draft, version 2. What runs is the published action.")
	if got := admin.Get(t, api).Str(t, "name"); got != "Agent presences for a queue" {
		t.Errorf("the published action is called %q before anybody published", got)
	}
	ada.get(t, page+"/versions").says(t, "Draft, version 2", "Published, version 1", "Name differs", "Category differs").lacks(t, "Request differs")
	ada.get(t, page+"/discard").says(t, "Discard the draft of Renamed?", "Published version 1 stays as it is.")
	ada.postAndFollow(t, page+"/discard", nil).says(t, "The draft was discarded.").lacks(t, "Renamed")
	if got := admin.Get(t, api+"/draft").Status; got != 404 {
		t.Errorf("the draft answers %d", got)
	}

	ada.postAndFollow(t, page+"/draft", nil).says(t, "There is a draft now")
	ada.get(t, page+"/publish").says(t, "It takes the place of published version 1 and becomes version 2.")
	stale := ada.post(t, page+"/publish", url.Values{"version": {"7"}})
	if stale.Status != 400 {
		t.Errorf("status = %d", stale.Status)
	}
	stale.says(t, "does not match latest draft version")
	ada.postAndFollow(t, page+"/publish", url.Values{"version": {"1"}}).says(t, "Published, version 2.")

	ada.get(t, page+"/delete").says(t, "Delete the action Agent presences for a queue?", "Flows that call it will fail.")
	ada.postAndFollow(t, page+"/delete", nil).says(t, "It was deleted.", "There are no actions yet.")
	if got := ada.get(t, page); got.Status != 404 {
		t.Errorf("status = %d", got.Status)
	}
}

func TestADraftThatWasNeverPublishedGoesForGoodWhenItIsDeleted(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	_, page := actionsDraft(t, srv, srv.Install(t, mocktest.Integration{Type: "purecloud-data-actions"}), "Short-lived")
	if got := ada.get(t, page+"/discard"); got.Location != page+"/delete" {
		t.Errorf("location = %q", got.Location)
	}
	ada.get(t, page+"/delete").says(t, "The draft was never published")
	ada.postAndFollow(t, page+"/delete", nil).lacks(t, "Short-lived")
	if got := ada.get(t, page+"/contract"); got.Status != 404 {
		t.Errorf("status = %d", got.Status)
	}
}

func TestAFormOfAnActionThatSomebodyElseSavedMeanwhileIsRefusedAndKept(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada, admin := visit(t, srv, "admin@mockcloud.test"), srv.Admin(t)
	id, page := actionsDraft(t, srv, srv.Install(t, mocktest.Integration{Type: "purecloud-data-actions"}), "Shared")
	draft := "/api/v2/integrations/actions/" + id + "/draft"
	if got := admin.Patch(t, draft, map[string]any{"version": 1, "name": "Theirs"}); got.Status != 200 {
		t.Fatalf("%s", got.Body)
	}
	got := ada.post(t, page, url.Values{"seen": {"1"}, "name": {"Mine"}}).says(t, "Somebody saved this action after you opened the page")
	if got.Status != 409 || !strings.Contains(got.Body, `value="Mine"`) {
		t.Errorf("status = %d", got.Status)
	}
	got = ada.post(t, page+"/contract?mode=json", url.Values{"seen": {"1"}, "in": {`{"type":"object","title":"mine"}`}, "out": {`{"type":"object"}`}})
	got.says(t, "Somebody saved this action", `"title":"mine"`)
	if got.Status != 409 {
		t.Errorf("status = %d", got.Status)
	}
	kept := actionsRows(url.Values{"seen": {"1"}, "in.base": {`{"type":"object","properties":{"old":{"type":"string"}}}`}}, "in", map[string]string{"name": "new", "original": "old", "type": "string"})
	if got := ada.post(t, page+"/contract", kept); got.Status != 409 || !strings.Contains(actionsUnescape(got.Body), `"properties":{"old":`) {
		t.Errorf("status = %d: the form has forgotten what it was made of", got.Status)
	}
	if got := admin.Get(t, draft).Str(t, "name"); got != "Theirs" {
		t.Errorf("name = %q", got)
	}
}

func TestADraftThatWasMadeForAChangeGoesWhenTheChangeIsRefused(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	id, page := actionsPublished(t, srv)
	got := ada.post(t, page, url.Values{"seen": {""}, "name": {""}}).says(t, "An action needs a name.", "Published, version 1.")
	if got.Status != 400 {
		t.Errorf("status = %d", got.Status)
	}
	if got := srv.Admin(t).Get(t, "/api/v2/integrations/actions/"+id+"/draft").Status; got != 404 {
		t.Errorf("the draft answers %d", got)
	}
}

func TestTheListOfActionsMergesDraftsAndIsFilteredAndPaged(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada, admin := visit(t, srv, "admin@mockcloud.test"), srv.Admin(t)
	id, _ := actionsPublished(t, srv)
	if got := admin.Post(t, "/api/v2/integrations/actions/"+id+"/draft", nil); got.Status != 200 {
		t.Fatalf("%s", got.Body)
	}
	crm := srv.Install(t, mocktest.Integration{Type: "custom-rest-actions", Name: "Customers", Credential: "basicAuth", Fields: map[string]string{"userName": "u", "password": "p"}})
	for i := range 51 {
		actionsDraft(t, srv, crm, "Find "+string(rune('A'+i/26))+string(rune('A'+i%26)))
	}
	ada.get(t, "/admin/actions?state=both").says(t, "Agent presences for a queue", "Published, with draft").lacks(t, "Find AA")
	ada.get(t, "/admin/actions?state=draft&page=2").says(t, "Find BY", "Page 2 of 2, 51 in all").lacks(t, "Find AA", "Agent presences")
	ada.get(t, "/admin/actions?name=find+b&integration="+crm).says(t, "Find BA").lacks(t, "Find AA")
	ada.get(t, "/admin/actions?category=Customers&secure=true").says(t, "Nothing was found.")
	if got := ada.get(t, "/admin/actions?integration="+crm); !strings.Contains(got.Body, `<option value="`+crm+`" selected>Customers</option>`) {
		t.Error("the filter is not shown")
	}
}

func TestActionsThatCameWithTheirIntegrationAreShownButCannotBeChanged(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	if got := srv.Admin(t).Post(t, "/api/v2/integrations", map[string]any{"integrationType": map[string]string{"id": "zendesk-data-actions"}}); got.Status != 200 {
		t.Fatalf("%s", got.Body)
	}
	list := ada.get(t, "/admin/actions").says(t, "Get Account By Contact Id Static")
	page := regexp.MustCompile(`/admin/actions/static[^"]*`).FindString(list.Body)
	for _, tab := range []string{"", "/contract", "/versions"} {
		ada.get(t, page+tab).lacks(t, ">Save<", page+"/delete", page+"/export")
	}
	ada.get(t, page).says(t, "This action came with its integration: nobody can change it.")
	if got := ada.post(t, page, url.Values{"seen": {""}, "name": {"Mine"}}); got.Status != 400 {
		t.Errorf("status = %d", got.Status)
	}
}

func TestTheActionThatLogsInForOthersIsMarkedAndKeepsItsContract(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	srv.Install(t, mocktest.Integration{Type: "custom-rest-actions", Credential: "userDefinedOAuth", Fields: map[string]string{"loginUrl": "https://login.example"}})
	list := ada.get(t, "/admin/actions").says(t, "Logs in for others")
	page := regexp.MustCompile(`/admin/actions/customAuth[^"]*`).FindString(list.Body)
	ada.get(t, page).says(t, "logs in for the other actions of its integration").lacks(t, page+"/delete")
	ada.get(t, page+"/contract").says(t, "its contract is part of the product")
	ada.postAndFollow(t, page, url.Values{"seen": {""}, "name": {"Log in"}}).says(t, "Log in", "Draft, version 2.")
}

// actionsViewer is somebody who may look at actions, and do nothing else.
func actionsViewer(t *testing.T, srv *mocktest.Server) *visitor {
	t.Helper()
	admin := srv.Admin(t)
	user := srv.AsUser(t, "agent1@mockcloud.test").Get(t, "/api/v2/users/me").Str(t, "id")
	role := admin.Post(t, "/api/v2/authorization/roles", map[string]any{"name": "Onlooker", "permissionPolicies": []map[string]any{
		{"domain": "integrations", "entityName": "action", "actionSet": []string{"view"}, "allowConditions": false},
	}}).Str(t, "id")
	if got := admin.Put(t, "/api/v2/users/"+user+"/roles", []string{role}); got.Status != 200 {
		t.Fatalf("%s", got.Body)
	}
	return visit(t, srv, "agent1@mockcloud.test")
}

func TestWhoMayNotSeeOrChangeActionsIsToldWhy(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	_, page := actionsPublished(t, srv)
	sue := visit(t, srv, "supervisor@mockcloud.test")
	for _, path := range []string{"/admin/actions", page, page + "/contract", page + "/versions", page + "/export"} {
		got := sue.get(t, path).says(t, "You may not do this", "integrations:action:view")
		if got.Status != 403 {
			t.Errorf("%s: status = %d", path, got.Status)
		}
	}
	viewer := actionsViewer(t, srv)
	viewer.get(t, "/admin/actions").says(t, "Agent presences for a queue")
	viewer.get(t, page).says(t, "You may not look at it. That takes: integrations:integration:view")
	got := viewer.post(t, page, url.Values{"seen": {""}, "name": {"Mine"}}).says(t, "The API refused this:", "integrations:action:edit")
	if got.Status != 403 || !strings.Contains(got.Body, `value="Mine"`) {
		t.Errorf("status = %d", got.Status)
	}
	if got := viewer.post(t, page+"/delete", nil).says(t, "integrations:action:delete"); got.Status != 403 {
		t.Errorf("status = %d", got.Status)
	}
}

func TestPagesOfActionsEscapeNamesAndSpeakThreeLanguages(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	id, page := actionsPublished(t, srv)
	if got := srv.Admin(t).Patch(t, "/api/v2/integrations/actions/"+id, map[string]any{"version": 1, "name": "<script>alert(1)</script>"}); got.Status != 200 {
		t.Fatalf("%s", got.Body)
	}
	_, other := actionsDraft(t, srv, srv.Admin(t).Get(t, "/api/v2/integrations").Str(t, "entities.0.id"), "</template><script>")
	file := ada.get(t, page+"/export")
	if got := file.Header.Get("Content-Disposition"); got != `attachment; filename="-script-alert(1)--script-.json"` {
		t.Errorf("Content-Disposition = %s", got)
	}
	missing := regexp.MustCompile(`\b(done\.)?actions\.[a-z]+[a-z.]*|%!`)
	for _, lang := range []string{"en", "pt-BR", "es"} {
		ada.lang = lang
		for _, path := range []string{"/admin/actions", "/admin/actions/new", "/admin/actions/import", page, page + "/contract", page + "/contract?mode=json", page + "/versions", page + "/delete", other, other + "/contract", other + "/contract?mode=json", other + "/versions", other + "/publish", other + "/delete"} {
			got := ada.get(t, path)
			if got.Status != 200 || strings.Contains(got.Body, "<script>") {
				t.Errorf("%s: status %d", path, got.Status)
			}
			if key := missing.FindString(got.words()); key != "" {
				t.Errorf("%s in %s: no text for %s", path, lang, key)
			}
		}
	}
}
