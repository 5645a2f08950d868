package identity

import (
	"cmp"
	"fmt"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Org is an organization. Everything else lives under one.
type Org struct {
	ID                 string          `json:"id"`
	Name               string          `json:"name"`
	ThirdPartyOrgName  string          `json:"thirdPartyOrgName"` // the short name, never changes
	Domain             string          `json:"domain,omitempty"`
	DefaultLanguage    string          `json:"defaultLanguage,omitempty"`
	DefaultCountryCode string          `json:"defaultCountryCode"` // Terraform dereferences it unguarded
	DefaultSiteID      string          `json:"defaultSiteId,omitempty"`
	SupportURI         string          `json:"supportURI,omitempty"`
	ThirdPartyURI      string          `json:"thirdPartyURI,omitempty"`
	State              string          `json:"state"`
	Version            int             `json:"version"`
	VoicemailEnabled   bool            `json:"voicemailEnabled"`
	ProductPlatform    string          `json:"productPlatform,omitempty"`
	Features           map[string]bool `json:"features,omitempty"`

	Settings Settings `json:"settings"`
}

// Settings are the organization's switches that access depends on. The zero
// value is how a new organization behaves.
type Settings struct {
	EnforceScopes      bool `json:"enforceScopes,omitempty"`      // decisions.md 9
	ExpandWildcards    bool `json:"expandWildcards,omitempty"`    // roles are stored without wildcards, as the real service does since June 2026
	GrantDivisionAware bool `json:"grantDivisionAware,omitempty"` // authorization.md §8, authorizationGrantDivisionAware
	RoleBackfill       bool `json:"roleBackfill,omitempty"`       // backfillEnabled; kept, not acted upon

	MaxClients int `json:"maxClients,omitempty"` // OAuth clients that there can be; 0 means the default

	Authentication Authentication `json:"authentication,omitzero"`
	IdleTimeout    IdleTimeout    `json:"idleTimeout,omitzero"`
	UnusedAnalysis UnusedAnalysis `json:"unusedAnalysis,omitzero"`
}

// defaultMaxClients is generous: the real number is unknown.
const defaultMaxClients = 1_000_000

// ClientLimit is how many OAuth clients the organization can have.
func (s *Settings) ClientLimit() int { return cmp.Or(s.MaxClients, defaultMaxClients) }

// UnusedAnalysis is how the organization wants unused permissions to be looked
// for. It is kept, not acted upon: nobody watches which permissions are used.
type UnusedAnalysis struct {
	Enabled bool `json:"enabled,omitempty"`
	Days    int  `json:"days,omitempty"` // to look back; 0 means the default
}

// Authentication is what the organization asks of those who sign in: the schema
// OrgAuthSettings.
type Authentication struct {
	MultifactorRequired         bool                  `json:"multifactorRequired,omitempty"` // kept, not acted upon
	DomainAllowlistEnabled      bool                  `json:"domainAllowlistEnabled,omitempty"`
	DomainAllowlist             []string              `json:"domainAllowlist,omitempty"`
	IPAddressAllowlist          []string              `json:"ipAddressAllowlist,omitempty"` // IPv4 addresses and CIDR ranges; empty means any
	InactivityTimeoutExclusions []string              `json:"inactivityTimeoutExclusions,omitempty"`
	PasswordRequirements        *PasswordRequirements `json:"passwordRequirements,omitempty"` // nil means the default
}

// IdleTimeout ends tokens of users that have not been used for some time.
type IdleTimeout struct {
	Enabled bool        `json:"enabled,omitempty"`
	Seconds int         `json:"seconds,omitempty"`
	Since   *clock.Time `json:"since,omitempty"` // when it was switched on: nothing was idle before
}

// Orgs holds one record per organization's space: the organization itself.
var Orgs = store.Collection[*Org]{
	Name: "organization",
	Key:  func(*Org) string { return "self" },
}

// CurrentOrg returns the organization that tx looks at, shared and read-only.
func CurrentOrg(tx *store.Tx) (*Org, error) {
	org, err := Orgs.Peek(tx, "self")
	if err != nil {
		return nil, fmt.Errorf("organization %s: %w", tx.Org(), err)
	}
	return org, nil
}

// OrgToChange returns the organization that tx looks at as a value of its own.
func OrgToChange(tx *store.Tx) (*Org, error) {
	org, err := Orgs.Get(tx, "self")
	if err != nil {
		return nil, fmt.Errorf("organization %s: %w", tx.Org(), err)
	}
	return org, nil
}

// OrgView is the organization as the API shows it: the schema Organization.
type OrgView struct {
	ID                 string          `json:"id"`
	Name               string          `json:"name"`
	DefaultLanguage    string          `json:"defaultLanguage,omitempty"`
	DefaultCountryCode string          `json:"defaultCountryCode"`
	ThirdPartyOrgName  string          `json:"thirdPartyOrgName"`
	ThirdPartyURI      string          `json:"thirdPartyURI,omitempty"`
	Domain             string          `json:"domain,omitempty"`
	Version            int             `json:"version"`
	State              string          `json:"state"`
	DefaultSiteID      string          `json:"defaultSiteId,omitempty"`
	SupportURI         string          `json:"supportURI,omitempty"`
	VoicemailEnabled   bool            `json:"voicemailEnabled"`
	ProductPlatform    string          `json:"productPlatform,omitempty"`
	SelfURI            string          `json:"selfUri"`
	Features           map[string]bool `json:"features,omitempty"`
}

// View renders the organization.
func (o *Org) View() *OrgView {
	return &OrgView{
		ID: o.ID, Name: o.Name, DefaultLanguage: o.DefaultLanguage, DefaultCountryCode: o.DefaultCountryCode,
		ThirdPartyOrgName: o.ThirdPartyOrgName, ThirdPartyURI: o.ThirdPartyURI, Domain: o.Domain, Version: o.Version,
		State: o.State, DefaultSiteID: o.DefaultSiteID, SupportURI: o.SupportURI, VoicemailEnabled: o.VoicemailEnabled,
		ProductPlatform: o.ProductPlatform, SelfURI: "/api/v2/organizations/" + o.ID, Features: o.Features,
	}
}
