package routing_test

import (
	"bytes"
	"flag"
	"regexp"
	"testing"

	"github.com/mockcloud/mockcloud/internal/expect"
)

var update = flag.Bool("update", false, "write the golden files anew")

var randomID = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// Wire shapes that others parse, key order included. Ids that are drawn stand as
// <id>. Written anew by go test -update, and reviewed like code.
//
// Guess: the defaults of a queue, as far as the Terraform provider does not name
// them: the product's page for a new queue shows the times and service levels,
// lastAgentRoutingMode is the one of older queues.
func TestGoldenAnswersOfRouting(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	created := want(t, admin.Post(t, queues, fields{
		"name": "Back Office", "description": "", "callingPartyName": "Mockcloud", "agentOwnedRouting": fields{"enableAgentOwnedCallbacks": true, "maxOwnedCallbackHours": 1},
		"mediaSettings": fields{"call": fields{"alertingTimeoutSeconds": 12, "serviceLevel": fields{"percentage": 0.7, "durationMs": 10000}}},
	}), 200, "")
	tests := []struct {
		name   string
		answer []byte
	}{
		{"queue-created", created.Body},
		{"members-presence", want(t, admin.Get(t, queues+"/"+supportQueue+"/members?expand=presence&pageSize=2"), 200, "").Body},
		{"wrapupcodes", want(t, admin.Get(t, codes), 200, "").Body},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			expect.Golden(t, *update, tt.name, tt.answer, func(text []byte) []byte {
				return bytes.ReplaceAll(text, randomID.Find(created.Body), []byte("<id>"))
			})
		})
	}
}
