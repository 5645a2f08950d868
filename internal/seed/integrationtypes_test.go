package seed_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/seed"
	"github.com/mockcloud/mockcloud/mocktest"
)

// fixture writes a fixture and returns its path.
func fixture(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "fixture.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFixturesBringTypesOfIntegrations(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{Fixtures: []string{"default", fixture(t, `
organization: {name: Mockcloud}
integrationTypes:
  - id: premium-app-acme
    name: Acme for Genesys Cloud
    category: Premium
    maxInstances: 1
    properties:
      url: {type: string}
      level: {type: integer, minimum: 1}
    credentials:
      basicAuth: {required: true, credentialTypes: [basicAuth]}
`)}})
	admin := srv.Admin(t)
	got := admin.Get(t, "/api/v2/integrations/types/premium-app-acme")
	if got.Status != 200 || got.Str(t, "name") != "Acme for Genesys Cloud" || got.Str(t, "credentials.basicAuth.required") != "true" {
		t.Fatalf("%d\n%s", got.Status, got.Body)
	}
	install := map[string]any{"integrationType": map[string]string{"id": "premium-app-acme"}}
	installed := admin.Post(t, "/api/v2/integrations", install)
	if installed.Status != 200 {
		t.Fatalf("%d\n%s", installed.Status, installed.Body)
	}
	if second := admin.Post(t, "/api/v2/integrations", install); second.Str(t, "code") != "max.integrations.reached" {
		t.Errorf("the second one: %d\n%s", second.Status, second.Body)
	}
	for _, tt := range []struct{ level, want int }{{0, 400}, {2, 200}} {
		config := map[string]any{
			"name": "Acme", "version": 1, "notes": "", "advanced": map[string]any{}, "credentials": map[string]any{},
			"properties": map[string]any{"url": "https://acme.example.test", "level": tt.level},
		}
		if got := admin.Put(t, "/api/v2/integrations/"+installed.Str(t, "id")+"/config/current", config); got.Status != tt.want {
			t.Errorf("level %d: %d, want %d\n%s", tt.level, got.Status, tt.want, got.Body)
		}
	}
}

func TestATypeOfIntegrationsThatCannotWorkIsRefused(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, entry, want string }{
		{"no id", "{name: A}", `id: must be lower-case letters, digits and hyphens, is ""`},
		{"a bad id", "{id: A B, name: A}", "id: must be lower-case"},
		{"no name", "{id: a}", "name: must be text"},
		{"an unknown key", "{id: a, name: A, colour: red}", `unknown field "colour"`},
		{"a wrong type", "{id: a, name: [A]}", "name: has the wrong type"},
		{"an unknown kind of actions", "{id: a, name: A, actions: magic}", "actions: must be one of platform, web, function, stub"},
		{"a slot that takes nothing", "{id: a, name: A, credentials: {s: {credentialTypes: []}}}", "must name at least one"},
		{"an unknown credential type", "{id: a, name: A, credentials: {s: {credentialTypes: [keys]}}}", `no credential type "keys"`},
		{"a schema that is none", "{id: a, name: A, properties: {url: {type: text}}}", "has a schema that does not work"},
		{"a negative limit", "{id: a, name: A, maxInstances: -1}", "must not be negative"},
		{"twice", "{id: a, name: A}\n  - {id: a, name: B}", `the id "a" is taken`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := seed.Load(fixture(t, "organization: {name: A}\nintegrationTypes:\n  - "+tt.entry+"\n"))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error = %v, want one with %q", err, tt.want)
			}
		})
	}
}
