package console

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// testResult is what came of a run.
type testResult struct {
	Executed    bool // rather than tested: there are no operations to see
	Success     bool
	Operations  []operationView
	Failed      *operationView // nil where nothing failed
	FinalResult string
	HasResult   bool
}

// operationView is an operation of a test run.
type operationView struct {
	Step    int
	Name    string
	Success bool
	Result  string
	Error   string // the error object, as the API gives it
	Message string
	Place   *actionPlace
	Field   string // what the place is called
	Hint    string // what that means for whoever has to mend it
	Fix     *link  // where to mend it
	See     *link  // the request that the action sent, in the Inspector
}

func readTestResult(v *visit, a *loadedAction, f *testForm, text json.RawMessage, executed bool) (*testResult, error) {
	if executed {
		return &testResult{Executed: true, Success: true, HasResult: true, FinalResult: shownJSON(v, text)}, nil
	}
	var answer struct {
		Operations []struct {
			Step    int             `json:"step"`
			Name    string          `json:"name"`
			Success bool            `json:"success"`
			Result  json.RawMessage `json:"result"`
			Error   json.RawMessage `json:"error"`
		} `json:"operations"`
		FinalResult json.RawMessage `json:"finalResult"`
		Success     bool            `json:"success"`
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return nil, errNoResult
	}
	r := &testResult{Success: answer.Success, HasResult: answer.FinalResult != nil, FinalResult: shownJSON(v, answer.FinalResult)}
	for _, o := range answer.Operations {
		one := operationView{Step: o.Step, Name: o.Name, Success: o.Success, Result: shownJSON(v, o.Result)}
		if !o.Success {
			one.explain(v, a, f, o.Error)
		}
		r.Operations = append(r.Operations, one)
	}
	for i := range r.Operations {
		if o := &r.Operations[i]; !o.Success {
			r.Failed = o
		}
	}
	return r, nil
}

// executeFailed is an execution that failed in one of its steps, or before.
func executeFailed(v *visit, a *loadedAction, f *testForm, refused *apiError) *testResult {
	o := &operationView{}
	o.explain(v, a, f, json.RawMessage(refused.Text))
	return &testResult{Executed: v.form("do") == "execute", Failed: o}
}

// explain says what went wrong at an operation, where, and where to mend it.
func (o *operationView) explain(v *visit, a *loadedAction, f *testForm, failure json.RawMessage) {
	var e apiError
	if json.Unmarshal(failure, &e) != nil {
		return
	}
	o.Error, o.Message = shownJSON(v, failure), e.Message
	if len(e.Errors) > 0 && e.Errors[0].Message != "" {
		o.Message = e.Errors[0].Message
	}
	o.Message, _, _ = strings.Cut(o.Message, "\n Template:")
	d := f.subject(a)
	if o.Place = findPlace(failure); o.Place != nil {
		o.Place.show(&d.Config)
		o.Field = configLabel(v, o.Place.Field)
	}
	o.Fix = o.fix(v, a, d, &e)
	if sent := sentRequest.FindStringSubmatch(o.Message); sent != nil && e.fromOutside() {
		o.See = &link{Name: v.T("problem.inspect"), Href: inspectorPath + "?correlation=" + sent[1]}
	}
	// What the client of the integration lacks is not mended in the action.
	if o.See != nil && e.Code == "not.authorized" {
		o.Hint, o.Fix = v.T("actiontest.hint.role"), nil
	}
}

// fromOutside says whether an action failed by what the other side answered.
func (e *apiError) fromOutside() bool {
	return len(e.Details) > 0 && e.Details[0].Code == "ACTION.REMOTE_ENDPOINT"
}

// sentRequest finds the request that an action sent in what this organization answered
// to it.
var sentRequest = regexp.MustCompile(`"contextId":"([0-9a-f-]{36})"`)

// fix leads to where a failure is mended. The steps are numbered as the API does.
func (o *operationView) fix(v *visit, a *loadedAction, d *actionDoc, e *apiError) *link {
	field := ""
	for _, detail := range e.Details {
		switch {
		case detail.Code == "ACTION.AUTHENTICATION":
			if strings.Contains(o.Message, "invalid_client") {
				o.Hint = v.T("actiontest.hint.credentials")
			}
			return &link{Name: v.T("actiontest.fix.credentials"), Href: at(integrationsPath+"/%s/configuration/credentials", d.IntegrationID)}
		case strings.HasPrefix(detail.Field, "contract."):
			return &link{Name: v.T("actiontest.fix.contract"), Href: a.path("/contract")}
		case strings.HasPrefix(detail.Field, "config."):
			field = strings.NewReplacer("config.", "", "request.", "", "response.", "").Replace(detail.Field)
		}
	}
	query := url.Values{}
	switch {
	case o.Place != nil:
		query.Set("line", strconv.Itoa(o.Place.Line))
		query.Set("column", strconv.Itoa(o.Place.Column))
		field = o.Place.Field
	case (o.Step == 3 || o.Step == 11) && !isAuthAction(a.ID):
		o.Hint = v.T("actiontest.hint." + strconv.Itoa(o.Step))
		return &link{Name: v.T("actiontest.fix.contract"), Href: a.path("/contract")}
	case field == "":
		field = map[int]string{5: urlTemplate, 6: "headers", 7: bodyTemplate, 8: urlTemplate, 9: "translationMap", 10: successTemplate}[o.Step]
		if field == "" && strings.Contains(e.Message, "'"+successTemplate+"'") { // an execution has no steps
			field = successTemplate
		}
	}
	if field == "" {
		return nil
	}
	query.Set("field", field)
	return &link{Name: v.T("actiontest.fix.field", configLabel(v, field)), Href: a.path("/configuration") + "?" + query.Encode()}
}

// configLabel is what the editor calls a field of the configuration.
func configLabel(v *visit, field string) string {
	keys := map[string]string{
		urlTemplate: "actionconfig.url", bodyTemplate: "actionconfig.body", successTemplate: "actionconfig.success",
		"headers": "headers", "translationMap": "actionconfig.map", "requestType": "actionconfig.method", "timeoutSeconds": "actionconfig.timeout",
	}
	if key, ok := keys[field]; ok {
		return v.T(key)
	}
	if _, name, ok := strings.Cut(field, "."); ok {
		return name
	}
	return field
}

// maxShown is how many bytes of a result a page shows.
const maxShown = 100_000

// shownJSON writes a value for people: JSON over several lines, a text as it is, and
// nothing for what is not there.
func shownJSON(v *visit, value json.RawMessage) string {
	if len(value) == 0 {
		return ""
	}
	shown := ""
	if json.Unmarshal(value, &shown) != nil || string(value) == "null" {
		shown = string(value)
		if lines, ok := indented(value); ok {
			shown = string(lines)
		}
	}
	if len(shown) <= maxShown {
		return shown
	}
	cut := maxShown
	for cut > 0 && !utf8.RuneStart(shown[cut]) {
		cut--
	}
	return shown[:cut] + "\n… " + v.T("actiontest.cut", len(shown)-cut)
}
