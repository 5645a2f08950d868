package routing

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/contactcenter"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// codeView is the schema WrapupCode.
type codeView struct {
	ID           string            `json:"id"`
	Name         string            `json:"name"`
	Division     contactcenter.Ref `json:"division"`
	Description  string            `json:"description,omitempty"`
	DateCreated  *clock.Time       `json:"dateCreated,omitempty"`
	DateModified *clock.Time       `json:"dateModified,omitempty"`
	ModifiedBy   string            `json:"modifiedBy,omitempty"`
	CreatedBy    string            `json:"createdBy,omitempty"`
	SelfURI      string            `json:"selfUri"`
}

func viewCode(c *handlers.Call, w *contactcenter.WrapupCode) *codeView {
	v := &codeView{
		ID: w.ID, Name: w.Name, Description: w.Description,
		Division:    contactcenter.Ref{ID: w.DivisionID},
		DateCreated: w.Created, DateModified: w.Modified, CreatedBy: w.CreatedBy, ModifiedBy: w.ModifiedBy,
		SelfURI: "/api/v2/routing/wrapupcodes/" + w.ID,
	}
	if w.DivisionID != contactcenter.AllDivisions {
		v.Division.Name = identity.DivisionName(c.Tx, w.DivisionID)
		v.Division.SelfURI = "/api/v2/authorization/divisions/" + w.DivisionID
	}
	return v
}

func viewCodes(c *handlers.Call, codes []*contactcenter.WrapupCode) []*codeView {
	views := make([]*codeView, len(codes))
	for i, w := range codes {
		views[i] = viewCode(c, w)
	}
	return views
}

type codeList struct {
	SortBy       string   `query:"sortBy"`
	SortOrder    string   `query:"sortOrder"`
	Name         string   `query:"name"`
	IDs          []string `query:"id"`
	Divisions    []string `query:"divisionId"`
	IncludeState string   `query:"includeState"`
}

// wrapupCodes is the listing of wrap-up codes, and that of the division views.
// Codes of every division are seen by whoever may see any. Of deleted codes
// nothing is kept.
func (f *Family) wrapupCodes(_ context.Context, c *handlers.Call, in codeList) (*handlers.Listing[*codeView], error) {
	p, err := handlers.PageOf(c, maxPage)
	if err != nil {
		return nil, err
	}
	if _, _, exclusive := c.Operation.ErrorCode("name.and.id.specified"); exclusive && in.Name != "" && len(in.IDs) > 0 {
		return nil, c.Documented(http.StatusBadRequest, "name.and.id.specified").OnField("name")
	}
	if strings.EqualFold(in.IncludeState, "Deleted") {
		return handlers.NewListing(c, []*codeView{}, p, 0), nil
	}
	keep, err := in.filter(c)
	if err != nil {
		return nil, err
	}
	s := selection[*contactcenter.WrapupCode]{
		index: "name", reverse: descending(in.SortOrder), keep: keep,
		few: fewOf(c.Tx, &contactcenter.WrapupCodes, in.IDs, in.Name),
		compare: func(a, b *contactcenter.WrapupCode) int {
			return strings.Compare(contactcenter.NameKey(a.Name), contactcenter.NameKey(b.Name))
		},
	}
	if strings.EqualFold(in.SortBy, "id") {
		s.index = ""
		s.compare = func(a, b *contactcenter.WrapupCode) int { return strings.Compare(a.ID, b.ID) }
	}
	codes, total, err := list(c.Tx, &contactcenter.WrapupCodes, s, p)
	if err != nil {
		return nil, err
	}
	return handlers.NewListing(c, viewCodes(c, codes), p, total), nil
}

// filter returns nil where the caller sees everything.
func (in *codeList) filter(c *handlers.Call) (func(*contactcenter.WrapupCode) bool, error) {
	seen, err := sightOf(c, in.Divisions)
	if err != nil {
		return nil, err
	}
	if seen.everywhere && in.Name == "" && len(in.IDs) == 0 {
		return nil, nil
	}
	ofAll := len(in.Divisions) == 0 || slices.Contains(in.Divisions, contactcenter.AllDivisions)
	return func(w *contactcenter.WrapupCode) bool {
		return (seen.in(w.DivisionID) || ofAll && w.DivisionID == contactcenter.AllDivisions) &&
			(in.Name == "" || named(w.Name, in.Name)) &&
			(len(in.IDs) == 0 || slices.Contains(in.IDs, w.ID))
	}, nil
}

