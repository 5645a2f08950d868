package console

import (
	"net/http"
	"strconv"
)

func askToPublishAction(v *visit) error {
	a, err := loadAction(v)
	if err != nil {
		return err
	}
	return renderPublish(v, a, nil)
}

// renderPublish asks whether the draft is to be published, or says what keeps it from
// that.
func renderPublish(v *visit, a *loadedAction, problem *problem) error {
	if a.Draft == nil {
		return v.redirect(a.path(""))
	}
	validation, err := validationOf(v, a)
	if err != nil {
		return err
	}
	p := v.pageTitled("action-publish", v.T("actions.publish.title", a.Draft.Name))
	p.Back = &link{Name: a.Draft.Name, Href: a.path("")}
	text := v.T("actions.publish.first")
	if a.Published != nil {
		text = v.T("actions.publish.again", a.Published.Version, a.Published.Version+1)
	}
	p.Data = dict("Text", text, "Version", a.Draft.Version, "Mistakes", mistakesOf(v, a, validation), "Cancel", a.path(""))
	return v.renderForm(p, problem)
}

func publishAction(v *visit) error {
	a, err := loadAction(v)
	if err != nil {
		return err
	}
	version, err := strconv.Atoi(v.form("version"))
	if err != nil {
		return v.problemPage(http.StatusBadRequest, "error.form")
	}
	err = v.api.post(at("/integrations/actions/%s/draft/publish", a.ID), doc{"version": version}, nil)
	if p := v.problem(err); p != nil {
		return renderPublish(v, a, p)
	}
	if err != nil {
		return err
	}
	return v.done(a.path(""), "actions.published")
}

// comparison is a line of the page of versions.
type comparison struct {
	Name             string
	Draft, Published string
	Code             bool
}

// Differs says whether the draft would change it.
func (c comparison) Differs() bool { return c.Draft != c.Published }

func showActionVersions(v *visit) error {
	a, err := loadAction(v)
	if err != nil {
		return err
	}
	p := actionPage(v, a, "versions", "action-versions")
	draft, published := a.compared(v, a.Draft), a.compared(v, a.Published)
	lines := max(len(draft), len(published))
	rows := make([]comparison, lines)
	for i := range rows {
		if a.Draft != nil {
			rows[i] = draft[i]
			rows[i].Draft = draft[i].Published
			rows[i].Published = ""
		}
		if a.Published != nil {
			rows[i].Name, rows[i].Code, rows[i].Published = published[i].Name, published[i].Code, published[i].Published
		}
	}
	p.Data = dict("A", a, "Rows", rows, "Both", a.Draft != nil && a.Published != nil, "Static", a.static(), "Discard", a.path("/discard"), "New", a.path("/draft"))
	return v.render(p)
}

// compared is what the page of versions shows of one of the two.
func (a *loadedAction) compared(v *visit, d *actionDoc) []comparison {
	if d == nil {
		return nil
	}
	secure := v.T("actions.no")
	if d.Secure {
		secure = v.T("actions.yes")
	}
	timeout := ""
	if d.Config.TimeoutSeconds != 0 {
		timeout = strconv.Itoa(d.Config.TimeoutSeconds)
	}
	request, response := &d.Config.Request, &d.Config.Response
	return []comparison{
		{Name: v.T("name"), Published: d.Name},
		{Name: v.T("category"), Published: d.Category},
		{Name: v.T("actions.secure"), Published: secure},
		{Name: v.T("actions.contract.in"), Published: pretty(d.Contract.InputSchema), Code: true},
		{Name: v.T("actions.contract.out"), Published: pretty(d.Contract.SuccessSchema), Code: true},
		{Name: v.T("request"), Published: request.RequestType + " " + request.RequestURLTemplate, Code: true},
		{Name: v.T("actions.headers"), Published: pretty(request.Headers), Code: true},
		{Name: v.T("actions.body"), Published: request.RequestTemplate, Code: true},
		{Name: v.T("actions.map"), Published: pretty(response.TranslationMap), Code: true},
		{Name: v.T("actions.defaults"), Published: pretty(response.TranslationMapDefaults), Code: true},
		{Name: v.T("actions.success"), Published: response.SuccessTemplate, Code: true},
		{Name: v.T("actions.timeout"), Published: timeout},
	}
}

// draftAction makes a draft of a published action.
func draftAction(v *visit) error {
	a, err := loadAction(v)
	if err != nil {
		return err
	}
	if _, err := a.editable(v); err != nil {
		return err
	}
	return v.done(a.path(""), "actions.drafted")
}

func askToDiscardDraft(v *visit) error {
	a, err := loadAction(v)
	if err != nil {
		return err
	}
	switch {
	case a.Draft == nil:
		return v.redirect(a.path("/versions"))
	case a.Published == nil:
		return v.redirect(a.path("/delete"))
	}
	return v.confirm(confirmation{
		Title: v.T("actions.discard.title", a.Draft.Name), Text: v.T("actions.discard.text", a.Published.Version),
		Button: v.T("actions.discard"), Cancel: a.path("/versions"),
	})
}

func discardDraft(v *visit) error {
	a, err := loadAction(v)
	if err != nil {
		return err
	}
	if err := v.api.delete(at("/integrations/actions/%s/draft", a.ID)); err != nil {
		return err
	}
	if a.Published == nil {
		return v.done(actionsPath, "deleted")
	}
	return v.done(a.path("/versions"), "actions.discarded")
}

func askToDeleteAction(v *visit) error {
	a, err := loadAction(v)
	if err != nil {
		return err
	}
	text := v.T("actions.delete.text." + a.state())
	return v.confirm(confirmation{Title: v.T("actions.delete.title", a.current().Name), Text: text, Cancel: a.path("")})
}

// deleteAction deletes the published action, with whatever draft it has; or the draft
// that has not become an action yet.
func deleteAction(v *visit) error {
	a, err := loadAction(v)
	if err != nil {
		return err
	}
	base := at("/integrations/actions/%s", a.ID)
	if a.Published == nil {
		base += "/draft"
	}
	if err := v.api.delete(base); err != nil {
		return err
	}
	return v.done(actionsPath, "deleted")
}
