//go:build linux

package main_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"github.com/mockcloud/mockcloud/internal/server"
)

// limitFileSize sets how large a file a process may write, which stands in for a
// full disk: the system's answer is another error at the same place, and a signal
// that must not end the process.
func limitFileSize(t *testing.T, pid int, bytes uint64) {
	t.Helper()
	const fileSize = 1 // RLIMIT_FSIZE
	limit := [2]uint64{bytes, ^uint64(0)}
	_, _, errno := syscall.RawSyscall6(syscall.SYS_PRLIMIT64, uintptr(pid), fileSize, uintptr(unsafe.Pointer(&limit)), 0, 0, 0)
	if errno != 0 {
		t.Fatal(errno)
	}
}

const unlimited = ^uint64(0)

func TestAFullDiskCostsWritesNotTheServer(t *testing.T) {
	t.Parallel()
	db := filepath.Join(t.TempDir(), "state.db")
	p := start(t, nil, "--listen", "127.0.0.1:0", "--db", db)
	token, _ := fetchToken(t, p.url, adminID, adminSecret)
	divisions := p.url + "/api/v2/authorization/divisions"
	status, kept := request(t, http.MethodPost, divisions, token, `{"name":"Kept"}`)
	if status != http.StatusOK {
		t.Fatalf("create: %d", status)
	}
	count := func() float64 {
		t.Helper()
		status, answer := request(t, http.MethodGet, divisions, token, "")
		total, ok := answer["total"].(float64)
		if status != http.StatusOK || !ok {
			t.Fatalf("reading: %d %v", status, answer)
		}
		return total
	}
	before := count()

	assertion, stderr, code := run(t, nil, "assertion", "--url", p.url, "--user", "agent1@mockcloud.test")
	if code != 0 {
		t.Fatalf("assertion: %s", stderr)
	}
	bearer := func() (int, string) { // whose use must be remembered
		t.Helper()
		form := url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:saml2-bearer"}, "orgName": {"mockcloud"}, "assertion": {strings.TrimSpace(assertion)}}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.url+"/oauth/token", strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.SetBasicAuth("6d6f636b-0006-4000-8000-000000000004", "fake-secret-of-the-mockcloud-saml-client-00")
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = answer.Body.Close() }()
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, string(text)
	}

	limitFileSize(t, p.cmd.Process.Pid, 8192) // all that is left are the headers
	for i := range 5 {
		for _, call := range [][3]string{
			{http.MethodPost, divisions, fmt.Sprintf(`{"name":"Lost %d"}`, i)},
			{http.MethodPut, divisions + "/" + kept["id"].(string), fmt.Sprintf(`{"name":"Lost %d"}`, i)},
			{http.MethodDelete, divisions + "/" + kept["id"].(string), ""},
			{http.MethodPost, p.url + "/api/v2/users", fmt.Sprintf(`{"name":"Lost","email":"lost%d@x.test"}`, i)},
			{http.MethodPost, p.url + "/_mockcloud/reset", "{}"},
		} {
			status, answer := request(t, call[0], call[1], token, call[2])
			if status != http.StatusServiceUnavailable || answer["code"] != "service.unavailable" || answer["status"] != 503.0 ||
				answer["message"] != "The state cannot be saved: file too large. Nothing was changed." {
				t.Errorf("%v: %d %v", call, status, answer)
			}
		}
		if _, status := fetchToken(t, p.url, adminID, adminSecret); status != http.StatusOK { // needs no writing
			t.Errorf("token: %d", status)
		}
		if n := count(); n != before {
			t.Errorf("%v divisions, were %v", n, before)
		}
		if _, now := request(t, http.MethodGet, divisions+"/"+kept["id"].(string), token, ""); now["name"] != "Kept" {
			t.Errorf("the division is %v", now)
		}
	}

	if status, text := bearer(); status != http.StatusServiceUnavailable || !strings.Contains(text, "The state cannot be saved: file too large.") {
		t.Errorf("assertion: %d %s", status, text)
	}

	limitFileSize(t, p.cmd.Process.Pid, unlimited)
	if status, text := bearer(); status != http.StatusOK { // it was not used up
		t.Errorf("assertion: %d %s", status, text)
	}
	if status, answer := request(t, http.MethodPost, divisions, token, `{"name":"Lost 0"}`); status != http.StatusOK {
		t.Errorf("with room again: %d %v", status, answer)
	}
	if n := count(); n != before+1 {
		t.Errorf("%v divisions, want %v", n, before+1)
	}
	if err := p.stop(t, syscall.SIGTERM); err != nil {
		t.Errorf("exit: %v", err)
	}
	log := p.errOut.String()
	if strings.Count(log, "the state cannot be saved") != 1 || strings.Count(log, "the state is saved again") != 1 || strings.Count(log, "\n") != 2 ||
		!strings.Contains(log, "file too large") || !strings.Contains(log, db) {
		t.Errorf("log:\n%s", log)
	}
	if report, err := server.Check(t.Context(), db); err != nil || report.Findings.Total > 0 {
		t.Errorf("the file: %+v, %v", report, err)
	}
}

