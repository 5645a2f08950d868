package integrations_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// "PATCH draft: version required, must match; +1 each time".
func TestADraftCountsItsVersions(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	path := newDraft(t, admin, newIntegration(t, admin, platform), nil)
	at := path + "/draft"
	for version := 1; version < 4; version++ {
		has(t, ok(t, admin.Patch(t, at, fields{"version": version})), map[string]string{"version": string(encode(t, version+1)), "name": "An action"})
	}
	for _, version := range []int{0, 3, 5, -1} {
		got := refused(t, admin.Patch(t, at, fields{"version": version, "name": "x"}), 409, "request.conflict", "version")
		if message := got.Str(t, "message"); !strings.Contains(message, "does not match the current version") {
			t.Errorf("message = %q", message)
		}
	}
	refused(t, admin.Patch(t, at, fields{"name": "x"}), 400, "constraint.validation", "version")
	refused(t, admin.Patch(t, at, fields{"version": nil, "name": "x"}), 400, "constraint.validation", "version")
	refused(t, admin.Patch(t, at, fields{"version": 4, "name": long(257)}), 400, "constraint.validation", "name")
	refused(t, admin.Patch(t, at, fields{"version": 4, "category": long(257)}), 400, "constraint.validation", "category")
	refused(t, admin.Patch(t, actionsPath+"/custom_-_"+nothing+"/draft", fields{"version": 1}), 404, "not.found", "")
	has(t, ok(t, admin.Get(t, at)), map[string]string{"version": "4", "name": "An action"})
}

// What a PATCH leaves out stays, what it has is taken over, and of maps the whole.
func TestChangingADraft(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	integrationID := newIntegration(t, admin, platform)
	path := newDraft(t, admin, integrationID, nil)
	at := path + "/draft"
	const input = `{"type":"object","properties":{"b":{"type":"string"}}}`
	changed := ok(t, admin.Patch(t, at, fields{
		"version": 1, "id": nothing, "integrationId": nothing, "name": "New", "category": "Other", "secure": true, "contract": contractOf(input, presenceOutput),
		"config": fields{
			"timeoutSeconds": 5,
			"request":        fields{"requestUrlTemplate": "/api/v2/users/me", "requestType": "PUT", "headers": fields{"X-A": "a"}, "requestTemplate": "{}"},
			"response":       fields{"translationMap": fields{"a": "$.a"}, "translationMapDefaults": fields{"a": "null"}, "successTemplate": "{\"a\":${a}}"},
		},
	}))
	after := map[string]string{
		"integrationId": integrationID, "selfUri": path, "name": "New", "category": "Other", "secure": "true", "config.timeoutSeconds": "5", "config.request.requestUrlTemplate": "/api/v2/users/me", "config.request.requestType": "PUT",
		"config.request.headers": `{"X-A":"a"}`, "config.response.translationMap": `{"a":"$.a"}`, "config.response.translationMapDefaults": `{"a":"null"}`,
	}
	has(t, changed, after)
	sameJSON(t, "the input", []byte(changed.Str(t, "contract.input.inputSchema")), input)
	has(t, ok(t, admin.Patch(t, at, fields{"version": 2, "config": fields{}})), after)
	has(t, ok(t, admin.Patch(t, at, fields{"version": 3, "config": fields{"request": fields{}, "response": fields{}}})), after)
	has(t, ok(t, admin.Patch(t, at, fields{"version": 4, "config": fields{"request": fields{"headers": fields{"X-B": "b"}}}})), map[string]string{"config.request.headers": `{"X-B":"b"}`, "config.request.requestType": "PUT"})
	has(t, ok(t, admin.Patch(t, at, fields{"version": 5, "config": fields{"response": fields{"translationMap": fields{}}}})), map[string]string{"config.response.translationMap": "{}", "config.response.translationMapDefaults": `{"a":"null"}`})
	wantText(t, admin.Get(t, at+"/templates/requesttemplate.vm"), "{}")
	wantText(t, admin.Get(t, at+"/templates/successtemplate.vm"), `{"a":${a}}`)
}

// The setup wizard "creates a draft with only name and integrationId, then
// PATCHes the whole returned object back (extra fields such as id and selfUri are
// ignored) and publishes by sending the whole action object (only version is
// read)".
func TestTheSetupWizardSendsWholeObjectsBack(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	created := ok(t, admin.Post(t, drafts, fields{"name": "Wizard", "integrationId": newIntegration(t, admin, platform)}))
	id := created.Str(t, "id")
	path := actionsPath + "/" + id
	var whole fields
	created.JSON(t, &whole)
	whole["config"].(fields)["request"].(fields)["requestUrlTemplate"] = "/api/v2/users/me"
	patched := ok(t, admin.Patch(t, path+"/draft", whole))
	has(t, patched, map[string]string{"id": id, "version": "2", "name": "Wizard", "config.request.requestUrlTemplate": "/api/v2/users/me"})
	wantText(t, admin.Get(t, path+"/draft/templates/successtemplate.vm"), "${rawResult}")
	var again fields
	patched.JSON(t, &again)
	again["name"] = "is not read"
	published := ok(t, admin.Post(t, path+"/draft/publish", again))
	has(t, published, map[string]string{"id": id, "version": "1", "name": "Wizard", "config.request.requestTemplateUri": path + "/templates/requesttemplate.vm"})
	has(t, ok(t, admin.Get(t, path)), map[string]string{"id": id, "version": "1"})
	refused(t, admin.Get(t, path+"/draft"), 404, "not.found", "")
}

