package seed

import (
	"slices"
	"testing"

	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

func TestGroupsGetTheirMembersAndOwners(t *testing.T) {
	t.Parallel()
	d := mustParse(t, `organization: {name: Acme}
users: [{email: z@x.test, name: Zoe}, {email: a@x.test, name: Abe}, {email: m@x.test, name: Max}]
groups: [{name: G, members: [z@x.test, a@x.test], owners: [m@x.test]}, {name: Empty}]
`)
	db := seeded(t, d)
	view(t, db, d.organizations[0].org.ID, func(tx *store.Tx) error {
		for _, g := range collect(t, tx, &identity.Groups) {
			members, err := g.MembersOf(tx, false, 0, 10)
			if err != nil {
				return err
			}
			var names []string
			for _, m := range members {
				names = append(names, m.Name)
			}
			want := map[string][]string{"G": {"Abe", "Zoe"}}[g.Name]
			if !slices.Equal(names, want) || g.Members != len(want) {
				t.Errorf("%s has %d members: %q, want %q", g.Name, g.Members, names, want)
			}
			if owners := len(g.OwnerIDs); owners != len(want)/2 {
				t.Errorf("%s has %d owners", g.Name, owners)
			}
		}
		return nil
	})
}
