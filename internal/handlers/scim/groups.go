package scim

import (
	"context"
	"errors"
	"strings"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/scim"
	"github.com/mockcloud/mockcloud/internal/store"
)

// groups is getScimGroups, by name.
func (f *Family) groups(_ context.Context, c *handlers.Call, in listInput) (*listing[scim.Object], error) {
	r, err := newGroupRenderer(c, in.Attributes, in.Excluded)
	if err != nil {
		return nil, err
	}
	w := newWindow(in.StartIndex, in.Count)
	found, total, err := searchGroups(c.Tx, in.Filter, w)
	if err != nil {
		return nil, err
	}
	resources := make([]scim.Object, len(found))
	for i, g := range found {
		if resources[i], err = r.group(g); err != nil {
			return nil, err
		}
	}
	return newListing(resources, w.start, total), nil
}

// searchGroups finds the groups of a page.
func searchGroups(tx *store.Tx, filter string, w window) ([]*identity.Group, int, error) {
	if filter == "" {
		total, err := identity.Groups.Count(tx)
		if err != nil {
			return nil, 0, err
		}
		found, err := identity.Groups.Page(tx, "name", false, w.skip(), w.count)
		return found, total, err
	}
	f, err := scim.GroupType.ParseFilter(filter)
	if err != nil {
		return nil, 0, err
	}
	value, _ := f.Value.(string)
	var found []*identity.Group
	if f.Path == "id" {
		g, err := identity.Groups.Peek(tx, value)
		switch {
		case errors.Is(err, store.ErrNotFound):
			return nil, 0, nil
		case err != nil:
			return nil, 0, err
		}
		found = append(found, g)
	} else {
		for g, err := range identity.GroupsNamed(tx, value) {
			if err != nil {
				return nil, 0, err
			}
			found = append(found, g)
		}
	}
	total := len(found)
	found = found[min(w.skip(), total):]
	return found[:min(w.count, len(found))], total, nil
}

// groupRenderer turns groups into resources.
type groupRenderer struct {
	*renderer
	members bool // whether they are asked for
}

func newGroupRenderer(c *handlers.Call, attributes, excluded []string) (*groupRenderer, error) {
	left, err := scim.GroupType.Project(scim.Object{"members": []any{scim.Object{"value": "x", "$ref": "x", "type": "x"}}}, attributes, excluded)
	if err != nil {
		return nil, err
	}
	return &groupRenderer{
		renderer: &renderer{c: c, base: base(c), attributes: attributes, excluded: excluded},
		members:  left["members"] != nil,
	}, nil
}

// group renders one. It may be shared.
func (r *groupRenderer) group(g *identity.Group) (scim.Object, error) {
	resource := scim.Object{
		"schemas":     []any{scim.CoreGroup},
		"id":          g.ID,
		"displayName": g.Name,
		"meta":        r.meta("Group", "/groups/"+g.ID, g.Version, g.Modified),
	}
	put(resource, "externalId", g.ExternalID)
	if r.members {
		members, err := g.MembersOf(r.c.Tx, false, 0, g.Members)
		if err != nil {
			return nil, err
		}
		list := make([]any, len(members))
		for i, m := range members {
			list[i] = scim.Object{"value": m.UserID, "$ref": r.base + "/users/" + m.UserID, "type": "User"}
		}
		put(resource, "members", list)
	}
	return scim.GroupType.Project(resource, r.attributes, r.excluded)
}

type groupInput struct {
	ID          string   `param:"groupId"`
	Attributes  []string `query:"attributes"`
	Excluded    []string `query:"excludedAttributes"`
	IfNoneMatch string   `header:"If-None-Match"`
}

// group is getScimGroup.
func (f *Family) group(_ context.Context, c *handlers.Call, in groupInput) (handlers.Reply, error) {
	g, err := identity.Groups.Peek(c.Tx, in.ID)
	if errors.Is(err, store.ErrNotFound) {
		return handlers.Reply{}, notFound("group", in.ID)
	}
	if err != nil {
		return handlers.Reply{}, err
	}
	// Whatever changes the resource raises the version: who is a member, and the name.
	if reply, ok := unlessCurrent(in.IfNoneMatch, etag(g.Version)); ok {
		return reply, nil
	}
	r, err := newGroupRenderer(c, in.Attributes, in.Excluded)
	if err != nil {
		return handlers.Reply{}, err
	}
	resource, err := r.group(g)
	return answer(resource, g.Version), err
}

