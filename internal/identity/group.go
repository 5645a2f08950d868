package identity

import (
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Group is a set of users; its members inherit the roles granted to it.
type Group struct {
	ID           string      `json:"id"`
	Name         string      `json:"name"`
	Description  string      `json:"description,omitempty"`
	Type         string      `json:"type"`       // official or social
	Visibility   string      `json:"visibility"` // public, owners or members
	State        string      `json:"state"`
	RulesVisible bool        `json:"rulesVisible,omitempty"`
	RolesEnabled bool        `json:"rolesEnabled"` // only then do its members inherit roles
	OwnerIDs     []string    `json:"ownerIds,omitempty"`
	MemberIDs    []string    `json:"memberIds,omitempty"`
	Version      int         `json:"version"`
	Modified     *clock.Time `json:"modified,omitempty"`
}

// Groups are sorted by name and can be found by member.
var Groups = store.Collection[*Group]{
	Name: "groups",
	Key:  func(g *Group) string { return g.ID },
	Indexes: []store.Index[*Group]{
		{Name: "name", Keys: func(g *Group) []string { return []string{nameKey(g.Name)} }},
		{Name: "member", Keys: func(g *Group) []string { return g.MemberIDs }},
	},
}
