package console

import (
	"errors"
	"net/http"
	"slices"
	"strings"
)

// actionConfiguration registers the editor of an action's configuration.
func actionConfiguration(r *routes) {
	r.get(actionsPath+"/:id/configuration", editActionConfig)
	r.post(actionsPath+"/:id/configuration", saveActionConfig)
}

func editActionConfig(v *visit) error {
	a, err := loadAction(v)
	if err != nil {
		return err
	}
	f := configFormOf(a, v.query("mode") == "json")
	f.point(v)
	return showActionConfig(v, a, f, nil)
}

// point marks the field, and the place in it, that a link to this page names: where
// an operation has failed.
func (f *configForm) point(v *visit) {
	place := &actionPlace{Field: v.query("field"), Line: placeNumber(v.query("line")), Column: placeNumber(v.query("column"))}
	if place.Field == "" {
		return
	}
	fault := &configFault{Message: v.T("actionconfig.failed")}
	if place.Line > 0 && place.Column > 0 {
		fault.Place = place.show(f.stored)
		fault.Message = v.T("actionconfig.failed.at", place.Line, place.Column)
	}
	f.fault(place.Field, fault)
}

// fault notes what is wrong with a field; the first finding stands.
func (f *configForm) fault(field string, fault *configFault) {
	if f.faults == nil {
		f.faults = make(map[string]*configFault)
	}
	if f.faults[field] == nil {
		f.faults[field] = fault
	}
	for _, rows := range []struct {
		of     []configRow
		prefix string
	}{{f.Headers, headerPrefix}, {f.Translations, "translationMap."}} {
		for i := range rows.of {
			if row := &rows.of[i]; rows.prefix+row.Name == field && row.Fault == nil {
				row.Fault = fault
			}
		}
	}
}

// Fault is what is wrong with a field, or nil.
func (f *configForm) Fault(field string) *configFault { return f.faults[field] }

// take distributes what the API found wrong: by field, in the words of the API.
func (f *configForm) take(found []*apiError) (contract string) {
	for _, e := range found {
		for _, d := range e.Details {
			field, mine := strings.CutPrefix(d.Field, "config.")
			if strings.HasPrefix(d.Field, "contract.") && contract == "" {
				contract = e.Message
			}
			if !mine {
				continue
			}
			for _, part := range []string{"request.", "response."} {
				field = strings.TrimPrefix(field, part)
			}
			fault := &configFault{Message: e.Message}
			if place := placeIn(e.Message); place != nil {
				fault.Place = place.show(f.stored)
			}
			f.fault(field, fault)
		}
	}
	return contract
}

func saveActionConfig(v *visit) error {
	a, err := loadAction(v)
	if err != nil {
		return err
	}
	f := readConfigForm(v, a)
	if v.form("switch") != "" {
		f.change(v)
		return showActionConfig(v, a, f, nil)
	}
	config, err := f.config(v)
	if err != nil {
		return showActionConfig(v, a, f, &problem{Status: http.StatusBadRequest, Message: v.T("actionconfig.fields")})
	}
	if v.form("over") != "" { // what somebody else saved is known, and to be overwritten
		v.Request().PostForm.Set("seen", v.form("newest"))
	}
	err = a.save(v, doc{"config": config})
	if statusOf(err) == http.StatusConflict {
		if a, err = loadAction(v); err != nil {
			return err
		}
		newest := a.seen()
		f.Conflict = &newest
		return showActionConfig(v, a, f, &problem{Status: http.StatusConflict})
	}
	if p := v.problem(err); p != nil {
		if refused, ok := errors.AsType[*apiError](err); ok {
			f.take([]*apiError{refused})
		}
		return showActionConfig(v, a, f, p)
	}
	if err != nil {
		return err
	}
	if v.form("next") == "test" {
		return v.done(a.path("/test"), "saved")
	}
	to := a.path("/configuration")
	if f.AsJSON {
		to += "?mode=json"
	}
	return v.done(to, "saved")
}

// showActionConfig shows the form; problem is why the last try did not work.
func showActionConfig(v *visit, a *loadedAction, f *configForm, problem *problem) error {
	p := actionPage(v, a, "configuration", "action-config")
	p.Scripts = append(p.Scripts, "action-editor.js")
	contract, unfinished := "", false
	if problem != nil {
		p.Status = problem.Status
		if f.Conflict == nil && problem.Code != "" {
			p.Problem = problem
		}
	} else if v.Request().Method != http.MethodPost {
		found, err := validationOf(v, a)
		if err != nil {
			return err
		}
		pointed := len(f.faults)
		contract = f.take(slices.DeleteFunc(found.errorsOf(""), func(e *apiError) bool {
			return f.URL == "" && v.query("done") == "" && e.Field() == "config.request."+urlTemplate // nobody has filled it in yet
		}))
		unfinished = len(f.faults) > pointed
	}
	f.Headers, f.Translations = withRoom(f.Headers), withRoom(f.Translations)
	missing := a.needsEdit(v)
	setup, err := readActionSetup(v, a)
	if err != nil {
		return err
	}
	p.Data = dict(
		"Form", f, "Path", a.path("/configuration"), "Contract", contract, "Unfinished", unfinished, "ContractPath", a.path("/contract"), "Action", a, "Static", a.static(), "Needs", missing, "Locked", a.static() || missing != "",
		"Message", problemText(problem), "Methods", methodOptions(f.Method), "URLHint", setup.urlHint(v), "Fixed", setup.isFunction(), "Inputs", setup.inputs(v, a, f),
		"Velocity", velocityHelp(), "JSONPath", jsonPathHelp(), "Auth", isAuthAction(a.ID),
	)
	return v.render(p)
}

// withRoom numbers the rows, and adds some to fill: no script is needed for more.
func withRoom(rows []configRow) []configRow {
	rows = append(slices.Clip(rows), configRow{}, configRow{})
	for i := range rows {
		rows[i].Number = i + 1
	}
	return rows
}

// problemText is that of a problem which is none of the API's.
func problemText(p *problem) string {
	if p == nil || p.Code != "" {
		return ""
	}
	return p.Message
}

func methodOptions(chosen string) []option {
	var options []option
	for _, m := range requestMethods {
		options = append(options, option{Value: m, Label: m})
	}
	if !slices.Contains(requestMethods, chosen) { // drafts hold anything
		options = append(options, option{Value: chosen, Label: chosen})
	}
	return choose(options, chosen)
}
