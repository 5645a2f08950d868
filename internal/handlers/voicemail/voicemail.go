// Package voicemail implements the voicemail policy of groups under
// /api/v2/voicemail. There are no mailboxes and no messages.
package voicemail

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/contactcenter"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Family is the voicemail family. The zero value is ready to use.
type Family struct{}

// Register claims this family's operations.
func (f *Family) Register(r *handlers.Registry) {
	handlers.On(r, "getVoicemailGroupPolicy", f.groupPolicy)
	handlers.On(r, "patchVoicemailGroupPolicy", f.changeGroupPolicy)
}

// groupPolicyView is the schema VoicemailGroupPolicy.
type groupPolicyView struct {
	Name  string              `json:"name"` // the group's
	Group *identity.GroupView `json:"group"`
	contactcenter.GroupPolicySettings
}

type groupRef struct {
	ID string `param:"groupId"`
}

func (f *Family) groupPolicy(_ context.Context, c *handlers.Call, in groupRef) (*groupPolicyView, error) {
	g, err := group(c, in.ID)
	if err != nil {
		return nil, err
	}
	p, err := contactcenter.GroupPolicyOf(c.Tx, g.ID)
	if err != nil {
		return nil, err
	}
	return view(c, g, p)
}

type change struct {
	ID   string          `param:"groupId"`
	Body json.RawMessage `body:""`
}

// changeGroupPolicy is patchVoicemailGroupPolicy: what is absent stays as it is.
//
// Guess: seconds and rotations cannot be negative, and calls overflow to a group
// that is there, other than this one.
func (f *Family) changeGroupPolicy(_ context.Context, c *handlers.Call, in change) (*groupPolicyView, error) {
	g, err := group(c, in.ID)
	if err != nil {
		return nil, err
	}
	var sent contactcenter.GroupPolicySettings
	if json.Unmarshal(in.Body, &sent) != nil {
		return nil, apierr.BadRequest("The request body could not be read.")
	}
	if err := notNegative("rotateCallsSecs", sent.RotateCallsSecs); err != nil {
		return nil, err
	}
	if err := notNegative("stopRingingAfterRotations", sent.StopRingingAfterRotations); err != nil {
		return nil, err
	}
	if id := sent.OverflowGroupID; id != "" && (id == g.ID || !identity.Groups.Has(c.Tx, id)) {
		return nil, apierr.BadRequest("Calls can only overflow to another group that exists.").OnField("overflowGroupId")
	}
	p, err := contactcenter.GroupPolicyOf(c.Tx, g.ID)
	if err != nil {
		return nil, err
	}
	if err := p.Change(c.Tx, in.Body); err != nil {
		return nil, err
	}
	return view(c, g, p)
}

func notNegative(field string, n *int) error {
	if n != nil && *n < 0 {
		return apierr.BadRequest("The " + field + " must not be negative.").OnField(field)
	}
	return nil
}

// group returns the shared group, or the 404 of the policy that it does not have.
func group(c *handlers.Call, id string) (*identity.Group, error) {
	g, err := identity.Groups.Peek(c.Tx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, apierr.New(http.StatusNotFound, "voicemailservice.groupnotfound", "The voicemail policy was not found").About(id, "group")
	}
	return g, err
}

func view(c *handlers.Call, g *identity.Group, p *contactcenter.GroupPolicy) (*groupPolicyView, error) {
	v, err := g.View(c.Tx)
	if err != nil {
		return nil, err
	}
	return &groupPolicyView{Name: g.Name, Group: v, GroupPolicySettings: p.Settings}, nil
}
