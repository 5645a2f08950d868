package behaviour

import (
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/spec"
)

// row derives what an operation does, without its parents.
func (d *deriver) row(o *op) *Row {
	r := &Row{ID: o.ID}
	switch {
	case !producesJSON(o):
		r.Kind, r.Collection = Download, d.nearest(o)
		if !readsOnly(o.Method) {
			r.Kind = Compute
		}
	case o.param():
		d.itemRow(o, r)
	case readsOnly(o.Method):
		d.getRow(o, r)
	case o.Method == "POST":
		d.postRow(o, r)
	case o.Method == "DELETE":
		d.deleteRow(o, r)
	default:
		d.putRow(o, r)
	}
	if o.aside && r.Kind == List {
		r.Kind = View
	}
	if d.fixes.owns(r.Collection) && !d.standsAt(o, r.Collection) {
		r.disown()
	}
	if r.lists() {
		r.Items, r.Style = o.list, styleOf(o)
	}
	return r
}

// lists tells whether the answer is made of several items, or can be.
func (r *Row) lists() bool {
	switch r.Kind {
	case Create, Copy, Get, Put, Patch, Delete, Read, Write, Merge, Reset, Upload, Download, None:
		return false
	default:
		return true
	}
}

// disown is for a row about a collection that a family keeps: the engine has no
// items of it, and answers what it can.
func (r *Row) disown() {
	switch r.Kind {
	case View, Search, Action, Copy, BulkGet, BulkAdd, BulkUpdate, BulkReplace, BulkRemove:
		r.Kind, r.Effect = Compute, ""
	}
}

// standsAt tells whether the operation's path is that of the collection or of an
// item of it.
func (d *deriver) standsAt(o *op, collection string) bool {
	return o.path == collection || (o.param() && o.parent == collection)
}

func readsOnly(method string) bool { return method == "GET" || method == "HEAD" }

func producesJSON(o *op) bool {
	for _, media := range o.Facts().Produces {
		if strings.Contains(media, "json") {
			return true
		}
	}
	return false
}

// itemRow is for paths that end in a parameter.
func (d *deriver) itemRow(o *op, r *Row) {
	switch {
	case d.isPart(o.key()):
		d.actionRow(o, r)
		return
	case !d.items[Anonymous(o.path)]:
		// Its GET answers a list, or there is only a POST.
		switch {
		case readsOnly(o.Method) && o.list != "":
			d.listOrView(o, r)
		case o.Method == "POST":
			d.postRow(o, r)
		default:
			r.Kind, r.Collection = Compute, d.nearest(o)
		}
		return
	case d.belongsTo(o) != "":
		d.singletonRow(o, r)
		return
	}
	r.Collection, r.Key = o.parent, o.key()
	switch o.Method {
	case "GET", "HEAD":
		r.Kind = Get
		if o.list != "" { // of some, whose keys the path names, or of what the item has brought about
			r.Kind, r.Key = Compute, ""
			if strings.HasSuffix(o.key(), "Ids") {
				r.Kind, r.Key = View, o.key()
			}
		}
	case "PUT":
		r.Kind = Put
	case "PATCH":
		r.Kind = Patch
	case "DELETE":
		r.Kind = Delete
	default:
		r.Kind = Action
		if d.at(o.parent, "POST") == nil && d.at(o.path, "PUT") == nil {
			r.Kind = Put // it is how items come about
		}
	}
}

// isPart tells whether a parameter names a part of a document.
func (d *deriver) isPart(name string) bool { return strings.HasPrefix(d.params[name], "#") }

// belongsTo is the collection whose items have one such thing each, where a path
// ends in the key of an item of another collection and nothing is listed or added
// there: a user's settings at /x/users/{userId}.
func (d *deriver) belongsTo(o *op) string {
	meant := d.params[o.key()]
	if meant == "" || meant == o.parent || strings.HasPrefix(meant, "#") {
		return ""
	}
	at := d.byPath[Anonymous(o.parent)]
	if !d.writers(o.path, "PUT", "PATCH", "DELETE") && !d.fixes.owns(meant) && meant != "/conversations" {
		return ""
	}
	if at["GET"] != nil || at["POST"] != nil || at["PUT"] != nil || d.at(o.path, "POST") != nil || d.fixes.same(o.parent) != "" {
		return ""
	}
	return meant
}

