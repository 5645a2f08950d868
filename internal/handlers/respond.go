package handlers

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"sync"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Raw is an answer that is not JSON.
type Raw struct {
	ContentType string
	Body        []byte
}

// Reply is what an operation returns that says more than its body does.
type Reply struct {
	Status int               // 0 means the operation's own status of success
	Header map[string]string // further headers; may be nil
	Body   any               // whatever else an operation can return; None for no body
}

// Status is the status of what an operation returned, whose own is otherwise.
func Status(result any, otherwise int) int {
	if a, ok := result.(Reply); ok && a.Status != 0 {
		return a.Status
	}
	return otherwise
}

// HeaderCorrelationID carries the id under which a request can be found in the
// log. Java clients look for this spelling.
const HeaderCorrelationID = "ININ-Correlation-Id"

// CorrelationID is the correlation id that the answer carries.
func CorrelationID(w http.ResponseWriter) string {
	if ids := w.Header()[HeaderCorrelationID]; len(ids) > 0 { //nolint:staticcheck // set under just this spelling, which Java clients look for
		return ids[0]
	}
	return ""
}

// Translate turns any error into the one that the client may see, and says
// whether it was one that nobody foresaw.
func Translate(err error) (public *apierr.Error, unforeseen bool) {
	if errors.As(err, &public) {
		return public, false
	}
	if unsaved, ok := errors.AsType[*store.NotSavedError](err); ok {
		// Guess: the real service has no disk of the caller's. No Retry-After: it takes
		// a person to make room, and Python's client would try ten times.
		return apierr.New(http.StatusServiceUnavailable, "service.unavailable",
			"The state cannot be saved: "+unsaved.Reason()+". Nothing was changed."), false
	}
	return apierr.New(http.StatusInternalServerError, "internal.server.error",
		"The server encountered an unexpected condition which prevented it from fulfilling the request."), true
}

// WriteError sends e in the API's error shape.
func WriteError(w http.ResponseWriter, method, correlationID string, e *apierr.Error) error {
	if e.RetryAfter > 0 {
		w.Header()["Retry-After"] = []string{strconv.Itoa(e.RetryAfter)}
	}
	return writeJSON(w, method, e.Status, shortened(e.Body(correlationID)))
}

// WriteResult sends what an operation returned, with the operation's success
// status. JSON has the content type that the answer has been given, or else the
// usual one.
func WriteResult(w http.ResponseWriter, method string, status int, result any) error {
	switch result := result.(type) {
	case Reply:
		for name, value := range result.Header {
			w.Header().Set(name, value)
		}
		return WriteResult(w, method, Status(result, status), result.Body)
	case None:
		w.Header().Del(echo.HeaderContentType)
		if status == http.StatusNoContent || status == http.StatusNotModified || method == http.MethodHead {
			w.WriteHeader(status)
			return nil
		}
		w.Header().Set(echo.HeaderContentLength, "0")
		w.WriteHeader(status)
		return nil
	case Raw:
		w.Header().Set(echo.HeaderContentType, result.ContentType)
		w.Header().Set(echo.HeaderContentLength, strconv.Itoa(len(result.Body)))
		w.WriteHeader(status)
		if method == http.MethodHead {
			return nil
		}
		_, err := w.Write(result.Body)
		return err
	default:
		return writeJSON(w, method, status, result)
	}
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// maxPooled keeps the rare huge answer from staying in memory.
const maxPooled = 1 << 20

func writeJSON(w http.ResponseWriter, method string, status int, v any) error {
	buf := buffers.Get().(*bytes.Buffer)
	defer func() {
		if buf.Cap() <= maxPooled {
			buf.Reset()
			buffers.Put(buf)
		}
	}()
	enc := json.NewEncoder(buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	body := bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
	h := w.Header()
	if h.Get(echo.HeaderContentType) == "" {
		h.Set(echo.HeaderContentType, echo.MIMEApplicationJSON)
	}
	h.Set(echo.HeaderContentLength, strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if method == http.MethodHead {
		return nil
	}
	_, err := w.Write(body)
	return err
}
