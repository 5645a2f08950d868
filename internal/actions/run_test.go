package actions_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// step finds the operation of a trace by its name.
func step(t *testing.T, tested *mocktest.Response, name string) map[string]any {
	t.Helper()
	var answer struct{ Operations []map[string]any }
	tested.JSON(t, &answer)
	for _, op := range answer.Operations {
		if op["name"] == name {
			return op
		}
	}
	t.Fatalf("no step %q in\n%s", name, tested.Body)
	return nil
}

func TestTheInputIsOneFlatObject(t *testing.T) {
	t.Parallel()
	b := start(t, mocktest.Options{})
	b.Stub(t, mocktest.Stub{URL: "https://crm.example.test/*", Body: map[string]bool{"ok": true}})
	a := action("https://crm.example.test/a")
	override(a, "contract.input.inputSchema", map[string]any{
		"type": "object", "required": []string{"n"}, "additionalProperties": false,
		"properties": map[string]any{"n": map[string]string{"type": "integer"}, "s": map[string]string{"type": "string"}},
	})
	path := b.publish(b.install(web, "", nil), a)
	tests := []struct{ name, input, code, step string }{
		{"flat", `{"n":1,"s":"x"}`, "", ""},
		{"nulls are dropped before validation", `{"n":1,"s":null,"other":null}`, "", ""},
		{"a required null counts as missing", `{"n":null}`, "invalid.schema", "Validate request body against simple input schema"},
		{"a wrong type", `{"n":"1"}`, "invalid.schema", "Validate request body against simple input schema"},
		{"no such input", `{"n":1,"z":2}`, "invalid.schema", "Validate request body against simple input schema"},
		// Guess: the code of the first step; the table of failures has invalid.schema
		// for it, that of the steps bad.request.
		{"an object inside", `{"n":{"a":1}}`, "bad.request", "Validate request body contains simple json (key-value pairs)"},
		{"a list inside", `{"n":[1]}`, "bad.request", "Validate request body contains simple json (key-value pairs)"},
		{"no object", `[1]`, "bad.request", "Validate request body contains simple json (key-value pairs)"},
		{"null", `null`, "bad.request", "Validate request body contains simple json (key-value pairs)"},
		{"a text", `"x"`, "bad.request", "Validate request body contains simple json (key-value pairs)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			executed := b.admin.Post(t, path+"/execute", tt.input)
			tested := b.want(b.admin.Post(t, path+"/test", tt.input), 200)
			if tt.code == "" {
				b.want(executed, 200)
				return
			}
			if executed.Status != 400 || executed.Str(t, "code") != tt.code || executed.Str(t, "details.0.errorCode") != "ACTION.PROCESSING" {
				t.Errorf("%d %s", executed.Status, executed.Body)
			}
			if op := step(t, tested, tt.step); op["success"] != false || tested.Str(t, "success") != "false" {
				t.Errorf("%s", tested.Body)
			}
		})
	}
	if got := b.admin.Post(t, path+"/execute", `{"n":`); got.Status != 400 || got.Str(t, "code") != "bad.request" {
		t.Errorf("malformed JSON: %d %s", got.Status, got.Body)
	}
}

