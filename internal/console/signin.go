package console

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/pages"
)

// The cookies: the access token, and what a sign-in under way must bring back.
// Scripts read neither.
const (
	cookieToken  = "mockcloud_console"
	cookieSignIn = "mockcloud_console_signin"
)

const (
	signInPath  = "/signin"
	formSeconds = 10 * 60 // how long a sign-in may take
)

// signIn registers how people come in and leave: by the authorization code grant with
// PKCE, as mockcloud's own client (decisions.md 38).
func signIn(r *routes) {
	r.open(http.MethodGet, signInPath, beginSignIn)
	r.open(http.MethodGet, identity.BuiltinCallback, endSignIn)
	r.open(http.MethodPost, "/signout", signOut)
}

// signedIn lets in who has a token that works, and everybody else sign in.
func signedIn(next handler) handler {
	return func(v *visit) error {
		if v.api.token == "" {
			return v.sessionEnded()
		}
		me := &person{}
		err := v.api.get("/users/me?expand=organization", me)
		if refused, ok := errors.AsType[*apiError](err); ok && refused.Code == "not.a.user" { // somebody put a program's token into the cookie
			return v.sessionEnded()
		}
		if err != nil {
			return err
		}
		v.me = me
		return next(v)
	}
}

// sessionEnded leads to the log-in page, and from there back to this one. What was
// typed into a form is kept, to be sent again.
func (v *visit) sessionEnded() error {
	r := v.Request()
	v.me = nil
	v.setCookie(cookieToken, "", -1)
	if r.Method != http.MethodPost {
		return v.redirect(signInPath + "?next=" + url.QueryEscape(r.URL.RequestURI()))
	}
	p := v.page("ended", "ended.title")
	p.Status = http.StatusUnauthorized
	var kept []field
	for name, values := range r.PostForm {
		if secret(name) {
			continue
		}
		for _, value := range values {
			kept = append(kept, field{Name: name, Value: value})
		}
	}
	slices.SortStableFunc(kept, func(a, b field) int { return strings.Compare(a.Name, b.Name) })
	p.Data = dict("Fields", kept, "Action", r.URL.RequestURI(), "SignIn", signInPath)
	return v.render(p)
}

// secret says whether a field of a form holds what is not to be shown again.
func secret(name string) bool {
	name = strings.ToLower(name)
	return strings.Contains(name, "secret") || strings.Contains(name, "password") || strings.Contains(name, "token")
}

// pending is a sign-in under way.
type pending struct {
	State    string `json:"state"`
	Verifier string `json:"verifier"`
	Next     string `json:"next"`
}

func beginSignIn(v *visit) error {
	draw := make([]byte, 64)
	if _, err := io.ReadFull(v.console.Random, draw); err != nil {
		return err
	}
	encode := base64.RawURLEncoding.EncodeToString
	p := pending{State: encode(draw[:32]), Verifier: encode(draw[32:]), Next: inside(v.query("next"))}
	kept, err := json.Marshal(p)
	if err != nil {
		return err
	}
	v.setCookie(cookieSignIn, encode(kept), formSeconds)
	challenge := sha256.Sum256([]byte(p.Verifier))
	query := url.Values{
		"client_id": {identity.BuiltinID}, "response_type": {"code"}, "redirect_uri": {v.callback()}, "state": {p.State},
		"code_challenge": {encode(challenge[:])}, "code_challenge_method": {"S256"},
		"ui_locales": {pages.Languages[v.language].Tag},
	}
	if as := v.query("as"); as != "" { // somebody else than who is signed in
		query.Set("prompt", "login")
		if as != "other" {
			query.Set("login_hint", as)
		}
	}
	return v.redirect("/oauth/authorize?" + query.Encode())
}

// maxNext is how long the address of a page can be that a sign-in leads back to: it
// has to fit into a cookie.
const maxNext = 2000

// inside is the address of a page of the console, or else of the first one.
func inside(next string) string {
	u, err := url.Parse(next)
	if err != nil || len(next) > maxNext || u.IsAbs() || u.Host != "" || path.Clean(u.Path) != u.Path || strings.Contains(next, "\\") {
		return "/"
	}
	for _, group := range pageGroups {
		if strings.HasPrefix(u.Path, group+"/") {
			return u.RequestURI()
		}
	}
	return "/"
}

// callback is the address that the log-in page sends the browser back to: on the
// origin that it came by.
func (v *visit) callback() string { return v.origin() + identity.BuiltinCallback }

// origin is where the browser finds this server, without a slash at the end.
func (v *visit) origin() string { return v.console.Own(v.Request()) }

func endSignIn(v *visit) error {
	p := pending{}
	kept, err := base64.RawURLEncoding.DecodeString(pages.Cookie(v.Request(), cookieSignIn))
	if err == nil {
		err = json.Unmarshal(kept, &p)
	}
	v.setCookie(cookieSignIn, "", -1)
	switch {
	case err != nil || p.State == "" || p.State != v.query("state"):
		return v.problemPage(http.StatusBadRequest, "signin.stale")
	case v.query("error") != "":
		return v.problemPage(http.StatusForbidden, "signin.denied")
	}
	form := url.Values{
		"grant_type": {"authorization_code"}, "code": {v.query("code")}, "redirect_uri": {v.callback()},
		"client_id": {identity.BuiltinID}, "code_verifier": {p.Verifier},
	}
	before := v.api.token
	v.api.token = ""
	answer, err := v.api.raw(http.MethodPost, "/oauth/token", "application/x-www-form-urlencoded", []byte(form.Encode()))
	if err != nil {
		return err
	}
	var token struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int    `json:"expires_in"`
	}
	if err := json.Unmarshal(answer.body.Bytes(), &token); err != nil || answer.status != http.StatusOK || token.AccessToken == "" {
		return v.problemPage(http.StatusBadRequest, "signin.stale")
	}
	if before != "" { // somebody else had the seat, or they themselves
		v.api.token = before
		if err := v.endToken(); err != nil {
			return err
		}
	}
	v.setCookie(cookieToken, token.AccessToken, token.ExpiresIn)
	return v.redirect(inside(p.Next))
}

// endToken revokes the token. One that may not even do that, as a token of another
// application may be, keeps nobody from leaving or from coming in.
func (v *visit) endToken() error {
	err := v.api.delete("/tokens/me")
	if status := statusOf(err); status >= http.StatusBadRequest && status < http.StatusInternalServerError {
		return nil
	}
	return err
}

// signOut ends the token and the browser's session at the log-in host.
func signOut(v *visit) error {
	if err := v.endToken(); err != nil {
		return err
	}
	v.setCookie(cookieToken, "", -1)
	return v.redirect("/logout?" + url.Values{"client_id": {identity.BuiltinID}, "redirect_uri": {v.origin() + "/"}}.Encode())
}
