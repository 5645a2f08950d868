package auth_test

import (
	"testing"

	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// However many conditions look at them: somebody may hold a thousand roles and be
// in as many groups, each with a policy of its own.
func TestPoliciesReadGroupsAndRolesOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ann := &identity.User{ID: "ann", Name: "Ann", Email: "ann@x.test", State: identity.UserActive}
	pair := identity.Pair{RoleID: "viewer", DivisionID: "sales"}
	w.change(t, func(tx *store.Tx) error {
		team := &identity.Group{ID: "team", Name: "team", RolesEnabled: true}
		_, err := team.Join(tx, ann)
		return firstError(
			err,
			identity.Users.Put(tx, ann),
			identity.Groups.Put(tx, team),
			identity.Give(tx, identity.Subject{Type: identity.SubjectGroup, ID: "team"}, pair, nil),
			identity.Give(tx, identity.Subject{Type: identity.SubjectUser, ID: "ann"}, pair, nil),
		)
	})
	w.change(t, func(tx *store.Tx) error {
		attribute := auth.PolicyAttributes(tx, &auth.Caller{Client: w.client, User: ann})
		for name, want := range map[string]string{
			identity.AttrSubjectGroups: "team", identity.AttrSubjectRoles: "viewer", identity.AttrSubjectRoleNames: identity.RoleName(tx, "viewer"),
		} {
			first, _ := attribute(name)
			again, ok := attribute(name)
			if !ok || len(first.Texts) != 1 || first.Texts[0] != want || len(again.Texts) != 1 {
				t.Fatalf("%s = %v, then %v, %t", name, first, again, ok)
			}
			if &first.Texts[0] != &again.Texts[0] {
				t.Errorf("%s was read twice", name)
			}
		}
		return nil
	})
}
