package main_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/fixtures"
)

// codeBlock finds the shell commands of a Markdown text, indented or not.
var codeBlock = regexp.MustCompile("(?s)```sh\\n(.*?)```")

// shell runs the commands of a part of the README as they stand, but for the name of
// the program, against a server of their own.
func shell(t *testing.T, blocks int, parts ...string) string {
	t.Helper()
	var script strings.Builder
	script.WriteString("set -e\neval \"$(" + binary + " env)\"\nTOKEN=$(" + binary + " token)\n")
	found := codeBlock.FindAllStringSubmatch(strings.Join(parts, ""), -1)
	if len(found) != blocks {
		t.Fatalf("%d blocks of commands", len(found))
	}
	for _, block := range found {
		script.WriteString(block[1])
	}
	p := start(t, nil, "serve", "--ephemeral", "--listen", "127.0.0.1:0")
	cmd := exec.CommandContext(t.Context(), "sh", "-c", strings.ReplaceAll(script.String(), "go run ./cmd/mockcloud", binary))
	cmd.Dir = "../.."
	cmd.Env = append(os.Environ(), "MOCKCLOUD_URL="+p.url, "TMPDIR="+t.TempDir())
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

// sections are the README's workshop and the section after it.
func sections(t *testing.T) (workshop, others string) {
	t.Helper()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, workshop, _ = strings.Cut(string(readme), "### The workshop")
	workshop, _, _ = strings.Cut(workshop, "\n## ")
	workshop, others, _ = strings.Cut(workshop, "\n### ")
	return workshop, others
}

func TestTheWorkshopOfTheReadme(t *testing.T) {
	t.Parallel()
	section, _ := sections(t)
	out := shell(t, 12, section) // the helpers, ten commands, and what breaks it
	_, promised, _ := strings.Cut(section, "```json\n")
	promised, _, _ = strings.Cut(promised, "```")
	for _, want := range []string{strings.TrimSpace(promised), `"code":"invalid.credentials"`, `"code":"not.authorized"`, `"code":"ACTIVE"`, "Variable $Presences has not been set at successTemplate[line 1, column 20]"} {
		if !strings.Contains(out, want) {
			t.Errorf("nothing says %s:\n%s", want, out)
		}
	}
}

// Every type that can be installed is installed and used by the README's commands.
func TestTheOtherKindsOfIntegrationOfTheReadme(t *testing.T) {
	t.Parallel()
	workshop, section := sections(t)
	var types []struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(fixtures.IntegrationTypes, &types); err != nil {
		t.Fatal(err)
	}
	for _, typ := range types {
		if !strings.Contains(section, "add "+typ.ID) && !strings.Contains(workshop, `"`+typ.ID+`"`) {
			t.Errorf("the README does not install %s", typ.ID)
		}
	}
	helpers := codeBlock.FindString(workshop) + "\n"
	out := shell(t, 9, helpers, section)
	for want, times := range map[string]int{
		"\n{\"status\":\"open\"}\n": 1, "\n{\"greeting\":\"Hello\"}\n": 3, "\n{\"Name\":\"Ada\"}\n": 1, "\n{\"value\":[]}\n": 1, "\n{\"ticket\":{\"id\":7}}\n": 1,
		`"name":"Perform authentication","success":true`: 1, `"status":"Available"`: 1,
		"    {\"order\":7}\n": 1, `"body":{"order":7}`: 1, `/_mockcloud/app?lang={{gcLangTag}}&theme={{gcTheme}}"`: 1, `/_mockcloud/app?lang={{gcLangTag}}"`: 1, `/_mockcloud/app?conversation={{gcConversationId}}"`: 2,
		`"totalResults":1`: 1, `"department":"Navy","email":"grace@example.test"`: 1, `"name":"Billing"`: 1, `"name":"Sales Floor"`: 1, `"state":"inactive"`: 1,
	} {
		if n := strings.Count(out, want); n < times {
			t.Errorf("%s comes %d times:\n%s", want, n, out)
		}
	}
}

// A client application is installed by the commands of its page, and listed.
func TestTheCommandsAboutClientApplications(t *testing.T) {
	t.Parallel()
	workshop, _ := sections(t)
	text, err := os.ReadFile("../../docs/client-apps.md")
	if err != nil {
		t.Fatal(err)
	}
	out := shell(t, 2, codeBlock.FindString(workshop)+"\n", string(text)) // the helpers, and one block
	for _, want := range []string{`"intendedState":"ENABLED"`, `"effective":{"name":"My app"`, `/_mockcloud/app?gcHostOrigin={{gcHostOrigin}}&gcTargetEnv={{gcTargetEnv}}&lang={{gcLangTag}}&theme={{gcTheme}}"`} {
		if !strings.Contains(out, want) {
			t.Errorf("nothing says %s:\n%s", want, out)
		}
	}
}

// aComment is what a shell leaves out of a line, but for quotes: zsh takes none where
// commands are pasted.
var aComment = regexp.MustCompile(`(?m)(^|[\s;&|(])#`)

func TestTheCommandsOfTheTextsCanBePastedIntoZsh(t *testing.T) {
	t.Parallel()
	texts, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(texts) == 0 {
		t.Fatalf("%d texts, %v", len(texts), err)
	}
	blocks := 0
	for _, path := range append(texts, "../../README.md", "../../fixtures/actions/README.md") {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range codeBlock.FindAllStringSubmatch(string(text), -1) {
			blocks++
			for line := range strings.Lines(block[1]) {
				if aComment.MatchString(line) {
					t.Errorf("%s has a comment in its commands: %s", path, line)
				}
			}
		}
	}
	if blocks < 20 {
		t.Errorf("%d blocks of commands", blocks)
	}
	for line, want := range map[string]bool{
		"mockcloud reset # starts over": true, "# starts over": true, "mockcloud reset #": true, "true;#so": true,
		`echo "${id#x}" "$#"`: false, "open http://127.0.0.1:8080/#here": false,
	} {
		if aComment.MatchString(line) != want {
			t.Errorf("%s has a comment: %v", line, !want)
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
