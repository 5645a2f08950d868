package main_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/server"
)

const (
	killWriters = 8
	oldSample   = 12 // how many records of earlier rounds each round looks at
)

// killRounds is how many lives the server has; SOAK=1 (`make soak`) gives it more.
func killRounds() int {
	if os.Getenv("SOAK") != "" {
		return 2000
	}
	return 300
}

// A server that is killed at any moment comes back with all that it acknowledged:
// each round starts it on the same file, lets writers work on it, kills it and
// compares. KILL_SEED repeats a run's choices; the timing is the machine's.
func TestKilledAtAnyMoment(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	if s, err := strconv.ParseUint(os.Getenv("KILL_SEED"), 10, 64); err == nil {
		seed = s
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("KILL_SEED=%d", seed)
		}
	})
	random := rand.New(rand.NewPCG(seed, 0))
	db := filepath.Join(t.TempDir(), "state.db")
	var writers []*writer
	for w := range killWriters {
		writers = append(writers, &writer{t: t, name: fmt.Sprintf("w%d", w), random: rand.New(rand.NewPCG(seed, uint64(w+1)))})
	}
	acknowledged := 0
	for round := range killRounds() {
		if round%10 == 9 { // one that may not even get as far as serving
			life := launch(t, db)
			<-time.After(time.Duration(random.IntN(40)) * time.Millisecond)
			life.kill()
		}
		life := launch(t, db)
		life.ready(t)
		verify(t, life.url, writers)
		if t.Failed() {
			t.Fatalf("after the kill of round %d", round)
		}
		var wg sync.WaitGroup
		for _, w := range writers {
			wg.Go(func() { w.work(life.url) })
		}
		<-time.After(time.Duration(5+random.IntN(76)) * time.Millisecond)
		life.kill()
		wg.Wait()
		for _, w := range writers {
			acknowledged += w.acknowledged
			w.acknowledged = 0
		}
		// The killed process's lock is gone with it, and nobody else has the file.
		report, err := server.Check(t.Context(), db)
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		if report.Findings.Total+report.Notes.Total > 0 {
			t.Fatalf("round %d: %q, %q", round, report.Findings.First, report.Notes.First)
		}
		if t.Failed() {
			t.Fatalf("in round %d", round)
		}
	}
	life := launch(t, db)
	life.ready(t)
	verify(t, life.url, writers)
	life.kill()
	t.Logf("%d changes were acknowledged", acknowledged)
	if acknowledged < 2*killRounds() {
		t.Errorf("only %d changes in %d rounds: nothing was tried", acknowledged, killRounds())
	}
}

// Killed while it makes and seeds its file, the server leaves one that is blank or
// whole.
func TestKilledWhileSeeding(t *testing.T) {
	t.Parallel()
	for i := range 12 {
		db := filepath.Join(t.TempDir(), "state.db")
		first := launch(t, db)
		<-time.After(time.Duration(4*i) * time.Millisecond)
		first.kill()
		second := launch(t, db)
		second.ready(t)
		if _, status := fetchToken(t, second.url, adminID, adminSecret); status != http.StatusOK {
			t.Errorf("killed after %d ms: no token, %d", 4*i, status)
		}
		second.kill()
		if report, err := server.Check(t.Context(), db); err != nil || report.Findings.Total > 0 || report.Organizations != 1 {
			t.Errorf("killed after %d ms: %+v, %v", 4*i, report, err)
		}
	}
}

// life is a process that will be killed.
type life struct {
	cmd    *exec.Cmd
	stdout *bufio.Scanner
	errOut bytes.Buffer
	url    string
	ended  bool
}

func launch(t *testing.T, db string) *life {
	t.Helper()
	l := &life{cmd: exec.CommandContext(context.WithoutCancel(t.Context()), binary, "serve", "--listen", "127.0.0.1:0", "--db", db)}
	l.cmd.Stderr = &l.errOut
	stdout, err := l.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	l.stdout = bufio.NewScanner(stdout)
	if err := l.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.kill)
	return l
}

// ready waits until the process serves.
func (l *life) ready(t *testing.T) {
	t.Helper()
	if l.stdout.Scan() {
		_, l.url, _ = strings.Cut(l.stdout.Text(), " serves ")
	}
	if l.url == "" {
		l.kill()
		t.Fatalf("it does not start again: %s", l.errOut.String())
	}
}

func (l *life) kill() {
	if !l.ended {
		l.ended = true
		_ = l.cmd.Process.Kill()
		_ = l.cmd.Wait()
	}
}

// verify compares what the server shows with what the writers were told.
func verify(t *testing.T, url string, writers []*writer) {
	t.Helper()
	var wg sync.WaitGroup
	for _, w := range writers {
		wg.Go(func() {
			w.url = url
			w.http = &http.Client{Transport: &http.Transport{}}
			defer w.http.CloseIdleConnections()
			w.verify()
		})
	}
	wg.Wait()
}
