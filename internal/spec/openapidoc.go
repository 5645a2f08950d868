package spec

import (
	"bufio"
	"cmp"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"sync"
)

// Documents describes the catalogue as OpenAPI 3, one tag at a time or as a
// whole. It reads the text anew for each document and keeps none of it: what is
// decoded and linked for serving is another matter.
type Documents struct {
	catalogue *Catalogue
	tags      func() map[string][]*Operation
}

// NewDocuments prepares nothing: the tags are gathered when first asked for.
func NewDocuments(c *Catalogue) *Documents {
	d := &Documents{catalogue: c}
	d.tags = sync.OnceValue(d.gather)
	return d
}

func (d *Documents) gather() map[string][]*Operation {
	tags := make(map[string][]*Operation)
	for o, facts := range d.catalogue.Survey {
		for _, tag := range facts.tagged() {
			tags[tag] = append(tags[tag], o)
		}
	}
	return tags
}

// untagged is where operations without a tag stand, as documents of people's own
// may have them.
const untagged = "Other"

// Tag is the first tag of the operation, under which it is counted.
func (f *Facts) Tag() string { return f.tagged()[0] }

func (f *Facts) tagged() []string {
	if len(f.Tags) == 0 {
		return []string{untagged}
	}
	return f.Tags
}

// Survey yields every operation with its facts, which it does not keep: to look
// at all of them once shall not cost memory for good. It can be ranged over.
func (c *Catalogue) Survey(yield func(*Operation, *Facts) bool) {
	for _, o := range c.operations {
		if !yield(o, &o.glance().Facts) {
			return
		}
	}
}

// glance is the operation's detail without keeping it.
func (o *Operation) glance() *detail {
	if d := o.decoded.Load(); d != nil {
		return d
	}
	d, err := o.decode()
	if err != nil {
		panic("spec: operation " + o.ID + ": " + err.Error()) // as in detail
	}
	return d
}

// Tags lists the tags of the catalogue, sorted in any case.
func (d *Documents) Tags() []string {
	tags := make([]string, 0, len(d.tags()))
	for tag := range d.tags() {
		tags = append(tags, tag)
	}
	slices.SortFunc(tags, ByName)
	return tags
}

// ByName compares names, such as tags, first without regard to case.
func ByName(a, b string) int {
	return cmp.Or(strings.Compare(strings.ToLower(a), strings.ToLower(b)), strings.Compare(a, b))
}

// Tag finds a tag by its name in any case, and how many operations have it.
func (d *Documents) Tag(name string) (tag string, operations int, ok bool) {
	if found := d.tags()[name]; found != nil {
		return name, len(found), true
	}
	for tag, found := range d.tags() {
		if strings.EqualFold(tag, name) {
			return tag, len(found), true
		}
	}
	return "", 0, false
}

// Write writes the document of a tag, or of the whole catalogue where the tag is
// "", which comes without examples. It holds one operation at a time, and the
// schemas that they need as text.
func (d *Documents) Write(w io.Writer, tag string) error {
	operations, title := d.catalogue.operations, "all operations"
	if tag != "" {
		operations, title = d.tags()[tag], tag
	}
	out := &documentWriter{Writer: bufio.NewWriterSize(w, 1<<16)}
	out.text(`{"openapi":"3.0.3","info":`)
	out.json(map[string]string{
		"title": "mockcloud: " + title, "version": "v2",
		"description": "What this mockcloud serves below /api/v2/. mockcloud is not affiliated with Genesys.",
	})
	out.text(`,"servers":[{"url":"/"}],"security":[{"token":[]}],"paths":{`)
	components := newComponents(d.catalogue.schemas, tag != "")
	writePaths(out, operations, tag, components)
	out.text(`},"components":`)
	if err := components.write(out); err != nil {
		return err
	}
	out.text("}")
	if out.err != nil {
		return out.err
	}
	return out.Flush()
}

// writePaths writes the operations, which are sorted by path. Paths of one shape
// whose parameters have different names are one path of the document, in which
// those of the first hold: names in paths never travel. In the document of a tag
// there is no other.
func writePaths(out *documentWriter, operations []*Operation, tag string, components *components) {
	for i, group := range byShape(operations) {
		if i > 0 {
			out.text(",")
		}
		path := group[0].Path
		out.json(path)
		out.text(":{")
		for i, o := range group {
			if i > 0 {
				out.text(",")
			}
			out.json(strings.ToLower(o.Method))
			out.text(":")
			op := documentOperation(o, path, components)
			if tag != "" {
				op.Tags = []string{tag}
			}
			out.json(op)
		}
		out.text("}")
	}
}

// byShape groups operations whose paths differ in the names of parameters alone.
func byShape(operations []*Operation) [][]*Operation {
	var groups [][]*Operation
	index := make(map[string]int, len(operations))
	for _, o := range operations {
		shape := shapeOfPath(o.Path)
		i, known := index[shape]
		if !known {
			i = len(groups)
			index[shape] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], o)
	}
	return groups
}

// shapeOfPath is the path without the names of its parameters.
func shapeOfPath(path string) string {
	segments := strings.Split(path, "/")
	for i, s := range segments {
		if strings.HasPrefix(s, "{") {
			segments[i] = "{}"
		}
	}
	return strings.Join(segments, "/")
}

// namesInPath lists the parameters of a path in their order.
func namesInPath(path string) []string {
	var names []string
	for segment := range strings.SplitSeq(path, "/") {
		if _, rest, ok := strings.Cut(segment, "{"); ok {
			name, _, _ := strings.Cut(rest, "}")
			names = append(names, name)
		}
	}
	return names
}

// documentWriter writes pieces of JSON and remembers the first failure.
type documentWriter struct {
	*bufio.Writer
	err error
}

func (w *documentWriter) text(s string) {
	if w.err == nil {
		_, w.err = w.WriteString(s)
	}
}

func (w *documentWriter) json(v any) {
	if w.err != nil {
		return
	}
	b, err := json.Marshal(v)
	if err == nil {
		_, err = w.Write(b)
	}
	w.err = err
}
