package behaviour

import (
	"maps"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/spec"
)

// apiPrefix is what all paths begin with; templates of collections leave it out.
const apiPrefix = "/api/v2"

// Derive derives the table from the shapes of the catalogue, and corrects it by
// the overlay, a JSON text.
func Derive(c *spec.Catalogue, overlay string) (*Table, error) { return derive(c, overlay, false) }

// Generate derives the table of the catalogue for which the overlay was written,
// and refuses corrections that change nothing there.
func Generate(c *spec.Catalogue, overlay string) (*Table, error) { return derive(c, overlay, true) }

func derive(c *spec.Catalogue, overlay string, strict bool) (*Table, error) {
	fixes, err := parseOverlay(overlay)
	if err != nil {
		return nil, err
	}
	d := newDeriver(c, fixes)
	d.findItems()
	d.findEntities()
	d.findNames()
	rows := make([]*Row, 0, len(d.ops))
	for _, op := range d.ops {
		r := d.row(op)
		d.correctKind(op, r)
		d.place(op, r)
		d.correctParents(op, r)
		rows = append(rows, r)
	}
	collections := d.describe(rows)
	if err := fixes.idle(); err != nil && strict {
		return nil, err
	}
	return write(rows, collections), nil
}

// op is an operation with what deriving needs to know of it.
type op struct {
	*spec.Operation
	// path is the operation's, below /api/v2; for a view of something for callers
	// of some divisions, it is that of what it is a view of.
	path   string
	aside  bool   // it is such a view
	parent string // the path without its last segment
	last   string // the last segment
	answer *spec.Shape
	body   *spec.Shape
	list   string // the property with the list, see Row.Items; "" where the answer is no listing
}

func (o *op) param() bool { return strings.HasPrefix(o.last, "{") }

// key is the last segment's parameter.
func (o *op) key() string { return strings.Trim(o.last, "{}") }

func (o *op) setPath(path string) {
	slash := strings.LastIndexByte(path, '/')
	o.path, o.parent, o.last = path, path[:slash], path[slash+1:]
}

// deriver holds the index of the catalogue.
type deriver struct {
	fixes  *overlay
	ops    []*op
	byPath map[string]map[string]*op // anonymous path → method → operation

	items    map[string]bool        // anonymous paths of items, such as /routing/queues/{}
	entities map[string]*spec.Shape // anonymous path of a collection → shape of its items
	entityOf map[string]*op         // the operation which has that shape
	named    map[string][]string    // name of a schema → collections of such items
	params   map[string]string      // name of a path parameter → the collection that it means wherever it stands, or "#part"
}

func newDeriver(c *spec.Catalogue, fixes *overlay) *deriver {
	d := &deriver{
		fixes: fixes, byPath: make(map[string]map[string]*op),
		items: make(map[string]bool), entities: make(map[string]*spec.Shape), entityOf: make(map[string]*op),
		named: make(map[string][]string), params: make(map[string]string),
	}
	var views []*op
	for _, operation := range c.Operations() {
		o := &op{Operation: operation, answer: operation.AnswerShape(), body: operation.RequestShape()}
		o.setPath("/" + strings.TrimLeft(strings.TrimPrefix(operation.Path, apiPrefix), "/"))
		if list := listIn(o.answer); list != "" && !looksWhole(o.answer) {
			o.list = list
		}
		d.ops = append(d.ops, o)
		if straight(o.path) != o.path {
			views = append(views, o)
			continue
		}
		d.index(o)
	}
	for _, o := range views {
		path := straight(o.path)
		if d.at(path, o.Method) == nil {
			d.index(o)
			continue
		}
		o.setPath(path)
		o.aside = true
	}
	return d
}

func (d *deriver) index(o *op) {
	anonymous := Anonymous(o.path)
	if d.byPath[anonymous] == nil {
		d.byPath[anonymous] = make(map[string]*op)
	}
	d.byPath[anonymous][o.Method] = o
}

// straight is a path without the words that make it a view for callers of some
// divisions.
func straight(path string) string {
	path = strings.Replace(path+"/", "/divisionviews/all/", "/", 1)
	path = strings.Replace(path, "/divisionviews/", "/", 1)
	return strings.TrimSuffix(path, "/")
}

// at finds an operation by path and method, or nil.
func (d *deriver) at(path, method string) *op { return d.byPath[Anonymous(path)][method] }

// findItems finds the paths that end in the key of an item.
func (d *deriver) findItems() {
	for path, methods := range d.byPath {
		collection, ok := strings.CutSuffix(path, "/{}")
		if ok && d.holdsItem(collection, methods) {
			d.items[path] = true
		}
	}
	d.findImplied()
	for template, fix := range d.fixes.Collections {
		if fix.Same != "" {
			d.items[template+"/{}"] = true
			d.items[Anonymous(fix.Same)+"/{}"] = true
		}
	}
	for _, template := range d.fixes.Free {
		if d.items[template] {
			d.fixes.busy[template] = true
			delete(d.items, template)
		}
	}
}