// Templates of the request know the input, with the JSON text of its numbers,
// and its raw text in the order in which it came; the success template knows
// neither.
func TestWhatTemplatesKnow(t *testing.T) {
	t.Parallel()
	b := start(t, mocktest.Options{})
	remote := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"z": 1.50, "a": "é\u00e9 \"q\"", "n": null}`))
	})
	a := action(remote.URL + "/${input.s}")
	override(a, "config.request.requestType", "POST")
	override(a, "config.request.requestTemplate", `${input.rawRequest}|${input.n}|${input.b}|${input.missing}|$!{input.missing}|`)
	override(a, "config.response.translationMap", map[string]string{"a": "$.a", "z": "$.z", "n": "$.n", "gone": "$.gone", "list": "$..gone"})
	override(a, "config.response.translationMapDefaults", map[string]string{"gone": `"def"`, "n": `"unused"`})
	override(a, "config.response.successTemplate", `{"a": $a, "z": $z, "n": $n, "gone": $gone, "list": $list}`)
	// A default of the schema is not filled in. Guess: nobody has said so.
	override(a, "contract.input.inputSchema", map[string]any{"type": "object", "properties": map[string]any{"missing": map[string]string{"type": "string", "default": "x"}}})
	path := b.publish(b.install(web, "", nil), a)
	const input = `{"z":"last","s":"path","n":1.50,"none":null,"b":false}`
	tested := b.want(b.admin.Post(t, path+"/test", input), 200)
	if sent := remote.last(t); sent.url != "/path" || sent.body != `{"z":"last","s":"path","n":1.50,"b":false}|1.50|false|${input.missing}||` {
		t.Errorf("sent %s %s", sent.url, sent.body)
	}
	want := map[string]any{"a": `"éé \"q\""`, "z": "1.50", "n": "null", "gone": `"def"`, "list": "[]"}
	if op := step(t, tested, "Resolve translation map"); fmt.Sprint(op["result"]) != fmt.Sprint(want) {
		t.Errorf("variables %v\nwant %v", op["result"], want)
	}
	executed := b.want(b.admin.Post(t, path+"/execute", input), 200)
	if got := string(executed.Body); got != `{"a":"éé \"q\"","z":1.50,"n":null,"gone":"def","list":[]}` {
		t.Errorf("executed %s", got)
	}
	override(a, "config.response.successTemplate", `{"s": "${input.s}"}`)
	failed := b.want(b.admin.Post(t, b.publish(b.install(web, "", nil), a)+"/execute", input), 400)
	if !strings.Contains(failed.Str(t, "message"), "Variable $input has not been set at successTemplate[line 1, column 8]") {
		t.Errorf("%s", failed.Body)
	}
}

func TestEachTemplateFailsAtItsStep(t *testing.T) {
	t.Parallel()
	b := start(t, mocktest.Options{})
	b.Stub(t, mocktest.Stub{URL: "https://crm.example.test/*", Body: map[string]any{"a": []any{}, "s": "text"}})
	integrationID := b.install(web, "", nil)
	tests := []struct {
		name, path string
		value      any
		step, code string
		says       string
	}{
		{"the URL", "config.request.requestUrlTemplate", "https://crm.example.test/$nothing", "Resolve request URL template", "invalid.substitution", "Variable $nothing has not been set at requestUrlTemplate[line 1, column 26]"},
		{"a header", "config.request.headers", map[string]string{"X-Trace": "$nothing"}, "Resolve request header templates", "invalid.substitution", "Variable $nothing has not been set at X-Trace[line 1, column 1]"},
		{"the body", "config.request.requestTemplate", "\n $nothing", "Resolve request body template", "invalid.substitution", "Variable $nothing has not been set at requestTemplate[line 2, column 2]"},
		{"the Accept header", "config.request.headers", map[string]string{"Accept": "${input.accept}"}, "Resolve request header templates", "invalid.schema", "The 'Accept' header only supports json content types when specified"},
		{"no name in the map, no default", "config.response.successTemplate", `{"a": $gone}`, "Apply output transformation", "bad.request", "Variable $gone has not been set"},
		{"no JSON", "config.response.successTemplate", `{"a": NOT_SET}`, "Apply output transformation", "bad.request", "not valid JSON"},
		{"the contract", "contract.output.successSchema", map[string]any{"type": "object", "properties": map[string]any{"s": map[string]string{"type": "integer"}}}, "Validate result against output schema", "invalid.schema", `instance type (string) does not match any allowed primitive type (allowed: ["integer"])`},
		{"a macro that is not supported", "config.response.successTemplate", `$successTemplateUtils.moveKeysIntoArrayOfObjects("a", "{}")`, "Apply output transformation", "bad.request", "The macro moveKeysIntoArrayOfObjects is not supported"},
		{"an empty list without a default", "config.response.successTemplate", `{"a": $successTemplateUtils.firstFromArray("[]")}`, "Apply output transformation", "bad.request", "firstFromArray"}, // Guess
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := action("https://crm.example.test/a")
			override(a, "config.request.requestType", "POST")
			override(a, tt.path, tt.value)
			path := b.publish(integrationID, a)
			tested := b.want(b.admin.Post(t, path+"/test", `{"accept":"text/html"}`), 200)
			op := step(t, tested, tt.step)
			if text, _ := json.Marshal(op["error"]); op["success"] != false || !strings.Contains(string(text), strings.ReplaceAll(tt.says, `"`, `\"`)) {
				t.Errorf("%s", tested.Body)
			}
			if got := tested.Str(t, "error.code"); got != tt.code || tested.Str(t, "error.details.0.errorCode") != "ACTION.PROCESSING" {
				t.Errorf("code %s in\n%s", got, tested.Body)
			}
		})
	}
}

