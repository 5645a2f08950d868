package seed

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/mockcloud/mockcloud/internal/outbound"
)

// stubEntry is a stub as a fixture writes it: the call, and the response.
type stubEntry struct {
	place
	id, method, url text
	body            bodyMatchEntry
	response        responseEntry
}

var stubKeys = []key[stubEntry]{
	{"id", false, func(s *stubEntry, v value) error { return v.word(&s.id) }},
	{"method", false, func(s *stubEntry, v value) error { return v.word(&s.method) }},
	{"url", true, func(s *stubEntry, v value) error { return v.word(&s.url) }},
	{"body", false, func(s *stubEntry, v value) error {
		s.body.set = true
		return object(v, &s.body, bodyMatchKeys)
	}},
	{"response", false, func(s *stubEntry, v value) error { return object(v, &s.response, responseKeys) }},
}

// stubs decodes a list of stubs. It counts at once: aliases can make a short
// text hold more than there is memory for.
func (v value) stubs(into *[]stubEntry) error {
	size := 0
	return v.list(func(v value) error {
		e := stubEntry{place: v.place}
		if err := object(v, &e, stubKeys); err != nil {
			return err
		}
		*into = append(*into, e)
		size += len(e.response.body.s) + len(e.response.text.s) + len(e.body.contains.s)
		if len(*into) > outbound.MaxStubs || size > outbound.MaxStubBytes {
			return v.fail("is one too many: %s", outbound.ErrFull)
		}
		return nil
	})
}

type bodyMatchEntry struct {
	set                    bool
	contains, containsText text
}

var bodyMatchKeys = []key[bodyMatchEntry]{
	{"contains", false, func(b *bodyMatchEntry, v value) error { return v.json(&b.contains) }},
	{"containsText", false, func(b *bodyMatchEntry, v value) error { return v.text(&b.containsText) }},
}

type responseEntry struct {
	status, delay int
	headers       map[string]string
	body, text    text
}

var responseKeys = []key[responseEntry]{
	{"status", false, func(r *responseEntry, v value) error { return v.number(&r.status, 100, 599) }},
	{"headers", false, func(r *responseEntry, v value) error { return v.headers(&r.headers) }},
	{"body", false, func(r *responseEntry, v value) error { return v.json(&r.body) }},
	{"text", false, func(r *responseEntry, v value) error { return v.anyText(&r.text) }},
	{"delayMilliseconds", false, func(r *responseEntry, v value) error {
		return v.number(&r.delay, 0, int(outbound.MaxDelay.Milliseconds()))
	}},
}

// headers decodes a mapping of any names to texts.
func (v value) headers(into *map[string]string) error {
	n := v.target()
	if n.Kind != yaml.MappingNode {
		return v.fail("must be a mapping of names and values, is %s", v.kind())
	}
	*into = make(map[string]string)
	for i := 0; i+1 < len(n.Content); i += 2 {
		name := n.Content[i].Value
		at := value{place{v.file, n.Content[i].Line, join(v.path, shorten(name))}, n.Content[i+1]}
		if _, twice := (*into)[name]; twice {
			return at.fail("is there twice")
		}
		var t text
		if err := at.anyText(&t); err != nil {
			return err
		}
		(*into)[name] = t.s
	}
	return nil
}

// json decodes any value as the JSON text that it stands for.
func (v value) json(into *text) error {
	var b strings.Builder
	if err := v.writeJSON(&b, 0); err != nil {
		return err
	}
	*into = text{v.place, b.String()}
	return nil
}

// maxDepth is far above what anybody writes, and stops aliases that contain
// themselves.
const maxDepth = 100

// writeJSON keeps the order of keys and the digits of numbers. Aliases can make
// a short text say very much, so it stops at the size that a response may have.
func (v value) writeJSON(b *strings.Builder, depth int) error {
	switch {
	case depth > maxDepth:
		return v.fail("is nested deeper than %d levels", maxDepth)
	case b.Len() > outbound.MaxResponse:
		return v.fail("must not be larger than 2 MB (%d bytes)", outbound.MaxResponse)
	}
	n := v.target()
	switch n.Kind {
	case yaml.MappingNode:
		return v.writeObject(b, depth)
	case yaml.SequenceNode:
		b.WriteByte('[')
		for i, child := range n.Content {
			if i > 0 {
				b.WriteByte(',')
			}
			at := value{v.inside(child.Line, "["+strconv.Itoa(i)+"]"), child}
			if err := at.writeJSON(b, depth+1); err != nil {
				return err
			}
		}
		b.WriteByte(']')
		return nil
	case yaml.ScalarNode:
		return v.writeScalar(b)
	}
	return v.fail("cannot be written as JSON")
}