// findImplied finds the items that only paths tell of: what stands below a key
// needs an item with that key, though none may be read, where there is a list of
// them or a way to make them. Keys of what families keep need no item here.
func (d *deriver) findImplied() {
	owned := make(map[string]bool)
	for _, template := range d.fixes.Owned {
		for _, o := range d.byPath[template+"/{}"] {
			owned[o.key()] = true
			d.fixes.busy[template] = true
		}
	}
	for _, o := range d.ops {
		segments := strings.Split(o.path, "/")
		for i, segment := range segments[:len(segments)-1] {
			if !strings.HasPrefix(segment, "{") || owned[strings.Trim(segment, "{}")] || d.fixes.Params[strings.Trim(segment, "{}")] != "" {
				continue
			}
			if collection := Anonymous(strings.Join(segments[:i], "/")); d.makes(collection) {
				d.items[collection+"/{}"] = true
			}
		}
	}
}

// holdsItem tells whether operations stand at the path of an item. A path whose
// GET answers a list is none: its last parameter says of what the list is.
func (d *deriver) holdsItem(collection string, methods map[string]*op) bool {
	get, writes := methods["GET"], methods["PUT"] != nil || methods["PATCH"] != nil || methods["DELETE"] != nil
	switch {
	case get == nil && !writes:
		return methods["HEAD"] != nil
	case get == nil && d.searchesAt(collection):
		return false // the key is that of a search, which is not kept
	case get != nil && get.list != "" && !writes:
		return d.byPath[collection]["POST"] != nil
	default:
		return true
	}
}

// searchesAt tells whether a path ends in a word for looking.
func (d *deriver) searchesAt(path string) bool {
	return searchWords[path[strings.LastIndexByte(path, '/')+1:]]
}

var searchWords = map[string]bool{"search": true, "query": true, "suggest": true, "suggestions": true, "lookup": true}

// makes tells whether a collection is listed, or something is made in it.
func (d *deriver) makes(collection string) bool {
	get, post := d.byPath[collection]["GET"], d.byPath[collection]["POST"]
	if get != nil && get.list != "" && get.element() != nil && get.element().Type == "object" {
		return true
	}
	return post != nil && post.answer != nil && post.answer.Type == "object" && post.list == "" && slices.ContainsFunc(idNames, post.answer.Has)
}

// idNames are the properties that answers of something new name it by.
var idNames = []string{"id", "jobId", "executionId", "uploadId", "job", "sessionId"}

// looksWhole tells whether a list is part of something that has an id.
func looksWhole(s *spec.Shape) bool {
	return s != nil && s.Type == "object" && s.Has("id") && s.Has("selfUri") && !slices.ContainsFunc([]string{"pageSize", "pageNumber", "nextUri", "cursors", "total"}, s.Has)
}

// collection tells whether there are items below the path.
func (d *deriver) collection(path string) bool { return d.items[Anonymous(path)+"/{}"] }

// findEntities finds for each collection the operation that answers its items as a
// whole.
func (d *deriver) findEntities() {
	for path := range d.items {
		collection := strings.TrimSuffix(path, "/{}")
		for _, candidate := range []*op{
			d.byPath[path]["GET"], d.byPath[path]["PUT"], d.byPath[path]["PATCH"], d.byPath[collection]["POST"], d.byPath[path]["POST"],
		} {
			if candidate == nil || candidate.answer == nil || candidate.answer.Type != "object" || len(candidate.answer.PropertyNames()) == 0 || candidate.list != "" {
				continue
			}
			d.entities[collection], d.entityOf[collection] = candidate.answer, candidate
			break
		}
		if shape := d.entities[collection]; shape != nil && shape.Name != "" {
			d.named[shape.Name] = append(d.named[shape.Name], collection)
		}
	}
	for _, collections := range d.named {
		slices.SortFunc(collections, func(a, b string) int {
			if n := strings.Count(a, "/") - strings.Count(b, "/"); n != 0 {
				return n
			}
			return strings.Compare(a, b)
		})
	}
}

// entity is the shape of the items of a collection; nil where that is not known.
func (d *deriver) entity(collection string) *spec.Shape { return d.entities[Anonymous(collection)] }

// vague are names of parameters that mean something else in each place.
var vague = map[string]bool{
	"id": true, "jobId": true, "versionId": true, "version": true, "keyId": true, "type": true, "name": true, "typeId": true, "entityId": true, "itemId": true,
	"languageCode": true, "subjectId": true, "objectId": true, "weekId": true, "weekDateId": true, "date": true, "requestId": true, "key": true, "operationId": true,
	"sessionId": true, "metricId": true, "sourceId": true, "messageId": true, "tradeId": true, "agentId": true, "bidId": true, "documentId": true, "statusId": true,
	"ruleId": true, "groupId": true, "ruleType": true, "languageId": true, "aliasId": true, "downloadId": true, "featureName": true, "scanId": true,
}

// findNames finds the collections that parameters mean wherever they stand: the
// shallowest whose items can be read and whose parameter has that name.
func (d *deriver) findNames() {
	for _, o := range d.ops {
		if o.Method != "GET" || o.aside || !o.param() || !d.items[Anonymous(o.path)] || strings.Count(o.path, "{") > 1 {
			continue
		}
		if vague[o.key()] {
			continue
		}
		known, there := d.params[o.key()]
		if !there || strings.Count(o.parent, "/") < strings.Count(known, "/") ||
			(strings.Count(o.parent, "/") == strings.Count(known, "/") && o.parent < known) {
			d.params[o.key()] = o.parent
		}
	}
	for _, o := range d.ops {
		for segment := range strings.SplitSeq(o.path, "/") {
			d.fixes.busy[segment] = true
		}
	}
	maps.Copy(d.params, d.fixes.Params)
	for name, collection := range d.params {
		if collection == "" {
			delete(d.params, name)
		}
	}
}
