package console

import (
	"net/http"
	"net/url"

	"github.com/mockcloud/mockcloud/internal/identity"
)

// roleMember holds a role in some divisions.
type roleMember struct {
	ID        string  `json:"id"`
	Name      string  `json:"name"`
	Type      string  `json:"type"`
	Divisions []named `json:"divisions"`

	Kind   string     // what it is, in words
	Href   string     // its page; "" where there is none
	Grants []roleHeld // one for each division
}

// roleHeld is where a roleMember holds the role.
type roleHeld struct{ Division, Remove string }

func showRoleMembers(v *visit) error {
	r, err := roleByID(v)
	if err != nil {
		return err
	}
	var found listing[*roleMember]
	if err := v.api.get(at("/authorization/roles/%s/subjectgrants", r.ID)+"?"+v.pageQuery().Encode(), &found); err != nil {
		return err
	}
	for _, m := range found.Entities {
		m.Kind, m.Href = subjectKind(v, m.Type, m.ID)
		for _, d := range m.Divisions {
			m.Grants = append(m.Grants, roleHeld{divisionName(v, d), rolesPath + "/" + r.ID + "/members/remove?" +
				url.Values{"subject": {m.ID}, "division": {d.ID}}.Encode()})
		}
	}
	p := rolePage(v, r, "role-members", "members")
	p.Lead = v.T("roles.members.lead")
	p.Data = dict("Role", r, "Found", found.Entities, "Pages", pagingOf(v, &found),
		"Needs", needs(v, "authorization:grant:add"), "NeedsRemove", needs(v, "authorization:grant:delete"))
	return v.render(p)
}

func chooseRoleMembers(v *visit) error { return roleMembersForm(v, nil) }

// roleMembersForm shows people to choose from; problem is what the API said of the
// last try.
func roleMembersForm(v *visit, problem *problem) error {
	r, err := roleByID(v)
	if err != nil {
		return err
	}
	found, err := findPeople(v, v.query("name"), stateActive)
	if err != nil {
		return err
	}
	where, err := grantDivision(v, problem)
	if err != nil {
		return err
	}
	chosen := make(map[string]bool)
	for _, id := range v.forms("person") {
		chosen[id] = true
	}
	nobody := problem != nil && problem.Message == "" // the form itself says so
	p := v.page("role-members-add", "roles.members.add")
	p.Lead = v.T("roles.members.add.lead", r.Name)
	p.Back = &link{Name: r.Name, Href: rolesPath + "/" + r.ID + "/members"}
	p.Data = dict("Role", r, "Found", found.Entities, "Chosen", chosen, "Name", v.query("name"), "Pages", pagingOf(v, found),
		"Division", where, "Nobody", nobody, "Needs", needs(v, "authorization:grant:add"))
	if nobody {
		p.Status, problem = problem.Status, nil
	}
	return v.renderForm(p, problem)
}

func addRoleMembers(v *visit) error {
	id, chosen := v.Param("id"), v.forms("person")
	if len(chosen) == 0 {
		return roleMembersForm(v, &problem{Status: http.StatusBadRequest})
	}
	err := v.api.post(at("/authorization/roles/%s", id)+"?subjectType=PC_USER",
		doc{"subjectIds": chosen, "divisionIds": []string{v.form("division")}}, nil)
	if p := v.problem(err); p != nil {
		return roleMembersForm(v, p)
	}
	if err != nil {
		return err
	}
	return v.done(rolesPath+"/"+id+"/members", "granted")
}

func askToRemoveRoleMember(v *visit) error {
	r, err := roleByID(v)
	if err != nil {
		return err
	}
	name, err := subjectName(v)
	if err != nil {
		return err
	}
	d := named{ID: v.query("division")}
	if d.ID != identity.AllDivisions {
		if err := v.api.get(at("/authorization/divisions/%s", d.ID), &d); err != nil {
			return err
		}
	}
	return v.confirm(confirmation{
		Title: v.T("grants.remove.ask", r.Name, name), Text: v.T("grants.remove.text", name, r.Name, divisionName(v, d)),
		Button: v.T("remove"), Cancel: rolesPath + "/" + r.ID + "/members",
	})
}

// subjectName is the name of the member that the address names, or its id where it
// holds the role no more.
func subjectName(v *visit) (string, error) {
	members, err := all[roleMember](v, at("/authorization/roles/%s/subjectgrants", v.Param("id")))
	if err != nil {
		return "", err
	}
	for _, m := range members {
		if m.ID == v.query("subject") {
			return m.Name, nil
		}
	}
	return v.query("subject"), nil
}

func removeRoleMember(v *visit) error {
	id := v.Param("id")
	if err := v.api.delete(at("/authorization/subjects/%s/divisions/%s/roles/%s", v.query("subject"), v.query("division"), id)); err != nil {
		return err
	}
	return v.done(rolesPath+"/"+id+"/members", "ungranted")
}
