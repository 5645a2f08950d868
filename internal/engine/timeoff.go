package engine

import (
	"encoding/json"
	"maps"
	"strings"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
)

// timeOff are the requests of agents for days without work. Agents ask for
// themselves; administrators ask for several at once, and find the requests below
// each user.
func timeOff() subject {
	return subject{
		items: map[string]*special{
			"/workforcemanagement/timeoffrequests":                             {fill: fillTimeOff},
			"/workforcemanagement/managementunits/{}/users/{}/timeoffrequests": {fill: fillTimeOff},
		},
		answers: map[string]answer{"postWorkforcemanagementManagementunitTimeoffrequests": addTimeOff},
	}
}

// fillTimeOff says of a new request who handed it in and how it stands.
func fillTimeOff(p *plan, c *handlers.Call, body, old fields) error {
	if old != nil {
		return nil
	}
	if textOf(body["status"]) == "" {
		body["status"] = "PENDING"
	}
	if body["submittedDate"] == nil {
		body["submittedDate"] = c.Now().UTC().Format(clock.Layout)
	}
	p.setUser(c, body, "submittedBy")
	if body["user"] == nil {
		p.setUser(c, body, "user")
	}
	days, _ := body["fullDayManagementUnitDates"].([]any)
	body["isFullDayRequest"] = len(days) > 0
	body["syncVersion"] = json.Number("1")
	return nil
}

// addTimeOff adds a request for each of the users that the body lists.
func addTimeOff(p *plan, c *handlers.Call) (any, error) {
	if _, err := p.item(c); err != nil {
		return nil, err
	}
	if err := limited(c); err != nil {
		return nil, err
	}
	maker, err := p.engine.planOf("getWorkforcemanagementManagementunitUserTimeoffrequest")
	if err != nil {
		return nil, err
	}
	sent := p.sent(c)
	users, _ := sent["users"].([]any)
	delete(sent, "users")
	made := []any{}
	for _, one := range users {
		user, _ := one.(fields)
		id := textOf(user["id"])
		if _, ok, err := p.engine.Owners["/users"](c.Tx, id); err != nil {
			return nil, err
		} else if !ok {
			return nil, p.noReference(c, "user", id)
		}
		body := maps.Clone(sent)
		body["user"] = fields{"id": id}
		d, err := maker.make(c, p.itemPath(c)+"/users/"+escape(id)+"/timeoffrequests", body, "")
		if err != nil {
			return nil, err
		}
		made = append(made, d.Body)
	}
	return p.fit(c, fields{"timeOffRequests": made, "selfUri": c.Path}), nil
}

// grammars are what flows listen for, with a file for speech and one for keys in
// each language.
func grammars() subject {
	return subject{items: map[string]*special{"/architect/grammars/{}/languages": {act: dropGrammarFile}}}
}

// dropGrammarFile takes the file away that the path names: dtmf or voice.
func dropGrammarFile(p *plan, _ *handlers.Call, whole, _, _ fields) error {
	mode := p.op.Path[strings.LastIndexByte(p.op.Path, '/')+1:]
	delete(whole, mode+"FileUrl")
	delete(whole, mode+"FileMetadata")
	return nil
}
