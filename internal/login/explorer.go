package login

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/swaggest/swgui/v5/static"

	"github.com/mockcloud/mockcloud/internal/coverage"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/internal/store"
)

// explorerPath is the page on which people try the API out.
const explorerPath = "/_mockcloud/explorer"

// maxFound is how many operations a search shows.
const maxFound = 50

// SeededClient is a client-credentials client of the fixtures.
type SeededClient struct {
	Org, ID string
}

// explorerView is what the page shows beside the usual.
type explorerView struct {
	Tag, Document string // what is being explored; "" for nothing
	Find          string // what is searched for
	Tags          []explorerTag
	Found         []explorerOperation // what the search has found
	More          int                 // of them that are not shown
	Users         []option            // whose tokens there are to call with
	Clients       []option
	As            string // who is chosen of them; ownToken for none, "" for nobody
	Own           bool   // it is ownToken
}

// ownToken stands for a token that is typed in.
const ownToken = "token"

type explorerTag struct {
	Name, Href string
	Operations int
	Chosen     bool
}

type explorerOperation struct {
	Method, Path, ID, Tag, Href string
}

// explorer is the page. All that a call needs a script for happens in the browser:
// it reads the document of the tag, and asks for the token of whoever was chosen.
func (l *Login) explorer(c echo.Context) error {
	p := l.newPage(c, "explorer", "explorer.title")
	p.Wide, p.explores = true, true
	query := queryOf(c.Request())
	v := &explorerView{Find: beginningOf(strings.TrimSpace(query.Get("find")))}
	p.Explorer = v
	operations := l.Coverage().Operations
	v.addTags(l.Documents, query)
	if v.Tag == "" && query.Get("tag") != "" {
		p.status, p.Problem = http.StatusNotFound, p.T("explorer.unknown", beginningOf(query.Get("tag")))
	}
	v.search(operations)
	if err := l.addCallers(c, p); err != nil {
		return err
	}
	v.As = query.Get("as")
	if !query.Has("as") {
		v.As = v.firstCaller("user:" + l.EnvironmentUser)
	}
	v.choose()
	return l.render(c, p)
}

// firstCaller is as whom the page starts, so that the first call is answered: the
// user of the environment where that is offered, else whoever comes first.
func (v *explorerView) firstCaller(user string) string {
	all := slices.Concat(v.Users, v.Clients)
	if i := slices.IndexFunc(v.Users, func(o option) bool { return strings.EqualFold(o.Value, user) }); i >= 0 {
		return v.Users[i].Value
	}
	if len(all) > 0 {
		return all[0].Value
	}
	return ""
}

// choose marks who is chosen; whoever is not offered is nobody.
func (v *explorerView) choose() {
	chosen := ""
	for _, list := range [][]option{v.Users, v.Clients} {
		for i := range list {
			if list[i].Value == v.As {
				list[i].Chosen, chosen = true, v.As
			}
		}
	}
	if v.Own = v.As == ownToken; !v.Own {
		v.As = chosen
	}
}

// beginningOf keeps what somebody has typed, as far as it can be shown.
func beginningOf(text string) string {
	text, _ = beginning(strings.ToValidUTF8(text, "\uFFFD"), 100)
	return text
}

// addTags lists the tags, and finds the chosen one.
func (v *explorerView) addTags(documents *spec.Documents, query url.Values) {
	if tag, _, ok := documents.Tag(query.Get("tag")); ok {
		v.Tag, v.Document = tag, documentOf(tag)
	}
	for _, tag := range documents.Tags() {
		_, n, _ := documents.Tag(tag)
		v.Tags = append(v.Tags, explorerTag{Name: tag, Href: exploring(tag), Operations: n, Chosen: tag == v.Tag})
	}
}

// exploring is the address of the page for a tag.
func exploring(tag string) string { return explorerPath + "?" + url.Values{"tag": {tag}}.Encode() }

