package engine

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/mockcloud/mockcloud/internal/behaviour"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/spec"
)

// searches are those that find things of several kinds, or answer what they find in
// a form of their own.
func searches() subject {
	return subject{answers: map[string]answer{
		"getSearch":         searchKinds,
		"postSearch":        searchKinds,
		"getSearchSuggest":  searchKinds,
		"postSearchSuggest": searchKinds,

		"postResponsemanagementResponsesQuery":              queryInside("results"),
		"postResponsemanagementResponsesDivisionviewsQuery": queryInside("results"),

		"postKnowledgeKnowledgebaseDocumentsSearch": searchDocuments,
	}}
}

// searchKinds is the search for things of the kinds that the request names: users
// and groups, and what the engine keeps in a collection of that name. Suggestions
// are what begins with a text.
func searchKinds(p *plan, c *handlers.Call) (any, error) {
	body, _ := c.Input.Body.(fields)
	if q64 := c.Input.Query.Get("q64"); q64 != "" {
		post := "post" + strings.TrimPrefix(p.op.ID, "get")
		var err error
		if body, err = p.searchAgain(c, post, q64); err != nil {
			return nil, err
		}
		if p, err = p.engine.planOf(post); err != nil {
			return nil, err
		}
	}
	if strings.HasSuffix(p.op.ID, "Suggest") {
		list, _ := body["query"].([]any)
		for _, one := range list {
			if criterion, ok := one.(fields); ok && criterion["type"] == nil {
				criterion["type"] = "STARTS_WITH"
			}
		}
	}
	a := new(ask)
	if err := p.queried(c, body, a); err != nil {
		return nil, err
	}
	kinds := texts(nil, body["types"], nil)
	var found []*document
	for _, kind := range kinds {
		docs, err := p.ofKind(c, kind)
		if err != nil {
			return nil, err
		}
		found = append(found, docs...)
	}
	for i, d := range found { // in the order of the kinds
		numbered := *d
		numbered.Order = uint64(i + 1)
		found[i] = &numbered
	}
	s := &scan{plan: p, tx: c.Tx, ask: a, page: &page{size: a.size, number: a.number}}
	if err := s.arrange(s.kept(found)); err != nil {
		return nil, err
	}
	entities := make([]any, len(s.page.docs))
	for i, d := range s.page.docs {
		entities[i] = d.Body
	}
	out, _ := p.wrap(c, s.page, entities).(fields)
	if out != nil {
		p.link(out, body, s.page)
		out["types"] = append([]string{}, kinds...)
	}
	return out, nil
}

// ofKind are all things of a kind that the caller may see, as documents.
func (p *plan) ofKind(c *handlers.Call, kind string) ([]*document, error) {
	switch kind = strings.ToLower(kind); kind {
	case "users", "groups":
		return persons(c, kind)
	}
	collection := "/" + plural(singular(kind))
	held, err := p.engine.Table.Collection(collection)
	if err != nil || held == nil || held.Entity == "" {
		return nil, err
	}
	q, err := p.engine.planOf(held.Entity)
	if err != nil {
		return nil, err
	}
	if c.Caller != nil {
		if _, refusal := c.Caller.Authorize(c.Tx, q.op); refusal != nil {
			return nil, nil
		}
	}
	seen, err := q.visible(c)
	if err != nil {
		return nil, err
	}
	return gather(c.Tx, collection, seen)
}

