package actions

import (
	"archive/zip"
	"bytes"
	"testing"

	"github.com/mockcloud/mockcloud/internal/upload"
)

// FuzzPackage gives anything as the package of a function: it is of use or not,
// and who put it is told why not.
func FuzzPackage(f *testing.F) {
	var file bytes.Buffer
	w := zip.NewWriter(&file)
	for _, name := range []string{"src/", "src/index.js"} {
		if _, err := w.Create(name); err != nil {
			f.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		f.Fatal(err)
	}
	f.Add(file.Bytes())
	f.Add([]byte("text"))
	f.Add([]byte("PK\x05\x06" + string(make([]byte, 18)))) // an empty one
	f.Fuzz(func(t *testing.T, file []byte) {
		p := &Package{}
		p.inspect(&upload.File{ReaderAt: bytes.NewReader(file), Size: int64(len(file))})
		switch p.Status {
		case PackageAvailable:
			if p.Message != "" {
				t.Errorf("of use: %+v", p)
			}
		case PackageInvalidFormat, PackageInvalidFile:
			if p.Message == "" {
				t.Errorf("of no use: %+v", p)
			}
		default:
			t.Errorf("status %q", p.Status)
		}
	})
}
