package store_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/mockcloud/mockcloud/internal/store"
)

func TestOpenRefusesATruncatedFile(t *testing.T) {
	t.Parallel()
	whole := content(t)
	page := os.Getpagesize()
	used := int(newestEnd(whole)) * page
	if used > len(whole) || used < 10*page {
		t.Fatalf("%d of %d bytes in use", used, len(whole))
	}
	sizes := []int{1, 16, 17, 20, 24, 79, 80, 81, 1024, page - 1, page, page + 1, page + 80, 2*page - 1, 2 * page, used - page, used - 1}
	for size := 3*page - 100; size < used; size += 3*page + 1111 {
		sizes = append(sizes, size)
	}
	for _, size := range sizes {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			t.Parallel()
			want := store.ErrDamaged
			if size < 20 { // not even the magic number is left
				want = store.ErrNotState
			}
			wantRefused(t, writeFile(t, whole[:size]), store.Options{}, want)
		})
	}
	t.Run("nothing lost", func(t *testing.T) {
		t.Parallel()
		db := openAt(t, writeFile(t, whole[:used]), store.Options{})
		if n := len(allIDs(t, db)); n != 101 {
			t.Errorf("%d documents", n)
		}
		putAll(t, db, &person{ID: "after"})
		checkFile(t, db)
	})
}

// newestEnd returns the number of pages that the newer header says are in use.
func newestEnd(file []byte) (end uint64) {
	var newest uint64
	for _, at := range []int{16, os.Getpagesize() + 16} {
		if txid := binary.NativeEndian.Uint64(file[at+48:]); txid >= newest {
			newest, end = txid, binary.NativeEndian.Uint64(file[at+40:])
		}
	}
	return end
}

func TestOpenSurvivesBrokenHeaders(t *testing.T) {
	t.Parallel()
	whole := content(t)
	page := os.Getpagesize()
	broken := func(t *testing.T, at ...int) string {
		t.Helper()
		b := bytes.Clone(whole)
		for _, at := range at {
			b[at] ^= 0x10
		}
		return writeFile(t, b)
	}
	for at := 16; at < 16+64; at += 3 {
		// One bad header is what a crash leaves: the other one counts, with the last
		// commit or without it.
		for _, at := range []int{at, page + at} {
			db := openAt(t, broken(t, at), store.Options{NoSync: true})
			if n := len(allIDs(t, db)); n != 100 && n != 101 {
				t.Errorf("byte %d: %d documents", at, n)
			}
			putAll(t, db, &person{ID: "after"})
			checkFile(t, db)
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
		}
		want := store.ErrDamaged
		if at < 20 { // both magic numbers
			want = store.ErrNotState
		}
		wantRefused(t, broken(t, at, page+at), store.Options{}, want)
	}
}

// A list of free pages that names pages in use would make the library overwrite
// them.
func TestOpenRefusesABrokenListOfFreePages(t *testing.T) {
	t.Parallel()
	page := os.Getpagesize()
	put := func(n int) func([]byte) { // at an offset from the list's page
		return func(list []byte) { binary.NativeEndian.PutUint64(list[n:], 3) }
	}
	for name, change := range map[string]func(list []byte){
		"another page's number": put(0),
		"another kind of page":  func(list []byte) { list[8] = 2 },
		"too many":              func(list []byte) { binary.NativeEndian.PutUint16(list[10:], 60_000) },
		"far too many":          func(list []byte) { binary.NativeEndian.PutUint16(list[10:], 0xffff); list[23] = 0xff },
		"too long":              func(list []byte) { list[15] = 0xff },
		"a header's number":     func(list []byte) { binary.NativeEndian.PutUint64(list[16:], 1) },
		"twice the same":        func(list []byte) { copy(list[24:32], list[16:24]) },
		"behind the end":        func(list []byte) { list[16+7] = 1 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := content(t)
			for _, at := range []int{16, page + 16} {
				list := b[int(binary.NativeEndian.Uint64(b[at+32:]))*page:]
				if binary.NativeEndian.Uint16(list[10:]) < 2 {
					t.Fatal("fewer than two free pages: nothing to break")
				}
				change(list)
			}
			wantRefused(t, writeFile(t, b), store.Options{}, store.ErrDamaged)
		})
	}
}

// Damage that only reading brings to light must not kill the process. Every page
// is made unreadable in turn; what is opened nevertheless may answer or fail.
func TestOpenSurvivesBrokenPages(t *testing.T) {
	t.Parallel()
	whole := content(t)
	page := os.Getpagesize()
	opened, refused := 0, 0
	for n := 2; n < int(newestEnd(whole)); n++ {
		b := bytes.Clone(whole)
		for i := range page {
			b[n*page+i] ^= 0xa5
		}
		path := writeFile(t, b)
		db, err := store.Open(path, store.Options{NoSync: true})
		if err == nil {
			opened++
			_ = db.Close()
			continue
		}
		refused++
		if !errors.Is(err, store.ErrDamaged) {
			t.Errorf("page %d: %v", n, err)
		}
		if !bytes.Equal(b, readFile(t, path)) {
			t.Errorf("page %d: the file was changed", n)
		}
		// The lock is free again.
		wantRefused(t, path, store.Options{Timeout: 1}, store.ErrDamaged)
	}
	if opened == 0 || refused < 2 { // the root's page and the freelist's at least
		t.Errorf("%d opened, %d refused", opened, refused)
	}
}

func TestAFileCutShortWhileOpenCostsCallsNotTheProcess(t *testing.T) {
	t.Parallel()
	path := writeFile(t, content(t))
	db, err := store.Open(path, store.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := os.Truncate(path, 2*int64(os.Getpagesize())); err != nil { // all but the headers
		t.Fatal(err)
	}
	func() {
		err := db.View(t.Context(), org, func(tx *store.Tx) error {
			people.Has(tx, "id0000")
			return nil
		})
		if _, ok := errors.AsType[*store.PanicError](err); !ok {
			t.Errorf("View did not notice: %v", err)
		}
	}()
	for range 2 {
		err := db.Update(t.Context(), org, func(tx *store.Tx) error { return people.Put(tx, &person{ID: "1"}) })
		if err == nil {
			t.Error("Update did not notice")
		}
	}
}
