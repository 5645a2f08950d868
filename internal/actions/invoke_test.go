package actions_test

import (
	"archive/zip"
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/mocktest"
)

// function publishes an action of an active function integration, which has that
// credential and whose function has that time, and returns its path and what it
// calls.
func (b *bench) function(a map[string]any, credential map[string]string, seconds int) (path, id string) {
	b.t.Helper()
	integrationID := b.install("function-data-actions", "", nil)
	if credential != nil {
		b.plug(integrationID, "userDefined", b.credential("userDefined", credential))
	}
	override(a, "config.request.requestType", "POST")
	draft := b.want(b.admin.Post(b.t, "/api/v2/integrations/actions/drafts", map[string]any{
		"name": "Function", "integrationId": integrationID, "config": a["config"], "contract": a["contract"],
	}), 200)
	path = "/api/v2/integrations/actions/" + draft.Str(b.t, "id")
	b.want(b.admin.Put(b.t, path+"/draft/function", map[string]any{"description": "f", "handler": "index.handler", "runtime": "nodejs22.x", "timeoutSeconds": seconds}), 200)
	b.upload(path)
	b.want(b.admin.Post(b.t, path+"/draft/publish", map[string]int{"version": 1}), 200)
	return path, draft.Str(b.t, "config.request.requestUrlTemplate")
}

// upload puts a package for a draft.
func (b *bench) upload(path string) {
	b.t.Helper()
	var asked struct {
		URL     string
		Headers map[string]string
	}
	b.want(b.admin.Post(b.t, path+"/draft/function/upload", map[string]string{"fileName": "f.zip"}), 200).JSON(b.t, &asked)
	var file bytes.Buffer
	w := zip.NewWriter(&file)
	if _, err := w.Create("index.js"); err != nil {
		b.t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		b.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPut, asked.URL, &file)
	if err != nil {
		b.t.Fatal(err)
	}
	for name, value := range asked.Headers {
		r.Header.Set(name, value)
	}
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	if _ = got.Body.Close(); got.StatusCode != 200 {
		b.t.Fatalf("upload: %d", got.StatusCode)
	}
}

// A stub stands in for the function; what it is sent is the payload.
func TestAFunctionAnswersFromItsStub(t *testing.T) {
	t.Parallel()
	b := start(t, mocktest.Options{})
	a := action("")
	override(a, "config.request.requestTemplate", `{"key": "${credentials.PRIVATE_KEY}", "text": "${input.text}"}`)
	override(a, "config.response.translationMap", map[string]any{"sum": "$.sum"})
	override(a, "config.response.successTemplate", `{"total": ${sum}}`)
	path, id := b.function(a, map[string]string{"PRIVATE_KEY": "fake-private-key-0123"}, 15)
	b.Stub(t, mocktest.Stub{Method: "POST", URL: id, BodyContains: map[string]string{"text": "two", "key": "fake-private-key-0123"}, Body: map[string]any{"sum": 3}})
	if got := b.want(b.admin.Post(t, path+"/execute", `{"text":"two"}`), 200); string(got.Body) != `{"total":3}` {
		t.Errorf("%s", got.Body)
	}
	tested := b.want(b.admin.Post(t, path+"/test", `{"text":"two"}`), 200)
	for at, want := range map[string]string{
		"success": "true", "operations.3.name": "Perform authentication", "operations.4.result": id, "operations.7.name": "Execute", "operations.7.result": `{"sum":3}`, "finalResult": `{"total":3}`,
	} {
		if got := tested.Str(t, at); got != want {
			t.Errorf("%s = %q, want %q", at, got, want)
		}
	}
	if bytes.Contains(tested.Body, []byte("fake-private-key-0123")) {
		t.Errorf("the test shows the credential: %s", tested.Body)
	}
	b.want(b.admin.Post(t, path+"/draft", nil), 200)
	if got := b.want(b.admin.Post(t, path+"/draft/test", `{"text":"two"}`), 200); got.Str(t, "success") != "true" {
		t.Errorf("%s", got.Body)
	}
}

// Without a stub, it is said how to register one, and which one nearly fits.
func TestAFunctionWithoutAStubSaysSo(t *testing.T) {
	t.Parallel()
	b := start(t, mocktest.Options{})
	path, id := b.function(action(""), nil, 15)
	for _, mode := range []string{"/execute", "/test"} {
		got := b.admin.Post(t, path+mode, "{}")
		at := ""
		if mode == "/test" {
			at = "error."
		}
		message := got.Str(t, at+"message")
		if !strings.Contains(message, "POST "+id) || !strings.Contains(message, "/_mockcloud/stubs") || got.Str(t, at+"code") != "bad.request" || got.Str(t, at+"details.0.errorCode") != "ACTION.REMOTE_ENDPOINT" {
			t.Errorf("%s: %d %s", mode, got.Status, got.Body)
		}
	}
	b.Stub(t, mocktest.Stub{Method: "GET", URL: id})
	if got := b.want(b.admin.Post(t, path+"/execute", "{}"), 400); !strings.Contains(got.Str(t, "message"), "answers GET only") {
		t.Errorf("%s", got.Body)
	}
}

