package console

import (
	"slices"
)

// difference is how a role differs from a default role as it was at first.
type difference struct {
	Removed     []policyNames `json:"removedPermissionPolicies"`
	Added       []policyNames `json:"addedPermissionPolicies"`
	Same        []policyNames `json:"samePermissionPolicies"`
	Role        role          `json:"userOrgRole"`
	FromDefault role          `json:"roleFromDefault"`
}

// policyNames is what a policy permits, and whether with conditions.
type policyNames struct {
	Domain    string   `json:"domain"`
	Entity    string   `json:"entityName"`
	Actions   []string `json:"actionSet"`
	Condition any      `json:"resourceConditionNode"`
}

// permissionsOf lists what the policies permit, behind general permissions.
func permissionsOf(general []string, policies []policyNames) []string {
	list := slices.Clone(general)
	for _, p := range policies {
		for _, action := range p.Actions {
			list = append(list, p.Domain+":"+p.Entity+":"+action)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// lacking are the texts of a that b lacks.
func lacking(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(text string) bool { return slices.Contains(b, text) })
}

// compareRole compares a default role with what it was at first, and any other with
// the default role that is chosen.
func compareRole(v *visit) error {
	r, err := roleByID(v)
	if err != nil {
		return err
	}
	with := r.ID
	data := dict("Role", r)
	if !r.Default {
		with = v.query("with")
		found, err := all[role](v, "/authorization/roles?userCount=false")
		if err != nil {
			return err
		}
		options := []option{{Label: v.T("roles.compare.choose")}}
		for _, one := range found {
			if one.Default {
				options = append(options, option{Value: one.ID, Label: one.Name})
			}
		}
		data["With"] = field{Name: "with", Label: v.T("roles.compare.with"), Type: "select", Options: choose(options, with)}
	}
	p := rolePage(v, r, "role-compare", "compare")
	p.Lead, p.Data = v.T("roles.compare.lead"), data
	if with == "" {
		return v.render(p)
	}
	d := &difference{}
	if err := v.api.get(at("/authorization/roles/%s/comparedefault/%s", r.ID, with), d); err != nil {
		return err
	}
	own, original := d.Role.Permissions, d.FromDefault.Permissions
	data["Added"] = permissionsOf(lacking(own, original), d.Added)
	data["Removed"] = permissionsOf(lacking(original, own), d.Removed)
	data["Same"] = len(permissionsOf(lacking(own, lacking(own, original)), d.Same))
	data["Default"] = d.FromDefault.Name
	return v.render(p)
}

func askToRestoreRole(v *visit) error {
	r, err := roleByID(v)
	if err != nil {
		return err
	}
	return v.confirm(confirmation{
		Title: v.T("roles.restore.ask", r.Name), Text: v.T("roles.restore.text", r.Name), Button: v.T("restore"),
		Cancel: rolesPath + "/" + r.ID + "/compare",
	})
}

func restoreRole(v *visit) error {
	id := v.Param("id")
	if err := v.api.put("/authorization/roles/default", []doc{{"id": id}}); err != nil {
		return err
	}
	return v.done(rolesPath+"/"+id+"/compare", "role.restored")
}

func askToRestoreRoles(v *visit) error {
	return v.confirm(confirmation{
		Title: v.T("roles.restore.all.ask"), Text: v.T("roles.restore.all.text"), Button: v.T("restore"), Cancel: rolesPath,
	})
}

func restoreRoles(v *visit) error {
	if err := v.api.post("/authorization/roles/default?force=true", nil, nil); err != nil {
		return err
	}
	return v.done(rolesPath, "roles.restored")
}
