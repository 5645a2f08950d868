package server_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

const module = "github.com/mockcloud/mockcloud/"

// floor says how high a package lives. Imports go downstairs: never up, never
// to the same floor. The picture stands in the README.
func floor(path string) (int, bool) {
	switch {
	case path == "internal/expect":
		return 7, true
	case path == "cmd/mockcloud", path == "mocktest", path == "internal/bench", path == "internal/bench/slowdisk":
		return 6, true
	case path == "internal/server":
		return 5, true
	case strings.HasPrefix(path, "internal/handlers/"), path == "internal/login", path == "internal/control", path == "internal/console", path == "internal/engine":
		return 4, true
	case path == "internal/handlers", path == "internal/seed", path == "internal/clientapp", path == "internal/journal":
		return 3, true
	case path == "internal/auth", path == "internal/actions", path == "internal/usage", path == "internal/directory":
		return 2, true
	case path == "internal/identity", path == "internal/contactcenter", path == "internal/outbound", path == "internal/integration", path == "internal/upload", path == "internal/behaviour":
		return 1, true
	case path == "internal/store", path == "internal/spec", path == "internal/saml",
		path == "internal/contract", path == "internal/velocity", path == "internal/jsonpath", path == "internal/scim", path == "internal/swagger", path == "internal/coverage", path == "internal/pages":
		return 0, true
	case path == "internal/apierr", path == "internal/clock", path == "openapi", path == "fixtures":
		return -1, true // below everything, so that spec may return errors and read its data
	default:
		return 0, false
	}
}

func TestImportsGoDownstairs(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", "./...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		from := strings.TrimPrefix(p.ImportPath, module)
		height, known := floor(from)
		if !known {
			t.Errorf("%s has no floor: give it one here and in the README", from)
			continue
		}
		for _, imported := range p.Imports {
			to, ours := strings.CutPrefix(imported, module)
			if !ours {
				continue
			}
			if h, _ := floor(to); h >= height {
				t.Errorf("%s imports %s, which does not live below it", from, to)
			}
		}
	}
}
