package identity

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/store"
)

// GrantRule says how strictly "you can only give a client the roles that you
// hold" is enforced.
type GrantRule string

// The settings of the grant rule.
const (
	GrantRuleStrict GrantRule = "strict" // the real service, as far as it is known
	GrantRuleOff    GrantRule = "off"    // anybody with the permission may give a client any role
)

// MayGive enforces the rule on giver, who wants an OAuth client to hold pairs:
// the giver must hold each role itself, directly or through a group, in that
// division or in all divisions. Nobody is exempt, holders of the general
// permission admin included (decisions.md 8). The refusal is 400
// bad.client.role and names the first pair that is missing.
func (rule GrantRule) MayGive(tx *store.Tx, giver Subject, pairs []Pair) error {
	if rule == GrantRuleOff {
		return nil
	}
	var held []Held // looked up once, and only where the short look does not do
	for _, p := range pairs {
		// Most often the giver holds the very pair, or the role everywhere.
		if Holds(tx, giver.ID, p) || Holds(tx, giver.ID, Pair{RoleID: p.RoleID, DivisionID: AllDivisions}) {
			continue
		}
		if held == nil {
			var err error
			if held, err = HeldBy(tx, giver); err != nil {
				return err
			}
		}
		if !holds(held, p) {
			return ruleRefusal(tx, giver, held, p)
		}
	}
	return nil
}

func holds(held []Held, p Pair) bool {
	return slices.ContainsFunc(held, func(h Held) bool {
		return h.RoleID == p.RoleID && (h.DivisionID == p.DivisionID || h.DivisionID == AllDivisions)
	})
}

// MayChange is MayGive for an OAuth client that exists: the pairs that it has
// count as well as those that it is to get (facts: oauth.md §9).
func (rule GrantRule) MayChange(tx *store.Tx, giver Subject, clientID string, add []Pair) error {
	if rule == GrantRuleOff {
		return nil
	}
	return rule.MayGive(tx, giver, append(OwnPairs(tx, clientID), add...))
}

// BadClientRole is the specification's refusal of a role that a client may not
// have, with the reason a person needs.
func BadClientRole(reason string) *apierr.Error {
	return apierr.New(http.StatusBadRequest, "bad.client.role", "Client role is invalid. "+reason).OnField("roleDivisions")
}

func ruleRefusal(tx *store.Tx, giver Subject, held []Held, p Pair) *apierr.Error {
	role, division := RoleName(tx, p.RoleID), DivisionName(tx, p.DivisionID)
	var elsewhere []string
	for _, h := range held {
		if h.RoleID == p.RoleID {
			elsewhere = append(elsewhere, DivisionName(tx, h.DivisionID))
		}
	}
	who, whose := "You do", "yours"
	if giver.Type == SubjectClient {
		who, whose = "The calling OAuth client does", "the client's"
	}
	has := fmt.Sprintf("%s not hold role [%s] in division [%s]", who, role, division)
	if len(elsewhere) > 0 {
		has += fmt.Sprintf(" (%s: [%s])", whose, strings.Join(elsewhere, ", "))
	}
	return BadClientRole(has + ", and a client can only be given roles that its editor holds." + advice(tx, giver, p.RoleID))
}

// advice tells how the role can come to the giver. A role comes into the world
// by being granted to a person, which only needs authorization:grant:add; to a
// client it can only be given by somebody who holds it.
func advice(tx *store.Tx, giver Subject, roleID string) string {
	_, err := Grants.OneBy(tx, "role", roleID)
	nobody := errors.Is(err, store.ErrNotFound)
	switch {
	case giver.Type == SubjectClient && nobody:
		return " Nobody holds this role yet: grant it to a person first (permission authorization:grant:add), and let that person do this."
	case giver.Type == SubjectClient:
		return " Let somebody who holds it do this, or grant it to the calling client first."
	case nobody:
		return " Nobody holds this role yet: grant it to a person first, for example yourself (permission authorization:grant:add), and try again."
	default:
		return " Ask for the role, or grant it to yourself first (permission authorization:grant:add), and try again."
	}
}
