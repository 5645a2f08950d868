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

// mineBy are the properties of which one must name the caller for an item to be
// listed as the caller's, by operation.
//
// Guess: for appointments, that it does not matter as what the caller has to do with
// them; of contests, that only the agents who take part do.
var mineBy = map[string][]string{
	"getCoachingAppointmentsMe":       {"attendees", "facilitator", "createdBy"},
	"getGamificationContestsMe":       {"participants"},
	"getJourneyViewsJobsMe":           {"userId"},
	"getLearningAssignmentsMe":        {"user"},
	"getUsersDevelopmentActivitiesMe": {"attendees", "facilitator"},
	"getVoicemailMeMessages":          {"user"},
}

// onlyMine narrows a listing to what is the caller's.
func (p *plan) onlyMine(c *handlers.Call, a *ask) {
	if c.Caller == nil || c.Caller.User == nil {
		return
	}
	var conditions []condition
	for _, name := range mineBy[p.op.ID] {
		if f, ok := p.locate(name); ok {
			conditions = append(conditions, f.is([]string{c.Caller.User.ID}))
		}
	}
	if len(conditions) > 0 {
		a.keep = append(a.keep, some(conditions))
	}
}
