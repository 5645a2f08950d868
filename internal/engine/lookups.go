package engine

import (
	"maps"
	"net/http"
	"slices"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
)

// lookups are operations that answer an item which something else than its path
// names.
func lookups() subject {
	return subject{answers: map[string]answer{
		"getUsersExternalidAuthorityNameExternalKey":                  userByName,
		"getGamificationProfilesUsersMe":                              profileOfUser,
		"getGamificationProfilesUser":                                 profileOfUser,
		"getChatsUserMessages":                                        noMessages,
		"getScriptsUploadStatus":                                      scriptUpload,
		"getWebdeploymentsDeploymentConfigurations":                   configurationInUse,
		"getIntegrationsSpeechNuanceNuanceIntegrationIdBotJobResults": nuanceBot,

		"postExternalcontactsIdentifierlookup":              lookUpIdentifier(externalContacts),
		"postExternalcontactsIdentifierlookupContacts":      lookUpIdentifier(externalContacts),
		"postExternalcontactsIdentifierlookupOrganizations": lookUpIdentifier(externalOrganizations),
		"postExternalcontactsContactsEnrich":                enrich(externalContacts, "contact", "postExternalcontactsContacts"),
		"postExternalcontactsOrganizationsEnrich":           enrich(externalOrganizations, "externalOrganization", "postExternalcontactsOrganizations"),
		"postExternalcontactsMergeContacts":                 mergeContacts,
		"postExternalcontactsContactsMerge":                 mergeContacts,
	}}
}

// userByName is the user whom an authority calls by a name.
func userByName(p *plan, c *handlers.Call) (any, error) {
	key := c.Param("externalKey")
	id := identity.UserByExternalID(c.Tx, identity.ExternalID{Authority: c.Param("authorityName"), Value: key})
	if id == "" {
		return nil, p.notFound(c, "externalKey", key)
	}
	user, err := identity.Users.Peek(c.Tx, id)
	if err != nil {
		return nil, err
	}
	if err := p.permit(c, user.DivisionID); err != nil {
		return nil, err
	}
	out := userFields(user)
	out["division"] = fields{"id": user.DivisionID, "name": identity.DivisionName(c.Tx, user.DivisionID), "selfUri": apiPrefix + "/authorization/divisions/" + user.DivisionID}
	return p.fit(c, out), nil
}

const profilesPath = "/gamification/profiles"

// profileOfUser is the profile that a user is a member of, or else the first.
//
// Guess: the real service has a default profile that everybody is in; the first one
// stands in for it.
func profileOfUser(p *plan, c *handlers.Call) (any, error) {
	id := c.Param("userId")
	if id == "" {
		user, err := c.User()
		if err != nil {
			return nil, err
		}
		id = user.ID
	}
	docs, err := gather(c.Tx, profilesPath, nil)
	if err != nil {
		return nil, err
	}
	if len(docs) == 0 {
		return nil, p.notFound(c, "", id)
	}
	i := max(slices.IndexFunc(docs, func(d *document) bool { return items.Has(c.Tx, d.Path+"/members/"+escape(id)) }), 0)
	return p.present(c, docs[i], p.answer, p.whole)
}

// noMessages says that nobody has written: what is sent is not kept.
func noMessages(p *plan, c *handlers.Call) (any, error) {
	return nil, p.notFound(c, "", c.Param("userId"))
}

// scriptUpload says how far a script has come that is put elsewhere: nowhere, since
// there is no such place here.
func scriptUpload(p *plan, c *handlers.Call) (any, error) {
	return p.fit(c, fields{"succeeded": false, "message": "No script has been uploaded as " + cut(c.Param("uploadId"), 100) + "."}), nil
}

// configurationInUse is a deployment with the configuration that it shows.
func configurationInUse(p *plan, c *handlers.Call) (any, error) {
	deployment, err := find(c.Tx, p.innermostPath(c))
	if err != nil || deployment == nil {
		return nil, err
	}
	out := fields{"deployment": deployment.deep()}
	ref, _ := decodeFields(deployment.Body)["configuration"].(fields)
	path := configurations + "/" + escape(textOf(ref["id"]))
	if version := textOf(ref["version"]); version != "" && version != draftVersion {
		path += "/versions/" + escape(version)
	}
	shown, err := find(c.Tx, path)
	if err != nil {
		return nil, err
	}
	if shown != nil {
		out["configurationVersion"] = shown.deep()
	}
	return p.fit(c, out), nil
}

// nuanceBot is the bot that a job was started for.
func nuanceBot(p *plan, c *handlers.Call) (any, error) {
	d, err := find(c.Tx, expand("/integrations/speech/nuance/{nuanceIntegrationId}/bots/{botId}", c))
	if err != nil {
		return nil, err
	}
	if d == nil {
		return nil, p.notFound(c, "botId", c.Param("botId"))
	}
	return p.present(c, d, p.answer, false)
}

