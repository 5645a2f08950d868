package engine

import (
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
)

// Some listings are the caller's own, some of them although nothing in their path says
// so. A client that is no user owns nothing there.
//
// Guess: the specification says of few of them whose things they list. For
// appointments, that it does not matter as what the caller has to do with them; of
// contests, that only the agents who take part do.

// ownedBy are the properties of which one must name the caller, by operation.
var ownedBy = map[string][]string{
	"getCoachingAppointmentsMe":             {"attendees", "facilitator", "createdBy"},
	"getGamificationContestsMe":             {"participants"},
	"getJourneyViewsJobsMe":                 {"userId"},
	"getLearningAssignmentsMe":              {"user"},
	"getUsersDevelopmentActivitiesMe":       {"attendees", "facilitator"},
	"getVoicemailMeMessages":                {"user"},
	"getFaxDocuments":                       {"createdBy"},
	"getUserrecordings":                     {"createdBy"},
	"getVoicemailMessages":                  {"user"},
	"getWorkforcemanagementTimeoffrequests": {"user"},
}

// onlyOwned narrows a personal listing to what is the caller's.
func (p *plan) onlyOwned(c *handlers.Call, a *ask) {
	if properties := ownedBy[p.op.ID]; properties != nil {
		a.keep = append(a.keep, ownedByCaller(c, properties...))
	}
	if media, ok := conversationLists[p.op.ID]; ok {
		a.keep = append(a.keep, takesPart(callerID(c), media, c.Input.Query.Get("communicationType")))
	}
}

// callerID is the user who calls; "" where that is none.
func callerID(c *handlers.Call) string {
	if c.Caller == nil || c.Caller.User == nil {
		return ""
	}
	return c.Caller.User.ID
}

// ownedByCaller holds where one of the properties names the user who calls.
func ownedByCaller(c *handlers.Call, properties ...string) condition {
	user := callerID(c)
	return func(r *record) bool {
		return user != "" && slices.ContainsFunc(properties, func(name string) bool { return slices.Contains(r.values([]string{name}), user) })
	}
}

// conversationLists are the listings of conversations, with the word for the media
// that each lists; "" for all.
var conversationLists = map[string]string{
	"getConversations": "", "getConversationsCallbacks": "callbacks", "getConversationsCalls": "calls", "getConversationsChats": "chats",
	"getConversationsCobrowsesessions": "cobrowsesessions", "getConversationsEmails": "emails", "getConversationsInternalmessages": "internalmessages",
	"getConversationsMessages": "messages",
}

// takesPart holds for conversations in which a user still is: by the media, or with a
// communication of the type, where one is given.
func takesPart(user, media, kind string) condition {
	return func(r *record) bool {
		if user == "" || !r.mayHold(identity.Fold(user)) || len(r.property("endTime")) > 0 {
			return false
		}
		for _, one := range partsOf(decodeFields(r.Body)["participants"]) {
			if textOf(one["userId"]) == user && textOf(one["endTime"]) == "" && hasMedia(one, media) && hasKind(one, kind) {
				return true
			}
		}
		return false
	}
}

// hasMedia tells whether a participant has communications by the media.
func hasMedia(participant fields, media string) bool {
	return media == "" || len(partsOf(participant[mediaLists[media]])) > 0
}

// hasKind tells whether a participant has communications of the type: the singular of
// the word for the media.
func hasKind(participant fields, kind string) bool {
	if kind == "" {
		return true
	}
	for media := range mediaLists {
		if strings.EqualFold(singular(media), kind) && hasMedia(participant, media) {
			return true
		}
	}
	return false
}

// byOtherMedia tells whether the operation reads or changes a conversation as what it
// is not: a mail as a call.
func (p *plan) byOtherMedia(d *document) bool {
	if p.collection.Path != "/conversations" || (p.row.Kind != "get" && p.row.Kind != "patch") {
		return false
	}
	media := mediaOf(p.op.Path)
	return media != "" && !slices.ContainsFunc(partsOf(decodeFields(d.Body)["participants"]), func(one fields) bool { return hasMedia(one, media) })
}
