package engine

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/spec"
)

// compute answers what is computed from what is stored: nothing is made up, so
// where there is nothing to compute from, lists are empty and counts zero.
func (p *plan) compute(c *handlers.Call) (any, error) {
	if p.answer == nil {
		return handlers.None{}, nil
	}
	if p.row.Items != "" && p.listing != nil {
		return p.nothing(c)
	}
	d, err := p.other(c)
	if err != nil {
		return nil, err
	}
	if d != nil {
		return p.respond(c, d)
	}
	if p.answer.Type != "object" {
		fitted, _ := p.answer.Fit(nil, spec.Filler{Now: c.Now(), ID: lastKey(c)})
		return fitted, nil
	}
	out := fields{}
	if p.request != nil && p.request.Type == "object" {
		out = p.sent(c)
		for _, name := range unsaid {
			delete(out, name)
		}
	}
	if err := p.work(c, out); err != nil {
		return nil, err
	}
	return p.fit(c, out), nil
}

// unsaid are the properties of a body that no answer repeats: secrets, and what only
// the service itself can say.
var unsaid = []string{"apiKey", "secret", "password", "privateKey", "token", "lastError"}

// fit makes fields an answer.
func (p *plan) fit(c *handlers.Call, out fields) any {
	fitted, _ := p.answer.Fit(out, p.filler(c))
	return fitted
}

// filler is what answers are made of where nobody gave anything.
func (p *plan) filler(c *handlers.Call) spec.Filler {
	return spec.Filler{Now: c.Now(), ID: lastKey(c)}
}

// nothing is a listing of nothing.
func (p *plan) nothing(c *handlers.Call) (any, error) {
	size, number, err := p.asked(c)
	if err != nil {
		return nil, err
	}
	wrapped := p.wrap(c, &page{size: size, number: number}, []any{})
	if out, ok := wrapped.(fields); ok {
		p.nameThings(c, p.answer, out)
		if p.started() {
			finish(p.answer, out, c.Now())
		}
		none(p.answer, out)
		return p.fit(c, out), nil
	}
	return wrapped, nil
}

// work puts together what is answered of nothing stored: what the path and the
// query name, that work is done, that what was to be checked is fine, and of lists
// and counts none.
func (p *plan) work(c *handlers.Call, out fields) error {
	p.nameThings(c, p.answer, out)
	id := lastKey(c)
	if c.Operation.Method != "GET" && id != "" {
		id = c.NewID() // what was asked for is something new below what the path names
	}
	if p.answer.Has("id") && out["id"] == nil && id != "" {
		out["id"] = id
	}
	if p.answer.Has("selfUri") {
		out["selfUri"] = c.Path
	}
	now := c.Now().UTC().Format(clock.Layout)
	for _, name := range []string{"currentDate", "dataAvailabilityDate", "exportTimestamp", "eventTime"} {
		if s := p.answer.Property(name); s != nil && out[name] == nil {
			out[name] = now
		}
	}
	for _, name := range []string{"valid", "allowed"} {
		if s := p.answer.Property(name); s != nil && s.Type == "boolean" && out[name] == nil {
			out[name] = true
		}
	}
	if p.started() {
		finish(p.answer, out, c.Now())
		for _, name := range idNames[1:] {
			if s := p.answer.Property(name); s != nil && s.Type == "string" && out[name] == nil {
				out[name] = c.NewID()
			}
		}
	}
	if c.Operation.Method != "GET" {
		if _, err := p.addUpload(c, p.answer, out, "", textOf(out["fileName"])); err != nil {
			return err
		}
	}
	if err := p.addDownloads(c, out); err != nil {
		return err
	}
	none(p.answer, out)
	return nil
}

