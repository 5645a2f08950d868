package engine

import (
	"maps"
	"net/url"
	"strconv"

	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/spec"
)

// wrapped are the properties of wrappers that wrap sets itself where they are due.
var wrapped = map[string]bool{
	"pageSize": true, "pageNumber": true, "pageCount": true, "total": true, "totalCount": true,
	"selfUri": true, "firstUri": true, "lastUri": true, "nextUri": true, "previousUri": true,
}

// answerPage wraps a page as the operation's answer does.
func (p *plan) answerPage(c *handlers.Call, pg *page) (any, error) {
	entities, err := p.presentAll(c, pg.docs)
	if err != nil {
		return nil, err
	}
	return p.wrap(c, pg, entities), nil
}

// presentAll are items in the shape of the listing's elements.
func (p *plan) presentAll(c *handlers.Call, docs []*document) ([]any, error) {
	entities := make([]any, len(docs))
	for i, d := range docs {
		var err error
		if entities[i], err = p.present(c, d, p.element, p.elements && !across(p.row.Collection)); err != nil {
			return nil, err
		}
	}
	p.expandAll(c, entities)
	return entities, nil
}

// wrap puts the entities of a page into the operation's wrapper.
func (p *plan) wrap(c *handlers.Call, pg *page, entities []any) any {
	if p.listing.bare {
		return entities
	}
	out := fields{p.row.Items: entities}
	set := func(name string, value any) {
		if p.listing.holds(name, value) {
			out[name] = value
		}
	}
	if pg.size == everything {
		pg.size = max(len(entities), 1)
		pg.total = max(pg.total, len(entities))
	}
	pages := (pg.total + pg.size - 1) / pg.size
	number := max(pg.number, 1)
	set("pageSize", pg.size)
	set("pageNumber", number)
	set("pageCount", pages)
	set("total", pg.total)
	set("totalCount", pg.total)
	link := func(change func(url.Values)) string {
		q := make(url.Values, len(c.Input.Query)+2)
		maps.Copy(q, c.Input.Query)
		change(q)
		if len(q) == 0 {
			return c.Path
		}
		return c.Path + "?" + q.Encode()
	}
	w := &p.listing.window
	numbered := func(n int) string {
		return link(func(q url.Values) {
			if w.inBody {
				return
			}
			q.Set(w.size, strconv.Itoa(pg.size))
			q.Set(w.number, strconv.Itoa(n))
			q.Del("")
		})
	}
	switch {
	case w.style == "pages" && c.Input.Query.Get(w.after) == "" && c.Input.Query.Get(w.before) == "":
		set("selfUri", numbered(number))
		set("firstUri", numbered(1))
		set("lastUri", numbered(max(pages, 1)))
		if number < pages && !w.inBody {
			set("nextUri", numbered(number+1))
		}
		if number > 1 && pages > 0 && !w.inBody {
			set("previousUri", numbered(min(number-1, pages)))
		}
		if w.after != "" {
			p.cursors(pg, set, nil)
		}
	case w.style == "all":
		for _, name := range []string{"selfUri", "firstUri", "lastUri"} {
			set(name, link(func(url.Values) {}))
		}
	default:
		set("selfUri", link(func(url.Values) {}))
		p.cursors(pg, set, link)
	}
	if p.listing.made {
		fitted, _ := p.answer.Fit(fields{}, spec.Filler{Now: c.Now()})
		made, _ := fitted.(fields)
		for name, value := range made {
			if _, there := out[name]; !there {
				out[name] = value
			}
		}
	}
	return out
}

// cursors sets what leads to the pages around one without a number. Without
// link there are no addresses.
func (p *plan) cursors(pg *page, set func(string, any), link func(func(url.Values)) string) {
	w := &p.listing.window
	if w.inBody {
		link = nil
	}
	between := fields{}
	if pg.after != "" && w.after != "" {
		if link != nil {
			set("nextUri", link(func(q url.Values) { q.Set(w.after, pg.after); q.Del(w.before); q.Del(w.number) }))
		}
		for _, name := range []string{"cursor", "nextCursor", "after", "nextPage", "nextPageToken", "pageToken"} {
			set(name, pg.after)
		}
		between["after"] = pg.after
	}
	if pg.before != "" && w.before != "" {
		if link != nil {
			set("previousUri", link(func(q url.Values) { q.Set(w.before, pg.before); q.Del(w.after); q.Del(w.number) }))
		}
		set("before", pg.before)
		set("previousPage", pg.before)
		between["before"] = pg.before
	}
	set("cursors", between)
}
