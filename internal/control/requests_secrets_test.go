package control_test

import (
	"encoding/base64"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/control"
	"github.com/mockcloud/mockcloud/mocktest"
)

// What the default fixtures hold.
const (
	webApp       = "6d6f636b-0006-4000-8000-000000000002"
	webSecret    = "fake-secret-of-the-mockcloud-web-app-client"
	browserApp   = "6d6f636b-0006-4000-8000-000000000003"
	samlApp      = "6d6f636b-0006-4000-8000-000000000004"
	samlSecret   = "fake-secret-of-the-mockcloud-saml-client-00"
	passwordApp  = "6d6f636b-0006-4000-8000-000000000005"
	passwordWord = "fake-secret-of-the-mockcloud-password-app-0"
	callback     = "http://localhost:3000/callback"
	agentWord    = "fake-agent1-password"
)

// keeper sends requests with all kinds of secrets, and keeps those.
type keeper struct {
	srv     *mocktest.Server
	secrets []string
}

func (k *keeper) keep(secrets ...string) {
	for _, s := range secrets {
		if s != "" && !slices.Contains(k.secrets, s) {
			k.secrets = append(k.secrets, s)
		}
	}
}

// trade asks the token endpoint, with the secret in the header or in the form.
func (k *keeper) trade(t *testing.T, id, secret string, inForm bool, pairs ...string) *mocktest.Response {
	t.Helper()
	form, header := url.Values{}, http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	if inForm {
		form.Set("client_id", id)
		if secret != "" {
			form.Set("client_secret", secret)
		}
	} else {
		basic := base64.StdEncoding.EncodeToString([]byte(id + ":" + secret))
		header.Set("Authorization", "Basic "+basic)
		k.keep(basic)
	}
	k.keep(secret)
	got := k.srv.Anonymous().Do(t, http.MethodPost, "/oauth/token", form.Encode(), header)
	for _, name := range []string{"access_token", "refresh_token", "id_token"} {
		k.keep(got.Str(t, name))
	}
	return got
}

