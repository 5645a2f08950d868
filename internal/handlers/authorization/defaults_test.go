package authorization_test

import (
	"slices"
	"testing"

	"github.com/mockcloud/mockcloud/internal/seed"
	"github.com/mockcloud/mockcloud/mocktest"
)

// spoil changes the description and policies of a default role, and returns its
// id.
func spoil(t *testing.T, c *mocktest.Client, handle string) string {
	t.Helper()
	l := list(t, c, base+"/roles?defaultRoleId="+handle)
	expect(t, c.Put(t, base+"/roles/"+l.Entities[0].ID, map[string]any{
		"name": l.Entities[0].Name, "description": "Spoilt",
		"permissionPolicies": []any{map[string]any{"domain": "moon", "entityName": "rock", "actionSet": []string{"throw"}}},
	}), 200, "")
	return l.Entities[0].ID
}

func TestRestoreOneDefaultRole(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	handle := base + "/roles?defaultRoleId=supervisor"
	before := admin.Get(t, handle)
	id := spoil(t, admin, "supervisor")
	other := spoil(t, admin, "developer")

	got := admin.Put(t, base+"/roles/default", `[{"id":"`+id+`"}]`)
	expect(t, got, 200, "")
	if got.Str(t, "total") != "1" || got.Str(t, "pageCount") != "1" || got.Str(t, "entities.0.id") != id {
		t.Errorf("restored: %s", got.Body)
	}
	if after := admin.Get(t, handle); string(after.Body) != string(before.Body) {
		t.Errorf("after restoring:\n%s\nwant\n%s", after.Body, before.Body)
	}
	if got := admin.Get(t, base+"/roles/"+other).Str(t, "description"); got != "Spoilt" {
		t.Errorf("a role that was not named has the description %q", got)
	}
}

func TestRestoreRefusesOtherRolesAndThenRestoresNone(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	id := spoil(t, admin, "supervisor")
	// Guess: 400 for a custom role.
	expect(t, admin.Put(t, base+"/roles/default", `[{"id":"`+id+`"},{"id":"`+queueReader+`"}]`), 400, "bad.request")
	expect(t, admin.Put(t, base+"/roles/default", `[{"id":"`+id+`"},{"id":"`+nowhere+`"}]`), 404, "")
	expect(t, admin.Put(t, base+"/roles/default", `[{"id":"`+id+`"},{}]`), 404, "")
	expect(t, admin.Put(t, base+"/roles/default", ``), 400, "")
	if got := admin.Get(t, base+"/roles/"+id).Str(t, "description"); got != "Spoilt" {
		t.Errorf("the refused restoring changed the description to %q", got)
	}
	if got := admin.Put(t, base+"/roles/default", `[]`); got.Str(t, "total") != "0" || got.Str(t, "entities") != "[]" {
		t.Errorf("restoring nothing: %s", got.Body)
	}
}

func TestRestoreDefaultRoles(t *testing.T) {
	t.Parallel()
	definitions, err := seed.DefaultRoles()
	if err != nil {
		t.Fatal(err)
	}
	admin := start(t).Admin(t)
	id := spoil(t, admin, "supervisor")
	tests := []struct {
		query   string
		spoiled bool
	}{
		{"", true},
		{"?force=false", true},
		{"?force=true", false},
	}
	for _, tt := range tests {
		got := admin.Post(t, base+"/roles/default"+tt.query, nil)
		expect(t, got, 200, "")
		var l listing
		got.JSON(t, &l)
		// Guess: the answer is all default roles on one page.
		if l.Total != len(definitions) || len(l.Entities) != l.Total || l.PageCount != 1 {
			t.Errorf("%q: %v of %d", tt.query, l.names(), l.Total)
		}
		if got := admin.Get(t, base+"/roles/"+id).Str(t, "description"); (got == "Spoilt") != tt.spoiled {
			t.Errorf("%q: the description is %q", tt.query, got)
		}
	}
	if got := admin.Get(t, base+"/roles/"+queueReader).Str(t, "name"); got != "Queue Reader" {
		t.Errorf("the custom role is now %q", got)
	}
	if pairs := grantsOf(t, admin, supervisor); !slices.Contains(pairs, pair{id, sales}) {
		t.Errorf("the grants of a restored role are gone: %v", pairs)
	}
}

func TestRestoreAddsDefaultRolesThatAreMissing(t *testing.T) {
	t.Parallel()
	definitions, err := seed.DefaultRoles()
	if err != nil {
		t.Fatal(err)
	}
	srv := startEmpty(t)
	admin := srv.As(t, "authorization:role:edit", "authorization:role:view", "authorization:role:add", "authorization:role:delete")
	if got := list(t, admin, base+"/roles?defaultRoleId=supervisor"); got.Total != 0 {
		t.Fatalf("the organization has %v already", got.names())
	}
	taken := newRole(t, admin, "supervisor") // a custom role of that name
	expect(t, admin.Post(t, base+"/roles/default", nil), 409, "request.conflict")
	if got := list(t, admin, base+"/roles?defaultRoleId=developer"); got.Total != 0 {
		t.Errorf("the conflict left %v", got.names())
	}
	expect(t, admin.Delete(t, base+"/roles/"+taken), 204, "")
	expect(t, admin.Post(t, base+"/roles/default", nil), 200, "")
	for _, d := range definitions {
		got := admin.Get(t, base+"/roles?defaultRoleId="+d.DefaultRoleID)
		if got.Str(t, "entities.0.name") != d.Name || got.Str(t, "entities.0.default") != "true" {
			t.Errorf("%s: %s", d.DefaultRoleID, got.Body)
		}
	}
}
