package authorization_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestADeletedDivisionComesBack(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	got := admin.Post(t, base+"/divisions", `{"name":"Returns","description":"Parcels"}`)
	id, path := got.Str(t, "id"), base+"/divisions/"+got.Str(t, "id")
	expect(t, admin.Post(t, base+"/subjects/"+agent1+"/bulkadd", bulk(pair{queueReader, id})), 204, "")
	expect(t, admin.Post(t, path+"/restore", `{}`), 409, "resource.already.exists")
	if l := list(t, admin, base+"/divisions/deleted"); l.Total != 0 || len(l.Entities) != 0 {
		t.Errorf("deleted before anything was: %v", l.names())
	}

	expect(t, admin.Delete(t, path), 204, "")
	listed := admin.Get(t, base+"/divisions/deleted")
	if listed.Str(t, "total") != "1" || listed.Str(t, "pageCount") != "1" || listed.Str(t, "entities.0.id") != id ||
		listed.Str(t, "entities.0.name") != "Returns" || listed.Str(t, "entities.0.description") != "Parcels" || listed.Str(t, "entities.0.homeDivision") != "false" {
		t.Errorf("deleted: %s", listed.Body)
	}
	// It is not there for anything else.
	expect(t, admin.Get(t, path), 404, "")
	expect(t, admin.Post(t, objectsURI(id, "USER"), []string{agent1}), 404, "")
	expect(t, admin.Post(t, base+"/subjects/"+agent1+"/bulkadd", bulk(pair{queueReader, id})), 404, "")

	restored := admin.Post(t, path+"/restore", `{"description":"Letters"}`)
	expect(t, restored, 200, "")
	// Guess: what is not said anew stays.
	if restored.Str(t, "id") != id || restored.Str(t, "name") != "Returns" || restored.Str(t, "description") != "Letters" {
		t.Errorf("restored: %s", restored.Body)
	}
	if read := admin.Get(t, path); string(read.Body) != string(restored.Body) {
		t.Errorf("read %s", read.Body)
	}
	if l := list(t, admin, base+"/divisions/deleted"); l.Total != 0 {
		t.Errorf("still deleted: %v", l.names())
	}
	// Guess: its grants do not come back.
	if pairs := grantsOf(t, admin, agent1); slices.Contains(pairs, pair{queueReader, id}) {
		t.Errorf("the agent holds %v", pairs)
	}
	expect(t, admin.Post(t, path+"/restore", `{}`), 409, "resource.already.exists")
	expect(t, admin.Post(t, objectsURI(id, "USER"), []string{agent1}), 204, "")
}

func TestADivisionIsRestoredUnderAnotherName(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	id := newDivision(t, admin, "Returns")
	path := base + "/divisions/" + id
	expect(t, admin.Delete(t, path), 204, "")
	newDivision(t, admin, "returns")

	got := admin.Post(t, path+"/restore", `{"name":"Returns","description":""}`)
	expect(t, got, 409, "resource.already.exists")
	if message := got.Str(t, "message"); message != "A resource with that name already exists." {
		t.Errorf("message: %s", message)
	}
	tests := []struct {
		body, code string
	}{
		{`{"name":" "}`, "division.name.invalid"},
		{`{"name":"` + strings.Repeat("x", 501) + `"}`, "max.length.exceeded"},
		{`{"name":5}`, "bad.request"},
		{`{`, "bad.request"},
		{``, ""},
	}
	for _, tt := range tests {
		expect(t, admin.Post(t, path+"/restore", tt.body), 400, tt.code)
	}
	expect(t, admin.Get(t, path), 404, "")
	if l := list(t, admin, base+"/divisions/deleted"); !slices.Equal(l.ids(), []string{id}) {
		t.Errorf("the refusals left %v deleted", l.names())
	}
	got = admin.Post(t, path+"/restore", `{"name":"Old returns","id":"mine","homeDivision":true}`)
	expect(t, got, 200, "")
	if got.Str(t, "id") != id || got.Str(t, "name") != "Old returns" || got.Str(t, "homeDivision") != "false" {
		t.Errorf("restored: %s", got.Body)
	}
}

func TestOnlyDeletedDivisionsCanBeRestored(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	for _, id := range []string{nowhere, "x", "*"} {
		expect(t, admin.Post(t, base+"/divisions/"+id+"/restore", `{"name":"New"}`), 404, "")
	}
	expect(t, admin.Post(t, base+"/divisions/"+home+"/restore", `{"name":"New"}`), 409, "resource.already.exists")
	if l := list(t, admin, base+"/divisions?name=new"); l.Total != 0 {
		t.Errorf("there is %v", l.names())
	}
}

func TestRestoringObeysTheLimit(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	gone := newDivision(t, admin, "Gone")
	expect(t, admin.Delete(t, base+"/divisions/"+gone), 204, "")
	last := ""
	for i := range 47 { // there are three
		last = newDivision(t, admin, fmt.Sprintf("Division %02d", i))
	}
	expect(t, admin.Post(t, base+"/divisions/"+gone+"/restore", `{}`), 400, "max.scopes.exceeded")
	expect(t, admin.Delete(t, base+"/divisions/"+last), 204, "")
	expect(t, admin.Post(t, base+"/divisions/"+gone+"/restore", `{}`), 200, "")
}

func TestDeletedDivisionsAreListedByNameAndPage(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	for _, name := range []string{"Cc", "aa", "Bb", "aa"} { // the same name twice, one after the other
		expect(t, admin.Delete(t, base+"/divisions/"+newDivision(t, admin, name)), 204, "")
	}
	first := list(t, admin, base+"/divisions/deleted?pageSize=3")
	if !slices.Equal(first.names(), []string{"aa", "aa", "Bb"}) || first.Total != 4 || first.PageCount != 2 || first.NextURI == "" {
		t.Errorf("first page: %v of %d", first.names(), first.Total)
	}
	if next := list(t, admin, first.NextURI); !slices.Equal(next.names(), []string{"Cc"}) {
		t.Errorf("second page: %v", next.names())
	}
	expect(t, admin.Get(t, base+"/divisions/deleted?pageSize=0"), 400, "invalid.query.param.value")
}
