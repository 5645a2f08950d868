package integrations_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/mocktest"
)

// Guess: which status stands for which flaw; that the file is taken all the same.
func TestWhatIsSaidOfAPackage(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	tests := []struct {
		name   string
		file   []byte
		status string
	}{
		{"a package", zipOf(t, "src/index.js", "package.json"), "Available"},
		{"with a folder", zipOf(t, "src/", "src/index.js"), "Available"},
		{"behind other bytes", append([]byte("#!/bin/sh\n"), zipOf(t, "index.js")...), "Available"},
		{"a file that claims to be huge", bomb(t), "Available"}, // it is never unpacked
		{"nothing", []byte{}, "InvalidFormat"},
		{"text", []byte("exports.handler = 1"), "InvalidFormat"},
		{"half a package", zipOf(t, "index.js")[:60], "InvalidFormat"},
		{"an empty package", zipOf(t), "InvalidFile"},
		{"a folder alone", zipOf(t, "src/"), "InvalidFile"},
		{"more names than anybody reads", crowd(t), "InvalidFile"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := newFunction(t, admin)
			stored(t, put(t, ask(t, admin, path, "f.zip"), tt.file, nil))
			got := ok(t, admin.Get(t, path+"/draft/function"))
			has(t, got, map[string]string{"zip.status": tt.status, "zip.name": "f.zip"})
			if good := tt.status == "Available"; (got.Str(t, "function.zipId") != "") != good || (got.Str(t, "zip.errorMessage") == "") != good ||
				(got.Str(t, "uploadExceptionHistory.0.status") == "") != good {
				t.Errorf("%s", got.Body)
			}
		})
	}
}

// The document of the API has ten failed uploads remembered.
//
// Guess: the newest comes first, and the last good package stays.
func TestFailedUploadsAreRemembered(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	path := newFunction(t, admin)
	at := path + "/draft/function"
	stored(t, put(t, ask(t, admin, path, "good.zip"), zipOf(t, "index.js"), nil))
	good := ok(t, admin.Get(t, at)).Str(t, "function.zipId")
	for n := range 12 {
		stored(t, put(t, ask(t, admin, path, fmt.Sprintf("%d.zip", n)), []byte("text"), nil))
	}
	got := ok(t, admin.Get(t, at))
	has(t, got, map[string]string{"function.zipId": good, "zip.status": "InvalidFormat", "zip.name": "11.zip", "uploadExceptionHistory.10": ""})
	for n := range 10 {
		has(t, got, map[string]string{fmt.Sprintf("uploadExceptionHistory.%d.name", n): fmt.Sprintf("%d.zip", 11-n)})
	}
	ok(t, admin.Put(t, at, settings(nil)))
	ok(t, admin.Post(t, path+"/draft/publish", fields{"version": 1}))
	has(t, ok(t, admin.Get(t, path+"/function")), map[string]string{"zip.id": good, "zip.name": "good.zip", "uploadExceptionHistory": "[]"})
}

// Guess: the document gives pattern and bounds, but not how they are refused.
func TestUploadsThatAreNotGranted(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	path := newFunction(t, admin)
	for _, tt := range []struct {
		body  fields
		field string
	}{
		{fields{}, "fileName"},
		{fields{"fileName": ""}, "fileName"},
		{fields{"fileName": "  "}, "fileName"},
		{fields{"fileName": "a/b.zip"}, "fileName"},
		{fields{"fileName": "é.zip"}, "fileName"},
		{fields{"fileName": "a\r\nb.zip"}, "fileName"},
		{fields{"fileName": strings.Repeat("a", 256)}, "fileName"},
		{fields{"fileName": "a.zip", "signedUrlTimeoutSeconds": 0}, "signedUrlTimeoutSeconds"},
		{fields{"fileName": "a.zip", "signedUrlTimeoutSeconds": 604801}, "signedUrlTimeoutSeconds"},
	} {
		refused(t, admin.Post(t, path+"/draft/function/upload", tt.body), 400, "constraint.validation", tt.field)
	}
	has(t, ok(t, admin.Get(t, path+"/draft/function")), map[string]string{"zip": ""})
}

