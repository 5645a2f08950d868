package seed

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/identity"
)

// every stands for every role, or for every division, in a pair.
const every = identity.AllDivisions

// find returns the id of a name, or an error that lists what there is.
func (n names) find(name text, kind string) (string, error) {
	if found, ok := n[identity.Fold(name.s)]; ok {
		return found.id, nil
	}
	return "", n.missing(name.place, kind, name.s)
}

// maxListed limits how many names an error lists.
const maxListed = 30

func (n names) missing(at place, kind, name string) error {
	if len(n) == 0 {
		return at.fail("there is no %s %q, and no other", kind, shorten(name))
	}
	var known []string
	for _, key := range slices.Sorted(maps.Keys(n)) {
		known = append(known, n[key].name)
	}
	more := ""
	if len(known) > maxListed {
		known, more = known[:maxListed], ", …"
	}
	return at.fail("there is no %s %q; there are %s%s", kind, shorten(name), strings.Join(known, ", "), more)
}

func (r *resolver) resolveUsers() error {
	r.userIDs = r.namesOf("/users")
	for i := range r.from.users {
		e := &r.from.users[i]
		user := &identity.User{
			Name: e.name.s, Email: e.email.s, Username: e.email.s, DivisionID: r.home,
			State: cmp.Or(e.state.s, identity.UserActive), Version: 1,
			Department: e.department.s, Title: e.title.s,
		}
		if e.password.s != "" {
			user.Password = &identity.Password{Plain: e.password.s, Fixtures: r.digest}
		}
		var err error
		if user.ID, err = r.identify("user", r.userIDs, e.email, e.id); err != nil {
			return err
		}
		if e.division.s != "" {
			if user.DivisionID, err = r.divisionIDs.find(e.division, "division"); err != nil {
				return err
			}
		}
		pairs, err := r.pairs(e.roles)
		if err != nil {
			return err
		}
		if pairs, err = r.employ(e, pairs); err != nil {
			return err
		}
		r.give(identity.Subject{Type: identity.SubjectUser, ID: user.ID}, pairs)
		r.users = append(r.users, user)
		r.credentials = append(r.credentials, Credential{
			Kind: UserCredential, OrgID: r.org.ID, Organization: r.org.Name,
			ID: user.ID, Name: user.Name, Login: user.Email, Secret: e.password.s,
		})
	}
	return nil
}

// employ puts the employee role in the home division before the user's own
// roles, as the service does with every new user. A fixture can refuse it, and
// an organization without that role has none to give.
func (r *resolver) employ(e *userEntry, pairs []identity.Pair) ([]identity.Pair, error) {
	i := slices.IndexFunc(r.roles, func(role *identity.Role) bool { return role.DefaultRoleID == identity.EmployeeRole })
	if i < 0 {
		if e.employee.on {
			return nil, e.employee.fail("is true, but defaultRoles leaves out the employee role")
		}
		return pairs, nil
	}
	employee := identity.Pair{RoleID: r.roles[i].ID, DivisionID: r.home}
	everywhere := identity.Pair{RoleID: employee.RoleID, DivisionID: identity.AllDivisions}
	refused := e.employee.set && !e.employee.on
	if refused || slices.Contains(pairs, employee) || slices.Contains(pairs, everywhere) {
		return pairs, nil
	}
	return append([]identity.Pair{employee}, pairs...), nil
}

func (r *resolver) resolveGroups() error {
	r.groupIDs, r.members = r.namesOf("/groups"), make(map[string][]*identity.User)
	byID := make(map[string]*identity.User, len(r.users))
	for _, u := range r.users {
		byID[u.ID] = u
	}
	for i := range r.from.groups {
		e := &r.from.groups[i]
		group := &identity.Group{
			Name: e.name.s, Description: e.description.s,
			Type: identity.GroupOfficial, Visibility: identity.GroupPublic, State: identity.GroupActive,
			RulesVisible: true, RolesEnabled: e.rolesEnabled.on || !e.rolesEnabled.set, Version: 1,
		}
		var err error
		if group.ID, err = r.identify("group", r.groupIDs, e.name, e.id); err != nil {
			return err
		}
		if r.members[group.ID], err = r.people(e.members, byID); err != nil {
			return err
		}
		owners, err := r.people(e.owners, byID)
		if err != nil {
			return err
		}
		for _, u := range owners {
			group.OwnerIDs = append(group.OwnerIDs, u.ID)
		}
		if len(e.roles) > 0 && !group.RolesEnabled {
			return e.rolesEnabled.fail("is false, but the group has roles")
		}
		pairs, err := r.pairs(e.roles)
		if err != nil {
			return err
		}
		r.give(identity.Subject{Type: identity.SubjectGroup, ID: group.ID}, pairs)
		r.groups = append(r.groups, group)
	}
	return nil
}

// people finds users by their e-mail addresses. byID has all users.
func (r *resolver) people(addresses []text, byID map[string]*identity.User) ([]*identity.User, error) {
	var people []*identity.User
	seen := make(map[string]bool)
	for _, address := range addresses {
		id, err := r.userIDs.find(address, "user")
		if err != nil {
			return nil, err
		}
		if seen[id] {
			return nil, address.fail("%q is listed twice", address.s)
		}
		seen[id] = true
		u := byID[id]
		if u.State == identity.UserDeleted {
			return nil, address.fail("%q is deleted and cannot be in a group", address.s)
		}
		people = append(people, u)
	}
	return people, nil
}

