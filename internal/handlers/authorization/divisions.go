package authorization

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// divisionView is the schema AuthzDivision. Inside a grant in all divisions it
// has no name (authorization.md §7).
type divisionView struct {
	ID           string         `json:"id"`
	Name         string         `json:"name,omitempty"`
	Description  *string        `json:"description,omitempty"`
	HomeDivision bool           `json:"homeDivision"`
	ObjectCounts map[string]int `json:"objectCounts,omitempty"`
	SelfURI      string         `json:"selfUri"`
}

func divisionURI(id string) string { return "/api/v2/authorization/divisions/" + id }

func viewDivision(d *identity.Division) *divisionView {
	return &divisionView{
		ID: d.ID, Name: d.Name, Description: &d.Description, HomeDivision: d.Home, SelfURI: divisionURI(d.ID),
	}
}

type divisionRef struct {
	ID string `param:"divisionId"`
}

type divisionRequest struct {
	ID          string `param:"divisionId"`
	ObjectCount bool   `query:"objectCount"`
}

func (f *Family) division(_ context.Context, c *handlers.Call, in divisionRequest) (*divisionView, error) {
	d, err := identity.DivisionByID(c.Tx, in.ID)
	if err != nil {
		return nil, err
	}
	return f.withCounts(c.Tx, viewDivision(d), in.ObjectCount)
}

func (f *Family) homeDivision(_ context.Context, c *handlers.Call, _ handlers.None) (*divisionView, error) {
	home, err := identity.HomeDivision(c.Tx)
	if err != nil {
		return nil, err
	}
	return viewDivision(home), nil
}

// divisionLimit answers a bare number (authorization.md §6.1).
func (f *Family) divisionLimit(context.Context, *handlers.Call, handlers.None) (int, error) {
	return maxDivisions, nil
}

// divisionBody is what a client can say of a division. That it is the home
// division is ignored (authorization.md §6.1).
type divisionBody struct {
	Name        string `json:"name"`
	Description string `json:"description"`
}

func (b *divisionBody) check() error {
	switch {
	case strings.TrimSpace(b.Name) == "":
		return invalidDivisionName("A division needs a name.")
	case utf8.RuneCountInString(b.Name) > maxNameLength:
		return nameTooLong()
	}
	return nil
}

type newDivision struct {
	Body divisionBody `body:""`
}

func (f *Family) createDivision(_ context.Context, c *handlers.Call, in newDivision) (*divisionView, error) {
	if err := in.Body.check(); err != nil {
		return nil, err
	}
	if err := roomForDivision(c.Tx); err != nil {
		return nil, err
	}
	d := &identity.Division{ID: c.NewID(), Name: in.Body.Name, Description: in.Body.Description}
	if err := identity.Divisions.Insert(c.Tx, d); err != nil {
		return nil, nameTaken(err, divisionExists())
	}
	return viewDivision(d), nil
}

// roomForDivision refuses one more than there may be.
func roomForDivision(tx *store.Tx) error {
	n, err := identity.Divisions.Count(tx)
	if err == nil && n >= maxDivisions {
		err = tooManyDivisions()
	}
	return err
}

// nameTaken turns the store's refusal of a name that is in use into the API's.
func nameTaken(err error, refusal *apierr.Error) error {
	if errors.Is(err, store.ErrExists) {
		return refusal.OnField("name")
	}
	return err
}

type divisionChange struct {
	ID   string       `param:"divisionId"`
	Body divisionBody `body:""`
}

// replaceDivision renames any division, the home division too
// (authorization.md §6.1).
func (f *Family) replaceDivision(_ context.Context, c *handlers.Call, in divisionChange) (*divisionView, error) {
	old, err := identity.DivisionByID(c.Tx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := in.Body.check(); err != nil {
		return nil, err
	}
	changed := *old
	changed.Name, changed.Description = in.Body.Name, in.Body.Description
	if err := identity.Divisions.Put(c.Tx, &changed); err != nil {
		// Guess: the specification lists resource.already.exists for creating only.
		return nil, nameTaken(err, apierr.Conflict("A division with that name already exists."))
	}
	return viewDivision(&changed), nil
}

// deleteDivision keeps the division, so that it can be restored. It refuses while
// anything lives in it: Terraform tries again on that 400 until the objects are
// gone (terraform.md §2). The deprecated force is ignored, since it would leave
// objects in a division that is not there.
//
// Guess: the grants in it are dropped for good.
func (f *Family) deleteDivision(_ context.Context, c *handlers.Call, in divisionRef) (handlers.None, error) {
	d, err := identity.DivisionByID(c.Tx, in.ID)
	if err != nil {
		return handlers.None{}, err
	}
	if d.Home {
		return handlers.None{}, preconditionFailed("The home division cannot be deleted.").About(d.ID, "division")
	}
	for _, kind := range f.kinds() {
		n, err := kind.Count(c.Tx, d.ID)
		if err != nil {
			return handlers.None{}, fmt.Errorf("count %s: %w", kind.Type, err)
		}
		if n > 0 {
			return handlers.None{}, preconditionFailed(
				fmt.Sprintf("Division [%s] still holds objects: %d of type %s. Move or delete them first.", d.Name, n, kind.Type),
			).About(d.ID, "division")
		}
	}
	if err := dropGrants(c.Tx, "division", d.ID); err != nil {
		return handlers.None{}, err
	}
	return handlers.None{}, identity.DeleteDivision(c.Tx, d)
}

// dropGrants removes every grant that names the role or the division, as the
// index says.
func dropGrants(tx *store.Tx, index, id string) error {
	for key := range identity.Grants.KeysBy(tx, index, id) {
		if err := identity.Grants.Delete(tx, key); err != nil {
			return fmt.Errorf("drop grants of %s %s: %w", index, id, err)
		}
	}
	return nil
}
