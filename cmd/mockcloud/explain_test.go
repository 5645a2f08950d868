package main_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

func TestExplainTellsWhyARequestWasRefused(t *testing.T) {
	t.Parallel()
	p := start(t, nil, "--ephemeral", "--listen", "127.0.0.1:0")
	token, _, _ := run(t, nil, "token", "--user", "agent1@mockcloud.test", "--url", p.url)
	status, refusal := request(t, http.MethodGet, p.url+"/api/v2/oauth/clients", strings.TrimSpace(token), "")
	id, _ := refusal["contextId"].(string)
	if status != http.StatusForbidden || id == "" {
		t.Fatalf("answer = %d %v", status, refusal)
	}
	stdout, stderr, code := run(t, nil, "explain", id, "--url", p.url)
	if code != 0 {
		t.Fatalf("explain: %d %s", code, stderr)
	}
	for _, text := range []string{
		"GET /api/v2/oauth/clients answered 403", "missing.any.permissions", "Missing", "[oauth:client:view] in any division",
		"Would pass", "the smallest that does", "Group", "Sales Floor", "its roles are not enabled",
	} {
		if !strings.Contains(stdout, text) {
			t.Errorf("it does not say %q:\n%s", text, stdout)
		}
	}
	stdout, stderr, code = run(t, nil, "explain", id, "--json", "--url", p.url)
	var answer struct {
		Requests []struct {
			Status      int
			Explanation struct{ Decision string }
		}
	}
	if err := json.Unmarshal([]byte(stdout), &answer); err != nil || code != 0 || len(answer.Requests) != 1 ||
		answer.Requests[0].Status != http.StatusForbidden || answer.Requests[0].Explanation.Decision != "missing.any.permissions" {
		t.Errorf("as JSON: %d %v %s %s", code, err, stdout, stderr)
	}
	if _, stderr, code := run(t, nil, "explain", "unheard-of", "--url", p.url); code != 1 || !strings.Contains(stderr, "unheard-of") {
		t.Errorf("an unknown id: %d %s", code, stderr)
	}
}
