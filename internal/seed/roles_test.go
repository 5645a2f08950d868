package seed

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/identity"
)

func TestDefaultRolesAreThoseOfANewOrganization(t *testing.T) {
	t.Parallel()
	roles, err := DefaultRoles()
	if err != nil {
		t.Fatal(err)
	}
	handles := make(map[string]*identity.Role)
	var names []string
	for _, r := range roles {
		if r.ID != "" || r.Description == "" || len(r.Policies) == 0 {
			t.Errorf("role %s: id %q, description %q, %d policies", r.Name, r.ID, r.Description, len(r.Policies))
		}
		names = append(names, r.Name)
		handles[r.DefaultRoleID] = r
	}
	want := []string{
		"employee", "admin", "Master Admin", "Supervisor", "User", "Communicate - User", "Communicate - Admin", "Telephony Admin",
		"Quality Administrator", "Quality Evaluator", "Outbound Admin", "Outbound Agent", "Genesys Cloud Voice Admin", "Developer", "Trusted External User", "People Admin",
		"SCIM Integration",
	}
	if !slices.Equal(names, want) {
		t.Errorf("roles = %q\nwant    %q", names, want)
	}
	if len(handles) != len(roles) {
		t.Errorf("%d handles for %d roles", len(handles), len(roles))
	}
	// Guess: every handle but employee and trustedUser; the real service's were
	// never seen, or only inferred (authorization.md §3.2).
	for handle, name := range map[string]string{"employee": "employee", "admin": "admin", "supervisor": "Supervisor", "trustedUser": "Trusted External User", "qualityAdmin": "Quality Administrator"} {
		if handles[handle] == nil || handles[handle].Name != name {
			t.Errorf("%s is %v, want %s", handle, handles[handle], name)
		}
	}
	if admin := handles["admin"]; !admin.Admin() || !slices.Equal(admin.Permissions, []string{"admin", "group_creation"}) {
		t.Errorf("general permissions of admin = %v", admin.Permissions)
	}
	for handle, r := range handles {
		if handle != "admin" && len(r.Permissions) > 0 {
			t.Errorf("%s has general permissions %v", r.Name, r.Permissions)
		}
	}
}

func TestCapturedPoliciesAreComplete(t *testing.T) {
	t.Parallel()
	roles, err := DefaultRoles()
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		role, domain, entity, action string
		want                         bool
	}{
		{"Master Admin", "routing", "queue", "delete", true},
		{"Master Admin", "oauth", "client", "add", false},
		{"Master Admin", "sso", "provider", "add", true},
		{"Supervisor", "routing", "queue", "search", true},
		{"Supervisor", "routing", "queue", "delete", false},
		{"Supervisor", "voicemail", "acdVoicemail", "view", true},
		{"employee", "oauth", "client", "view", false},
	}
	for _, tt := range tests {
		i := slices.IndexFunc(roles, func(r *identity.Role) bool { return r.Name == tt.role })
		if got := roles[i].Allows(tt.domain, tt.entity, tt.action); got != tt.want {
			t.Errorf("%s allows %s:%s:%s: %t, want %t", tt.role, tt.domain, tt.entity, tt.action, got, tt.want)
		}
	}
	for name, want := range map[string]int{"admin": 51, "Master Admin": 67, "Supervisor": 57} {
		i := slices.IndexFunc(roles, func(r *identity.Role) bool { return r.Name == name })
		if got := len(roles[i].Policies); got != want {
			t.Errorf("%s has %d policies, want %d", name, got, want)
		}
	}
}

func TestDefaultRolesAreTheCallersOwn(t *testing.T) {
	t.Parallel()
	first, err := DefaultRoles()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range first {
		r.Policies[0].ActionSet[0] = "changed"
		r.Name = "changed"
	}
	second, err := DefaultRoles()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range second {
		if r.Name == "changed" || r.Policies[0].ActionSet[0] == "changed" {
			t.Fatal("two calls share a role")
		}
	}
}

func TestPermissionsOnOneEntityBecomeOnePolicy(t *testing.T) {
	t.Parallel()
	var r identity.Role
	for _, p := range []string{"oauth:client:add", "routing:*:*", "admin", "oauth:client:edit,view", "routing:queue:*", "group_creation"} {
		if err := permit(&r, p); err != nil {
			t.Fatalf("%s: %v", p, err)
		}
	}
	want := identity.Role{
		Permissions: []string{"admin", "group_creation"},
		Policies: []identity.Policy{
			{Domain: "oauth", EntityName: "client", ActionSet: []string{"add", "edit", "view"}},
			{Domain: "routing", EntityName: "*", ActionSet: []string{"*"}},
			{Domain: "routing", EntityName: "queue", ActionSet: []string{"*"}},
		},
	}
	if !reflect.DeepEqual(r, want) {
		t.Errorf("role = %+v\nwant   %+v", r, want)
	}
}

func TestBrokenRoleDefinitionsNameTheirLine(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]string{
		"\ta:b:c\n":              defaultRolesFile + ":1: stands before the first role",
		"# x\nname | handle\n":   defaultRolesFile + ":2: must be name | defaultRoleId | description",
		"a | b | c\n\n\ta:b\n":   defaultRolesFile + `:3: "a:b" is no permission`,
		"a | b | c\r\n\ta:b:c\r": "",
	} {
		_, err := parseDefaultRoles(data)
		if want == "" && err != nil || want != "" && (err == nil || !strings.HasPrefix(err.Error(), want)) {
			t.Errorf("%q: %v, want %q", data, err, want)
		}
	}
}
