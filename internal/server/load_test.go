package server_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/mocktest"
)

// 64 clients read and write at the same time: for a minute with SOAK=1, else
// for a few seconds. Nobody meets an error, and nothing that was acknowledged is
// lost. Not parallel, since it counts memory, goroutines and open files.
func TestLoad(t *testing.T) {
	durably, briefly := 4*time.Second, 2*time.Second
	if soaking() {
		durably, briefly = time.Minute, 10*time.Second
	}
	t.Run("durable", func(t *testing.T) { load(t, filepath.Join(t.TempDir(), "state.db"), durably) })
	t.Run("ephemeral", func(t *testing.T) { load(t, "", briefly) })
}

const (
	loadClients  = 64
	loadCounters = 8  // users whose title is a number that several clients raise
	loadHolders  = 4  // users who are given roles, each by several clients
	loadRoles    = 32 // roles to give
)

// crowd is what the clients share.
type crowd struct {
	t         *testing.T
	srv       *mocktest.Server
	token     string
	counters  []string
	holders   []string
	roles     []string
	home      string
	standing  []string // ids of queues that are there all the time
	divisions []string // and of divisions

	raised    [loadCounters]atomic.Int64
	conflicts atomic.Int64
	granted   sync.Map // holder and role
	failed    atomic.Bool
}

func load(t *testing.T, path string, lasts time.Duration) {
	descriptors := openFiles()
	goroutines := runtime.NumGoroutine()
	srv := mocktest.Start(t, mocktest.Options{Path: path})
	c := newCrowd(t, srv)
	took := make([][]time.Duration, loadClients)
	started := time.Now()
	ends := started.Add(lasts)
	var wait sync.WaitGroup
	for i := range loadClients {
		wait.Go(func() { took[i] = c.client(i, ends) })
	}
	usage := []usage{}
	for at := range 6 { // looks while the clients are at work
		sleepUntil(started.Add(lasts * time.Duration(at+1) / 7))
		usage = append(usage, measure())
	}
	wait.Wait()
	elapsed := time.Since(started)
	all := slices.Concat(took...)
	slices.Sort(all)
	t.Logf("%d requests in %v: %.0f per second, p50 %v, p99 %v, the longest %v; %d conflicts; heap %d to %d kB, goroutines %d to %d, files %d to %d",
		len(all), elapsed.Round(time.Millisecond), float64(len(all))/elapsed.Seconds(), all[len(all)/2], all[len(all)*99/100], all[len(all)-1], c.conflicts.Load(),
		usage[0].heap>>10, usage[5].heap>>10, usage[0].goroutines, usage[5].goroutines, usage[0].files, usage[5].files)
	if t.Failed() {
		return
	}
	c.check()
	level(t, usage)
	srv.Stop(t)
	for deadline := time.Now().Add(20 * time.Second); runtime.NumGoroutine() > goroutines+2 || openFiles() > descriptors+2; runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("after the end %d goroutines and %d open files, %d and %d before the start", runtime.NumGoroutine(), openFiles(), goroutines, descriptors)
		}
	}
}

// usage is what the process holds at a moment.
type usage struct {
	heap       uint64
	goroutines int
	files      int
}

func measure() usage {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return usage{heap: m.HeapInuse, goroutines: runtime.NumGoroutine(), files: openFiles()}
}

// openFiles is how many files the process has open; 0 where that is not known.
func openFiles() int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(entries)
}

func sleepUntil(at time.Time) { <-time.After(time.Until(at)) }

// level fails where the last looks show much more than the first.
func level(t *testing.T, all []usage) {
	t.Helper()
	first, last := all[0], all[len(all)-1]
	for _, u := range all[:2] {
		first.heap, first.goroutines, first.files = max(first.heap, u.heap), max(first.goroutines, u.goroutines), max(first.files, u.files)
	}
	for _, u := range all[4:] {
		last.heap, last.goroutines, last.files = min(last.heap, u.heap), min(last.goroutines, u.goroutines), min(last.files, u.files)
	}
	// What the clients themselves keep of the times is part of it.
	if last.heap > first.heap+first.heap/2+16<<20 {
		t.Errorf("the heap grows from %d to %d kB", first.heap>>10, last.heap>>10)
	}
	if last.goroutines > first.goroutines+loadClients/2 {
		t.Errorf("goroutines grow from %d to %d", first.goroutines, last.goroutines)
	}
	if last.files > first.files+loadClients/2 {
		t.Errorf("open files grow from %d to %d", first.files, last.files)
	}
}

