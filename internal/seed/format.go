package seed

import (
	"net/url"
	"strings"
	"unicode"

	"github.com/mockcloud/mockcloud/internal/contactcenter"
	"github.com/mockcloud/mockcloud/internal/identity"
)

// The entries of a fixture document as they are written, names not resolved,
// and the keys of each. fixtures/schema.json tells editors the same; a test
// keeps the two in step.

type document struct {
	place
	organization organizationEntry
	settings     settingsEntry
	environment  environmentEntry
	defaultRoles defaultRolesEntry
	divisions    []divisionEntry
	roles        []roleEntry
	groups       []groupEntry
	users        []userEntry
	clients      []clientEntry
	routingEntries
	integrationTypes []integrationTypeEntry
	integrations     []integrationEntry
	stubs            []stubEntry
	include          []text // names of embedded fixtures
	collections      []collectionEntry
}

var documentKeys = []key[document]{
	{"organization", true, func(d *document, v value) error {
		d.organization.place = v.place
		return object(v, &d.organization, organizationKeys)
	}},
	{"settings", false, func(d *document, v value) error { return object(v, &d.settings, settingsKeys) }},
	{"environment", false, func(d *document, v value) error {
		d.environment.place = v.place
		return object(v, &d.environment, environmentKeys)
	}},
	{"defaultRoles", false, func(d *document, v value) error { return v.defaultRoles(&d.defaultRoles) }},
	{"divisions", false, func(d *document, v value) error {
		return objects(v, &d.divisions, func(p place) divisionEntry { return divisionEntry{place: p} }, divisionKeys)
	}},
	{"roles", false, func(d *document, v value) error {
		return objects(v, &d.roles, func(p place) roleEntry { return roleEntry{place: p} }, roleKeys)
	}},
	{"groups", false, func(d *document, v value) error {
		return objects(v, &d.groups, func(p place) groupEntry { return groupEntry{place: p} }, groupKeys)
	}},
	{"users", false, func(d *document, v value) error {
		return objects(v, &d.users, func(p place) userEntry { return userEntry{place: p} }, userKeys)
	}},
	{"clients", false, func(d *document, v value) error {
		return objects(v, &d.clients, func(p place) clientEntry { return clientEntry{place: p} }, clientKeys)
	}},
	{"queues", false, func(d *document, v value) error {
		return objects(v, &d.queues, func(p place) queueEntry { return queueEntry{place: p} }, queueKeys)
	}},
	{"wrapupCodes", false, func(d *document, v value) error {
		return objects(v, &d.wrapupCodes, func(p place) wrapupCodeEntry { return wrapupCodeEntry{place: p} }, wrapupCodeKeys)
	}},
	{"skills", false, func(d *document, v value) error { return v.skills(&d.skills) }},
	{"languages", false, func(d *document, v value) error { return v.skills(&d.languages) }},
	{"presenceDefinitions", false, func(d *document, v value) error {
		return objects(v, &d.presences, func(p place) presenceEntry { return presenceEntry{place: p} }, presenceKeys)
	}},
	{"integrationTypes", false, func(d *document, v value) error { return v.integrationTypes(&d.integrationTypes) }},
	{"integrations", false, func(d *document, v value) error {
		return objects(v, &d.integrations, func(p place) integrationEntry { return integrationEntry{place: p} }, integrationKeys)
	}},
	{"stubs", false, func(d *document, v value) error { return v.stubs(&d.stubs) }},
	{"include", false, func(d *document, v value) error { return v.texts(&d.include, value.name) }},
	{"collections", false, func(d *document, v value) error { return v.collections(&d.collections) }},
}

type organizationEntry struct {
	place
	name, id, shortName, domain, countryCode, language, platform text
}

// platforms is the specification's enumeration of productPlatform.
var platforms = []string{"GenesysCloud", "PureCloud", "PureEngage", "PureEngageCloud", "PureConnect", "PureConnectCloud", "Unknown"}

var organizationKeys = []key[organizationEntry]{
	{"name", true, func(o *organizationEntry, v value) error { return v.name(&o.name) }},
	{"id", false, func(o *organizationEntry, v value) error { return v.id(&o.id) }},
	{"shortName", false, func(o *organizationEntry, v value) error { return v.word(&o.shortName) }},
	{"domain", false, func(o *organizationEntry, v value) error { return v.word(&o.domain) }},
	{"defaultCountryCode", false, func(o *organizationEntry, v value) error { return v.word(&o.countryCode) }},
	{"defaultLanguage", false, func(o *organizationEntry, v value) error { return v.word(&o.language) }},
	{"productPlatform", false, func(o *organizationEntry, v value) error { return v.oneOf(&o.platform, platforms) }},
}

