package console_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/mocktest"
)

// What these tests use of the default fixture.
const (
	oauthPages    = "/admin/oauth-clients"
	oauthAda      = "admin@mockcloud.test"
	oauthBen      = "builder@mockcloud.test"
	oauthHome     = "6d6f636b-0002-4000-8000-000000000001"
	oauthSales    = "6d6f636b-0002-4000-8000-000000000002"
	oauthAdmin    = "6d6f636b-0006-4000-8000-000000000001" // holds every role in every division
	oauthWeb      = "6d6f636b-0006-4000-8000-000000000002"
	oauthImplicit = "6d6f636b-0006-4000-8000-000000000003"
	oauthSAML     = "6d6f636b-0006-4000-8000-000000000004"
	oauthPassword = "6d6f636b-0006-4000-8000-000000000005"
	oauthBuilder  = "6d6f636b-0003-4000-8000-000000000001" // the role Integration Builder, which Ben holds everywhere
	oauthReader   = "6d6f636b-0003-4000-8000-000000000002" // Queue Reader, which he holds in Sales
)

// oauthRole finds a role by its name.
func oauthRole(t *testing.T, srv *mocktest.Server, name string) string {
	t.Helper()
	var found struct{ Entities []struct{ ID, Name string } }
	srv.Admin(t).Get(t, "/api/v2/authorization/roles?pageSize=100").JSON(t, &found)
	for _, r := range found.Entities {
		if r.Name == name {
			return r.ID
		}
	}
	t.Fatalf("there is no role %s", name)
	return ""
}

// oauthBot is what the form of a new client sends, for a program.
func oauthBot(name string, pairs ...string) url.Values {
	return url.Values{"name": {name}, "description": {""}, "grant": {"CLIENT-CREDENTIALS"}, "seconds": {"86400"}, "role": pairs}
}

var (
	oauthSecretShown = regexp.MustCompile(`<code>([A-Za-z0-9_-]{43})</code>`)
	oauthIDShown     = regexp.MustCompile(`<code>([0-9a-f-]{36})</code>`)
)

// oauthAdd adds a client by the form, and returns what the page shows of it.
func oauthAdd(t *testing.T, v *visitor, form url.Values) (id, secret string) {
	t.Helper()
	got := v.post(t, oauthPages+"/new", form)
	found, ids := oauthSecretShown.FindStringSubmatch(got.Body), oauthIDShown.FindStringSubmatch(got.Body)
	if got.Status != http.StatusOK || found == nil || ids == nil {
		t.Fatalf("status %d\n%.3000s", got.Status, got.words())
	}
	return ids[1], found[1]
}

// oauthToken asks for a token as a program does.
func oauthToken(t *testing.T, srv *mocktest.Server, id, secret string) *mocktest.Response {
	t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {id}, "client_secret": {secret}}
	return srv.Anonymous().Do(t, http.MethodPost, "/oauth/token", form.Encode(), http.Header{"Content-Type": {"application/x-www-form-urlencoded"}})
}

func TestTheSecretOfANewClientIsShownOnceAndWorks(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, oauthAda)
	got := ada.post(t, oauthPages+"/new", oauthBot("<script>bot", oauthBuilder+"|*", oauthBuilder+"|"+oauthHome))
	got.says(t, "<script>bot was added", "The secret is shown this once", "Nobody can see the secret again")
	if strings.Contains(got.Body, "<script>bot") {
		t.Error("a name is part of the page's code")
	}
	if c := got.Header.Get("Cache-Control"); !strings.Contains(c, "no-store") {
		t.Errorf("Cache-Control = %q", c)
	}
	id, secret := oauthIDShown.FindStringSubmatch(got.Body)[1], oauthSecretShown.FindStringSubmatch(got.Body)[1]
	if token := oauthToken(t, srv, id, secret); token.Status != http.StatusOK {
		t.Errorf("token: %d %s", token.Status, token.Body)
	}
	stored := srv.Admin(t).Get(t, "/api/v2/oauth/clients/"+id)
	if stored.Str(t, "roleDivisions.1.roleId") != oauthBuilder || stored.Str(t, "createdBy.id") == "" {
		t.Errorf("stored: %s", stored.Body)
	}
	for _, tab := range []string{"", "/roles", "/try", "/usage", "/secret"} {
		ada.get(t, oauthPages+"/"+id+tab).says(t, "<script>bot").lacks(t, secret)
	}
	ada.get(t, oauthPages).says(t, "<script>bot", "Client Credentials", "Active", "Ada Admin").lacks(t, secret)
}

