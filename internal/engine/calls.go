package engine

import (
	"net/http"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/contactcenter"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
)

// callTargets are the properties of a new call that say who is called, by itself.
var callTargets = []string{"phoneNumber", "callUserId", "callQueueId"}

// checkCall refuses a call to nobody, to several at once, or to those who are not
// there.
//
// Guess: that a conference, which names participants or conversations, needs no
// further destination, and takes one all the same.
func checkCall(p *plan, c *handlers.Call, body, _ fields) error {
	if p.op.ID != "postConversationsCalls" {
		return nil
	}
	targets := 0
	for _, name := range callTargets {
		if textOf(body[name]) != "" {
			targets++
		}
	}
	participants, _ := body["participants"].([]any)
	conversations, _ := body["conversationIds"].([]any)
	switch {
	case targets > 1:
		return c.Documented(http.StatusBadRequest, "too.many.create.conversation.parameters")
	case targets == 0 && len(participants) == 0 && len(conversations) == 0:
		return c.Documented(http.StatusBadRequest, "missing.create.conversation.destination.parameter")
	}
	if id := textOf(body["callUserId"]); id != "" && !identity.Users.Has(c.Tx, id) {
		return apierr.Newf(http.StatusBadRequest, "bad.request", "There is no user %.100s.", id).OnField("callUserId")
	}
	for _, name := range []string{"callQueueId", "callFromQueueId"} {
		if id := textOf(body[name]); id != "" && !contactcenter.Queues.Has(c.Tx, id) {
			return apierr.Newf(http.StatusBadRequest, "bad.request", "There is no queue %.100s.", id).OnField(name)
		}
	}
	return nil
}

// otherParty is who the conversation is with: a customer, or a user or a queue of the
// organization that is called.
func otherParty(c *handlers.Call, body fields, now string) fields {
	other := fields{"id": c.NewID(), "startTime": now, "participantType": "Internal"}
	if user, err := identity.Users.Peek(c.Tx, textOf(body["callUserId"])); err == nil {
		other["purpose"], other["userId"], other["name"] = "user", user.ID, user.Name
		return other
	}
	if queue, err := contactcenter.Queues.Peek(c.Tx, textOf(body["callQueueId"])); err == nil {
		other["purpose"], other["queueId"], other["queueName"] = "acd", queue.ID, queue.Name
		return other
	}
	other["purpose"], other["participantType"], other["address"] = "customer", "External", addressOf(body)
	return other
}

// setAgent makes a participant the user who calls, or for whom a call is made, and
// puts the conversation into that user's division until a queue says otherwise.
func setAgent(c *handlers.Call, body, here fields) {
	id := c.Param("userId")
	if id == "" {
		id = callerID(c)
	}
	user, err := identity.Users.Peek(c.Tx, id)
	if err != nil {
		return // a client that is no user
	}
	here["userId"], here["name"] = user.ID, user.Name
	body["divisions"] = []any{inDivision(c, user.DivisionID, "/users/"+user.ID)}
}

// inDivision says that a conversation lies in a division because something does.
func inDivision(c *handlers.Call, division, path string) fields {
	return fields{"division": divisionView(c.Tx, division), "entities": []any{fields{"id": path[strings.LastIndexByte(path, '/')+1:], "selfUri": apiPrefix + path}}}
}

// byAgent tells whether the conversation begins with an agent, not in a queue: calls
// do, what belongs to no queue, and what a user writes to somebody.
func byAgent(c *handlers.Call, media string, body fields) bool {
	switch {
	case media == "calls":
		return true
	case textOf(body["queueId"]) == "":
		return c.Caller != nil
	default:
		return (media == "emails" || media == "messages") && callerID(c) != "" && directionOf(body) == "outbound"
	}
}
