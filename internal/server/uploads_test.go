package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/seed"
	"github.com/mockcloud/mockcloud/internal/server"
)

// The URL of an upload begins with the public one, and works behind a gateway that
// leaves its prefix before the path.
func TestUploadsWorkFromThePublicURL(t *testing.T) {
	t.Parallel()
	const public = "https://mock.example/genesys"
	fixtures, err := seed.Load("default")
	if err != nil {
		t.Fatal(err)
	}
	srv, err := server.Start(t.Context(), server.Config{PublicURL: public, Fixtures: fixtures})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = srv.Close(context.Background()) })
	send := func(method, address string, header http.Header, body []byte, into any) int {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, address, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header = header
		got, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = got.Body.Close() }()
		if into != nil {
			if err := json.NewDecoder(got.Body).Decode(into); err != nil || got.StatusCode != 200 {
				t.Fatalf("%s %s: %d %v", method, address, got.StatusCode, err)
			}
		}
		return got.StatusCode
	}
	env := fixtures.Environment()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {env.ClientID}, "client_secret": {env.ClientSecret}}
	var token struct {
		AccessToken string `json:"access_token"`
	}
	send("POST", srv.ListenURL()+"/oauth/token", http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, []byte(form.Encode()), &token)
	call := func(path, body string, into any) {
		t.Helper()
		send("POST", srv.ListenURL()+"/api/v2/integrations"+path, http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer " + token.AccessToken}}, []byte(body), into)
	}
	var integration, draft struct{ ID string }
	call("", `{"integrationType":{"id":"function-data-actions"}}`, &integration)
	call("/actions/drafts", `{"name":"f","integrationId":"`+integration.ID+`"}`, &draft)
	var asked struct {
		URL     string
		Headers map[string]string
	}
	call("/actions/"+draft.ID+"/draft/function/upload", `{"fileName":"f.zip"}`, &asked)
	behind, ok := strings.CutPrefix(asked.URL, public)
	if !ok {
		t.Fatalf("url = %s", asked.URL)
	}
	header := http.Header{}
	for name, value := range asked.Headers {
		header.Set(name, value)
	}
	for _, prefix := range []string{"", "/genesys", "/a/b"} {
		if status := send("PUT", srv.ListenURL()+prefix+behind, header.Clone(), []byte("no zip"), nil); status != 200 {
			t.Errorf("with the prefix %q: %d", prefix, status)
		}
	}
}
