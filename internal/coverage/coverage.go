// Package coverage is the table that says of every operation what answers it: a
// family, the generic engine, or nothing. Package server fills it, the pages, the
// documents and docs/coverage.md show it.
package coverage

import (
	"cmp"
	"slices"
	"strings"
)

// What answers an operation.
const (
	Family = "family" // written for this operation
	Engine = "engine" // derived from the shape of the catalogue
	None   = "none"   // nothing: the answer is 501 after all checks
)

// Operation is a line of the table.
type Operation struct {
	ID         string `json:"operation"`
	Method     string `json:"method"`
	Path       string `json:"path"`
	Tag        string `json:"tag"`
	By         string `json:"by"`             // Family, Engine or None
	Kind       string `json:"kind,omitempty"` // what the engine takes it for; "" for those of families
	Permission string `json:"permission"`     // in words, such as "a:b:view or a:b:edit"; "" for none
	Open       bool   `json:"open"`           // it needs no token
	Newer      bool   `json:"newer"`          // it is missing in the official document
	Deprecated bool   `json:"deprecated"`
}

// Figures are what the suite has measured that calls every operation.
type Figures struct {
	Shares []Share      `json:"shares"` // over all operations
	Tags   []TagFigures `json:"tags"`
}

// TagFigures count the operations of a tag that pass the parts of the suite.
type TagFigures struct {
	Tag        string `json:"tag"`
	Operations int    `json:"operations"`
	Answered   int    `json:"answered"` // a valid call by an administrator succeeds
	Valid      int    `json:"valid"`    // and the answer fits its schema
	Stateful   int    `json:"stateful"` // what was created is read, changed and deleted
}

// Of finds the figures of a tag; nil where there are none.
func (f *Figures) Of(tag string) *TagFigures {
	if f == nil {
		return nil
	}
	if i := slices.IndexFunc(f.Tags, func(t TagFigures) bool { return t.Tag == tag }); i >= 0 {
		return &f.Tags[i]
	}
	return nil
}

// Table is the whole: the operations by path and method, and the figures, which
// are nil where there are none yet.
type Table struct {
	Operations []Operation
	Figures    *Figures
}

// Count says how many operations there are, and by what they are answered.
type Count struct {
	Operations int `json:"operations"`
	Family     int `json:"family"`
	Engine     int `json:"engine"`
	None       int `json:"none"`
	Newer      int `json:"newer"`
	Deprecated int `json:"deprecated"`
}

// TagCount is the count of a tag.
type TagCount struct {
	Tag string `json:"tag"`
	Count
}

func (c *Count) add(o *Operation) {
	c.Operations++
	switch o.By {
	case Family:
		c.Family++
	case Engine:
		c.Engine++
	default:
		c.None++
	}
	if o.Newer {
		c.Newer++
	}
	if o.Deprecated {
		c.Deprecated++
	}
}

// Total counts all operations.
func Total(operations []Operation) Count {
	var c Count
	for i := range operations {
		c.add(&operations[i])
	}
	return c
}

// ByTag counts the operations of each tag, sorted by tag in any case.
func ByTag(operations []Operation) []TagCount {
	index := make(map[string]*TagCount)
	for i := range operations {
		o := &operations[i]
		if index[o.Tag] == nil {
			index[o.Tag] = &TagCount{Tag: o.Tag}
		}
		index[o.Tag].add(o)
	}
	tags := make([]TagCount, 0, len(index))
	for _, c := range index {
		tags = append(tags, *c)
	}
	slices.SortFunc(tags, func(a, b TagCount) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.Tag), strings.ToLower(b.Tag)), strings.Compare(a.Tag, b.Tag))
	})
	return tags
}

// Filter says which operations are wanted; what is empty does not matter.
type Filter struct {
	Words string // all of them must occur in id, method, path, kind or permission, in any case
	Tag   string
	By    string
}

// Apply returns the operations that the filter lets pass.
func (f Filter) Apply(operations []Operation) []Operation {
	words := strings.Fields(strings.ToLower(f.Words))
	var found []Operation
	for i := range operations {
		o := &operations[i]
		if (f.Tag == "" || o.Tag == f.Tag) && (f.By == "" || o.By == f.By) && o.has(words) {
			found = append(found, *o)
		}
	}
	return found
}

func (o *Operation) has(words []string) bool {
	if len(words) == 0 {
		return true
	}
	text := strings.ToLower(strings.Join([]string{o.ID, o.Method, o.Path, o.Tag, o.Kind, o.Permission}, " "))
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
}
