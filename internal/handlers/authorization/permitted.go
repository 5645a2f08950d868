package authorization

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/internal/store"
)

// permittedListing is the schema DivsPermittedEntityListing.
type permittedListing struct {
	*handlers.Listing[*divisionView]
	All bool `json:"allDivsPermitted"`
}

type barePermitted struct {
	Name       string `query:"name"`
	Permission string `query:"permission"`
}

// permittedToMe is the deprecated listing without pages.
func (f *Family) permittedToMe(_ context.Context, c *handlers.Call, in barePermitted) ([]*divisionView, error) {
	wanted, err := permissionParam(c, in.Permission)
	if err != nil {
		return nil, err
	}
	everywhere := handlers.Paging{Size: maxDivisions, Number: 1}
	divisions, _, _, err := permitted(c.Tx, c.Caller.Subject(), wanted, everywhere, func(d *identity.Division) bool {
		return matches(d.ID, d.Name, nil, in.Name)
	})
	return divisions, err
}

type pagedPermitted struct {
	Permission string `query:"permission"`
}

func (f *Family) permittedToMePaged(_ context.Context, c *handlers.Call, in pagedPermitted) (*permittedListing, error) {
	wanted, err := permissionParam(c, in.Permission)
	if err != nil {
		return nil, err
	}
	return listPermitted(c, c.Caller.Subject(), wanted)
}

type subjectPermitted struct {
	SubjectID  string `param:"subjectId"`
	Permission string `query:"permission"`
}

// permittedToSubject asks for no permission, as the specification says, and
// answers for groups and OAuth clients too.
func (f *Family) permittedToSubject(_ context.Context, c *handlers.Call, in subjectPermitted) (*permittedListing, error) {
	wanted, err := permissionParam(c, in.Permission)
	if err != nil {
		return nil, err
	}
	s, err := subjectByID(c, in.SubjectID)
	if err != nil {
		return nil, err
	}
	return listPermitted(c, s.Subject, wanted)
}

func permissionParam(c *handlers.Call, text string) (spec.Permission, error) {
	if strings.TrimSpace(text) == "" {
		return spec.Permission{}, c.Documented(http.StatusBadRequest, "missing.permission.param").OnField("permission")
	}
	p, err := spec.ParsePermission(text)
	if err != nil {
		return p, apierr.InvalidQuery("permission", text, "domain:entity:action")
	}
	return p, nil
}

func listPermitted(c *handlers.Call, s identity.Subject, wanted spec.Permission) (*permittedListing, error) {
	p, err := handlers.PageOf(c, maxPageSize)
	if err != nil {
		return nil, err
	}
	views, total, all, err := permitted(c.Tx, s, wanted, p, nil)
	if err != nil {
		return nil, err
	}
	return &permittedListing{Listing: handlers.NewListing(c, views, p, total), All: all}, nil
}

// permitted returns one page of the divisions in which the subject has the
// permission, by name; keep, which may be nil, narrows them.
//
// Guess: where that is every division, all of them are listed. A permission on
// things that live in no division is listed where it was granted.
func permitted(tx *store.Tx, s identity.Subject, wanted spec.Permission, p handlers.Paging, keep func(*identity.Division) bool) (page []*divisionView, total int, all bool, err error) {
	ids, all, err := identity.DivisionsWith(tx, s, wanted.Domain, wanted.Entity, wanted.Action)
	if err != nil {
		return nil, 0, false, err
	}
	var divisions []*identity.Division
	if all {
		divisions, total, err = handlers.Select(tx, &identity.Divisions, "name", false, p, keep)
	} else {
		divisions, err = divisionsNamed(tx, ids, keep)
		total = len(divisions)
		divisions = handlers.Cut(divisions, p)
	}
	if err != nil {
		return nil, 0, false, err
	}
	page = make([]*divisionView, len(divisions))
	for i, d := range divisions {
		page[i] = viewDivision(d)
	}
	return page, total, all, nil
}

// divisionsNamed looks the divisions up and sorts them by name.
func divisionsNamed(tx *store.Tx, ids []string, keep func(*identity.Division) bool) ([]*identity.Division, error) {
	var divisions []*identity.Division
	for _, id := range ids {
		d, err := identity.Divisions.Peek(tx, id)
		switch {
		case errors.Is(err, store.ErrNotFound):
			continue
		case err != nil:
			return nil, err
		}
		if keep == nil || keep(d) {
			divisions = append(divisions, d)
		}
	}
	slices.SortFunc(divisions, func(a, b *identity.Division) int { return cmp.Compare(cursorKey(a), cursorKey(b)) })
	return divisions, nil
}
