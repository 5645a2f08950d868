package store_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/mockcloud/mockcloud/internal/store"
)

type ticket struct {
	ID   string
	Over int64
}

var tickets = store.Collection[*ticket]{
	Name:    "tickets",
	Key:     func(t *ticket) string { return t.ID },
	Indexes: []store.Index[*ticket]{store.ExpiryIndex(func(t *ticket) int64 { return t.Over })},
}

func TestSweepRemovesWhatIsOverAndNothingElse(t *testing.T) {
	t.Parallel()
	db := openTemp(t, store.Options{NoSync: true})
	keys := func(tx *store.Tx) []string { return slices.Collect(tickets.Keys(tx, "")) }
	update := func(fn func(tx *store.Tx) error) {
		t.Helper()
		if err := db.Update(t.Context(), org, fn); err != nil {
			t.Fatal(err)
		}
	}
	update(func(tx *store.Tx) error { return tickets.Sweep(tx, 100) }) // of nothing
	update(func(tx *store.Tx) error {
		for id, over := range map[string]int64{"long ago": -5, "just over": 99, "now": 100, "later": 1_000_000_000_000} {
			if err := tickets.Insert(tx, &ticket{id, over}); err != nil {
				return err
			}
		}
		return tickets.Sweep(tx, 100)
	})
	update(func(tx *store.Tx) error {
		if got := keys(tx); !slices.Equal(got, []string{"later", "now"}) {
			t.Errorf("left are %v", got)
		}
		for i := range store.Swept + 5 {
			if err := tickets.Insert(tx, &ticket{fmt.Sprintf("t%03d", i), int64(i)}); err != nil {
				return err
			}
		}
		return tickets.Sweep(tx, 100)
	})
	update(func(tx *store.Tx) error {
		if got := keys(tx); len(got) != 2+5 || got[2] != fmt.Sprintf("t%03d", store.Swept) {
			t.Errorf("after one sweep are left %v", got)
		}
		return nil
	})
}

func TestTrimRemovesWhatIsOverSoonest(t *testing.T) {
	t.Parallel()
	db := openTemp(t, store.Options{NoSync: true})
	err := db.Update(t.Context(), org, func(tx *store.Tx) error {
		for i := range 10 {
			if err := tickets.Insert(tx, &ticket{fmt.Sprintf("t%d", i), int64(1000 - i)}); err != nil {
				return err
			}
		}
		for _, most := range []int{10, 12, 3} {
			if err := tickets.Trim(tx, most); err != nil {
				return err
			}
			if got := len(slices.Collect(tickets.Keys(tx, ""))); got != min(most, 10) {
				t.Errorf("of ten, trimmed to %d, are left %d", most, got)
			}
		}
		if got := slices.Collect(tickets.Keys(tx, "")); !slices.Equal(got, []string{"t0", "t1", "t2"}) {
			t.Errorf("left are %v", got)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