// Guess: the answers are those of the storage that the real service uses.
func TestURLsThatWereChanged(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	path := newFunction(t, admin)
	a, other := ask(t, admin, path, "f.zip"), ask(t, admin, newFunction(t, admin), "f.zip")
	withQuery := func(name, value string) func(*http.Request) {
		return func(r *http.Request) {
			query := r.URL.Query()
			if query.Set(name, value); value == "" {
				query.Del(name)
			}
			r.URL.RawQuery = query.Encode()
		}
	}
	at := func(path string) func(*http.Request) { return func(r *http.Request) { r.URL.Path = path } }
	elsewhere, err := url.Parse(other.URL)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		change func(*http.Request)
		status int
		code   string
	}{
		{"no query", func(r *http.Request) { r.URL.RawQuery = "" }, 403, "AccessDenied"},
		{"a query that cannot be read", func(r *http.Request) { r.URL.RawQuery += "&%zz" }, 403, "AccessDenied"},
		{"no signature", withQuery("X-Amz-Signature", ""), 403, "AccessDenied"},
		{"another signature", withQuery("X-Amz-Signature", strings.Repeat("A", 43)), 403, "SignatureDoesNotMatch"},
		{"a longer time", withQuery("X-Amz-Expires", "604800"), 403, "SignatureDoesNotMatch"},
		{"no time", withQuery("X-Amz-Expires", ""), 403, "SignatureDoesNotMatch"},
		{"another date", withQuery("X-Amz-Date", "20300101T000000Z"), 403, "SignatureDoesNotMatch"},
		{"another upload's path", at(elsewhere.Path), 403, "SignatureDoesNotMatch"},
		{"an unknown path", func(r *http.Request) { r.URL.Path += "x" }, 403, "AccessDenied"},
		{"a short path", at("/uploads/x"), 403, "AccessDenied"},
		{"no path", at("/uploads/"), 403, "AccessDenied"},
		{"another organization", func(r *http.Request) {
			parts := strings.Split(r.URL.Path, "/")
			r.URL.Path = strings.Replace(r.URL.Path, parts[2], nothing, 1)
		}, 403, "AccessDenied"},
		{"GET", func(r *http.Request) { r.Method = http.MethodGet }, 405, "MethodNotAllowed"},
		{"POST", func(r *http.Request) { r.Method = http.MethodPost }, 405, "MethodNotAllowed"},
		{"chunks", func(r *http.Request) { r.ContentLength = -1 }, 501, "NotImplemented"},
	}
	for name := range a.Headers {
		tests = append(tests, struct {
			name   string
			change func(*http.Request)
			status int
			code   string
		}{"without " + name, func(r *http.Request) { r.Header.Del(name) }, 403, "SignatureDoesNotMatch"}, struct {
			name   string
			change func(*http.Request)
			status int
			code   string
		}{"another " + name, func(r *http.Request) { r.Header.Set(name, "x") }, 403, "SignatureDoesNotMatch"})
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			message := refusedFile(t, put(t, a, zipOf(t, "index.js"), tt.change), tt.status, tt.code)
			if strings.Contains(message, a.URL[strings.Index(a.URL, "Signature=")+10:]) {
				t.Errorf("the signature is told: %s", message)
			}
			has(t, ok(t, admin.Get(t, path+"/draft/function")), map[string]string{"zip.status": "Pending", "function.zipId": ""})
		})
	}
	// Case and blanks around a header's value do not count, nor a token.
	stored(t, put(t, a, zipOf(t, "index.js"), func(r *http.Request) {
		r.Header.Set("X-AMZ-META-FILENAME", " f.zip ")
		r.Header.Set("Authorization", "Bearer nonsense")
	}))
}

