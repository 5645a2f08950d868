package integrations

import (
	"context"
	"encoding/json"
	"net/url"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/integration"
)

// typeView is the schema IntegrationType. Inside an integration it has the first
// three fields and selfUri alone.
type typeView struct {
	ID                        string                      `json:"id"`
	Name                      string                      `json:"name"`
	Category                  string                      `json:"category"`
	Description               string                      `json:"description,omitempty"`
	ConfigPropertiesSchemaURI string                      `json:"configPropertiesSchemaUri,omitempty"`
	ConfigAdvancedSchemaURI   string                      `json:"configAdvancedSchemaUri,omitempty"`
	Credentials               map[string]integration.Slot `json:"credentials,omitempty"`
	NonInstallable            *bool                       `json:"nonInstallable,omitempty"`
	MaxInstances              int                         `json:"maxInstances,omitempty"`
	UserPermissions           []string                    `json:"userPermissions,omitempty"`
	Provider                  string                      `json:"provider,omitempty"`
	VendorOAuthClientIDs      []string                    `json:"vendorOAuthClientIds,omitempty"`
	SelfURI                   string                      `json:"selfUri"`
}

func typeURI(id string) string { return basePath + "/types/" + url.PathEscape(id) }

func typeViewOf(t *integration.Type) *typeView {
	return &typeView{
		ID: t.ID, Name: t.Name, Category: t.Category, Description: t.Description,
		ConfigPropertiesSchemaURI: typeURI(t.ID) + "/configschemas/" + integration.PropertiesSchema,
		ConfigAdvancedSchemaURI:   typeURI(t.ID) + "/configschemas/" + integration.AdvancedSchema,
		Credentials:               t.Credentials, NonInstallable: new(false), MaxInstances: t.MaxInstances,
		UserPermissions: t.UserPermissions, Provider: t.Provider, VendorOAuthClientIDs: t.VendorClientIDs, SelfURI: typeURI(t.ID),
	}
}

func (f *Family) types(_ context.Context, c *handlers.Call, _ handlers.None) (*handlers.Listing[*typeView], error) {
	page, err := handlers.PageOf(c, maxPageSize)
	if err != nil {
		return nil, err
	}
	all, err := integration.Types(c.Tx)
	if err != nil {
		return nil, err
	}
	var views []*typeView
	for _, t := range handlers.Cut(all, page) {
		views = append(views, typeViewOf(t))
	}
	return handlers.NewListing(c, views, page, len(all)), nil
}

type typeRef struct {
	ID string `param:"typeId"`
}

func (f *Family) typeByID(_ context.Context, c *handlers.Call, in typeRef) (*typeView, error) {
	t, err := findType(c, in.ID)
	if err != nil {
		return nil, err
	}
	return typeViewOf(t), nil
}

func findType(c *handlers.Call, id string) (*integration.Type, error) {
	t, err := integration.TypeByID(c.Tx, id)
	if missing(err) {
		return nil, apierr.NotFound().About(id, "integration type")
	}
	return t, err
}

type configSchemaRef struct {
	ID   string `param:"typeId"`
	Part string `param:"configType"`
}

func (f *Family) configSchema(_ context.Context, c *handlers.Call, in configSchemaRef) (json.RawMessage, error) {
	t, err := findType(c, in.ID)
	if err != nil {
		return nil, err
	}
	return t.Schema(in.Part), nil
}
