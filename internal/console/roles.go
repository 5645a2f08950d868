package console

import (
	"cmp"
	"net/http"
	"net/url"
)

const rolesPath = "/admin/roles"

// roles registers the pages of roles.
func roles(r *routes) {
	r.get(rolesPath, listRoles)
	r.get(rolesPath+"/new", newRole)
	r.post(rolesPath+"/new", createRole)
	r.get(rolesPath+"/restore", askToRestoreRoles)
	r.post(rolesPath+"/restore", restoreRoles)
	r.get(rolesPath+"/:id", editRole)
	r.post(rolesPath+"/:id", saveRole)
	r.get(rolesPath+"/:id/permissions", showRolePermissions)
	r.post(rolesPath+"/:id/permissions", saveRolePermissions)
	r.get(rolesPath+"/:id/members", showRoleMembers)
	r.get(rolesPath+"/:id/members/add", chooseRoleMembers)
	r.post(rolesPath+"/:id/members/add", addRoleMembers)
	r.get(rolesPath+"/:id/members/remove", askToRemoveRoleMember)
	r.post(rolesPath+"/:id/members/remove", removeRoleMember)
	r.get(rolesPath+"/:id/compare", compareRole)
	r.get(rolesPath+"/:id/restore", askToRestoreRole)
	r.post(rolesPath+"/:id/restore", restoreRole)
	r.get(rolesPath+"/:id/delete", askToDeleteRole)
	r.post(rolesPath+"/:id/delete", deleteRole)
}

// role is a role of the organization.
type role struct {
	ID            string   `json:"id"`
	Name          string   `json:"name"`
	Description   string   `json:"description"`
	DefaultRoleID string   `json:"defaultRoleId"`
	Default       bool     `json:"default"`
	UserCount     int      `json:"userCount"`
	Permissions   []string `json:"permissions"`

	stored string // the name, where Name is what a form says
}

func listRoles(v *visit) error {
	query := v.pageQuery()
	if name := v.query("name"); name != "" {
		query.Set("name", name)
	}
	if permission := v.query("permission"); permission != "" {
		query.Set("permission", permission)
	}
	var found listing[role]
	err := v.api.get("/authorization/roles?"+query.Encode(), &found)
	problem := v.problem(err)
	if err != nil && (problem == nil || problem.Status == http.StatusForbidden) {
		return err
	}
	p := v.page("roles", "menu.roles")
	p.Lead = v.T("roles.lead")
	p.Actions = []link{
		{Name: v.T("roles.add"), Href: rolesPath + "/new"},
		{Name: v.T("roles.restore.all"), Href: rolesPath + "/restore", Dialog: true},
	}
	p.Data = dict("Found", found.Entities, "Name", v.query("name"), "Permission", v.query("permission"), "Pages", pagingOf(v, &found))
	return v.renderForm(p, problem)
}

// roleByID finds a role and how many people hold it.
func roleByID(v *visit) (*role, error) {
	r := &role{}
	return r, v.api.get(at("/authorization/roles/%s", v.Param("id")), r)
}

// rolePage begins a page of a role; tab is the last part of its address.
func rolePage(v *visit, r *role, name, tab string) *page {
	p := v.pageTitled(name, cmp.Or(r.stored, r.Name))
	p.Back = &link{Name: v.T("menu.roles"), Href: rolesPath}
	base := rolesPath + "/" + r.ID
	p.Tabs = []link{
		{Name: v.T("details"), Href: base, Current: tab == ""},
		{Name: v.T("permissions"), Href: base + "/permissions", Current: tab == "permissions"},
		{Name: v.T("roles.members"), Href: base + "/members", Current: tab == "members"},
		{Name: v.T("roles.compare"), Href: base + "/compare", Current: tab == "compare"},
	}
	p.Actions = []link{{Name: v.T("roles.copy"), Href: rolesPath + "/new?" + url.Values{"from": {r.ID}}.Encode(), Plain: true}}
	if r.Default {
		p.Actions = append(p.Actions, link{Name: v.T("roles.restore"), Href: base + "/restore", Dialog: true})
	} else {
		p.Actions = append(p.Actions, link{Name: v.T("delete"), Href: base + "/delete", Danger: true, Dialog: true})
	}
	return p
}

