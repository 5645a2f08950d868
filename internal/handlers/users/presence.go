package users

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/contactcenter"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/spec"
)

// The permissions behind operations for which the specification names none.
//
// Guess: their names stand in the default roles and, for the first, at the
// operation that sets the presence of many.
var (
	editPresence = spec.Permission{Domain: "presence", Entity: "userPresence", Action: "edit"}
	goOnQueue    = spec.Permission{Domain: "routing", Entity: "agent", Action: "onqueue"}
)

type presenceRef struct {
	ID     string `param:"userId"`
	Source string `param:"sourceId"`
}

// presence is getUserPresencesPurecloud, open to all.
func (f *Family) presence(_ context.Context, c *handlers.Call, in userRef) (*contactcenter.PresenceView, error) {
	u, err := present(c, in.ID)
	if err != nil {
		return nil, err
	}
	a, err := contactcenter.AgentOf(c.Tx, u.ID)
	if err != nil {
		return nil, err
	}
	return a.PresenceView(c.Tx, u.Created)
}

func (f *Family) presenceOf(ctx context.Context, c *handlers.Call, in presenceRef) (*contactcenter.PresenceView, error) {
	if err := checkSource(in.Source); err != nil {
		return nil, err
	}
	return f.presence(ctx, c, userRef{in.ID})
}

// checkSource knows the platform's own source only.
//
// Guess: the code is that of the operations on sources.
func checkSource(source string) error {
	if strings.EqualFold(source, contactcenter.Source) {
		return nil
	}
	return apierr.New(http.StatusNotFound, "presenceservice.source.sourcenotfound", "The source was not found").About(source, "source")
}

// present returns a user who was not deleted, or the 404 of presences.
func present(c *handlers.Call, id string) (*identity.User, error) {
	u, err := peek(c.Tx, id)
	if err != nil {
		return nil, err
	}
	if u == nil || u.State == identity.UserDeleted {
		return nil, c.Documented(http.StatusNotFound, "presenceservice.usernotfound").About(id, "user")
	}
	return u, nil
}

// presenceChange is the schema UserPresence as far as it can be changed.
type presenceChange struct {
	Message            *string `json:"message"`
	PresenceDefinition struct {
		ID             string `json:"id"`
		SystemPresence string `json:"systemPresence"`
	} `json:"presenceDefinition"`
}

type setPresenceInput struct {
	ID   string         `param:"userId"`
	Body presenceChange `body:""`
}

// setPresence is patchUserPresencesPurecloud. The definition can be named by its
// id or by its system presence alone.
func (f *Family) setPresence(_ context.Context, c *handlers.Call, in setPresenceInput) (*contactcenter.PresenceView, error) {
	u, err := present(c, in.ID)
	if err != nil {
		return nil, err
	}
	if !isSelf(c, u.ID) && !c.Caller.Permits(c.Tx, editPresence, "") {
		return nil, c.Documented(http.StatusForbidden, "presence.not.authorized.update.other.user.presence")
	}
	a, err := contactcenter.AgentOf(c.Tx, u.ID)
	if err != nil {
		return nil, err
	}
	p, err := in.Body.definition(c)
	if err != nil {
		return nil, err
	}
	if p != nil {
		if p.System == contactcenter.OnQueue && !c.Caller.Permits(c.Tx, goOnQueue, "") {
			return nil, c.Documented(http.StatusForbidden, "presence.not.authorized.update.on.queue")
		}
		a.SetPresence(p, clock.At(c.Now()))
	}
	handlers.Replace(&a.Message, in.Body.Message)
	if err := contactcenter.Agents.Put(c.Tx, a); err != nil {
		return nil, err
	}
	return a.PresenceView(c.Tx, u.Created)
}

type setPresenceOfInput struct {
	ID     string         `param:"userId"`
	Source string         `param:"sourceId"`
	Body   presenceChange `body:""`
}

func (f *Family) setPresenceOf(ctx context.Context, c *handlers.Call, in setPresenceOfInput) (*contactcenter.PresenceView, error) {
	if err := checkSource(in.Source); err != nil {
		return nil, err
	}
	return f.setPresence(ctx, c, setPresenceInput{ID: in.ID, Body: in.Body})
}

// definition is the one that the body names, or nil.
func (ch *presenceChange) definition(c *handlers.Call) (*contactcenter.Presence, error) {
	if id := ch.PresenceDefinition.ID; id != "" {
		p, err := contactcenter.PresenceByID(c.Tx, id)
		if contactcenter.IsNotFound(err) || err == nil && p.Deactivated {
			return nil, invalid("presenceDefinition", fmt.Sprintf("There is no active presence definition with the id [%.100s].", id))
		}
		return p, err
	}
	name := ch.PresenceDefinition.SystemPresence
	if name == "" {
		return nil, nil
	}
	p, ok := contactcenter.SystemPresence(name)
	if !ok {
		return nil, invalid("presenceDefinition", fmt.Sprintf("There is no system presence [%.100s].", name))
	}
	return p, nil
}

func isSelf(c *handlers.Call, userID string) bool {
	return c.Caller.User != nil && c.Caller.User.ID == userID
}
