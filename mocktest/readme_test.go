package mocktest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// The README's code is the code that runs.
func TestTheReadmeIsTrue(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	example, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(readme), "```go\n")[1:]
	if len(blocks) != 3 {
		t.Errorf("the README has %d blocks of Go", len(blocks))
	}
	for _, block := range blocks {
		code, _, _ := strings.Cut(block, "```")
		if code == "" || !strings.Contains(string(example), code) {
			t.Errorf("the README's Go code is not that of example_test.go:\n%s", code)
		}
	}
	srv := mocktest.Start(t, mocktest.Options{Fixtures: []string{"default", yamlBelow(t, string(readme), "### Stubs")}})
	if got := srv.Anonymous().Get(t, "/_mockcloud/stubs"); got.Str(t, "entities.0.url") != "https://crm.example.test/customers/*" {
		t.Errorf("the README's stub: %d %s", got.Status, got.Body)
	}
	id := srv.Admin(t).Get(t, "/api/v2/integrations/actions?name=Find%20customer").Str(t, "entities.0.id")
	if got := srv.Admin(t).Post(t, "/api/v2/integrations/actions/"+id+"/execute", `{"id":"7"}`); string(got.Body) != `{"name":"Ada"}` {
		t.Errorf("the README's action: %d %s", got.Status, got.Body)
	}
	srv = mocktest.Start(t, mocktest.Options{Fixtures: []string{yamlBelow(t, string(readme), "### Fixtures")}})
	if got := srv.Admin(t).Get(t, "/api/v2/organizations/me"); got.Str(t, "name") != "Acme" {
		t.Errorf("the README's fixture: %d %s", got.Status, got.Body)
	}
	e := mocktest.Start(t, mocktest.Options{}).Environment()
	for _, text := range []string{e.ClientID, e.ClientSecret, e.User, e.Password} {
		if !strings.Contains(string(readme), text) {
			t.Errorf("the README lacks %s", text)
		}
	}
}

// yamlBelow writes the first YAML below a heading into a file.
func yamlBelow(t *testing.T, readme, heading string) string {
	t.Helper()
	_, section, _ := strings.Cut(readme, heading+"\n")
	_, text, _ := strings.Cut(section, "```yaml\n")
	text, _, found := strings.Cut(text, "```")
	if !found {
		t.Fatalf("no YAML below %s", heading)
	}
	path := filepath.Join(t.TempDir(), "fixture.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
