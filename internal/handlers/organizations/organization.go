package organizations

import (
	"context"
	"maps"
	"net/http"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
)

func (f *Family) me(_ context.Context, c *handlers.Call, _ handlers.None) (*identity.OrgView, error) {
	view := c.Caller.Org.View()
	if view.DefaultSiteID != "" || f.DefaultSite == nil {
		return view, nil
	}
	var err error
	view.DefaultSiteID, err = f.DefaultSite(c.Tx)
	return view, err
}

type orgInput struct {
	Body *orgChange `body:""`
}

// orgChange is the schema Organization as it is sent: nil means absent.
type orgChange struct {
	Name               *string `json:"name"`
	DefaultLanguage    *string `json:"defaultLanguage"`
	DefaultCountryCode *string `json:"defaultCountryCode"`
	ThirdPartyURI      *string `json:"thirdPartyURI"`
	Domain             *string `json:"domain"`
	Version            int     `json:"version"`
	State              *string `json:"state"`
	DefaultSiteID      *string `json:"defaultSiteId"`
	SupportURI         *string `json:"supportURI"`
	VoicemailEnabled   *bool   `json:"voicemailEnabled"`
}

// change is putOrganizationsMe.
//
// Guess: what is not sent stays; an organization cannot change its own state; the
// country is two capital letters, since clients rely on there being one.
func (f *Family) change(_ context.Context, c *handlers.Call, in orgInput) (*identity.OrgView, error) {
	org, err := identity.OrgToChange(c.Tx)
	if err != nil {
		return nil, err
	}
	ch := in.Body
	if ch == nil {
		return nil, apierr.BadRequest("The request has no body.")
	}
	switch {
	case ch.Version != org.Version:
		return nil, c.Documented(http.StatusConflict, "general.conflict")
	case ch.Name != nil && strings.TrimSpace(*ch.Name) == "":
		return nil, apierr.New(http.StatusBadRequest, "constraint.validation", "The name must not be blank.").OnField("name")
	case ch.State != nil && *ch.State != org.State:
		return nil, apierr.New(http.StatusBadRequest, "constraint.validation", "The state of an organization cannot be changed.").OnField("state")
	case ch.DefaultCountryCode != nil && !isCountry(*ch.DefaultCountryCode):
		return nil, apierr.New(http.StatusBadRequest, "constraint.validation", "The defaultCountryCode must be two capital letters.").OnField("defaultCountryCode")
	}
	handlers.Replace(&org.Name, ch.Name)
	handlers.Replace(&org.DefaultLanguage, ch.DefaultLanguage)
	handlers.Replace(&org.DefaultCountryCode, ch.DefaultCountryCode)
	handlers.Replace(&org.ThirdPartyURI, ch.ThirdPartyURI)
	handlers.Replace(&org.Domain, ch.Domain)
	handlers.Replace(&org.DefaultSiteID, ch.DefaultSiteID)
	handlers.Replace(&org.SupportURI, ch.SupportURI)
	handlers.Replace(&org.VoicemailEnabled, ch.VoicemailEnabled)
	org.Version++
	return org.View(), identity.Orgs.Put(c.Tx, org)
}

func isCountry(code string) bool {
	return len(code) == 2 && strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// features are those of the schema OrganizationFeatures.
var features = []string{
	"realtimeCIC", "purecloud", "hipaa", "ucEnabled", "pci", "purecloudVoice", "xmppFederation", "chat", "informalPhotos",
	"directory", "contactCenter", "unifiedCommunications", "custserv",
}

type featureInput struct {
	Name string `param:"featureName"`
	Body struct {
		Enabled *bool `json:"enabled"`
	} `body:""`
}

// setFeature is patchOrganizationsFeature. Of the features only hipaa means
// something here: it bounds the idle time-out, to which tokens of clients are then
// subject as well (facts: oauth.md §9).
func (f *Family) setFeature(_ context.Context, c *handlers.Call, in featureInput) (map[string]bool, error) {
	if in.Body.Enabled == nil {
		return nil, apierr.New(http.StatusBadRequest, "constraint.validation", "The field [enabled] is required.").OnField("enabled")
	}
	org, err := identity.OrgToChange(c.Tx)
	if err != nil {
		return nil, err
	}
	if org.Features == nil {
		org.Features = make(map[string]bool)
	}
	before := auth.HIPAA(org)
	org.Features[in.Name] = *in.Body.Enabled
	if auth.HIPAA(org) && !before {
		org.Settings.IdleTimeout.Since = clock.At(c.Now()) // nobody has watched tokens of clients so far
	}
	answer := make(map[string]bool, len(features))
	for _, name := range features {
		answer[name] = false
	}
	maps.Copy(answer, org.Features)
	return answer, identity.Orgs.Put(c.Tx, org)
}
