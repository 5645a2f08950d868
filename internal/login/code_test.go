package login_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/mocktest"
)

// pkce is a verifier and its challenge.
func pkce(seed string) (verifier string, challenge []string) {
	verifier = strings.Repeat(seed, 64)[:64]
	sum := sha256.Sum256([]byte(verifier))
	return verifier, []string{"code_challenge", base64.RawURLEncoding.EncodeToString(sum[:]), "code_challenge_method", "S256"}
}

// The bodies of facts oauth.md §2.
func TestCodesAreTradedForTokens(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	verifier, challenge := pkce("v")
	tests := []struct {
		name    string
		ask     []string
		secret  string
		send    []string
		refresh bool
	}{
		{"confidential", nil, webSecret, nil, true},
		{"PKCE, public", challenge, "", []string{"code_verifier", verifier}, false},
		{"both, as the CLI does", challenge, webSecret, []string{"code_verifier", verifier, "client_id", webApp}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			code := newBrowser(t, srv).code(t, tt.ask...)
			got := trade(t, srv, webApp, tt.secret, append([]string{"grant_type", "authorization_code", "code", code, "redirect_uri", callback}, tt.send...)...)
			access, refresh := mustIssue(t, got)
			want := `{"access_token":"` + access + `","token_type":"bearer","expires_in":86399}`
			if tt.refresh {
				want = `{"access_token":"` + access + `","refresh_token":"` + refresh + `","token_type":"bearer","expires_in":86399}`
			}
			if string(got.Body) != want {
				t.Errorf("body = %s\nwant   %s", got.Body, want)
			}
			if me := srv.Bearer(access).Get(t, "/api/v2/users/me"); me.Str(t, "email") != agentEmail {
				t.Errorf("the token is of %s", me.Body)
			}
		})
	}
}

// Guess: texts and codes (facts oauth.md §3 proposes them).
func TestCodesAreRefused(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	verifier, challenge := pkce("v")
	other, _ := pkce("w")
	second := srv.Admin(t).Post(t, "/api/v2/oauth/clients", `{"name":"second","authorizedGrantType":"CODE","scope":["users"],"registeredRedirectUri":["`+callback+`"]}`)
	badCode := [2]string{"invalid_grant", "authorization code is invalid or expired"}
	badVerifier := [2]string{"invalid_grant", "invalid code verifier"}
	tests := []struct {
		name       string
		ask        []string
		id, secret string
		send       []string
		want       [2]string
	}{
		{"unknown code", nil, webApp, webSecret, []string{"code", "x", "redirect_uri", callback}, badCode},
		{"no code", nil, webApp, webSecret, []string{"code", "", "redirect_uri", callback}, [2]string{"invalid_request", "missing parameter: code"}},
		{"no redirect URI", nil, webApp, webSecret, []string{"redirect_uri", ""}, [2]string{"invalid_request", "missing parameter: redirect_uri"}},
		{"another redirect URI", nil, webApp, webSecret, []string{"redirect_uri", "http://localhost:3000/"}, badCode},
		{"another client", nil, second.Str(t, "id"), second.Str(t, "secret"), nil, badCode},
		{"another client with PKCE", challenge, second.Str(t, "id"), second.Str(t, "secret"), []string{"code_verifier", verifier}, badCode},
		{"wrong secret", nil, webApp, "wrong", nil, [2]string{"invalid_client", "authentication failed"}},
		{"wrong secret with the right verifier", challenge, webApp, "wrong", []string{"code_verifier", verifier}, [2]string{"invalid_client", "authentication failed"}},
		{"neither secret nor challenge", nil, webApp, "", nil, [2]string{"invalid_client", "authentication failed"}},
		{"neither, with some verifier", nil, webApp, "", []string{"code_verifier", verifier}, [2]string{"invalid_client", "authentication failed"}},
		{"no verifier", challenge, webApp, "", nil, badVerifier},
		{"no verifier but the secret", challenge, webApp, webSecret, nil, badVerifier},
		{"wrong verifier", challenge, webApp, "", []string{"code_verifier", other}, badVerifier},
		{"the challenge as verifier", challenge, webApp, "", []string{"code_verifier", challenge[1]}, badVerifier},
		{"short verifier", challenge, webApp, "", []string{"code_verifier", "short"}, badVerifier},
		{"a verifier where there was no challenge", nil, webApp, webSecret, []string{"code_verifier", verifier}, badVerifier},
		{"a client of another type", nil, browserApp, "fake-secret-of-the-mockcloud-browser-client", nil, [2]string{"unauthorized_client", "client is not authorized for this grant type"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			code := newBrowser(t, srv).code(t, tt.ask...)
			send := append([]string{"grant_type", "authorization_code", "code", code, "redirect_uri", callback}, tt.send...)
			refused(t, trade(t, srv, tt.id, tt.secret, send...), tt.want[0], tt.want[1])
		})
	}
}

