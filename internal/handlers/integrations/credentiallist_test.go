package integrations_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// store makes n credentials.
func store(t *testing.T, c *mocktest.Client, n int) (all []string) {
	t.Helper()
	for range n {
		all = append(all, newCredential(t, c, "userDefined", nil))
	}
	return all
}

// idsOf collects the ids of the entities.
func idsOf(t *testing.T, got *mocktest.Response) []string {
	t.Helper()
	var body struct{ Entities []struct{ ID string } }
	ok(t, got).JSON(t, &body)
	list := []string{}
	for _, e := range body.Entities {
		list = append(list, e.ID)
	}
	return list
}

func sorted(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return list
}

func TestPagesOfCredentials(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	all := store(t, admin, 5)
	var found []string
	pages := 0
	for path := credentials + "?pageSize=2"; path != ""; pages++ {
		page := ok(t, admin.Get(t, path))
		has(t, page, map[string]string{"total": "5", "pageCount": "3"})
		found = append(found, idsOf(t, page)...)
		path = page.Str(t, "nextUri")
	}
	if pages != 3 {
		t.Errorf("%d pages", pages)
	}
	same(t, "all pages", sorted(found), sorted(all))
	has(t, ok(t, admin.Get(t, credentials+"?pageSize=2&pageNumber=4")), map[string]string{"entities": "[]", "nextUri": "", "total": "5"})
	same(t, "the second time", idsOf(t, admin.Get(t, credentials)), found)
}

// "The Terraform provider … passes the last entity's id as after, stops on an
// empty page".
func TestTheProviderFindsEveryCredentialByCursor(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1, 2, 5, 6, 200} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			t.Parallel()
			_, admin := start(t)
			all := store(t, admin, 5)
			var found []string
			after := ""
			for calls := 0; ; calls++ {
				if calls > 6 {
					t.Fatal("the list does not end")
				}
				path := fmt.Sprintf("%s/listing?pageSize=%d", credentials, size)
				if after != "" {
					path += "&after=" + after
				}
				page := ok(t, admin.Get(t, path))
				list := idsOf(t, page)
				if len(list) == 0 {
					has(t, page, map[string]string{"entities": "[]", "nextUri": ""})
					break
				}
				found = append(found, list...)
				after = list[len(list)-1]
			}
			same(t, "all pages", sorted(found), sorted(all))
		})
	}
}

// Guess: the forms of the URIs, and that pages go backwards by before.
func TestTheCursorListingGoesBothWays(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	store(t, admin, 5)
	whole := idsOf(t, admin.Get(t, credentials+"/listing"))
	first := ok(t, admin.Get(t, credentials+"/listing?pageSize=2"))
	same(t, "page 1", idsOf(t, first), whole[:2])
	has(t, first, map[string]string{"previousUri": "", "selfUri": credentials + "/listing?pageSize=2", "nextUri": credentials + "/listing?after=" + whole[1] + "&pageSize=2"})
	second := ok(t, admin.Get(t, first.Str(t, "nextUri")))
	same(t, "page 2", idsOf(t, second), whole[2:4])
	third := ok(t, admin.Get(t, second.Str(t, "nextUri")))
	same(t, "page 3", idsOf(t, third), whole[4:])
	has(t, third, map[string]string{"nextUri": "", "previousUri": credentials + "/listing?before=" + whole[4] + "&pageSize=2"})
	back := ok(t, admin.Get(t, third.Str(t, "previousUri")))
	same(t, "back on page 2", idsOf(t, back), whole[2:4])
	has(t, back, map[string]string{"nextUri": credentials + "/listing?after=" + whole[3] + "&pageSize=2"})
	again := ok(t, admin.Get(t, back.Str(t, "previousUri")))
	same(t, "back on page 1", idsOf(t, again), whole[:2])
	has(t, again, map[string]string{"previousUri": ""})
	same(t, "before the first", idsOf(t, admin.Get(t, credentials+"/listing?before="+whole[0])), []string{})
	has(t, ok(t, admin.Get(t, credentials+"/listing")), map[string]string{"selfUri": credentials + "/listing", "nextUri": "", "previousUri": ""})
}

// Guess: "a cursor need not be the id of a credential that is still there".
func TestACursorOutlivesItsCredential(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	store(t, admin, 5)
	whole := idsOf(t, admin.Get(t, credentials+"/listing"))
	want(t, admin.Delete(t, credentials+"/"+whole[2]), 204)
	same(t, "after it", idsOf(t, admin.Get(t, credentials+"/listing?after="+whole[2])), whole[3:])
	same(t, "before it", idsOf(t, admin.Get(t, credentials+"/listing?before="+whole[2])), whole[:2])
	same(t, "after nothing", idsOf(t, admin.Get(t, credentials+"/listing?after=zzz")), []string{})
}

// "pageSize (string, max 200)".
func TestTheBoundsOfACursorPage(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	store(t, admin, 26)
	if n := len(idsOf(t, admin.Get(t, credentials+"/listing"))); n != 25 { // Guess: as many as other lists give
		t.Errorf("%d entities without a page size", n)
	}
	if n := len(idsOf(t, admin.Get(t, credentials+"/listing?pageSize=200"))); n != 26 {
		t.Errorf("%d entities of 26", n)
	}
	for _, size := range []string{"0", "-1", "201", "x", "1.5", "99999999999999999999"} {
		refused(t, admin.Get(t, credentials+"/listing?pageSize="+size), 400, "invalid.query.param.value", "pageSize")
	}
	refused(t, admin.Get(t, credentials+"/listing?after=a&before=b"), 400, "bad.request", "before")
}
