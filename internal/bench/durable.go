package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// manyWriters is how many clients write at once where commits are shared.
const manyWriters = 64

// slowDisk is what one fsync must take for figures about the disk to say
// anything (decisions.md 26).
const slowDisk = time.Millisecond

// fsyncTime is the median of writing a page to a file and syncing it.
func fsyncTime(dir string) (time.Duration, error) {
	f, err := os.CreateTemp(dir, "fsync-")
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }()
	page := make([]byte, 4096)
	var took []time.Duration
	for end := time.Now().Add(time.Second); len(took) < 50 && time.Now().Before(end); {
		began := time.Now()
		if _, err := f.WriteAt(page, 0); err != nil {
			return 0, err
		}
		if err := f.Sync(); err != nil {
			return 0, err
		}
		took = append(took, time.Since(began))
	}
	return median(took), nil
}

// minSharing is how many times the rate of one synced write at a time, which is a
// transaction of the store, many writers must reach together.
const minSharing = 20

// durableWrites measures POSTs that are on disk before they are answered, by one
// client and by many.
func (b *bench) durableWrites(ctx context.Context, p plan, t *table, synced time.Duration) error {
	server, err := b.startMock(ctx, "--db", filepath.Join(b.dir, "durable.db"))
	if err != nil {
		return err
	}
	defer server.kill()
	if err := b.writersRows(ctx, p, t, server, "DURABLE POST /api/v2/oauth/clients", synced, 0); err != nil || synced >= slowDisk {
		return err
	}
	for _, slowed := range slowedDisks {
		if err := b.slowedWrites(ctx, p, t, synced, slowed); err != nil {
			return err
		}
	}
	return nil
}

// writersRows drives the server by one writer and by many, beside one synced
// transaction at a time on the same disk. A sync takes the time synced there,
// longer of which is made up.
func (b *bench) writersRows(ctx context.Context, p plan, t *table, server *child, title string, synced, longer time.Duration) error {
	alone, err := b.transactionTime(ctx, longer)
	if err != nil {
		return err
	}
	post, err := b.postRequest(ctx, server)
	if err != nil {
		return err
	}
	writers := []int{1, manyWriters}
	samples := make([][]sample, len(writers))
	for range p.durable {
		for i, n := range writers {
			s, err := post.drive(ctx, n, time.Second)
			if err != nil {
				return err
			}
			samples[i] = append(samples[i], s)
		}
	}
	t.heading(title, "mockcloud", "one synced write at a time", "ratio")
	for i, n := range writers {
		ratio := medianOf(samples[i], sample.perSecond) * alone.Seconds()
		r := row{
			name:      fmt.Sprintf("%d writers", n),
			ours:      fmt.Sprintf("%s (%s CPU)", rate(medianOf(samples[i], sample.perSecond)), micros(medianOf(samples[i], sample.cpuPerRequest))),
			reference: rate(1 / alone.Seconds()),
			ratio:     fmt.Sprintf("%.2f", ratio),
		}
		switch {
		case n == 1:
			r.name = "1 writer"
		case synced >= slowDisk:
			r.target, r.verdict = fmt.Sprintf(">= %d x", minSharing), verdict(-ratio, -minSharing)
		}
		if synced < slowDisk {
			r.verdict = "says nothing: fsync < 1 ms"
		}
		t.add(r)
	}
	return nil
}
