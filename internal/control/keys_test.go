package control_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/control"
	"github.com/mockcloud/mockcloud/mocktest"
)

// listedKeys is what GET /_mockcloud/keys answers.
type listedKeys struct {
	Entities []struct {
		Kid, Alg, Created, Retired, Until string
		Signs                             bool
	}
	Total int
}

func keysOf(t *testing.T, srv *mocktest.Server) (list listedKeys) {
	t.Helper()
	got := srv.Anonymous().Get(t, "/_mockcloud/keys")
	if got.Status != http.StatusOK {
		t.Fatalf("keys: %d %s", got.Status, got.Body)
	}
	got.JSON(t, &list)
	return list
}

func TestKeysAreListedAndRotated(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	before, old := keysOf(t, srv), srv.Admin(t)
	if before.Total != 1 || len(before.Entities) != 1 || before.Entities[0].Alg != "ES256" || !before.Entities[0].Signs || before.Entities[0].Until != "" {
		t.Fatalf("at first: %+v", before)
	}
	srv.Clock.Advance(time.Hour)
	for _, body := range []string{"", "{}", `{"alg":"EdDSA"}`} {
		got := srv.Anonymous().Do(t, http.MethodPost, "/_mockcloud/keys/rotate", body, jsonContent)
		if want := keysOf(t, srv).Entities[0]; got.Status != http.StatusOK || got.Str(t, "kid") != want.Kid || !want.Signs {
			t.Errorf("%q: %d %s, listed first: %+v", body, got.Status, got.Body, want)
		}
	}
	after := keysOf(t, srv)
	if after.Total != 4 || after.Entities[0].Alg != "EdDSA" || after.Entities[1].Alg != "ES256" || after.Entities[3].Kid != before.Entities[0].Kid {
		t.Errorf("afterwards: %+v", after)
	}
	// Guess, since real tokens have no keys: a retired key verifies for the 450 days
	// that the longest-lived client's tokens have (facts oauth.md §9), and a minute.
	if last := after.Entities[3]; last.Signs || last.Retired != "2026-01-15T13:00:00.000Z" || last.Until != "2027-04-10T13:01:00.000Z" {
		t.Errorf("the retired key: %+v", last)
	}
	for name, client := range map[string]*mocktest.Client{"an old token": old, "a new one": srv.Admin(t)} {
		if got := client.Get(t, "/api/v2/oauth/clients"); got.Status != http.StatusOK {
			t.Errorf("%s: %d %s", name, got.Status, got.Body)
		}
	}
}

func TestWhatIsNoRotationChangesNothing(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	for _, tt := range []struct {
		body, contentType string
		status            int
		code              string
	}{
		{`{"alg":"HS256"}`, "application/json", http.StatusBadRequest, "invalid.value"},
		{`{"alg":"none"}`, "application/json", http.StatusBadRequest, "invalid.value"},
		{`{"alg":"es256"}`, "application/json", http.StatusBadRequest, "invalid.value"},
		{`{"alg":7}`, "application/json", http.StatusBadRequest, "bad.request"},
		{`{"algorithm":"ES256"}`, "application/json", http.StatusBadRequest, "bad.request"},
		{`{`, "application/json", http.StatusBadRequest, "bad.request"},
		{`{}`, "text/plain", http.StatusUnsupportedMediaType, "unsupported.media.type"},
	} {
		got := srv.Anonymous().Do(t, http.MethodPost, "/_mockcloud/keys/rotate", tt.body, http.Header{"Content-Type": {tt.contentType}})
		if got.Status != tt.status || got.Str(t, "code") != tt.code {
			t.Errorf("%s: %d %s", tt.body, got.Status, got.Body)
		}
	}
	foreign := http.Header{"Content-Type": {"application/json"}, "Origin": {"https://evil.example"}}
	if got := srv.Anonymous().Do(t, http.MethodPost, "/_mockcloud/keys/rotate", "{}", foreign); got.Status != http.StatusForbidden {
		t.Errorf("from another site: %d", got.Status)
	}
	if list := keysOf(t, srv); list.Total != 1 {
		t.Errorf("keys: %+v", list)
	}
}

// A reset is about organizations. Keys belong to none.
func TestKeysOutliveAReset(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	old := srv.Admin(t)
	srv.Anonymous().Do(t, http.MethodPost, "/_mockcloud/keys/rotate", "{}", jsonContent)
	fresh, before := srv.Admin(t), keysOf(t, srv)
	srv.Reset(t)
	if after := keysOf(t, srv); after.Total != 2 || after.Entities[0] != before.Entities[0] || after.Entities[1] != before.Entities[1] {
		t.Errorf("before %+v, after %+v", before, after)
	}
	for _, client := range []*mocktest.Client{old, fresh} {
		if got := client.Get(t, "/api/v2/oauth/clients"); got.Status != http.StatusOK {
			t.Errorf("after the reset: %d %s", got.Status, got.Body)
		}
	}
}

func TestOnlyThisMachineGetsThrough(t *testing.T) {
	t.Parallel()
	for peer, want := range map[string]bool{
		"127.0.0.1:4711": true, "127.8.9.10:4711": true, "[::1]:4711": true, "[::ffff:127.0.0.1]:4711": true,
		"192.0.2.1:4711": false, "[2001:db8::1]:4711": false, "[::ffff:192.0.2.1]:4711": false, "": false, "localhost:1": false,
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody)
		r.RemoteAddr = peer
		if !want {
			r.Header.Set("X-Forwarded-For", "127.0.0.1") // anybody can say so
		}
		passed := false
		err := control.LoopbackOnly(func(echo.Context) error { passed = true; return nil })(echo.New().NewContext(r, httptest.NewRecorder()))
		refusal, refused := errors.AsType[*apierr.Error](err)
		if passed != want || refused == want || (refused && refusal.Status != http.StatusForbidden) {
			t.Errorf("%q: passed %t, %v", peer, passed, err)
		}
	}
}

// What a proxy on this machine passes on may come from anywhere.
func TestAProxyOnThisMachineIsNotThisMachine(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"} {
		header := http.Header{"Content-Type": {"application/json"}, http.CanonicalHeaderKey(name): {"127.0.0.1"}}
		for path, method := range map[string]string{
			"/_mockcloud/backup": "GET", "/_mockcloud/keys": "GET", "/_mockcloud/keys/rotate": "POST", "/_mockcloud/token": "POST", "/_mockcloud/settings": "GET",
		} {
			if got := srv.Anonymous().Do(t, method, path, nil, header); got.Status != http.StatusForbidden || got.Str(t, "code") != "loopback.only" {
				t.Errorf("%s with %s: %d", path, name, got.Status)
			}
		}
		// A token says who it is, from wherever.
		if got := srv.Admin(t).Do(t, "GET", "/_mockcloud/settings", nil, header); got.Status != http.StatusOK {
			t.Errorf("a token with %s: %d %s", name, got.Status, got.Body)
		}
	}
	if keys := keysOf(t, srv); keys.Total != 1 {
		t.Errorf("a refused request changed the keys: %+v", keys)
	}
}
