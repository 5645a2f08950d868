package seed

import (
	"slices"

	"github.com/mockcloud/mockcloud/internal/identity"
)

// The kinds of credentials.
const (
	UserCredential   = "user"
	ClientCredential = "client"
)

// Credential is a way to sign in that a fixture publishes.
type Credential struct {
	Kind         string   // UserCredential or ClientCredential
	OrgID        string   // of the organization
	Organization string   // its name
	ID           string   // of the user or client
	Name         string   // of the user or client
	Login        string   // a user's e-mail address, a client's id
	Secret       string   // password or client secret; empty when the fixture has none
	GrantType    string   // of a client
	Roles        []string // such as "Supervisor in Sales"; "* in *" for every role in every division
	Admin        bool     // holds every role in every division
}

// Environment is what `mockcloud env` prints: a client-credentials client and a
// user of one organization.
type Environment struct {
	OrgID, OrgName          string
	ClientID, ClientSecret  string
	UserEmail, UserPassword string
}

// Credentials lists the users and clients of every organization in the order of
// the fixtures.
func (d *Document) Credentials() []Credential {
	var all []Credential
	for _, o := range d.organizations {
		for _, c := range o.credentials {
			c.Roles, c.Admin = o.held(c.ID)
			all = append(all, c)
		}
	}
	return all
}

// Environment returns the client and user that the fixtures choose for
// `mockcloud env`: those of the first organization that names them, and where
// none does, the first client-credentials client and the first user with a
// password of the first organization. What there is not stays empty.
func (d *Document) Environment() Environment {
	if d.environment != (Environment{}) || len(d.organizations) == 0 {
		return d.environment
	}
	o := d.organizations[0]
	e := Environment{OrgID: o.org.ID, OrgName: o.org.Name}
	for _, c := range o.credentials {
		switch {
		case c.Kind == ClientCredential && c.GrantType == identity.GrantClientCredentials && e.ClientID == "":
			e.ClientID, e.ClientSecret = c.ID, c.Secret
		case c.Kind == UserCredential && c.Secret != "" && e.UserEmail == "":
			e.UserEmail, e.UserPassword = c.Login, c.Secret
		}
	}
	return e
}

// chooseEnvironment takes the environment of an organization unless an earlier
// one chose.
func (d *Document) chooseEnvironment(r *resolver) error {
	e := &r.from.environment
	if e.client.s == "" {
		return nil
	}
	clientID, err := r.clientIDs.find(e.client, "client")
	if err != nil {
		return err
	}
	userID, err := r.userIDs.find(e.user, "user")
	if err != nil {
		return err
	}
	client, user := r.credential(clientID), r.credential(userID)
	if client.GrantType != identity.GrantClientCredentials {
		return e.client.fail("must be a client of grant type %s, is %s", identity.GrantClientCredentials, client.GrantType)
	}
	if user.Secret == "" {
		return e.user.fail("has no password")
	}
	if d.environment == (Environment{}) {
		d.environment = Environment{
			OrgID: r.org.ID, OrgName: r.org.Name,
			ClientID: client.ID, ClientSecret: client.Secret,
			UserEmail: user.Login, UserPassword: user.Secret,
		}
	}
	return nil
}

func (o *organization) credential(id string) Credential {
	i := slices.IndexFunc(o.credentials, func(c Credential) bool { return c.ID == id })
	return o.credentials[i]
}

// held names the roles that a subject holds, those of its groups included, and
// tells whether these are all.
func (o *organization) held(subjectID string) (held []string, all bool) {
	roleNames := make(map[string]string, len(o.roles))
	for _, r := range o.roles {
		roleNames[r.ID] = r.Name
	}
	divisionNames := map[string]string{identity.AllDivisions: every}
	for _, d := range o.divisions {
		divisionNames[d.ID] = d.Name
	}
	groupNames := make(map[string]string)
	for _, g := range o.groups {
		if g.RolesEnabled && slices.ContainsFunc(o.members[g.ID], func(u *identity.User) bool { return u.ID == subjectID }) {
			groupNames[g.ID] = g.Name
		}
	}
	everywhere := 0
	for _, g := range o.grants {
		name := roleNames[g.pair.RoleID] + " in " + divisionNames[g.pair.DivisionID]
		group, inherited := groupNames[g.subject.ID]
		switch {
		case inherited:
			name += " through " + group
		case g.subject.ID != subjectID:
			continue
		case g.pair.DivisionID == identity.AllDivisions:
			everywhere++
		}
		held = append(held, name)
	}
	if len(o.roles) > 0 && everywhere == len(o.roles) {
		return []string{every + " in " + every}, true
	}
	return held, false
}