// Guess: five minutes (facts oauth.md §13).
func TestCodesExpire(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	late, good := newBrowser(t, srv).code(t), ""
	srv.Clock.Advance(time.Second)
	good = newBrowser(t, srv).code(t)
	srv.Clock.Advance(5*time.Minute - time.Second)
	refused(t, redeem(t, srv, late), "invalid_grant", "authorization code is invalid or expired")
	mustIssue(t, redeem(t, srv, good))
}

// RFC 6749 §4.1.2: what a reused code gave ends.
func TestAReusedCodeRevokesWhatItGave(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	b := newBrowser(t, srv)
	code := b.code(t)
	access, refresh := mustIssue(t, redeem(t, srv, code))
	refreshed, successor := mustIssue(t, trade(t, srv, webApp, webSecret, "grant_type", "refresh_token", "refresh_token", refresh))
	unconcerned, _ := mustIssue(t, redeem(t, srv, b.code(t)))
	refused(t, redeem(t, srv, code), "invalid_grant", "authorization code is invalid or expired")
	for name, token := range map[string]string{"access token": access, "refreshed access token": refreshed} {
		if alive(t, srv, token) {
			t.Errorf("the %s still works", name)
		}
	}
	refused(t, trade(t, srv, webApp, webSecret, "grant_type", "refresh_token", "refresh_token", successor), "invalid_grant", "refresh token is invalid or expired")
	if !alive(t, srv, unconcerned) {
		t.Error("another sign-in of the same person has ended, too")
	}
}

// A thief without the verifier can neither use a code nor end what it gave.
func TestAReusedCodeWithoutItsVerifierRevokesNothing(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	verifier, challenge := pkce("v")
	code := newBrowser(t, srv).code(t, challenge...)
	send := []string{"grant_type", "authorization_code", "code", code, "redirect_uri", callback, "code_verifier"}
	access, _ := mustIssue(t, trade(t, srv, webApp, "", append(send, verifier)...))
	other, _ := pkce("w")
	refused(t, trade(t, srv, webApp, "", append(send, other)...), "invalid_grant", "invalid code verifier")
	if !alive(t, srv, access) {
		t.Error("the token has ended")
	}
}

func TestOneOfManyParallelTradesOfACodeWins(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	code := newBrowser(t, srv).code(t)
	var mu sync.Mutex
	issued := 0
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if got := redeem(t, srv, code); got.Status == http.StatusOK {
				mu.Lock()
				issued++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if issued != 1 {
		t.Errorf("%d trades have succeeded", issued)
	}
}

// decisions.md 12.
func TestRefreshTokensRotate(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	_, first := mustIssue(t, redeem(t, srv, newBrowser(t, srv).code(t)))
	refresh := func(token string) *mocktest.Response {
		return trade(t, srv, webApp, webSecret, "grant_type", "refresh_token", "refresh_token", token)
	}
	access, second := mustIssue(t, refresh(first))
	if second == first {
		t.Error("the refresh token stays the same")
	}
	srv.Clock.Advance(60 * time.Second)
	if _, again := mustIssue(t, refresh(first)); again != second {
		t.Error("within the grace the old token gives another successor")
	}
	_, third := mustIssue(t, refresh(second))
	srv.Clock.Advance(time.Second)
	refused(t, refresh(first), "invalid_grant", "refresh token is invalid or expired")
	if alive(t, srv, access) {
		t.Error("an access token of the family still works")
	}
	refused(t, refresh(third), "invalid_grant", "refresh token is invalid or expired")
}

func TestParallelRefreshesGetOneSuccessor(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	_, first := mustIssue(t, redeem(t, srv, newBrowser(t, srv).code(t)))
	var mu sync.Mutex
	successors := map[string]bool{}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			got := trade(t, srv, webApp, webSecret, "grant_type", "refresh_token", "refresh_token", first)
			mu.Lock()
			defer mu.Unlock()
			successors[got.Str(t, "refresh_token")] = true
		})
	}
	wg.Wait()
	if len(successors) != 1 || successors[""] {
		t.Errorf("successors = %v", successors)
	}
}

