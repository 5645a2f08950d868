package integrations_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// "PUT body is complete"; what is missing is refused by its name.
func TestAConfigurationIsSentAsAWhole(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	id := newIntegration(t, admin, web)
	for _, name := range []string{"name", "version", "properties", "advanced", "notes", "credentials"} {
		t.Run("without "+name, func(t *testing.T) {
			refused(t, configure(t, admin, id, fields{name: missing}), 400, "constraint.validation", name)
		})
		t.Run("with null as "+name, func(t *testing.T) {
			refused(t, configure(t, admin, id, fields{name: nil}), 400, "constraint.validation", name)
		})
	}
	for _, nothing := range []any{nil, `null`} {
		refused(t, admin.Put(t, base+"/"+id+"/config/current", nothing), 400, "constraint.validation", "properties")
	}
	tests := []struct {
		name    string
		changes fields
		code    string
		field   string
	}{
		{"properties as a list", fields{"properties": []string{}}, "bad.request", "properties"},
		{"a text as version", fields{"version": "1"}, "bad.request", "version"},
		{"credentials as a list", fields{"credentials": []string{}}, "bad.request", "credentials"},
		// Guess: what a name must be and how long notes can be.
		{"an empty name", fields{"name": ""}, "constraint.validation", "name"},
		{"a blank name", fields{"name": "  "}, "constraint.validation", "name"},
		{"a long name", fields{"name": long(257)}, "constraint.validation", "name"},
		{"long notes", fields{"notes": long(8001)}, "constraint.validation", "notes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			refused(t, configure(t, admin, id, tt.changes), 400, tt.code, tt.field)
		})
	}
	if got := configOf(t, admin, id)["version"]; got != 1.0 {
		t.Errorf("what was refused counted: version = %v", got)
	}
}

// "The version must equal the stored one, then +1"; name and notes show in the
// integration.
func TestAConfigurationCountsItsVersions(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	id := newIntegration(t, admin, web)
	path := base + "/" + id + "/config/current"
	config := configOf(t, admin, id)
	config["name"], config["notes"] = "Shop", "Calls the shop."
	srv.Clock.Advance(time.Minute)
	has(t, ok(t, admin.Put(t, path, config)), map[string]string{"version": "2", "name": "Shop", "notes": "Calls the shop.", "id": "current", "properties": "{}", "advanced": "{}", "credentials": "{}"})

	for _, stale := range []int{1, 0, -1, 3, 100} {
		config["version"] = stale
		got := refused(t, admin.Put(t, path, config), 409, "version.conflict", "")
		has(t, got, map[string]string{"message": "Integration configuration update failed due to version conflict."})
	}
	config["version"] = 2
	has(t, ok(t, admin.Put(t, path, config)), map[string]string{"version": "3"}) // the same once more is a new version
	has(t, ok(t, admin.Get(t, path)), map[string]string{"version": "3"})
	has(t, ok(t, admin.Get(t, base+"/"+id)), map[string]string{
		"name": "Shop", "notes": "Calls the shop.", "config.current.name": "Shop", "config.current.version": "3", "intendedState": "DISABLED",
		"reportedState.lastUpdated": "2026-01-15T12:01:00.000Z",
	})
	refused(t, admin.Get(t, base+"/"+nothing+"/config/current"), 404, "not.found", "")
	refused(t, admin.Put(t, base+"/"+nothing+"/config/current", config), 404, "not.found", "")
}

