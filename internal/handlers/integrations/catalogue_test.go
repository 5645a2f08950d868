package integrations_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/fixtures"
	"github.com/mockcloud/mockcloud/mocktest"
)

// expectation is what is known of a type from elsewhere than its record: the
// table of types in the facts, read by people.
type expectation struct {
	slot        string
	credentials []string // the types that the slot takes
	required    bool     // the slot
	most        int      // integrations; 0 for no known limit
	properties  []string // names of the configuration; nil where another test looks at them
	good, bad   string   // properties that are taken and refused; bad may be left out
	actions     string   // the URL that an action calls; "" for a type without actions, or whose actions another test runs
	noActions   bool     // makes none at all
}

var none = []string{}

var expectations = map[string]expectation{
	platform:                  {"pureCloudOAuthClient", []string{"pureCloudOAuthClient"}, true, 10, none, `{}`, `{"url":"x"}`, "/api/v2/routing/queues", false},
	web:                       {"basicAuth", []string{"basicAuth", "userDefined", "userDefinedOAuth"}, false, 50, none, `{}`, `{"url":"x"}`, "https://crm.example.test/a", false},
	"function-data-actions":   {"userDefined", []string{"userDefined"}, false, 10, none, `{}`, `{"url":"x"}`, "", false},
	"aws-lambda-data-actions": {"AmazonWebServicesARN", []string{"amazonWebServicesARN"}, true, 10, none, `{}`, `{"ARN":"x"}`, "arn:aws:lambda:eu-central-1:000000000000:function:fake", false},
	"salesforce-datadip":      {"salesforceUser", []string{"salesforce"}, true, 50, none, `{}`, `{"url":"x"}`, "/services/data/v54.0/sobjects/Case", false},
	"microsoft-dynamics-data-actions": {
		"msDynamics", []string{"msDynamics"}, true, 10, none, `{}`, `{"url":"x"}`, "/api/data/v9.2/contacts", false,
	},
	"zendesk-data-actions": {"zendeskApiToken", []string{"zendeskApiToken"}, true, 10, none, `{}`, `{"url":"x"}`, "/api/v2/tickets.json", false},
	// Guess: id, slot and type of credential.
	"google-data-actions": {"googleServiceAccount", []string{"googleServiceAccount"}, true, 100, none, `{}`, `{"url":"x"}`, "https://fake.cloudfunctions.example.test/f", false},

	"embedded-client-app":                    {good: `{"url":"https://example.com","displayType":"standalone"}`, noActions: true},
	"embedded-client-app-interaction-widget": {good: `{"url":"https://example.com"}`, noActions: true},
	"premium-app-example":                    {good: `{"url":"https://example.com"}`, noActions: true},
	"premium-widget-example":                 {good: `{"url":"https://example.com"}`, noActions: true},
	"webhook":                                {good: `{}`, noActions: true},

	"custom-smtp-server":        {"basicAuth", []string{"basicAuth"}, false, 0, []string{"smtpHost"}, `{"smtpHost":"mail.example.com"}`, `{"smtpHost":5}`, "", true},
	"imap-server":               {"basicAuth", []string{"basicAuth"}, false, 0, []string{"imapHost", "imapPort"}, `{"imapHost":"mail.example.com","imapPort":993}`, `{"imapHost":[]}`, "", true},
	"amazon-eventbridge-source": {"", nil, false, 0, []string{"awsAccountId", "awsAccountRegion", "eventFilter", "eventSourceSuffix"}, `{"awsAccountId":"000000000000","eventFilter":["v2.users.{id}.presence"]}`, `{"eventFilter":"all"}`, "", true},
	"audiohook":                 {"audioHook", []string{"audioHook"}, false, 0, []string{"channel", "connectionUri"}, `{"channel":"both","connectionUri":"wss://example.com"}`, `{"channel":"left"}`, "", true},
	"audio-connector":           {"audioHook", []string{"audioHook"}, false, 0, []string{"connectionUri"}, `{"connectionUri":"wss://example.com"}`, `{"connectionUri":{}}`, "", true},
}

// Every type of the catalogue goes from installing to deleting as it is known to,
// and there is none that nobody knows.
func TestEveryTypeIsInstalledConfiguredUsedAndDeleted(t *testing.T) {
	t.Parallel()
	var catalogue []struct{ ID string }
	if err := json.Unmarshal(fixtures.IntegrationTypes, &catalogue); err != nil {
		t.Fatal(err)
	}
	known := maps.Clone(expectations)
	for _, typ := range catalogue {
		want, ok := known[typ.ID]
		if !ok {
			t.Errorf("nothing is expected of the type %s", typ.ID)
			continue
		}
		delete(known, typ.ID)
		t.Run(typ.ID, func(t *testing.T) {
			t.Parallel()
			srv, admin := start(t)
			run := &journey{t, srv, admin, typ.ID, "", want}
			run.install()
			run.configure()
			for _, credential := range want.credentials {
				run.plug(credential)
				run.act()
			}
			if len(want.credentials) == 0 {
				run.act()
			}
			run.end()
		})
	}
	for id := range known {
		t.Errorf("the catalogue lacks the type %s", id)
	}
}