// A file of an action has no function in it but its id; imported, it answers from
// a stub for that id.
func TestAnImportedFunctionIsComplete(t *testing.T) {
	t.Parallel()
	b := start(t, mocktest.Options{})
	integrationID := b.install("function-data-actions", "", nil)
	a := action("6d6f636b-0000-4000-8000-00000000f00d")
	a["integrationType"], a["actionType"] = "function-data-actions", "custom"
	path := "/api/v2/integrations/actions/" + b.ImportAction(t, integrationID, a)
	b.Stub(t, mocktest.Stub{URL: "6d6f636b-0000-4000-8000-00000000f00d", Body: map[string]bool{"ok": true}})
	b.want(b.admin.Post(t, path+"/execute", "{}"), 200)
	got := b.want(b.admin.Get(t, path+"/function"), 200)
	if got.Str(t, "function.id") != "6d6f636b-0000-4000-8000-00000000f00d" || got.Str(t, "zip.status") != "Available" || got.Str(t, "function.runtime") == "" {
		t.Errorf("%s", got.Body)
	}
	// As the API has it, a new package and other settings go through a draft.
	b.want(b.admin.Post(t, path+"/draft", nil), 200)
	b.upload(path)
	if got := b.want(b.admin.Get(t, path+"/draft/function"), 200); got.Str(t, "zip.name") != "f.zip" {
		t.Errorf("%s", got.Body)
	}
}

// What stands in headers of uploads, and in a template that is to come to itself,
// has the form of an id. What has not is not imported.
//
// Guess: which characters an id has, and how many.
func TestAnImportedFunctionHasAnID(t *testing.T) {
	t.Parallel()
	b := start(t, mocktest.Options{})
	integrationID := b.install("function-data-actions", "", nil)
	for id, want := range map[string]int{
		"": 200, " my-function_1 ": 200, "arn:aws:lambda:us-east-1:1:function:f": 200, strings.Repeat("x", 128): 200,
		"a\nb": 400, "a b": 400, "é": 400, "${credentials.key}": 400, "a#b": 400, strings.Repeat("x", 129): 400,
	} {
		a := action(id)
		a["integrationType"], a["actionType"] = "function-data-actions", "custom"
		got := b.want(b.admin.Post(t, "/_mockcloud/actions/import?publish=true&integration="+integrationID, a), want)
		if want != 200 {
			if got.Str(t, "code") != "bad.request" || got.Str(t, "details.0.fieldName") != "config.request.requestUrlTemplate" {
				t.Errorf("%q: %s", id, got.Body)
			}
			continue
		}
		path := "/api/v2/integrations/actions/" + got.Str(t, "id")
		b.want(b.admin.Post(t, path+"/draft", nil), 200)
		b.upload(path)
	}
	if got := b.want(b.admin.Get(t, "/api/v2/integrations/actions"), 200).Str(t, "total"); got != "4" {
		t.Errorf("%s actions are left", got)
	}
}

// A draft that cannot be published cannot be run either, and says at its second
// step what it lacks.
func TestAnUnfinishedFunctionDoesNotRun(t *testing.T) {
	t.Parallel()
	b := start(t, mocktest.Options{})
	draft := b.want(b.admin.Post(t, "/api/v2/integrations/actions/drafts", map[string]any{"name": "f", "integrationId": b.install("function-data-actions", "", nil)}), 200)
	b.Stub(t, mocktest.Stub{URL: draft.Str(t, "config.request.requestUrlTemplate")})
	got := b.want(b.admin.Post(t, "/api/v2/integrations/actions/"+draft.Str(t, "id")+"/draft/test", "{}"), 200)
	if got.Str(t, "operations.1.success") != "false" || got.Str(t, "operations.1.error.details.0.fieldName") != "function" || got.Str(t, "operations.2") != "" {
		t.Errorf("%s", got.Body)
	}
}

