package main_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// codeBlock finds the shell commands of a Markdown text, indented or not.
var codeBlock = regexp.MustCompile("(?s)```sh\\n(.*?)```")

// The README's workshop is run as it stands, but for the name of the program.
func TestTheWorkshopOfTheReadme(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(readme), "### The workshop")
	section, _, _ = strings.Cut(section, "\n## ")
	var script strings.Builder
	script.WriteString("set -e\neval \"$(" + binary + " env)\"\nTOKEN=$(" + binary + " token)\n")
	blocks := codeBlock.FindAllStringSubmatch(section, -1)
	if len(blocks) != 12 { // the helpers, ten commands, and what breaks it
		t.Fatalf("%d blocks of commands", len(blocks))
	}
	for _, block := range blocks {
		script.WriteString(block[1])
	}
	p := start(t, nil, "serve", "--ephemeral", "--listen", "127.0.0.1:0")
	cmd := exec.CommandContext(t.Context(), "sh", "-c", strings.ReplaceAll(script.String(), "go run ./cmd/mockcloud", binary))
	cmd.Dir = "../.."
	cmd.Env = append(os.Environ(), "MOCKCLOUD_URL="+p.url)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	_, promised, _ := strings.Cut(section, "```json\n")
	promised, _, _ = strings.Cut(promised, "```")
	for _, want := range []string{strings.TrimSpace(promised), `"code":"invalid.credentials"`, `"code":"not.authorized"`, `"code":"ACTIVE"`, "Variable $Presences has not been set at successTemplate[line 1, column 20]"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("nothing says %s:\n%s", want, out)
		}
	}
}

// Every example can be imported, and what is exported again means the same.
func TestActionsAreImportedAndExported(t *testing.T) {
	t.Parallel()
	p := start(t, nil, "serve", "--ephemeral", "--listen", "127.0.0.1:0")
	at := "MOCKCLOUD_URL=" + p.url
	token := strings.TrimSpace(command(t, []string{at}, "token"))
	for _, typeID := range []string{"purecloud-data-actions", "custom-rest-actions"} {
		r := exec.CommandContext(t.Context(), "curl", "-sf", "-H", "Authorization: Bearer "+token, "-H", "Content-Type: application/json",
			"-d", `{"integrationType":{"id":"`+typeID+`"}}`, p.url+"/api/v2/integrations")
		if out, err := r.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	files, err := filepath.Glob("../../fixtures/actions/0*.json")
	if err != nil || len(files) != 9 {
		t.Fatalf("%d examples, %v", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		integration := "Genesys Cloud Data Actions"
		if strings.Contains(string(text), "custom-rest-actions") {
			integration = "Web Services Data Actions"
		}
		path, err := filepath.Abs(file)
		if err != nil {
			t.Fatal(err)
		}
		id := strings.TrimSpace(command(t, []string{at}, "action", "import", path, "--integration", integration, "--publish"))
		if !strings.HasPrefix(id, "custom_-_") {
			t.Fatalf("id %q", id)
		}
		var before, after any
		if err := json.Unmarshal(text, &before); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(command(t, []string{at}, "action", "export", id)), &after); err != nil {
			t.Fatal(err)
		}
		a, _ := json.Marshal(before)
		b, _ := json.Marshal(after)
		if string(a) != string(b) {
			t.Errorf("%s came back as\n%s\nnot\n%s", file, b, a)
		}
	}
	for _, tt := range []struct {
		args []string
		says string
	}{
		{[]string{"action", "import", "nowhere.json", "--integration", "x"}, "nowhere.json"},
		{[]string{"action", "import", filepath.Join(t.TempDir(), ".."), "--integration", "x"}, "directory"},
		{[]string{"action", "import", "x.json"}, `required flag(s) "integration" not set`},
		{[]string{"action", "export", "No such action"}, "There is no action"},
	} {
		cmd := exec.CommandContext(t.Context(), binary, tt.args...)
		cmd.Env = append(os.Environ(), at)
		out, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(out), tt.says) {
			t.Errorf("%v: %v, %s", tt.args, err, out)
		}
	}
}

// command runs the program and returns what it prints.
func command(t *testing.T, env []string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary, args...)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.Output()
	if err != nil {
		var said []byte
		if exit, ok := err.(*exec.ExitError); ok { //nolint:errorlint // Output returns it as it is
			said = exit.Stderr
		}
		t.Fatalf("mockcloud %s: %v\n%s", strings.Join(args, " "), err, said)
	}
	return string(out)
}
