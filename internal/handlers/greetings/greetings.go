// Package greetings implements /api/v2/greetings: the greetings of the
// organization, and every greeting by its id. Those of a user or a group are
// listed and added by the families of users and groups.
//
// None of it asks for a permission, as the specification has it.
package greetings

import (
	"context"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/contactcenter"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
)

// Family is the greetings family. The zero value is ready to use.
type Family struct{}

// Register claims this family's operations.
func (f *Family) Register(r *handlers.Registry) {
	handlers.On(r, "getGreetings", f.list)
	handlers.On(r, "postGreetings", f.create)
	handlers.On(r, "getGreetingsDefaults", f.defaults)
	handlers.On(r, "putGreetingsDefaults", f.setDefaults)
	handlers.On(r, "getGreeting", f.get)
	handlers.On(r, "putGreeting", f.update)
	handlers.On(r, "deleteGreeting", f.remove)
	handlers.On(r, "getGreetingMedia", f.media)
}

// maxPage is the largest page.
//
// Guess: it is that of users.
const maxPage = 500

func organization(c *handlers.Call) contactcenter.GreetingOwner {
	return contactcenter.GreetingOwner{Type: contactcenter.GreetingOfOrganization, ID: c.Caller.Org.ID}
}

func by(c *handlers.Call) contactcenter.By {
	return contactcenter.By{At: clock.At(c.Now()), URI: c.Caller.Ref().SelfURI}
}

// list is getGreetings: those of the organization, by name.
func (f *Family) list(_ context.Context, c *handlers.Call, _ handlers.None) (*handlers.Listing[*contactcenter.Ref], error) {
	page, err := handlers.PageOf(c, maxPage)
	if err != nil {
		return nil, err
	}
	greetings, total, err := contactcenter.GreetingsOf(c.Tx, organization(c), page.Skip(), page.Size)
	if err != nil {
		return nil, err
	}
	refs := make([]*contactcenter.Ref, len(greetings))
	for i, g := range greetings {
		refs[i] = g.Ref()
	}
	return handlers.NewListing(c, refs, page, total), nil
}

type createInput struct {
	Body contactcenter.GreetingBody `body:""`
}

// create is postGreetings. The body may name a user or a group as the owner.
//
// Guess: the specification speaks of the organization alone, but lets the body
// say otherwise.
func (f *Family) create(_ context.Context, c *handlers.Call, in createInput) (*contactcenter.GreetingView, error) {
	owner, err := ownerOf(c, &in.Body)
	if err != nil {
		return nil, err
	}
	g, err := contactcenter.NewGreeting(c.Tx, owner, c.NewID(), &in.Body, by(c))
	if err != nil {
		return nil, err
	}
	return g.View(), nil
}

func ownerOf(c *handlers.Call, body *contactcenter.GreetingBody) (contactcenter.GreetingOwner, error) {
	owner := contactcenter.GreetingOwner{Type: body.OwnerType, ID: body.Owner.ID}
	var err error
	switch {
	case owner.Type == contactcenter.GreetingOfOrganization:
		return organization(c), nil
	case owner.ID == "":
		return owner, apierr.BadRequest("The owner of the greeting has no id.").OnField("owner")
	case owner.Type == contactcenter.GreetingOfGroup:
		_, err = identity.PeekGroup(c.Tx, owner.ID)
	default:
		_, err = identity.ActiveUserByID(c.Tx, owner.ID)
	}
	return owner, err
}

type greetingRef struct {
	ID string `param:"greetingId"`
}

func (f *Family) get(_ context.Context, c *handlers.Call, in greetingRef) (*contactcenter.GreetingView, error) {
	g, err := contactcenter.GreetingByID(c.Tx, in.ID)
	if err != nil {
		return nil, err
	}
	return g.View(), nil
}

type updateInput struct {
	ID   string                     `param:"greetingId"`
	Body contactcenter.GreetingBody `body:""`
}

// update is putGreeting. The owner stays.
func (f *Family) update(_ context.Context, c *handlers.Call, in updateInput) (*contactcenter.GreetingView, error) {
	g, err := contactcenter.GreetingByID(c.Tx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := g.Replace(c.Tx, &in.Body, by(c)); err != nil {
		return nil, err
	}
	return g.View(), nil
}

func (f *Family) remove(_ context.Context, c *handlers.Call, in greetingRef) (handlers.None, error) {
	g, err := contactcenter.GreetingByID(c.Tx, in.ID)
	if err != nil {
		return handlers.None{}, err
	}
	return handlers.None{}, g.Delete(c.Tx)
}

// mediaInfo is the schema GreetingMediaInfo without the addresses of the sound
// and its picture.
type mediaInfo struct {
	ID string `json:"id"`
}

// media is getGreetingMedia. There is no sound to point to, in any format.
//
// Guess: a greeting without a recording has media without addresses.
func (f *Family) media(_ context.Context, c *handlers.Call, in greetingRef) (*mediaInfo, error) {
	g, err := contactcenter.GreetingByID(c.Tx, in.ID)
	if err != nil {
		return nil, err
	}
	return &mediaInfo{ID: g.ID}, nil
}

func (f *Family) defaults(_ context.Context, c *handlers.Call, _ handlers.None) (*contactcenter.DefaultGreetingsView, error) {
	return contactcenter.DefaultGreetingsOf(c.Tx, organization(c))
}

type defaultsInput struct {
	Body contactcenter.DefaultsBody `body:""`
}

func (f *Family) setDefaults(_ context.Context, c *handlers.Call, in defaultsInput) (*contactcenter.DefaultGreetingsView, error) {
	if err := contactcenter.SetDefaultGreetings(c.Tx, organization(c), &in.Body, by(c)); err != nil {
		return nil, err
	}
	return contactcenter.DefaultGreetingsOf(c.Tx, organization(c))
}
