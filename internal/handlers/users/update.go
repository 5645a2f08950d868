package users

import (
	"context"
	"net/http"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/directory"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
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
		if err := directory.Enter(c.Tx, u, *in.Changes.State, "", clock.At(c.Now())); err != nil {
			return nil, err
		}
	} else if err := in.Changes.apply(c, u); err != nil {
		return nil, err
	}
	u.Touch(clock.At(c.Now()))
	if err := save(c, u); err != nil {
		return nil, err
	}
	if in.Changes.Name != nil {
		if err := directory.Renamed(c.Tx, u); err != nil {
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
		if err := directory.CheckName(*ch.Name); err != nil {
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
		if err := directory.CheckManager(c.Tx, u, *ch.Manager); err != nil {
			return err
		}
	}
	handlers.Replace(&u.Name, ch.Name)
	if ch.Email != nil {
		u.SetEmail(*ch.Email)
	}
	handlers.Replace(&u.Username, ch.Username)
	handlers.Replace(&u.PreferredName, ch.PreferredName)
	handlers.Replace(&u.Department, ch.Department)
	handlers.Replace(&u.Title, ch.Title)
	handlers.Replace(&u.ManagerID, ch.Manager)
	handlers.Replace(&u.AcdAutoAnswer, ch.AcdAutoAnswer)
	return keep(u, c.Input.Body, profileAddresses, profileChat, profileImages, profileCertifications,
		profileBiography, profileEmployerInfo, profileSkills, profileLocations)
}

// missing is the refusal of a body without a field that it needs.
func missing(field string) *apierr.Error {
	return apierr.New(http.StatusBadRequest, "constraint.validation", "The "+field+" is required.").OnField(field)
}