// "PUT config with properties not allowed by the type's schema fails; users saw
// the message 'Input validation error'".
func TestPropertiesFitTheSchemaOfTheType(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	tests := []struct {
		typeID, part, value string
		fits                bool
	}{
		{platform, "properties", `{}`, true},
		{platform, "properties", `{"url":"https://example.com"}`, false},
		{platform, "advanced", `{"x":1}`, false},
		{"embedded-client-app", "properties", `{"displayType":"standalone","url":"https://example.com/?a=1&b=<2>","sandbox":"allow-scripts,allow-forms","groups":[]}`, true},
		{"embedded-client-app", "properties", `{"url":5}`, false},
		{"embedded-client-app", "properties", `{"displayType":"poster"}`, false},
		{"embedded-client-app-interaction-widget", "properties", `{"url":"https://example.com","communicationTypeFilter":"chat,call,email"}`, true},
		{"embedded-client-app-interaction-widget", "properties", `{"communicationTypeFilter":"message"}`, false},
		{"premium-app-example", "properties", `{"url":"https://example.com","sandbox":"allow-forms","permissions":"camera"}`, true},
		{"imap-server", "properties", `{"imapHost":"mail.example.com","imapPort":993}`, true},
		{"imap-server", "properties", `{"imapHost":"mail.example.com","imapPort":"993"}`, true},
		{"custom-smtp-server", "properties", `{"smtpHost":"mail.example.com"}`, true},
		{"amazon-eventbridge-source", "properties", `{"eventFilter":["v2.users.{id}.presence"],"awsAccountId":"123456789012","eventSourceSuffix":"x","awsAccountRegion":"eu-central-1"}`, true},
		{"audiohook", "properties", `{"channel":"both","connectionUri":"wss://example.com"}`, true},
		{"audiohook", "properties", `{"channel":"left"}`, false},
		{"imap-server", "properties", `{"imapPort":1e9999999}`, false},
		{"imap-server", "properties", `{"imapHost":` + strings.Repeat(`[`, 60) + strings.Repeat(`]`, 60) + `}`, false},
	}
	for _, tt := range tests {
		t.Run(tt.typeID+" "+tt.value[:min(len(tt.value), 60)], func(t *testing.T) {
			t.Parallel()
			id := newIntegration(t, admin, tt.typeID)
			got := configure(t, admin, id, fields{tt.part: json.RawMessage(tt.value)})
			if !tt.fits {
				refused(t, got, 400, "bad.request", tt.part)
				if message := got.Str(t, "message"); !strings.Contains(message, "Input validation error") {
					t.Errorf("message = %q", message)
				}
				return
			}
			// "properties and advanced must come back as the same JSON"
			sameJSON(t, "PUT", []byte(ok(t, got).Str(t, tt.part)), tt.value)
			sameJSON(t, "GET", []byte(ok(t, admin.Get(t, base+"/"+id+"/config/current")).Str(t, tt.part)), tt.value)
			sameJSON(t, "the integration", []byte(ok(t, admin.Get(t, base+"/"+id)).Str(t, "config.current."+tt.part)), tt.value)
		})
	}
}

// Slots "are "credentials":{"pureCloudOAuthClient":{"id":…}}, answered as
// CredentialInfo".
func TestCredentialsGoIntoTheirSlots(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	basic := newCredential(t, admin, "basicAuth", map[string]string{"userName": "ada", "password": "s3cret-word"})
	arn := newCredential(t, admin, "amazonWebServicesARN", map[string]string{"ARN": "arn:aws:iam::123456789012:role/x"})
	open := newCredential(t, admin, "userDefined", map[string]string{"key": "s3cret-word"})
	tests := []struct{ name, typeID, slot, credential, spelling, credentialType string }{
		{"a user and a password", web, "basicAuth", basic, "basicAuth", "basicAuth"},
		{"fields of one's own in the slot that is called basicAuth", web, "basicAuth", open, "basicAuth", "userDefined"},
		// Guess: the case of a slot's name does not matter, and the type's spelling is answered.
		{"the ARN as it is spelled", "aws-lambda-data-actions", "AmazonWebServicesARN", arn, "AmazonWebServicesARN", "amazonWebServicesARN"},
		{"the ARN in lower case", "aws-lambda-data-actions", "amazonWebServicesARN", arn, "AmazonWebServicesARN", "amazonWebServicesARN"},
		{"a credential of a mail server", "imap-server", "basicauth", basic, "basicAuth", "basicAuth"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			id := newIntegration(t, admin, tt.typeID)
			got := ok(t, configure(t, admin, id, inSlot(tt.slot, tt.credential)))
			at := "credentials." + tt.spelling
			has(t, got, map[string]string{
				at + ".id": tt.credential, at + ".name": "A credential", at + ".type.name": tt.credentialType, at + ".selfUri": credentials + "/" + tt.credential,
				at + ".createdDate": "2026-01-15T12:00:00.000Z", at + ".credentialFields": "",
			})
			hides(t, "the configuration", got, "s3cret-word")
			// As the provider does it: all that was read is sent back.
			has(t, ok(t, configure(t, admin, id, nil)), map[string]string{at + ".id": tt.credential, "version": "3"})
			for what, empty := range map[string]any{"nothing": fields{}, "null": fields{tt.slot: nil}} {
				ok(t, configure(t, admin, id, inSlot(tt.slot, tt.credential)))
				has(t, ok(t, configure(t, admin, id, fields{"credentials": empty})), map[string]string{"credentials": "{}"})
				if got := ok(t, admin.Get(t, base+"/"+id+"?expand=config.current")); got.Str(t, "config.current.credentials") != "{}" {
					t.Errorf("%s in place of a credential leaves it there: %s", what, got.Body)
				}
			}
		})
	}
}