// journey is one type on its way.
type journey struct {
	t      *testing.T
	srv    *mocktest.Server
	admin  *mocktest.Client
	typeID string
	path   string // of the integration
	want   expectation
}

func (j *journey) install() {
	j.t.Helper()
	id := newIntegration(j.t, j.admin, j.typeID)
	j.path = base + "/" + id
	has(j.t, ok(j.t, j.admin.Get(j.t, j.path)), map[string]string{
		"integrationType.id": j.typeID, "intendedState": "DISABLED", "reportedState.code": "INACTIVE",
		"config.current.version": "1", "config.current.properties": "{}", "config.current.advanced": "{}", "config.current.notes": "",
	})
	reported := "ACTIVE"
	if j.want.required {
		reported = "ERROR"
	}
	has(j.t, ok(j.t, setState(j.t, j.admin, id, "ENABLED")), map[string]string{"intendedState": "ENABLED", "reportedState.code": reported})
}

func (j *journey) id() string { return strings.TrimPrefix(j.path, base+"/") }

// configure sends properties that are right, and some that are wrong, which
// change nothing.
func (j *journey) configure() {
	j.t.Helper()
	typ := ok(j.t, j.admin.Get(j.t, base+"/types/"+j.typeID))
	if j.want.most > 0 {
		has(j.t, typ, map[string]string{"maxInstances": map[int]string{10: "10", 50: "50", 100: "100"}[j.want.most]})
	}
	var schema struct{ Properties map[string]any }
	ok(j.t, j.admin.Get(j.t, typ.Str(j.t, "configPropertiesSchemaUri"))).JSON(j.t, &schema)
	if names := slices.Sorted(maps.Keys(schema.Properties)); j.want.properties != nil && !slices.Equal(names, j.want.properties) {
		j.t.Errorf("the properties are %q, want %q", names, j.want.properties)
	}
	has(j.t, ok(j.t, configure(j.t, j.admin, j.id(), fields{"properties": json.RawMessage(j.want.good)})), map[string]string{"version": "2"})
	wrong := []fields{{"properties": json.RawMessage(`{"no such property":1}`)}, {"advanced": json.RawMessage(`{"no such property":1}`)}, {"properties": json.RawMessage(`[]`)}}
	if j.want.bad != "" {
		wrong = append(wrong, fields{"properties": json.RawMessage(j.want.bad)})
	}
	for _, changes := range wrong {
		got := configure(j.t, j.admin, j.id(), changes)
		want(j.t, got, 400)
		if message := got.Str(j.t, "message"); changes["properties"] == nil && !strings.Contains(message, "Input validation error") {
			j.t.Errorf("message = %q", message)
		}
	}
	after := ok(j.t, j.admin.Get(j.t, j.path+"/config/current"))
	has(j.t, after, map[string]string{"version": "2"})
	sameJSON(j.t, "properties", []byte(after.Str(j.t, "properties")), j.want.good)
	slot := j.want.slot
	if slot == "" {
		slot = "basicAuth"
	}
	for name, values := range everyCredential { // all that do not fit
		if !slices.Contains(j.want.credentials, name) {
			want(j.t, configure(j.t, j.admin, j.id(), inSlot(slot, newCredential(j.t, j.admin, name, values))), 400)
		}
	}
	has(j.t, ok(j.t, j.admin.Get(j.t, j.path+"/config/current")), map[string]string{"version": "2", "credentials": "{}"})
}

// plug makes a credential of the type and puts it into the slot.
func (j *journey) plug(typeName string) {
	j.t.Helper()
	values := everyCredential[typeName]
	switch typeName {
	case "pureCloudOAuthClient":
		env := j.srv.Environment()
		values = map[string]string{"clientId": env.ClientID, "clientSecret": env.ClientSecret}
	case "userDefinedOAuth":
		values = map[string]string{"loginUrl": "https://login.example.test/token"}
		j.srv.Stub(j.t, mocktest.Stub{URL: values["loginUrl"], Body: map[string]string{"access_token": "fake-token"}})
	}
	id := newCredential(j.t, j.admin, typeName, values)
	got := ok(j.t, configure(j.t, j.admin, j.id(), inSlot(j.want.slot, id)))
	has(j.t, got, map[string]string{"credentials." + j.want.slot + ".id": id, "credentials." + j.want.slot + ".type.name": typeName})
	has(j.t, ok(j.t, j.admin.Get(j.t, j.path)), map[string]string{"reportedState.code": "ACTIVE", "reportedState.detail": "{}"})
}

