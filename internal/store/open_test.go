package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"github.com/mockcloud/mockcloud/internal/store"
)

// content returns the bytes of a state file with some documents, the newest in a
// commit of its own.
func content(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "source.db")
	db := openAt(t, path, store.Options{})
	fill(t, db, 100)
	putAll(t, db, &person{ID: "newest"})
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return readFile(t, path)
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func writeFile(t *testing.T, b []byte) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "state.db")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// wantRefused opens a file that must be refused and stay as it is.
func wantRefused(t *testing.T, path string, o store.Options, want error) (reason string) {
	t.Helper()
	before := readFile(t, path)
	db, err := store.Open(path, o)
	if err == nil {
		_ = db.Close()
		t.Fatalf("opened, want %v", want)
	}
	e, ok := errors.AsType[*store.OpenError](err)
	if !ok {
		t.Fatalf("%T is no OpenError: %v", err, err)
	}
	if !errors.Is(err, want) {
		t.Errorf("%v (%v), want %v", err, e.Err, want)
	}
	if e.Path != path || e.Reason == "" || e.Advice == "" || err.Error() != path+" "+e.Reason+": "+e.Advice || strings.Contains(err.Error(), "\n") {
		t.Errorf("unclear: %q", err)
	}
	if !bytes.Equal(before, readFile(t, path)) {
		t.Errorf("the file was changed: %v", err)
	}
	return e.Reason
}

func TestOpenCreatesAPrivateFile(t *testing.T) {
	t.Parallel()
	for _, o := range []store.Options{{}, {NoSync: true}} {
		path := filepath.Join(t.TempDir(), "state.db")
		openAt(t, path, o)
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("mode %v", info.Mode())
		}
	}
}

// An empty file, and one that was opened but never written to, are as good as
// new.
func TestOpenTakesBlankFiles(t *testing.T) {
	t.Parallel()
	for _, o := range []store.Options{{}, {NoSync: true}} {
		for name, path := range map[string]string{"empty": writeFile(t, nil), "new": filepath.Join(t.TempDir(), "state.db")} {
			for range 3 {
				db := openAt(t, path, o)
				checkFile(t, db)
				if empty, err := db.Empty(); !empty || err != nil {
					t.Errorf("%s: Empty = %t, %v", name, empty, err)
				}
				if err := db.Close(); err != nil {
					t.Fatal(err)
				}
			}
			db := openAt(t, path, o)
			putAll(t, db, &person{ID: "1"})
			checkFile(t, db)
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			wantIDs(t, name, allIDs(t, openAt(t, path, o)), "1")
		}
	}
}

