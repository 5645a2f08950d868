package console_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

func TestDivisionsAreAddedChangedAndDeleted(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	ada.get(t, "/admin/divisions").says(t, "Home", "Sales", "Support")

	ada.postAndFollow(t, "/admin/divisions/new", url.Values{"name": {"<script>North"}, "description": {"Those up there"}}).
		says(t, "It was added.", "<script>North", "Those up there")
	id := srv.Admin(t).Get(t, "/api/v2/authorization/divisions?name=%3Cscript%3ENorth").Str(t, "entities.0.id")
	page := "/admin/divisions/" + id
	ada.postAndFollow(t, page, url.Values{"name": {"South"}, "description": {""}}).says(t, "It was saved.", "South")
	ada.get(t, page+"/delete").says(t, "Delete the division South?")
	ada.postAndFollow(t, page+"/delete", nil).says(t, "It was deleted.").lacks(t, "South")
	if got := ada.get(t, page); got.Status != 404 {
		t.Errorf("status = %d", got.Status)
	}
}

func TestADivisionWhoseNameIsTakenIsRefusedAndTheFormKept(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	got := visit(t, srv, "admin@mockcloud.test").post(t, "/admin/divisions/new", url.Values{"name": {"Sales"}, "description": {"kept"}})
	got.says(t, "The API refused this:")
	if got.Status != 409 || !strings.Contains(got.Body, `value="Sales"`) || !strings.Contains(got.Body, `value="kept"`) {
		t.Errorf("status = %d\n%s", got.Status, got.Body)
	}
}

func TestADivisionThatWasDeletedIsRestored(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	id := srv.Admin(t).Post(t, "/api/v2/authorization/divisions", map[string]any{"name": "North", "description": "Those up there"}).Str(t, "id")
	ada.get(t, "/admin/divisions/deleted").says(t, "No division was deleted.")
	ada.postAndFollow(t, "/admin/divisions/"+id+"/delete", nil)
	ada.get(t, "/admin/divisions/deleted").says(t, "North", "Those up there")
	ada.get(t, "/admin/divisions/"+id+"/restore").says(t, "Restore the division North?")
	ada.postAndFollow(t, "/admin/divisions/"+id+"/restore", nil).says(t, "The division is back.", "North")
	if got := ada.get(t, "/admin/divisions/"+id+"/restore"); got.Status != 404 {
		t.Errorf("status = %d", got.Status)
	}
	if got := visit(t, srv, "builder@mockcloud.test").get(t, "/admin/divisions/deleted").says(t, "authorization:divisionDeleted:view"); got.Status != 403 {
		t.Errorf("status = %d", got.Status)
	}
}

func TestADivisionSaysWhatIsInItAndWhoHoldsRolesThere(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	ada.get(t, "/admin/divisions?name=ALE").says(t, "Sales").lacks(t, ">Support<")
	ada.get(t, "/admin/divisions").says(t, "Other objects", "Sales Those who sell 2 2")
	page := "/admin/divisions/" + peopleSales + "/grants"
	ada.get(t, page).says(t, "Ben Builder", "Person", "Queue Reader").lacks(t, "Integration Builder")
	ada.get(t, "/admin/divisions/"+peopleHome+"/grants").says(t, "Integration Team", "Group")

	alex := visit(t, srv, "agent1@mockcloud.test")
	if got := alex.get(t, page).says(t, "Refused", "authorization:grant:view"); got.Status != 200 {
		t.Errorf("status = %d", got.Status)
	}
	alex.get(t, "/admin/divisions/"+peopleSales).says(t, "authorization:division:edit").lacks(t, ">Save<")
}

func TestADivisionThatIsNotEmptyStays(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	if got := ada.post(t, "/admin/divisions/"+peopleSales+"/delete", nil).says(t, "That did not work"); got.Status != 400 {
		t.Errorf("status = %d", got.Status)
	}
	ada.get(t, "/admin/divisions").says(t, "Sales")
}
