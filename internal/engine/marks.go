package engine

import (
	"encoding/json"
	"maps"
	"strconv"
	"strings"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/spec"
)

// marks are what the API itself keeps of an item: the properties that the entity's
// shape has for it. They are found once.
type marks struct {
	created, modified   []string
	creators, modifiers []person
	states              [][2]string // property and the value that it has at first
	unpublished         bool        // there is a property that says whether it is published
	version             string      // the type of it; "" where there is none
	versionFixed        bool        // requests cannot set it
	selfURI             bool
	division            string      // the type of it; "" where there is none
	references          [][2]string // property and the collection that it refers to
	inner               *marks      // of the metadata; nil where the entity has none
}

// person is a property that says who did something.
type person struct {
	name        string
	object, uri bool // whether it is an object, and has an address
}

// The properties that the API itself keeps.
var (
	createdNames  = []string{"dateCreated", "createdDate", "creationDate", "createdTime"}
	modifiedNames = []string{"dateModified", "modifiedDate", "dateLastModified", "lastModified", "lastModifiedDate", "dateUpdated", "updatedDate"}
	creatorNames  = []string{"createdBy", "createdByUser", "creator"}
	modifierNames = []string{"modifiedBy", "lastModifiedBy", "updatedBy", "modifiedByUser"}
)

// marksOf finds the marks of an entity. Of the newer schemas it is not known which
// texts are dates: there, the names decide.
func (e *Engine) marksOf(entity *spec.Shape, newer bool) *marks {
	m := &marks{}
	if entity == nil {
		return m
	}
	dates := func(names []string) (found []string) {
		for _, name := range names {
			if s := entity.Property(name); s != nil && s.Type == "string" && (s.Format == "date-time" || (s.Format == "" && newer)) {
				found = append(found, name)
			}
		}
		return found
	}
	people := func(names []string) (found []person) {
		for _, name := range names {
			switch s := entity.Property(name); {
			case s == nil:
			case s.Type == "string":
				found = append(found, person{name: name})
			case s.Type == "object" && s.Has("id"):
				found = append(found, person{name, true, s.Has("selfUri")})
			}
		}
		return found
	}
	m.created, m.modified = dates(createdNames), dates(modifiedNames)
	m.creators, m.modifiers = people(creatorNames), people(modifierNames)
	if s := entity.Property("version"); s != nil {
		m.version, m.versionFixed = s.Type, s.ReadOnly
	}
	m.selfURI = entity.Has("selfUri")
	if s := entity.Property("division"); s != nil {
		m.division = s.Type
	}
	for _, name := range []string{"state", "status", "campaignStatus"} {
		if s := entity.Property(name); s != nil {
			if first := firstState(s.Enum); first != "" {
				m.states = append(m.states, [2]string{name, first})
			}
		}
	}
	m.unpublished = entity.Property("published") != nil && entity.Property("published").Type == "boolean"
	if inner := entity.Property(metadataName); inner != nil && inner.Type == "object" && inner.Has("version") && inner.Has("modifiedBy") {
		m.inner = e.marksOf(inner, newer)
	}
	for _, name := range entity.PropertyNames() {
		if base := e.Table.Named(name); base != "" && entity.Property(name).Has("selfUri") {
			m.references = append(m.references, [2]string{name, base})
		}
	}
	return m
}

// firstState is the state that a new item is in: in service where it can be, and
// before its time otherwise.
//
// Guess: the documents list the states, and not which is the first.
func firstState(enum []any) string {
	for _, word := range []string{"active", "draft", "scheduled", "pending", "off", "assigned", "planned", "enabled", "submitted", "unmatched", "suggested"} {
		for _, value := range enum {
			if text, ok := value.(string); ok && strings.EqualFold(text, word) {
				return text
			}
		}
	}
	return ""
}

// stampParents names the items that a new one lies below, as far as it has
// properties for them: knowledgeBase for a knowledgeBaseId of the path, or that id
// itself.
func (p *plan) stampParents(c *handlers.Call, body fields) {
	for _, a := range p.lineage {
		noun := strings.TrimSuffix(a.param, "Id")
		if p.entity.Has(a.param) && body[a.param] == nil && p.entity.Property(a.param).Type == "string" {
			body[a.param] = c.Param(a.param)
		}
		if noun == a.param || !p.entity.Has(noun) || a.part != "" {
			continue
		}
		setReference(p.entity, body, noun, c.Param(a.param), expand(a.collection, c))
	}
}

