package main_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
)

func TestRequestsListsWhatTheServerWasAsked(t *testing.T) {
	t.Parallel()
	p := start(t, nil, "--ephemeral", "--listen", "127.0.0.1:0")
	env := []string{"MOCKCLOUD_URL=" + p.url}
	token := strings.TrimSpace(command(t, env, "token", "--user", "agent1@mockcloud.test"))
	request(t, http.MethodGet, p.url+"/api/v2/users/me?expand=presence", token, "")
	request(t, http.MethodGet, p.url+"/api/v2/oauth/clients", token, "")
	request(t, http.MethodGet, p.url+"/api/v2/users/%1b%5B31m", token, "")
	lines := strings.Split(strings.TrimSpace(command(t, env, "requests", "--path", "/api/v2/")), "\n")
	if len(lines) != 3 || !strings.Contains(lines[0], "GET /api/v2/users/me?expand=presence") || !strings.Contains(lines[1], "403 missing.any.permissions") ||
		!strings.Contains(lines[1], "agent1@mockcloud.test") || strings.Contains(lines[2], "\x1b") {
		t.Fatalf("%q", lines)
	}
	// The last column is for explain.
	columns := strings.Fields(lines[1])
	if got := command(t, env, "explain", columns[len(columns)-1]); !strings.Contains(got, "oauth:client:view") {
		t.Errorf("%s", got)
	}
	for args, want := range map[string]int{
		"--status 403": 1, "--status 4xx": 2, "--operation getUsersMe": 1, "--caller agent1@mockcloud.test": 3, "--code missing.any.permissions": 1, "--own true": 3,
		"--method GET --limit 2": 2, "--since 2999-01-01T00:00:00Z": 0, "--path /api/v2 --limit 0": 3,
	} {
		got := command(t, env, append([]string{"requests"}, strings.Fields(args)...)...)
		if strings.Count(got, "\n") != want {
			t.Errorf("%s: %s", args, got)
		}
	}
	var shown struct {
		Status  int
		Details struct{ RequestHeaders map[string][]string }
	}
	if text := command(t, env, "requests", "--status", "403", "--details"); json.Unmarshal([]byte(text), &shown) != nil || shown.Status != http.StatusForbidden ||
		shown.Details.RequestHeaders["Authorization"][0] != "Bearer **********" || strings.Contains(text, token) {
		t.Errorf("%s", text)
	}
	for args, want := range map[string]string{"--status x": "[status]", "--limit -1": "--limit", "--url http://127.0.0.1:1": "no mockcloud answers"} {
		if _, stderr, code := run(t, env, append([]string{"requests"}, strings.Fields(args)...)...); code != 1 || !strings.Contains(stderr, want) {
			t.Errorf("%s: %d %s", args, code, stderr)
		}
	}
	if got := command(t, env, "requests", "--clear") + command(t, env, "requests"); got != "" {
		t.Errorf("cleared: %s", got)
	}
}

// Followed, requests are printed as they come, until somebody interrupts.
func TestRequestsCanBeFollowed(t *testing.T) {
	t.Parallel()
	p := start(t, nil, "--ephemeral", "--listen", "127.0.0.1:0")
	request(t, http.MethodGet, p.url+"/api/v2/before", "", "")
	cmd := exec.CommandContext(t.Context(), binary, "requests", "--follow", "--json", "--status", "401", "--url", p.url)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for _, path := range []string{"/api/v2/before", "/api/v2/one", "/api/v2/two"} {
		if path != "/api/v2/before" {
			request(t, http.MethodGet, p.url+path, "", "")
		}
		if !lines.Scan() || !strings.Contains(lines.Text(), `"path":"`+path+`"`) {
			t.Errorf("it prints %q for %s", lines.Text(), path)
		}
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if lines.Scan() {
		t.Errorf("it goes on with %s", lines.Text())
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("it ends with %v", err)
	}
}

func TestTheJournalHasASize(t *testing.T) {
	t.Parallel()
	off := start(t, nil, "--ephemeral", "--listen", "127.0.0.1:0", "--journal", "0")
	_, refusal := request(t, http.MethodGet, off.url+"/api/v2/users/me", "", "")
	id, _ := refusal["contextId"].(string)
	env := []string{"MOCKCLOUD_URL=" + off.url}
	if got := command(t, env, "explain", id); !strings.Contains(got, "authentication.required") {
		t.Errorf("without a journal: %s", got)
	}
	if got := command(t, env, "requests", "--details"); !strings.Contains(got, `"dropped":true`) || strings.Contains(got, "requestHeaders") {
		t.Errorf("without a journal: %s", got)
	}
	for _, size := range []string{"8", "64KiB", "1 GiB", "2MB"} {
		p := start(t, []string{"MOCKCLOUD_JOURNAL=" + size}, "--ephemeral", "--listen", "127.0.0.1:0")
		if err := p.stop(t, os.Interrupt); err != nil {
			t.Errorf("%s: %v", size, err)
		}
	}
	for _, size := range []string{"-1", "much", "8XB", "99999999999GiB", "1.5MiB", ""} {
		if _, stderr, code := run(t, nil, "--ephemeral", "--listen", "127.0.0.1:0", "--journal", size); code != 1 || !strings.Contains(stderr, "--journal") {
			t.Errorf("%q: %d %s", size, code, stderr)
		}
	}
}
