package oauth_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

func TestAClientsLife(t *testing.T) {
	t.Parallel()
	o := startOrg(t, mocktest.Options{})
	made := o.admin.Post(t, "/api/v2/oauth/clients", map[string]any{
		"name": "web", "description": "an app", "authorizedGrantType": "CODE", "scope": []string{"users", "oauth:readonly"},
		"registeredRedirectUri": []string{"http://localhost:3000/cb?x=1"}, "accessTokenValiditySeconds": 300, "secret": "ignored",
	})
	if made.Status != http.StatusOK { // 200, not 201 (facts oauth.md §9)
		t.Fatalf("create: %d\n%s", made.Status, made.Body)
	}
	if secret := made.Str(t, "secret"); !regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`).MatchString(secret) {
		t.Errorf("secret = %q", secret)
	}
	if made.Str(t, "dateCreated") != "2026-01-15T12:00:00.000Z" || made.Str(t, "createdBy.id") == "" || made.Str(t, "state") != "active" {
		t.Errorf("body = %s", made.Body)
	}
	path := made.Str(t, "selfUri")
	got := o.admin.Get(t, path)
	for _, key := range []string{"name", "description", "authorizedGrantType", "scope", "registeredRedirectUri", "accessTokenValiditySeconds", "dateModified", "id"} {
		if got.Str(t, key) != made.Str(t, key) || got.Str(t, key) == "" {
			t.Errorf("%s = %q, want %q", key, got.Str(t, key), made.Str(t, key))
		}
	}
	if got.Str(t, "secret") != "" || strings.Contains(string(o.admin.Get(t, "/api/v2/oauth/clients").Body), "secret\":") {
		t.Error("a secret is shown outside create and renew")
	}

	renewed := o.admin.Post(t, path+"/secret", nil)
	if renewed.Status != http.StatusOK || renewed.Str(t, "secret") == made.Str(t, "secret") || renewed.Str(t, "secret") == "" {
		t.Errorf("renew: %d %s", renewed.Status, renewed.Body)
	}

	body := map[string]any{"name": "web 2", "authorizedGrantType": "TOKEN", "scope": []string{"users"}}
	put := o.admin.Put(t, path, body)
	if put.Str(t, "name") != "web 2" || put.Str(t, "description") != "" || put.Str(t, "registeredRedirectUri") != "" ||
		put.Str(t, "accessTokenValiditySeconds") != "86400" || put.Str(t, "secret") != "" || put.Str(t, "state") != "active" {
		t.Errorf("PUT is no full replace: %s", put.Body)
	}
	if got := o.admin.Delete(t, path); got.Status != http.StatusBadRequest || got.Str(t, "code") != "cannot.delete.client" {
		t.Errorf("delete while active: %d %s", got.Status, got.Body)
	}
	body["state"] = "inactive"
	wantOK(t, o.admin.Put(t, path, body))
	// Guess: 204 (the specification gives no status).
	if got := o.admin.Delete(t, path); got.Status != http.StatusNoContent || len(got.Body) != 0 {
		t.Errorf("delete: %d %s", got.Status, got.Body)
	}
	if got := o.admin.Get(t, path); got.Status != http.StatusNotFound || got.Str(t, "code") != "client.not.found" || got.Str(t, "message") != "Client was not found." {
		t.Errorf("after delete: %d %s", got.Status, got.Body)
	}
}

func TestTheListingIsOnePage(t *testing.T) {
	t.Parallel()
	o := startOrg(t, mocktest.Options{})
	for i := range 30 {
		wantOK(t, o.admin.Post(t, "/api/v2/oauth/clients", map[string]any{"name": "web" + strings.Repeat("x", i), "authorizedGrantType": "TOKEN", "scope": []string{"users"}}))
	}
	got := o.admin.Get(t, "/api/v2/oauth/clients")
	var listing struct{ Entities []struct{ Name string } }
	got.JSON(t, &listing)
	if !slices.IsSortedFunc(listing.Entities, func(a, b struct{ Name string }) int {
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	}) {
		t.Errorf("the clients are not sorted by name: %v", listing.Entities)
	}
	if got.Str(t, "pageCount") != "1" || got.Str(t, "pageNumber") != "1" || got.Str(t, "total") != got.Str(t, "pageSize") || got.Str(t, "entities.30.id") == "" {
		t.Errorf("wrapper: pageCount %s, total %s, pageSize %s", got.Str(t, "pageCount"), got.Str(t, "total"), got.Str(t, "pageSize"))
	}
}

// The codes of facts oauth.md §9 and decisions.md 3.
func TestBadClientsAreRefusedAndNothingIsStored(t *testing.T) {
	t.Parallel()
	o := startOrg(t, mocktest.Options{})
	role := o.role(t, "employee")
	nowhere := "6a1d6e6c-37e5-4e7b-8f1b-3f5a6a9b0000"
	tests := []struct{ name, body, code, field string }{
		{"no grant type", `{"name":"x"}`, "grant.type.required", "authorizedGrantType"},
		{"unknown grant type", `{"name":"x","authorizedGrantType":"MAGIC"}`, "bad.grant.type", "authorizedGrantType"},
		{"no scope", `{"name":"x","authorizedGrantType":"CODE"}`, "missing.client.scope", "scope"},
		{"unknown scope", `{"name":"x","authorizedGrantType":"CODE","scope":["users","nonsense"]}`, "auth.invalid.scope", "scope"},
		{"no roles", `{"name":"x","authorizedGrantType":"CLIENT-CREDENTIALS"}`, "missing.client.roles", "roleDivisions"},
		{"unknown role", `{"name":"x","authorizedGrantType":"CLIENT-CREDENTIALS","roleDivisions":[{"roleId":"` + nowhere + `","divisionId":"*"}]}`, "bad.client.role", "roleDivisions"},
		{"unknown division", `{"name":"x","authorizedGrantType":"CLIENT-CREDENTIALS","roleDivisions":[{"roleId":"` + role + `","divisionId":"` + nowhere + `"}]}`, "bad.client.role", "roleDivisions"},
		{"born inactive", `{"name":"x","authorizedGrantType":"CODE","scope":["users"],"state":"inactive"}`, "bad.client.state", "state"},
		{"validity too short", `{"name":"x","authorizedGrantType":"CODE","scope":["users"],"accessTokenValiditySeconds":299}`, "constraint.validation", "accessTokenValiditySeconds"},
		{"validity too long", `{"name":"x","authorizedGrantType":"CODE","scope":["users"],"accessTokenValiditySeconds":172801}`, "constraint.validation", "accessTokenValiditySeconds"},
		{"blank name", `{"name":" ","authorizedGrantType":"CODE","scope":["users"]}`, "constraint.validation", "name"},
		{"validity too long for SCIM", `{"name":"x","authorizedGrantType":"CODE","scope":["scim"],"accessTokenValiditySeconds":38880001}`, "constraint.validation", "accessTokenValiditySeconds"},
		{"no name", `{"authorizedGrantType":"CODE","scope":["users"]}`, "constraint.validation", "name"},
		{"null name", `{"name":null,"authorizedGrantType":"CODE","scope":["users"]}`, "constraint.validation", "name"},
		{"name of the wrong type", `{"name":7,"authorizedGrantType":"CODE","scope":["users"]}`, "bad.request", "name"},
		{"validity of the wrong type", `{"name":"x","authorizedGrantType":"CODE","scope":["users"],"accessTokenValiditySeconds":"300"}`, "bad.request", "accessTokenValiditySeconds"},
		{"pair without a division", `{"name":"x","authorizedGrantType":"CLIENT-CREDENTIALS","roleDivisions":[{"roleId":"` + role + `"}]}`, "constraint.validation", "roleDivisions[0].divisionId"},
		{"the same pair twice", `{"name":"x","authorizedGrantType":"CLIENT-CREDENTIALS","roleDivisions":[{"roleId":"` + role + `","divisionId":"*"},{"roleId":"` + role + `","divisionId":"*"}]}`, "constraint.validation", "roleDivisions"},
		{"a field given twice", `{"name":"x","name":"y","authorizedGrantType":"CODE","scope":["users"]}`, "bad.request", ""},
		{"a field given twice further in", `{"name":"x","authorizedGrantType":"CLIENT-CREDENTIALS","roleDivisions":[{"roleId":"a","roleId":"b","divisionId":"*"}]}`, "bad.request", ""},
		{"colons and quotes in texts", `{"name":"a:\"b\":\\","authorizedGrantType":"NONE"}`, "bad.grant.type", ""},
		{"more roles than fit", `{"name":"x","authorizedGrantType":"CLIENT-CREDENTIALS","roleIds":[` + manyIDs(1001) + `]}`, "bad.client.role", ""},
		{"more redirect URIs than fit", `{"name":"x","authorizedGrantType":"CODE","scope":["users"],"registeredRedirectUri":[` + manyIDs(126) + `]}`, "constraint.validation", "registeredRedirectUri"},
		{"born disabled", `{"name":"x","authorizedGrantType":"CODE","scope":["users"],"state":"disabled"}`, "bad.client.state", "state"},
		{"no such state", `{"name":"x","authorizedGrantType":"CODE","scope":["users"],"state":"sleepy"}`, "bad.client.state", "state"},
		{"only read-only SCIM counts as SCIM, with more it does not", `{"name":"x","authorizedGrantType":"CODE","scope":["scim:readonly","users"],"accessTokenValiditySeconds":172801}`, "constraint.validation", "accessTokenValiditySeconds"},
		{"not an object", `[]`, "bad.request", ""},
		{"broken JSON", `{"name":"x"`, "bad.request", ""},
		{"no body", ``, "", ""},
		{"a field in other letters is another field", `{"NAME":"x","authorizedGrantType":"CODE","scope":["users"]}`, "constraint.validation", "name"},
	}
	before := o.admin.Get(t, "/api/v2/oauth/clients")
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := o.admin.Post(t, "/api/v2/oauth/clients", tt.body)
			if got.Status != http.StatusBadRequest || (tt.code != "" && got.Str(t, "code") != tt.code) {
				t.Errorf("answer = %d %s, want 400 %s", got.Status, got.Body, tt.code)
			}
			if tt.field != "" && got.Str(t, "details.0.fieldName") != tt.field {
				t.Errorf("field = %q, want %q", got.Str(t, "details.0.fieldName"), tt.field)
			}
		})
	}
	if after := o.admin.Get(t, "/api/v2/oauth/clients"); string(after.Body) != string(before.Body) {
		t.Error("a refused request changed something")
	}
}

// Guess: a PUT is checked as a POST is, though the specification lists
// auth.invalid.scope for POST alone.
func TestAChangeIsCheckedAsANewClientIs(t *testing.T) {
	t.Parallel()
	o := startOrg(t, mocktest.Options{})
	made := o.admin.Post(t, "/api/v2/oauth/clients", `{"name":"web","authorizedGrantType":"TOKEN","scope":["users"]}`)
	before := o.admin.Get(t, made.Str(t, "selfUri"))
	tests := []struct{ name, body, code string }{
		{"no grant type", `{"name":"x","scope":["users"]}`, "grant.type.required"},
		{"unknown grant type", `{"name":"x","authorizedGrantType":"MAGIC","scope":["users"]}`, "bad.grant.type"},
		{"no scope", `{"name":"x","authorizedGrantType":"TOKEN"}`, "missing.client.scope"},
		{"unknown scope", `{"name":"x","authorizedGrantType":"TOKEN","scope":["nonsense"]}`, "auth.invalid.scope"},
		{"no roles", `{"name":"x","authorizedGrantType":"CLIENT-CREDENTIALS"}`, "missing.client.roles"},
		{"unknown role", `{"name":"x","authorizedGrantType":"CLIENT-CREDENTIALS","roleIds":["x"]}`, "bad.client.role"},
		{"no such state", `{"name":"x","authorizedGrantType":"TOKEN","scope":["users"],"state":"sleepy"}`, "bad.client.state"},
		{"validity too long", `{"name":"x","authorizedGrantType":"TOKEN","scope":["users"],"accessTokenValiditySeconds":172801}`, "constraint.validation"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := o.admin.Put(t, made.Str(t, "selfUri"), tt.body)
			if got.Status != http.StatusBadRequest || got.Str(t, "code") != tt.code {
				t.Errorf("answer = %d %s, want %s", got.Status, got.Body, tt.code)
			}
		})
	}
	if after := o.admin.Get(t, made.Str(t, "selfUri")); string(after.Body) != string(before.Body) {
		t.Errorf("a refused request changed something: %s", after.Body)
	}
}

func TestWhatAClientMayBe(t *testing.T) {
	t.Parallel()
	o := startOrg(t, mocktest.Options{})
	role := o.role(t, "employee")
	tests := []struct{ name, body, key, want string }{
		{"usual validity", `{"name":"x","authorizedGrantType":"CODE","scope":["users"]}`, "accessTokenValiditySeconds", "86400"},
		{"shortest", `{"name":"x","authorizedGrantType":"CODE","scope":["users"],"accessTokenValiditySeconds":300}`, "accessTokenValiditySeconds", "300"},
		{"longest", `{"name":"x","authorizedGrantType":"CODE","scope":["users"],"accessTokenValiditySeconds":172800}`, "accessTokenValiditySeconds", "172800"},
		{"an older spelling", `{"name":"x","authorizedGrantType":"SAML2BEARER","scope":["users"]}`, "authorizedGrantType", "SAML2-BEARER"},
		{"another one", `{"name":"x","authorizedGrantType":"CLIENT_CREDENTIALS","roleIds":["` + role + `"]}`, "authorizedGrantType", "CLIENT-CREDENTIALS"},
		{"password", `{"name":"x","authorizedGrantType":"PASSWORD","scope":["users"]}`, "authorizedGrantType", "PASSWORD"},
		{"a role everywhere", `{"name":"x","authorizedGrantType":"CLIENT-CREDENTIALS","roleDivisions":[{"roleId":"` + role + `","divisionId":"*"}]}`, "roleDivisions.0.divisionId", "*"},
		{"a client-credentials client with scopes", `{"name":"x","authorizedGrantType":"CLIENT-CREDENTIALS","scope":["users"],"roleIds":["` + role + `"]}`, "scope", `["users"]`},
		{"no scopes", `{"name":"x","authorizedGrantType":"CLIENT-CREDENTIALS","scope":[],"roleIds":["` + role + `"]}`, "roleIds", `["` + role + `"]`},
		{"any redirect URI", `{"name":"x","authorizedGrantType":"CODE","scope":["users"],"registeredRedirectUri":["myapp://in"]}`, "registeredRedirectUri", `["myapp://in"]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := o.admin.Post(t, "/api/v2/oauth/clients", tt.body)
			if got.Status != http.StatusOK || got.Str(t, tt.key) != tt.want {
				t.Errorf("answer = %d %s", got.Status, got.Body)
			}
		})
	}
}