// "Published version counts separately: draft 2 + published 33 → published 34".
func TestPublishingCountsByItself(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	path := newDraft(t, admin, newIntegration(t, admin, platform), nil)
	publish := func(version int) *mocktest.Response {
		t.Helper()
		return admin.Post(t, path+"/draft/publish", fields{"version": version})
	}
	has(t, ok(t, publish(1)), map[string]string{"version": "1"})
	for version := 1; version < 4; version++ { // to 4, without a draft
		ok(t, admin.Patch(t, path, fields{"version": version}))
	}
	redrafted := ok(t, admin.Post(t, path+"/draft", nil))
	has(t, redrafted, map[string]string{"version": "1", "name": "An action", "config.request.requestUrlTemplate": "/api/v2/routing/queues/${input.QueueID}"}) // Guess: a draft begins at 1
	has(t, ok(t, admin.Patch(t, path+"/draft", fields{"version": 1, "name": "Changed"})), map[string]string{"version": "2"})
	has(t, ok(t, admin.Get(t, path)), map[string]string{"version": "4", "name": "An action"})
	has(t, ok(t, publish(2)), map[string]string{"version": "5", "name": "Changed"})
	has(t, ok(t, admin.Get(t, path)), map[string]string{"version": "5", "name": "Changed"})
	refused(t, publish(2), 404, "not.found", "") // there is no draft any more
}

// Publishing "with empty body" answers 400 with the message "must not be null". The
// words for a stale version are quoted in an issue at the Terraform provider (1961).
//
// Guess: the code of a stale version.
func TestPublishingThatIsRefused(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	integrationID := newIntegration(t, admin, platform)
	path := newDraft(t, admin, integrationID, nil)
	for _, body := range []string{`{}`, `{"version":null}`, `{"name":"x"}`} {
		has(t, refused(t, admin.Post(t, path+"/draft/publish", body), 400, "constraint.validation", "version"), map[string]string{"message": "must not be null"})
	}
	refused(t, admin.Post(t, path+"/draft/publish", `{"version":"1"}`), 400, "bad.request", "version")
	for _, version := range []int{0, 2, 33} {
		got := refused(t, admin.Post(t, path+"/draft/publish", fields{"version": version}), 400, "bad.request", "version")
		has(t, got, map[string]string{"message": fmt.Sprintf("Supplied version %d does not match latest draft version 1", version)})
	}
	refused(t, admin.Get(t, path), 404, "not.found", "")
	unfinished := actionsPath + "/" + ok(t, admin.Post(t, drafts, fields{"name": "Unfinished", "integrationId": integrationID})).Str(t, "id")
	refused(t, admin.Post(t, unfinished+"/draft/publish", fields{"version": 1}), 400, "bad.request", "config.request.requestUrlTemplate")
	ok(t, admin.Get(t, unfinished+"/draft"))
	refused(t, admin.Post(t, actionsPath+"/custom_-_"+nothing+"/draft/publish", fields{"version": 1}), 404, "not.found", "")
}

// "POST draft: copied from the published action; second time 409".
//
// Guess: the code of the second.
func TestMakingADraftOfAPublishedAction(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	path := newAction(t, admin, newIntegration(t, admin, platform), fields{"secure": true})
	draft := ok(t, admin.Post(t, path+"/draft", nil))
	whole := ok(t, admin.Get(t, path+"?expand=contract&includeConfig=true"))
	for _, at := range []string{"id", "name", "category", "integrationId", "secure", "config.request.requestUrlTemplate", "config.request.requestType", "contract.input.inputSchema", "contract.output.successSchema"} {
		has(t, draft, map[string]string{at: whole.Str(t, at)})
	}
	refused(t, admin.Post(t, path+"/draft", nil), 409, "request.conflict", "")
	refused(t, admin.Post(t, actionsPath+"/custom_-_"+nothing+"/draft", nil), 404, "not.found", "")
	refused(t, admin.Post(t, actionsPath+"/static_-_"+nothing+"/draft", nil), 404, "not.found", "")
}

