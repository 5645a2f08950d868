package integrations_test

import (
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// "POST /actions validates, publishes at version 1"; "actions may be created on a
// DISABLED, credential-less integration"; ids are custom_-_<uuid>. The answer
// includes contract and configuration.
func TestANewAction(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	integrationID := newIntegration(t, admin, platform)
	created := ok(t, admin.Post(t, actionsPath, anAction(integrationID, nil)))
	id := created.Str(t, "id")
	if !strings.HasPrefix(id, "custom_-_") || len(id) != len("custom_-_")+36 {
		t.Errorf("id = %q", id)
	}
	path := actionsPath + "/" + id
	has(t, created, map[string]string{
		"name": "An action", "category": "A category", "integrationId": integrationID, "version": "1", "secure": "false", "selfUri": path,
		"config.request.requestUrlTemplate": "/api/v2/routing/queues/${input.QueueID}", "config.request.requestType": "GET",
		"config.request.requestTemplateUri": path + "/templates/requesttemplate.vm", "config.response.successTemplateUri": path + "/templates/successtemplate.vm",
		"contract.input.inputSchemaUri": path + "/schemas/inputschema.json", "contract.output.successSchemaUri": path + "/schemas/successschema.json",
	})
	sameJSON(t, "input schema", []byte(created.Str(t, "contract.input.inputSchema")), queueInput)
	sameJSON(t, "success schema", []byte(created.Str(t, "contract.output.successSchema")), presenceOutput)
	has(t, ok(t, admin.Get(t, path)), map[string]string{"id": id, "version": "1"})
	refused(t, admin.Get(t, path+"/draft"), 404, "not.found", "")
	has(t, ok(t, admin.Post(t, actionsPath, anAction(integrationID, fields{"secure": true}))), map[string]string{"secure": "true"})
}

// "PostActionInput required: category, config, contract, integrationId, name;
// name and category ≤ 256 chars".
func TestActionsThatAreRefused(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	integrationID := newIntegration(t, admin, platform)
	app, functions := newIntegration(t, admin, "embedded-client-app"), newIntegration(t, admin, "function-data-actions")
	config := func(request, response fields, seconds any) fields {
		all := fields{"request": request, "response": response, "timeoutSeconds": seconds}
		return fields{"config": all}
	}
	url := fields{"requestUrlTemplate": "/api/v2/users/me", "requestType": "GET"}
	tests := []struct {
		name        string
		changes     fields
		code, field string
	}{
		{"no category", fields{"category": missing}, "constraint.validation", "category"},
		{"no configuration", fields{"config": missing}, "constraint.validation", "config"},
		{"no contract", fields{"contract": missing}, "constraint.validation", "contract"},
		{"no integration", fields{"integrationId": missing}, "constraint.validation", "integrationId"},
		{"no name", fields{"name": missing}, "constraint.validation", "name"},
		{"half a contract", fields{"contract": fields{"input": fields{"inputSchema": fields{"type": "object"}}}}, "constraint.validation", "contract.output"},
		{"a contract without schemas", fields{"contract": fields{"input": fields{}, "output": fields{}}}, "constraint.validation", "contract.input.inputSchema"},
		{"a number as name", fields{"name": 5}, "bad.request", "name"},
		{"a text as secure", fields{"secure": "yes"}, "bad.request", "secure"},
		{"an empty name", fields{"name": ""}, "constraint.validation", "name"},
		{"a blank name", fields{"name": " "}, "constraint.validation", "name"},
		{"a long name", fields{"name": long(257)}, "constraint.validation", "name"},
		{"a long category", fields{"category": long(257)}, "constraint.validation", "category"},
		// Guess: the codes of all that follows, but invalid.schema for a contract.
		{"an unknown integration", fields{"integrationId": nothing}, "bad.request", "integrationId"},
		{"an integration without actions", fields{"integrationId": app}, "bad.request", "integrationId"},
		{"a published action of a function", fields{"integrationId": functions}, "bad.request", ""},
		{"no URL", config(fields{"requestType": "GET"}, fields{}, nil), "bad.request", "config.request.requestUrlTemplate"},
		{"a URL of another service", config(fields{"requestUrlTemplate": "users/me", "requestType": "GET"}, fields{}, nil), "bad.request", "config.request.requestUrlTemplate"},
		{"a method that no action has", config(fields{"requestUrlTemplate": "/api/v2/users/me", "requestType": "PURGE"}, fields{}, nil), "bad.request", "config.request.requestType"},
		{"an hour", config(url, fields{}, 3600), "bad.request", "config.timeoutSeconds"},
		{"61 seconds", config(url, fields{}, 61), "bad.request", "config.timeoutSeconds"},
		{"-1 seconds", config(url, fields{}, -1), "bad.request", "config.timeoutSeconds"},
		{"half a second", config(url, fields{}, 0.5), "bad.request", "config.timeoutSeconds"},
		{"a number in the translation map", config(url, fields{"translationMap": fields{"a": 5}}, nil), "bad.request", "config.response.translationMap.a"},
		{"no JSONPath", config(url, fields{"translationMap": fields{"a": "$.["}}, nil), "bad.request", "config.response.translationMap.a"},
		{"a template that does not end", config(url, fields{"successTemplate": "#if($a)"}, nil), "bad.request", "config.response.successTemplate"},
		{"a sub-object in the input", fields{"contract": contractOf(`{"type":"object","properties":{"a":{"type":"object"}}}`, presenceOutput)}, "invalid.schema", "contract.input.inputSchema"},
		{"$ref in the output", fields{"contract": contractOf(queueInput, `{"type":"object","properties":{"a":{"$ref":"#"}}}`)}, "invalid.schema", "contract.output.successSchema"},
		{"a number out of range", fields{"contract": contractOf(queueInput, `{"type":"object","properties":{"a":{"maximum":1e9999999}}}`)}, "invalid.schema", "contract.output.successSchema"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			refused(t, admin.Post(t, actionsPath, anAction(integrationID, tt.changes)), 400, tt.code, tt.field)
		})
	}
	for _, path := range []string{actionsPath, drafts} {
		for _, body := range []any{nil, ``, `null`, `[]`, `{`} {
			want(t, admin.Post(t, path, body), 400)
		}
	}
	has(t, ok(t, admin.Get(t, actionsPath)), map[string]string{"total": "0"})
	has(t, ok(t, admin.Get(t, drafts)), map[string]string{"total": "0"})
}

