package console

import (
	"encoding/json"
	"net/url"
	"strings"
)

// openConfiguration leads to the part of the configuration that has something to set.
func openConfiguration(v *visit) error {
	i, err := loadIntegration(v)
	if err != nil {
		return err
	}
	schema, err := loadConfigSchema(v, i, "properties")
	if err != nil {
		return err
	}
	part := "properties"
	if len(schema.Properties) == 0 && len(i.Type.Slots) > 0 {
		part = "credentials"
	}
	return v.redirect(i.Path() + "/configuration/" + part)
}

func loadConfigSchema(v *visit, i *integration, part string) (*configSchema, error) {
	schema := &configSchema{}
	return schema, v.api.get(at("/integrations/types/%s/configschemas/%s", i.Type.ID, part), schema)
}

// stored is a part of the configuration as it is.
func (i *integration) stored(part string) map[string]json.RawMessage {
	if part == "advanced" {
		return i.Config.Current.Advanced
	}
	return i.Config.Current.Properties
}

func editConfiguration(v *visit, part string) error {
	i, err := loadIntegration(v)
	if err != nil {
		return err
	}
	schema, err := loadConfigSchema(v, i, part)
	if err != nil {
		return err
	}
	return showConfiguration(v, i, part, schema.controls(i.stored(part)), nil)
}

func saveConfiguration(v *visit, part string) error {
	i, err := loadIntegration(v)
	if err != nil {
		return err
	}
	schema, err := loadConfigSchema(v, i, part)
	if err != nil {
		return err
	}
	controls := schema.controls(i.stored(part))
	values, ok := readControls(v.Request().PostForm, controls)
	if !ok {
		return showConfiguration(v, i, part, controls, nil)
	}
	err = changeConfig(v, func(config doc) { config[part] = values })
	if p := v.problem(err); p != nil && p.Why == nil {
		blame(controls, p)
		if i, err = loadIntegration(v); err != nil { // where somebody else has saved
			return err
		}
		return showConfiguration(v, i, part, controls, p)
	}
	if err != nil {
		return err
	}
	return v.done(i.Path()+"/configuration/"+part, "saved")
}

// blame puts the reasons of the API beside the controls that they are about: it names
// the places in the document.
func blame(controls []*control, p *problem) {
	const mark, reason = "Error location: /", "Schema: # @"
	for one := range strings.SplitSeq(p.Message, reason) {
		_, place, ok := strings.Cut(one, mark)
		if !ok {
			continue
		}
		for _, c := range controls {
			key := strings.NewReplacer("~", "~0", "/", "~1").Replace(c.Name)
			if rest, ok := strings.CutPrefix(place, key); ok && (strings.HasPrefix(rest, ". ") || strings.HasPrefix(rest, "/")) {
				_, why, _ := strings.Cut(rest, ". ")
				c.Error = strings.TrimSuffix(strings.TrimSpace(why), ",")
			}
		}
	}
}

// showConfiguration shows the form of a part; problem is what the API said of the last
// try.
func showConfiguration(v *visit, i *integration, part string, controls []*control, problem *problem) error {
	fields := make([]field, len(controls))
	wrong := false
	for n, c := range controls {
		fields[n] = c.field(v)
		wrong = wrong || c.Error != ""
	}
	p := integrationPage(v, i, "integration-configuration", problem, map[string]any{
		"Fields": fields, "None": v.T("integrations.none." + part),
	})
	if wrong && problem == nil { // nothing was sent to the API
		p.Status = 400
	}
	return v.render(p)
}

// field makes the control one of the page.
func (c *control) field(v *visit) field {
	f := field{
		Name: "p." + c.Name, Label: c.Schema.Title, Hint: c.Schema.Description, Value: c.Text, Required: c.Required,
		Checked: c.Text == "true", Mono: c.Kind == kindJSON || c.Kind == kindLines,
	}
	if c.Error != "" {
		f.Error = c.Error
		if has(c.Error) {
			f.Error = v.T(c.Error, c.ErrorArgs...)
		}
	}
	if key := "integrations.property." + c.Name; has(key) {
		f.Label = v.T(key)
	}
	if f.Label == "" {
		f.Label = c.Name
	}
	var hints []string
	if f.Hint != "" {
		hints = append(hints, f.Hint)
	}
	if key := "integrations.hint." + c.Name; has(key) {
		hints = append(hints, v.T(key))
	}
	switch c.Kind {
	case kindBoolean:
		f.Type, f.Required = "checkbox", false
	case kindNumber:
		f.Mono = true
	case kindEnum:
		f.Type = "select"
		f.Options = append(f.Options, option{Label: v.T("unset")})
		for _, value := range c.Schema.Enum {
			if string(value) != "null" {
				f.Options = append(f.Options, option{Value: string(value), Label: plain(value)})
			}
		}
		choose(f.Options, c.Text)
	case kindLines:
		f.Type, f.Rows = "textarea", 3
		hints = append(hints, v.T("integrations.lines"))
	case kindJSON:
		f.Type, f.Rows = "textarea", min(max(strings.Count(c.Text, "\n")+2, 3), 20)
		hints = append(hints, v.T("integrations.json"))
	case kindText:
		if strings.Contains(c.Text, "\n") {
			f.Type = "textarea"
		}
	}
	if text := plain(c.Schema.Default); text != "" && text != "null" {
		hints = append(hints, v.T("integrations.default", text))
	}
	f.Hint = strings.Join(hints, " ")
	return f
}

// readControls reads what a form says, and whether it can be understood. Controls that
// say what they said before keep the value as it was stored.
func readControls(form url.Values, controls []*control) (map[string]json.RawMessage, bool) {
	values, ok := map[string]json.RawMessage{}, true
	for _, c := range controls {
		value := c.read(plainLines(form.Get("p." + c.Name)))
		ok = ok && c.Error == ""
		if value != nil {
			values[c.Name] = value
		}
	}
	return values, ok
}