// There is room for nothing, or for a blank file, or for some of the seed.
func TestWithoutRoomNothingIsLeftHalfMade(t *testing.T) {
	t.Parallel()
	for _, blocks := range []int{1, 8, 20, 40, 80} { // of 512 or 1,024 bytes each, as the shell likes
		db := filepath.Join(t.TempDir(), "state.db")
		cmd := exec.CommandContext(t.Context(), "sh", "-c", fmt.Sprintf("ulimit -f %d; exec %s --listen 127.0.0.1:0 --db %s", blocks, binary, db))
		out, err := cmd.CombinedOutput()
		if err == nil || strings.Count(string(out), "\n") != 1 || !strings.Contains(string(out), db) || !strings.Contains(string(out), "file too large") {
			t.Errorf("%d blocks: %v %s", blocks, err, out)
		}
		l := launch(t, db) // with room
		l.ready(t)
		l.kill()
		if report, err := server.Check(t.Context(), db); err != nil || report.Findings.Total > 0 || report.Organizations != 1 {
			t.Errorf("%d blocks: %+v, %v", blocks, report, err)
		}
	}
}

// Whom the file does not belong to can look at it, and no more.
func TestAFileThatMayNotBeWritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	content := seeded(t)
	program, db := filepath.Join(dir, "mockcloud"), filepath.Join(dir, "state.db")
	if err := errors.Join(os.Link(binary, program), os.WriteFile(db, content, 0o600)); err != nil {
		t.Fatal(err)
	}
	for path, mode := range map[string]os.FileMode{db: 0o444, dir: 0o555, filepath.Dir(dir): 0o755} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _ = os.Chmod(dir, 0o755) }) // so that it can be removed //nolint:gosec // a test's directory
	somebody := func(args ...string) (string, int) {
		cmd := exec.CommandContext(t.Context(), program, args...)
		cmd.Dir = "/"
		if os.Geteuid() == 0 { // whom no permission stops
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		}
		out, err := cmd.CombinedOutput()
		if cmd.ProcessState == nil {
			t.Fatal(err)
		}
		return string(out), cmd.ProcessState.ExitCode()
	}
	for _, tt := range []struct {
		args []string
		says string
	}{
		{[]string{"--listen", "127.0.0.1:0", "--db", db}, "may not be read and written by this user"},
		{[]string{"--listen", "127.0.0.1:0", "--db", filepath.Join(dir, "new.db")}, "may not be read and written by this user"},
		{[]string{"backup", filepath.Join(dir, "copy.db"), "--db", db}, "cannot be written"},
	} {
		if out, code := somebody(tt.args...); code != 1 || strings.Count(out, "\n") != 1 || !strings.Contains(out, tt.says) {
			t.Errorf("%v: %d %s", tt.args, code, out)
		}
	}
	if out, code := somebody("check", db); code != 0 || !strings.HasSuffix(out, "\nok\n") {
		t.Errorf("check: %d %s", code, out)
	}
	if !bytes.Equal(read(t, db), content) {
		t.Error("the file was changed")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 2 {
		t.Errorf("%v, %v", left, err)
	}
}