// act takes an action from its draft to its end with the integration disabled.
func (j *journey) act() {
	j.t.Helper()
	body := anAction(j.id(), fields{"contract": contractOf(`{"type":"object","properties":{},"additionalProperties":true}`, `{"type":"object","properties":{},"additionalProperties":true}`)})
	switch {
	case j.want.noActions:
		refused(j.t, j.admin.Post(j.t, drafts, body), 400, "bad.request", "integrationId")
		refused(j.t, j.admin.Post(j.t, actionsPath, body), 400, "bad.request", "integrationId")
		return
	case j.want.actions == "":
		return
	}
	stub := j.srv.Stub(j.t, mocktest.Stub{URL: j.want.actions, Body: map[string]any{"by": "the stub"}})
	path := newDraft(j.t, j.admin, j.id(), nil)
	contract := body["contract"]
	ok(j.t, j.admin.Patch(j.t, path+"/draft", fields{"version": 1, "contract": contract, "config": fields{"request": fields{"requestUrlTemplate": j.want.actions, "requestType": "GET"}}}))
	has(j.t, ok(j.t, j.admin.Get(j.t, path+"/draft/validation")), map[string]string{"valid": "true"})
	has(j.t, ok(j.t, j.admin.Post(j.t, path+"/draft/test", "{}")), map[string]string{"success": "true", "finalResult.by": "the stub"})
	refused(j.t, j.admin.Post(j.t, path+"/execute", "{}"), 404, "not.found", "")
	has(j.t, ok(j.t, j.admin.Post(j.t, path+"/draft/publish", fields{"version": 2})), map[string]string{"version": "1"})
	has(j.t, ok(j.t, j.admin.Post(j.t, path+"/test", "{}")), map[string]string{"success": "true", "finalResult.by": "the stub"})
	has(j.t, ok(j.t, j.admin.Post(j.t, path+"/execute", "{}")), map[string]string{"by": "the stub"})
	ok(j.t, setState(j.t, j.admin, j.id(), "DISABLED"))
	for _, how := range []string{"/execute", "/test"} {
		want(j.t, j.admin.Post(j.t, path+how, "{}"), 400)
	}
	if got := j.srv.StubHits(j.t, stub); got != 3 {
		j.t.Errorf("the stub answered %d times, want 3", got)
	}
	ok(j.t, setState(j.t, j.admin, j.id(), "ENABLED"))
	has(j.t, ok(j.t, j.admin.Post(j.t, path+"/execute", "{}")), map[string]string{"by": "the stub"})
	if j.want.required { // "Only a missing required credential makes an active integration report ERROR"
		held := configOf(j.t, j.admin, j.id())["credentials"]
		ok(j.t, configure(j.t, j.admin, j.id(), fields{"credentials": fields{}}))
		has(j.t, ok(j.t, j.admin.Get(j.t, j.path)), map[string]string{"reportedState.code": "ERROR", "reportedState.detail.messageParams.credential": j.want.slot})
		refused(j.t, j.admin.Post(j.t, path+"/execute", "{}"), 400, "invalid.credentials", "")
		ok(j.t, configure(j.t, j.admin, j.id(), fields{"credentials": held}))
	}
}

// end deletes the integration, and all that belongs to it.
func (j *journey) end() {
	j.t.Helper()
	ok(j.t, setState(j.t, j.admin, j.id(), "DISABLED"))
	has(j.t, ok(j.t, j.admin.Delete(j.t, j.path)), map[string]string{"id": j.id(), "intendedState": "DELETED"})
	refused(j.t, j.admin.Get(j.t, j.path), 404, "not.found", "")
	same(j.t, "the actions left", names(j.t, j.admin.Get(j.t, actionsPath+"?includeAuthActions=true")), []string{})
}

// "max" of the help article, for every type that has one.
func TestEveryTypeHasItsLimit(t *testing.T) {
	t.Parallel()
	for id, want := range expectations {
		if want.most == 0 {
			continue
		}
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			_, admin := start(t)
			for range want.most {
				newIntegration(t, admin, id)
			}
			refused(t, admin.Post(t, base, kindOf(id)), 400, "max.integrations.reached", "")
		})
	}
}