// other finds the item that a computed answer is, or is a part of: one of the
// collection that the path leads through, under another path.
func (p *plan) other(c *handlers.Call) (*document, error) {
	if p.collection == nil || p.entity == nil || p.answer.Type != "object" || p.engine.Owners[p.collection.Path] != nil {
		return nil, nil
	}
	if !same(p.answer, p.entity) && (p.op.Method != "GET" || !alike(p.answer, p.entity)) {
		return nil, nil
	}
	last := strings.LastIndexByte(p.op.Path, '/')
	for _, parent := range slices.Backward(p.row.Parents) {
		if parent.Collection == p.row.Collection {
			return find(c.Tx, p.at(c)+"/"+escape(c.Param(parent.Param)))
		}
	}
	if p.op.Path[last:] != "/latest" {
		return nil, nil
	}
	all, err := gather(c.Tx, p.at(c), nil)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, p.notFound(c, "", "latest")
	}
	return all[len(all)-1], nil
}

// alike tells whether an answer is an item, or most of one.
func alike(answer, entity *spec.Shape) bool {
	if same(answer, entity) {
		return true
	}
	names := answer.PropertyNames()
	shared := 0
	for _, name := range names {
		if a, b := answer.Property(name), entity.Property(name); b != nil && a.Type == b.Type {
			shared++
		}
	}
	return len(names) > 4 && 5*shared >= 4*len(names)
}

// nameThings sets the properties that name what the path and the query name: the
// conversation of a conversationId, dateStartWorkday of startWorkday, the caller of
// /me.
func (p *plan) nameThings(c *handlers.Call, shape *spec.Shape, out fields) {
	if shape.Type != "object" {
		return
	}
	for _, param := range p.op.Parameters() {
		value := ""
		switch param.In {
		case "path":
			value = c.Param(param.Name)
		case "query":
			value = c.Input.Query.Get(param.Name)
		}
		if value != "" {
			p.nameThing(shape, out, param, value)
		}
	}
	if c.Caller == nil || c.Caller.User == nil {
		return
	}
	for segment := range strings.SplitSeq(p.op.Path, "/") {
		if segment == "me" || segment == "mine" {
			setReference(shape, out, "user", c.Caller.User.ID, "/users")
		}
	}
}

// howListed are the parameters that name nothing.
var howListed = map[string]bool{
	"id": true, "pageSize": true, "pageNumber": true, "sortBy": true, "sortOrder": true, "expand": true, "limit": true, "cursor": true, "after": true, "before": true,
}

func (p *plan) nameThing(shape *spec.Shape, out fields, param spec.Parameter, value string) {
	if s := shape.Property(param.Name); s != nil && out[param.Name] == nil && !howListed[param.Name] {
		switch s.Type {
		case "string":
			out[param.Name] = value
		case "integer":
			if _, err := strconv.Atoi(value); err == nil {
				out[param.Name] = json.Number(value)
			}
		}
	}
	first, size := utf8.DecodeRuneInString(param.Name)
	if date := "date" + string(unicode.ToUpper(first)) + param.Name[size:]; shape.Has(date) && out[date] == nil {
		out[date] = value
	}
	noun, ok := strings.CutSuffix(param.Name, "Id")
	if !ok || noun == "" {
		return
	}
	base := p.engine.Table.Named(noun)
	for _, parent := range p.row.Parents {
		if parent.Param == param.Name && strings.IndexByte(parent.Collection, '{') < 0 {
			base = parent.Collection
		}
	}
	if shape.Has(noun) {
		setReference(shape, out, noun, value, base)
		return
	}
	suffix := strings.ToUpper(noun[:1]) + noun[1:]
	for _, name := range shape.PropertyNames() {
		if strings.HasSuffix(name, suffix) {
			setReference(shape, out, name, value, base)
			return
		}
	}
}

// setReference sets a property to a reference to something.
func setReference(shape *spec.Shape, out fields, name, id, base string) {
	s := shape.Property(name)
	if s == nil || s.Type != "object" || !s.Has("id") || out[name] != nil {
		return
	}
	ref := fields{"id": id}
	if s.Has("selfUri") && base != "" {
		ref["selfUri"] = apiPrefix + base + "/" + escape(id)
	}
	out[name] = ref
}

func number(n int) json.Number { return json.Number(strconv.Itoa(n)) }
