package presence_test

import (
	"testing"

	"github.com/mockcloud/mockcloud/internal/expect"
	"github.com/mockcloud/mockcloud/mocktest"
)

const (
	newer = "/api/v2/presence/definitions"
	older = "/api/v2/presencedefinitions"

	available = "6a3af858-942f-489d-9700-5f9bcdcdae9b" // the same in every organization
	paperwork = "6d6f636b-0012-4000-8000-000000000001" // of the default fixture
	sales     = "6d6f636b-0002-4000-8000-000000000002"
	nothing   = "6d6f636b-0000-4000-8000-00000000ffff"
)

type fields = map[string]any

// want ends the test unless the answer is as it should be.
var want = expect.Answer

// has fails the test unless the body has these texts at these paths.
var has = expect.Texts

func TestTheSystemsDefinitionsAreThereFromTheStart(t *testing.T) {
	t.Parallel()
	admin := mocktest.Start(t, mocktest.Options{}).Admin(t)
	has(t, want(t, admin.Get(t, newer), 200, ""), map[string]string{
		"total": "11", "entities.0.id": available, "entities.0.type": "System", "entities.0.languageLabels": `{"en_US":"Available"}`,
		"entities.8.systemPresence": "OnQueue", "entities.8.languageLabels.en_US": "On Queue",
		"entities.10.id": paperwork, "entities.10.type": "User", "entities.10.systemPresence": "Busy",
		"entities.10.divisionId": "*", // Guess: the division of those that nobody has put in one
	})
	has(t, want(t, admin.Get(t, older+"?pageSize=9"), 200, ""), map[string]string{
		"total": "11", "pageCount": "2", "entities.0.primary": "true", "entities.8.systemPresence": "On Queue",
	})
	has(t, want(t, admin.Get(t, older+"/"+paperwork), 200, ""), map[string]string{"primary": "false", "languageLabels.de": "Schreibarbeit", "name": "Paperwork"})
	has(t, want(t, admin.Get(t, older+"/"+available+"?localeCode=de"), 200, ""), map[string]string{"languageLabels": `{"en_US":"Available"}`})
	has(t, want(t, admin.Get(t, newer+"/"+paperwork+"?localeCode=de"), 200, ""), map[string]string{"languageLabels": `{"de":"Schreibarbeit"}`})

	// Guess: the ids of the system presences are those of their definitions.
	has(t, want(t, admin.Get(t, "/api/v2/systempresences"), 200, ""), map[string]string{"0.name": "Available", "0.id": available, "8.name": "On Queue", "9.name": "Training"})
}

func TestADefinitionIsDeactivatedNotDeleted(t *testing.T) {
	t.Parallel()
	admin := mocktest.Start(t, mocktest.Options{}).Admin(t)
	made := want(t, admin.Post(t, newer, fields{"languageLabels": fields{"en_US": "Lunch", "fr": "Déjeuner"}, "systemPresence": "Meal", "divisionId": sales}), 200, "")
	has(t, made, map[string]string{"name": "Lunch", "type": "User", "systemPresence": "Meal", "divisionId": sales, "deactivated": "false"})
	id := made.Str(t, "id")

	// Guess: those of all divisions are shown for any of them.
	has(t, admin.Get(t, newer+"?divisionId="+sales), map[string]string{"total": "12"})
	has(t, admin.Get(t, newer+"?divisionId="+nothing), map[string]string{"total": "11"})

	has(t, want(t, admin.Put(t, newer+"/"+id, fields{"languageLabels": fields{"en_US": "Late Lunch"}, "systemPresence": "On Queue"}), 400, "invalid.value"), nil)
	has(t, want(t, admin.Put(t, newer+"/"+id, fields{"languageLabels": fields{"en_US": "Late Lunch"}, "systemPresence": "Break"}), 200, ""), map[string]string{"systemPresence": "Break", "divisionId": sales})

	want(t, admin.Delete(t, newer+"/"+id), 204, "")
	has(t, want(t, admin.Get(t, newer+"/"+id), 200, ""), map[string]string{"deactivated": "true"})
	has(t, want(t, admin.Get(t, older+"/"+id), 200, ""), map[string]string{"deactivated": "true", "languageLabels.en_US": "Late Lunch"})
	for query, total := range map[string]string{"": "11", "?deactivated=false": "11", "?deactivated=true": "1", "?deactivated=ALL": "12"} {
		has(t, admin.Get(t, newer+query), map[string]string{"total": total})
	}
	has(t, admin.Get(t, older+"?deleted=ALL"), map[string]string{"total": "12"})
	want(t, admin.Delete(t, newer+"/"+id), 204, "")
	has(t, want(t, admin.Put(t, newer+"/"+id, fields{"languageLabels": fields{"en_US": "Lunch"}, "systemPresence": "Meal", "deactivated": false}), 200, ""), map[string]string{"deactivated": "false"})
}

