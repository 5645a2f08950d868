package server_test

import (
	"math/rand/v2"
	"net/url"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// These tests throw at every operation of the catalogue what no client of good
// will sends. They say which seed they use; SEED repeats it, OPERATION=id keeps
// to one operation, and SOAK=1 goes on for five minutes, each round with a seed
// of its own.

func soaking() bool { return os.Getenv("SOAK") != "" }

const soakTime = 5 * time.Minute

// seedOf is the usual seed unless another one was asked for.
func seedOf(t *testing.T) uint64 {
	t.Helper()
	text := os.Getenv("SEED")
	switch {
	case text != "":
		seed, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return seed
	case soaking():
		return rand.Uint64()
	default:
		return 20260115
	}
}

// It is not parallel: it counts memory and goroutines, and shares them with no
// other test that way.
func TestHostileInputIsRefused(t *testing.T) {
	seed := seedOf(t)
	goroutines := runtime.NumGoroutine()
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // time is short
	const workers = 2
	t.Run("everywhere", func(t *testing.T) {
		for worker := range workers {
			t.Run(strconv.Itoa(worker), func(t *testing.T) {
				t.Parallel()
				everywhere(t, seed, worker, workers)
			})
		}
	})
	t.Run("memory", func(t *testing.T) { memory(t, seed) })
	for deadline := time.Now().Add(20 * time.Second); runtime.NumGoroutine() > goroutines+2; runtime.Gosched() {
		if time.Now().After(deadline) {
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines at first, %d at the end\n%s", goroutines, runtime.NumGoroutine(), stacks[:runtime.Stack(stacks, true)])
		}
	}
}

// everywhere goes through one worker's share of the operations.
func everywhere(t *testing.T, seed uint64, worker, workers int) {
	h := newHostile(t)
	only := os.Getenv("OPERATION")
	ends := time.Now().Add(soakTime)
	for ; ; seed++ {
		for i := worker; i < len(h.all); i += workers {
			if only == "" || only == h.all[i].ID {
				h.storm(h.all[i], seed)
			}
		}
		t.Logf("seed %d: %d requests, %d of them accepted, %v", seed, h.sent, h.passed, h.statuses)
		if !soaking() || time.Now().After(ends) || t.Failed() {
			break
		}
	}
	if only != "" {
		return
	}
	share, missed := 0, []string{}
	for i := worker; i < len(h.all); i += workers {
		if id := h.all[i].ID; h.implemented[id] {
			share++
			if h.reached[id] == 0 {
				missed = append(missed, id)
			}
		}
	}
	t.Logf("nothing was accepted by %v", missed)
	if h.sent < 2*len(h.all)/workers || len(missed) > share/2 {
		t.Errorf("only %d requests, and nothing was accepted by %d of %d operations", h.sent, len(missed), share)
	}
}

// memory storms some operations again and again, and then holds no more than
// after the first time.
func memory(t *testing.T, seed uint64) {
	h := newHostile(t)
	round := func(seed uint64) uint64 {
		for i := int(seed % 16); i < len(h.ops); i += 16 {
			h.storm(h.ops[i], seed)
		}
		for i := int(seed % 100); i < len(h.all); i += 100 {
			h.storm(h.all[i], seed)
		}
		h.refresh()
		return live()
	}
	first := round(seed)
	var last uint64
	for range 2 {
		seed += 16 * 100 // the same operations
		last = round(seed)
	}
	t.Logf("%d kB of heap after the first round, %d kB after the last", first>>10, last>>10)
	if last > first+4<<20 {
		t.Errorf("the heap grows from %d to %d kB", first>>10, last>>10)
	}
}

// live is how many bytes are in use. The second collection empties the pools; the
// spans that they stood in stay with the process for longer, and say nothing.
func live() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// Whatever the fuzzer makes of an id, a query, a media type and a body, the
// answers keep to the rules.
func FuzzOperations(f *testing.F) {
	h := newHostile(f)
	for i := range 40 {
		f.Add(uint16(i*37), oddIDs[i%len(oddIDs)], oddQueries[i%len(oddQueries)], oddMedia[i%len(oddMedia)], oddBodies[i%len(oddBodies)])
	}
	for i, op := range h.ops {
		if body, ok := goodBodies[op.ID]; ok {
			f.Add(uint16(i), "", "", "application/json", []byte(body))
		}
	}
	ops := append(slices.Clip(h.ops), h.holdEngine()...)
	f.Fuzz(func(t *testing.T, number uint16, id, query, media string, body []byte) {
		h.t = t
		h.failed = map[string]bool{}
		h.begin(ops[int(number)%len(ops)], uint64(number))
		q := h.good("fuzzed")
		path, _, _ := strings.Cut(q.target, "?")
		for _, p := range h.op.Parameters() {
			if p.In == "path" && id != "" {
				path = h.ids.pathWith(h.rng, h.op, p.Name, url.PathEscape(id))
			}
		}
		plain := func(text string) bool {
			return strings.IndexFunc(text, func(r rune) bool { return r <= ' ' || r >= 0x7f }) < 0
		}
		if !plain(query) || strings.Contains(query, "#") {
			query = url.QueryEscape(query)
		}
		q.target = path + "?" + query
		if media = strings.TrimSpace(media); plain(strings.ReplaceAll(media, " ", "")) {
			q.header = []string{"Content-Type: " + media}
		}
		q.body, q.atDoor = []byte(h.make.fillIn(string(body))), true
		h.try(q, h.caller())
	})
}
