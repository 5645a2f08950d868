package login_test

import (
	"cmp"
	"crypto/ecdsa"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"go.yaml.in/yaml/v3"

	"github.com/mockcloud/mockcloud/mocktest"
)

func form() http.Header { return http.Header{"Content-Type": {"application/x-www-form-urlencoded"}} }

func basic(h http.Header, id, secret string) http.Header {
	h.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(id+":"+secret)))
	return h
}

// The forms of facts oauth.md §2.
func TestClientCredentialsAreTakenInEveryFormThatClientsUse(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	e := srv.Environment()
	inBody := "client_id=" + e.ClientID + "&client_secret=" + e.ClientSecret
	tests := []struct {
		name, path, body string
		header           http.Header
	}{
		{"basic and form", "/oauth/token", "grant_type=client_credentials", basic(form(), e.ClientID, e.ClientSecret)},
		{"no content type", "/oauth/token", "grant_type=client_credentials", basic(http.Header{}, e.ClientID, e.ClientSecret)},
		{"basic with id and secret encoded as a form (RFC 6749 §2.3.1)", "/oauth/token", "grant_type=client_credentials", basic(form(), strings.ReplaceAll(e.ClientID, "-", "%2D"), strings.ReplaceAll(e.ClientSecret, "-", "%2d"))},
		{"scheme in lower case", "/oauth/token", "grant_type=client_credentials", http.Header{
			"Authorization": {"basic " + base64.StdEncoding.EncodeToString([]byte(e.ClientID+":"+e.ClientSecret))}, "Content-Type": {"application/x-www-form-urlencoded; charset=UTF-8"},
		}},
		{"id and secret in the body", "/oauth/token", "grant_type=client_credentials&" + inBody, form()},
		{"basic and the same id in the body", "/oauth/token", "grant_type=client_credentials&client_id=" + e.ClientID, basic(form(), e.ClientID, e.ClientSecret)},
		{"the header wins over a secret in the body", "/oauth/token", "grant_type=client_credentials&client_secret=wrong", basic(form(), e.ClientID, e.ClientSecret)},
		{"grant type in the query, empty body", "/oauth/token?grant_type=client_credentials", "", basic(http.Header{}, e.ClientID, e.ClientSecret)},
		{"everything in the query", "/oauth/token?grant_type=client_credentials&" + inBody, "", http.Header{}},
		{"unknown parameters", "/oauth/token", "grant_type=client_credentials&orgName=x&scope=y", basic(form(), e.ClientID, e.ClientSecret)},
		{"gateway prefix", "/login/oauth/token", "grant_type=client_credentials", basic(form(), e.ClientID, e.ClientSecret)},
		{"doubled slash of the Go SDK", "//oauth/token", "grant_type=client_credentials", basic(form(), e.ClientID, e.ClientSecret)},
		{"the Ruby SDK's path", "/token", "grant_type=client_credentials", basic(form(), e.ClientID, e.ClientSecret)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := srv.Anonymous().Do(t, http.MethodPost, tt.path, tt.body, tt.header)
			if got.Status != http.StatusOK || got.Header.Get("Content-Type") != "application/json" {
				t.Fatalf("answer = %d %s\n%s", got.Status, got.Header.Get("Content-Type"), got.Body)
			}
			var keys map[string]any
			got.JSON(t, &keys)
			if len(keys) != 3 || got.Str(t, "token_type") != "bearer" || got.Str(t, "expires_in") != "86399" {
				t.Errorf("body = %s", got.Body)
			}
			if me := srv.Bearer(got.Str(t, "access_token")).Get(t, "/api/v2/tokens/me"); me.Status != http.StatusOK {
				t.Errorf("the token does not work: %d", me.Status)
			}
		})
	}
}

