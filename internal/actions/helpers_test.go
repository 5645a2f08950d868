package actions_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// The types of integrations whose actions run here, and the slot of each.
const (
	platform = "purecloud-data-actions"
	web      = "custom-rest-actions"
)

var slots = map[string]string{platform: "pureCloudOAuthClient", web: "basicAuth"}

// bench is a server with what a test makes on it.
type bench struct {
	*mocktest.Server
	t     *testing.T
	admin *mocktest.Client
}

func start(t *testing.T, o mocktest.Options) *bench {
	t.Helper()
	srv := mocktest.Start(t, o)
	return &bench{srv, t, srv.Admin(t)}
}

// want fails the test unless the answer has the status.
func (b *bench) want(got *mocktest.Response, status int) *mocktest.Response {
	b.t.Helper()
	if got.Status != status {
		b.t.Fatalf("status = %d, want %d\n%s", got.Status, status, got.Body)
	}
	return got
}

// credential stores a credential and returns its id.
func (b *bench) credential(kind string, fields map[string]string) string {
	b.t.Helper()
	return b.want(b.admin.Post(b.t, "/api/v2/integrations/credentials", map[string]any{"type": kind, "credentialFields": fields}), 200).Str(b.t, "id")
}

// install installs and activates an integration. Without fields it has no
// credential.
func (b *bench) install(typeID, credentialType string, fields map[string]string) string {
	b.t.Helper()
	id := b.want(b.admin.Post(b.t, "/api/v2/integrations", map[string]any{"integrationType": map[string]string{"id": typeID}}), 200).Str(b.t, "id")
	if fields != nil {
		b.plug(id, slots[typeID], b.credential(credentialType, fields))
	}
	b.want(b.admin.Patch(b.t, "/api/v2/integrations/"+id, map[string]string{"intendedState": "ENABLED"}), 200)
	return id
}

// plug puts a credential into a slot.
func (b *bench) plug(integrationID, slot, credentialID string) {
	b.t.Helper()
	path := "/api/v2/integrations/" + integrationID + "/config/current"
	var config map[string]any
	b.admin.Get(b.t, path).JSON(b.t, &config)
	config["credentials"] = map[string]any{slot: map[string]string{"id": credentialID}}
	b.want(b.admin.Put(b.t, path, config), 200)
}

// platformIntegration is an active integration with the admin client's secret.
func (b *bench) platformIntegration() string {
	b.t.Helper()
	env := b.Environment()
	return b.install(platform, "pureCloudOAuthClient", map[string]string{"clientId": env.ClientID, "clientSecret": env.ClientSecret})
}

// example reads one of the exported actions that come with mockcloud.
func example(t *testing.T, name string) map[string]any {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "fixtures", "actions", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var action map[string]any
	if err := json.Unmarshal(text, &action); err != nil {
		t.Fatal(err)
	}
	return action
}

// override sets a value at a path such as config.request.requestType.
func override(action map[string]any, path string, value any) {
	keys := strings.Split(path, ".")
	at := action
	for _, key := range keys[:len(keys)-1] {
		at = at[key].(map[string]any)
	}
	at[keys[len(keys)-1]] = value
}

// publish makes an action of an export and returns its path.
func (b *bench) publish(integrationID string, action map[string]any) string {
	b.t.Helper()
	body := map[string]any{
		"name": action["name"], "category": "Tests", "integrationId": integrationID, "secure": action["secure"],
		"config": action["config"], "contract": action["contract"],
	}
	return "/api/v2/integrations/actions/" + b.want(b.admin.Post(b.t, "/api/v2/integrations/actions", body), 200).Str(b.t, "id")
}

// action is a simple export: a GET of the URL whose answer is the result.
func action(url string) map[string]any {
	return map[string]any{
		"name": "Test", "secure": false,
		"config": map[string]any{
			"request":  map[string]any{"requestUrlTemplate": url, "requestType": "GET", "headers": map[string]any{}, "requestTemplate": "${input.rawRequest}"},
			"response": map[string]any{"translationMap": map[string]any{}, "translationMapDefaults": map[string]any{}, "successTemplate": "${rawResult}"},
		},
		"contract": map[string]any{
			"input":  map[string]any{"inputSchema": map[string]any{"type": "object", "properties": map[string]any{}, "additionalProperties": true}},
			"output": map[string]any{"successSchema": map[string]any{"type": "object", "properties": map[string]any{}, "additionalProperties": true}},
		},
	}
}

// sameJSON says whether two values mean the same once they are encoded.
func sameJSON(t *testing.T, a, b any) bool {
	t.Helper()
	return reflect.DeepEqual(decoded(t, a), decoded(t, b))
}

func decoded(t *testing.T, v any) any {
	t.Helper()
	text, ok := v.([]byte)
	if !ok {
		var err error
		if text, err = json.Marshal(v); err != nil {
			t.Fatal(err)
		}
	}
	var out any
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return out
}
