package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/server"
	"github.com/mockcloud/mockcloud/internal/store"
)

// slowCommand is the hidden first argument that makes this program a mockcloud
// on a slow disk. The second one names the state file, the third says how long
// each sync takes longer than it does.
const slowCommand = "serve-slow"

// syncsPerCommit is how often a commit waits for the disk: once for the pages,
// once for the header that makes them count.
const syncsPerCommit = 2

// serveSlow serves until it is killed.
func serveSlow(path, delay string) error {
	longer, err := time.ParseDuration(delay)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	srv, err := server.Start(ctx, server.Config{Path: path, OnSync: func() { time.Sleep(syncsPerCommit * longer) }})
	if err != nil {
		return err
	}
	fmt.Println("slow serves", srv.URL())
	<-ctx.Done()
	return srv.Close(context.WithoutCancel(ctx))
}

// slowedDisks are how long a sync takes where the machine's own disk is too fast
// to say anything about shared commits.
var slowedDisks = []time.Duration{slowDisk, 5 * slowDisk}

// slowedWrites measures durable POSTs with a disk that is slowed down.
func (b *bench) slowedWrites(ctx context.Context, p plan, t *table, synced, wanted time.Duration) error {
	path := filepath.Join(b.dir, fmt.Sprintf("slowed-%s.db", wanted))
	slow, err := startChild(ctx, b.dir, b.self, slowCommand, path, (wanted - synced).String())
	if err != nil {
		return err
	}
	defer slow.kill()
	return b.writersRows(ctx, p, t, slow, fmt.Sprintf("THE SAME, a disk slowed to %s a sync", duration(wanted)), wanted, wanted-synced)
}

// transactionTime is the median of changing one document in one synced
// transaction of the store, with nobody else about.
func (b *bench) transactionTime(ctx context.Context, longer time.Duration) (time.Duration, error) {
	path := filepath.Join(b.dir, "transactions.db")
	defer func() { _ = os.Remove(path) }()
	db, err := store.Open(path, store.Options{OnSync: func() { time.Sleep(syncsPerCommit * longer) }})
	if err != nil {
		return 0, err
	}
	defer func() { _ = db.Close() }()
	var took []time.Duration
	for i := range 50 {
		began := time.Now()
		err := db.Update(ctx, "org", func(tx *store.Tx) error {
			return identity.Orgs.Put(tx, &identity.Org{ID: "org", Version: i})
		})
		if err != nil {
			return 0, err
		}
		took = append(took, time.Since(began))
	}
	return median(took), nil
}
