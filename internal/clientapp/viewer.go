package clientapp

import (
	"slices"

	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/integration"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Viewer is somebody who wants to see applications. Their groups are read once.
type Viewer struct {
	permits func(spec.Permission) bool
	groups  []string
}

// ViewerOf is the caller of an operation.
//
// Guess: a client without a user is a member of no group, so that it sees what
// everybody may, and what its own roles permit. The specification lists no
// refusal for it.
func ViewerOf(tx *store.Tx, c *auth.Caller) (*Viewer, error) {
	v := &Viewer{permits: func(p spec.Permission) bool { return c.Permits(tx, p, "") }}
	if c.User == nil {
		return v, nil
	}
	return v, v.join(tx, c.User.ID)
}

// UserViewer is a user for whom there is no token.
func UserViewer(tx *store.Tx, u *identity.User) (*Viewer, error) {
	v := &Viewer{permits: func(p spec.Permission) bool { return auth.UserPermits(tx, u, p) }}
	return v, v.join(tx, u.ID)
}

func (v *Viewer) join(tx *store.Tx, userID string) error {
	for g, err := range identity.GroupsOf(tx, userID) {
		if err != nil {
			return err
		}
		v.groups = append(v.groups, g.ID)
	}
	return nil
}

// Reason says why somebody does not see an application.
type Reason string

// The reasons, the one that counts most first.
const (
	Seen      Reason = ""           // there is none
	Inactive  Reason = "inactive"   // switched off, or not working
	NoGroup   Reason = "groups"     // the viewer is in none of the application's groups
	Forbidden Reason = "permission" // the viewer holds none of the type's permissions
)

// HiddenFrom says why the viewer does not see the application. An empty list of
// groups lets everybody pass.
//
// Guess: one of several permissions of the type suffices, as it does where an
// operation lists several; owners of a group who are no members do not count.
func (a *App) HiddenFrom(v *Viewer) Reason {
	groups := a.GroupIDs()
	in := func(id string) bool { return slices.Contains(v.groups, id) }
	switch {
	case a.Status.Code != integration.Active:
		return Inactive
	case len(groups) > 0 && !slices.ContainsFunc(groups, in):
		return NoGroup
	case len(a.Type.UserPermissions) > 0 && !slices.ContainsFunc(a.Type.UserPermissions, v.holds):
		return Forbidden
	}
	return Seen
}

// holds says whether the viewer has a permission; a word that is none is held by
// nobody.
func (v *Viewer) holds(text string) bool {
	p, err := spec.ParsePermission(text)
	return err == nil && v.permits(p)
}

// GroupIDs are the groups whose members see the application.
func (a *App) GroupIDs() []string { return slices.Concat(a.Settings.Groups, a.Settings.GroupFilter) }

// Seeing lists the applications that the viewer sees, by name.
func Seeing(tx *store.Tx, v *Viewer) ([]*App, error) {
	apps, err := All(tx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(apps, func(a *App) bool { return a.HiddenFrom(v) != Seen }), nil
}