func newCrowd(t *testing.T, srv *mocktest.Server) *crowd {
	t.Helper()
	c := &crowd{t: t, srv: srv, token: srv.AsUser(t, "admin@mockcloud.test").Token}
	admin := srv.Bearer(c.token)
	create := func(path, body string) string {
		got := admin.Post(t, path, body)
		if got.Status != http.StatusOK && got.Status != http.StatusCreated {
			t.Fatalf("%s: %d %s", path, got.Status, got.Body)
		}
		return got.Str(t, "id")
	}
	for i := range loadCounters {
		id := create("/api/v2/users", fmt.Sprintf(`{"name":"Counter %d","email":"counter%d@mockcloud.test"}`, i, i))
		c.counters = append(c.counters, id)
	}
	for i := range loadHolders {
		c.holders = append(c.holders, create("/api/v2/users", fmt.Sprintf(`{"name":"Holder %d","email":"holder%d@mockcloud.test"}`, i, i)))
	}
	for i := range loadRoles {
		// Nobody may give what he does not hold; this the admin does.
		c.roles = append(c.roles, create("/api/v2/authorization/roles", fmt.Sprintf(`{"name":"Load %02d","permissionPolicies":[{"domain":"routing","entityName":"queue","actionSet":["view"],"allowConditions":false}]}`, i)))
	}
	c.home = admin.Get(t, "/api/v2/authorization/divisions/home").Str(t, "id")
	for i := range 20 {
		c.divisions = append(c.divisions, create("/api/v2/authorization/divisions", fmt.Sprintf(`{"name":"Standing %02d"}`, i)))
	}
	for i := range 40 {
		c.standing = append(c.standing, create("/api/v2/routing/queues", fmt.Sprintf(`{"name":"Standing %02d"}`, i)))
	}
	return c
}

// loader is one client and its connection.
type loader struct {
	*crowd
	number int
	rng    *rand.Rand
	wire   wire
	took   []time.Duration
}

func (c *crowd) client(number int, ends time.Time) []time.Duration {
	l := &loader{crowd: c, number: number, rng: rand.New(rand.NewPCG(7, uint64(number))), wire: wire{address: at(c.srv.URL)}}
	defer l.wire.close()
	for time.Now().Before(ends) && !c.failed.Load() {
		switch n := l.rng.IntN(20); {
		case n < 6:
			l.get("/api/v2/users/" + one(l.rng, c.counters))
		case n < 8:
			l.get("/api/v2/users?pageSize=25&pageNumber=1")
		case n < 9:
			l.get("/api/v2/authorization/subjects/me")
		case n < 10:
			l.pages()
		case n < 15:
			l.raise()
		case n < 18:
			l.grant()
		default:
			l.comeAndGo()
		}
	}
	return l.took
}

// do sends a request, which must be answered by one of the statuses.
func (l *loader) do(method, target, body string, expected ...int) *oddAnswer {
	q := &oddRequest{method: method, target: target, header: []string{"Authorization: Bearer " + l.token, "Content-Type: application/json"}}
	if body != "" {
		q.body = []byte(body)
	}
	a, err := l.wire.send(q)
	if err != nil {
		l.fail("%s %s: %v", method, target, err)
		return nil
	}
	l.took = append(l.took, a.took)
	if !slices.Contains(expected, a.status) {
		l.fail("%s %s %s: %d %s", method, target, body, a.status, a.body)
		return nil
	}
	return a
}

func (c *crowd) fail(format string, args ...any) {
	if !c.failed.Swap(true) {
		c.t.Errorf(format, args...)
	}
}

func (l *loader) get(target string) *oddAnswer {
	return l.do(http.MethodGet, target, "", http.StatusOK)
}

// raise adds one to a user's title: read, change, and again where another client
// was quicker.
func (l *loader) raise() {
	i := l.rng.IntN(loadCounters)
	target := "/api/v2/users/" + l.counters[i]
	for range 200 {
		a := l.get(target)
		if a == nil {
			return
		}
		var user struct {
			Title   string
			Version int
		}
		if err := json.Unmarshal(a.body, &user); err != nil {
			l.fail("%v: %s", err, a.body)
			return
		}
		count, _ := strconv.Atoi(user.Title) // no title is none yet
		a = l.do(http.MethodPatch, target, fmt.Sprintf(`{"title":"%d","version":%d}`, count+1, user.Version), http.StatusOK, http.StatusConflict)
		if a == nil {
			return
		}
		if a.status == http.StatusOK {
			l.raised[i].Add(1)
			return
		}
		l.conflicts.Add(1)
	}
	l.fail("a change to %s came too late 200 times", target)
}

