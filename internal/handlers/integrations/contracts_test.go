package integrations_test

import (
	"encoding/json"
	"strings"
	"testing"
)

// "Contract schemas must be kept verbatim: items and array roots are legal";
// "draft-04 tuple form items:[{…}] occurs in official examples";
// "additionalProperties true/false as a boolean".
func TestContractsAreKeptAsTheyWereSent(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	integrationID := newIntegration(t, admin, web)
	tests := []struct{ name, input, success string }{
		{"an array root", `{"type":"object","properties":{}}`, `{"type":"array","items":{"type":"object","properties":{"b":{"type":"string"},"a":{"type":"integer"}}}}`},
		{"draft 4's tuple", `{"$schema":"http://json-schema.org/draft-04/schema#","type":"object","properties":{"z":{"type":"string"},"a":{"type":"number"}}}`, `{"$schema":"http://json-schema.org/draft-04/schema#","type":"object","properties":{"list":{"type":"array","items":[{"type":"string"}]}}}`},
		{"booleans", `{"type":"object","properties":{},"additionalProperties":false}`, `{"type":"object","properties":{"a":{"type":"object","additionalProperties":true}},"additionalProperties":true}`},
		{"signs of HTML", `{"type":"object","properties":{"a":{"type":"string","description":"<a> & 'b' é"}}}`, `{"type":"object","properties":{"a":{"type":"string","pattern":"^<[a-z]+>$"}}}`},
		{"keywords of one's own", `{"type":"object","title":"T","x-note":"n","properties":{"a":{"type":"string","default":"d","enum":["d","e"],"x":1.50}}}`, `{"type":"object","properties":{"a":{"type":["string","null"],"format":"date","default":null}},"definitions":{"a":{}}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			// As text, since encoding it would change it.
			body := `{"name":"a","category":"c","integrationId":"` + integrationID + `","config":{"request":{"requestUrlTemplate":"https://example.com"},"response":{}},"contract":{"input":{"inputSchema":` + tt.input + `},"output":{"successSchema":` + tt.success + `}}}`
			path := actionsPath + "/" + ok(t, admin.Post(t, actionsPath, body)).Str(t, "id")
			read := ok(t, admin.Get(t, path+"?expand=contract"))
			sameJSON(t, "input", []byte(read.Str(t, "contract.input.inputSchema")), tt.input)
			sameJSON(t, "output", []byte(read.Str(t, "contract.output.successSchema")), tt.success)
			// Letter by letter, but for spaces, of which these have none outside of texts.
			for file, sent := range map[string]string{"inputschema.json": tt.input, "successschema.json": tt.success} {
				if got := ok(t, admin.Get(t, path+"/schemas/"+file)).Body; strings.TrimSpace(string(got)) != sent {
					t.Errorf("%s = %s\nwant %s", file, got, sent)
				}
			}
			ok(t, admin.Get(t, path+"?flatten=true"))
		})
	}
}

// The quoted message reaches the client letter by letter, from every operation
// that says whether a contract will do.
func TestTheMessageAboutSubObjects(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	integrationID := newIntegration(t, admin, platform)
	const message = `Failed Validation of contract.input.inputSchema as a simple properties schema. Must be an Object with properties and no sub-objects. JSON failed schema validation for the following reasons: Schema: # @/properties/properties/patternProperties/^[a-zA-Z][a-zA-Z0-9_-]*$/properties/type. Error location: /properties/address/type. instance value ("object") not found in enum (possible values: ["boolean","integer","null","number","string"])`
	body := anAction(integrationID, fields{"contract": contractOf(`{"type":"object","properties":{"address":{"type":"object","properties":{"city":{"type":"string"}}}}}`, presenceOutput)})
	has(t, refused(t, admin.Post(t, actionsPath, body), 400, "invalid.schema", "contract.input.inputSchema"), map[string]string{"message": message, "details.0.errorCode": "ACTION.PROCESSING"})
	path := actionsPath + "/" + ok(t, admin.Post(t, drafts, body)).Str(t, "id")
	has(t, ok(t, admin.Get(t, path+"/draft/validation")), map[string]string{"valid": "false", "errors.0.message": message, "errors.0.code": "invalid.schema", "errors.0.status": "400", "errors.1": ""})
	has(t, refused(t, admin.Post(t, path+"/draft/publish", fields{"version": 1}), 400, "invalid.schema", ""), map[string]string{"message": message})
}

// "Contract and secure are immutable once published" and "Terraform recreates"
// the action; the same schema in another order is the same.
//
// Guess: the status and code of the refusal; that it comes from a draft, too.
func TestTheContractOfWhatWasPublishedStays(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	const reordered = ` { "properties":{"QueueID":{"type":"string"}} , "additionalProperties":true,"type":"object","required":["QueueID"]}`
	tests := []struct {
		name   string
		change fields
	}{
		{"another input", fields{"contract": contractOf(`{"type":"object","properties":{}}`, presenceOutput)}},
		{"another output", fields{"contract": contractOf(queueInput, `{"type":"object","properties":{}}`)}},
		{"secure", fields{"secure": true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := newAction(t, admin, newIntegration(t, admin, web), nil)
			ok(t, admin.Post(t, path+"/draft", nil))
			tt.change["version"] = 1
			refused(t, admin.Patch(t, path+"/draft", tt.change), 400, "bad.request", "")
			refused(t, admin.Patch(t, path, tt.change), 400, "bad.request", "")
			for _, at := range []string{path, path + "/draft"} {
				got := ok(t, admin.Get(t, at+"?expand=contract"))
				has(t, got, map[string]string{"secure": "false"})
				sameJSON(t, "the input", []byte(got.Str(t, "contract.input.inputSchema")), queueInput)
				sameJSON(t, "the output", []byte(got.Str(t, "contract.output.successSchema")), presenceOutput)
			}
			inOtherWords := fields{"version": 1, "secure": false, "contract": contractOf(reordered, presenceOutput)}
			has(t, ok(t, admin.Patch(t, path, inOtherWords)), map[string]string{"version": "2"})
			ok(t, admin.Patch(t, path+"/draft", inOtherWords))
			has(t, ok(t, admin.Post(t, path+"/draft/publish", fields{"version": 2})), map[string]string{"version": "3"})
		})
	}
}

// One JSON value of a body that nobody would call small does no harm.
func TestHugeContractsAreAnsweredSoon(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	integrationID := newIntegration(t, admin, platform)
	var b strings.Builder
	for n := range 10_000 {
		if n > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`"p` + strings.Repeat("x", n%7) + string(encode(t, n)) + `":{"type":"object"}`)
	}
	got := refused(t, admin.Post(t, actionsPath, anAction(integrationID, fields{"contract": contractOf(`{"type":"object","properties":{`+b.String()+`}}`, presenceOutput)})), 400, "invalid.schema", "contract.input.inputSchema")
	if len(got.Body) > 10_000 {
		t.Errorf("the refusal has %d bytes", len(got.Body))
	}
	deep := strings.Repeat(`{"type":"object","properties":{"a":`, 2000) + `{}` + strings.Repeat(`}}`, 2000)
	want(t, admin.Post(t, actionsPath, anAction(integrationID, fields{"contract": contractOf(queueInput, deep)})), 400)
	want(t, admin.Post(t, actionsPath, json.RawMessage(`{"contract":`+strings.Repeat(`[`, 9000)+strings.Repeat(`]`, 9000)+`}`)), 400)
}
