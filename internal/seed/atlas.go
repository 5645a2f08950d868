package seed

import (
	"strings"

	"github.com/mockcloud/mockcloud/internal/behaviour"
	"github.com/mockcloud/mockcloud/internal/spec"
)

// atlas finds the collections and singletons of the catalogue by their paths.
type atlas struct {
	catalogue *spec.Catalogue
	table     *behaviour.Table
	bySize    map[int][]*location       // by the number of segments
	rows      map[string]*behaviour.Row // of an operation that works on a collection, or below it, by its template
}

// location is a collection or a singleton.
type location struct {
	*behaviour.Collection
	segments []string // of its template; "{}" for a parameter
	// parents has, for each segment that is a parameter, its name and the collection
	// that it names an item of, "" where that is not known.
	parents []behaviour.Parent
}

func newAtlas(c *spec.Catalogue, t *behaviour.Table) (*atlas, error) {
	collections, err := t.Collections()
	if err != nil {
		return nil, err
	}
	a := &atlas{catalogue: c, table: t, bySize: make(map[int][]*location)}
	rows, err := t.Rows()
	if err != nil {
		return nil, err
	}
	a.rows = make(map[string]*behaviour.Row, len(collections))
	for _, r := range rows {
		if strings.Contains(r.Collection, "{}") {
			continue // it works on all such collections
		}
		if template := behaviour.Anonymous(r.Collection); a.rows[template] == nil {
			a.rows[template] = r
		}
	}
	for _, r := range rows { // what is only ever a parent
		for _, p := range r.Parents {
			if template := behaviour.Anonymous(p.Collection); p.Collection != "" && a.rows[template] == nil && !strings.Contains(p.Collection, "{}") {
				a.rows[template] = &behaviour.Row{ID: r.ID, Collection: p.Collection, Parents: r.Parents}
			}
		}
	}
	for _, of := range collections {
		l := &location{Collection: of, segments: strings.Split(of.Path[1:], "/")}
		a.bySize[len(l.segments)] = append(a.bySize[len(l.segments)], l)
	}
	return a, nil
}

// find finds the collection of a concrete path. Where several templates fit, that
// one counts which agrees with more of the path, from left to right.
func (a *atlas) find(segments []string) *location {
	var best *location
	for _, l := range a.bySize[len(segments)] {
		if l.fits(segments) && (best == nil || l.plainer(best)) {
			best = l
		}
	}
	if best != nil && best.parents == nil {
		a.lineage(best)
	}
	return best
}

func (l *location) fits(segments []string) bool {
	for i, s := range segments {
		if s == "" || (l.segments[i] != "{}" && l.segments[i] != s) {
			return false
		}
	}
	return true
}

func (l *location) plainer(than *location) bool {
	for i, s := range l.segments {
		if one, other := s == "{}", than.segments[i] == "{}"; one != other {
			return other
		}
	}
	return false
}

// lineage finds out what the parameters of a location mean.
func (a *atlas) lineage(l *location) {
	l.parents = make([]behaviour.Parent, len(l.segments))
	row := a.rows[l.Path]
	if row == nil {
		return
	}
	for i, s := range strings.Split(row.Collection[1:], "/") {
		if !strings.HasPrefix(s, "{") {
			continue
		}
		l.parents[i].Param = strings.Trim(s, "{}")
		for _, p := range row.Parents {
			if p.Param == l.parents[i].Param {
				l.parents[i].Collection = p.Collection
			}
		}
	}
}

func (l *location) singleton() bool { return l.Made == "singleton" }

// key is the property that holds an item's key, as a fixture gives it.
func (l *location) key() string {
	if l.Key == "" {
		return "id"
	}
	return l.Key
}

// elsewhere is the collection whose items an operation at that path lists or
// names; "" for none.
func (a *atlas) elsewhere(segments []string) string {
	path := apiPrefix + strings.Join(segments, "/")
	for _, op := range a.catalogue.Operations() {
		if !matches(op.Path, path) {
			continue
		}
		row, err := a.table.Row(op.ID)
		if err == nil && row != nil && row.Collection != "" && row.Kind != behaviour.Compute {
			return apiPrefix + row.Collection[1:]
		}
	}
	return ""
}

// matches tells whether a path is one of a template with parameters.
func matches(template, path string) bool {
	for {
		before, rest, found := strings.Cut(template, "{")
		after, ok := strings.CutPrefix(path, before)
		if !found || !ok {
			return ok && after == ""
		}
		_, template, _ = strings.Cut(rest, "}")
		i := strings.IndexByte(after, '/')
		if i < 0 {
			i = len(after)
		}
		if i == 0 {
			return false
		}
		path = after[i:]
	}
}