// "DELETE draft of a never-published action: the id then 404s"; that of a
// published one leaves it as it was. DELETE of the action takes both.
func TestDeletingDraftsAndActions(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	integrationID := newIntegration(t, admin, platform)
	gone := func(paths ...string) {
		t.Helper()
		for _, path := range paths {
			refused(t, admin.Get(t, path), 404, "not.found", "")
			refused(t, admin.Delete(t, path), 404, "not.found", "")
		}
	}
	never := newDraft(t, admin, integrationID, nil)
	refused(t, admin.Delete(t, never), 404, "not.found", "") // Guess: what cannot be read cannot be deleted
	ok(t, admin.Get(t, never+"/draft"))
	want(t, admin.Delete(t, never+"/draft"), 204)
	gone(never, never+"/draft")

	path := newAction(t, admin, integrationID, nil)
	gone(path + "/draft")
	ok(t, admin.Post(t, path+"/draft", nil))
	ok(t, admin.Patch(t, path+"/draft", fields{"version": 1, "name": "Never seen"}))
	want(t, admin.Delete(t, path+"/draft"), 204)
	gone(path + "/draft")
	has(t, ok(t, admin.Get(t, path)), map[string]string{"name": "An action", "version": "1"})
	ok(t, admin.Post(t, path+"/draft", nil))
	want(t, admin.Delete(t, path), 204)
	gone(path, path+"/draft")
}

// "GET draft/validation → {"valid":bool,"errors":[ErrorBody…]}".
//
// Guess: the codes, the words and the order, which is that of the run.
func TestWhatIsWrongWithADraft(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	integrationID := newIntegration(t, admin, platform)
	path := newDraft(t, admin, integrationID, nil)
	sameJSON(t, "a valid draft", ok(t, admin.Get(t, path+"/draft/validation")).Body, `{"valid":true,"errors":[]}`)

	problem := func(code, field, message string) map[string]string {
		return map[string]string{"code": code, "details.0.fieldName": field, "message": message, "status": "400", "details.0.errorCode": "ACTION.PROCESSING"}
	}
	request := func(changes fields) fields {
		all := fields{"requestUrlTemplate": "/api/v2/users/me"}
		maps.Copy(all, changes)
		return fields{"config": fields{"request": all}}
	}
	tests := []struct {
		name   string
		change fields
		errors []map[string]string
	}{
		{"no URL", request(fields{"requestUrlTemplate": ""}), []map[string]string{problem("bad.request", "config.request.requestUrlTemplate", "The action has no request URL template.")}},
		{"a path of no API", request(fields{"requestUrlTemplate": "users/me"}), []map[string]string{problem("bad.request", "config.request.requestUrlTemplate", "The request URL template of a Genesys Cloud data action begins with /api/.")}},
		{"a URL that is a template", request(fields{"requestUrlTemplate": "${input.url}"}), nil},
		{"a method that no action has", request(fields{"requestType": "TRACE"}), []map[string]string{problem("bad.request", "config.request.requestType", "The request type is one of GET, PUT, POST, PATCH, DELETE.")}},
		{"another Accept", request(fields{"headers": fields{"Accept": "text/xml"}}), []map[string]string{problem("invalid.schema", "config.request.headers.Accept", "The 'Accept' header only supports json content types when specified")}},
		{"JSON as Accept", request(fields{"headers": fields{"Accept": "application/vnd.api+json"}}), nil},
		{"no name of a header", request(fields{"headers": fields{"a b": "c"}}), []map[string]string{problem("bad.request", "config.request.headers.a b", "[a b] is not the name of a header.")}},
		{"a long time", fields{"config": fields{"timeoutSeconds": 61}}, []map[string]string{problem("bad.request", "config.timeoutSeconds", "The timeout has 1 to 60 seconds.")}},
		{
			"several at once",
			fields{
				"contract": contractOf(`{"type":"object","properties":{"orgId":{"type":"string"}}}`, `{"type":"string"}`),
				"config":   fields{"timeoutSeconds": 99, "request": fields{"requestType": "TRACE"}},
			},
			[]map[string]string{
				problem("invalid.schema", "contract.input.inputSchema", "Failed Validation of contract.input.inputSchema. The name orgId is reserved."),
				problem("invalid.schema", "contract.output.successSchema", "Failed Validation of contract.output.successSchema. The root must be an object or an array, not string."),
				problem("bad.request", "config.timeoutSeconds", "The timeout has 1 to 60 seconds."),
				problem("bad.request", "config.request.requestType", "The request type is one of GET, PUT, POST, PATCH, DELETE."),
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := newDraft(t, admin, integrationID, nil)
			tt.change["version"] = 1
			ok(t, admin.Patch(t, path+"/draft", tt.change)) // a draft may be unfinished
			got := ok(t, admin.Get(t, path+"/draft/validation"))
			var body struct{ Errors []fields }
			got.JSON(t, &body)
			if len(body.Errors) != len(tt.errors) || got.Str(t, "valid") != string(encode(t, len(tt.errors) == 0)) {
				t.Fatalf("%d errors, want %d: %s", len(body.Errors), len(tt.errors), got.Body)
			}
			for n, texts := range tt.errors {
				for at, text := range texts {
					has(t, got, map[string]string{"errors." + string(encode(t, n)) + "." + at: text})
				}
			}
			published := admin.Post(t, path+"/draft/publish", fields{"version": 2})
			if len(tt.errors) == 0 {
				ok(t, published)
				return
			}
			refused(t, published, 400, tt.errors[0]["code"], tt.errors[0]["details.0.fieldName"])
		})
	}
}
