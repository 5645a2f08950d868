package outbound

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"strconv"
	"syscall"
	"time"
)

// Client makes the outgoing calls of data actions. It is safe for concurrent
// use, and connections outlive calls. It keeps no cookies.
type Client struct {
	Hits Hits // how often the stubs have answered

	policy    Policy
	lookup    func(ctx context.Context, host string) ([]netip.Addr, error)
	dial      func(ctx context.Context, network, address string) (net.Conn, error)
	transport *http.Transport
	closed    context.Context // ends with Close
	close     context.CancelFunc
}

// Options are for tests; the zero value is right elsewhere.
type Options struct {
	RootCAs *x509.CertPool                                                 // whose servers are trusted; nil means those of the system
	Lookup  func(ctx context.Context, host string) ([]netip.Addr, error)   // finds the addresses of a name; nil asks the system
	Dial    func(ctx context.Context, network, a string) (net.Conn, error) // connects to an address that the policy allows; nil really does
}

// NewClient returns a client that keeps to the policy. The caller must call
// Close.
func NewClient(policy Policy, o Options) *Client {
	c := &Client{policy: policy, lookup: o.Lookup, dial: o.Dial}
	c.closed, c.close = context.WithCancel(context.Background())
	if c.lookup == nil {
		c.lookup = func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		}
	}
	if c.dial == nil {
		c.dial = (&net.Dialer{KeepAlive: 30 * time.Second}).DialContext
	}
	c.transport = &http.Transport{
		DialContext:            c.connect,
		TLSClientConfig:        &tls.Config{RootCAs: o.RootCAs},
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           64,
		MaxIdleConnsPerHost:    8,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: maxHeader,
	}
	if policy == Any {
		c.transport.Proxy = http.ProxyFromEnvironment
	}
	return c
}

// Close ends the calls under way and lets go of all connections.
func (c *Client) Close() {
	c.close()
	c.transport.CloseIdleConnections()
}

// Do makes a call. It follows up to five redirects that keep the scheme; on
// another host it sends no header that could be a credential. Each hop is held
// to the policy. Besides those of this package, it returns ctx's error.
func (c *Client) Do(ctx context.Context, r Request) (*Response, error) {
	next, err := newCall(r)
	if err != nil {
		return nil, err
	}
	if c.policy != Loopback && c.policy != Any {
		return nil, &RefusedError{Host: next.url.Host, Policy: None}
	}
	timeout := r.Timeout
	if timeout <= 0 || timeout > MaxTimeout {
		timeout = MaxTimeout
	}
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, ErrTimeout)
	defer cancel()
	stop := context.AfterFunc(c.closed, cancel)
	defer stop()
	for range maxRedirects + 1 {
		at := next
		var response *Response
		if response, next, err = c.exchange(ctx, at, r.Depth); err != nil {
			return nil, c.explain(ctx, at.url.Host, err)
		}
		if next == nil {
			return response, nil
		}
	}
	return nil, &TransportError{Host: next.url.Host, Reason: fmt.Sprintf("there were more than %d redirects", maxRedirects)}
}

// exchange sends one request and returns either its answer or the call that it
// redirects to.
func (c *Client) exchange(ctx context.Context, at *call, depth int) (answer *Response, next *call, err error) {
	r, err := at.request(ctx)
	if err != nil {
		return nil, nil, err
	}
	if depth > 0 {
		r = c.tellDepth(r, depth)
	}
	got, err := c.transport.RoundTrip(r)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = got.Body.Close() }()
	next, reason := at.redirected(got.StatusCode, got.Header.Get("Location"))
	if reason != "" {
		return nil, nil, &TransportError{Host: at.url.Host, Reason: reason}
	}
	if next != nil {
		// What little there is to read is worth the connection.
		_, _ = io.CopyN(io.Discard, got.Body, 4<<10)
		return nil, next, nil
	}
	if got.ContentLength > MaxResponse && at.method != http.MethodHead {
		return nil, nil, ErrTooLarge
	}
	body, err := io.ReadAll(io.LimitReader(got.Body, MaxResponse+1))
	if err != nil {
		return nil, nil, err
	}
	if len(body) > MaxResponse {
		return nil, nil, ErrTooLarge
	}
	return &Response{Status: got.StatusCode, Header: got.Header, Body: body}, nil, nil
}

// tellDepth adds the depth header once it is known that the connection leads to
// this machine: a name says nothing about that.
func (c *Client) tellDepth(r *http.Request, depth int) *http.Request {
	if c.transport.Proxy != nil {
		if proxy, err := c.transport.Proxy(r); proxy != nil || err != nil {
			return r
		}
	}
	header := r.Header.Clone()
	trace := &httptrace.ClientTrace{GotConn: func(got httptrace.GotConnInfo) {
		header.Del(DepthHeader)
		if toThisMachine(got.Conn) {
			header.Set(DepthHeader, strconv.Itoa(depth))
		}
	}}
	r = r.WithContext(httptrace.WithClientTrace(r.Context(), trace))
	r.Header = header
	return r
}

// toThisMachine says whether a connection ends where it began: at a loopback
// address, or at the very address that it comes from.
func toThisMachine(c net.Conn) bool {
	there, ok := c.RemoteAddr().(*net.TCPAddr)
	if !ok {
		return false
	}
	here, ok := c.LocalAddr().(*net.TCPAddr)
	return there.IP.IsLoopback() || (ok && there.IP.Equal(here.IP))
}

// explain turns what went wrong into an error of this package.
func (c *Client) explain(ctx context.Context, host string, err error) error {
	if refused, ok := errors.AsType[*RefusedError](err); ok {
		return refused
	}
	if transport, ok := errors.AsType[*TransportError](err); ok {
		return transport
	}
	switch {
	case errors.Is(err, ErrTooLarge):
		return ErrTooLarge
	case c.closed.Err() != nil:
		return &TransportError{host, "mockcloud is stopping", err}
	case ctx.Err() != nil:
		return context.Cause(ctx)
	}
	return &TransportError{host, reasonOf(err), err}
}

// reasonOf says in words what the library says in its own.
func reasonOf(err error) string {
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return "the name cannot be resolved (" + shorten(dns.Err) + ")"
	}
	if certificate, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "its TLS certificate is not accepted (" + shorten(certificate.Err.Error()) + ")"
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return "it does not speak TLS on that port (is the URL to begin with http://?)"
	}
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "nothing listens there (connection refused)"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "the connection was closed before the response was complete"
	}
	return shorten(err.Error())
}