// What keeps an action from being published keeps a draft from running.
func TestADraftThatIsNotValidFailsAtItsSecondStep(t *testing.T) {
	t.Parallel()
	b := start(t, mocktest.Options{})
	integrationID := b.install(web, "", nil)
	tests := []struct {
		name, path string
		value      any
		says       string
	}{
		{"a template that cannot be parsed", "config.response.successTemplate", "${esc.url(input.x)}", "successTemplate"},
		{"a loop", "config.request.requestTemplate", "#foreach($i in [1..3])$i#end", "#foreach"},
		{"a path that cannot be parsed", "config.response.translationMap", map[string]string{"a": "$.["}, "config.response.translationMap.a"},
		{"an Accept header", "config.request.headers", map[string]string{"Accept": "text/html"}, "The 'Accept' header only supports json content types when specified"},
		{"a name that is no header's", "config.request.headers", map[string]string{"A B": "x"}, "is not the name of a header"},
		{"a method", "config.request.requestType", "FETCH", "GET, PUT, POST, PATCH, DELETE"},
		{"no URL", "config.request.requestUrlTemplate", " ", "no request URL template"},
		{"a time-out", "config.timeoutSeconds", 61, "1 to 60 seconds"},
		{"an object in the input", "contract.input.inputSchema", map[string]any{"type": "object", "properties": map[string]any{"a": map[string]string{"type": "object"}}}, "as a simple properties schema"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := action("https://crm.example.test/a")
			override(a, tt.path, tt.value)
			draft := b.want(b.admin.Post(t, "/api/v2/integrations/actions/drafts", map[string]any{"name": "d", "integrationId": integrationID, "category": "c", "config": a["config"], "contract": a["contract"]}), 200)
			path := "/api/v2/integrations/actions/" + draft.Str(t, "id") + "/draft"
			validation := b.want(b.admin.Get(t, path+"/validation"), 200)
			if validation.Str(t, "valid") != "false" || !strings.Contains(string(validation.Body), tt.says) {
				t.Errorf("%s", validation.Body)
			}
			tested := b.want(b.admin.Post(t, path+"/test", "{}"), 200)
			if op := step(t, tested, "Validate draft definition"); op["success"] != false || op["step"] != float64(2) || !strings.Contains(string(tested.Body), tt.says) {
				t.Errorf("%s", tested.Body)
			}
			b.want(b.admin.Post(t, path+"/publish", map[string]int{"version": 1}), 400)
		})
	}
}

func TestGetHasNoBodyWhateverTheTemplateSays(t *testing.T) {
	t.Parallel()
	b := start(t, mocktest.Options{})
	remote := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") })
	a := action(remote.URL)
	override(a, "config.request.requestTemplate", "$nothing")
	b.want(b.admin.Post(t, b.publish(b.install(web, "", nil), a)+"/execute", `{"a":1}`), 200)
	if sent := remote.last(t); sent.body != "" || sent.method != "GET" {
		t.Errorf("sent %s %q", sent.method, sent.body)
	}
}

