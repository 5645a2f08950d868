package engine

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/mockcloud/mockcloud/internal/store"
	"github.com/mockcloud/mockcloud/internal/upload"
)

// file is a file that a client has sent.
type file struct {
	// Path is what it is the file of: of an item, or of an upload that something
	// else names by its key.
	Path    string `json:"path"`
	Name    string `json:"name"`
	Type    string `json:"type"` // content type, as the client has it
	SHA256  string `json:"sha256"`
	Size    int64  `json:"size"`
	Added   int64  `json:"added"` // nanoseconds since 1970
	Content []byte `json:"content"`
}

// What is kept of files. The oldest make room for new ones.
const (
	maxFile  = 10 << 20
	maxFiles = 64 << 20 // all of an organization

	leastFile = 4 << 10 // as which smaller ones count, so that there are not too many
)

var files = store.Collection[*file]{
	Name: "engine/files",
	Key:  func(f *file) string { return f.Path },
	Indexes: []store.Index[*file]{
		// The size stands in the key so that nothing has to be read to add them up.
		{Name: "age", Keys: func(f *file) []string { return []string{fmt.Sprintf("%016x %08x", f.Added, f.Size)} }},
	},
}

// keep stores a file in place of the one of the same thing.
func keep(tx *store.Tx, f *file) error {
	if err := files.Put(tx, f); err != nil {
		return err
	}
	total := int64(0)
	var oldest []string
	sizes := make(map[string]int64)
	for age, path := range files.Scan(tx, store.Range{Index: "age"}) {
		_, digits, _ := strings.Cut(age, " ")
		size, err := strconv.ParseInt(digits, 16, 64)
		if err != nil {
			return fmt.Errorf("engine: file %s: %w", path, err)
		}
		size = max(size, leastFile)
		total += size
		oldest, sizes[path] = append(oldest, path), size
	}
	for _, path := range oldest {
		if total <= maxFiles {
			break
		}
		if path == f.Path {
			continue
		}
		if err := files.Delete(tx, path); err != nil {
			return err
		}
		total -= sizes[path]
	}
	return nil
}

// fileOf reads the file of something; nil where it has none.
func fileOf(tx *store.Tx, path string) (*file, error) {
	f, err := files.Get(tx, path)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	return f, err
}

// forget deletes the file of something that is gone, and those of what was below it.
func forget(tx *store.Tx, path string) error {
	if files.Has(tx, path) {
		if err := files.Delete(tx, path); err != nil {
			return err
		}
	}
	for key := range files.Keys(tx, path+"/") {
		if err := files.Delete(tx, key); err != nil {
			return err
		}
	}
	return nil
}

// uploadPurpose names the receiver of the engine's uploads.
const uploadPurpose = "engine"

// Receiver takes the files that the engine has handed out URLs for.
func (e *Engine) Receiver() (purpose string, _ upload.Receiver) {
	return uploadPurpose, upload.Receiver{MaxBytes: maxFile, Receive: func(u *upload.Upload, f *upload.File) func(*store.Tx) error {
		content := make([]byte, f.Size)
		_, failed := f.ReadAt(content, 0)
		return func(tx *store.Tx) error {
			if failed != nil && !errors.Is(failed, io.EOF) {
				return failed
			}
			now := e.Clock.Now()
			kept := &file{
				Path: u.Owner, Name: u.FileName, Type: f.Type, SHA256: f.SHA256, Size: f.Size, Added: now.UnixNano(), Content: content,
			}
			return e.arrived(tx, u, kept, now)
		}
	}}
}
