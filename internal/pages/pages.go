// Package pages holds what all pages have in common: the languages that they
// speak, and the names of their cookies. What they show is the business of the
// packages that serve them.
package pages

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
)

// Language is one that the pages speak.
type Language struct {
	Tag  string // as in the attribute lang
	Name string // for those who read it
}

// Languages are those of the pages, in the order of the columns of their texts.
var Languages = []Language{
	{"en", "English"},
	{"pt-BR", "Português (Brasil)"},
	{"es", "Español"},
}

// LanguageCookie keeps the language that somebody has chosen.
const LanguageCookie = "mockcloud_lang"

// matcher finds the best of the languages for what a browser asks for.
var matcher = sync.OnceValue(func() language.Matcher {
	tags := make([]language.Tag, len(Languages))
	for i, l := range Languages {
		tags[i] = language.Make(l.Tag)
	}
	return language.NewMatcher(tags)
})

// ChooseLanguage chooses the language of a page: what the visible switch says (the
// parameter ui_locales of OpenID Connect), what it said before, what the browser
// asks for. It is an index of Languages; switched says that the first decided.
func ChooseLanguage(r *http.Request, query url.Values) (index int, switched bool) {
	if wanted := query.Get("ui_locales"); wanted != "" && len(wanted) < 100 {
		if i, ok := Match(strings.ReplaceAll(wanted, " ", ",")); ok {
			return i, true
		}
	}
	if i := slices.IndexFunc(Languages, func(l Language) bool { return l.Tag == Cookie(r, LanguageCookie) }); i >= 0 {
		return i, false
	}
	if accepted := r.Header.Get("Accept-Language"); accepted != "" && len(accepted) < 500 {
		if i, ok := Match(accepted); ok {
			return i, false
		}
	}
	return 0, false
}

// Match finds the best of the languages for a list of tags, as in Accept-Language; false
// where none will do.
func Match(wanted string) (int, bool) {
	tags, _, err := language.ParseAcceptLanguage(wanted)
	if err != nil || len(tags) == 0 {
		return 0, false
	}
	_, i, confidence := matcher().Match(tags...)
	return i, confidence > language.No
}

// CookieName is the name with the port behind it: browsers share cookies among all
// ports of a host, and more than one mockcloud may run there.
func CookieName(r *http.Request, name string) string {
	if _, port, err := net.SplitHostPort(r.Host); err == nil {
		return name + "_" + port
	}
	return name
}

// Cookie is the value of a cookie; "" where there is none.
func Cookie(r *http.Request, name string) string {
	found, err := r.Cookie(CookieName(r, name))
	if err != nil {
		return ""
	}
	return found.Value
}

// Initials are up to two letters that stand for a name.
func Initials(name string) string {
	var b strings.Builder
	for i, word := range strings.Fields(name) {
		if r, _ := utf8.DecodeRuneInString(word); i < 2 && unicode.IsLetter(r) {
			b.WriteRune(unicode.ToUpper(r))
		}
	}
	return b.String()
}