func TestActionsAtTheirLimits(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	integrationID := newIntegration(t, admin, platform)
	ok(t, admin.Post(t, actionsPath, anAction(integrationID, fields{"name": long(256), "category": long(256)})))
	for _, method := range []string{"GET", "PUT", "POST", "PATCH", "DELETE"} {
		for _, seconds := range []any{1, 60, nil} {
			config := fields{"timeoutSeconds": seconds, "request": fields{"requestUrlTemplate": "/api/v2/users/me", "requestType": method}, "response": fields{}}
			created := ok(t, admin.Post(t, actionsPath, anAction(integrationID, fields{"config": config})))
			has(t, created, map[string]string{"config.request.requestType": method})
			if got := created.Str(t, "config.timeoutSeconds"); seconds != nil && got != string(encode(t, seconds)) {
				t.Errorf("timeoutSeconds = %q, want %v", got, seconds)
			}
		}
	}
}

// "Defaults of a fresh draft: requestType POST for functions (GET otherwise, a
// guess), headers {}, requestTemplate ${input.rawRequest}, translationMap {},
// translationMapDefaults {}, successTemplate ${rawResult}"; "drafts are more
// lenient: the wizard creates one with only name and integrationId"; "default
// category = integration name".
func TestTheDefaultsOfAFreshDraft(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	for typeID, method := range map[string]string{platform: "GET", web: "GET", "function-data-actions": "POST", "aws-lambda-data-actions": "GET", "salesforce-datadip": "GET"} {
		t.Run(typeID, func(t *testing.T) {
			t.Parallel()
			integrationID := newIntegration(t, admin, typeID)
			created := ok(t, admin.Post(t, drafts, fields{"name": "Draft", "integrationId": integrationID}))
			path := actionsPath + "/" + created.Str(t, "id")
			name := ok(t, admin.Get(t, base+"/"+integrationID)).Str(t, "name")
			url := ""
			if typeID == functions { // see TestAnActionCallsItsFunctionWhateverIsSent
				url = created.Str(t, "config.request.requestUrlTemplate")
			}
			for _, got := range []*mocktest.Response{created, ok(t, admin.Get(t, path+"/draft?includeConfig=true&expand=contract"))} {
				has(t, got, map[string]string{
					"name": "Draft", "category": name, "version": "1", "secure": "false", "integrationId": integrationID,
					"config.request.requestType": method, "config.request.headers": "{}", "config.request.requestUrlTemplate": url, "config.timeoutSeconds": "",
					"config.response.translationMap": "{}", "config.response.translationMapDefaults": "{}",
					"config.request.requestTemplateUri": path + "/draft/templates/requesttemplate.vm", "config.response.successTemplateUri": path + "/draft/templates/successtemplate.vm",
					"contract.input.inputSchemaUri": path + "/draft/schemas/inputschema.json", "contract.output.successSchemaUri": path + "/draft/schemas/successschema.json",
					"contract.input.inputSchema.type": "object", "contract.output.successSchema.type": "object", // Guess: empty objects
				})
			}
			wantText(t, admin.Get(t, path+"/draft/templates/requesttemplate.vm"), "${input.rawRequest}")
			wantText(t, admin.Get(t, path+"/draft/templates/successtemplate.vm"), "${rawResult}")
			refused(t, admin.Get(t, path), 404, "not.found", "") // Guess: until it is published
		})
	}
	integrationID := ok(t, admin.Post(t, base, fields{"integrationType": fields{"id": platform}, "name": "Mine"})).Str(t, "id")
	for _, category := range []string{"", "  "} {
		for _, path := range []string{actionsPath, drafts} {
			has(t, ok(t, admin.Post(t, path, anAction(integrationID, fields{"category": category}))), map[string]string{"category": "Mine"})
		}
	}
	refused(t, admin.Post(t, drafts, fields{"name": "x"}), 400, "constraint.validation", "integrationId")
	refused(t, admin.Post(t, drafts, fields{"integrationId": integrationID}), 400, "constraint.validation", "name")
	refused(t, admin.Post(t, drafts, fields{"integrationId": integrationID, "name": long(257)}), 400, "constraint.validation", "name")
	refused(t, admin.Post(t, drafts, fields{"integrationId": nothing, "name": "x"}), 400, "bad.request", "integrationId")
}

