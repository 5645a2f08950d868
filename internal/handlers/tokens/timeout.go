package tokens

import (
	"context"
	"net/http"

	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
)

// timeoutView is the schema IdleTokenTimeout.
type timeoutView struct {
	Seconds int  `json:"idleTokenTimeoutSeconds"`
	Enabled bool `json:"enableIdleTokenTimeout"`
}

// timeoutOf shows the longest time where none was set, since clients expect one,
// or where a longer one was set before HIPAA bounded it.
func timeoutOf(org *identity.Org) *timeoutView {
	t := org.Settings.IdleTimeout
	if longest := auth.MaxIdleSeconds(org); t.Seconds == 0 || t.Seconds > longest {
		t.Seconds = longest
	}
	return &timeoutView{Seconds: t.Seconds, Enabled: t.Enabled}
}

func (f *Family) timeout(_ context.Context, c *handlers.Call, _ handlers.None) (*timeoutView, error) {
	return timeoutOf(c.Caller.Org), nil
}

type timeoutInput struct {
	Body struct {
		Seconds *int  `json:"idleTokenTimeoutSeconds"`
		Enabled *bool `json:"enableIdleTokenTimeout"`
	} `body:""`
}

// setTimeout is putTokensTimeout. What is not sent stays. Which tokens become
// idle, and when, is decided in package auth; no token is idle yet when the
// time-out is switched on.
func (f *Family) setTimeout(_ context.Context, c *handlers.Call, in timeoutInput) (*timeoutView, error) {
	org, err := identity.OrgToChange(c.Tx)
	if err != nil {
		return nil, err
	}
	fresh := timeoutOf(org)
	if in.Body.Seconds != nil {
		fresh.Seconds = *in.Body.Seconds
	}
	if in.Body.Enabled != nil {
		fresh.Enabled = *in.Body.Enabled
	}
	if fresh.Seconds < auth.MinIdleSeconds || fresh.Seconds > auth.MaxIdleSeconds(org) {
		code := "token.timeout.exceeded"
		if auth.HIPAA(org) {
			code = "token.timeout.exceeded.hipaa"
		}
		return nil, c.Documented(http.StatusBadRequest, code).OnField("idleTokenTimeoutSeconds")
	}
	stored := &org.Settings.IdleTimeout
	if stored.Enabled == fresh.Enabled && stored.Seconds == fresh.Seconds {
		return fresh, nil
	}
	if fresh.Enabled && !stored.Enabled {
		stored.Since = clock.At(c.Now())
	}
	stored.Enabled, stored.Seconds = fresh.Enabled, fresh.Seconds
	return fresh, identity.Orgs.Put(c.Tx, org)
}
