package seed

import (
	"slices"

	"github.com/mockcloud/mockcloud/internal/identity"
)

// merge joins the documents about one organization, in the order in which the
// organizations first appear. Lists add up. What is one thing, such as the
// organization's id, may be said again but not otherwise.
func merge(documents []*document) ([]*document, error) {
	var merged []*document
	byName := make(map[string]*document)
	for _, d := range documents {
		name := identity.Fold(d.organization.name.s)
		into, known := byName[name]
		if !known {
			byName[name] = d
			merged = append(merged, d)
			continue
		}
		if err := into.add(d); err != nil {
			return nil, err
		}
	}
	return merged, nil
}

func (d *document) add(more *document) error {
	for _, pair := range []struct{ into, from *text }{
		{&d.organization.id, &more.organization.id},
		{&d.organization.shortName, &more.organization.shortName},
		{&d.organization.domain, &more.organization.domain},
		{&d.organization.countryCode, &more.organization.countryCode},
		{&d.organization.language, &more.organization.language},
		{&d.organization.platform, &more.organization.platform},
		{&d.environment.client, &more.environment.client},
		{&d.environment.user, &more.environment.user},
	} {
		if err := pair.into.settle(pair.from); err != nil {
			return err
		}
	}
	for _, pair := range []struct{ into, from *flag }{
		{&d.settings.enforceScopes, &more.settings.enforceScopes},
		{&d.settings.expandWildcards, &more.settings.expandWildcards},
		{&d.settings.grantDivisionAware, &more.settings.grantDivisionAware},
		{&d.settings.testIdentityProvider, &more.settings.testIdentityProvider},
	} {
		if err := pair.into.settle(pair.from); err != nil {
			return err
		}
	}
	if err := d.defaultRoles.settle(&more.defaultRoles); err != nil {
		return err
	}
	d.divisions = append(d.divisions, more.divisions...)
	d.roles = append(d.roles, more.roles...)
	d.groups = append(d.groups, more.groups...)
	d.users = append(d.users, more.users...)
	d.clients = append(d.clients, more.clients...)
	d.routingEntries.add(&more.routingEntries)
	d.integrations = append(d.integrations, more.integrations...)
	d.integrationTypes = append(d.integrationTypes, more.integrationTypes...)
	d.collections = append(d.collections, more.collections...)
	return nil
}

func (t *text) settle(more *text) error {
	if more.s == "" || more.s == t.s {
		return nil
	}
	if t.s != "" {
		return more.fail("is %q here and %q in %s", shorten(more.s), shorten(t.s), t.where())
	}
	*t = *more
	return nil
}

func (f *flag) settle(more *flag) error {
	if !more.set {
		return nil
	}
	if f.set && f.on != more.on {
		return more.fail("is %t here and %t in %s", more.on, f.on, f.where())
	}
	*f = *more
	return nil
}

func (r *defaultRolesEntry) settle(more *defaultRolesEntry) error {
	if !more.set {
		return nil
	}
	same := func(a, b text) bool { return a.s == b.s }
	if r.set && (r.all != more.all || !slices.EqualFunc(r.names, more.names, same)) {
		return more.fail("are others than in %s", r.where())
	}
	*r = *more
	return nil
}
