package usage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// retention is how many days are kept. The real figure is unknown; a year and a
// month.
const retention = 400

// dayOfClient is what one client called on one day. It lies in the organization
// of the client.
type dayOfClient struct {
	Client string `json:"client"`
	Day    int64  `json:"day"` // since 1970-01-01
	Calls  []line `json:"calls"`
}

// line is how often one operation was called.
type line struct {
	Org    string `json:"org"`
	Method string `json:"method"`
	URI    string `json:"uri"`
	Counts counts `json:"counts"`
}

var days = store.Collection[*dayOfClient]{
	Name: "oauth/usage",
	Key:  func(d *dayOfClient) string { return dayKey(d.Client, d.Day) },
	Indexes: []store.Index[*dayOfClient]{
		store.ExpiryIndex(func(d *dayOfClient) int64 { return (d.Day + 1 + retention) * secondsPerDay }),
	},
}

// dayKey sorts the days of a client.
func dayKey(client string, day int64) string { return fmt.Sprintf("%s/%08d", client, max(0, day)) }

// keep adds counts to the state of one organization, for clients that are still
// there: a client may have been deleted since it called.
func keep(tx *store.Tx, calls map[counted]counts, now time.Time) error {
	byDay := make(map[string]map[Call]counts) // by the key of the day
	stored := make(map[string]*dayOfClient)
	for k, n := range calls {
		if !identity.Clients.Has(tx, k.Client) {
			continue
		}
		key := dayKey(k.Client, k.day)
		if byDay[key] == nil {
			d, err := days.Peek(tx, key)
			switch {
			case errors.Is(err, store.ErrNotFound):
				d = &dayOfClient{Client: k.Client, Day: k.day}
			case err != nil:
				return err
			}
			stored[key], byDay[key] = d, make(map[Call]counts, len(d.Calls))
			for _, l := range d.Calls {
				byDay[key][l.call(k.Client, k.Home)] = l.Counts
			}
		}
		byDay[key][k.Call] = byDay[key][k.Call].plus(n)
	}
	for key, calls := range byDay {
		d := &dayOfClient{Client: stored[key].Client, Day: stored[key].Day, Calls: make([]line, 0, len(calls))}
		for c, n := range calls {
			d.Calls = append(d.Calls, line{Org: c.Org, Method: c.Method, URI: c.URI, Counts: n})
		}
		slices.SortFunc(d.Calls, func(a, b line) int {
			return cmp.Or(strings.Compare(a.URI, b.URI), strings.Compare(a.Method, b.Method), strings.Compare(a.Org, b.Org))
		})
		if err := days.Put(tx, d); err != nil {
			return err
		}
	}
	for range len(byDay)/store.Swept + 1 { // no fewer than may have come
		if err := days.Sweep(tx, now.Unix()); err != nil {
			return err
		}
	}
	return nil
}

func (l *line) call(client, home string) Call {
	return Call{Client: client, Home: home, Org: l.Org, Method: l.Method, URI: l.URI}
}

func (n counts) plus(more counts) counts {
	for class := range n {
		n[class] += more[class]
	}
	return n
}

// DeleteClient removes a client with all that stands with it, what was counted of
// it included.
func DeleteClient(tx *store.Tx, client string) error {
	if err := identity.DeleteClient(tx, client); err != nil {
		return err
	}
	return forget(tx, client)
}

// SweepClients does the same to clients whose time has come, a few at a time. It
// follows a write of a client.
func SweepClients(tx *store.Tx, now time.Time) error {
	gone, err := identity.SweepClients(tx, now)
	for _, client := range gone {
		if err == nil {
			err = forget(tx, client)
		}
	}
	return err
}

// forget removes what the state has counted of a client.
func forget(tx *store.Tx, client string) error {
	for _, key := range slices.Collect(days.Keys(tx, client+"/")) {
		if err := days.Delete(tx, key); err != nil {
			return err
		}
	}
	return nil
}

// each visits the counts of a client in the days from first on and before end,
// those in the state and those in memory. The same call may come twice. The
// caller holds Recorder.state.
func (r *Recorder) each(ctx context.Context, home, client string, first, end int64, visit func(counted, counts)) error {
	from, to := dayKey(client, first), dayKey(client, end)
	err := r.config.DB.View(ctx, home, func(tx *store.Tx) error {
		for key := range days.Keys(tx, client+"/") {
			if key < from || key >= to {
				continue
			}
			d, err := days.Peek(tx, key)
			if err != nil {
				return err
			}
			for _, l := range d.Calls {
				visit(counted{l.call(client, home), d.Day}, l.Counts)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i := range r.shards {
		s := &r.shards[i]
		s.mu.RLock()
		for k, at := range s.counters {
			if k.Client == client && k.Home == home && k.day >= first && k.day < end {
				visit(k, at.load())
			}
		}
		s.mu.RUnlock()
	}
	return nil
}
