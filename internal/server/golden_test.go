package server_test

import (
	"net/http"
	"testing"

	"github.com/mockcloud/mockcloud/internal/expect"
	"github.com/mockcloud/mockcloud/mocktest"
)

// Wire shapes that others parse, key order included. Written anew by
// go test ./internal/server -run Golden -update, and reviewed like code.
//
// Guess: the version of a subject, which is the user's here.
func TestGoldenAnswers(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin, ben := srv.Admin(t), srv.AsUser(t, "builder@mockcloud.test")
	const webApp, employee, sales = "6d6f636b-0006-4000-8000-000000000002", "d558805b-253c-5693-adf1-f9f36b66a319", "6d6f636b-0002-4000-8000-000000000002"
	tests := []struct {
		name, method, path, body string
		as                       *mocktest.Client
	}{
		{"error-401", "GET", "/api/v2/users/me", "", srv.Anonymous()},
		{"error-403-any", "POST", "/api/v2/authorization/roles", "{}", ben},
		{"error-403-all", "POST", "/api/v2/authorization/divisions", "{}", ben},
		{"error-404", "GET", "/api/v2/oauth/clients/none", "", admin},
		{"error-400-field", "POST", "/api/v2/oauth/clients", `{"authorizedGrantType":"CODE"}`, admin},
		{"error-400-grant-rule", "POST", "/api/v2/oauth/clients", `{"name":"x","authorizedGrantType":"CLIENT-CREDENTIALS","roleDivisions":[{"roleId":"6d6f636b-0003-4000-8000-000000000002","divisionId":"*"}]}`, ben},
		{"error-501", "GET", "/api/v2/notifications/channels/none/subscriptions", "", admin},
		{"oauth-client", "GET", "/api/v2/oauth/clients/" + webApp, "", admin},
		{"token-info", "GET", "/api/v2/tokens/me", "", admin},
		{"organization", "GET", "/api/v2/organizations/me", "", admin},
		{"subject", "GET", "/api/v2/authorization/subjects/me?includeDuplicates=true", "", ben},
		{"role", "GET", "/api/v2/authorization/roles/" + employee, "", admin},
		{"division", "GET", "/api/v2/authorization/divisions/" + sales + "?objectCount=true", "", admin},
		{"divisions", "GET", "/api/v2/authorization/divisions?pageSize=2&pageNumber=1", "", admin},
		{"user", "GET", "/api/v2/users/me?expand=authorization", "", ben},
		{"user-search", "POST", "/api/v2/users/search", `{"pageSize":1,"query":[{"type":"EXACT","fields":["email"],"value":"agent1@mockcloud.test"}]}`, admin},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			header := http.Header{"Content-Type": {"application/json"}, "ININ-Correlation-Id": {"0f8fad5b-d9cb-469f-a165-70867728950e"}}
			got := tt.as.Do(t, tt.method, tt.path, tt.body, header)
			expect.Golden(t, *update, tt.name, got.Body, func(text []byte) []byte { return text })
		})
	}
}
