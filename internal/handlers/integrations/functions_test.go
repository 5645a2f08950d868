package integrations_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

const functions = "function-data-actions"

var uuid = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// newFunction makes a draft of an action of a new function integration, and
// returns the path of the action.
func newFunction(t *testing.T, c *mocktest.Client) (path string) {
	t.Helper()
	return newDraft(t, c, newIntegration(t, c, functions), nil)
}

// settings are those of a function, with changes; missing leaves a key out.
func settings(changes fields) fields {
	return changed(fields{"description": "Adds numbers", "handler": "src/index.handler", "runtime": "nodejs22.x", "timeoutSeconds": 10}, changes)
}

// finish gives a draft's function its settings and a package, and publishes it.
func finish(t *testing.T, c *mocktest.Client, path string) {
	t.Helper()
	ok(t, c.Put(t, path+"/draft/function", settings(nil)))
	stored(t, put(t, ask(t, c, path, "f.zip"), zipOf(t, "src/index.js"), nil))
	version := ok(t, c.Get(t, path+"/draft")).Str(t, "version")
	ok(t, c.Post(t, path+"/draft/publish", `{"version":`+version+`}`))
}

// "Functions refused (drafts only)", in the words that pull request 2450 of
// Terraform's provider quotes.
func TestAFunctionIsNotMadeAsAPublishedAction(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	got := refused(t, admin.Post(t, actionsPath, anAction(newIntegration(t, admin, functions), nil)), 400, "bad.request", "")
	has(t, got, map[string]string{"message": "Integration of type 'function-data-actions' does not support creating published actions."})
	has(t, ok(t, admin.Get(t, actionsPath)), map[string]string{"total": "0"})
}

