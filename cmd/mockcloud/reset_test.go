package main_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestResetGoesBackToTheFixtures(t *testing.T) {
	t.Parallel()
	p := start(t, nil, "--ephemeral", "--listen", "127.0.0.1:0")
	token, _ := fetchToken(t, p.url, adminID, adminSecret)
	divisions := p.url + "/api/v2/authorization/divisions?name=Mars"
	for name, how := range map[string]struct{ env, args []string }{
		"by the flag":        {nil, []string{"reset", "--url", p.url + "/"}},
		"by the environment": {[]string{"MOCKCLOUD_URL=" + p.url}, []string{"reset"}},
	} {
		if status, made := request(t, http.MethodPost, p.url+"/api/v2/authorization/divisions", token, `{"name":"Mars"}`); status != http.StatusOK {
			t.Fatalf("%s: %d %v", name, status, made)
		}
		if _, found := request(t, http.MethodGet, divisions, token, ""); found["total"] != 1.0 {
			t.Fatalf("%s: %v", name, found)
		}
		stdout, stderr, code := run(t, how.env, how.args...)
		if code != 0 || stdout != p.url+" is back at its fixtures\n" || stderr != "" {
			t.Errorf("%s: %d %q %q", name, code, stdout, stderr)
		}
		// The token of a client of the fixtures is as good as before.
		if status, found := request(t, http.MethodGet, divisions, token, ""); status != http.StatusOK || found["total"] != 0.0 {
			t.Errorf("%s: %d %v", name, status, found)
		}
	}
	for want, args := range map[string][]string{
		"no mockcloud answers there":  {"reset", "--url", "http://127.0.0.1:1"},
		"write http://… or https://…": {"reset", "--url", "localhost"},
		"unknown command":             {"reset", "everything"},
	} {
		if stdout, stderr, code := run(t, nil, args...); code != 1 || stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, want) {
			t.Errorf("%v: %d %q %q", args, code, stdout, stderr)
		}
	}
}
