package auth

import "github.com/mockcloud/mockcloud/internal/identity"

// TokenInfo is what the API tells of a token: the schema TokenInfo. The key
// OAuthClient is spelled just so, and its organization is always there, since
// Terraform dereferences it unguarded (facts: oauth.md §10).
type TokenInfo struct {
	Organization     identity.Ref `json:"organization"`
	HomeOrganization identity.Ref `json:"homeOrganization"`
	AuthorizedScope  []string     `json:"authorizedScope"`
	OAuthClient      tokenClient  `json:"OAuthClient"`
}

type tokenClient struct {
	ID                  string       `json:"id"`
	Name                string       `json:"name"`
	AuthorizedGrantType string       `json:"authorizedGrantType"`
	Organization        identity.Ref `json:"organization"`
}

// TokenInfo describes the caller's token.
func (c *Caller) TokenInfo() *TokenInfo {
	org := identity.Ref{ID: c.Org.ID, Name: c.Org.Name}
	info := &TokenInfo{
		Organization:     org,
		HomeOrganization: org,
		AuthorizedScope:  c.Scopes(),
		OAuthClient: tokenClient{
			ID: c.Client.ID, Name: c.Client.Name, AuthorizedGrantType: c.Client.GrantType, Organization: org,
		},
	}
	if info.AuthorizedScope == nil {
		info.AuthorizedScope = []string{}
	}
	if c.clientOrg != nil {
		info.OAuthClient.Organization = identity.Ref{ID: c.clientOrg.ID, Name: c.clientOrg.Name}
	}
	if c.Builtin {
		info.OAuthClient.Organization = identity.Ref{ID: identity.BuiltinOrg}
	}
	return info
}
