package upload

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Door is where files are put. It is safe for concurrent use.
type Door struct {
	DB        *store.DB
	Clock     clock.Clock
	Logger    *slog.Logger
	Receivers map[string]Receiver // by purpose
	RequestID func(http.ResponseWriter) string
}

// Receiver is what becomes of the files of a purpose.
type Receiver struct {
	MaxBytes int64
	// Receive looks at a file, outside of any transaction, and returns what to do in
	// one. The file is gone when it has returned. That the file is of no use is no
	// error: storage takes anything. The function that it returns may answer ErrGone.
	Receive func(u *Upload, f *File) func(tx *store.Tx) error
}

// ErrGone says that what a file was for is not there any more.
var ErrGone = errors.New("what the file was for is not there any more")

// File is what has been put.
type File struct {
	io.ReaderAt
	Size   int64
	SHA256 string // in hexadecimal
	Type   string // content type as the client has it; may be empty
}

// ServeHTTP takes a file.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	file, err := d.take(r)
	if err == nil {
		w.Header().Set("ETag", `"`+file.SHA256[:32]+`"`)
		w.Header().Set("Content-Length", "0")
		w.WriteHeader(http.StatusOK)
		return
	}
	refused, ok := errors.AsType[*refusal](err)
	if !ok {
		refused = d.unforeseen(r, err)
	}
	if refused.status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", http.MethodPut)
	}
	refused.write(w, d.RequestID(w))
}

func (d *Door) take(r *http.Request) (*File, error) {
	if r.Method != http.MethodPut {
		return nil, &refusal{http.StatusMethodNotAllowed, "MethodNotAllowed", "Files are put here, with PUT."}
	}
	u, org, err := d.admit(r)
	if err != nil {
		return nil, err
	}
	receiver, known := d.Receivers[u.Purpose]
	if !known {
		return nil, fmt.Errorf("upload: nobody receives %q", u.Purpose)
	}
	switch {
	case r.ContentLength < 0: // Terraform's provider has a comment about it
		return nil, &refusal{http.StatusNotImplemented, "NotImplemented", "Chunked transfers are not taken: send a Content-Length."}
	case r.ContentLength > receiver.MaxBytes:
		return nil, &refusal{http.StatusBadRequest, "EntityTooLarge", fmt.Sprintf("The file has %d bytes; it can have %d at most.", r.ContentLength, receiver.MaxBytes)}
	}
	file, do, err := spool(r, u, receiver)
	if err != nil {
		return nil, err
	}
	if err := d.DB.Update(r.Context(), org, do); errors.Is(err, ErrGone) {
		return nil, &refusal{http.StatusNotFound, "NoSuchKey", "What the file was for is not there any more."}
	} else if err != nil {
		return nil, err
	}
	d.Logger.InfoContext(r.Context(), "file uploaded", "purpose", u.Purpose, "owner", u.Owner, "bytes", file.Size)
	return file, nil
}

// admit finds the upload, before anything of the file is read.
func (d *Door) admit(r *http.Request) (u *Upload, org string, err error) {
	org, id, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, Prefix), "/")
	query, err := url.ParseQuery(r.URL.RawQuery)
	if org == "" || id == "" || err != nil {
		return nil, "", denied("The URL is not known.")
	}
	err = d.DB.View(r.Context(), org, func(tx *store.Tx) (err error) {
		u, err = find(tx, id, query, r.Header, d.Clock.Now())
		return err
	})
	return u, org, err
}

// spool puts the file on disk for as long as the receiver looks at it.
func spool(r *http.Request, u *Upload, receiver Receiver) (*File, func(*store.Tx) error, error) {
	disk, err := os.CreateTemp("", "mockcloud-upload-")
	if err != nil {
		return nil, nil, fmt.Errorf("upload: %w", err)
	}
	// Where an open file can do without a name, it goes with this process, however
	// that ends. Elsewhere it is removed in the end.
	_ = os.Remove(disk.Name())
	defer func() {
		_ = disk.Close()
		_ = os.Remove(disk.Name())
	}()
	sum := sha256.New()
	onDisk := &failing{Writer: disk}
	size, err := io.Copy(io.MultiWriter(onDisk, sum), r.Body)
	switch {
	case onDisk.err != nil:
		return nil, nil, fmt.Errorf("upload: %w", onDisk.err)
	case err != nil || size != r.ContentLength:
		return nil, nil, &refusal{http.StatusBadRequest, "IncompleteBody", fmt.Sprintf("The file ended after %d of %d bytes.", size, r.ContentLength)}
	}
	file := &File{ReaderAt: disk, Size: size, SHA256: hex.EncodeToString(sum.Sum(nil)), Type: r.Header.Get("Content-Type")}
	return file, receiver.Receive(u, file), nil
}

// failing keeps the error of a writer apart from that of the reader it copies.
type failing struct {
	io.Writer
	err error
}

// Write implements io.Writer.
func (f *failing) Write(p []byte) (n int, err error) {
	if n, err = f.Writer.Write(p); err != nil {
		f.err = err
	}
	return n, err
}

// unforeseen turns the errors of this machine into something to try again. The
// query of the URL is a secret and in none of them.
func (d *Door) unforeseen(r *http.Request, err error) *refusal {
	if unsaved, ok := errors.AsType[*store.NotSavedError](err); ok {
		return &refusal{http.StatusServiceUnavailable, "ServiceUnavailable", "The state cannot be saved: " + unsaved.Reason() + ". Nothing was changed."}
	}
	if !errors.Is(err, context.Canceled) { // a client that hung up is nobody's failure
		d.Logger.ErrorContext(r.Context(), "upload failed", "error", err)
	}
	return &refusal{http.StatusInternalServerError, "InternalError", "The file could not be taken."}
}
