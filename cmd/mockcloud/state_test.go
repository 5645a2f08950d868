package main_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/mockcloud/mockcloud/internal/server"
)

// seeded returns the content of a state file that a server has seeded.
func seeded(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "seeded.db")
	l := launch(t, path)
	l.ready(t)
	l.kill()
	return read(t, path)
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func save(t *testing.T, content []byte) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "state.db")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestCheckTellsASoundFileFromADamagedOne(t *testing.T) {
	t.Parallel()
	content := seeded(t)
	stdout, stderr, code := run(t, nil, "check", save(t, content))
	if code != 0 || stderr != "" || !strings.HasSuffix(stdout, "\nok\n") {
		t.Errorf("a sound file: %d %s\n%s", code, stderr, stdout)
	}
	for _, want := range []string{"pages of", "organizations 1\n", "  users  ", "  roles  ", "  keys  "} {
		if !strings.Contains(stdout, want) {
			t.Errorf("it does not say %q:\n%s", want, stdout)
		}
	}
	text := unsound(t, content)
	for name, tt := range map[string]struct {
		path   string
		stdout string
		stderr string
	}{
		"an address that its index does not have": {save(t, text), "users", "damaged"},
		"cut short": {save(t, content[:40_000]), "", "cut short"},
		"a text":    {save(t, []byte("Dear Sir or Madam")), "", "not a mockcloud state file"},
		"not there": {filepath.Join(t.TempDir(), "none.db"), "", "does not exist"},
	} {
		stdout, stderr, code := run(t, nil, "check", tt.path)
		if code != 1 || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, tt.stderr) || !strings.Contains(stdout, tt.stdout) || strings.HasSuffix(stdout, "ok\n") {
			t.Errorf("%s: %d %s\n%s", name, code, stderr, stdout)
		}
	}
}

// unsound changes an address in a document, and not in the index of addresses.
func unsound(t *testing.T, content []byte) []byte {
	t.Helper()
	changed := bytes.ReplaceAll(content, []byte(`"email":"admin@mockcloud.test"`), []byte(`"email":"admim@mockcloud.test"`))
	if bytes.Equal(changed, content) {
		t.Fatal("nothing was changed")
	}
	return changed
}

func TestBackupCopiesARunningServer(t *testing.T) {
	t.Parallel()
	db, copied := filepath.Join(t.TempDir(), "state.db"), filepath.Join(t.TempDir(), "copy.db")
	p := start(t, nil, "--listen", "127.0.0.1:0", "--db", db)
	// MOCKCLOUD_DB, which an image may set for the server, does not make it copy a file.
	env := []string{"MOCKCLOUD_URL=" + p.url, "MOCKCLOUD_DB=" + db}
	token, _ := fetchToken(t, p.url, adminID, adminSecret)
	if status, _ := request(t, http.MethodPost, p.url+"/api/v2/authorization/divisions", token, `{"name":"Before"}`); status != http.StatusOK {
		t.Fatalf("create: %d", status)
	}
	stdout, stderr, code := run(t, env, "backup", copied)
	if code != 0 || !strings.HasPrefix(stdout, copied+": 1 organization, ") {
		t.Fatalf("%d %s%s", code, stdout, stderr)
	}
	request(t, http.MethodPost, p.url+"/api/v2/authorization/divisions", token, `{"name":"After"}`)
	if info, err := os.Stat(copied); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	before := read(t, copied)
	for _, tt := range []struct {
		args []string
		says string
	}{
		{[]string{"backup", copied}, "--force"},
		{[]string{"backup", db, "--force"}, "in use"},
		{[]string{"backup", t.TempDir(), "--force"}, "not a file"},
		{[]string{"backup", filepath.Join(t.TempDir(), "no", "copy.db")}, "copy.db"},
		{[]string{"backup", filepath.Join(t.TempDir(), "x.db"), "--db", db}, "leave out --db"},
		{[]string{"backup", filepath.Join(t.TempDir(), "x.db"), "--db", filepath.Join(t.TempDir(), "none.db")}, "does not exist"},
		{[]string{"backup", copied, "--force", "--db", copied}, "is the file to copy"},
		{[]string{"backup", filepath.Join(t.TempDir(), "x.db"), "--url", "http://127.0.0.1:1"}, "mockcloud serve"},
		{[]string{"check", db}, "mockcloud backup"},
	} {
		stdout, stderr, code := run(t, env, tt.args...)
		if code != 1 || stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, tt.says) {
			t.Errorf("%v: %d %s%s", tt.args, code, stdout, stderr)
		}
	}
	if !bytes.Equal(before, read(t, copied)) {
		t.Error("the copy was changed")
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(copied), ".*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}

	// The copy is a state as it was then, with its keys.
	again := start(t, nil, "--listen", "127.0.0.1:0", "--db", copied)
	if _, found := request(t, http.MethodGet, again.url+"/api/v2/authorization/divisions?name=Before", token, ""); found["total"] != 1.0 {
		t.Errorf("the copy lacks what was there: %v", found)
	}
	if _, found := request(t, http.MethodGet, again.url+"/api/v2/authorization/divisions?name=After", token, ""); found["total"] != 0.0 {
		t.Errorf("the copy has what came later: %v", found)
	}
	_ = again.stop(t, syscall.SIGTERM)
	_ = p.stop(t, syscall.SIGTERM)

	// Without a server, the file itself is copied, over the old copy if that is asked for.
	if stdout, stderr, code := run(t, nil, "backup", copied, "--db", db, "--force"); code != 0 {
		t.Errorf("%d %s%s", code, stdout, stderr)
	}
	if stdout, stderr, code := run(t, nil, "check", copied); code != 0 {
		t.Errorf("%d %s%s", code, stdout, stderr)
	}
}