// stampNew sets what a new item has of itself.
func (p *plan) stampNew(c *handlers.Call, body fields, path string) {
	p.stampChange(c, body)
	now := c.Now().UTC().Format(clock.Layout)
	for _, name := range p.marks.created {
		if body[name] == nil {
			body[name] = now
		}
	}
	stampPeople(c, body, p.marks.creators)
	if p.marks.version != "" && (body["version"] == nil || p.marks.versionFixed) {
		body["version"] = p.versionOf(1)
	}
	if p.marks.selfURI {
		body["selfUri"] = apiPrefix + path
	}
	for _, state := range p.marks.states {
		if body[state[0]] == nil {
			body[state[0]] = state[1]
		}
	}
	if p.marks.unpublished && body["published"] == nil {
		body["published"] = false
	}
	p.stampMetadata(c, body, nil)
}

// keepStates keeps the states that a change as a whole leaves out: nobody takes an
// item out of service by saying nothing.
func (p *plan) keepStates(out, stored fields) {
	for _, state := range p.marks.states {
		if name := state[0]; out[name] == nil && stored[name] != nil {
			out[name] = stored[name]
		}
	}
	if p.marks.unpublished && out["published"] == nil && stored["published"] != nil {
		out["published"] = stored["published"]
	}
}

// stampChange sets what every change sets.
func (p *plan) stampChange(c *handlers.Call, body fields) {
	if len(p.marks.modified) > 0 {
		now := c.Now().UTC().Format(clock.Layout)
		for _, name := range p.marks.modified {
			body[name] = now
		}
	}
	stampPeople(c, body, p.marks.modifiers)
}

func stampPeople(c *handlers.Call, body fields, people []person) {
	if c.Caller == nil || len(people) == 0 {
		return
	}
	ref := c.Caller.Ref()
	for _, one := range people {
		if !one.object {
			body[one.name] = ref.ID
			continue
		}
		who := fields{"id": ref.ID}
		if one.uri && ref.SelfURI != "" {
			who["selfUri"] = ref.SelfURI
		}
		body[one.name] = who
	}
}

// stampURIs gives references to other things the addresses that they have.
func (p *plan) stampURIs(body fields) {
	for _, r := range p.marks.references {
		ref, ok := body[r[0]].(fields)
		if !ok || ref["selfUri"] != nil {
			continue
		}
		if id, ok := ref["id"].(string); ok {
			ref = maps.Clone(ref) // the body is the call's
			ref["selfUri"] = apiPrefix + r[1] + "/" + escape(id)
			body[r[0]] = ref
		}
	}
}

// versionOf is a version in the type that the entity has it in.
func (p *plan) versionOf(n int64) any {
	if p.marks.version == "string" {
		return strconv.FormatInt(n, 10)
	}
	return json.Number(strconv.FormatInt(n, 10))
}

// raise raises the version by one.
func (p *plan) raise(body, old fields) {
	if p.marks.version == "" {
		return
	}
	if n, err := strconv.ParseInt(textOf(old["version"]), 10, 64); err == nil {
		body["version"] = p.versionOf(n + 1)
	} else if old["version"] != nil {
		body["version"] = old["version"]
	}
}

// divisionOf finds the division that a new item shall live in, or the one that it
// is moved to, and writes it as answers have it. Items without a division live in
// none.
func (p *plan) divisionOf(c *handlers.Call, body fields, otherwise string) (string, error) {
	if p.marks.division == "" || c.Tx.Org() == "" {
		return "", nil
	}
	var id string
	switch v := body["division"].(type) {
	case string:
		id = v
	case fields:
		id = textOf(v["id"])
	case json.RawMessage:
		if id = textOf(v); id == "" {
			id = textOf(decodeFields(v)["id"])
		}
	}
	if id == "" {
		id = textOf(body["divisionId"])
	}
	if id == "" {
		id = otherwise
	}
	if id == "" || id == identity.AllDivisions {
		home, err := identity.PeekHomeDivision(c.Tx)
		if err != nil {
			return "", err
		}
		id = home.ID
	} else if !identity.Divisions.Has(c.Tx, id) {
		return "", p.noReference(c, "division", id)
	}
	if p.marks.division == "string" {
		body["division"] = id
		return id, nil
	}
	body["division"] = divisionView(c.Tx, id)
	return id, nil
}
