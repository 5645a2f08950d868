package handlers

import (
	"net/http"
	"net/netip"
)

// RemoteIP is the address at the other end of the connection. What a client or a
// proxy claims in X-Forwarded-For and the like is never looked at: anybody can
// send it. ::1 counts as 127.0.0.1, since it is up to the machine which of them
// localhost means.
func RemoteIP(r *http.Request) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	ip := peer.Addr().Unmap().WithZone("")
	if ip == netip.IPv6Loopback() {
		return netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	return ip
}