// persons are the users or groups that are not deleted, by name.
func persons(c *handlers.Call, kind string) ([]*document, error) {
	var found []*document
	add := func(id, name, division string, view any) error {
		text, err := encode(view)
		if err == nil {
			found = append(found, &document{Path: "/" + kind + "/" + id, Name: name, Division: division, Body: text})
		}
		return err
	}
	if kind == "groups" {
		for g, err := range identity.Groups.Ordered(c.Tx, "name", false) {
			if err != nil {
				return nil, err
			}
			view, err := g.View(c.Tx)
			if err != nil {
				return nil, err
			}
			if err := add(g.ID, g.Name, "", view); err != nil {
				return nil, err
			}
		}
		return found, nil
	}
	for u, err := range identity.Users.Ordered(c.Tx, "name", false) {
		if err != nil {
			return nil, err
		}
		if u.State != identity.UserActive {
			continue
		}
		view := fields{
			"id": u.ID, "name": u.Name, "email": u.Email, "state": u.State, "version": u.Version, "department": u.Department, "title": u.Title,
			"division": fields{"id": u.DivisionID, "name": identity.DivisionName(c.Tx, u.DivisionID)}, "selfUri": apiPrefix + "/users/" + u.ID,
		}
		for _, name := range []string{"department", "title"} {
			if view[name] == "" {
				delete(view, name)
			}
		}
		if err := add(u.ID, u.Name, u.DivisionID, view); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// queryInside is for queries whose answer has the usual wrapper inside a property.
func queryInside(property string) answer {
	return func(p *plan, c *handlers.Call) (any, error) {
		inner := p.answer.Property(property)
		if inner == nil || inner.Property("entities") == nil {
			return p.compute(c)
		}
		row := *p.row
		row.Kind, row.Items, row.Style = behaviour.Search, "entities", "pages"
		q := *p
		q.row, q.answer, q.element = &row, inner, inner.Property("entities").Items()
		q.elements = same(q.element, q.entity)
		q.listing = newListing(&q)
		found, err := q.search(c)
		if err != nil {
			return nil, err
		}
		return fields{property: found}, nil
	}
}

// searchDocuments finds the documents of a knowledge base that hold words of the
// query; the share of the words that a document holds is the confidence in it.
//
// Guess: drafts are found where the request asks for them, everything else as far
// as it has not been archived.
func searchDocuments(p *plan, c *handlers.Call) (any, error) {
	body := p.sent(c)
	words := identity.Words(identity.Fold(textOf(body["query"])))
	threshold := textOf(body["confidenceThreshold"])
	results := p.answer.Property("results")
	if results == nil || results.Items() == nil {
		return p.compute(c)
	}
	q, err := p.engine.planOf("getKnowledgeKnowledgebaseDocument")
	if err != nil {
		return nil, err
	}
	var conditions []condition
	if filter, ok := body["filter"].(fields); ok {
		found, err := q.tree(filter)
		if err != nil {
			return nil, err
		}
		conditions = append(conditions, found)
	}
	drafts, _ := body["includeDraftDocuments"].(bool)
	type hit struct {
		doc   *document
		score float64
	}
	var hits []hit
	places := q.textual()
	keep := all(slices.DeleteFunc(conditions, func(c condition) bool { return c == nil }))
	_, err = gather(c.Tx, p.at(c), func(r *record) bool {
		if state := textOf(r.property("state")); state == "Archived" || (state == "Draft" && !drafts) {
			return false
		}
		if keep != nil && !keep(r) {
			return false
		}
		if score := share(words, r, places); score > 0 && (threshold == "" || handlers.Compare(strconv.FormatFloat(score, 'f', -1, 64), threshold) >= 0) {
			hits = append(hits, hit{r.document, score})
		}
		return false
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(b.score, a.score) })
	a := new(ask)
	w := window{style: "pages", size: "pageSize", number: "pageNumber", usual: usualPageSize, inBody: true}
	if err := w.read(c, body, a); err != nil {
		return nil, err
	}
	page := handlers.Cut(hits, handlers.Paging{Size: a.size, Number: a.number})
	found := make([]any, len(page))
	for i, h := range page {
		found[i] = fields{"confidence": h.score, "document": h.doc.all()}
	}
	body["results"], body["total"], body["pageCount"] = found, number(len(hits)), number((len(hits)+a.size-1)/a.size)
	body["pageSize"], body["pageNumber"], body["searchId"] = number(a.size), number(a.number), c.NewID()
	fitted, _ := p.answer.Fit(body, spec.Filler{Now: c.Now()})
	return fitted, nil
}

// share is the part of the words that the texts of an item hold.
func share(words []string, r *record, places []field) float64 {
	var text strings.Builder
	for _, f := range places {
		for _, v := range r.values(f.path) {
			text.WriteString(identity.Fold(v))
			text.WriteByte(' ')
		}
	}
	held := identity.Words(text.String())
	n := 0
	for _, w := range words {
		if slices.Contains(held, w) {
			n++
		}
	}
	return float64(n) / float64(max(len(words), 1))
}
