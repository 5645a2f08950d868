package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// syncsPerCommit is how often a commit waits for the disk, as slowdisk has it.
const syncsPerCommit = 2

// slowedDisks are how long a sync takes where the machine's own disk is too fast
// to say anything about shared commits.
var slowedDisks = []time.Duration{slowDisk, 5 * slowDisk}

// slowedWrites measures durable POSTs with a disk that is slowed down.
func (b *bench) slowedWrites(ctx context.Context, p plan, t *table, synced, wanted time.Duration) error {
	program := filepath.Join(b.dir, "slowdisk")
	if err := build(ctx, program, "github.com/mockcloud/mockcloud/internal/bench/slowdisk"); err != nil {
		return err
	}
	path := filepath.Join(b.dir, fmt.Sprintf("slowed-%s.db", wanted))
	slow, err := startChild(ctx, b.dir, program, path, (wanted - synced).String())
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
