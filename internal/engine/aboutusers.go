package engine

import (
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
)

// aboutUsers is what is computed about users and what they have.
func aboutUsers() subject {
	return subject{answers: map[string]answer{
		"getUserAdjacents":         adjacents,
		"getProfilesUsers":         profiles,
		"getUserProfile":           profile,
		"getVoicemailMailbox":      mailbox,
		"getVoicemailMeMailbox":    mailbox,
		"getVoicemailUserMailbox":  mailbox,
		"getVoicemailGroupMailbox": mailbox,
		"getFaxSummary":            readSummary("/fax/documents"),
		"getUserrecordingsSummary": readSummary("/userrecordings"),

		"getTelephonyProvidersEdgesSiteNumberplansClassifications": classifications,
		"getTelephonyProvidersEdgesTrunkswithrecording":            trunksWithRecording,
	}}
}

// userFields are what is said of a user in passing.
func userFields(u *identity.User) fields {
	return fields{"id": u.ID, "name": u.Name, "email": u.Email, "username": u.Email, "state": u.State, "version": number(u.Version), "selfUri": apiPrefix + "/users/" + u.ID}
}

// adjacents are the people around a user: the manager and theirs, those who report
// to the user, and those who report to the same manager.
func adjacents(p *plan, c *handlers.Call) (any, error) {
	user, err := identity.Users.Peek(c.Tx, c.Param("userId"))
	if err != nil {
		return nil, err
	}
	reports := func(id, but string) ([]any, error) {
		list := []any{}
		for key := range identity.UsersOfManager(c.Tx, id) {
			u, err := identity.Users.Peek(c.Tx, key)
			if err != nil {
				return nil, err
			}
			if key != but {
				list = append(list, userFields(u))
			}
		}
		return list, nil
	}
	out := fields{"superiors": []any{}, "siblings": []any{}}
	if out["directReports"], err = reports(user.ID, ""); err != nil {
		return nil, err
	}
	if user.ManagerID != "" {
		if out["siblings"], err = reports(user.ManagerID, user.ID); err != nil {
			return nil, err
		}
	}
	superiors := []any{}
	seen := map[string]bool{user.ID: true}
	for id := user.ManagerID; id != "" && !seen[id]; {
		seen[id] = true
		manager, err := identity.Users.Peek(c.Tx, id)
		if err != nil {
			break // somebody who is gone manages nobody
		}
		superiors = append(superiors, userFields(manager))
		id = manager.ManagerID
	}
	out["superiors"] = superiors
	return p.fit(c, out), nil
}

func profileFields(u *identity.User) fields {
	return fields{"id": u.ID, "name": u.Name, "state": u.State, "version": number(u.Version), "selfUri": apiPrefix + "/users/" + u.ID + "/profile"}
}

func profile(p *plan, c *handlers.Call) (any, error) {
	user, err := identity.Users.Peek(c.Tx, c.Param("userId"))
	if err != nil {
		return nil, err
	}
	return p.fit(c, profileFields(user)), nil
}

// profiles lists the profiles of those who are active.
func profiles(p *plan, c *handlers.Call) (any, error) {
	size, number, err := p.asked(c)
	if err != nil {
		return nil, err
	}
	users, total, err := identity.UsersIn(c.Tx, identity.UserActive, false, (number-1)*size, size)
	if err != nil {
		return nil, err
	}
	entities := make([]any, len(users))
	for i, u := range users {
		entities[i] = profileFields(u)
	}
	return p.wrap(c, &page{size: size, number: number, total: total}, entities), nil
}

const voicemails = "/voicemail/messages"

// mailbox counts the voicemails of a user or of a group.
func mailbox(p *plan, c *handlers.Call) (any, error) {
	id, kind := "", "user"
	switch {
	case c.Param("groupId") != "":
		id, kind = c.Param("groupId"), "group"
	case c.Param("userId") != "":
		id = c.Param("userId")
	default:
		user, err := c.User()
		if err != nil {
			return nil, err
		}
		id = user.ID
	}
	docs, err := gather(c.Tx, voicemails, nil)
	if err != nil {
		return nil, err
	}
	all, unread, deleted := 0, 0, 0
	for _, d := range docs {
		held := decodeFields(d.Body)
		owner, _ := held[kind].(fields)
		if textOf(owner["id"]) != id {
			continue
		}
		if held["deleted"] == true {
			deleted++
			continue
		}
		all++
		if held["read"] != true {
			unread++
		}
	}
	return p.fit(c, fields{"totalCount": number(all), "unreadCount": number(unread), "deletedCount": number(deleted)}), nil
}

// readSummary counts the caller's items of a collection, and those that were read.
func readSummary(collection string) answer {
	return func(p *plan, c *handlers.Call) (any, error) {
		docs, err := gather(c.Tx, collection, ownedByCaller(c, "createdBy"))
		if err != nil {
			return nil, err
		}
		read := 0
		for _, d := range docs {
			if textOf(shallow(d.Body)["read"]) == "true" {
				read++
			}
		}
		return p.fit(c, fields{"totalCount": number(len(docs)), "readCount": number(read), "unreadCount": number(len(docs) - read)}), nil
	}
}

// classifications are the classes into which a site's number plans sort numbers.
func classifications(p *plan, c *handlers.Call) (any, error) {
	docs, err := gather(c.Tx, p.innermostPath(c)+"/numberplans", nil)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, d := range docs {
		if class := textOf(shallow(d.Body)["classification"]); class != "" {
			seen[class] = true
		}
	}
	list := []any{}
	for _, class := range sortedKeys(seen) {
		list = append(list, class)
	}
	return list, nil
}

// trunksWithRecording counts the trunks: none records here.
func trunksWithRecording(p *plan, c *handlers.Call) (any, error) {
	n, err := total(c.Tx, "/telephony/providers/edges/trunks")
	return p.fit(c, fields{"enabledCount": number(0), "disabledCount": number(n)}), err
}