// The order of calls is that of Terraform's provider (release 1.82, proxy and
// resource of integration_action), which reads the five fields of the function
// without asking whether they are there, and publishes the version that it reads
// after the settings.
func TestTerraformMakesAndDeletesAFunction(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	integrationID := newIntegration(t, admin, functions)
	ok(t, setState(t, admin, integrationID, "ENABLED"))
	config := fields{
		"timeoutSeconds": 20, "request": fields{"requestUrlTemplate": "", "requestType": "POST", "requestTemplate": "", "headers": fields{}},
		"response": fields{"translationMap": fields{}, "translationMapDefaults": fields{}, "successTemplate": ""},
	}
	draft := ok(t, admin.Post(t, drafts, anAction(integrationID, fields{"name": "Add", "category": "Function Data Actions", "secure": false, "config": config})))
	path := actionsPath + "/" + draft.Str(t, "id")
	functionID := draft.Str(t, "config.request.requestUrlTemplate")

	asked := ask(t, admin, path, fields{"fileName": "add (1).zip", "signedUrlTimeoutSeconds": 1200})
	if !strings.HasPrefix(asked.URL, srv.URL+"/") || asked.Seconds != 1200 {
		t.Errorf("url = %s for %d s", asked.URL, asked.Seconds)
	}
	organization := ok(t, admin.Get(t, "/api/v2/organizations/me")).Str(t, "id")
	for name, want := range map[string]string{"x-amz-meta-filename": "add (1).zip", "x-amz-meta-functionid": functionID, "x-amz-meta-organizationid": organization} {
		if asked.Headers[name] != want {
			t.Errorf("%s = %q, want %q", name, asked.Headers[name], want)
		}
	}
	if asked.Headers["x-amz-meta-correlationid"] == "" || asked.Headers["x-amz-tagging"] == "" || len(asked.Headers) != 5 {
		t.Errorf("headers: %v", asked.Headers)
	}
	at := path + "/draft/function"
	has(t, ok(t, admin.Get(t, at)), map[string]string{"zip.status": "Pending", "zip.name": "add (1).zip", "zip.requestId": asked.Headers["x-amz-meta-correlationid"], "function.zipId": ""})
	stored(t, put(t, asked, zipOf(t, "src/index.js"), nil))

	got := ok(t, admin.Get(t, at))
	zipID := got.Str(t, "function.zipId")
	has(t, got, map[string]string{
		"id": draft.Str(t, "id"), "selfUri": at, "function.id": functionID, "function.description": "", "function.handler": "", "function.runtime": "", "function.timeoutSeconds": "15",
		"zip.id": zipID, "zip.status": "Available", "zip.name": "add (1).zip", "zip.errorMessage": "", "zip.dateCreated": "2026-01-15T12:00:00.000Z", "uploadExceptionHistory": "[]",
	})
	if zipID == "" {
		t.Fatalf("no zip: %s", got.Body)
	}
	var whole struct{ Function map[string]any }
	got.JSON(t, &whole)
	for _, name := range []string{"description", "handler", "runtime", "timeoutSeconds", "zipId"} {
		if _, there := whole.Function[name]; !there {
			t.Errorf("%s is missing: %s", name, got.Body)
		}
	}
	has(t, ok(t, admin.Put(t, at, settings(fields{"zipId": zipID}))), map[string]string{
		"function.description": "Adds numbers", "function.handler": "src/index.handler", "function.runtime": "nodejs22.x", "function.timeoutSeconds": "10", "function.zipId": zipID, "zip.status": "Available",
	})

	read := ok(t, admin.Get(t, path+"/draft?expand=contract&includeConfig=true&flatten=true"))
	has(t, read, map[string]string{"version": "1"}) // "Supplied version 2 does not match latest draft version 1" (issue 1961)
	sameJSON(t, "validation", ok(t, admin.Get(t, path+"/draft/validation")).Body, `{"valid":true,"errors":[]}`)
	has(t, ok(t, admin.Post(t, path+"/draft/publish", fields{"version": 1})), map[string]string{"version": "1", "config.request.requestUrlTemplate": functionID})
	ok(t, admin.Get(t, path+"?expand=contract&includeConfig=true"))
	wantText(t, admin.Get(t, path+"/templates/requesttemplate.vm"), "${input.rawRequest}")
	published := ok(t, admin.Get(t, path+"/function"))
	has(t, published, map[string]string{
		"id": draft.Str(t, "id"), "selfUri": path + "/function", "function.id": functionID, "function.handler": "src/index.handler", "function.zipId": zipID, "zip.id": zipID, "zip.status": "Available",
	})
	refused(t, admin.Get(t, at), 404, "not.found", "") // the draft has become the action

	stub := srv.Stub(t, mocktest.Stub{Method: "POST", URL: functionID, Body: map[string]any{"PresenceArray": []string{"Available"}}})
	sameJSON(t, "the output", ok(t, admin.Post(t, path+"/execute", fields{"QueueID": "q"})).Body, `{"PresenceArray":["Available"]}`)
	if hits := srv.StubHits(t, stub); hits != 1 {
		t.Errorf("%d calls of the function", hits)
	}
	want(t, admin.Delete(t, path), 204)
	for _, gone := range []string{path, path + "/function", at} {
		refused(t, admin.Get(t, gone), 404, "not.found", "")
	}
}

