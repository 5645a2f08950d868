package outbound_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/outbound"
	"github.com/mockcloud/mockcloud/internal/store"
)

func openStore(t *testing.T) *store.DB {
	t.Helper()
	db, err := store.Open(filepath.Join(t.TempDir(), "state.db"), store.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func update(t *testing.T, db *store.DB, fn func(*store.Tx) error) {
	t.Helper()
	if err := db.Update(t.Context(), "some-org", fn); err != nil {
		t.Fatal(err)
	}
}

func register(t *testing.T, db *store.DB, stubs ...*outbound.Stub) {
	t.Helper()
	for _, s := range stubs {
		update(t, db, func(tx *store.Tx) error { return outbound.RegisterStub(tx, s) })
	}
}

// match returns the id of the stub for a call; "" for none.
func match(t *testing.T, db *store.DB, method, target, body string) string {
	t.Helper()
	var id string
	err := db.View(t.Context(), "another-org", func(tx *store.Tx) error {
		s, err := outbound.Match(tx, method, target, []byte(body))
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err == nil {
			id = s.ID
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func order(t *testing.T, db *store.DB) []string {
	t.Helper()
	var ids []string
	err := db.View(t.Context(), store.Global, func(tx *store.Tx) error {
		for s, err := range outbound.AllStubs(tx) {
			if err != nil {
				return err
			}
			ids = append(ids, s.ID)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

func TestTheFirstStubThatMatchesCounts(t *testing.T) {
	t.Parallel()
	db := openStore(t)
	if got := match(t, db, "GET", "https://crm.test/a", ""); got != "" {
		t.Errorf("an empty table has %s", got)
	}
	update(t, db, func(tx *store.Tx) error {
		return outbound.SeedStubs(tx, []*outbound.Stub{
			{ID: "fixture-get", Method: "GET", URL: "https://crm.test/*"},
			{ID: "fixture-any", URL: "https://crm.test/*"},
			{ID: "fixture-all", URL: "*"},
		})
	})
	register(t, db,
		&outbound.Stub{ID: "own-old", URL: "https://crm.test/own"},
		&outbound.Stub{ID: "own-new", URL: "https://crm.test/own", Method: "post", Body: &outbound.BodyMatch{Contains: `{"a":1}`}},
	)
	tests := []struct{ method, target, body, want string }{
		{"GET", "https://crm.test/a", "", "fixture-get"},
		{"get", "https://crm.test/a", "", "fixture-get"},
		{"PUT", "https://crm.test/a", "", "fixture-any"},
		{"GET", "https://erp.test/a", "", "fixture-all"},
		{"GET", "https://crm.test/own", "", "own-old"},
		{"POST", "https://crm.test/own", "", "own-old"},
		{"POST", "https://crm.test/own", `{"a":1,"b":2}`, "own-new"},
		{"GET", "/api/v2/users/me", "", ""},
	}
	for _, tt := range tests {
		if got := match(t, db, tt.method, tt.target, tt.body); got != tt.want {
			t.Errorf("%s %s %s: %q, want %q", tt.method, tt.target, tt.body, got, tt.want)
		}
	}
}

func TestAStubThatIsRegisteredAgainComesFirst(t *testing.T) {
	t.Parallel()
	db := openStore(t)
	update(t, db, func(tx *store.Tx) error {
		return outbound.SeedStubs(tx, []*outbound.Stub{{ID: "f1", URL: "*"}, {ID: "f2", URL: "*"}})
	})
	for _, id := range []string{"a", "b", "c", "a", "b", "d"} {
		register(t, db, &outbound.Stub{ID: id, URL: "*", ResponseBody: id})
	}
	if got := order(t, db); !slices.Equal(got, []string{"d", "b", "a", "c", "f1", "f2"}) {
		t.Errorf("order %v", got)
	}
	err := db.Update(t.Context(), store.Global, func(tx *store.Tx) error {
		return outbound.RegisterStub(tx, &outbound.Stub{ID: "f1", URL: "*"})
	})
	if !errors.Is(err, outbound.ErrOfFixtures) {
		t.Errorf("a stub of the fixtures is replaced: %v", err)
	}
	for _, id := range []string{"d", "f1"} {
		update(t, db, func(tx *store.Tx) error { return outbound.RemoveStub(tx, id) })
	}
	if got := order(t, db); !slices.Equal(got, []string{"b", "a", "c", "f2"}) {
		t.Errorf("order %v", got)
	}
	err = db.Update(t.Context(), store.Global, func(tx *store.Tx) error { return outbound.RemoveStub(tx, "d") })
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("removed twice: %v", err)
	}
	register(t, db, &outbound.Stub{ID: "e", URL: "*"})
	update(t, db, outbound.RemoveRegisteredStubs)
	if got := order(t, db); !slices.Equal(got, []string{"f2"}) {
		t.Errorf("order %v", got)
	}
	update(t, db, func(tx *store.Tx) error { return outbound.SeedStubs(tx, nil) })
	if got := order(t, db); got != nil {
		t.Errorf("order %v", got)
	}
}

func TestStubsKeepTheirResponses(t *testing.T) {
	t.Parallel()
	db := openStore(t)
	large := `{"text":"` + strings.Repeat("<é>", 300_000) + `"}`
	register(t, db,
		&outbound.Stub{ID: "large", URL: "https://crm.test/large", JSON: true, ResponseBody: large},
		&outbound.Stub{ID: "text", URL: "https://crm.test/text", ResponseBody: "a\x00\n\u2028b", Status: 418, Headers: map[string]string{"content-type": "text/csv", "X-A": "<b>"}},
		&outbound.Stub{ID: "empty", URL: "https://crm.test/empty", Status: 204},
	)
	tests := []struct {
		id, body, contentType string
		status                int
	}{
		{"large", large, "application/json", 200},
		{"text", "a\x00\n\u2028b", "text/csv", 418},
		{"empty", "", "", 204},
	}
	for _, tt := range tests {
		var stub *outbound.Stub
		err := db.View(t.Context(), "org", func(tx *store.Tx) (err error) {
			stub, err = outbound.Match(tx, "GET", "https://crm.test/"+tt.id, nil)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		got, err := stub.Answer(t.Context(), time.Second)
		if err != nil || got.Status != tt.status || string(got.Body) != tt.body || got.Header.Get("Content-Type") != tt.contentType {
			t.Errorf("%s: %v, %d, %d bytes, %v", tt.id, err, got.Status, len(got.Body), got.Header)
		}
	}
}

func TestTheStubTableHasLimits(t *testing.T) {
	t.Parallel()
	full := func(stubs ...*outbound.Stub) error {
		db := openStore(t)
		return db.Update(t.Context(), store.Global, func(tx *store.Tx) error {
			for _, s := range stubs {
				if err := outbound.RegisterStub(tx, s); err != nil {
					return err
				}
			}
			// One that is there already can be changed all the same.
			if err := outbound.RegisterStub(tx, stubs[0]); err != nil {
				t.Error(err)
			}
			return outbound.RegisterStub(tx, &outbound.Stub{ID: "one-more", URL: "*", ResponseBody: stubs[0].ResponseBody})
		})
	}
	var many, large []*outbound.Stub
	for i := range outbound.MaxStubs {
		many = append(many, &outbound.Stub{ID: fmt.Sprint(i), URL: "*"})
	}
	if err := full(many...); !errors.Is(err, outbound.ErrFull) {
		t.Errorf("more than %d stubs: %v", outbound.MaxStubs, err)
	}
	body := strings.Repeat("x", outbound.MaxResponse)
	for i := range outbound.MaxStubBytes / outbound.MaxResponse {
		large = append(large, &outbound.Stub{ID: fmt.Sprint(i), URL: "*", ResponseBody: body})
	}
	if err := full(large...); !errors.Is(err, outbound.ErrFull) {
		t.Errorf("more than %d bytes: %v", outbound.MaxStubBytes, err)
	}
}

func TestFlawedStubsAreRefused(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		stub  outbound.Stub
		field string // "" for none
	}{
		{"the least", outbound.Stub{}, ""},
		{"everything", outbound.Stub{
			Method: "delete", Status: 599, DelayMilliseconds: 120_000, JSON: true, ResponseBody: "null",
			Headers: map[string]string{"X": ""}, Body: &outbound.BodyMatch{Contains: "{}", ContainsText: "x"},
		}, ""},
		{"an id with a slash", outbound.Stub{ID: "a/b"}, "id"},
		{"an id of dots", outbound.Stub{ID: ".."}, "id"},
		{"a long id", outbound.Stub{ID: strings.Repeat("a", 101)}, "id"},
		{"an unknown method", outbound.Stub{Method: "FETCH"}, "method"},
		{"a blank URL", outbound.Stub{URL: " "}, "url"},
		{"a URL without its scheme", outbound.Stub{URL: "crm.example.test/customers/*"}, "url"},
		{"a URL with a line break", outbound.Stub{URL: "https://a\n"}, "url"},
		{"a URL with a fragment", outbound.Stub{URL: "https://a#b"}, "url"},
		{"a long URL", outbound.Stub{URL: strings.Repeat("a", 2001)}, "url"},
		{"a URL that is no text", outbound.Stub{URL: "\xff"}, "url"},
		{"a match of nothing", outbound.Stub{Body: &outbound.BodyMatch{}}, "body"},
		{"a match of a list", outbound.Stub{Body: &outbound.BodyMatch{Contains: "[1]"}}, "body.contains"},
		{"a match of broken JSON", outbound.Stub{Body: &outbound.BodyMatch{Contains: "{"}}, "body.contains"},
		{"a large match", outbound.Stub{Body: &outbound.BodyMatch{Contains: `{"a":"` + strings.Repeat("a", 16<<10) + `"}`}}, "body.contains"},
		{"a long match", outbound.Stub{Body: &outbound.BodyMatch{ContainsText: strings.Repeat("a", 17<<10)}}, "body.containsText"},
		{"status 99", outbound.Stub{Status: 99}, "response.status"},
		{"status 600", outbound.Stub{Status: 600}, "response.status"},
		{"a delay of less than nothing", outbound.Stub{DelayMilliseconds: -1}, "response.delayMilliseconds"},
		{"a delay of more than two minutes", outbound.Stub{DelayMilliseconds: 120_001}, "response.delayMilliseconds"},
		{"a large text", outbound.Stub{ResponseBody: strings.Repeat("a", outbound.MaxResponse+1)}, "response.text"},
		{"a large body", outbound.Stub{JSON: true, ResponseBody: `"` + strings.Repeat("a", outbound.MaxResponse) + `"`}, "response.body"},
		{"broken JSON", outbound.Stub{JSON: true, ResponseBody: "{"}, "response.body"},
		{"a text that is none", outbound.Stub{ResponseBody: "\xff"}, "response.text"},
		{"a header with a blank", outbound.Stub{Headers: map[string]string{"A B": "x"}}, "response.headers"},
		{"a header with a line break", outbound.Stub{Headers: map[string]string{"A": "x\r\ny"}}, "response.headers.A"},
		{"large headers", outbound.Stub{Headers: map[string]string{"A": strings.Repeat("a", 17<<10)}}, "response.headers"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.stub.ID == "" {
				tt.stub.ID = "x"
			}
			if tt.stub.URL == "" {
				tt.stub.URL = "*"
			}
			err := tt.stub.Check()
			if tt.field == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			flaw, ok := errors.AsType[*outbound.Flaw](err)
			if !ok || flaw.Field != tt.field || len(err.Error()) > 300 {
				t.Errorf("error %v, want one of %s", err, tt.field)
			}
		})
	}
	if err := (&outbound.Stub{ID: "x"}).Check(); err == nil || !strings.HasPrefix(err.Error(), "url is required") {
		t.Errorf("a stub without URL: %v", err)
	}
}

func TestADelayEndsWithTheTimeOutOrTheCaller(t *testing.T) {
	t.Parallel()
	slow := &outbound.Stub{ID: "x", URL: "*", DelayMilliseconds: 60_000}
	if _, err := slow.Answer(t.Context(), 20*time.Millisecond); !errors.Is(err, outbound.ErrTimeout) {
		t.Errorf("error %v", err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := slow.Answer(gone, time.Minute); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	soon := &outbound.Stub{ID: "x", URL: "*", DelayMilliseconds: 30}
	before := time.Now()
	if _, err := soon.Answer(t.Context(), time.Minute); err != nil || time.Since(before) < 30*time.Millisecond {
		t.Errorf("%v after %v", err, time.Since(before))
	}
}

func TestAnswersAreCounted(t *testing.T) {
	t.Parallel()
	c := outbound.NewClient(outbound.None, outbound.Options{})
	t.Cleanup(c.Close)
	stub := &outbound.Stub{ID: "x", URL: "*"}
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if _, err := c.Answer(t.Context(), stub, time.Second); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := c.Hits.Of("x"); got != 50 || c.Hits.Of("y") != 0 {
		t.Errorf("%d answers", got)
	}
	c.Hits.Forget("x")
	if got := c.Hits.Of("x"); got != 0 {
		t.Errorf("%d answers", got)
	}
	_, _ = c.Answer(t.Context(), stub, time.Second)
	c.Hits.ForgetAll()
	if got := c.Hits.Of("x"); got != 0 {
		t.Errorf("%d answers", got)
	}
}
