package main_test

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// keysOf are the keys of a running server, the newest first.
func keysOf(t *testing.T, url string) []struct{ Kid, Alg string } {
	t.Helper()
	stdout, stderr, code := run(t, nil, "keys", "list", "--json", "--url", url)
	var list struct{ Entities []struct{ Kid, Alg string } }
	if err := json.Unmarshal([]byte(stdout), &list); err != nil || code != 0 {
		t.Fatalf("%d %v: %s%s", code, err, stdout, stderr)
	}
	return list.Entities
}

// Keys and tokens outlive the program, and a start that asks for another algorithm.
func TestKeysRotateByCommandAndByStart(t *testing.T) {
	t.Parallel()
	db := filepath.Join(t.TempDir(), "state.db")
	var tokens []string
	for i, step := range []struct{ flag, rotate, want string }{
		{"", "", "ES256"},
		{"--jwt-alg=EdDSA", "", "EdDSA"},
		{"--jwt-alg=EdDSA", "", "EdDSA"},
		{"", "RS256", "RS256"},
		{"", "", "RS256"}, // what was rotated to stays where the flag says nothing
	} {
		args := []string{"--listen", "127.0.0.1:0", "--db", db}
		if step.flag != "" {
			args = append(args, step.flag)
		}
		p := start(t, nil, args...)
		if step.rotate != "" {
			stdout, stderr, code := run(t, nil, "keys", "rotate", "--url", p.url, "--alg", step.rotate)
			if code != 0 || strings.TrimSpace(stdout) != keysOf(t, p.url)[0].Kid {
				t.Errorf("rotate: %d %s%s", code, stdout, stderr)
			}
		}
		if keys := keysOf(t, p.url); keys[0].Alg != step.want || len(keys) != []int{1, 2, 2, 3, 3}[i] {
			t.Errorf("step %d: %+v", i, keys)
		}
		token, _ := fetchToken(t, p.url, adminID, adminSecret)
		tokens = append(tokens, token)
		for j, token := range tokens {
			if status, answer := request(t, http.MethodGet, p.url+"/api/v2/oauth/clients", token, ""); status != http.StatusOK {
				t.Errorf("step %d, token %d: %d %v", i, j, status, answer)
			}
		}
		if i == 4 {
			stdout, _, _ := run(t, []string{"MOCKCLOUD_URL=" + p.url}, "keys", "list")
			if lines := strings.Split(stdout, "\n"); len(lines) != 4 || !strings.Contains(lines[0], "signs new tokens") || !strings.Contains(lines[1], "verifies until 2") {
				t.Errorf("keys list:\n%s", stdout)
			}
		}
		if err := p.stop(t, syscall.SIGTERM); err != nil {
			t.Errorf("exit: %v", err)
		}
	}
	for _, args := range [][]string{
		{"--ephemeral", "--jwt-alg", "HS256"},
		{"keys", "rotate", "--url", "http://127.0.0.1:1"},
		{"keys", "frobnicate"},
	} {
		if _, stderr, code := run(t, nil, args...); code != 1 || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%v: %d %s", args, code, stderr)
		}
	}
	if _, stderr, code := run(t, []string{"MOCKCLOUD_JWT_ALG=none"}, "--ephemeral", "--listen", "127.0.0.1:0"); code != 1 || !strings.Contains(stderr, "none") || !strings.Contains(stderr, "ES256, EdDSA or RS256") {
		t.Errorf("by the environment: %d %s", code, stderr)
	}
}
