package console

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// contractSide is one of the two schemas of a contract, as its page shows it.
type contractSide struct {
	Name   string // in the form: "in" or "out"
	Title  string
	Hint   string
	Schema json.RawMessage
	Text   string // of the JSON form: Schema over several lines, or what was typed
	Simple bool   // it is a list of fields
	Fields []contractField
	Blank  contractField // what a script adds
	Types  []option
	Errors []string
}

func (s *contractSide) output() bool { return s.Name == "out" }

// sidesOf are the two schemas of an action.
func sidesOf(v *visit, c *actionContract) []*contractSide {
	sides := []*contractSide{{Name: "in", Schema: c.InputSchema}, {Name: "out", Schema: c.SuccessSchema}}
	for _, s := range sides {
		s.Title, s.Hint = v.T("actions.contract."+s.Name), v.T("actions.contract."+s.Name+".hint")
		s.Text = pretty(s.Schema)
		s.Fields, s.Simple = fieldsOf(s.Schema, s.output())
		s.Types = typeOptions(v, s.output())
		s.number()
	}
	return sides
}

// number tells the rows apart.
func (s *contractSide) number() {
	for i := range s.Fields {
		s.Fields[i].Row = strconv.Itoa(i)
	}
	s.Blank = contractField{Row: "NEW", Type: "string"}
}

func typeOptions(v *visit, output bool) []option {
	var types []option
	for _, t := range scalarTypes {
		types = append(types, option{Value: t, Label: t})
	}
	if output {
		for _, t := range scalarTypes {
			types = append(types, option{Value: arrayOf + t, Label: v.T("actions.contract.arrayof", t)})
		}
	}
	return types
}

func showActionContract(v *visit) error {
	a, err := loadAction(v)
	if err != nil {
		return err
	}
	return renderContract(v, a, sidesOf(v, &a.current().Contract), v.query("mode") == "json", nil)
}

// renderContract shows the page; problem is what the API said of the last try, or an
// empty one where a form is only shown again.
func renderContract(v *visit, a *loadedAction, sides []*contractSide, jsonMode bool, problem *problem) error {
	p := actionPage(v, a, "contract", "action-contract")
	if problem != nil {
		p.Status = problem.Status
	}
	if problem != nil && problem.Message != "" {
		p.Problem = problem
	}
	fixed := ""
	switch {
	case a.static():
		fixed = v.T("actions.static.text")
	case isAuthAction(a.ID):
		fixed = v.T("actions.contract.fixed.auth")
	case a.Published != nil:
		fixed = v.T("actions.contract.fixed.published")
	}
	missing := ""
	if fixed == "" {
		missing = a.needsEdit(v)
	}
	if fixed == "" && problem == nil {
		validation, err := validationOf(v, a)
		if err != nil {
			return err
		}
		for _, e := range validation.errorsOf("contract.input") {
			sides[0].Errors = append(sides[0].Errors, e.Message)
		}
		for _, e := range validation.errorsOf("contract.output") {
			sides[1].Errors = append(sides[1].Errors, e.Message)
		}
	}
	here := a.path("/contract")
	asJSON := here + "?mode=json"
	action := here
	if jsonMode {
		action = asJSON
	}
	switch {
	case fixed != "" || missing != "":
	case jsonMode:
		p.Scripts = []string{"action-editor.js"}
	default:
		p.Scripts = []string{"actions.js"}
	}
	p.Data = dict("Fixed", fixed, "Needs", missing, "JSON", jsonMode, "Sides", sides, "Seen", a.seen(), "Action", action, "Simple", here, "AsJSON", asJSON)
	return v.render(p)
}