// The product's sample tool (quick-hits-javascript, genesys-functions) makes a
// draft of a name alone, sends the timeout as text, offers the runtimes that are
// "Available", and reads function and zip of what is published.
func TestTheSampleToolMakesAFunction(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	var runtimes []struct{ Name, Description, Status string }
	ok(t, admin.Get(t, actionsPath+"/functions/runtimes")).JSON(t, &runtimes)
	listed := []string{}
	for _, r := range runtimes {
		if r.Status != "Available" || r.Description == "" {
			t.Errorf("runtime %+v", r)
		}
		listed = append(listed, r.Name)
	}
	same(t, "runtimes", listed, []string{"nodejs24.x", "nodejs22.x", "nodejs20.x"})
	created := ok(t, admin.Post(t, drafts, fields{"name": "Tool", "category": "Function Data Actions", "integrationId": newIntegration(t, admin, functions)}))
	at := actionsPath + "/" + created.Str(t, "id") + "/draft/function"
	has(t, ok(t, admin.Get(t, at)), map[string]string{"function.timeoutSeconds": "15", "zip": ""})
	for _, name := range listed {
		has(t, ok(t, admin.Put(t, at, settings(fields{"runtime": name, "timeoutSeconds": "7"}))), map[string]string{"function.runtime": name, "function.timeoutSeconds": "7"})
	}
	asked := ask(t, admin, actionsPath+"/"+created.Str(t, "id"), "tool.zip")
	if asked.Seconds != 900 { // the document's default
		t.Errorf("good for %d s", asked.Seconds)
	}
	stored(t, put(t, asked, zipOf(t, "src/index.js"), nil))
	first := ok(t, admin.Get(t, at)).Str(t, "zip.id")
	stored(t, put(t, asked, zipOf(t, "src/index.js", "src/more.js"), nil)) // it keeps the URL as long as it is good
	if again := ok(t, admin.Get(t, at)); again.Str(t, "zip.id") == first || again.Str(t, "zip.status") != "Available" {
		t.Errorf("after the second: %s", again.Body)
	}
}

// "Assigned when the draft is created and cannot be changed": plans of Terraform
// "kept trying to overwrite" it (pull request 2546), so that it is no error.
func TestAnActionCallsItsFunctionWhateverIsSent(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	integrationID := newIntegration(t, admin, functions)
	other := fields{"request": fields{"requestUrlTemplate": nothing, "requestType": "PUT", "headers": fields{"X-A": "b"}}}
	path := newDraft(t, admin, integrationID, fields{"config": other})
	draft := ok(t, admin.Get(t, path+"/draft?includeConfig=true"))
	url := draft.Str(t, "config.request.requestUrlTemplate")
	if !uuid.MatchString(url) || url == nothing {
		t.Errorf("requestUrlTemplate = %q", url)
	}
	after := map[string]string{"config.request.requestUrlTemplate": url, "config.request.requestType": "PUT", "config.request.headers": `{"X-A":"b"}`}
	has(t, draft, after)
	has(t, ok(t, admin.Patch(t, path+"/draft", fields{"version": 1, "config": other})), after)
	finish(t, admin, path)
	has(t, ok(t, admin.Patch(t, path, fields{"version": 1, "config": other})), after)
	has(t, ok(t, admin.Post(t, path+"/draft", nil)), after)
	if another := ok(t, admin.Post(t, drafts, anAction(integrationID, nil))).Str(t, "config.request.requestUrlTemplate"); another == url {
		t.Errorf("two actions have the function %s", url)
	}
}