func TestTheOlderTwinWritesTheSameDefinitions(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	made := want(t, admin.Post(t, older, fields{"languageLabels": fields{"en_US": "Standby"}, "systemPresence": "ON_QUEUE", "primary": true}), 200, "")
	has(t, made, map[string]string{"systemPresence": "On Queue", "primary": "false", "createdDate": "2026-01-15T12:00:00.000Z"})
	if made.Str(t, "createdBy.id") == "" {
		t.Errorf("nobody made it: %s", made.Body)
	}
	id := made.Str(t, "id")
	has(t, want(t, admin.Get(t, newer+"/"+id), 200, ""), map[string]string{"systemPresence": "OnQueue"})
	has(t, want(t, admin.Put(t, older+"/"+id, fields{"languageLabels": fields{"en_US": "Ready"}, "systemPresence": "On Queue"}), 200, ""), map[string]string{"name": "Ready"})
	want(t, admin.Delete(t, older+"/"+id), 204, "")
	has(t, want(t, admin.Get(t, older+"/"+id), 200, ""), map[string]string{"deactivated": "true"})
	want(t, srv.As(t).Get(t, older), 200, "")
	want(t, srv.As(t).Get(t, older+"/"+id), 403, "missing.permissions")
}

func TestBadDefinitionsAreRefused(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	label := fields{"en_US": "Lunch"}
	const family = "presenceservice.organizationpresence."
	for _, tt := range []struct {
		name   string
		body   fields
		status int
		code   string
	}{
		{"no label", fields{"languageLabels": fields{}, "systemPresence": "Meal"}, 409, family + "musthaveatleastonelocalelabeldefined"},
		{"an empty label", fields{"languageLabels": fields{"en_US": " "}, "systemPresence": "Meal"}, 409, family + "localevaluesinvalid"},
		{"an unknown locale", fields{"languageLabels": fields{"xx": "Lunch"}, "systemPresence": "Meal"}, 409, family + "localevaluesinvalid"},
		{"no system presence", fields{"languageLabels": label}, 409, family + "systempresencecannotbenull"},
		{"an unknown division", fields{"languageLabels": label, "systemPresence": "Meal", "divisionId": nothing}, 409, family + "invaliddivisionid"},
		{"an unknown system presence", fields{"languageLabels": label, "systemPresence": "Nap"}, 400, "invalid.value"},
		{"no labels", fields{"systemPresence": "Meal"}, 400, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			want(t, admin.Post(t, newer, tt.body), tt.status, tt.code)
			want(t, admin.Put(t, newer+"/"+paperwork, tt.body), tt.status, tt.code)
		})
	}
	want(t, admin.Post(t, older, fields{"languageLabels": label, "systemPresence": "Nap"}), 409, family+"systempresencecannotbenull")
	for _, path := range []string{newer, older} {
		want(t, admin.Get(t, path+"/"+nothing), 404, family+"organizationpresencenotfound")
		want(t, admin.Delete(t, path+"/"+nothing), 404, family+"organizationpresencenotfound")
		// Guess: what is answered to somebody who changes a definition of the
		// system. It cannot be changed in the product.
		want(t, admin.Put(t, path+"/"+available, fields{"languageLabels": label, "systemPresence": "Meal"}), 409, "request.conflict")
		want(t, admin.Delete(t, path+"/"+available), 409, "request.conflict")
		want(t, srv.As(t).Post(t, path, fields{"languageLabels": label, "systemPresence": "Meal"}), 403, "missing.permissions")
	}
	want(t, srv.As(t).Get(t, newer), 403, "missing.permissions")
}

func TestThereIsALimitToDefinitions(t *testing.T) {
	t.Parallel()
	admin := mocktest.Start(t, mocktest.Options{}).Admin(t)
	body := fields{"languageLabels": fields{"en_US": "Lunch"}, "systemPresence": "Meal"}
	for range 199 { // with the one of the fixture, 200 (a guess)
		want(t, admin.Post(t, newer, body), 200, "")
	}
	want(t, admin.Post(t, newer, body), 409, "presenceservice.organizationpresence.toomanyorganizationpresences")
	want(t, admin.Post(t, older, body), 409, "presenceservice.organizationpresence.toomanyorganizationpresences")
}
