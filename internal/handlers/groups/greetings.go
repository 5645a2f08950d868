package groups

import (
	"context"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/contactcenter"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
)

func greetingOwner(g *identity.Group) contactcenter.GreetingOwner {
	return contactcenter.GreetingOwner{Type: contactcenter.GreetingOfGroup, ID: g.ID}
}

func by(c *handlers.Call) contactcenter.By {
	return contactcenter.By{At: clock.At(c.Now()), URI: c.Caller.Ref().SelfURI}
}

// greetings is getGroupGreetings: by name.
func (f *Family) greetings(_ context.Context, c *handlers.Call, in groupRef) (*handlers.Listing[*contactcenter.GreetingView], error) {
	page, err := handlers.PageOf(c, maxPage)
	if err != nil {
		return nil, err
	}
	g, err := peek(c, in.ID)
	if err != nil {
		return nil, err
	}
	greetings, total, err := contactcenter.GreetingsOf(c.Tx, greetingOwner(g), page.Skip(), page.Size)
	if err != nil {
		return nil, err
	}
	views := make([]*contactcenter.GreetingView, len(greetings))
	for i, greeting := range greetings {
		views[i] = greeting.View()
	}
	return handlers.NewListing(c, views, page, total), nil
}

type greetingInput struct {
	ID   string                     `param:"groupId"`
	Body contactcenter.GreetingBody `body:""`
}

func (f *Family) addGreeting(_ context.Context, c *handlers.Call, in greetingInput) (*contactcenter.GreetingView, error) {
	g, err := peek(c, in.ID)
	if err != nil {
		return nil, err
	}
	greeting, err := contactcenter.NewGreeting(c.Tx, greetingOwner(g), c.NewID(), &in.Body, by(c))
	if err != nil {
		return nil, err
	}
	return greeting.View(), nil
}

func (f *Family) greetingDefaults(_ context.Context, c *handlers.Call, in groupRef) (*contactcenter.DefaultGreetingsView, error) {
	g, err := peek(c, in.ID)
	if err != nil {
		return nil, err
	}
	return contactcenter.DefaultGreetingsOf(c.Tx, greetingOwner(g))
}

type defaultsInput struct {
	ID   string                     `param:"groupId"`
	Body contactcenter.DefaultsBody `body:""`
}

func (f *Family) setGreetingDefaults(_ context.Context, c *handlers.Call, in defaultsInput) (*contactcenter.DefaultGreetingsView, error) {
	g, err := peek(c, in.ID)
	if err != nil {
		return nil, err
	}
	if err := contactcenter.SetDefaultGreetings(c.Tx, greetingOwner(g), &in.Body, by(c)); err != nil {
		return nil, err
	}
	return contactcenter.DefaultGreetingsOf(c.Tx, greetingOwner(g))
}
