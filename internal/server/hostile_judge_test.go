package server_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/spec"
)

// slow is how long an answer may take.
const slow = time.Second * patience

// try sends the request and judges the answer.
func (h *hostile) try(q *oddRequest, token string) *oddAnswer {
	h.t.Helper()
	plain := *q
	if token != "" {
		with := plain
		with.header = append(slices.Clip(q.header), "Authorization: Bearer "+token)
		q = &with
	}
	if len(h.failed) > 20 {
		return nil
	}
	h.sent++
	a, err := h.wire.send(q)
	for tries := 0; err == nil && a.took > slow && h.state != nil; tries++ {
		h.judge(q, a, token)
		if tries == 2 {
			h.fail(q, a, "it takes %v, three times out of three", a.took)
			break
		}
		a, err = h.wire.send(q) // the machine may have been busy with something else
	}
	if err != nil {
		if !q.atDoor || errors.Is(err, errHang) {
			h.fail(q, nil, "no answer: %v", err)
		}
		return nil
	}
	h.statuses[a.status]++
	if a.status == http.StatusUnauthorized && token != "" && !q.badAuth && h.dirty {
		// It was among the things that were changed.
		as := map[string]*string{h.admin: &h.admin, h.person: &h.person, h.weak: &h.weak, h.stranger: &h.stranger}[token]
		h.refresh()
		if as != nil {
			return h.try(&plain, *as)
		}
	}
	h.judge(q, a, token)
	return a
}

// fail tells of what is wrong, once for each operation and problem.
func (h *hostile) fail(q *oddRequest, a *oddAnswer, format string, args ...any) {
	h.t.Helper()
	problem := fmt.Sprintf(format, args...)
	once := h.op.ID + " " + problem[:min(len(problem), 35)]
	if h.failed[once] {
		return
	}
	h.failed[once] = true
	answer := "none"
	if a != nil {
		answer = fmt.Sprintf("%d %s %.600s", a.status, a.header.Get("Content-Type"), a.body)
	}
	sent := tokenInText.ReplaceAll(q.bytes(), []byte("TOKEN"))
	h.t.Errorf("%s, %s: %s\nrequest: %.1200q\nanswer: %s\nagain: OPERATION=%s SEED=%d go test ./internal/server -run Hostile",
		h.op.ID, q.what, problem, sent, answer, h.op.ID, h.seed)
}

// tokenInText finds tokens, which would hide what there is to see.
var tokenInText = regexp.MustCompile(`eyJ[\w-]{20,}\.[\w-]{50,}\.[\w-]{50,}`)

// judge checks what has to be true of every answer.
func (h *hostile) judge(q *oddRequest, a *oddAnswer, token string) {
	h.t.Helper()
	op := h.router.find(q.method, q.target)
	implemented := op != nil && h.implemented[op.ID]
	if a.status < http.StatusMultipleChoices {
		if h.passed++; implemented {
			h.reached[op.ID]++
		}
	}
	body := secretOfBody
	if op != nil && !h.families[op.ID] && a.status < http.StatusMultipleChoices && declared(op, a.body) {
		body = ""
	}
	secrets := []string{body, token, h.srv.Environment().ClientSecret, h.srv.Environment().Password}
	for _, problem := range problems(q, a, op, implemented, secrets) {
		h.fail(q, a, "%s", problem)
	}
	if said := h.log.complaint(); said != "" {
		h.fail(q, a, "the log: %.1500s", said)
	}
	if h.state == nil {
		return
	}
	changed := h.state.changes(h.t)
	switch {
	case len(changed) == 0:
	case a.status < http.StatusBadRequest && q.method != http.MethodGet && q.method != http.MethodHead && q.method != http.MethodOptions:
		h.dirty = true
		if q.method == http.MethodDelete {
			h.refresh() // what was there is gone, and later requests would meet nothing
		}
	default:
		h.fail(q, a, "the request changed the state: %.1500q", changed)
		h.dirty = true
	}
}

// declared tells whether an answer of the engine repeats a secret only where its
// schema says that there is one, as those of messengers do.
func declared(op *spec.Operation, body []byte) bool {
	var answer any
	if json.Unmarshal(body, &answer) != nil {
		return false
	}
	var fits func(s *spec.Shape, value any) bool
	fits = func(s *spec.Shape, value any) bool {
		switch value := value.(type) {
		case []any:
			var element *spec.Shape
			if s != nil {
				element = s.Items()
			}
			return !slices.ContainsFunc(value, func(e any) bool { return !fits(element, e) })
		case map[string]any:
			for name, inner := range value {
				low := strings.ToLower(name)
				if _, text := inner.(string); text && s != nil && s.Has(name) && (strings.Contains(low, "secret") || strings.Contains(low, "password")) {
					continue
				}
				var within *spec.Shape
				if s != nil {
					within = s.Property(name)
				}
				if !fits(within, inner) {
					return false
				}
			}
			return true
		case string:
			return !strings.Contains(value, secretOfBody)
		}
		return true
	}
	return fits(op.AnswerShape(), answer)
}