// The bodies of facts oauth.md §3, byte for byte.
func TestTokenRefusalsHaveTheThreeKeysOfOAuth(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	e := srv.Environment()
	code := srv.Admin(t).Post(t, "/api/v2/oauth/clients", `{"name":"code","authorizedGrantType":"CODE","scope":["users"]}`)
	inactive := newClient(t, srv, "inactive")
	deactivate(t, srv, inactive.Str(t, "id"))
	disabled := newClient(t, srv, "disabled")
	srv.SetClientState(t, disabled.Str(t, "id"), "disabled")
	grant := "grant_type=client_credentials"
	tests := []struct {
		name, body  string
		header      http.Header
		code, about string
	}{
		{"unknown client", grant, basic(form(), "6a1d6e6c-37e5-4e7b-8f1b-3f5a6a9b0000", "x"), "invalid_client", "client not found"},
		{"client id that is no UUID", grant, basic(form(), "nobody", "x"), "invalid_client", "client not found"},
		{"wrong secret", grant, basic(form(), e.ClientID, "wrong"), "invalid_client", "authentication failed"},
		{"empty secret", grant, basic(form(), e.ClientID, ""), "invalid_client", "authentication failed"},
		// Guess: everything below; facts oauth.md §3 proposes it.
		{"no grant type", "", basic(form(), e.ClientID, e.ClientSecret), "invalid_request", "missing parameter: grant_type"},
		{"unknown grant type", "grant_type=magic", basic(form(), e.ClientID, e.ClientSecret), "unsupported_grant_type", "unsupported grant type"},
		{"a grant type that is switched off", "grant_type=password", basic(form(), e.ClientID, e.ClientSecret), "unsupported_grant_type", "unsupported grant type"},
		{"client of another type", grant, basic(form(), code.Str(t, "id"), code.Str(t, "secret")), "unauthorized_client", "client is not authorized for this grant type"},
		{"inactive client", grant, basic(form(), inactive.Str(t, "id"), inactive.Str(t, "secret")), "invalid_client", "client is disabled"},
		{"disabled client", grant, basic(form(), disabled.Str(t, "id"), disabled.Str(t, "secret")), "invalid_client", "client is disabled"},
		{"no client at all", grant, form(), "invalid_client", "authentication failed"},
		{"garbled basic", grant, http.Header{"Authorization": {"Basic !!!"}}, "invalid_client", "authentication failed"},
		{"bearer instead of basic", grant, http.Header{"Authorization": {"Bearer abc"}}, "invalid_client", "authentication failed"},
		{"two different ids", grant + "&client_id=other", basic(form(), e.ClientID, e.ClientSecret), "invalid_client", "authentication failed"},
		{"a parameter twice", grant + "&" + grant, basic(form(), e.ClientID, e.ClientSecret), "invalid_request", "a parameter is there twice: grant_type"},
		{"JSON body", `{"grant_type":"client_credentials"}`, http.Header{"Content-Type": {"application/json"}}, "invalid_request", "the request body must be application/x-www-form-urlencoded"},
		{"broken form", "grant_type=%zz", form(), "invalid_request", "the request body is not a valid form"},
		{"huge body", "grant_type=" + strings.Repeat("x", 300_000), form(), "invalid_request", "the request body could not be read"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := srv.Anonymous().Do(t, http.MethodPost, "/oauth/token", tt.body, tt.header)
			want := `{"error":"` + tt.code + `","description":"` + tt.about + `","error_description":"` + tt.about + `"}`
			if got.Status != http.StatusBadRequest || string(got.Body) != want {
				t.Errorf("answer = %d %s\nwant 400 %s", got.Status, got.Body, want)
			}
		})
	}
}

func TestTheTokenEndpointOnlyTakesPost(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	got := srv.Anonymous().Get(t, "/oauth/token")
	if got.Status != http.StatusMethodNotAllowed || !strings.Contains(got.Header.Get("Allow"), "POST") || got.Str(t, "error") != "invalid_request" {
		t.Errorf("answer = %d, Allow %q\n%s", got.Status, got.Header.Get("Allow"), got.Body)
	}
}

// Guess: the number; Terraform only retries on this beginning of the text
// (facts clients.md §1, rule 13).
func TestTokenRequestsAreLimitedOnRequest(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{RateLimits: true})
	e := srv.Environment()
	ask := func() *mocktest.Response {
		return srv.Anonymous().Do(t, http.MethodPost, "/oauth/token", "grant_type=client_credentials", basic(form(), e.ClientID, e.ClientSecret))
	}
	for range 310 { // by somebody who does not know the secret
		srv.Anonymous().Do(t, http.MethodPost, "/oauth/token", "grant_type=client_credentials", basic(form(), e.ClientID, "wrong"))
	}
	for range 300 {
		if got := ask(); got.Status != http.StatusOK {
			t.Fatalf("refused early: %d %s", got.Status, got.Body)
		}
	}
	if got := ask(); got.Status != http.StatusBadRequest || got.Str(t, "error") != "invalid_request" || !strings.HasPrefix(got.Str(t, "description"), "rate limit exceeded;") {
		t.Errorf("answer = %d %s", got.Status, got.Body)
	}
	for range 160 { // a grant that looks the client up twice counts once
		mustIssue(t, bearerGrant(t, srv, assertion(t, srv, `{"user":"`+agentEmail+`"}`)))
	}
	srv.Clock.Advance(time.Minute)
	if got := ask(); got.Status != http.StatusOK {
		t.Errorf("a minute later: %d %s", got.Status, got.Body)
	}
}

