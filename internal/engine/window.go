package engine

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/spec"
)

// The names under which operations take the size and place of a page, in the query
// or in the body, the usual one first.
var (
	sizeNames   = []string{"pageSize", "limit", "perPage", "maxResults", "count"}
	numberNames = []string{"pageNumber", "page"}
	afterNames  = []string{"after", "cursor", "pageToken", "nextPageToken", "nextPage"}
	beforeNames = []string{"before", "previousPage"}
	pagingNames = []string{"paging", "pagingSpec", "pagination"} // objects of the body that hold them
	sortNames   = []string{"sortBy", "sortOrder", "sort"}
)

// The limits of pages.
//
// Guess: the specification gives hardly any; what families answer is taken.
const (
	usualPageSize = 25
	maxPageSize   = 500
	maxPageNumber = 1 << 21 // keeps the product with the page size in an int32, as totals are
)

// window is where an operation takes the size and place of a page from.
type window struct {
	style                       string // as in the row
	size, number, after, before string // the names that it has; "" for none
	usual                       int    // the size unless another is asked for
	inBody                      bool   // they stand in the body
}

func newWindow(p *plan, params []spec.Parameter) window {
	w := window{style: p.row.Style, usual: usualPageSize}
	has := func(name string) bool {
		return slices.ContainsFunc(params, func(q spec.Parameter) bool { return q.In == "query" && q.Name == name })
	}
	first := func(has func(string) bool, names []string) string {
		if i := slices.IndexFunc(names, has); i >= 0 {
			return names[i]
		}
		return ""
	}
	fill := func(has func(string) bool) {
		w.size, w.number, w.after, w.before = first(has, sizeNames), first(has, numberNames), first(has, afterNames), first(has, beforeNames)
	}
	fill(has)
	if w.size == "" && w.number == "" && w.after == "" && p.request != nil && p.request.Type == "object" {
		body := p.request
		if name := first(body.Has, pagingNames); name != "" {
			body = body.Property(name)
		}
		fill(body.Has)
		w.inBody = w.size != "" || w.number != "" || w.after != ""
	}
	for _, q := range params {
		if n, err := strconv.Atoi(q.Default); err == nil && q.Name == w.size && n > 0 {
			w.usual = n
		}
	}
	return w
}

// takes tells whether a parameter is about the page or the order, and no filter.
func (w *window) takes(name string) bool {
	return slices.Contains(sortNames, name) || name == "fields" || name == "previousPage" ||
		(name != "" && slices.Contains([]string{w.size, w.number, w.after, w.before}, name))
}

// read finds the page that a call asks for. body is that of a search, else nil.
func (w *window) read(c *handlers.Call, body fields, a *ask) error {
	get := func(name string) string {
		if name == "" {
			return ""
		}
		if text := c.Input.Query.Get(name); text != "" {
			return text
		}
		for _, paging := range pagingNames {
			if inner, ok := body[paging].(fields); ok && inner[name] != nil {
				return textOf(inner[name])
			}
		}
		return textOf(body[name])
	}
	a.size, a.number = w.usual, 1
	if w.style == "all" && w.size == "" {
		a.size = everything
	}
	for _, n := range []struct {
		name   string
		most   int
		target *int
	}{{w.size, max(maxPageSize, w.usual), &a.size}, {w.number, maxPageNumber, &a.number}} {
		text := get(n.name)
		if text == "" {
			continue
		}
		number, err := strconv.Atoi(text)
		if err != nil || number < 1 {
			return w.refuse(n.name, text, "positive integers")
		}
		*n.target = min(number, n.most)
	}
	a.after, a.before = get(w.after), get(w.before)
	return nil
}

// badCursor refuses a cursor that none of the answers had.
func (w *window) badCursor(a *ask) error {
	if a.after != "" {
		return w.refuse(w.after, a.after, "the cursors of the answers")
	}
	return w.refuse(w.before, a.before, "the cursors of the answers")
}

func (w *window) refuse(name, value, allowed string) error {
	if !w.inBody {
		return apierr.InvalidQuery(name, value, allowed)
	}
	return apierr.Newf(http.StatusBadRequest, "bad.request", "The value of [%s] is not one of: %s.", name, allowed).OnField(name)
}
