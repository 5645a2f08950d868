package upload

import (
	"bytes"
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"testing"

	"github.com/mockcloud/mockcloud/internal/store"
)

// A file on its way has no name that would stay behind if the process were killed,
// where the system can do without one. Nowhere is it left when it has been looked
// at.
func TestNoFileIsLeftBehind(t *testing.T) {
	t.Parallel()
	name := ""
	gone := func() bool {
		_, err := os.Stat(name)
		return errors.Is(err, fs.ErrNotExist)
	}
	receiver := Receiver{Receive: func(_ *Upload, f *File) func(*store.Tx) error {
		disk, ok := f.ReaderAt.(*os.File)
		if !ok {
			t.Fatalf("the file is a %T", f.ReaderAt)
		}
		name = disk.Name()
		if runtime.GOOS != "windows" && !gone() {
			t.Errorf("%s is still there", name)
		}
		content := make([]byte, f.Size)
		if _, err := f.ReadAt(content, 0); err != nil || string(content) != "zip" {
			t.Errorf("%q, %v", content, err)
		}
		return nil
	}}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPut, Prefix, bytes.NewBufferString("zip"))
	if _, _, err := spool(r, &Upload{}, receiver); err != nil || name == "" || !gone() {
		t.Errorf("%q is there: %v, %v", name, !gone(), err)
	}
}
