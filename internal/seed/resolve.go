package seed

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/integration"
)

// nameOrg is an organization with every name resolved. Times are missing:
// they are known when it is applied.
type organization struct {
	org       identity.Org
	divisions []*identity.Division
	roles     []*identity.Role
	groups    []*identity.Group
	members   map[string][]*identity.User // by the id of the group
	users     []*identity.User
	clients   []*identity.Client
	providers []*identity.Provider
	grants    []grant
	routing   routing

	integrationTypes []*integration.Type
	integrations     []installed
	collections      []collectionEntry
	known            map[string]names // by the path of a collection that a family keeps
	credentials      []Credential
}

type grant struct {
	subject identity.Subject
	pair    identity.Pair
}

// resolver turns the entries of one organization into its nouns.
type resolver struct {
	*organization
	from        *document
	digest      string // of the fixtures
	defaults    []*identity.Role
	ids         map[string]place // of every organization: clients are found by id alone
	home        string           // id of the home division
	divisionIDs names
	roleIDs     names
	groupIDs    names
	userIDs     names
	clientIDs   names
}

// resolve merges the documents and resolves their names. The digest is that of
// the sources.
func resolve(entries []*document, digest string) (*Document, error) {
	merged, err := merge(entries)
	if err != nil {
		return nil, err
	}
	defaults, err := DefaultRoles()
	if err != nil {
		return nil, err
	}
	d := &Document{digest: digest}
	if err := d.resolveStubs(entries); err != nil {
		return nil, err
	}
	ids, shortNames := make(map[string]place), make(names)
	for _, entry := range merged {
		r := &resolver{organization: &organization{known: make(map[string]names), collections: entry.collections}, from: entry, digest: digest, defaults: defaults, ids: ids}
		if err := r.resolve(shortNames); err != nil {
			return nil, err
		}
		d.organizations = append(d.organizations, r.organization)
		if err := d.chooseEnvironment(r); err != nil {
			return nil, err
		}
	}
	return d, nil
}

func (r *resolver) resolve(shortNames names) error {
	steps := []func() error{
		func() error { return r.nameOrg(shortNames) },
		r.resolveDivisions, r.resolveRoles, r.resolveUsers, r.resolveGroups, r.resolveClients, r.resolveProviders, r.resolveRouting, r.resolveIntegrationTypes, r.resolveIntegrations,
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// names maps the names of one kind of thing, whatever their case, to ids.
type names map[string]named

type named struct {
	place
	id, name string
}

// namesOf starts the names of a collection that a family keeps.
func (r *resolver) namesOf(path string) names {
	r.known[path] = make(names)
	return r.known[path]
}

// identify enters a name and returns the id: the one that the fixture gives, or
// the one derived from the name.
func (r *resolver) identify(kind string, into names, name, given text) (string, error) {
	folded := identity.Fold(name.s)
	if before, twice := into[folded]; twice {
		return "", name.fail("there is a %s %q already in %s", kind, before.name, before.where())
	}
	id, at := given.s, given.place
	if id == "" {
		id, at = DeriveID(r.org.Name, kind, name.s), name.place
	}
	if before, taken := r.ids[id]; taken {
		return "", at.fail("the id %s is taken already in %s", id, before.where())
	}
	r.ids[id] = at
	into[folded] = named{name.place, id, name.s}
	return id, nil
}

func (r *resolver) nameOrg(shortNames names) error {
	o := &r.from.organization
	r.org = identity.Org{
		Name:               o.name.s,
		ThirdPartyOrgName:  cmp.Or(o.shortName.s, slug(o.name.s)),
		Domain:             o.domain.s,
		DefaultLanguage:    cmp.Or(o.language.s, "en-us"),
		DefaultCountryCode: cmp.Or(o.countryCode.s, "US"),
		State:              "active",
		Version:            1,
		VoicemailEnabled:   true,
		ProductPlatform:    cmp.Or(o.platform.s, "GenesysCloud"),
		Settings: identity.Settings{
			EnforceScopes:      r.from.settings.enforceScopes.on,
			ExpandWildcards:    r.from.settings.expandWildcards.on,
			GrantDivisionAware: r.from.settings.grantDivisionAware.on,
		},
	}
	at := o.shortName
	if at.s == "" {
		at = text{o.name.place, r.org.ThirdPartyOrgName}
	}
	if before, twice := shortNames[at.s]; twice {
		return at.fail("the short name %q is taken already in %s", at.s, before.where())
	}
	shortNames[at.s] = named{place: at.place}
	var err error
	r.org.ID, err = r.identify("organization", make(names), o.name, o.id)
	return err
}

// slug is a short name for an organization that was given none.
func slug(name string) string {
	s := strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			return c
		}
		return '-'
	}, identity.Fold(name))
	return cmp.Or(strings.Trim(s, "-"), "organization")
}

