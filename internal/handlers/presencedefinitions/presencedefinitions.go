// Package presencedefinitions implements /api/v2/presencedefinitions, the older
// look at the presence definitions of package presence.
package presencedefinitions

import (
	"context"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/contactcenter"
	"github.com/mockcloud/mockcloud/internal/handlers"
)

// Family is the presencedefinitions family. The zero value is ready to use.
type Family struct{}

// Register claims this family's operations.
func (f *Family) Register(r *handlers.Registry) {
	handlers.On(r, "getPresencedefinitions", f.list)
	handlers.On(r, "postPresencedefinitions", f.create)
	handlers.On(r, "getPresencedefinition", f.get)
	handlers.On(r, "putPresencedefinition", f.replace)
	handlers.On(r, "deletePresencedefinition", f.remove)
}

// maxPage is the largest page of a listing; the specification does not say.
const maxPage = 500

// view is the schema OrganizationPresence.
type view struct {
	ID             string             `json:"id"`
	Name           string             `json:"name"`
	LanguageLabels map[string]string  `json:"languageLabels"`
	SystemPresence string             `json:"systemPresence"`
	Deactivated    bool               `json:"deactivated"`
	Primary        bool               `json:"primary"`
	CreatedBy      *contactcenter.Ref `json:"createdBy,omitempty"`
	CreatedDate    *clock.Time        `json:"createdDate,omitempty"`
	ModifiedBy     *contactcenter.Ref `json:"modifiedBy,omitempty"`
	ModifiedDate   *clock.Time        `json:"modifiedDate,omitempty"`
	SelfURI        string             `json:"selfUri"`
}

func render(p *contactcenter.Presence, locale string) *view {
	return &view{
		ID: p.ID, Name: p.Label(), LanguageLabels: p.LabelsIn(locale), SystemPresence: p.System,
		Deactivated: p.Deactivated, Primary: p.Primary(),
		CreatedBy: person(p.CreatedBy), CreatedDate: p.Created, ModifiedBy: person(p.ModifiedBy), ModifiedDate: p.Modified,
		SelfURI: "/api/v2/presencedefinitions/" + p.ID,
	}
}

func person(id string) *contactcenter.Ref {
	if id == "" {
		return nil
	}
	return &contactcenter.Ref{ID: id, SelfURI: "/api/v2/users/" + id}
}

type listInput struct {
	Deleted string `query:"deleted"`
	Locale  string `query:"localeCode"`
}

func (f *Family) list(_ context.Context, c *handlers.Call, in listInput) (*handlers.Listing[*view], error) {
	p, err := handlers.PageOf(c, maxPage)
	if err != nil {
		return nil, err
	}
	all, err := contactcenter.PresencesWhere(c.Tx, in.Deleted)
	if err != nil {
		return nil, err
	}
	views := []*view{}
	for _, d := range handlers.Cut(all, p) {
		views = append(views, render(d, in.Locale))
	}
	return handlers.NewListing(c, views, p, len(all)), nil
}

type definitionRef struct {
	ID     string `param:"presenceId"`
	Locale string `query:"localeCode"`
}

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
	Deactivated    *bool             `json:"deactivated"`
}

// store puts p with what the body says of it. That it is primary is ignored:
// only the system's are.
func (b *definitionBody) store(c *handlers.Call, p *contactcenter.Presence) (*view, error) {
	change := contactcenter.PresenceChange{Labels: b.LanguageLabels, System: b.SystemPresence, Deactivated: b.Deactivated}
	if err := change.ApplyTo(p); err != nil {
		return nil, err
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
		ID: c.NewID(), DivisionID: contactcenter.AllDivisions, Created: clock.At(c.Now()), CreatedBy: c.Caller.Ref().ID,
	})
}

type definitionChange struct {
	ID   string         `param:"presenceId"`
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
	ID string `param:"presenceId"`
}

// remove deactivates, as the newer operation does.
func (f *Family) remove(_ context.Context, c *handlers.Call, in removeInput) (handlers.None, error) {
	p, err := contactcenter.OwnPresence(c.Tx, in.ID)
	if err != nil {
		return handlers.None{}, err
	}
	p.Deactivated, p.Modified, p.ModifiedBy = true, clock.At(c.Now()), c.Caller.Ref().ID
	return handlers.None{}, contactcenter.Presences.Put(c.Tx, p)
}