// grant gives somebody a role, at the same time as others give others.
func (l *loader) grant() {
	holder, role := one(l.rng, l.holders), one(l.rng, l.roles)
	if l.do(http.MethodPost, "/api/v2/authorization/subjects/"+holder+"/divisions/"+l.home+"/roles/"+role, "", http.StatusOK, http.StatusNoContent) != nil {
		l.granted.Store(holder+" "+role, true)
	}
}

// comeAndGo makes a queue or a division and deletes it again.
func (l *loader) comeAndGo() {
	base := "/api/v2/routing/queues"
	if l.rng.IntN(3) == 0 {
		base = "/api/v2/authorization/divisions"
	}
	a := l.do(http.MethodPost, base, fmt.Sprintf(`{"name":"Transient %d %d"}`, l.number, len(l.took)), http.StatusOK)
	if a == nil {
		return
	}
	var made struct{ ID string }
	if err := json.Unmarshal(a.body, &made); err != nil || made.ID == "" {
		l.fail("%v: %s", err, a.body)
		return
	}
	target := base + "/" + made.ID
	l.get(target)
	l.do(http.MethodDelete, target+"?forceDelete=true", "", http.StatusOK, http.StatusNoContent)
	l.do(http.MethodGet, target, "", http.StatusNotFound)
}

// pages reads lists by pages while others add and delete at their ends: no page
// shows anything twice, and what is there all the time is on one of them.
func (l *loader) pages() {
	seen := map[string]int{}
	for page := 1; ; page++ {
		// By name; what comes and goes stands behind what stays.
		list := l.list(fmt.Sprintf("/api/v2/routing/queues?pageSize=15&sortBy=name&pageNumber=%d", page))
		if list == nil {
			return
		}
		stay := 0
		for _, e := range list.Entities {
			seen[e.ID]++
			if !strings.HasPrefix(e.Name, "Transient") {
				stay++
			}
		}
		if stay < 15 {
			break
		}
	}
	l.whole("queues by page number", seen, l.standing)

	seen = map[string]int{}
	for next := "/api/v2/authorization/divisions/query?pageSize=7"; next != ""; {
		list := l.list(next)
		if list == nil {
			return
		}
		for _, e := range list.Entities {
			seen[e.ID]++
		}
		next = list.NextURI
	}
	l.whole("divisions by cursor", seen, l.divisions)
}

type loadListing struct {
	Entities []struct{ ID, Name string }
	NextURI  string
}

func (l *loader) list(target string) *loadListing {
	a := l.get(target)
	if a == nil {
		return nil
	}
	var list loadListing
	if err := json.Unmarshal(a.body, &list); err != nil {
		l.fail("%v: %s", err, a.body)
		return nil
	}
	return &list
}

// whole fails unless everything that stands was seen exactly once.
func (l *loader) whole(what string, seen map[string]int, standing []string) {
	for _, id := range standing {
		if seen[id] != 1 {
			l.fail("%s: %s was there all the time and seen %d times", what, id, seen[id])
			return
		}
	}
}

// check compares what is there at the end with what was acknowledged.
func (c *crowd) check() {
	c.t.Helper()
	admin := c.srv.Bearer(c.token)
	var raised int64
	for i, id := range c.counters {
		got := admin.Get(c.t, "/api/v2/users/"+id)
		want := c.raised[i].Load()
		raised += want
		if title := got.Str(c.t, "title"); title != strconv.FormatInt(want, 10) && (want > 0 || title != "") {
			c.t.Errorf("counter %d stands at %q after %d acknowledged changes", i, title, want)
		}
	}
	if raised < loadClients {
		c.t.Errorf("only %d changes", raised)
	}
	for _, holder := range c.holders {
		var subject struct {
			Grants []struct{ Role struct{ ID string } }
		}
		admin.Get(c.t, "/api/v2/authorization/subjects/"+holder).JSON(c.t, &subject)
		held := map[string]bool{}
		for _, g := range subject.Grants {
			held[g.Role.ID] = true
		}
		for _, role := range c.roles {
			if _, want := c.granted.Load(holder + " " + role); want != held[role] {
				c.t.Errorf("%s holds %s: %v, granted: %v", holder, role, held[role], want)
			}
		}
	}
	for _, path := range []string{"/api/v2/routing/queues?pageSize=500", "/api/v2/authorization/divisions?pageSize=500"} {
		if list := admin.Get(c.t, path); strings.Contains(string(list.Body), "Transient") {
			c.t.Errorf("what was deleted is left: %s", list.Body)
		}
	}
}
