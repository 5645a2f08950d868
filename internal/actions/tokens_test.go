package actions_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// tokens is a service with a token endpoint: every log-in gets a token of its
// own, and a call needs the latest.
type tokens struct {
	*upstream
	issued atomic.Int32
	refuse atomic.Int32 // the status of the next call, once; 0 for none
}

func serveTokens(t *testing.T) *tokens {
	t.Helper()
	s := &tokens{}
	s.upstream = serve(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/token") {
			_ = json.NewEncoder(w).Encode(map[string]any{"token_type": "Bearer", "access_token": fmt.Sprintf("fake-token-number-%d", s.issued.Add(1))})
			return
		}
		if status := s.refuse.Swap(0); status != 0 {
			w.WriteHeader(int(status))
			_, _ = io.WriteString(w, `{"error":"not now"}`)
			return
		}
		if r.Header.Get("Authorization") != fmt.Sprintf("Bearer fake-token-number-%d", s.issued.Load()) {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = io.WriteString(w, `{"ok":true}`)
	})
	return s
}

func (s *tokens) fields() map[string]string {
	return map[string]string{"loginUrl": s.URL + "/token", "clientId": "c", "clientSecret": "fake-client-secret"}
}

// call is an action that sends what the log-in answered.
func (s *tokens) call() map[string]any {
	a := action(s.URL + "/call")
	override(a, "config.request.headers", map[string]string{"Authorization": "${authResponse.token_type} ${authResponse.access_token}"})
	return a
}

// logInOf is the path of the action that logs in for an integration.
func logInOf(integrationID string) string {
	return "/api/v2/integrations/actions/customAuth_-_" + integrationID
}

// fixtureWithLogIn is a file of fixtures that adds an integration with a log-in
// and an action to the default organization.
func fixtureWithLogIn(t *testing.T, s *tokens) string {
	t.Helper()
	export := s.call()
	export["name"], export["integrationType"], export["actionType"] = "Fixture", web, "custom"
	text, err := json.Marshal(map[string]any{
		"organization": map[string]string{"name": "Mockcloud", "id": "6d6f636b-0001-4000-8000-000000000001", "shortName": "mockcloud", "domain": "mockcloud.test"},
		"integrations": []any{map[string]any{
			"name": "Of the fixture", "type": web, "actions": []any{export},
			"credential": map[string]any{"type": "userDefinedOAuth", "fields": s.fields()},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "fixture.yaml") // JSON is YAML
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
