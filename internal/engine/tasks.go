package engine

import (
	"encoding/json"
	"time"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
)

// tasks are the work items of task management, which have from their type what they
// do not say themselves.
func tasks() subject {
	return subject{items: map[string]*special{"/taskmanagement/workitems": {fill: fillWorkitem}}}
}

const worktypes = "/taskmanagement/worktypes"

// idOf is the id of a reference, decoded or not.
func idOf(value any) string {
	switch v := value.(type) {
	case fields:
		return textOf(v["id"])
	case json.RawMessage:
		return textOf(decodeFields(v)["id"])
	}
	return ""
}

// closed is the category of the statuses that end a work item.
const closed = "Closed"

func fillWorkitem(p *plan, c *handlers.Call, body, old fields) error {
	kind := idOf(body["type"])
	worktype, err := find(c.Tx, worktypes+"/"+escape(kind))
	if err != nil {
		return err
	}
	if worktype == nil {
		if old != nil || kind == "" {
			return nil // the type is gone, or a fixture names none
		}
		return p.noReference(c, "typeId", kind)
	}
	if old == nil {
		fromWorktype(c, body, worktype.all())
	}
	status := idOf(body["status"])
	if status == "" || (old != nil && status == idOf(old["status"])) {
		return nil
	}
	d, err := find(c.Tx, worktype.Path+"/statuses/"+escape(status))
	if err != nil {
		return err
	}
	if d == nil {
		return p.noReference(c, "statusId", status)
	}
	held := shallow(d.Body)
	body["status"] = fields{"id": status, "name": held["name"], "selfUri": apiPrefix + d.Path}
	body["statusCategory"] = held["category"]
	delete(body, "dateClosed")
	if textOf(held["category"]) == closed {
		body["dateClosed"] = c.Now().UTC().Format(clock.Layout)
	}
	return nil
}

// fromWorktype gives a new work item the defaults of its type.
func fromWorktype(c *handlers.Call, body, kind fields) {
	for name, from := range map[string]string{
		"workbin": "defaultWorkbin", "status": "defaultStatus", "priority": "defaultPriority", "queue": "defaultQueue", "script": "defaultScript",
		"language": "defaultLanguage", "skills": "defaultSkills", "durationSeconds": "defaultDurationSeconds", "ttl": "defaultTtlSeconds",
	} {
		if body[name] == nil && kind[from] != nil {
			body[name] = kind[from]
		}
	}
	for name, from := range map[string]string{"dateDue": "defaultDueDurationSeconds", "dateExpires": "defaultExpirationSeconds"} {
		if seconds := atoi(textOf(kind[from])); body[name] == nil && seconds > 0 {
			body[name] = c.Now().UTC().Add(time.Duration(seconds) * time.Second).Format(clock.Layout)
		}
	}
}
