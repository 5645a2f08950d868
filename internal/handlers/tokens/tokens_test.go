package tokens_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/mocktest"
)

func TestWhatATokenStandsFor(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	const orgID, webApp = "6d6f636b-0001-4000-8000-000000000001", "6d6f636b-0006-4000-8000-000000000002"
	tests := []struct {
		name       string
		as         *mocktest.Client
		clientOrg  string
		grantType  string
		firstScope string
	}{
		{"of a client", srv.Admin(t), orgID, "CLIENT-CREDENTIALS", ""},
		{"of a user through a client", srv.AsUserOf(t, "agent1@mockcloud.test", webApp), orgID, "CODE", "analytics:readonly"},
		// Terraform looks for exactly this (facts oauth.md §10).
		{"of a user through mockcloud's own client", srv.AsUser(t, "agent1@mockcloud.test"), "purecloud-builtin", "CODE", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := tt.as.Get(t, "/api/v2/tokens/me?preserveIdleTTL=true")
			if got.Status != http.StatusOK || got.Str(t, "organization.id") != orgID || got.Str(t, "homeOrganization.id") != orgID ||
				got.Str(t, "OAuthClient.organization.id") != tt.clientOrg || got.Str(t, "OAuthClient.authorizedGrantType") != tt.grantType ||
				got.Str(t, "authorizedScope.0") != tt.firstScope {
				t.Errorf("answer = %d %s", got.Status, got.Body)
			}
			if head := tt.as.Do(t, http.MethodHead, "/api/v2/tokens/me", nil, nil); head.Status != http.StatusOK || len(head.Body) != 0 {
				t.Errorf("HEAD = %d %s", head.Status, head.Body)
			}
		})
	}
}

func TestOneTokenOfManyCanBeRevoked(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	first, second := srv.Admin(t), srv.Admin(t)
	if got := first.Delete(t, "/api/v2/tokens/me"); got.Status != http.StatusOK {
		t.Fatalf("answer = %d %s", got.Status, got.Body)
	}
	if got := first.Get(t, "/api/v2/tokens/me"); got.Status != http.StatusUnauthorized {
		t.Errorf("the revoked one: %d", got.Status)
	}
	if got := second.Get(t, "/api/v2/tokens/me"); got.Status != http.StatusOK {
		t.Errorf("the other one: %d", got.Status)
	}
}

// Guess: the division of the user does not matter, since oauth:token is none of
// the permissions that are known to be division-aware.
func TestRevokingAllTokensOfAUser(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	const (
		agent   = "6d6f636b-0005-4000-8000-000000000004" // of Sales
		support = "6d6f636b-0002-4000-8000-000000000003"
	)
	old := srv.AsUser(t, "agent1@mockcloud.test")
	version := old.Get(t, "/api/v2/users/me").Str(t, "version")
	tests := []struct {
		name, id string
		as       *mocktest.Client
		status   int
	}{
		{"without the permission", agent, srv.As(t, "directory:user:delete"), 403},
		{"of nobody", "6d6f636b-0005-4000-8000-0000000000ff", srv.As(t, "oauth:token:delete"), 404},
		{"of a user in another division", agent, srv.AsIn(t, support, "oauth:token:delete"), 403},
		{"of a user", agent, srv.As(t, "oauth:token:delete"), 204},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.as.Delete(t, "/api/v2/tokens/"+tt.id); got.Status != tt.status {
				t.Errorf("answer = %d %s", got.Status, got.Body)
			}
		})
	}
	if got := srv.AsIn(t, support, "oauth:token:delete").Delete(t, "/api/v2/tokens/"+agent); got.Str(t, "message") != "Missing required division permission" {
		t.Errorf("in another division: %s", got.Body)
	}
	if got := old.Get(t, "/api/v2/users/me"); got.Status != http.StatusUnauthorized {
		t.Errorf("the old token: %d", got.Status)
	}
	if got := srv.AsUser(t, "agent1@mockcloud.test").Get(t, "/api/v2/users/me"); got.Status != http.StatusOK || got.Str(t, "version") != version {
		t.Errorf("a new token: %d %s", got.Status, got.Body)
	}
}

// The date is in today's SDKs; it is left out where tokens do not become idle.
func TestATokenTellsWhenItIdles(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	agent := srv.AsUser(t, "agent1@mockcloud.test")
	idles := func(c *mocktest.Client, query string) string {
		t.Helper()
		return c.Get(t, "/api/v2/tokens/me"+query).Str(t, "dateTokenIdles")
	}
	if got := idles(agent, ""); got != "" {
		t.Errorf("without a time-out: %s", got)
	}
	if got := srv.Admin(t).Put(t, "/api/v2/tokens/timeout", `{"idleTokenTimeoutSeconds":600,"enableIdleTokenTimeout":true}`); got.Status != http.StatusOK {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	srv.Clock.Advance(time.Minute)
	if got := idles(agent, "?preserveIdleTTL=true"); got != "2026-01-15T12:10:00.000Z" {
		t.Errorf("just looked at: %s", got)
	}
	if got := idles(agent, ""); got != "2026-01-15T12:11:00.000Z" {
		t.Errorf("used: %s", got)
	}
	srv.Clock.Advance(time.Minute)
	if got := idles(agent, "?preserveIdleTTL=true"); got != "2026-01-15T12:11:00.000Z" {
		t.Errorf("just looked at after its use: %s", got)
	}
	if got := idles(srv.Admin(t), ""); got != "" {
		t.Errorf("of a client: %s", got)
	}
}
