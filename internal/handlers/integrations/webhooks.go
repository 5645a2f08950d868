package integrations

import (
	"context"
	"errors"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/integration"
	"github.com/mockcloud/mockcloud/internal/store"
)

type webhookRef struct {
	ID string `param:"tokenId"`
}

// invocation is the schema WebhookInvocationResponse.
type invocation struct {
	InvocationID string `json:"invocationId"`
}

// receive takes an event from another system, which needs no token: knowing the
// webhook's id is enough.
//
// Guess: a webhook that is not active refuses events, in the words that other
// inactive integrations have, and an unknown one is a plain 404.
func (f *Family) receive(_ context.Context, c *handlers.Call, in webhookRef) (*invocation, error) {
	i, err := integration.FindWebhook(c.Tx, in.ID)
	if errors.Is(err, store.ErrNotFound) {
		return nil, apierr.NotFound()
	}
	if err != nil {
		return nil, err
	}
	if i.IntendedState != integration.Enabled {
		return nil, apierr.BadRequest("The integration of this webhook is not active.")
	}
	e := &integration.Event{
		ID: c.NewID(), Received: clock.At(c.Now()), Headers: integration.WithoutSecrets(c.Header, true),
		Query: integration.WithoutSecrets(c.Input.Query, false), Body: string(c.Input.Raw),
	}
	// Go keeps the host beside the headers, and the correlation id may be one that
	// the server made up; the real service's events have both.
	e.Headers["host"] = []string{c.Host}
	e.Headers["inin-correlation-id"] = []string{c.CorrelationID}
	if err := integration.Receive(i, e, f.RateLimits); err != nil {
		return nil, err
	}
	c.Tx.AfterCommit(func() { f.Bell.Ring(e.IntegrationID) })
	return &invocation{InvocationID: e.ID}, nil
}