// A function that throws is a 500 in the words that a user quotes (community,
// "Passing HTTP return codes from Genesys Cloud Function"); one that returns an
// object with a statusCode has not thrown.
//
// Guess: test and execution say the same; text is told as it is.
func TestAFunctionThatThrows(t *testing.T) {
	t.Parallel()
	b := start(t, mocktest.Options{})
	path, id := b.function(action(""), map[string]string{"KEY": "fake-key-of-the-function"}, 15)
	const nested = "REST call for action execute failed. Message: Invoked function failed. Response from function: Function execution failed with error Type: Unhandled; Message: "
	for _, tt := range []struct {
		name, told string
		stub       mocktest.Stub
	}{
		{
			"an error", "errorType:BusinessError,errorMessage:status:400,code:BAD_REQUEST,trace:[BusinessError: no, at core (index.js:1:2)]",
			mocktest.Stub{Status: 500, Text: `{"errorType":"BusinessError","errorMessage":"{\"status\":400,\"code\":\"BAD_REQUEST\"}","trace":["BusinessError: no"," at core (index.js:1:2)"]}`},
		},
		{"text", "out of memory", mocktest.Stub{Status: 502, Text: "out of memory"}},
		{"nothing", "", mocktest.Stub{Status: 404}},
		{"a secret", "errorMessage:bad key **********", mocktest.Stub{Status: 400, Body: map[string]string{"errorMessage": "bad key fake-key-of-the-function"}}},
	} {
		tt.stub.ID, tt.stub.URL = "only", id
		b.Stub(t, tt.stub)
		executed := b.want(b.admin.Post(t, path+"/execute", "{}"), 500)
		tested := b.want(b.admin.Post(t, path+"/test", "{}"), 200)
		for at, got := range map[string]*mocktest.Response{"": executed, "error.": tested} {
			want := nested + tt.told + " [" + executed.Str(t, "contextId") + "]"
			if at != "" {
				want = nested + tt.told + " [" + tested.Str(t, "error.contextId") + "]"
			}
			if message := got.Str(t, at+"errors.0.message"); message != want {
				t.Errorf("%s: message = %q\nwant %q", tt.name, message, want)
			}
			for path, text := range map[string]string{
				"message": "Internal Server Error", "code": "internal.server.error", "status": "500", "details.0.errorCode": "ACTION.REMOTE_ENDPOINT", "errors.0.code": "INTERNAL_SERVER_ERROR", "errors.0.status": "500",
			} {
				if value := got.Str(t, at+path); value != text {
					t.Errorf("%s: %s = %q, want %q", tt.name, path, value, text)
				}
			}
		}
	}
	b.Stub(t, mocktest.Stub{ID: "only", URL: id, Body: map[string]any{"statusCode": 400, "body": map[string]bool{"success": false}}})
	if got := b.want(b.admin.Post(t, path+"/execute", "{}"), 200); got.Str(t, "statusCode") != "400" {
		t.Errorf("%s", got.Body)
	}
}

// "Payload ≤ 750 000 bytes".
//
// Guess: how one that is larger is refused.
func TestThePayloadOfAFunctionIsLimited(t *testing.T) {
	t.Parallel()
	b := start(t, mocktest.Options{})
	a := action("")
	// Four times the input, and one byte to be exact.
	override(a, "config.request.requestTemplate", `"${input.a}${input.a}${input.a}${input.a}${input.b}"`)
	path, id := b.function(a, nil, 15)
	stub := b.Stub(t, mocktest.Stub{URL: id, Body: map[string]bool{"ok": true}})
	quarter := strings.Repeat("x", 187_499) // 749,996 of four, and two quotes
	b.want(b.admin.Post(t, path+"/execute", map[string]string{"a": quarter, "b": "yz"}), 200)
	got := b.want(b.admin.Post(t, path+"/execute", map[string]string{"a": quarter, "b": "xyz"}), 400)
	if got.Str(t, "code") != "bad.request" || !strings.Contains(got.Str(t, "message"), "750000") || got.Str(t, "details.0.errorCode") != "ACTION.PROCESSING" {
		t.Errorf("%s", got.Body)
	}
	if hits := b.StubHits(t, stub); hits != 1 {
		t.Errorf("the function was called %d times", hits)
	}
}

// The time of the function ends it, and that of the action its run, whichever is
// shorter.
func TestAFunctionHasItsOwnTime(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name             string
		action, function int
		status           int
		code, told       string
	}{
		{"the function's", 30, 1, 500, "internal.server.error", "Task timed out after 1.00 seconds"},
		{"the action's", 1, 15, 504, "request.timeout", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := start(t, mocktest.Options{})
			a := action("")
			override(a, "config.timeoutSeconds", tt.action)
			path, id := b.function(a, nil, tt.function)
			b.Stub(t, mocktest.Stub{URL: id, Delay: time.Minute, Body: map[string]bool{"ok": true}})
			got := b.want(b.admin.Post(t, path+"/execute", "{}"), tt.status)
			if got.Str(t, "code") != tt.code || !strings.Contains(got.Str(t, "errors.0.message"), tt.told) {
				t.Errorf("%s", got.Body)
			}
		})
	}
}
