package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"

	"go.etcd.io/bbolt"
)

// Backup is a copy of a whole state file as it is at one point in time, which is
// itself a state file.
type Backup struct {
	ctx  context.Context
	bolt *bbolt.Tx
}

// Size is the number of bytes that WriteTo writes.
func (b *Backup) Size() int64 { return b.bolt.Size() }

// WriteTo writes the copy. It ends early when the context does.
func (b *Backup) WriteTo(w io.Writer) (n int64, err error) {
	// A damaged file shall cost this copy, not the process.
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer recovered(&err)
	return b.bolt.WriteTo(untilDone{b.ctx, w})
}

// untilDone writes until a context ends. It hides what else the writer can do, so
// that every part of a copy goes through Write.
type untilDone struct {
	ctx context.Context
	w   io.Writer
}

func (u untilDone) Write(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.w.Write(p)
}

// Backup lets fn copy the file while others read and write. Writers do not wait
// for it, but until fn returns they cannot use again what they free, so that the
// file grows by what is written meanwhile; and a file that outgrows its mapping
// (256 MiB, then twice that, and so on) waits for fn before it is mapped anew.
func (db *DB) Backup(ctx context.Context, fn func(*Backup) error) error {
	bolt, err := db.bolt.Begin(false)
	if err != nil {
		return fmt.Errorf("store: begin: %w", closedError(err))
	}
	defer func() { _ = bolt.Rollback() }()
	return fn(&Backup{ctx: ctx, bolt: bolt})
}

// BackupFile is Backup for a file that no process writes to. Errors in opening it
// are OpenErrors.
func BackupFile(ctx context.Context, path string, fn func(*Backup) error) error {
	var failed error
	err := reading(path, func(db *bbolt.DB) error {
		bolt, err := db.Begin(false)
		if err != nil {
			return err
		}
		defer func() { _ = bolt.Rollback() }()
		failed = fn(&Backup{ctx: ctx, bolt: bolt})
		return nil
	})
	if err != nil {
		return err
	}
	return failed
}

// InUse says whether another process, or a DB of this one, has the file open for
// writing.
func InUse(path string) bool {
	return errors.Is(reading(path, func(*bbolt.DB) error { return nil }), ErrLocked)
}