// New files are made without the library, to the byte as the library makes them.
func TestBlankFilesAreTheLibrarys(t *testing.T) {
	t.Parallel()
	theirs := filepath.Join(t.TempDir(), "theirs.db")
	bolt, err := bbolt.Open(theirs, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := bolt.Close(); err != nil {
		t.Fatal(err)
	}
	for _, o := range []store.Options{{}, {NoSync: true}} {
		path := filepath.Join(t.TempDir(), "state.db")
		if err := openAt(t, path, o).Close(); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(readFile(t, path), readFile(t, theirs)) {
			t.Errorf("NoSync=%t: they differ", o.NoSync)
		}
	}
}

func TestTheFirstCommitMarksTheFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	db := openAt(t, path, store.Options{})
	marked := func(want bool) {
		t.Helper()
		err := db.Bolt().View(func(tx *bbolt.Tx) error {
			if got := tx.Bucket([]byte("mockcloud")) != nil; got != want {
				t.Errorf("marked = %t, want %t", got, want)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	_ = db.Update(t.Context(), org, func(tx *store.Tx) error {
		return errors.Join(people.Put(tx, &person{ID: "1"}), errChangedMyMind)
	})
	marked(false)
	db.Bolt().MaxSize = 1
	err := db.Update(t.Context(), org, func(tx *store.Tx) error {
		return people.Put(tx, &person{ID: "1", Notes: strings.Repeat("x", 1<<20)})
	})
	if err == nil {
		t.Error("the commit did not fail")
	}
	db.Bolt().MaxSize = 0
	marked(false)
	for i := range 2 {
		putAll(t, db, &person{ID: fmt.Sprint(i)})
		marked(true)
	}
}

func TestAFileMovesBetweenModes(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	for i := range 6 {
		db := openAt(t, path, store.Options{NoSync: i%2 == 0})
		if n := len(allIDs(t, db)); n != i {
			t.Errorf("%d documents, want %d", n, i)
		}
		putAll(t, db, &person{ID: fmt.Sprint(i), Notes: strings.Repeat("x", 1<<18)})
		checkFile(t, db)
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOpenRefusesAFileInUse(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	db := openAt(t, path, store.Options{})
	putAll(t, db, &person{ID: "1"})
	started := time.Now()
	reason := wantRefused(t, path, store.Options{}, store.ErrLocked)
	if took := time.Since(started); took > time.Second {
		t.Errorf("that took %v", took)
	}
	if !strings.Contains(reason, "in use") {
		t.Errorf("%q", reason)
	}
	wantRefused(t, path, store.Options{Timeout: 1}, store.ErrLocked)

	// The lock is waited for, too.
	result := make(chan error, 1)
	go func() {
		db, err := store.Open(path, store.Options{Timeout: 10 * time.Second})
		if err == nil {
			err = db.Close()
		}
		result <- err
	}()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-result; err != nil {
		t.Errorf("after the other closed: %v", err)
	}
}

func TestOpenRefusesWhatIsNoStateFile(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("A text that somebody would miss.\n", 1000)
	for name, b := range map[string][]byte{
		"one byte":  {0},
		"text":      []byte(text),
		"zeroes":    make([]byte, 1<<16),
		"SQLite":    append([]byte("SQLite format 3\x00"), make([]byte, 8176)...),
		"short":     []byte(text[:100]),
		"two pages": []byte(text[:8192]),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantRefused(t, writeFile(t, b), store.Options{}, store.ErrNotState)
		})
	}
	t.Run("directory", func(t *testing.T) {
		t.Parallel()
		_, err := store.Open(t.TempDir(), store.Options{})
		if !errors.Is(err, store.ErrNotState) || !strings.Contains(err.Error(), "directory") {
			t.Errorf("%v", err)
		}
	})
	t.Run("device", func(t *testing.T) {
		t.Parallel()
		if _, err := store.Open(os.DevNull, store.Options{}); !errors.Is(err, store.ErrNotState) {
			t.Errorf("%v", err)
		}
	})
}

func TestOpenRefusesForeignDatabases(t *testing.T) {
	t.Parallel()
	put := func(bucket, key, value string) func(*bbolt.Tx) error {
		return func(tx *bbolt.Tx) error {
			b, err := tx.CreateBucket([]byte(bucket))
			if err != nil {
				return err
			}
			return b.Put([]byte(key), []byte(value))
		}
	}
	tests := []struct {
		name    string
		options bbolt.Options
		fill    func(*bbolt.Tx) error
	}{
		{"another program's", bbolt.Options{}, put("members", "1", "precious")},
		// The library would write to such a file just by opening it.
		{"another program's without freelist", bbolt.Options{NoFreelistSync: true}, put("members", "1", "precious")},
		{"with another page size", bbolt.Options{PageSize: 16 << 10}, put("members", "1", "precious")},
		{"a later format", bbolt.Options{}, put("mockcloud", "format", "2")},
		{"a marker without format", bbolt.Options{}, put("mockcloud", "other", "1")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "foreign.db")
			bolt, err := bbolt.Open(path, 0o600, &tt.options)
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(bolt.Update(tt.fill), bolt.Close()); err != nil {
				t.Fatal(err)
			}
			wantRefused(t, path, store.Options{}, store.ErrNotState)
			wantRefused(t, path, store.Options{NoSync: true}, store.ErrNotState)
		})
	}
}

func TestOpenWhereNothingCanBeCreated(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]struct {
		err  error
		text string
	}{
		filepath.Join(file, "state.db"):                   {syscall.ENOTDIR, "cannot be opened"},
		filepath.Join(dir, "missing", "state.db"):         {fs.ErrNotExist, "directory does not exist"},
		filepath.Join(dir, strings.Repeat("long", 1000)):  {syscall.ENAMETOOLONG, "cannot be opened"},
		filepath.Join(dir, "with\x00zero"):                {syscall.EINVAL, "cannot be opened"},
		filepath.Join(dir, "missing", "..", "state", "x"): {fs.ErrNotExist, "directory does not exist"},
	} {
		_, err := store.Open(path, store.Options{})
		var e *store.OpenError
		if !errors.As(err, &e) || !errors.Is(err, want.err) || !strings.Contains(e.Reason, want.text) || e.Advice == "" {
			t.Errorf("%.100q: %.300v", path, err)
		}
		if strings.Count(err.Error(), path) > 1 {
			t.Errorf("the path comes twice: %.300v", err)
		}
	}
	if b := readFile(t, file); string(b) != "text" {
		t.Errorf("the file was changed: %q", b)
	}
}

// The superuser may open anything, so the words are tested without a file.
func TestOpenExplainsMissingPermissions(t *testing.T) {
	t.Parallel()
	for _, errno := range []error{syscall.EACCES, syscall.EPERM} {
		e := store.Explain("state.db", &fs.PathError{Op: "open", Path: "state.db", Err: errno})
		if !errors.Is(e, fs.ErrPermission) || !strings.Contains(e.Reason, "may not") || !strings.Contains(e.Advice, "permissions") {
			t.Errorf("%v", e)
		}
	}
	e := store.Explain("state.db", &fs.PathError{Op: "open", Path: "state.db", Err: syscall.EROFS})
	if want := "state.db cannot be opened (" + syscall.EROFS.Error() + "): use another file"; e.Error() != want {
		t.Errorf("%v", e)
	}
}