// A damaged file is not passed on as a good copy, and what was there stays.
func TestBackupKeepsNoDamagedCopy(t *testing.T) {
	t.Parallel()
	content := seeded(t)
	db := save(t, unsound(t, content))
	good := save(t, content)
	_, stderr, code := run(t, nil, "backup", good, "--db", db, "--force")
	if code != 1 || !strings.Contains(stderr, "not sound, and was not kept") || strings.Count(stderr, "\n") != 1 {
		t.Errorf("%d %s", code, stderr)
	}
	if !bytes.Equal(read(t, good), content) {
		t.Error("the good copy is gone")
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(good), "*")); err != nil || !slices.Equal(left, []string{good}) {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// Each writer makes one division after the other. A copy that is one point in
// time holds, of each, all up to some number and none after it; and at least
// those that were answered before the copy was asked for.
func TestABackupUnderLoadIsOnePointInTime(t *testing.T) {
	t.Parallel()
	p := start(t, nil, "--listen", "127.0.0.1:0", "--db", filepath.Join(t.TempDir(), "state.db"))
	token, _ := fetchToken(t, p.url, adminID, adminSecret)
	const writers = 8
	var answered [writers]atomic.Int64
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := int64(1); ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				status, answer := request(t, http.MethodPost, p.url+"/api/v2/routing/queues", token, fmt.Sprintf(`{"name":"w%d-%d"}`, w, i))
				if status != http.StatusOK {
					t.Errorf("create: %d %v", status, answer)
					return
				}
				answered[w].Store(i)
			}
		})
	}
	copies := make([]string, 5)
	var floors [5][writers]int64
	for c := range copies {
		for w := range writers {
			floors[c][w] = answered[w].Load()
		}
		copies[c] = filepath.Join(t.TempDir(), "copy.db")
		if _, stderr, code := run(t, nil, "backup", copies[c], "--url", p.url); code != 0 {
			t.Errorf("backup: %s", stderr)
		}
	}
	close(stop)
	wg.Wait()
	for c, path := range copies {
		if t.Failed() {
			return
		}
		l := launch(t, path)
		l.ready(t)
		held := make(map[string]bool)
		for page := 1; ; page++ {
			_, answer := request(t, http.MethodGet, fmt.Sprintf("%s/api/v2/routing/queues?pageSize=100&pageNumber=%d", l.url, page), token, "")
			entities, _ := answer["entities"].([]any)
			if len(entities) == 0 {
				break
			}
			for _, e := range entities {
				name, _ := e.(map[string]any)["name"].(string)
				held[name] = true
			}
		}
		l.kill()
		total := 0
		for w := range writers {
			n := int64(0)
			for held[fmt.Sprintf("w%d-%d", w, n+1)] {
				n++
			}
			total += int(n)
			if n < floors[c][w] {
				t.Errorf("copy %d: %d queues of writer %d, of whom %d were answered before", c, n, w, floors[c][w])
			}
		}
		ours := 0
		for name := range held {
			if strings.HasPrefix(name, "w") {
				ours++
			}
		}
		if ours != total {
			t.Errorf("copy %d: %d queues without those before them", c, ours-total)
		}
	}
}