// saveActionContract saves the contract, or does what another button says: they add or
// take away a row, or show what was typed in the other form.
func saveActionContract(v *visit) error {
	a, err := loadAction(v)
	if err != nil {
		return err
	}
	sides := sidesOf(v, &a.current().Contract)
	do, side, row := cutButton(v.form("do"))
	jsonMode := v.query("mode") == "json"
	fromJSON := jsonMode != (do == "switch") // what the form was that was sent
	good := true
	for _, s := range sides {
		if fromJSON {
			good = s.readText(v) && good
			continue
		}
		if len(v.forms(s.Name+"-row")) > maxFields {
			return v.problemPage(http.StatusBadRequest, "error.form")
		}
		s.readFields(v)
		switch {
		case do == "add" && side == s.Name:
			s.Fields = append(s.Fields, contractField{Type: "string"})
		case do == "remove" && side == s.Name:
			s.Fields = slices.DeleteFunc(s.Fields, func(f contractField) bool { return f.Row == row })
		case do == "save" || do == "switch":
			good = s.check(v) && good
		}
		s.number()
	}
	switch {
	case !good:
		return renderContract(v, a, sides, fromJSON, &problem{Message: v.T("actions.contract.wrong"), Status: http.StatusBadRequest})
	case do == "add" || do == "remove":
		return renderContract(v, a, sides, jsonMode, &problem{Status: http.StatusOK})
	}
	schemas := make([]json.RawMessage, len(sides))
	for i, s := range sides {
		if schemas[i] = s.Schema; fromJSON || !s.Simple {
			continue
		}
		if schemas[i], err = schemaWith(s.Schema, s.Fields, s.output()); err != nil {
			return err
		}
	}
	changed := actionContract{InputSchema: schemas[0], SuccessSchema: schemas[1]}
	if do == "switch" {
		return renderContract(v, a, sidesOf(v, &changed), jsonMode, &problem{Status: http.StatusOK})
	}
	err = a.save(v, doc{"contract": doc{"input": doc{"inputSchema": changed.InputSchema}, "output": doc{"successSchema": changed.SuccessSchema}}})
	if p := v.problem(err); p != nil {
		return renderContract(v, a, sides, jsonMode, p)
	}
	if err != nil {
		return err
	}
	to := a.path("/contract")
	if jsonMode {
		to += "?mode=json"
	}
	return v.done(to, "actions.contract")
}

// cutButton reads which button was pressed: "save", "switch", "add:out" or
// "remove:in:3".
func cutButton(value string) (do, side, row string) {
	do, rest, _ := strings.Cut(value, ":")
	side, row, _ = strings.Cut(rest, ":")
	if do != "add" && do != "remove" && do != "switch" {
		do = "save"
	}
	return do, side, row
}

// readText takes over the schema of the JSON form; false where it is none.
func (s *contractSide) readText(v *visit) bool {
	s.Text = v.form(s.Name)
	schema, wrong := readObject(v, s.Text)
	if wrong != "" {
		s.Errors = append(s.Errors, wrong)
		return false
	}
	s.Schema = schema
	return true
}

// readFields takes over the rows of the form, and the schema that they were made of: it
// is not saved yet where it comes from the JSON form.
func (s *contractSide) readFields(v *visit) {
	if base := []byte(v.form(s.Name + ".base")); json.Valid(base) && bytes.HasPrefix(base, []byte("{")) {
		s.Schema = base
		s.Text = pretty(s.Schema)
		_, s.Simple = fieldsOf(s.Schema, s.output())
	}
	s.Fields = nil
	for _, row := range v.forms(s.Name + "-row") {
		of := func(name string) string { return v.form(s.Name + "." + row + "." + name) }
		s.Fields = append(s.Fields, contractField{
			Row: row, Name: of("name"), Type: of("type"), Description: of("description"), Enum: of("enum"), Required: of("required") == "true", Original: of("original"), Kind: cmp.Or(of("kind"), "?"),
		})
	}
}

// check says beside the fields what a schema cannot hold, and drops rows that were left
// empty. The API knows all other rules.
func (s *contractSide) check(v *visit) bool {
	s.Fields = slices.DeleteFunc(s.Fields, func(f contractField) bool {
		return f.Name == "" && f.Original == "" && f.Description == "" && f.Enum == ""
	})
	good := true
	seen := make(map[string]bool)
	for i := range s.Fields {
		f := &s.Fields[i]
		switch {
		case f.Name == "":
			f.NameError = v.T("actions.field.noname")
		case seen[f.Name]:
			f.NameError = v.T("actions.field.twice")
		}
		seen[f.Name] = true
		if f.Type != "" && !slices.ContainsFunc(s.Types, func(o option) bool { return o.Value == f.Type }) {
			f.Type = "string"
		}
		if _, ok := enumOf(f.Enum, f.Type); !ok && f.Type != "" {
			f.EnumError = v.T("actions.field.enum", strings.TrimPrefix(f.Type, arrayOf))
		}
		good = good && f.NameError == "" && f.EnumError == ""
	}
	return good
}
