package control_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/control"
	"github.com/mockcloud/mockcloud/internal/store"
	"github.com/mockcloud/mockcloud/mocktest"
)

func TestBackupSendsAStateFile(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	got := srv.Anonymous().Get(t, "/_mockcloud/backup")
	if got.Status != http.StatusOK || got.Header.Get("Content-Type") != "application/octet-stream" || !strings.Contains(got.Header.Get("Cache-Control"), "no-store") ||
		got.Header.Get("Content-Length") != fmt.Sprint(len(got.Body)) {
		t.Fatalf("%d %v", got.Status, got.Header)
	}
	path := filepath.Join(t.TempDir(), "copy.db")
	if err := os.WriteFile(path, got.Body, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(path, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if empty, err := db.Empty(); empty || err != nil {
		t.Errorf("empty: %v, %v", empty, err)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	for _, header := range []http.Header{{"Host": {"evil.example"}}, {"Origin": {"http://evil.example"}}} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/_mockcloud/backup", http.NoBody)
		r.RemoteAddr, r.Header = "127.0.0.1:4000", header
		if host := header.Get("Host"); host != "" {
			r.Host = host
		}
		if status := answerOf(t, &control.Control{}, r); status != http.StatusForbidden {
			t.Errorf("%v: %d", header, status)
		}
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/_mockcloud/backup", http.NoBody)
	r.RemoteAddr, r.Host = "192.0.2.7:4000", "localhost"
	if status := answerOf(t, &control.Control{}, r); status != http.StatusForbidden {
		t.Errorf("from elsewhere: %d", status)
	}
}

// mounted is an Echo with the side door.
func mounted(c *control.Control) *echo.Echo {
	c.PublicURL = func() string { return "http://localhost" }
	e := echo.New()
	e.Logger.SetOutput(io.Discard)
	e.HTTPErrorHandler = func(err error, ec echo.Context) {
		status := http.StatusInternalServerError
		if public, ok := errors.AsType[*apierr.Error](err); ok {
			status = public.Status
		}
		_ = ec.NoContent(status)
	}
	c.Mount(e)
	return e
}

func answerOf(t *testing.T, c *control.Control, r *http.Request) int {
	t.Helper()
	w := httptest.NewRecorder()
	mounted(c).ServeHTTP(w, r)
	return w.Code
}

type note struct{ ID, Text string }

var notes = store.Collection[*note]{Name: "notes", Key: func(n *note) string { return n.ID }}

// large is more than a connection holds on its way.
const large = 16 << 20

// A client that takes nothing more is cut off in time, and holds up nobody but
// those who want a backup too.
func TestAClientThatStopsReadingHoldsNoBackupOpen(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]*control.Control{
		"the time for a backup ends":        {BackupPatience: time.Millisecond, BackupStall: time.Hour},
		"the time without progress is over": {BackupPatience: time.Hour, BackupStall: 2 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stopReading(t, c)
		})
	}
}

func stopReading(t *testing.T, c *control.Control) {
	t.Helper()
	db, err := store.Open(filepath.Join(t.TempDir(), "state.db"), store.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() }) // waits for backups
	put := func(id string, size int) {
		t.Helper()
		err := db.Update(t.Context(), "org", func(tx *store.Tx) error {
			return notes.Put(tx, &note{id, strings.Repeat("x", size)})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	put("large", large)
	c.DB = db
	server := httptest.NewServer(mounted(c))
	t.Cleanup(server.Close)

	stalled, err := new(net.Dialer).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stalled.Close() })
	if _, err := io.WriteString(stalled, "GET /_mockcloud/backup HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReaderSize(stalled, 16).ReadString('\n')
	if err != nil || !strings.Contains(line, "200") {
		t.Fatalf("%q, %v", line, err)
	}
	put("meanwhile", 10) // writers go on
	ask := func() int {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/_mockcloud/backup", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = answer.Body.Close() }()
		n, err := io.Copy(io.Discard, answer.Body)
		if answer.StatusCode == http.StatusOK && (err != nil || n != answer.ContentLength) {
			t.Errorf("%d bytes of %d, %v", n, answer.ContentLength, err)
		}
		return answer.StatusCode
	}
	if status := ask(); status != http.StatusConflict {
		t.Errorf("a second backup meanwhile: %d", status)
	}
	deadline := time.NewTimer(time.Minute)
	defer deadline.Stop()
	for status := http.StatusConflict; status != http.StatusOK; {
		if status = ask(); status != http.StatusOK && status != http.StatusConflict {
			t.Fatalf("status %d", status)
		}
		select {
		case <-deadline.C:
			t.Fatal("the first backup does not end")
		case <-time.After(20 * time.Millisecond):
		}
	}
	// What the first client was sent is less than it was told.
	rest, _ := io.Copy(io.Discard, stalled)
	if rest > large {
		t.Errorf("%d bytes", rest)
	}
}
