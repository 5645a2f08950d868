package login

import (
	"errors"

	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// refreshToken trades a refresh token for a new access token and a new refresh
// token. It needs the client's secret (facts: oauth.md §5).
var refreshToken = grantType{
	name:       "refresh_token",
	clientType: identity.GrantCode,
	writes:     true,
	issue:      refresh,
}

func refresh(g *grantRequest, tx *store.Tx) (*issued, error) {
	token, err := g.param("refresh_token")
	if err != nil {
		return nil, err
	}
	bad := refuse("invalid_grant", "refresh token is invalid or expired")
	successor, granted, err := g.login.Authority.Refresh(tx, token, g.client)
	switch {
	case errors.Is(err, auth.ErrBadRefreshToken):
		return nil, bad.because("unknown, revoked or another client's")
	case errors.Is(err, auth.ErrReusedRefreshToken):
		if err := g.login.Authority.RevokeFamily(tx, granted); err != nil {
			return nil, err
		}
		return nil, revoking{bad.because("used before; the sign-in has ended")}
	case err != nil:
		return nil, err
	}
	user, err := granted.User(tx)
	if errors.Is(err, store.ErrNotFound) {
		return nil, bad.because("the user is gone, or all of their tokens were ended, or the approval of the client was revoked")
	}
	if err != nil {
		return nil, err
	}
	return &issued{refreshToken: successor, grant: auth.Grant{
		Org: granted.Org, Client: g.client, ClientOrg: g.clientOrg, User: user, Family: granted.Family, Scope: granted.Scope, Authorization: granted.Authorization,
	}}, nil
}
