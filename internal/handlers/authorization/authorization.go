// Package authorization implements /api/v2/authorization: divisions, roles, the
// catalogue of permissions, and who holds which role where. What these nouns
// are is package identity's; whether a request may pass is decided before any
// function of this package runs, in package auth.
package authorization

import (
	"github.com/mockcloud/mockcloud/internal/handlers"
)

// Family serves the operations. The zero value knows users as the only objects
// that live in divisions.
type Family struct {
	// Objects are further kinds of objects that live in divisions. A family that
	// adds such a kind is made known here, where the families are put together.
	Objects []Objects
}

// Register claims this family's operations.
func (f *Family) Register(r *handlers.Registry) {
	handlers.On(r, "getAuthorizationDivisions", f.listDivisions)
	handlers.On(r, "getAuthorizationDivisionsQuery", f.queryDivisions)
	handlers.On(r, "getAuthorizationDivisionsHome", f.homeDivision)
	handlers.On(r, "getAuthorizationDivisionsLimit", f.divisionLimit)
	handlers.On(r, "postAuthorizationDivisions", f.createDivision)
	handlers.On(r, "getAuthorizationDivision", f.division)
	handlers.On(r, "putAuthorizationDivision", f.replaceDivision)
	handlers.On(r, "deleteAuthorizationDivision", f.deleteDivision)
	handlers.On(r, "getAuthorizationDivisionGrants", f.divisionGrants)
	handlers.On(r, "getAuthorizationDivisionsDeleted", f.deletedDivisions)
	handlers.On(r, "postAuthorizationDivisionRestore", f.restoreDivision)
	handlers.On(r, "postAuthorizationDivisionObject", f.moveObjects)

	handlers.On(r, "getAuthorizationDivisionspermittedMe", f.permittedToMe)
	handlers.On(r, "getAuthorizationDivisionspermittedPagedMe", f.permittedToMePaged)
	handlers.On(r, "getAuthorizationDivisionspermittedPagedSubjectId", f.permittedToSubject)

	handlers.On(r, "getAuthorizationRoles", f.listRoles)
	handlers.On(r, "postAuthorizationRoles", f.createRole)
	handlers.On(r, "getAuthorizationRole", f.role)
	handlers.On(r, "putAuthorizationRole", f.replaceRole)
	handlers.On(r, "patchAuthorizationRole", f.patchRole)
	handlers.On(r, "deleteAuthorizationRole", f.deleteRole)
	handlers.On(r, "postAuthorizationRolesDefault", f.restoreDefaultRoles)
	handlers.On(r, "putAuthorizationRolesDefault", f.restoreTheseRoles)
	handlers.On(r, "getAuthorizationRoleComparedefaultRightRoleId", f.compareRole)
	handlers.On(r, "postAuthorizationRoleComparedefaultRightRoleId", f.compareUnsavedRole, handlers.ReadOnly)

	handlers.On(r, "getAuthorizationRolesSettings", f.roleSettings)
	handlers.On(r, "putAuthorizationRolesSettings", f.changeRoleSettings)
	handlers.On(r, "getAuthorizationSettings", f.analysisSettings)
	handlers.On(r, "patchAuthorizationSettings", f.changeAnalysisSettings)

	handlers.On(r, "postAuthorizationRole", f.grantRole)
	handlers.On(r, "getAuthorizationRoleUsers", f.roleUsers)
	handlers.On(r, "putAuthorizationRoleUsersAdd", f.addRoleUsers)
	handlers.On(r, "putAuthorizationRoleUsersRemove", f.removeRoleUsers)
	handlers.On(r, "getAuthorizationRoleSubjectgrants", f.roleSubjects)

	handlers.On(r, "getAuthorizationPermissions", f.permissions)
	handlers.On(r, "getAuthorizationProducts", f.products)

	handlers.On(r, "getAuthorizationSubjectsMe", f.me)
	handlers.On(r, "getAuthorizationSubject", f.subject)
	handlers.On(r, "getAuthorizationSubjectsRolecounts", f.roleCounts)
	handlers.On(r, "postAuthorizationSubjectBulkadd", f.addGrants)
	handlers.On(r, "postAuthorizationSubjectBulkremove", f.removeGrants)
	handlers.On(r, "postAuthorizationSubjectBulkreplace", f.replaceGrants)
	handlers.On(r, "postAuthorizationSubjectDivisionRole", f.addGrant)
	handlers.On(r, "deleteAuthorizationSubjectDivisionRole", f.removeGrant)

	f.registerPolicies(r)
}

// The limits of this family. Only that of divisions was seen (authorization.md
// §6.1); the real service has the others too, but their values are unknown, so
// they are generous.
const (
	maxDivisions  = 50
	maxNameLength = 500  // characters of a division's name (authorization.md §6.1)
	maxRoles      = 5000 // of an organization
	maxIDs        = 100  // roles or subjects that one request can name (the text of max.role.ids)
	maxMoved      = 100  // objects that one request can move
	maxPageSize   = 500  // the documented one of a division's grants (authorization.md §6.1)
	maxCursorSize = 200  // the documented one of the division query
)
