package behaviour

import (
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/spec"
)

// listNames are the properties that hold the list of a listing, the likeliest
// first.
var listNames = []string{"entities", "results", "items", "conversations", "resources", "members", "values", "data", "rows", "documents", "events"}

// pagingNames are the properties that only listings have.
var pagingNames = []string{"pageSize", "pageNumber", "pageCount", "total", "nextUri", "nextPage", "cursor", "cursors", "previousPage", "nextCursor", "pageToken"}

// listIn finds the property that makes an answer a listing, "." where the answer
// is the list itself, "" where it is none.
func listIn(s *spec.Shape) string {
	if s == nil {
		return ""
	}
	if s.Type == "array" {
		return "."
	}
	if s.Type != "object" {
		return ""
	}
	var arrays []string
	for _, name := range s.PropertyNames() {
		if s.Property(name).Type == "array" {
			arrays = append(arrays, name)
		}
	}
	if slices.Contains(arrays, "entities") {
		return "entities"
	}
	if len(arrays) == 0 {
		return ""
	}
	if !slices.ContainsFunc(pagingNames, s.Has) && (len(arrays) > 1 || len(s.PropertyNames()) > 2 || s.Has("id")) {
		return ""
	}
	for _, name := range listNames {
		if slices.Contains(arrays, name) {
			return name
		}
	}
	return arrays[0]
}

// styleOf says how a listing is paged.
func styleOf(o *op) string {
	has := func(names ...string) bool {
		for _, p := range o.Parameters() {
			if p.In == "query" && slices.Contains(names, p.Name) {
				return true
			}
		}
		return o.body != nil && slices.ContainsFunc(names, o.body.Has)
	}
	switch {
	case o.list == "":
		return ""
	case has("pageNumber", "page"):
		return "pages"
	case has("after", "before", "cursor"):
		return "cursor"
	case has("pageToken", "nextPageToken", "nextPage"):
		return "token"
	default:
		return "all"
	}
}

// element is the shape of what a listing lists.
func (o *op) element() *spec.Shape {
	if o.list == "" {
		return nil
	}
	list := o.answer
	if o.list != "." {
		list = o.answer.Property(o.list)
	}
	return list.Items()
}

// base finds the collection whose items an operation at another path lists,
// changes or searches.
func (d *deriver) base(o *op) string {
	element := o.element()
	for path, near := o.parent, true; path != ""; path, near = path[:strings.LastIndexByte(path, '/')], false {
		if d.items[Anonymous(path)] {
			break // what is listed below an item is not what the item is one of
		}
		if !d.collection(path) {
			continue
		}
		entity := d.entity(path)
		switch {
		case element == nil, entity == nil:
			if near {
				return path
			}
		case alike(element, entity), near && overlap(element, entity) >= likeness:
			return path
		}
	}
	if element == nil || element.Name == "" {
		return ""
	}
	best, shared := "", 1
	for _, candidate := range d.named[element.Name] {
		named, ok := rename(candidate, o)
		if !ok {
			continue
		}
		if n := sharedSegments(candidate, Anonymous(o.path)); n > shared || (best == "" && n == shared) {
			best, shared = named, n
		}
	}
	return best
}

// likeness is how much of what is listed an item must have, too, for the one to be
// a form of the other.
const likeness = 0.6

// forms are the words that names of schemas end with which show the same thing
// for another purpose.
var forms = []string{"Response", "Listing", "Entity", "Summary", "DivisionView", "View", "Details", "Detail", "Metadata", "Item", "Info", "Expandable"}

// alike tells whether two schemas are forms of the same thing by their names.
func alike(a, b *spec.Shape) bool {
	return a.Name != "" && b.Name != "" && (a.Name == b.Name || stem(a.Name) == stem(b.Name))
}

func stem(name string) string {
	for _, form := range forms {
		if short, ok := strings.CutSuffix(name, form); ok && short != "" {
			name = short
		}
	}
	return strings.TrimSuffix(name, "Domain")
}

// rename gives the parameters of an anonymous template the names that they have in
// the operation's path, where that leads through the same segments.
func rename(anonymous string, o *op) (string, bool) {
	if !strings.Contains(anonymous, "{}") {
		return anonymous, true
	}
	last := strings.LastIndex(anonymous, "{}") + 2
	segments := strings.Count(anonymous[:last], "/")
	own := strings.SplitAfterN(o.path, "/", segments+2)
	if len(own) < segments+1 {
		return "", false
	}
	prefix := strings.TrimSuffix(strings.Join(own[:segments+1], ""), "/")
	if Anonymous(prefix) != anonymous[:last] {
		return "", false
	}
	return prefix + anonymous[last:], true
}

func sharedSegments(a, b string) int {
	as, bs := strings.Split(a, "/"), strings.Split(b, "/")
	n := 0
	for n < len(as) && n < len(bs) && as[n] == bs[n] {
		n++
	}
	return n - 1
}

// common are the properties that nearly everything has, so that they say nothing
// of what it is.
var common = []string{
	"id", "name", "selfUri", "description", "division", "version", "state", "dateCreated", "dateModified", "createdBy", "modifiedBy",
	"createdByApp", "modifiedByApp",
}

// overlap is the share of the first shape's properties that the second has, too:
// of the telling ones, where it has any.
func overlap(a, b *spec.Shape) float64 {
	names := slices.DeleteFunc(a.PropertyNames(), func(name string) bool { return slices.Contains(common, name) })
	return share(names, b)
}

func share(names []string, b *spec.Shape) float64 {
	n, all := 0, len(names)
	for _, name := range names {
		if b.Has(name) {
			n++
		}
	}
	if all == 0 {
		return 0
	}
	return float64(n) / float64(all)
}
