package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// testQueue is the queue of the default fixture whose members have presences.
const testQueue = "6d6f636b-0010-4000-8000-000000000002"

// The workshop's deliberate mistake reads as in the product, and leads to where it is
// mended; then the action is tested, published and executed.
func TestTheWorkshopsMistakeIsShownMendedAndTheActionExecuted(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada, admin := visit(t, srv, "admin@mockcloud.test"), srv.Admin(t)
	export := strings.Replace(configExport(t, "01-queue-member-presence"), ": $Presence}", ": $Presences}", 1)
	id, page := configDraft(t, srv, srv.Install(t, mocktest.Integration{Type: platformActions}), export)
	form := ada.get(t, page+"/test")
	form.says(t, "QueueID * required string", "Queue id", "Flatten output", "Once it is published")
	if !strings.Contains(form.Body, `name="flatten" value="true" checked`) {
		t.Error("Flatten output is not ticked")
	}

	input := url.Values{"in.QueueID": {testQueue}, "flatten": {"true"}, "do": {"run"}}
	failed := ada.post(t, page+"/test", input)
	failed.says(t, "Operations", "Failed at operation 10", "10 Apply output transformation", "9 Resolve translation map",
		"Transform failed to process result using 'successTemplate' template due to error:'Variable $Presences has not been set at successTemplate[line 1, column 20]'",
		`"message": "Transform failed to process result using 'successTemplate' template due to error:'Variable $Presences has not been set at successTemplate[line 1, column 20]'\n Template:'{\"PresenceArray\" : $Presences}'.",`,
		`"code": "bad.request", "status": 400, "messageParams": {}, "contextId":`, `"details": [ { "errorCode": "ACTION.PROCESSING" } ], "errors": []`,
		"Success Template, line 1, column 20:").lacks(t, "11 Validate")
	link := page + "/configuration?column=20&amp;field=successTemplate&amp;line=1"
	for _, want := range []string{"<mark>$Presences</mark>}", `href="` + link + `"`, `value="` + testQueue + `"`} {
		if !strings.Contains(failed.Body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if n := strings.Count(failed.Body, "<details open>"); n != 1 {
		t.Errorf("%d operations are open, want the failed one", n)
	}
	ada.get(t, strings.ReplaceAll(link, "&amp;", "&")).says(t, "at line 1, column 20")

	mended := configValues("1")
	mended.Set("next", "test")
	ada.postAndFollow(t, page+"/configuration", mended)
	ada.post(t, page+"/test", input).says(t, "It succeeded", "12 Flatten output", `"PresenceArray": [`, "On Queue", "The next step is to publish it.")
	if got := ada.post(t, page+"/test", url.Values{"in.QueueID": {testQueue}, "do": {"execute"}}); !strings.Contains(got.words(), "Operations") {
		t.Errorf("a draft cannot be executed; status %d", got.Status)
	}
	if got := admin.Post(t, "/api/v2/integrations/actions/"+id+"/draft/publish", map[string]int{"version": 2}); got.Status != 200 {
		t.Fatalf("%d\n%s", got.Status, got.Body)
	}
	input.Set("do", "execute")
	ada.post(t, page+"/test", input).says(t, "Execution", "It succeeded", `{ "PresenceArray": [ "`).lacks(t, "Operations")
	delete(input, "flatten")
	input.Set("do", "run")
	published := ada.post(t, page+"/test", input)
	published.says(t, "2 Validate action definition", "11 Validate result against output schema").lacks(t, "12 Flatten output")
	if strings.Contains(published.Body, `name="flatten" value="true" checked`) {
		t.Error("Flatten output is ticked again")
	}
}

// testEcho makes a draft whose contract has a property of each type, and returns where
// it is tested.
func testEcho(t *testing.T, srv *mocktest.Server) (page string) {
	t.Helper()
	integrationID := srv.Install(t, mocktest.Integration{Type: "custom-rest-actions"})
	created := srv.Admin(t).Post(t, "/api/v2/integrations/actions/drafts", map[string]any{
		"name": "Echo <script>", "integrationId": integrationID, "contract": map[string]any{"input": map[string]any{"inputSchema": map[string]any{
			"type": "object", "required": []string{"s"}, "properties": map[string]any{
				"s": map[string]any{"type": "string", "title": "<script>title"}, "t": map[string]any{"type": "string"}, "i": map[string]any{"type": "integer"}, "n": map[string]any{"type": "number", "default": 2.5},
				"b": map[string]any{"type": "boolean"}, "e": map[string]any{"type": "string", "enum": []string{"red", "<blue>"}, "description": "A color"}, "k": map[string]any{"type": "integer", "enum": []int{1, 2}},
			},
		}}, "output": map[string]any{"successSchema": map[string]any{"type": "object"}}}, "config": map[string]any{"request": map[string]any{"requestUrlTemplate": "https://echo.test/x", "requestType": "POST"}},
	})
	if created.Status != 200 {
		t.Fatalf("%d\n%s", created.Status, created.Body)
	}
	srv.Stub(t, mocktest.Stub{Method: http.MethodPost, URL: "https://echo.test/x", Body: map[string]any{"answer": "<script>alert(1)</script>"}})
	return "/admin/actions/" + created.Str(t, "id") + "/test"
}

// Each value goes in its type, what is left empty stays out, and what is typed stays
// in the form.
func TestATestsInputIsMadeOfTheContract(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	page := testEcho(t, srv)
	form := ada.get(t, page)
	form.says(t, "A color", "Default in the contract: 2.5", "Send an empty text", "<script>title")
	if strings.Contains(form.Body, "<script>title") || !strings.Contains(form.Body, `<option value="&lt;blue&gt;">`) {
		t.Errorf("the contract is not escaped:\n%.5000s", form.Body)
	}
	for _, tt := range []struct {
		name string
		form url.Values
		want string
	}{
		{"nothing optional", url.Values{"in.s": {"x"}, "in.t": {""}, "in.i": {""}, "in.b": {""}}, `{ "s": "x" }`},
		{"all types", url.Values{"in.s": {" 7 "}, "in.i": {"12345678901234567890"}, "in.n": {"1.50"}, "in.b": {"false"}, "in.e": {"<blue>"}, "in.k": {"2"}}, `"b": false, "e": "<blue>", "i": 12345678901234567890, "k": 2, "n": 1.50, "s": " 7 " }`},
		{"an empty text", url.Values{"in.s": {"x"}, "empty.t": {"true"}}, `{ "s": "x", "t": "" }`},
	} {
		tt.form.Set("do", "run")
		got := ada.post(t, page, tt.form)
		got.says(t, "It succeeded", tt.want)
		if strings.Contains(got.Body, "<script>alert") {
			t.Errorf("%s: the answer is not escaped", tt.name)
		}
	}
	wrong := ada.post(t, page, url.Values{"in.s": {"x"}, "in.i": {"many"}, "do": {"run"}})
	wrong.says(t, "Failed at operation 3", "Fix it in the contract")
	if !strings.Contains(wrong.Body, `value="many"`) {
		t.Error("what was typed is gone")
	}
	ada.post(t, page, url.Values{"do": {"run"}}).says(t, "Failed at operation 3")
}

func TestATestsInputCanBeWrittenAsJSON(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	page := testEcho(t, srv)
	broken := ada.post(t, page+"?mode=json", url.Values{"input": {"{x"}, "do": {"run"}})
	broken.says(t, "The API refused this:", "malformed syntax", "{x")
	if broken.Status != 400 {
		t.Errorf("status = %d", broken.Status)
	}
	ada.post(t, page+"?mode=json", url.Values{"input": {`[1]`}, "do": {"run"}}).says(t, "Failed at operation 1", "must be a flat JSON object")
	ada.post(t, page+"?mode=json", url.Values{"input": {`{"s": "x", "more": 1}`}, "do": {"run"}}).says(t, "It succeeded")

	// Switching keeps what was typed.
	ada.post(t, page, url.Values{"in.s": {"typed"}, "in.i": {"3"}, "do": {"json"}}).says(t, "Input as JSON", `"s": "typed"`, `"i": 3`)
	back := ada.post(t, page+"?mode=json", url.Values{"input": {`{"s":"typed","b":true}`}, "do": {"fields"}})
	if !strings.Contains(back.Body, `value="typed"`) || !strings.Contains(back.Body, `<option value="true" selected>`) {
		t.Errorf("what was typed is gone:\n%.5000s", back.Body)
	}
	ada.post(t, page+"?mode=json", url.Values{"input": {`{"other":1}`}, "do": {"fields"}}).says(t, "The fields cannot show this.", `{"other":1}`)
}

// What is in the way of a run is said with what to do, before and after.
func TestATestThatCannotRunSaysWhatToDo(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada, admin := visit(t, srv, "admin@mockcloud.test"), srv.Admin(t)
	integrationID := admin.Post(t, "/api/v2/integrations", map[string]any{"integrationType": map[string]string{"id": platformActions}}).Str(t, "id")
	_, page := configDraft(t, srv, integrationID, configExport(t, "01-queue-member-presence"))
	settings := `href="/admin/integrations/` + integrationID
	inactive := ada.get(t, page+"/test")
	if inactive.says(t, "is not active: its actions cannot run.", "Activate it"); !strings.Contains(inactive.Body, settings+`"`) {
		t.Error("nothing leads to the integration")
	}
	input := url.Values{"in.QueueID": {testQueue}, "do": {"run"}}
	ada.post(t, page+"/test", input).says(t, "It failed", "Set its intendedState to ENABLED", "Activate it").lacks(t, "Operations")

	admin.Patch(t, "/api/v2/integrations/"+integrationID, map[string]string{"intendedState": "ENABLED"})
	missing := ada.post(t, page+"/test", input)
	missing.says(t, "reports an error:", "Go to its credentials", "Failed at operation 4", "The credential pureCloudOAuthClient is missing.", "Look at the credentials of the integration")
	if !strings.Contains(missing.Body, settings+`/configuration/credentials"`) {
		t.Error("nothing leads to the credentials")
	}
}

// What the other side answers is the action's failure, also where it looks like one of
// the console's own: a 401 does not end the session.
func TestAnExecutionThatFailsDoesNotLookLikeTheEndOfASession(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	integrationID := srv.Install(t, mocktest.Integration{Type: "custom-rest-actions"})
	export := strings.Replace(configExport(t, "06-ticket-web-service-nested-output"), "${authResponse.token_type} ${authResponse.access_token}", "x", 1)
	page := "/admin/actions/" + srv.ImportAction(t, integrationID, export) + "/test"
	for _, status := range []int{401, 403, 404, 500} {
		stub := srv.Stub(t, mocktest.Stub{Method: http.MethodPost, URL: "https://helpdesk.example.test/v1/tickets", Status: status, Body: map[string]any{"why": "secret reason"}})
		form := url.Values{"in.subject": {"Printer"}, "do": {"execute"}}
		got := ada.post(t, page, form)
		got.says(t, "Execution", "It failed", "ACTION.REMOTE_ENDPOINT", "use test mode").lacks(t, "secret reason")
		if got.Status != 200 || !strings.Contains(got.Body, `value="Printer"`) {
			t.Errorf("%d: status = %d", status, got.Status)
		}
		form.Set("do", "run")
		ada.post(t, page, form).says(t, "Failed at operation 8", "secret reason")
		srv.RemoveStub(t, stub)
	}
}

func TestADraftBesideAPublishedActionIsTestedUnlessOneChooses(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	id := srv.ImportAction(t, srv.Install(t, mocktest.Integration{Type: platformActions}), configExport(t, "01-queue-member-presence"))
	srv.Admin(t).Post(t, "/api/v2/integrations/actions/"+id+"/draft", nil)
	page := "/admin/actions/" + id + "/test"
	ada.get(t, page).says(t, "The draft, version 1", "The published action, version 1", "Execute runs the published action")
	input := url.Values{"in.QueueID": {testQueue}, "do": {"run"}, "which": {"draft"}}
	ada.post(t, page, input).says(t, "Validate draft definition")
	input.Set("which", "published")
	got := ada.post(t, page, input)
	if got.says(t, "Validate action definition"); !strings.Contains(got.Body, `value="published" checked`) {
		t.Error("the choice is gone")
	}
}

func TestWhoMayNotRunActionsIsToldSo(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	_, page := configDraft(t, srv, srv.Install(t, mocktest.Integration{Type: platformActions}), configExport(t, "01-queue-member-presence"))
	if got := visit(t, srv, "agent1@mockcloud.test").get(t, page+"/test"); got.Status != 403 {
		t.Errorf("Alex: status = %d", got.Status)
	}
	viewer := &visitor{srv: srv, token: viewerOfActions(t, srv)}
	viewer.get(t, page+"/test").says(t, "that takes the permission integrations:action:execute")
	got := viewer.post(t, page+"/test", url.Values{"in.QueueID": {"typed"}, "do": {"run"}})
	got.says(t, "The API refused this:", "integrations:action:execute")
	if got.Status != 403 || !strings.Contains(got.Body, `value="typed"`) {
		t.Errorf("status = %d", got.Status)
	}
	if got := visit(t, srv, "admin@mockcloud.test").get(t, "/admin/actions/custom_-_nothing/test"); got.Status != 404 {
		t.Errorf("an unknown action: status = %d", got.Status)
	}
}
