package routing_test

import (
	"strings"
	"testing"
)

func TestAWrapupCodeLivesAndIsGone(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	made := want(t, admin.Post(t, codes, fields{"name": "Wrong Number", "description": "Nobody's fault"}), 200, "")
	// Guess: no division means all of them, as the Terraform provider has it.
	has(t, made, map[string]string{"name": "Wrong Number", "division.id": "*", "description": "Nobody's fault", "dateCreated": "2026-01-15T12:00:00.000Z"})
	self := codes + "/" + made.Str(t, "id")
	has(t, want(t, admin.Put(t, self, fields{"name": "Wrong", "division": fields{"id": home}}), 200, ""), map[string]string{
		"name": "Wrong", "description": "", "division.id": home, "division.name": "Home", "selfUri": self,
	})
	has(t, want(t, admin.Get(t, self), 200, ""), map[string]string{"name": "Wrong"})
	has(t, want(t, admin.Get(t, codes+"/divisionviews/"+made.Str(t, "id")), 200, ""), map[string]string{"name": "Wrong"})
	want(t, admin.Post(t, queues+"/"+salesQueue+"/wrapupcodes", ids(made.Str(t, "id"))), 200, "")
	want(t, admin.Delete(t, self), 200, "")
	want(t, admin.Get(t, self), 404, "resource.not.found")
	want(t, admin.Delete(t, self), 404, "resource.not.found")
	same(t, "of the queue", names(t, admin.Get(t, queues+"/"+salesQueue+"/wrapupcodes")), []string{"Resolved", "Sold"})
}

func TestBadWrapupCodesAreRefused(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	want(t, admin.Post(t, codes, fields{"name": "RESOLVED"}), 400, "duplicate.name")
	want(t, admin.Post(t, codes, fields{"name": " "}), 400, "invalid.name")
	want(t, admin.Post(t, codes, fields{"name": strings.Repeat("ä", 257)}), 400, "invalid.name")
	want(t, admin.Post(t, codes, fields{}), 400, "")
	want(t, admin.Post(t, codes, fields{"name": "x", "division": fields{"id": nothing}}), 400, "resource.not.found")
	want(t, admin.Put(t, codes+"/"+sold, fields{"name": "Resolved"}), 400, "duplicate.name")
	want(t, admin.Get(t, codes+"/none"), 400, "invalid.id")
	want(t, admin.Get(t, codes+"/divisionviews?name=x&id="+sold), 400, "name.and.id.specified")
}

func TestWrapupCodesAreFilteredAndSeenByDivision(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	seller := srv.AsIn(t, "Sales", "routing:wrapupCode:view", "routing:wrapupCode:search", "routing:wrapupCode:add", "routing:wrapupCode:edit", "routing:wrapupCode:delete")
	for _, tt := range []struct {
		query string
		want  []string
	}{
		{"", []string{"Call Back Later", "Resolved", "Sold"}},
		{"?sortOrder=descending", []string{"Sold", "Resolved", "Call Back Later"}},
		{"?sortBy=id", []string{"Resolved", "Call Back Later", "Sold"}},
		{"?name=resolved", []string{"Resolved"}}, // Guess: as with queues, a whole name unless there are asterisks
		{"?name=*o*", []string{"Resolved", "Sold"}},
		{"?id=" + sold + "&id=" + later, []string{"Call Back Later", "Sold"}},
		{"?divisionId=" + sales, []string{"Sold"}},
		{"?divisionId=*", []string{"Resolved"}},
		{"?pageSize=2&pageNumber=2", []string{"Sold"}},
		{"/divisionviews?includeState=Active", []string{"Call Back Later", "Resolved", "Sold"}},
		{"/divisionviews?includeState=Deleted", []string{}}, // Guess: of deleted ones nothing is kept
	} {
		same(t, tt.query, names(t, want(t, admin.Get(t, codes+tt.query), 200, "")), tt.want)
	}
	same(t, "seen from Sales", names(t, seller.Get(t, codes)), []string{"Resolved", "Sold"})
	same(t, "searched from Sales", names(t, seller.Get(t, codes+"/divisionviews")), []string{"Resolved", "Sold"})
	want(t, seller.Get(t, codes+"/"+resolved), 200, "")
	// Guess: wrap-up codes obey their division, as their listings do.
	want(t, seller.Get(t, codes+"/"+later), 403, "missing.division.permission")
	want(t, seller.Put(t, codes+"/"+resolved, fields{"name": "Mine"}), 403, "missing.division.permission")
	want(t, seller.Delete(t, codes+"/"+later), 403, "missing.division.permission")
	want(t, seller.Post(t, codes, fields{"name": "Everywhere"}), 403, "missing.division.permission")
	want(t, seller.Post(t, codes, fields{"name": "Here", "division": fields{"id": sales}}), 200, "")
	want(t, seller.Put(t, codes+"/"+sold, fields{"name": "Sold", "division": fields{"id": "*"}}), 403, "missing.division.permission")
}

func TestAQueueOffersWrapupCodes(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	offered := queues + "/" + supportQueue + "/wrapupcodes"
	same(t, "at first", names(t, want(t, admin.Get(t, offered+"?pageSize=100"), 200, "")), []string{"Call Back Later", "Resolved"})
	has(t, want(t, admin.Post(t, offered, ids(sold, resolved)), 200, ""), map[string]string{"0.name": "Sold", "1.name": "Resolved"})
	same(t, "with more", names(t, admin.Get(t, offered)), []string{"Call Back Later", "Resolved", "Sold"})
	same(t, "a page", names(t, admin.Get(t, offered+"?pageSize=2&pageNumber=2")), []string{"Sold"})
	want(t, admin.Delete(t, offered+"/"+resolved), 200, "")
	want(t, admin.Delete(t, offered+"/"+resolved), 404, "resource.not.found")
	same(t, "with less", names(t, admin.Get(t, offered)), []string{"Call Back Later", "Sold"})
	want(t, admin.Post(t, offered, []fields{}), 400, "bad.request")
	want(t, admin.Post(t, offered, ids(resolved, nothing)), 404, "resource.not.found")
	same(t, "after a refusal", names(t, admin.Get(t, offered)), []string{"Call Back Later", "Sold"})
}