// wantText fails the test unless the answer is that text, as it is.
func wantText(t *testing.T, got *mocktest.Response, text string) {
	t.Helper()
	want(t, got, 200)
	if string(got.Body) != text {
		t.Errorf("%q, want %q", got.Body, text)
	}
	if media := got.Header.Get("Content-Type"); !strings.HasPrefix(media, "text/plain") {
		t.Errorf("Content-Type = %q", media)
	}
}

// "Terraform posts empty strings for unset templates: treat "" as the default".
// An absent template keeps the stored one; "" resets it.
func TestTemplates(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	integrationID := newIntegration(t, admin, platform)
	tests := []struct{ name, request, success, wantRequest, wantSuccess string }{
		{"empty", "", "", "${input.rawRequest}", "${rawResult}"},
		{"set", "{\"a\": \"${input.QueueID}\"}\n", "{\"b\":\t${esc.jsonString($x)} \"é<&>\"}", "{\"a\": \"${input.QueueID}\"}\n", "{\"b\":\t${esc.jsonString($x)} \"é<&>\"}"},
		{"blank", " ", "\n", " ", "\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			config := fields{
				"request":  fields{"requestUrlTemplate": "/api/v2/users/me", "requestType": "POST", "requestTemplate": tt.request, "headers": fields{}},
				"response": fields{"successTemplate": tt.success, "translationMap": fields{}, "translationMapDefaults": fields{}},
			}
			path := newAction(t, admin, integrationID, fields{"config": config})
			both := func(at string) {
				t.Helper()
				wantText(t, admin.Get(t, at+"/templates/requesttemplate.vm"), tt.wantRequest)
				wantText(t, admin.Get(t, at+"/templates/successtemplate.vm"), tt.wantSuccess)
			}
			both(path)
			accepted := admin.Do(t, "GET", path+"/templates/requesttemplate.vm", nil, map[string][]string{"Accept": {"*/*"}})
			wantText(t, accepted, tt.wantRequest)
			ok(t, admin.Post(t, path+"/draft", nil))
			both(path + "/draft")

			read := ok(t, admin.Get(t, path+"?includeConfig=true"))
			for _, inline := range []string{`"requestTemplate"`, `"successTemplate"`} {
				if strings.Contains(string(read.Body), inline) {
					t.Errorf("the configuration holds %s: %s", inline, read.Body)
				}
			}
			var action fields
			read.JSON(t, &action)
			ok(t, admin.Patch(t, path, fields{"version": 1, "config": action["config"]})) // as it was read
			both(path)
			ok(t, admin.Patch(t, path, fields{"version": 2, "config": fields{"request": fields{"requestTemplate": ""}, "response": fields{"successTemplate": ""}}}))
			wantText(t, admin.Get(t, path+"/templates/requesttemplate.vm"), "${input.rawRequest}")
			wantText(t, admin.Get(t, path+"/templates/successtemplate.vm"), "${rawResult}")
		})
	}
}