// Wherever a real file is cut, at every page and in the middle of each, the server
// says so in one line and leaves it as it is.
func TestAFileCutAnywhereIsRefused(t *testing.T) {
	t.Parallel()
	content := seeded(t)
	page := os.Getpagesize()
	last := int(used(t, content)) * page
	for size := page / 2; size < last; size += page / 2 {
		cut := save(t, content[:size])
		_, stderr, code := run(t, nil, "--listen", "127.0.0.1:0", "--db", cut)
		if code != 1 || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, "is damaged (cut short") && !strings.Contains(stderr, "not a mockcloud state file") {
			t.Errorf("%d of %d bytes: %d %.500s", size, last, code, stderr)
		}
		if !bytes.Equal(read(t, cut), content[:size]) {
			t.Errorf("%d of %d bytes: the file was changed", size, last)
		}
	}
}

// used is the number of pages that a file needs.
func used(t *testing.T, content []byte) int64 {
	t.Helper()
	report, err := server.Check(t.Context(), save(t, content))
	if err != nil {
		t.Fatal(err)
	}
	return int64(report.Pages)
}

// Bits of a real file flip. The server starts and answers, or says in one line
// what is wrong and leaves the file as it is; a check dies of nothing.
// No checksum covers what is in a document; a key that was damaged shows when it
// is decoded.
func TestADamagedSigningKeyIsToldAsDamage(t *testing.T) {
	t.Parallel()
	content := seeded(t)
	at := bytes.Index(content, []byte(`"pkcs8":"`)) + len(`"pkcs8":"`)
	for _, damage := range []struct {
		at int
		to byte
	}{{at, 'X'}, {at + 4, 'X'}, {at + 60, '*'}, {at + 100, '"'}} {
		broken := bytes.Clone(content)
		broken[damage.at] = damage.to
		path := save(t, broken)
		_, stderr, code := run(t, nil, "--listen", "127.0.0.1:0", "--db", path)
		if code != 1 || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, path+" is damaged") || !bytes.Equal(read(t, path), broken) {
			t.Errorf("byte %d: %d %s", damage.at-at, code, stderr)
		}
	}
}

func TestFlippedBitsNeverCrashTheServer(t *testing.T) {
	t.Parallel()
	content := seeded(t)
	bits := int(used(t, content)) * os.Getpagesize() * 8
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	refused, found := 0, 0
	for range 100 {
		bit := random.IntN(bits)
		broken := bytes.Clone(content)
		broken[bit/8] ^= 1 << (bit % 8)
		path := save(t, broken)
		if report, err := server.Check(t.Context(), path); err != nil || report.Findings.Total+report.Notes.Total > 0 {
			found++
		}
		cmd := exec.CommandContext(context.WithoutCancel(t.Context()), binary, "--listen", "127.0.0.1:0", "--db", path)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(stdout)
		if lines.Scan() {
			_, url, _ := strings.Cut(lines.Text(), " serves ")
			// What is damaged may fail; whoever asks gets an answer.
			if token, status := fetchToken(t, url, adminID, adminSecret); status == http.StatusOK {
				request(t, http.MethodGet, url+"/api/v2/users?pageSize=100", token, "")
				request(t, http.MethodPost, url+"/api/v2/authorization/divisions", token, `{"name":"After"}`)
			}
			_ = cmd.Process.Kill()
		}
		_ = cmd.Wait()
		if strings.Contains(stderr.String(), "fatal error") || strings.Contains(stderr.String(), "\ngoroutine ") {
			t.Errorf("seed %d, bit %d: it crashes:\n%.3000s", seed, bit, stderr.String())
		}
		if code := cmd.ProcessState.ExitCode(); code == 1 {
			refused++
			if strings.Count(stderr.String(), "\n") != 1 || !strings.Contains(stderr.String(), path) {
				t.Errorf("seed %d, bit %d: %s", seed, bit, stderr.String())
			}
			if !bytes.Equal(read(t, path), broken) {
				t.Errorf("seed %d, bit %d: the file was changed", seed, bit)
			}
		}
	}
	t.Logf("seed %d: %d refused by the server, %d found by the check", seed, refused, found)
	if found < refused {
		t.Errorf("seed %d: the check found %d, the server %d", seed, found, refused)
	}
}
