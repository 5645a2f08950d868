package spec_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/spec"
)

// What a family keeps as it was sent holds no null where the body has none.
func TestNullsAreNotKept(t *testing.T) {
	t.Parallel()
	const body = `{ "version": 1, "name": null, "contract": {"input": {"inputSchema": {"type": "object", "properties": null, "required": ["b", "a"]}}, "output": {"successSchema": {}}} }`
	const want = `{"version":1,"contract":{"input":{"inputSchema":{"type":"object","required":["b","a"]}},"output":{"successSchema":{}}}}`
	in, refusal := operation(t, load(t), "patchIntegrationsActionDraft").Validate(&spec.Request{Body: []byte(body)})
	if refusal != nil {
		t.Fatal(refusal)
	}
	if string(in.Raw) != want {
		t.Errorf("%s\nwant %s", in.Raw, want)
	}
}

func TestBodyIsAccepted(t *testing.T) {
	t.Parallel()
	c := load(t)
	tests := []struct {
		name, id, body string
		want           string // the decoded body; "" means none
	}{
		{"plain", "postOauthClients", `{"name":"bot","accessTokenValiditySeconds":86400}`, `{"accessTokenValiditySeconds":86400,"name":"bot"}`},
		{"null for an optional field is absence", "postOauthClients", `{"name":"bot","description":null,"roleIds":null}`, `{"name":"bot"}`},
		{"null deeper down", "patchUser", `{"version":1,"chat":{"jabberId":null},"addresses":[{"address":"1","extension":null}]}`, `{"addresses":[{"address":"1"}],"chat":{},"version":1}`},
		{"read-only fields are dropped", "patchUser", `{"id":"1","selfUri":"/x","version":1,"primaryContactInfo":"nonsense"}`, `{"version":1}`},
		{"the id of an object inside another stays", "putIntegrationConfigCurrent", `{"id":"current","name":"n","version":1,"properties":{},"advanced":{},"notes":"","credentials":{"basicAuth":{"id":"c1","selfUri":"/x"}}}`, `{"advanced":{},"credentials":{"basicAuth":{"id":"c1"}},"name":"n","notes":"","properties":{},"version":1}`},
		{"a required field that is read-only is not required", "postOutboundSequences", `{"status":"on","campaigns":[]}`, `{"campaigns":[],"status":"on"}`},
		{"unknown fields are tolerated and dropped", "postOauthClients", `{"name":"bot","NAME":7,"secret":"s","colour":{"deep":[null]}}`, `{"name":"bot"}`},
		{"old spellings of grant types reach the family", "postOauthClients", `{"name":"bot","authorizedGrantType":"CLIENT_CREDENTIALS"}`, `{"authorizedGrantType":"CLIENT_CREDENTIALS","name":"bot"}`},
		{"wrong states of clients reach the family", "postOauthClients", `{"name":"bot","state":"asleep"}`, `{"name":"bot","state":"asleep"}`},
		{"a user without division", "postUsers", `{"name":"A","email":"a@mockcloud.test"}`, `{"email":"a@mockcloud.test","name":"A"}`},
		{"the state of a user alone", "patchUser", `{"state":"active"}`, `{"state":"active"}`},
		{"a division without description", "postAuthorizationDivisions", `{"name":"North"}`, `{"name":"North"}`},
		{"an integration by its type alone", "postIntegrations", `{"integrationType":{"id":"purecloud-data-actions"}}`, `{"integrationType":{"id":"purecloud-data-actions"}}`},
		{"a credential type by name", "postIntegrationsCredentials", `{"type":"basicAuth","credentialFields":{"userName":"u"}}`, `{"credentialFields":{"userName":"u"},"type":"basicAuth"}`},
		{"a credential type as an object", "postIntegrationsCredentials", `{"type":{"id":"basicAuth"}}`, `{"type":{"id":"basicAuth"}}`},
		{"a draft by name and integration", "postIntegrationsActionsDrafts", `{"name":"d","integrationId":"1"}`, `{"integrationId":"1","name":"d"}`},
		{"a contract as people write it", "patchIntegrationsActionDraft", `{"version":1,"contract":{"input":{"inputSchema":{"type":"object","additionalProperties":true}},"output":{"successSchema":{"type":"array","items":[{"type":["string","null"]}]}}}}`, `{"contract":{"input":{"inputSchema":{"additionalProperties":true,"type":"object"}},"output":{"successSchema":{"items":[{"type":["string","null"]}],"type":"array"}}},"version":1}`},
		{"maps of anything hold texts, numbers and nulls", "putFlowsDatatableRow", `{"KEY":"a","n":1,"flag":true,"none":null}`, `{"KEY":"a","flag":true,"n":1,"none":null}`},
		{"nulls in maps of texts are dropped", "postIntegrationsCredentials", `{"type":"x","credentialFields":{"a":null,"b":"c"}}`, `{"credentialFields":{"b":"c"},"type":"x"}`},
		{"a list", "putAuthorizationRoleUsersAdd", `["1","2"]`, `["1","2"]`},
		{"a text", "postProcessautomationTriggerTest", `"event"`, `"event"`},
		{"a bare text", "postProcessautomationTriggerTest", `event text`, `"event text"`},
		{"an object for a text is the text", "postProcessautomationTriggerTest", `{"a":1}`, `"{\"a\":1}"`},
		{"any JSON", "postIntegrationsWebhookEvents", `[1,null,{"a":null}]`, `[1,null,{"a":null}]`},
		{"any JSON, null included", "postIntegrationsWebhookEvents", ` null `, `null`},
		{"numbers keep their digits", "postOauthClients", `{"name":"bot","accessTokenValiditySeconds":9007199254740993}`, `{"accessTokenValiditySeconds":9007199254740993,"name":"bot"}`},
		{"dates of official clients", "postOauthClients", `{"name":"bot","dateToDelete":"2026-03-01T10:00:00.123456"}`, `{"dateToDelete":"2026-03-01T10:00:00.123456","name":"bot"}`},
		{"URIs are not checked", "postOauthClients", `{"name":"bot","registeredRedirectUri":["not a uri"]}`, `{"name":"bot","registeredRedirectUri":["not a uri"]}`},
		{"blanks around", "postUsers", " \r\n{\"name\":\"A\",\"email\":\"a\"}\n", `{"email":"a","name":"A"}`},
		{"no body where none is needed", "postAuthorizationRolesDefault", ``, ``},
		{"null as no body", "putIntegrationConfigCurrent", ` null `, ``},
		{"a body that the operation does not have", "getOauthClient", `{`, ``},
		{"a body with a deletion", "deleteOauthClient", `nonsense`, ``},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in, refusal := operation(t, c, tt.id).Validate(&spec.Request{Body: []byte(tt.body), ContentType: "application/json"})
			if refusal != nil {
				t.Fatal(refusal)
			}
			if tt.want == "" {
				if in.Body != nil || in.Raw != nil {
					t.Errorf("body = %v, raw = %s", in.Body, in.Raw)
				}
				return
			}
			got, err := json.Marshal(in.Body)
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != tt.want {
				t.Errorf("body = %s\nwant   %s", got, tt.want)
			}
			if string(in.Raw) == tt.body { // as sent, unless something in it was dropped
				return
			}
			decoder := json.NewDecoder(bytes.NewReader(in.Raw))
			decoder.UseNumber()
			var raw any
			if err := decoder.Decode(&raw); err != nil || !reflect.DeepEqual(raw, in.Body) {
				t.Errorf("raw = %s, %v", in.Raw, err)
			}
		})
	}
}

