package server_test

import (
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// Eight clients fetch tokens and use them, the new one and the one before, while
// the keys change under them.
func TestNobodyIsRefusedWhileKeysRotate(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	e := srv.Environment()
	form := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	credentials := "grant_type=client_credentials&client_id=" + e.ClientID + "&client_secret=" + e.ClientSecret
	var wg sync.WaitGroup
	var rounds atomic.Int64
	var over atomic.Bool
	for range 8 {
		wg.Go(func() {
			last := ""
			for !over.Load() {
				issued := srv.Anonymous().Do(t, http.MethodPost, "/oauth/token", credentials, form)
				if issued.Status != http.StatusOK {
					t.Errorf("token: %d %s", issued.Status, issued.Body)
					return
				}
				fresh := issued.Str(t, "access_token")
				for _, token := range []string{fresh, last} {
					if token == "" {
						continue
					}
					if got := srv.Bearer(token).Get(t, "/api/v2/oauth/clients?pageSize=1"); got.Status != http.StatusOK {
						t.Errorf("call: %d %s", got.Status, got.Body)
					}
				}
				last = fresh
				rounds.Add(1)
			}
		})
	}
	algs := []string{`{"alg":"EdDSA"}`, `{"alg":"ES256"}`, `{}`}
	for n := 0; n < 30 || rounds.Load() < 100; n++ {
		if t.Failed() {
			break
		}
		before := rounds.Load()
		if got := srv.Anonymous().Do(t, http.MethodPost, "/_mockcloud/keys/rotate", algs[n%len(algs)], http.Header{"Content-Type": {"application/json"}}); got.Status != http.StatusOK {
			t.Fatalf("rotate: %d %s", got.Status, got.Body)
		}
		waitUntil(t, func() bool { return rounds.Load() > before || t.Failed() })
	}
	over.Store(true)
	wg.Wait()
}
