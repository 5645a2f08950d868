package login

import (
	"slices"

	"github.com/labstack/echo/v4"
)

// webhooksPath is the page of webhooks.
const webhooksPath = "/_mockcloud/webhooks"

// toolPages are the pages that link to the tools for people: those on which
// nobody is in the middle of a sign-in to an application, and which are reached as
// the tools are: a gateway that puts something before the path knows the others.
var toolPages = []string{"/login", "/logout", callbackPath, embedPath, webhooksPath, explorerPath, coveragePath}

// tool is a link to a page of ours.
type tool struct {
	Name, Href string
	Current    bool
}

// tools links a page to the others.
func (l *Login) tools(c echo.Context, p *page) ([]tool, error) {
	path := c.Request().URL.Path
	if p.name == "error" || p.Prefix != "" || !slices.Contains(toolPages, path) {
		return nil, nil
	}
	links := []tool{
		{Name: p.T("explorer.title"), Href: explorerPath},
		{Name: p.T("coverage.title"), Href: coveragePath},
		{Name: p.T("embed.title"), Href: embedPath},
		{Name: p.T("webhooks.title"), Href: webhooksPath},
	}
	if path != "/login" {
		s, err := l.session(c)
		if err != nil {
			return nil, err
		}
		account := p.T("login.title")
		if s != nil {
			account = p.T("account.my")
		}
		links = append(links, tool{Name: account, Href: "/login"})
	}
	for i := range links {
		links[i].Current = links[i].Href == path
	}
	return links, nil
}

// pageAfter is where a sign-in without an application ends: at the page that the
// query of /login names, of a few of ours, or else at the account.
func pageAfter(next string) string {
	switch next {
	case "embed":
		return embedPath
	case "webhooks":
		return webhooksPath
	}
	return "/login"
}