// singletonRow is for the one thing that an item of another collection has.
func (d *deriver) singletonRow(o *op, r *Row) {
	r.Collection = o.path
	switch o.Method {
	case "GET", "HEAD":
		r.Kind = Read
		if !d.writers(o.path, "PUT", "PATCH", "DELETE") {
			r.Kind, r.Collection = Compute, ""
		}
	case "PUT":
		r.Kind = Write
	case "PATCH":
		r.Kind = Merge
	default:
		r.Kind = Reset
	}
}

// writers tells whether one of the methods stands at the path.
func (d *deriver) writers(path string, methods ...string) bool {
	return slices.ContainsFunc(methods, func(m string) bool { return d.at(path, m) != nil })
}

func (d *deriver) getRow(o *op, r *Row) {
	switch {
	case o.list != "":
		d.listOrView(o, r)
	case o.answer == nil:
		r.Kind, r.Collection = Compute, d.nearest(o)
	case o.last == "latest" && d.collection(o.parent) && alike(o.answer, d.entity(o.parent)):
		r.Kind, r.Collection, r.Effect = Get, o.parent, "latest"
	case searchWords[o.last]:
		r.Kind, r.Collection = Compute, d.nearest(o)
	case d.writers(o.path, "PUT", "PATCH", "DELETE"), d.sameAtPost(o):
		r.Kind, r.Collection = Read, o.path
	case d.itself(o):
		r.Kind, r.Collection, r.Key = Get, d.below(o), strings.Trim(o.parent[strings.LastIndexByte(o.parent, '/')+1:], "{}")
	default:
		r.Kind, r.Collection = Compute, d.nearest(o)
	}
}

// itself tells whether a GET below an item answers that item in another light.
func (d *deriver) itself(o *op) bool {
	collection := d.below(o)
	if collection == "" || o.answer.Name == "" {
		return false
	}
	entity := d.entity(collection)
	return entity != nil && entity.Name == o.answer.Name
}

// sameAtPost tells whether a POST at the path takes or answers what its GET does.
func (d *deriver) sameAtPost(o *op) bool {
	post := d.at(o.path, "POST")
	if post == nil || o.answer == nil || o.answer.Name == "" || d.collection(o.path) {
		return false
	}
	return (post.answer != nil && post.answer.Name == o.answer.Name) || (post.body != nil && post.body.Name == o.answer.Name)
}

func (d *deriver) listOrView(o *op, r *Row) {
	r.Kind, r.Collection = List, o.path
	switch {
	case searchWords[o.last] && !d.collection(o.path):
		d.searchRow(o, r)
	case d.collection(o.path):
	case o.last == "versions" && d.below(o) != "":
	case o.last == "results" && d.below(o) != "":
		r.Kind, r.Collection = Compute, d.nearest(o) // of a job
	case d.holdsList(o):
		r.Kind = Read
	case d.filled(o.path):
	case d.base(o) != "":
		r.Kind, r.Collection = View, d.base(o)
		if slices.ContainsFunc(o.Parameters(), func(p spec.Parameter) bool { return p.Name == "q64" }) {
			r.Kind = Search
		}
	default:
		r.Kind, r.Collection = Compute, d.nearest(o)
	}
}

// holdsList tells whether a list is what a singleton consists of: what is written
// at its path is an object with that list.
func (d *deriver) holdsList(o *op) bool {
	get := d.at(o.path, "GET")
	if get == nil || get.list == "" || get.list == "." || d.collection(o.path) {
		return false
	}
	for _, method := range []string{"PUT", "PATCH", "POST"} {
		writer := d.at(o.path, method)
		if writer != nil && writer.body != nil && writer.body.Type == "object" && writer.body.Has(get.list) {
			return true
		}
	}
	return false
}

// filled tells whether something is put into a list at its path or right below.
func (d *deriver) filled(path string) bool {
	return d.writers(path, "POST", "PUT", "PATCH") || d.fillsByBulk(path)
}

// fillsByBulk tells whether items are added to a collection several at a time,
// right below its path.
func (d *deriver) fillsByBulk(path string) bool {
	return d.at(path+"/bulk/add", "POST") != nil || d.at(path+"/bulkadd", "POST") != nil
}

// putRow is for PUT and PATCH.
func (d *deriver) putRow(o *op, r *Row) {
	get := d.at(o.path, "GET")
	switch {
	case d.holdsList(o):
		r.Kind, r.Collection = Merge, o.path
		if o.Method == "PUT" {
			r.Kind = Write
		}
	case o.last == "jobs" && d.collection(o.path):
		r.Kind, r.Collection = Job, o.path
	case d.bulkRow(o, r):
	case o.last == "all" && d.collection(o.parent):
		r.Kind, r.Collection = BulkUpdate, o.parent
	case d.collection(o.path), get != nil && get.list != "":
		r.Kind, r.Collection = BulkUpdate, o.path
		if o.Method == "PUT" {
			r.Kind = BulkReplace
		}
	case get == nil && d.enclosing(o) != "" && d.isBelow(o):
		d.actionRow(o, r)
	case o.Method == "PUT":
		r.Kind, r.Collection = Write, o.path
	default:
		r.Kind, r.Collection = Merge, o.path
	}
}

