package users

import (
	"context"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/contactcenter"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
)

// registerGreetings claims the greetings of users.
func (f *Family) registerGreetings(r *handlers.Registry) {
	handlers.On(r, "getUserGreetings", f.greetings)
	handlers.On(r, "postUserGreetings", f.addGreeting)
	handlers.On(r, "getUserGreetingsDefaults", f.greetingDefaults)
	handlers.On(r, "putUserGreetingsDefaults", f.setGreetingDefaults)
}

// greetingOwner is the user as an owner of greetings, or the 404.
func greetingOwner(c *handlers.Call, userID string) (contactcenter.GreetingOwner, error) {
	u, err := identity.ActiveUserByID(c.Tx, userID)
	if err != nil {
		return contactcenter.GreetingOwner{}, err
	}
	return contactcenter.GreetingOwner{Type: contactcenter.GreetingOfUser, ID: u.ID}, nil
}

func by(c *handlers.Call) contactcenter.By {
	return contactcenter.By{At: clock.At(c.Now()), URI: c.Caller.Ref().SelfURI}
}

// greetings is getUserGreetings: by name.
func (f *Family) greetings(_ context.Context, c *handlers.Call, in userRef) (*handlers.Listing[*contactcenter.Ref], error) {
	page, err := handlers.PageOf(c, maxPage)
	if err != nil {
		return nil, err
	}
	owner, err := greetingOwner(c, in.ID)
	if err != nil {
		return nil, err
	}
	greetings, total, err := contactcenter.GreetingsOf(c.Tx, owner, page.Skip(), page.Size)
	if err != nil {
		return nil, err
	}
	refs := make([]*contactcenter.Ref, len(greetings))
	for i, g := range greetings {
		refs[i] = g.Ref()
	}
	return handlers.NewListing(c, refs, page, total), nil
}

type greetingInput struct {
	ID   string                     `param:"userId"`
	Body contactcenter.GreetingBody `body:""`
}

func (f *Family) addGreeting(_ context.Context, c *handlers.Call, in greetingInput) (*contactcenter.GreetingView, error) {
	owner, err := greetingOwner(c, in.ID)
	if err != nil {
		return nil, err
	}
	g, err := contactcenter.NewGreeting(c.Tx, owner, c.NewID(), &in.Body, by(c))
	if err != nil {
		return nil, err
	}
	return g.View(), nil
}

func (f *Family) greetingDefaults(_ context.Context, c *handlers.Call, in userRef) (*contactcenter.DefaultGreetingsView, error) {
	owner, err := greetingOwner(c, in.ID)
	if err != nil {
		return nil, err
	}
	return contactcenter.DefaultGreetingsOf(c.Tx, owner)
}

type defaultsInput struct {
	ID   string                     `param:"userId"`
	Body contactcenter.DefaultsBody `body:""`
}

func (f *Family) setGreetingDefaults(_ context.Context, c *handlers.Call, in defaultsInput) (*contactcenter.DefaultGreetingsView, error) {
	owner, err := greetingOwner(c, in.ID)
	if err != nil {
		return nil, err
	}
	if err := contactcenter.SetDefaultGreetings(c.Tx, owner, &in.Body, by(c)); err != nil {
		return nil, err
	}
	return contactcenter.DefaultGreetingsOf(c.Tx, owner)
}
