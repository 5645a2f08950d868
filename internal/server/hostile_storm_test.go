package server_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/mockcloud/mockcloud/internal/spec"
)

// storm throws everything at one operation: all of it where there is something
// behind it, and a choice where the engine answers.
func (h *hostile) storm(op *spec.Operation, seed uint64) {
	h.begin(op, seed)
	n := func(few, many int) int {
		if !h.implemented[op.ID] {
			many = few
			if raceDetector && h.rng.IntN(9) > 0 {
				return 0
			}
		} else if raceDetector {
			many = (many + 3) / 4
		}
		return many
	}
	h.stormIDs(n(1, 9))
	h.stormQueries(n(1, 10))
	h.stormTokens(n(1, 8))
	h.stormHeaders(n(1, 6))
	if op.RequestShape() != nil {
		h.stormBodies(n(2, 18))
		h.stormSchema(n(3, 45))
		h.stormMedia(n(1, 8))
	}
	h.stormEncodings(n(1, 6))
	h.stormMethods(n(1, 4))
}

var asJSON = []string{"Content-Type: application/json"}

// good is a request that fits the specification.
func (h *hostile) good(what string) *oddRequest {
	target := h.ids.path(h.rng, h.op)
	if query := required(h.op); len(query) > 0 {
		target += "?" + query.Encode()
	}
	q := &oddRequest{method: h.op.Method, target: target, what: what}
	if h.op.RequestShape() != nil {
		q.header, q.body = asJSON, encoded(h.make.body(h.op, 0.4))
	}
	return q
}

func (h *hostile) stormIDs(n int) {
	var names []string
	for _, p := range h.op.Parameters() {
		if p.In == "path" {
			names = append(names, p.Name)
		}
	}
	if len(names) == 0 {
		return
	}
	for range n {
		odd := one(h.rng, oddIDs)
		if h.rng.IntN(8) == 0 && len(h.ids.all) > 0 {
			odd = one(h.rng, h.ids.all)
		}
		q := h.good("id " + odd[:min(len(odd), 40)])
		q.target = h.ids.pathWith(h.rng, h.op, one(h.rng, names), odd)
		if query := required(h.op); len(query) > 0 {
			q.target += "?" + query.Encode()
		}
		q.atDoor = strings.ContainsAny(odd, " \x00") || strings.Contains(odd, "%z") || odd == "%"
		h.try(q, h.caller())
	}
}

func (h *hostile) stormQueries(n int) {
	var params []spec.Parameter
	for _, p := range h.op.Parameters() {
		if p.In == "query" {
			params = append(params, p)
		}
	}
	for i := range n {
		q := h.good("query")
		path, _, _ := strings.Cut(q.target, "?")
		if len(params) == 0 || i%3 == 0 {
			q.target = path + "?" + one(h.rng, oddQueries)
			h.try(q, h.caller())
			continue
		}
		query := required(h.op)
		for range 1 + h.rng.IntN(3) {
			p := one(h.rng, params)
			switch h.rng.IntN(5) {
			case 0:
				query.Add(p.Name, sample(p))
			case 1:
				query.Set(p.Name, h.ids.pick(h.rng, p.Name))
			default:
				query.Add(p.Name, one(h.rng, oddTexts))
			}
		}
		q.target = path + "?" + query.Encode()
		h.try(q, h.caller())
	}
}

func (h *hostile) stormTokens(n int) {
	for i := range n {
		bad := h.bad[i%len(h.bad)]
		if n < len(h.bad) {
			bad = one(h.rng, h.bad)
		}
		q := h.good("token: " + bad.name)
		q.header = append(append([]string{}, q.header...), bad.header...)
		q.badAuth, q.atDoor = true, bad.atDoor
		h.try(q, "")
	}
	if h.op.Facts().Auth != spec.Token {
		return
	}
	q := h.good("a scheme in lower case")
	q.header = append(append([]string{}, q.header...), "authorization: bEaReR "+h.person)
	if a := h.try(q, ""); a != nil && a.status == http.StatusUnauthorized && !h.dirty {
		h.fail(q, a, "the scheme is case-blind")
	}
	for range (n + 9) / 10 {
		h.try(h.good("no permission"), h.weak)
		q := h.good("another organization's ids")
		held := strings.Contains(h.op.Path, "{") && strings.Contains(q.target, "-4000-8000-")
		if a := h.try(q, h.stranger); a != nil && held && a.status < http.StatusBadRequest && h.op.Method != http.MethodGet {
			h.fail(q, a, "an object of another organization")
		}
	}
}

func (h *hostile) stormHeaders(n int) {
	for range n {
		q := h.good("header")
		lines := one(h.rng, oddHeaders)
		q.what += " " + lines[0][:min(40, len(lines[0]))]
		if h.rng.IntN(10) == 0 {
			q.what, lines, q.atDoor = "a flood of headers", flood(3000), true
		}
		q.header = append(append([]string{}, q.header...), lines...)
		h.try(q, h.caller())
	}
}

