package login

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/coverage"
)

// coveragePath is the page that says what answers each operation.
const coveragePath = "/_mockcloud/coverage"

// coveragePage is how many operations the page shows at once.
const coveragePage = 100

// coverageView is what the page shows beside the usual.
type coverageView struct {
	Total      coverage.Count
	Tags       []coverageTag // where nothing is searched for
	Words      string
	ByChoices  []option
	TagChoices []option

	Searched              bool
	Found, From, To       int
	Operations            []coverageLine
	Earlier, Later, Reset string // addresses; "" for none
	Measured              bool   // there are figures
}

type coverageTag struct {
	coverage.TagCount
	Href    string
	Figures *coverage.TagFigures
}

type coverageLine struct {
	coverage.Operation
	Answers, Href string
}

// coverage is the page.
func (l *Login) coverage(c echo.Context) error {
	p := l.newPage(c, "coverage", "coverage.title")
	p.Wide, p.Script, p.connects = true, "coverage.js", true
	table := l.Coverage()
	query := queryOf(c.Request())
	filter := coverage.Filter{Words: beginningOf(strings.TrimSpace(query.Get("find"))), Tag: query.Get("tag"), By: query.Get("by")}
	v := &coverageView{Total: coverage.Total(table.Operations), Words: filter.Words, Reset: coveragePath, Measured: table.Figures != nil}
	p.Coverage = v
	tags := coverage.ByTag(table.Operations)
	if !slices.ContainsFunc(tags, func(t coverage.TagCount) bool { return t.Tag == filter.Tag }) {
		filter.Tag = ""
	}
	if !slices.Contains([]string{coverage.Family, coverage.Engine, coverage.None}, filter.By) {
		filter.By = ""
	}
	v.ByChoices = append(v.ByChoices, option{"", p.T("coverage.any"), filter.By == ""})
	for _, by := range []string{coverage.Family, coverage.Engine, coverage.None} {
		v.ByChoices = append(v.ByChoices, option{by, p.T("coverage.by." + by), filter.By == by})
	}
	v.TagChoices = append(v.TagChoices, option{"", p.T("coverage.any"), filter.Tag == ""})
	for _, t := range tags {
		v.TagChoices = append(v.TagChoices, option{t.Tag, t.Tag, filter.Tag == t.Tag})
		v.Tags = append(v.Tags, coverageTag{t, coveragePath + "?" + url.Values{"tag": {t.Tag}}.Encode(), table.Figures.Of(t.Tag)})
	}
	if filter != (coverage.Filter{}) {
		v.Tags = nil
		v.show(p, filter, filter.Apply(table.Operations), query.Get("page"))
	}
	if p.status == 0 {
		p.status = http.StatusOK
	}
	return l.render(c, p)
}

// show shows a page of what was found: the last one where there are not so many.
func (v *coverageView) show(p *page, filter coverage.Filter, found []coverage.Operation, number string) {
	v.Searched, v.Found = true, len(found)
	last := max((len(found)-1)/coveragePage, 0)
	page, err := strconv.Atoi(number)
	if page = min(page, last); err != nil || page < 0 {
		page = 0
	}
	from, to := page*coveragePage, min((page+1)*coveragePage, len(found))
	v.From, v.To = min(from+1, to), to
	for _, o := range found[from:to] {
		v.Operations = append(v.Operations, coverageLine{
			Operation: o, Answers: p.T("coverage.by." + o.By), Href: exploring(o.Tag) + "#/" + url.PathEscape(o.Tag) + "/" + o.ID,
		})
	}
	address := func(page int) string {
		q := url.Values{"page": {strconv.Itoa(page)}}
		for name, value := range map[string]string{"find": filter.Words, "tag": filter.Tag, "by": filter.By} {
			if value != "" {
				q.Set(name, value)
			}
		}
		return coveragePath + "?" + q.Encode()
	}
	if page > 0 {
		v.Earlier = address(page - 1)
	}
	if page < last {
		v.Later = address(page + 1)
	}
}