// Guess: codes and words of the refusals.
func TestSettingsOfAFunction(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	at := newFunction(t, admin) + "/draft/function"
	before := ok(t, admin.Put(t, at, settings(nil)))
	for _, tt := range []struct {
		name        string
		changes     fields
		code, field string
	}{
		{"no description", fields{"description": missing}, "constraint.validation", "description"},
		{"no handler", fields{"handler": missing}, "constraint.validation", "handler"},
		{"no runtime", fields{"runtime": missing}, "constraint.validation", "runtime"},
		{"a long description", fields{"description": long(256)}, "constraint.validation", "description"},
		{"a handler without a name", fields{"handler": "src/index"}, "constraint.validation", "handler"},
		{"a handler that ends in a dot", fields{"handler": "src/index."}, "constraint.validation", "handler"},
		{"a handler of a name alone", fields{"handler": ".handler"}, "constraint.validation", "handler"},
		{"a handler with a blank", fields{"handler": "src/in dex.handler"}, "constraint.validation", "handler"},
		{"a long handler", fields{"handler": strings.Repeat("x", 121) + ".handler"}, "constraint.validation", "handler"},
		{"another runtime", fields{"runtime": "python3.12"}, "invalid.value", "runtime"},
		{"a long time", fields{"timeoutSeconds": 16}, "constraint.validation", "timeoutSeconds"},
		{"less than no time", fields{"timeoutSeconds": -1}, "constraint.validation", "timeoutSeconds"},
		{"a long time as text", fields{"timeoutSeconds": "60"}, "constraint.validation", "timeoutSeconds"},
		{"a word for a time", fields{"timeoutSeconds": "soon"}, "bad.request", "timeoutSeconds"},
		{"a part of a second", fields{"timeoutSeconds": 1.5}, "bad.request", "timeoutSeconds"},
		{"a list for a time", fields{"timeoutSeconds": []int{1}}, "bad.request", "timeoutSeconds"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			refused(t, admin.Put(t, at, settings(tt.changes)), 400, tt.code, tt.field)
			sameJSON(t, "what is stored", ok(t, admin.Get(t, at)).Body, string(before.Body))
		})
	}
	for _, tt := range []struct {
		changes fields
		seconds string
	}{
		{fields{"timeoutSeconds": missing}, "15"},
		{fields{"timeoutSeconds": nil}, "15"},
		{fields{"timeoutSeconds": 0}, "15"}, // Guess: Terraform's provider sends 0 where nothing is said
		{fields{"timeoutSeconds": 1}, "1"},
		{fields{"timeoutSeconds": 15}, "15"},
		{fields{"description": "", "handler": "index.handler"}, "10"},
		{fields{"description": long(255), "handler": "dist/a.b/index.handler"}, "10"},
	} {
		has(t, ok(t, admin.Put(t, at, settings(tt.changes))), map[string]string{"function.timeoutSeconds": tt.seconds})
	}
	// What the document calls read-only is not taken.
	has(t, ok(t, admin.Put(t, at, settings(fields{"id": nothing, "name": "x", "zipId": nothing, "dateCreated": "2020-01-01T00:00:00Z"}))), map[string]string{"function.zipId": "", "function.dateCreated": "2026-01-15T12:00:00.000Z"})
}

// Guess: 404 for what has no function.
func TestOnlyActionsOfFunctionIntegrationsHaveAFunction(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	action := newAction(t, admin, newIntegration(t, admin, platform), nil)
	ok(t, admin.Post(t, action+"/draft", nil))
	for _, path := range []string{action, actionsPath + "/custom_-_" + nothing} {
		refused(t, admin.Get(t, path+"/function"), 404, "not.found", "")
		refused(t, admin.Get(t, path+"/draft/function"), 404, "not.found", "")
		refused(t, admin.Put(t, path+"/draft/function", settings(nil)), 404, "not.found", "")
		refused(t, admin.Post(t, path+"/draft/function/upload", fields{"fileName": "a.zip"}), 404, "not.found", "")
	}
	path := newFunction(t, admin)
	refused(t, admin.Get(t, path+"/function"), 404, "not.found", "") // there is a draft only
}

