package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

const authorizedPages = "/admin/authorized-applications"

// authorizedClient makes a client of people with two scopes, and returns its id.
func authorizedClient(t *testing.T, admin *mocktest.Client, name string) string {
	t.Helper()
	made := admin.Post(t, "/api/v2/oauth/clients", map[string]any{
		"name": name, "authorizedGrantType": "CODE", "registeredRedirectUri": []string{"http://localhost/"}, "scope": []string{"users:readonly", "routing"},
	})
	if made.Status != http.StatusOK {
		t.Fatalf("%d %s", made.Status, made.Body)
	}
	return made.Str(t, "id")
}

func TestAnApplicationIsApprovedChangedAndRevoked(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada, admin := visit(t, srv, "admin@mockcloud.test"), srv.Admin(t)
	ada.get(t, authorizedPages).says(t, "Nothing has been decided yet.", "Scopes are not enforced")
	id := authorizedClient(t, admin, "<script>App")
	page, api := authorizedPages+"/"+id, "/api/v2/oauth/authorizations/"+id

	ada.postAndFollow(t, authorizedPages+"/new", url.Values{"client": {id}}).says(t, "<script>App", "Not decided", "users:readonly", "routing", "Approve")
	ada.postAndFollow(t, page, url.Values{"choose": {"true"}, "scope": {"routing"}}).says(t, "The application is approved.", "<script>App", "Authorized", "by Ada")
	if got := admin.Get(t, api); got.Str(t, "state") != "Authorized" || got.Str(t, "scope.0") != "routing" || strings.Contains(got.Str(t, "scope"), "users") {
		t.Errorf("approved: %s", got.Body)
	}
	ada.get(t, page).says(t, "Save", "Revoke")

	ada.postAndFollow(t, page, url.Values{"choose": {"true"}, "scope": {"users:readonly", "routing"}})
	if got := admin.Get(t, api); got.Str(t, "scope.0") != "users:readonly" || got.Str(t, "scope.1") != "routing" {
		t.Errorf("changed: %s", got.Body)
	}
	ada.get(t, page+"/revoke").says(t, "Revoke the approval of <script>App?")
	ada.postAndFollow(t, page+"/revoke", nil).says(t, "The approval was revoked.", "Revoked")
	if got := admin.Get(t, api).Str(t, "state"); got != "Revoked" {
		t.Errorf("state = %s", got)
	}
	ada.postAndFollow(t, page, url.Values{"choose": {"true"}, "scope": {"routing"}}).says(t, "The application is approved.")
}

func TestARequestedApplicationIsTurnedDown(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada, admin := visit(t, srv, "admin@mockcloud.test"), srv.Admin(t)
	id := authorizedClient(t, admin, "Asking")
	if got := srv.Anonymous().Post(t, "/_mockcloud/authorizations", map[string]any{"client": id, "state": "Requested"}); got.Status != http.StatusNoContent {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	ada.get(t, authorizedPages).says(t, "Requested")
	page := authorizedPages + "/" + id
	ada.get(t, page).says(t, "Approve", "Turn down").lacks(t, "Revoke")
	ada.get(t, page+"/revoke").says(t, "Turn Asking down?")
	ada.postAndFollow(t, page+"/revoke", nil).says(t, "The application was turned down.", "Turned down")
	if got := admin.Get(t, "/api/v2/oauth/authorizations/"+id).Str(t, "state"); got != "Unauthorized" {
		t.Errorf("state = %s", got)
	}
}

func TestAClientThatIsNoneIsRefusedBesideTheField(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	for _, id := range []string{"", "a/b", "?x"} {
		got := ada.post(t, authorizedPages+"/new", url.Values{"client": {id}})
		if got.says(t, "This is no client ID."); got.Status != http.StatusBadRequest {
			t.Errorf("%q: status %d", id, got.Status)
		}
	}
	ada.postAndFollow(t, authorizedPages+"/new", url.Values{"client": {"nobody"}}).says(t, "Unknown application")
	got := ada.post(t, authorizedPages+"/nobody", url.Values{})
	if got.says(t, "There is no OAuth client with this ID."); got.Status != http.StatusBadRequest || !strings.Contains(got.Body, `value="nobody"`) {
		t.Errorf("status %d\n%s", got.Status, got.Body)
	}
	id := authorizedClient(t, srv.Admin(t), "App")
	if got := ada.post(t, authorizedPages+"/"+id, url.Values{"choose": {"true"}, "scope": {"architect"}}); got.Status != http.StatusBadRequest {
		t.Errorf("a scope that the client does not have: %d", got.Status)
	} else {
		got.says(t, "The API refused this:", "The client has no scope architect.")
	}
	if got := ada.get(t, authorizedPages+"/"+id+"/revoke"); got.Status != http.StatusNotFound {
		t.Errorf("what was not approved can be revoked: %d", got.Status)
	}
}

func TestScopesAreEnforcedFromTheConsole(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	ada.postAndFollow(t, authorizedPages, url.Values{"enforce": {"true"}}).says(t, "Scopes are enforced")
	if got := srv.Admin(t).Get(t, "/_mockcloud/settings").Str(t, "enforceScopes"); got != "true" {
		t.Errorf("enforceScopes = %s", got)
	}
	ada.get(t, "/admin/divisions").says(t, "Sales") // the console itself needs no approval
	ada.postAndFollow(t, authorizedPages, url.Values{"enforce": {"false"}}).says(t, "Scopes are not enforced")
}

func TestWhoMayNotAuthorizeApplicationsIsToldSo(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	id := authorizedClient(t, srv.Admin(t), "App")
	sue := visit(t, srv, "supervisor@mockcloud.test")
	for _, page := range []string{"", "/" + id, "/" + id + "/revoke"} {
		if got := sue.get(t, authorizedPages+page); got.Status != http.StatusForbidden {
			t.Errorf("GET %s: status %d", page, got.Status)
		} else {
			got.says(t, "You may not do this", "oauth:client:authorize")
		}
	}
	for _, page := range []string{"", "/" + id, "/" + id + "/revoke"} {
		if got := sue.post(t, authorizedPages+page, url.Values{"enforce": {"true"}}); got.Status != http.StatusForbidden {
			t.Errorf("POST %s: status %d", page, got.Status)
		}
	}
	if got := srv.Admin(t).Get(t, "/api/v2/oauth/authorizations").Str(t, "total"); got != "0" {
		t.Errorf("there are %s decisions", got)
	}
	if got := srv.Admin(t).Get(t, "/_mockcloud/settings").Str(t, "enforceScopes"); got != "false" {
		t.Errorf("enforceScopes = %s", got)
	}
}

func TestAuthorizedApplicationsSpeakThreeLanguages(t *testing.T) {
	t.Parallel()
	ada := visit(t, mocktest.Start(t, mocktest.Options{}), "admin@mockcloud.test")
	for lang, word := range map[string]string{"en": "Enforce scopes", "pt-BR": "Exigir escopos", "es": "Exigir ámbitos"} {
		ada.lang = lang
		ada.get(t, authorizedPages).says(t, word)
	}
}
