package engine

import (
	"github.com/mockcloud/mockcloud/internal/behaviour"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// DivisionTypes are the types of objects that live in divisions and are the
// engine's, with their collections (facts: authorization.md 6).
var DivisionTypes = map[string]string{
	"BUSINESSUNIT":          "/workforcemanagement/businessunits",
	"CALLROUTE":             "/architect/ivrs",
	"CAMPAIGN":              "/outbound/campaigns",
	"CONTACTLIST":           "/outbound/contactlists",
	"DATATABLES":            "/flows/datatables",
	"DNCLIST":               "/outbound/dnclists",
	"EMERGENCYGROUPS":       "/architect/emergencygroups",
	"EXTENSIONPOOL":         "/telephony/providers/edges/extensionpools",
	"FLOW":                  "/flows",
	"FLOWMILESTONE":         "/flows/milestones",
	"FLOWOUTCOME":           "/flows/outcomes",
	"MANAGEMENTUNIT":        "/workforcemanagement/managementunits",
	"MESSAGINGCAMPAIGN":     "/outbound/messagingcampaigns",
	"ROUTINGSCHEDULEGROUPS": "/architect/schedulegroups",
	"ROUTINGSCHEDULES":      "/architect/schedules",
	"SCRIPT":                "/scripts",
	"SKILLGROUP":            "/routing/skillgroups",
	"TEAM":                  "/teams",
	"WORKBIN":               "/taskmanagement/workbins",
	"WORKTYPE":              "/taskmanagement/worktypes",
}

// CountIn counts the items of a collection that live in a division.
func CountIn(tx *store.Tx, collection, division string) (int, error) {
	found, err := gather(tx, collection, func(r *record) bool { return r.Division == division })
	return len(found), err
}

// DivisionOf tells where an item of a collection lives, or returns
// store.ErrNotFound.
func DivisionOf(tx *store.Tx, collection, id string) (string, error) {
	d, err := items.Peek(tx, collection+"/"+escape(id))
	if err != nil {
		return "", err
	}
	if d.Hidden {
		return "", store.ErrNotFound
	}
	return d.Division, nil
}

// Move puts an item into another division. It is a change of the item: its version
// and its dates say so.
func (e *Engine) Move(tx *store.Tx, collection, id, division string, at *clock.Time, by string) error {
	old, err := items.Peek(tx, collection+"/"+escape(id))
	if err != nil {
		return err
	}
	body := old.all()
	body["division"] = divisionView(tx, division)
	c, err := e.Table.Collection(collection)
	if err != nil || c == nil {
		return err
	}
	p, err := e.planOf(c.Entity)
	if err != nil {
		return err
	}
	p.raise(body, old.all())
	for _, name := range p.marks.modified {
		body[name] = at
	}
	for _, one := range p.marks.modifiers {
		if !one.object {
			body[one.name] = by
		}
	}
	return restore(tx, old, body, division)
}

// DivisionRenamed writes a division's new name into the items that live there. It
// looks at all items: an index by division would cost every new item more than
// the rare change of a name does.
func DivisionRenamed(tx *store.Tx, division string) error {
	for key := range items.Keys(tx, "") {
		old, err := items.Peek(tx, key)
		if err != nil {
			return err
		}
		if old.Division != division {
			continue
		}
		body := old.all()
		view, ok := shallow(old.Body)["division"]
		if !ok || textOf(view) != "" {
			continue // it is kept as an id
		}
		body["division"] = divisionView(tx, division)
		if err := restore(tx, old, body, division); err != nil {
			return err
		}
	}
	return nil
}

func divisionView(tx *store.Tx, id string) fields {
	return fields{"id": id, "name": identity.DivisionName(tx, id), "selfUri": apiPrefix + "/authorization/divisions/" + id}
}

// restore stores an item with other fields of its own answer.
func restore(tx *store.Tx, old *document, body fields, division string) error {
	for name := range decodeFields(old.Rest) {
		delete(body, name)
	}
	d := *old
	d.Division = division
	var err error
	if d.Body, err = encode(body); err != nil {
		return err
	}
	return replace(tx, old, &d)
}

// Deleted removes what belongs to an item of a family that has just been deleted by
// the call, in the same transaction. Users are kept, since they can be restored.
func (e *Engine) Deleted(c *handlers.Call) error {
	row, err := e.Table.Row(c.Operation.ID)
	if err != nil || row == nil || row.Kind != behaviour.Delete || row.Collection == "/users" {
		return err
	}
	return removeBelow(c.Tx, expand(row.Collection, c)+"/"+escape(c.Param(row.Key)))
}
