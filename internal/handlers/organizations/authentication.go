package organizations

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"slices"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
)

// settingsView is the schema OrgAuthSettings.
type settingsView struct {
	MultifactorRequired         bool                          `json:"multifactorAuthenticationRequired"`
	DomainAllowlistEnabled      bool                          `json:"domainAllowlistEnabled"`
	DomainAllowlist             []string                      `json:"domainAllowlist"`
	IPAddressAllowlist          []string                      `json:"ipAddressAllowlist"`
	PasswordRequirements        identity.PasswordRequirements `json:"passwordRequirements"`
	InactivityTimeoutExclusions []string                      `json:"inactivityTimeoutExclusions"`
}

func settingsOf(a *identity.Authentication) *settingsView {
	return &settingsView{
		MultifactorRequired:         a.MultifactorRequired,
		DomainAllowlistEnabled:      a.DomainAllowlistEnabled,
		DomainAllowlist:             orEmpty(a.DomainAllowlist),
		IPAddressAllowlist:          orEmpty(a.IPAddressAllowlist),
		PasswordRequirements:        a.Requirements(),
		InactivityTimeoutExclusions: orEmpty(a.InactivityTimeoutExclusions),
	}
}

// orEmpty makes a list that encodes as [], not as null.
func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

func (f *Family) settings(_ context.Context, c *handlers.Call, _ handlers.None) (*settingsView, error) {
	return settingsOf(&c.Caller.Org.Settings.Authentication), nil
}

type settingsInput struct {
	Changes settingsChanges `body:""`
}

// settingsChanges is OrgAuthSettings as it is sent: nil means absent.
type settingsChanges struct {
	MultifactorRequired         *bool               `json:"multifactorAuthenticationRequired"`
	DomainAllowlistEnabled      *bool               `json:"domainAllowlistEnabled"`
	DomainAllowlist             *[]string           `json:"domainAllowlist"`
	IPAddressAllowlist          *[]string           `json:"ipAddressAllowlist"`
	PasswordRequirements        *requirementChanges `json:"passwordRequirements"`
	InactivityTimeoutExclusions *[]string           `json:"inactivityTimeoutExclusions"`
}

// changeSettings is patchOrganizationsAuthenticationSettings: what is not sent
// stays, also of the password requirements. It may lock out its own caller: the
// refusal of that is documented for the other operation only. A reset by
// POST /_mockcloud/reset opens the door again.
func (f *Family) changeSettings(_ context.Context, c *handlers.Call, in settingsInput) (*settingsView, error) {
	org, err := identity.OrgToChange(c.Tx)
	if err != nil {
		return nil, err
	}
	a, ch := &org.Settings.Authentication, &in.Changes
	if ch.IPAddressAllowlist != nil {
		if _, err := rangesOf(*ch.IPAddressAllowlist, "ipAddressAllowlist"); err != nil {
			return nil, err
		}
	}
	if ch.InactivityTimeoutExclusions != nil && len(*ch.InactivityTimeoutExclusions) > maxExclusions {
		return nil, c.Documented(http.StatusBadRequest, "api.exclusion.list.limit.exceeded").OnField("inactivityTimeoutExclusions")
	}
	if ch.PasswordRequirements != nil {
		requirements := a.Requirements()
		if err := ch.PasswordRequirements.apply(&requirements); err != nil {
			return nil, err
		}
		a.PasswordRequirements = &requirements
	}
	handlers.Replace(&a.MultifactorRequired, ch.MultifactorRequired)
	handlers.Replace(&a.DomainAllowlistEnabled, ch.DomainAllowlistEnabled)
	handlers.Replace(&a.DomainAllowlist, ch.DomainAllowlist)
	handlers.Replace(&a.IPAddressAllowlist, ch.IPAddressAllowlist)
	handlers.Replace(&a.InactivityTimeoutExclusions, ch.InactivityTimeoutExclusions)
	return settingsOf(a), identity.Orgs.Put(c.Tx, org)
}

// maxExclusions is how many APIs may be exempt from the inactivity time-out. The
// list is kept, not acted upon: nothing says how an API is named in it.
const maxExclusions = 100

