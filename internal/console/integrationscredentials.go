package console

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

type (
	credentialSlot struct {
		Required bool     `json:"required"`
		Title    string   `json:"title"`
		Types    []string `json:"credentialTypes"`
	}

	credential struct {
		ID     string            `json:"id"`
		Name   string            `json:"name"`
		Type   credentialType    `json:"type"`
		Fields map[string]string `json:"credentialFields"`
	}

	credentialType struct {
		Name       string `json:"name"`
		Properties map[string]struct {
			Title string `json:"title"`
		} `json:"properties"`
		Order    []string `json:"displayOrder"`
		Required []string `json:"required"`
	}
)

// oauthCredential is the type of the credentials of Genesys Cloud Data Actions.
const oauthCredential = "pureCloudOAuthClient"

// Open says whether the type takes fields of any name.
func (t *credentialType) Open() bool { return len(t.Properties) == 0 }

// label is what a type of credential is called, and explains it where there is a choice.
func (v *visit) credentialLabel(name string) (label, hint string) {
	label = name
	if key := "integrations.credential." + name; has(key) {
		label = v.T(key)
	}
	if key := "integrations.credential." + name + ".hint"; has(key) {
		hint = v.T(key)
	}
	return label, hint
}

// hiddenField says whether a field of a credential is one that the API never tells. It
// tells the others, so that names are all that there is to go by.
func hiddenField(name string) bool {
	return secret(name) || strings.Contains(strings.ToLower(name), "key")
}

// slotRow is a slot as the tab shows it.
type slotRow struct {
	credentialSlot
	Href  string
	Holds *credential // nil where it is empty
	Label string      // of the credential's type
	Shown []namedValue
}

// Needed says whether the integration cannot do without what the slot lacks.
func (r slotRow) Needed() bool { return r.Required && r.Holds == nil }

type namedValue struct{ Name, Value string }

// fieldRow is a field of an open type in the form. Its value is never shown.
type fieldRow struct {
	Number int
	Name   string
}

func listSlots(v *visit) error {
	i, err := loadIntegration(v)
	if err != nil {
		return err
	}
	var types []credentialType
	if len(i.Config.Current.Credentials) > 0 {
		if types, err = credentialTypes(v); err != nil {
			return err
		}
	}
	var rows []slotRow
	needsOAuth := false
	for _, name := range sortedKeys(i.Type.Slots) {
		row := slotRow{credentialSlot: i.Type.Slots[name], Href: v.Request().URL.Path + "/" + url.PathEscape(name)}
		if held := i.Config.Current.Credentials[name]; held.ID != "" {
			if err := showHeld(v, &row, held.ID, types); err != nil {
				return err
			}
		}
		needsOAuth = needsOAuth || (row.Holds == nil && slices.Contains(row.Types, oauthCredential))
		rows = append(rows, row)
	}
	return v.render(integrationPage(v, i, "integration-credentials", nil, map[string]any{"Slots": rows, "OAuth": needsOAuth}))
}

// showHeld reads the credential in a slot, with those of its fields that are no
// secret. One that has just been deleted is none.
func showHeld(v *visit, row *slotRow, id string, types []credentialType) error {
	c := &credential{}
	switch err := v.api.get(at("/integrations/credentials/%s", id), c); {
	case statusOf(err) == http.StatusNotFound:
		return nil
	case err != nil:
		return err
	}
	row.Holds = c
	row.Label, _ = v.credentialLabel(c.Type.Name)
	t, err := typeNamed(types, c.Type.Name)
	if err != nil {
		return err
	}
	for _, name := range sortedKeys(c.Fields) {
		title := t.Properties[name].Title
		if title == "" {
			title = name
		}
		row.Shown = append(row.Shown, namedValue{title, c.Fields[name]})
	}
	return nil
}

func credentialTypes(v *visit) ([]credentialType, error) {
	var found listing[credentialType]
	err := v.api.get("/integrations/credentials/types", &found)
	return found.Entities, err
}

func typeNamed(types []credentialType, name string) (*credentialType, error) {
	n := slices.IndexFunc(types, func(t credentialType) bool { return t.Name == name })
	if n < 0 {
		return nil, &apiError{Status: http.StatusNotFound}
	}
	return &types[n], nil
}

// slotForm is what the page of a slot shows, and what its forms said.
type slotForm struct {
	I         *integration
	Slot      string
	slot      credentialSlot
	Held      *credential     // what the slot holds, nil for nothing
	Type      *credentialType // of the credential that the form makes or changes; nil where it is yet to be chosen
	Changes   bool            // what the slot holds; else a credential is made
	Stale     bool            // the form was made when something else was in the slot
	values    map[string]string
	rows      []string // names of the fields of an open type
	rowsError string
}

