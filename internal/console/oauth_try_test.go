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

func TestTheGrantOfAProgramIsRunWithoutShowingItsSecrets(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, oauthAda)
	id, secret := oauthAdd(t, ada, oauthBot("bot", oauthBuilder+"|*"))
	page := oauthPages + "/" + id + "/try"
	ada.get(t, page).says(t, "curl -s -u '"+id+":paste-the-secret-here'", srv.URL+"/oauth/token", "loginClientCredentialsGrant", "get_client_credentials_token",
		"AuthorizeClientCredentials", "authorizeClientCredentials", "PostToken").lacks(t, secret)

	got := ada.post(t, page, url.Values{"secret": {secret}})
	got.says(t, "POST "+srv.URL+"/oauth/token", "grant_type=client_credentials", "200 OK", `"token_type": "bearer"`, `"expires_in": 86399`, `"access_token": "eyJ`).lacks(t, secret)
	found := regexp.MustCompile(`name="token" value="([^"]+)"`).FindStringSubmatch(got.Body)
	if found == nil || strings.Count(got.Body, found[1]) != 1 {
		t.Fatal("the token is not there once, for the token viewer")
	}
	if me := srv.Bearer(found[1]).Get(t, "/api/v2/tokens/me"); me.Str(t, "OAuthClient.id") != id {
		t.Errorf("the token: %s", me.Body)
	}
	if !strings.Contains(got.Header.Get("Cache-Control"), "no-store") {
		t.Error("the page may be stored")
	}
	ada.post(t, page, url.Values{"secret": {"wrong-" + secret}}).
		says(t, "400", `"error": "invalid_client"`, "authentication failed").lacks(t, secret, `name="token"`)
	seen := srv.Admin(t).Get(t, "/_mockcloud/requests")
	if seen.Status != http.StatusOK || strings.Contains(string(seen.Body), secret) || strings.Contains(string(seen.Body), found[1]) {
		t.Errorf("the journal: %d, or it holds a secret", seen.Status)
	}
}

func TestTheOtherGrantsAreTriedToo(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, oauthAda)
	try := func(id string) string { return oauthPages + "/" + id + "/try" }

	// By the browser, where the page that stands in for an application is known.
	for id, kind := range map[string]string{oauthWeb: "code", oauthImplicit: "token"} {
		page := ada.get(t, try(id)).says(t, "Sign in through this client")
		found := regexp.MustCompile(`href="(/oauth/authorize[^"]+)"`).FindStringSubmatch(page.Body)
		if found == nil {
			t.Fatalf("no link\n%s", page.Body)
		}
		link, err := url.Parse(html.UnescapeString(found[1]))
		if err != nil || link.Query().Get("response_type") != kind || link.Query().Get("redirect_uri") != srv.URL+"/_mockcloud/callback" {
			t.Errorf("link = %v %v", link, err)
		}
		if got := ada.get(t, link.String()); got.Status != http.StatusOK || !strings.Contains(got.Body, "Mockcloud") {
			t.Errorf("the link leads to %d\n%.500s", got.Status, got.words())
		}
	}
	ada.get(t, try(oauthWeb)).says(t, "loginPKCEGrant", "loginCodeAuthorizationGrant", "AuthorizeCodeGrant")
	id, _ := oauthAdd(t, ada, url.Values{"name": {"web"}, "grant": {"CODE"}, "scope": {"users"}, "redirects": {"https://app.example/back"}})
	ada.get(t, try(id)).says(t, "To try it without an application of your own", srv.URL+"/_mockcloud/callback", `loginPKCEGrant("`+id+`", "https://app.example/back")`).
		lacks(t, "Sign in through this client")

	// By the test identity provider.
	samlSecret := "fake-secret-of-the-mockcloud-saml-client-00"
	ada.get(t, try(oauthSAML)).says(t, "test identity provider", "loginSaml2BearerGrant", "orgName")
	ada.post(t, try(oauthSAML), url.Values{"username": {"agent1@mockcloud.test"}, "secret": {samlSecret}}).
		says(t, "grant_type=urn%3Aietf", "orgName=", "200 OK").lacks(t, samlSecret)
	ada.post(t, try(oauthSAML), url.Values{"username": {"nobody@mockcloud.test"}, "secret": {samlSecret}}).
		says(t, "No token was asked for", "nobody@mockcloud.test").lacks(t, "200 OK")

	// By a password, which is off unless the server is told otherwise.
	ada.get(t, try(oauthPassword)).says(t, "--password-grant").lacks(t, "Ask for a token")
	if got := ada.post(t, try(oauthWeb), nil); got.Status != http.StatusSeeOther {
		t.Errorf("status = %d", got.Status)
	}
}

func TestGrantsThatTheServerSwitchesOnAndOffAreShownSo(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{PasswordGrant: true, NoImplicit: true})
	ada := visit(t, srv, oauthAda)
	got := ada.post(t, oauthPages+"/"+oauthPassword+"/try", url.Values{
		"username": {"agent1@mockcloud.test"}, "password": {"fake-agent1-password"}, "secret": {"fake-secret-of-the-mockcloud-password-app-0"},
	})
	got.says(t, "username=agent1%40mockcloud.test", "200 OK").lacks(t, "fake-agent1-password", "fake-secret-of")
	ada.get(t, oauthPages+"/"+oauthImplicit+"/try").says(t, "--implicit-grant=false").lacks(t, "Sign in through this client")
}

func TestUsageCountsWhatTheClientCalls(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, oauthAda)
	id, _ := oauthAdd(t, ada, oauthBot("bot", oauthBuilder+"|*"))
	page := oauthPages + "/" + id + "/usage"
	ada.get(t, page).says(t, "This client has called nothing in that time")
	bot := srv.AsClient(t, id)
	bot.Get(t, "/api/v2/oauth/clients")
	bot.Get(t, "/api/v2/oauth/clients")
	bot.Get(t, "/api/v2/oauth/clients/nothing")
	ada.get(t, page+"?days=1").says(t, "3 requests of this client", "GET /api/v2/oauth/clients", "GET /api/v2/oauth/clients/{clientId}", "Together")
	ada.get(t, page+"?days=x").says(t, "3 requests of this client")
	srv.Clock.Advance(10 * 24 * time.Hour)
	ada = visit(t, srv, oauthAda)
	ada.get(t, page).says(t, "This client has called nothing in that time")
	ada.get(t, page+"?days=30").says(t, "3 requests of this client")
}

// What was typed is kept when a session ends, but never a secret.
func TestASecretIsNotKeptWhenTheSessionEnds(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	nobody := &visitor{srv: srv, token: "garbage"}
	got := nobody.post(t, oauthPages+"/"+oauthSAML+"/try", url.Values{"username": {"kept@mockcloud.test"}, "secret": {"typed-secret"}, "password": {"typed-password"}})
	if got.lacks(t, "typed-secret", "typed-password"); got.Status != http.StatusUnauthorized || !strings.Contains(got.Body, "kept@mockcloud.test") {
		t.Errorf("status = %d", got.Status)
	}
}
