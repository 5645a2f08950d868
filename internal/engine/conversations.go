package engine

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/contactcenter"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/spec"
)

// conversations are what agents and customers have: one item, whatever its media,
// with participants who have a communication each. mockcloud carries no media:
// whoever is called answers at once, and nobody else ever hangs up.
//
// Guess: the states that a new conversation goes through in the real service take
// time, and depend on who is there; here it begins in the one that it would reach.
func conversations() subject {
	s := subject{
		items: map[string]*special{
			"/conversations": {check: checkCall, fill: fillConversation, view: viewConversation, act: actOnConversation},
		},
		answers: map[string]answer{"getConversationParticipantWrapup": readWrapUp},
	}
	for _, media := range []string{"Call", "Callback", "Chat", "Cobrowsesession", "Email", "Message", "Screenshare", "Social", "Video"} {
		s.answers["getConversations"+media+"ParticipantWrapup"] = readWrapUp
		s.answers["getConversations"+media+"ParticipantCommunicationWrapup"] = readWrapUp
	}
	return s
}

// mediaLists are the properties of a participant that hold communications, by the
// word of the path.
var mediaLists = map[string]string{
	"calls": "calls", "callbacks": "callbacks", "chats": "chats", "emails": "emails", "messages": "messages", "cobrowsesessions": "cobrowsesessions",
	"screenshares": "screenshares", "socials": "socialExpressions", "videos": "videos", "internalmessages": "internalMessages", "faxes": "calls",
}

// communicationLists are these properties, each once and always in one order.
func communicationLists() []string {
	return slices.Compact(slices.Sorted(maps.Values(mediaLists)))
}

const disconnected = "disconnected"

// mediaOf is the word for the media in an operation's path; "" where it has none.
func mediaOf(path string) string {
	word, _, _ := strings.Cut(strings.TrimPrefix(path, apiPrefix+"/conversations/"), "/")
	if mediaLists[word] == "" {
		return ""
	}
	return word
}

func fillConversation(p *plan, c *handlers.Call, body, old fields) error {
	if old != nil {
		if textOf(body["state"]) == disconnected && textOf(old["endTime"]) == "" {
			endConversation(c, body)
		}
		return nil
	}
	now := c.Now().UTC().Format(clock.Layout)
	if body["startTime"] == nil {
		body["startTime"] = now
	}
	if body["participants"] != nil && p.entityHasParticipants(body) {
		return nil
	}
	media := mediaOf(p.op.Path)
	if media == "" {
		return nil
	}
	body["participants"] = newParticipants(c, media, body, now)
	return nil
}

// entityHasParticipants tells participants that fixtures give from the destinations
// of a request.
func (p *plan) entityHasParticipants(body fields) bool {
	list, _ := body["participants"].([]any)
	for _, e := range list {
		if one, ok := e.(fields); ok && textOf(one["purpose"]) != "" {
			return true
		}
	}
	return false
}

// newParticipants are the customer and whoever is on this side.
func newParticipants(c *handlers.Call, media string, body fields, now string) []any {
	list := mediaLists[media]
	communication := func(state string) []any {
		one := fields{"id": c.NewID(), "state": state, "initialState": state, "direction": directionOf(body), "held": false, "provider": "PureCloud"}
		for _, name := range []string{"subject", "callbackNumbers", "callbackUserName", "callbackScheduledTime", "callerId", "callerIdName", "scriptId"} {
			if body[name] != nil {
				one[name] = body[name]
			}
		}
		if state == "connected" {
			one["connectedTime"] = now
		}
		return []any{one}
	}
	customer := otherParty(c, body, now)
	for name, from := range map[string]string{"name": "callbackUserName", "externalContactId": "externalContactId", "attributes": "attributes"} {
		if body[from] != nil {
			customer[name] = body[from]
		}
	}
	here := fields{"id": c.NewID(), "startTime": now}
	state := "connected"
	queue := textOf(body["queueId"])
	if byAgent(c, media, body) {
		here["purpose"], here["participantType"] = "agent", "Internal"
		setAgent(c, body, here)
		if from := textOf(body["callFromQueueId"]); from != "" {
			queue = from
		}
	} else {
		here["purpose"], here["participantType"] = "acd", "Internal"
		if state = "alerting"; textOf(body["callbackScheduledTime"]) != "" {
			state = "scheduled"
		}
	}
	if queue != "" {
		here["queueId"] = queue
		if customer["queueId"] == nil {
			customer["queueId"] = queue
		}
		if q, err := contactcenter.Queues.Peek(c.Tx, queue); err == nil {
			here["queueName"] = q.Name
			if customer["queueId"] == queue {
				customer["queueName"] = q.Name
			}
			body["divisions"] = []any{inDivision(c, q.DivisionID, "/routing/queues/"+queue)}
		}
	}
	if state == "connected" {
		here["connectedTime"], customer["connectedTime"] = now, now
	}
	here[list], customer[list] = communication(state), communication(state)
	return []any{customer, here}
}

