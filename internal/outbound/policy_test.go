package outbound_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/mockcloud/mockcloud/internal/outbound"
)

func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

func TestPoliciesAreReadByName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]outbound.Policy{"": outbound.Loopback, "none": outbound.None, "loopback": outbound.Loopback, "any": outbound.Any} {
		if got, err := outbound.ParsePolicy(name); err != nil || got != want {
			t.Errorf("%q is %q, %v", name, got, err)
		}
	}
	for _, name := range []string{"None", "all", " any"} {
		if got, err := outbound.ParsePolicy(name); err == nil || got != "" || !strings.Contains(err.Error(), "none, loopback or any") {
			t.Errorf("%q is %q, %v", name, got, err)
		}
	}
}

func TestThePolicyNoneCallsNobody(t *testing.T) {
	t.Parallel()
	srv := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("it was called") })
	noNames := func(context.Context, string) ([]netip.Addr, error) {
		t.Error("a name was looked up")
		return nil, errors.New("not in a test")
	}
	for _, policy := range []outbound.Policy{outbound.None, ""} {
		c := newClient(t, policy, outbound.Options{Lookup: noNames})
		for _, url := range []string{srv.URL, "https://crm.example.test/" + secret, "http://localhost:1"} {
			_, err := get(t, c, url)
			refused, ok := errors.AsType[*outbound.RefusedError](err)
			if !ok || refused.Policy != outbound.None || !strings.Contains(url, refused.Host) {
				t.Errorf("%s: %v", url, err)
				continue
			}
			for _, says := range []string{"--outbound none", "/_mockcloud/stubs", "--outbound loopback", "--outbound any", refused.Host} {
				if !strings.Contains(err.Error(), says) {
					t.Errorf("%q does not say %q", err, says)
				}
			}
			if strings.Contains(err.Error(), secret) {
				t.Errorf("error %s", err)
			}
		}
	}
}

func TestThePolicyLoopbackLooksAtAddresses(t *testing.T) {
	t.Parallel()
	srv := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "here") })
	_, port, _ := net.SplitHostPort(srv.Listener.Addr().String())
	table := map[string][]string{
		"here.test":      {"127.0.0.1"},
		"mapped.test":    {"::ffff:127.0.0.1"},
		"both.test":      {"203.0.113.7", "2001:db8::7", "127.0.0.1"},
		"foreign.test":   {"203.0.113.7", "2001:db8::7"},
		"private.test":   {"10.0.0.1", "192.168.1.1", "172.17.0.1", "169.254.169.254", "fd00::1", "fe80::1"},
		"unspecified":    {"0.0.0.0", "::"},
		"127.0.0.1.test": {"203.0.113.7"},
	}
	c := newClient(t, outbound.Loopback, outbound.Options{Lookup: names(table)})
	tests := []struct {
		host    string
		allowed bool
	}{
		{"127.0.0.1", true},
		{"[::ffff:127.0.0.1]", true},
		{"localhost", true},
		{"LOCALHOST", true},
		{"localhost.", true},
		{"crm.localhost", true},
		{"here.test", true},
		{"mapped.test", true},
		{"both.test", true},
		{"foreign.test", false},
		{"private.test", false},
		{"unspecified", false},
		{"127.0.0.1.test", false},
		{"nowhere.test", false}, // not resolved
		{"203.0.113.7", false},
		{"[2001:db8::7]", false},
		{"0.0.0.0", false},
		{"[::]", false},
		{"10.0.0.1", false},
		{"169.254.169.254", false},
		{"notlocalhost", false},
		{"localhost.test", false},
		{"2130706433", false}, // 127.0.0.1 in another way of writing, which is a name here
		{"127.1", false},
	}
	for _, tt := range tests {
		t.Run(tt.host, func(t *testing.T) {
			t.Parallel()
			got, err := get(t, c, "http://"+tt.host+":"+port+"/"+secret)
			if tt.allowed {
				if err != nil || string(got.Body) != "here" {
					t.Fatalf("%v", err)
				}
				return
			}
			refused, ok := errors.AsType[*outbound.RefusedError](err)
			if !ok || refused.Policy != outbound.Loopback || refused.Host != strings.Trim(tt.host, "[]") {
				t.Fatalf("error %v", err)
			}
			if !strings.Contains(err.Error(), "--outbound any") || !strings.Contains(err.Error(), "/_mockcloud/stubs") || strings.Contains(err.Error(), secret) {
				t.Errorf("error %s", err)
			}
		})
	}
}

// A name that leads to this machine when it is looked at and elsewhere when it
// is called would be a way out.
func TestNamesAreLookedUpOncePerConnection(t *testing.T) {
	t.Parallel()
	srv := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Connection", "close") })
	_, port, _ := net.SplitHostPort(srv.Listener.Addr().String())
	var asked atomic.Int32
	c := newClient(t, outbound.Loopback, outbound.Options{Lookup: func(context.Context, string) ([]netip.Addr, error) {
		if asked.Add(1) == 1 {
			return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
		}
		return []netip.Addr{netip.MustParseAddr("203.0.113.7")}, nil
	}})
	if _, err := get(t, c, "http://rebound.test:"+port); err != nil {
		t.Error(err)
	}
	_, err := get(t, c, "http://rebound.test:"+port)
	if _, ok := errors.AsType[*outbound.RefusedError](err); !ok {
		t.Errorf("error %v", err)
	}
}

// elsewhere is a connection that claims to lead to another machine.
type elsewhere struct {
	net.Conn
	address string
}

func (e elsewhere) RemoteAddr() net.Addr {
	return net.TCPAddrFromAddrPort(netip.MustParseAddrPort(e.address))
}

func TestThePolicyAnyCallsEverybodyAndTellsTheDepthOnlyHere(t *testing.T) {
	t.Parallel()
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "depth "+r.Header.Get(outbound.DepthHeader))
	})
	c := newClient(t, outbound.Any, outbound.Options{Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, srv.Listener.Addr().String())
		switch address {
		case "203.0.113.7:80", "foreign.test:80":
			return elsewhere{conn, "203.0.113.7:80"}, err
		case "here.test:80", "127.0.0.1:80", "[::1]:80":
			return conn, err
		}
		t.Errorf("%s was dialed", address)
		return nil, errors.New("not in a test")
	}})
	tests := []struct {
		host  string
		depth int
		body  string
	}{
		{"203.0.113.7", 3, "depth "},
		{"foreign.test", 3, "depth "},
		{"here.test", 3, "depth 3"},
		{"127.0.0.1", 2, "depth 2"},
		{"localhost", 1, "depth 1"},
		{"127.0.0.1", 0, "depth "},
	}
	for _, tt := range tests {
		for range 2 { // over a new connection and over the same
			got, err := c.Do(t.Context(), outbound.Request{URL: "http://" + tt.host, Depth: tt.depth})
			if err != nil || string(got.Body) != tt.body {
				t.Errorf("%s at depth %d: %v, %+v", tt.host, tt.depth, err, got)
			}
		}
	}
}
