package console

import "github.com/mockcloud/mockcloud/internal/identity"

// divisionName is that of a division of a grant, of which all together have none.
func divisionName(v *visit, d named) string {
	if d.ID == identity.AllDivisions {
		return v.T("grants.everywhere")
	}
	return d.Name
}

// grantFields are the fields of a form that grants a role. Who may not see the roles
// gets what was refused in their place.
func grantFields(v *visit, problem *problem) ([]field, *page, error) {
	found, err := all[named](v, "/authorization/roles?userCount=false")
	refused, err := v.refusedPart(err)
	if err != nil || refused != nil {
		return nil, refused, err
	}
	roles := make([]option, len(found))
	for i, r := range found {
		roles[i] = option{Value: r.ID, Label: r.Name}
	}
	divisions, err := grantDivision(v, problem)
	return []field{
		{Name: "role", Label: v.T("grants.role"), Type: "select", Options: choose(roles, v.form("role")), Required: true, Error: problem.of("roleId")},
		divisions,
	}, nil, err
}

// grantDivision is the field for where a role is granted: in one division, or in all.
func grantDivision(v *visit, problem *problem) (field, error) {
	divisions, err := divisionOptions(v, v.form("division"))
	divisions = append(divisions, option{Value: identity.AllDivisions, Label: v.T("grants.everywhere"), Selected: v.form("division") == identity.AllDivisions})
	return field{Name: "division", Label: v.T("grants.where"), Type: "select", Options: divisions, Required: true, Error: problem.of("divisionId")}, err
}

// subjectKind says what a subject is, in words, and where its page is.
func subjectKind(v *visit, kind, id string) (words, href string) {
	switch kind {
	case "PC_USER":
		return v.T("grants.person"), peoplePath + "/" + id + "/roles"
	case "PC_OAUTH_CLIENT":
		return v.T("grants.client"), oauthPath + "/" + id
	case "PC_GROUP":
		return v.T("grants.group"), ""
	}
	return kind, ""
}