func TestADisabledClientCannotBeChanged(t *testing.T) {
	t.Parallel()
	o := startOrg(t, mocktest.Options{})
	body := map[string]any{"name": "web", "authorizedGrantType": "TOKEN", "scope": []string{"users"}}
	made := o.admin.Post(t, "/api/v2/oauth/clients", body)
	path := made.Str(t, "selfUri")
	// Guess: the refusal; disabling is what support does (facts oauth.md §9).
	body["state"] = "disabled"
	if got := o.admin.Put(t, path, body); got.Status != http.StatusBadRequest || got.Str(t, "code") != "bad.client.state" {
		t.Errorf("answer = %d %s", got.Status, got.Body)
	}
	o.SetClientState(t, made.Str(t, "id"), "disabled")
	body["state"] = "active"
	got := o.admin.Put(t, path, body)
	if got.Status != http.StatusBadRequest || got.Str(t, "code") != "bad.client.state" || got.Str(t, "message") != "Client is disabled." {
		t.Errorf("answer = %d %s", got.Status, got.Body)
	}
	o.SetClientState(t, made.Str(t, "id"), "active")
	wantOK(t, o.admin.Put(t, path, body))
}

// Guess: tokens end when the client's grant type changes.
func TestTokensEndWithTheirGrantType(t *testing.T) {
	t.Parallel()
	o := startOrg(t, mocktest.Options{})
	made := o.admin.Post(t, "/api/v2/oauth/clients", botWith(pair{o.role(t, "employee"), everywhere}))
	bot := o.AsClient(t, made.Str(t, "id"))
	wantOK(t, bot.Get(t, "/api/v2/tokens/me"))
	wantOK(t, o.admin.Put(t, made.Str(t, "selfUri"), map[string]any{"name": "web", "authorizedGrantType": "CODE", "scope": []string{"users"}}))
	if got := bot.Get(t, "/api/v2/tokens/me"); got.Status != http.StatusUnauthorized {
		t.Errorf("answer = %d %s", got.Status, got.Body)
	}
}

