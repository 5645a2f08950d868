package integrations_test

import (
	"flag"
	"regexp"
	"strconv"
	"testing"

	"github.com/mockcloud/mockcloud/internal/expect"
)

var update = flag.Bool("update", false, "write the golden files anew")

var randomID = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// Wire shapes that others parse, key order included. Ids that are drawn stand as
// <id 1>, <id 2> in the order in which they occur. Written anew by
// go test -update, and reviewed like code.
//
// Guess: the order of the keys, config.current.id, effective and detail of the
// reported state.
func TestGoldenAnswersOfIntegrations(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	credential := admin.Post(t, credentials, fields{"name": "The client", "type": "pureCloudOAuthClient", "credentialFields": everyCredential["pureCloudOAuthClient"]})
	credentialID := ok(t, credential).Str(t, "id")
	integrationID := newIntegration(t, admin, platform)
	installed := ok(t, admin.Get(t, base+"/"+integrationID))
	ok(t, configure(t, admin, integrationID, fields{"notes": "For the workshop.", "credentials": fields{"pureCloudOAuthClient": fields{"id": credentialID}}}))
	ok(t, setState(t, admin, integrationID, "ENABLED"))
	failing := newIntegration(t, admin, platform)
	ok(t, setState(t, admin, failing, "ENABLED"))
	created := ok(t, admin.Post(t, actionsPath, anAction(integrationID, fields{
		"name": "Agent presences", "category": "Genesys Cloud Data Actions",
		"config": fields{
			"timeoutSeconds": 10,
			"request":        fields{"requestUrlTemplate": "/api/v2/routing/queues/${input.QueueID}/members?expand=presence", "requestType": "GET", "requestTemplate": "", "headers": fields{"Accept": "application/json"}},
			"response":       fields{"translationMap": fields{"Presence": "$.entities[*].user.presence.presenceDefinition.systemPresence"}, "translationMapDefaults": fields{"Presence": "null"}, "successTemplate": `{"PresenceArray" : $Presence}`},
		},
	})))
	action := actionsPath + "/" + created.Str(t, "id")
	tests := []struct {
		name   string
		answer []byte
	}{
		{"integration-new", installed.Body},
		{"integration", ok(t, admin.Get(t, base+"/"+integrationID+"?expand=config.current")).Body},
		{"integration-error", ok(t, admin.Get(t, base+"/"+failing)).Body},
		{"credential-info", credential.Body},
		{"credential", ok(t, admin.Get(t, credentials+"/"+credentialID)).Body},
		{"credential-listing", ok(t, admin.Get(t, credentials+"/listing?pageSize=200")).Body},
		{"type", ok(t, admin.Get(t, base+"/types/"+platform)).Body},
		{"action-created", created.Body},
		{"action", ok(t, admin.Get(t, action+"?expand=contract&includeConfig=true")).Body},
		{"action-flat", ok(t, admin.Get(t, action+"?flatten=true&includeConfig=true")).Body},
		{"actions", ok(t, admin.Get(t, actionsPath)).Body},
		{"categories", ok(t, admin.Get(t, actionsPath+"/categories")).Body},
		{"draft-valid", ok(t, admin.Get(t, newDraft(t, admin, integrationID, nil)+"/draft/validation")).Body},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			seen := map[string]string{}
			expect.Golden(t, *update, tt.name, tt.answer, func(text []byte) []byte {
				return randomID.ReplaceAllFunc(text, func(id []byte) []byte {
					if seen[string(id)] == "" {
						seen[string(id)] = "<id " + strconv.Itoa(len(seen)+1) + ">"
					}
					return []byte(seen[string(id)])
				})
			})
		})
	}
}
