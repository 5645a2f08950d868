package mocktest_test

import (
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// failing is a test that only remembers why it failed.
type failing struct {
	testing.TB
	why string
}

func (f *failing) Helper() {}

func (f *failing) Fatalf(format string, args ...any) {
	f.why = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// failureOf is why a test that does so fails; "" where it passes.
func failureOf(t *testing.T, does func(testing.TB)) string {
	t.Helper()
	f, done := &failing{TB: t}, make(chan struct{})
	go func() {
		defer close(done)
		does(f)
	}()
	<-done
	return f.why
}

func TestAClientTakesPathsAndWholeURLsOfItsServerOnly(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	other := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	const path = "/api/v2/organizations/me?next=http://elsewhere.test/"
	for _, whole := range []string{path, srv.URL + path} {
		if got := admin.Get(t, whole); got.Status != http.StatusOK {
			t.Errorf("%s: %d\n%s", whole, got.Status, got.Body)
		}
	}
	if got := admin.Get(t, srv.URL); got.Status != admin.Get(t, "/").Status {
		t.Errorf("the URL alone: %d", got.Status)
	}
	elsewhere := "that is another server: this client talks to " + srv.URL
	for wanted, why := range map[string]string{
		other.URL + path:                              elsewhere,
		srv.URL + "0" + path:                          elsewhere,
		srv.URL + "@elsewhere.test" + path:            elsewhere,
		strings.Replace(srv.URL, "http", "https", 1):  elsewhere,
		"http://localhost" + path:                     elsewhere,
		path[1:]:                                      "a path begins with a slash",
		strings.TrimPrefix(srv.URL, "http://") + path: "a path begins with a slash",
		"@elsewhere.test/api/v2/organizations/me":     "a path begins with a slash",
		"http://elsewhere.test\n" + path:              "a path begins with a slash",
	} {
		if got := failureOf(t, func(tb testing.TB) { admin.Get(tb, wanted) }); !strings.HasSuffix(got, wanted+": "+why) {
			t.Errorf("%q: %q", wanted, got)
		}
	}
}
