package auth_test

import (
	"testing"

	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// What a group holds counts for its members, while the group is there and hands
// down roles.
func TestAGroupHandsDownRolesWhileItMay(t *testing.T) {
	t.Parallel()
	put := func(tx *store.Tx, g *identity.Group) error { return identity.Groups.Put(tx, g) }
	tests := []struct {
		name   string
		change func(tx *store.Tx, g *identity.Group) error
		want   bool
	}{
		{"another change", func(tx *store.Tx, g *identity.Group) error {
			g.Description = "x"
			return put(tx, g)
		}, true},
		{"the member leaves", func(tx *store.Tx, g *identity.Group) error {
			if _, err := g.Leave(tx, "ann"); err != nil {
				return err
			}
			return put(tx, g)
		}, false},
		{"rolesEnabled is false", func(tx *store.Tx, g *identity.Group) error {
			g.RolesEnabled = false
			return put(tx, g)
		}, false},
		{"the group is deleted", func(tx *store.Tx, g *identity.Group) error { return identity.DeleteGroup(tx, g.ID) }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.client.GrantType = identity.GrantCode
			ann := &identity.User{ID: "ann", Name: "Ann", Email: "ann@x.test", State: identity.UserActive}
			w.change(t, func(tx *store.Tx) error {
				team := &identity.Group{ID: "team", Name: "team", RolesEnabled: true}
				_, err := team.Join(tx, ann)
				return firstError(
					err,
					identity.Clients.Put(tx, w.client),
					identity.Users.Put(tx, ann),
					put(tx, team),
					identity.Give(tx, identity.Subject{Type: identity.SubjectGroup, ID: "team"}, identity.Pair{RoleID: "viewer", DivisionID: "sales"}, nil),
				)
			})
			token, err := w.authority.Mint(auth.Grant{Org: orgID, ClientOrg: orgID, Client: w.client, User: ann})
			if err != nil {
				t.Fatal(err)
			}
			if !w.may(t, token.Access, false) { // and what was found is remembered
				t.Fatal("refused from the start")
			}
			w.change(t, func(tx *store.Tx) error {
				team, err := identity.Groups.Get(tx, "team")
				if err != nil {
					return err
				}
				return tt.change(tx, team)
			})
			for _, write := range []bool{false, true} {
				if got := w.may(t, token.Access, write); got != tt.want {
					t.Errorf("writing %t: passes %t, want %t", write, got, tt.want)
				}
			}
		})
	}
}
