package seed

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

func TestCredentialsListWhoCanSignInAndWithWhichRoles(t *testing.T) {
	t.Parallel()
	d := mustParse(t, `organization: {name: Acme, id: 6d6f636b-0001-4000-8000-00000000000a}
environment: {client: Bot, user: boss@x.test}
defaultRoles: [employee, User]
divisions: [{name: Sales}]
groups: [{name: Team, members: [boss@x.test, joe@x.test], roles: [User in Sales]}, {name: Off, rolesEnabled: false, members: [joe@x.test]}]
users:
  - {email: boss@x.test, id: 6d6f636b-0005-4000-8000-00000000000a, name: Boss, password: pw, roles: ["* in *"]}
  - {email: joe@x.test, id: 6d6f636b-0005-4000-8000-00000000000b, name: Joe, roles: [{role: User, division: "*"}]}
  - {email: none@x.test, id: 6d6f636b-0005-4000-8000-00000000000c, name: None, password: pw2, employee: false}
clients:
  - {name: App, id: 6d6f636b-0006-4000-8000-00000000000a, grantType: CODE, redirectUris: ["app://back"], scopes: [users]}
  - {name: Bot, id: 6d6f636b-0006-4000-8000-00000000000b, grantType: CLIENT-CREDENTIALS, secret: s, roles: [User in Home, employee in *]}
`)
	const acme = "6d6f636b-0001-4000-8000-00000000000a"
	want := []Credential{
		{UserCredential, acme, "Acme", "6d6f636b-0005-4000-8000-00000000000a", "Boss", "boss@x.test", "pw", "", []string{"* in *"}, true},
		{UserCredential, acme, "Acme", "6d6f636b-0005-4000-8000-00000000000b", "Joe", "joe@x.test", "", "", []string{"employee in Home", "User in *", "User in Sales through Team"}, false},
		{UserCredential, acme, "Acme", "6d6f636b-0005-4000-8000-00000000000c", "None", "none@x.test", "pw2", "", nil, false},
		{ClientCredential, acme, "Acme", "6d6f636b-0006-4000-8000-00000000000a", "App", "6d6f636b-0006-4000-8000-00000000000a", "", "CODE", nil, false},
		{ClientCredential, acme, "Acme", "6d6f636b-0006-4000-8000-00000000000b", "Bot", "6d6f636b-0006-4000-8000-00000000000b", "s", "CLIENT-CREDENTIALS", []string{"User in Home", "employee in *"}, false},
	}
	if got := d.Credentials(); !reflect.DeepEqual(got, want) {
		t.Errorf("credentials\n     %+v\nwant %+v", got, want)
	}
	wantEnv := Environment{
		OrgID: "6d6f636b-0001-4000-8000-00000000000a", OrgName: "Acme",
		ClientID: "6d6f636b-0006-4000-8000-00000000000b", ClientSecret: "s", UserEmail: "boss@x.test", UserPassword: "pw",
	}
	if got := d.Environment(); got != wantEnv {
		t.Errorf("environment = %+v\nwant          %+v", got, wantEnv)
	}
}

func TestTheFirstOrganizationWithAnEnvironmentWins(t *testing.T) {
	t.Parallel()
	fixture := func(name string) string {
		return "organization: {name: " + name + "}\nenvironment: {client: C, user: a@x.test}\nusers: [{email: a@x.test, name: A, password: p}]\n" +
			"clients: [{name: C, grantType: CLIENT-CREDENTIALS, secret: s, roles: ['* in *']}]\n"
	}
	if got := mustParse(t, "organization: {name: Plain}", fixture("One"), fixture("Two")).Environment().OrgName; got != "One" {
		t.Errorf("environment of %q, want One", got)
	}
	if got := mustParse(t, "organization: {name: Plain}").Environment(); got.OrgName != "Plain" || got.ClientID != "" || got.UserEmail != "" {
		t.Errorf("environment = %+v, want the organization alone", got)
	}
}

func TestWithoutAnEnvironmentTheFirstThatCanSignInAreIt(t *testing.T) {
	t.Parallel()
	got := mustParse(t, "organization: {name: Plain}\nusers: [{email: mute@x.test, name: M}, {email: a@x.test, name: A, password: p}, {email: b@x.test, name: B, password: q}]\n"+
		"clients: [{name: Web, grantType: PASSWORD, secret: w, scopes: [users]}, {name: C, grantType: CLIENT-CREDENTIALS, secret: s, roles: ['* in *']}]\n").Environment()
	if got.OrgName != "Plain" || got.ClientSecret != "s" || got.UserEmail != "a@x.test" || got.UserPassword != "p" {
		t.Errorf("environment = %+v", got)
	}
}

