package server_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/behaviour"
	"github.com/mockcloud/mockcloud/internal/spec"
)

// walked is what a walk through a listing has found.
type walked struct {
	elements []map[string]any
	pages    int
	problem  string
}

// walk reads a listing page by page, with the numbers or cursors that it has.
func (w *world) walk(op *spec.Operation, path string, size int) walked {
	row, found := w.rows[op.ID], walked{}
	sizer := parameter(op, "pageSize", "limit", "count", "perPage")
	next := w.withQuery(path, sizer, fmt.Sprint(size))
	for number := 1; ; number++ {
		if number > 1000 {
			found.problem = "the pages have no end"
			return found
		}
		target := next
		if row.Style == "pages" {
			target = w.withQuery(next, parameter(op, "pageNumber", "page"), fmt.Sprint(number))
		}
		got := w.call(op, target, nil)
		if got.Status != http.StatusOK {
			found.problem = target + ": " + told(got)
			return found
		}
		list := elements(got, row.Items)
		found.elements = append(found.elements, list...)
		found.pages++
		if sizer != "" && row.Style != "all" && len(list) > size {
			found.problem = fmt.Sprintf("%d on a page of %d: %s", len(list), size, target)
			return found
		}
		switch row.Style {
		case "pages":
			if len(list) == 0 || len(list) < size {
				return found
			}
		case "cursor", "token":
			cursor := cursorIn(got.Body)
			if cursor == "" && len(list) == size && !hasCursors(op) {
				cursor = scalarText(list[len(list)-1]["id"]) // the place is known by its id
			}
			if cursor == "" {
				return found
			}
			next = w.withQuery(next, parameter(op, "after", "cursor", "pageToken", "nextPage", "nextPageToken"), cursor)
		default:
			return found
		}
	}
}

// hasCursors tells whether the answers of a listing can say where the next page is.
func hasCursors(op *spec.Operation) bool {
	shape := op.AnswerShape()
	return slices.ContainsFunc([]string{"cursors", "after", "cursor", "nextCursor", "nextPage", "nextPageToken", "pageToken", "continuationToken", "nextUri"}, shape.Has)
}

// cursorIn is what leads to the next page.
func cursorIn(body []byte) string {
	var answer struct {
		Cursors                                     struct{ After string }
		After, Cursor, NextCursor, NextPage         string
		NextPageToken, PageToken, ContinuationToken string
		NextURI                                     string `json:"nextUri"`
	}
	_ = json.Unmarshal(body, &answer) // a property of another type is no cursor
	for _, cursor := range []string{answer.Cursors.After, answer.NextCursor, answer.Cursor, answer.NextPageToken, answer.PageToken, answer.ContinuationToken} {
		if cursor != "" {
			return cursor
		}
	}
	for _, uri := range []string{answer.NextURI, answer.NextPage} {
		if _, query, ok := strings.Cut(uri, "?"); ok {
			values, err := url.ParseQuery(query)
			if err != nil {
				continue
			}
			for _, name := range []string{"after", "cursor", "pageToken", "nextPage", "nextPageToken"} {
				if v := values.Get(name); v != "" {
					return v
				}
			}
		}
	}
	if answer.After != "" {
		return answer.After
	}
	return answer.NextPage
}

// parameter is the first of these query parameters that the operation has.
func parameter(op *spec.Operation, names ...string) string {
	for _, name := range names {
		if slices.ContainsFunc(op.Parameters(), func(p spec.Parameter) bool { return p.In == "query" && p.Name == name }) {
			return name
		}
	}
	return ""
}

func (w *world) withQuery(target, name, value string) string {
	if name == "" {
		return target
	}
	path, query, _ := strings.Cut(target, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		w.t.Fatal(err)
	}
	values.Set(name, value)
	return path + "?" + values.Encode()
}

// paged are the listings by GET that have pages.
func (w *world) paged() []*spec.Operation {
	var ops []*spec.Operation
	for _, id := range slices.Sorted(maps.Keys(w.rows)) {
		row := w.rows[id]
		op, ok := w.catalogue.Operation(id)
		if ok && op.Method == http.MethodGet && row.Style != "" && row.Style != "all" && row.Items != "" && row.Kind != behaviour.None {
			ops = append(ops, op)
		}
	}
	return ops
}

// obeysPaging walks a listing of several items one by one, and says what is wrong
// with it.
func (w *world) obeysPaging(op *spec.Operation) string {
	row := w.rows[op.ID]
	values := w.values(op, nil)
	path := expandPath(op.Path, values) + w.query(op)
	if row.Kind == behaviour.List {
		w.addUntil(row, values, 3)
	}
	one := w.walk(op, path, 1)
	if one.problem != "" {
		return one.problem
	}
	many := w.walk(op, path, 100)
	if many.problem != "" {
		return many.problem
	}
	if len(one.elements) != len(many.elements) {
		return fmt.Sprintf("%d one by one, %d at once", len(one.elements), len(many.elements))
	}
	for i := range one.elements {
		if !equalJSON(one.elements[i], many.elements[i]) {
			return fmt.Sprintf("element %d is %s one by one and %s at once", i, short(one.elements[i]), short(many.elements[i]))
		}
	}
	if sizer := parameter(op, "pageSize", "limit", "count", "perPage"); sizer != "" && len(one.elements) > 1 && one.pages < len(one.elements) {
		return fmt.Sprintf("%d elements on %d pages of one", len(one.elements), one.pages)
	}
	if row.Style == "pages" {
		return w.pastTheEnd(op, path, len(many.elements))
	}
	return ""
}

// pastTheEnd looks at the totals, and at a page that does not exist.
func (w *world) pastTheEnd(op *spec.Operation, path string, n int) string {
	target := w.withQuery(w.withQuery(path, parameter(op, "pageSize", "perPage"), "1"), parameter(op, "pageNumber", "page"), "9999")
	got := w.call(op, target, nil)
	if got.Status != http.StatusOK || len(elements(got, w.rows[op.ID].Items)) > 0 {
		return target + ": " + told(got)
	}
	got = w.call(op, path, nil)
	answer := map[string]any{}
	if w.rows[op.ID].Items != "." && decodeJSON(got.Body, &answer) != nil {
		return told(got)
	}
	for _, name := range []string{"total", "totalCount"} {
		if total, there := answer[name].(json.Number); there && total.String() != fmt.Sprint(n) {
			return fmt.Sprintf("%s is %s, and %d are listed", name, total, n)
		}
	}
	return ""
}

// addUntil adds items to a collection until it has so many, where any can be
// added.
func (w *world) addUntil(row *behaviour.Row, values map[string]string, n int) {
	create := w.of(row.Collection, behaviour.Create)
	if create == nil || behaviour.Anonymous(create.Path) != "/api/v2"+behaviour.Anonymous(row.Collection) {
		return
	}
	path := expandPath(create.Path, w.values(create, values)) + w.query(create)
	for i := range n {
		if got := w.call(create, path, w.full(create, i)); got.Status/100 != 2 {
			w.call(create, path, w.minimal(create))
		}
	}
}
