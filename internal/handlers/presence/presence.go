// Package presence implements /api/v2/presence/definitions: the presence
// definitions of the system and the organization's own. The same definitions in
// the older shape are in package presencedefinitions, what people are doing at
// the moment in package users; sources and settings are left to whoever owns
// them.
package presence

import (
	"context"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/contactcenter"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
)

// Family is the presence family. The zero value is ready to use.
type Family struct{}

// Register claims this family's operations.
func (f *Family) Register(r *handlers.Registry) {
	handlers.On(r, "getPresenceDefinitions", f.list)
	handlers.On(r, "postPresenceDefinitions", f.create)
	handlers.On(r, "getPresenceDefinition", f.get)
	handlers.On(r, "putPresenceDefinition", f.replace)
	handlers.On(r, "deletePresenceDefinition", f.remove)
}

// view is the schema OrganizationPresenceDefinition.
type view struct {
	ID             string            `json:"id"`
	Name           string            `json:"name,omitempty"`
	Type           string            `json:"type"`
	LanguageLabels map[string]string `json:"languageLabels"`
	SystemPresence string            `json:"systemPresence"`
	DivisionID     string            `json:"divisionId"`
	Deactivated    bool              `json:"deactivated"`
	SelfURI        string            `json:"selfUri"`
}

func render(p *contactcenter.Presence, locale string) *view {
	v := &view{
		ID: p.ID, Name: p.Label(), Type: "User", LanguageLabels: p.LabelsIn(locale),
		SystemPresence: strings.ReplaceAll(p.System, " ", ""), // OnQueue, in this API
		DivisionID:     p.DivisionID, Deactivated: p.Deactivated,
		SelfURI: "/api/v2/presence/definitions/" + p.ID,
	}
	if p.Primary() {
		v.Type = "System"
	}
	if v.DivisionID == "" {
		v.DivisionID = identity.AllDivisions
	}
	return v
}

// listing is the schema OrganizationPresenceDefinitionEntityListing: all on one
// page.
type listing struct {
	Entities []*view `json:"entities"`
	Total    int     `json:"total"`
	SelfURI  string  `json:"selfUri"`
}

type listInput struct {
	Deactivated string   `query:"deactivated"`
	Divisions   []string `query:"divisionId"`
	Locale      string   `query:"localeCode"`
}

// list shows those of every division whatever division is asked for: they can be
// used there.
func (f *Family) list(_ context.Context, c *handlers.Call, in listInput) (*listing, error) {
	all, err := contactcenter.PresencesWhere(c.Tx, in.Deactivated)
	if err != nil {
		return nil, err
	}
	l := &listing{Entities: []*view{}, SelfURI: c.Path}
	for _, p := range all {
		v := render(p, in.Locale)
		if len(in.Divisions) == 0 || v.DivisionID == identity.AllDivisions || slices.Contains(in.Divisions, v.DivisionID) {
			l.Entities = append(l.Entities, v)
		}
	}
	l.Total = len(l.Entities)
	return l, nil
}

type definitionRef struct {
	ID     string `param:"definitionId"`
	Locale string `query:"localeCode"`
}

// get finds deactivated definitions too: that is how Terraform sees that one is
// gone.
func (f *Family) get(_ context.Context, c *handlers.Call, in definitionRef) (*view, error) {
	p, err := contactcenter.PresenceByID(c.Tx, in.ID)
	if contactcenter.IsNotFound(err) {
		return nil, contactcenter.PresenceNotFound(in.ID)
	}
	if err != nil {
		return nil, err
	}
	return render(p, in.Locale), nil
}

type definitionBody struct {
	LanguageLabels map[string]string `json:"languageLabels"`
	SystemPresence string            `json:"systemPresence"`
	DivisionID     string            `json:"divisionId"`
	Deactivated    *bool             `json:"deactivated"`
}

// store puts p with what the body says of it.
func (b *definitionBody) store(c *handlers.Call, p *contactcenter.Presence) (*view, error) {
	change := contactcenter.PresenceChange{
		Labels: b.LanguageLabels, System: b.SystemPresence, DivisionID: b.DivisionID, Deactivated: b.Deactivated,
	}
	if err := change.ApplyTo(p); err != nil {
		return nil, err
	}
	if id := b.DivisionID; id != "" && id != identity.AllDivisions && !identity.Divisions.Has(c.Tx, id) {
		return nil, contactcenter.InvalidPresenceDivision()
	}
	p.Modified, p.ModifiedBy = clock.At(c.Now()), c.Caller.Ref().ID
	if err := contactcenter.Presences.Put(c.Tx, p); err != nil {
		return nil, err
	}
	return render(p, ""), nil
}

type newDefinition struct {
	Body definitionBody `body:""`
}

func (f *Family) create(_ context.Context, c *handlers.Call, in newDefinition) (*view, error) {
	if err := contactcenter.MayAddPresence(c.Tx); err != nil {
		return nil, err
	}
	return in.Body.store(c, &contactcenter.Presence{
		ID: c.NewID(), DivisionID: identity.AllDivisions, Created: clock.At(c.Now()), CreatedBy: c.Caller.Ref().ID,
	})
}

type definitionChange struct {
	ID   string         `param:"definitionId"`
	Body definitionBody `body:""`
}

func (f *Family) replace(_ context.Context, c *handlers.Call, in definitionChange) (*view, error) {
	p, err := contactcenter.OwnPresence(c.Tx, in.ID)
	if err != nil {
		return nil, err
	}
	return in.Body.store(c, p)
}

type removeInput struct {
	ID string `param:"definitionId"`
}

// remove deactivates: those who have the presence keep it, nobody else can take
// it.
func (f *Family) remove(_ context.Context, c *handlers.Call, in removeInput) (handlers.None, error) {
	p, err := contactcenter.OwnPresence(c.Tx, in.ID)
	if err != nil {
		return handlers.None{}, err
	}
	p.Deactivated, p.Modified, p.ModifiedBy = true, clock.At(c.Now()), c.Caller.Ref().ID
	return handlers.None{}, contactcenter.Presences.Put(c.Tx, p)
}
