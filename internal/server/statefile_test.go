package server_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/mockcloud/mockcloud/internal/store"
)

// stateFile looks at a server's state from outside: at everything in its file,
// whether or not an operation shows it.
type stateFile struct {
	path    string
	copy    string            // where a copy goes
	content bytes.Buffer      // its content
	heads   []byte            // the pages that every commit changes one of
	held    map[string]string // documents by organization, collection and key
}

// unasked are collections that are written beside requests, whatever becomes of
// those: when a token was used, and how often clients call.
var unasked = []string{"tokens/used", "oauth/usage"}

func openStateFile(t testing.TB, path string) *stateFile {
	t.Helper()
	s := &stateFile{path: path, copy: filepath.Join(t.TempDir(), "copy.db")}
	s.changes(t)
	return s
}

// changes says what has changed since it was last asked. Asking costs next to
// nothing where nothing was committed.
func (s *stateFile) changes(t testing.TB) []string {
	t.Helper()
	heads := s.readHeads(t)
	if bytes.Equal(heads, s.heads) {
		return nil
	}
	s.heads = heads
	held := s.read(t)
	var changed []string
	for key, document := range held {
		switch was, there := s.held[key]; {
		case !there:
			changed = append(changed, "added "+key)
		case was != document:
			changed = append(changed, fmt.Sprintf("changed %s from %.300s to %.300s", key, was, document))
		}
	}
	for key := range s.held {
		if _, there := held[key]; !there {
			changed = append(changed, "removed "+key)
		}
	}
	s.held = held
	slices.Sort(changed)
	return changed
}

func (s *stateFile) readHeads(t testing.TB) []byte {
	t.Helper()
	f, err := os.Open(s.path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	heads := make([]byte, 2*os.Getpagesize())
	if _, err := io.ReadFull(f, heads); err != nil {
		t.Fatal(err)
	}
	return heads
}

// read reads a copy of the file, since the server has the file itself locked.
func (s *stateFile) read(t testing.TB) map[string]string {
	t.Helper()
	for { // until no commit came in between
		before := s.readHeads(t)
		s.content.Reset()
		f, err := os.Open(s.path)
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.content.ReadFrom(f)
		if err = errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(before, s.readHeads(t)) {
			continue
		}
		if err := os.WriteFile(s.copy, s.content.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		break
	}
	db, err := store.Open(s.copy, store.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	held := map[string]string{}
	err = db.View(context.Background(), store.Global, func(tx *store.Tx) error {
		for _, org := range append(slices.Collect(tx.Orgs()), store.Global) {
			err := tx.In(org).Walk(func(collection, key string, document []byte) error {
				if !slices.Contains(unasked, collection) {
					held[org+" "+collection+" "+key] = string(document)
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return held
}
