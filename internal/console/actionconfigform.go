package console

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// configForm is the configuration of an action as a form shows it: as fields, or as
// JSON.
type configForm struct {
	AsJSON                     bool
	Seen                       string // the version of the draft that it was filled from
	Method, URL, Body, Success string
	Timeout                    string
	Headers                    []configRow // of the values
	Translations               []configRow // of paths and defaults
	JSON                       string
	stored                     *actionConfig
	faults                     map[string]*configFault
	Conflict                   *string // where somebody else has saved meanwhile: the version to save over
}

// configRow is a header, or an entry of the translation map.
type configRow struct {
	Name, Value, Default string
	Number               int // of the row, for its labels
	Fault                *configFault
}

// configFault is what is wrong with a field, and where in it.
type configFault struct {
	Message string
	Place   *actionPlace
}

// Short is the message without the template that it quotes.
func (f *configFault) Short() string {
	short, _, _ := strings.Cut(f.Message, "\n Template:")
	return short
}

// namedFault is a fault with its field.
type namedFault struct {
	Field string
	Fault *configFault
}

// Others are all faults of the fields that JSON holds.
func (f *configForm) Others() []namedFault {
	var all []namedFault
	for _, field := range sortedKeys(f.faults) {
		if field != "config" {
			all = append(all, namedFault{field, f.faults[field]})
		}
	}
	return all
}

// Lines is how many lines a template is shown with.
func (f *configForm) Lines(text string, least int) int {
	const most = 40
	return min(max(strings.Count(text, "\n")+2, least), most)
}

// requestMethods are those that an action can have.
var requestMethods = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

// configFormOf fills a form.
func configFormOf(a *loadedAction, asJSON bool) *configForm {
	f := &configForm{AsJSON: asJSON, Seen: a.seen(), stored: &a.current().Config}
	f.fill(f.stored)
	return f
}

func (f *configForm) fill(c *actionConfig) {
	f.Method, f.URL, f.Body, f.Success = c.Request.RequestType, c.Request.RequestURLTemplate, c.Request.RequestTemplate, c.Response.SuccessTemplate
	f.Timeout = ""
	if c.TimeoutSeconds != 0 {
		f.Timeout = strconv.Itoa(c.TimeoutSeconds)
	}
	f.Headers, f.Translations = nil, nil
	for _, name := range sortedKeys(c.Request.Headers) {
		f.Headers = append(f.Headers, configRow{Name: name, Value: c.Request.Headers[name]})
	}
	known := maps.Clone(c.Response.TranslationMapDefaults)
	if known == nil {
		known = make(map[string]string)
	}
	maps.Copy(known, c.Response.TranslationMap)
	for _, name := range sortedKeys(known) {
		f.Translations = append(f.Translations, configRow{Name: name, Value: c.Response.TranslationMap[name], Default: c.Response.TranslationMapDefaults[name]})
	}
	f.JSON = pretty(c)
}

// readConfigForm reads what was sent.
func readConfigForm(v *visit, a *loadedAction) *configForm {
	f := configFormOf(a, v.query("mode") == "json")
	f.Seen = v.form("seen")
	if f.AsJSON {
		f.JSON = f.text(v, "config", "")
		return f
	}
	c := f.stored
	f.Method, f.Timeout = v.form("method"), v.form("timeout")
	f.URL = f.text(v, urlTemplate, c.Request.RequestURLTemplate)
	f.Body = f.text(v, bodyTemplate, c.Request.RequestTemplate)
	f.Success = f.text(v, successTemplate, c.Response.SuccessTemplate)
	f.Headers = rowsOf(v, "headerName", "headerValue", "")
	f.Translations = rowsOf(v, "mapName", "mapPath", "mapDefault")
	return f
}

// text is a text of the form. Browsers send CR LF for each end of a line: where
// nothing else is new, the text stays as it is stored.
func (f *configForm) text(v *visit, name, stored string) string {
	sent := plainLines(v.Request().PostFormValue(name))
	if sent == plainLines(stored) {
		return stored
	}
	return sent
}

// rowsOf reads rows whose fields have the same name in each. Rows without anything
// are none.
func rowsOf(v *visit, name, value, standard string) []configRow {
	names, values, standards := v.forms(name), v.forms(value), v.forms(standard)
	var rows []configRow
	for i := range names {
		row := configRow{Name: strings.TrimSpace(names[i])}
		if i < len(values) {
			row.Value = values[i]
		}
		if i < len(standards) {
			row.Default = standards[i]
		}
		if row != (configRow{}) {
			rows = append(rows, row)
		}
	}
	return rows
}

// errFaults is what is wrong with a form before the API sees it; each fault stands
// beside its field.
var errFaults = errors.New("the form cannot be sent")

