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
	_, code, _ := strings.Cut(string(readme), "```go\n")
	code, _, _ = strings.Cut(code, "```")
	if code == "" || !strings.Contains(string(example), code) {
		t.Error("the README's Go code is not that of example_test.go")
	}
	_, fixture, _ := strings.Cut(string(readme), "```yaml\n")
	fixture, _, _ = strings.Cut(fixture, "```")
	path := filepath.Join(t.TempDir(), "acme.yaml")
	if err := os.WriteFile(path, []byte(fixture), 0o600); err != nil {
		t.Fatal(err)
	}
	srv := mocktest.Start(t, mocktest.Options{Fixtures: []string{path}})
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
