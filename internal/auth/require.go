package auth

import (
	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Require decides whether the caller has one permission that an operation asks for
// beside what admitted the request: in each of the divisions where the permission
// is on things that live in divisions, else in any. It also tells what permitted
// it.
func (c *Caller) Require(tx *store.Tx, cat *spec.Catalogue, p spec.Permission, divisions ...string) ([]Passed, *apierr.Error) {
	aware := cat.DivisionAware(p.Domain, p.Entity)
	if !aware || len(divisions) == 0 {
		divisions = []string{""}
	}
	var passed []Passed
	for _, division := range divisions {
		g, ok := c.permittedBy(tx, p, division)
		switch {
		case ok:
			passed = append(passed, Passed{Permission: p, Division: division, grant: g})
		case division == "":
			return passed, missingAll([]spec.Permission{p})
		default:
			return passed, missingIn(p, division)
		}
	}
	return passed, nil
}
