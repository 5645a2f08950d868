package login

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/pages"
	"github.com/mockcloud/mockcloud/internal/store"
)

// signedIn is a browser session and the cookie that it goes by.
type signedIn struct {
	*auth.Session
	cookie string
}

// The cookies; see pages.CookieName.
const (
	cookieSession = "mockcloud_session"
	cookieBrowser = "mockcloud_browser" // ties forms and single sign-on to the browser they were made for
)

// setCookie sets a cookie for as long as the browser runs, or for so many
// seconds; less than zero takes it away.
func (l *Login) setCookie(c echo.Context, name, value string, seconds int) {
	http.SetCookie(c.Response(), &http.Cookie{
		Name: pages.CookieName(c.Request(), name), Value: value, Path: "/", MaxAge: seconds,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: l.secure(c.Request()),
	})
}

// secure says whether browsers reach the server by https.
func (l *Login) secure(r *http.Request) bool {
	return r.TLS != nil || strings.HasPrefix(l.Issuer(), "https://")
}

// direct says whether the browser has gone past the proxy that a public URL with
// https stands for: only one on this machine can, that uses another name. What a
// proxy says of itself is not looked at, since anybody could say it.
func (l *Login) direct(r *http.Request) bool {
	public, err := url.Parse(l.Issuer())
	return r.TLS == nil && err == nil && !strings.EqualFold(strings.TrimSuffix(public.Host, ":443"), r.Host) && onThisMachine(r.Host)
}

// onThisMachine says whether a name is one that every machine calls itself by.
func onThisMachine(hostport string) bool {
	host := (&url.URL{Host: hostport}).Hostname()
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.IsLoopback()
	}
	host = strings.ToLower(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// session is who the browser is signed in as, or nil.
func (l *Login) session(c echo.Context) (*signedIn, error) {
	cookie := pages.Cookie(c.Request(), cookieSession)
	if cookie == "" {
		return nil, nil //nolint:nilnil // nobody is an answer
	}
	s := &signedIn{cookie: cookie}
	err := l.DB.View(c.Request().Context(), store.Global, func(tx *store.Tx) error {
		var err error
		s.Session, err = l.Authority.Session(tx, cookie)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil //nolint:nilnil // nobody is an answer
	}
	return s, err
}

// signIn makes a session of the people and gives the browser its cookie. The
// session that it had before ends, and so nobody can plant one.
func (l *Login) signIn(c echo.Context, people []auth.Person) (*signedIn, error) {
	s := &signedIn{}
	old := pages.Cookie(c.Request(), cookieSession)
	err := l.DB.Update(c.Request().Context(), store.Global, func(tx *store.Tx) error {
		if old != "" {
			if err := l.Authority.ForgetSession(tx, old); err != nil {
				return err
			}
		}
		var err error
		s.cookie, s.Session, err = l.Authority.SignIn(tx, people)
		return err
	})
	if err != nil {
		return nil, err
	}
	l.setCookie(c, cookieSession, s.cookie, 0)
	return s, nil
}

// browser is the value that ties forms to this browser; a new one where there is
// none.
func (l *Login) browser(c echo.Context) (string, error) {
	if v := pages.Cookie(c.Request(), cookieBrowser); v != "" {
		return v, nil
	}
	v, err := l.Authority.Draw()
	if err == nil {
		l.setCookie(c, cookieBrowser, v, 0)
	}
	return v, err
}

// formToken is what a form of this browser must bring along: one of a page before
// the sign-in, or one of a page after it, which is good for that session and that
// request alone.
func (l *Login) formToken(browser string, after *signedIn, rawQuery string) (string, error) {
	key, err := l.formKey()
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(browser))
	if after != nil {
		mac.Write([]byte("\n" + after.Hash + "\n" + rawQuery))
	}
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)), nil
}

// ownForm says whether a posted form comes from a page that this server gave to
// this browser, by the token and by what browsers say of a request's origin; and
// whether that page came after the sign-in of s, for this very request.
func (l *Login) ownForm(r *http.Request, form url.Values, s *signedIn) (own, after bool) {
	browser := pages.Cookie(r, cookieBrowser)
	if browser == "" || http.NewCrossOriginProtection().Check(r) != nil {
		return false, false
	}
	fits := func(s *signedIn) bool {
		token, err := l.formToken(browser, s, r.URL.RawQuery)
		return err == nil && hmac.Equal([]byte(form.Get("csrf")), []byte(token))
	}
	if s != nil && fits(s) {
		return true, true
	}
	return fits(nil), false
}

// base is what the browser calls this server, without a slash at the end.
func (l *Login) base(r *http.Request) string {
	if !l.secure(r) || l.direct(r) {
		return "http://" + r.Host
	}
	return "https://" + r.Host
}

// prefix is what a gateway has put before the path (facts: clients.md §1, rule
// 3), so that links lead through it again.
func prefix(r *http.Request) string {
	path, _, _ := strings.Cut(r.RequestURI, "?")
	before, ok := strings.CutSuffix(path, r.URL.EscapedPath())
	if !ok || !strings.HasPrefix(before, "/") || strings.HasPrefix(before, "//") {
		return ""
	}
	return strings.TrimRight(before, "/") // a page that begins with two would be another host's
}

// redirect sends the browser elsewhere, and no one there learns from where.
func redirect(c echo.Context, target string) error {
	h := c.Response().Header()
	h.Set("Referrer-Policy", "no-referrer")
	h.Set(echo.HeaderLocation, target)
	h.Set(echo.HeaderContentLength, "0")
	c.Response().WriteHeader(http.StatusFound)
	return nil
}