// maxPath is the length from which on the place of a value is that of what it
// stands in: a million aliases with long places would take seconds.
const maxPath = 300

// inside is the place of a part of a JSON value.
func (v value) inside(line int, step string) place {
	if len(v.path) > maxPath {
		step = ""
	}
	return place{v.file, line, v.path + step}
}

func (v value) writeObject(b *strings.Builder, depth int) error {
	n := v.target()
	seen := make(map[string]bool, len(n.Content)/2)
	b.WriteByte('{')
	for i := 0; i+1 < len(n.Content); i += 2 {
		name := n.Content[i]
		at := value{v.inside(name.Line, "."+shorten(name.Value)), n.Content[i+1]}
		switch {
		case name.Kind != yaml.ScalarNode, name.ShortTag() == "!!merge":
			return v.fail("has a key that cannot be written as JSON")
		case seen[name.Value]:
			return at.fail("is there twice")
		}
		seen[name.Value] = true
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(quote(name.Value))
		b.WriteByte(':')
		if err := at.writeJSON(b, depth+1); err != nil {
			return err
		}
	}
	b.WriteByte('}')
	return nil
}

func (v value) writeScalar(b *strings.Builder) error {
	n := v.target()
	switch tag := n.ShortTag(); tag {
	case "!!null":
		b.WriteString("null")
	case "!!bool":
		var on bool
		if err := n.Decode(&on); err != nil {
			return v.fail("must be true or false")
		}
		fmt.Fprintf(b, "%t", on)
	case "!!int", "!!float":
		if json.Valid([]byte(n.Value)) && strings.Trim(n.Value, "+-.eE0123456789") == "" {
			b.WriteString(n.Value)
			return nil
		}
		// Such as 0x10 and 1_000, which JSON writes in another way.
		var number float64
		if err := n.Decode(&number); err != nil {
			return v.fail("must be a number")
		}
		encoded, err := json.Marshal(number)
		if err != nil {
			return v.fail("is a number that JSON does not have")
		}
		b.Write(encoded)
	case "!!str", "!!timestamp":
		b.WriteString(quote(n.Value))
	default:
		return v.fail("cannot be written as JSON; put it in quotes")
	}
	return nil
}

// quote writes a text as JSON, angle brackets as they are.
func quote(s string) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(s) // a text always encodes, and a builder takes everything
	return strings.TrimSuffix(b.String(), "\n")
}

// resolveStubs checks the stubs of all documents, in the order of the files.
// Unlike the rest of a document, they belong to no organization.
func (d *Document) resolveStubs(entries []*document) error {
	ids, size := make(map[string]place), 0
	for _, from := range entries {
		for i := range from.stubs {
			e := &from.stubs[i]
			stub, err := e.stub(from.organization.name.s, ids)
			if err != nil {
				return err
			}
			size += len(stub.ResponseBody)
			if len(ids) > outbound.MaxStubs || size > outbound.MaxStubBytes {
				return e.fail("is one too many: %s", outbound.ErrFull)
			}
			d.stubs = append(d.stubs, stub)
		}
	}
	return nil
}

// stub is the checked stub of an entry. Its id is entered among those of the
// others.
func (e *stubEntry) stub(org string, ids map[string]place) (*outbound.Stub, error) {
	s := &outbound.Stub{
		ID: e.id.s, Method: e.method.s, URL: e.url.s,
		Status: e.response.status, Headers: e.response.headers, DelayMilliseconds: e.response.delay,
		JSON: e.response.body.s != "", ResponseBody: cmp.Or(e.response.body.s, e.response.text.s),
	}
	if s.JSON && e.response.text.s != "" {
		return nil, e.response.text.fail("does not go with body: a response has one of them")
	}
	if e.body.set {
		s.Body = &outbound.BodyMatch{Contains: e.body.contains.s, ContainsText: e.body.containsText.s}
	}
	// Several stubs for one URL tell bodies apart, and need ids of their own.
	for n, taken := 0, e.id.s == ""; taken; n++ {
		s.ID = DeriveID(org, "stub", fmt.Sprintf("%d %s %s", n, s.Method, s.URL))
		_, taken = ids[s.ID]
	}
	if err := s.Check(); err != nil {
		if flaw, ok := errors.AsType[*outbound.Flaw](err); ok {
			return nil, e.at(flaw.Field).fail("%s", flaw.Reason)
		}
		return nil, e.fail("%s", err)
	}
	if before, taken := ids[s.ID]; taken {
		return nil, e.id.fail("there is a stub %q already in %s", s.ID, before.where())
	}
	ids[s.ID] = e.place
	return s, nil
}
