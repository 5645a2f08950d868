package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"sync/atomic"
)

// How much that works only once is made before each slice. An assertion takes
// the server longer to make than to accept.
const (
	codesPerSlice      = 1000
	assertionsPerSlice = 200
)

// supply is a stock of requests that work only once each.
type supply struct {
	requests []request
	taken    atomic.Int64
	size     int
	more     func(ctx context.Context, n int) ([]request, error)
}

// fill makes the stock complete again.
func (s *supply) fill(ctx context.Context) error {
	left := s.requests[min(int(s.taken.Load()), len(s.requests)):]
	fresh, err := s.more(ctx, s.size-len(left))
	s.requests = append(fresh, left...)
	s.taken.Store(0)
	return err
}

// next is the next request of the stock, or nil.
func (s *supply) next(int) *request {
	i := int(s.taken.Add(1)) - 1
	if i >= len(s.requests) {
		return nil
	}
	return &s.requests[i]
}

// supplied sends what the supply holds, and nothing twice.
func supplied(server *child, s *supply) *workload {
	return &workload{server: server, want: http.StatusOK, prepare: s.fill, next: s.next}
}

// tokens measures what each grant type takes from the request to the tokens.
// What the request carries was got before: codes, refresh tokens, assertions.
func (b *bench) tokens(ctx context.Context, s servers) ([]measured, error) {
	a, err := b.newApp(ctx, s.mock)
	if err != nil {
		return nil, err
	}
	redeem := func(challenge string) *workload {
		return supplied(s.mock, &supply{size: codesPerSlice, more: func(ctx context.Context, n int) ([]request, error) {
			return a.redeems(ctx, n, challenge)
		}})
	}
	refresh, err := a.chains(ctx)
	if err != nil {
		return nil, err
	}
	assertion, err := b.assertions(ctx, s.mock)
	if err != nil {
		return nil, err
	}
	password, err := b.passwordRequest(ctx, s.mock)
	if err != nil {
		return nil, err
	}
	token := b.tokenRequest(s.mock)
	return []measured{
		{workload: on(s.bare, token.request, 200), against: 0},
		{name: "200, client credentials", workload: token, against: 0, most: 1.6},
		{name: "200, code and secret; codes made before", workload: redeem(""), against: 0},
		{name: "200, code and PKCE, no secret; codes made before", workload: redeem(codeChallenge), against: 0},
		{name: "200, refresh token; the successor of the last", workload: refresh, against: 0},
		{name: "200, SAML assertion; assertions made before", workload: assertion, against: 0},
		{name: "200, password; argon2id is slow on purpose", workload: password, against: 0},
	}, nil
}

// chains has each connection trade its own refresh token for the successor,
// again and again.
func (a *app) chains(ctx context.Context) (*workload, error) {
	redeems, err := a.redeems(ctx, connections, "")
	if err != nil {
		return nil, err
	}
	chains := make([]request, connections)
	successor := func(connection int, got *answer) error {
		token, err := quoted(got.body.Bytes(), `"refresh_token":"`)
		chains[connection] = a.refresh(token)
		return err
	}
	for i := range redeems {
		got, err := on(a.server, redeems[i], http.StatusOK).once(ctx)
		if err == nil {
			err = successor(i, got)
		}
		if err != nil {
			return nil, err
		}
	}
	next := func(connection int) *request { return &chains[connection] }
	return &workload{server: a.server, want: http.StatusOK, next: next, heard: successor}, nil
}

// assertions trades assertions of the test identity provider about the
// administrator.
func (b *bench) assertions(ctx context.Context, server *child) (*workload, error) {
	client, err := b.newClient(ctx, server, "SAML2-BEARER")
	if err != nil {
		return nil, err
	}
	wanted, err := json.Marshal(map[string]string{"user": b.user})
	if err != nil {
		return nil, err
	}
	ask := newRequest(http.MethodPost, "/_mockcloud/idp/assertion", string(wanted), contentJSON)
	header := basic(client.ID, client.Secret)
	return supplied(server, &supply{size: assertionsPerSlice, more: func(ctx context.Context, n int) ([]request, error) {
		return gather(ctx, on(server, ask, http.StatusOK), n, func(got *answer) (request, error) {
			var made struct{ Assertion, OrgName string }
			err := json.Unmarshal(got.body.Bytes(), &made)
			form := url.Values{
				"grant_type": {"urn:ietf:params:oauth:grant-type:saml2-bearer"}, "assertion": {made.Assertion}, "orgName": {made.OrgName},
			}
			return newRequest(http.MethodPost, tokenPath, form.Encode(), contentForm, header), err
		})
	}}), nil
}

// passwordRequest asks for a token with the administrator's password.
func (b *bench) passwordRequest(ctx context.Context, server *child) (*workload, error) {
	client, err := b.newClient(ctx, server, "PASSWORD")
	if err != nil {
		return nil, err
	}
	form := url.Values{"grant_type": {"password"}, "username": {b.user}, "password": {b.password}}
	return on(server, newRequest(http.MethodPost, tokenPath, form.Encode(), contentForm, basic(client.ID, client.Secret)), http.StatusOK), nil
}

// console measures its first page, for somebody who is signed in.
func (b *bench) console(ctx context.Context, s servers) ([]measured, error) {
	token, err := sideDoorToken(ctx, s.mock, map[string]any{"user": b.user})
	if err != nil {
		return nil, err
	}
	home := newRequest(http.MethodGet, "/", "", "Accept: text/html", "Accept-Language: en-US,en;q=0.9", "Cookie: mockcloud_console="+token)
	return []measured{{name: "200, the first page", workload: on(s.mock, home, http.StatusOK), against: nothing, mostCPU: maxHome}}, nil
}

// pages measures the log-in page, and what a browser gets that need not see it.
func (b *bench) pages(ctx context.Context, s servers) ([]measured, error) {
	a, err := b.newApp(ctx, s.mock)
	if err != nil {
		return nil, err
	}
	return []measured{
		{name: "200, the log-in page", workload: a.page(), against: nothing, mostCPU: maxPage},
		{name: "302, a code for somebody who is signed in", workload: a.authorize(""), against: nothing},
	}, nil
}
