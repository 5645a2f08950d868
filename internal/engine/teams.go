package engine

import (
	"strings"

	"github.com/mockcloud/mockcloud/internal/handlers"
)

// teams count their members.
func teams() subject {
	return subject{items: map[string]*special{
		"/teams": {fill: countNobody},
		"/teams/{}/members": {
			stored:  func(_ *plan, c *handlers.Call, d, old *document) error { return countMembers(c, d, old == nil) },
			removed: func(_ *plan, c *handlers.Call, d *document) error { return countMembers(c, d, true) },
		},
	}}
}

func countNobody(_ *plan, _ *handlers.Call, body, _ fields) error {
	if body["memberCount"] == nil {
		body["memberCount"] = number(0)
	}
	return nil
}

// countMembers notes at a team how many members it has.
func countMembers(c *handlers.Call, member *document, changed bool) error {
	members := member.collection()
	team, err := find(c.Tx, members[:strings.LastIndexByte(members, '/')])
	if err != nil || team == nil || !changed {
		return err
	}
	n, err := total(c.Tx, members)
	if err != nil {
		return err
	}
	counted, err := team.with(fields{"memberCount": number(n)})
	if err != nil {
		return err
	}
	return replace(c.Tx, team, counted)
}