const (
	externalContacts      = "/externalcontacts/contacts"
	externalOrganizations = "/externalcontacts/organizations"
)

// identified finds the item of a collection that has a value somewhere, such as an
// address or a number; nil where none has.
func identified(c *handlers.Call, collection, value string) (*document, error) {
	if value == "" {
		return nil, nil
	}
	docs, err := gather(c.Tx, collection, func(r *record) bool { return holds(decodeFields(r.Body), value, 0) })
	if err != nil || len(docs) == 0 {
		return nil, err
	}
	return docs[0], nil
}

// holds tells whether a text stands somewhere in a value.
func holds(in any, text string, depth int) bool {
	if depth > maxDepth {
		return false
	}
	switch v := in.(type) {
	case string:
		return v == text
	case []any:
		return slices.ContainsFunc(v, func(element any) bool { return holds(element, text, depth+1) })
	case fields:
		for _, value := range v {
			if holds(value, text, depth+1) {
				return true
			}
		}
	}
	return false
}

// lookUpIdentifier answers the item that an identifier belongs to.
func lookUpIdentifier(collection string) answer {
	return func(p *plan, c *handlers.Call) (any, error) {
		value := textOf(p.plainBody(c)["value"])
		d, err := identified(c, collection, value)
		if err != nil {
			return nil, err
		}
		if d == nil {
			return nil, p.notFound(c, "", "")
		}
		if err := p.permit(c, d.Division); err != nil {
			return nil, err
		}
		return p.present(c, d, p.answer, false)
	}
}

// enrich changes the item that one of the identifiers belongs to, or makes one, as
// the action says.
//
// Guess: an action that has nothing to change, or that something is in the way of,
// is refused with the documented code where there is one.
func enrich(collection, property, maker string) answer {
	return func(p *plan, c *handlers.Call) (any, error) {
		sent := p.plainBody(c)
		q, err := p.engine.planOf(maker)
		if err != nil {
			return nil, err
		}
		var d *document
		for _, identifier := range partsOf(sent["matchingIdentifiers"]) {
			if d, err = identified(c, collection, textOf(identifier["value"])); err != nil {
				return nil, err
			}
			if d != nil {
				break
			}
		}
		body, _ := sent[property].(fields)
		body = maps.Clone(body)
		if body == nil {
			body = fields{}
		}
		for _, name := range []string{"id", "selfUri"} {
			delete(body, name)
		}
		action := textOf(sent["action"])
		switch {
		case d == nil && action == "Update":
			return nil, p.notFound(c, "", "")
		case d != nil && action == "Insert":
			return nil, apierr.Conflict("There is one with these identifiers already.")
		case d == nil:
			if division, ok := sent["division"].(fields); ok && body["division"] == nil {
				body["division"] = division
			}
			d, err = q.make(c, collection, body, "")
		default:
			d, err = q.alter(c, d, body, false)
		}
		if err != nil {
			return nil, err
		}
		return p.present(c, d, p.answer, false)
	}
}

// mergeContacts makes several contacts one: the last that is named stays, with what
// it lacks taken from the others, which are gone.
func mergeContacts(p *plan, c *handlers.Call) (any, error) {
	sent := p.plainBody(c)
	var ids []string
	for _, name := range []string{"sourceContactId", "targetContactId"} {
		if id := textOf(sent[name]); id != "" {
			ids = append(ids, id)
		}
	}
	list, _ := sent["contactIds"].([]any)
	for _, id := range list {
		ids = append(ids, textOf(id))
	}
	var docs []*document
	for _, id := range ids {
		d, err := find(c.Tx, externalContacts+"/"+escape(id))
		if err != nil {
			return nil, err
		}
		if d == nil {
			return nil, p.notFound(c, "", id)
		}
		if err := p.permit(c, d.Division); err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(docs, func(other *document) bool { return other.Path == d.Path }) {
			docs = append(docs, d)
		}
	}
	if len(docs) == 0 {
		return nil, apierr.New(http.StatusBadRequest, "bad.request", "There are no contacts to merge.")
	}
	q, err := p.engine.planOf("postExternalcontactsContacts")
	if err != nil {
		return nil, err
	}
	kept := docs[len(docs)-1]
	body := kept.all()
	for _, d := range docs[:len(docs)-1] {
		for name, value := range d.all() {
			if body[name] == nil {
				body[name] = value
			}
		}
		if err := remove(c.Tx, d); err != nil {
			return nil, err
		}
	}
	if override, ok := sent["valueOverride"].(fields); ok {
		for name, value := range override {
			if name != "id" && name != "selfUri" && name != "division" {
				body[name] = value
			}
		}
	}
	if kept, err = q.save(c, kept, body); err != nil {
		return nil, err
	}
	return p.present(c, kept, p.answer, false)
}
