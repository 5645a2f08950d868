package seed_test

import (
	"os"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/seed"
	"github.com/mockcloud/mockcloud/mocktest"
)

// An integration of a fixture is there, with the credential and the actions, and
// the same file gives the same ids.
func TestFixturesInstallIntegrations(t *testing.T) {
	t.Parallel()
	export, err := os.ReadFile("../../fixtures/actions/01-queue-member-presence.json")
	if err != nil {
		t.Fatal(err)
	}
	path := fixture(t, `
organization: {name: Mockcloud}
integrations:
  - name: Actions
    type: purecloud-data-actions
    credential: {client: Mockcloud Admin}
    actions:
      - `+strings.ReplaceAll(string(export), "\n", "\n        ")+`
  - name: Desk
    type: custom-rest-actions
    enabled: false
    notes: Later
    credential: {type: userDefinedOAuth, fields: {loginUrl: https://login.example.test}}
  - name: App
    type: embedded-client-app
    properties: {url: https://app.example.test, displayType: widget}
`)
	var ids []string
	for range 2 {
		srv := mocktest.Start(t, mocktest.Options{Fixtures: []string{"default", path}})
		admin := srv.Admin(t)
		actions := admin.Get(t, "/api/v2/integrations/actions?includeAuthActions=true")
		for place, want := range map[string]string{
			"total": "2", "entities.0.name": "Agent presences for a queue", "entities.0.category": "Actions", "entities.1.name": "Custom Auth - Desk",
		} {
			if got := actions.Str(t, place); got != want {
				t.Errorf("%s = %s, want %s", place, got, want)
			}
		}
		executed := admin.Post(t, "/api/v2/integrations/actions/"+actions.Str(t, "entities.0.id")+"/execute", `{"QueueID":"6d6f636b-0010-4000-8000-000000000002"}`)
		if executed.Status != 200 || !strings.Contains(string(executed.Body), "On Queue") {
			t.Errorf("%d\n%s", executed.Status, executed.Body)
		}
		list := admin.Get(t, "/api/v2/integrations?expand=config.current")
		for place, want := range map[string]string{
			"total": "3", "entities.0.reportedState.code": "ACTIVE", "entities.1.config.current.properties.displayType": "widget",
			"entities.2.intendedState": "DISABLED", "entities.2.notes": "Later", "entities.2.config.current.credentials.basicAuth.type.name": "userDefinedOAuth",
		} {
			if got := list.Str(t, place); got != want {
				t.Errorf("%s = %s, want %s", place, got, want)
			}
		}
		ids = append(ids, actions.Str(t, "entities.0.id"))
		srv.Reset(t)
		if got := admin.Get(t, "/api/v2/integrations").Str(t, "total"); got != "3" {
			t.Errorf("%s integrations after a reset", got)
		}
	}
	if ids[0] != ids[1] {
		t.Errorf("ids differ: %v", ids)
	}
}

func TestAnIntegrationThatCannotWorkIsRefusedWithItsPlace(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, entry, want string }{
		{"no type", "{name: A}", "type: is required"},
		{"an unknown type", "{name: A, type: magic}", `type: there is no type of integrations "magic"`},
		{"an unknown key", "{name: A, type: custom-rest-actions, colour: red}", `unknown key "colour"`},
		{"an unknown client", "{name: A, type: purecloud-data-actions, credential: {client: Nobody}}", `there is no client "Nobody"`},
		{"a client and fields", "{name: A, type: purecloud-data-actions, credential: {client: Bot, type: basicAuth}}", "give either"},
		{"a client without a secret", "{name: A, type: purecloud-data-actions, credential: {client: Mute}}", "has no secret"},
		{"an unknown credential type", "{name: A, type: custom-rest-actions, credential: {type: keys}}", "Value [keys] is not valid"},
		{"a missing field", "{name: A, type: custom-rest-actions, credential: {type: basicAuth}}", "[userName] is required"},
		{"a credential of the wrong type", "{name: A, type: purecloud-data-actions, credential: {type: userDefined, fields: {a: b}}}", "must be of the type pureCloudOAuthClient"},
		{"a credential for nothing", "{name: A, type: embedded-client-app, credential: {type: userDefined}}", "have no credential"},
		{"a property that the type does not have", "{name: A, type: custom-rest-actions, properties: {a: b}}", "not allowed by the schema"},
		{"actions of a type without", "{name: A, type: embedded-client-app, actions: [{}]}", "have no data actions"},
		{"what is no export", "{name: A, type: custom-rest-actions, actions: [{name: A}]}", "missing the actionType"},
		{"a webhook's id for another type", "{name: A, type: custom-rest-actions, webhookId: 6d6f636b-0000-4000-8000-00000000aaaa}", "is for integrations of the type webhook"},
		{"a webhook's id that is none", "{name: A, type: webhook, webhookId: hook}", "webhookId"},
		{"a webhook's id twice", "{name: A, type: webhook, webhookId: 6d6f636b-0000-4000-8000-00000000aaaa}\n  - {name: B, type: webhook, webhookId: 6d6f636b-0000-4000-8000-00000000aaaa}", "is taken already"},
		{"twice", "{name: A, type: custom-rest-actions}\n  - {name: a, type: custom-rest-actions}", `there is a integration "A" already`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := fixture(t, "organization: {name: A}\nclients:\n  - {name: Bot, grantType: CODE, secret: fake-secret, redirectUris: [\"http://localhost/\"], scopes: [users]}\n  - {name: Mute, grantType: CODE, redirectUris: [\"http://localhost/\"], scopes: [users]}\nintegrations:\n  - "+tt.entry+"\n")
			_, err := seed.Load(path)
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "fixture.yaml:") {
				t.Errorf("error = %v, want one with %q", err, tt.want)
			}
		})
	}
}
