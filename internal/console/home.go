package console

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/journal"
	"github.com/mockcloud/mockcloud/internal/pages"
)

// home registers the first page.
func home(r *routes) {
	c := r.console
	page := c.serve(signedIn(showHome))
	r.echo.Match([]string{http.MethodGet, http.MethodHead}, "/", func(ec echo.Context) error {
		r := ec.Request()
		// A command line gets words, a browser the console.
		if !strings.Contains(r.Header.Get(echo.HeaderAccept), "text/html") && pages.Cookie(r, cookieToken) == "" {
			return c.Front(ec)
		}
		return page(ec)
	})
}

func showHome(v *visit) error {
	found, err := lookAround(v)
	if err != nil {
		return err
	}
	ran, err := lastRun(v, found)
	if err != nil {
		return err
	}
	refused, err := lastRefusals(v)
	if err != nil {
		return err
	}
	p := v.page("home", "menu.home")
	p.Lead = v.T("home.lead", v.me.Organization.Name)
	list := checklist(v, found, ran)
	p.Data = dict("List", list, "Example", exampleFor(v, list), "Connect", connectCard(v, found.sample), "Refused", refused)
	return v.render(p)
}

const (
	shownRefusals   = 5
	lookedAtForThem = 25 // among which those of the console's own looking around are left out
)

// lastRefusals are the latest requests that were refused, with their reasons.
func lastRefusals(v *visit) ([]inspectorRow, error) {
	list, err := v.console.Journal.List(v.Request().Context(), journal.Filter{Status: 4, Limit: lookedAtForThem, Details: true})
	if err != nil {
		return nil, err
	}
	rows := make([]inspectorRow, 0, shownRefusals)
	for _, r := range list {
		served := r.OperationID != "" || strings.HasPrefix(r.Path, "/api/v2/") || r.Path == "/oauth/token"
		// What the console reads by itself says nothing of what somebody has tried.
		if !served || (r.Console && r.Method == http.MethodGet) {
			continue
		}
		if rows = append(rows, rowOf(v, r)); len(rows) == shownRefusals {
			break
		}
	}
	return rows, nil
}
