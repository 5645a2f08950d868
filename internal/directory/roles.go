package directory

import (
	"slices"

	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// RolePairs is what a user is to hold whose own roles are exactly some, and which
// of its pairs that adds and takes away. A list of roles carries no division: new
// ones are granted in Home, and those that stay keep the divisions they have
// (facts: authorization.md §3.4).
type RolePairs struct {
	All, Added, Taken []identity.Pair
}

// Changed are the pairs that come or go.
func (p *RolePairs) Changed() []identity.Pair {
	return append(slices.Clip(p.Taken), p.Added...)
}

// PairsFor makes the pairs of a list of roles by id, each of which must be there.
func PairsFor(tx *store.Tx, userID string, roleIDs []string) (*RolePairs, error) {
	home, err := identity.HomeDivision(tx)
	if err != nil {
		return nil, err
	}
	wanted := make(map[string]bool, len(roleIDs))
	for _, id := range roleIDs {
		if _, err := identity.PeekRole(tx, id); err != nil {
			return nil, err
		}
		wanted[id] = true
	}
	pairs := new(RolePairs)
	for _, p := range identity.OwnPairs(tx, userID) {
		if _, stays := wanted[p.RoleID]; !stays {
			pairs.Taken = append(pairs.Taken, p)
			continue
		}
		pairs.All = append(pairs.All, p)
		wanted[p.RoleID] = false // held already
	}
	for _, id := range roleIDs {
		if wanted[id] {
			wanted[id] = false
			added := identity.Pair{RoleID: id, DivisionID: home.ID}
			pairs.All, pairs.Added = append(pairs.All, added), append(pairs.Added, added)
		}
	}
	return pairs, nil
}
