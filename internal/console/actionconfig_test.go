package console_test

import (
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

const platformActions = "purecloud-data-actions"

// configExport is one of the example actions.
func configExport(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("../../fixtures/actions/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// configDraft makes a draft of an export under an integration, and returns its id and
// where the console has it.
func configDraft(t *testing.T, srv *mocktest.Server, integrationID, export string) (id, page string) {
	t.Helper()
	got := srv.Anonymous().Post(t, "/_mockcloud/actions/import?integration="+integrationID, export)
	if got.Status != 200 {
		t.Fatalf("import: %d\n%s", got.Status, got.Body)
	}
	id = got.Str(t, "id")
	return id, "/admin/actions/" + id
}

// configValues is a whole form of the editor, as a browser sends it.
func configValues(seen string) url.Values {
	return url.Values{
		"seen": {seen}, "method": {"GET"}, "requestUrlTemplate": {"/api/v2/routing/queues/${input.QueueID}/members?expand=presence"},
		"headerName": {"X-B", "", ""}, "headerValue": {"b", "", ""},
		"requestTemplate": {""}, "timeout": {"5"},
		"mapName": {"Presence", "", ""}, "mapPath": {"$.entities[*].user.presence.presenceDefinition.systemPresence", "", ""}, "mapDefault": {"null", "", ""},
		"successTemplate": {"{\r\n  \"PresenceArray\" : $Presence\r\n}"},
	}
}

func TestAnActionsConfigurationIsSavedAsADraft(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada, admin := visit(t, srv, "admin@mockcloud.test"), srv.Admin(t)
	integrationID := srv.Install(t, mocktest.Integration{Type: platformActions})
	id := srv.ImportAction(t, integrationID, configExport(t, "01-queue-member-presence"))
	page, api := "/admin/actions/"+id, "/api/v2/integrations/actions/"+id
	ada.get(t, page+"/configuration").says(t, "Request URL Template", "Translation Map", "Available Inputs", "${input.QueueID}", "string, required", "${input.rawRequest}", "${Presence}", "${rawResult}", "Saving makes a draft")

	ada.postAndFollow(t, page+"/configuration", configValues("")).says(t, "It was saved.", "Draft, version 2")
	draft := admin.Get(t, api+"/draft?includeConfig=true")
	for place, want := range map[string]string{
		"version": "2", "config.timeoutSeconds": "5", "config.request.requestType": "GET", "config.request.headers": `{"X-B":"b"}`,
		"config.response.translationMap":         `{"Presence":"$.entities[*].user.presence.presenceDefinition.systemPresence"}`,
		"config.response.translationMapDefaults": `{"Presence":"null"}`,
	} {
		if got := draft.Str(t, place); got != want {
			t.Errorf("%s = %s, want %s", place, got, want)
		}
	}
	for file, want := range map[string]string{"successtemplate.vm": "{\n  \"PresenceArray\" : $Presence\n}", "requesttemplate.vm": "${input.rawRequest}"} {
		if got := string(admin.Get(t, api+"/draft/templates/"+file).Body); got != want {
			t.Errorf("%s = %q, want %q", file, got, want)
		}
	}
	if got := admin.Get(t, api).Str(t, "version"); got != "1" {
		t.Errorf("the published action has version %s", got)
	}

	// Emptied rows and an emptied timeout are gone.
	form := configValues("2")
	form["headerName"], form["headerValue"] = []string{"", ""}, []string{"", ""}
	form.Set("timeout", "")
	form.Set("next", "test")
	ada.postAndFollow(t, page+"/configuration", form).says(t, "It was saved.", "Run Action")
	draft = admin.Get(t, api+"/draft?includeConfig=true")
	if got := draft.Str(t, "config.request.headers"); got != "{}" {
		t.Errorf("headers = %s", got)
	}
	if strings.Contains(string(draft.Body), "timeoutSeconds") {
		t.Errorf("the timeout is still there:\n%s", draft.Body)
	}
}

// Browsers send CR LF: a template that has line ends of its own must not change
// because a form was saved. A default of no characters is one, too.
func TestSavingAConfigurationLeavesAloneWhatWasNotChanged(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada, admin := visit(t, srv, "admin@mockcloud.test"), srv.Admin(t)
	id, page := configDraft(t, srv, srv.Install(t, mocktest.Integration{Type: platformActions}), configExport(t, "01-queue-member-presence"))
	api := "/api/v2/integrations/actions/" + id + "/draft"
	const template = "\n{\r\n\"PresenceArray\" :\r$Presence }\n"
	if got := admin.Patch(t, api, map[string]any{"version": 1, "config": map[string]any{"response": map[string]any{
		"successTemplate": template, "translationMap": map[string]string{"a": "$.a"}, "translationMapDefaults": map[string]string{"a": "", "b": "1", "c": ""},
	}}}); got.Status != 200 {
		t.Fatalf("%d\n%s", got.Status, got.Body)
	}
	form := configValues("2")
	form["mapName"], form["mapPath"], form["mapDefault"] = []string{"a", "b", "c"}, []string{"$.a", "", ""}, []string{"", "1", ""}
	form.Set("successTemplate", strings.ReplaceAll("\n{\n\"PresenceArray\" :\n$Presence }\n", "\n", "\r\n"))
	ada.postAndFollow(t, page+"/configuration", form)
	if got := string(admin.Get(t, api+"/templates/successtemplate.vm").Body); got != template {
		t.Errorf("the template is now %q", got)
	}
	draft := admin.Get(t, api+"?includeConfig=true")
	if got := draft.Str(t, "config.response.translationMapDefaults"); got != `{"a":"","b":"1","c":""}` {
		t.Errorf("defaults = %s", got)
	}
}

func TestAConfigurationsErrorsStandBesideTheirFields(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	_, page := configDraft(t, srv, srv.Install(t, mocktest.Integration{Type: platformActions}), configExport(t, "01-queue-member-presence"))
	configuration := page + "/configuration"

	t.Run("what the API refuses", func(t *testing.T) {
		form := configValues("1")
		form.Set("timeout", "soon")
		got := ada.post(t, configuration, form)
		got.says(t, "The API refused this:", "! Field 'config.timeoutSeconds' must be of type integer.")
		if got.Status != 400 || !strings.Contains(got.Body, `value="soon"`) {
			t.Errorf("status = %d\n%.3000s", got.Status, got.Body)
		}
	})
	t.Run("rows that the API could not tell apart", func(t *testing.T) {
		form := configValues("1")
		form["headerName"], form["headerValue"] = []string{"X-A", "X-A", ""}, []string{"1", "2", "<script>3"}
		got := ada.post(t, configuration, form)
		got.says(t, "Nothing was saved", "X-A is there twice.", "This row needs a name.")
		if got.Status != 400 || strings.Contains(got.Body, "<script>3") || !strings.Contains(got.Body, "&lt;script&gt;3") {
			t.Errorf("status = %d", got.Status)
		}
	})
	t.Run("what keeps the draft from being published", func(t *testing.T) {
		form := configValues("1")
		form.Set("successTemplate", "{\n  \"a\": ${Presence\n}")
		form.Set("requestUrlTemplate", "https:/nowhere")
		form["mapPath"] = []string{"$.[", "", ""}
		form.Set("timeout", "61")
		got := ada.postAndFollow(t, configuration, form)
		got.says(t, "It was saved.", "The template 'successTemplate' could not be parsed", "invalid JSONPath", "The timeout has 1 to 60 seconds.")
		if !strings.Contains(got.Body, `data-line="2"`) && !strings.Contains(got.Body, `data-line="3"`) {
			t.Errorf("no place is marked:\n%.6000s", got.Body)
		}
		ada.get(t, configuration+"?mode=json").says(t, "successTemplate", "translationMap.Presence", "invalid JSONPath")
	})
}

func TestALinkFromAFailedOperationMarksThePlace(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	export := strings.Replace(configExport(t, "01-queue-member-presence"), ": $Presence}", ": $Presences}", 1)
	_, page := configDraft(t, srv, srv.Install(t, mocktest.Integration{Type: platformActions}), export)
	got := ada.get(t, page+"/configuration?line=1&column=20&field=successTemplate")
	got.says(t, "The last run failed here, at line 1, column 20.", `1 {"PresenceArray" : $Presences }`)
	for _, want := range []string{`data-line="1" data-column="20"`, "<mark>$Presences</mark>}"} {
		if !strings.Contains(got.Body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	for _, query := range []string{"line=99&column=1&field=successTemplate", "line=1&column=9999&field=successTemplate", "line=-1&column=x&field=nothing", "field=headers.%3Cscript%3E", "line=99999999999999999999&column=1&field=requestTemplate"} {
		if got := ada.get(t, page+"/configuration?"+query); got.Status != 200 || strings.Contains(got.Body, "<script>\"") {
			t.Errorf("%s: status = %d", query, got.Status)
		}
	}
}

func TestSomebodyElsesChangeIsNotOverwrittenUnseen(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada, admin := visit(t, srv, "admin@mockcloud.test"), srv.Admin(t)
	id, page := configDraft(t, srv, srv.Install(t, mocktest.Integration{Type: platformActions}), configExport(t, "01-queue-member-presence"))
	api := "/api/v2/integrations/actions/" + id + "/draft"
	if got := admin.Patch(t, api, map[string]any{"version": 1, "config": map[string]any{"timeoutSeconds": 7}}); got.Status != 200 {
		t.Fatal(got.Status)
	}
	form := configValues("1")
	form.Set("timeout", "8")
	got := ada.post(t, page+"/configuration", form)
	got.says(t, "Somebody else has changed this action meanwhile.", "Save mine over it")
	if got.Status != 409 || !strings.Contains(got.Body, `name="newest" value="2"`) || !strings.Contains(got.Body, `value="8"`) {
		t.Errorf("status = %d\n%.3000s", got.Status, got.Body)
	}
	if got := admin.Get(t, api+"?includeConfig=true").Str(t, "config.timeoutSeconds"); got != "7" {
		t.Errorf("timeout = %s", got)
	}
	form.Set("newest", "2")
	form.Set("over", "true")
	ada.postAndFollow(t, page+"/configuration", form)
	if got := admin.Get(t, api+"?includeConfig=true").Str(t, "config.timeoutSeconds"); got != "8" {
		t.Errorf("timeout = %s", got)
	}
}

func TestAConfigurationCanBeWrittenAsJSON(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada, admin := visit(t, srv, "admin@mockcloud.test"), srv.Admin(t)
	id, page := configDraft(t, srv, srv.Install(t, mocktest.Integration{Type: platformActions}), configExport(t, "01-queue-member-presence"))
	api, configuration := "/api/v2/integrations/actions/"+id+"/draft", page+"/configuration?mode=json"
	ada.get(t, configuration).says(t, `"requestUrlTemplate": "/api/v2/routing/queues/${input.QueueID}/members?expand=presence"`)

	for _, text := range []string{"{x", "[]", `{} {}`, `{"request":1}`, `{"timeoutSeconds":"x"}`, ""} {
		got := ada.post(t, configuration, url.Values{"seen": {"1"}, "config": {text}})
		if got.Status != 400 || (text != "" && !strings.Contains(got.words(), text)) {
			t.Errorf("%s: status = %d", text, got.Status)
		}
	}
	ada.postAndFollow(t, configuration, url.Values{"seen": {"1"}, "config": {`{"timeoutSeconds": 9, "request": {"requestType": "POST", "requestUrlTemplate": "/api/v2/a?b=<c>&d"}}`}}).says(t, "It was saved.")
	draft := admin.Get(t, api+"?includeConfig=true")
	for place, want := range map[string]string{
		"config.timeoutSeconds": "9", "config.request.requestUrlTemplate": "/api/v2/a?b=<c>&d", "config.request.requestType": "POST",
		"config.response.translationMap": "{}", "config.response.translationMapDefaults": "{}", // what is left out is gone
	} {
		if got := draft.Str(t, place); got != want {
			t.Errorf("%s = %s, want %s", place, got, want)
		}
	}
	if got := string(admin.Get(t, api+"/templates/successtemplate.vm").Body); got != "${rawResult}" {
		t.Errorf("success template = %s", got)
	}
	ada.postAndFollow(t, configuration, url.Values{"seen": {"2"}, "config": {"{}"}})
	if got := string(admin.Get(t, api+"?includeConfig=true").Body); strings.Contains(got, "timeoutSeconds") {
		t.Errorf("the timeout is still there:\n%s", got)
	}
}

func TestSwitchingToJSONAndBackKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	_, page := configDraft(t, srv, srv.Install(t, mocktest.Integration{Type: platformActions}), configExport(t, "01-queue-member-presence"))
	form := configValues("1")
	form.Set("switch", "json")
	form.Set("requestUrlTemplate", "/api/v2/typed")
	ada.post(t, page+"/configuration", form).says(t, "Configuration as JSON", `"requestUrlTemplate": "/api/v2/typed"`, `"X-B": "b"`, `"timeoutSeconds": 5`)
	back := ada.post(t, page+"/configuration?mode=json", url.Values{"seen": {"1"}, "switch": {"simple"}, "config": {`{"request":{"requestUrlTemplate":"/api/v2/back","headers":{"X-C":"c"}}}`}})
	if back.says(t, "/api/v2/back"); !strings.Contains(back.Body, `value="X-C"`) {
		t.Errorf("the header is gone:\n%.3000s", back.Body)
	}
	form.Set("timeout", "soon")
	if kept := ada.post(t, page+"/configuration", form).says(t, "HTTP method"); !strings.Contains(kept.Body, `value="soon"`) {
		t.Error("what cannot be switched is gone")
	}
	ada.get(t, page).says(t, "version 1") // nothing was saved by it
}

func TestAvailableInputsFollowTheIntegration(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	basic := srv.Install(t, mocktest.Integration{Type: "custom-rest-actions", Credential: "basicAuth", Fields: map[string]string{"userName": "u", "password": "hunter2hunter2"}})
	own := srv.Install(t, mocktest.Integration{Type: "custom-rest-actions", Credential: "userDefined", Fields: map[string]string{"key": "hunter2hunter2"}})
	oauth := srv.Install(t, mocktest.Integration{Type: "custom-rest-actions", Credential: "userDefinedOAuth", Fields: map[string]string{"loginUrl": "https://x.test", "clientSecret": "hunter2hunter2"}})
	ticket := configExport(t, "06-ticket-web-service-nested-output")
	for _, tt := range []struct {
		integration string
		says, lacks []string
	}{
		{basic, nil, []string{"${credentials.userName}", "${authResponse.access_token}"}},
		{own, []string{"${credentials.key}"}, []string{"${authResponse.access_token}"}},
		{oauth, []string{"${credentials.loginUrl}", "${credentials.clientSecret}", "${authResponse.access_token}", "Open the action that logs in"}, nil},
	} {
		export := strings.Replace(ticket, "${authResponse.token_type} ${authResponse.access_token}", "x", 1)
		_, page := configDraft(t, srv, tt.integration, export)
		ada.get(t, page+"/configuration").says(t, append(tt.says, "${input.subject}", "${input.traceId}")...).lacks(t, append(tt.lacks, "hunter2")...)
	}
	auth := ada.get(t, "/admin/actions/customAuth_-_"+oauth+"/configuration")
	auth.says(t, "${credentials.loginUrl}").lacks(t, "${authResponse.", "Execution Timeout")
}

func TestWhoMayNotChangeAnActionSeesItsConfiguration(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	id, page := configDraft(t, srv, srv.Install(t, mocktest.Integration{Type: platformActions}), configExport(t, "01-queue-member-presence"))
	if got := visit(t, srv, "agent1@mockcloud.test").get(t, page+"/configuration"); got.Status != 403 {
		t.Errorf("Alex: status = %d", got.Status)
	}
	viewer := &visitor{srv: srv, token: viewerOfActions(t, srv)}
	got := viewer.get(t, page+"/configuration")
	got.says(t, "you need the permission integrations:action:edit", "${input.QueueID}").lacks(t, "Save and test")
	if got.Status != 200 {
		t.Errorf("status = %d", got.Status)
	}
	viewer.get(t, page).says(t, "you need the permission integrations:action:edit").lacks(t, ">Save<")
	viewer.get(t, page+"/contract").says(t, "you need the permission integrations:action:edit", "QueueID").lacks(t, ">Save<")
	refused := viewer.post(t, page+"/configuration", configValues("1"))
	refused.says(t, "The API refused this:", "integrations:action:edit")
	if refused.Status != 403 {
		t.Errorf("status = %d", refused.Status)
	}
	if got := admin.Get(t, "/api/v2/integrations/actions/"+id+"/draft").Str(t, "version"); got != "1" {
		t.Errorf("version = %s", got)
	}
}

// viewerOfActions signs in an agent who may look at actions and integrations besides.
func viewerOfActions(t *testing.T, srv *mocktest.Server) (token string) {
	t.Helper()
	admin := srv.Admin(t)
	role := admin.Post(t, "/api/v2/authorization/roles", map[string]any{"name": "Viewer of actions", "permissionPolicies": []map[string]any{
		{"domain": "integrations", "entityName": "action", "actionSet": []string{"view"}},
		{"domain": "integrations", "entityName": "integration", "actionSet": []string{"view"}},
	}})
	alex := srv.AsUser(t, "agent1@mockcloud.test")
	me := alex.Get(t, "/api/v2/users/me").Str(t, "id")
	division := admin.Get(t, "/api/v2/authorization/divisions/home").Str(t, "id")
	path := "/api/v2/authorization/subjects/" + me + "/divisions/" + division + "/roles/" + role.Str(t, "id")
	if got := admin.Post(t, path+"?subjectType=PC_USER", nil); got.Status >= 300 {
		t.Fatalf("grant: %d\n%s", got.Status, got.Body)
	}
	return alex.Token
}

func TestTheActionEditorSpeaksThreeLanguages(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	_, page := configDraft(t, srv, srv.Install(t, mocktest.Integration{Type: platformActions}), configExport(t, "01-queue-member-presence"))
	ada := visit(t, srv, "admin@mockcloud.test")
	for lang, words := range map[string][2]string{
		"en":    {"Available Inputs", "Run Action"},
		"pt-BR": {"Entradas disponíveis", "Testar ação"},
		"es":    {"Entradas disponibles", "Probar acción"},
	} {
		ada.lang = lang
		ada.get(t, page+"/configuration").says(t, words[0]).lacks(t, "actionconfig.")
		ada.get(t, page+"/test").says(t, words[1]).lacks(t, "actiontest.")
	}
}

// An action that came with its integration is shown, and has nothing to save.
func TestAStaticActionsConfigurationCanOnlyBeRead(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	srv.Install(t, mocktest.Integration{Type: "zendesk-data-actions", Credential: "zendeskApiToken", Fields: map[string]string{"userEmail": "a@b.test", "baseUrl": "https://z.test", "apiToken": "hunter2hunter2"}})
	var found struct{ Entities []struct{ ID string } }
	srv.Admin(t).Get(t, "/api/v2/integrations/actions").JSON(t, &found)
	if len(found.Entities) == 0 {
		t.Fatal("there are no static actions")
	}
	page := "/admin/actions/" + url.PathEscape(found.Entities[0].ID)
	ada := visit(t, srv, "admin@mockcloud.test")
	ada.get(t, page+"/configuration").says(t, "nobody can change it").lacks(t, "Save and test")
	if got := ada.post(t, page+"/configuration", configValues("")); got.Status != 400 {
		t.Errorf("status = %d", got.Status)
	}
}
