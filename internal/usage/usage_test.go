package usage_test

import (
	"context"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
	"github.com/mockcloud/mockcloud/internal/usage"
)

const (
	org = "org-1"
	bot = "bot"
)

// world is a state with one organization and one client, and a recorder on it.
type world struct {
	db    *store.DB
	clock *clock.Manual
	*usage.Recorder
}

func newWorld(t testing.TB) *world {
	t.Helper()
	db, err := store.Open(filepath.Join(t.TempDir(), "state.db"), store.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{db: db, clock: clock.NewManual(time.Date(2026, time.January, 15, 12, 0, 0, 0, time.UTC))}
	w.seed(t)
	w.Recorder = w.recorder()
	t.Cleanup(func() {
		if err := w.Close(context.Background()); err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

func (w *world) seed(t testing.TB) {
	t.Helper()
	err := w.db.Update(t.Context(), org, func(tx *store.Tx) error {
		if err := tx.DropOrg(org); err != nil {
			return err
		}
		return identity.Clients.Put(tx, &identity.Client{ID: bot, Name: "Bot", State: identity.ClientActive})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) recorder() *usage.Recorder {
	ids := 0
	return usage.New(usage.Config{DB: w.db, Clock: w.clock, NewID: func() string { ids++; return strconv.Itoa(ids) }})
}

var call = usage.Call{Client: bot, Home: org, Org: org, Method: "GET", URI: "/api/v2/users/{userId}"}

// total is how many calls a recorder knows of, in all the days that there are.
func (w *world) total(t testing.TB, r *usage.Recorder) (n int64) {
	t.Helper()
	for _, row := range w.ask(t, r, &usage.Query{From: time.Unix(0, 0), To: w.clock.Now().AddDate(1, 0, 0)}) {
		n += row.Requests
	}
	return n
}

func (w *world) ask(t testing.TB, r *usage.Recorder, q *usage.Query) []usage.Row {
	t.Helper()
	about := usage.Client{ID: bot, Name: "Bot", Home: org}
	id, err := r.Ask(t.Context(), about, q)
	if err != nil {
		t.Fatal(err)
	}
	rows, ok := r.Result(id, about)
	if !ok {
		t.Fatal("there is no result")
	}
	return rows
}

// Every request pays for this. It measures, and so runs alone.
func TestCountingAgainAllocatesNothing(t *testing.T) {
	w := newWorld(t)
	w.Count(call, 200)
	if n := testing.AllocsPerRun(1000, func() { w.Count(call, 200) }); n != 0 {
		t.Errorf("%v allocations per call", n)
	}
}

func TestCountsAreSavedEveryMinuteAndOnClose(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	saved := func() int64 { return w.total(t, w.recorder()) } // a recorder that has only the state
	w.Count(call, 200)
	w.clock.Advance(59 * time.Second)
	w.Count(call, 500)
	if n := saved(); n != 0 {
		t.Errorf("%d calls were saved within the minute", n)
	}
	w.clock.Advance(time.Second)
	w.Count(call, 200)
	for deadline := time.Now().Add(10 * time.Second); saved() != 3; {
		if time.Now().After(deadline) {
			t.Fatalf("after a minute %d calls are saved", saved())
		}
	}
	w.Count(call, 200)
	if n := w.total(t, w.Recorder); n != 4 {
		t.Errorf("%d calls, some in the state and one in memory", n)
	}
	if err := w.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := saved(); n != 4 {
		t.Errorf("after Close %d calls are saved", n)
	}
}

func TestNoCountIsLostWhileItIsSaved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const callers, each = 8, 500
	var group sync.WaitGroup
	for i := range callers {
		group.Go(func() {
			c := call
			for n := range each {
				c.URI = "/" + strconv.Itoa(n%7)
				w.Count(c, 200+100*(n%4))
				if n%100 == i {
					w.clock.Advance(time.Minute)
				}
			}
		})
	}
	group.Wait()
	if n := w.total(t, w.Recorder); n != callers*each {
		t.Errorf("%d calls, want %d", n, callers*each)
	}
}

func TestNothingOfBeforeIsThereAfterAReset(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Count(call, 200)
	about := usage.Client{ID: bot, Home: org}
	id, err := w.Ask(t.Context(), about, &usage.Query{From: w.clock.Now().Add(-time.Hour), To: w.clock.Now()})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Reset(func() error { w.seed(t); return nil }); err != nil {
		t.Fatal(err)
	}
	if _, ok := w.Result(id, about); ok {
		t.Error("a result is still there")
	}
	if n := w.total(t, w.Recorder); n != 0 {
		t.Errorf("%d calls are still there", n)
	}
}

// Guess: the figure.
func TestDaysAreKeptForFourHundredDays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.clock.Now()
	turn := func(after time.Duration) []usage.Row {
		w.clock.Advance(after)
		w.Count(call, 200)
		if err := w.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.Recorder = w.recorder()
		return w.ask(t, w.Recorder, &usage.Query{From: first, To: first.Add(time.Hour)})
	}
	if rows := turn(0); len(rows) != 1 || rows[0].Requests != 1 {
		t.Fatalf("on the day itself: %+v", rows)
	}
	if rows := turn(400 * 24 * time.Hour); len(rows) != 1 {
		t.Errorf("after 400 days: %+v", rows)
	}
	if rows := turn(24 * time.Hour); len(rows) != 0 {
		t.Errorf("after 401 days: %+v", rows)
	}
}

func TestDeletedClientsLeaveNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Count(call, 200)
	if err := w.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.Recorder = w.recorder()
	w.Count(call, 200)
	err := w.db.Update(t.Context(), org, func(tx *store.Tx) error { return usage.DeleteClient(tx, bot) })
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.Recorder = w.recorder()
	if n := w.total(t, w.Recorder); n != 0 {
		t.Errorf("%d calls are still there", n)
	}
}

func TestThePeriodsOfAQuery(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 40 { // from Thursday 2026-01-15 to Monday 2026-02-23
		w.Count(call, 200)
		w.clock.Advance(24 * time.Hour)
	}
	day := func(month time.Month, day int) time.Time { return time.Date(2026, month, day, 0, 0, 0, 0, time.UTC) }
	type period struct {
		date  time.Time
		calls int64
	}
	tests := []struct {
		name        string
		granularity usage.Granularity
		from, to    time.Time
		want        []period
	}{
		{"days", usage.Day, day(1, 20), day(1, 22), []period{{day(1, 20), 1}, {day(1, 21), 1}}},
		{"a part of a day is the day", usage.Day, day(1, 20).Add(13 * time.Hour), day(1, 20).Add(14 * time.Hour), []period{{day(1, 20), 1}}},
		{"weeks", usage.Week, day(1, 15), day(1, 27), []period{{day(1, 12), 4}, {day(1, 19), 7}, {day(1, 26), 1}}},
		{"months", usage.Month, day(1, 1), day(3, 1), []period{{day(1, 1), 17}, {day(2, 1), 23}}},
		{"the interval", "", day(1, 20).Add(time.Hour), day(1, 30), []period{{day(1, 20), 10}}},
		{"an interval without calls", usage.Day, day(5, 1), day(6, 1), nil},
		{"before there was anything", usage.Day, time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2, 1, 1, 0, 0, 0, 0, time.UTC), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rows := w.ask(t, w.Recorder, &usage.Query{From: tt.from, To: tt.to, Granularity: tt.granularity})
			var got []period
			for _, row := range rows {
				got = append(got, period{row.Date.Time, row.Requests})
			}
			if len(got) != len(tt.want) {
				t.Fatalf("got %v, want %v", got, tt.want)
			}
			for i := range got {
				if !got[i].date.Equal(tt.want[i].date) || got[i].calls != tt.want[i].calls {
					t.Errorf("got %v, want %v", got[i], tt.want[i])
				}
			}
		})
	}
}

// A client's organization sees where else the client is used, and nobody else
// does.
func TestCallsBelongToTheOrganizationOfTheClient(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	elsewhere := call
	elsewhere.Org = "org-2"
	w.Count(call, 200)
	w.Count(elsewhere, 200)
	w.Count(elsewhere, 404)
	q := &usage.Query{From: w.clock.Now(), To: w.clock.Now().Add(time.Hour), GroupBy: []usage.Dimension{usage.ByOrganization}}
	check := func() {
		t.Helper()
		rows := w.ask(t, w.Recorder, q)
		if len(rows) != 2 || rows[0].OrganizationID != org || rows[0].Requests != 1 || rows[1].OrganizationID != "org-2" || rows[1].Requests != 2 {
			t.Errorf("rows %+v", rows)
		}
		about := usage.Client{ID: bot, Home: "org-2"}
		id, err := w.Ask(t.Context(), about, q)
		if err != nil {
			t.Fatal(err)
		}
		if rows, ok := w.Result(id, about); !ok || len(rows) != 0 {
			t.Errorf("a client of the same id elsewhere: %+v", rows)
		}
		if _, ok := w.Result(id, usage.Client{ID: bot, Home: org}); ok {
			t.Error("a result belongs to two organizations")
		}
	}
	check()
	if err := w.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.Recorder = w.recorder()
	check()
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := call
	for i := range 40_000 {
		c.URI = "/" + strconv.Itoa(i)
		w.Count(c, 200)
	}
	if n := w.total(t, w.Recorder); n != 1<<15 { // the clock stands, so that nothing was saved
		t.Errorf("%d calls are counted", n)
	}
	// Results have their bound, too: the oldest go.
	about := usage.Client{ID: bot, Home: org}
	q := &usage.Query{From: w.clock.Now(), To: w.clock.Now().Add(time.Hour), GroupBy: []usage.Dimension{usage.ByURI}}
	var ids []string
	for range 7 {
		id, err := w.Ask(t.Context(), about, q)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	kept := 0
	for _, id := range ids {
		if rows, ok := w.Result(id, about); ok {
			kept += len(rows)
		}
	}
	if kept != 100_000 {
		t.Errorf("%d rows are kept", kept)
	}
}

func BenchmarkCount(b *testing.B) {
	w := newWorld(b)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			w.Count(call, 200)
		}
	})
}