// Bounds and default are those of signedUrlTimeoutSeconds in the document of the
// API.
func TestURLsEnd(t *testing.T) {
	t.Parallel()
	for _, seconds := range []int{0, 1, 900, 604800} {
		t.Run(fmt.Sprint(seconds), func(t *testing.T) {
			t.Parallel()
			srv, admin := start(t)
			path := newFunction(t, admin)
			body, good := fields{"fileName": "f.zip"}, 900
			if seconds != 0 {
				body["signedUrlTimeoutSeconds"], good = seconds, seconds
			}
			a := ask(t, admin, path, body)
			srv.Clock.Advance(time.Duration(good-1) * time.Second)
			stored(t, put(t, a, zipOf(t, "index.js"), nil))
			srv.Clock.Advance(time.Second)
			if message := refusedFile(t, put(t, a, zipOf(t, "index.js"), nil), 403, "AccessDenied"); !strings.Contains(message, "expired") {
				t.Errorf("message = %q", message)
			}
			// Once it is swept away with a new one, it is merely unknown.
			srv.Clock.Advance(time.Hour)
			admin = srv.Admin(t)
			stored(t, put(t, ask(t, admin, path, "f.zip"), zipOf(t, "index.js"), nil))
			refusedFile(t, put(t, a, zipOf(t, "index.js"), nil), 403, "AccessDenied")
		})
	}
}

func TestFilesThatAreTooLargeOrEndEarly(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	path := newFunction(t, admin)
	a := ask(t, admin, path, "f.zip")
	patient := &http.Client{Transport: &http.Transport{ExpectContinueTimeout: time.Minute}}
	t.Cleanup(patient.CloseIdleConnections)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, a.URL, io.LimitReader(zeros{}, 50<<20+1))
	if err != nil {
		t.Fatal(err)
	}
	r.ContentLength = 50<<20 + 1
	r.Header.Set("Expect", "100-continue") // the answer comes before the file
	for name, value := range a.Headers {
		r.Header.Set(name, value)
	}
	if message := refusedFile(t, do(t, patient, r), 400, "EntityTooLarge"); !strings.Contains(message, "52428800") {
		t.Errorf("message = %q", message)
	}
	refusedFile(t, short(t, a), 400, "IncompleteBody")
	has(t, ok(t, admin.Get(t, path+"/draft/function")), map[string]string{"zip.status": "Pending"})
	stored(t, put(t, a, bytes.Repeat([]byte("x"), 3<<20), nil)) // over what the API's operations take
}

// zeros never end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// short puts a file of which only the beginning comes.
func short(t *testing.T, a asked) answered {
	t.Helper()
	u, err := url.Parse(a.URL)
	if err != nil {
		t.Fatal(err)
	}
	var d net.Dialer
	connection, err := d.DialContext(t.Context(), "tcp", u.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	_ = connection.SetDeadline(time.Now().Add(20 * time.Second))
	var b strings.Builder
	fmt.Fprintf(&b, "PUT %s HTTP/1.1\r\nHost: %s\r\nContent-Length: 1000\r\n", u.RequestURI(), u.Host)
	for name, value := range a.Headers {
		fmt.Fprintf(&b, "%s: %s\r\n", name, value)
	}
	b.WriteString("\r\nPK")
	if _, err := io.WriteString(connection, b.String()); err != nil {
		t.Fatal(err)
	}
	if err := connection.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	got, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = got.Body.Close() }()
	body, _ := io.ReadAll(got.Body)
	return answered{got.StatusCode, got.Header, body}
}

// Guess: storage would take the file; here it is said that nobody waits for it.
func TestFilesThatNobodyWaitsFor(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	for name, remove := range map[string]func(path, integrationID string) *mocktest.Response{
		"the draft is deleted": func(path, _ string) *mocktest.Response { return admin.Delete(t, path+"/draft") },
		"the integration is":   func(_, integrationID string) *mocktest.Response { return admin.Delete(t, base+"/"+integrationID) },
	} {
		integrationID := newIntegration(t, admin, functions)
		path := newDraft(t, admin, integrationID, nil)
		a := ask(t, admin, path, "f.zip")
		if got := remove(path, integrationID); got.Status != 200 && got.Status != 204 {
			t.Fatalf("%s: %d %s", name, got.Status, got.Body)
		}
		refusedFile(t, put(t, a, zipOf(t, "index.js"), nil), 404, "NoSuchKey")
	}
}

