package mocktest_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// exampleRow is a row of the table of example actions: file, integration, input.
var exampleRow = regexp.MustCompile("(?m)^\\| `([^`]+)` \\| ([^|]+) \\|[^|]+\\| `([^`]+)` \\|$")

// Every example is imported, tested and executed with what its table says, the
// stubs that come with the examples, and nothing that leaves the machine.
func TestEveryExampleActionRuns(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{Fixtures: []string{"default", "../fixtures/actions/stubs.yaml"}, Outbound: "none"})
	table, err := os.ReadFile("../fixtures/actions/README.md")
	if err != nil {
		t.Fatal(err)
	}
	platform := srv.Install(t, mocktest.Integration{Type: "purecloud-data-actions"})
	services := map[string]string{
		"06": srv.Install(t, mocktest.Integration{Type: "custom-rest-actions", Credential: "userDefinedOAuth", Fields: map[string]string{
			"loginUrl": "https://helpdesk.example.test/token", "clientId": "me", "clientSecret": "fake-secret",
		}}),
		"07": srv.Install(t, mocktest.Integration{Type: "custom-rest-actions", Credential: "userDefined", Fields: map[string]string{
			"baseUrl": "https://crm.example.test", "user": "u", "key": "fake-key",
		}}),
	}
	rows := exampleRow.FindAllStringSubmatch(string(table), -1)
	files, err := filepath.Glob("../fixtures/actions/0*.json")
	if err != nil || len(files) != len(rows) {
		t.Fatalf("%d rows for %d examples, %v", len(rows), len(files), err)
	}
	admin := srv.Admin(t)
	for _, row := range rows {
		name, where, input := row[1], strings.TrimSpace(row[2]), row[3]
		t.Run(name, func(t *testing.T) {
			export, err := os.ReadFile("../fixtures/actions/" + name + ".json")
			if err != nil {
				t.Fatal(err)
			}
			integration := platform
			if where == "Web Services" {
				integration = services[name[:2]]
			}
			path := "/api/v2/integrations/actions/" + srv.ImportAction(t, integration, export)
			if tested := admin.Post(t, path+"/test?flatten=true", input); tested.Status != 200 || tested.Str(t, "success") != "true" {
				t.Errorf("test: %d\n%s", tested.Status, tested.Body)
			}
			if executed := admin.Post(t, path+"/execute", input); executed.Status != 200 || len(executed.Body) < 5 {
				t.Errorf("execute: %d\n%s", executed.Status, executed.Body)
			}
		})
	}
}
