package login

import (
	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// clientCredentials gives a token that is bound to the client and to no user.
// There is no refresh token (facts: oauth.md §5).
var clientCredentials = grantType{
	name:       "client_credentials",
	clientType: identity.GrantClientCredentials,
	issue: func(g *grantRequest, _ *store.Tx) (*issued, error) {
		return &issued{grant: auth.Grant{Org: g.clientOrg, ClientOrg: g.clientOrg, Client: g.client}}, nil
	},
}