func TestDefaultCredentialsArePublishedAndLookTheirPart(t *testing.T) {
	t.Parallel()
	d := defaultDocument(t)
	var admins []string
	secret := regexp.MustCompile(`^fake-secret-[A-Za-z0-9_-]{31}$`)
	for _, c := range d.Credentials() {
		if c.Kind == ClientCredential && !secret.MatchString(c.Secret) {
			t.Errorf("secret of %s has %d characters: %s", c.Name, len(c.Secret), c.Secret)
		}
		if c.Kind == UserCredential && !strings.HasPrefix(c.Secret, "fake-") {
			t.Errorf("password of %s does not say that it is fake", c.Name)
		}
		if c.Admin {
			admins = append(admins, c.Name)
		}
	}
	if !slices.Equal(admins, []string{"Ada Admin", "Mockcloud Admin"}) {
		t.Errorf("admins = %q", admins)
	}
	want := Environment{
		OrgID: "6d6f636b-0001-4000-8000-000000000001", OrgName: "Mockcloud",
		ClientID: "6d6f636b-0006-4000-8000-000000000001", ClientSecret: "fake-secret-of-the-mockcloud-admin-client-0",
		UserEmail: "admin@mockcloud.test", UserPassword: "fake-admin-password",
	}
	if got := d.Environment(); got != want {
		t.Errorf("environment = %+v\nwant          %+v", got, want)
	}
}

func TestBootstrapIsAnOrganizationWithAnAdminOnly(t *testing.T) {
	t.Parallel()
	d, err := Bootstrap("My Company", "the-secret", "the-password")
	if err != nil {
		t.Fatal(err)
	}
	env := d.Environment()
	if env.OrgName != "My Company" || env.ClientSecret != "the-secret" || env.UserEmail != "admin@my-company.test" || env.UserPassword != "the-password" {
		t.Errorf("environment = %+v", env)
	}
	credentials := d.Credentials()
	if len(credentials) != 2 || !credentials[0].Admin || !credentials[1].Admin {
		t.Errorf("credentials = %+v, want two admins", credentials)
	}
	defaults, err := DefaultRoles()
	if err != nil {
		t.Fatal(err)
	}
	db := seeded(t, d)
	view(t, db, env.OrgID, func(tx *store.Tx) error {
		if n, err := identity.Roles.Count(tx); n != len(defaults) || err != nil {
			t.Errorf("%d roles, %v, want the %d default ones", n, err, len(defaults))
		}
		if n, err := identity.Divisions.Count(tx); n != 1 || err != nil {
			t.Errorf("%d divisions, %v, want home alone", n, err)
		}
		if n, err := identity.Providers.Count(tx); n != 0 || err != nil {
			t.Errorf("%d identity providers, %v, want none", n, err)
		}
		return nil
	})
	if _, err := Bootstrap("", "s", "p"); err == nil {
		t.Error("an organization without a name is accepted")
	}
}

func TestUsersAreEmployeesUnlessToldOtherwise(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, user string
		want       []string
	}{
		{"nothing said", "", []string{"employee in Home"}},
		{"roles are added", ", roles: [User in Home]", []string{"employee in Home", "User in Home"}},
		{"refused", ", employee: false", nil},
		{"refused, but given elsewhere", ", employee: false, roles: [employee in Sales]", []string{"employee in Sales"}},
		{"given elsewhere too", ", roles: [employee in Sales]", []string{"employee in Home", "employee in Sales"}},
		{"given everywhere", ", roles: [employee in *]", []string{"employee in *"}},
		{"given at home", ", employee: true, roles: [employee in Home]", []string{"employee in Home"}},
	}
	for _, tt := range tests {
		d := mustParse(t, lines("divisions: [{name: Sales}]", "users: [{email: a@x.test, name: A"+tt.user+"}]"))
		if got := d.Credentials()[0].Roles; !slices.Equal(got, tt.want) {
			t.Errorf("%s: roles = %q, want %q", tt.name, got, tt.want)
		}
	}
}