// Guess: that a package and settings are needed, and how it is said.
func TestAFunctionIsPublishedOnceItIsComplete(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	const noSettings, noPackage = "The function has no settings: handler and runtime are missing.", "The function has no package: upload a zip file."
	tests := []struct {
		name     string
		settings bool
		file     []byte // nil for none
		problems []string
	}{
		{"nothing", false, nil, []string{noSettings, noPackage}},
		{"settings alone", true, nil, []string{noPackage}},
		{"a package alone", false, zipOf(t, "index.js"), []string{noSettings}},
		{"no zip file", true, []byte("text"), []string{"The function has no package: f.zip was of no use, upload a zip file with the function in it."}},
		{"both", true, zipOf(t, "index.js"), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := newFunction(t, admin)
			if tt.settings {
				ok(t, admin.Put(t, path+"/draft/function", settings(nil)))
			}
			if tt.file != nil {
				stored(t, put(t, ask(t, admin, path, "f.zip"), tt.file, nil))
			}
			var validation struct {
				Valid  bool
				Errors []struct{ Message, Code string }
			}
			ok(t, admin.Get(t, path+"/draft/validation")).JSON(t, &validation)
			messages := []string{}
			for _, e := range validation.Errors {
				messages = append(messages, e.Message)
			}
			same(t, "problems", messages, append([]string{}, tt.problems...))
			published := admin.Post(t, path+"/draft/publish", fields{"version": 1})
			if len(tt.problems) == 0 {
				ok(t, published)
				return
			}
			has(t, refused(t, published, 400, "bad.request", ""), map[string]string{"message": tt.problems[0]})
			refused(t, admin.Get(t, path), 404, "not.found", "")
		})
	}
}

// A draft and what is published have functions of their own, under one id.
func TestDraftsTakeTheFunctionWithThem(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	path := newFunction(t, admin)
	finish(t, admin, path)
	published := ok(t, admin.Get(t, path+"/function"))
	old := map[string]string{"function.handler": "src/index.handler", "function.zipId": published.Str(t, "function.zipId"), "zip.status": "Available"}
	ok(t, admin.Post(t, path+"/draft", nil))
	has(t, ok(t, admin.Get(t, path+"/draft/function")), old)
	ok(t, admin.Put(t, path+"/draft/function", settings(fields{"handler": "new.handler"})))
	stored(t, put(t, ask(t, admin, path, "new.zip"), zipOf(t, "new.js"), nil))
	asked := ask(t, admin, path, "never.zip")
	has(t, ok(t, admin.Get(t, path+"/function")), old)
	draft := ok(t, admin.Get(t, path+"/draft/function"))
	has(t, draft, map[string]string{"function.id": published.Str(t, "function.id"), "function.handler": "new.handler", "zip.status": "Pending", "zip.name": "never.zip"})

	// A package that has not come is not published: the one before it is.
	has(t, ok(t, admin.Post(t, path+"/draft/publish", fields{"version": 1})), map[string]string{"version": "2"})
	has(t, ok(t, admin.Get(t, path+"/function")), map[string]string{
		"function.id": published.Str(t, "function.id"), "function.handler": "new.handler", "function.zipId": draft.Str(t, "function.zipId"),
		"zip.id": draft.Str(t, "function.zipId"), "zip.status": "Available", "zip.name": "new.zip", "uploadExceptionHistory": "[]",
	})
	refusedFile(t, put(t, asked, zipOf(t, "late.js"), nil), 404, "NoSuchKey")

	ok(t, admin.Post(t, path+"/draft", nil))
	want(t, admin.Delete(t, path+"/draft"), 204)
	has(t, ok(t, admin.Get(t, path+"/function")), map[string]string{"function.handler": "new.handler"})
}

func TestWhoMaySeeAndChangeFunctions(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	path := newFunction(t, admin)
	viewer, editor := srv.As(t, "integrations:actionFunction:view"), srv.As(t, "integrations:actionFunction:edit")
	ok(t, viewer.Get(t, path+"/draft/function"))
	ok(t, viewer.Get(t, actionsPath+"/functions/runtimes"))
	refused(t, viewer.Put(t, path+"/draft/function", settings(nil)), 403, "missing.any.permissions", "")
	refused(t, viewer.Post(t, path+"/draft/function/upload", fields{"fileName": "a.zip"}), 403, "missing.any.permissions", "")
	refused(t, editor.Get(t, path+"/draft/function"), 403, "missing.any.permissions", "")
	ok(t, editor.Put(t, path+"/draft/function", settings(nil)))
	ok(t, editor.Post(t, path+"/draft/function/upload", fields{"fileName": "a.zip"}))
}