// Guess: the code of all of these.
func TestCredentialsThatDoNotFitAreRefused(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	basic := newCredential(t, admin, "basicAuth", map[string]string{"userName": "ada"})
	client := newCredential(t, admin, "pureCloudOAuthClient", map[string]string{"clientId": "a", "clientSecret": "b"})
	tests := []struct{ name, typeID, slot, credential, field, about string }{
		{"a slot that no type has", web, "password", basic, "credentials.password", "password"},
		{"the slot of another type", web, "pureCloudOAuthClient", client, "credentials.pureCloudOAuthClient", "pureCloudOAuthClient"},
		{"a type without slots", "embedded-client-app", "basicAuth", basic, "credentials.basicAuth", "basicAuth"},
		{"a credential of the wrong type", platform, "pureCloudOAuthClient", basic, "type", "basicAuth"},
		{"a client where a user belongs", web, "basicAuth", client, "type", "userDefinedOAuth"},
		{"no such credential", web, "basicAuth", nothing, "credentials.basicAuth", nothing},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			id := newIntegration(t, admin, tt.typeID)
			got := refused(t, configure(t, admin, id, inSlot(tt.slot, tt.credential)), 400, "bad.request", tt.field)
			if message := got.Str(t, "message"); !strings.Contains(message, tt.about) {
				t.Errorf("message = %q, want %s in it", message, tt.about)
			}
			if config := configOf(t, admin, id); config["version"] != 1.0 || len(config["credentials"].(fields)) != 0 {
				t.Errorf("what was refused was stored: %v", config)
			}
		})
	}
}

// "Created automatically when a custom-rest-actions integration has a
// userDefinedOAuth credential; at version 1 it is untouched; … it vanishes with
// the integration or when the credential type changes"; "the list excludes
// customAuth unless includeAuthActions=true".
func TestTheActionThatLogsInComesAndGoesWithItsCredential(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	id := newIntegration(t, admin, web)
	path := actionsPath + "/customAuth_-_" + id
	values := map[string]string{"userName": "ada", "loginUrl": "https://login.example.com"}
	basic := newCredential(t, admin, "userDefined", values)
	custom := newCredential(t, admin, "userDefinedOAuth", values)
	plugged := func(credentialID string) {
		t.Helper()
		ok(t, configure(t, admin, id, inSlot("basicAuth", credentialID)))
	}
	there := func() {
		t.Helper()
		got := ok(t, admin.Get(t, path+"?flatten=true&includeConfig=true"))
		// Guess: the name.
		has(t, got, map[string]string{"id": "customAuth_-_" + id, "version": "1", "integrationId": id, "name": "Custom Auth - Web Services Data Actions", "secure": "false"})
		for _, file := range []string{"requesttemplate.vm", "successtemplate.vm"} {
			ok(t, admin.Get(t, path+"/templates/"+file))
		}
	}
	gone := func() { t.Helper(); refused(t, admin.Get(t, path), 404, "not.found", "") }

	gone()
	plugged(basic)
	gone()
	plugged(custom)
	there()
	same(t, "the list", names(t, admin.Get(t, actionsPath)), []string{})
	same(t, "the list with it", names(t, admin.Get(t, actionsPath+"?includeAuthActions=true")), []string{"Custom Auth - Web Services Data Actions"})
	same(t, "the list without it", names(t, admin.Get(t, actionsPath+"?includeAuthActions=false")), []string{})
	has(t, ok(t, admin.Get(t, base+"/actions/categories")), map[string]string{"entities": "[]"}) // Guess: it makes no category

	// PATCH takes name, version, config; what was changed survives other changes.
	has(t, ok(t, admin.Patch(t, path, fields{"version": 1, "name": "Log in", "config": fields{"request": fields{"requestUrlTemplate": "https://login.example.com/token"}}})), map[string]string{"version": "2", "name": "Log in"})
	ok(t, configure(t, admin, id, fields{"notes": "x"}))
	has(t, ok(t, admin.Get(t, path)), map[string]string{"version": "2", "name": "Log in"})
	// The setup wizard edits it as a draft.
	ok(t, admin.Post(t, path+"/draft", nil))
	ok(t, admin.Patch(t, path+"/draft", fields{"version": 1, "config": fields{"request": fields{"requestTemplate": "grant_type=password"}}}))
	has(t, ok(t, admin.Post(t, path+"/draft/publish", fields{"version": 2})), map[string]string{"version": "3"})

	change := func(typeName string) {
		t.Helper()
		ok(t, admin.Put(t, credentials+"/"+custom, fields{"type": fields{"name": typeName}, "credentialFields": values}))
	}
	change("userDefined")
	gone()
	change("userDefinedOAuth")
	there()
	plugged(basic)
	gone()
	plugged(custom)
	there()
	want(t, admin.Delete(t, credentials+"/"+custom), 204)
	gone()
}