func (d *deriver) deleteRow(o *op, r *Row) {
	get := d.at(o.path, "GET")
	switch {
	case o.last == "jobs" && startsJob(o):
		r.Kind, r.Collection, r.Effect = Job, o.path, "remove"
	case d.bulkRow(o, r):
	case o.last == "all" && d.collection(o.parent):
		r.Kind, r.Collection = BulkRemove, o.parent
	case d.collection(o.path), get != nil && get.list != "" && !d.holdsList(o), d.fillsByBulk(o.path):
		r.Kind, r.Collection = BulkRemove, o.path
	case get == nil && !d.writers(o.path, "PUT", "PATCH") && d.isBelow(o):
		d.actionRow(o, r)
	default:
		r.Kind, r.Collection = Reset, o.path
	}
}

// isBelow tells whether a path stands right below an item, or anywhere below a
// part of one.
func (d *deriver) isBelow(o *op) bool {
	return d.below(o) != "" || strings.Contains(o.path, "{") && d.belowPart(o)
}

func (d *deriver) belowPart(o *op) bool {
	for segment := range strings.SplitSeq(o.path, "/") {
		if strings.HasPrefix(segment, "{") && d.isPart(strings.Trim(segment, "{}")) {
			return true
		}
	}
	return false
}

// below finds the collection of the item that the path stands right below.
func (d *deriver) below(o *op) string {
	if d.items[Anonymous(o.parent)] && !d.isPart(strings.Trim(o.parent[strings.LastIndexByte(o.parent, '/')+1:], "{}")) {
		return o.parent[:strings.LastIndexByte(o.parent, '/')]
	}
	return ""
}

// enclosing is the path of the innermost item that a path leads through, parts of
// documents left aside.
func (d *deriver) enclosing(o *op) string {
	for path := o.parent; path != ""; path = path[:strings.LastIndexByte(path, '/')] {
		name := path[strings.LastIndexByte(path, '/')+1:]
		if strings.HasPrefix(name, "{") && d.items[Anonymous(path)] && !d.isPart(strings.Trim(name, "{}")) {
			return path
		}
	}
	return ""
}

// actionRow is for what is done to one item, or to a part of it.
func (d *deriver) actionRow(o *op, r *Row) {
	item := d.enclosing(o)
	if item == "" {
		r.Kind, r.Collection = Compute, d.nearest(o)
		return
	}
	slash := strings.LastIndexByte(item, '/')
	r.Kind, r.Collection, r.Key = Action, item[:slash], strings.Trim(item[slash+1:], "{}")
	entity := d.entity(r.Collection)
	if d.copies(o, entity) {
		r.Kind = Copy
		return
	}
	r.Effect = d.effect(o, entity)
	if r.Effect == "" && o.Method == "POST" && computes[o.last] {
		r.Kind, r.Key = Compute, ""
	}
}

// copies tells whether an action makes another item like the one it is done to.
func (d *deriver) copies(o *op, entity *spec.Shape) bool {
	return o.Method == "POST" && (o.last == "copy" || o.last == "clone" || o.last == "duplicate") && o.answer != nil && entity != nil && alike(o.answer, entity)
}

// computes are the last words of operations below an item that leave it as it is.
var computes = map[string]bool{
	"query": true, "search": true, "validate": true, "preview": true, "test": true, "execute": true, "evaluate": true, "explain": true, "calculate": true,
	"suggestions": true, "aggregates": true, "metrics": true, "summary": true, "diagnose": true, "simulate": true, "predict": true, "testconnection": true,
	"export": true, "estimate": true, "detect": true,
}

// nearest is the innermost item or collection that a path leads through, as the
// template of the collection.
func (d *deriver) nearest(o *op) string {
	for path := o.path; path != ""; path = path[:strings.LastIndexByte(path, '/')] {
		slash := strings.LastIndexByte(path, '/')
		if d.items[Anonymous(path)] && !d.isPart(strings.Trim(path[slash+1:], "{}")) {
			return path[:slash]
		}
		if d.collection(path) && path != o.path {
			return path
		}
	}
	return ""
}
