package console

const divisionsPath = "/admin/divisions"

// divisions registers the pages of divisions.
func divisions(r *routes) {
	r.get(divisionsPath, listDivisions)
	r.get(divisionsPath+"/new", newDivision)
	r.post(divisionsPath+"/new", createDivision)
	r.get(divisionsPath+"/:id", editDivision)
	r.post(divisionsPath+"/:id", saveDivision)
	r.get(divisionsPath+"/:id/delete", askToDeleteDivision)
	r.post(divisionsPath+"/:id/delete", deleteDivision)
	divisionGrants(r)
}

type division struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Home        bool   `json:"homeDivision"`

	Counts map[string]int `json:"objectCounts"` // what lives in it, by kind

	stored string // the name, where Name is what a form says
}

// People is how many people live in the division.
func (d division) People() int { return d.Counts["USER"] }

// Others is how many other things live in it.
func (d division) Others() int {
	n := -d.People()
	for _, count := range d.Counts {
		n += count
	}
	return n
}

func listDivisions(v *visit) error {
	query := v.pageQuery()
	query.Set("objectCount", "true")
	if name := v.query("name"); name != "" {
		query.Set("name", name)
	}
	var found listing[division]
	if err := v.api.get("/authorization/divisions?"+query.Encode(), &found); err != nil {
		return err
	}
	p := v.page("divisions", "menu.divisions")
	p.Lead = v.T("divisions.lead")
	p.Actions = []link{
		{Name: v.T("divisions.add"), Href: divisionsPath + "/new"},
		{Name: v.T("divisions.deleted"), Href: divisionsPath + "/deleted"},
	}
	p.Data = dict("Found", found.Entities, "Name", v.query("name"), "Pages", pagingOf(v, &found))
	return v.render(p)
}

func newDivision(v *visit) error { return showDivision(v, &division{}, nil) }

func editDivision(v *visit) error {
	d := &division{}
	if err := v.api.get(at("/authorization/divisions/%s", v.Param("id")), d); err != nil {
		return err
	}
	return showDivision(v, d, nil)
}

// showDivision shows the form; problem is what the API said of the last try.
func showDivision(v *visit, d *division, problem *problem) error {
	p := v.page("division", "divisions.add")
	p.Back = &link{Name: v.T("menu.divisions"), Href: divisionsPath}
	permission := "authorization:division:add"
	if d.ID != "" {
		p = divisionPage(v, d, "division", "")
		permission = "authorization:division:edit"
	}
	missing := needs(v, permission)
	p.Data = dict("ID", d.ID, "Needs", missing, "Fields", locked([]field{
		{Name: "name", Label: v.T("name"), Value: d.Name, Required: true, Error: problem.of("name")},
		{Name: "description", Label: v.T("description"), Value: d.Description, Error: problem.of("description")},
	}, missing))
	return v.renderForm(p, problem)
}

// formDivision reads the form.
func formDivision(v *visit) *division {
	return &division{ID: v.Param("id"), Name: v.form("name"), Description: v.form("description")}
}

func createDivision(v *visit) error {
	d := formDivision(v)
	err := v.api.post("/authorization/divisions", doc{"name": d.Name, "description": d.Description}, d)
	if p := v.problem(err); p != nil {
		return showDivision(v, d, p)
	}
	if err != nil {
		return err
	}
	return v.done(divisionsPath, "added")
}

func saveDivision(v *visit) error {
	d := formDivision(v)
	// What the form does not show goes back as it came.
	whole := doc{}
	if err := v.api.get(at("/authorization/divisions/%s", d.ID), &whole); err != nil {
		return err
	}
	d.stored, _ = whole["name"].(string)
	d.Home, _ = whole["homeDivision"].(bool)
	whole["name"], whole["description"] = d.Name, d.Description
	err := v.api.put(at("/authorization/divisions/%s", d.ID), whole)
	if p := v.problem(err); p != nil {
		return showDivision(v, d, p)
	}
	if err != nil {
		return err
	}
	return v.done(divisionsPath, "saved")
}

func askToDeleteDivision(v *visit) error {
	d := &division{}
	if err := v.api.get(at("/authorization/divisions/%s", v.Param("id")), d); err != nil {
		return err
	}
	return v.confirm(confirmation{
		Title: v.T("divisions.delete", d.Name), Text: v.T("divisions.delete.text", d.Name), Cancel: divisionsPath + "/" + d.ID,
	})
}

func deleteDivision(v *visit) error {
	if err := v.api.delete(at("/authorization/divisions/%s", v.Param("id"))); err != nil {
		return err
	}
	return v.done(divisionsPath, "deleted")
}

// divisionOptions are the divisions of a select. Without a choice it is the home
// division, in which things are if nobody says otherwise.
func divisionOptions(v *visit, chosen string) ([]option, error) {
	found, err := all[division](v, "/authorization/divisions")
	if err != nil {
		return nil, err
	}
	options := make([]option, len(found))
	for i, d := range found {
		options[i] = option{Value: d.ID, Label: d.Name, Selected: d.ID == chosen || chosen == "" && d.Home}
	}
	return options, nil
}
