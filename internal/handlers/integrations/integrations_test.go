package integrations_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/mocktest"
)

// "The Terraform provider posts no name, so default the name to the type's
// name"; "intendedState DISABLED; config notes "", properties {}, advanced {},
// no credentials, version 1"; all of it there at once, and nothing null.
func TestANewIntegrationIsCompleteAtOnce(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	created := ok(t, admin.Post(t, base, `{"integrationType":{"id":"purecloud-data-actions"}}`))
	id := created.Str(t, "id")
	// Guess: the values of effective, detail and config.current.id.
	for what, got := range map[string]*mocktest.Response{"POST": created, "GET": ok(t, admin.Get(t, base+"/"+id))} {
		t.Run(what, func(t *testing.T) {
			has(t, got, map[string]string{
				"name": "Genesys Cloud Data Actions", "notes": "", "intendedState": "DISABLED", "attributes": "{}", "selfUri": base + "/" + id,
				"integrationType.id": platform, "integrationType.name": "Genesys Cloud Data Actions", "integrationType.category": "Data Actions", "integrationType.selfUri": base + "/types/" + platform,
				"reportedState.code": "INACTIVE", "reportedState.effective": "INACTIVE", "reportedState.detail": "{}", "reportedState.lastUpdated": "2026-01-15T12:00:00.000Z",
				"config.current.id": "current", "config.current.name": "Genesys Cloud Data Actions", "config.current.version": "1",
			})
		})
	}
	config := configOf(t, admin, id)
	for name, value := range map[string]string{"name": "Genesys Cloud Data Actions", "notes": ""} {
		if got, there := config[name]; !there || got != value {
			t.Errorf("%s = %v, want %q", name, got, value)
		}
	}
	for _, name := range []string{"properties", "advanced", "credentials"} {
		if got, isObject := config[name].(fields); !isObject || len(got) != 0 {
			t.Errorf("%s = %v, want {}", name, config[name])
		}
	}
	if config["version"] != 1.0 {
		t.Errorf("version = %v, want 1", config["version"])
	}
}

// "With several instances of one type the default names are made unique by a
// number after the name".
//
// Guess: the number stands after a space and begins with 1; numbers that have
// become free are used again.
func TestDefaultNamesAreMadeUniqueByANumber(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	install := func(body fields) *mocktest.Response { return ok(t, admin.Post(t, base, body)) }
	for _, name := range []string{"Web Services Data Actions", "Web Services Data Actions 1", "Web Services Data Actions 2"} {
		has(t, install(kindOf(web)), map[string]string{"name": name, "config.current.name": name})
	}
	ok(t, configure(t, admin, newIntegration(t, admin, web), fields{"name": "Renamed"}))
	has(t, install(kindOf(web)), map[string]string{"name": "Web Services Data Actions 3"})
	has(t, install(kindOf(platform)), map[string]string{"name": "Genesys Cloud Data Actions"})
	named := kindOf(web)
	named["name"] = "Mine"
	has(t, install(named), map[string]string{"name": "Mine"})
	has(t, install(named), map[string]string{"name": "Mine"}) // Guess: names that are chosen may be alike
	named["name"] = nil
	has(t, install(named), map[string]string{"name": "Web Services Data Actions 4"})
}

// "max 10" of the help article, and the message of the specification.
func TestATypeHasSoManyIntegrationsAndNoMore(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	var last string
	for range 10 {
		last = newIntegration(t, admin, platform)
	}
	full := refused(t, admin.Post(t, base, kindOf(platform)), 400, "max.integrations.reached", "")
	has(t, full, map[string]string{"message": "The maximum number of integrations for this type have already been created. One or more integrations must be removed before a new one can be created."})
	newIntegration(t, admin, web) // other types do not count
	ok(t, admin.Delete(t, base+"/"+last))
	newIntegration(t, admin, platform)
	refused(t, admin.Post(t, base, kindOf(platform)), 400, "max.integrations.reached", "")
}

