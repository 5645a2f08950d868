package outbound

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"time"
)

// localLookup bounds how long a name may take under the policy loopback. Names
// of this machine come from a file; waiting long for a name server, which a
// machine without a network does not have, would only turn a refusal into a
// time-out.
const localLookup = 3 * time.Second

// connect opens a connection that the policy allows. What counts is the address
// and not the name: the name is resolved first and the address dialed, so that
// no second look-up can lead elsewhere.
func (c *Client) connect(ctx context.Context, network, hostport string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(hostport)
	if err != nil {
		return nil, err
	}
	if c.policy == Any && !isLocalhost(host) {
		return c.dial(ctx, network, hostport)
	}
	addresses, err := c.loopbackOf(ctx, host)
	if err != nil {
		return nil, err
	}
	for _, a := range addresses {
		var conn net.Conn
		if conn, err = c.dial(ctx, network, net.JoinHostPort(a.String(), port)); err == nil || ctx.Err() != nil {
			return conn, err
		}
	}
	return nil, err
}

// loopbackOf returns the loopback addresses of a host, or a RefusedError.
func (c *Client) loopbackOf(ctx context.Context, host string) ([]netip.Addr, error) {
	if isLocalhost(host) {
		return []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()}, nil
	}
	refused := &RefusedError{Host: host, Policy: c.policy}
	found, err := netip.ParseAddr(host)
	all := []netip.Addr{found}
	if err != nil {
		lookup, cancel := context.WithTimeout(ctx, localLookup)
		defer cancel()
		if all, err = c.lookup(lookup, host); err != nil {
			if ctx.Err() != nil {
				return nil, err
			}
			return nil, refused // a name that leads nowhere does not lead to this machine
		}
	}
	var loopback []netip.Addr
	for _, a := range all {
		if a = a.Unmap().WithZone(""); a.IsLoopback() {
			loopback = append(loopback, a)
		}
	}
	if len(loopback) == 0 {
		return nil, refused
	}
	return loopback, nil
}

// isLocalhost says whether a name means this machine by definition (RFC 6761).
// Not every resolver knows.
func isLocalhost(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}
