package engine

import (
	"errors"
	"math"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/internal/store"
)

// listing is how an operation lists, found out once.
type listing struct {
	filters []filter
	expands []expansion
	bare    bool              // the answer is the list itself
	types   map[string]string // of the wrapper's properties
	made    bool              // the wrapper demands properties beyond the usual ones
	window  window
	nameBy  string // how the name filter compares unless the query says so
	sorted  bool   // by name unless the query says otherwise
	order   string // in which direction
}

func newListing(p *plan) *listing {
	l := &listing{bare: p.row.Items == "."}
	if !l.bare {
		l.types = make(map[string]string)
		for _, name := range p.answer.PropertyNames() {
			l.types[name] = p.answer.Property(name).Type
		}
		if fitted, _ := p.answer.Fit(fields{}, spec.Filler{}); fitted != nil {
			made, _ := fitted.(fields)
			for name := range made {
				l.made = l.made || (name != p.row.Items && !wrapped[name])
			}
		}
	}
	params := p.op.Parameters()
	l.window = newWindow(p, params)
	if p.element == nil {
		return l
	}
	for _, param := range params {
		switch {
		case param.In != "query":
		case param.Name == "sortBy":
			// Other orders than that of the index of names would read everything for
			// each page.
			l.sorted = strings.EqualFold(param.Default, "name") && l.window.after == ""
		case param.Name == "sortOrder":
			l.order = param.Default
		case l.window.takes(param.Name):
		case param.Name == "filterType":
			l.nameBy = param.Default
		case param.Name == "expand" || param.Name == "expands":
			l.expands = expansions(p)
		default:
			if f, ok := filterFor(p, param); ok {
				l.filters = append(l.filters, f)
			}
		}
	}
	return l
}

// holds tells whether the wrapper has a property for a number, a text or an object.
func (l *listing) holds(name string, value any) bool {
	switch value.(type) {
	case int:
		return l.types[name] == "integer" || l.types[name] == "number"
	case string:
		return l.types[name] == "string"
	default:
		return l.types[name] == "object"
	}
}

// counts tells whether the answer says how many items there are.
func (l *listing) counts() bool {
	return l.types["total"] != "" || l.types["pageCount"] != "" || l.types["totalCount"] != "" || l.types["count"] != ""
}

// hidden says what a listing does about items that are deleted and can be restored.
type hidden int

const (
	withoutHidden hidden = iota
	withHidden
	onlyHidden
)

// ask is what a call wants listed.
type ask struct {
	size, number  int
	after, before string // cursors; "" for none

	picked bool     // only items with these ids
	ids    []string //
	names  []named
	nameBy string   // how names are compared; "" as the API does by itself
	textIn []string // where a text is looked for; nil for everywhere
	keep   []condition
	hidden hidden
	order  []sorting // nil for the order in which the items were made
	last   bool      // the newest first
	none   bool      // only the number of items is asked for
}

// page is one page of documents.
type page struct {
	docs   []*document
	total  int
	size   int
	number int    // from 1
	after  string // cursor of what follows; "" at the end
	before string // cursor of what comes before; "" at the beginning
}

// list is GET on a collection.
func (p *plan) list(c *handlers.Call) (any, error) {
	pg, err := p.page(c, p.at(c))
	if err != nil {
		return nil, err
	}
	if p.row.Key != "" && pg.total == 0 {
		return nil, p.notFound(c, p.row.Key, p.keyOf(c))
	}
	return p.answerPage(c, pg)
}

// page reads the page that the query asks for.
func (p *plan) page(c *handlers.Call, collection string) (*page, error) {
	a, err := p.question(c)
	if err != nil {
		return nil, err
	}
	return p.find(c, collection, a)
}

// question is what the query asks for.
func (p *plan) question(c *handlers.Call) (*ask, error) {
	a := new(ask)
	if err := p.listing.window.read(c, nil, a); err != nil {
		return nil, err
	}
	if p.row.Key != "" { // the path lists the items
		a.picked, a.ids = true, strings.Split(p.keyOf(c), ",")
	}
	q := c.Input.Query
	if a.nameBy = p.listing.nameBy; q.Get("filterType") != "" {
		a.nameBy = q.Get("filterType")
	}
	for _, name := range fieldParams {
		a.textIn = append(a.textIn, q[name]...)
	}
	for i := range p.listing.filters {
		f := &p.listing.filters[i]
		if err := f.apply(p, a, q[f.param]); err != nil {
			return nil, err
		}
	}
	p.onlyOwned(c, a)
	by, order := q.Get("sortBy"), q.Get("sortOrder")
	if by == "" && p.listing.sorted {
		by = "name"
	}
	if order == "" && p.listing.sorted {
		order = p.listing.order
	}
	p.sort(a, by, order)
	return a, nil
}

