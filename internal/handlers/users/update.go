package users

import (
	"context"
	"fmt"
	"net/http"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/contactcenter"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

type updateInput struct {
	ID      string  `param:"userId"`
	Changes changes `body:""`
}

// changes is the schema UpdateUser without the parts that are kept as sent.
// manager is a string id here, other than in answers.
type changes struct {
	Name          *string `json:"name"`
	Email         *string `json:"email"`
	Username      *string `json:"username"`
	PreferredName *string `json:"preferredName"`
	Department    *string `json:"department"`
	Title         *string `json:"title"`
	Manager       *string `json:"manager"`
	AcdAutoAnswer *bool   `json:"acdAutoAnswer"`
	State         *string `json:"state"`
	Version       *int    `json:"version"`
}

// update is patchUser. Where a state is sent, it is all that changes, and the
// version may be absent; this is how a deleted user is restored. Otherwise what
// is sent replaces what was there, and the version is required (facts:
// authorization.md §10, terraform.md §3).
func (f *Family) update(_ context.Context, c *handlers.Call, in updateInput) (*view, error) {
	if err := in.Changes.check(); err != nil {
		return nil, err
	}
	u, err := find(c, in.ID)
	if err != nil {
		return nil, err
	}
	if err := c.RequireIn(u.DivisionID); err != nil {
		return nil, err
	}
	if u.State == identity.UserDeleted && in.Changes.State == nil {
		return nil, notFound(c, in.ID)
	}
	if err := checkVersion(u, in.Changes.Version); err != nil {
		return nil, err
	}
	if in.Changes.State != nil {
		if err := enter(c, u, *in.Changes.State, ""); err != nil {
			return nil, err
		}
	} else if err := in.Changes.apply(c, u); err != nil {
		return nil, err
	}
	u.Version++
	if err := save(c, u); err != nil {
		return nil, err
	}
	if in.Changes.Name != nil {
		if err := contactcenter.Rename(c.Tx, u.ID, u.Name); err != nil {
			return nil, err
		}
		if err := identity.RenameMember(c.Tx, u.ID, u.Name); err != nil {
			return nil, err
		}
	}
	return newRenderer(c, nil).view(u)
}

// check looks at what can be judged without the user.
func (ch *changes) check() error {
	if ch.State != nil {
		return checkState(*ch.State)
	}
	if ch.Version == nil {
		return missing("version")
	}
	if ch.Name != nil {
		if err := checkName(*ch.Name); err != nil {
			return err
		}
	}
	if ch.Email != nil {
		return checkEmail(*ch.Email)
	}
	return nil
}

func (ch *changes) apply(c *handlers.Call, u *identity.User) error {
	if ch.Manager != nil {
		if err := checkManager(c.Tx, u, *ch.Manager); err != nil {
			return err
		}
	}
	if ch.Email != nil && u.Username == u.Email {
		u.Username = "" // it was the address, and follows it
	}
	handlers.Replace(&u.Name, ch.Name)
	handlers.Replace(&u.Email, ch.Email)
	handlers.Replace(&u.Username, ch.Username)
	handlers.Replace(&u.PreferredName, ch.PreferredName)
	handlers.Replace(&u.Department, ch.Department)
	handlers.Replace(&u.Title, ch.Title)
	handlers.Replace(&u.ManagerID, ch.Manager)
	handlers.Replace(&u.AcdAutoAnswer, ch.AcdAutoAnswer)
	return keep(u, c.Input.Body, profileAddresses, profileChat, profileImages, profileCertifications,
		profileBiography, profileEmployerInfo, profileSkills, profileLocations)
}

// checkManager lets "" pass, which means none.
func checkManager(tx *store.Tx, u *identity.User, id string) error {
	switch id {
	case "":
		return nil
	case u.ID:
		return invalid("manager", "A user cannot be their own manager.")
	}
	manager, err := peek(tx, id)
	if err != nil {
		return err
	}
	if manager == nil || manager.State == identity.UserDeleted {
		return invalid("manager", fmt.Sprintf("There is no user with the id [%.100s].", id))
	}
	return nil
}

// checkVersion refuses a change that was made on another version than the
// stored one. Clients look for these words (facts: terraform.md §1).
func checkVersion(u *identity.User, sent *int) error {
	if sent != nil && *sent != u.Version {
		return conflict("The version supplied does not match the current version of the user").OnField("version")
	}
	return nil
}

// missing is the refusal of a body without a field that it needs.
func missing(field string) *apierr.Error {
	return apierr.New(http.StatusBadRequest, "constraint.validation", "The "+field+" is required.").OnField(field)
}
