package login

import (
	"bytes"
	"embed"
	"html/template"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/pages"
)

//go:embed pages
var files embed.FS

// templates are parsed when the first page is asked for: start-up does not pay.
var templates = sync.OnceValues(func() (*template.Template, error) { return template.ParseFS(files, "pages/*.html") })

// page is what a template shows. Most of it is empty on most pages.
type page struct {
	name   string
	status int // 0 means 200
	// leaves says that a form of the page leads to another server in the end.
	// Browsers apply form-action to every redirect after a form, and an application
	// may redirect to whomever it likes, so that nothing can be named.
	leaves bool
	// frames names the servers whose pages the page shows in frames; "" for none.
	frames string
	// explores says that the page runs Swagger UI; connects, that its script asks this
	// server for more.
	explores, connects bool
	// sample says that it is an application's page: bare, and to be framed by ours.
	sample   bool
	language int
	path     string // where the browser finds the page, without its query

	Lang, Title string
	Prefix      string // what a gateway has put before the path
	Action      string // where forms are sent
	CSRF        string
	Script      string // the asset that the page runs; "" for none
	Languages   []languageLink
	Content     template.HTML
	Reference   string // correlation id

	Problem, ErrorKey string
	Lead              string // first words of an error page
	Email             string
	App, Organization string
	PasswordLogin     bool
	Providers         []choice
	Seeded            []choice
	Organizations     []choice
	Scopes            []scopeLine
	Person            accountView
	Target            string
	Fields            []field
	Use               string // a command to use a token with
	Next              string // a command to go on with
	IDP               idpView
	Embed             *embedView
	Wide              bool // without the panel beside it
	Webhooks          *webhooksView
	Tools             []tool
	Explorer          *explorerView
	Coverage          *coverageView
}

type languageLink struct {
	Tag, Name, Href string
	Current         bool
}

// choice is something to click on.
type choice struct{ ID, Name, About, Initials, Href string }

type scopeLine struct{ Name, Means string }

type accountView struct{ Name, Email, Division string }

type field struct{ Name, Value string }

type idpView struct{ EntityID, SSOURL, Curl string }

// T is a text in the language of the page.
func (p *page) T(key string, args ...any) string { return text(p.language, key, args...) }

// newPage begins a page: its language, and what every page shows.
func (l *Login) newPage(c echo.Context, name, titleKey string, titleArgs ...any) *page {
	r := c.Request()
	query := queryOf(r)
	index, switched := pages.ChooseLanguage(r, query)
	if switched {
		l.setCookie(c, pages.LanguageCookie, pages.Languages[index].Tag, 365*24*60*60)
	}
	p := &page{name: name, language: index, Lang: pages.Languages[index].Tag, Prefix: prefix(r), Reference: handlers.CorrelationID(c.Response())}
	p.Title = p.T(titleKey, titleArgs...)
	p.path = p.Prefix + r.URL.EscapedPath()
	p.Action = withQuery(p.path, r)
	if r.Method == http.MethodPost && r.URL.Path != "/oauth/authorize" && r.URL.Path != "/authorize" && r.URL.Path != "/login" {
		return p // the switch is a GET, and would lose what was posted
	}
	p.linkLanguages(query)
	return p
}

// withQuery is a path of ours with the query of the request.
func withQuery(path string, r *http.Request) string {
	if r.URL.RawQuery == "" {
		return path
	}
	return path + "?" + r.URL.RawQuery
}

// linkLanguages makes the links that switch the language; query is that of the
// page.
func (p *page) linkLanguages(query url.Values) {
	p.Languages = nil
	for i, lang := range pages.Languages {
		p.Languages = append(p.Languages, languageLink{
			Tag: lang.Tag, Name: lang.Name, Current: i == p.language, Href: p.path + "?" + withLocale(query, lang.Tag),
		})
	}
}

// withLocale is the query with another language.
func withLocale(query url.Values, tag string) string {
	other := maps.Clone(query)
	other.Set("ui_locales", tag)
	return other.Encode()
}

// withForm gives the page what its forms need.
// after is the session of a page that comes after the sign-in; nil before it.
func (l *Login) withForm(c echo.Context, p *page, after *signedIn) error {
	browser, err := l.browser(c)
	if err == nil {
		p.CSRF, err = l.formToken(browser, after, c.Request().URL.RawQuery)
	}
	if after != nil { // another language must not ask to sign in again
		query := queryOf(c.Request())
		query.Del("prompt")
		p.linkLanguages(query)
	}
	return err
}

