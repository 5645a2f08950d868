package auth

import (
	"net/http"
	"net/netip"
	"slices"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/identity"
)

// ParseIPRange reads an entry of an organization's list of addresses: an IPv4
// address or a range of them such as 192.0.2.0/24, whatever stands in the bits
// that the range leaves open.
func ParseIPRange(entry string) (netip.Prefix, bool) {
	if ip, err := netip.ParseAddr(entry); err == nil {
		return netip.PrefixFrom(ip, ip.BitLen()), ip.Is4()
	}
	r, err := netip.ParsePrefix(entry)
	return r.Masked(), err == nil && r.Addr().Is4()
}

// allowlist is the parsed list of one version of an organization.
type allowlist struct {
	org    *identity.Org // another value may have another list
	ranges []netip.Prefix
}

// AllowsFrom refuses requests from addresses that the caller's organization does
// not list (facts: oauth.md §6). An organization without a list takes all.
func (a *Authority) AllowsFrom(c *Caller, ip netip.Addr) *apierr.Error {
	if len(c.Org.Settings.Authentication.IPAddressAllowlist) == 0 {
		return nil
	}
	if slices.ContainsFunc(a.ranges(c.Org), func(r netip.Prefix) bool { return r.Contains(ip) }) {
		return nil
	}
	return apierr.WithParams(http.StatusUnauthorized, "ip.not.authorized",
		"Requests originating from this IP address are not authorized: [{ip}]", map[string]string{"ip": ip.String()})
}

// ranges parses the list of an organization, once for all requests that see the
// same version of it. Entries that make no sense, which only a fixture can hold,
// admit nobody.
func (a *Authority) ranges(org *identity.Org) []netip.Prefix {
	if known, ok := a.allowlists.Load(org.ID); ok && known.(*allowlist).org == org {
		return known.(*allowlist).ranges
	}
	fresh := &allowlist{org: org}
	for _, entry := range org.Settings.Authentication.IPAddressAllowlist {
		if r, ok := ParseIPRange(entry); ok {
			fresh.ranges = append(fresh.ranges, r)
		}
	}
	a.allowlists.Store(org.ID, fresh)
	return fresh.ranges
}
