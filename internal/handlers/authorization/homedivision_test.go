package authorization_test

import "testing"

// The home division stays because it is home, and not for what lives in it.
func TestAnEmptyHomeDivisionStays(t *testing.T) {
	t.Parallel()
	c := startEmpty(t).As(t, "authorization:division:delete", "authorization:division:edit")
	home := c.Get(t, base+"/divisions/home")
	path := base + "/divisions/" + home.Str(t, "id")
	if counts := c.Get(t, path+"?objectCount=true"); counts.Str(t, "objectCounts.USER") != "0" || counts.Str(t, "objectCounts.QUEUE") != "0" {
		t.Fatalf("it is not empty: %s", counts.Body)
	}
	for _, query := range []string{"", "?force=true"} {
		expect(t, c.Delete(t, path+query), 400, "precondition.failure")
	}
	expect(t, c.Put(t, path, `{"name":"Main"}`), 200, "")
	expect(t, c.Delete(t, path), 400, "precondition.failure")
	expect(t, c.Get(t, path), 200, "")
}
