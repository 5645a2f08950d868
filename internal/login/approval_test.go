package login_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

const webAuthorization = "/api/v2/oauth/authorizations/" + webApp

// decide says through the side door what the organization decides about the web
// app.
func decide(t *testing.T, srv *mocktest.Server, body string) {
	t.Helper()
	if got := srv.Anonymous().Post(t, "/_mockcloud/authorizations", body); got.Status != http.StatusNoContent {
		t.Fatalf("decide: %d %s", got.Status, got.Body)
	}
}

func enforceScopes(t *testing.T, srv *mocktest.Server) {
	t.Helper()
	if got := srv.Anonymous().Patch(t, "/_mockcloud/settings", `{"enforceScopes":true}`); got.Status != http.StatusOK {
		t.Fatalf("settings: %d %s", got.Status, got.Body)
	}
}

// Guess: an application that somebody may not approve waits for those who may,
// once however often it is asked for.
func TestAnApplicationThatWasAskedForIsPending(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	enforceScopes(t, srv)
	agent := newBrowser(t, srv)
	denied := agent.submit(t, agent.get(t, authorize()), "as", agentID)
	if denied.query(t).Get("error") != "access_denied" {
		t.Fatalf("%d %s", denied.status, denied.location)
	}
	asked := admin.Get(t, webAuthorization)
	if asked.Str(t, "state") != "Requested" || asked.Str(t, "pending") != "true" || asked.Str(t, "createdBy.id") != agentID || asked.Str(t, "scope") != asked.Str(t, "client.scope") {
		t.Errorf("asked: %d %s", asked.Status, asked.Body)
	}
	agent.get(t, authorize())
	if again := admin.Get(t, webAuthorization); string(again.Body) != string(asked.Body) {
		t.Errorf("asked again: %s", again.Body)
	}
	decide(t, srv, `{"client":"`+webApp+`"}`)
	if got := agent.get(t, authorize()); got.query(t).Get("code") == "" {
		t.Errorf("approved: %d %s", got.status, got.location)
	}
	if got := admin.Get(t, webAuthorization); got.Str(t, "state") != "Authorized" || got.Str(t, "pending") != "false" || got.Str(t, "createdBy.id") != agentID {
		t.Errorf("approved: %s", got.Body)
	}
	// More than was approved is asked for.
	var client map[string]any
	admin.Get(t, "/api/v2/oauth/clients/"+webApp).JSON(t, &client)
	client["scope"] = append(client["scope"].([]any), "telephony")
	admin.Put(t, "/api/v2/oauth/clients/"+webApp, client)
	agent.get(t, authorize())
	got := admin.Get(t, webAuthorization)
	if got.Str(t, "state") != "Authorized" || got.Str(t, "pending") != "true" || strings.Contains(got.Str(t, "scope"), "telephony") {
		t.Errorf("after the scopes have grown: %s", got.Body)
	}
}

// Guess: revoking an approval ends what came of it: codes, refresh tokens, access
// tokens.
func TestARevokedApprovalIsAskedForAgain(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	enforceScopes(t, srv)
	decide(t, srv, `{"client":"`+webApp+`"}`)
	decide(t, srv, `{"client":"`+samlApp+`"}`)
	b := newBrowser(t, srv)
	access, refresh := mustIssue(t, redeem(t, srv, b.code(t)))
	code := b.code(t)
	decide(t, srv, `{"client":"`+samlApp+`","state":"Revoked"}`)
	if !alive(t, srv, access) {
		t.Error("the approval of another client counts")
	}
	decide(t, srv, `{"client":"`+webApp+`","state":"Revoked"}`)
	if alive(t, srv, access) {
		t.Error("the access token works")
	}
	got := trade(t, srv, webApp, webSecret, "grant_type", "refresh_token", "refresh_token", refresh)
	refused(t, got, "invalid_grant", "refresh token is invalid or expired")
	refused(t, redeem(t, srv, code), "invalid_grant", "authorization code is invalid or expired")
	if got := b.get(t, authorize()); got.query(t).Get("error") != "access_denied" {
		t.Errorf("the person who may not approve: %d %s", got.status, got.location)
	}
	admin := newBrowser(t, srv)
	page := admin.submit(t, admin.get(t, authorize()), "email", adminEmail, "password", adminWord)
	if page.status != http.StatusOK || !strings.Contains(page.body, "Approve Mockcloud Web App?") {
		t.Fatalf("the person who may: %d %s", page.status, page.location)
	}
	if got := admin.submit(t, page, "approve", "1"); got.query(t).Get("code") == "" {
		t.Errorf("approved again: %d %s", got.status, got.location)
	}
	access, refresh = mustIssue(t, redeem(t, srv, b.code(t)))
	access2, _ := mustIssue(t, trade(t, srv, webApp, webSecret, "grant_type", "refresh_token", "refresh_token", refresh))
	if !alive(t, srv, access) || !alive(t, srv, access2) {
		t.Error("a token of the new approval does not work")
	}
}

// The implicit and the password grant know of approvals as the code grant does.
func TestEveryGrantOfAUserEndsWithTheApproval(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{PasswordGrant: true})
	ask := map[string]func() string{
		browserApp: func() string {
			b := newBrowser(t, srv)
			s := b.submit(t, b.get(t, implicit()), "as", agentID)
			_, fragment, _ := strings.Cut(s.location, "#access_token=")
			access, _, _ := strings.Cut(fragment, "&")
			return access
		},
		passwordApp: func() string {
			access, _ := mustIssue(t, trade(t, srv, passwordApp, passwordWord, "grant_type", "password", "username", agentEmail, "password", agentWord))
			return access
		},
	}
	for client, token := range ask {
		before := token()
		decide(t, srv, `{"client":"`+client+`","state":"Revoked"}`)
		decide(t, srv, `{"client":"`+client+`"}`)
		after := token()
		if alive(t, srv, before) || !alive(t, srv, after) {
			t.Errorf("%s: the token of before works: %t, that of after: %t", client, alive(t, srv, before), alive(t, srv, after))
		}
	}
}