// config is what the API is sent.
func (f *configForm) config(v *visit) (any, error) {
	if f.AsJSON {
		return f.fromJSON(v)
	}
	request := doc{"requestType": f.Method, "requestUrlTemplate": f.URL, "requestTemplate": f.Body}
	response := doc{"successTemplate": f.Success}
	request["headers"] = f.headers(v)
	response["translationMap"], response["translationMapDefaults"] = f.translations(v)
	if f.rowFaults() {
		return nil, errFaults
	}
	config := doc{"request": request, "response": response}
	if f.takesTimeout() {
		config["timeoutSeconds"] = timeoutOf(f.Timeout)
	}
	return config, nil
}

// takesTimeout leaves out what was and is not set: actions that log in refuse it.
func (f *configForm) takesTimeout() bool { return f.Timeout != "" || f.stored.TimeoutSeconds != 0 }

// timeoutOf is a number, 0 for none; what is no number is for the API to refuse.
func timeoutOf(text string) any {
	if text == "" {
		return 0
	}
	if n, err := strconv.Atoi(text); err == nil {
		return n
	}
	return text
}

func (f *configForm) headers(v *visit) map[string]string {
	all := make(map[string]string, len(f.Headers))
	for i := range f.Headers {
		row := &f.Headers[i]
		if row.check(v, all) {
			all[row.Name] = row.Value
		}
	}
	return all
}

// translations are the paths and the defaults. A default of no characters, which no
// field can tell from none, stays where it is stored.
func (f *configForm) translations(v *visit) (paths, standards map[string]string) {
	paths, standards = make(map[string]string), make(map[string]string)
	seen := make(map[string]string)
	for i := range f.Translations {
		row := &f.Translations[i]
		if !row.check(v, seen) {
			continue
		}
		seen[row.Name] = ""
		stored, kept := f.stored.Response.TranslationMapDefaults[row.Name]
		_, hadPath := f.stored.Response.TranslationMap[row.Name]
		if row.Default != "" || kept && stored == "" {
			standards[row.Name] = row.Default
		}
		if row.Value != "" || hadPath || row.Default == "" {
			paths[row.Name] = row.Value
		}
	}
	return paths, standards
}

// check says whether the row has a name that no other one has.
func (r *configRow) check(v *visit, taken map[string]string) bool {
	_, twice := taken[r.Name]
	switch {
	case r.Name == "":
		r.Fault = &configFault{Message: v.T("actionconfig.row.unnamed")}
	case twice:
		r.Fault = &configFault{Message: v.T("actionconfig.row.twice", r.Name)}
	default:
		return true
	}
	return false
}

func (f *configForm) rowFaults() bool {
	faulty := func(r configRow) bool { return r.Fault != nil }
	return slices.ContainsFunc(f.Headers, faulty) || slices.ContainsFunc(f.Translations, faulty)
}

// fromJSON reads the configuration that was written as JSON. What it leaves out is
// to be gone, which a PATCH must be told.
func (f *configForm) fromJSON(v *visit) (any, error) {
	object, wrong := readObject(v, f.JSON)
	if wrong != "" {
		f.fault("config", &configFault{Message: wrong})
		return nil, errFaults
	}
	c := doc{}
	decoder := json.NewDecoder(bytes.NewReader(object))
	decoder.UseNumber()
	if err := decoder.Decode(&c); err != nil {
		return nil, err
	}
	if c["timeoutSeconds"] == nil {
		if delete(c, "timeoutSeconds"); f.stored.TimeoutSeconds != 0 {
			c["timeoutSeconds"] = 0
		}
	}
	fillMissing(c, "request", doc{urlTemplate: "", bodyTemplate: "", "headers": doc{}})
	fillMissing(c, "response", doc{successTemplate: "", "translationMap": doc{}, "translationMapDefaults": doc{}})
	return c, nil
}

// fillMissing says of a part of a document what is in it when nothing is.
func fillMissing(c doc, name string, empty doc) {
	if c[name] == nil {
		c[name] = empty
		return
	}
	part, ok := c[name].(doc)
	if !ok { // the API says what is wrong
		return
	}
	for key, value := range empty {
		if part[key] == nil {
			part[key] = value
		}
	}
}

// change shows the same configuration in the other form.
func (f *configForm) change(v *visit) {
	c, err := f.config(v)
	if err != nil {
		return
	}
	text, err := json.Marshal(c)
	if err != nil {
		return
	}
	var whole actionConfig
	if err := json.Unmarshal(text, &whole); err != nil {
		field, name := "config", "JSON"
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			name = wrong.Field
		}
		if !f.AsJSON {
			field = name
		}
		f.fault(field, &configFault{Message: v.T("json.type", name)})
		return
	}
	f.AsJSON = !f.AsJSON
	f.fill(&whole)
}
