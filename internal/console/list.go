package console

import (
	"net/url"
	"strconv"
)

// listing is a page of entities, as the API answers them.
type listing[T any] struct {
	Entities   []T `json:"entities"`
	PageNumber int `json:"pageNumber"`
	PageSize   int `json:"pageSize"`
	PageCount  int `json:"pageCount"`
	Total      int `json:"total"`
}

// pageSize is how many entities a page of a list shows.
const pageSize = 50

// pageNumber is that of the visited page.
func (v *visit) pageNumber() int {
	n, err := strconv.Atoi(v.query("page"))
	if err != nil || n < 1 {
		return 1
	}
	return min(n, 100_000)
}

// pageQuery is what asks the API for the visited page of a list.
func (v *visit) pageQuery() url.Values {
	return url.Values{"pageSize": {strconv.Itoa(pageSize)}, "pageNumber": {strconv.Itoa(v.pageNumber())}}
}

// cutPage is a page of a list that was read whole, or the last one where there are not
// so many.
func cutPage[T any](whole []T, number, size int) *listing[T] {
	pages := (len(whole) + size - 1) / size
	from := (min(number, max(pages, 1)) - 1) * size
	return &listing[T]{Entities: whole[from:min(from+size, len(whole))], Total: len(whole), PageCount: pages}
}

// paging are the links to the pages beside this one; the template "pages" shows it.
type paging struct {
	Number, Count, Total int
	Previous, Next       string // "" where there is none
}

// pagingOf makes the links of a listing, which keep the query of the page.
func pagingOf[T any](v *visit, l *listing[T]) paging {
	p := paging{Count: max(l.PageCount, 1), Total: l.Total}
	p.Number = min(v.pageNumber(), p.Count)
	to := func(n int) string {
		query := url.Values{}
		for name, values := range v.QueryParams() {
			if name != "done" && name != "ui_locales" {
				query[name] = values
			}
		}
		query.Set("page", strconv.Itoa(n))
		return v.Request().URL.Path + "?" + query.Encode()
	}
	if p.Number > 1 {
		p.Previous = to(p.Number - 1)
	}
	if p.Number < p.Count {
		p.Next = to(p.Number + 1)
	}
	return p
}

// mostListed is how many entities all reads at most: as many as a select can offer.
const mostListed = 1000

// all walks a listing of the API page by page, up to mostListed entities. base is the
// path with whatever query it has.
func all[T any](v *visit, base string) ([]T, error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	query := u.Query()
	query.Set("pageSize", "100")
	var found []T
	for n := 1; n <= mostListed/100; n++ {
		query.Set("pageNumber", strconv.Itoa(n))
		var l listing[T]
		if err := v.api.get(u.Path+"?"+query.Encode(), &l); err != nil {
			return nil, err
		}
		found = append(found, l.Entities...)
		if n >= l.PageCount || len(l.Entities) == 0 {
			break
		}
	}
	return found, nil
}

// named is an entity of which only the name matters.
type named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}
