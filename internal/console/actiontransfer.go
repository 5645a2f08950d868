package console

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"github.com/labstack/echo/v4"
)

// actionForm is what somebody says of a new action: its name, or the file of an
// exported one.
type actionForm struct {
	Name, Integration, Text string
	Publish                 bool
}

func newAction(v *visit) error {
	return showNewAction(v, actionForm{Integration: v.query("integration")}, nil)
}

func showNewAction(v *visit, f actionForm, problem *problem) error {
	choice, err := f.integrations(v, problem.of("integrationId"))
	if err != nil {
		return err
	}
	p := v.page("action-new", "actions.add")
	return f.show(v, p, choice, problem, []field{
		{Name: "name", Label: v.T("name"), Value: f.Name, Required: true, Error: problem.of("name")},
	})
}

// show renders the form of a new action: the choice of its integration, and the other
// fields. Without an integration there is nothing to fill in.
func (f actionForm) show(v *visit, p *page, choice field, problem *problem, fields []field) error {
	p.Back = &link{Name: v.T("menu.actions"), Href: actionsPath}
	p.Data = dict("Choice", len(choice.Options) > 0, "Fields", append([]field{choice}, fields...))
	return v.renderForm(p, problem)
}

// integrations is the choice of an integration.
func (f actionForm) integrations(v *visit, wrong string) (field, error) {
	integrations, err := actionIntegrations(v)
	if err != nil {
		return field{}, err
	}
	choice := field{Name: "integration", Label: v.T("actions.integration"), Type: "select", Required: true, Error: wrong}
	if len(integrations) > 1 {
		choice.Options = []option{{Label: v.T("actions.choose")}}
	}
	for _, i := range integrations {
		label := i.Name
		if i.Name != i.Type.Name {
			label += " (" + i.Type.Name + ")"
		}
		choice.Options = append(choice.Options, option{Value: i.ID, Label: label})
	}
	choose(choice.Options, f.Integration)
	return choice, nil
}

func createAction(v *visit) error {
	f := actionForm{Name: v.form("name"), Integration: v.form("integration")}
	var made named
	err := v.api.post("/integrations/actions/drafts", doc{"name": f.Name, "integrationId": f.Integration}, &made)
	if p := v.problem(err); p != nil {
		return showNewAction(v, f, p)
	}
	if err != nil {
		return err
	}
	return v.done(at(actionsPath+"/%s/contract", made.ID), "actions.added")
}

func askForActionFile(v *visit) error {
	return showActionImport(v, actionForm{Integration: v.query("integration")}, nil)
}

// showActionImport shows the form that imports an action; problem is what was wrong
// with the last file.
func showActionImport(v *visit, f actionForm, problem *problem) error {
	choice, err := f.integrations(v, cmp.Or(problem.of("integration"), problem.of("integrationType")))
	if err != nil {
		return err
	}
	p := v.page("action-import", "actions.import.title")
	p.Lead = v.T("actions.import.lead")
	return f.show(v, p, choice, problem, []field{
		{Name: "text", Label: v.T("actions.import.text"), Type: "textarea", Rows: 12, Mono: true, Value: f.Text},
		{Name: "publish", Label: v.T("actions.import.publish"), Type: "checkbox", Checked: f.Publish, Hint: v.T("actions.import.publish.hint")},
	})
}

func importAction(v *visit) error {
	f := actionForm{Integration: v.form("integration"), Text: v.form("text"), Publish: v.form("publish") == "true"}
	if file, _, err := v.Request().FormFile("file"); err == nil {
		defer file.Close() //nolint:errcheck // it has been read
		content, err := io.ReadAll(file)
		if err != nil {
			return err
		}
		if len(bytes.TrimSpace(content)) > 0 {
			f.Text = string(bytes.TrimPrefix(content, []byte("\ufeff"))) // some editors begin a file so
		}
	}
	if f.Text == "" {
		return showActionImport(v, f, &problem{Message: v.T("actions.import.nothing"), Status: http.StatusBadRequest})
	}
	if f.Integration == "" {
		return showActionImport(v, f, &problem{Message: v.T("actions.import.integration"), Status: http.StatusBadRequest})
	}
	query := url.Values{"integration": {f.Integration}}
	if f.Publish {
		query.Set("publish", "true")
	}
	answer, err := v.api.raw(http.MethodPost, "/_mockcloud/actions/import?"+query.Encode(), echo.MIMEApplicationJSON, []byte(f.Text))
	if err != nil {
		return err
	}
	if answer.status >= http.StatusBadRequest {
		err := answer.failure()
		if p := v.problem(err); p != nil {
			return showActionImport(v, f, p)
		}
		if err.Status == http.StatusNotFound { // of the integration
			return showActionImport(v, f, &problem{Message: err.Message, Code: err.Code, Status: err.Status, Correlation: err.Correlation, Fields: map[string]string{"integration": err.Message}})
		}
		return err
	}
	var made named
	if err := json.Unmarshal(answer.body.Bytes(), &made); err != nil {
		return err
	}
	return v.done(at(actionsPath+"/%s", made.ID), "actions.imported")
}

// exportAction sends the file of an action.
func exportAction(v *visit) error {
	a, err := loadAction(v)
	if err != nil {
		return err
	}
	var text string
	if err := v.api.control(http.MethodGet, "/actions/export?action="+url.QueryEscape(a.ID), nil, &text); err != nil {
		return err
	}
	exported := a.Published
	if exported == nil {
		exported = a.Draft
	}
	v.Response().Header().Set(echo.HeaderContentDisposition, mime.FormatMediaType("attachment", map[string]string{"filename": fileName(exported.Name) + ".json"}))
	return v.Blob(http.StatusOK, echo.MIMEApplicationJSON, []byte(pretty(text)))
}

// fileName is the name without what file systems refuse in one.
func fileName(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || strings.ContainsRune(`/\:*?"<>|`, r) {
			return '-'
		}
		return r
	}, name)
	if r := []rune(name); len(r) > 100 {
		name = string(r[:100])
	}
	return cmp.Or(strings.Trim(name, " ."), "action")
}
