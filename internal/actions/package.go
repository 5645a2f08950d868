package actions

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/store"
	"github.com/mockcloud/mockcloud/internal/upload"
)

// FunctionPackage is the purpose of uploads that bring the package of a function.
const FunctionPackage = "function"

// Package is a zip file with a function in it. The file itself is not kept.
type Package struct {
	ID        string      `json:"id"`
	Name      string      `json:"name"` // of the file
	Status    string      `json:"status"`
	Message   string      `json:"message,omitempty"` // why it is of no use
	RequestID string      `json:"requestId"`         // of the call that asked for the upload
	Created   *clock.Time `json:"created"`
}

// What can be said of a package. The other words of the document (Transferring,
// Unknown, Invalid) are for a service that takes its time.
const (
	PackagePending       = "Pending"       // it has not come yet
	PackageAvailable     = "Available"     // it can be run
	PackageInvalidFormat = "InvalidFormat" // it is no zip file
	PackageInvalidFile   = "InvalidFile"   // it is one that is of no use
)

// Limits of packages. Lambda takes 50 MB that do not come from its own storage.
const (
	maxPackageBytes   = 50 << 20
	maxDirectoryBytes = 8 << 20 // of the list of files inside, which is read into memory
	maxFailures       = 10      // the document's word
)

// ExpectPackage notes that a package was asked for.
func (m Maker) ExpectPackage(tx *store.Tx, id, fileName, requestID string) (*Action, error) {
	return m.changeFunction(tx, id, func(f *Function) error {
		f.Upload = &Package{ID: m.NewID(), Name: fileName, Status: PackagePending, RequestID: requestID, Created: m.Now}
		return nil
	})
}

// PackageReceiver takes the packages that clients put.
func PackageReceiver(newID func() string, now clock.Clock) upload.Receiver {
	return upload.Receiver{MaxBytes: maxPackageBytes, Receive: func(u *upload.Upload, f *upload.File) func(*store.Tx) error {
		m := Maker{NewID: newID, Now: clock.At(now.Now())}
		p := &Package{ID: m.NewID(), Name: u.FileName, RequestID: u.Request, Created: m.Now}
		p.inspect(f)
		return func(tx *store.Tx) error {
			if !Drafts.Has(tx, u.Owner) { // deleted or published meanwhile
				return upload.ErrGone
			}
			_, err := m.changeFunction(tx, u.Owner, func(f *Function) error {
				f.accept(p)
				return nil
			})
			return err
		}
	}}
}

// accept takes over a package. One that is of no use leaves the last good one in
// its place.
func (f *Function) accept(p *Package) {
	f.Upload = p
	if p.Status == PackageAvailable {
		f.Package = p
		return
	}
	f.Failures = append([]*Package{p}, f.Failures[:min(len(f.Failures), maxFailures-1)]...)
}

// inspect looks at the list of files that ends a zip file. Nothing is unpacked,
// so that it does not matter what the files claim to be.
//
// Guess: which word stands for which flaw.
func (p *Package) inspect(f *upload.File) {
	flaw := func(status, message string) { p.Status, p.Message = status, message }
	archive, err := zip.NewReader(&bounded{from: f, left: maxDirectoryBytes}, f.Size)
	switch {
	case errors.Is(err, errDirectory):
		flaw(PackageInvalidFile, fmt.Sprintf("The list of files in the zip file has more than %d bytes.", maxDirectoryBytes))
		return
	case err != nil:
		flaw(PackageInvalidFormat, "The file is not a zip file.")
		return
	}
	if !slices.ContainsFunc(archive.File, isFile) {
		flaw(PackageInvalidFile, "There is no file in the zip file.")
		return
	}
	p.Status = PackageAvailable
}

func isFile(f *zip.File) bool { return !strings.HasSuffix(f.Name, "/") } // what ends in one is a folder

var errDirectory = errors.New("the directory of the zip file is too large")

// bounded ends reading after so many bytes: the list of files in a zip file says
// of itself how long it is.
type bounded struct {
	from io.ReaderAt
	left int
}

// ReadAt implements io.ReaderAt.
func (b *bounded) ReadAt(p []byte, at int64) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, errDirectory
	}
	return b.from.ReadAt(p, at)
}
