package console

import (
	"cmp"
	"net/http"
	"net/url"
	"strconv"
)

const peoplePath = "/admin/people"

// people registers the pages of the people of the organization.
func people(r *routes) {
	r.get(peoplePath, listPeople)
	r.get(peoplePath+"/new", newPerson)
	r.post(peoplePath+"/new", createPerson)
	r.get(peoplePath+"/:id", editPerson)
	r.post(peoplePath+"/:id", savePerson)
	r.get(peoplePath+"/:id/roles", showPersonRoles)
	r.post(peoplePath+"/:id/roles", addPersonRole)
	r.get(peoplePath+"/:id/roles/remove", askToRemovePersonRole)
	r.post(peoplePath+"/:id/roles/remove", removePersonRole)
	r.get(peoplePath+"/:id/permissions", showPersonPermissions)
	r.get(peoplePath+"/:id/password", newPassword)
	r.post(peoplePath+"/:id/password", setPassword)
	for _, s := range personSteps {
		r.get(peoplePath+"/:id/"+s.path, s.ask)
		r.post(peoplePath+"/:id/"+s.path, s.take)
	}
}

// user is somebody of the organization, as the API answers.
type user struct {
	ID            string  `json:"id"`
	Name          string  `json:"name"`
	Email         string  `json:"email"`
	Title         string  `json:"title"`
	Department    string  `json:"department"`
	State         string  `json:"state"`
	Version       int     `json:"version"`
	Division      named   `json:"division"`
	Groups        []named `json:"groups"`
	Authorization struct {
		Permissions []string `json:"permissions"`
	} `json:"authorization"`

	stored string // the name, where Name is what a form says
}

// Kind is the shape of the state.
func (u *user) Kind() string {
	switch u.State {
	case stateActive:
		return "ok"
	case stateDeleted:
		return "bad"
	}
	return "off"
}

const (
	stateActive   = "active"
	stateInactive = "inactive"
	stateDeleted  = "deleted"
	stateAny      = "any"
)

func listPeople(v *visit) error {
	states := []option{
		{Value: stateActive, Label: v.T("people.state.active")},
		{Value: stateInactive, Label: v.T("people.state.inactive")},
		{Value: stateDeleted, Label: v.T("people.state.deleted")},
		{Value: stateAny, Label: v.T("people.state.any")},
	}
	state := v.query("state")
	switch state {
	case stateInactive, stateDeleted, stateAny:
	default:
		state = stateActive
	}
	found, err := findPeople(v, v.query("name"), state)
	if err != nil {
		return err
	}
	p := v.page("people", "menu.people")
	p.Lead = v.T("people.lead")
	p.Actions = []link{{Name: v.T("people.add"), Href: peoplePath + "/new"}}
	p.Data = dict("Found", found.Entities, "Name", v.query("name"), "States", choose(states, state), "Pages", pagingOf(v, found))
	return v.render(p)
}

// findPeople is a page of the people in a state, by name. Of all of them the API has
// a list; a text is searched for.
func findPeople(v *visit, text, state string) (*listing[*user], error) {
	found := &listing[*user]{}
	if text == "" {
		query := v.pageQuery()
		query.Set("state", state)
		return found, v.api.get("/users?"+query.Encode(), found)
	}
	states := []string{state}
	if state == stateAny {
		states = []string{stateActive, stateInactive, stateDeleted}
	}
	var answer struct {
		listing[*user]
		Results []*user `json:"results"`
	}
	err := v.api.post("/users/search", doc{
		"query": []doc{
			{"type": "CONTAINS", "fields": []string{"name", "email", "title", "department"}, "value": text},
			{"type": "EXACT", "fields": []string{"state"}, "values": states},
		},
		"sortBy": "name", "sortOrder": "ASC", "pageSize": pageSize, "pageNumber": v.pageNumber(),
	}, &answer)
	answer.Entities = answer.Results
	return &answer.listing, err
}

// userByID finds somebody, also who is deleted. expand names what comes along.
func userByID(v *visit, expand string) (*user, error) {
	u := &user{}
	path := at("/users/%s", v.Param("id")) + "?expand=" + url.QueryEscape(expand)
	err := v.api.get(path, u)
	if statusOf(err) == http.StatusNotFound {
		err = v.api.get(path+"&state="+stateDeleted, u)
	}
	return u, err
}

