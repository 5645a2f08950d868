package engine

import (
	"slices"

	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
)

// routing is what the engine serves of routing: utilization and skill groups
// (facts: terraform.md 3).
func routing() subject {
	return subject{
		items: map[string]*special{
			"/routing/users/{}/utilization": {fill: fillUserUtilization},
			"/routing/skillgroups":          {fill: fillSkillGroup, stored: storeMemberDivisions},
		},
		answers: map[string]answer{
			"postRoutingSkillgroupMembersDivisions": changeMemberDivisions,
		},
	}
}

// fillUserUtilization says whose setting it is: the user's own, or none.
func fillUserUtilization(_ *plan, _ *handlers.Call, body, old fields) error {
	body["level"] = "Agent"
	if old == nil {
		body["level"] = "Organization"
	}
	return nil
}

func fillSkillGroup(_ *plan, _ *handlers.Call, body, _ fields) error {
	body["status"] = "Complete"
	if body["memberCount"] == nil {
		body["memberCount"] = 0
	}
	return nil
}

// storeMemberDivisions keeps the divisions that a new skill group names; they have
// a listing of their own.
func storeMemberDivisions(p *plan, c *handlers.Call, d, old *document) error {
	if old != nil {
		return nil
	}
	ids, _ := decodeFields(d.Rest)["memberDivisions"].([]any)
	var names []string
	for _, id := range ids {
		names = append(names, textOf(id))
	}
	return addDivisions(c, d.Path+"/members/divisions", names)
}

func addDivisions(c *handlers.Call, collection string, ids []string) error {
	for _, id := range ids {
		path := collection + "/" + escape(id)
		if items.Has(c.Tx, path) {
			continue
		}
		body := fields{"id": id, "selfUri": apiPrefix + "/authorization/divisions/" + id}
		if id != identity.AllDivisions {
			body["name"] = identity.DivisionName(c.Tx, id)
		}
		text, err := encode(body)
		if err != nil {
			return err
		}
		if err := add(c.Tx, &document{Path: path, Name: textOf(body["name"]), Body: text}); err != nil {
			return err
		}
	}
	return nil
}

// changeMemberDivisions adds and removes divisions of a skill group.
func changeMemberDivisions(p *plan, c *handlers.Call) (any, error) {
	if err := limited(c); err != nil {
		return nil, err
	}
	body := p.sent(c)
	texts := func(name string) (ids []string) {
		list, _ := body[name].([]any)
		for _, v := range list {
			ids = append(ids, textOf(v))
		}
		return ids
	}
	added := texts("addDivisionIds")
	if i := slices.IndexFunc(added, func(id string) bool { return id != identity.AllDivisions && !identity.Divisions.Has(c.Tx, id) }); i >= 0 {
		return nil, p.noReference(c, "addDivisionIds", added[i])
	}
	collection := expand("/routing/skillgroups/{skillGroupId}/members/divisions", c)
	for _, id := range texts("removeDivisionIds") {
		d, err := find(c.Tx, collection+"/"+escape(id))
		if err != nil {
			return nil, err
		}
		if d != nil {
			if err := remove(c.Tx, d); err != nil {
				return nil, err
			}
		}
	}
	return handlers.None{}, addDivisions(c, collection, added)
}
