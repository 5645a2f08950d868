package identity

import (
	"errors"
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
	var pairs []Pair
	prefix := subjectID + "/"
	for key := range Grants.Keys(tx, prefix) {
		if division, role, ok := strings.Cut(key[len(prefix):], "/"); ok {
			pairs = append(pairs, Pair{RoleID: role, DivisionID: division})
		}
	}
	return pairs
}

// Held is a pair that a subject holds, and through whom.
type Held struct {
	Pair
	Via *Group // nil when it is the subject's own
}

// HeldBy returns every pair that the subject holds, its own first, then those
// that it inherits from the groups it is a member of.
func HeldBy(tx *store.Tx, s Subject) ([]Held, error) {
	var held []Held
	for _, p := range OwnPairs(tx, s.ID) {
		held = append(held, Held{Pair: p})
	}
	if s.Type != SubjectUser {
		return held, nil
	}
	for group, err := range Groups.By(tx, "member", s.ID) {
		if err != nil {
			return nil, err
		}
		if !group.RolesEnabled || group.State == UserDeleted {
			continue
		}
		for _, p := range OwnPairs(tx, group.ID) {
			held = append(held, Held{Pair: p, Via: group})
		}
	}
	return held, nil
}

// Give grants the pair to the subject. Giving what it has already changes
// nothing.
func Give(tx *store.Tx, s Subject, p Pair, at *clock.Time) error {
	if Grants.Has(tx, grantKey(s.ID, p)) {
		return nil
	}
	return Grants.Insert(tx, &Grant{SubjectID: s.ID, SubjectType: s.Type, DivisionID: p.DivisionID, RoleID: p.RoleID, MadeAt: at})
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
