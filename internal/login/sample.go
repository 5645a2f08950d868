package login

import (
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/pages"
	"github.com/mockcloud/mockcloud/internal/store"
)

// samplePath is an application to install and look at for those who have none.
const samplePath = "/_mockcloud/app"

// sampleClient is the fixtures' client of the implicit grant, which the sample
// application signs people in with where it is there.
const sampleClient = "6d6f636b-0006-4000-8000-000000000003"

// languageParameters are the names by which applications are told their language.
var languageParameters = []string{"lang", "langTag", "gcLangTag", "pcLangTag"}

// sample is an application's page: pages of this server may frame it, and it says
// what it was told. It has no script, so that it can do nothing with the origin
// that it shares with the other pages.
func (l *Login) sample(c echo.Context) error {
	r := c.Request()
	told := queryOf(r)
	p := l.newPage(c, "sample", "sample.title")
	p.sample = true
	for _, name := range languageParameters {
		if i, known := pages.Match(told.Get(name)); known {
			p.language, p.Lang = i, pages.Languages[i].Tag
			break
		}
	}
	p.Title = p.T("sample.title")
	p.Fields = shownFields(told)
	p.Lead = p.T("sample.where.unknown")
	switch r.Header.Get("Sec-Fetch-Dest") { // of every browser of these days
	case "iframe", "frame":
		p.Lead = p.T("sample.where.frame")
	case "document":
		p.Lead = p.T("sample.where.page")
	}
	var err error
	p.Target, err = l.sampleSignIn(c)
	if err != nil {
		return err
	}
	return l.render(c, p)
}

// sampleSignIn is the address that signs somebody in to the sample application; ""
// where its client is not what the fixtures make it.
func (l *Login) sampleSignIn(c echo.Context) (address string, err error) {
	r := c.Request()
	own := l.ownAddresses(r)
	err = l.DB.View(r.Context(), store.Global, func(tx *store.Tx) error {
		client, _, err := findClient(tx, sampleClient, l.Clock.Now())
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err == nil && !l.NoImplicit && own.registered(client, own.callback) {
			address = prefix(r) + "/oauth/authorize?" + url.Values{
				"client_id": {sampleClient}, "response_type": {responseToken}, "redirect_uri": {own.callback}, "state": {"sample"},
			}.Encode()
		}
		return err
	})
	return address, err
}

// shownFields are the first of the values, by name.
func shownFields(values url.Values) []field {
	fields := make([]field, 0, len(values))
	for name, list := range values {
		fields = append(fields, field{Name: name, Value: strings.Join(list, " ")})
	}
	slices.SortFunc(fields, func(a, b field) int { return strings.Compare(a.Name, b.Name) })
	return fields[:min(len(fields), maxShown)]
}

// isSample says whether an address leads to the sample application of the server
// that the browser has reached by base.
func isSample(base, address string) bool {
	rest, own := strings.CutPrefix(address, base+samplePath)
	return own && (rest == "" || rest[0] == '?' || rest[0] == '#')
}
