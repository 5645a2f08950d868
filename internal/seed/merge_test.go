package seed

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

func TestLaterFixturesAddToTheOrganizationOfTheSameName(t *testing.T) {
	t.Parallel()
	d := mustParse(t,
		`organization: {name: Acme, shortName: acme}
defaultRoles: [employee]
users: [{email: late@x.test, name: Late, division: Sales, roles: [Reader in Sales]}]
`,
		`organization: {name: ACME, domain: acme.test}
settings: {enforceScopes: true}
divisions: [{name: Sales}]
roles: [{name: Reader, permissions: ['routing:queue:view']}]
groups: [{name: G, members: [late@x.test], roles: [Reader in Home]}]
---
organization: {name: Other}
defaultRoles: none
`)
	if len(d.organizations) != 2 {
		t.Fatalf("%d organizations, want 2", len(d.organizations))
	}
	acme, other := d.organizations[0], d.organizations[1]
	db := seeded(t, d)
	view(t, db, acme.org.ID, func(tx *store.Tx) error {
		org, err := identity.CurrentOrg(tx)
		if err != nil {
			return err
		}
		if org.Name != "Acme" || org.ThirdPartyOrgName != "acme" || org.Domain != "acme.test" || !org.Settings.EnforceScopes {
			t.Errorf("organization = %+v", org)
		}
		user, err := identity.UserByEmail(tx, "late@x.test")
		if err != nil {
			return err
		}
		held, err := identity.HeldBy(tx, identity.Subject{Type: identity.SubjectUser, ID: user.ID})
		if err != nil {
			return err
		}
		if len(held) != 3 { // employee, Reader, Reader through the group
			t.Errorf("the user holds %+v", held)
		}
		return nil
	})
	view(t, db, other.org.ID, func(tx *store.Tx) error {
		if n, err := identity.Roles.Count(tx); n != 0 || err != nil {
			t.Errorf("Other has %d roles, %v", n, err)
		}
		if n, err := identity.Users.Count(tx); n != 0 || err != nil {
			t.Errorf("Other has %d users, %v", n, err)
		}
		return nil
	})
	if acme.divisions[0].ID == other.divisions[0].ID {
		t.Error("two organizations share the id of their home division")
	}
}

func TestSayingTheSameAgainIsNoClash(t *testing.T) {
	t.Parallel()
	same := `organization: {name: Acme, id: 6d6f636b-0000-4000-8000-000000000001, defaultLanguage: de}
settings: {enforceScopes: true}
defaultRoles: [employee]
`
	mustParse(t, same, same)
}

func TestClashesBetweenFixturesNameBoth(t *testing.T) {
	t.Parallel()
	const base = `organization: {name: Acme, id: 6d6f636b-0000-4000-8000-000000000001, shortName: a}
settings: {enforceScopes: true, expandWildcards: true, grantDivisionAware: true, testIdentityProvider: true}
defaultRoles: all
divisions: [{name: Home, home: true}]
users: [{email: a@x.test, name: A, password: p}]
clients: [{name: C, grantType: CLIENT-CREDENTIALS, secret: s, roles: ["* in *"]}]
environment: {client: C, user: a@x.test}
`
	tests := []struct {
		name, second string
		want         string
	}{
		{"id", "organization: {name: Acme, id: 6d6f636b-0000-4000-8000-000000000002}", `b.yaml:1: organization.id: is "6d6f636b-0000-4000-8000-000000000002" here and "6d6f636b-0000-4000-8000-000000000001" in a.yaml:1`},
		{"short name", "organization: {name: Acme, shortName: b}", `b.yaml:1: organization.shortName: is "b" here and "a" in a.yaml:1`},
		{"switch", "organization: {name: Acme}\nsettings: {enforceScopes: false}", "b.yaml:2: settings.enforceScopes: is false here and true in a.yaml:2"},
		{"other switch", "organization: {name: Acme}\nsettings: {grantDivisionAware: false}", "b.yaml:2: settings.grantDivisionAware: is false here and true in a.yaml:2"},
		{"third switch", "organization: {name: Acme}\nsettings: {testIdentityProvider: false}", "b.yaml:2: settings.testIdentityProvider: is false here and true in a.yaml:2"},
		{"default roles", "organization: {name: Acme}\ndefaultRoles: none", "b.yaml:2: defaultRoles: are others than in a.yaml:3"},
		{"environment", "organization: {name: Acme}\nusers: [{email: b@x.test, name: B}]\nenvironment: {client: C, user: b@x.test}", `b.yaml:3: environment.user: is "b@x.test" here and "a@x.test" in a.yaml:7`},
		{"home", "organization: {name: Acme}\ndivisions: [{name: Heim, home: true}]", `b.yaml:2: divisions[0].home: is true for "Home" already (a.yaml:4)`},
		{"user", "organization: {name: Acme}\nusers: [{email: A@x.test, name: B}]", `b.yaml:2: users[0].email: there is a user "a@x.test" already in a.yaml:5`},
		{"client", "organization: {name: Acme}\nclients: [{name: c, grantType: PASSWORD, scopes: [users]}]", `b.yaml:2: clients[0].name: there is a client "C" already in a.yaml:6`},
		{"division", "organization: {name: Acme}\ndivisions: [{name: home}]", `b.yaml:2: divisions[0].name: there is a division "Home" already in a.yaml:4`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse(sourcesOf([]string{base, tt.second})...)
			var at *Error
			if !errors.As(err, &at) || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("error\n     %v\nwant %s", err, tt.want)
			}
			if at != nil && at.File != "b.yaml" {
				t.Errorf("file = %s, want the later one", at.File)
			}
		})
	}
}

func TestAFixtureCanAddToTheDefaultOrganization(t *testing.T) {
	t.Parallel()
	standard, err := Open("default")
	if err != nil {
		t.Fatal(err)
	}
	d, err := Parse(standard, Source{Name: "more.yaml", Data: []byte(
		"organization: {name: Mockcloud}\nroles: [{name: New Role, permissions: [admin]}]\nusers: [{email: new@mockcloud.test, name: New, roles: [New Role in Sales]}]\n")})
	if err != nil {
		t.Fatal(err)
	}
	before, after := defaultDocument(t).Credentials(), d.Credentials()
	if len(after) != len(before)+1 {
		t.Errorf("%d credentials, want one more than %d", len(after), len(before))
	}
	admin := slices.IndexFunc(after, func(c Credential) bool { return c.Login == "admin@mockcloud.test" })
	if !after[admin].Admin {
		t.Error("the admin does not hold the role that a later fixture added")
	}
	if d.Environment() != defaultDocument(t).Environment() {
		t.Error("the environment changed")
	}
}
