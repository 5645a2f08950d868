package engine

import (
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
)

// games are the profiles of gamification: who plays by which.
func games() subject {
	return subject{answers: map[string]answer{"postGamificationProfileMembers": assignMembers}}
}

// assignMembers adds users to a profile and takes others out of it. Those who do
// not exist are told apart.
func assignMembers(p *plan, c *handlers.Call) (any, error) {
	if err := limited(c); err != nil {
		return nil, err
	}
	body := p.plainBody(c)
	collection := p.at(c)
	added, removed, failed := []any{}, []any{}, []any{}
	for _, id := range textsOf(body["membersToRemove"]) {
		d, err := find(c.Tx, collection+"/"+escape(id))
		if err != nil {
			return nil, err
		}
		if d == nil {
			failed = append(failed, fields{"user": fields{"id": id}, "message": "The user is no member of the profile."})
			continue
		}
		if err := remove(c.Tx, d); err != nil {
			return nil, err
		}
		removed = append(removed, userReference(id))
	}
	for _, id := range textsOf(body["membersToAssign"]) {
		if u, err := identity.Users.Peek(c.Tx, id); err != nil || u.State == identity.UserDeleted {
			failed = append(failed, fields{"user": fields{"id": id}, "message": "There is no such user."})
			continue
		}
		d := &document{Path: collection + "/" + escape(id)}
		if !items.Has(c.Tx, d.Path) {
			var err error
			if d.Body, err = encode(userReference(id)); err != nil {
				return nil, err
			}
			if err := add(c.Tx, d); err != nil {
				return nil, err
			}
		}
		added = append(added, userReference(id))
	}
	return p.fit(c, fields{"assignedMembers": added, "removedMembers": removed, "assignmentErrors": failed}), nil
}

func userReference(id string) fields { return fields{"id": id, "selfUri": apiPrefix + "/users/" + id} }

// textsOf are the texts of a list.
func textsOf(list any) []string {
	elements, _ := list.([]any)
	texts := make([]string, 0, len(elements))
	for _, e := range elements {
		texts = append(texts, textOf(e))
	}
	return texts
}