func TestIntegrationsThatCannotBeInstalled(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	tests := []struct{ name, body, code, field string }{
		{"no body", ``, "constraint.validation", "integrationType.id"},
		{"null", `null`, "constraint.validation", "integrationType.id"},
		{"not JSON", `{"integrationType"`, "bad.request", ""},
		{"no type", `{"name":"x"}`, "constraint.validation", "integrationType"},
		{"a type without id", `{"integrationType":{"name":"x"}}`, "constraint.validation", "integrationType.id"},
		{"the type as a text", `{"integrationType":"purecloud-data-actions"}`, "bad.request", ""},
		{"a number as name", `{"integrationType":{"id":"purecloud-data-actions"},"name":5}`, "bad.request", "name"},
		// Guess: the code for a type that does not exist, and the longest name.
		{"an unknown type", `{"integrationType":{"id":"no-such-type"}}`, "bad.request", "integrationType.id"},
		{"a type in capitals", `{"integrationType":{"id":"PURECLOUD-DATA-ACTIONS"}}`, "bad.request", "integrationType.id"},
		{"a long name", `{"integrationType":{"id":"purecloud-data-actions"},"name":"` + long(257) + `"}`, "constraint.validation", "name"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			refused(t, admin.Post(t, base, tt.body), 400, tt.code, tt.field)
		})
	}
	t.Run("the longest name", func(t *testing.T) {
		t.Parallel()
		body := kindOf("webhook")
		body["name"] = long(256)
		ok(t, admin.Post(t, base, body))
	})
}

// Intended states and what is reported of them. "Only a missing required
// credential makes an active integration report ERROR; a wrong secret stays
// ACTIVE".
func TestIntendedAndReportedStates(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	ready := newIntegration(t, admin, platform)
	wrong := newCredential(t, admin, "pureCloudOAuthClient", map[string]string{"clientId": "nobody", "clientSecret": "wrong"})
	ok(t, configure(t, admin, ready, inSlot("pureCloudOAuthClient", wrong)))
	tests := []struct {
		name, typeID, id string
		reported         string
		message          string
	}{
		{"with a wrong credential", "", ready, "ACTIVE", ""},
		{"without the credential that it needs", platform, "", "ERROR", "pureCloudOAuthClient"},
		{"without the credential that Lambda needs", "aws-lambda-data-actions", "", "ERROR", "AmazonWebServicesARN"},
		{"without a credential that it may have", web, "", "ACTIVE", ""},
		{"of a type without credentials", "embedded-client-app", "", "ACTIVE", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			id := tt.id
			if id == "" {
				id = newIntegration(t, admin, tt.typeID)
			}
			enabled := ok(t, setState(t, admin, id, "ENABLED"))
			for _, got := range []*mocktest.Response{enabled, ok(t, admin.Get(t, base+"/"+id))} {
				has(t, got, map[string]string{"id": id, "intendedState": "ENABLED", "reportedState.code": tt.reported})
				// Guess: the words, which name the slot.
				if message := got.Str(t, "reportedState.detail.message"); (tt.message == "") != (message == "") || !strings.Contains(message, tt.message) {
					t.Errorf("detail.message = %q, want %q in it", message, tt.message)
				}
			}
			has(t, ok(t, setState(t, admin, id, "RESTORED")), map[string]string{"intendedState": "ENABLED"}) // Guess: nothing to bring back
			has(t, ok(t, setState(t, admin, id, "DISABLED")), map[string]string{"intendedState": "DISABLED", "reportedState.code": "INACTIVE", "reportedState.detail": "{}"})
		})
	}
}

func TestStatesThatAreRefused(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	id := newIntegration(t, admin, web)
	refused(t, setState(t, admin, id, "SLEEPING"), 400, "invalid.value", "intendedState")
	for _, nothing := range []any{nil, `{}`, `null`, `{"intendedState":null}`, `{"name":"x"}`} {
		refused(t, admin.Patch(t, base+"/"+id, nothing), 400, "constraint.validation", "intendedState")
	}
	refused(t, admin.Patch(t, base+"/"+id, `{"intendedState":5}`), 400, "invalid.value", "intendedState")
	refused(t, setState(t, admin, nothing, "ENABLED"), 404, "not.found", "")
	has(t, ok(t, admin.Get(t, base+"/"+id)), map[string]string{"intendedState": "DISABLED"})
}

