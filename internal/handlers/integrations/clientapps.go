package integrations

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clientapp"
	"github.com/mockcloud/mockcloud/internal/handlers"
)

func (f *Family) registerApps(r *handlers.Registry) {
	handlers.On(r, "getIntegrationsClientapps", f.clientApps)
	handlers.On(r, "getIntegrationsUserapps", f.userApps)
}

// clientAppView is the schema ClientApp.
type clientAppView struct {
	ID              string            `json:"id"`
	Name            string            `json:"name"`
	IntegrationType *typeView         `json:"integrationType"`
	Notes           string            `json:"notes"`
	IntendedState   string            `json:"intendedState"`
	Config          appConfig         `json:"config"`
	ReportedState   statusView        `json:"reportedState"`
	Attributes      map[string]string `json:"attributes"`
	SelfURI         string            `json:"selfUri"`
}

// userAppView is the schema UserApp.
type userAppView struct {
	ID              string    `json:"id"`
	Name            string    `json:"name"`
	IntegrationType *typeView `json:"integrationType"`
	Config          appConfig `json:"config"`
	SelfURI         string    `json:"selfUri"`
}

type appConfig struct {
	Current   *configView          `json:"current"`
	Effective *effectiveConfigView `json:"effective"`
}

// effectiveConfigView is the schema EffectiveConfiguration.
type effectiveConfigView struct {
	Name        string                     `json:"name"`
	Notes       string                     `json:"notes"`
	Properties  json.RawMessage            `json:"properties"`
	Advanced    json.RawMessage            `json:"advanced"`
	Credentials map[string]*credentialInfo `json:"credentials"`
}

// appConfigOf never tells the credentials: whoever may open an application sees
// this, and needs no permission for it.
func appConfigOf(c *handlers.Call, a *clientapp.App) (appConfig, error) {
	current, err := configOf(c, a.Integration, false)
	if err != nil {
		return appConfig{}, err
	}
	return appConfig{Current: current, Effective: &effectiveConfigView{
		Name: a.Name, Notes: a.Notes, Properties: a.EffectiveProperties(), Advanced: a.Advanced, Credentials: map[string]*credentialInfo{},
	}}, nil
}

type clientAppList struct {
	SortBy string `query:"sortBy"`
}

type userAppList struct {
	SortBy  string `query:"sortBy"`
	AppHost string `query:"appHost"`
}

// clientApps lists what the caller sees.
//
// Guess: both operations list the same, active applications alone.
func (f *Family) clientApps(_ context.Context, c *handlers.Call, in clientAppList) (*handlers.Listing[*clientAppView], error) {
	return listApps(c, userAppList{SortBy: in.SortBy}, func(a *clientapp.App) (*clientAppView, error) {
		whole, err := viewOf(c, a.Integration, false)
		if err != nil {
			return nil, err
		}
		v := &clientAppView{
			ID: a.ID, Name: a.Name, IntegrationType: whole.IntegrationType, Notes: a.Notes, IntendedState: a.IntendedState,
			ReportedState: whole.ReportedState, Attributes: whole.Attributes, SelfURI: whole.SelfURI,
		}
		v.Config, err = appConfigOf(c, a)
		return v, err
	})
}

func (f *Family) userApps(_ context.Context, c *handlers.Call, in userAppList) (*handlers.Listing[*userAppView], error) {
	return listApps(c, in, func(a *clientapp.App) (*userAppView, error) {
		v := &userAppView{
			ID: a.ID, Name: a.Name, SelfURI: basePath + "/" + a.ID,
			IntegrationType: &typeView{ID: a.Type.ID, Name: a.Type.Name, Category: a.Type.Category, SelfURI: typeURI(a.Type.ID)},
		}
		var err error
		v.Config, err = appConfigOf(c, a)
		return v, err
	})
}

func listApps[V any](c *handlers.Call, in userAppList, view func(*clientapp.App) (V, error)) (*handlers.Listing[V], error) {
	page, err := handlers.PageOf(c, maxPageSize)
	if err != nil {
		return nil, err
	}
	viewer, err := clientapp.ViewerOf(c.Tx, c.Caller)
	if err != nil {
		return nil, err
	}
	apps, err := clientapp.Seeing(c.Tx, viewer)
	if err != nil {
		return nil, err
	}
	apps = slices.DeleteFunc(apps, func(a *clientapp.App) bool { return !hostedAt(a, in.AppHost) })
	switch {
	case in.SortBy == "", strings.EqualFold(in.SortBy, "name"):
	case strings.EqualFold(in.SortBy, "id"):
		slices.SortFunc(apps, func(a, b *clientapp.App) int { return strings.Compare(a.ID, b.ID) })
	default: // rather than an order that the client did not ask for
		return nil, apierr.InvalidQuery("sortBy", in.SortBy, "name, id")
	}
	views := []V{}
	for _, a := range handlers.Cut(apps, page) {
		v, err := view(a)
		if err != nil {
			return nil, err
		}
		views = append(views, v)
	}
	return handlers.NewListing(c, views, page, len(apps)), nil
}

// hostedAt is the filter appHost, which the document describes as a kind of app.
//
// Guess: it means the place in the client, or else the id of the integration's
// type. No value of it is documented, so one that fits nothing is no mistake.
func hostedAt(a *clientapp.App, host string) bool {
	return host == "" || strings.EqualFold(host, a.Place()) || strings.EqualFold(host, a.TypeID)
}
