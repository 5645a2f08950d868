package groups_test

import (
	"slices"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

const policy = "/api/v2/voicemail/groups/"

// The calls of the Terraform resource "group", in its order (facts: terraform.md
// §3).
func TestTerraformManagesAGroup(t *testing.T) {
	t.Parallel()
	_, admin := start(t)

	// Create.
	id := create(t, admin, fields{
		"name": "Terraformed", "type": "official", "visibility": "public", "rulesVisible": true, "rolesEnabled": true,
		"callsEnabled": false, "includeOwners": false, "ownerIds": []string{ada},
		"addresses": []fields{{"mediaType": "PHONE", "type": "GROUPRING", "address": "+13174269078"}},
	})
	put(t, admin, id, fields{
		"name": "Terraformed", "description": "By hand", "visibility": "public", "rulesVisible": true, "rolesEnabled": true,
		"callsEnabled": false, "includeOwners": false, "ownerIds": []string{ada},
		"addresses": []fields{{"mediaType": "PHONE", "type": "GROUPRING", "address": "+13174269078"}},
	})
	individuals := func() []string {
		t.Helper()
		ids := textsIn(t, want(t, admin.Get(t, path(id)+"/individuals"), 200, ""), "entities", "id")
		slices.Sort(ids)
		return ids
	}
	same(t, "individuals", individuals(), []string{})
	join(t, admin, id, sue, aki)
	want(t, admin.Patch(t, policy+id+"/policy", fields{"enabled": false}), 200, "")

	// Read: as it was written.
	has(t, want(t, admin.Get(t, path(id)), 200, ""), map[string]string{
		"name": "Terraformed", "type": "official", "visibility": "public", "rulesVisible": "true", "description": "By hand",
		"rolesEnabled": "true", "callsEnabled": "false", "includeOwners": "false", "owners.0.id": ada, "owners.1.id": "",
		"addresses.0.address": "+13174269078", "addresses.0.mediaType": "PHONE", "addresses.0.type": "GROUPRING", "addresses.0.extension": "",
	})
	same(t, "individuals", individuals(), []string{sue, aki})
	has(t, want(t, admin.Get(t, policy+id+"/policy"), 200, ""), map[string]string{"enabled": "false"})

	// Update: no owners is one blank, and the address becomes an extension.
	put(t, admin, id, fields{
		"name": "Terraformed", "description": "", "visibility": "members", "rulesVisible": false, "rolesEnabled": true,
		"callsEnabled": true, "includeOwners": true, "ownerIds": []string{" "},
		"addresses": []fields{{"mediaType": "PHONE", "type": "GROUPPHONE", "extension": "4321"}},
	})
	want(t, admin.Delete(t, path(id)+"/members?ids="+sue), 202, "")
	want(t, admin.Patch(t, policy+id+"/policy", fields{"enabled": true, "sendEmailNotifications": true, "disableEmailPii": false, "includeEmailTranscriptions": false}), 200, "")
	has(t, want(t, admin.Get(t, path(id)), 200, ""), map[string]string{
		"description": "", "visibility": "members", "rulesVisible": "false", "callsEnabled": "true", "includeOwners": "true", "owners": "[]",
		"addresses.0.address": "", "addresses.0.extension": "4321", "addresses.0.type": "GROUPPHONE", "addresses.1": "",
	})
	same(t, "individuals", individuals(), []string{aki})
	has(t, want(t, admin.Get(t, policy+id+"/policy"), 200, ""), map[string]string{
		"enabled": "true", "sendEmailNotifications": "true", "disableEmailPii": "false", "includeEmailTranscriptions": "false",
	})

	// Look-up by name, then delete.
	found := want(t, admin.Post(t, "/api/v2/groups/search", fields{"query": []fields{{"type": "EXACT", "fields": []string{"name"}, "value": "Terraformed"}}}), 200, "")
	has(t, found, map[string]string{"total": "1", "results.0.id": id})
	want(t, admin.Delete(t, path(id)), 204, "")
	want(t, admin.Get(t, path(id)), 404, "")
	want(t, admin.Get(t, policy+id+"/policy"), 404, "")
}

// own lists the role ids of the grants that are the subject's own.
func own(t *testing.T, c *mocktest.Client, subject string) []string {
	t.Helper()
	var view struct {
		Grants []struct {
			SubjectID string
			Division  struct{ ID string }
			Role      struct{ ID string }
		}
	}
	want(t, c.Get(t, pairs+subject+"?includeDuplicates=true"), 200, "").JSON(t, &view)
	ids := []string{}
	for _, g := range view.Grants {
		if g.SubjectID == subject {
			ids = append(ids, g.Division.ID+" "+g.Role.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// The calls of "user_roles" and "group_roles": the set is exact, and inherited
// grants carry the id of the group.
func TestTerraformManagesTheRolesOfAGroupAndItsMembers(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	role := reader(t, admin)
	group := create(t, admin, official("Terraformed"))
	person := want(t, admin.Post(t, "/api/v2/users", fields{"name": "Tess", "email": "tess@mockcloud.test", "state": "active"}), 200, "").Str(t, "id")
	join(t, admin, group, person)

	same(t, "grants of the group", own(t, admin, group), []string{}) // 200 without grants
	grant(t, admin, group, "PC_GROUP", role, "*")
	same(t, "grants of the group", own(t, admin, group), []string{"* " + role})

	employee := own(t, admin, person)
	if len(employee) != 1 {
		t.Fatalf("a new user holds %q", employee)
	}
	want(t, admin.Delete(t, pairs+person+"/divisions/"+home+"/roles/"+employee[0][len(home)+1:]), 204, "")
	grant(t, admin, person, "PC_USER", role, home)
	same(t, "own grants of the member", own(t, admin, person), []string{home + " " + role})
	both := want(t, admin.Get(t, pairs+person+"?includeDuplicates=true"), 200, "")
	same(t, "subjects of the grants", textsIn(t, both, "grants", "subjectId"), []string{person, group})

	want(t, admin.Delete(t, pairs+group+"/divisions/*/roles/"+role), 204, "")
	same(t, "grants of the group", own(t, admin, group), []string{})
	same(t, "own grants of the member", own(t, admin, person), []string{home + " " + role})
}
