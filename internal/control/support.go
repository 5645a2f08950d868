package control

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// clientStateRequest says which client is to be in which state.
type clientStateRequest struct {
	Client string `json:"client"` // id
	State  string `json:"state"`  // active, inactive or disabled
}

// clientState does what the real service keeps to its support: it disables an
// OAuth client, whose tokens then stop working, and takes that back.
func (c *Control) clientState(ec echo.Context) error {
	var wanted clientStateRequest
	if err := readJSON(ec.Request(), &wanted); err != nil {
		return err
	}
	switch wanted.State {
	case identity.ClientActive, identity.ClientInactive, identity.ClientDisabled:
	default:
		return apierr.New(http.StatusBadRequest, "bad.client.state", "The state is active, inactive or disabled.").OnField("state")
	}
	if err := c.setClientState(ec.Request().Context(), wanted); err != nil {
		return err
	}
	return ec.NoContent(http.StatusNoContent)
}

func (c *Control) setClientState(ctx context.Context, wanted clientStateRequest) error {
	return c.DB.Update(ctx, store.Global, func(tx *store.Tx) error {
		for org := range tx.Orgs() {
			in := tx.In(org)
			if !identity.Clients.Has(in, wanted.Client) {
				continue
			}
			client, err := identity.Clients.Get(in, wanted.Client)
			if err != nil {
				return err
			}
			if client.Gone(c.Clock.Now()) { // and is only not swept away yet
				continue
			}
			client.SetState(wanted.State, c.Clock.Now(), nil)
			return identity.Clients.Put(in, client)
		}
		return noSuchClient(wanted.Client)
	})
}

func noSuchClient(id string) *apierr.Error {
	return apierr.Newf(http.StatusNotFound, "client.not.found", "There is no client with the id %.100s. Was the server started with other fixtures?", id)
}