// signIn goes through the log-in page by a password and returns where it leads.
func (k *keeper) signIn(t *testing.T, query url.Values, password string) string {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	person := &http.Client{Transport: transport, Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	do := func(method, path, form string) (body, location string) {
		r, err := http.NewRequestWithContext(t.Context(), method, k.srv.URL+path, strings.NewReader(form))
		if err != nil {
			t.Fatal(err)
		}
		if form != "" {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		got, err := person.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = got.Body.Close() }()
		text, err := io.ReadAll(got.Body)
		if err != nil {
			t.Fatal(err)
		}
		for _, cookie := range got.Cookies() {
			if len(cookie.Value) > 8 {
				k.keep(cookie.Value)
			}
		}
		return string(text), got.Header.Get("Location")
	}
	page, _ := do(http.MethodGet, "/oauth/authorize?"+query.Encode(), "")
	action := regexp.MustCompile(`<form method="post" action="([^"]*)"`).FindStringSubmatch(page)
	if action == nil {
		t.Fatalf("no form on\n%s", page)
	}
	form := url.Values{"email": {"agent1@mockcloud.test"}, "password": {password}}
	first, _, _ := strings.Cut(page[strings.Index(page, action[0]):], "</form>")
	for _, field := range regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`).FindAllStringSubmatch(first, -1) {
		form.Set(field[1], html.UnescapeString(field[2]))
	}
	k.keep(password)
	_, location := do(http.MethodPost, html.UnescapeString(action[1]), form.Encode())
	return location
}

func TestNoSecretIsInTheJournal(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{PasswordGrant: true})
	k := &keeper{srv: srv}
	e := srv.Environment()
	admin := srv.Admin(t)
	k.keep(admin.Token)

	// The grants, each with its secrets.
	k.trade(t, e.ClientID, e.ClientSecret, false, "grant_type", "client_credentials")
	k.trade(t, e.ClientID, e.ClientSecret, true, "grant_type", "client_credentials")
	k.trade(t, e.ClientID, "a-wrong-secret-by-mistake", false, "grant_type", "client_credentials")
	k.trade(t, passwordApp, passwordWord, false, "grant_type", "password", "username", "agent1@mockcloud.test", "password", agentWord)
	k.trade(t, passwordApp, passwordWord, true, "grant_type", "password", "username", "agent1@mockcloud.test", "password", "a-wrong-password-by-mistake")
	k.keep("a-wrong-password-by-mistake")
	back, err := url.Parse(k.signIn(t, url.Values{"client_id": {webApp}, "redirect_uri": {callback}, "response_type": {"code"}, "scope": {"openid"}}, agentWord))
	code := back.Query().Get("code")
	if err != nil || code == "" {
		t.Fatalf("no code in %s %v", back, err)
	}
	k.keep(code)
	verifier := "a-code-verifier-that-is-long-enough-to-be-one-0123456789"
	k.keep(verifier)
	got := k.trade(t, webApp, webSecret, false, "grant_type", "authorization_code", "code", code, "redirect_uri", callback, "code_verifier", verifier)
	if got.Status != http.StatusOK {
		got = k.trade(t, webApp, webSecret, false, "grant_type", "authorization_code", "code", code, "redirect_uri", callback)
	}
	if got.Status == http.StatusOK {
		k.trade(t, webApp, webSecret, true, "grant_type", "refresh_token", "refresh_token", got.Str(t, "refresh_token"))
	} else {
		t.Errorf("the code was refused: %s", got.Body)
	}
	implicit, err := url.Parse(k.signIn(t, url.Values{"client_id": {browserApp}, "redirect_uri": {callback}, "response_type": {"token"}}, agentWord))
	if err != nil {
		t.Fatal(err)
	}
	fragment, _ := url.ParseQuery(implicit.Fragment)
	if fragment.Get("access_token") == "" {
		t.Fatalf("no token in %s", implicit)
	}
	k.keep(fragment.Get("access_token"))
	assertion := srv.Anonymous().Post(t, "/_mockcloud/idp/assertion", `{"user":"agent1@mockcloud.test"}`).Str(t, "assertion")
	k.keep(assertion, assertion[:200])
	k.trade(t, samlApp, samlSecret, false, "grant_type", "urn:ietf:params:oauth:grant-type:saml2-bearer", "orgName", "mockcloud", "assertion", assertion)

	// Secrets that the API makes or takes.
	made := admin.Post(t, "/api/v2/oauth/clients", `{"name":"bot","authorizedGrantType":"CLIENT-CREDENTIALS","roleDivisions":[{"roleId":"6d6f636b-0003-4000-8000-000000000001","divisionId":"*"}]}`)
	k.keep(made.Str(t, "secret"))
	k.keep(admin.Post(t, "/api/v2/oauth/clients/"+made.Str(t, "id")+"/secret", nil).Str(t, "secret"))
	agent := srv.AsUser(t, "agent1@mockcloud.test")
	k.keep(agent.Token, "A-new-Passw0rd", "An0ther-Password")
	agentID := agent.Get(t, "/api/v2/users/me").Str(t, "id")
	admin.Post(t, "/api/v2/users/"+agentID+"/password", `{"newPassword":"A-new-Passw0rd"}`)
	agent.Post(t, "/api/v2/users/me/password", `{"oldPassword":"A-new-Passw0rd","newPassword":"An0ther-Password"}`)
	fields := map[string]string{"clientSecret": "first/stored+secret==", "weird": "second stored secret", "loginUrl": "https://user:third-stored@login.test/token"}
	credential := admin.Post(t, "/api/v2/integrations/credentials", map[string]any{"name": "c", "type": map[string]string{"name": "userDefinedOAuth"}, "credentialFields": fields})
	if credential.Status != http.StatusOK {
		t.Fatalf("%d %s", credential.Status, credential.Body)
	}
	for _, value := range fields {
		k.keep(value)
	}
	admin.Put(t, "/api/v2/integrations/credentials/"+credential.Str(t, "id"), map[string]any{
		"name": "c", "type": map[string]string{"name": "userDefinedOAuth"}, "credentialFields": map[string]string{"clientSecret": "fourth/stored+secret", "weird": "fifth stored secret"},
	})
	k.keep("fourth/stored+secret", "fifth stored secret")
	hook := srv.InstallWebhook(t, "Orders")
	srv.Anonymous().Do(t, http.MethodPost, strings.TrimPrefix(hook.URL, srv.URL)+"?api_key=the-key-of-a-sender", `{"auth":{"token":"the-token-of-a-sender"}}`,
		http.Header{"Content-Type": {"application/json"}, "X-Hook-Token": {"the-header-of-a-sender"}})
	k.keep("the-key-of-a-sender", "the-token-of-a-sender", "the-header-of-a-sender")

	// Secrets where they do not belong: stored ones anywhere, and tokens.
	stored := "fourth/stored+secret"
	admin.Get(t, "/api/v2/users?name="+url.QueryEscape(stored)+"&access_token="+url.QueryEscape(agent.Token))
	admin.Get(t, "/api/v2/users/"+url.PathEscape(stored))
	admin.Post(t, "/api/v2/routing/queues", map[string]string{"name": "named " + stored, "description": base64.StdEncoding.EncodeToString([]byte("me:" + stored))})
	admin.Post(t, "/api/v2/routing/queues", map[string]string{"name": "with a token", "description": "see " + agent.Token})
	admin.Post(t, "/api/v2/routing/queues", `{"name":"cut off","password":"no-end-of-a-password`)
	admin.Post(t, "/api/v2/routing/queues", `{"name":"`+strings.Repeat("x", 32<<10-40)+`","password":"at-the-end-of-what-is-kept"}`)
	k.keep("no-end-of-a-password", "at-the-end-of-what-is-kept", "at-the-e")
	srv.Anonymous().Do(t, http.MethodGet, "/login?token="+url.QueryEscape(agent.Token), nil, http.Header{"Cookie": {"session=a-cookie-of-somebody"}, "Referer": {"https://x.test/?code=a-code-of-somebody"}})
	k.keep("a-cookie-of-somebody", "a-code-of-somebody")

	shown := string(srv.Anonymous().Get(t, requestsPath+"?pageSize=1000&expand=details").Body)
	var page control.RequestList
	srv.Anonymous().Get(t, requestsPath+"?pageSize=1000").JSON(t, &page)
	if len(page.Entities) < 35 {
		t.Fatalf("%d requests", len(page.Entities))
	}
	s := openStream(t, srv, "?expand=details", "0")
	for _, r := range page.Entities {
		shown += string(srv.Anonymous().Get(t, fmt.Sprintf("%s/%d", requestsPath, r.Sequence)).Body)
		if _, _, streamed, err := s.next(t); err != nil || streamed.Details == nil {
			t.Fatalf("%+v %v", streamed, err)
		} else if streamed.Details.RequestBody != nil {
			shown += streamed.Details.RequestBody.Text + streamed.Path + streamed.Query
		}
	}
	for _, secret := range k.secrets {
		for _, form := range []string{
			secret, url.QueryEscape(secret), url.PathEscape(secret), strings.ReplaceAll(secret, "/", `\/`),
			base64.StdEncoding.EncodeToString([]byte(secret)), base64.StdEncoding.EncodeToString([]byte("me:" + secret))[4:],
		} {
			if i := strings.Index(shown, form); len(form) > 5 && i >= 0 {
				t.Errorf("%q is in …%s…", form, shown[max(0, i-200):min(len(shown), i+100)])
			}
		}
	}
	if len(k.secrets) < 35 {
		t.Errorf("only %d secrets were sent", len(k.secrets))
	}
	// What is no secret is there.
	for _, plain := range []string{`client_credentials`, "agent1@mockcloud.test", "6d6f636b-0003-4000-8000-000000000001", "Basic **********", "with a token"} {
		if !strings.Contains(shown, plain) {
			t.Errorf("%s is not there", plain)
		}
	}
}
