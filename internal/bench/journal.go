package main

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// maxJournal is what keeping the last requests may add to the CPU of one, as a ratio.
const maxJournal = 1.05

// journal compares a server that keeps the last requests with one that keeps only what
// explains decisions: in turns, since both must meet the same machine.
func (b *bench) journal(ctx context.Context, p plan, t *table) error {
	p.rounds, p.slice = 4*p.rounds+1, p.slice/2 // what is looked for is less than what a round may err by
	t.heading("JOURNAL OF REQUESTS, 8 MiB", "mockcloud", "--journal 0", "CPU ratio")
	for _, c := range []struct {
		name string
		work func(context.Context, *child) (*workload, error)
	}{
		{"GET client, 200", func(ctx context.Context, server *child) (*workload, error) {
			post, err := b.postRequest(ctx, server)
			if err != nil {
				return nil, err
			}
			read, err := b.readRequest(ctx, post)
			if err != nil {
				return nil, err
			}
			return read.workload, nil
		}},
		{"GET 50 queues, 200", func(ctx context.Context, server *child) (*workload, error) {
			token, err := b.clientToken(ctx, server)
			return on(server, newRequest(http.MethodGet, "/api/v2/routing/queues?pageSize=50", "", bearer(token)), http.StatusOK), err
		}},
		{"GET, 403", func(ctx context.Context, server *child) (*workload, error) {
			token, err := b.token(ctx, server, "none")
			return on(server, newRequest(http.MethodGet, clientsPath, "", bearer(token)), http.StatusForbidden), err
		}},
		{"POST client, 200", func(ctx context.Context, server *child) (*workload, error) {
			post, err := b.postRequest(ctx, server)
			if err != nil {
				return nil, err
			}
			return post.workload, nil
		}},
		{"POST /oauth/token", func(_ context.Context, server *child) (*workload, error) { return b.tokenRequest(server), nil }},
	} {
		if err := b.journalOnAndOff(ctx, p, t, c.name, c.work); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return nil
}

func (b *bench) journalOnAndOff(ctx context.Context, p plan, t *table, name string, work func(context.Context, *child) (*workload, error)) error {
	var sides [2]*workload
	for i, flags := range [2][]string{{"--journal", "8MiB"}, {"--journal", "0"}} {
		server, err := b.startMock(ctx, append(flags, "--ephemeral")...)
		if err != nil {
			return err
		}
		defer server.kill()
		if sides[i], err = work(ctx, server); err != nil {
			return err
		}
		// The journal is full before it is measured.
		if _, err := sides[i].drive(ctx, connections, 3*max(p.slice, 100*time.Millisecond)); err != nil {
			return err
		}
	}
	var samples [2][]sample
	for round := range p.rounds {
		for turn := range sides {
			i := (turn + round) % 2 // nobody always comes after the other
			got, err := sides[i].drive(ctx, connections, p.slice)
			if err != nil {
				return err
			}
			samples[i] = append(samples[i], got)
		}
	}
	row := compare(measured{name: name, most: maxJournal}, samples[0], samples[1])
	row.target = fmt.Sprintf("<= %.2f x", maxJournal)
	t.add(row)
	return nil
}
