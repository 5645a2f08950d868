package oauth_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

const (
	webApp         = "6d6f636b-0006-4000-8000-000000000002" // Mockcloud Web App, a CODE client
	authorizations = "/api/v2/oauth/authorizations"
	agent          = "agent1@mockcloud.test"
)

// decide approves a client, or whatever else the body says.
func (o *org) decide(t *testing.T, body any) {
	t.Helper()
	if got := o.Anonymous().Post(t, "/_mockcloud/authorizations", body); got.Status != http.StatusNoContent {
		t.Fatalf("decide: %d %s", got.Status, got.Body)
	}
}

func (o *org) enforceScopes(t *testing.T, on bool) {
	t.Helper()
	wantOK(t, o.Anonymous().Patch(t, "/_mockcloud/settings", map[string]bool{"enforceScopes": on}))
}

// Guess: what the resource owner is; that only decisions are listed; the roles.
func TestAuthorizationsAreListed(t *testing.T) {
	t.Parallel()
	o := startOrg(t, mocktest.Options{})
	if got := o.admin.Get(t, authorizations); string(got.Body) != `{"total":0,"entities":[],"selfUri":"/api/v2/oauth/authorizations"}` {
		t.Errorf("at first: %d %s", got.Status, got.Body)
	}
	if got := o.admin.Get(t, authorizations+"/"+webApp); got.Status != http.StatusNotFound || got.Str(t, "code") != "not.found" {
		t.Errorf("of a client that nobody has decided about: %d %s", got.Status, got.Body)
	}
	o.decide(t, map[string]any{"client": webApp})
	listed := o.admin.Get(t, authorizations)
	one := o.admin.Get(t, authorizations+"/"+webApp)
	if listed.Str(t, "total") != "1" || !strings.Contains(string(listed.Body), "["+string(one.Body)+"]") {
		t.Errorf("listed %s\none %s", listed.Body, one.Body)
	}
	for path, want := range map[string]string{
		"client.id": webApp, "client.name": "Mockcloud Web App", "client.secret": "", "state": "Authorized", "pending": "false", "roles": "[]",
		"resourceOwner.id": orgID, "resourceOwner.selfUri": "/api/v2/organizations/" + orgID, "dateCreated": "2026-01-15T12:00:00.000Z",
		"dateModified": "2026-01-15T12:00:00.000Z", "createdBy.name": "mockcloud", "selfUri": authorizations + "/" + webApp,
	} {
		if got := one.Str(t, path); got != want {
			t.Errorf("%s = %q, want %q", path, got, want)
		}
	}
	if one.Str(t, "scope") != one.Str(t, "client.scope") || one.Str(t, "scope") == "[]" {
		t.Errorf("scope = %s", one.Str(t, "scope"))
	}
	wantOK(t, o.As(t, "oauth:client:authorize").Get(t, authorizations))
	if got := o.As(t, "oauth:client:view").Get(t, authorizations); got.Status != http.StatusForbidden {
		t.Errorf("without the permission: %d %s", got.Status, got.Body)
	}
}

func TestAuthorizationsGoThroughTheirStates(t *testing.T) {
	t.Parallel()
	o := startOrg(t, mocktest.Options{})
	for _, state := range []string{"Requested", "Authorized", "Revoked", "Unauthorized"} {
		o.decide(t, map[string]any{"client": webApp, "state": state})
		got := o.admin.Get(t, authorizations+"/"+webApp)
		if got.Str(t, "state") != state || (got.Str(t, "pending") == "true") != (state == "Requested") {
			t.Errorf("%s: %s", state, got.Body)
		}
	}
	wantOK(t, o.admin.Put(t, "/api/v2/oauth/clients/"+webApp, map[string]any{
		"name": "x", "authorizedGrantType": "CODE", "scope": []string{"users"}, "state": "inactive",
	}))
	wantOK(t, o.admin.Delete(t, "/api/v2/oauth/clients/"+webApp))
	if got := o.admin.Get(t, authorizations); got.Str(t, "total") != "0" {
		t.Errorf("of a client that was deleted: %s", got.Body)
	}
}