func TestRefreshTokensAreRefused(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	second := srv.Admin(t).Post(t, "/api/v2/oauth/clients", `{"name":"second","authorizedGrantType":"CODE","scope":["users"],"registeredRedirectUri":["`+callback+`"]}`)
	_, token := mustIssue(t, redeem(t, srv, newBrowser(t, srv).code(t)))
	bad := [2]string{"invalid_grant", "refresh token is invalid or expired"}
	tests := []struct {
		name, id, secret, token string
		want                    [2]string
	}{
		{"unknown", webApp, webSecret, "x", bad},
		{"none", webApp, webSecret, "", [2]string{"invalid_request", "missing parameter: refresh_token"}},
		{"of another client", second.Str(t, "id"), second.Str(t, "secret"), token, bad},
		{"without the secret", webApp, "", token, [2]string{"invalid_client", "authentication failed"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			refused(t, trade(t, srv, tt.id, tt.secret, "grant_type", "refresh_token", "refresh_token", tt.token), tt.want[0], tt.want[1])
		})
	}
	mustIssue(t, trade(t, srv, webApp, webSecret, "grant_type", "refresh_token", "refresh_token", token))
}

// Facts oauth.md §5: what ends a user's refresh tokens, and what does not.
func TestWhatEndsRefreshTokens(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name          string
		end           func(t *testing.T, srv *mocktest.Server, b *browser)
		ended, access bool // whether the refresh token has ended, and the access token lives
	}{
		{"nothing", func(*testing.T, *mocktest.Server, *browser) {}, false, true},
		{"a year", func(_ *testing.T, srv *mocktest.Server, _ *browser) { srv.Clock.Advance(365 * 24 * time.Hour) }, false, false},
		{"logout", func(t *testing.T, _ *mocktest.Server, b *browser) { b.get(t, "/logout") }, true, true},
		{"a logout of another browser", func(t *testing.T, srv *mocktest.Server, _ *browser) { newBrowser(t, srv).get(t, "/logout") }, false, true},
		{"a new password", func(t *testing.T, srv *mocktest.Server, _ *browser) {
			if got := srv.Admin(t).Post(t, "/api/v2/users/"+agentID+"/password", `{"newPassword":"another-Passw0rd!"}`); got.Status != http.StatusNoContent {
				t.Errorf("set password: %d %s", got.Status, got.Body)
			}
		}, true, true},
		{"all tokens of the user deleted", func(t *testing.T, srv *mocktest.Server, _ *browser) {
			srv.Admin(t).Delete(t, "/api/v2/tokens/"+agentID)
		}, true, false},
		// Guess: facts oauth.md §5 do not name it among what ends refresh tokens.
		{"the access token deleted", func(t *testing.T, srv *mocktest.Server, b *browser) {
			srv.Bearer(b.access).Delete(t, "/api/v2/tokens/me")
		}, false, false},
		{"another grant type and back", changeGrantType, true, false},
		{"the client deleted and brought back", func(t *testing.T, srv *mocktest.Server, _ *browser) {
			deactivate(t, srv, webApp)
			if got := srv.Admin(t).Delete(t, "/api/v2/oauth/clients/"+webApp); got.Status != http.StatusNoContent {
				t.Errorf("%d %s", got.Status, got.Body)
			}
			srv.Reset(t)
		}, true, false},
		{"the user deleted", func(t *testing.T, srv *mocktest.Server, _ *browser) {
			srv.Admin(t).Delete(t, "/api/v2/users/"+agentID)
		}, true, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			srv := mocktest.Start(t, mocktest.Options{})
			b := newBrowser(t, srv)
			access, refresh := mustIssue(t, redeem(t, srv, b.code(t)))
			b.access = access
			tt.end(t, srv, b)
			got := trade(t, srv, webApp, webSecret, "grant_type", "refresh_token", "refresh_token", refresh)
			if (got.Status != http.StatusOK) != tt.ended {
				t.Errorf("refresh = %d %s", got.Status, got.Body)
			}
			if alive(t, srv, access) != tt.access {
				t.Errorf("the access token works: %v", !tt.access)
			}
		})
	}
}