// The CLI sends every body in chunks (facts clients.md §1, rule 5), and a token
// must outlive the 60 seconds before which the Go SDK asks again (rule 11).
func TestAChunkedTokenRequestOfTheShortestLivedClient(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	role := admin.Get(t, "/api/v2/authorization/roles?name=employee").Str(t, "entities.0.id")
	made := admin.Post(t, "/api/v2/oauth/clients", `{"name":"bot","accessTokenValiditySeconds":300,"authorizedGrantType":"CLIENT-CREDENTIALS","roleDivisions":[{"roleId":"`+role+`","divisionId":"*"}]}`)
	body := io.MultiReader(strings.NewReader("grant_type="), strings.NewReader("client_credentials"))
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL+"/oauth/token", body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header = basic(form(), made.Str(t, "id"), made.Str(t, "secret"))
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = got.Body.Close() }()
	var token struct {
		ExpiresIn int `json:"expires_in"`
	}
	if err := json.NewDecoder(got.Body).Decode(&token); err != nil || got.StatusCode != http.StatusOK || token.ExpiresIn != 299 {
		t.Errorf("answer = %d %+v %v", got.StatusCode, token, err)
	}
}

func TestTokensCanBeCheckedWithThePublishedKeys(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	e := srv.Environment()
	got := srv.Anonymous().Do(t, http.MethodPost, "/oauth/token", "grant_type=client_credentials", basic(form(), e.ClientID, e.ClientSecret))
	var set jose.JSONWebKeySet
	srv.Anonymous().Get(t, "/.well-known/jwks.json").JSON(t, &set)
	token, err := jwt.ParseSigned(got.Str(t, "access_token"), []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		t.Fatal(err)
	}
	keys := set.Key(token.Headers[0].KeyID)
	if len(keys) != 1 {
		t.Fatalf("no key %q in %v", token.Headers[0].KeyID, set)
	}
	public, ok := keys[0].Key.(*ecdsa.PublicKey)
	if !ok || !keys[0].IsPublic() {
		t.Fatalf("the key is a %T", keys[0].Key)
	}
	var claims jwt.Claims
	var ours struct {
		Org      string `json:"org"`
		ClientID string `json:"client_id"`
	}
	if err := token.Claims(public, &claims, &ours); err != nil {
		t.Fatal(err)
	}
	if err := claims.Validate(jwt.Expected{Issuer: srv.URL, Subject: e.ClientID, Time: srv.Clock.Now()}); err != nil {
		t.Error(err)
	}
	if ours.ClientID != e.ClientID || ours.Org == "" || claims.ID == "" {
		t.Errorf("claims = %+v %+v", claims, ours)
	}
	var metadata map[string]any
	srv.Anonymous().Get(t, "/.well-known/oauth-authorization-server").JSON(t, &metadata)
	if metadata["issuer"] != srv.URL || metadata["token_endpoint"] != srv.URL+"/oauth/token" {
		t.Errorf("metadata = %v", metadata)
	}
}

// A good signature is never enough (decisions.md 10).
func TestATokenStopsWorking(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		end  func(t *testing.T, srv *mocktest.Server, clientID string, c *mocktest.Client)
	}{
		{"when it expires", func(_ *testing.T, srv *mocktest.Server, _ string, _ *mocktest.Client) {
			srv.Clock.Advance(24 * time.Hour)
		}},
		{"when it is revoked", func(t *testing.T, _ *mocktest.Server, _ string, c *mocktest.Client) {
			if got := c.Delete(t, "/api/v2/tokens/me"); got.Status != http.StatusOK || len(got.Body) != 0 {
				t.Errorf("answer = %d %s", got.Status, got.Body)
			}
		}},
		{"when its client is disabled", func(t *testing.T, srv *mocktest.Server, id string, _ *mocktest.Client) {
			srv.SetClientState(t, id, "disabled")
		}},
		{"when its client is deleted", func(t *testing.T, srv *mocktest.Server, id string, _ *mocktest.Client) {
			deactivate(t, srv, id)
			if got := srv.Admin(t).Delete(t, "/api/v2/oauth/clients/"+id); got.Status != http.StatusNoContent {
				t.Errorf("answer = %d %s", got.Status, got.Body)
			}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			srv := mocktest.Start(t, mocktest.Options{})
			fresh := newClient(t, srv, "bot")
			c := srv.AsClient(t, fresh.Str(t, "id"))
			if got := c.Get(t, "/api/v2/tokens/me"); got.Status != http.StatusOK {
				t.Fatalf("the token does not work at all: %d %s", got.Status, got.Body)
			}
			tt.end(t, srv, fresh.Str(t, "id"), c)
			got := c.Get(t, "/api/v2/tokens/me")
			if got.Status != http.StatusUnauthorized || got.Str(t, "code") != "bad.credentials" {
				t.Errorf("answer = %d %s", got.Status, got.Body)
			}
		})
	}
}

