// Package behaviour says what each operation of the catalogue does, as far as
// that can be told from the shapes of its path, its body and its answer: which
// collection it works on, what it does there, which parents must exist, and how
// it lists. It derives the table once, when the catalogue is generated; the
// server only looks rows up. What the rows mean for stored state is the
// engine's.
package behaviour

import (
	"fmt"
	"slices"
	"strings"
)

// Kind is what an operation does.
type Kind string

// The kinds. An item is a member of a collection, found by the last parameter of
// its path; a singleton is found by its path alone.
const (
	List   Kind = "list"   // lists a collection
	View   Kind = "view"   // lists a collection that lies at another path
	Search Kind = "search" // lists what a query language or a filter finds
	Create Kind = "create" // adds an item
	Get    Kind = "get"    // reads an item
	Copy   Kind = "copy"   // adds an item that is like the one its path names
	Put    Kind = "put"    // replaces an item
	Patch  Kind = "patch"  // merges into an item
	Delete Kind = "delete" // removes an item

	Read  Kind = "read"  // reads a singleton
	Write Kind = "write" // replaces a singleton
	Merge Kind = "merge" // merges into a singleton
	Reset Kind = "reset" // puts a singleton back

	Action Kind = "action" // changes the item that its path stands below

	BulkGet     Kind = "bulk-get"     // reads several items, which the body names
	BulkAdd     Kind = "bulk-add"     // adds several items
	BulkUpdate  Kind = "bulk-update"  // changes several items
	BulkReplace Kind = "bulk-replace" // replaces all items
	BulkRemove  Kind = "bulk-remove"  // removes several items, or all

	Job      Kind = "job"      // starts a job, which is done at once
	Compute  Kind = "compute"  // answers from what is stored, and stores nothing
	Upload   Kind = "upload"   // hands out an address to send a file to
	Download Kind = "download" // answers something that is not JSON
	None     Kind = "none"     // cannot be served honestly: 501
)

// kinds are all of them.
var kinds = []Kind{
	List, View, Search, Create, Copy, Get, Put, Patch, Delete, Read, Write, Merge, Reset, Action,
	BulkGet, BulkAdd, BulkUpdate, BulkReplace, BulkRemove, Job, Compute, Upload, Download, None,
}

func (k Kind) known() bool { return slices.Contains(kinds, k) }

// Parent is something that must exist for the operation's path to.
type Parent struct {
	Param      string // the path parameter that names it
	Collection string // the template of its collection; "" for a part
	// Part says where in the document of the parent before it the thing stands, as
	// participants do in a conversation: the name of the list, or "*" for wherever
	// an object with that id is.
	Part string
}

// Row is what one operation does.
type Row struct {
	ID   string // of the operation
	Kind Kind
	// Collection is the template of the collection, or singleton, that it works on,
	// below /api/v2 and with the operation's own parameters; "" for none.
	Collection string
	// Key is the path parameter with the item's key; "?name" for one in the query,
	// "" for none.
	Key     string
	Parents []Parent // outermost first
	Items   string   // the property of the answer that holds the list; "." where the answer is the list; "" for none
	Style   string   // how the listing is paged: pages, cursor, token, all
	// Effect is what an action sets, "state=ACTIVE"; how a Get finds its item where
	// that is not by its key: "by=name" of the property that the key is, or "latest"
	// for the one that was made last; "remove" for a job that removes what its path
	// names.
	Effect string
}

// Collection is what is known of the items of a collection, or of a singleton.
type Collection struct {
	Path   string   // its template, with {} for each parameter
	Entity string   // the operation whose answer is the whole item
	Key    string   // the property that holds the key; "" where none does
	Made   string   // how items come about, see ways; "versions" where the engine keeps them, "" where only fixtures do
	Traits []string // see the overlay
}

// Has says whether the collection has a trait.
func (c *Collection) Has(trait string) bool {
	for _, t := range c.Traits {
		if name, _, _ := strings.Cut(t, "="); name == trait {
			return true
		}
	}
	return false
}

// Trait is the value of a trait that has one.
func (c *Collection) Trait(trait string) string {
	for _, t := range c.Traits {
		if name, value, _ := strings.Cut(t, "="); name == trait {
			return value
		}
	}
	return ""
}

// Anonymous is a template without the names of its parameters, under which
// collections are found.
func Anonymous(template string) string {
	if strings.IndexByte(template, '{') < 0 {
		return template
	}
	var b strings.Builder
	inside := false
	for i := range len(template) {
		switch c := template[i]; {
		case c == '{':
			inside = true
			b.WriteByte(c)
		case c == '}':
			inside = false
			b.WriteByte(c)
		case !inside:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// line renders the row as a line of the table.
func (r *Row) line() string {
	parents := make([]string, len(r.Parents))
	for i, p := range r.Parents {
		parents[i] = p.String()
	}
	return strings.Join([]string{r.ID, string(r.Kind), r.Collection, r.Key, strings.Join(parents, " "), r.Items, r.Style, r.Effect}, "\t") + "\n"
}

func parseRow(id, rest string) (*Row, error) {
	columns := strings.Split(rest, "\t")
	if len(columns) != 7 {
		return nil, fmt.Errorf("behaviour of %s has %d columns", id, len(columns)+1)
	}
	r := &Row{ID: id, Kind: Kind(columns[0]), Collection: columns[1], Key: columns[2], Items: columns[4], Style: columns[5], Effect: columns[6]}
	for text := range strings.FieldsSeq(columns[3]) {
		parent, err := parseParent(text)
		if err != nil {
			return nil, fmt.Errorf("behaviour of %s: %w", id, err)
		}
		r.Parents = append(r.Parents, parent)
	}
	return r, nil
}

// String is the parent as the table has it.
func (p Parent) String() string {
	if p.Part != "" {
		return p.Param + "#" + p.Part
	}
	return p.Param + "@" + p.Collection
}

func parseParent(text string) (Parent, error) {
	if param, collection, ok := strings.Cut(text, "@"); ok && param != "" && collection != "" {
		return Parent{Param: param, Collection: collection}, nil
	}
	if param, part, ok := strings.Cut(text, "#"); ok && param != "" && part != "" {
		return Parent{Param: param, Part: part}, nil
	}
	return Parent{}, fmt.Errorf("parent %q is neither param@collection nor param#part", text)
}

func (c *Collection) line() string {
	return strings.Join([]string{c.Path, c.Entity, c.Key, c.Made, strings.Join(c.Traits, " ")}, "\t") + "\n"
}

func parseCollection(path, rest string) (*Collection, error) {
	columns := strings.Split(rest, "\t")
	if len(columns) != 4 {
		return nil, fmt.Errorf("collection %s has %d columns", path, len(columns)+1)
	}
	return &Collection{Path: path, Entity: columns[0], Key: columns[1], Made: columns[2], Traits: strings.Fields(columns[3])}, nil
}