func TestWhatTheAPIRefusesOfAClientStandsBesideItsField(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, oauthAda)
	with := func(change func(url.Values)) url.Values {
		form := oauthBot("kept name", oauthBuilder+"|*")
		change(form)
		return form
	}
	tests := []struct {
		name  string
		form  url.Values
		says  string
		field string // id of what the error belongs to
	}{
		{"no name", with(func(f url.Values) { f.Set("name", " ") }), "The name must not be blank", "f-name-error"},
		{"too short a life", with(func(f url.Values) { f.Set("seconds", "5") }), "between 300 and 172800", "f-seconds-error"},
		{"no number", with(func(f url.Values) { f.Set("seconds", "a day") }), "accessTokenValiditySeconds", "f-seconds-error"},
		{"no grant type", with(func(f url.Values) { f.Del("grant") }), "Grant type is required", "f-grant-error"},
		{"no roles", with(func(f url.Values) { f.Del("role") }), "Client roles and divisions are missing", "roles-error"},
		{"no such role", with(func(f url.Values) { f.Set("role", "nothing|*") }), "There is no role", "roles-error"},
		{"no scope", with(func(f url.Values) { f.Set("grant", "CODE") }), "Client scope is missing", "scopes-error"},
		{"no such scope", with(func(f url.Values) { f.Set("grant", "CODE"); f.Set("scope", "magic") }), "Client has invalid scope", "scopes-error"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := ada.post(t, oauthPages+"/new", tt.form)
			got.says(t, "The API refused this:", tt.says)
			_, beside, found := strings.Cut(got.Body, `id="`+tt.field+`"`)
			if beside, _, _ = strings.Cut(beside, "</p>"); got.Status != http.StatusBadRequest || !found || !strings.Contains(html.UnescapeString(beside), tt.says) {
				t.Errorf("status = %d, beside the field: %q", got.Status, beside)
			}
			if name := tt.form.Get("name"); name != " " && !strings.Contains(got.Body, `value="`+name+`"`) {
				t.Error("the form was not kept")
			}
		})
	}
	if list := string(srv.Admin(t).Get(t, "/api/v2/oauth/clients").Body); strings.Contains(list, "kept name") {
		t.Error("a refused client is there")
	}
}

func TestTheDetailsOfAClientAreChangedAndTheRestStays(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, oauthAda)
	page := oauthPages + "/" + oauthWeb
	got := ada.get(t, page).says(t, "Code Authorization / PKCE", "A person signs in", "http://localhost:3000/callback")
	if !strings.Contains(got.Body, `name="scope" value="users" checked`) || strings.Contains(got.Body, `name="scope" value="scim" checked`) {
		t.Error("the scopes are not those of the client")
	}
	ada.postAndFollow(t, page, url.Values{
		"name": {"Renamed"}, "description": {"d"}, "grant": {"CODE"}, "seconds": {"600"}, "redirects": {" https://a.example/x \r\n\r\nhttps://b.example/y"}, "scope": {"users", "oauth:readonly"},
	}).says(t, "It was saved.", "Renamed")
	stored := srv.Admin(t).Get(t, "/api/v2/oauth/clients/"+oauthWeb)
	for path, want := range map[string]string{
		"name": "Renamed", "accessTokenValiditySeconds": "600", "registeredRedirectUri.0": "https://a.example/x", "registeredRedirectUri.1": "https://b.example/y", "scope.1": "oauth:readonly",
	} {
		if got := stored.Str(t, path); got != want {
			t.Errorf("%s = %q, want %q", path, got, want)
		}
	}
	// The roles are on another tab.
	ada.postAndFollow(t, oauthPages+"/"+oauthAdmin, oauthBot("Chief"))
	if stored := srv.Admin(t).Get(t, "/api/v2/oauth/clients/"+oauthAdmin); stored.Str(t, "name") != "Chief" || strings.Count(string(stored.Body), "divisionId") < 10 {
		t.Errorf("stored: %s", stored.Body)
	}
	// Another grant type: a program needs roles, which can be picked before.
	program := oauthBot("Renamed")
	got = ada.post(t, page, program).says(t, "Client roles and divisions are missing", "See the roles")
	if !strings.Contains(got.Body, `id="roles-error"`) || !strings.Contains(got.Body, page+"/roles") {
		t.Error("the page does not lead to the roles")
	}
	ada.get(t, page+"/roles").says(t, "people sign in and their own roles count")
	ada.postAndFollow(t, page+"/roles", url.Values{"role": {oauthBuilder + "|" + oauthHome}}).says(t, "It was saved.")
	ada.postAndFollow(t, page, program).says(t, "It was saved.")
	got = ada.post(t, page, url.Values{"name": {""}, "grant": {"CODE"}, "scope": {"users"}})
	if got.says(t, "The API refused this:"); got.Status != http.StatusBadRequest {
		t.Errorf("status = %d", got.Status)
	}
}