func TestBodyIsRefused(t *testing.T) {
	t.Parallel()
	c := load(t)
	tests := []struct {
		name, id, body string
		code, field    string
		message        string // a part of it
	}{
		{"no body where one is needed", "postOauthClients", ``, constraint, "body", "must not be null"},
		{"nothing where any JSON is needed", "postIntegrationsWebhookEvents", ` `, constraint, "body", "must not be null"},
		{"null where a body is needed", "postOauthClients", `null`, constraint, "body", "must not be null"},
		{"no JSON", "postOauthClients", `name=bot`, badRequest, "body", "malformed syntax"},
		{"broken JSON", "postOauthClients", `{"name":"bot"`, badRequest, "body", "malformed syntax"},
		{"half a text", "postOauthClients", `{"name":"b`, badRequest, "body", "malformed syntax"},
		{"two values", "postOauthClients", `{"name":"bot"}{"name":"bot"}`, badRequest, "body", "something follows"},
		{"rubbish behind", "postOauthClients", `{"name":"bot"};`, badRequest, "body", "something follows"},
		{"not UTF-8", "postOauthClients", "{\"name\":\"\xff\"}", badRequest, "body", "UTF-8"},
		{"too deep", "postIntegrationsWebhookEvents", strings.Repeat("[", 20000), badRequest, "body", "malformed syntax"},
		{"a list for an object", "postOauthClients", `[]`, badRequest, "body", "must be of type object"},
		{"an object for a list", "putAuthorizationRoleUsersAdd", `{}`, badRequest, "body", "must be of type array"},
		{"a number for a text", "postOauthClients", `{"name":1}`, badRequest, "name", "Field 'name' must be of type string."},
		{"a text for a number", "postOauthClients", `{"name":"bot","accessTokenValiditySeconds":"1"}`, badRequest, "accessTokenValiditySeconds", "must be of type integer"},
		{"a fraction for an integer", "postOauthClients", `{"name":"bot","accessTokenValiditySeconds":1.5}`, badRequest, "accessTokenValiditySeconds", "must be of type integer"},
		{"a number beyond all types", "postOauthClients", `{"name":"bot","accessTokenValiditySeconds":1e999}`, badRequest, "accessTokenValiditySeconds", "must be of type integer"},
		{"more than an int32", "patchUser", `{"version":2147483648}`, badRequest, "version", "out of the range"},
		{"a text for a boolean", "patchUser", `{"version":1,"acdAutoAnswer":"yes"}`, badRequest, "acdAutoAnswer", "must be of type boolean"},
		{"a wrong type deeper down", "postOauthClients", `{"name":"bot","roleDivisions":[{"roleId":"r","divisionId":"d"},{"roleId":1,"divisionId":"d"}]}`, badRequest, "roleDivisions[1].roleId", "Field 'roleDivisions[1].roleId'"},
		{"a wrong type in a map", "postIntegrationsCredentials", `{"type":"x","credentialFields":{"password":1}}`, badRequest, "credentialFields.password", "must be of type string"},
		{"a wrong type of several", "postIntegrationsCredentials", `{"type":1}`, badRequest, "type", "object or string"},
		{"null in a list", "postOauthClients", `{"name":"bot","scope":["a",null]}`, badRequest, "scope[1]", "must not be null"},
		{"a required field is missing", "postOauthClients", `{}`, constraint, "name", "Field 'name' is required."},
		{"a required field is null", "postOauthClients", `{"name":null}`, constraint, "name", "is required"},
		{"a required field is missing deeper down", "postOauthClients", `{"name":"bot","roleDivisions":[{"roleId":"r"}]}`, constraint, "roleDivisions[0].divisionId", "is required"},
		{"outside an enum", "patchUser", `{"version":1,"state":"asleep"}`, badValue, "state", "Value [asleep] is not valid for field type [state]. Allowable values are: active, inactive, deleted"},
		{"an enum in another case", "patchUser", `{"version":1,"state":"Active"}`, badValue, "state", "[Active]"},
		{"a number for an enum", "patchUser", `{"version":1,"state":7}`, badValue, "state", "[7]"},
		{"an object for an enum", "patchUser", `{"version":1,"state":{"secret":"s"}}`, badRequest, "state", "must be of type string"},
		{"outside an enum deeper down", "postUsers", `{"name":"A","email":"a","addresses":[{"mediaType":"PIGEON"}]}`, badValue, "addresses[0].mediaType", "PHONE, EMAIL, SMS"},
		{"no date", "postOauthClients", `{"name":"bot","dateToDelete":"soon"}`, badDate, "dateToDelete", "yyyy-MM-ddTHH:mm:ss.SSSZ"},
		{"a number for a date", "postOauthClients", `{"name":"bot","dateToDelete":1}`, badRequest, "dateToDelete", "must be of type string"},
		{"no interval", "postAnalyticsConversationsDetailsQuery", `{"interval":"today"}`, badDate, "interval", "ISO-8601"},
		{"below the minimum", "postIntegrationsActionDraftFunctionUpload", `{"fileName":"a.zip","signedUrlTimeoutSeconds":0}`, constraint, "signedUrlTimeoutSeconds", "must be at least 1"},
		{"above the maximum", "postIntegrationsActionDraftFunctionUpload", `{"fileName":"a.zip","signedUrlTimeoutSeconds":604801}`, constraint, "signedUrlTimeoutSeconds", "must be at most 604800"},
		{"against the pattern", "postIntegrationsActionDraftFunctionUpload", `{"fileName":"a/b"}`, constraint, "fileName", "required form"},
		{"too short a list", "postTaskmanagementWorkitemsBulkAddJobs", `{"entities":[]}`, constraint, "entities", "at least 1"},
		{"too long a list", "postTaskmanagementWorkitemsBulkAddJobs", `{"entities":[` + strings.TrimSuffix(strings.Repeat(`{"name":"n","typeId":"t"},`, 51), ",") + `]}`, constraint, "entities", "at most 50"},
		{"too long a text", "postExternalcontactsImportCsvUploads", `{"fileSize":1,"fileName":"` + strings.Repeat("é", 257) + `"}`, constraint, "fileName", "at most 256 characters"},
		{"too short a text", "patchTaskmanagementWorktype", `{"name":"ab"}`, constraint, "name", "at least 3 characters"},
		{"twice in a set", "postOauthClients", `{"name":"bot","roleIds":["a","a"]}`, constraint, "roleIds", "twice"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, refusal := operation(t, c, tt.id).Validate(&spec.Request{Body: []byte(tt.body), ContentType: "application/json"})
			checkRefusal(t, refusal, tt.code, tt.field, tt.message)
		})
	}
}