func TestBadDecisionsAreRefused(t *testing.T) {
	t.Parallel()
	o := startOrg(t, mocktest.Options{Fixtures: []string{"default", secondOrg(t)}})
	foreign, weak := o.AsClient(t, foreignBot), o.As(t, "oauth:client:view")
	tests := []struct {
		name   string
		as     *mocktest.Client
		body   string
		status int
		code   string
	}{
		{"no client", o.Anonymous(), `{}`, 404, "client.not.found"},
		{"no such client", o.admin, `{"client":"x"}`, 404, "client.not.found"},
		{"no such state", o.Anonymous(), `{"client":"` + webApp + `","state":"Approved"}`, 400, "bad.request"},
		{"a scope that the client lacks", o.Anonymous(), `{"client":"` + webApp + `","scope":["billing"]}`, 400, "auth.invalid.scope"},
		{"no such scope", o.Anonymous(), `{"client":"` + webApp + `","scope":["nonsense"]}`, 400, "auth.invalid.scope"},
		{"unknown key", o.Anonymous(), `{"client":"` + webApp + `","scopes":[]}`, 400, "bad.request"},
		{"no JSON", o.Anonymous(), `{`, 400, "bad.request"},
		{"without the permission", weak, `{"client":"` + webApp + `"}`, 403, "missing.any.permissions"},
		{"with a bad token", o.Bearer("x"), `{"client":"` + webApp + `"}`, 401, "bad.credentials"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := tt.as.Post(t, "/_mockcloud/authorizations", tt.body)
			if got.Status != tt.status || got.Str(t, "code") != tt.code {
				t.Errorf("answer = %d %s", got.Status, got.Body)
			}
		})
	}
	if got := o.admin.Get(t, authorizations); got.Str(t, "total") != "0" {
		t.Errorf("a refused request changed something: %s", got.Body)
	}
	// Another organization decides about the same client for itself.
	if got := foreign.Post(t, "/_mockcloud/authorizations", `{"client":"`+webApp+`"}`); got.Status != http.StatusNoContent {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	theirs := foreign.Get(t, authorizations+"/"+webApp)
	if theirs.Str(t, "client.name") != "Mockcloud Web App" || theirs.Str(t, "client.registeredRedirectUri") != "" || theirs.Str(t, "createdBy.id") != foreignBot {
		t.Errorf("theirs: %d %s", theirs.Status, theirs.Body)
	}
	if got := o.admin.Get(t, authorizations); got.Str(t, "total") != "0" {
		t.Errorf("ours: %s", got.Body)
	}
}

// Else an application with a scope for reading could widen its own approval.
func TestAScopeForReadingDecidesAboutNoApplication(t *testing.T) {
	t.Parallel()
	o := startOrg(t, mocktest.Options{})
	app := func(scope string) *mocktest.Client {
		made := o.admin.Post(t, "/api/v2/oauth/clients", map[string]any{"name": scope, "authorizedGrantType": "CODE", "scope": []string{scope}, "registeredRedirectUri": []string{"http://localhost/"}})
		wantOK(t, made)
		return o.AsUserOf(t, "admin@mockcloud.test", made.Str(t, "id"))
	}
	reading, writing := app("oauth:readonly"), app("oauth")
	decide := func(c *mocktest.Client) *mocktest.Response {
		return c.Post(t, "/_mockcloud/authorizations", map[string]any{"client": webApp})
	}
	o.enforceScopes(t, true)
	wantOK(t, reading.Get(t, authorizations))
	if got := decide(reading); got.Status != http.StatusForbidden || got.Str(t, "code") != "app.not.authorized.for.scope" || !strings.Contains(got.Str(t, "message"), "[oauth]") {
		t.Errorf("with the scope for reading: %d %s", got.Status, got.Body)
	}
	if got := o.admin.Get(t, authorizations); got.Str(t, "total") != "0" {
		t.Errorf("it decided: %s", got.Body)
	}
	if got := decide(writing); got.Status != http.StatusNoContent {
		t.Errorf("with the full scope: %d %s", got.Status, got.Body)
	}
	o.enforceScopes(t, false)
	if got := decide(reading); got.Status != http.StatusNoContent {
		t.Errorf("where scopes do not count: %d %s", got.Status, got.Body)
	}
}