// loadSlot reads the slot that the address names. typeName is the type that was chosen
// for a credential, if one was.
func loadSlot(v *visit, typeName string) (*slotForm, error) {
	i, err := loadIntegration(v)
	if err != nil {
		return nil, err
	}
	f := &slotForm{I: i, Slot: v.Param("slot"), values: map[string]string{}}
	var ok bool
	if f.slot, ok = i.Type.Slots[f.Slot]; !ok {
		return nil, &apiError{Status: http.StatusNotFound}
	}
	if id := i.Config.Current.Credentials[f.Slot].ID; id != "" {
		f.Held = &credential{}
		switch err := v.api.get(at("/integrations/credentials/%s", id), f.Held); {
		case statusOf(err) == http.StatusNotFound:
			f.Held = nil
		case err != nil:
			return nil, err
		}
	}
	switch {
	case slices.Contains(f.slot.Types, typeName):
	case f.Held != nil && typeName == "":
		typeName, f.Changes, f.values = f.Held.Type.Name, true, f.Held.Fields
	case len(f.slot.Types) == 1:
		typeName = f.slot.Types[0]
	default:
		return f, nil
	}
	types, err := credentialTypes(v)
	if err != nil {
		return nil, err
	}
	f.Type, err = typeNamed(types, typeName)
	if err == nil && f.Changes && f.Type.Open() {
		f.rows = sortedKeys(f.Held.Fields)
	}
	return f, err
}

func editSlot(v *visit) error {
	f, err := loadSlot(v, v.query("type"))
	if err != nil {
		return err
	}
	return showSlot(v, f, nil)
}

// spareRows are the empty rows for fields of an open type.
const spareRows = 3

// showSlot shows the forms of a slot; problem is what the API said of the last try.
// Secrets are never filled in.
func showSlot(v *visit, f *slotForm, problem *problem) error {
	p := v.pageTitled("integration-slot", f.slot.Title)
	p.Lead = f.I.Name
	p.Back = &link{Name: v.T("integrations.credentials"), Href: f.path("")}
	p.Scripts = []string{"integrations.js"}
	switch {
	case f.Stale:
		p.Status = http.StatusConflict
	case f.rowsError != "":
		p.Status = http.StatusBadRequest
	}
	p.say(problem)
	data := dict("Form", f, "Back", f.path(""), "New", f.path(f.Slot)+"?type=new",
		"MayEdit", v.may("integrations:integration:edit"), "MayAdd", v.may("integrations:integration:add"))
	switch {
	case f.Type == nil:
		data["Types"] = field{Name: "type", Label: v.T("integrations.credential.type"), Type: "radio", Options: f.types(v)}
	case f.Type.Open():
		var rows []fieldRow
		for n, name := range append(f.rows, make([]string, spareRows)...) {
			rows = append(rows, fieldRow{n + 1, name})
		}
		data["Rows"], data["RowsError"] = rows, f.rowsError
	default:
		data["Fields"] = f.fields(v, problem)
	}
	if f.Type != nil {
		data["OAuth"] = f.Type.Name == oauthCredential && !f.Changes
		if len(f.slot.Types) > 1 {
			data["TypeLabel"], _ = v.credentialLabel(f.Type.Name)
		}
	}
	others, err := f.others(v)
	if err != nil {
		return err
	}
	if len(others) > 0 {
		data["Others"] = field{Name: "credential", Label: v.T("integrations.others"), Type: "select", Options: others}
	}
	p.Data = data
	return v.render(p)
}

// path is that of the page of a slot, or of the tab.
func (f *slotForm) path(slot string) string {
	path := f.I.Path() + "/configuration/credentials"
	if slot != "" {
		path += "/" + url.PathEscape(slot)
	}
	return path
}

// types are the types of credentials that the slot takes.
func (f *slotForm) types(v *visit) []option {
	var options []option
	for n, name := range f.slot.Types {
		label, hint := v.credentialLabel(name)
		options = append(options, option{Value: name, Label: label, Hint: hint, Selected: n == 0})
	}
	return options
}

// fields are those of the type.
func (f *slotForm) fields(v *visit, problem *problem) []field {
	var fields []field
	for _, name := range f.Type.Order {
		one := field{
			Name: "field." + name, Label: f.Type.Properties[name].Title, Value: f.values[name], Error: problem.of(name),
			Required: slices.Contains(f.Type.Required, name), Mono: true,
		}
		if hiddenField(name) {
			one.Name, one.Type, one.Value = "secret."+name, "password", ""
			if f.Changes {
				one.Required, one.Hint = false, v.T("integrations.keep")
			}
		}
		fields = append(fields, one)
	}
	return fields
}

// others are the credentials that could be in the slot; where it holds one, that one
// and none.
func (f *slotForm) others(v *visit) ([]option, error) {
	every, err := all[credential](v, "/integrations/credentials")
	if err != nil {
		return nil, err
	}
	var options []option
	for _, c := range every {
		if !slices.Contains(f.slot.Types, c.Type.Name) {
			continue
		}
		label := c.ID
		if len(f.slot.Types) > 1 {
			kind, _ := v.credentialLabel(c.Type.Name)
			label = kind + " · " + label
		}
		if c.Name != "" {
			label = c.Name + " · " + label
		}
		held := f.Held != nil && f.Held.ID == c.ID
		if held {
			label = v.T("integrations.others.held", label)
		}
		options = append(options, option{Value: c.ID, Label: label, Selected: held})
	}
	if f.Held != nil {
		options = append(options, option{Label: v.T("integrations.others.none")})
	}
	return options, nil
}