// requirementChanges is the schema PasswordRequirements as it is sent.
type requirementChanges struct {
	MinimumLength     *int `json:"minimumLength"`
	MinimumDigits     *int `json:"minimumDigits"`
	MinimumLetters    *int `json:"minimumLetters"`
	MinimumUpper      *int `json:"minimumUpper"`
	MinimumLower      *int `json:"minimumLower"`
	MinimumSpecials   *int `json:"minimumSpecials"`
	MinimumAgeSeconds *int `json:"minimumAgeSeconds"`
	ExpirationDays    *int `json:"expirationDays"`
}

// unbounded is the largest number of the format int32.
const unbounded = 1<<31 - 1

func (ch *requirementChanges) apply(r *identity.PasswordRequirements) error {
	for _, n := range []struct {
		name         string
		target, sent *int
		most         int
	}{
		{"minimumLength", &r.MinimumLength, ch.MinimumLength, identity.MaxPassword},
		{"minimumDigits", &r.MinimumDigits, ch.MinimumDigits, identity.MaxPassword},
		{"minimumLetters", &r.MinimumLetters, ch.MinimumLetters, identity.MaxPassword},
		{"minimumUpper", &r.MinimumUpper, ch.MinimumUpper, identity.MaxPassword},
		{"minimumLower", &r.MinimumLower, ch.MinimumLower, identity.MaxPassword},
		{"minimumSpecials", &r.MinimumSpecials, ch.MinimumSpecials, identity.MaxPassword},
		{"minimumAgeSeconds", &r.MinimumAgeSeconds, ch.MinimumAgeSeconds, unbounded},
		{"expirationDays", &r.ExpirationDays, ch.ExpirationDays, unbounded},
	} {
		if n.sent != nil && (*n.sent < 0 || *n.sent > n.most) {
			return outOfBounds("passwordRequirements."+n.name, fmt.Sprintf("The %s must lie between 0 and %d.", n.name, n.most))
		}
		handlers.Replace(n.target, n.sent)
	}
	return nil
}

// addressView is the schema IpAddressAuthentication.
type addressView struct {
	NetworkWhitelist []string `json:"networkWhitelist"`
}

// addresses is getOrganizationsIpaddressauthentication: the older view of the
// list ipAddressAllowlist.
func (f *Family) addresses(_ context.Context, c *handlers.Call, _ handlers.None) (*addressView, error) {
	return &addressView{orEmpty(c.Caller.Org.Settings.Authentication.IPAddressAllowlist)}, nil
}

type addressInput struct {
	Body addressView `body:""`
}

// setAddresses is putOrganizationsIpaddressauthentication. No list and an empty
// one let everybody in.
func (f *Family) setAddresses(_ context.Context, c *handlers.Call, in addressInput) (*addressView, error) {
	list := orEmpty(in.Body.NetworkWhitelist)
	ranges, err := rangesOf(list, "networkWhitelist")
	if err != nil {
		return nil, err
	}
	inside := func(r netip.Prefix) bool { return r.Contains(c.RemoteIP) }
	if len(ranges) > 0 && !slices.ContainsFunc(ranges, inside) {
		return nil, c.Documented(http.StatusBadRequest, "invalid.ip.address").OnField("networkWhitelist")
	}
	org, err := identity.OrgToChange(c.Tx)
	if err != nil {
		return nil, err
	}
	org.Settings.Authentication.IPAddressAllowlist = list
	return &addressView{list}, identity.Orgs.Put(c.Tx, org)
}

// maxRanges is how long the list of addresses may be (facts: oauth.md §11).
const maxRanges = 150

// rangesOf reads the list of addresses, or refuses it.
func rangesOf(list []string, field string) ([]netip.Prefix, error) {
	if len(list) > maxRanges {
		return nil, outOfBounds(field, fmt.Sprintf("The %s can have %d entries at most.", field, maxRanges))
	}
	ranges := make([]netip.Prefix, len(list))
	for i, entry := range list {
		var ok bool
		if ranges[i], ok = auth.ParseIPRange(entry); !ok {
			return nil, apierr.Newf(http.StatusBadRequest, "invalid.value",
				"Value [%.100s] is not valid for field type [%s]. Allowable values are: IPv4 addresses and ranges of them such as 192.0.2.0/24",
				entry, field).OnField(field)
		}
	}
	return ranges, nil
}

func outOfBounds(field, message string) *apierr.Error {
	return apierr.New(http.StatusBadRequest, "constraint.validation", message).OnField(field)
}
