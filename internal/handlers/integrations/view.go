package integrations

import (
	"encoding/json"
	"errors"
	"maps"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/integration"
	"github.com/mockcloud/mockcloud/internal/store"
)

// basePath is where this family's objects live.
const basePath = "/api/v2/integrations"

// integrationView is the schema Integration.
type integrationView struct {
	ID              string            `json:"id"`
	Name            string            `json:"name"`
	IntegrationType *typeView         `json:"integrationType"`
	Notes           string            `json:"notes"`
	IntendedState   string            `json:"intendedState"`
	Config          configInfo        `json:"config"`
	ReportedState   statusView        `json:"reportedState"`
	Attributes      map[string]string `json:"attributes"`
	SelfURI         string            `json:"selfUri"`
}

type configInfo struct {
	Current *configView `json:"current"`
}

// configView is the schema IntegrationConfiguration. Terraform reads all of it
// without looking for gaps.
type configView struct {
	ID          string                     `json:"id"`
	Name        string                     `json:"name"`
	Version     int                        `json:"version"`
	Properties  json.RawMessage            `json:"properties"`
	Advanced    json.RawMessage            `json:"advanced"`
	Notes       string                     `json:"notes"`
	Credentials map[string]*credentialInfo `json:"credentials"`
	SelfURI     string                     `json:"selfUri"`
}

// statusView is the schema IntegrationStatusInfo.
type statusView struct {
	Code        string      `json:"code"`
	Effective   string      `json:"effective"`
	Detail      messageInfo `json:"detail"`
	LastUpdated *clock.Time `json:"lastUpdated"`
}

type messageInfo struct {
	Message           string            `json:"message,omitempty"`
	MessageWithParams string            `json:"messageWithParams,omitempty"`
	MessageParams     map[string]string `json:"messageParams,omitempty"`
}

func viewsOf(c *handlers.Call, all []*integration.Integration, withCredentials bool) ([]*integrationView, error) {
	views := make([]*integrationView, len(all))
	for n, i := range all {
		var err error
		if views[n], err = viewOf(c, i, withCredentials); err != nil {
			return nil, err
		}
	}
	return views, nil
}

// viewOf renders an integration. Only the expanded configuration tells the
// credentials (the setup wizard asks for them so).
func viewOf(c *handlers.Call, i *integration.Integration, withCredentials bool) (*integrationView, error) {
	t, err := integration.TypeByID(c.Tx, i.TypeID)
	if err != nil {
		return nil, err
	}
	status, err := integration.StatusOf(c.Tx, i)
	if err != nil {
		return nil, err
	}
	config, err := configOf(c, i, withCredentials)
	if err != nil {
		return nil, err
	}
	v := &integrationView{
		ID: i.ID, Name: i.Name, Notes: i.Notes, IntendedState: i.IntendedState, Config: configInfo{config},
		IntegrationType: &typeView{ID: t.ID, Name: t.Name, Category: t.Category, SelfURI: typeURI(t.ID)},
		ReportedState:   statusView{Code: status.Code, Effective: status.Code, LastUpdated: i.StateChanged},
		Attributes:      attributesOf(c, i), SelfURI: basePath + "/" + i.ID,
	}
	if status.Missing != "" {
		v.ReportedState.Detail = messageInfo{
			Message:           "The credential " + status.Missing + " is missing.",
			MessageWithParams: "The credential {credential} is missing.",
			MessageParams:     map[string]string{"credential": status.Missing},
		}
	}
	return v, nil
}

// attributesOf are what only reading tells. A webhook has the address that takes
// its events, which Terraform's data source is after.
func attributesOf(c *handlers.Call, i *integration.Integration) map[string]string {
	attributes := map[string]string{}
	maps.Copy(attributes, i.Attributes)
	if id := attributes[integration.WebhookID]; id != "" {
		attributes["invocationUrl"] = integration.InvocationURL(c.Authority.Issuer(), id)
	}
	return attributes
}

func configOf(c *handlers.Call, i *integration.Integration, withCredentials bool) (*configView, error) {
	v := &configView{
		ID: "current", Name: i.Name, Version: i.Version, Properties: i.Properties, Advanced: i.Advanced, Notes: i.Notes,
		Credentials: map[string]*credentialInfo{}, SelfURI: basePath + "/" + i.ID + "/config/current",
	}
	if !withCredentials {
		return v, nil
	}
	for slot, id := range i.Credentials {
		credential, err := integration.Credentials.Peek(c.Tx, id)
		if err != nil {
			return nil, err
		}
		v.Credentials[slot] = infoOf(credential)
	}
	return v, nil
}

// missing says whether something was not there, as opposed to a failure.
func missing(err error) bool { return errors.Is(err, store.ErrNotFound) }

// cut shortens what a client sent for a message.
func cut(s string) string {
	if r := []rune(s); len(r) > 100 {
		return string(r[:100]) + "…"
	}
	return s
}
