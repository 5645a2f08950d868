package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// How many users the small and the large organization have, and how large the
// file of the large one is at least.
const (
	fewUsers  = 100
	manyUsers = 100_000
	largeFile = 100 << 20 // bytes
)

// Targets of the large organization: what a start may cost beyond one with the
// small state, and a page beyond the same page of few users.
const (
	maxMoreStartCPU = 10 // milliseconds
	maxMorePage     = 1.3
)

// population compares an organization of many users, in a large file, with one of
// few: what a start costs, and what a page of 25 costs.
func (b *bench) population(ctx context.Context, p plan, t *table) error {
	small, large := filepath.Join(b.dir, "few.db"), filepath.Join(b.dir, "many.db")
	for path, n := range map[string]int{small: fewUsers, large: manyUsers} {
		if err := b.populate(ctx, path, n); err != nil {
			return err
		}
	}
	info, err := os.Stat(large)
	if err != nil {
		return err
	}
	if info.Size() < largeFile {
		return fmt.Errorf("the large state has only %d bytes", info.Size())
	}
	if err := b.largeStarts(ctx, p, t, small, large, info.Size()); err != nil {
		return err
	}
	return b.largePages(ctx, p, t, small, large)
}

// populate makes a state file with the fixtures and n more users.
func (b *bench) populate(ctx context.Context, path string, n int) error {
	server, err := b.startMock(ctx, "--db", path)
	if err != nil {
		return err
	}
	if _, err := b.tokenRequest(server).once(ctx); err != nil {
		return err
	}
	server.kill() // what it has acknowledged is in the file
	db, err := store.Open(path, store.Options{NoSync: true})
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	org, home := "", ""
	err = db.View(ctx, store.Global, func(tx *store.Tx) error {
		for org = range tx.Orgs() {
			division, err := identity.HomeDivision(tx.In(org))
			if err != nil {
				return err
			}
			home = division.ID
			break
		}
		return nil
	})
	if err != nil {
		return err
	}
	// What the API stores of a profile without looking into it.
	about := json.RawMessage(`"` + strings.Repeat("Knows her way about. ", 40) + `"`)
	const batch = 2000
	for from := 0; from < n; from += batch {
		err := db.Update(ctx, org, func(tx *store.Tx) error {
			for i := from; i < min(from+batch, n); i++ {
				u := &identity.User{
					ID: fmt.Sprintf("00000000-0000-4000-8000-%012d", i), Name: fmt.Sprintf("Person %06d", i),
					Email: fmt.Sprintf("person%06d@mockcloud.test", i), DivisionID: home, State: identity.UserActive, Version: 1,
					Profile: map[string]json.RawMessage{"biography": about},
				}
				if err := identity.Users.Insert(tx, u); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// largeStarts measures starts with the large state in turns with the small one.
func (b *bench) largeStarts(ctx context.Context, p plan, t *table, small, large string, size int64) error {
	paths := []string{small, large}
	samples := make([][]coldSample, len(paths))
	for n := range p.starts + 1 {
		for i, path := range paths {
			server, err := b.startMock(ctx, "--db", path)
			if err != nil {
				return err
			}
			s, err := toFirstAnswer(ctx, server, b.tokenRequest(server))
			server.kill()
			if err != nil {
				return err
			}
			if n > 0 { // the first one finds the file on disk, not in memory
				samples[i] = append(samples[i], s)
			}
		}
	}
	cpu := func(s coldSample) float64 { return s.cpu.Seconds() * 1e3 }
	more := make([]float64, len(samples[0]))
	for i := range more {
		more[i] = cpu(samples[1][i]) - cpu(samples[0][i])
	}
	t.heading(fmt.Sprintf("START with a state of %d MB, exec to the first token", size/1_000_000), "mockcloud", "small state", "")
	t.add(row{
		name: "CPU", ours: fmt.Sprintf("%.1f ms", medianOf(samples[1], cpu)), reference: fmt.Sprintf("%.1f ms", medianOf(samples[0], cpu)),
		ratio: fmt.Sprintf("%+.1f ms", median(more)), target: fmt.Sprintf("<= +%d ms", maxMoreStartCPU), verdict: verdict(median(more), maxMoreStartCPU),
	})
	return nil
}

// largePages measures pages of the many users beside pages of the few.
func (b *bench) largePages(ctx context.Context, p plan, t *table, small, large string) error {
	few, err := b.startMock(ctx, "--db", small)
	if err != nil {
		return err
	}
	defer few.kill()
	many, err := b.startMock(ctx, "--db", large)
	if err != nil {
		return err
	}
	defer many.kill()
	pages := group{
		title: "A PAGE OF 25 of 100,000 users", reference: "of 100 users",
		cases: func(ctx context.Context, _ servers) ([]measured, error) {
			var cases []measured
			for _, page := range []struct{ name, method, path, body string }{
				{"the first page", "GET", "/api/v2/users?pageSize=25", ""},
				{"by a name's beginning", "POST", "/api/v2/users/search", `{"pageSize":25,"query":[{"type":"STARTS_WITH","fields":["name"],"value":"person 00003"}]}`},
				{"by a name", "POST", "/api/v2/users/search", `{"pageSize":25,"query":[{"type":"EXACT","fields":["name"],"value":"Person 000033"}]}`},
			} {
				at := len(cases)
				for i, server := range []*child{few, many} {
					token, err := b.clientToken(ctx, server)
					if err != nil {
						return nil, err
					}
					r := newRequest(page.method, page.path, page.body, bearer(token), contentJSON)
					c := measured{name: page.name, workload: on(server, r, 200), against: at}
					if i == 1 {
						c.most = maxMorePage
					}
					cases = append(cases, c)
				}
			}
			return cases, nil
		},
	}
	return b.measure(ctx, pages, p, &servers{}, t)
}
