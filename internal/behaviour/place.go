package behaviour

import (
	"strings"
)

// place finds the parents that must exist: each parameter of the path but the
// item's own key, where it is known which collection it means.
func (d *deriver) place(o *op, r *Row) {
	segments := strings.Split(o.path[1:], "/")
	last := "" // the template of the item that the path leads through, as it is kept
	since := 0 // the segments since then
	for i, segment := range segments {
		if !strings.HasPrefix(segment, "{") {
			continue
		}
		name := strings.Trim(segment, "{}")
		if meant := d.params[name]; strings.HasPrefix(meant, "#") {
			if last != "" {
				r.Parents = append(r.Parents, Parent{Param: name, Part: meant[1:]})
			}
			continue
		}
		collection := d.means(segments, i, last, since)
		own := name == r.Key && r.Kind != Compute
		if own && i == len(segments)-1 && r.Kind == Put && d.fixes.owns(d.params[name]) && !d.fixes.owns(r.Collection) {
			collection, own = d.params[name], false // what the item is about
		}
		if collection == "" {
			continue
		}
		if !own || d.leadsToPart(segments[i+1:]) {
			r.Parents = append(r.Parents, Parent{Param: name, Collection: collection})
		}
		last, since = collection+"/"+segment, i+1
	}
	if same := d.fixes.same(r.Collection); same != "" {
		r.Collection = same
	}
}

// leadsToPart tells whether a path goes on to a part of the document before it.
func (d *deriver) leadsToPart(segments []string) bool {
	for _, segment := range segments {
		if strings.HasPrefix(segment, "{") {
			return d.isPart(strings.Trim(segment, "{}"))
		}
	}
	return false
}

// means is the collection in which the parameter at a place of a path is a key; ""
// where that is not known. last is the item before it, whose own paths may lie
// elsewhere: in /scorecards/profiles/{profileId}/metrics/{metricId}, metrics are
// those below the profile's item.
func (d *deriver) means(segments []string, i int, last string, since int) string {
	name := strings.Trim(segments[i], "{}")
	prefix, collection := "/"+strings.Join(segments[:i+1], "/"), "/"+strings.Join(segments[:i], "/")
	meant := d.params[name]
	if d.items[Anonymous(prefix)] && d.foreign(prefix, name) {
		return meant
	}
	if d.items[Anonymous(prefix)] && d.reachable(collection) {
		if same := d.fixes.same(collection); same != "" {
			return same
		}
		return collection
	}
	if last != "" {
		below := last + "/" + strings.Join(segments[since:i], "/")
		if d.items[Anonymous(below)+"/{}"] && d.reachable(below) {
			return below
		}
	}
	return meant
}

// foreign tells whether a parameter in the place of an item's key means something
// else by its name.
func (d *deriver) foreign(prefix, name string) bool {
	meant := d.params[name]
	if meant == "" || Anonymous(meant)+"/{}" == Anonymous(prefix) {
		return false
	}
	for _, o := range d.byPath[Anonymous(prefix)] {
		if o.key() == name {
			return d.belongsTo(o) != ""
		}
	}
	return true
}

// reachable tells whether there is a way for items to come into a collection, or
// to be seen there.
func (d *deriver) reachable(collection string) bool {
	path := Anonymous(collection)
	for _, at := range []string{path, path + "/{}"} {
		for _, o := range d.byPath[at] {
			if o.Method == "GET" || o.Method == "PUT" || o.Method == "POST" {
				return true
			}
		}
	}
	return d.fixes.same(collection) != "" || d.fillsByBulk(collection) || d.fixes.target(path)
}