// "contract only with expand=contract, otherwise just the URIs; config only with
// includeConfig=true; with flatten=true the fields are inputSchemaFlattened (a
// schema) and successSchemaFlattened".
func TestWhatGettingAnActionTells(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	integrationID := newIntegration(t, admin, platform)
	const success = `{"type":"object","properties":{"history":{"type":"array","items":{"type":"object","properties":{"at":{"type":"string"}}}},"data":{"type":"object","properties":{"my field":{"type":"integer"}}}}}`
	published := newAction(t, admin, integrationID, fields{"contract": contractOf(queueInput, success)})
	ok(t, admin.Post(t, published+"/draft", nil))
	for _, path := range []string{published, published + "/draft"} {
		plain := ok(t, admin.Get(t, path))
		has(t, plain, map[string]string{"config": "", "contract.input.inputSchema": "", "contract.output.successSchema": "", "contract.output.successSchemaFlattened": "", "contract.input.inputSchemaUri": path + "/schemas/inputschema.json", "selfUri": published})

		contract := ok(t, admin.Get(t, path+"?expand=contract"))
		has(t, contract, map[string]string{"config": "", "contract.input.inputSchemaFlattened": "", "contract.output.successSchemaFlattened": ""})
		sameJSON(t, "the contract", []byte(contract.Str(t, "contract.output.successSchema")), success)

		config := ok(t, admin.Get(t, path+"?includeConfig=true"))
		has(t, config, map[string]string{"contract.output.successSchema": "", "config.request.requestType": "GET", "config.request.requestTemplateUri": path + "/templates/requesttemplate.vm"})

		for _, query := range []string{"?flatten=true", "?flatten=true&expand=contract&includeConfig=true"} {
			flat := ok(t, admin.Get(t, path+query))
			has(t, flat, map[string]string{"contract.output.successSchema": "", "contract.input.inputSchema": ""})
			sameJSON(t, "the input", []byte(flat.Str(t, "contract.input.inputSchemaFlattened")), queueInput)
			sameJSON(t, "the output", []byte(flat.Str(t, "contract.output.successSchemaFlattened")),
				`{"schema":{"type":"object","properties":{"history.at":{"type":"array","items":{"type":"string"}},"data.my field":{"type":"integer"}}},"arrayProperties":["history.at"]}`)
		}
		same := ok(t, admin.Get(t, path+"?flatten=false&includeConfig=false"))
		has(t, same, map[string]string{"config": "", "contract.input.inputSchemaFlattened": ""})
		refused(t, admin.Get(t, path+"?expand=everything"), 400, "invalid.query.param.value", "expand")
		refused(t, admin.Get(t, path+"?flatten=maybe"), 400, "invalid.query.param.value", "flatten")

		sameJSON(t, "inputschema.json", ok(t, admin.Get(t, path+"/schemas/inputschema.json")).Body, queueInput)
		sameJSON(t, "inputschema.json, flat", ok(t, admin.Get(t, path+"/schemas/inputschema.json?flatten=true")).Body, queueInput)
		sameJSON(t, "successschema.json", ok(t, admin.Get(t, path+"/schemas/successschema.json")).Body, success)
		sameJSON(t, "successschema.json, flat", ok(t, admin.Get(t, path+"/schemas/successschema.json?flatten=true")).Body,
			`{"type":"object","properties":{"history.at":{"type":"array","items":{"type":"string"}},"data.my field":{"type":"integer"}}}`)
		for _, file := range []string{"/schemas/other.json", "/schemas/requesttemplate.vm", "/templates/other.vm", "/templates/inputschema.json", "/templates/..", "/schemas/inputschema.JSON"} {
			refused(t, admin.Get(t, path+file), 404, "not.found", "")
		}
	}
	for _, file := range []string{"", "/draft", "/schemas/inputschema.json", "/templates/requesttemplate.vm", "/draft/schemas/inputschema.json", "/draft/templates/requesttemplate.vm", "/draft/validation"} {
		refused(t, admin.Get(t, actionsPath+"/custom_-_"+nothing+file), 404, "not.found", "")
	}
}