// Flattening joins the keys of nested objects by dots and makes parallel arrays
// of the objects in an array.
func TestFlattenedOutput(t *testing.T) {
	t.Parallel()
	b := start(t, mocktest.Options{})
	integrationID := b.install(web, "", nil)
	deep := map[string]any{"type": "object", "properties": map[string]any{
		"rows": map[string]any{"type": "array", "items": map[string]any{"type": "object", "properties": map[string]any{"id": map[string]string{"type": "string"}, "at": map[string]any{"type": "object", "properties": map[string]any{"x": map[string]string{"type": "integer"}}}}}},
	}}
	tests := []struct {
		name         string
		schema       any
		result, want string
	}{
		{"nested objects", nil, `{"a":{"b":{"c":1},"d":"x"},"e":null}`, `{"a.b.c":1,"a.d":"x","e":null}`},
		{"scalars in an array", nil, `{"a":["x","y"]}`, `{"a":["x","y"]}`},
		{"objects in an array", deep, `{"rows":[{"id":"1","at":{"x":1}},{"id":"2","at":{"x":2}}]}`, `{"rows.id":["1","2"],"rows.at.x":[1,2]}`},
		{"a key that one of them lacks", nil, `{"rows":[{"id":"1"},{"n":2},{"id":"3","n":3}]}`, `{"rows.id":["1",null,"3"],"rows.n":[null,2,3]}`}, // Guess
		{"an empty array of objects", deep, `{"rows":[]}`, `{"rows.at.x":[],"rows.id":[]}`},                                                       // Guess
		{"an array at the root", nil, `[{"id":"1"},{"id":"2"}]`, `{"id":["1","2"]}`},                                                              // Guess
		{"scalars at the root", nil, `["x","y"]`, `["x","y"]`},                                                                                    // Guess
		{"a key with a dot", nil, `{"a.b":1,"a":{"b":2}}`, `{"a.b":1}`},                                                                           // Guess: the first one stays
		{"an empty object", nil, `{"a":{}}`, `{}`},
	}
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			url := fmt.Sprintf("https://crm.example.test/%d", i)
			b.Stub(t, mocktest.Stub{URL: url, Body: json.RawMessage(tt.result)})
			a := action(url)
			override(a, "contract.output.successSchema", map[string]any{})
			if tt.schema != nil {
				override(a, "contract.output.successSchema", tt.schema)
			}
			executed := b.want(b.admin.Post(t, b.publish(integrationID, a)+"/execute?flatten=true", "{}"), 200)
			if string(executed.Body) != tt.want {
				t.Errorf("%s\nwant %s", executed.Body, tt.want)
			}
		})
	}
}

// Guess: the error's words; that such actions do not run is the help article's.
func TestAnInactiveIntegrationRunsNothing(t *testing.T) {
	t.Parallel()
	b := start(t, mocktest.Options{})
	integrationID := b.install(web, "", nil)
	path := b.publish(integrationID, action("https://crm.example.test/a"))
	b.want(b.admin.Patch(t, "/api/v2/integrations/"+integrationID, map[string]string{"intendedState": "DISABLED"}), 200)
	b.want(b.admin.Post(t, path+"/draft", nil), 200)
	for _, way := range []string{"/execute", "/test", "/draft/test"} {
		got := b.want(b.admin.Post(t, path+way, "{}"), 400)
		if got.Str(t, "code") != "bad.request" || got.Str(t, "details.0.errorCode") != "ACTION.PROCESSING" || got.Str(t, "message") != "The integration Web Services Data Actions is not active. Set its intendedState to ENABLED: PATCH /api/v2/integrations/"+integrationID+"." {
			t.Errorf("%s: %s", way, got.Body)
		}
	}
}

