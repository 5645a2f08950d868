package seed

import (
	"errors"
	"strings"
	"testing"
)

// lines joins the lines of a fixture; the organization is always line 1.
func lines(more ...string) string {
	return strings.Join(append([]string{"organization: {name: Acme}"}, more...), "\n") + "\n"
}

func TestErrorsNameFileLineAndPath(t *testing.T) {
	t.Parallel()
	const (
		uuid      = "6d6f636b-0000-4000-8000-000000000001"
		appClient = "clients: [{name: C, grantType: PASSWORD, scopes: [users]}]"
	)
	tests := []struct {
		name, fixture string
		want          string // the start of the message
	}{
		// YAML itself.
		{"nothing", "", "a.yaml: holds no organization"},
		{"only comments", "# nothing\n---\n# here\n", "a.yaml: holds no organization"},
		{"an open bracket", lines("users:", "  - email: [", "groups: }"), "a.yaml:3: is not valid YAML: "},
		{"a lost indent", lines("users:", "  - email: a@x.test", "    name: A", "    title: B", "   state: active", "groups: []"), "a.yaml:6: is not valid YAML: "},
		{"a key without value", lines("users:", "  - email: a@x.test", "    name: A", "    title", "groups: []"), "a.yaml:5: is not valid YAML: "},
		{"an open quote", lines("users:", "  - email: 'a@x.test", "    name: A", "groups: []"), "a.yaml:3: is not valid YAML: "},
		{"first line broken", "organization: }", "a.yaml:1: is not valid YAML: "},
		{"a tab", lines("users:", "\t- email: x"), "a.yaml:3: is not valid YAML: "},
		{"an unquoted star", lines("users:", "  - email: a@x.test", "    name: A", "    roles:", "      - * in *"), "a.yaml:6: is not valid YAML: "},
		{"an unknown anchor", lines("groups: []", "users: *people", "roles: []"), "a.yaml:3: is not valid YAML: "},
		{"invalid UTF-8", lines("users: []", "# \xff", "roles: []"), "a.yaml:3: is not valid YAML: "},
		{"second document broken", lines("---", "organization: {name: B}", "users: 7"), "a.yaml:4: users: must be a list, is a number"},

		// Keys.
		{"not a mapping", "- a\n", "a.yaml:1: must be a mapping of keys and values, is a list"},
		{"a scalar", "hello\n", "a.yaml:1: must be a mapping of keys and values, is text"},
		{"no organization", "\nusers: []\n", "a.yaml:2: organization: is required"},
		{"unknown key at the top", lines("user: []"), `a.yaml:2: unknown key "user"; known are organization, settings,`},
		{"unknown key in the organization", "organization:\n  name: A\n  colour: red\n", `a.yaml:3: organization: unknown key "colour"; known are name, id,`},
		{"unknown key in settings", lines("settings:", "  scopes: true"), `a.yaml:3: settings: unknown key "scopes"`},
		{"unknown key in a user", lines("users:", "  - email: a@x.test", "    name: A", "    nick: B"), `a.yaml:5: users[0]: unknown key "nick"`},
		{"unknown key in a pair", lines("groups:", "  - name: G", "    roles:", "      - {role: User, in: Home}"), `a.yaml:5: groups[0].roles[0]: unknown key "in"; known are role, division`},
		{"a key that is a list", lines("? [a]", ": b"), `a.yaml:2: unknown key ""`},
		{"a merge key", lines("users:", "  - &a {email: a@x.test, name: A}", "  - <<: *a"), `a.yaml:4: users[1]: unknown key "<<"`},
		{"a key twice", lines("divisions:", "  - name: A", "    name: B"), "a.yaml:4: divisions[0].name: is there twice, first in line 3"},

		// Types.
		{"a list that is a mapping", lines("divisions:", "  name: A"), "a.yaml:3: divisions: must be a list, is a mapping"},
		{"an entry that is text", lines("divisions:", "  - Sales"), "a.yaml:3: divisions[0]: must be a mapping of keys and values, is text"},
		{"an empty entry", lines("divisions:", "  -"), "a.yaml:3: divisions[0]: must be a mapping of keys and values, is empty"},
		{"text that is a number", lines("divisions:", "  - name: 7"), "a.yaml:3: divisions[0].name: must be text, is a number; put it in quotes"},
		{"text that is a date", lines("divisions:", "  - name: 2030-01-01"), "a.yaml:3: divisions[0].name: must be text, is a date; put it in quotes"},
		{"text that is a switch", lines("divisions:", "  - name: true"), "a.yaml:3: divisions[0].name: must be text, is true or false; put it in quotes"},
		{"text that is a list", lines("divisions:", "  - name: [A]"), "a.yaml:3: divisions[0].name: must be text, is a list"},
		{"text with a tag of its own", lines("divisions:", "  - name: !a b"), "a.yaml:3: divisions[0].name: must be text, is something else"},
		{"a switch that is text", lines("settings:", "  enforceScopes: maybe"), "a.yaml:3: settings.enforceScopes: must be true or false, is text"},
		{"a number that is text", lines("clients:", "  - name: C", "    grantType: CODE", "    accessTokenValiditySeconds: long"), "a.yaml:5: clients[0].accessTokenValiditySeconds: must be a whole number, is text"},
		{"a number beyond all bounds", lines("clients:", "  - name: C", "    accessTokenValiditySeconds: 99999999999999999999"), "a.yaml:4: clients[0].accessTokenValiditySeconds: must be a whole number, is a number"},
		{"an alias of itself", lines("users: &a [*a]"), "a.yaml:2: users[0]: must be a mapping of keys and values, is a list"},
		{"an alias of the wrong type", lines("divisions: &d [{name: A}]", "users:", "  - email: a@x.test", "    name: *d"), "a.yaml:5: users[0].name: must be text, is a list"},
		{"a member that is a mapping", lines("groups:", "  - name: G", "    members: [{email: a@x.test}]"), "a.yaml:4: groups[0].members[0]: must be text, is a mapping"},
		{"default roles that are a mapping", lines("defaultRoles: {a: b}"), "a.yaml:2: defaultRoles: must be all, none or a list of names of default roles, is a mapping"},
		{"a pair that is a list", lines("groups:", "  - name: G", "    roles: [[User, Home]]"), "a.yaml:4: groups[0].roles[0]: must be text, is a list"},

		// Required and empty.
		{"organization without a name", "organization:\n  id: " + uuid + "\n", "a.yaml:2: organization.name: is required"},
		{"organization without anything", "organization:\n", "a.yaml:1: organization: is required and must not be empty"},
		{"empty name", lines("divisions:", "  - name: ''"), "a.yaml:3: divisions[0].name: must not be empty"},
		{"blank name", lines("divisions:", "  - name: '  '"), "a.yaml:3: divisions[0].name: must not be empty"},
		{"name left open", lines("divisions:", "  - id: "+uuid, "    name:"), "a.yaml:4: divisions[0].name: is required and must not be empty"},
		{"user without e-mail", lines("users:", "  - name: A"), "a.yaml:3: users[0].email: is required"},
		{"user without name", lines("users:", "  - email: a@x.test"), "a.yaml:3: users[0].name: is required"},
		{"empty password", lines("users:", "  - email: a@x.test", "    name: A", "    password: ''"), "a.yaml:5: users[0].password: must not be empty"},
		{"client without grant type", lines("clients:", "  - name: C"), "a.yaml:3: clients[0].grantType: is required"},
		{"environment without user", lines("environment:", "  client: C"), "a.yaml:3: environment.user: is required"},
		{"pair without division", lines("groups:", "  - name: G", "    roles:", "      - role: User"), "a.yaml:5: groups[0].roles[0].division: is required"},

		// Texts.
		{"blanks around a name", lines("divisions:", "  - name: ' A'"), "a.yaml:3: divisions[0].name: must not have blanks at its ends"},
		{"line break in a name", lines(`divisions:`, `  - name: "A\nB"`), "a.yaml:3: divisions[0].name: must not have blanks at its ends, tabs or line breaks"},
		{"NUL in a name", lines(`divisions:`, `  - name: "A\0B"`), "a.yaml:3: divisions[0].name: must not contain control characters"},
		{"name too long", lines("divisions:", "  - name: "+strings.Repeat("x", 257)), "a.yaml:3: divisions[0].name: must not be longer than 256 bytes"},
		{"not an e-mail address", lines("users:", "  - email: nobody", "    name: A"), `a.yaml:3: users[0].email: must be an e-mail address, is "nobody"`},
		{"blank in an e-mail address", lines("users:", "  - email: a b@x.test", "    name: A"), "a.yaml:3: users[0].email: must be an e-mail address"},
		{"blank in a secret", lines("clients:", "  - name: C", "    secret: a b"), "a.yaml:4: clients[0].secret: must not contain blanks"},
		{"redirect URI without scheme", lines("clients:", "  - name: C", "    redirectUris: [/callback]"), `a.yaml:4: clients[0].redirectUris[0]: must be an absolute URI, is "/callback"`},
		{"id that is no UUID", lines("divisions:", "  - name: A", "    id: sales"), `a.yaml:4: divisions[0].id: must be a UUID in lower case, such as `},
		{"id in upper case", lines("divisions:", "  - name: A", "    id: "+strings.ToUpper(uuid)), "a.yaml:4: divisions[0].id: must be a UUID in lower case"},

		// Enumerations and bounds.
		{"grant type", lines("clients:", "  - name: C", "    grantType: MAGIC"), `a.yaml:4: clients[0].grantType: must be one of CODE, TOKEN, SAML2-BEARER, PASSWORD, CLIENT-CREDENTIALS, is "MAGIC"`},
		{"client state", lines("clients:", "  - name: C", "    state: gone"), "a.yaml:4: clients[0].state: must be one of active, inactive, disabled, is "},
		{"user state", lines("users:", "  - email: a@x.test", "    name: A", "    state: gone"), "a.yaml:5: users[0].state: must be one of active, inactive, deleted, is "},
		{"platform", "organization:\n  name: A\n  productPlatform: Moon\n", "a.yaml:3: organization.productPlatform: must be one of GenesysCloud, "},
		{"default roles word", lines("defaultRoles: some"), `a.yaml:2: defaultRoles: must be one of all, none, is "some"`},
		{"validity too short", lines("clients:", "  - name: C", "    accessTokenValiditySeconds: 1"), "a.yaml:4: clients[0].accessTokenValiditySeconds: must be between 300 and 172800, is 1"},

		// Permissions.
		{"permission of two parts", lines("roles:", "  - name: R", "    permissions: [oauth:client]"), `a.yaml:4: roles[0].permissions[0]: "oauth:client" is no permission; write domain:entity:action`},
		{"permission of four parts", lines("roles:", "  - name: R", "    permissions: ['a:b:c:d']"), `a.yaml:4: roles[0].permissions[0]: "a:b:c:d" is no permission`},
		{"permission on every domain", lines("roles:", "  - name: R", "    permissions: ['*:*:*']"), `a.yaml:4: roles[0].permissions[0]: "*:*:*" is no permission`},
		{"permission without action", lines("roles:", "  - name: R", "    permissions: ['a:b:']"), `a.yaml:4: roles[0].permissions[0]: "a:b:" is no permission`},
		{"permission with a blank", lines("roles:", "  - name: R", "    permissions: ['a:b:c, d']"), `a.yaml:4: roles[0].permissions[0]: "a:b:c, d" is no permission`},
		{"permission twice", lines("roles:", "  - name: R", "    permissions:", "      - a:b:c", "      - a:b:c"), `a.yaml:6: roles[0].permissions[1]: "a:b:c" is listed twice, first in line 5`},
		{"action twice", lines("roles:", "  - name: R", "    permissions:", "      - a:b:c", "      - a:b:d,c"), "a.yaml:6: roles[0].permissions[1]: permits c on a:b twice"},

		// Names that nothing has.
		{"unknown default role", lines("defaultRoles:", "  - employee", "  - Boss"), `a.yaml:4: defaultRoles[1]: there is no default role "Boss"; there are employee, admin, `},
		{"unknown role", lines("users:", "  - email: a@x.test", "    name: A", "    roles: [Boss in Home]"), `a.yaml:5: users[0].roles[0]: there is no role "Boss"; there are admin, `},
		{"unknown role of a pair", lines("groups:", "  - name: G", "    roles:", "      - {role: Boss, division: Home}"), `a.yaml:5: groups[0].roles[0].role: there is no role "Boss"`},
		{"unknown division of a role", lines("users:", "  - email: a@x.test", "    name: A", "    roles: [User in Mars]"), `a.yaml:5: users[0].roles[0]: there is no division "Mars"; there are Home`},
		{"unknown division of a pair", lines("groups:", "  - name: G", "    roles:", "      - {role: User, division: Mars}"), `a.yaml:5: groups[0].roles[0].division: there is no division "Mars"`},
		{"unknown division of a user", lines("users:", "  - email: a@x.test", "    name: A", "    division: Mars"), `a.yaml:5: users[0].division: there is no division "Mars"`},
		{"role that is left out", lines("defaultRoles: [employee]", "users:", "  - email: a@x.test", "    name: A", "    roles: [User in Home]"), `a.yaml:6: users[0].roles[0]: there is no role "User"; there are employee`},
		{"employee where there is none", lines("defaultRoles: none", "users:", "  - email: a@x.test", "    name: A", "    employee: true"), "a.yaml:6: users[0].employee: is true, but defaultRoles leaves out the employee role"},
		{"unknown owner", lines("groups:", "  - name: G", "    owners: [a@x.test]"), `a.yaml:4: groups[0].owners[0]: there is no user "a@x.test", and no other`},
		{"deleted member", lines("users: [{email: a@x.test, name: A, state: deleted}]", "groups:", "  - name: G", "    members: [a@x.test]"), `a.yaml:5: groups[0].members[0]: "a@x.test" is deleted and cannot be in a group`},
		{"unknown member", lines("groups:", "  - name: G", "    members: [a@x.test]"), `a.yaml:4: groups[0].members[0]: there is no user "a@x.test", and no other`},
		{"role without division", lines("users:", "  - email: a@x.test", "    name: A", "    roles: [User]"), `a.yaml:5: users[0].roles[0]: must be "role in division", such as `},
		{"role in two readings", lines("divisions: [{name: B}, {name: B in C}]", "roles: [{name: A}, {name: A in B}, {name: A in B in C}]", "groups:", "  - name: G", "    roles: [A in B in C]"), ""},
		{"role in two real readings", lines("divisions: [{name: C}, {name: B in C}]", "roles: [{name: A}, {name: A in B}]", "groups:", "  - name: G", "    roles: [A in B in C]"), `a.yaml:6: groups[0].roles[0]: "A in B in C" can be read in two ways; write {role: …, division: …}`},
		{"environment: unknown client", lines("environment: {client: C, user: a@x.test}"), `a.yaml:2: environment.client: there is no client "C", and no other`},
		{"environment: unknown user", lines(appClient, "environment: {client: C, user: a@x.test}"), `a.yaml:3: environment.user: there is no user "a@x.test"`},
		{"environment: client of people", lines(appClient, "users: [{email: a@x.test, name: A}]", "environment: {client: C, user: a@x.test}"), "a.yaml:4: environment.client: must be a client of grant type CLIENT-CREDENTIALS, is PASSWORD"},
		{"environment: no password", lines("clients: [{name: C, grantType: CLIENT-CREDENTIALS, secret: s, roles: [User in Home]}]", "users: [{email: a@x.test, name: A}]", "environment: {client: C, user: a@x.test}"), "a.yaml:4: environment.user: has no password"},

		// Duplicates.
		{"division twice", lines("divisions:", "  - name: Sales", "  - name: SALES"), `a.yaml:4: divisions[1].name: there is a division "Sales" already in a.yaml:3`},
		{"role twice", lines("roles:", "  - name: R", "  - name: R"), `a.yaml:4: roles[1].name: there is a role "R" already in a.yaml:3`},
		{"role of a default role's name", lines("roles:", "  - name: supervisor"), `a.yaml:3: roles[0].name: there is a role "Supervisor" already in the default roles`},
		{"default role twice", lines("defaultRoles:", "  - User", "  - user"), `a.yaml:4: defaultRoles[1]: there is a role "User" already in a.yaml:3`},
		{"group twice", lines("groups:", "  - name: G", "  - name: G"), `a.yaml:4: groups[1].name: there is a group "G" already in a.yaml:3`},
		{"client twice", lines(appClient, "# again", "users: []", "groups: []", "settings: {}", "roles: []", "divisions: []", "---", "organization: {name: Acme}", appClient), `a.yaml:11: clients[0].name: there is a client "C" already in a.yaml:2`},
		{"e-mail address twice", lines("users:", "  - {email: a@x.test, name: A}", "  - {email: A@x.test, name: B}"), `a.yaml:4: users[1].email: there is a user "a@x.test" already in a.yaml:3`},
		{"id twice", lines("divisions:", "  - {name: A, id: "+uuid+"}", "users:", "  - {email: a@x.test, name: A, id: "+uuid+"}"), "a.yaml:5: users[0].id: the id " + uuid + " is taken already in a.yaml:3"},
		{"id twice in two organizations", lines("divisions: [{name: A, id: "+uuid+"}]", "---", "organization: {name: Other, id: "+uuid+"}"), "a.yaml:4: organization.id: the id " + uuid + " is taken already in a.yaml:2"},
		{"short name twice", lines("---", "organization: {name: Other, shortName: acme}"), `a.yaml:3: organization.shortName: the short name "acme" is taken already in a.yaml:1`},
		{"two home divisions", lines("divisions:", "  - {name: A, home: true}", "  - {name: B, home: true}"), `a.yaml:4: divisions[1].home: is true for "A" already (a.yaml:3); there is one home division`},
		{"Home that is not home", lines("divisions:", "  - name: Home"), "a.yaml:3: divisions[0].name: is the name of the home division; say home: true"},
		{"member twice", lines("users: [{email: a@x.test, name: A}]", "groups:", "  - name: G", "    members: [a@x.test, a@x.test]"), `a.yaml:5: groups[0].members[1]: "a@x.test" is listed twice`},
		{"member twice in another case", lines("users: [{email: a@x.test, name: A}]", "groups:", "  - name: G", "    members: [a@x.test, A@x.test]"), `a.yaml:5: groups[0].members[1]: "A@x.test" is listed twice`},
		{"owner twice", lines("users: [{email: a@x.test, name: A}]", "groups:", "  - name: G", "    owners: [a@x.test, a@x.test]"), `a.yaml:5: groups[0].owners[1]: "a@x.test" is listed twice`},
		{"role twice in a division", lines("groups:", "  - name: G", "    roles:", "      - User in Home", "      - {role: user, division: home}"), "a.yaml:6: groups[0].roles[1]: is listed twice"},

		// What does not go together.
		{"division named *", lines("divisions: [{name: '*'}]"), `a.yaml:2: divisions[0].name: "*" means every division and cannot be a name`},
		{"role named *", lines("roles: [{name: '*'}]"), `a.yaml:2: roles[0].name: "*" means every role and cannot be a name`},
		{"group with roles switched off", lines("groups:", "  - name: G", "    roles: [User in Home]", "    rolesEnabled: false"), "a.yaml:5: groups[0].rolesEnabled: is false, but the group has roles"},
		{"client credentials without secret", lines("clients:", "  - name: C", "    grantType: CLIENT-CREDENTIALS", "    roles: [User in Home]"), "a.yaml:3: clients[0].secret: is required for grant type CLIENT-CREDENTIALS"},
		{"client credentials without roles", lines("clients:", "  - name: C", "    grantType: CLIENT-CREDENTIALS", "    secret: s"), "a.yaml:3: clients[0].roles: is required for grant type CLIENT-CREDENTIALS"},
		{"client credentials with scopes", lines("clients:", "  - name: C", "    grantType: CLIENT-CREDENTIALS", "    secret: s", "    roles: [User in Home]", "    scopes: [users]"), "a.yaml:7: clients[0].scopes[0]: grant type CLIENT-CREDENTIALS has roles, not scopes"},
		{"client of people with roles", lines("clients:", "  - name: C", "    grantType: PASSWORD", "    scopes: [users]", "    roles: [User in Home]"), "a.yaml:6: clients[0].roles[0]: only grant type CLIENT-CREDENTIALS has roles"},
		{"client of people without scopes", lines("clients:", "  - name: C", "    grantType: PASSWORD"), "a.yaml:3: clients[0].scopes: is required for grant type PASSWORD"},
		{"web client without redirect URI", lines("clients:", "  - name: C", "    grantType: CODE", "    scopes: [users]"), "a.yaml:3: clients[0].redirectUris: is required for grant type CODE"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d, err := Parse(sourcesOf([]string{tt.fixture})...)
			if tt.want == "" {
				if err != nil {
					t.Errorf("error = %v, want none", err)
				}
				return
			}
			if _, ok := errors.AsType[*Error](err); !ok {
				t.Fatalf("error = %v, document %v, want an *Error: %s", err, d, tt.want)
			}
			if !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("error\n     %s\nwant %s", err, tt.want)
			}
			if strings.ContainsAny(err.Error(), "\n\r") {
				t.Errorf("error has more than one line: %s", err)
			}
		})
	}
}

func TestErrorsNeverShowSecrets(t *testing.T) {
	t.Parallel()
	const secret = "hunter2-hunter2"
	for _, fixture := range []string{
		lines("users: [{email: a@x.test, name: A, password: ['" + secret + "']}]"),
		lines("users: [{email: a@x.test, name: A, password: \"" + secret + "\\0\"}]"),
		lines("clients: [{name: C, grantType: CODE, secret: '" + secret + " x'}]"),
		lines("clients: [{name: C, grantType: CODE, secret: {a: " + secret + "}}]"),
	} {
		_, err := Parse(sourcesOf([]string{fixture})...)
		if err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: error %v", fixture, err)
		}
	}
}
