package behaviour

import (
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/spec"
)

func (d *deriver) postRow(o *op, r *Row) {
	get := d.at(o.path, "GET")
	listed := d.collection(o.path) || (get != nil && get.list != "")
	switch {
	case uploads(o) && d.collection(o.path):
		r.Kind, r.Collection = Job, o.path // which ends when the file has come
	case uploads(o):
		r.Kind, r.Collection = Upload, d.nearest(o)
	case d.jobRow(o, r):
	case strings.HasSuffix(o.last, "search") || o.last == "suggest":
		d.searchRow(o, r)
	case strings.HasSuffix(o.last, "query") && !d.collection(o.path):
		d.searchRow(o, r)
	case d.bulkRow(o, r):
	case d.holdsList(o):
		r.Kind, r.Collection = Write, o.path
	case listed && o.body != nil && o.body.Type == "array":
		r.Kind, r.Collection = BulkAdd, o.path
	case d.collection(o.path) && o.list != "" && !o.hasEntityBody(d):
		d.searchRow(o, r)
	case d.collection(o.path):
		r.Kind, r.Collection = Create, o.path
	case listed && adds(o):
		r.Kind, r.Collection = BulkAdd, o.path
	case listed:
		r.Kind, r.Collection = Create, o.path
	case get != nil && d.sameAtPost(get):
		r.Kind, r.Collection = Write, o.path
	case d.isBelow(o):
		d.actionRow(o, r)
	default:
		r.Kind, r.Collection = Compute, d.nearest(o)
	}
}

// hasEntityBody tells whether the body looks like an item of the collection.
func (o *op) hasEntityBody(d *deriver) bool {
	entity := d.entity(o.path)
	return o.body != nil && entity != nil && (o.body.Name == entity.Name || share(o.body.PropertyNames(), entity) >= 0.5)
}

// jobWords end the paths of operations that start something and answer where to
// look for it.
var jobWords = []string{"job", "jobs", "export", "exports", "import", "imports", "downloads"}

// jobRow is for what starts a job. Its collection is where the job is looked for.
func (d *deriver) jobRow(o *op, r *Row) bool {
	if o.answer == nil {
		return false
	}
	starts := startsJob(o)
	at := ""
	for _, candidate := range []string{o.path, o.path + "/jobs", o.parent + "/jobs"} {
		if d.collection(candidate) && (starts || strings.HasSuffix(candidate, "/jobs") && o.last == "jobs") {
			at = candidate
			break
		}
	}
	switch entity := d.entity(o.path); {
	case (strings.HasSuffix(o.last, "query") || strings.HasSuffix(o.last, "search")) && at != o.path:
		return false // it answers at once as well
	case at == o.path && !o.answer.Has("executionId") && !slices.Contains(jobWords, o.last) && (entity == nil || !aboutJob(entity.Name)):
		return false // items that say how far along they are
	case at != "":
	case slices.Contains(jobWords, o.last) && starts:
		at = o.path
	case slices.Contains(jobWords, o.last) && d.collection(o.path) && !o.hasEntityBody(d):
		at = o.path
	default:
		return false
	}
	r.Kind, r.Collection = Job, at
	return true
}

// aboutJob tells whether a schema is that of a job by its name.
func aboutJob(name string) bool {
	return strings.Contains(name, "Job") || strings.Contains(name, "AsyncQuery") || strings.Contains(name, "ExecutionStatus") || name == "Operation"
}

// startsJob tells whether the answer is about something under way.
func startsJob(o *op) bool {
	a := o.answer
	if a == nil || a.Type != "object" {
		return false
	}
	named := a.Has("id") || a.Has("status") || a.Has("state") || a.Has("executionId")
	return a.Has("jobId") || a.Has("job") || a.Has("executionId") || a.Has("operationId") || (aboutJob(a.Name) && named) || (a.Has("id") && (a.Has("resultsUri") || a.Has("queryState") || a.Has("downloadUrl") && !a.Has("name")))
}

// uploads tells whether the answer is an address to send a file to.
func uploads(o *op) bool {
	a := o.answer
	if a == nil || a.Type != "object" || !strings.Contains(o.path, "upload") && !a.Has("headers") {
		return false
	}
	return (a.Has("url") && (a.Has("headers") || a.Has("uploadKey"))) || (a.Has("uploadUrl") && (a.Has("uploadHeaders") || a.Has("headers")))
}

// adds tells whether a body is little more than a list of what to add.
func adds(o *op) bool {
	if o.body == nil || o.body.Type != "object" {
		return false
	}
	lists, others := 0, 0
	for _, name := range o.body.PropertyNames() {
		switch p := o.body.Property(name); {
		case p.ReadOnly, name == "version":
		case p.Type == "array":
			lists++
		default:
			others++
		}
	}
	return lists == 1 && others == 0
}

// bulkVerbs say what is done with several items at once.
var bulkVerbs = map[string]Kind{
	"add": BulkAdd, "remove": BulkRemove, "delete": BulkRemove, "removal": BulkRemove, "update": BulkUpdate, "replace": BulkUpdate,
	"retrieve": BulkGet,
}

// bulkRow is for operations on several items at once.
func (d *deriver) bulkRow(o *op, r *Row) bool {
	segments := strings.Split(o.path, "/")
	at := slices.Index(segments, "bulk")
	base, verb := "", o.last
	switch {
	case at > 0:
		base = strings.Join(segments[:at], "/")
		if at+1 < len(segments) && !d.collection(base) {
			// /externalcontacts/bulk/contacts/add is about /externalcontacts/contacts.
			if beside := base + "/" + segments[at+1]; d.collection(beside) {
				base = beside
				if at+2 == len(segments) {
					verb = "retrieve"
				}
			}
		}
	case strings.HasPrefix(verb, "bulk"):
		verb, base = strings.TrimPrefix(verb, "bulk"), o.parent
		if bulkVerbs[verb] == "" {
			return false
		}
	default:
		return false
	}
	kind, known := bulkVerbs[verb]
	if verb == "bulk" {
		kind, known = d.bareBulk(o), true
	}
	own := at > 0 && at+2 == len(segments) && d.fillsByBulk(base) || verb == "bulk"
	if known && (d.collection(base) || d.filled(base) || (own && kind == BulkAdd)) {
		r.Kind, r.Collection = kind, base
	} else {
		r.Kind, r.Collection = Compute, d.nearest(o)
	}
	return true
}

// bareBulk is what is done with several items at a path that ends in "bulk".
func (d *deriver) bareBulk(o *op) Kind {
	switch {
	case o.Method == "DELETE":
		return BulkRemove
	case o.Method != "POST":
		return BulkUpdate
	case o.body != nil && namesItems(o.body):
		return BulkGet
	default:
		return BulkAdd
	}
}

// namesItems tells whether a body is a list of ids, or has one.
func namesItems(body *spec.Shape) bool {
	if body.Type == "array" {
		return body.Items() != nil && body.Items().Type == "string"
	}
	return slices.ContainsFunc(body.PropertyNames(), func(name string) bool {
		return (name == "ids" || strings.HasSuffix(name, "Ids")) && body.Property(name).Type == "array"
	})
}

// searchRow is for what finds items by a query.
func (d *deriver) searchRow(o *op, r *Row) {
	if base := d.base(o); base != "" && o.list != "" {
		r.Kind, r.Collection = Search, base
		return
	}
	if o.list != "" && d.fillsByBulk(o.parent) {
		r.Kind, r.Collection = Search, o.parent
		return
	}
	r.Kind, r.Collection = Compute, d.nearest(o)
}
