package mocktest

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/control"
	"github.com/mockcloud/mockcloud/internal/journal"
)

// RequestFilter says which requests are wanted. The zero value wants all that the
// server remembers, those of this package too.
type RequestFilter struct {
	Operation string // id, such as getUsersMe
	Method    string
	Path      string // a part of it, such as /api/v2/
	Status    string // 404, or 4xx
	Code      string // of the refusal, such as missing.any.permissions
	Caller    string // client or user, by id, name or e-mail address
	Action    string // the data action that sent it
	After     uint64 // only those that came after the one with this number
}

// Request is one that the server has answered. Secrets in it are asterisks.
type Request struct {
	Number        uint64 // from 1, in the order of the answers
	At            time.Time
	CorrelationID string
	Method        string
	Path, Query   string // as they were sent
	Operation     string // id; empty where no operation matched
	Status        int
	Code          string // of the refusal
	Client, User  string // name, and e-mail address; empty where nobody was recognized
	Action        string // the data action that sent it

	// Of requests to the API and the token endpoint, as far as they are kept: no more
	// than 32 KiB of a body, and nothing of the oldest once there are many.
	Header       http.Header
	Body         string
	AnswerHeader http.Header
	Answer       string
}

// Requests returns the requests that the filter wants, the oldest first: for a report
// of what the code under test has called. The server remembers the last 2,000 to the
// API, and 1,000 others, also across resets.
func (s *Server) Requests(t testing.TB, f RequestFilter) []Request {
	t.Helper()
	query := url.Values{"expand": {"details"}, "pageSize": {"100"}}
	for name, value := range map[string]string{
		"operation": f.Operation, "method": f.Method, "path": f.Path, "status": f.Status, "code": f.Code, "caller": f.Caller, "action": f.Action,
	} {
		if value != "" {
			query.Set(name, value)
		}
	}
	var all []Request
	for more := true; more; {
		got := s.Anonymous().Get(t, "/_mockcloud/requests?"+query.Encode())
		if got.Status != http.StatusOK {
			t.Fatalf("mocktest: requests: %d\n%s", got.Status, got.Body)
		}
		var page control.RequestList
		got.JSON(t, &page)
		more = page.NextURI != ""
		for _, r := range page.Entities {
			if more = more && r.Sequence > f.After; r.Sequence > f.After {
				all = append(all, requestOf(r))
				query.Set("before", strconv.FormatUint(r.Sequence, 10))
			}
		}
	}
	slices.Reverse(all)
	return all
}

// ForgetRequests makes the server forget the requests so far.
func (s *Server) ForgetRequests(t testing.TB) {
	t.Helper()
	if got := s.Anonymous().Delete(t, "/_mockcloud/requests"); got.Status != http.StatusNoContent {
		t.Fatalf("mocktest: requests: %d\n%s", got.Status, got.Body)
	}
}

func requestOf(r *journal.Request) Request {
	shown := Request{
		Number: r.Sequence, At: r.At.Time, CorrelationID: r.CorrelationID, Method: r.Method, Path: r.Path, Query: r.Query,
		Operation: r.OperationID, Status: r.Status, Code: r.Code, Action: r.Action, Header: r.Details.RequestHeaders, AnswerHeader: r.Details.AnswerHeaders,
	}
	if r.Client != nil {
		shown.Client = r.Client.Name
	}
	if r.User != nil {
		shown.User = r.User.Email
	}
	if b := r.Details.RequestBody; b != nil {
		shown.Body = b.Text
	}
	if b := r.Details.AnswerBody; b != nil {
		shown.Answer = b.Text
	}
	return shown
}