// problems says what is wrong with an answer of the operation, which is nil where
// the request belongs to none.
func problems(q *oddRequest, a *oddAnswer, op *spec.Operation, implemented bool, secrets []string) (found []string) {
	correlation := a.header.Get("Inin-Correlation-Id")
	if q.atDoor && correlation == "" {
		plain := len(a.body) == 0 || strings.HasPrefix(a.header.Get("Content-Type"), "text/plain")
		if a.status < http.StatusBadRequest || a.header.Get("Connection") != "close" || !plain || len(a.body) > 200 {
			found = append(found, "an odd refusal at the door")
		}
		return found
	}
	if correlation == "" || len(correlation) > 64 {
		found = append(found, "no correlation id")
	}
	if a.status >= http.StatusInternalServerError && (a.status != http.StatusNotImplemented || op == nil || implemented) {
		found = append(found, "a failure of the server")
	}
	all := append(fmt.Appendf(nil, "%v\n", a.header), a.body...)
	for _, secret := range secrets {
		if secret != "" && bytes.Contains(all, []byte(secret)) {
			found = append(found, "a secret in the answer: "+secret[:min(len(secret), 20)])
		}
	}
	for _, inside := range []string{"goroutine ", "runtime error", ".go:", "panic:"} {
		if bytes.Contains(all, []byte(inside)) {
			found = append(found, "the answer shows the inside")
		}
	}
	if a.header.Get("X-Injected") != "" {
		found = append(found, "a header of the client's making")
	}
	if q.badAuth && op != nil && op.Facts().Auth == spec.Token && a.status != http.StatusUnauthorized {
		found = append(found, "a token that is none gets in")
	}
	if a.status >= http.StatusBadRequest && q.method != http.MethodHead {
		shape := errorShape
		if op != nil && op.Facts().AnswersSCIMError(a.status) && a.header.Get("Content-Type") == spec.MediaSCIM {
			shape = scimErrorShape
		}
		if problem := shape(a, correlation); problem != "" {
			found = append(found, "not the API's error: "+problem)
		}
	}
	if a.status < http.StatusMultipleChoices && implemented {
		if err := op.CheckResponse(a.status, a.body); err != nil {
			found = append(found, "the answer does not fit the specification: "+err.Error())
		}
	}
	return found
}

// errorShape says what is wrong with an error.
func errorShape(a *oddAnswer, correlation string) string {
	if got := a.header.Get("Content-Type"); got != "application/json" {
		return "content type " + got
	}
	decoder := json.NewDecoder(bytes.NewReader(a.body))
	decoder.DisallowUnknownFields()
	var e apierr.Body
	if err := decoder.Decode(&e); err != nil {
		return err.Error()
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return "something follows"
	}
	switch {
	case e.Status != a.status:
		return "another status inside"
	case e.Message == "" || e.Code == "":
		return "no message or code"
	case e.ContextID != correlation:
		return "another contextId than correlation id"
	case e.Details == nil || e.Errors == nil:
		return "details and errors must be lists"
	case len(e.Message) > 20_000:
		return "a message of " + fmt.Sprint(len(e.Message)) + " bytes"
	}
	return ""
}

// scimErrorShape says what is wrong with an error of SCIM.
func scimErrorShape(a *oddAnswer, _ string) string {
	decoder := json.NewDecoder(bytes.NewReader(a.body))
	decoder.DisallowUnknownFields()
	var e struct {
		Schemas                  []string
		Status, ScimType, Detail string
	}
	if err := decoder.Decode(&e); err != nil {
		return err.Error()
	}
	switch {
	case e.Status != strconv.Itoa(a.status):
		return "another status inside"
	case len(e.Schemas) != 1 || e.Detail == "":
		return "no schema or detail"
	case len(e.Detail) > 20_000:
		return "a detail of " + fmt.Sprint(len(e.Detail)) + " bytes"
	}
	return ""
}

// watchedLog looks for failures and secrets in what the server logs.
type watchedLog struct {
	mu      sync.Mutex
	secrets []string
	found   string
}

func (l *watchedLog) watch(secrets ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.secrets = secrets
}

// Write implements io.Writer for a handler, which writes line by line.
func (l *watchedLog) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	bad := bytes.Contains(line, []byte("level=ERROR"))
	for _, secret := range l.secrets {
		bad = bad || bytes.Contains(line, []byte(secret))
	}
	if bad && l.found == "" {
		l.found = string(line)
	}
	return len(line), nil
}

// complaint is the first line that should not be there, once.
func (l *watchedLog) complaint() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	found := l.found
	l.found = ""
	return found
}
