package routing_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"testing"
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
			var text bytes.Buffer
			if err := json.Indent(&text, tt.answer, "", "  "); err != nil {
				t.Fatalf("%v\n%s", err, tt.answer)
			}
			text.WriteByte('\n')
			id := randomID.Find(created.Body)
			got := bytes.ReplaceAll(text.Bytes(), id, []byte("<id>"))
			file := filepath.Join("testdata", tt.name+".json")
			if *update {
				if err := os.WriteFile(file, got, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			committed, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, committed) {
				t.Errorf("differs from %s:\n%s", file, got)
			}
		})
	}
}