func directionOf(body fields) string {
	if d := strings.ToLower(textOf(body["direction"])); d != "" {
		return d
	}
	return "outbound"
}

// addressOf is where the customer is reached.
func addressOf(body fields) string {
	for _, name := range []string{"phoneNumber", "toAddress", "address"} {
		if text := textOf(body[name]); text != "" {
			return text
		}
	}
	if numbers, ok := body["callbackNumbers"].([]any); ok && len(numbers) > 0 {
		return textOf(numbers[0])
	}
	return ""
}

// viewConversation gives the operations of one media what they show of each
// participant: the state of its communication.
func viewConversation(p *plan, c *handlers.Call, body fields, shape *spec.Shape) fields {
	media := mediaOf(p.op.Path)
	if shape.Has("conversation") {
		body["conversation"] = fields{"id": body["id"], "selfUri": apiPrefix + "/conversations/" + textOf(body["id"])}
	}
	if shape.Has("callbackIdentifiers") {
		body["callbackIdentifiers"] = callbackIdentifiers(body)
	}
	if media == "" {
		return body
	}
	body["selfUri"] = apiPrefix + "/conversations/" + media + "/" + textOf(body["id"])
	list := mediaLists[media]
	var shown []any
	for _, one := range partsOf(body["participants"]) {
		out := fields{}
		maps.Copy(out, one)
		for _, communication := range partsOf(one[list]) {
			for name, value := range communication {
				if name != "id" && name != "wrapup" {
					out[name] = value
				}
			}
		}
		for name, ref := range map[string]string{"userId": "user", "queueId": "queue", "externalContactId": "externalContact"} {
			if id := textOf(one[name]); id != "" {
				out[ref] = fields{"id": id}
			}
		}
		shown = append(shown, out)
	}
	body["participants"] = shown
	return body
}

func callbackIdentifiers(body fields) []any {
	found := []any{}
	for _, one := range partsOf(body["participants"]) {
		for _, callback := range partsOf(one["callbacks"]) {
			if textOf(one["purpose"]) == "customer" {
				found = append(found, fields{"type": "ACD", "id": callback["id"]})
			}
		}
	}
	return found
}

// partsOf are the objects of a list.
func partsOf(list any) []fields {
	elements, _ := list.([]any)
	var parts []fields
	for _, e := range elements {
		if part, ok := e.(fields); ok {
			parts = append(parts, part)
		}
	}
	return parts
}

// actOnConversation changes a participant, a communication or all of them.
func actOnConversation(p *plan, c *handlers.Call, whole, part, body fields) error {
	now := c.Now().UTC().Format(clock.Layout)
	switch last := p.op.Path[strings.LastIndexByte(p.op.Path, '/')+1:]; last {
	case "{participantId}", "{communicationId}":
		for _, target := range communicationsOf(part, last) {
			for _, name := range []string{"state", "held", "muted", "confined", "recording"} {
				if body[name] != nil {
					target[name] = body[name]
				}
			}
			if textOf(body["state"]) == disconnected {
				target["disconnectType"], target["disconnectedTime"] = "client", now
			}
		}
		if body["wrapup"] != nil {
			part["wrapup"] = wrapUp(c, body["wrapup"])
		}
		if body["wrapupSkipped"] != nil {
			part["wrapupSkipped"] = body["wrapupSkipped"]
		}
		if textOf(body["state"]) == disconnected && last == "{participantId}" {
			part["endTime"] = now
		}
		endIfDone(c, whole)
	case "attributes":
		if part != nil {
			part["attributes"] = merge(part["attributes"], body["attributes"])
		}
	case "wrapup":
		if part != nil {
			part["wrapup"] = wrapUp(c, body)
		}
	case "disconnect":
		if part == nil {
			endConversation(c, whole)
		}
	case "recordingstate":
		whole["recordingState"] = strings.ToUpper(textOf(body["recordingState"]))
	case "replace", "transfer":
		if part != nil {
			handOver(c, whole, part, body, now)
		}
	}
	return nil
}

