package scim

import (
	"cmp"
	"encoding/json"
	"errors"
	"slices"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/contactcenter"
	"github.com/mockcloud/mockcloud/internal/directory"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/scim"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/internal/store"
)

// writeKept makes what is kept elsewhere than with the user what the resource says:
// roles, routing skills and languages.
func (w *writer) writeKept(wanted scim.Object) error {
	if err := w.writeRoles(items(wanted, "roles")); err != nil {
		return err
	}
	genesys := object(wanted, scim.Genesys)
	if err := w.writeSkills(contactcenter.Skills, permSkill, genesys, "routingSkills"); err != nil {
		return err
	}
	return w.writeSkills(contactcenter.Languages, permLanguage, genesys, "routingLanguages")
}

// writeRoles grants and takes roles, which are named (forum thread "Azure AD -
// Roles, Skills and Languages"). New ones come in Home, as through putUserRoles.
//
// Guess: a new user keeps the role employee beside those that are named.
func (w *writer) writeRoles(wanted []scim.Object) error {
	tx := w.c.Tx
	ids := make([]string, 0, len(wanted))
	for _, item := range wanted {
		name := text(item, "value")
		role, err := identity.RoleByName(tx, name)
		if errors.Is(err, store.ErrNotFound) {
			return invalid("There is no role with the name [%.100s].", name)
		}
		if err != nil {
			return err
		}
		ids = append(ids, role.ID)
	}
	if w.creating {
		for _, p := range identity.OwnPairs(tx, w.user.ID) {
			ids = append(ids, p.RoleID)
		}
	}
	pairs, err := directory.PairsFor(tx, w.user.ID, ids)
	if err != nil {
		return err
	}
	if len(pairs.Changed()) == 0 {
		return nil
	}
	if len(pairs.All) > identity.MaxAssignments {
		return invalid("A user can hold %d roles at most.", identity.MaxAssignments)
	}
	if err := w.mayGrant(permGrant, pairs.Added); err != nil {
		return err
	}
	if err := w.mayGrant(permTake, pairs.Taken); err != nil {
		return err
	}
	w.addition = true
	return identity.Replace(tx, identity.Subject{Type: identity.SubjectUser, ID: w.user.ID}, pairs.All, clock.At(w.c.Now()))
}

// mayGrant asks for the permission to change these pairs: in their divisions where
// the organization's switch for that is on.
func (w *writer) mayGrant(p spec.Permission, pairs []identity.Pair) error {
	if len(pairs) == 0 {
		return nil
	}
	if err := w.c.Require(p); err != nil {
		return err
	}
	return w.c.MayGrantIn(pairs, p)
}

// maxSkills is how many skills, and how many languages, a user can be given through
// SCIM (facts: integrations.md §12).
const maxSkills = 50

// writeSkills makes the list under the attribute's name, which has names, that of the
// user.
//
// Guess: without a proficiency the one that is there stays, and is 0 where there is
// none. A name that nothing has is refused, not made.
func (w *writer) writeSkills(of *contactcenter.SkillSet, p spec.Permission, genesys scim.Object, attribute string) error {
	tx := w.c.Tx
	before, err := of.Of(tx, w.user.ID)
	if err != nil {
		return err
	}
	wanted := items(genesys, attribute)
	list := make([]contactcenter.Assigned, 0, len(wanted))
	for _, item := range wanted {
		name := text(item, "name")
		skill, err := of.Named(tx, name)
		if errors.Is(err, store.ErrNotFound) {
			return invalid("There is no routing %s with the name [%.100s].", of.Noun, name)
		}
		if err != nil {
			return err
		}
		a := contactcenter.Assigned{ID: skill.ID, Name: skill.Name}
		if i := slices.IndexFunc(before, func(b contactcenter.Assigned) bool { return b.ID == a.ID }); i >= 0 {
			a = before[i]
		}
		if sent := item["proficiency"]; sent != nil {
			if a.Proficiency = float(sent); !contactcenter.ValidProficiency(a.Proficiency) {
				return invalid("%s: the proficiency goes from %d to %d.", attribute, contactcenter.MinProficiency, contactcenter.MaxProficiency)
			}
		}
		list = append(list, a)
	}
	byID := func(a, b contactcenter.Assigned) int { return cmp.Compare(a.ID, b.ID) }
	slices.SortFunc(before, byID)
	slices.SortFunc(list, byID)
	if slices.Equal(before, list) {
		return nil
	}
	if len(list) > maxSkills {
		return invalid("%s: a user can have %d at most.", attribute, maxSkills)
	}
	if err := w.c.Require(p, w.user.DivisionID); err != nil {
		return err
	}
	w.addition = true
	return of.Set(tx, w.user.ID, list...)
}

// float is a number of a resource. Check has seen to it that it is one.
func float(v any) float64 {
	switch v := v.(type) {
	case json.Number:
		f, _ := v.Float64()
		return f
	case float64:
		return v
	default:
		return 0
	}
}