func TestAUsersTokensStopWorking(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, method, path string
	}{
		{"when an admin deletes them", http.MethodDelete, "/api/v2/tokens/"},
		{"when the user is deleted", http.MethodDelete, "/api/v2/users/"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			srv := mocktest.Start(t, mocktest.Options{})
			agent := srv.AsUser(t, "agent1@mockcloud.test")
			id := agent.Get(t, "/api/v2/users/me").Str(t, "id")
			if got := srv.Admin(t).Do(t, tt.method, tt.path+id, nil, nil); got.Status/100 != 2 {
				t.Fatalf("answer = %d %s", got.Status, got.Body)
			}
			if got := agent.Get(t, "/api/v2/tokens/me"); got.Status != http.StatusUnauthorized {
				t.Errorf("answer = %d %s", got.Status, got.Body)
			}
		})
	}
}

// Guess: inactive keeps the tokens that were issued; only new ones are refused
// (facts oauth.md §9 says so of disabled alone).
func TestTokensOfAnInactiveClientLiveOn(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	fresh := newClient(t, srv, "bot")
	c := srv.AsClient(t, fresh.Str(t, "id"))
	deactivate(t, srv, fresh.Str(t, "id"))
	if got := c.Get(t, "/api/v2/tokens/me"); got.Status != http.StatusOK {
		t.Errorf("answer = %d %s", got.Status, got.Body)
	}
}

func newClient(t *testing.T, srv *mocktest.Server, name string) *mocktest.Response {
	t.Helper()
	admin := srv.Admin(t)
	role := admin.Get(t, "/api/v2/authorization/roles?name=employee").Str(t, "entities.0.id")
	got := admin.Post(t, "/api/v2/oauth/clients",
		`{"name":"`+name+`","authorizedGrantType":"CLIENT-CREDENTIALS","roleDivisions":[{"roleId":"`+role+`","divisionId":"*"}]}`)
	if got.Status != http.StatusOK {
		t.Fatalf("create client: %d\n%s", got.Status, got.Body)
	}
	return got
}

func deactivate(t *testing.T, srv *mocktest.Server, id string) {
	t.Helper()
	admin := srv.Admin(t)
	var body map[string]any
	admin.Get(t, "/api/v2/oauth/clients/"+id).JSON(t, &body)
	body["state"] = "inactive"
	if got := admin.Put(t, "/api/v2/oauth/clients/"+id, body); got.Status != http.StatusOK {
		t.Fatalf("deactivate: %d\n%s", got.Status, got.Body)
	}
}

// FuzzTokenForm sends anything as a token request: the answer is always 400 or
// 200, and always JSON.
func FuzzTokenForm(f *testing.F) {
	srv := mocktest.Start(f, mocktest.Options{})
	e := srv.Environment()
	f.Add("grant_type=client_credentials", "Basic "+base64.StdEncoding.EncodeToString([]byte(e.ClientID+":"+e.ClientSecret)), "application/x-www-form-urlencoded")
	f.Add("grant_type=%zz&&=;", "basic x", "text/plain; =")
	f.Add("", "Bearer \x7f", "")
	f.Fuzz(func(t *testing.T, body, authorization, contentType string) {
		header := http.Header{"Authorization": {clean(authorization)}, "Content-Type": {clean(contentType)}}
		got := srv.Anonymous().Do(t, http.MethodPost, "/oauth/token", body, header)
		if (got.Status != http.StatusBadRequest && got.Status != http.StatusOK) || !json.Valid(got.Body) {
			t.Errorf("answer = %d %s", got.Status, got.Body)
		}
	})
}

// clean leaves out what a client could not send in a header.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, s)
}

// What the document names is there.
func TestTheLoginDocumentIsTrue(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	var document struct {
		Paths map[string]map[string]any `yaml:"paths"`
	}
	if err := yaml.Unmarshal(srv.Anonymous().Get(t, "/_mockcloud/openapi/login.yaml").Body, &document); err != nil {
		t.Fatal(err)
	}
	if len(document.Paths) < 3 {
		t.Errorf("paths = %v", document.Paths)
	}
	statuses := map[string]int{ // of an empty request, where that is no good one
		"/oauth/token": 400, "/token": 400, "/oauth/authorize": 302, "/authorize": 302, "/error": 400, "/saml": 400, "/saml/continue": 400,
		"/_mockcloud/idp/assertion": 415, "post /login": 401, "post /_mockcloud/idp/sso": 400, "post /_mockcloud/embed": 401, "post /_mockcloud/webhooks": 403,
	}
	for path, methods := range document.Paths {
		for method := range methods {
			got := newBrowser(t, srv).do(t.Context(), t, strings.ToUpper(method), path, nil)
			if want := cmp.Or(statuses[method+" "+path], statuses[path], http.StatusOK); got.status != want {
				t.Errorf("%s %s: %d, want %d", method, path, got.status, want)
			}
		}
	}
}
