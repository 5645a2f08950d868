package integrations

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/actions"
	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/contract"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/integration"
)

func (f *Family) config(_ context.Context, c *handlers.Call, in integrationRef) (*configView, error) {
	i, err := integration.PeekByID(c.Tx, in.ID)
	if err != nil {
		return nil, err
	}
	return configOf(c, i, true)
}

type configInput struct {
	ID   string `param:"integrationId"`
	Body struct {
		Name        string          `json:"name"`
		Version     int             `json:"version"`
		Properties  json.RawMessage `json:"properties"`
		Advanced    json.RawMessage `json:"advanced"`
		Notes       string          `json:"notes"`
		Credentials map[string]*struct {
			ID string `json:"id"`
		} `json:"credentials"`
	} `body:""`
}

// maxNotes is how many characters the notes can have.
const maxNotes = 8000

// setConfig replaces the configuration: the version must be the stored one.
func (f *Family) setConfig(_ context.Context, c *handlers.Call, in configInput) (*configView, error) {
	if in.Body.Properties == nil {
		return nil, required("properties")
	}
	i, err := integration.ByID(c.Tx, in.ID)
	if err != nil {
		return nil, err
	}
	t, err := integration.TypeByID(c.Tx, i.TypeID)
	if err != nil {
		return nil, err
	}
	if in.Body.Version != i.Version {
		return nil, c.Documented(http.StatusConflict, "version.conflict").About(i.ID, "integration")
	}
	if err := checkConfig(t, &in); err != nil {
		return nil, err
	}
	i.Credentials = map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(in.Body.Credentials)) { // in order, so that the same mistake is reported each time
		ref := in.Body.Credentials[name]
		if ref == nil {
			continue // an emptied slot
		}
		slot, err := fill(c, t, name, ref.ID)
		if err != nil {
			return nil, err
		}
		i.Credentials[slot] = ref.ID
	}
	i.Name, i.Notes, i.Properties, i.Advanced = in.Body.Name, in.Body.Notes, in.Body.Properties, in.Body.Advanced
	i.Version++
	i.StateChanged = clock.At(c.Now())
	if err := integration.All.Put(c.Tx, i); err != nil {
		return nil, err
	}
	if err := actions.KeepAuth(c.Tx, i, clock.At(c.Now())); err != nil {
		return nil, err
	}
	return configOf(c, i, true)
}

// checkConfig says what is wrong with a configuration by itself.
func checkConfig(t *integration.Type, in *configInput) error {
	if strings.TrimSpace(in.Body.Name) == "" {
		return apierr.New(http.StatusBadRequest, "constraint.validation", "An integration needs a name.").OnField("name")
	}
	if err := checkName(in.Body.Name); err != nil {
		return err
	}
	if len([]rune(in.Body.Notes)) > maxNotes {
		return apierr.Newf(http.StatusBadRequest, "constraint.validation", "The notes can have %d characters at most.", maxNotes).OnField("notes")
	}
	parts := []struct {
		name string
		text json.RawMessage
	}{{integration.PropertiesSchema, in.Body.Properties}, {integration.AdvancedSchema, in.Body.Advanced}}
	for _, part := range parts {
		schema, err := contract.Compile(t.Schema(part.name))
		if err != nil {
			return err
		}
		value, err := contract.Decode(part.text)
		if err == nil {
			err = schema.Check(value)
		}
		if err != nil {
			return apierr.BadRequest("Input validation error: [" + part.name + "] " + err.Error()).OnField(part.name)
		}
	}
	return nil
}

// fill checks that a credential fits into a slot, and returns the slot's name as
// the type spells it.
func fill(c *handlers.Call, t *integration.Type, name, id string) (string, error) {
	field := "credentials." + name
	spelling, slot, ok := t.Slot(name)
	if !ok {
		return "", apierr.BadRequest("Integrations of the type " + t.ID + " have no credential [" + cut(name) + "]. Allowable values are: " + t.Slots()).OnField(field)
	}
	credential, err := integration.Credentials.Peek(c.Tx, id)
	if missing(err) {
		return "", apierr.BadRequest("There is no credential with the id [" + cut(id) + "].").OnField(field)
	}
	if err != nil {
		return "", err
	}
	if err := slot.Takes(credential.Type); err != nil {
		return "", err
	}
	return spelling, nil
}
