package console

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// actions registers the pages of actions.
func actions(r *routes) {
	r.get(actionsPath, listActions)
	r.get(actionsPath+"/new", newAction)
	r.post(actionsPath+"/new", createAction)
	r.get(actionsPath+"/import", askForActionFile)
	r.post(actionsPath+"/import", importAction)
	one := actionsPath + "/:id"
	r.get(one, showAction)
	r.post(one, saveAction)
	r.get(one+"/export", exportAction)
	r.get(one+"/contract", showActionContract)
	r.post(one+"/contract", saveActionContract)
	r.get(one+"/publish", askToPublishAction)
	r.post(one+"/publish", publishAction)
	r.get(one+"/versions", showActionVersions)
	r.post(one+"/draft", draftAction)
	r.get(one+"/discard", askToDiscardDraft)
	r.post(one+"/discard", discardDraft)
	r.get(one+"/delete", askToDeleteAction)
	r.post(one+"/delete", deleteAction)
}

// seen is the version of the draft that a form shows, and "" where there is none yet.
func (a *loadedAction) seen() string {
	if a.Draft == nil {
		return ""
	}
	return strconv.Itoa(a.Draft.Version)
}

// save changes the draft, as the form's field "seen" says that it was when somebody
// began to change it. One that had to be made for that goes again if nothing comes of
// it.
func (a *loadedAction) save(v *visit, change doc) error {
	if err := a.checkSeen(v); err != nil {
		return err
	}
	made := a.Draft == nil
	draft, err := a.editable(v)
	if err != nil {
		return err
	}
	change["version"] = draft.Version
	base := at("/integrations/actions/%s/draft", a.ID)
	err = v.api.patch(base, change, nil)
	if err != nil && made && v.api.delete(base) == nil {
		a.Draft = nil
	}
	return err
}

// checkSeen refuses the form of a page that shows another draft than there is.
func (a *loadedAction) checkSeen(v *visit) error {
	if seen, now := v.form("seen"), a.seen(); seen != now {
		return &apiError{Status: http.StatusConflict, Message: v.T("actions.conflict")}
	}
	return nil
}

// validation is what keeps a draft from being published.
type validation struct {
	Valid  bool        `json:"valid"`
	Errors []*apiError `json:"errors"`
}

// validationOf asks for it; nil without a draft, and for those who may not know.
func validationOf(v *visit, a *loadedAction) (*validation, error) {
	if a.Draft == nil {
		return nil, nil //nolint:nilnil // there is nothing to say
	}
	found := &validation{}
	err := v.api.get(at("/integrations/actions/%s/draft/validation", a.ID), found)
	if statusOf(err) == http.StatusForbidden {
		return nil, nil //nolint:nilnil // see above
	}
	return found, err
}

// errorsOf are the errors in a part of the action: "contract.input".
func (l *validation) errorsOf(part string) []*apiError {
	var found []*apiError
	if l == nil {
		return nil
	}
	for _, e := range l.Errors {
		if strings.HasPrefix(e.Field(), part) {
			found = append(found, e)
		}
	}
	return found
}

// Field is the first field that the error is about.
func (e *apiError) Field() string {
	for _, d := range e.Details {
		if d.Field != "" {
			return d.Field
		}
	}
	return ""
}

// mistake is what is wrong with a draft, and where it is put right.
type mistake struct{ Message, Name, Href string }

func mistakesOf(v *visit, a *loadedAction, l *validation) []mistake {
	var found []mistake
	for _, e := range l.errorsOf("") {
		m := mistake{}
		m.Message, _, _ = strings.Cut(e.Message, "\n Template:") // the page that it leads to shows it
		switch field := e.Field(); {
		case strings.HasPrefix(field, "contract.input."):
			m.Name, m.Href = v.T("actions.contract.in"), a.path("/contract#in")
		case strings.HasPrefix(field, "contract.output."):
			m.Name, m.Href = v.T("actions.contract.out"), a.path("/contract#out")
		default:
			field = strings.NewReplacer("config.request.", "", "config.response.", "", "config.", "").Replace(field)
			query := url.Values{"field": {field}}
			if place := placeIn(e.Message); place != nil {
				query.Set("line", strconv.Itoa(place.Line))
				query.Set("column", strconv.Itoa(place.Column))
			}
			m.Name, m.Href = configLabel(v, field), a.path("/configuration?"+query.Encode())
		}
		found = append(found, m)
	}
	return found
}

func showAction(v *visit) error {
	a, err := loadAction(v)
	if err != nil {
		return err
	}
	return renderSummary(v, a, a.current(), nil)
}

// renderSummary shows the summary; form is what its form is filled with.
func renderSummary(v *visit, a *loadedAction, form *actionDoc, problem *problem) error {
	p := actionPage(v, a, "", "action")
	validation, err := validationOf(v, a)
	if err != nil {
		return err
	}
	i := &integration{}
	err = v.api.get(at("/integrations/%s", a.current().IntegrationID), i)
	if statusOf(err) == http.StatusForbidden {
		i, err = nil, nil
	}
	if err != nil {
		return err
	}
	fields := []field{{Name: "name", Label: v.T("name"), Value: form.Name, Required: true, ReadOnly: a.static(), Error: problem.of("name")}}
	if !isAuthAction(a.ID) {
		fields = append(fields, field{Name: "category", Label: v.T("category"), Value: form.Category, ReadOnly: a.static(), Hint: v.T("actions.category.hint"), Error: problem.of("category")})
	}
	if a.Published == nil {
		fields = append(fields, field{Name: "secure", Label: v.T("actions.secure"), Type: "checkbox", Checked: form.Secure, Hint: v.T("actions.secure.hint"), Error: problem.of("secure")})
	}
	missing := a.needsEdit(v)
	p.Data = dict("A", a, "Current", a.current(), "Needs", missing, "Fields", locked(fields, missing), "Seen", a.seen(), "Integration", i, "State", a.state(),
		"Validation", validation, "Mistakes", mistakesOf(v, a, validation), "Static", a.static(), "Auth", isAuthAction(a.ID),
		"Active", i == nil || i.Reported.Code == "ACTIVE",
		"Test", a.path("/test"), "Publish", a.path("/publish"))
	return v.renderForm(p, problem)
}

func saveAction(v *visit) error {
	a, err := loadAction(v)
	if err != nil {
		return err
	}
	form := *a.current()
	form.Name, form.Category, form.Secure = v.form("name"), v.form("category"), v.form("secure") == "true"
	change := doc{"name": form.Name}
	if !isAuthAction(a.ID) {
		change["category"] = form.Category
	}
	if a.Published == nil { // else it stays
		change["secure"] = form.Secure
	}
	err = a.save(v, change)
	if p := v.problem(err); p != nil {
		return renderSummary(v, a, &form, p)
	}
	if err != nil {
		return err
	}
	return v.done(a.path(""), "saved")
}
