package users

import (
	"context"
	"net/http"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/contactcenter"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
)

// routed returns a user who was not deleted, or the 404 of routing statuses.
func routed(c *handlers.Call, id string) (*identity.User, error) {
	u, err := peek(c.Tx, id)
	if err != nil {
		return nil, err
	}
	if u == nil || u.State == identity.UserDeleted {
		return nil, c.Documented(http.StatusNotFound, "resource.not.found").About(id, "user")
	}
	return u, nil
}

// routingStatus is getUserRoutingstatus, open to all.
func (f *Family) routingStatus(_ context.Context, c *handlers.Call, in userRef) (*contactcenter.StatusView, error) {
	u, err := routed(c, in.ID)
	if err != nil {
		return nil, err
	}
	a, err := contactcenter.AgentOf(c.Tx, u.ID)
	if err != nil {
		return nil, err
	}
	return a.StatusView(u.Created), nil
}

type setRoutingStatusInput struct {
	ID   string `param:"userId"`
	Body struct {
		Status string `json:"status"`
	} `body:""`
}

// setRoutingStatus is putUserRoutingstatus, for oneself and for those who may
// edit presences. Whether an agent is on the queue follows from the presence, so
// that a status which does not fit to it is refused.
func (f *Family) setRoutingStatus(_ context.Context, c *handlers.Call, in setRoutingStatusInput) (*contactcenter.StatusView, error) {
	u, err := routed(c, in.ID)
	if err != nil {
		return nil, err
	}
	if !isSelf(c, u.ID) && !c.Caller.Permits(c.Tx, editPresence, "") {
		return nil, apierr.New(http.StatusForbidden, "missing.permissions",
			"Unable to perform the requested action. You are missing the following permission(s): [presence:userPresence:edit]")
	}
	if in.Body.Status == "" {
		return nil, missing("status")
	}
	a, err := contactcenter.AgentOf(c.Tx, u.ID)
	if err != nil {
		return nil, err
	}
	p, err := a.Presence(c.Tx)
	if err != nil {
		return nil, err
	}
	if !a.SetStatus(p, in.Body.Status, clock.At(c.Now())) {
		return nil, c.Documented(http.StatusBadRequest, "general.bad.request").OnField("status")
	}
	if err := contactcenter.Agents.Put(c.Tx, a); err != nil {
		return nil, err
	}
	return a.StatusView(u.Created), nil
}
