package identity

import (
	"fmt"

	"github.com/mockcloud/mockcloud/internal/store"
)

// LooseGrants describes the grants of an organization whose subject, role or
// division is not there: nobody can use them, and nothing else is wrong with them.
func LooseGrants(tx *store.Tx) ([]string, error) {
	var loose []string
	for g, err := range Grants.All(tx) {
		if err != nil {
			return loose, err
		}
		var missing string
		switch {
		case !subjectExists(tx, Subject{Type: g.SubjectType, ID: g.SubjectID}):
			missing = "subject"
		case !Roles.Has(tx, g.RoleID):
			missing = "role"
		case g.DivisionID != AllDivisions && !Divisions.Has(tx, g.DivisionID) && !DeletedDivisions.Has(tx, g.DivisionID):
			missing = "division"
		default:
			continue
		}
		loose = append(loose, fmt.Sprintf("the grant %.200q has no %s", Grants.Key(g), missing))
	}
	return loose, nil
}

func subjectExists(tx *store.Tx, s Subject) bool {
	switch s.Type {
	case SubjectUser:
		return Users.Has(tx, s.ID)
	case SubjectGroup:
		return Groups.Has(tx, s.ID)
	case SubjectClient:
		return Clients.Has(tx, s.ID)
	default:
		return false
	}
}
