package console

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/journal"
)

// client calls the API in process, for the visitor: with their token, from their
// address, in the name that they use for this server.
type client struct {
	api     http.Handler
	visitor *http.Request
	token   string // "" for nobody's
}

// doc is an entity of the API of which the console changes a part, and sends back the
// rest as it came.
type doc = map[string]any

// apiError is what the API answered in place of what was asked for.
type apiError struct {
	Status      int               `json:"status"`
	Code        string            `json:"code"`
	Message     string            `json:"message"`
	Params      map[string]string `json:"messageParams"`
	Details     []errorDetail     `json:"details"`
	Errors      []*apiError       `json:"errors"`
	Correlation string            `json:"contextId"`
	Text        string            `json:"-"` // the whole answer
}

type errorDetail struct {
	Code  string `json:"errorCode"`
	Field string `json:"fieldName"`
}

func (e *apiError) Error() string { return fmt.Sprintf("%d %s: %s", e.Status, e.Code, e.Message) }

// statusOf is the status of an answer of the API that was no success; 0 for any
// other error.
func statusOf(err error) int {
	if e, ok := errors.AsType[*apiError](err); ok {
		return e.Status
	}
	return 0
}

// at writes a path of the API below /api/v2: each %s is an escaped part.
func at(format string, parts ...string) string {
	escaped := make([]any, len(parts))
	for i, p := range parts {
		escaped[i] = url.PathEscape(p)
	}
	return fmt.Sprintf(format, escaped...)
}

func (c *client) get(path string, out any) error { return c.call(http.MethodGet, path, nil, out) }
func (c *client) post(path string, body, out any) error {
	return c.call(http.MethodPost, path, body, out)
}

func (c *client) put(path string, body any) error { return c.call(http.MethodPut, path, body, nil) }

func (c *client) patch(path string, body, out any) error {
	return c.call(http.MethodPatch, path, body, out)
}
func (c *client) delete(path string) error { return c.call(http.MethodDelete, path, nil, nil) }
func (c *client) control(method, path string, body, out any) error {
	return c.send(method, "/_mockcloud"+path, body, out)
}

// call calls an operation; path is that below /api/v2, with its query. out may be nil,
// a *string for the answer as it is, or what JSON is decoded into.
func (c *client) call(method, path string, body, out any) error {
	return c.send(method, "/api/v2"+path, body, out)
}

// encode writes JSON; texts in it, such as a schema's, stay as somebody wrote them.
func encode(body any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(body)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

func (c *client) send(method, target string, body, out any) error {
	var text []byte
	if body != nil {
		var err error
		if text, err = encode(body); err != nil {
			return err
		}
	}
	answer, err := c.raw(method, target, echo.MIMEApplicationJSON, text)
	if err != nil {
		return err
	}
	if answer.status >= http.StatusBadRequest {
		return answer.failure()
	}
	switch out := out.(type) {
	case nil:
		return nil
	case *string:
		*out = answer.body.String()
		return nil
	default:
		decoder := json.NewDecoder(&answer.body)
		decoder.UseNumber()
		if err := decoder.Decode(out); err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("answer of %s %s: %w", method, target, err)
		}
		return nil
	}
}

// raw sends a request with the visitor's token as it is.
func (c *client) raw(method, target, contentType string, body []byte) (*recorder, error) {
	r, err := c.request(journal.FromConsole(c.visitor.Context()), method, target, contentType, body)
	if err != nil {
		return nil, err
	}
	if c.token != "" {
		r.Header.Set(echo.HeaderAuthorization, "Bearer "+c.token)
	}
	return c.answer(r), nil
}

// request is one that comes from the visitor, in whatever right. What a form began is
// finished, also where the browser leaves.
func (c *client) request(ctx context.Context, method, target, contentType string, body []byte) (*http.Request, error) {
	r, err := http.NewRequestWithContext(context.WithoutCancel(ctx), method, target, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Host, r.RequestURI, r.RemoteAddr, r.TLS = c.visitor.Host, target, c.visitor.RemoteAddr, c.visitor.TLS
	if len(body) > 0 {
		r.Header.Set(echo.HeaderContentType, contentType)
	}
	return r, nil
}

// answer lets this server answer a request.
func (c *client) answer(r *http.Request) *recorder {
	answer := &recorder{header: make(http.Header)}
	c.api.ServeHTTP(answer, r)
	if answer.status == 0 {
		answer.status = http.StatusOK
	}
	return answer
}

// recorder keeps an answer.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *recorder) Header() http.Header { return w.header }

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

func (w *recorder) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(p)
}

func (w *recorder) failure() *apiError {
	e := &apiError{}
	if err := json.Unmarshal(w.body.Bytes(), e); err != nil || e.Message == "" {
		e = &apiError{Message: strings.TrimSpace(w.body.String())}
	}
	e.Text, e.Status = w.body.String(), w.status
	if e.Correlation == "" {
		e.Correlation = handlers.CorrelationID(w)
	}
	return e
}
