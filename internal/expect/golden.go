package expect

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// Golden fails the test unless the JSON, indented and with what changes from run to
// run masked, is that of testdata/NAME.json, which is written anew with update.
func Golden(t *testing.T, update bool, name string, answer []byte, mask func([]byte) []byte) {
	t.Helper()
	var text bytes.Buffer
	if err := json.Indent(&text, answer, "", "  "); err != nil {
		t.Fatalf("%v\n%s", err, answer)
	}
	text.WriteByte('\n')
	got := mask(text.Bytes())
	file := filepath.Join("testdata", name+".json")
	if update {
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	committed, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, committed) {
		t.Errorf("differs from %s:\n%s", file, got)
	}
}
