package groups

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// body is what the schemas GroupCreate and GroupUpdate have in common. What is
// absent from an update stays as it is.
type body struct {
	Name          *string                 `json:"name"`
	Description   *string                 `json:"description"`
	Visibility    *string                 `json:"visibility"`
	RulesVisible  *bool                   `json:"rulesVisible"`
	RolesEnabled  *bool                   `json:"rolesEnabled"`
	CallsEnabled  *bool                   `json:"callsEnabled"`
	IncludeOwners *bool                   `json:"includeOwners"`
	OwnerIDs      []string                `json:"ownerIds"`
	Addresses     []identity.GroupContact `json:"addresses"`
	Images        []identity.GroupImage   `json:"images"`
}

type createInput struct {
	Body struct {
		body
		Type string `json:"type"`
	} `body:""`
}

// create is postGroups.
//
// Guess: roles are enabled unless the request says otherwise, since older clients
// that grant roles to their groups never did.
func (f *Family) create(_ context.Context, c *handlers.Call, in createInput) (*identity.GroupView, error) {
	g := &identity.Group{ID: c.NewID(), Type: in.Body.Type, State: identity.GroupActive, RolesEnabled: true}
	if err := in.Body.apply(c, g); err != nil {
		return nil, err
	}
	if err := save(c, g); err != nil {
		return nil, err
	}
	return g.View(c.Tx)
}

type updateInput struct {
	ID   string `param:"groupId"`
	Body struct {
		body
		State   *string `json:"state"`
		Version *int    `json:"version"`
	} `body:""`
}

// update is putGroup. The type of a group cannot change. What its members inherit
// follows rolesEnabled at once; the grants stay, and count again when it is
// switched on.
func (f *Family) update(_ context.Context, c *handlers.Call, in updateInput) (*identity.GroupView, error) {
	if in.Body.Version == nil { // the specification lets the whole body be absent
		return nil, apierr.New(http.StatusBadRequest, "constraint.validation", "The version is required.").OnField("version")
	}
	g, err := find(c, in.ID)
	if err != nil {
		return nil, err
	}
	if *in.Body.Version != g.Version {
		return nil, stale("Resource conflict - Unexpected version was provided")
	}
	if state := in.Body.State; state != nil {
		if *state == identity.UserDeleted {
			return nil, invalid("state", "To delete a group, use DELETE /api/v2/groups/{groupId}.")
		}
		g.State = *state
	}
	if err := in.Body.apply(c, g); err != nil {
		return nil, err
	}
	if err := save(c, g); err != nil {
		return nil, err
	}
	return g.View(c.Tx)
}

// stale is the 409 for a change that was made on another version than the stored
// one.
func stale(message string) *apierr.Error {
	return apierr.New(http.StatusConflict, "general.conflict", message).OnField("version")
}

// apply changes the group to what the body says.
func (b *body) apply(c *handlers.Call, g *identity.Group) error {
	if b.Name != nil {
		if err := checkName(c, g, *b.Name); err != nil {
			return err
		}
		g.Name = *b.Name
	}
	if b.Visibility != nil {
		g.Visibility = *b.Visibility
		if g.Visibility == "ownerIds" { // the specification's word in updates
			g.Visibility = identity.GroupOwners
		}
	}
	if b.OwnerIDs != nil {
		var err error
		if g.OwnerIDs, err = owners(c.Tx, b.OwnerIDs); err != nil {
			return err
		}
	}
	if b.Addresses != nil {
		for i, a := range b.Addresses {
			if a.Address == "" && a.Extension == "" {
				return invalid("addresses", fmt.Sprintf("The address %d has neither a number nor an extension.", i+1))
			}
		}
		g.Addresses = b.Addresses
	}
	if b.Images != nil {
		g.Images = b.Images
	}
	handlers.Replace(&g.Description, b.Description)
	handlers.Replace(&g.RulesVisible, b.RulesVisible)
	handlers.Replace(&g.RolesEnabled, b.RolesEnabled)
	handlers.Replace(&g.CallsEnabled, b.CallsEnabled)
	handlers.Replace(&g.IncludeOwners, b.IncludeOwners)
	return nil
}

// checkName refuses blank names and those of other groups, whatever their case.
func checkName(c *handlers.Call, g *identity.Group, name string) error {
	if strings.TrimSpace(name) == "" {
		return invalid("name", "The name must not be blank.")
	}
	for other, err := range identity.GroupsNamed(c.Tx, name) {
		if err != nil {
			return err
		}
		if other.ID != g.ID {
			return apierr.New(http.StatusBadRequest, "group.name.in.use", "This group name is currently in use.").OnField("name")
		}
	}
	return nil
}

// owners are users who are there. Terraform sends one blank where it means none
// (facts: terraform.md §3).
func owners(tx *store.Tx, ids []string) ([]string, error) {
	var owners []string
	seen := make(map[string]bool)
	for _, id := range ids {
		if strings.TrimSpace(id) == "" || seen[id] {
			continue
		}
		seen[id] = true
		switch u, err := user(tx, id); {
		case err != nil:
			return nil, err
		case u == nil:
			return nil, invalid("ownerIds", fmt.Sprintf("There is no user with the id [%.100s].", id))
		}
		owners = append(owners, id)
	}
	return owners, nil
}

// user returns the shared user, or nil where there is none who could belong to a
// group.
func user(tx *store.Tx, id string) (*identity.User, error) {
	u, err := identity.Users.Peek(tx, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && u.State == identity.UserDeleted {
		return nil, nil
	}
	return u, err
}
