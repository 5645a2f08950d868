package main_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestWebhooksAreListedReadSentToAndCleared(t *testing.T) {
	t.Parallel()
	p := start(t, nil, "--ephemeral", "--fixtures", "default,salesforce", "--listen", "127.0.0.1:0")
	env := []string{"MOCKCLOUD_URL=" + p.url}
	does := func(args ...string) string {
		t.Helper()
		stdout, stderr, code := run(t, env, append([]string{"webhooks"}, args...)...)
		if code != 0 {
			t.Fatalf("%v: %d %s", args, code, stderr)
		}
		return stdout
	}
	fails := func(want string, args ...string) {
		t.Helper()
		if _, stderr, code := run(t, env, append([]string{"webhooks"}, args...)...); code != 1 || !strings.Contains(stderr, want) {
			t.Errorf("%v: %d %s, want %q", args, code, stderr, want)
		}
	}
	address := p.url + "/api/v2/integrations/webhooks/6d6f636b-0008-4000-8000-000000000101/events"
	if got := does("list"); !strings.Contains(got, "Salesforce Events") || !strings.Contains(got, "0 events") || !strings.Contains(got, address) {
		t.Errorf("list: %s", got)
	}
	if got := does("events", "Salesforce Events"); got != "" {
		t.Errorf("no events: %s", got)
	}
	file := filepath.Join(t.TempDir(), "event.json")
	if err := os.WriteFile(file, []byte("{\"text\":\"a\\u001b[31mb\"}"), 0o600); err != nil {
		t.Fatal(err)
	}
	first := strings.TrimSpace(does("send", "Salesforce Events", file))
	second := strings.TrimSpace(does("send", "salesforce events"))
	got := does("events", "Salesforce Events")
	if lines := strings.Split(got, "\n"); len(lines) != 5 || !strings.HasPrefix(lines[0], "1  ") || !strings.HasSuffix(lines[0], first) || !strings.HasSuffix(lines[2], second) || lines[3] != "    {}" {
		t.Errorf("events: %q", got)
	}
	var event struct {
		ID                 string
		WebhooksInvocation struct{ Body struct{ Text string } }
	}
	all := strings.SplitAfter(does("events", "Salesforce Events", "--json"), "\n")
	if err := json.Unmarshal([]byte(all[0]), &event); err != nil || len(all) != 3 || event.ID != first || event.WebhooksInvocation.Body.Text != "a\x1b[31mb" {
		t.Errorf("as JSON: %v %q", err, all)
	}
	if got := does("events", "Salesforce Events", "--after", "1"); strings.Contains(got, first) || !strings.Contains(got, second) {
		t.Errorf("after the first: %s", got)
	}
	does("clear", "Salesforce Events")
	if got := does("events", "Salesforce Events"); got != "" {
		t.Errorf("after clearing: %s", got)
	}
	var list struct {
		Entities []struct{ Received, Kept int }
	}
	if err := json.Unmarshal([]byte(does("list", "--json")), &list); err != nil || list.Entities[0].Received != 2 || list.Entities[0].Kept != 0 {
		t.Errorf("list: %v %+v", err, list)
	}
	fails(`There is no webhook "Nobody"`, "events", "Nobody")
	fails(`There is no webhook "Nobody"`, "send", "Nobody")
	fails(`There is no webhook "Nobody"`, "clear", "Nobody")
	fails("no such file", "send", "Salesforce Events", file+"x")
	fails("which NAME?", "events")
}

// Two webhooks may have one name; the list tells them apart.
func TestAWebhookIsNamedByTheIDThatTheListShows(t *testing.T) {
	t.Parallel()
	p := start(t, nil, "--ephemeral", "--listen", "127.0.0.1:0")
	env := []string{"MOCKCLOUD_URL=" + p.url}
	token := strings.TrimSpace(command(t, env, "token"))
	for range 2 {
		status, made := request(t, http.MethodPost, p.url+"/api/v2/integrations", token, `{"name":"Orders","integrationType":{"id":"webhook"}}`)
		if status != http.StatusOK {
			t.Fatalf("%d %v", status, made)
		}
		if status, answer := request(t, http.MethodPatch, p.url+"/api/v2/integrations/"+made["id"].(string), token, `{"intendedState":"ENABLED"}`); status != http.StatusOK {
			t.Fatalf("%d %v", status, answer)
		}
	}
	if _, stderr, code := run(t, env, "webhooks", "send", "Orders"); code != 1 || !strings.Contains(stderr, "2 webhooks are called") || !strings.Contains(stderr, "by its id") {
		t.Errorf("by a name of two: %d %s", code, stderr)
	}
	list := strings.Split(strings.TrimSpace(command(t, env, "webhooks", "list")), "\n")
	if len(list) != 2 {
		t.Fatalf("list: %q", list)
	}
	id := strings.Fields(list[1])[1]
	sent := strings.TrimSpace(command(t, env, "webhooks", "send", id))
	if got := command(t, env, "webhooks", "events", id); !strings.Contains(got, sent) {
		t.Errorf("events: %s", got)
	}
	now := strings.Split(strings.TrimSpace(command(t, env, "webhooks", "list")), "\n")
	if now[0] != list[0] || !strings.Contains(now[1], "1 event ") {
		t.Errorf("list: %q", now)
	}
}

// Followed, events are printed as they come, until somebody interrupts.
func TestEventsCanBeFollowed(t *testing.T) {
	t.Parallel()
	p := start(t, nil, "--ephemeral", "--fixtures", "salesforce", "--listen", "127.0.0.1:0")
	env := []string{"MOCKCLOUD_URL=" + p.url}
	cmd := exec.CommandContext(t.Context(), binary, "webhooks", "events", "Salesforce Events", "--follow", "--json", "--url", p.url)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for range 2 {
		sent, stderr, code := run(t, env, "webhooks", "send", "Salesforce Events")
		if code != 0 {
			t.Fatal(stderr)
		}
		if !lines.Scan() || !strings.Contains(lines.Text(), strings.TrimSpace(sent)) {
			t.Errorf("it prints %q for %s", lines.Text(), sent)
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
