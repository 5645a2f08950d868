package integrations_test

import (
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// supportQueue is the queue of the default fixture whose members have presences.
const supportQueue = "6d6f636b-0010-4000-8000-000000000002"

// workshop installs Genesys Cloud Data Actions with the credentials of a
// client-credentials client that holds every role, and activates it.
func workshop(t *testing.T, srv *mocktest.Server) (integrationID string) {
	t.Helper()
	env := srv.Environment()
	return install(t, srv, "purecloud-data-actions", map[string]any{
		"name": "OAuth client", "type": map[string]string{"name": "pureCloudOAuthClient"},
		"credentialFields": map[string]string{"clientId": env.ClientID, "clientSecret": env.ClientSecret},
	})
}

// install installs and activates an integration of the type, with a credential
// in its only slot unless that is nil.
func install(t *testing.T, srv *mocktest.Server, typeID string, credential any) (integrationID string) {
	t.Helper()
	admin := srv.Admin(t)
	created := admin.Post(t, "/api/v2/integrations", map[string]any{"integrationType": map[string]string{"id": typeID}})
	want(t, created, 200)
	integrationID = created.Str(t, "id")
	if credential != nil {
		stored := admin.Post(t, "/api/v2/integrations/credentials", credential)
		want(t, stored, 200)
		plug(t, srv, integrationID, stored.Str(t, "id"))
	}
	want(t, admin.Patch(t, "/api/v2/integrations/"+integrationID, map[string]string{"intendedState": "ENABLED"}), 200)
	return integrationID
}

// slots are where credentials go, by type of integration.
var slots = map[string]string{"purecloud-data-actions": "pureCloudOAuthClient", "custom-rest-actions": "basicAuth"}

// plug puts a credential into the slot of an integration.
func plug(t *testing.T, srv *mocktest.Server, integrationID, credentialID string) {
	t.Helper()
	admin := srv.Admin(t)
	path := "/api/v2/integrations/" + integrationID
	slot := slots[admin.Get(t, path).Str(t, "integrationType.id")]
	var config map[string]any
	admin.Get(t, path+"/config/current").JSON(t, &config)
	config["credentials"] = map[string]any{slot: map[string]string{"id": credentialID}}
	want(t, admin.Put(t, path+"/config/current", config), 200)
}

// The workshop, step by step: the deliberate mistake fails at operation 10 with
// exactly its error, and once it is mended the action runs.
func TestTheWorkshopEndsWithAnExecutedAction(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	integrationID := workshop(t, srv)
	created := admin.Post(t, "/api/v2/integrations/actions/drafts", map[string]any{"name": "Agent presences", "integrationId": integrationID})
	want(t, created, 200)
	path := "/api/v2/integrations/actions/" + created.Str(t, "id")
	if got := created.Str(t, "category"); got != "Genesys Cloud Data Actions" {
		t.Errorf("category = %q, want the integration's name", got)
	}
	patch := func(version int, template string) *mocktest.Response {
		return admin.Patch(t, path+"/draft", map[string]any{
			"version": version,
			"contract": map[string]any{
				"input":  map[string]any{"inputSchema": map[string]any{"type": "object", "required": []string{"QueueID"}, "properties": map[string]any{"QueueID": map[string]string{"type": "string"}}}},
				"output": map[string]any{"successSchema": map[string]any{"type": "object", "properties": map[string]any{"PresenceArray": map[string]any{"type": "array", "items": map[string]string{"type": "string"}}}}},
			},
			"config": map[string]any{
				"request": map[string]any{"requestUrlTemplate": "/api/v2/routing/queues/${input.QueueID}/members?expand=presence", "requestType": "GET"},
				"response": map[string]any{
					"translationMap":         map[string]string{"Presence": "$.entities[*].user.presence.presenceDefinition.systemPresence"},
					"translationMapDefaults": map[string]string{"Presence": "null"},
					"successTemplate":        template,
				},
			},
		})
	}
	want(t, patch(1, `{"PresenceArray" : $Presences}`), 200)
	input := map[string]string{"QueueID": supportQueue}

	failed := admin.Post(t, path+"/draft/test?flatten=true", input)
	want(t, failed, 200)
	const message = `Transform failed to process result using 'successTemplate' template due to error:'Variable $Presences has not been set at successTemplate[line 1, column 20]'` +
		"\n Template:'" + `{"PresenceArray" : $Presences}'.`
	for place, wanted := range map[string]string{
		"success": "false", "operations.10": "",
		"operations.9.step": "10", "operations.9.name": "Apply output transformation", "operations.9.success": "false",
		"operations.9.error.message": message, "operations.9.error.code": "bad.request", "operations.9.error.status": "400",
		"operations.9.error.messageParams": "{}", "operations.9.error.details": `[{"errorCode":"ACTION.PROCESSING"}]`, "operations.9.error.errors": "[]",
		"operations.9.error.contextId": failed.Header.Get("ININ-Correlation-Id"),
		"error.message":                message,
	} {
		if got := failed.Str(t, place); got != wanted {
			t.Errorf("%s = %s\nwant %s", place, got, wanted)
		}
	}
	order := []string{"message", "code", "status", "messageParams", "contextId", "details", "errors"}
	at := 0
	errorText := string(failed.Body[strings.Index(string(failed.Body), `"error"`):])
	for _, key := range order {
		next := strings.Index(errorText, `"`+key+`"`)
		if next < at {
			t.Errorf("%s comes too early in %s", key, errorText)
		}
		at = next
	}

	want(t, patch(2, `{"PresenceArray" : $Presence}`), 200)
	const presences = `{"PresenceArray":["Available","On Queue","Meal","Offline"]}`
	tested := admin.Post(t, path+"/draft/test?flatten=true", input)
	want(t, tested, 200)
	if tested.Str(t, "success") != "true" || !sameSet(tested.Str(t, "finalResult.PresenceArray"), presences) {
		t.Fatalf("the test went wrong:\n%s", tested.Body)
	}
	want(t, admin.Get(t, path), 404) // not published yet
	publishedAction := admin.Post(t, path+"/draft/publish", map[string]int{"version": 3})
	want(t, publishedAction, 200)
	if got := publishedAction.Str(t, "version"); got != "1" {
		t.Errorf("published version = %s, want 1", got)
	}
	executed := admin.Post(t, path+"/execute", input)
	want(t, executed, 200)
	if !sameSet(executed.Str(t, "PresenceArray"), presences) {
		t.Errorf("executed: %s, want %s", executed.Body, presences)
	}
}

// sameSet says whether every word of the list stands in the text.
func sameSet(list, text string) bool {
	list = strings.Trim(list, "[]")
	for word := range strings.SplitSeq(list, ",") {
		if word == "" || !strings.Contains(text, word) {
			return false
		}
	}
	return strings.Count(list, ",") == strings.Count(text, ",")
}
