package seed

import (
	"fmt"
	"time"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/outbound"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Apply writes every organization into its own space, as if it had come into
// being at now. An organization that is there already is an error, and the
// transaction must then be given up. Stubs, which belong to no organization, take
// the place of those that were there.
func (d *Document) Apply(tx *store.Tx, now time.Time) error {
	if err := outbound.SeedStubs(tx, d.stubs); err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	for _, o := range d.organizations {
		if err := o.apply(tx.In(o.org.ID), clock.At(now)); err != nil {
			return fmt.Errorf("seed organization %s: %w", o.org.Name, err)
		}
	}
	return nil
}

// apply stores copies of what gets a date: the document stays as it is.
func (o *organization) apply(tx *store.Tx, now *clock.Time) error {
	if err := identity.Orgs.Insert(tx, &o.org); err != nil {
		return err
	}
	for _, division := range o.divisions {
		if err := identity.Divisions.Insert(tx, division); err != nil {
			return fmt.Errorf("division %s: %w", division.Name, err)
		}
	}
	for _, role := range o.roles {
		if err := identity.Roles.Insert(tx, role); err != nil {
			return fmt.Errorf("role %s: %w", role.Name, err)
		}
	}
	for _, u := range o.users {
		user := *u
		user.Created = now
		if err := identity.Users.Insert(tx, &user); err != nil {
			return fmt.Errorf("user %s: %w", user.Email, err)
		}
	}
	for _, g := range o.groups {
		group := *g
		group.Modified = now
		for _, u := range o.members[g.ID] {
			if _, err := group.Join(tx, u); err != nil {
				return fmt.Errorf("member %s of group %s: %w", u.Email, group.Name, err)
			}
		}
		if err := identity.Groups.Insert(tx, &group); err != nil {
			return fmt.Errorf("group %s: %w", group.Name, err)
		}
	}
	for _, c := range o.clients {
		client := *c
		client.Created.At, client.Modified.At = now, now
		if err := identity.Clients.Insert(tx, &client); err != nil {
			return fmt.Errorf("client %s: %w", client.Name, err)
		}
	}
	for _, p := range o.providers {
		if err := identity.Providers.Insert(tx, p); err != nil {
			return fmt.Errorf("identity provider %s: %w", p.Name, err)
		}
	}
	for _, g := range o.grants {
		if err := identity.Give(tx, g.subject, g.pair, now); err != nil {
			return fmt.Errorf("grant to %s: %w", g.subject.ID, err)
		}
	}
	if err := applyIntegrationTypes(tx, o.integrationTypes); err != nil {
		return err
	}
	if err := o.applyIntegrations(tx, now); err != nil {
		return err
	}
	return o.routing.apply(tx, now)
}
