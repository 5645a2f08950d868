package mocktest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
)

var jsonContent = http.Header{"Content-Type": {"application/json"}}

// Client sends requests to one server with one token. A path is that of the
// server, such as "/api/v2/users/me?expand=skills", or a whole URL of it, such as
// a Webhook's. It checks every answer of an operation that mockcloud implements
// against the specification's schema and fails the test where it does not fit.
type Client struct {
	Token  string // "" sends none
	server *Server
}

// Response is an answer that has been read.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// Get sends a GET.
func (c *Client) Get(t testing.TB, path string) *Response {
	t.Helper()
	return c.Do(t, http.MethodGet, path, nil, nil)
}

// Delete sends a DELETE.
func (c *Client) Delete(t testing.TB, path string) *Response {
	t.Helper()
	return c.Do(t, http.MethodDelete, path, nil, nil)
}

// Post sends a POST; see Do for the body.
func (c *Client) Post(t testing.TB, path string, body any) *Response {
	t.Helper()
	return c.Do(t, http.MethodPost, path, body, jsonContent)
}

// Put sends a PUT; see Do for the body.
func (c *Client) Put(t testing.TB, path string, body any) *Response {
	t.Helper()
	return c.Do(t, http.MethodPut, path, body, jsonContent)
}

// Patch sends a PATCH; see Do for the body.
func (c *Client) Patch(t testing.TB, path string, body any) *Response {
	t.Helper()
	return c.Do(t, http.MethodPatch, path, body, jsonContent)
}

// Do sends a request. The body is nil, a string or bytes that are sent as they
// are, or any other value, which is encoded as JSON.
func (c *Client) Do(t testing.TB, method, path string, body any, header http.Header) *Response {
	t.Helper()
	var reader io.Reader
	switch body := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(body)
	case []byte:
		reader = bytes.NewReader(body)
	default:
		encoded, err := json.Marshal(body)
		if err != nil {
			t.Fatalf("mocktest: encode body: %v", err)
		}
		reader = bytes.NewReader(encoded)
	}
	target, err := c.server.target(path)
	if err != nil {
		t.Fatalf("mocktest: %s %s: %v", method, path, err)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, target, reader)
	if err != nil {
		t.Fatalf("mocktest: %v", err)
	}
	maps.Copy(r.Header, header)
	if c.Token != "" && r.Header.Get("Authorization") == "" {
		r.Header.Set("Authorization", "Bearer "+c.Token)
	}
	answer, err := c.server.client.Do(r)
	if err != nil {
		t.Fatalf("mocktest: %s %s: %v", method, path, err)
	}
	defer func() { _ = answer.Body.Close() }()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatalf("mocktest: %s %s: read answer: %v", method, path, err)
	}
	got := &Response{Status: answer.StatusCode, Header: answer.Header, Body: content}
	// A redirect may lead to a file, which is the answer of no operation.
	if op, ok := c.server.server.OperationFor(method, answer.Request.URL.EscapedPath()); ok {
		if err := op.CheckResponse(got.Status, got.Body); err != nil {
			t.Errorf("%s %s: the answer does not fit the specification: %v\n%s", method, path, err, content)
		}
	}
	return got
}

// target is the URL of a path. It never leads away from the server, where the
// token does not belong.
func (s *Server) target(path string) (string, error) {
	rest, whole := strings.CutPrefix(path, s.URL)
	if rest == "" || rest[0] == '/' || rest[0] == '?' {
		return s.URL + rest, nil
	}
	if u, err := url.Parse(path); whole || (err == nil && u.Host != "") {
		return "", fmt.Errorf("that is another server: this client talks to %s", s.URL)
	}
	return "", errors.New("a path begins with a slash")
}

// JSON decodes the body into v.
func (r *Response) JSON(t testing.TB, v any) {
	t.Helper()
	if err := json.Unmarshal(r.Body, v); err != nil {
		t.Fatalf("mocktest: decode: %v\n%s", err, r.Body)
	}
}

// Str is the value at a path such as "entities.0.id" in the JSON body, as text;
// "" where there is none. Lists and objects come as JSON.
func (r *Response) Str(t testing.TB, path string) string {
	t.Helper()
	var v any
	decoder := json.NewDecoder(bytes.NewReader(r.Body))
	decoder.UseNumber()
	if err := decoder.Decode(&v); err != nil {
		t.Fatalf("mocktest: decode: %v\n%s", err, r.Body)
	}
	for step := range strings.SplitSeq(path, ".") {
		switch at := v.(type) {
		case map[string]any:
			v = at[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(at) {
				return ""
			}
			v = at[i]
		default:
			return ""
		}
	}
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	default:
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatalf("mocktest: %v", err)
		}
		return string(text)
	}
}
