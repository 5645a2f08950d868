// Package outbound makes the HTTP calls that data actions send to other
// systems, within what the outbound policy allows, and keeps the table of stubs
// that answer in the place of those systems. What to send, and what an answer
// means, is left to package actions.
package outbound

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Policy says which systems may be called.
type Policy string

// The policies, from the strictest to the most open.
const (
	None     Policy = "none"     // nobody: only stubs answer
	Loopback Policy = "loopback" // servers on this machine's loopback addresses
	Any      Policy = "any"      // everybody, through the proxy of the environment where it names one
)

// ParsePolicy reads a policy by its name. No name at all means Loopback.
func ParsePolicy(name string) (Policy, error) {
	switch p := Policy(name); p {
	case "":
		return Loopback, nil
	case None, Loopback, Any:
		return p, nil
	default:
		return "", fmt.Errorf("use %s, %s or %s", None, Loopback, Any)
	}
}

// Limits of a call.
const (
	MaxTimeout = 60 * time.Second // and what a call without a time-out gets

	// MaxResponse is how many bytes an answer may have once it is decompressed.
	// Architect reads up to 2 MB, says the help article, without saying of which
	// kind.
	MaxResponse = 2_000_000

	maxRedirects = 5
	maxURL       = 16 << 10
	maxHeader    = 64 << 10 // of all headers of an answer
)

// DepthHeader tells a mockcloud that is called by a data action how many data
// actions the call runs inside of. It goes to this machine only.
const DepthHeader = "X-Mockcloud-Depth"

// Request is one outgoing call.
type Request struct {
	Method, URL string
	Header      http.Header   // those that belong to the connection, such as Content-Length, are left out
	Body        []byte        // nil or empty sends none
	Timeout     time.Duration // for everything from connecting to the body's last byte; 0, and what is over MaxTimeout, means MaxTimeout
	Depth       int           // how many data actions this one runs inside of; 0 sends no header
}

// Response is an answer that has been read.
type Response struct {
	Status int
	Header http.Header
	Body   []byte // decompressed
}

// Errors that callers tell apart with errors.Is.
var (
	// ErrTimeout means that the answer was not complete in time.
	ErrTimeout = errors.New("the request timed out")
	// ErrTooLarge means that the answer has more than MaxResponse bytes.
	ErrTooLarge = fmt.Errorf("the response is larger than 2 MB (%d bytes, decompressed)", MaxResponse)
)

// RefusedError means that the policy does not allow the call.
type RefusedError struct {
	Host   string
	Policy Policy
}

// Error says how to get an answer all the same.
func (e *RefusedError) Error() string {
	const stub = "Register a stub for the URL (POST /_mockcloud/stubs, or stubs in a fixture), or start mockcloud with "
	host := shorten(e.Host)
	if e.Policy == None {
		return "mockcloud was started with --outbound none and did not call " + host + ". " + stub +
			"--outbound loopback, which allows servers on this machine, or --outbound any."
	}
	return "mockcloud was started with --outbound " + string(e.Policy) + ", which allows servers on loopback addresses only, and did not call " +
		host + ". " + stub + "--outbound any."
}

// TransportError means that there is no answer, or none that is HTTP.
type TransportError struct {
	Host   string // and port, where the URL names one
	Reason string
	cause  error
}

// Error is for people. It holds nothing of the URL but the host: paths, queries
// and user names can be secrets.
func (e *TransportError) Error() string {
	return "The request to " + shorten(e.Host) + " failed: " + e.Reason + "."
}

// Unwrap returns what went wrong below, or nil.
func (e *TransportError) Unwrap() error { return e.cause }

// InvalidError means that the request cannot be sent as it is.
type InvalidError struct {
	Part   string // "method", "URL" or "header"
	Reason string // without anything that could be a secret
}

// Error is for people.
func (e *InvalidError) Error() string { return "The " + e.Part + " " + e.Reason + "." }

// shorten keeps messages within a line or two and on one line.
func shorten(s string) string {
	const most = 200
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "?")), " ")
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}