type settingsEntry struct {
	enforceScopes, expandWildcards, grantDivisionAware, testIdentityProvider flag
}

var settingsKeys = []key[settingsEntry]{
	{"enforceScopes", false, func(s *settingsEntry, v value) error { return v.flag(&s.enforceScopes) }},
	{"expandWildcards", false, func(s *settingsEntry, v value) error { return v.flag(&s.expandWildcards) }},
	{"grantDivisionAware", false, func(s *settingsEntry, v value) error { return v.flag(&s.grantDivisionAware) }},
	{"testIdentityProvider", false, func(s *settingsEntry, v value) error { return v.flag(&s.testIdentityProvider) }},
}

// environmentEntry names the client and the user that `mockcloud env` prints.
type environmentEntry struct {
	place
	client, user text
}

var environmentKeys = []key[environmentEntry]{
	{"client", true, func(e *environmentEntry, v value) error { return v.name(&e.client) }},
	{"user", true, func(e *environmentEntry, v value) error { return v.name(&e.user) }},
}

// defaultRolesEntry says which default roles there are: all, unless it is set.
type defaultRolesEntry struct {
	place
	set, all bool
	names    []text
}

func (v value) defaultRoles(into *defaultRolesEntry) error {
	into.place, into.set = v.place, true
	switch v.kind() {
	case "a list":
		return v.texts(&into.names, value.name)
	case "text":
		var word text
		if err := v.oneOf(&word, defaultRolesWords); err != nil {
			return err
		}
		into.all = word.s == "all"
		return nil
	}
	return v.fail("must be all, none or a list of names of default roles, is %s", v.kind())
}

var defaultRolesWords = []string{"all", "none"}

type divisionEntry struct {
	place
	name, id, description text
	home                  flag
}

var divisionKeys = []key[divisionEntry]{
	{"name", true, func(d *divisionEntry, v value) error { return v.name(&d.name) }},
	{"id", false, func(d *divisionEntry, v value) error { return v.id(&d.id) }},
	{"description", false, func(d *divisionEntry, v value) error { return v.anyText(&d.description) }},
	{"home", false, func(d *divisionEntry, v value) error { return v.flag(&d.home) }},
}

type roleEntry struct {
	place
	name, id, description text
	permissions           []text
}

var roleKeys = []key[roleEntry]{
	{"name", true, func(r *roleEntry, v value) error { return v.name(&r.name) }},
	{"id", false, func(r *roleEntry, v value) error { return v.id(&r.id) }},
	{"description", false, func(r *roleEntry, v value) error { return v.anyText(&r.description) }},
	{"permissions", false, func(r *roleEntry, v value) error { return v.texts(&r.permissions, value.name) }},
}

type groupEntry struct {
	place
	name, id, description text
	rolesEnabled          flag
	members, owners       []text
	roles                 []pairEntry
}

var groupKeys = []key[groupEntry]{
	{"name", true, func(g *groupEntry, v value) error { return v.name(&g.name) }},
	{"id", false, func(g *groupEntry, v value) error { return v.id(&g.id) }},
	{"description", false, func(g *groupEntry, v value) error { return v.anyText(&g.description) }},
	{"rolesEnabled", false, func(g *groupEntry, v value) error { return v.flag(&g.rolesEnabled) }},
	{"members", false, func(g *groupEntry, v value) error { return v.texts(&g.members, value.email) }},
	{"owners", false, func(g *groupEntry, v value) error { return v.texts(&g.owners, value.email) }},
	{"roles", false, func(g *groupEntry, v value) error { return v.pairs(&g.roles) }},
}

type userEntry struct {
	place
	email, name, id, password, division, title, department, state text
	presence, routingStatus                                       text
	employee                                                      flag
	roles                                                         []pairEntry
	skills, languages                                             []assignedEntry
}

var userStates = []string{identity.UserActive, identity.UserInactive, identity.UserDeleted}

