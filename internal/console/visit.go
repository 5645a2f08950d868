package console

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/journal"
	"github.com/mockcloud/mockcloud/internal/pages"
)

// visit is one request of a browser, and the page that answers it.
type visit struct {
	echo.Context
	console  *Console
	api      *client
	language int
	me       *person  // nil where nobody is signed in
	held     []string // see permissions
}

// person is who is signed in.
type person struct {
	ID           string `json:"id"`
	Name         string `json:"name"`
	Email        string `json:"email"`
	Organization struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"organization"`
	Authorization struct {
		Permissions []string `json:"permissions"`
	} `json:"authorization"`
}

func (c *Console) newVisit(ec echo.Context) *visit {
	r := ec.Request()
	index, switched := pages.ChooseLanguage(r, r.URL.Query())
	v := &visit{Context: ec, console: c, language: index}
	v.api = &client{api: c.API, visitor: r, token: pages.Cookie(r, cookieToken)}
	if switched {
		v.setCookie(pages.LanguageCookie, pages.Languages[index].Tag, 365*24*60*60)
	}
	return v
}

// T is a text in the visitor's language.
func (v *visit) T(key string, args ...any) string { return text(v.language, key, args...) }

// query is a parameter of the address.
func (v *visit) query(name string) string { return v.QueryParam(name) }

// form is a value of a form, without blanks around it.
func (v *visit) form(name string) string { return strings.TrimSpace(v.Request().PostFormValue(name)) }

// forms are all values of that name in a form.
func (v *visit) forms(name string) []string { return v.Request().PostForm[name] }

// page begins a page. name is that of its template, and titleKey that of its title.
func (v *visit) page(name, titleKey string, titleArgs ...any) *page {
	return v.pageTitled(name, v.T(titleKey, titleArgs...))
}

// pageTitled begins a page whose title is a name.
func (v *visit) pageTitled(name, title string) *page {
	return &page{visit: v, name: name, Title: title, Path: v.Request().URL.Path}
}

// render sends a page.
func (v *visit) render(p *page) error {
	all, err := templates()
	if err != nil {
		return err
	}
	v.fillLayout(p)
	var content, whole bytes.Buffer
	if err := all.ExecuteTemplate(&content, p.name, p); err != nil {
		return err
	}
	p.Content = trusted(content.String())
	if err := all.ExecuteTemplate(&whole, "layout", p); err != nil {
		return err
	}
	status := p.Status
	if status == 0 {
		status = http.StatusOK
	}
	v.Response().Header().Set(echo.HeaderContentLength, strconv.Itoa(whole.Len()))
	return v.HTMLBlob(status, whole.Bytes())
}

// renderForm sends a page whose form the API may have refused.
func (v *visit) renderForm(p *page, problem *problem) error {
	p.say(problem)
	return v.render(p)
}

// redirect goes on to another page of the console, as one does after a form.
func (v *visit) redirect(to string) error { return v.Redirect(http.StatusSeeOther, to) }

// done goes on to another page, which says what was done: the text "done."+what.
func (v *visit) done(to, what string) error {
	to, fragment, _ := strings.Cut(to, "#")
	separator := "?"
	if strings.Contains(to, "?") {
		separator = "&"
	}
	if fragment != "" {
		fragment = "#" + fragment
	}
	return v.redirect(to + separator + "done=" + url.QueryEscape(what) + fragment)
}

// fail makes a page of an error: asks to sign in again, says what was refused and
// why, or that there is nothing.
func (v *visit) fail(err error) error {
	refused, ok := errors.AsType[*apiError](err)
	if !ok {
		if v.Request().Context().Err() == nil { // a browser that has left is nobody's failure
			v.console.Logger.Error("page failed", "path", journal.WithoutSecrets(v.Request().URL.Path), "correlation", handlers.CorrelationID(v.Response()), "error", err)
		}
		return v.problemPage(http.StatusInternalServerError, "error.internal")
	}
	name, title := "problem", "error.title"
	switch {
	case refused.Status == http.StatusUnauthorized && refused.Code != addressRefused:
		return v.sessionEnded()
	case refused.Status == http.StatusNotFound:
		return v.problemPage(http.StatusNotFound, "error.notfound")
	case refused.Status >= http.StatusInternalServerError:
		return v.problemPage(refused.Status, "error.internal")
	case refused.Status == http.StatusForbidden && v.me != nil:
		name, title = "refused", "refused.title"
	}
	p := v.page(name, title)
	p.Status, p.Problem = refused.Status, v.problemOf(refused)
	if v.me == nil { // every page would say the same
		p.Actions = []link{{Name: v.T("switch"), Href: signInPath + "?as=other"}}
	}
	return v.render(p)
}

// addressRefused is the code of a 401 that signing in again does not help against: the
// organization takes no requests from the visitor's address.
const addressRefused = "ip.not.authorized"

// problemPage is a page that says what is wrong, in the words of the key.
func (v *visit) problemPage(status int, key string) error {
	p := v.page("problem", key)
	p.Status, p.Lead = status, v.T(key+".text")
	return v.render(p)
}

// setCookie sets a cookie that scripts cannot read; less than zero seconds take it
// away.
func (v *visit) setCookie(name, value string, seconds int) {
	r := v.Request()
	http.SetCookie(v.Response(), &http.Cookie{
		Name: pages.CookieName(r, name), Value: value, Path: "/", MaxAge: seconds,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: v.secure(),
	})
}

// secure says whether browsers reach the server by https.
func (v *visit) secure() bool {
	return strings.HasPrefix(v.origin(), "https://")
}
