package console

import "encoding/json"

// showRolePermissions shows the tree of permissions. It is whole at any time, also
// where a search hides most of it, so that saving it loses nothing.
func showRolePermissions(v *visit) error {
	whole := doc{}
	if err := v.api.get(at("/authorization/roles/%s", v.Param("id")), &whole); err != nil {
		return err
	}
	return rolePermissions(v, whole, nil)
}

// rolePermissions shows the tree of a role; problem is what the API said of the last
// try.
func rolePermissions(v *visit, whole doc, problem *problem) error {
	catalogue, err := all[permissionDomain](v, "/authorization/permissions")
	if err != nil {
		return err
	}
	r := &role{}
	r.ID, _ = whole["id"].(string)
	r.Name, _ = whole["name"].(string)
	r.Default, _ = whole["default"].(bool)
	p := rolePage(v, r, "role-permissions", "permissions")
	p.Scripts = []string{"roles.js"}
	tree := growTree(catalogue, whole, v.query("q"), v.query("chosen") != "")
	p.Data = dict("Role", r, "Tree", tree, "Query", v.query("q"), "Chosen", v.query("chosen") != "", "Needs", needs(v, "authorization:role:edit"))
	return v.renderForm(p, problem)
}

func saveRolePermissions(v *visit) error {
	path := at("/authorization/roles/%s", v.Param("id"))
	whole := doc{}
	if err := v.api.get(path, &whole); err != nil {
		return err
	}
	policies := applyTree(whole, v.forms("p"))
	whole["permissionPolicies"], whole["permissions"] = policies, append([]string{}, v.forms("g")...)
	err := v.api.put(path, whole)
	if p := v.problem(err); p != nil {
		tried, err := likeJSON(whole)
		if err != nil {
			return err
		}
		return rolePermissions(v, tried, p)
	}
	if err != nil {
		return err
	}
	return v.done(rolesPath+"/"+v.Param("id")+"/permissions", "saved")
}

// likeJSON is an entity as the API would answer it.
func likeJSON(whole doc) (doc, error) {
	text, err := json.Marshal(whole)
	if err != nil {
		return nil, err
	}
	again := doc{}
	return again, json.Unmarshal(text, &again)
}