// "PATCH carries only intendedState; name, notes etc. are readOnly there and
// change through config".
func TestAPatchChangesTheStateAndNothingElse(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	id := newIntegration(t, admin, web)
	srv.Clock.Advance(time.Minute)
	got := ok(t, admin.Patch(t, base+"/"+id, fields{
		"intendedState": "ENABLED", "name": "Other", "notes": "Other", "id": nothing, "selfUri": "/x",
		"config": fields{"current": fields{"name": "Other", "version": 7}}, "reportedState": fields{"code": "ERROR"}, "integrationType": fields{"id": platform},
	}))
	has(t, got, map[string]string{
		"id": id, "name": "Web Services Data Actions", "notes": "", "intendedState": "ENABLED", "reportedState.code": "ACTIVE",
		"config.current.version": "1", "integrationType.id": web, "reportedState.lastUpdated": "2026-01-15T12:01:00.000Z",
	})
}

// "Deleting an integration deletes its actions; the credential stays"; "DELETE
// answers 200 with the Integration"; "deleted integration: GET → 404".
func TestDeletingAnIntegration(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	tests := []struct {
		name   string
		remove func(t *testing.T, id string) *mocktest.Response
	}{
		{"by DELETE", func(t *testing.T, id string) *mocktest.Response { t.Helper(); return admin.Delete(t, base+"/"+id) }},
		{"by the state DELETED", func(t *testing.T, id string) *mocktest.Response { t.Helper(); return setState(t, admin, id, "DELETED") }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			id, other := newIntegration(t, admin, web), newIntegration(t, admin, web)
			credential := newCredential(t, admin, "userDefinedOAuth", map[string]string{"loginUrl": "https://login.example.com"})
			ok(t, configure(t, admin, id, inSlot("basicAuth", credential)))
			published, draft, kept := newAction(t, admin, id, nil), newDraft(t, admin, id, nil), newAction(t, admin, other, nil)
			ok(t, admin.Post(t, published+"/draft", nil))

			gone := ok(t, tt.remove(t, id))
			has(t, gone, map[string]string{"id": id, "integrationType.id": web, "intendedState": "DELETED"}) // Guess: the state that is told
			for _, path := range []string{base + "/" + id, base + "/" + id + "/config/current", published, published + "/draft", draft + "/draft", actionsPath + "/customAuth_-_" + id} {
				refused(t, admin.Get(t, path), 404, "not.found", "")
			}
			refused(t, tt.remove(t, id), 404, "not.found", "")
			refused(t, setState(t, admin, id, "RESTORED"), 404, "not.found", "")
			for _, path := range []string{credentials + "/" + credential, base + "/" + other, kept} {
				ok(t, admin.Get(t, path))
			}
		})
	}
}

// Clients look for the end of a list in three ways: an empty page, pageCount,
// no nextUri.
func TestTheListOfIntegrations(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	for _, name := range []string{"beta", "Alpha", "gamma"} {
		body := kindOf(web)
		body["name"] = name
		ok(t, admin.Post(t, base, body))
	}
	first := ok(t, admin.Get(t, base+"?pageSize=2"))
	has(t, first, map[string]string{"total": "3", "pageCount": "2", "pageSize": "2", "pageNumber": "1", "previousUri": "", "selfUri": base + "?pageNumber=1&pageSize=2"})
	same(t, "page 1", names(t, first), []string{"Alpha", "beta"}) // Guess: sorted by name
	last := ok(t, admin.Get(t, first.Str(t, "nextUri")))
	same(t, "page 2", names(t, last), []string{"gamma"})
	has(t, last, map[string]string{"nextUri": "", "pageCount": "2", "previousUri": base + "?pageNumber=1&pageSize=2"})
	past := ok(t, admin.Get(t, base+"?pageSize=2&pageNumber=3"))
	has(t, past, map[string]string{"entities": "[]", "nextUri": "", "total": "3"})
	has(t, ok(t, admin.Get(t, base)), map[string]string{"pageSize": "25", "pageNumber": "1", "nextUri": ""})
	for _, query := range []string{"pageSize=0", "pageSize=x", "pageNumber=-1", "pageNumber=1.5"} {
		refused(t, admin.Get(t, base+"?"+query), 400, "invalid.query.param.value", "")
	}
}