// "PATCH published: version + name, category, config only; contract and secure
// are immutable once published"; every change counts.
func TestChangingAPublishedAction(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	path := newAction(t, admin, newIntegration(t, admin, platform), nil)
	has(t, ok(t, admin.Patch(t, path, fields{"version": 1, "name": "New", "category": "Other"})), map[string]string{"version": "2", "name": "New", "category": "Other", "config.request.requestType": "GET"})
	has(t, ok(t, admin.Patch(t, path, fields{"version": 2, "category": ""})), map[string]string{"version": "3", "category": "Other"}) // Guess: nothing is no category
	has(t, ok(t, admin.Patch(t, path, fields{"version": 3, "config": fields{"timeoutSeconds": 10, "request": fields{"requestType": "POST", "headers": fields{"X-A": "b"}}}})), map[string]string{
		"version": "4", "config.timeoutSeconds": "10", "config.request.requestType": "POST", "config.request.headers": `{"X-A":"b"}`, "config.request.requestUrlTemplate": "/api/v2/routing/queues/${input.QueueID}",
	})
	// Terraform retries on 409 and on the words.
	for _, version := range []int{0, 1, 3, 5} {
		got := refused(t, admin.Patch(t, path, fields{"version": version, "name": "x"}), 409, "request.conflict", "version")
		if message := got.Str(t, "message"); !strings.Contains(message, "does not match the current version") {
			t.Errorf("message = %q", message)
		}
	}
	refused(t, admin.Patch(t, path, fields{"name": "x"}), 400, "constraint.validation", "version")
	refused(t, admin.Patch(t, path, fields{"version": 4, "name": ""}), 400, "constraint.validation", "name")
	refused(t, admin.Patch(t, path, fields{"version": 4, "name": long(257)}), 400, "constraint.validation", "name")
	refused(t, admin.Patch(t, path, fields{"version": 4, "category": long(257)}), 400, "constraint.validation", "category")
	refused(t, admin.Patch(t, path, fields{"version": 4, "config": fields{"request": fields{"requestUrlTemplate": ""}}}), 400, "bad.request", "config.request.requestUrlTemplate")
	refused(t, admin.Patch(t, path, fields{"version": 4, "config": fields{"timeoutSeconds": 61}}), 400, "bad.request", "config.timeoutSeconds")
	refused(t, admin.Patch(t, actionsPath+"/"+nothing, fields{"version": 1}), 404, "not.found", "")
	has(t, ok(t, admin.Get(t, path)), map[string]string{"version": "4", "name": "New"})
}

// Terraform sends both parts of a configuration, and no timeout where nobody has
// set one (BuildSdkActionConfig of its provider): the next plan must find none,
// also where there was one before.
//
// Guess: what says less than that leaves the timeout as it is.
func TestTerraformTakesATimeoutOut(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	integrationID := newIntegration(t, admin, platform)
	request := fields{"requestUrlTemplate": "/api/v2/users/me", "requestTemplate": "", "requestType": "GET", "headers": fields{}}
	response := fields{"translationMap": fields{}, "translationMapDefaults": fields{}, "successTemplate": ""}
	tests := []struct {
		name   string
		config fields
		want   string
	}{
		{"both parts", fields{"request": request, "response": response}, ""},
		{"both parts and another timeout", fields{"request": request, "response": response, "timeoutSeconds": 7}, "7"},
		{"the request", fields{"request": request}, "20"},
		{"the response", fields{"response": response}, "20"},
		{"nothing", fields{}, "20"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := newAction(t, admin, integrationID, fields{"config": fields{"request": request, "response": response, "timeoutSeconds": 20}})
			has(t, ok(t, admin.Patch(t, path, fields{"version": 1, "name": "New", "category": "Other", "config": tt.config})), map[string]string{"config.timeoutSeconds": tt.want})
			has(t, ok(t, admin.Get(t, path+"?includeConfig=true")), map[string]string{"version": "2", "config.timeoutSeconds": tt.want})
		})
	}
}

// A number that the validator cannot compute with fails at the step that compares
// the input with its schema, and takes nobody down.
func TestInputsOutOfRangeFailTheirStep(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	integrationID := newIntegration(t, admin, web)
	ok(t, setState(t, admin, integrationID, "ENABLED"))
	path := newDraft(t, admin, integrationID, fields{"contract": contractOf(`{"type":"object","properties":{"n":{"type":"number","maximum":5,"multipleOf":2}}}`, presenceOutput)})
	for _, number := range []string{"1e9999999", "-1e9999999", "1e-9999999", "7"} {
		got := ok(t, admin.Post(t, path+"/draft/test", `{"n":`+number+`}`))
		has(t, got, map[string]string{"success": "false", "error.code": "invalid.schema", "operations.2.success": "false", "operations.3": ""})
	}
}
