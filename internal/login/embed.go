package login

import (
	"errors"
	"html"
	"html/template"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/clientapp"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// embedPath is the page that stands in for the product's client around an
// installed application.
const embedPath = "/_mockcloud/embed"

// embedView is what the page shows beside the usual.
type embedView struct {
	Person    string // who is signed in; "" for nobody
	Apps      []option
	Hidden    []field // name and reason
	Languages []option
	Themes    []option
	SignIns   []option

	Conversation, Environment string

	Frame   *frameView
	Install string // commands that install an application; "" where there is one
}

// option is one of a list to choose from.
type option struct {
	Value, Name string
	Chosen      bool
}

type frameView struct {
	Name, Place, Theme string
	URL                template.URL // checked: of the web
	Sandbox, Allow     string
	Element            string // the element as text, for those who want to have it
	Sample             bool   // it is the application of this server
	Notes              []string
}

// embedLanguages are some of those that the product's client has.
var embedLanguages = []string{"en-us", "de", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt-br", "pt-pt", "ru", "sv", "th", "tr", "zh-cn", "zh-tw"}

// embedSettings are the choices that stand in the page's address.
type embedSettings struct {
	app   string
	about clientapp.Context
}

// languageTag is what may stand for a language.
var languageTag = regexp.MustCompile(`^[A-Za-z0-9-]{1,35}$`)

// embedSettings reads them. What is missing or makes no sense takes its default.
func (l *Login) embedSettings(r *http.Request, p *page) embedSettings {
	q := queryOf(r)
	s := embedSettings{app: q.Get("app"), about: clientapp.Context{
		Origin: l.base(r), Environment: q.Get("environment"), Language: q.Get("lang"), Theme: q.Get("theme"),
		Conversation: strings.TrimSpace(q.Get("conversation")), PopUp: q.Get("popup") != "false",
	}}
	if s.about.Environment = strings.TrimSpace(s.about.Environment); s.about.Environment == "" {
		s.about.Environment = strings.TrimPrefix(r.Host, "apps.") // as the product's client is called in each region
	}
	if !languageTag.MatchString(s.about.Language) {
		s.about.Language = []string{"en-us", "pt-br", "es"}[p.language]
	}
	if s.about.Theme != "dark" {
		s.about.Theme = "light"
	}
	return s
}

// embed is the page: it signs somebody in, and shows them an application.
func (l *Login) embed(c echo.Context) error {
	return l.showForm(c, formPage{name: "embed", title: "embed.title", path: embedPath, refused: http.StatusUnauthorized, act: l.embedAs, fill: l.fillEmbed})
}

// embedAs signs in whom somebody has clicked on.
func (l *Login) embedAs(c echo.Context, form url.Values) (problem string, err error) {
	person, err := l.seeded(c.Request().Context(), form.Get("as"))
	if err != nil {
		return "", err
	}
	if person == nil {
		return "problem.seeded", nil
	}
	_, err = l.signIn(c, []auth.Person{*person})
	return "", err
}

// fillEmbed adds what the state says.
func (l *Login) fillEmbed(c echo.Context, p *page) error {
	s, err := l.session(c)
	if err != nil {
		return err
	}
	settings := l.embedSettings(c.Request(), p)
	p.Embed = settings.view(p)
	var person *auth.Person // who has still to choose an organization is nobody here
	if s != nil && (s.Chosen || len(s.People) == 1) {
		person = &s.People[0]
	}
	return l.DB.View(c.Request().Context(), store.Global, func(tx *store.Tx) error {
		if err := l.addSeeded(tx, p, slices.Collect(tx.Orgs()), person); err != nil || person == nil {
			return err
		}
		user, err := person.User(tx)
		if errors.Is(err, store.ErrNotFound) { // deleted in this very moment
			return nil
		}
		if err != nil {
			return err
		}
		p.Embed.Person = user.Name
		return l.addApps(tx.In(person.Org), p, user, settings)
	})
}

// view makes the lists to choose from.
func (s embedSettings) view(p *page) *embedView {
	v := &embedView{Conversation: s.about.Conversation, Environment: s.about.Environment}
	known := embedLanguages
	if !slices.Contains(known, s.about.Language) {
		known = append([]string{s.about.Language}, known...)
	}
	for _, tag := range known {
		v.Languages = append(v.Languages, option{tag, tag, tag == s.about.Language})
	}
	for _, theme := range []string{"light", "dark"} {
		v.Themes = append(v.Themes, option{theme, p.T("embed.theme." + theme), theme == s.about.Theme})
	}
	v.SignIns = []option{{"true", p.T("embed.popup.true"), s.about.PopUp}, {"false", p.T("embed.popup.false"), !s.about.PopUp}}
	return v
}

// addApps lists the applications that the user sees, and why not the others; and
// puts the one that was chosen into its frame.
func (l *Login) addApps(tx *store.Tx, p *page, user *identity.User, s embedSettings) error {
	apps, err := clientapp.All(tx)
	if err != nil {
		return err
	}
	viewer, err := clientapp.UserViewer(tx, user)
	if err != nil {
		return err
	}
	if len(apps) == 0 {
		p.Embed.Install = installCommands(s.about.Origin, "embedded-client-app", "My app",
			`{"displayType":"standalone","url":"`+s.about.Origin+samplePath+`?gcHostOrigin={{gcHostOrigin}}&gcTargetEnv={{gcTargetEnv}}&lang={{gcLangTag}}&theme={{gcTheme}}"}`)
	}
	var chosen *clientapp.App
	why := ""
	for _, a := range apps {
		reason := a.HiddenFrom(viewer)
		if a.ID == s.app {
			chosen = a
		}
		if reason == clientapp.Seen {
			p.Embed.Apps = append(p.Embed.Apps, option{a.ID, a.Name, a.ID == s.app})
			continue
		}
		words := p.reason(tx, a, reason)
		if a.ID == s.app {
			why = words
		}
		p.Embed.Hidden = append(p.Embed.Hidden, field{a.Name, words})
	}
	switch {
	case s.app == "":
	case chosen == nil:
		p.status, p.Problem = http.StatusNotFound, p.T("embed.gone")
	case why != "":
		p.status, p.Problem = http.StatusForbidden, p.T("embed.refused", user.Name, chosen.Name, why)
	default:
		p.addFrame(chosen, s.about)
	}
	return nil
}

// reason words why somebody does not see an application.
func (p *page) reason(tx *store.Tx, a *clientapp.App, reason clientapp.Reason) string {
	switch reason {
	case clientapp.NoGroup:
		var names []string
		for _, id := range a.GroupIDs() {
			name := id // of a group that is gone
			if g, err := identity.Groups.Peek(tx, id); err == nil {
				name = g.Name
			}
			names = append(names, name)
		}
		return p.T("embed.hidden.groups", strings.Join(names, ", "))
	case clientapp.Forbidden:
		return p.T("embed.hidden.permission", strings.Join(a.Type.UserPermissions, ", "))
	default:
		return p.T("embed.hidden.inactive")
	}
}

// addFrame shows the application. Its frame may hold pages of its own server, and
// redirects of this one: the sign-in passes through. Pages of this server refuse
// to be framed by themselves.
func (p *page) addFrame(a *clientapp.App, about clientapp.Context) {
	frame, err := a.Frame(about)
	switch {
	case errors.Is(err, clientapp.ErrNoURL):
		p.Problem = p.T("embed.nourl", a.Name)
		return
	case err != nil:
		p.Problem = p.T("embed.badurl", a.Name, a.Settings.URL)
		return
	}
	p.frames = frame.Source() + " 'self'"
	v := &frameView{
		Name: a.Name, Place: a.Place(), Theme: about.Theme, Sandbox: frame.Sandbox, Allow: frame.Allow, Sample: isSample(about.Origin, frame.URL),
		URL:     template.URL(frame.URL), //nolint:gosec // clientapp lets web addresses pass alone
		Element: `<iframe src="` + html.EscapeString(frame.URL) + `"` + "\n  " + `sandbox="` + html.EscapeString(frame.Sandbox) + `"`,
	}
	if frame.Allow != "" {
		v.Element += "\n  " + `allow="` + html.EscapeString(frame.Allow) + `"`
	}
	v.Element += "></iframe>"
	if len(frame.Unknown) > 0 {
		v.Notes = append(v.Notes, p.T("embed.unknown", strings.Join(frame.Unknown, ", ")))
	}
	if types := a.CommunicationTypes(); len(types) > 0 {
		v.Notes = append(v.Notes, p.T("embed.types", strings.Join(types, ", ")))
	}
	if len(a.Settings.Queues) > 0 {
		v.Notes = append(v.Notes, p.T("embed.queues", strings.Join(a.Settings.Queues, ", ")))
	}
	p.Embed.Frame = v
}
