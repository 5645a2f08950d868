package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
)

// app is an OAuth client that people sign in to, and the browser of one who has.
type app struct {
	server *child
	client oauthClient
	cookie string // header of that browser
}

const (
	redirectURI = "http://localhost:3000/callback"

	// The example of RFC 7636, appendix B.
	codeVerifier  = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	codeChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
)

// newClient has the API make an OAuth client.
func (b *bench) newClient(ctx context.Context, server *child, grantType string) (oauthClient, error) {
	token, err := b.clientToken(ctx, server)
	if err != nil {
		return oauthClient{}, err
	}
	body, err := json.Marshal(oauthClient{
		Name: "Benchmark " + grantType, AccessTokenValiditySeconds: 86400, AuthorizedGrantType: grantType,
		RegisteredRedirectURI: []string{redirectURI}, Scope: []string{"authorization", "oauth", "routing", "users"},
	})
	if err != nil {
		return oauthClient{}, err
	}
	var made oauthClient
	err = on(server, newRequest(http.MethodPost, clientsPath, string(body), contentJSON, bearer(token)), http.StatusOK).fetch(ctx, &made)
	return made, err
}

// newApp makes an application and signs the administrator in to it, with the
// password.
func (b *bench) newApp(ctx context.Context, server *child) (*app, error) {
	client, err := b.newClient(ctx, server, "CODE")
	if err != nil {
		return nil, err
	}
	a := &app{server: server, client: client}
	page, err := a.page().once(ctx)
	if err != nil {
		return nil, err
	}
	csrf, err := quoted(page.body.Bytes(), `name="csrf" value="`)
	if err != nil {
		return nil, err
	}
	browser, err := cookies(page)
	if err != nil {
		return nil, err
	}
	form := url.Values{"csrf": {csrf}, "email": {b.user}, "password": {b.password}}.Encode()
	entered, err := on(server, newRequest(http.MethodPost, a.path(""), form, contentForm, browser), http.StatusFound).once(ctx)
	if err != nil {
		return nil, err
	}
	a.cookie, err = cookies(entered)
	return a, err
}

// path is where a browser asks for a code. challenge may be "".
func (a *app) path(challenge string) string {
	query := url.Values{"response_type": {"code"}, "client_id": {a.client.ID}, "redirect_uri": {redirectURI}}
	if challenge != "" {
		query.Set("code_challenge", challenge)
		query.Set("code_challenge_method", "S256")
	}
	return "/oauth/authorize?" + query.Encode()
}

// page is the first visit of a browser: it sees the log-in page.
func (a *app) page() *workload {
	return on(a.server, newRequest(http.MethodGet, a.path(""), "", "Accept: text/html", "Accept-Language: en-US,en;q=0.9"), http.StatusOK)
}

// authorize is a visit of the browser that is signed in: it gets a code.
func (a *app) authorize(challenge string) *workload {
	return on(a.server, newRequest(http.MethodGet, a.path(challenge), "", "Accept: text/html", "Accept-Language: en-US,en;q=0.9", a.cookie), http.StatusFound)
}

// redeem trades a code for tokens. With a challenge it is the request of a
// public client.
func (a *app) redeem(code, challenge string) request {
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {redirectURI}}
	if challenge == "" {
		return newRequest(http.MethodPost, tokenPath, form.Encode(), contentForm, basic(a.client.ID, a.client.Secret))
	}
	form.Set("client_id", a.client.ID)
	form.Set("code_verifier", codeVerifier)
	return newRequest(http.MethodPost, tokenPath, form.Encode(), contentForm)
}

// refresh trades a refresh token for its successor.
func (a *app) refresh(token string) request {
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}
	return newRequest(http.MethodPost, tokenPath, form.Encode(), contentForm, basic(a.client.ID, a.client.Secret))
}

// redeems makes n requests with a code each.
func (a *app) redeems(ctx context.Context, n int, challenge string) ([]request, error) {
	return gather(ctx, a.authorize(challenge), n, func(got *answer) (request, error) {
		header, err := got.header()
		if err != nil {
			return request{}, err
		}
		u, err := url.Parse(header.Get("Location"))
		if err != nil || u.Query().Get("code") == "" {
			return request{}, fmt.Errorf("no code in %q", header.Get("Location"))
		}
		return a.redeem(u.Query().Get("code"), challenge), nil
	})
}

// gather sends the workload n times and makes something of each answer.
func gather[T any](ctx context.Context, w *workload, n int, of func(*answer) (T, error)) ([]T, error) {
	var sent atomic.Int64
	w.next = func(int) *request {
		if sent.Add(1) > int64(n) {
			return nil
		}
		return &w.request
	}
	var mu sync.Mutex
	var all []T
	w.heard = func(_ int, a *answer) error {
		one, err := of(a)
		mu.Lock()
		defer mu.Unlock()
		all = append(all, one)
		return err
	}
	_, err := w.send(ctx, connections, patience)
	if err == nil && len(all) < n {
		err = fmt.Errorf("%s %s: only %d answers in %s", w.method, w.path, len(all), patience)
	}
	return all, err
}

// cookies is the header with which a browser sends back what the answer has set.
func cookies(a *answer) (string, error) {
	header, err := a.header()
	if err != nil {
		return "", err
	}
	line := ""
	for _, c := range (&http.Response{Header: header}).Cookies() {
		if line != "" {
			line += "; "
		}
		line += c.Name + "=" + c.Value
	}
	if line == "" {
		return "", errors.New("the answer sets no cookie")
	}
	return "Cookie: " + line, nil
}

// quoted is what stands between the text, which ends in a quotation mark, and the
// next one.
func quoted(in []byte, after string) (string, error) {
	_, rest, found := bytes.Cut(in, []byte(after))
	inside, _, ended := bytes.Cut(rest, []byte(`"`))
	if !found || !ended {
		return "", fmt.Errorf("no %s…\" in %.300q", after, in)
	}
	return string(inside), nil
}
