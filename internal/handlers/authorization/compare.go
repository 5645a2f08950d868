package authorization

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/seed"
	"github.com/mockcloud/mockcloud/internal/store"
)

// roleDifference is the schema DomainOrgRoleDifference.
type roleDifference struct {
	Removed     []identity.Policy `json:"removedPermissionPolicies"` // the default role has them, the other lacks them
	Added       []identity.Policy `json:"addedPermissionPolicies"`
	Same        []identity.Policy `json:"samePermissionPolicies"`
	UserOrgRole *roleView         `json:"userOrgRole"`
	FromDefault *roleView         `json:"roleFromDefault"`
}

type comparison struct {
	LeftID  string `param:"leftRoleId"`
	RightID string `param:"rightRoleId"`
}

// compareRole says how a role differs from a default role as it was at first,
// which is what restoring would make of it: a default role that was changed is
// compared with itself.
func (f *Family) compareRole(_ context.Context, c *handlers.Call, in comparison) (*roleDifference, error) {
	left, err := identity.PeekRole(c.Tx, in.LeftID)
	if err != nil {
		return nil, err
	}
	right, err := defaultRole(c.Tx, in.RightID)
	if err != nil {
		return nil, err
	}
	return compare(left, right)
}

type unsavedComparison struct {
	LeftID  string   `param:"leftRoleId"`
	RightID string   `param:"rightRoleId"`
	Body    roleBody `body:""`
}

// compareUnsavedRole is compareRole for what the left role would be if the body
// were saved. A body without a name means the one that the role has.
func (f *Family) compareUnsavedRole(_ context.Context, c *handlers.Call, in unsavedComparison) (*roleDifference, error) {
	left, err := identity.RoleByID(c.Tx, in.LeftID)
	if err != nil {
		return nil, err
	}
	right, err := defaultRole(c.Tx, in.RightID)
	if err != nil {
		return nil, err
	}
	if in.Body.Name == "" {
		in.Body.Name = left.Name
	}
	if err := in.Body.fill(c, left); err != nil {
		return nil, err
	}
	return compare(left, right)
}

// defaultRole returns a default role of the organization as it was at first.
//
// Guess: besides the id of the role its defaultRoleId will do. Any other role is
// not there.
func defaultRole(tx *store.Tx, id string) (*identity.Role, error) {
	role, err := identity.Roles.Peek(tx, id)
	if errors.Is(err, store.ErrNotFound) {
		role, err = identity.DefaultRole(tx, id)
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	if err == nil && isDefault(role) {
		definitions, err := seed.DefaultRoles()
		if err != nil {
			return nil, err
		}
		for _, d := range definitions {
			if d.DefaultRoleID == role.DefaultRoleID {
				d.ID = role.ID
				return d, nil
			}
		}
	}
	return nil, apierr.NotFound().About(id, "role")
}

// compare compares action by action: a policy that both have with other actions
// is found in several of the lists, each time with the actions that are meant.
//
// Guess: that, and that a wildcard is something else than what it stands for.
func compare(left, right *identity.Role) (*roleDifference, error) {
	own, err := takeApart(left.Policies)
	if err != nil {
		return nil, err
	}
	original, err := takeApart(right.Policies)
	if err != nil {
		return nil, err
	}
	return &roleDifference{
		Removed:     original.where(func(e element) bool { return !own.has[e] }),
		Added:       own.where(func(e element) bool { return !original.has[e] }),
		Same:        own.where(func(e element) bool { return original.has[e] }),
		UserOrgRole: viewRole(left), FromDefault: viewRole(right),
	}, nil
}

// element is one action of a policy. Policies without actions have one that is
// "".
type element struct {
	of     string // the policy without its actions and names, as text
	action string
}

// elements are policies that were taken apart.
type elements struct {
	policies []identity.Policy
	of       []string // the same as in element, of each policy
	has      map[element]bool
}

func takeApart(policies []identity.Policy) (*elements, error) {
	e := &elements{policies: policies, of: make([]string, len(policies)), has: make(map[element]bool)}
	for i := range policies {
		of, err := withoutActions(policies[i])
		if err != nil {
			return nil, err
		}
		e.of[i] = of
		for _, action := range actionsOf(&policies[i]) {
			e.has[element{of, action}] = true
		}
	}
	return e, nil
}

func actionsOf(p *identity.Policy) []string {
	if len(p.ActionSet) == 0 {
		return []string{""}
	}
	return p.ActionSet
}

// withoutActions is what must be equal in two policies for their actions to be
// compared. How conditions are written and how policies are called counts for
// nothing.
func withoutActions(p identity.Policy) (string, error) {
	p.PolicyName, p.PolicyDescription, p.ActionSet = "", "", nil
	p.NamedResources = slices.Sorted(slices.Values(p.NamedResources))
	if len(p.Condition) > 0 {
		decoder := json.NewDecoder(bytes.NewReader(p.Condition))
		decoder.UseNumber()
		var condition any
		if err := decoder.Decode(&condition); err != nil {
			return "", err
		}
		var err error
		if p.Condition, err = json.Marshal(condition); err != nil { // which sorts the keys
			return "", err
		}
	}
	text, err := json.Marshal(p)
	return string(text), err
}

// where returns the policies with just the actions for which keep is true, each
// of them once, and leaves out those that have none.
func (e *elements) where(keep func(element) bool) []identity.Policy {
	found := []identity.Policy{}
	seen := make(map[element]bool)
	for i, p := range e.policies {
		var actions []string
		kept := false
		for _, action := range actionsOf(&p) {
			one := element{e.of[i], action}
			if seen[one] || !keep(one) {
				continue
			}
			seen[one], kept = true, true
			if action != "" {
				actions = append(actions, action)
			}
		}
		if kept {
			p.ActionSet = actions
			found = append(found, p)
		}
	}
	return found
}