// Guess: all tokens of the client that the organization's users have stop, those
// of before there was an approval too, and for good.
func TestRevokingEndsTheTokensOfUsers(t *testing.T) {
	t.Parallel()
	o := startOrg(t, mocktest.Options{})
	works := func(c *mocktest.Client) bool { return c.Get(t, "/api/v2/tokens/me").Status == http.StatusOK }
	early := o.AsUserOf(t, agent, webApp)
	o.decide(t, map[string]any{"client": webApp})
	late, other := o.AsUserOf(t, agent, webApp), o.AsUser(t, agent)
	if !works(early) || !works(late) {
		t.Error("an approval ends tokens")
	}
	o.decide(t, map[string]any{"client": webApp, "state": "Revoked"})
	if works(early) || works(late) {
		t.Error("a token works after its approval was revoked")
	}
	if !works(other) || !works(o.admin) {
		t.Error("a token of another client does not work")
	}
	o.decide(t, map[string]any{"client": webApp})
	if works(early) || works(late) {
		t.Error("a token is back with a new approval")
	}
	fresh := o.AsUserOf(t, agent, webApp)
	o.Reset(t)
	if works(early) || works(late) || !works(fresh) {
		t.Error("a reset brings tokens back, or ends them")
	}
	if got := o.admin.Get(t, authorizations); got.Str(t, "total") != "0" {
		t.Errorf("after a reset: %s", got.Body)
	}
	if got := o.admin.Get(t, authorizations+"/"+webApp); got.Status != http.StatusNotFound {
		t.Errorf("after a reset: %d %s", got.Status, got.Body)
	}
}

// Decisions 9: scopes count where the organization enforces them.
func TestScopesAreEnforcedWhereTheOrganizationWantsIt(t *testing.T) {
	t.Parallel()
	o := startOrg(t, mocktest.Options{})
	made := o.admin.Post(t, "/api/v2/oauth/clients", `{"name":"narrow","authorizedGrantType":"CODE","scope":["users:readonly","user-basic-info"]}`)
	narrow := o.AsUserOf(t, "admin@mockcloud.test", made.Str(t, "id"))
	robot := o.As(t, "oauth:client:view")
	tests := []struct {
		name, path string
		as         *mocktest.Client
		refused    bool // where scopes are enforced
	}{
		{"in the scope", "/api/v2/users", narrow, false},
		{"outside of it", "/api/v2/oauth/clients", narrow, true},
		{"mockcloud's own client", "/api/v2/oauth/clients", o.AsUser(t, "admin@mockcloud.test"), false},
		{"a client's own token", "/api/v2/oauth/clients", robot, false},
	}
	for _, enforced := range []bool{true, false, true} {
		o.enforceScopes(t, enforced)
		for _, tt := range tests {
			got := tt.as.Get(t, tt.path)
			if refused := got.Status == http.StatusForbidden && got.Str(t, "code") == "app.not.authorized.for.scope"; refused != (tt.refused && enforced) {
				t.Errorf("enforced %t, %s: %d %s", enforced, tt.name, got.Status, got.Body)
			}
		}
	}
}

// Guess: where scopes are enforced, an approval of fewer scopes than the client
// has narrows its tokens at once.
func TestAnApprovalCanBeNarrower(t *testing.T) {
	t.Parallel()
	o := startOrg(t, mocktest.Options{})
	o.enforceScopes(t, true)
	made := o.admin.Post(t, "/api/v2/oauth/clients", `{"name":"wide","authorizedGrantType":"CODE","scope":["oauth","users","user-basic-info"]}`)
	id := made.Str(t, "id")
	c := o.AsUserOf(t, "admin@mockcloud.test", id)
	wantOK(t, c.Get(t, "/api/v2/oauth/clients"))
	o.decide(t, map[string]any{"client": id, "scope": []string{"users:readonly", "user-basic-info"}})
	if got := c.Get(t, "/api/v2/oauth/clients"); got.Status != http.StatusForbidden || got.Str(t, "code") != "app.not.authorized.for.scope" {
		t.Errorf("outside of the approval: %d %s", got.Status, got.Body)
	}
	var info struct{ AuthorizedScope []string }
	c.Get(t, "/api/v2/tokens/me").JSON(t, &info)
	if slices.Contains(info.AuthorizedScope, "oauth") {
		t.Errorf("scopes of the token: %v", info.AuthorizedScope)
	}
	if got := o.admin.Get(t, authorizations+"/"+id).Str(t, "scope"); got != `["users:readonly","user-basic-info"]` {
		t.Errorf("scope = %s", got)
	}
	o.decide(t, map[string]any{"client": id})
	wantOK(t, c.Get(t, "/api/v2/oauth/clients"))
	if strings.Contains(string(o.admin.Get(t, authorizations).Body), `"secret`) {
		t.Error("a secret is shown")
	}
}
