package server_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/behaviour"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/mocktest"
)

// inOrder are all operations, those that make things first and those that remove
// them last, what lies deepest before what it belongs to.
func (p *platform) inOrder() []*spec.Operation {
	ops := slices.Clone(p.catalogue.Operations())
	rank := func(op *spec.Operation) int {
		n := slices.Index([]string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodGet, http.MethodHead, http.MethodDelete}, op.Method) * 100
		if op.Method == http.MethodDelete {
			n -= strings.Count(op.Path, "/")*2 + strings.Count(op.Path, "{")
		}
		return n
	}
	slices.SortStableFunc(ops, func(a, b *spec.Operation) int { return rank(a) - rank(b) })
	return ops
}

// tally counts what passed, and tells of what did not.
type tally struct {
	tried, passed int
	problems      []string
	good          map[string]bool // operations or collections
}

func (c *tally) add(name, problem string) {
	c.tried++
	if problem == "" {
		c.passed++
		if c.good == nil {
			c.good = map[string]bool{}
		}
		c.good[name] = true
		return
	}
	c.problems = append(c.problems, name+": "+problem)
}

// share is how much of all passed, in percent.
func (c *tally) share() float64 { return 100 * float64(c.passed) / float64(max(1, c.tried)) }

// answers calls every operation once, as an administrator, with a valid request.
func answers(t *testing.T, planted garden, fixtures ...string) (answered, valid tally) {
	t.Helper()
	srv := mocktest.Start(t, mocktest.Options{Fixtures: fixtures, GrantRule: "off"})
	w := worldOf(t, srv)
	w.garden = planted
	misfits := map[string]string{}
	w.misfit = func(op *spec.Operation, call string, err error) {
		if misfits[op.ID] == "" {
			misfits[op.ID] = fmt.Sprintf("%s: %v", call, err)
		}
	}
	waiting := w.inOrder()
	failures := map[string]string{}
	for round := range 3 {
		if round > 0 {
			// What they need may have been changed or removed by other operations.
			srv.Reset(t)
			w.prepare()
		}
		var left []*spec.Operation
		for i, op := range waiting {
			if i > 0 && op.Method != waiting[i-1].Method {
				clear(w.none) // what was made meanwhile may help
			}
			got, call := w.try(op)
			if got.Status == http.StatusUnauthorized {
				srv.Reset(t) // an operation has changed who may sign in
				w.prepare()
				got, call = w.try(op)
			}
			if got.Status/100 != 2 {
				failures[op.ID] = fmt.Sprintf("%s %s: %s", w.rows[op.ID].Kind, call, told(got))
				left = append(left, op)
				continue
			}
			answered.add(op.ID, "")
			valid.add(op.ID, misfits[op.ID])
			if op.Method == http.MethodDelete {
				clear(w.known)
				_, path, _ := strings.Cut(call, " /api/v2")
				path, _, _ = strings.Cut(path, "?")
				w.gone[path] = true
			}
		}
		if len(left) == len(waiting) {
			break
		}
		waiting = left
	}
	for _, op := range waiting {
		answered.add(op.ID, failures[op.ID])
	}
	return answered, valid
}

// try calls the operation with a full body, and where that is refused, with a
// minimal one: the full one may hold what excludes each other.
func (w *world) try(op *spec.Operation) (got *mocktest.Response, call string) {
	path := w.path(op) + w.query(op)
	call = op.Method + " " + path
	body := w.current(op, path, w.full(op, 0))
	got = w.call(op, path, body)
	if got.Status/100 != 2 && body != nil {
		was := got
		if got = w.call(op, path, w.current(op, path, w.minimal(op))); got.Status/100 != 2 {
			call += ", in full: " + told(was) + ", minimal"
		}
	}
	if got.Status == http.StatusBadRequest && op.Method == http.MethodDelete && w.deactivate(op, path) {
		got = w.call(op, path, nil)
	}
	return got, call
}

// current gives a body the version of what it is for.
func (w *world) current(op *spec.Operation, path string, body any) any {
	fields, ok := body.(map[string]any)
	shape := op.RequestShape()
	get := w.paths[strings.TrimPrefix(behaviour.Anonymous(op.Path), "/api/v2")][http.MethodGet]
	if !ok || op.Method == http.MethodPost || shape == nil || shape.Property("version") == nil || get == nil {
		return body
	}
	var item map[string]any
	if decodeJSON(w.call(get, path, nil).Body, &item) == nil && item["version"] != nil {
		fields["version"] = item["version"]
		if shape.Property("version").Type == "string" {
			fields["version"] = scalarText(item["version"])
		}
	}
	return fields
}

// deactivate makes an item inactive, which some have to be before they can be
// deleted.
func (w *world) deactivate(op *spec.Operation, path string) bool {
	row := w.rows[op.ID]
	get, put := w.of(row.Collection, behaviour.Get), w.of(row.Collection, behaviour.Put)
	if get == nil || put == nil || put.RequestShape().Property("state") == nil {
		return false
	}
	var item map[string]any
	if decodeJSON(w.call(get, path, nil).Body, &item) != nil {
		return false
	}
	item["state"] = "inactive"
	return w.call(put, path, item).Status/100 == 2
}
