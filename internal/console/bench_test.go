package console_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// What pages cost the server, over HTTP, while its journal is full and holds next to
// nothing of what the first page looks for there.
func BenchmarkPages(b *testing.B) {
	srv := mocktest.Start(b, mocktest.Options{})
	admin := srv.AsUser(b, "admin@mockcloud.test")
	integration := admin.Post(b, "/api/v2/integrations", `{"integrationType":{"id":"purecloud-data-actions"}}`).Str(b, "id")
	action := admin.Post(b, "/api/v2/integrations/actions/drafts", map[string]any{
		"name": "Benchmark", "category": "Benchmark", "integrationId": integration,
		"contract": map[string]any{
			"input":  map[string]any{"inputSchema": map[string]any{"type": "object", "properties": map[string]any{}}},
			"output": map[string]any{"successSchema": map[string]any{"type": "object", "properties": map[string]any{}}},
		},
		"config": map[string]any{
			"request":  map[string]any{"requestUrlTemplate": "/api/v2/users/me", "requestType": "GET"},
			"response": map[string]any{"successTemplate": "${rawResult}"},
		},
	})
	if action.Status != http.StatusOK {
		b.Fatal(action.Status, string(action.Body))
	}
	for range 2000 {
		admin.Get(b, "/api/v2/authorization/divisions")
	}
	for range 1000 {
		srv.Anonymous().Get(b, "/api")
	}
	for _, page := range []struct{ name, path string }{
		{"Home", "/"},
		{"Actions", "/admin/actions"},
		{"Inspector", "/tools/inspector"},
		{"People", "/admin/people"},
		{"Roles", "/admin/roles"},
		{"Integrations", "/admin/integrations"},
		{"OAuthClients", "/admin/oauth-clients"},
	} {
		b.Run(page.name, func(b *testing.B) {
			r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, srv.URL+page.path, nil)
			if err != nil {
				b.Fatal(err)
			}
			r.Header.Set("Accept", "text/html")
			r.AddCookie(&http.Cookie{Name: "mockcloud_console_" + r.URL.Port(), Value: admin.Token})
			for b.Loop() {
				res, err := http.DefaultClient.Do(r)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode != http.StatusOK {
					b.Fatal(res.Status, err)
				}
				_ = res.Body.Close()
			}
		})
	}
}
