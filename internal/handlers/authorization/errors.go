package authorization

import (
	"fmt"
	"net/http"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/identity"
)

// The refusals of this family, nearly all of status 400. Each begins with the
// specification's text of its code, which clients may match, and goes on with
// the reason that a person needs.

func refuse(code, text, reason string) *apierr.Error {
	if reason != "" {
		text += " " + reason
	}
	return apierr.New(http.StatusBadRequest, code, text)
}

func badlyFormed(reason string) *apierr.Error {
	return refuse("general.bad.request", "The request is badly formed.", reason)
}

func badRoleDivisions(reason string) *apierr.Error {
	return refuse("bad.role.divisions", "Invalid role divisions in request.", reason).OnField("grants")
}

func invalidSubjectType(reason string) *apierr.Error {
	return refuse("invalid.subject.type", "Bad request, invalid subject type", reason).OnField("subjectType")
}

func tooManyAssignments(s *subject) *apierr.Error {
	return refuse("max.role.assignments.exceeded", "Too many roles granted to a subject",
		fmt.Sprintf("[%s]; the limit is %d.", s.name, identity.MaxAssignments)).About(s.ID, "subject")
}

func tooManyRoles() *apierr.Error {
	return refuse("max.roles.exceeded", "Cannot create role because maximum number of role is exceeded.", "")
}

func tooManyRoleIDs() *apierr.Error {
	return refuse("max.role.ids", "Only 100 roles can be requested at a time.", "").OnField("id")
}

func tooManySubjectIDs() *apierr.Error {
	return refuse("max.subject.ids", "Only 100 subjects can be requested at a time.", "").OnField("id")
}

func tooManyDivisions() *apierr.Error {
	return refuse("max.scopes.exceeded", "Too many divisions for organization.", "")
}

func divisionExists() *apierr.Error {
	return apierr.New(http.StatusConflict, "resource.already.exists", "A resource with that name already exists.")
}

func invalidDivisionName(reason string) *apierr.Error {
	return refuse("division.name.invalid", "The requested division name is invalid.", reason).OnField("name")
}

func nameTooLong() *apierr.Error {
	return refuse("max.length.exceeded", "One or more attributes is longer than the maximum length allowed.",
		fmt.Sprintf("The name may have %d characters.", maxNameLength)).OnField("name")
}

func preconditionFailed(reason string) *apierr.Error {
	return refuse("precondition.failure", "One or more preconditions was not met.", reason)
}

func bothCursors() *apierr.Error {
	return refuse("both.after.and.before.provided", "Can not provide both after and before key in the same request.", "").OnField("after")
}

func subjectNotFound(id string) *apierr.Error {
	return apierr.NotFound().About(id, "subject")
}
