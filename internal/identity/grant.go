package identity

import (
	"cmp"
	"errors"
	"iter"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/store"
)

// SubjectType is what kind of thing holds a grant, in the API's words.
type SubjectType string

// The subject types that can hold a grant.
const (
	SubjectUser   SubjectType = "PC_USER"
	SubjectGroup  SubjectType = "PC_GROUP"
	SubjectClient SubjectType = "PC_OAUTH_CLIENT"
)

// Subject is whoever holds grants.
type Subject struct {
	Type SubjectType
	ID   string
}

// Pair is a role in a division; the division may be AllDivisions.
type Pair struct {
	RoleID     string `json:"roleId"`
	DivisionID string `json:"divisionId"`
}

// MaxAssignments is how many pairs one subject can hold itself. The
// specification has a code for more, and no number.
const MaxAssignments = 1000

// Grant gives a subject a role in a division.
type Grant struct {
	SubjectID   string      `json:"subjectId"`
	SubjectType SubjectType `json:"subjectType"`
	DivisionID  string      `json:"divisionId"`
	RoleID      string      `json:"roleId"`
	MadeAt      *clock.Time `json:"madeAt,omitempty"`
}

// Pair returns the role and division of the grant.
func (g *Grant) Pair() Pair { return Pair{RoleID: g.RoleID, DivisionID: g.DivisionID} }

// Grants are keyed by subject, division and role, so that a subject's grants
// stand together and can be read from the keys alone.
var Grants = store.Collection[*Grant]{
	Name: "grants",
	Key:  func(g *Grant) string { return grantKey(g.SubjectID, g.Pair()) },
	Indexes: []store.Index[*Grant]{
		{Name: "role", Keys: func(g *Grant) []string { return []string{g.RoleID} }},
		{Name: "division", Keys: func(g *Grant) []string { return []string{g.DivisionID} }},
	},
}

func grantKey(subjectID string, p Pair) string {
	return subjectID + "/" + p.DivisionID + "/" + p.RoleID
}

// OwnPairs returns the roles that the subject holds directly.
func OwnPairs(tx *store.Tx, subjectID string) []Pair {
	return slices.Collect(ownPairs(tx, subjectID))
}

func ownPairs(tx *store.Tx, subjectID string) iter.Seq[Pair] {
	return func(yield func(Pair) bool) {
		prefix := subjectID + "/"
		for key := range Grants.Keys(tx, prefix) {
			division, role, ok := strings.Cut(key[len(prefix):], "/")
			if ok && !yield(Pair{RoleID: role, DivisionID: division}) {
				return
			}
		}
	}
}

// Holds says whether the subject itself holds exactly that pair.
func Holds(tx *store.Tx, subjectID string, p Pair) bool {
	return Grants.Has(tx, grantKey(subjectID, p))
}

// Held is a pair that a subject holds, and through whom.
type Held struct {
	Pair
	Via *Group // nil when it is the subject's own
}

// Holdings goes through every pair that the subject holds: its own first, then
// those that it inherits from the groups it is a member of.
func Holdings(tx *store.Tx, s Subject) iter.Seq2[Held, error] {
	return func(yield func(Held, error) bool) {
		for p := range ownPairs(tx, s.ID) {
			if !yield(Held{Pair: p}, nil) {
				return
			}
		}
		if s.Type != SubjectUser {
			return
		}
		for group, err := range GroupsOf(tx, s.ID) {
			if err != nil {
				yield(Held{}, err)
				return
			}
			if !group.RolesEnabled {
				continue
			}
			for p := range ownPairs(tx, group.ID) {
				if !yield(Held{Pair: p, Via: group}, nil) {
					return
				}
			}
		}
	}
}

// HeldBy lists what Holdings goes through.
func HeldBy(tx *store.Tx, s Subject) ([]Held, error) {
	var held []Held
	for h, err := range Holdings(tx, s) {
		if err != nil {
			return nil, err
		}
		held = append(held, h)
	}
	return held, nil
}

// DivisionsWith returns the divisions in which the subject holds a role that
// allows the action, or all = true where that is every division.
func DivisionsWith(tx *store.Tx, s Subject, domain, entity, action string) (ids []string, all bool, err error) {
	seen := make(map[string]bool)
	for h, err := range Holdings(tx, s) {
		if err != nil {
			return nil, false, err
		}
		role, err := Roles.Peek(tx, h.RoleID)
		switch {
		case errors.Is(err, store.ErrNotFound):
			continue // such a grant gives nothing
		case err != nil:
			return nil, false, err
		case !role.Allows(domain, entity, action):
			continue
		case role.Admin() || h.DivisionID == AllDivisions:
			return nil, true, nil
		}
		if !seen[h.DivisionID] {
			seen[h.DivisionID] = true
			ids = append(ids, h.DivisionID)
		}
	}
	return ids, false, nil
}

// Give grants the pair to the subject. Giving what it has already changes
// nothing.
func Give(tx *store.Tx, s Subject, p Pair, at *clock.Time) error {
	err := Grants.Insert(tx, &Grant{SubjectID: s.ID, SubjectType: s.Type, DivisionID: p.DivisionID, RoleID: p.RoleID, MadeAt: at})
	if errors.Is(err, store.ErrExists) {
		return nil
	}
	return err
}

// ComparePairs orders pairs as they stand in the state, and in every answer.
func ComparePairs(a, b Pair) int {
	return cmp.Or(strings.Compare(a.DivisionID, b.DivisionID), strings.Compare(a.RoleID, b.RoleID))
}

// Take removes the subject's own grant of the pair and says whether there was
// one.
func Take(tx *store.Tx, subjectID string, p Pair) (bool, error) {
	err := Grants.Delete(tx, grantKey(subjectID, p))
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// Replace makes pairs the whole set of the subject's own grants. Grants that
// stay keep their date.
func Replace(tx *store.Tx, s Subject, pairs []Pair, at *clock.Time) error {
	keep := make(map[Pair]bool, len(pairs))
	for _, p := range pairs {
		keep[p] = true
	}
	for _, p := range OwnPairs(tx, s.ID) {
		if !keep[p] {
			if _, err := Take(tx, s.ID, p); err != nil {
				return err
			}
		}
	}
	for _, p := range pairs {
		if err := Give(tx, s, p, at); err != nil {
			return err
		}
	}
	return nil
}

// TakeAll removes every grant that the subject holds directly.
func TakeAll(tx *store.Tx, subjectID string) error {
	return Replace(tx, Subject{ID: subjectID}, nil, nil)
}