// personPage begins a page of somebody; tab is the last part of its address.
func personPage(v *visit, u *user, name, tab string) *page {
	p := v.pageTitled(name, cmp.Or(u.stored, u.Name))
	p.Back = &link{Name: v.T("menu.people"), Href: peoplePath}
	base := peoplePath + "/" + u.ID
	p.Tabs = []link{{Name: v.T("details"), Href: base, Current: tab == ""}}
	if u.State != stateDeleted { // who is deleted holds nothing that could be changed
		p.Tabs = append(p.Tabs,
			link{Name: v.T("menu.roles"), Href: base + "/roles", Current: tab == "roles"},
			link{Name: v.T("permissions"), Href: base + "/permissions", Current: tab == "permissions"})
	}
	return p
}

func newPerson(v *visit) error { return showPerson(v, &user{}, nil) }

func editPerson(v *visit) error {
	u, err := userByID(v, "groups")
	if err != nil {
		return err
	}
	return showPerson(v, u, nil)
}

// showPerson shows the form; problem is what the API said of the last try.
func showPerson(v *visit, u *user, problem *problem) error {
	divisions, err := divisionOptions(v, u.Division.ID)
	if err != nil {
		return err
	}
	fields := []field{
		{Name: "name", Label: v.T("name"), Value: u.Name, Required: true, Error: problem.of("name")},
		{Name: "email", Label: v.T("people.email"), Value: u.Email, Type: "email", Required: true, Error: problem.of("email")},
		{Name: "division", Label: v.T("grants.division"), Type: "select", Options: divisions, Hint: v.T("people.division.hint"), Error: problem.of("divisionId")},
		{Name: "title", Label: v.T("people.title"), Value: u.Title, Error: problem.of("title")},
		{Name: "department", Label: v.T("people.department"), Value: u.Department, Error: problem.of("department")},
	}
	var p *page
	if u.ID == "" {
		p = v.page("person-new", "people.add")
		p.Back = &link{Name: v.T("menu.people"), Href: peoplePath}
		fields = append(fields, field{
			Name: "password", Label: v.T("people.password"), Type: "password", Complete: "new-password",
			Hint: v.T("people.password.optional"), Error: problem.of("password"),
		})
		p.Data = dict("Fields", fields, "Needs", needs(v, "directory:user:add"))
	} else {
		p = personPage(v, u, "person", "")
		missing := needs(v, "directory:user:edit", "directory:organization:admin")
		p.Data = dict("User", u, "Fields", locked(fields, missing), "Needs", missing)
	}
	return v.renderForm(p, problem)
}

// formPerson reads the form.
func formPerson(v *visit) *user {
	version, _ := strconv.Atoi(v.form("version"))
	return &user{
		ID: v.Param("id"), Name: v.form("name"), Email: v.form("email"), Title: v.form("title"), Department: v.form("department"),
		Version: version, Division: named{ID: v.form("division")},
	}
}

func createPerson(v *visit) error {
	u := formPerson(v)
	body := doc{"name": u.Name, "email": u.Email, "state": stateActive}
	for name, value := range map[string]string{
		"divisionId": u.Division.ID, "title": u.Title, "department": u.Department, "password": v.Request().PostFormValue("password"),
	} {
		if value != "" {
			body[name] = value
		}
	}
	created := &user{}
	err := v.api.post("/users", body, created)
	if p := v.problem(err); p != nil {
		return showPerson(v, u, p)
	}
	if err != nil {
		return err
	}
	return v.done(peoplePath+"/"+created.ID+"/roles", "added")
}

// savePerson changes what the form shows. The version is that of the form: who saves
// over a change of somebody else is refused. Another division is a move of its own.
func savePerson(v *visit) error {
	u := formPerson(v)
	before, err := userByID(v, "groups")
	if err != nil {
		return err
	}
	u.State, u.Groups, u.stored = before.State, before.Groups, before.Name
	after := &user{}
	err = v.api.patch(at("/users/%s", u.ID), doc{
		"version": u.Version, "name": u.Name, "email": u.Email, "title": u.Title, "department": u.Department,
	}, after)
	if err == nil && u.Division.ID != "" && u.Division.ID != before.Division.ID {
		u.Version = after.Version // what was changed is changed: only the move is tried again
		err = v.api.post(at("/authorization/divisions/%s/objects/USER", u.Division.ID), []string{u.ID}, nil)
	}
	if p := v.problem(err); p != nil {
		return showPerson(v, u, p)
	}
	if err != nil {
		return err
	}
	return v.done(peoplePath+"/"+u.ID, "saved")
}
