package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// What an OpenError can be, besides an error of the operating system.
var (
	// ErrLocked means that another process, or another DB of this one, has the file
	// open.
	ErrLocked = errors.New("store: locked")
	// ErrNotState means that the file is something else than a state file.
	ErrNotState = errors.New("store: not a state file")
	// ErrDamaged means that it is a state file, or was one.
	ErrDamaged = errors.New("store: damaged")
)

// OpenError says in one line why a state file cannot be opened and what a person
// can do about it.
type OpenError struct {
	Path   string
	Reason string // what is wrong; continues the path to a sentence
	Advice string // what to do
	Err    error
}

// Error is one line: what is wrong, and what to do.
func (e *OpenError) Error() string { return e.Path + " " + e.Reason + ": " + e.Advice }

// Unwrap returns the cause.
func (e *OpenError) Unwrap() error { return e.Err }

// The marker by which a state file is known, and the layout that it announces.
const (
	formatKey = "format"
	format    = "1"
)

const defaultTimeout = 500 * time.Millisecond

// A file that outgrows its mapping must be mapped anew, for which the library
// waits until no reader is left and lets none in meanwhile. So the mapping is
// large from the start: it reserves addresses, not memory. Only Windows would
// make the file itself that long.
const (
	mapSize  = 256 << 20
	growStep = 1 << 20 // by how much the file grows; the library's own step is 16 MiB
)

// Open opens the state file at path, or creates it, readable by its owner alone.
// Its failures are OpenErrors; none of them changes a file that is there.
func Open(path string, o Options) (*DB, error) {
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	bolt, marked, err := open(path, o)
	if err != nil {
		return nil, explain(path, err)
	}
	db := &DB{bolt: bolt, cache: newCache()}
	db.committer = newCommitter(db, marked, o)
	return db, nil
}

// open looks before it opens for writing: the library creates, completes or
// rewrites parts of what it opens, and dies of what is cut short. It reports
// whether the file is marked as ours; a new one is not yet.
func open(path string, o Options) (_ *bbolt.DB, marked bool, err error) {
	check := func(db *bbolt.DB) (err error) {
		marked, err = checkMarker(db)
		return err
	}
	found, err := inspect(path)
	switch {
	case err != nil:
		return nil, false, err
	case found:
		reader, err := guarded(path, bbolt.Options{ReadOnly: true, Timeout: o.Timeout}, check)
		if err != nil {
			return nil, false, err
		}
		if err := reader.Close(); err != nil {
			return nil, false, err
		}
	default:
		if err := createBlank(path, !o.NoSync); err != nil {
			return nil, false, err
		}
	}
	options := bbolt.Options{
		Timeout:      o.Timeout,
		NoStatistics: true, // nobody reads them, and they cost readers a lock
		FreelistType: bbolt.FreelistMapType,
		NoSync:       o.NoSync,
		NoGrowSync:   o.NoSync,
		// A file that nobody opens again needs no list of its free pages.
		NoFreelistSync: o.NoSync,
	}
	if runtime.GOOS != "windows" {
		options.InitialMmapSize = mapSize
	}
	bolt, err := guarded(path, options, check)
	if err != nil {
		return nil, false, err
	}
	if !found && !o.NoSync {
		SyncDir(filepath.Dir(path))
	}
	return bolt, marked, nil
}

// guarded opens a file with the library and lets check look at it. A damaged
// file makes either panic, or read where there is no memory; both become errors.
func guarded(path string, o bbolt.Options, check func(*bbolt.DB) error) (_ *bbolt.DB, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer recovered(&err)
	db, err := bbolt.Open(path, 0o600, &o)
	if err != nil {
		return nil, err
	}
	db.AllocSize = growStep
	err = func() (err error) {
		defer recovered(&err) // while there is a db to close, which frees the file's lock
		return check(db)
	}()
	if err != nil {
		_ = db.Close()
		return nil, err
	}
	return db, nil
}

// recovered turns a panic of the library into an error.
func recovered(err *error) {
	if v := recover(); v != nil {
		*err = &damage{fmt.Sprint(v)}
	}
}

// checkMarker refuses the files of other programs. A file without any bucket is
// nobody's yet: new, or never written to.
func checkMarker(db *bbolt.DB) (marked bool, err error) {
	err = db.View(func(tx *bbolt.Tx) error {
		marker := tx.Bucket([]byte(markerBucket))
		if marker == nil {
			if name, _ := tx.Cursor().First(); name == nil {
				return nil
			}
			return &foreign{"is a database of another program"}
		}
		if got := marker.Get([]byte(formatKey)); string(got) != format {
			return &foreign{fmt.Sprintf("has the format %.20q of another mockcloud version", got)}
		}
		marked = true
		return nil
	})
	return marked, err
}

// mark makes a file ours. It goes with the first commit, because a commit of its
// own would cost a new file twice the syncs.
func mark(tx *bbolt.Tx) error {
	marker, err := tx.CreateBucketIfNotExists([]byte(markerBucket))
	if err != nil {
		return err
	}
	return marker.Put([]byte(formatKey), []byte(format))
}

// createBlank writes what the library would write to a new file. Where the disk is
// full, the library would leave a part of that behind, which looks like damage the
// next time. A file that is there by now is left to the library.
func createBlank(path string, sync bool) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = f.Write(blankPages(os.Getpagesize()))
	if err == nil && sync {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		_ = os.Remove(path)
	}
	return err
}

// SyncDir makes a new file's name durable. Where directories cannot be synced,
// the system does without.
func SyncDir(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}

// foreign and damage are what is wrong with a file's content.
type foreign struct{ reason string }

func (e *foreign) Error() string { return e.reason }

type damage struct{ reason string }

func (e *damage) Error() string { return e.reason }

// explain turns any failure of open into words for a person.
func explain(path string, err error) *OpenError {
	e := &OpenError{Path: path, Err: err}
	_, notOurs := errors.AsType[*foreign](err)
	_, damaged := errors.AsType[*damage](err)
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		e.Reason = "is in use by another process"
		e.Advice = "stop that process, or use another file"
		e.Err = fmt.Errorf("%w: %w", ErrLocked, err)
	case notOurs:
		e.Reason = err.Error()
		e.Advice = "nothing was changed; use another file"
		e.Err = fmt.Errorf("%w: %w", ErrNotState, err)
	case damaged:
		e.Reason = "is damaged (" + err.Error() + ")"
		e.Advice = "nothing was changed; restore a copy, or move it away and start with a new one"
		e.Err = fmt.Errorf("%w: %w", ErrDamaged, err)
	case errors.Is(err, fs.ErrNotExist):
		e.Reason = "cannot be created, because its directory does not exist"
		e.Advice = "create the directory, or use another file"
	case errors.Is(err, fs.ErrPermission):
		e.Reason = "may not be read and written by this user"
		e.Advice = "change the permissions of the file and its directory, or use another file"
	default:
		e.Reason = "cannot be opened (" + bareReason(err) + ")"
		e.Advice = "use another file"
	}
	return e
}

// bareReason leaves out the path, which an OpenError names anyway.
func bareReason(err error) string {
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		return pathErr.Err.Error()
	}
	return err.Error()
}
