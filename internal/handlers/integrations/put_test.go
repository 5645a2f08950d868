package integrations_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// asked is where a package may be put.
type asked struct {
	URL     string
	Headers map[string]string
	Seconds int `json:"signedUrlTimeoutSeconds"`
}

// ask asks for an upload of the package of an action's draft. what is the name of
// the file, or the whole body.
func ask(t *testing.T, c *mocktest.Client, path string, what any) asked {
	t.Helper()
	if name, named := what.(string); named {
		what = fields{"fileName": name}
	}
	var a asked
	ok(t, c.Post(t, path+"/draft/function/upload", what)).JSON(t, &a)
	return a
}

// answered is what came of putting a file.
type answered struct {
	status int
	header http.Header
	body   []byte
}

// put puts a file as Terraform's provider and the sample tool do, after changes.
func put(t *testing.T, a asked, file []byte, change func(*http.Request)) answered {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, a.URL, bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range a.Headers {
		r.Header.Set(name, value)
	}
	r.Header.Set("Content-Type", "application/zip")
	if change != nil {
		change(r)
	}
	return do(t, http.DefaultClient, r)
}

func do(t *testing.T, c *http.Client, r *http.Request) answered {
	t.Helper()
	got, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = got.Body.Close() }()
	body, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answered{got.StatusCode, got.Header, body}
}

func stored(t *testing.T, got answered) {
	t.Helper()
	if got.status != http.StatusOK || len(got.body) != 0 {
		t.Fatalf("status = %d, want 200\n%s", got.status, got.body)
	}
}

func refusedFile(t *testing.T, got answered, status int, code string) (message string) {
	t.Helper()
	var body struct {
		XMLName   xml.Name `xml:"Error"`
		Code      string
		Message   string
		RequestID string `xml:"RequestId"`
	}
	if err := xml.Unmarshal(got.body, &body); err != nil || got.header.Get("Content-Type") != "application/xml" {
		t.Fatalf("status %d, no XML: %v\n%s", got.status, err, got.body)
	}
	if got.status != status || body.Code != code || body.Message == "" || body.RequestID == "" {
		t.Errorf("status = %d, want %d with %s\n%s", got.status, status, code, got.body)
	}
	return body.Message
}

// zipOf is a zip file with these files in it. A name that ends in a slash is a
// folder.
func zipOf(t *testing.T, names ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range names {
		f, err := w.Create(name)
		if err == nil && !strings.HasSuffix(name, "/") {
			_, err = io.WriteString(f, "exports.handler = async () => ({})")
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// bomb is a small zip file that says of its only file that it has 4 GB.
func bomb(t *testing.T) []byte {
	t.Helper()
	b := zipOf(t, "index.js")
	at := bytes.Index(b, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint32(b[at+24:], 1<<32-2)
	return b
}

// crowd is a zip file whose list of files has more than 8 MiB.
func crowd(t *testing.T) []byte {
	t.Helper()
	names := make([]string, 150)
	for n := range names {
		names[n] = fmt.Sprintf("%s/%d.js", strings.Repeat("x", 60_000), n)
	}
	return zipOf(t, names...)
}