type changeGroupInput struct {
	ID      string `param:"groupId"`
	IfMatch string `header:"If-Match"`
}

// readOnlyOfGroups is what a PUT may repeat, whatever its value. The name is not
// among it: a client that wants another one, be it in the case of a letter, shall
// learn that it does not get it.
var readOnlyOfGroups = []string{"id", "schemas", "meta"}

// replaceGroup is putScimGroup.
func (f *Family) replaceGroup(_ context.Context, c *handlers.Call, in changeGroupInput) (handlers.Reply, error) {
	wanted, err := replacement(c, scim.GroupType, readOnlyOfGroups...)
	if err != nil {
		return handlers.Reply{}, err
	}
	return changeGroup(c, in, wanted)
}

// patchGroup is patchScimGroup.
func (f *Family) patchGroup(_ context.Context, c *handlers.Call, in changeGroupInput) (handlers.Reply, error) {
	wanted, err := operations(c, scim.GroupType)
	if err != nil {
		return handlers.Reply{}, err
	}
	return changeGroup(c, in, wanted)
}

// changeGroup makes a group what the change makes of its resource.
func changeGroup(c *handlers.Call, in changeGroupInput, wanted change) (handlers.Reply, error) {
	g, err := identity.Groups.Get(c.Tx, in.ID)
	if errors.Is(err, store.ErrNotFound) {
		return handlers.Reply{}, notFound("group", in.ID)
	}
	if err != nil {
		return handlers.Reply{}, err
	}
	if err := checkMatch(in.IfMatch, g.Version); err != nil {
		return handlers.Reply{}, err
	}
	r, err := newGroupRenderer(c, nil, nil)
	if err != nil {
		return handlers.Reply{}, err
	}
	current, err := r.group(g)
	if err != nil {
		return handlers.Reply{}, err
	}
	before := memberIDs(current)
	resource, err := wanted(current)
	if err != nil {
		return handlers.Reply{}, err
	}
	if err := writeGroup(c, g, resource, before); err != nil {
		return handlers.Reply{}, err
	}
	resource, err = r.group(g)
	return answer(resource, g.Version), err
}

// memberIDs is the set of the members of a resource.
func memberIDs(of scim.Object) map[string]bool {
	ids := make(map[string]bool)
	for _, m := range items(of, "members") {
		ids[text(m, "value")] = true
	}
	return ids
}

// writeGroup stores what differs: who is a member, and externalId. The version
// stays where nothing does.
func writeGroup(c *handlers.Call, g *identity.Group, wanted scim.Object, before map[string]bool) error {
	changed := false
	if id := text(wanted, "externalId"); id != g.ExternalID {
		if len(id) > maxExternalID || strings.Contains(id, "\x00") {
			return invalid("externalId takes a text of up to %d bytes.", maxExternalID)
		}
		g.ExternalID, changed = id, true
	}
	after := memberIDs(wanted)
	for _, m := range items(wanted, "members") { // in order, so that of two that are wrong the first is named
		id := text(m, "value")
		if before[id] {
			continue
		}
		u, err := identity.Users.Peek(c.Tx, id)
		if errors.Is(err, store.ErrNotFound) || (err == nil && u.State == identity.UserDeleted) {
			return invalid("There is no user with the id [%.100s].", id)
		}
		if err != nil {
			return err
		}
		joined, err := g.Join(c.Tx, u)
		if err != nil {
			return err
		}
		changed = changed || joined
	}
	for id := range before {
		if after[id] {
			continue
		}
		left, err := g.Leave(c.Tx, id)
		if err != nil {
			return err
		}
		changed = changed || left
	}
	if !changed {
		return nil
	}
	g.Touch(clock.At(c.Now()))
	return identity.Groups.Put(c.Tx, g)
}
