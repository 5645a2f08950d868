package console

import (
	"net/url"
	"slices"
	"strings"
)

// grant is a role of somebody in a division.
type grant struct {
	SubjectID string `json:"subjectId"`
	Division  named  `json:"division"`
	Role      named  `json:"role"`

	Through string // the name of the group that it is inherited from; "" for own ones
	Remove  string // the page that asks whether to take it away
}

// grantsOf are the grants of a person, own and inherited ones, by role.
func grantsOf(v *visit, u *user) ([]*grant, error) {
	var subject struct {
		Grants []*grant `json:"grants"`
	}
	if err := v.api.get(at("/authorization/subjects/%s", u.ID)+"?includeDuplicates=true&includeFullRoles=false", &subject); err != nil {
		return nil, err
	}
	groups := make(map[string]string)
	for _, g := range u.Groups {
		groups[g.ID] = g.Name
	}
	for _, g := range subject.Grants {
		g.Division.Name = divisionName(v, g.Division)
		if g.SubjectID == u.ID {
			g.Remove = peoplePath + "/" + u.ID + "/roles/remove?" + url.Values{"role": {g.Role.ID}, "division": {g.Division.ID}}.Encode()
			continue
		}
		if g.Through = groups[g.SubjectID]; g.Through == "" {
			g.Through = g.SubjectID
		}
	}
	slices.SortStableFunc(subject.Grants, func(a, b *grant) int {
		return compareFold(a.Role.Name, b.Role.Name)
	})
	return subject.Grants, nil
}

func showPersonRoles(v *visit) error { return personRoles(v, nil) }

// personRoles shows the grants of somebody, and the form that adds one; problem is
// what the API said of the last try.
func personRoles(v *visit, problem *problem) error {
	u, err := userByID(v, "groups")
	if err != nil {
		return err
	}
	grants, err := grantsOf(v, u)
	refused, err := v.refusedPart(err)
	if err != nil {
		return err
	}
	data := dict("User", u, "Grants", grants, "Refused", refused, "Needs", needs(v, "authorization:grant:add"), "NeedsRemove", needs(v, "authorization:grant:delete"))
	if data["Needs"] == "" {
		fields, refused, err := grantFields(v, problem)
		if err != nil {
			return err
		}
		data["Fields"], data["RolesRefused"] = fields, refused
	}
	p := personPage(v, u, "person-roles", "roles")
	p.Lead = v.T("people.roles.lead")
	p.Data = data
	return v.renderForm(p, problem)
}

func addPersonRole(v *visit) error {
	id := v.Param("id")
	err := v.api.post(at("/authorization/subjects/%s/bulkadd", id)+"?subjectType=PC_USER",
		doc{"grants": []doc{{"roleId": v.form("role"), "divisionId": v.form("division")}}}, nil)
	if p := v.problem(err); p != nil {
		return personRoles(v, p)
	}
	if err != nil {
		return err
	}
	return v.done(peoplePath+"/"+id+"/roles", "granted")
}

func askToRemovePersonRole(v *visit) error {
	u, err := userByID(v, "")
	if err != nil {
		return err
	}
	grants, err := grantsOf(v, u)
	if err != nil {
		return err
	}
	for _, g := range grants {
		if g.Remove != "" && g.Role.ID == v.query("role") && g.Division.ID == v.query("division") {
			return v.confirm(confirmation{
				Title: v.T("grants.remove.ask", g.Role.Name, u.Name), Text: v.T("grants.remove.text", u.Name, g.Role.Name, g.Division.Name),
				Button: v.T("remove"), Cancel: peoplePath + "/" + u.ID + "/roles",
			})
		}
	}
	return v.redirect(peoplePath + "/" + u.ID + "/roles") // somebody was quicker
}

func removePersonRole(v *visit) error {
	id := v.Param("id")
	if err := v.api.delete(at("/authorization/subjects/%s/divisions/%s/roles/%s", id, v.query("division"), v.query("role"))); err != nil {
		return err
	}
	return v.done(peoplePath+"/"+id+"/roles", "ungranted")
}

// permissionGroup is the permissions of a domain.
type permissionGroup struct {
	Domain      string // "" for general ones
	Permissions []string
}

// showPersonPermissions shows what somebody holds, in whatever division.
func showPersonPermissions(v *visit) error {
	u, err := userByID(v, "authorization")
	if err != nil {
		return err
	}
	wanted := strings.ToLower(strings.TrimSpace(v.query("q")))
	byDomain := make(map[string][]string)
	shown := 0
	for _, permission := range u.Authorization.Permissions {
		if !strings.Contains(strings.ToLower(permission), wanted) {
			continue
		}
		domain, _, of := strings.Cut(permission, ":")
		if !of {
			domain = ""
		}
		byDomain[domain] = append(byDomain[domain], permission)
		shown++
	}
	groups := make([]permissionGroup, 0, len(byDomain))
	for domain, permissions := range byDomain {
		groups = append(groups, permissionGroup{domain, permissions})
	}
	slices.SortFunc(groups, func(a, b permissionGroup) int { return strings.Compare(a.Domain, b.Domain) })
	p := personPage(v, u, "person-permissions", "permissions")
	p.Lead = v.T("people.permissions.lead")
	p.Data = dict("Groups", groups, "Query", v.query("q"), "Shown", shown, "Total", len(u.Authorization.Permissions), "Open", wanted != "" || len(groups) <= 12)
	return v.render(p)
}
