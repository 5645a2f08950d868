package console

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
)

// actionTests registers the page that tests and executes an action.
func actionTests(r *routes) {
	r.get(actionsPath+"/:id/test", showActionTest)
	r.post(actionsPath+"/:id/test", runAction)
}

// testForm is what an action is run with.
type testForm struct {
	AsJSON  bool
	JSON    string
	Error   string // what is wrong with the JSON
	Fields  []testField
	Flatten bool
	Which   string // "draft" or "published"
}

// testField is a control for a property of the input contract.
type testField struct {
	inputProperty
	Value   string
	Empty   bool // send a text of no characters where nothing was typed
	Missing bool // the run failed for want of it
	Options []option
}

// ID is that of the control on the page.
func (f testField) ID() string { return "in-" + f.Name }

// Number says whether the control takes a number.
func (f testField) Number() bool { return f.Type == "integer" || f.Type == "number" }

// MayBeEmpty says whether an empty text is something else than nothing.
func (f testField) MayBeEmpty() bool {
	return !f.Required && len(f.Options) == 0 && (f.Type == "string" || f.Type == "")
}

// Hint describes what the property takes.
func (f testField) Hint() string {
	if f.Description != "" {
		return f.Description
	}
	return f.Title
}

// HasHint says whether there is anything to say of the property.
func (f testField) HasHint() bool { return f.Hint() != "" || f.Default != nil }

// Standard is the default that the contract names, as JSON.
func (f testField) Standard() string {
	if f.Default == nil {
		return ""
	}
	return string(f.Default)
}

func showActionTest(v *visit) error {
	a, err := loadAction(v)
	if err != nil {
		return err
	}
	f := newTestForm(v, a)
	f.JSON = string(f.input())
	return showTest(v, a, f, nil, nil)
}

// newTestForm is the form before anything is typed.
func newTestForm(v *visit, a *loadedAction) *testForm {
	f := &testForm{AsJSON: v.query("mode") == "json", Flatten: true, Which: "draft"}
	if a.Draft == nil || a.Published != nil && v.query("of") == "published" {
		f.Which = "published"
	}
	f.Fields = testFields(v, f.subject(a))
	return f
}

// subject is the action that runs.
func (f *testForm) subject(a *loadedAction) *actionDoc {
	if f.Which == "published" {
		return a.Published
	}
	return a.Draft
}

func testFields(v *visit, d *actionDoc) []testField {
	var fields []testField
	for _, p := range propertiesOf(d.Contract.InputSchema) {
		f := testField{inputProperty: p}
		values := p.Enum
		switch {
		case values == nil && p.Type == "boolean":
			values = []json.RawMessage{json.RawMessage("true"), json.RawMessage("false")}
		case values == nil && p.Type == "null":
			values = []json.RawMessage{json.RawMessage("null")}
		}
		if values != nil {
			f.Options = []option{{Label: v.T("actiontest.nothing")}}
		}
		for _, value := range values {
			text := plain(value)
			f.Options = append(f.Options, option{Value: text, Label: text})
		}
		fields = append(fields, f)
	}
	return fields
}

// readTestForm reads what was sent.
func readTestForm(v *visit, a *loadedAction) *testForm {
	f := newTestForm(v, a)
	if which := v.form("which"); which == "published" && a.Published != nil {
		f.Which = which
		f.Fields = testFields(v, a.Published)
	}
	f.Flatten = v.form("flatten") == "true"
	if f.AsJSON {
		f.JSON = plainLines(v.Request().PostFormValue("input"))
		return f
	}
	for i := range f.Fields {
		one := &f.Fields[i]
		one.Value = v.Request().PostFormValue("in." + one.Name)
		one.Empty = v.form("empty."+one.Name) == "true"
		choose(one.Options, one.Value)
	}
	f.JSON = string(f.input())
	return f
}

// input is the JSON that is sent. Fields in which nothing was typed are left out.
func (f *testForm) input() []byte {
	o := jsonObject{}
	for _, one := range f.Fields {
		if one.Value != "" {
			o = append(o, jsonMember{one.Name, one.json()})
		} else if one.Empty && one.MayBeEmpty() {
			o = append(o, jsonMember{one.Name, jsonOf("")})
		}
	}
	return []byte(pretty(o))
}