// "Without expand, config.current is only partial; expand=config.current returns
// credentials too".
func TestOnlyTheExpandedConfigurationTellsTheCredentials(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	id := newIntegration(t, admin, web)
	credential := newCredential(t, admin, "basicAuth", map[string]string{"userName": "ada", "password": "s3cret-word"})
	ok(t, configure(t, admin, id, inSlot("basicAuth", credential)))
	tests := []struct{ path, at, want string }{
		{base + "/" + id, "config.current.credentials.basicAuth.id", ""},
		{base + "/" + id + "?expand=config.current", "config.current.credentials.basicAuth.id", credential},
		{base + "/" + id + "?expand=config.effective,config.current", "config.current.credentials.basicAuth.id", credential},
		{base + "/" + id + "?expand=config", "config.current.credentials.basicAuth.id", ""},
		{base, "entities.0.config.current.credentials.basicAuth.id", ""},
		{base + "?expand=config.current", "entities.0.config.current.credentials.basicAuth.id", credential},
		{base + "?expand=a&expand=config.current", "entities.0.config.current.credentials.basicAuth.id", credential},
		{base + "/" + id + "/config/current", "credentials.basicAuth.id", credential},
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			t.Parallel()
			has(t, ok(t, admin.Get(t, tt.path)), map[string]string{tt.at: tt.want})
		})
	}
}

// "eventlog and eventlog/{eventId} existed in old SDK docs and are gone from the
// spec: 404 them".
func TestTheEventLogIsGone(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	for _, path := range []string{"/eventlog", "/eventlog/" + nothing} {
		refused(t, admin.Get(t, base+path), 404, "not.found", "")
		want(t, srv.Anonymous().Get(t, base+path), 401)
	}
}

// "webhook type: read-only attributes.webhookId and attributes.invocationUrl
// appear after creation".
//
// Guess: the address, which is that of the operation that takes events.
func TestAWebhookHasAnAddress(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	created := ok(t, admin.Post(t, base, kindOf("webhook")))
	webhookID := created.Str(t, "attributes.webhookId")
	if webhookID == "" || webhookID == created.Str(t, "id") {
		t.Errorf("webhookId = %q", webhookID)
	}
	path := base + "/" + created.Str(t, "id")
	for _, got := range []*mocktest.Response{created, ok(t, admin.Get(t, path)), ok(t, setState(t, admin, created.Str(t, "id"), "ENABLED"))} {
		has(t, got, map[string]string{"attributes.webhookId": webhookID, "attributes.invocationUrl": srv.URL + base + "/webhooks/" + webhookID + "/events"})
	}
	if other := ok(t, admin.Post(t, base, kindOf("webhook"))).Str(t, "attributes.webhookId"); other == webhookID {
		t.Error("two webhooks have one address")
	}
	has(t, ok(t, admin.Get(t, base+"/"+newIntegration(t, admin, web))), map[string]string{"attributes": "{}"})
}

