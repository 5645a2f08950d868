package console

import "net/http"

// personStep is something that is done to somebody once it was asked: texts are
// people.<key>, people.<key>.text and done.person.<key>.
type personStep struct {
	path, key string
	method    string
	target    string // the operation; %s is the person
	body      any
	after     string // where one goes on to; "" means the page of the person
}

var personSteps = []personStep{
	{path: "deactivate", key: "deactivate", method: http.MethodPatch, target: "/users/%s", body: doc{"state": stateInactive}},
	{path: "activate", key: "activate", method: http.MethodPatch, target: "/users/%s", body: doc{"state": stateActive}},
	{path: "restore", key: "restore", method: http.MethodPatch, target: "/users/%s", body: doc{"state": stateActive}},
	{path: "sign-out", key: "signout", method: http.MethodDelete, target: "/tokens/%s"},
	{path: "delete", key: "delete", method: http.MethodDelete, target: "/users/%s", after: peoplePath},
}

func (s personStep) ask(v *visit) error {
	u, err := userByID(v, "")
	if err != nil {
		return err
	}
	return v.confirm(confirmation{
		Title: v.T("people."+s.key+".ask", u.Name), Text: v.T("people."+s.key+".text", u.Name), Button: v.T("people." + s.key),
		Cancel: peoplePath + "/" + u.ID,
	})
}

func (s personStep) take(v *visit) error {
	id := v.Param("id")
	if err := v.api.call(s.method, at(s.target, id), s.body, nil); err != nil {
		return err
	}
	to := s.after
	if to == "" {
		to = peoplePath + "/" + id
	}
	return v.done(to, "person."+s.key)
}

func newPassword(v *visit) error { return showPassword(v, nil) }

// showPassword shows the form that gives somebody a password.
func showPassword(v *visit, problem *problem) error {
	u, err := userByID(v, "")
	if err != nil {
		return err
	}
	p := v.page("person-password", "people.password.set")
	p.Back = &link{Name: u.Name, Href: peoplePath + "/" + u.ID}
	p.Data = dict("User", u, "Needs", needs(v, "directory:user:setPassword"), "Fields", []field{{
		Name: "password", Label: v.T("people.password.new"), Type: "password", Complete: "new-password", Required: true,
		Hint: v.T("people.password.hint", u.Name), Error: problem.of("newPassword"),
	}})
	return v.renderForm(p, problem)
}

func setPassword(v *visit) error {
	id := v.Param("id")
	err := v.api.post(at("/users/%s/password", id), doc{"newPassword": v.Request().PostFormValue("password")}, nil)
	if p := v.problem(err); p != nil {
		return showPassword(v, p)
	}
	if err != nil {
		return err
	}
	return v.done(peoplePath+"/"+id, "person.password")
}