// Guess: a client is for SCIM alone when all its scopes are.
func TestTokensForSCIMMayLiveLonger(t *testing.T) {
	t.Parallel()
	o := startOrg(t, mocktest.Options{})
	got := o.admin.Post(t, "/api/v2/oauth/clients", `{"name":"x","authorizedGrantType":"CODE","scope":["scim"],"accessTokenValiditySeconds":38880000}`)
	if got.Status != http.StatusOK || got.Str(t, "accessTokenValiditySeconds") != "38880000" {
		t.Errorf("answer = %d %s", got.Status, got.Body)
	}
}

func TestScopes(t *testing.T) {
	t.Parallel()
	o := startOrg(t, mocktest.Options{})
	got := o.admin.Get(t, "/api/v2/oauth/scopes")
	if got.Str(t, "total") != "124" || got.Str(t, "pageCount") != "" || got.Str(t, "entities.0.selfUri") == "" {
		t.Errorf("total = %s, pageCount = %s", got.Str(t, "total"), got.Str(t, "pageCount"))
	}
	if one := o.admin.Get(t, "/api/v2/oauth/scopes/oauth:readonly"); one.Str(t, "id") != "oauth:readonly" {
		t.Errorf("answer = %d %s", one.Status, one.Body)
	}
	// Guess: the texts are English, whatever is asked for.
	translated := o.admin.Do(t, http.MethodGet, "/api/v2/oauth/scopes", nil, http.Header{"Accept-Language": {"pt-br"}})
	if string(translated.Body) != string(got.Body) {
		t.Errorf("in another language: %d %.200s", translated.Status, translated.Body)
	}
	if none := o.admin.Get(t, "/api/v2/oauth/scopes/nonsense"); none.Status != http.StatusNotFound {
		t.Errorf("answer = %d %s", none.Status, none.Body)
	}
}

func manyIDs(n int) string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf(`"%d"`, i)
	}
	return strings.Join(ids, ",")
}