func TestContentTypes(t *testing.T) {
	t.Parallel()
	c := load(t)
	const body = `{"name":"bot"}`
	tests := []struct {
		id, contentType, body string
		status                int // 0 means accepted
	}{
		{"postOauthClients", "", body, 0},
		{"postOauthClients", "application/json", body, 0},
		{"postOauthClients", "Application/JSON; Charset=UTF-8", body, 0},
		{"postOauthClients", "application/json;", body, 0},
		{"postOauthClients", "application/json; charset", body, 0},
		{"postOauthClients", "application/vnd.api+json", body, 0},
		{"postScimUsers", "application/scim+json", `{"userName":"a","displayName":"A"}`, 0},
		{"postOauthClients", "text/plain", body, 415},
		{"postOauthClients", "application/x-www-form-urlencoded", body, 415},
		{"postOauthClients", "application/xml", body, 415},
		{"postOauthClients", "json", body, 415},
		{"postOauthClients", ";;;", body, 415},
		{"postProcessautomationTriggerTest", "text/plain; charset=utf-8", "event", 0},
		// Without a body the type means nothing.
		{"postOauthClients", "text/plain", "", 400},
		{"getOauthClient", "text/plain", "", 0},
		{"deleteOauthClient", "text/plain", "x", 0},
		{"putIntegrationConfigCurrent", "text/plain", "null", 0},
	}
	for _, tt := range tests {
		_, refusal := operation(t, c, tt.id).Validate(&spec.Request{Body: []byte(tt.body), ContentType: tt.contentType})
		switch {
		case tt.status == 0 && refusal != nil:
			t.Errorf("%s with %q: %v", tt.id, tt.contentType, refusal)
		case tt.status != 0 && (refusal == nil || refusal.Status != tt.status):
			t.Errorf("%s with %q: %+v", tt.id, tt.contentType, refusal)
		case tt.status == 415 && refusal.Code != badMedia:
			t.Errorf("%s with %q: %s", tt.id, tt.contentType, refusal.Code)
		}
	}
}

func TestRefusalsShowNoValues(t *testing.T) {
	t.Parallel()
	c := load(t)
	const secret = "hunter2"
	bodies := map[string][]string{
		"postOauthClients": {
			`{"name":["` + secret + `"]}`, `{"name":"bot","secret":"` + secret + `","state":1}`, `{"name":"bot","dateToDelete":"` + secret + `"}`,
			`{"name":"` + secret, `{"roleIds":["` + secret + `","` + secret + `"],"name":"x"}`,
		},
		"postIntegrationsCredentials":               {`{"type":["` + secret + `"]}`, `{"type":"x","credentialFields":{"a":["` + secret + `"]}}`},
		"postIntegrationsActionDraftFunctionUpload": {`{"fileName":"` + secret + `/"}`},
	}
	for id, list := range bodies {
		for _, body := range list {
			_, refusal := operation(t, c, id).Validate(&spec.Request{Body: []byte(body)})
			if refusal == nil {
				t.Errorf("%s accepted %s", id, body)
				continue
			}
			if text, err := json.Marshal(refusal); err != nil || strings.Contains(string(text), secret) {
				t.Errorf("%s: %s %v", id, text, err)
			}
		}
	}
}
