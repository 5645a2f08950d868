package outbound

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits of the stub table.
const (
	MaxStubs     = 1000
	MaxStubBytes = 64 << 20 // of all response bodies together
	MaxDelay     = 2 * MaxTimeout

	maxStubID      = 100
	maxPattern     = 2000
	maxMatch       = 16 << 10 // of what a body must contain
	maxStubHeaders = 16 << 10 // of names and values together
)

// Content types of stubbed answers that name none.
const (
	jsonContent = "application/json"
	textContent = "text/plain; charset=utf-8"
)

// Stub is one record of the stub table: a call that it stands in for, and the
// answer.
type Stub struct {
	ID      string            `json:"id"`
	Fixture bool              `json:"fixture,omitempty"` // rather than registered while mockcloud runs
	Method  string            `json:"method,omitempty"`  // "" means any
	URL     string            `json:"url"`               // a pattern, see matches
	Body    *BodyMatch        `json:"body,omitempty"`    // nil means any
	Status  int               `json:"status,omitempty"`  // 0 means 200
	Headers map[string]string `json:"headers,omitempty"`
	JSON    bool              `json:"json,omitempty"` // the body was given as JSON rather than as text

	// ResponseBody is kept apart from the rest: looking for a stub must not read
	// the bodies of all.
	ResponseBody      string `json:"-"`
	Size              int    `json:"size,omitempty"` // of ResponseBody, set when it is stored
	DelayMilliseconds int    `json:"delayMilliseconds,omitempty"`

	Place string `json:"place"` // in the order of matching; set when it is stored
}

// BodyMatch says what the body of a call must hold. Both may be given.
type BodyMatch struct {
	Contains     string `json:"contains,omitempty"`     // a JSON object: its keys must be there, with these values
	ContainsText string `json:"containsText,omitempty"` // letter by letter
}

// Flaw says what is wrong with a stub.
type Flaw struct {
	Field  string // such as response.status
	Reason string // completes a sentence that begins with the field
}

// Error names the field and the reason.
func (f *Flaw) Error() string { return f.Field + " " + f.Reason }

// Check returns a *Flaw of a stub that cannot be stored, and brings the method
// into upper case.
func (s *Stub) Check() error {
	s.Method = strings.ToUpper(s.Method)
	for _, check := range []func() *Flaw{s.checkID, s.checkCall, s.checkBody, s.checkAnswer, s.checkHeaders} {
		if flaw := check(); flaw != nil {
			return flaw
		}
	}
	return nil
}

