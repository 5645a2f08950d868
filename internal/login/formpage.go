package login

import (
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"
)

// formPage is a page of mockcloud's own, beside the log-in, that its own form comes back
// to.
type formPage struct {
	name, title string // of the template and of its title
	path        string
	refused     int                                                        // the status where the form is refused
	act         func(echo.Context, url.Values) (problem string, err error) // does what the form wants, or returns the key of a text that says why not
	fill        func(echo.Context, *page) error                            // adds what the state says
}

// showForm answers with the page, or does what its form wants and has the browser come
// back.
func (l *Login) showForm(c echo.Context, t formPage) error {
	problem := ""
	if r := c.Request(); r.Method == http.MethodPost {
		form, err := readBodyForm(r)
		if err != nil {
			return l.showErrorPage(c, http.StatusBadRequest, "badForm")
		}
		if own, _ := l.ownForm(r, form, nil); !own {
			problem = "problem.form"
		} else if problem, err = t.act(c, form); err != nil {
			return err
		}
		if problem == "" {
			return seeOther(c, withQuery(prefix(r)+t.path, r))
		}
	}
	p := l.newPage(c, t.name, t.title)
	p.Wide = true
	p.linkLanguages(queryOf(c.Request()))
	if problem != "" {
		p.status, p.Problem = t.refused, p.T(problem)
	}
	if err := t.fill(c, p); err != nil {
		return err
	}
	if err := l.withForm(c, p, nil); err != nil {
		return err
	}
	return l.render(c, p)
}