// A restart keeps codes, refresh tokens and sessions; and so does a reset, of
// people who come back.
func TestSignInsOutliveTheServer(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/state.db"
	srv := mocktest.Start(t, mocktest.Options{Path: path})
	b := newBrowser(t, srv)
	_, refresh := mustIssue(t, redeem(t, srv, b.code(t)))
	code := b.code(t)
	session := cookieOf(t, b, "mockcloud_session_"+mustURL(t, srv.URL).Port())
	srv.Stop(t)
	srv = mocktest.Start(t, mocktest.Options{Path: path})
	srv.Reset(t)
	mustIssue(t, redeem(t, srv, code))
	mustIssue(t, trade(t, srv, webApp, webSecret, "grant_type", "refresh_token", "refresh_token", refresh))
	site := mustURL(t, srv.URL)
	again := newBrowser(t, srv)
	again.client.Jar.SetCookies(site, []*http.Cookie{{Name: "mockcloud_session_" + site.Port(), Value: session}})
	if got := again.get(t, authorize("prompt", "none")); got.query(t).Get("code") == "" {
		t.Errorf("the session is gone: %d %s", got.status, got.location)
	}
}

// What ends refresh tokens ends codes that were not traded yet.
func TestWhatEndsRefreshTokensEndsCodes(t *testing.T) {
	t.Parallel()
	ends := map[string]func(t *testing.T, srv *mocktest.Server, b *browser){
		"logout": func(t *testing.T, _ *mocktest.Server, b *browser) { b.get(t, "/logout") },
		"a new password": func(t *testing.T, srv *mocktest.Server, _ *browser) {
			srv.Admin(t).Post(t, "/api/v2/users/"+agentID+"/password", `{"newPassword":"another-Passw0rd!"}`)
		},
		"all tokens of the user deleted": func(t *testing.T, srv *mocktest.Server, _ *browser) {
			srv.Admin(t).Delete(t, "/api/v2/tokens/"+agentID)
		},
		"another grant type and back": changeGrantType,
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := mocktest.Start(t, mocktest.Options{})
			b := newBrowser(t, srv)
			code := b.code(t)
			end(t, srv, b)
			refused(t, redeem(t, srv, code), "invalid_grant", "authorization code is invalid or expired")
		})
	}
}

// changeGrantType makes the web app something else for a moment, which ends its
// tokens.
func changeGrantType(t *testing.T, srv *mocktest.Server, _ *browser) {
	t.Helper()
	admin := srv.Admin(t)
	var client map[string]any
	admin.Get(t, "/api/v2/oauth/clients/"+webApp).JSON(t, &client)
	for _, grantType := range []string{"TOKEN", "CODE"} {
		client["authorizedGrantType"] = grantType
		if got := admin.Put(t, "/api/v2/oauth/clients/"+webApp, client); got.Status != http.StatusOK {
			t.Fatalf("%d %s", got.Status, got.Body)
		}
	}
}

// What was ended stays ended for as long as any token of the sign-in may live,
// whatever the client's tokens live for by then.
func TestARevokedSignInStaysRevoked(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	long := map[string]any{
		"name": "scim", "authorizedGrantType": "CODE", "scope": []string{"scim"}, "registeredRedirectUri": []string{callback}, "accessTokenValiditySeconds": 38880000,
	}
	made := admin.Post(t, "/api/v2/oauth/clients", long)
	id, secret := made.Str(t, "id"), made.Str(t, "secret")
	code := newBrowser(t, srv).code(t, "client_id", id)
	send := []string{"grant_type", "authorization_code", "code", code, "redirect_uri", callback}
	access, _ := mustIssue(t, trade(t, srv, id, secret, send...))
	long["accessTokenValiditySeconds"] = 3600
	admin.Put(t, "/api/v2/oauth/clients/"+id, long)
	refused(t, trade(t, srv, id, secret, send...), "invalid_grant", "authorization code is invalid or expired")
	srv.Clock.Advance(49 * time.Hour)
	for range 3 { // each of which clears away what is over
		srv.Admin(t).Delete(t, "/api/v2/tokens/me")
	}
	if alive(t, srv, access) {
		t.Error("the token lives again")
	}
}