// The roles of the stored client decide, each time it is used.
func TestTheStoredClientsRolesDecide(t *testing.T) {
	t.Parallel()
	b := start(t, mocktest.Options{})
	roles := func(name string) []any {
		id := b.want(b.admin.Get(t, "/api/v2/authorization/roles?name="+name), 200).Str(t, "entities.0.id")
		return []any{map[string]string{"roleId": id, "divisionId": "*"}}
	}
	powerless := b.want(b.admin.Post(t, "/api/v2/oauth/clients", map[string]any{
		"name": "powerless", "authorizedGrantType": "CLIENT-CREDENTIALS", "roleDivisions": roles("employee"),
	}), 200)
	integrationID := b.install(platform, "pureCloudOAuthClient", map[string]string{"clientId": powerless.Str(t, "id"), "clientSecret": powerless.Str(t, "secret")})
	path := b.publish(integrationID, action("/api/v2/routing/queues"))
	refused := b.want(b.admin.Post(t, path+"/execute", "{}"), 403)
	if refused.Str(t, "code") != "not.authorized" || refused.Str(t, "details.0.errorCode") != "ACTION.REMOTE_ENDPOINT" {
		t.Errorf("%s", refused.Body)
	}
	tested := b.want(b.admin.Post(t, path+"/test", "{}"), 200)
	if !strings.Contains(tested.Str(t, "error.errors.0.message"), "routing:queue:view") {
		t.Errorf("the test does not tell the permission: %s", tested.Body)
	}
	b.want(b.admin.Put(t, "/api/v2/oauth/clients/"+powerless.Str(t, "id"), map[string]any{
		"name": "powerless", "authorizedGrantType": "CLIENT-CREDENTIALS", "roleDivisions": roles("Queue%20Reader"),
	}), 200)
	b.want(b.admin.Post(t, path+"/execute", "{}"), 200)
}

// Nulls are dropped in a test of a draft, too.
func TestADraftIsTestedAsItWouldBeExecuted(t *testing.T) {
	t.Parallel()
	b := start(t, mocktest.Options{})
	b.Stub(t, mocktest.Stub{URL: "https://crm.example.test/*", Body: map[string]bool{"ok": true}})
	a := action("https://crm.example.test/a")
	override(a, "contract.input.inputSchema", map[string]any{"type": "object", "properties": map[string]any{"a": map[string]string{"type": "string"}}})
	path := b.publish(b.install(web, "", nil), a)
	b.want(b.admin.Post(t, path+"/draft", nil), 200)
	tested := b.want(b.admin.Post(t, path+"/draft/test", `{"a":null}`), 200)
	if tested.Str(t, "success") != "true" || tested.Str(t, "operations.1.name") != "Validate draft definition" {
		t.Errorf("%s", tested.Body)
	}
	// Guess: the name of the second step of what is published.
	if got := b.want(b.admin.Post(t, path+"/test", `{"a":null}`), 200).Str(t, "operations.1.name"); got != "Validate action definition" {
		t.Errorf("second step: %s", got)
	}
}

// What mockcloud does not run answers from stubs, and says how to register one.
// A required credential must be there all the same.
func TestVendorsAndFunctionsAnswerFromStubs(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		typeID, slot, credential string
		fields                   map[string]string
		target                   string
	}{
		{"aws-lambda-data-actions", "AmazonWebServicesARN", "amazonWebServicesARN", map[string]string{"ARN": "arn:aws:iam::000000000000:role/fake"}, "arn:aws:lambda:us-east-1:000000000000:function:fake"},
		{"salesforce-datadip", "salesforceUser", "salesforce", map[string]string{"username": "u", "password": "fake-password"}, "https://fake.salesforce.example.test/query"},
		{"microsoft-dynamics-data-actions", "msDynamics", "msDynamics", map[string]string{"username": "u", "password": "fake-password"}, "https://fake.dynamics.example.test/contacts"},
		{"zendesk-data-actions", "zendeskApiToken", "zendeskApiToken", map[string]string{"userEmail": "u@example.test", "baseUrl": "https://fake.zendesk.example.test", "apiToken": "fake-token"}, "https://fake.zendesk.example.test/users"},
		{"google-data-actions", "googleServiceAccount", "googleServiceAccount", map[string]string{"key": "fake-key"}, "https://fake.google.example.test/run"}, // Guess: the type's id, slot and credential
	} {
		t.Run(tt.typeID, func(t *testing.T) {
			t.Parallel()
			b := start(t, mocktest.Options{})
			integrationID := b.install(tt.typeID, "", nil)
			path := b.publish(integrationID, action(tt.target))
			b.Stub(t, mocktest.Stub{ID: "only", URL: tt.target, Body: map[string]bool{"ok": true}})
			missing := b.want(b.admin.Post(t, path+"/execute", "{}"), 400)
			if missing.Str(t, "code") != "invalid.credentials" || !strings.Contains(missing.Str(t, "errors.0.message"), tt.slot) {
				t.Errorf("%s", missing.Body)
			}
			b.plug(integrationID, tt.slot, b.credential(tt.credential, tt.fields))
			b.want(b.admin.Post(t, path+"/execute", "{}"), 200)
			b.RemoveStub(t, "only")
			without := b.want(b.admin.Post(t, path+"/execute", "{}"), 400)
			if !strings.Contains(without.Str(t, "message"), "/_mockcloud/stubs") || without.Str(t, "details.0.errorCode") != "ACTION.REMOTE_ENDPOINT" {
				t.Errorf("%s", without.Body)
			}
		})
	}
}