// Pages of other origins may put files, as they may call the API.
func TestBrowsersPutFiles(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	a := ask(t, admin, newFunction(t, admin), "f.zip")
	preflight, err := http.NewRequestWithContext(t.Context(), http.MethodOptions, a.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	preflight.Header.Set("Origin", "https://app.example.test")
	preflight.Header.Set("Access-Control-Request-Method", "PUT")
	preflight.Header.Set("Access-Control-Request-Headers", "content-type,x-amz-meta-filename,x-amz-tagging")
	got := do(t, http.DefaultClient, preflight)
	if got.status != 204 || got.header.Get("Access-Control-Allow-Origin") != "https://app.example.test" ||
		!strings.Contains(got.header.Get("Access-Control-Allow-Methods"), "PUT") || !strings.Contains(got.header.Get("Access-Control-Allow-Headers"), "x-amz-tagging") {
		t.Errorf("%d %v", got.status, got.header)
	}
	answer := put(t, a, zipOf(t, "index.js"), func(r *http.Request) { r.Header.Set("Origin", "https://app.example.test") })
	stored(t, answer)
	if answer.header.Get("Access-Control-Allow-Origin") != "https://app.example.test" {
		t.Errorf("%v", answer.header)
	}
}

func TestFunctionsAndUploadsOutliveTheServer(t *testing.T) {
	t.Parallel()
	state := filepath.Join(t.TempDir(), "state.db")
	before := mocktest.Start(t, mocktest.Options{Path: state})
	admin := before.Admin(t)
	path := newFunction(t, admin)
	ok(t, admin.Put(t, path+"/draft/function", settings(nil)))
	stored(t, put(t, ask(t, admin, path, "first.zip"), zipOf(t, "index.js"), nil))
	a := ask(t, admin, path, "second.zip")
	read := ok(t, admin.Get(t, path+"/draft/function"))
	before.Stop(t)

	after := mocktest.Start(t, mocktest.Options{Path: state})
	admin = after.Admin(t)
	sameJSON(t, "the function", ok(t, admin.Get(t, path+"/draft/function")).Body, string(read.Body))
	a.URL = strings.Replace(a.URL, before.URL, after.URL, 1)
	stored(t, put(t, a, zipOf(t, "index.js"), nil))
	has(t, ok(t, admin.Get(t, path+"/draft/function")), map[string]string{"zip.name": "second.zip", "zip.status": "Available"})
	after.Reset(t)
	refusedFile(t, put(t, a, zipOf(t, "index.js"), nil), 403, "AccessDenied")
}

// Files of several drafts, and several of one, come at the same time: none is
// lost, and what the last one says holds.
func TestFilesPutAtTheSameTime(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	shared := newFunction(t, admin)
	file := zipOf(t, "index.js")
	paths := map[string]asked{}
	for range 8 {
		path := newFunction(t, admin)
		paths[path] = ask(t, admin, path, "own.zip")
	}
	uploads := []asked{}
	for a := range maps.Values(paths) {
		uploads = append(uploads, a, ask(t, admin, shared, "shared.zip"))
	}
	var wg sync.WaitGroup
	for _, a := range uploads {
		wg.Go(func() {
			if got := put(t, a, file, nil); got.status != 200 {
				t.Errorf("%d %s", got.status, got.body)
			}
		})
	}
	wg.Wait()
	for path := range paths {
		has(t, ok(t, admin.Get(t, path+"/draft/function")), map[string]string{"zip.status": "Available", "zip.name": "own.zip"})
	}
	got := ok(t, admin.Get(t, shared+"/draft/function"))
	has(t, got, map[string]string{"zip.status": "Available", "zip.name": "shared.zip", "function.zipId": got.Str(t, "zip.id")})
}
