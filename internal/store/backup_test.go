package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/mockcloud/mockcloud/internal/store"
)

// backUp copies a DB to a file.
func backUp(t *testing.T, db *store.DB) (path string) {
	t.Helper()
	var b bytes.Buffer
	err := db.Backup(t.Context(), func(backup *store.Backup) error {
		n, err := backup.WriteTo(&b)
		if n != backup.Size() || n != int64(b.Len()) {
			t.Errorf("%d bytes written, %d there, %d announced", n, b.Len(), backup.Size())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return writeFile(t, b.Bytes())
}

// Every call moves something from one document to another. A copy that is one
// point in time has it all.
func TestABackupIsOnePointInTime(t *testing.T) {
	t.Parallel()
	for _, o := range []store.Options{{}, {NoSync: true}} {
		db := openTemp(t, o)
		const all = 100
		putAll(t, db, &person{ID: "a", Teams: make([]string, all)}, &person{ID: "b"})
		stop := make(chan struct{})
		var wg sync.WaitGroup
		for w := range 8 {
			wg.Go(func() {
				for i := 0; ; i++ {
					select {
					case <-stop:
						return
					default:
					}
					err := db.Update(context.Background(), org, func(tx *store.Tx) error {
						a, err := people.Get(tx, "a")
						b, err2 := people.Get(tx, "b")
						if err := errors.Join(err, err2); err != nil {
							return err
						}
						if len(a.Teams) == 0 {
							a, b = b, a
						}
						a.Teams, b.Teams = a.Teams[1:], append(b.Teams, fmt.Sprint(w, i))
						return errors.Join(people.Put(tx, a), people.Put(tx, b))
					})
					if err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		for range 10 {
			path := backUp(t, db)
			if r := wantChecked(t, path); r.Findings.Total+r.Notes.Total > 0 {
				t.Errorf("%q, %q", r.Findings.First, r.Notes.First)
			}
			view(t, openAt(t, path, store.Options{}), func(tx *store.Tx) {
				sum := 0
				for p, err := range people.All(tx) {
					if err != nil {
						t.Fatal(err)
					}
					sum += len(p.Teams)
				}
				if sum != all {
					t.Errorf("%d of %d", sum, all)
				}
			})
		}
		close(stop)
		wg.Wait()
	}
}

func TestABackupStopsNoWriter(t *testing.T) {
	t.Parallel()
	db := openTemp(t, store.Options{NoSync: true})
	putAll(t, db, &person{ID: "before"})
	var copied bytes.Buffer
	err := db.Backup(t.Context(), func(b *store.Backup) error {
		for i := range 50 { // beyond what the file has room for now
			putAll(t, db, &person{ID: fmt.Sprint(i), Notes: string(make([]byte, 100_000))})
		}
		_, err := b.WriteTo(&copied)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	wantIDs(t, "copied", allIDs(t, openAt(t, writeFile(t, copied.Bytes()), store.Options{})), "before")
}

// cancelWriter ends a context with its first byte.
type cancelWriter struct {
	cancel func()
	n      int
}

func (w *cancelWriter) Write(p []byte) (int, error) {
	w.cancel()
	w.n += len(p)
	return len(p), nil
}

func TestABackupEndsWithItsContext(t *testing.T) {
	t.Parallel()
	db := openTemp(t, store.Options{NoSync: true})
	fill(t, db, 2000)
	ctx, cancel := context.WithCancel(t.Context())
	w := &cancelWriter{cancel: cancel}
	err := db.Backup(ctx, func(b *store.Backup) error {
		_, err := b.WriteTo(w)
		return err
	})
	if err == nil || w.n > os.Getpagesize() {
		t.Errorf("%v after %d bytes", err, w.n)
	}
	if err := db.Close(); err != nil { // it would wait for the backup
		t.Error(err)
	}
	if err := db.Backup(t.Context(), func(*store.Backup) error { return nil }); !errors.Is(err, store.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

// Whatever a file has become, copying it ends with a copy or an error.
func TestABackupOfADamagedFile(t *testing.T) {
	t.Parallel()
	path := writeFile(t, content(t))
	db := openAt(t, path, store.Options{NoSync: true})
	if err := os.Truncate(path, 3*int64(os.Getpagesize())); err != nil {
		t.Fatal(err)
	}
	err := db.Backup(t.Context(), func(b *store.Backup) error {
		_, err := b.WriteTo(&bytes.Buffer{})
		return err
	})
	if err == nil {
		t.Error("copied")
	}
}

func TestBackupFile(t *testing.T) {
	t.Parallel()
	whole := soundPeople(t)
	path := writeFile(t, whole)
	var b bytes.Buffer
	write := func(backup *store.Backup) error {
		_, err := backup.WriteTo(&b)
		return err
	}
	if err := store.BackupFile(t.Context(), path, write); err != nil {
		t.Fatal(err)
	}
	if r := wantChecked(t, writeFile(t, b.Bytes())); r.Findings.Total > 0 || r.Collections[0].Documents != 100 {
		t.Errorf("%+v", r)
	}
	if err := store.BackupFile(t.Context(), path, func(*store.Backup) error { return errChangedMyMind }); err != errChangedMyMind { //nolint:errorlint // as it is, not as a failure to open
		t.Errorf("%v", err)
	}
	if store.InUse(path) || store.InUse(filepath.Join(t.TempDir(), "none.db")) || store.InUse(t.TempDir()) {
		t.Error("in use by nobody")
	}
	openAt(t, path, store.Options{})
	if !store.InUse(path) {
		t.Error("not in use")
	}
	if err := store.BackupFile(t.Context(), path, write); !errors.Is(err, store.ErrLocked) {
		t.Errorf("%v", err)
	}
}