// communicationsOf are the communications of a participant, or the part itself
// where it is one.
func communicationsOf(part fields, last string) []fields {
	if part == nil || last == "{communicationId}" {
		return []fields{part}
	}
	var all []fields
	for _, list := range communicationLists() {
		all = append(all, partsOf(part[list])...)
	}
	return all
}

// readWrapUp answers how a participant, or a communication, was wrapped up: not at
// all before somebody has said so.
func readWrapUp(p *plan, c *handlers.Call) (any, error) {
	d, err := find(c.Tx, p.innermostPath(c))
	if err != nil || d == nil {
		return nil, err
	}
	held := d.deep()
	for _, part := range p.within(c, held) {
		if wrapup, ok := part["wrapup"].(fields); ok {
			return p.fit(c, wrapup), nil
		}
	}
	return p.fit(c, fields{}), nil
}

// wrapUp is a wrap-up as it is kept, with the name of its code.
func wrapUp(c *handlers.Call, sent any) any {
	in, _ := sent.(fields)
	out := fields{}
	maps.Copy(out, in)
	if code, err := contactcenter.WrapupCodes.Peek(c.Tx, textOf(in["code"])); err == nil {
		out["name"] = code.Name
	}
	if out["endTime"] == nil {
		out["endTime"] = c.Now().UTC().Format(clock.Layout)
	}
	return out
}

// handOver ends a participant's part and lets a user or a queue take over.
func handOver(c *handlers.Call, whole, part, body fields, now string) {
	next := fields{"id": c.NewID(), "startTime": now, "participantType": "Internal"}
	if user := textOf(body["userId"]); user != "" {
		next["purpose"], next["userId"] = "agent", user
		if u, err := identity.Users.Peek(c.Tx, user); err == nil {
			next["name"] = u.Name
		}
	} else {
		next["purpose"] = "acd"
		if queue := textOf(body["queueId"]); queue != "" {
			next["queueId"] = queue
		}
	}
	for _, list := range communicationLists() {
		for _, communication := range partsOf(part[list]) {
			communication["state"], communication["disconnectType"], communication["disconnectedTime"] = disconnected, "transfer", now
			next[list] = []any{fields{"id": c.NewID(), "state": "alerting", "initialState": "alerting", "direction": communication["direction"], "held": false, "provider": "PureCloud"}}
		}
	}
	part["endTime"] = now
	participants, _ := whole["participants"].([]any)
	whole["participants"] = append(participants, next)
}

// endConversation disconnects everybody.
func endConversation(c *handlers.Call, whole fields) {
	now := c.Now().UTC().Format(clock.Layout)
	participants := whole["participants"]
	if text := rawOf(participants); text != nil {
		_ = json.Unmarshal(text, &participants) // it was encoded here
		whole["participants"] = participants
	}
	for _, one := range partsOf(participants) {
		for _, list := range communicationLists() {
			for _, communication := range partsOf(one[list]) {
				if textOf(communication["state"]) != disconnected {
					communication["state"], communication["disconnectType"], communication["disconnectedTime"] = disconnected, "client", now
				}
			}
		}
		if one["endTime"] == nil {
			one["endTime"] = now
		}
	}
	if whole["endTime"] == nil {
		whole["endTime"] = now
	}
	whole["state"] = disconnected
}

// endIfDone ends a conversation in which nobody on this side, or no customer, is
// left. Where there never was a customer, two must be left.
func endIfDone(c *handlers.Call, whole fields) {
	left, internal := map[bool]int{}, true
	for _, one := range partsOf(whole["participants"]) {
		customer := textOf(one["purpose"]) == "customer"
		internal = internal && !customer
		if one["endTime"] == nil {
			left[customer]++
		}
	}
	if (internal && left[false] < 2) || (!internal && (left[true] == 0 || left[false] == 0)) {
		endConversation(c, whole)
	}
}
