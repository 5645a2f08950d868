package authorization

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

type bulkGrants struct {
	SubjectID   string `param:"subjectId"`
	SubjectType string `query:"subjectType"`
	Body        struct {
		Grants []identity.Pair `json:"grants"`
	} `body:""`
}

type singleGrant struct {
	SubjectID   string `param:"subjectId"`
	DivisionID  string `param:"divisionId"`
	RoleID      string `param:"roleId"`
	SubjectType string `query:"subjectType"`
}

func (g *singleGrant) pair() identity.Pair {
	return identity.Pair{RoleID: g.RoleID, DivisionID: g.DivisionID}
}

// addGrants, like every bulk operation, does all or nothing: an error undoes the
// transaction.
func (f *Family) addGrants(_ context.Context, c *handlers.Call, in bulkGrants) (handlers.None, error) {
	return handlers.None{}, add(c, in.SubjectID, in.SubjectType, in.Body.Grants)
}

func (f *Family) addGrant(_ context.Context, c *handlers.Call, in singleGrant) (handlers.None, error) {
	return handlers.None{}, add(c, in.SubjectID, in.SubjectType, []identity.Pair{in.pair()})
}

func add(c *handlers.Call, subjectID, subjectType string, pairs []identity.Pair) error {
	s, err := grantee(c, subjectID, subjectType)
	if err != nil {
		return err
	}
	if err := exist(c.Tx, pairs); err != nil {
		return err
	}
	return give(c, s, distinct(pairs))
}

// replaceGrants makes the pairs all that the subject itself holds. What it
// inherits from groups stays (authorization.md §7).
func (f *Family) replaceGrants(_ context.Context, c *handlers.Call, in bulkGrants) (handlers.None, error) {
	s, err := grantee(c, in.SubjectID, in.SubjectType)
	if err != nil {
		return handlers.None{}, err
	}
	pairs := distinct(in.Body.Grants)
	if err := exist(c.Tx, pairs); err != nil {
		return handlers.None{}, err
	}
	before := identity.OwnPairs(c.Tx, s.ID)
	if err := c.MayGrantIn(slices.Concat(without(before, pairs), without(pairs, before))); err != nil {
		return handlers.None{}, err
	}
	if err := mayGive(c, s, pairs); err != nil {
		return handlers.None{}, err
	}
	return handlers.None{}, identity.Replace(c.Tx, s.Subject, pairs, clock.At(c.Now()))
}

// distinct returns the elements of s without repetitions, in their order.
func distinct[T comparable](s []T) []T {
	seen := make(map[T]bool, len(s))
	var once []T
	for _, v := range s {
		if !seen[v] {
			seen[v] = true
			once = append(once, v)
		}
	}
	return once
}

// without returns the pairs of a that b lacks.
func without(a, b []identity.Pair) []identity.Pair {
	in := make(map[identity.Pair]bool, len(b))
	for _, p := range b {
		in[p] = true
	}
	return slices.DeleteFunc(slices.Clone(a), func(p identity.Pair) bool { return in[p] })
}

// removeGrants fails when a role or division is not there any more
// (authorization.md §7). Pairs that the subject does not hold are passed over.
func (f *Family) removeGrants(_ context.Context, c *handlers.Call, in bulkGrants) (handlers.None, error) {
	s, err := subjectByID(c, in.SubjectID)
	if err != nil {
		return handlers.None{}, err
	}
	if err := exist(c.Tx, in.Body.Grants); err != nil {
		return handlers.None{}, err
	}
	if err := c.MayGrantIn(in.Body.Grants); err != nil {
		return handlers.None{}, err
	}
	for _, p := range in.Body.Grants {
		if _, err := identity.Take(c.Tx, s.ID, p); err != nil {
			return handlers.None{}, err
		}
	}
	return handlers.None{}, nil
}

// removeGrant answers 404 for a grant that is not there (authorization.md §7).
func (f *Family) removeGrant(_ context.Context, c *handlers.Call, in singleGrant) (handlers.None, error) {
	s, err := subjectByID(c, in.SubjectID)
	if err != nil {
		return handlers.None{}, err
	}
	if err := c.MayGrantIn([]identity.Pair{in.pair()}); err != nil {
		return handlers.None{}, err
	}
	had, err := identity.Take(c.Tx, s.ID, in.pair())
	if err == nil && !had {
		err = apierr.NotFound().About(in.RoleID, "grant")
	}
	return handlers.None{}, err
}

// grantee finds the subject that is to get roles. A subjectType that says
// something else than what the subject is contradicts; none at all says nothing.
func grantee(c *handlers.Call, id, subjectType string) (*subject, error) {
	types := []identity.SubjectType{identity.SubjectUser, identity.SubjectGroup, identity.SubjectClient}
	is := func(t identity.SubjectType) bool { return strings.EqualFold(string(t), subjectType) }
	if subjectType != "" && !slices.ContainsFunc(types, is) {
		return nil, invalidSubjectType(fmt.Sprintf("[%.100s]; it can be PC_USER, PC_GROUP or PC_OAUTH_CLIENT.", subjectType))
	}
	s, err := subjectByID(c, id)
	if err != nil {
		return nil, err
	}
	if subjectType != "" && !is(s.Type) {
		return nil, invalidSubjectType(fmt.Sprintf("[%s]; the subject [%s] is a %s.", subjectType, s.name, s.Type))
	}
	return s, nil
}

// exist checks that the roles and divisions of the pairs are there.
func exist(tx *store.Tx, pairs []identity.Pair) error {
	for _, p := range pairs {
		if p.RoleID == "" || p.DivisionID == "" {
			return badRoleDivisions("A role or division id is empty.")
		}
		if _, err := identity.PeekRole(tx, p.RoleID); err != nil {
			return err
		}
		if p.DivisionID == identity.AllDivisions {
			continue
		}
		if _, err := identity.DivisionByID(tx, p.DivisionID); err != nil {
			return err
		}
	}
	return nil
}

// give grants pairs that exist to a subject, if the caller may.
func give(c *handlers.Call, s *subject, pairs []identity.Pair) error {
	if err := c.MayGrantIn(pairs); err != nil {
		return err
	}
	if err := mayGive(c, s, append(identity.OwnPairs(c.Tx, s.ID), pairs...)); err != nil {
		return err
	}
	for _, p := range pairs {
		if err := identity.Give(c.Tx, s.Subject, p, clock.At(c.Now())); err != nil {
			return err
		}
	}
	return nil
}

// mayGive checks what depends on the subject, which will hold the pairs: groups
// need rolesEnabled, OAuth clients are under the rule that one can only give
// them roles that one holds (decisions.md 8), and there is a limit for all.
func mayGive(c *handlers.Call, s *subject, pairs []identity.Pair) error {
	switch {
	case s.barred && len(pairs) > 0:
		return apierr.BadRequest("The group ["+s.name+"] can hold no roles: its rolesEnabled is false.").About(s.ID, "group")
	case s.Type == identity.SubjectClient:
		if err := c.GrantRule.MayChange(c.Tx, c.Caller.Subject(), s.ID, pairs); err != nil {
			return err
		}
	}
	if len(distinct(pairs)) > identity.MaxAssignments {
		return tooManyAssignments(s)
	}
	return nil
}
