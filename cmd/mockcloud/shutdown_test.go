package main_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/server"
	"github.com/mockcloud/mockcloud/internal/store"
)

// crowd is 32 clients that create users until the server is gone, half of them on
// a connection that they keep, half on a new one each time.
type crowd struct {
	base, token string
	wg          sync.WaitGroup
	created     atomic.Int64

	mu       sync.Mutex
	answered map[string]bool  // by e-mail address
	failed   map[string]error // those that got no answer
	odd      []string         // answers that should not be
	refused  int              // connections
}

func (c *crowd) start(t *testing.T) {
	t.Helper()
	c.answered, c.failed = make(map[string]bool), make(map[string]error)
	for n := range 32 {
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: n%2 == 0}, Timeout: 30 * time.Second}
		t.Cleanup(client.CloseIdleConnections)
		c.wg.Go(func() {
			for i := 0; ; i++ {
				if !c.create(client, fmt.Sprintf("user-%d-%d@mockcloud.test", n, i)) {
					return
				}
			}
		})
	}
}

// create says whether there is still a server.
func (c *crowd) create(client *http.Client, email string) bool {
	status, text, err := c.post(client, `{"name":"`+email+`","email":"`+email+`"}`)
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		c.refused++
		return false
	case err != nil:
		c.failed[email] = err
		return true // the next one will be refused
	case status != http.StatusOK:
		c.odd = append(c.odd, fmt.Sprintf("%d %s", status, text))
		return false
	}
	c.answered[email] = true
	c.created.Add(1)
	return true
}

func (c *crowd) post(client *http.Client, body string) (status int, text []byte, err error) {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, c.base+"/api/v2/users", bytes.NewBufferString(body))
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	r.Header.Set("Content-Type", "application/json")
	got, err := client.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = got.Body.Close() }()
	text, err = io.ReadAll(got.Body)
	return got.StatusCode, text, err
}

// check compares what the clients were told with what the state holds: nothing that
// was acknowledged is missing, and nothing is there whose answer got lost.
func (c *crowd) check(t *testing.T, path string) {
	t.Helper()
	c.wg.Wait()
	for _, text := range c.odd {
		t.Errorf("answer: %s", text)
	}
	if c.refused != 32 {
		t.Errorf("%d of 32 clients were refused in the end", c.refused)
	}
	db, err := store.Open(path, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	kept := make(map[string]bool)
	err = db.View(t.Context(), store.Global, func(tx *store.Tx) error {
		for org := range tx.Orgs() {
			for u, err := range identity.Users.All(tx.In(org)) {
				if err != nil {
					return err
				}
				kept[u.Email] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for email := range c.answered {
		if !kept[email] {
			t.Errorf("%s was acknowledged and is gone", email)
		}
	}
	for email, err := range c.failed {
		if kept[email] {
			t.Errorf("%s was created, and its client heard only: %v", email, err)
		}
	}
	t.Logf("%d users, %d requests that came too late to be read", len(c.answered), len(c.failed))
}

// enough waits until the load is on.
func (c *crowd) enough(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(60 * time.Second); c.created.Load() < 500; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d users in a minute", c.created.Load())
		}
	}
}

func TestTheEndUnderLoadLosesNoRequest(t *testing.T) {
	t.Parallel()
	t.Run("SIGTERM to the program", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "state.db")
		p := start(t, nil, "--listen", "127.0.0.1:0", "--db", path)
		c := &crowd{base: p.url}
		c.token, _ = fetchToken(t, p.url, adminID, adminSecret)
		c.start(t)
		c.enough(t)
		began := time.Now()
		if err := p.stop(t, syscall.SIGTERM); err != nil {
			t.Errorf("exit: %v\n%s", err, p.errOut)
		}
		if took := time.Since(began); took > 9*time.Second { // within the drain time, and not at its end
			t.Errorf("it took %s", took)
		}
		c.check(t, path)
	})
	t.Run("Close in process", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "state.db")
		s, err := server.Start(t.Context(), server.Config{Path: path})
		if err != nil {
			t.Fatal(err)
		}
		c := &crowd{base: s.URL()}
		c.token, _ = fetchToken(t, c.base, adminID, adminSecret)
		c.start(t)
		c.enough(t)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		if err := s.Close(ctx); err != nil || ctx.Err() != nil {
			t.Errorf("close: %v, %v", err, ctx.Err())
		}
		c.check(t, path)
	})
}
