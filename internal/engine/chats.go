package engine

import "github.com/mockcloud/mockcloud/internal/handlers"

// chats are the messages that people write to each other, in rooms and one to one.
func chats() subject {
	return subject{items: map[string]*special{
		"/chats/rooms/{}/messages": {fill: fillMessage},
		"/chats/users/{}/messages": {fill: fillMessage},
	}}
}

// fillMessage keeps what was written, and by whom to whom.
func fillMessage(p *plan, c *handlers.Call, body, old fields) error {
	if text, there := body["message"]; there {
		body["body"] = text
	}
	if old != nil {
		body["edited"] = true
		return nil
	}
	if c.Caller != nil && c.Caller.User != nil && body["user"] == nil {
		p.setUser(c, body, "user")
	}
	if id := c.Param("userId"); id != "" && body["toUser"] == nil {
		body["toUser"] = fields{"id": id, "selfUri": apiPrefix + "/users/" + escape(id)}
	}
	if jid := c.Param("roomJid"); jid != "" && body["toJid"] == nil {
		body["toJid"] = jid
	}
	if body["thread"] == nil {
		body["thread"] = fields{"id": body["id"]}
	}
	return nil
}
