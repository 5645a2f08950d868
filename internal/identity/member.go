package identity

import (
	"iter"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/store"
)

// Member is a user in a group.
type Member struct {
	GroupID string `json:"groupId"`
	UserID  string `json:"userId"`
	Name    string `json:"name"` // the user's, so that members can be sorted without reading users
}

// members stand together by group, sorted by name, so that a page of them is
// found from the keys alone.
var members = store.Collection[*Member]{
	Name: "groups/members",
	Key:  func(m *Member) string { return m.GroupID + "/" + nameKey(m.Name) + "/" + m.UserID },
	Indexes: []store.Index[*Member]{
		{Name: "group/user", Unique: true, Keys: func(m *Member) []string { return []string{m.GroupID + "/" + m.UserID} }},
		{Name: "user", Keys: func(m *Member) []string { return []string{m.UserID} }},
	},
}

// membership is the key of a user's membership of the group, or "".
func (g *Group) membership(tx *store.Tx, userID string) string {
	for key := range members.KeysBy(tx, "group/user", g.ID+"/"+userID) {
		return key
	}
	return ""
}

// Join makes a user a member and says whether that is new. The group is to be
// stored afterwards.
func (g *Group) Join(tx *store.Tx, u *User) (bool, error) {
	if g.membership(tx, u.ID) != "" {
		return false, nil
	}
	g.Members++
	return true, members.Insert(tx, &Member{GroupID: g.ID, UserID: u.ID, Name: u.Name})
}

// Leave ends a membership and says whether there was one. The group is to be
// stored afterwards.
func (g *Group) Leave(tx *store.Tx, userID string) (bool, error) {
	key := g.membership(tx, userID)
	if key == "" {
		return false, nil
	}
	g.Members--
	return true, members.Delete(tx, key)
}

// HasMember says whether the user is a member.
func (g *Group) HasMember(tx *store.Tx, userID string) bool { return g.membership(tx, userID) != "" }

// MembersOf returns up to limit members of the group, from number skip on,
// sorted by name. Those before the page are not read. They are shared values.
func (g *Group) MembersOf(tx *store.Tx, reverse bool, skip, limit int) ([]*Member, error) {
	var keys []string
	if reverse {
		keys = slices.Collect(members.Keys(tx, g.ID+"/"))
		slices.Reverse(keys)
		keys = keys[min(skip, len(keys)):min(skip+limit, len(keys))]
	} else {
		n := 0
		for key := range members.Keys(tx, g.ID+"/") {
			if n++; n > skip+limit {
				break
			}
			if n > skip {
				keys = append(keys, key)
			}
		}
	}
	page := make([]*Member, len(keys))
	for i, key := range keys {
		var err error
		if page[i], err = members.Peek(tx, key); err != nil {
			return nil, err
		}
	}
	return page, nil
}

// GroupsOf goes through the groups that a user is a member of, as shared values.
func GroupsOf(tx *store.Tx, userID string) iter.Seq2[*Group, error] {
	return func(yield func(*Group, error) bool) {
		for key := range members.KeysBy(tx, "user", userID) {
			id, _, _ := strings.Cut(key, "/")
			g, err := Groups.Peek(tx, id)
			if !yield(g, err) || err != nil {
				return
			}
		}
	}
}

// RenameMember keeps the order of members true when a user gets another name.
func RenameMember(tx *store.Tx, userID, name string) error {
	for _, key := range slices.Collect(members.KeysBy(tx, "user", userID)) {
		m, err := members.Get(tx, key)
		if err != nil {
			return err
		}
		if err := members.Delete(tx, key); err != nil {
			return err
		}
		m.Name = name
		if err := members.Insert(tx, m); err != nil {
			return err
		}
	}
	return nil
}
