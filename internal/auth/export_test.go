package auth

import (
	"net/netip"
	"time"

	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// PolicyAttributes are the attributes of a request of the caller as policies see
// them.
func PolicyAttributes(tx *store.Tx, c *Caller) identity.Attributes {
	return (&policyRequest{tx: tx, caller: c, now: time.Unix(0, 0), from: netip.IPv6Loopback()}).attribute
}

// Tracked is how many tokens are remembered for their last use.
func (a *Authority) Tracked() int {
	a.idle.mu.Lock()
	defer a.idle.mu.Unlock()
	return len(a.idle.tokens)
}

// SignAs signs claims as another type of token than an access token.
func (a *Authority) SignAs(c *Claims, kind string) (string, error) { return a.keys().sign(c, kind) }
