package engine

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/spec"
)

// fields are the properties of an item while it is put together.
type fields = map[string]any

// sent is the body of the call, in the form that items are kept in.
func (p *plan) sent(c *handlers.Call) fields {
	body, ok := c.Input.Body.(fields)
	if !ok {
		return fields{}
	}
	out := maps.Clone(body)
	if len(p.free) > 0 {
		var texts map[string]json.RawMessage
		if json.Unmarshal(c.Input.Raw, &texts) == nil {
			for _, name := range p.free {
				if text, there := texts[name]; there && out[name] != nil {
					out[name] = text
				}
			}
		}
	}
	unwrap(out, p.wrapped)
	return out
}

// decodeFields reads what is stored.
func decodeFields(body json.RawMessage) fields {
	out := fields{}
	if len(body) == 0 {
		return out
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if d.Decode(&out) != nil {
		return fields{}
	}
	return out
}

// shallow reads what is stored, each property as the text that it is.
func shallow(body json.RawMessage) fields {
	var texts map[string]json.RawMessage
	if len(body) == 0 || json.Unmarshal(body, &texts) != nil {
		return fields{}
	}
	out := make(fields, len(texts))
	for name, text := range texts {
		out[name] = text
	}
	return out
}

func encode(v any) (json.RawMessage, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// refer turns the ids that a request names things by into the references that the
// answer has in their place: queueId into queue, memberIds into members.
func refer(body fields, entity *spec.Shape) {
	if entity == nil {
		return
	}
	for name, value := range body {
		if entity.Has(name) {
			continue
		}
		if short, ok := strings.CutSuffix(name, "Id"); ok && entity.Has(short) && body[short] == nil {
			if target := entity.Property(short); target.Type == "object" && target.Has("id") {
				body[short] = fields{"id": value}
			}
		}
		if short, ok := strings.CutSuffix(name, "Ids"); ok {
			for _, plural := range plurals(short) {
				if target := entity.Property(plural); target != nil && target.Type == "array" && body[plural] == nil {
					body[plural] = value
				}
			}
			if list, ok := value.([]any); ok && len(list) > 0 && entity.Has(short) && body[short] == nil {
				if target := entity.Property(short); target.Type == "object" && target.Has("id") {
					body[short] = fields{"id": list[0]} // there is room for one only
				}
			}
		}
	}
}

// plurals are the words that may stand for several of a noun.
func plurals(noun string) []string {
	all := []string{noun + "s", noun + "es"}
	if stem, ok := strings.CutSuffix(noun, "y"); ok {
		all = append(all, stem+"ies")
	}
	return all
}

const apiPrefix = "/api/v2"

// textOf is a scalar as text.
func textOf(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case json.RawMessage:
		var inner any
		d := json.NewDecoder(bytes.NewReader(v))
		d.UseNumber()
		if d.Decode(&inner) == nil {
			return textOf(inner)
		}
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

// checkVersion refuses a change that names another version than the stored one.
func (p *plan) checkVersion(body, old fields) error {
	stored, sent := textOf(old["version"]), textOf(body["version"])
	if sent == "" || stored == "" || sent == stored || p.entity == nil || !p.request.Has("version") {
		return nil
	}
	return p.stale(sent, stored)
}

// noReference refuses a body that names what does not exist.
func (p *plan) noReference(c *handlers.Call, field, id string) *apierr.Error {
	id = cut(id, maxSaid)
	for _, code := range []string{"resource.not.found", field + ".not.found", "invalid." + field, "division.not.found"} {
		if _, _, ok := p.op.ErrorCode(code); ok {
			return c.Documented(400, code, id).OnField(field)
		}
	}
	return apierr.Newf(400, "bad.request", "There is no %s %s.", field, id).OnField(field)
}

// dress makes the fields an item as its collection's own operation answers it,
// and returns beside it what is no part of that.
func (p *plan) dress(c *handlers.Call, body fields, id string) (whole, rest json.RawMessage, err error) {
	if p.entity == nil {
		whole, err = encode(body)
		return whole, nil, err
	}
	p.stampURIs(body)
	p.nameReferences(c, body)
	p.nameUser(c, body)
	if p.collection.Has("drop-empty") {
		for name, value := range body {
			if object, ok := value.(fields); ok && len(object) == 0 {
				delete(body, name)
			}
		}
	}
	left := fields{}
	for name, value := range body {
		if !p.entity.Has(name) && p.entity.Values() == nil && !isSecret(name, value) {
			left[name] = value
		}
	}
	fitted, _ := p.entity.Fit(body, spec.Filler{Now: c.Now(), ID: id})
	if whole, err = encode(fitted); err != nil || len(left) == 0 {
		return whole, nil, err
	}
	rest, err = encode(left)
	return whole, rest, err
}

// isSecret tells whether a property holds what nobody is told: it is not kept where
// the item's own answer does not have it.
func isSecret(name string, value any) bool {
	if _, text := value.(string); !text {
		return false
	}
	lower := strings.ToLower(name)
	return lower == "pin" || strings.HasSuffix(lower, "token") || strings.HasSuffix(lower, "secret") || strings.HasSuffix(lower, "password") ||
		strings.HasSuffix(lower, "apikey") || strings.HasSuffix(lower, "privatekey")
}

// all are the fields of an item, with those that are no part of its own answer.
func (d *document) all() fields {
	out := decodeFields(d.Rest)
	maps.Copy(out, shallow(d.Body))
	return out
}

// deep are all fields of an item, decoded throughout.
func (d *document) deep() fields {
	out := decodeFields(d.Rest)
	maps.Copy(out, decodeFields(d.Body))
	return out
}

// present is an item in the shape of an answer.
func (p *plan) present(c *handlers.Call, d *document, shape *spec.Shape, whole bool) (any, error) {
	if shape == nil {
		return handlers.None{}, nil
	}
	if whole {
		return d.Body, nil
	}
	key := d.Path[strings.LastIndexByte(d.Path, '/')+1:]
	all := d.all()
	if p.special.view != nil {
		all = p.special.view(p, c, d.deep(), shape)
	}
	fitted, _ := shape.Fit(all, spec.Filler{Now: c.Now(), ID: key})
	return fitted, nil
}

// respond answers an item as the operation does: its text as it is stored, where
// that is the answer.
func (p *plan) respond(c *handlers.Call, d *document) (any, error) {
	if p.whole && p.answer != nil {
		return handlers.Raw{ContentType: "application/json", Body: d.Body}, nil
	}
	return p.present(c, d, p.answer, p.whole)
}

// rawOf is a value as text, where it is kept as one.
func rawOf(value any) json.RawMessage {
	text, _ := value.(json.RawMessage)
	return text
}

// settable tells whether a request can set a property.
func (p *plan) settable(name string) bool {
	if p.request == nil {
		return false
	}
	s := p.request.Property(name)
	return s != nil && !s.ReadOnly
}

// namesItself tells whether a request chooses the id of what it makes: where it must,
// and where it gives no other name, as with the domains of e-mail.
func (p *plan) namesItself(body fields) bool {
	if p.request != nil && slices.Contains(p.request.Required, "id") {
		return true
	}
	return p.settable("id") && textOf(body["name"]) == ""
}

// merge puts what was sent over what is stored: objects property by property,
// everything else as a whole.
func merge(old, sent any) any {
	if text, raw := old.(json.RawMessage); raw {
		if _, isObject := sent.(fields); isObject {
			old = decodeFields(text)
		}
	}
	before, ok := old.(fields)
	now, both := sent.(fields)
	if !ok || !both {
		return sent
	}
	if id := textOf(now["id"]); id != "" && id != textOf(before["id"]) {
		return sent // it refers to something else: nothing of the old one holds
	}
	out := maps.Clone(before)
	for name, value := range now {
		out[name] = merge(out[name], value)
	}
	return out
}