// json is the value in the type of the property. What is none of that type goes as a
// text: the contract says what is wrong with it.
func (f testField) json() json.RawMessage {
	for _, allowed := range f.Enum {
		if plain(allowed) == f.Value {
			return allowed
		}
	}
	if f.Type != "string" && f.Type != "" && json.Valid([]byte(f.Value)) {
		return json.RawMessage(f.Value)
	}
	return jsonOf(f.Value)
}

// fillFrom puts the values of the JSON into the fields; false where it holds what no
// field can show.
func (f *testForm) fillFrom(text string) bool {
	o, err := parseObject([]byte(text))
	if err != nil {
		return false
	}
	places := make(map[string]int, len(f.Fields))
	for i, one := range f.Fields {
		places[one.Name] = i
	}
	for _, m := range o {
		i, known := places[m.name]
		if !known {
			return false
		}
		one := &f.Fields[i]
		one.Value, one.Empty = plain(m.value), string(m.value) == `""`
		choose(one.Options, one.Value)
	}
	return true
}

func runAction(v *visit) error {
	a, err := loadAction(v)
	if err != nil {
		return err
	}
	f := readTestForm(v, a)
	switch v.form("do") {
	case "json":
		f.AsJSON = true
		return showTest(v, a, f, nil, nil)
	case "fields":
		if f.AsJSON = !f.fillFrom(f.JSON); f.AsJSON {
			f.Error = v.T("actiontest.json.nofields")
		}
		return showTest(v, a, f, nil, nil)
	case "execute":
		if a.Published != nil {
			f.Which = "published"
			return runAndShow(v, a, f, "/execute")
		}
	}
	path := "/test"
	if f.Which == "draft" {
		path = "/draft/test"
	}
	return runAndShow(v, a, f, path)
}

// runAndShow runs the action by one of its operations. The JSON goes as it was typed:
// what is wrong with it is for the API to say.
func runAndShow(v *visit, a *loadedAction, f *testForm, path string) error {
	target := "/api/v2" + at("/integrations/actions/%s", a.ID) + path + "?flatten=" + strconv.FormatBool(f.Flatten)
	answer, err := v.api.raw(http.MethodPost, target, "application/json", []byte(f.JSON))
	if err != nil {
		return err
	}
	text := json.RawMessage(answer.body.Bytes())
	var r *testResult
	if answer.status < http.StatusBadRequest {
		r, err = readTestResult(v, a, f, text, path == "/execute")
	} else if refused := answer.failure(); failedInAction(refused) {
		r = executeFailed(v, a, f, refused)
	} else {
		err = refused
	}
	if p := v.problem(err); p != nil {
		f.Error = p.of("body")
		return showTest(v, a, f, nil, p)
	}
	if err != nil {
		return err
	}
	return showTest(v, a, f, r, nil)
}

// failedInAction tells the failure of an action, which mirrors what the other side
// answered, from the API's own refusal.
func failedInAction(e *apiError) bool {
	return len(e.Details) > 0 && strings.HasPrefix(e.Details[0].Code, "ACTION.")
}

// showTest shows the form, and below it what came of the last run.
func showTest(v *visit, a *loadedAction, f *testForm, r *testResult, problem *problem) error {
	p := actionPage(v, a, "test", "action-test")
	p.Scripts = append(p.Scripts, "action-editor.js")
	if r != nil && r.Failed != nil && r.Failed.Step == 3 {
		for i := range f.Fields {
			f.Fields[i].Missing = f.Fields[i].Required && f.Fields[i].Value == ""
		}
	}
	setup, err := readActionSetup(v, a)
	if err != nil {
		return err
	}
	if r != nil && r.Failed != nil && r.Failed.Fix == nil && setup.Reported.Code == "INACTIVE" {
		r.Failed.Fix = &link{Name: v.T("actiontest.inactive.link"), Href: setup.Path()}
	}
	p.Data = dict(
		"Form", f, "Path", a.path("/test"), "Action", a, "Result", r, "Setup", setup, "Auth", isAuthAction(a.ID),
		"Contract", a.path("/contract"), "Publish", a.path("/publish"), "Integration", setup.Path(),
		"Limits", !v.may("integrations:action:execute"),
	)
	return v.renderForm(p, problem)
}

var errNoResult = errors.New("the answer of a test run cannot be read")
