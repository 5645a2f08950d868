package engine

import (
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/handlers"
)

// What has "me" in its path is about the user who calls. Clients that are no users
// are refused.

// aboutCaller tells whether the operation is about the user who calls.
func (p *plan) aboutCaller() bool { return slices.Contains(strings.Split(p.op.Path, "/"), "me") }

// ownTemplates are where settings lie that can be reached as the caller's own and as
// those of a user.
var ownTemplates = map[string]string{
	"/chats/users/me/settings":                 "/chats/users/{}/settings",
	"/telephony/agents/greetings/me":           "/telephony/agents/{}/greetings",
	"/routing/directroutingbackup/settings/me": "/routing/users/{}/directroutingbackup/settings",
	"/users/me/verifiers":                      "/users/{}/verifiers",

	"/taskmanagement/workitems/{workitemId}/users/me/wrapups": "/taskmanagement/workitems/{workitemId}/users/{}/wrapups",
}

// ownPlace is the concrete path of a template: where the caller's own things lie, for
// those that can be reached as such.
func ownPlace(template string, c *handlers.Call) string {
	own := ownTemplates[template]
	if own == "" || c.Caller == nil || c.Caller.User == nil {
		return expand(template, c)
	}
	return strings.Replace(expand(own, c), anyParent, escape(c.Caller.User.ID), 1)
}
