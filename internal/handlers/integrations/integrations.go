// Package integrations implements /api/v2/integrations: what can be installed,
// what is, its configuration and credentials, and its data actions. What runs
// when an action is tested or executed is not here; see package actions.
package integrations

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/mockcloud/mockcloud/internal/actions"
	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/integration"
)

// Family implements the operations.
type Family struct {
	Engine     *actions.Engine   // runs the data actions
	Bell       *integration.Bell // rings for each event of a webhook
	RateLimits bool              // refuse events that come faster than their webhook allows
}

// Register claims this family's operations.
func (f *Family) Register(r *handlers.Registry) {
	handlers.On(r, "getIntegrations", f.list)
	handlers.On(r, "postIntegrations", f.install)
	handlers.On(r, "getIntegration", f.get)
	handlers.On(r, "patchIntegration", f.setState)
	handlers.On(r, "deleteIntegration", f.remove)
	handlers.On(r, "getIntegrationConfigCurrent", f.config)
	handlers.On(r, "putIntegrationConfigCurrent", f.setConfig)
	handlers.On(r, "getIntegrationsTypes", f.types)
	handlers.On(r, "getIntegrationsType", f.typeByID)
	handlers.On(r, "getIntegrationsTypeConfigschema", f.configSchema)
	handlers.On(r, "postIntegrationsWebhookEvents", f.receive)
	f.registerApps(r)
	f.registerCredentials(r)
	f.registerActions(r)
	f.registerFunctions(r)
}

// maxPageSize is the largest page that is given.
const maxPageSize = 500

type listInput struct {
	Expand []string `query:"expand"`
}

func (f *Family) list(_ context.Context, c *handlers.Call, in listInput) (*handlers.Listing[*integrationView], error) {
	page, err := handlers.PageOf(c, maxPageSize)
	if err != nil {
		return nil, err
	}
	all, err := integration.Sorted(c.Tx)
	if err != nil {
		return nil, err
	}
	views, err := viewsOf(c, handlers.Cut(all, page), expandsConfig(in.Expand))
	if err != nil {
		return nil, err
	}
	return handlers.NewListing(c, views, page, len(all)), nil
}

// expandsConfig says whether the configuration is wanted with its credentials.
func expandsConfig(expand []string) bool { return slices.Contains(expand, "config.current") }

type installInput struct {
	Body struct {
		Name            string `json:"name"`
		IntegrationType struct {
			ID string `json:"id"`
		} `json:"integrationType"`
	} `body:""`
}

func (f *Family) install(_ context.Context, c *handlers.Call, in installInput) (*integrationView, error) {
	if in.Body.IntegrationType.ID == "" {
		return nil, required("integrationType.id")
	}
	t, err := integration.TypeByID(c.Tx, in.Body.IntegrationType.ID)
	if missing(err) {
		return nil, apierr.BadRequest("There is no integration type [" + cut(in.Body.IntegrationType.ID) + "]. GET /api/v2/integrations/types lists them.").OnField("integrationType.id")
	}
	if err != nil {
		return nil, err
	}
	if err := checkName(in.Body.Name); err != nil {
		return nil, err
	}
	i, err := integration.Install(c.Tx, t, c.NewID(), in.Body.Name, clock.At(c.Now()))
	if errors.Is(err, integration.ErrTooMany) {
		return nil, c.Documented(http.StatusBadRequest, "max.integrations.reached")
	}
	if err != nil {
		return nil, err
	}
	if t.ID == integration.Webhook {
		i.Attributes = map[string]string{integration.WebhookID: c.NewID()}
	}
	if err := integration.All.Insert(c.Tx, i); err != nil {
		return nil, err
	}
	return viewOf(c, i, true)
}

// maxName is how many characters a name can have.
const maxName = 256

func checkName(name string) error {
	if n := len([]rune(name)); n > maxName {
		return apierr.Newf(http.StatusBadRequest, "constraint.validation", "A name can have %d characters at most.", maxName).OnField("name")
	}
	return nil
}

// required refuses a request without that field. The schema does so already where
// there is a body; the document makes the whole body optional here.
func required(field string) error {
	return apierr.New(http.StatusBadRequest, "constraint.validation", "Field '"+field+"' is required.").OnField(field)
}

type integrationRef struct {
	ID     string   `param:"integrationId"`
	Expand []string `query:"expand"`
}

func (f *Family) get(_ context.Context, c *handlers.Call, in integrationRef) (*integrationView, error) {
	i, err := integration.PeekByID(c.Tx, in.ID)
	if err != nil {
		return nil, err
	}
	return viewOf(c, i, expandsConfig(in.Expand))
}

type stateInput struct {
	ID     string   `param:"integrationId"`
	Expand []string `query:"expand"`
	Body   struct {
		IntendedState string `json:"intendedState"`
	} `body:""`
}

// setState changes the intended state, and nothing else: name and notes are part
// of the configuration.
func (f *Family) setState(ctx context.Context, c *handlers.Call, in stateInput) (*integrationView, error) {
	if in.Body.IntendedState == "" {
		return nil, required("intendedState")
	}
	i, err := integration.ByID(c.Tx, in.ID)
	if err != nil {
		return nil, err
	}
	switch in.Body.IntendedState {
	case integration.Deleted:
		return f.remove(ctx, c, integrationRef{ID: in.ID, Expand: in.Expand})
	case integration.Restored: // what is there need not be brought back
		return viewOf(c, i, expandsConfig(in.Expand))
	}
	if i.IntendedState != in.Body.IntendedState {
		i.IntendedState, i.StateChanged = in.Body.IntendedState, clock.At(c.Now())
		if err := integration.All.Put(c.Tx, i); err != nil {
			return nil, err
		}
	}
	return viewOf(c, i, expandsConfig(in.Expand))
}

// remove deletes the integration with its actions and answers what it was. The
// credential stays: the setup wizard deletes it separately.
func (f *Family) remove(_ context.Context, c *handlers.Call, in integrationRef) (*integrationView, error) {
	i, err := integration.ByID(c.Tx, in.ID)
	if err != nil {
		return nil, err
	}
	v, err := viewOf(c, i, expandsConfig(in.Expand))
	if err != nil {
		return nil, err
	}
	v.IntendedState = integration.Deleted
	if err := actions.RemoveOf(c.Tx, i.ID); err != nil {
		return nil, err
	}
	if err := integration.RemoveInbox(c.Tx, i.ID); err != nil {
		return nil, err
	}
	if i.TypeID == integration.Webhook {
		c.Tx.AfterCommit(func() { f.Bell.Ring(in.ID) }) // for those who wait for its events
	}
	return v, integration.All.Delete(c.Tx, i.ID)
}
