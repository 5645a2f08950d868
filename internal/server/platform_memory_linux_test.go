package server_test

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/seed"
)

// maxResident is what the program may keep in memory after every operation was
// called once, in MiB.
const maxResident = 150

// The program itself, without the race detector, after a valid call of every
// operation.
func TestEveryOperationCalledOnceLeavesMemoryFree(t *testing.T) {
	t.Parallel()
	binary := filepath.Join(t.TempDir(), "mockcloud")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "../../cmd/mockcloud").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	planted := plantedBy(t, contactCenter)
	program := exec.CommandContext(t.Context(), binary, "serve", "--listen", "127.0.0.1:0", "--ephemeral", "--fixtures", contactCenter, "--grant-rule", "off")
	out, err := program.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = program.Process.Kill()
		_ = program.Wait()
	})
	address := ""
	lines := bufio.NewScanner(out)
	for address == "" && lines.Scan() {
		_, address, _ = strings.Cut(lines.Text(), " serves ")
	}
	if address == "" {
		t.Fatal("it does not serve")
	}
	go func() {
		for lines.Scan() { // so that it can go on talking
		}
	}()
	w := remoteWorld(t, address)
	w.garden = planted
	w.signIn()
	before := resident(t, program.Process.Pid)
	answered := 0
	for _, op := range w.inOrder() {
		got, _ := w.try(op)
		if got.Status == http.StatusUnauthorized {
			w.signIn() // an operation has changed who may sign in
			got, _ = w.try(op)
		}
		if got.Status/100 == 2 {
			answered++
		}
	}
	after := resident(t, program.Process.Pid)
	t.Logf("%d MiB at first, %d MiB after %d operations", before, after, answered)
	if answered < 3000 {
		t.Errorf("only %d operations have answered", answered)
	}
	if after > maxResident {
		t.Errorf("%d MiB, want %d", after, maxResident)
	}
}

// signIn gets the tokens of the seeded client and user, from a server that starts
// over from its fixtures.
func (w *world) signIn() {
	w.t.Helper()
	fixtures, err := seed.Load(contactCenter)
	if err != nil {
		w.t.Fatal(err)
	}
	if status, body := w.control("reset", ""); status != http.StatusNoContent {
		w.t.Fatalf("reset: %d %s", status, body)
	}
	clear(w.known)
	clear(w.none)
	clear(w.gone)
	e := fixtures.Environment()
	for wanted, token := range map[string]*string{`{"client":"` + e.ClientID + `"}`: &w.admin, `{"user":"` + e.UserEmail + `"}`: &w.person} {
		status, body := w.control("token", wanted)
		var answer struct {
			AccessToken string `json:"access_token"`
		}
		if status != http.StatusOK || decodeJSON(body, &answer) != nil {
			w.t.Fatalf("no token: %d %s", status, body)
		}
		*token = answer.AccessToken
	}
}

// resident is the memory of a process that is in RAM, in MiB.
func resident(t *testing.T, pid int) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "VmRSS:" {
			kib, err := strconv.Atoi(fields[1])
			if err != nil {
				t.Fatal(err)
			}
			return kib >> 10
		}
	}
	t.Fatal("the system does not tell")
	return 0
}
