package control

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Settings are switches of an organization that the public API does not have, or
// that tests want together.
type Settings struct {
	EnforceScopes      *bool `json:"enforceScopes"`      // whether a user's token is limited to the scopes of its client
	ExpandWildcards    *bool `json:"expandWildcards"`    // whether roles are stored with all that their wildcards stand for
	GrantDivisionAware *bool `json:"grantDivisionAware"` // whether grants can be changed only where one may grant
	MaxClients         *int  `json:"maxClients"`         // how many OAuth clients there can be
}

func (c *Control) mountSettings(g *echo.Group) {
	g.GET("/settings", c.settings)
	g.PATCH("/settings", c.changeSettings)
}

func shownSettings(org *identity.Org) *Settings {
	s := org.Settings
	limit := s.ClientLimit()
	return &Settings{EnforceScopes: &s.EnforceScopes, ExpandWildcards: &s.ExpandWildcards, GrantDivisionAware: &s.GrantDivisionAware, MaxClients: &limit}
}

// settings answers the switches of the caller's organization. Without a token
// they are those of the first one.
func (c *Control) settings(ec echo.Context) error {
	r := ec.Request()
	var answer *Settings
	err := c.inOrgWith(r, c.DB.View, []string{"getOrganizationsAuthenticationSettings"}, func(tx *store.Tx) error {
		org, err := identity.CurrentOrg(tx)
		if err == nil {
			answer = shownSettings(org)
		}
		return err
	})
	if err != nil {
		return err
	}
	return handlers.WriteResult(ec.Response(), r.Method, http.StatusOK, answer)
}

// changeSettings sets the switches that are sent; the others stay. They count
// from the next request on.
func (c *Control) changeSettings(ec echo.Context) error {
	r := ec.Request()
	var wanted, answer Settings
	if err := readJSON(r, &wanted); err != nil {
		return err
	}
	if wanted.MaxClients != nil && *wanted.MaxClients < 1 {
		return apierr.BadRequest("The value of [maxClients] must be 1 or more.").OnField("maxClients")
	}
	needs := []string{"patchOrganizationsAuthenticationSettings"}
	if wanted.GrantDivisionAware != nil { // which has an operation of its own, and policies for it
		needs = append(needs, "putAuthorizationRolesSettings")
	}
	err := c.inOrgWith(r, c.DB.Update, needs, func(tx *store.Tx) error {
		org, err := identity.OrgToChange(tx)
		if err != nil {
			return err
		}
		if wanted.EnforceScopes != nil {
			org.Settings.EnforceScopes = *wanted.EnforceScopes
		}
		if wanted.ExpandWildcards != nil {
			org.Settings.ExpandWildcards = *wanted.ExpandWildcards
		}
		if wanted.GrantDivisionAware != nil {
			org.Settings.GrantDivisionAware = *wanted.GrantDivisionAware
		}
		if wanted.MaxClients != nil {
			org.Settings.MaxClients = *wanted.MaxClients
		}
		answer = *shownSettings(org)
		return identity.Orgs.Put(tx, org)
	})
	if err != nil {
		return err
	}
	return handlers.WriteResult(ec.Response(), r.Method, http.StatusOK, &answer)
}