// render sends the page.
func (l *Login) render(c echo.Context, p *page) error {
	all, err := templates()
	if err != nil {
		return err
	}
	var content, whole bytes.Buffer
	if err := all.ExecuteTemplate(&content, p.name, p); err != nil {
		return err
	}
	p.Content = template.HTML(content.String()) //nolint:gosec // made by a template that escapes
	layout := "layout"
	if p.sample {
		layout = "bare"
	}
	if p.Tools, err = l.tools(c, p); err != nil {
		return err
	}
	if err := all.ExecuteTemplate(&whole, layout, p); err != nil {
		return err
	}
	pageHeaders(c.Response().Header(), p)
	status := p.status
	if status == 0 {
		status = http.StatusOK
	}
	c.Response().Header().Set(echo.HeaderContentLength, itoa(whole.Len()))
	return c.HTMLBlob(status, whole.Bytes())
}

// pageHeaders forbid what the pages do not need: frames (clickjacking), scripts
// and styles of others, and telling other sites the address, which may hold a
// state or a code.
func pageHeaders(h http.Header, p *page) {
	script := ""
	if p.Script != "" {
		script = "; script-src 'self'"
	}
	images := "'self'"
	switch {
	case p.explores:
		// Swagger UI sets styles by script alone, which no policy is about, and has
		// pictures in its style sheet.
		script, images = "; script-src 'self'; connect-src 'self'", "'self' data:"
	case p.connects:
		script += "; connect-src 'self'"
	}
	if p.frames != "" {
		script += "; frame-src " + p.frames
	}
	action := "; form-action 'self'"
	if p.leaves {
		action = ""
	}
	ancestors, older := "'none'", "DENY"
	if p.sample {
		ancestors, older = "'self'", "SAMEORIGIN"
	}
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src "+images+script+action+"; frame-ancestors "+ancestors+"; base-uri 'none'")
	h.Set("X-Frame-Options", older)
	h.Set("X-Content-Type-Options", "nosniff")
	// With no-referrer, browsers would send the origin "null" with our own forms.
	h.Set("Referrer-Policy", "same-origin")
}

// showErrorPage shows the error page in place.
func (l *Login) showErrorPage(c echo.Context, status int, key string, args ...any) error {
	p := l.newPage(c, "error", "error.title")
	p.status, p.ErrorKey = status, key
	p.Lead = p.T("error.lead")
	if slices.Contains(applicationErrors, key) {
		p.Lead = p.T("error.lead.application")
	}
	p.Problem = p.T("error.other")
	if _, known := texts["error."+key]; known {
		p.Problem = p.T("error."+key, args...)
	}
	return l.render(c, p)
}

// toErrorPage is where the browser lands when the application cannot be trusted.
// The fragment is what the real service's page reads; ours reads the query
// (decisions.md 15).
func (l *Login) toErrorPage(c echo.Context, key string) error {
	r := c.Request()
	l.Logger.Info("authorization refused", "reason", key, "client", printable(r.URL.Query().Get("client_id")), "correlation", handlers.CorrelationID(c.Response()))
	return redirect(c, prefix(r)+"/error?errorKey="+key+"#/error?errorKey="+key)
}

// errorPage is GET /error.
func (l *Login) errorPage(c echo.Context) error {
	key := c.QueryParam("errorKey")
	if !slices.Contains(applicationErrors, key) {
		key = "other"
	}
	return l.showErrorPage(c, http.StatusBadRequest, key)
}

// asset serves what the pages are made of.
func (l *Login) asset(name, contentType string) echo.HandlerFunc {
	return func(c echo.Context) error {
		content, err := files.ReadFile("pages/" + name)
		if err != nil {
			return err
		}
		cacheable(c.Response().Header())
		return c.Blob(http.StatusOK, contentType, content)
	}
}

// cacheable lets browsers keep an answer for a while that is the same for everybody.
func cacheable(h http.Header) {
	h.Set("Cache-Control", "public, max-age=600")
	h.Del("Pragma")
	h.Del("Expires")
	h.Set("X-Content-Type-Options", "nosniff")
}

func itoa(n int) string { return strconv.Itoa(n) }