func (h *hostile) stormBodies(n int) {
	for i := range n {
		q := h.good("body")
		q.body = oddBodies[i%len(oddBodies)]
		if n < len(oddBodies)/2 {
			q.body = one(h.rng, oddBodies)
		}
		q.what = "body " + strconv.QuoteToASCII(string(q.body[:min(len(q.body), 40)]))
		h.try(q, h.caller())
	}
	if h.implemented[h.op.ID] || h.rng.IntN(20) == 0 {
		q := h.good("a huge body")
		q.body = one(h.rng, hugeBodies)
		h.try(q, h.caller())
	}
}

// stormSchema sends what the schema allows, and the same with one thing wrong.
func (h *hostile) stormSchema(n int) {
	for i := range n {
		fill := one(h.rng, []float64{0, 0.3, 0.7, 1})
		q := h.good("a body that fits")
		body := h.accepted(q, h.make.body(h.op, fill))
		if i%8 != 0 {
			var where string
			body, where = h.make.broken(body)
			q.what = "a body with an odd " + where
			if h.rng.IntN(4) == 0 {
				body, _ = h.make.broken(body)
				q.what += " and more"
			}
		}
		q.body = encoded(body)
		h.try(q, h.caller())
	}
}

// accepted is a body that the operation is likely to take: one that is known to
// be good, or what is there already; else the one that was made up.
func (h *hostile) accepted(q *oddRequest, made any) any {
	if !h.implemented[h.op.ID] || h.rng.IntN(4) == 0 {
		return made
	}
	if text, ok := goodBodies[h.op.ID]; ok {
		var body any
		if err := json.Unmarshal([]byte(h.make.fillIn(text)), &body); err != nil {
			h.t.Errorf("the body for %s: %v", h.op.ID, err)
		}
		return body
	}
	reader := h.readers[h.op.Path]
	if !reader {
		return made
	}
	a, err := h.wire.send(&oddRequest{method: http.MethodGet, target: q.target, header: []string{"Authorization: Bearer " + h.person}})
	var body map[string]any
	if err != nil || a.status != http.StatusOK || json.Unmarshal(a.body, &body) != nil {
		return made
	}
	if entities, ok := body["entities"].([]any); ok && len(entities) > 0 {
		body, ok = one(h.rng, entities).(map[string]any)
		if !ok {
			return made
		}
		delete(body, "id")
		if _, named := body["name"]; named {
			body["name"] = h.make.text(&spec.Shape{}, "name", "")
		}
	}
	return body
}

func (h *hostile) stormMedia(n int) {
	for range n {
		q := h.good("media type")
		media := one(h.rng, oddMedia)
		q.what += " " + media[:min(len(media), 40)]
		q.header = []string{"Content-Type: " + media}
		if h.rng.IntN(5) == 0 {
			q.header = append(q.header, "Content-Type: text/xml")
		}
		q.atDoor = strings.Contains(media, "\x0b")
		h.try(q, h.caller())
	}
}

func (h *hostile) stormEncodings(n int) {
	for range n {
		q := h.good("encoding")
		lines := append([]string{}, q.header...)
		switch h.rng.IntN(8) {
		case 0:
			q.what, q.body = "a gzip bomb", bomb()
			lines = append(lines, "Content-Encoding: gzip")
		case 1:
			q.what = "a content encoding"
			lines = append(lines, "Content-Encoding: "+one(h.rng, []string{"gzip", "br", "deflate", "identity", "x, y, z", ""}))
		case 2:
			q.what, q.chunked = "chunked", true
			if h.rng.IntN(3) == 0 {
				q.body = one(h.rng, hugeBodies)
			}
		case 3:
			q.what = "expect"
			lines = append(lines, "Expect: "+one(h.rng, []string{"100-continue", "100-Continue", "200-ok", ""}))
			q.atDoor = true
		case 4:
			q.what, q.announce, q.hangUp = "more announced than sent", len(q.body)+10, true
		case 5:
			if len(q.body) > 3 {
				q.what, q.announce = "less announced than sent", len(q.body)-2
			}
		case 6:
			q.what, q.announce, q.hangUp = "a length beyond all limits", 1<<40, true
		case 7:
			q.what, q.atDoor = "an odd transfer encoding", true
			lines = append(lines, "Transfer-Encoding: "+one(h.rng, []string{"gzip", "identity", "chunked, chunked", "x"}))
			q.hangUp = true
		}
		q.header = lines
		h.try(q, h.caller())
	}
}

func (h *hostile) stormMethods(n int) {
	for range n {
		q := h.good("method")
		q.method = one(h.rng, oddMethods)
		q.what += " " + q.method[:min(20, len(q.method))]
		q.atDoor = q.method == "*" || q.method == http.MethodConnect
		if h.rng.IntN(4) == 0 {
			q.target = one(h.rng, []string{"", "//", "/./", "/x/../"}) + strings.TrimPrefix(q.target, "/")
			q.atDoor = true
		}
		h.try(q, h.caller())
	}
}