// documentOf is the address of the document of a tag.
func documentOf(tag string) string { return "/_mockcloud/openapi/" + url.PathEscape(tag) + ".json" }

// search finds operations by words.
func (v *explorerView) search(operations []coverage.Operation) {
	if v.Find == "" {
		return
	}
	found := coverage.Filter{Words: v.Find}.Apply(operations)
	v.More = max(len(found)-maxFound, 0)
	for _, o := range found[:min(len(found), maxFound)] {
		v.Found = append(v.Found, explorerOperation{
			Method: o.Method, Path: o.Path, ID: o.ID, Tag: o.Tag,
			Href: exploring(o.Tag) + "#/" + url.PathEscape(o.Tag) + "/" + o.ID,
		})
	}
}

// addCallers lists the fixtures' users and clients that can be called as: those
// that the log-in page would offer, too.
func (l *Login) addCallers(c echo.Context, p *page) error {
	err := l.DB.View(c.Request().Context(), store.Global, func(tx *store.Tx) error {
		var orgs []string
		several := 0
		for org := range tx.Orgs() {
			orgs = append(orgs, org)
			several++
		}
		add := func(list []option, org, value, name string) ([]option, error) {
			if slices.ContainsFunc(list, func(o option) bool { return o.Value == value }) {
				return list, nil // tokens go to the first organization that has the address
			}
			if several > 1 {
				current, err := identity.CurrentOrg(tx.In(org))
				if err != nil {
					return nil, err
				}
				name += " · " + current.Name
			}
			return append(list, option{Value: value, Name: name}), nil
		}
		var err error
		for _, s := range l.Seeded {
			if !slices.Contains(orgs, s.Org) {
				continue
			}
			if u := l.offeredIn(tx.In(s.Org), s); u != nil {
				name := strings.Join(slices.DeleteFunc([]string{u.Name, u.Title}, func(s string) bool { return s == "" }), " · ")
				if p.Explorer.Users, err = add(p.Explorer.Users, s.Org, "user:"+u.Email, name); err != nil {
					return err
				}
			}
		}
		for _, s := range l.SeededClients {
			if !slices.Contains(orgs, s.Org) {
				continue
			}
			client, err := identity.PeekClient(tx.In(s.Org), s.ID, l.Clock.Now())
			if err != nil || client.State != identity.ClientActive || client.GrantType != identity.GrantClientCredentials {
				continue // it is gone, or has no tokens of its own any more
			}
			if p.Explorer.Clients, err = add(p.Explorer.Clients, s.Org, "client:"+client.ID, client.Name); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}

// swaggerUI serves a file of Swagger UI, which is embedded compressed.
func (l *Login) swaggerUI(name, contentType string) echo.HandlerFunc {
	return func(c echo.Context) error {
		content, err := static.FS.ReadFile(name + ".gz")
		if err != nil {
			return err
		}
		h := c.Response().Header()
		cacheable(h)
		h.Add(echo.HeaderVary, echo.HeaderAcceptEncoding)
		if acceptsGzip(c.Request().Header.Get(echo.HeaderAcceptEncoding)) {
			h.Set(echo.HeaderContentEncoding, "gzip")
			return c.Blob(http.StatusOK, contentType, content)
		}
		reader, err := gzip.NewReader(bytes.NewReader(content))
		if err != nil {
			return err
		}
		plain, err := io.ReadAll(reader)
		if err != nil {
			return err
		}
		return c.Blob(http.StatusOK, contentType, plain)
	}
}

// acceptsGzip says whether an Accept-Encoding names gzip and does not refuse it.
func acceptsGzip(header string) bool {
	for one := range strings.SplitSeq(header, ",") {
		name, weight, _ := strings.Cut(one, ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			weight = strings.ReplaceAll(cmp.Or(weight, "q=1"), " ", "")
			return strings.Trim(strings.TrimPrefix(weight, "q="), "0.") != ""
		}
	}
	return false
}