var userKeys = []key[userEntry]{
	{"email", true, func(u *userEntry, v value) error { return v.email(&u.email) }},
	{"name", true, func(u *userEntry, v value) error { return v.name(&u.name) }},
	{"id", false, func(u *userEntry, v value) error { return v.id(&u.id) }},
	{"password", false, func(u *userEntry, v value) error { return v.text(&u.password) }},
	{"division", false, func(u *userEntry, v value) error { return v.name(&u.division) }},
	{"title", false, func(u *userEntry, v value) error { return v.anyText(&u.title) }},
	{"department", false, func(u *userEntry, v value) error { return v.anyText(&u.department) }},
	{"state", false, func(u *userEntry, v value) error { return v.oneOf(&u.state, userStates) }},
	{"presence", false, func(u *userEntry, v value) error { return v.name(&u.presence) }},
	{"routingStatus", false, func(u *userEntry, v value) error { return v.oneOf(&u.routingStatus, contactcenter.Statuses()) }},
	{"employee", false, func(u *userEntry, v value) error { return v.flag(&u.employee) }},
	{"roles", false, func(u *userEntry, v value) error { return v.pairs(&u.roles) }},
	{"skills", false, func(u *userEntry, v value) error { return v.assigned(&u.skills) }},
	{"languages", false, func(u *userEntry, v value) error { return v.assigned(&u.languages) }},
}

type clientEntry struct {
	place
	name, id, secret, grantType, description, state text
	accessTokenValiditySeconds                      int
	redirectURIs, scopes                            []text
	roles                                           []pairEntry
}

var (
	grantTypes = []string{
		identity.GrantCode, identity.GrantToken, identity.GrantSAML2Bearer,
		identity.GrantPassword, identity.GrantClientCredentials,
	}
	clientStates = []string{identity.ClientActive, identity.ClientInactive, identity.ClientDisabled}
)

var clientKeys = []key[clientEntry]{
	{"name", true, func(c *clientEntry, v value) error { return v.name(&c.name) }},
	{"id", false, func(c *clientEntry, v value) error { return v.id(&c.id) }},
	{"secret", false, func(c *clientEntry, v value) error { return v.word(&c.secret) }},
	{"grantType", true, func(c *clientEntry, v value) error { return v.oneOf(&c.grantType, grantTypes) }},
	{"description", false, func(c *clientEntry, v value) error { return v.anyText(&c.description) }},
	{"state", false, func(c *clientEntry, v value) error { return v.oneOf(&c.state, clientStates) }},
	{"accessTokenValiditySeconds", false, func(c *clientEntry, v value) error {
		return v.number(&c.accessTokenValiditySeconds, identity.MinValiditySeconds, identity.MaxValiditySeconds)
	}},
	{"redirectUris", false, func(c *clientEntry, v value) error { return v.texts(&c.redirectURIs, value.uri) }},
	{"scopes", false, func(c *clientEntry, v value) error { return v.texts(&c.scopes, value.word) }},
	{"roles", false, func(c *clientEntry, v value) error { return v.pairs(&c.roles) }},
}

// pairEntry is a role in a division. Written as one text, it is split when the
// names are known; written as a mapping, both names are given.
type pairEntry struct {
	text
	role, division text
}

var pairKeys = []key[pairEntry]{
	{"role", true, func(p *pairEntry, v value) error { return v.name(&p.role) }},
	{"division", true, func(p *pairEntry, v value) error { return v.name(&p.division) }},
}

func (v value) pairs(into *[]pairEntry) error {
	return v.list(func(v value) error {
		p := pairEntry{text: text{place: v.place}}
		var err error
		if v.kind() == "a mapping" {
			err = object(v, &p, pairKeys)
		} else {
			err = v.text(&p.text)
		}
		*into = append(*into, p)
		return err
	})
}

func (v value) email(into *text) error {
	if err := v.name(into); err != nil {
		return err
	}
	local, domain, ok := strings.Cut(into.s, "@")
	if !ok || local == "" || domain == "" || strings.Contains(domain, "@") || strings.ContainsFunc(into.s, unicode.IsSpace) {
		return v.fail("must be an e-mail address, is %q", into.s)
	}
	return nil
}

func (v value) uri(into *text) error {
	if err := v.word(into); err != nil {
		return err
	}
	if u, err := url.Parse(into.s); err != nil || !u.IsAbs() {
		return v.fail("must be an absolute URI, is %q", into.s)
	}
	return nil
}
