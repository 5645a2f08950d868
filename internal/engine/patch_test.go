package engine_test

import (
	"cmp"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

func TestWrappedValuesAreSetClearedOrLeft(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	home := admin.Get(t, "/api/v2/authorization/divisions/home").Str(t, "id")
	unit := created(t, admin, "/api/v2/workforcemanagement/businessunits", `{"name":"u","divisionId":"`+home+`","settings":{"startDayOfWeek":"Monday","timeZone":"Etc/UTC"}}`)
	path := "/api/v2/workforcemanagement/businessunits/" + unit + "/activitycodes"
	const style = `{"backgroundColor":"#123456","textColorTheme":"Light"}`
	id := created(t, admin, path, `{"name":"Walk","category":"Break","style":`+style+`,"secondaryPresences":[{"id":"a"}]}`)
	read := func() *mocktest.Response { return admin.Get(t, path+"/"+id) }
	version := func() string {
		return `"metadata":{"version":` + cmp.Or(read().Str(t, "metadata.version"), "1") + `}`
	}

	if got := admin.Patch(t, path+"/"+id, `{`+version()+`,"name":"Run"}`); got.Status != 200 {
		t.Fatalf("patch: %d %s", got.Status, got.Body)
	}
	if got := read(); got.Str(t, "name") != "Run" || got.Str(t, "style.backgroundColor") != "#123456" {
		t.Errorf("what is left out stays: %s", got.Body)
	}
	admin.Patch(t, path+"/"+id, `{`+version()+`,"style":{"value":{"backgroundColor":"#654321","textColorTheme":"Dark"}}}`)
	if got := read(); got.Str(t, "style.backgroundColor") != "#654321" || got.Str(t, "style.value") != "" {
		t.Errorf("a wrapped value is set: %s", got.Body)
	}
	admin.Patch(t, path+"/"+id, `{`+version()+`,"style":{"value":null},"secondaryPresences":{"values":[]}}`)
	if got := read(); got.Str(t, "style") != "" || got.Str(t, "secondaryPresences.0") != "" {
		t.Errorf("an empty wrapper clears: %s", got.Body)
	}
	bulk := admin.Patch(t, path+"/bulk", `{"entities":[{"id":"`+id+`",`+version()+`,"style":{"value":`+style+`},"name":"Swim"}]}`)
	if bulk.Str(t, "entities.0.name") != "Swim" || bulk.Str(t, "entities.0.style.backgroundColor") != "#123456" {
		t.Errorf("several at once: %d %s", bulk.Status, bulk.Body)
	}
	if got := admin.Patch(t, path+"/bulk", `{"entities":[{"id":"`+id+`",`+version()+`,"name":"Fly"},{"id":"nobody",`+version()+`,"name":"x"}]}`); got.Status != 404 {
		t.Errorf("one that is not there: %d %s", got.Status, got.Body)
	}
	if got := read(); got.Str(t, "name") != "Swim" {
		t.Errorf("all or nothing: %s", got.Body)
	}
}