// A stub in the place of the platform is asked last: the token, the permission
// and the body must be right all the same. Only what the catalogue does not have
// is the stub's alone.
func TestAStubOfThePlatformDoesNotLetAnybodyIn(t *testing.T) {
	t.Parallel()
	b := start(t, mocktest.Options{})
	stub := b.Stub(t, mocktest.Stub{URL: "/api/v2/*", Body: map[string]bool{"ok": true}})
	employee := b.want(b.admin.Get(t, "/api/v2/authorization/roles?name=employee"), 200).Str(t, "entities.0.id")
	powerless := b.want(b.admin.Post(t, "/api/v2/oauth/clients", map[string]any{
		"name": "powerless", "authorizedGrantType": "CLIENT-CREDENTIALS", "roleDivisions": []any{map[string]string{"roleId": employee, "divisionId": "*"}},
	}), 200)
	weak := b.install(platform, "pureCloudOAuthClient", map[string]string{"clientId": powerless.Str(t, "id"), "clientSecret": powerless.Str(t, "secret")})
	strong := b.platformIntegration()
	callback := action("/api/v2/conversations/callbacks")
	override(callback, "config.request.requestType", "POST")
	override(callback, "config.request.requestTemplate", `{"callbackNumbers": ["+13175550100"], "callbackUserName": "Li", "routingData": {"queueId": "q"}}`)
	wrong := action("/api/v2/conversations/callbacks")
	override(wrong, "config.request.requestType", "POST")
	override(wrong, "config.request.requestTemplate", `{"callbackNumbers": "one"}`)
	tests := []struct {
		name, integration string
		action            map[string]any
		status, hits      int
	}{
		{"without the permission", weak, callback, 403, 0},
		{"with it", strong, callback, 200, 1},
		{"with a body of the wrong shape", strong, wrong, 400, 1},
		{"what the catalogue does not have", weak, action("/api/v2/tomorrow"), 200, 2},
	}
	for _, tt := range tests {
		got := b.admin.Post(t, b.publish(tt.integration, tt.action)+"/execute", "{}")
		if got.Status != tt.status || b.StubHits(t, stub) != tt.hits {
			t.Errorf("%s: %d after %d hits, want %d after %d\n%s", tt.name, got.Status, b.StubHits(t, stub), tt.status, tt.hits, got.Body)
		}
	}
}

// Guess: the real service makes the calls of data actions from inside, so that
// the organization's list of addresses does not stop them.
func TestTheListOfAddressesDoesNotStopActions(t *testing.T) {
	t.Parallel()
	b := start(t, mocktest.Options{})
	path := b.publish(b.platformIntegration(), action("/api/v2/routing/queues"))
	b.want(b.admin.Patch(t, "/api/v2/organizations/authentication/settings", map[string]any{"ipAddressAllowlist": []string{"127.0.0.1", "192.0.2.0/24"}}), 200)
	b.want(b.admin.Post(t, path+"/execute", "{}"), 200)
}
