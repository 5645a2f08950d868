package authorization

import (
	"context"
	"net/http"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
)

// roleSettingsView is the schema RoleSettings. Its id is left out: there is one
// of it per organization.
type roleSettingsView struct {
	Backfill           bool   `json:"backfillEnabled"`
	GrantDivisionAware bool   `json:"authorizationGrantDivisionAware"`
	SelfURI            string `json:"selfUri"`
}

func viewRoleSettings(org *identity.Org) *roleSettingsView {
	return &roleSettingsView{
		Backfill: org.Settings.RoleBackfill, GrantDivisionAware: org.Settings.GrantDivisionAware,
		SelfURI: "/api/v2/authorization/roles/settings",
	}
}

func (f *Family) roleSettings(_ context.Context, c *handlers.Call, _ handlers.None) (*roleSettingsView, error) {
	return viewRoleSettings(c.Caller.Org), nil
}

type roleSettingsChange struct {
	Body struct {
		Backfill           *bool `json:"backfillEnabled"`
		GrantDivisionAware *bool `json:"authorizationGrantDivisionAware"`
	} `body:""`
}

// changeRoleSettings decides, for the whole organization and from the next
// request on, whether grants can be changed only where one may grant
// (authorization.md §8).
//
// Guess: what is not sent stays, so that a client that knows one of the switches
// does not turn the other.
func (f *Family) changeRoleSettings(_ context.Context, c *handlers.Call, in roleSettingsChange) (*roleSettingsView, error) {
	org, err := identity.OrgToChange(c.Tx)
	if err != nil {
		return nil, err
	}
	if in.Body.Backfill != nil {
		org.Settings.RoleBackfill = *in.Body.Backfill
	}
	if in.Body.GrantDivisionAware != nil {
		org.Settings.GrantDivisionAware = *in.Body.GrantDivisionAware
	}
	return viewRoleSettings(org), identity.Orgs.Put(c.Tx, org)
}

// defaultAnalysisDays is how far the analysis of unused permissions looks back
// unless told otherwise.
//
// Guess: the real value is unknown.
const defaultAnalysisDays = 90

// analysisView is the schema AuthorizationSettings. Its dates are left out: no
// analysis has ever run.
type analysisView struct {
	Days    int    `json:"analysisDays"`
	Enabled bool   `json:"analysisEnabled"`
	SelfURI string `json:"selfUri"`
}

func viewAnalysis(org *identity.Org) *analysisView {
	a := org.Settings.UnusedAnalysis
	if a.Days == 0 {
		a.Days = defaultAnalysisDays
	}
	return &analysisView{Days: a.Days, Enabled: a.Enabled, SelfURI: "/api/v2/authorization/settings"}
}

func (f *Family) analysisSettings(_ context.Context, c *handlers.Call, _ handlers.None) (*analysisView, error) {
	return viewAnalysis(c.Caller.Org), nil
}

type analysisChange struct {
	Body struct {
		Days    *int  `json:"analysisDays"`
		Enabled *bool `json:"analysisEnabled"`
	} `body:""`
}

// changeAnalysisSettings keeps what is wanted of the analysis of unused
// permissions.
func (f *Family) changeAnalysisSettings(_ context.Context, c *handlers.Call, in analysisChange) (*analysisView, error) {
	if in.Body.Days != nil && *in.Body.Days < 1 {
		return nil, apierr.New(http.StatusBadRequest, "constraint.validation", "The analysisDays must be at least 1.").OnField("analysisDays")
	}
	org, err := identity.OrgToChange(c.Tx)
	if err != nil {
		return nil, err
	}
	if in.Body.Days != nil {
		org.Settings.UnusedAnalysis.Days = *in.Body.Days
	}
	if in.Body.Enabled != nil {
		org.Settings.UnusedAnalysis.Enabled = *in.Body.Enabled
	}
	return viewAnalysis(org), identity.Orgs.Put(c.Tx, org)
}