func newRole(v *visit) error {
	r := &role{}
	from, err := copiedRole(v)
	if err != nil {
		return err
	}
	if from != nil {
		name, _ := from["name"].(string)
		r.Name = v.T("roles.copy.name", name)
		r.Description, _ = from["description"].(string)
	}
	return showNewRole(v, r, nil)
}

// copiedRole is the role that a new one is made from; nil where it is none.
func copiedRole(v *visit) (doc, error) {
	if v.query("from") == "" {
		return nil, nil
	}
	from := doc{}
	return from, v.api.get(at("/authorization/roles/%s", v.query("from"))+"?userCount=false", &from)
}

// showNewRole shows the form; problem is what the API said of the last try.
func showNewRole(v *visit, r *role, problem *problem) error {
	p := v.page("role-new", "roles.add")
	p.Lead = v.T("roles.add.lead")
	if v.query("from") != "" {
		p.Title, p.Lead = v.T("roles.copy"), v.T("roles.copy.lead")
	}
	p.Back = &link{Name: v.T("menu.roles"), Href: rolesPath}
	p.Data = dict("Fields", roleFields(v, r, problem), "Needs", needs(v, "authorization:role:add"))
	return v.renderForm(p, problem)
}

func roleFields(v *visit, r *role, problem *problem) []field {
	name := field{Name: "name", Label: v.T("name"), Value: r.Name, Required: true, Error: problem.of("name")}
	if r.Default {
		name.ReadOnly, name.Hint = true, v.T("roles.default.name")
	}
	return []field{name, {Name: "description", Label: v.T("description"), Value: r.Description, Type: "textarea", Rows: 3, Error: problem.of("description")}}
}

func createRole(v *visit) error {
	r := &role{Name: v.form("name"), Description: v.form("description")}
	body := doc{}
	from, err := copiedRole(v)
	if err != nil {
		return err
	}
	if from != nil {
		body["permissions"], body["permissionPolicies"] = from["permissions"], from["permissionPolicies"]
	}
	body["name"], body["description"] = r.Name, r.Description
	err = v.api.post("/authorization/roles", body, r)
	if p := v.problem(err); p != nil {
		return showNewRole(v, r, p)
	}
	if err != nil {
		return err
	}
	return v.done(rolesPath+"/"+r.ID+"/permissions", "added")
}

func editRole(v *visit) error {
	r, err := roleByID(v)
	if err != nil {
		return err
	}
	return showRole(v, r, nil)
}

func showRole(v *visit, r *role, problem *problem) error {
	p := rolePage(v, r, "role", "")
	missing := needs(v, "authorization:role:edit")
	p.Data = dict("Role", r, "Fields", locked(roleFields(v, r, problem), missing), "Needs", missing)
	return v.renderForm(p, problem)
}

func saveRole(v *visit) error {
	// What the form does not show goes back as it came.
	whole := doc{}
	path := at("/authorization/roles/%s", v.Param("id"))
	if err := v.api.get(path, &whole); err != nil {
		return err
	}
	whole["name"], whole["description"] = v.form("name"), v.form("description")
	err := v.api.put(path, whole)
	if p := v.problem(err); p != nil {
		r, err := roleByID(v)
		if err != nil {
			return err
		}
		r.Name, r.Description, r.stored = v.form("name"), v.form("description"), r.Name
		return showRole(v, r, p)
	}
	if err != nil {
		return err
	}
	return v.done(rolesPath+"/"+v.Param("id"), "saved")
}

func askToDeleteRole(v *visit) error {
	r, err := roleByID(v)
	if err != nil {
		return err
	}
	return v.confirm(confirmation{
		Title: v.T("roles.delete", r.Name), Text: v.T("roles.delete.text", r.Name, r.UserCount), Cancel: rolesPath + "/" + r.ID,
	})
}

func deleteRole(v *visit) error {
	if err := v.api.delete(at("/authorization/roles/%s", v.Param("id"))); err != nil {
		return err
	}
	return v.done(rolesPath, "deleted")
}
