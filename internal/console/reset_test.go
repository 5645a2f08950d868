package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

func TestAResetAsksAndTakesBackWhatWasMade(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	ada.postAndFollow(t, "/admin/divisions/new", url.Values{"name": {"Passing"}, "description": {""}}).says(t, "Passing")
	ada.get(t, "/tools/reset").says(t, "What will be gone", "What stays")
	ada.get(t, "/admin/divisions").says(t, "Passing")
	ada.postAndFollow(t, "/tools/reset", nil).says(t, "The organization is back at its fixtures.")
	ada.get(t, "/admin/divisions").says(t, "Sales").lacks(t, "Passing")
}

func TestWhoWasAddedSinceTheStartIsToldThatTheResetEndedTheirSession(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	made := srv.Admin(t).Post(t, "/api/v2/users", `{"name":"Pat Passing","email":"pat@mockcloud.test","password":"correct-horse-1","state":"active"}`)
	if made.Status != http.StatusOK {
		t.Fatalf("%d %s", made.Status, made.Body)
	}
	pat := visit(t, srv, "pat@mockcloud.test")
	pat.get(t, "/tools/reset").says(t, "Pat Passing")
	got := pat.post(t, "/tools/reset", nil).says(t, "The organization is back at its fixtures.", "Sign in as somebody of the fixtures.").lacks(t, "Pat Passing")
	if got.Status != http.StatusOK || !strings.Contains(got.Body, `href="/signin"`) || !strings.Contains(got.Header.Get("Set-Cookie"), "Max-Age=0") {
		t.Errorf("status %d, cookies %s\n%s", got.Status, got.Header.Get("Set-Cookie"), got.words())
	}
	if got := pat.get(t, "/"); got.Status != http.StatusSeeOther || !strings.HasPrefix(got.Location, "/signin?") {
		t.Errorf("the session goes on: %d %s", got.Status, got.Location)
	}
}

func TestNobodyResetsWithoutASession(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	ada.postAndFollow(t, "/admin/divisions/new", url.Values{"name": {"Staying"}, "description": {""}})
	if got := (&visitor{srv: srv}).post(t, "/tools/reset", nil); got.Status != http.StatusUnauthorized {
		t.Errorf("without a session: %d", got.Status)
	}
	elsewhere := visit(t, srv, "admin@mockcloud.test")
	elsewhere.origin = "http://127.0.0.1:1"
	if got := elsewhere.post(t, "/tools/reset", nil); got.Status != http.StatusForbidden {
		t.Errorf("from another port: %d", got.Status)
	}
	ada.get(t, "/admin/divisions").says(t, "Staying")
}