func TestASecretIsResetAfterAQuestion(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, oauthAda)
	id, old := oauthAdd(t, ada, oauthBot("bot", oauthBuilder+"|*"))
	page := oauthPages + "/" + id + "/secret"
	ada.get(t, page).says(t, "Reset the secret of bot?", "stops working at once")
	got := ada.post(t, page, nil).says(t, "The new secret of bot", "The secret is shown this once")
	if !strings.Contains(got.Header.Get("Cache-Control"), "no-store") {
		t.Error("the page may be stored")
	}
	fresh := oauthSecretShown.FindStringSubmatch(got.Body)[1]
	if a, b := oauthToken(t, srv, id, old).Status, oauthToken(t, srv, id, fresh).Status; a != http.StatusBadRequest || b != http.StatusOK {
		t.Errorf("the old secret: %d, the new one: %d", a, b)
	}
	if got := ada.post(t, oauthPages+"/nothing/secret", nil); got.Status != http.StatusNotFound {
		t.Errorf("status = %d", got.Status)
	}
}

func TestAClientIsDeactivatedAndRestored(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, oauthAda)
	id, secret := oauthAdd(t, ada, oauthBot("bot", oauthBuilder+"|*"))
	page := oauthPages + "/" + id
	ada.get(t, page+"/deactivate").says(t, "Deactivate bot?", "deleted on 2026-01-22")
	ada.postAndFollow(t, page+"/deactivate", nil).says(t, "It is inactive now", "Inactive", "deleted on 2026-01-22", "Restore")
	ada.get(t, oauthPages).says(t, "Inactive", "will be deleted on 2026-01-22")
	ada.get(t, page+"/try").says(t, "it gets no new tokens")
	if got := oauthToken(t, srv, id, secret); got.Status != http.StatusBadRequest {
		t.Errorf("token: %d", got.Status)
	}
	ada.postAndFollow(t, page+"/restore", nil).says(t, "It is active again.").lacks(t, "Restore")
	if got := oauthToken(t, srv, id, secret); got.Status != http.StatusOK {
		t.Errorf("token: %d", got.Status)
	}

	// Ben may deactivate a client whose roles he does not hold, and not restore it.
	ben := visit(t, srv, oauthBen)
	ben.postAndFollow(t, oauthPages+"/"+oauthAdmin+"/deactivate", nil).says(t, "It is inactive now")
	ben.post(t, oauthPages+"/"+oauthAdmin+"/restore", nil).says(t, "bad.client.role", "The API refused this:", "Inactive")
	srv.SetClientState(t, id, "disabled")
	ada.get(t, page).says(t, "Support has disabled this client", "Disabled").lacks(t, page+"/deactivate")
	ada.post(t, page+"/restore", nil).says(t, "Client is disabled.")
}

func TestAYoungClientIsDeletedAtOnceAndAnOldOneWaits(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, oauthAda)
	id, _ := oauthAdd(t, ada, oauthBot("young", oauthBuilder+"|*"))
	ada.get(t, oauthPages+"/"+id+"/delete").says(t, "Delete the client young?", "deleted at once")
	ada.postAndFollow(t, oauthPages+"/"+id+"/delete", nil).says(t, "It was deleted.").lacks(t, "young")
	if got := ada.get(t, oauthPages+"/"+id); got.Status != http.StatusNotFound {
		t.Errorf("status = %d", got.Status)
	}

	id, _ = oauthAdd(t, ada, oauthBot("old", oauthBuilder+"|*"))
	srv.Clock.Advance(31 * 24 * time.Hour)
	ada = visit(t, srv, oauthAda)
	page := oauthPages + "/" + id
	ada.get(t, page+"/delete").says(t, "older than 30 days", "deleted on 2026-02-22")
	ada.postAndFollow(t, page+"/delete", nil).says(t, "It is inactive now", "deleted on 2026-02-22").lacks(t, page+"/delete")
	ada.postAndFollow(t, page+"/restore", nil).says(t, "It is active again.")
	ada.postAndFollow(t, page+"/delete", nil)
	srv.Clock.Advance(7 * 24 * time.Hour)
	if got := visit(t, srv, oauthAda).get(t, page); got.Status != http.StatusNotFound {
		t.Errorf("status = %d", got.Status)
	}
}

