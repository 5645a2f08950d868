// Package clientapp knows the integrations that people open inside of their
// client: who gets to see which, the settings that hold, and the frame that the
// product puts an application into. Installing and configuring them is the
// business of the family integrations, showing them that of package login.
package clientapp

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/integration"
	"github.com/mockcloud/mockcloud/internal/store"
)

// The categories of types that are applications.
const (
	categoryClientApps = "Client Apps"
	categoryPremium    = "Premium"
)

// The places in the client that applications appear in. The first two are values
// of the property displayType.
const (
	Standalone  = "standalone"
	Widget      = "widget"
	Interaction = "interaction-widget" // beside an interaction
)

// DefaultSandbox is what an application may do in its frame where neither its
// configuration nor its type says so: the default of the setup wizard.
const DefaultSandbox = "allow-forms,allow-modals,allow-popups,allow-presentation,allow-same-origin,allow-scripts,allow-downloads"

// App is an installed application with its type and the settings that hold.
type App struct {
	*integration.Integration
	Type     *integration.Type
	Status   integration.Status
	Settings Settings
}

// Settings are the properties that mean something here. Blank ones have taken
// their defaults.
type Settings struct {
	URL                string   `json:"url"`
	DisplayType        string   `json:"displayType"`
	Sandbox            string   `json:"sandbox"`
	Permissions        string   `json:"permissions"`
	Groups             []string `json:"groups"`
	GroupFilter        []string `json:"groupFilter"` // what the premium applications call it
	Queues             []string `json:"queueIdFilterList"`
	CommunicationTypes string   `json:"communicationTypeFilter"`
}

// isApp says whether integrations of the type are applications. The ids are those
// of the vendors' types, which a fixture may add without a category.
func isApp(t *integration.Type) bool {
	return t.Category == categoryClientApps || t.Category == categoryPremium ||
		strings.HasPrefix(t.ID, "premium-app-") || strings.HasPrefix(t.ID, "premium-widget-")
}

// All lists the installed applications by name, whatever their state.
func All(tx *store.Tx) ([]*App, error) {
	installed, err := integration.Sorted(tx)
	if err != nil {
		return nil, err
	}
	var apps []*App
	for _, i := range installed {
		t, err := integration.TypeByID(tx, i.TypeID)
		if err != nil {
			return nil, err
		}
		if !isApp(t) {
			continue
		}
		app := &App{Integration: i, Type: t}
		if app.Status, err = integration.StatusOf(tx, i); err != nil {
			return nil, err
		}
		// Properties of another shape, which a type of somebody's own may allow, are
		// not settings; what can be read of them is.
		_ = json.Unmarshal(app.EffectiveProperties(), &app.Settings)
		apps = append(apps, app)
	}
	return apps, nil
}

// Place is where in the client the application appears.
func (a *App) Place() string {
	switch {
	case a.TypeID == "embedded-client-app-interaction-widget", strings.HasPrefix(a.TypeID, "premium-widget-"):
		return Interaction
	case a.Settings.DisplayType == Widget:
		return Widget
	}
	return Standalone
}

// EffectiveProperties are the configured properties with the defaults of the
// type's schema in place of those that are missing, null or blank.
//
// Guess: what "effective" adds. The placeholders of the address stay in it, since
// only the client knows what they stand for.
func (a *App) EffectiveProperties() json.RawMessage {
	properties := map[string]json.RawMessage{}
	_ = json.Unmarshal(a.Properties, &properties) // an object: its schema has let it pass
	for name, schema := range a.Type.Properties {
		var said struct {
			Default json.RawMessage `json:"default"`
		}
		if err := json.Unmarshal(schema, &said); err == nil && said.Default != nil && blank(properties[name]) {
			properties[name] = said.Default
		}
	}
	if blank(properties["sandbox"]) {
		properties["sandbox"] = quoted(DefaultSandbox)
	}
	return object(properties)
}

// blank says whether a value stands for none.
func blank(value json.RawMessage) bool {
	var text string
	return value == nil || bytes.Equal(value, []byte("null")) || (json.Unmarshal(value, &text) == nil && strings.TrimSpace(text) == "")
}

func quoted(text string) json.RawMessage {
	value, _ := json.Marshal(text) // a text always has JSON
	return value
}

// object writes the values as they were sent: signs such as & stay.
func object(values map[string]json.RawMessage) json.RawMessage {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(values); err != nil { // a value that is not JSON; its schema would have refused it
		return json.RawMessage(`{}`)
	}
	return bytes.TrimSpace(b.Bytes())
}

// list splits a setting that is written with commas.
func list(text string) []string {
	var words []string
	for word := range strings.SplitSeq(text, ",") {
		if word = strings.TrimSpace(word); word != "" && !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return words
}

// CommunicationTypes are the kinds of interaction that a widget appears beside;
// none means all.
func (a *App) CommunicationTypes() []string { return list(a.Settings.CommunicationTypes) }