// find reads the page that is asked for, of what the caller may see.
func (p *plan) find(c *handlers.Call, collection string, a *ask) (*page, error) {
	seen, err := p.visible(c)
	if err != nil {
		return nil, err
	}
	if seen != nil {
		a.keep = append(a.keep, seen)
	}
	s := &scan{plan: p, tx: c.Tx, collection: collection, ask: a, page: &page{size: a.size, number: a.number}}
	if a.after != "" || a.before != "" {
		s.ask.number, s.page.number = 1, 1
	}
	switch {
	case across(collection):
		err = s.across()
	case a.picked:
		err = s.pick()
	case a.hidden != withoutHidden:
		err = s.all()
	case len(a.names) > 0:
		err = s.byName()
	case a.order == nil:
		err = s.walk()
	case a.order[0].byName() && len(a.order) == 1 && len(a.keep) == 0 && p.listing.window.after == "":
		err = s.walkNames(a.order[0].descending)
	default:
		err = s.sorted()
	}
	if errors.Is(err, errBadCursor) {
		return nil, p.listing.window.badCursor(a)
	}
	return s.page, err
}

// scan reads one page.
type scan struct {
	plan       *plan
	tx         *store.Tx
	collection string
	ask        *ask
	page       *page
}

// gather reads the items of a collection that are to be kept, in the order in which
// they were made.
func gather(tx *store.Tx, collection string, keep func(*record) bool) ([]*document, error) {
	var found []*document
	for _, key := range items.Scan(tx, store.Range{Index: "order", Prefix: collection + separator}) {
		d, err := items.Peek(tx, key)
		if err != nil {
			return nil, err
		}
		if keep == nil || keep(&record{document: d}) {
			found = append(found, d)
		}
	}
	return found, nil
}

// walk reads a page in the order in which the items were made. Without a condition
// it looks at the page's items alone.
func (s *scan) walk() error {
	keep := all(s.ask.keep)
	r := store.Range{Index: "order", Prefix: s.collection + separator, Reverse: s.ask.last}
	cursor, back := s.ask.after, false
	if cursor == "" && s.ask.before != "" {
		cursor, back = s.ask.before, true
		r.Reverse = !r.Reverse
	}
	if cursor != "" {
		at, err := s.place(cursor)
		if err != nil {
			return err
		}
		r.After = orderKey(s.collection, at.order)
	}
	counting := keep != nil && s.plan.listing.counts()
	if keep == nil || (cursor != "" && counting) {
		if err := s.count(keep); err != nil {
			return err
		}
		counting = false
	}
	skip, kept, more := 0, 0, false
	if cursor == "" {
		skip = (s.ask.number - 1) * s.ask.size
	}
	if keep == nil && skip > 0 && skip >= s.page.total {
		return nil
	}
	for _, key := range items.Scan(s.tx, r) {
		if keep == nil && skip > 0 {
			skip--
			continue
		}
		full := len(s.page.docs) == s.ask.size
		if full && keep == nil {
			more = true
			break
		}
		d, err := items.Peek(s.tx, key)
		if err != nil {
			return err
		}
		if keep != nil && !keep(&record{document: d}) {
			continue
		}
		switch kept++; {
		case kept <= skip:
		case !full:
			s.page.docs = append(s.page.docs, d)
		default:
			more = true
		}
		if more && !counting {
			break
		}
	}
	if counting {
		s.page.total = kept
	}
	s.ends(back, cursor != "" || s.ask.number > 1, more, func(d *document) string { return cursorOf(d, nil) })
	return nil
}

// count finds out how many items there are to list in all.
func (s *scan) count(keep condition) error {
	if keep == nil {
		var err error
		s.page.total, err = total(s.tx, s.collection)
		return err
	}
	docs, err := gather(s.tx, s.collection, keep)
	s.page.total = len(docs)
	return err
}

// ends sets the cursors to what lies around the page. A page that was read
// backwards is turned round.
func (s *scan) ends(back, before, after bool, cursor func(*document) string) {
	if back {
		slices.Reverse(s.page.docs)
		before, after = after, true
	}
	if n := len(s.page.docs); n > 0 {
		if after {
			s.page.after = cursor(s.page.docs[n-1])
		}
		if before {
			s.page.before = cursor(s.page.docs[0])
		}
	}
}

// walkNames reads a page in the order of the names, without a look at other items
// unless it reaches those without a name, which come last.
func (s *scan) walkNames(descending bool) error {
	if err := s.count(nil); err != nil {
		return err
	}
	skip := (s.ask.number - 1) * s.ask.size
	if skip >= s.page.total {
		return nil
	}
	taken := func(key string) (bool, error) {
		if skip > 0 {
			skip--
			return false, nil
		}
		d, err := items.Peek(s.tx, key)
		if err == nil {
			s.page.docs = append(s.page.docs, d)
		}
		return len(s.page.docs) == s.ask.size, err
	}
	names := 0
	for _, key := range items.Scan(s.tx, store.Range{Index: "name", Prefix: s.collection + separator, Reverse: descending}) {
		names++
		if full, err := taken(key); full || err != nil {
			return err
		}
	}
	if names == s.page.total {
		return nil
	}
	for _, key := range items.Scan(s.tx, store.Range{Index: "order", Prefix: s.collection + separator}) {
		d, err := items.Peek(s.tx, key)
		if err != nil {
			return err
		}
		if d.Name != "" {
			continue
		}
		if full, err := taken(key); full || err != nil {
			return err
		}
	}
	return nil
}

// everything is the size of a page that has no limit.
const everything = math.MaxInt32

// asked is the size and number of the page.
func (p *plan) asked(c *handlers.Call) (size, number int, err error) {
	a := new(ask)
	if err := p.listing.window.read(c, nil, a); err != nil {
		return 0, 0, err
	}
	return a.size, a.number, nil
}