func TestWithoutTheRightsClientsAreNotShownNorChanged(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	before := string(srv.Admin(t).Get(t, "/api/v2/oauth/clients").Body)
	for _, email := range []string{"supervisor@mockcloud.test", "agent1@mockcloud.test"} {
		v := visit(t, srv, email)
		for _, path := range []string{"", "/" + oauthAdmin, "/" + oauthAdmin + "/roles", "/" + oauthAdmin + "/try", "/" + oauthAdmin + "/usage", "/" + oauthAdmin + "/secret", "/" + oauthAdmin + "/delete"} {
			if got := v.get(t, oauthPages+path).says(t, "You may not do this", "oauth:client:view"); got.Status != http.StatusForbidden {
				t.Errorf("%s: status = %d", path, got.Status)
			}
		}
		v.get(t, oauthPages+"/new").says(t, "You can look at this", "oauth:client:add")
		for _, path := range []string{"/new", "/" + oauthAdmin, "/" + oauthAdmin + "/roles", "/" + oauthAdmin + "/secret", "/" + oauthAdmin + "/deactivate", "/" + oauthAdmin + "/restore", "/" + oauthAdmin + "/delete", "/" + oauthAdmin + "/try"} {
			if got := v.post(t, oauthPages+path, oauthBot("bot", oauthBuilder+"|*")).says(t, "You may not do this"); got.Status != http.StatusForbidden {
				t.Errorf("%s: status = %d", path, got.Status)
			}
		}
	}
	if after := string(srv.Admin(t).Get(t, "/api/v2/oauth/clients").Body); after != before {
		t.Errorf("something changed:\n%s", after)
	}
}

// Who may look and not delete loses nothing by trying: the client stays active.
func TestADeletionThatIsRefusedLeavesTheClientActive(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	alex := &visitor{srv: srv, token: srv.AsUser(t, "agent1@mockcloud.test").Token}
	role := srv.Admin(t).Post(t, "/api/v2/authorization/roles", map[string]any{"name": "Editor", "permissionPolicies": []map[string]any{
		{"domain": "oauth", "entityName": "client", "actionSet": []string{"view", "edit"}},
	}}).Str(t, "id")
	me := srv.AsUser(t, "agent1@mockcloud.test").Get(t, "/api/v2/users/me").Str(t, "id")
	srv.Admin(t).Post(t, "/api/v2/authorization/subjects/"+me+"/bulkadd", map[string]any{"grants": []map[string]string{{"roleId": role, "divisionId": "*"}}})
	alex.get(t, oauthPages+"/"+oauthWeb).says(t, "Deactivate").lacks(t, oauthWeb+"/delete")
	if got := alex.post(t, oauthPages+"/"+oauthWeb+"/delete", nil).says(t, "oauth:client:delete"); got.Status != http.StatusForbidden {
		t.Errorf("status = %d", got.Status)
	}
	if state := srv.Admin(t).Get(t, "/api/v2/oauth/clients/"+oauthWeb).Str(t, "state"); state != "active" {
		t.Errorf("state = %s", state)
	}
}

func TestTheListIsFilteredAndPaged(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, oauthAda)
	ada.get(t, oauthPages+"?grant=SAML2-BEARER").says(t, "Mockcloud SAML App").lacks(t, "Mockcloud Web App")
	ada.get(t, oauthPages+"?name=web+APP").says(t, "Mockcloud Web App").lacks(t, "Mockcloud Admin")
	ada.get(t, oauthPages+"?name="+oauthWeb).says(t, "Mockcloud Web App").lacks(t, "Mockcloud Admin")
	ada.get(t, oauthPages+"?state=inactive").says(t, "Nothing was found").lacks(t, "Mockcloud Web App")
	for range 50 {
		srv.Admin(t).Post(t, "/api/v2/oauth/clients", map[string]any{"name": "Zulu", "authorizedGrantType": "TOKEN", "scope": []string{"users"}})
	}
	ada.get(t, oauthPages).says(t, "Page 1 of 2, 55 in all", "Mockcloud Web App")
	ada.get(t, oauthPages+"?page=2&grant=TOKEN").says(t, "Page 2 of 2, 51 in all", "Zulu").lacks(t, "Mockcloud Browser App")
	if got := ada.get(t, oauthPages+"?page=99"); got.Status != http.StatusOK {
		t.Errorf("status = %d", got.Status)
	}
}

func TestOAuthPagesSpeakThreeLanguages(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	for lang, says := range map[string]map[string]string{
		"pt-BR": {"": "Adicionar cliente", "/new": "Tipos de concessão", "/" + oauthAdmin: "Detalhes", "/" + oauthAdmin + "/roles": "Todas as divisões", "/" + oauthAdmin + "/try": "Pedir um token", "/" + oauthAdmin + "/usage": "Últimos 7 dias"},
		"es":    {"": "Añadir cliente", "/new": "Tipos de concesión", "/" + oauthAdmin: "Detalles", "/" + oauthAdmin + "/roles": "Buscar roles", "/" + oauthAdmin + "/try": "Pedir un token", "/" + oauthAdmin + "/usage": "Últimos 7 días"},
	} {
		v := visit(t, srv, oauthAda)
		v.lang = lang
		for path, text := range says {
			v.get(t, oauthPages+path).says(t, text).lacks(t, "%!", "oauth.tab", "oauth.try.", "oauth.grant.")
		}
	}
}
