package authorization

import (
	"context"
	"net/http"

	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
)

// deletedDivisions lists by name what can be restored.
func (f *Family) deletedDivisions(_ context.Context, c *handlers.Call, _ handlers.None) (*handlers.Listing[*divisionView], error) {
	p, err := handlers.PageOf(c, maxPageSize)
	if err != nil {
		return nil, err
	}
	divisions, total, err := handlers.Select(c.Tx, &identity.DeletedDivisions, "name", false, p, nil)
	if err != nil {
		return nil, err
	}
	views := make([]*divisionView, len(divisions))
	for i, d := range divisions {
		views[i] = viewDivision(d)
	}
	return handlers.NewListing(c, views, p, total), nil
}

type divisionRestoring struct {
	ID   string `param:"divisionId"`
	Body struct {
		Name        *string `json:"name"`
		Description *string `json:"description"`
	} `body:""`
}

// restoreDivision brings a deleted division back under its id. It is empty: the
// grants in it were dropped when it was deleted, and objects were never left.
//
// Guess: name and description stay what they were unless they are given anew.
func (f *Family) restoreDivision(_ context.Context, c *handlers.Call, in divisionRestoring) (*divisionView, error) {
	if identity.Divisions.Has(c.Tx, in.ID) {
		return nil, c.Documented(http.StatusConflict, "resource.already.exists").About(in.ID, "division")
	}
	deleted, err := identity.DeletedDivisionByID(c.Tx, in.ID)
	if err != nil {
		return nil, err
	}
	said := divisionBody{Name: deleted.Name, Description: deleted.Description}
	if in.Body.Name != nil {
		said.Name = *in.Body.Name
	}
	if in.Body.Description != nil {
		said.Description = *in.Body.Description
	}
	if err := said.check(); err != nil {
		return nil, err
	}
	if err := roomForDivision(c.Tx); err != nil {
		return nil, err
	}
	restored := &identity.Division{ID: deleted.ID, Name: said.Name, Description: said.Description}
	if err := identity.RestoreDivision(c.Tx, restored); err != nil {
		return nil, nameTaken(err, divisionExists())
	}
	return viewDivision(restored), nil
}