// The catalogue of types, as far as it has sources.
func TestTypesOfIntegrations(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	listed := ok(t, admin.Get(t, base+"/types?pageSize=100"))
	all := names(t, listed)
	if !slices.IsSorted(all) {
		t.Errorf("the types are not sorted: %q", all)
	}
	tests := []struct{ id, name, category, slot, credentialTypes, required, most string }{
		{platform, "Genesys Cloud Data Actions", "Data Actions", "pureCloudOAuthClient", `["pureCloudOAuthClient"]`, "true", "10"},
		{web, "Web Services Data Actions", "Data Actions", "basicAuth", `["basicAuth","userDefined","userDefinedOAuth"]`, "false", "50"},
		{"function-data-actions", "Function Data Actions", "Data Actions", "userDefined", `["userDefined"]`, "false", "10"}, // Guess: the slot
		{"aws-lambda-data-actions", "AWS Lambda Data Actions", "Data Actions", "AmazonWebServicesARN", `["amazonWebServicesARN"]`, "true", "10"},
		{"salesforce-datadip", "Salesforce Data Actions", "Data Actions", "salesforceUser", `["salesforce"]`, "true", "50"},
		{"microsoft-dynamics-data-actions", "Microsoft Dynamics 365 Data Actions", "Data Actions", "msDynamics", `["msDynamics"]`, "true", "10"},
		{"zendesk-data-actions", "Zendesk Data Actions", "Data Actions", "zendeskApiToken", `["zendeskApiToken"]`, "true", "10"},
		// Guess: the categories and whether the credentials are needed from here on.
		{"google-data-actions", "Google Cloud Data Actions", "Data Actions", "googleServiceAccount", `["googleServiceAccount"]`, "true", "100"},
		{"embedded-client-app", "Client Application", "Client Apps", "", "", "", ""},
		{"embedded-client-app-interaction-widget", "Interaction Widget", "Client Apps", "", "", "", ""},
		{"premium-app-example", "Premium App Example", "Premium", "", "", "", ""},
		{"premium-widget-example", "Premium Widget Example", "Premium", "", "", "", ""},
		{"custom-smtp-server", "Custom SMTP Server", "Email", "basicAuth", `["basicAuth"]`, "false", ""},
		{"imap-server", "IMAP Server", "Email", "basicAuth", `["basicAuth"]`, "false", ""},
		{"amazon-eventbridge-source", "Amazon EventBridge Source", "Events", "", "", "", ""},
		{"audiohook", "AudioHook Monitor", "Audio", "audioHook", `["audioHook"]`, "false", ""},
		{"audio-connector", "Audio Connector", "Audio", "audioHook", `["audioHook"]`, "false", ""},
		{"webhook", "Webhook", "Webhooks", "", "", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.id, func(t *testing.T) {
			t.Parallel()
			got := ok(t, admin.Get(t, base+"/types/"+tt.id))
			has(t, got, map[string]string{"id": tt.id, "name": tt.name, "category": tt.category, "maxInstances": tt.most, "nonInstallable": "false", "selfUri": base + "/types/" + tt.id})
			if tt.slot != "" {
				has(t, got, map[string]string{"credentials." + tt.slot + ".required": tt.required, "credentials." + tt.slot + ".credentialTypes": tt.credentialTypes})
			}
			if !slices.Contains(all, tt.name) {
				t.Errorf("the list lacks %s: %q", tt.name, all)
			}
			for _, uri := range []string{"configPropertiesSchemaUri", "configAdvancedSchemaUri"} {
				has(t, ok(t, admin.Get(t, got.Str(t, uri))), map[string]string{"type": "object", "additionalProperties": "false", "$schema": "http://json-schema.org/draft-04/schema#"})
			}
			newIntegration(t, admin, tt.id) // all of them can be installed
		})
	}
	has(t, listed, map[string]string{"nextUri": ""})
	has(t, ok(t, admin.Get(t, base+"/types/premium-app-example")), map[string]string{"userPermissions": `["integration:examplePremiumApp:view"]`})
}

// Guess: the schemas of the configurations, made of the properties that clients
// are known to send.
func TestTheSchemasOfConfigurations(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	tests := []struct{ id, part, properties string }{
		{platform, "properties", `{}`},
		{platform, "advanced", `{}`},
		{"custom-smtp-server", "properties", `{"smtpHost":{"type":"string"}}`},
		{"custom-smtp-server", "advanced", `{}`},
		{"imap-server", "properties", `{"imapHost":{"type":"string"},"imapPort":{"type":["integer","string"]}}`},
	}
	for _, tt := range tests {
		t.Run(tt.id+"/"+tt.part, func(t *testing.T) {
			t.Parallel()
			got := ok(t, admin.Get(t, base+"/types/"+tt.id+"/configschemas/"+tt.part))
			sameJSON(t, "properties", []byte(got.Str(t, "properties")), tt.properties)
		})
	}
	refused(t, admin.Get(t, base+"/types/no-such-type"), 404, "not.found", "")
	refused(t, admin.Get(t, base+"/types/no-such-type/configschemas/properties"), 404, "not.found", "")
	want(t, admin.Get(t, base+"/types/"+platform+"/configschemas/secrets"), 400)
}

func TestPagesOfTypes(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	var all []string
	pages := 0
	for path := base + "/types?pageSize=5"; path != ""; pages++ {
		page := ok(t, admin.Get(t, path))
		all = append(all, names(t, page)...)
		path = page.Str(t, "nextUri")
	}
	whole := names(t, admin.Get(t, base+"/types?pageSize=100"))
	same(t, "all pages", all, whole)
	if pages != (len(whole)+4)/5 {
		t.Errorf("%d pages of 5 for %d types", pages, len(whole))
	}
	has(t, ok(t, admin.Get(t, base+"/types?pageNumber=9")), map[string]string{"entities": "[]", "nextUri": ""})
}
