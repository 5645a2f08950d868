package auth

// Tracked is how many tokens are remembered for their last use.
func (a *Authority) Tracked() int {
	a.idle.mu.Lock()
	defer a.idle.mu.Unlock()
	return len(a.idle.tokens)
}

// SignAs signs claims as another type of token than an access token.
func (a *Authority) SignAs(c *Claims, kind string) (string, error) { return a.ring.sign(c, kind) }
