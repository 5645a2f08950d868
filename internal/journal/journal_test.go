package journal_test

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/journal"
	"github.com/mockcloud/mockcloud/internal/store"
)

var began = time.Date(2026, time.January, 15, 12, 0, 0, 0, time.UTC)

func newJournal(t *testing.T, bytes int64) *journal.Journal {
	t.Helper()
	db, err := store.Open(filepath.Join(t.TempDir(), "state.db"), store.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return journal.New(journal.Config{DB: db, Bytes: bytes})
}

// entry is a request to the API, or another one, with a body of that size.
func entry(n int, api bool, size int) *journal.Entry {
	return &journal.Entry{
		At: began.Add(time.Duration(n) * time.Second), CorrelationID: "c-" + strconv.Itoa(n), Method: http.MethodPost, Target: "/x/" + strconv.Itoa(n), API: api, Status: 200,
		Details: journal.Details{Header: http.Header{"Content-Type": {"text/plain"}}, Body: make([]byte, size), BodyLength: int64(size)},
	}
}

func list(t *testing.T, j *journal.Journal, f journal.Filter) []*journal.Request {
	t.Helper()
	all, err := j.List(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	for i := 1; i < len(all); i++ {
		if all[i].Sequence >= all[i-1].Sequence {
			t.Fatalf("%d comes after %d", all[i].Sequence, all[i-1].Sequence)
		}
	}
	return all
}

func TestTheOldestBodiesMakeRoomForNewOnes(t *testing.T) {
	t.Parallel()
	const limit = 1 << 20
	j := newJournal(t, limit)
	for n := range 3000 {
		j.Put(entry(n, n%3 != 0, 10<<10))
		if got := j.Bytes(); got > limit {
			t.Fatalf("%d bytes after %d requests", got, n+1)
		}
	}
	all := list(t, j, journal.Filter{Details: true})
	if len(all) < 2500 {
		t.Fatalf("only %d requests are left", len(all))
	}
	whole := 0
	for i, r := range all {
		if !r.Details.Dropped {
			whole++
		}
		if r.Details.Dropped != (i >= whole) {
			t.Fatalf("of the requests, the latest first, number %d has details and one before has none", i)
		}
	}
	if whole < 90 || whole > 102 {
		t.Errorf("%d requests have their bodies, of 10 KiB each", whole)
	}
	j.Put(entry(0, true, 2*limit))
	if got := j.Bytes(); got > limit {
		t.Errorf("%d bytes after one that is larger than all", got)
	}
	j.Clear()
	if got := j.Bytes(); got != 0 || len(list(t, j, journal.Filter{})) != 0 {
		t.Errorf("%d bytes when it is empty", got)
	}
	j.Put(entry(1, true, 10))
	if got := list(t, j, journal.Filter{}); len(got) != 1 || got[0].Sequence != 3002 {
		t.Errorf("after it was emptied: %v", got)
	}
}

func TestWhatExplainsStaysWhateverElseIsAskedFor(t *testing.T) {
	t.Parallel()
	for _, bytes := range []int64{-1, 0, 100, journal.DefaultBytes} {
		j := newJournal(t, bytes)
		for n := range journal.Explained {
			j.Put(entry(n, true, 1000))
		}
		for n := range 5000 {
			j.Put(entry(10_000+n, false, 1000))
		}
		for _, n := range []int{0, journal.Explained - 1} {
			got, err := j.Decisions(t.Context(), "c-"+strconv.Itoa(n))
			if err != nil || len(got) != 1 || got[0].Path != "/x/"+strconv.Itoa(n) || got[0].Why == nil {
				t.Errorf("of %d bytes: request %d = %v %v", bytes, n, got, err)
			}
		}
		j.Put(entry(99_999, true, 1000))
		if got, err := j.Decisions(t.Context(), "c-0"); err != nil || len(got) != 0 {
			t.Errorf("of %d bytes: one more than can be explained = %v %v", bytes, got, err)
		}
		if others := len(list(t, j, journal.Filter{Path: "/x/1"})); (others > 200) != (bytes > 0) {
			t.Errorf("of %d bytes: %d requests", bytes, others)
		}
	}
}

func TestPagesHoldEachRequestOnce(t *testing.T) {
	t.Parallel()
	j := newJournal(t, journal.DefaultBytes)
	for n := range 250 {
		j.Put(entry(n, n%2 == 0, 10))
	}
	next := uint64(250)
	for before := uint64(0); ; {
		page := list(t, j, journal.Filter{Before: before, Limit: 7})
		for _, r := range page {
			if r.Sequence != next {
				t.Fatalf("%d comes where %d should", r.Sequence, next)
			}
			next--
		}
		if len(page) < 7 {
			break
		}
		before = page[6].Sequence
	}
	if next != 0 {
		t.Errorf("%d requests are on no page", next)
	}
	for _, n := range []uint64{1, 100, 250} {
		if r, err := j.Entry(t.Context(), n); err != nil || r == nil || r.Sequence != n {
			t.Errorf("request %d = %v %v", n, r, err)
		}
	}
	for _, n := range []uint64{0, 251, 1 << 63} {
		if r, err := j.Entry(t.Context(), n); err != nil || r != nil {
			t.Errorf("request %d = %v %v", n, r, err)
		}
	}
}

func TestFiltersPassOverWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	j := newJournal(t, journal.DefaultBytes)
	want := []uint64{}
	for n := range 4000 { // more than there is room for
		e := entry(n, n%2 == 0, 10)
		if n >= 3000 && n%250 < 2 { // of both kinds, side by side
			e.Status = http.StatusForbidden
			want = append(want, uint64(n+1))
		}
		j.Put(e)
	}
	slices.Reverse(want)
	numbers := func(f journal.Filter) []uint64 {
		found := []uint64{}
		for _, r := range list(t, j, f) {
			found = append(found, r.Sequence)
		}
		return found
	}
	if got := numbers(journal.Filter{Status: 4}); !slices.Equal(got, want) {
		t.Errorf("the refused ones are %v, not %v", got, want)
	}
	if got := numbers(journal.Filter{Status: 4, Before: want[2], Limit: 3}); !slices.Equal(got, want[3:6]) {
		t.Errorf("those before %d are %v, not %v", want[2], got, want[3:6])
	}
	if got := numbers(journal.Filter{Status: 4, Path: "/x/325"}); !slices.Equal(got, []uint64{3252, 3251}) {
		t.Errorf("by path: %v", got)
	}
	if got := numbers(journal.Filter{Status: 5}); len(got) != 0 {
		t.Errorf("without any: %v", got)
	}
	j.Clear()
	e := entry(1, true, 10)
	e.Status = http.StatusForbidden
	j.Put(e)
	if got := numbers(journal.Filter{Status: 4}); !slices.Equal(got, []uint64{4001}) {
		t.Errorf("after all was forgotten: %v", got)
	}
}

func TestWritersAndReadersAtOnce(t *testing.T) {
	t.Parallel()
	const writers, each = 4, 2000
	j := newJournal(t, 256<<10)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	quick, slow := j.Subscribe(ctx, journal.Filter{Details: true}, 0), j.Subscribe(ctx, journal.Filter{}, 0)
	var writing, reading sync.WaitGroup
	for w := range writers {
		writing.Go(func() {
			for n := range each {
				j.Put(entry(w*each+n, n%5 != 0, n%2000))
			}
		})
	}
	reading.Go(func() {
		for ctx.Err() == nil && j.Latest() < writers*each {
			list(t, j, journal.Filter{Limit: 20, Details: true, Status: 2})
			_, _ = j.Decisions(ctx, "c-17")
		}
	})
	// Whoever reads hears of all, as a request or as one of those that it missed.
	hear := func(events <-chan journal.Event) (last uint64, err error) {
		for last < writers*each {
			e, open := <-events
			switch {
			case !open:
				return last, fmt.Errorf("it ends after %d", last)
			case e.Request == nil:
				last += e.Dropped
			case e.Request.Sequence != last+1:
				return last, fmt.Errorf("%d comes after %d", e.Request.Sequence, last)
			default:
				last++
			}
		}
		return last, nil
	}
	if last, err := hear(quick); err != nil || last != writers*each {
		t.Errorf("%d: %v", last, err)
	}
	writing.Wait()
	reading.Wait()
	first := <-slow // which nobody has read so far
	if first.Request == nil && first.Dropped == 0 {
		t.Errorf("the slow reader hears first of %v", first)
	}
	missed := uint64(0)
	for at := first; ; at = <-slow {
		missed += at.Dropped
		if at.Request != nil && at.Request.Sequence == writers*each {
			break
		}
	}
	if missed < writers*each/2 {
		t.Errorf("the slow reader missed %d only", missed)
	}
	if got := j.Bytes(); got > 256<<10 {
		t.Errorf("%d bytes", got)
	}
	j.Close()
	for range slow {
		continue
	}
	if _, open := <-j.Subscribe(ctx, journal.Filter{}, 0); open {
		t.Error("a closed journal delivers")
	}
}

func TestLongPathsAreCutOnceTheirDetailsAreGone(t *testing.T) {
	t.Parallel()
	j := newJournal(t, 20<<10)
	long := "/" + fmt.Sprintf("%05000d", 7)
	e := entry(1, true, 10)
	e.Target = long + "?a=b"
	j.Put(e)
	if got := list(t, j, journal.Filter{})[0]; got.Path != long || got.Query != "a=b" {
		t.Errorf("%d bytes of the path, query %q", len(got.Path), got.Query)
	}
	j.Put(entry(2, true, 19<<10))
	if got := list(t, j, journal.Filter{Before: 2})[0]; len(got.Path) > 1100 || got.Query != "" {
		t.Errorf("afterwards: %d bytes of the path, query %q", len(got.Path), got.Query)
	}
}