func (s *Stub) checkID() *Flaw {
	unusual := func(c rune) bool {
		return (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && !strings.ContainsRune("._-", c)
	}
	if s.ID == "" || len(s.ID) > maxStubID || strings.ContainsFunc(s.ID, unusual) || strings.Trim(s.ID, ".") == "" {
		return &Flaw{"id", fmt.Sprintf("must be 1 to %d letters, digits, dots, hyphens and underscores", maxStubID)}
	}
	return nil
}

func (s *Stub) checkCall() *Flaw {
	if s.Method != "" && !slices.Contains(methods, s.Method) {
		return &Flaw{"method", "must be one of " + strings.Join(methods, ", ") + ", or left out for any"}
	}
	switch {
	case s.URL == "":
		return &Flaw{"url", "is required: the URL of the call, in which * stands for any text"}
	case len(s.URL) > maxPattern:
		return &Flaw{"url", fmt.Sprintf("must not be longer than %d bytes", maxPattern)}
	case !utf8.ValidString(s.URL) || strings.ContainsFunc(s.URL, func(c rune) bool { return c <= ' ' || c == 0x7f }):
		return &Flaw{"url", "must not hold blanks, line breaks or other control characters: it is compared with the URL as it is sent"}
	case strings.Contains(s.URL, "/") && !strings.ContainsAny(s.URL[:1], "/*") && !strings.Contains(s.URL, "://") && !strings.HasPrefix(s.URL, "arn:"):
		return &Flaw{"url", "must begin with its scheme (such as https://), with arn:, with * or, for a path of the platform or of a CRM, with a slash; the id of a function has no slash at all"}
	case strings.Contains(s.URL, "#"):
		return &Flaw{"url", "must not hold a fragment (#…): it is never sent"}
	}
	return nil
}

func (s *Stub) checkBody() *Flaw {
	if s.Body == nil {
		return nil
	}
	switch object, ok := readJSON(s.Body.Contains); {
	case s.Body.Contains == "" && s.Body.ContainsText == "":
		return &Flaw{"body", "must say what to look for: contains (a JSON object) or containsText"}
	case len(s.Body.Contains) > maxMatch:
		return &Flaw{"body.contains", fmt.Sprintf("must not be larger than %d bytes", maxMatch)}
	case len(s.Body.ContainsText) > maxMatch:
		return &Flaw{"body.containsText", fmt.Sprintf("must not be longer than %d bytes", maxMatch)}
	case s.Body.Contains != "":
		if _, isObject := object.(map[string]any); !ok || !isObject {
			return &Flaw{"body.contains", "must be a JSON object; for a part of the text use containsText"}
		}
	}
	return nil
}

func (s *Stub) checkAnswer() *Flaw {
	switch {
	case s.Status != 0 && (s.Status < 100 || s.Status > 599):
		return &Flaw{"response.status", "must be between 100 and 599"}
	case s.DelayMilliseconds < 0 || s.DelayMilliseconds > int(MaxDelay.Milliseconds()):
		return &Flaw{"response.delayMilliseconds", fmt.Sprintf("must be between 0 and %d", MaxDelay.Milliseconds())}
	}
	field := "response.text"
	if s.JSON {
		field = "response.body"
	}
	switch {
	case len(s.ResponseBody) > MaxResponse:
		return &Flaw{field, fmt.Sprintf("must not be larger than 2 MB (%d bytes)", MaxResponse)}
	case !utf8.ValidString(s.ResponseBody):
		return &Flaw{field, "must be UTF-8"}
	case s.JSON && !json.Valid([]byte(s.ResponseBody)):
		return &Flaw{field, "must be JSON"}
	}
	return nil
}

func (s *Stub) checkHeaders() *Flaw {
	size := 0
	for name, value := range s.Headers {
		size += len(name) + len(value)
		switch {
		case !IsToken(name):
			return &Flaw{"response.headers", "must have names of letters, digits and hyphens, not " + strconv.Quote(shorten(name))}
		case !isHeaderValue(value) || !utf8.ValidString(value):
			return &Flaw{"response.headers." + name, "must not hold line breaks or other control characters"}
		}
	}
	if size > maxStubHeaders {
		return &Flaw{"response.headers", fmt.Sprintf("must not be larger than %d bytes", maxStubHeaders)}
	}
	return nil
}

// Answer waits for the delay and gives the response. A delay longer than the
// time-out ends in ErrTimeout, when the time-out is over. No transaction may be
// open meanwhile.
func (s *Stub) Answer(ctx context.Context, timeout time.Duration) (*Response, error) {
	if timeout <= 0 || timeout > MaxTimeout {
		timeout = MaxTimeout
	}
	delay := time.Duration(s.DelayMilliseconds) * time.Millisecond
	if delay > 0 {
		timer := time.NewTimer(min(delay, timeout))
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
	if delay > timeout {
		return nil, ErrTimeout
	}
	r := &Response{Status: s.Status, Header: make(http.Header, len(s.Headers)+1), Body: []byte(s.ResponseBody)}
	if r.Status == 0 {
		r.Status = http.StatusOK
	}
	switch {
	case s.JSON:
		r.Header.Set("Content-Type", jsonContent)
	case s.ResponseBody != "":
		r.Header.Set("Content-Type", textContent)
	}
	for name, value := range s.Headers {
		r.Header.Set(name, value)
	}
	return r, nil
}

// Answer is the stub's Answer, counted.
func (c *Client) Answer(ctx context.Context, s *Stub, timeout time.Duration) (*Response, error) {
	c.Hits.count(s.ID)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(c.closed, func() { cancel(&TransportError{Host: "the stub " + s.ID, Reason: "mockcloud is stopping"}) })()
	return s.Answer(ctx, timeout)
}