func (r *resolver) resolveClients() error {
	r.clientIDs = r.namesOf("/oauth/clients")
	for i := range r.from.clients {
		e := &r.from.clients[i]
		if err := e.check(); err != nil {
			return err
		}
		client := &identity.Client{
			Name: e.name.s, Description: e.description.s, GrantType: e.grantType.s,
			ValiditySeconds: e.accessTokenValiditySeconds,
			RedirectURIs:    plain(e.redirectURIs), Scope: plain(e.scopes),
			State: cmp.Or(e.state.s, identity.ClientActive),
		}
		if client.ValiditySeconds == 0 {
			client.ValiditySeconds = identity.DefaultValiditySeconds
		}
		if e.secret.s != "" {
			client.SecretHash = identity.HashSecret(e.secret.s)
		}
		var err error
		if client.ID, err = r.identify("client", r.clientIDs, e.name, e.id); err != nil {
			return err
		}
		pairs, err := r.pairs(e.roles)
		if err != nil {
			return err
		}
		r.give(identity.Subject{Type: identity.SubjectClient, ID: client.ID}, pairs)
		r.clients = append(r.clients, client)
		r.credentials = append(r.credentials, Credential{
			Kind: ClientCredential, OrgID: r.org.ID, Organization: r.org.Name,
			ID: client.ID, Name: client.Name, Login: client.ID, Secret: e.secret.s, GrantType: client.GrantType,
		})
	}
	return nil
}

// check enforces what an OAuth client needs by its grant type (facts: oauth.md
// §9).
func (e *clientEntry) check() error {
	people := e.grantType.s != identity.GrantClientCredentials
	redirected := e.grantType.s == identity.GrantCode || e.grantType.s == identity.GrantToken
	switch {
	case !people && e.secret.s == "":
		return e.at("secret").fail("is required for grant type %s", e.grantType.s)
	case !people && len(e.roles) == 0:
		return e.at("roles").fail("is required for grant type %s", e.grantType.s)
	case !people && len(e.scopes) > 0:
		return e.scopes[0].fail("grant type %s has roles, not scopes", e.grantType.s)
	case people && len(e.roles) > 0:
		return e.roles[0].fail("only grant type %s has roles; others act with the rights of the user", identity.GrantClientCredentials)
	case people && len(e.scopes) == 0:
		return e.at("scopes").fail("is required for grant type %s", e.grantType.s)
	case redirected && len(e.redirectURIs) == 0:
		return e.at("redirectUris").fail("is required for grant type %s", e.grantType.s)
	}
	return nil
}

func plain(texts []text) []string {
	var list []string
	for _, t := range texts {
		list = append(list, t.s)
	}
	return list
}

func (r *resolver) give(subject identity.Subject, pairs []identity.Pair) {
	for _, p := range pairs {
		r.grants = append(r.grants, grant{subject, p})
	}
}

// pairs resolves a list of roles in divisions.
func (r *resolver) pairs(entries []pairEntry) ([]identity.Pair, error) {
	var pairs []identity.Pair
	for i := range entries {
		e := &entries[i]
		role, division, err := r.split(e)
		if err != nil {
			return nil, err
		}
		roles, err := r.rolesNamed(role)
		if err != nil {
			return nil, err
		}
		divisionID := identity.AllDivisions
		if division.s != every {
			if divisionID, err = r.divisionIDs.find(division, "division"); err != nil {
				return nil, err
			}
		}
		for _, roleID := range roles {
			p := identity.Pair{RoleID: roleID, DivisionID: divisionID}
			if !slices.Contains(pairs, p) {
				pairs = append(pairs, p)
				continue
			}
			if role.s != every {
				return nil, e.fail("is listed twice")
			}
		}
	}
	return pairs, nil
}

func (r *resolver) rolesNamed(name text) ([]string, error) {
	if name.s != every {
		id, err := r.roleIDs.find(name, "role")
		return []string{id}, err
	}
	ids := make([]string, len(r.roles))
	for i, role := range r.roles {
		ids[i] = role.ID
	}
	return ids, nil
}

// split takes "role in division" apart. Names may contain " in " themselves: a
// reading counts if both names exist.
func (r *resolver) split(e *pairEntry) (role, division text, err error) {
	if e.s == "" {
		return e.role, e.division, nil
	}
	const in = " in "
	role, division = e.text, e.text
	readings := 0
	for i := range e.s {
		if !strings.HasPrefix(e.s[i:], in) {
			continue
		}
		before, after := strings.TrimSpace(e.s[:i]), strings.TrimSpace(e.s[i+len(in):])
		if r.roleIDs.has(before) && r.divisionIDs.has(after) {
			readings++
		} else if readings > 0 {
			continue
		}
		role.s, division.s = before, after // without a fitting one, the last reading is what the error is about
	}
	switch {
	case readings > 1:
		return role, division, e.fail("%q can be read in two ways; write {role: …, division: …}", shorten(e.s))
	case role.s == e.s:
		return role, division, e.fail("must be \"role in division\", such as \"Supervisor in Home\" or \"Supervisor in *\", is %q", shorten(e.s))
	}
	return role, division, nil
}

func (n names) has(name string) bool {
	_, ok := n[identity.Fold(name)]
	return ok || name == every
}
