// Package console is the admin of the organization in the browser: pages that are
// made here, and work without scripts. It is a client of our own API, in process:
// what somebody may do in it is what their token may do, and every rule stays where
// it is enforced. The pages of the log-in host are the business of package login.
package console

import (
	"embed"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/journal"
	"github.com/mockcloud/mockcloud/internal/seed"
)

//go:embed pages assets texts
var files embed.FS

// Console serves the pages.
type Console struct {
	API         http.Handler // this server: called in process with the visitor's token
	Clock       clock.Clock
	Random      io.Reader
	Logger      *slog.Logger
	Version     string
	URL         func() string              // the server's own URL
	Own         func(*http.Request) string // where the browser finds the console, without a slash at the end; "" under a name that may be somebody else's
	TrustedHost func(hostport string) bool // says whether a request names this server (decisions.md 37)
	Front       echo.HandlerFunc           // what "/" is for those who are no browser
	Journal     *journal.Journal           // of the last requests
	Fixtures    *seed.Document             // what the organization began with

	fixtures func() seeded // what the first page wants to know of them
}

// subjects are the parts of the console; each registers its pages.
var subjects = []func(*routes){signIn, home, divisions, people, roles, singleSignOn, authorizedApplications, resetting, actions, actionConfiguration, actionTests, integrations, oauthClients, inspector, tokenViewer}

// Mount registers the pages.
func (c *Console) Mount(e *echo.Echo) {
	c.fixtures = sync.OnceValue(func() seeded { return seededOf(c.Fixtures) })
	r := &routes{console: c, echo: e}
	for _, subject := range subjects {
		subject(r)
	}
	for _, group := range pageGroups {
		r.get(group, nowhere)
		r.get(group+"/*", nowhere)
	}
	e.GET(assetPrefix+":name", c.asset)
}

// pageGroups are where pages are, beside the first one.
var pageGroups = []string{"/admin", "/tools"}

// nowhere is the page at an address where there is none.
func nowhere(v *visit) error { return v.problemPage(http.StatusNotFound, "error.notfound") }

// routes registers pages.
type routes struct {
	console *Console
	echo    *echo.Echo
}

// handler serves a page to a visitor. What it returns becomes a page, too: see
// visit.fail.
type handler func(v *visit) error

// get registers a page for those who are signed in.
func (r *routes) get(path string, fn handler) {
	r.echo.Match([]string{http.MethodGet, http.MethodHead}, path, r.console.serve(signedIn(fn)))
}

// post registers what a form of a page does.
func (r *routes) post(path string, fn handler) {
	r.echo.POST(path, r.console.serve(signedIn(fn)))
}

// open registers a page for everybody.
func (r *routes) open(method, path string, fn handler) {
	r.echo.Add(method, path, r.console.serve(fn))
}

// maxForm is the largest form, in bytes: an action with its templates, or the file
// of an exported one. The API takes less.
const maxForm = 1 << 20

// crossOrigin refuses forms that pages of other origins send, also of other ports of
// this host: browsers say where a request comes from.
var crossOrigin = http.NewCrossOriginProtection()

// serve begins a visit, and makes a page of what went wrong.
func (c *Console) serve(fn handler) echo.HandlerFunc {
	return func(ec echo.Context) error {
		r := ec.Request()
		v := c.newVisit(ec)
		pageHeaders(ec.Response().Header())
		switch {
		case !c.TrustedHost(r.Host):
			return v.problemPage(http.StatusForbidden, "error.host")
		case crossOrigin.Check(r) != nil:
			return v.problemPage(http.StatusForbidden, "error.origin")
		}
		r.Body = http.MaxBytesReader(ec.Response(), r.Body, maxForm)
		if r.Method == http.MethodPost {
			var err error
			if strings.HasPrefix(r.Header.Get(echo.HeaderContentType), echo.MIMEMultipartForm) {
				err = r.ParseMultipartForm(maxForm)
			} else {
				err = r.ParseForm()
			}
			if _, large := errors.AsType[*http.MaxBytesError](err); large {
				return v.problemPage(http.StatusRequestEntityTooLarge, "error.form")
			}
			if err != nil {
				return v.problemPage(http.StatusBadRequest, "error.form")
			}
		}
		err := fn(v)
		if err == nil || ec.Response().Committed {
			return err
		}
		return v.fail(err)
	}
}

// pageHeaders forbid what the pages do not need: frames (clickjacking), scripts and
// styles of others, and telling other sites the address.
func pageHeaders(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
}
