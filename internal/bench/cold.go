package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// coldSample is one start of a server, from exec to its first answer.
type coldSample struct {
	wall, cpu time.Duration
	memory    int64 // resident, in bytes
}

// The most that a start may take, to the first token with every operation
// routable.
const (
	maxStartCPU    = 50  // milliseconds
	maxStartWall   = 100 // milliseconds
	maxStartMemory = 40  // MiB
)

// coldStarts measures starts of mockcloud, with a temporary and with a fresh
// durable state, in turns with starts of the bare reference.
func (b *bench) coldStarts(ctx context.Context, p plan, t *table) error {
	kinds := []struct {
		name  string
		start func(n int) (*child, error)
		first func(*child) *workload
	}{
		{"bare", func(int) (*child, error) { return b.startBare(ctx) }, func(c *child) *workload {
			return &workload{server: c, request: newRequest("GET", "/", ""), want: 200}
		}},
		{"--ephemeral", func(int) (*child, error) { return b.startMock(ctx, "--ephemeral") }, b.tokenRequest},
		{"--db FILE, a new one", func(n int) (*child, error) { return b.startMock(ctx, "--db", b.startFile(n)) }, b.tokenRequest},
	}
	samples := make([][]coldSample, len(kinds))
	for n := range p.starts + 1 {
		for i, kind := range kinds {
			server, err := kind.start(n)
			if err != nil {
				return err
			}
			s, err := toFirstAnswer(ctx, server, kind.first(server))
			server.kill()
			if err != nil {
				return fmt.Errorf("%s: %w", kind.name, err)
			}
			if n > 0 { // the first one finds the program on disk, not in memory
				samples[i] = append(samples[i], s)
			}
		}
		if err := os.RemoveAll(b.startFile(n)); err != nil {
			return err
		}
	}
	t.heading("COLD START, exec to the first token", "mockcloud", "bare Echo, first answer", "")
	for i, kind := range kinds[1:] {
		b.coldRows(t, kind.name, samples[i+1], samples[0])
	}
	return nil
}

func (b *bench) coldRows(t *table, name string, ours, bare []coldSample) {
	for _, m := range []struct {
		name   string
		of     func(coldSample) float64
		format string
		most   float64
	}{
		{"CPU", func(s coldSample) float64 { return s.cpu.Seconds() * 1e3 }, "%.1f ms", maxStartCPU},
		{"wall", func(s coldSample) float64 { return s.wall.Seconds() * 1e3 }, "%.1f ms", maxStartWall},
		{"resident memory", func(s coldSample) float64 { return float64(s.memory) / (1 << 20) }, "%.1f MiB", maxStartMemory},
	} {
		got, reference := medianOf(ours, m.of), medianOf(bare, m.of)
		t.add(row{
			name: name + ": " + m.name,
			ours: fmt.Sprintf(m.format, got), reference: fmt.Sprintf(m.format, reference),
			target: target(m.most, m.format), verdict: verdict(got, m.most),
		})
	}
}

// startFile is the state file of the nth start.
func (b *bench) startFile(n int) string { return filepath.Join(b.dir, fmt.Sprintf("start-%d.db", n)) }

// toFirstAnswer waits for the first answer of a server that has just started.
func toFirstAnswer(ctx context.Context, server *child, w *workload) (s coldSample, err error) {
	if _, err := w.once(ctx); err != nil {
		return s, err
	}
	s.wall = time.Since(server.started)
	if err := freeze(server.pid()); err != nil {
		return s, err
	}
	if s.cpu, err = cpuTime(server.pid()); err != nil {
		return s, err
	}
	s.memory, err = residentMemory(server.pid())
	return s, err
}