type codeRef struct {
	ID string `param:"codeId"`
}

// findCode returns the shared wrap-up code.
func findCode(c *handlers.Call, id string) (*contactcenter.WrapupCode, error) {
	if err := checkID(c, id); err != nil {
		return nil, err
	}
	w, err := contactcenter.WrapupCodes.Peek(c.Tx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, missing(c, id, "wrapupCode")
	}
	return w, err
}

func (f *Family) wrapupCode(_ context.Context, c *handlers.Call, in codeRef) (*codeView, error) {
	w, err := findCode(c, in.ID)
	if err != nil {
		return nil, err
	}
	if w.DivisionID != contactcenter.AllDivisions {
		if err := c.RequireWithin(w.DivisionID); err != nil {
			return nil, err
		}
	}
	return viewCode(c, w), nil
}

type codeBody struct {
	Name        string     `json:"name"`
	Description string     `json:"description"`
	Division    *reference `json:"division"`
}

// division is the division that is named, or "".
func (b *codeBody) division(c *handlers.Call) (string, error) {
	if b.Division == nil || b.Division.ID == "" {
		return "", nil
	}
	if b.Division.ID == contactcenter.AllDivisions {
		return contactcenter.AllDivisions, nil
	}
	return divisionFor(c, b.Division.ID)
}

// store puts the code with what the body says of it.
func (b *codeBody) store(c *handlers.Call, w *contactcenter.WrapupCode) error {
	if !contactcenter.ValidName(b.Name) {
		return c.Documented(http.StatusBadRequest, "invalid.name").OnField("name")
	}
	w.Name, w.Description, w.Modified, w.ModifiedBy = b.Name, b.Description, clock.At(c.Now()), by(c)
	err := contactcenter.WrapupCodes.Put(c.Tx, w)
	if errors.Is(err, store.ErrExists) {
		return c.Documented(http.StatusBadRequest, "duplicate.name").OnField("name")
	}
	return err
}

type newCode struct {
	Body codeBody `body:""`
}

// createWrapupCode puts the code in every division unless one is named, as the
// Terraform provider says that the service does.
func (f *Family) createWrapupCode(_ context.Context, c *handlers.Call, in newCode) (*codeView, error) {
	division, err := in.Body.division(c)
	if err != nil {
		return nil, err
	}
	if division == "" {
		division = contactcenter.AllDivisions
	}
	if err := c.RequireWithin(division); err != nil {
		return nil, err
	}
	w := &contactcenter.WrapupCode{ID: c.NewID(), DivisionID: division, Created: clock.At(c.Now()), CreatedBy: by(c)}
	if err := in.Body.store(c, w); err != nil {
		return nil, err
	}
	return viewCode(c, w), nil
}

type codeChange struct {
	ID   string   `param:"codeId"`
	Body codeBody `body:""`
}

func (f *Family) replaceWrapupCode(_ context.Context, c *handlers.Call, in codeChange) (*codeView, error) {
	old, err := findCode(c, in.ID)
	if err != nil {
		return nil, err
	}
	if err := c.RequireWithin(old.DivisionID); err != nil {
		return nil, err
	}
	w := *old
	division, err := in.Body.division(c)
	if err != nil {
		return nil, err
	}
	if division != "" && division != w.DivisionID {
		if err := c.RequireWithin(division); err != nil {
			return nil, err
		}
		w.DivisionID = division
	}
	if err := in.Body.store(c, &w); err != nil {
		return nil, err
	}
	return viewCode(c, &w), nil
}

func (f *Family) removeWrapupCode(_ context.Context, c *handlers.Call, in codeRef) (handlers.None, error) {
	w, err := findCode(c, in.ID)
	if err != nil {
		return handlers.None{}, err
	}
	if err := c.RequireWithin(w.DivisionID); err != nil {
		return handlers.None{}, err
	}
	return handlers.None{}, contactcenter.DeleteWrapupCode(c.Tx, w.ID)
}
