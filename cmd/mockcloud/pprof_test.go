package main_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestProfilesAreServedWhereTheyAreAskedFor(t *testing.T) {
	t.Parallel()
	get := func(url, origin string) (int, []byte) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		got, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = got.Body.Close() }()
		text, err := io.ReadAll(got.Body)
		if err != nil {
			t.Fatal(err)
		}
		return got.StatusCode, text
	}
	with, without := start(t, []string{"MOCKCLOUD_PPROF=true"}, "--ephemeral", "--listen", "127.0.0.1:0"), start(t, nil, "--ephemeral", "--listen", "127.0.0.1:0")
	if status, page := get(with.url+"/_mockcloud/pprof/", ""); status != http.StatusOK || !strings.Contains(string(page), "goroutine?debug=1") {
		t.Errorf("the list: %d %s", status, page)
	}
	zipped := []byte{0x1f, 0x8b}
	for path, begins := range map[string][]byte{
		"heap": zipped, "allocs": zipped, "goroutine": zipped, "profile?seconds=1": zipped, "goroutine?debug=1": []byte("goroutine profile:"),
		"trace?seconds=0.1": []byte("go 1."), "symbol": []byte("num_symbols"), "cmdline": []byte(binary),
	} {
		if status, text := get(with.url+"/_mockcloud/pprof/"+path, ""); status != http.StatusOK || !bytes.HasPrefix(text, begins) {
			t.Errorf("%s: %d, %d bytes", path, status, len(text))
		}
		if status, _ := get(without.url+"/_mockcloud/pprof/"+path, ""); status != http.StatusNotFound {
			t.Errorf("%s without the flag: %d", path, status)
		}
	}
	if status, _ := get(with.url+"/_mockcloud/pprof/nonsense", ""); status != http.StatusNotFound {
		t.Errorf("an unknown profile: %d", status)
	}
	if status, _ := get(with.url+"/_mockcloud/pprof/heap", "https://evil.example"); status != http.StatusForbidden {
		t.Errorf("from another site: %d", status)
	}
	for _, url := range []string{with.url, without.url} {
		if status, _ := get(url+"/debug/pprof/", ""); status != http.StatusNotFound {
			t.Errorf("where the library would put them: %d", status)
		}
	}
}
