package identity

import (
	"encoding/json"
	"iter"
	"net/http"
	"slices"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/store"
)

// The kinds of group, who can see it, and its state.
const (
	GroupOfficial = "official"
	GroupSocial   = "social"

	GroupPublic  = "public"
	GroupOwners  = "owners"
	GroupMembers = "members"

	GroupActive = "active"
)

// Group is a set of users; its members inherit the roles granted to it. A group
// that is deleted leaves nothing behind.
type Group struct {
	ID            string         `json:"id"`
	Name          string         `json:"name"`
	Description   string         `json:"description,omitempty"`
	Type          string         `json:"type"`
	Visibility    string         `json:"visibility"` // shown and kept; it hides nothing from anybody
	State         string         `json:"state"`
	RulesVisible  bool           `json:"rulesVisible,omitempty"`
	RolesEnabled  bool           `json:"rolesEnabled"` // only then do its members inherit roles
	CallsEnabled  bool           `json:"callsEnabled,omitempty"`
	IncludeOwners bool           `json:"includeOwners,omitempty"` // owners count as individuals of the group; roles come to members alone
	OwnerIDs      []string       `json:"ownerIds,omitempty"`
	Addresses     []GroupContact `json:"addresses,omitempty"`
	Images        []GroupImage   `json:"images,omitempty"`
	Dynamic       *DynamicGroup  `json:"dynamic,omitempty"`    // nil for most
	ExternalID    string         `json:"externalId,omitempty"` // what an identity provider calls it
	Version       int            `json:"version"`              // raised by every change, also of the members
	Modified      *clock.Time    `json:"modified,omitempty"`

	// Members is how many there are, so that a listing need not count; Join and
	// Leave see to it.
	Members int `json:"members,omitempty"`
}

// GroupContact is a phone number of a group: the schema GroupContact.
type GroupContact struct {
	Address   string `json:"address,omitempty"`
	Display   string `json:"display,omitempty"`
	Extension string `json:"extension,omitempty"`
	MediaType string `json:"mediaType"`
	Type      string `json:"type"`
}

// GroupImage is the schema Image.
type GroupImage struct {
	Resolution string `json:"resolution,omitempty"`
	ImageURI   string `json:"imageUri,omitempty"`
}

// DynamicGroup is the query that names the skills which members shall have. It
// is kept and given back.
type DynamicGroup struct {
	Query    json.RawMessage `json:"query"`
	Modified *clock.Time     `json:"modified,omitempty"`
}

// Groups are sorted by name.
var Groups = store.Collection[*Group]{
	Name: "groups",
	Key:  func(g *Group) string { return g.ID },
	Indexes: []store.Index[*Group]{
		{Name: "name", Keys: func(g *Group) []string { return []string{nameKey(g.Name)} }},
		{Name: "owner", Keys: func(g *Group) []string { return g.OwnerIDs }},
	},
}

// GroupNotFound is the 404 of operations that have no words of their own for a
// group that is not there.
func GroupNotFound(id string) *apierr.Error {
	return apierr.New(http.StatusNotFound, "general.resource.not.found", "Unable to find a group with that groupId").About(id, "group")
}

// PeekGroup returns a group for reading only, or the API's 404.
func PeekGroup(tx *store.Tx, id string) (*Group, error) {
	g, err := Groups.Peek(tx, id)
	return found(g, err, func() *apierr.Error { return GroupNotFound(id) })
}

// GroupsNamed goes through the groups with that name, whatever its case, as
// shared values. There is one at most, unless an older state has more.
func GroupsNamed(tx *store.Tx, name string) iter.Seq2[*Group, error] {
	return func(yield func(*Group, error) bool) {
		for id := range Groups.KeysBy(tx, "name", nameKey(name)) {
			g, err := Groups.Peek(tx, id)
			if !yield(g, err) || err != nil {
				return
			}
		}
	}
}

// Touch marks a change that will be stored.
func (g *Group) Touch(now *clock.Time) {
	g.Version++
	g.Modified = now
}

// LeaveGroups ends what a user who is deleted has to do with groups: nobody who
// comes back is a member or an owner of one.
func LeaveGroups(tx *store.Tx, userID string, now *clock.Time) error {
	ids := slices.Collect(Groups.KeysBy(tx, "owner", userID))
	for g, err := range GroupsOf(tx, userID) {
		if err != nil {
			return err
		}
		if !slices.Contains(ids, g.ID) {
			ids = append(ids, g.ID)
		}
	}
	for _, id := range ids {
		g, err := Groups.Get(tx, id)
		if err != nil {
			return err
		}
		if _, err := g.Leave(tx, userID); err != nil {
			return err
		}
		g.OwnerIDs = slices.DeleteFunc(g.OwnerIDs, func(owner string) bool { return owner == userID })
		g.Touch(now)
		if err := Groups.Put(tx, g); err != nil {
			return err
		}
	}
	return nil
}

// DeleteGroup removes a group, its memberships and its grants, or returns
// store.ErrNotFound.
func DeleteGroup(tx *store.Tx, id string) error {
	if err := Groups.Delete(tx, id); err != nil {
		return err
	}
	for _, key := range slices.Collect(members.Keys(tx, id+"/")) {
		if err := members.Delete(tx, key); err != nil {
			return err
		}
	}
	return TakeAll(tx, id)
}

// GroupView is a group on the wire: the schema Group.
type GroupView struct {
	ID            string         `json:"id"`
	Name          string         `json:"name"`
	Description   string         `json:"description,omitempty"`
	DateModified  *clock.Time    `json:"dateModified,omitempty"`
	MemberCount   int            `json:"memberCount"`
	State         string         `json:"state"`
	Version       int            `json:"version"`
	Type          string         `json:"type"`
	Images        []GroupImage   `json:"images"`
	Addresses     []GroupContact `json:"addresses"`
	RulesVisible  bool           `json:"rulesVisible"`
	Visibility    string         `json:"visibility"`
	RolesEnabled  bool           `json:"rolesEnabled"`
	IncludeOwners bool           `json:"includeOwners"`
	CallsEnabled  bool           `json:"callsEnabled"`
	Owners        []Ref          `json:"owners"`
	SelfURI       string         `json:"selfUri"`
}

// GroupURI is the path of a group.
func GroupURI(id string) string { return "/api/v2/groups/" + id }

// View renders the group.
func (g *Group) View(tx *store.Tx) (*GroupView, error) {
	v := &GroupView{
		ID: g.ID, Name: g.Name, Description: g.Description, DateModified: g.Modified, MemberCount: g.Members,
		State: g.State, Version: g.Version, Type: g.Type, RulesVisible: g.RulesVisible, Visibility: g.Visibility,
		RolesEnabled: g.RolesEnabled, IncludeOwners: g.IncludeOwners, CallsEnabled: g.CallsEnabled,
		Images: append([]GroupImage{}, g.Images...), Addresses: append([]GroupContact{}, g.Addresses...),
		Owners: make([]Ref, 0, len(g.OwnerIDs)), SelfURI: GroupURI(g.ID),
	}
	// display is read-only on the wire, hence made here.
	for i := range v.Addresses {
		if v.Addresses[i].Display = v.Addresses[i].Address; v.Addresses[i].Display == "" {
			v.Addresses[i].Display = v.Addresses[i].Extension
		}
	}
	for _, id := range g.OwnerIDs {
		owner, err := Users.Peek(tx, id)
		if err != nil {
			return nil, err
		}
		v.Owners = append(v.Owners, Ref{ID: owner.ID, Name: owner.Name, SelfURI: "/api/v2/users/" + owner.ID})
	}
	return v, nil
}
