package console

import (
	"html/template"
	"net/url"
	"strings"
	"sync"

	"github.com/mockcloud/mockcloud/internal/pages"
)

// page is what the templates show. Each page puts what it alone has into Data.
type page struct {
	*visit
	name string

	Status  int // 0 means 200
	Title   string
	Lead    string // a sentence below the title
	Path    string // of the request
	Back    *link  // where the page belongs to; nil for the pages of the menu
	Tabs    []link // pages of the same thing
	Actions []link // what can be done here, beside the title; the first is the main one
	Problem *problem
	Done    string   // what a form has done
	Scripts []string // assets that the page runs beside console.js
	Data    any

	// What the layout shows; render fills it.
	Content   template.HTML
	Lang      string
	Menu      []menuGroup
	Languages []languageLink
	Assets    func(name string) string
}

// say shows what the API said of the last try; nil says nothing.
func (p *page) say(problem *problem) {
	if problem != nil {
		p.Problem, p.Status = problem, problem.Status
	}
}

// link leads to a page of the console.
type link struct {
	Name, Href string
	Current    bool
	Danger     bool // it ends or deletes something
	Plain      bool // not what one comes for, though it stands first
	Dialog     bool // with scripts, the form of the page is shown in a dialog
}

type languageLink struct {
	Tag, Name, Href string
	Current         bool
}

type menuGroup struct {
	Name  string
	Links []link
}

// menu is the menu at the side: the pages of the admin by their names in the
// product, and what only a mock has.
var menu = []struct {
	key   string
	pages []struct{ key, href string }
}{
	{"", []struct{ key, href string }{{"menu.home", "/"}}},
	{"menu.admin", []struct{ key, href string }{
		{"menu.people", "/admin/people"},
		{"menu.roles", "/admin/roles"},
		{"menu.divisions", "/admin/divisions"},
		{"menu.integrations", "/admin/integrations"},
		{"menu.oauth", "/admin/oauth-clients"},
		{"menu.actions", "/admin/actions"},
		{"menu.authorized", "/admin/authorized-applications"},
		{"menu.sso", "/admin/single-sign-on"},
	}},
	{"menu.tools", []struct{ key, href string }{
		{"menu.inspector", "/tools/inspector"},
		{"menu.jwt", "/tools/jwt"},
		{"menu.explorer", "/_mockcloud/explorer"},
		{"menu.embed", "/_mockcloud/embed"},
		{"menu.webhooks", "/_mockcloud/webhooks"},
		{"menu.coverage", "/_mockcloud/coverage"},
		{"menu.reset", "/tools/reset"},
	}},
}

// fillLayout fills what every page shows.
func (v *visit) fillLayout(p *page) {
	p.Lang, p.Assets = pages.Languages[v.language].Tag, assetURL
	r := v.Request()
	query := r.URL.Query()
	if what := query.Get("done"); what != "" && has("done."+what) && p.Problem == nil {
		p.Done = v.T("done." + what)
	}
	query.Del("done")
	for i, l := range pages.Languages {
		query.Set("ui_locales", l.Tag)
		p.Languages = append(p.Languages, languageLink{Tag: l.Tag, Name: l.Name, Href: r.URL.EscapedPath() + "?" + query.Encode(), Current: i == v.language})
	}
	if v.me == nil {
		return
	}
	for _, g := range menu {
		group := menuGroup{}
		if g.key != "" {
			group.Name = v.T(g.key)
		}
		for _, one := range g.pages {
			current := p.Path == one.href || (one.href != "/" && strings.HasPrefix(p.Path, one.href+"/"))
			group.Links = append(group.Links, link{Name: v.T(one.key), Href: one.href, Current: current})
		}
		p.Menu = append(p.Menu, group)
	}
}

// SignedIn says whether somebody is signed in.
func (p *page) SignedIn() bool { return p.me != nil }

// Me is who is signed in.
func (p *page) Me() *person { return p.me }

// ShowsProblem says whether the layout is to show the problem, above what the page has.
func (p *page) ShowsProblem() bool { return p.Problem != nil && p.name != "refused" }

// May says whether the visitor holds a permission.
func (p *page) May(permission string) bool { return p.may(permission) }

// templates are parsed when the first page is asked for: start-up does not pay.
var templates = sync.OnceValues(func() (*template.Template, error) {
	return template.New("").Funcs(template.FuncMap{
		"dict": dict, "initials": pages.Initials, "pretty": pretty, "join": strings.Join, "query": url.QueryEscape, "when": when,
	}).ParseFS(files, "pages/*.html")
})

// trusted marks what a template has made, which escapes.
func trusted(html string) template.HTML { return template.HTML(html) } //nolint:gosec // see above

// dict makes a map of what comes in pairs, for a template that needs several things.
func dict(pairs ...any) map[string]any {
	m := make(map[string]any, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		if key, ok := pairs[i].(string); ok {
			m[key] = pairs[i+1]
		}
	}
	return m
}