func (r *resolver) resolveDivisions() error {
	var home *divisionEntry
	for i := range r.from.divisions {
		if e := &r.from.divisions[i]; e.home.on {
			if home != nil {
				return e.home.fail("is true for %q already (%s); there is one home division", home.name.s, home.where())
			}
			home = e
		}
	}
	r.divisionIDs = r.namesOf(divisionsPath)
	if home == nil {
		if err := r.addHome(); err != nil {
			return err
		}
	}
	for i := range r.from.divisions {
		e := &r.from.divisions[i]
		if err := r.addDivision(e, e == home); err != nil {
			return err
		}
	}
	return nil
}

// addHome adds the home division of a fixture that has none, as every real
// organization has it (facts: authorization.md §6.1).
func (r *resolver) addHome() error {
	name := text{r.from.organization.name.place, "Home"}
	for i := range r.from.divisions {
		if e := &r.from.divisions[i]; identity.Fold(e.name.s) == "home" {
			return e.name.fail("is the name of the home division; say home: true")
		}
	}
	return r.addDivision(&divisionEntry{place: name.place, name: name, description: text{name.place, "Default Division"}}, true)
}

func (r *resolver) addDivision(e *divisionEntry, home bool) error {
	if e.name.s == every {
		return e.name.fail("%q means every division and cannot be a name", every)
	}
	id, err := r.identify("division", r.divisionIDs, e.name, e.id)
	if err != nil {
		return err
	}
	if home {
		r.home = id
	}
	r.divisions = append(r.divisions, &identity.Division{ID: id, Name: e.name.s, Description: e.description.s, Home: home})
	return nil
}

func (r *resolver) resolveRoles() error {
	r.roleIDs = r.namesOf("/authorization/roles")
	if err := r.addDefaultRoles(); err != nil {
		return err
	}
	for i := range r.from.roles {
		e := &r.from.roles[i]
		role := &identity.Role{Name: e.name.s, Description: e.description.s}
		for _, p := range e.permissions {
			if err := permit(role, p.s); err != nil {
				return p.fail("%s", err)
			}
		}
		if err := r.addRole(role, e.name, e.id); err != nil {
			return err
		}
	}
	return nil
}

func (r *resolver) addRole(role *identity.Role, name, id text) error {
	if name.s == every {
		return name.fail("%q means every role and cannot be a name", every)
	}
	var err error
	role.ID, err = r.identify("role", r.roleIDs, name, id)
	r.roles = append(r.roles, role)
	return err
}

// addDefaultRoles adds the default roles that the organization has.
func (r *resolver) addDefaultRoles() error {
	choice := &r.from.defaultRoles
	if !choice.set || choice.all {
		for _, role := range r.defaults {
			if err := r.addDefaultRole(role, place{path: "the default roles"}); err != nil {
				return err
			}
		}
		return nil
	}
	for _, name := range choice.names {
		i := slices.IndexFunc(r.defaults, func(role *identity.Role) bool { return identity.Fold(role.Name) == identity.Fold(name.s) })
		if i < 0 {
			return name.fail("there is no default role %q; there are %s", shorten(name.s), roleNames(r.defaults))
		}
		if err := r.addDefaultRole(r.defaults[i], name.place); err != nil {
			return err
		}
	}
	return nil
}

// addDefaultRole adds a copy, since the definitions serve every organization.
func (r *resolver) addDefaultRole(definition *identity.Role, at place) error {
	role := *definition
	return r.addRole(&role, text{at, role.Name}, text{})
}

func roleNames(roles []*identity.Role) string {
	names := make([]string, len(roles))
	for i, role := range roles {
		names[i] = role.Name
	}
	return strings.Join(names, ", ")
}
