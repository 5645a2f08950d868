package console

import (
	"errors"
	"net/http"
	"time"

	"github.com/mockcloud/mockcloud/internal/identity"
)

// oauthOldAfter is the age from which the product's admin does not delete a client at
// once, but lets it wait (facts: oauth.md §9).
const oauthOldAfter = 30 * 24 * time.Hour

func oauthOld(v *visit, c *oauthClient) bool {
	return v.console.Clock.Now().Sub(c.Created) >= oauthOldAfter
}

// oauthEnd is when a client is deleted that is made inactive now.
func oauthEnd(v *visit) string {
	return when(v.console.Clock.Now().Add(identity.DeletedAfter))
}

// failOAuth shows what the API refused above the client's first page.
func failOAuth(v *visit, err error) error {
	p := v.problem(err)
	if p == nil || p.Status == http.StatusForbidden {
		return err
	}
	c, readErr := readOAuthClient(v)
	if readErr != nil {
		return readErr
	}
	return showOAuthClient(v, c, oauthFormOf(c), p)
}

// showOAuthSecret shows a secret, in the answer to the form that made it and never
// again: no page has an address that would show it a second time.
func showOAuthSecret(v *visit, c *oauthClient, key string) error {
	p := v.page("oauth-secret", key, c.Name)
	p.Back, p.Lead = &link{Name: v.T("menu.oauth"), Href: oauthPath}, v.T("oauth.secret.once")
	p.Data = c
	return v.render(p)
}

func askToResetOAuthSecret(v *visit) error {
	c, err := readOAuthClient(v)
	if err != nil {
		return err
	}
	return v.confirm(confirmation{
		Title: v.T("oauth.secret.ask", c.Name), Text: v.T("oauth.secret.ask.text"), Button: v.T("oauth.secret.reset"), Cancel: c.Href(),
	})
}

func resetOAuthSecret(v *visit) error {
	c := &oauthClient{}
	if err := v.api.post(at("/oauth/clients/%s/secret", v.Param("id")), nil, c); err != nil {
		return failOAuth(v, err)
	}
	return showOAuthSecret(v, c, "oauth.secret.new")
}

func askToDeactivateOAuthClient(v *visit) error {
	c, err := readOAuthClient(v)
	if err != nil {
		return err
	}
	return v.confirm(confirmation{
		Title: v.T("oauth.deactivate.ask", c.Name), Text: v.T("oauth.deactivate.text", oauthEnd(v)),
		Button: v.T("oauth.deactivate"), Cancel: c.Href(),
	})
}

func setOAuthState(v *visit, state string) error {
	return changeOAuthClient(v, func(whole doc) {
		whole["state"] = state
		delete(whole, "dateToDelete") // the usual one
	})
}

func deactivateOAuthClient(v *visit) error {
	if err := setOAuthState(v, identity.ClientInactive); err != nil {
		return failOAuth(v, err)
	}
	return v.done(at(oauthPath+"/%s", v.Param("id")), "oauth.deactivated")
}

func restoreOAuthClient(v *visit) error {
	if err := setOAuthState(v, identity.ClientActive); err != nil {
		return failOAuth(v, err)
	}
	return v.done(at(oauthPath+"/%s", v.Param("id")), "oauth.restored")
}

func askToDeleteOAuthClient(v *visit) error {
	c, err := readOAuthClient(v)
	if err != nil {
		return err
	}
	text := v.T("oauth.delete.text")
	if oauthOld(v, c) {
		text = v.T("oauth.delete.old", oauthEnd(v))
	}
	return v.confirm(confirmation{Title: v.T("oauth.delete.ask", c.Name), Text: text, Cancel: c.Href()})
}

// deleteOAuthClient deletes a young client at once, and makes an older one wait, as
// the product's admin does. Only inactive clients can be deleted: the API is asked
// first, so that nothing is made inactive for somebody who may not delete.
func deleteOAuthClient(v *visit) error {
	c, err := readOAuthClient(v)
	if err != nil {
		return err
	}
	path := at("/oauth/clients/%s", c.ID)
	if oauthOld(v, c) {
		return deactivateOAuthClient(v)
	}
	err = v.api.delete(path)
	if refused, ok := errors.AsType[*apiError](err); ok && refused.Code == "cannot.delete.client" {
		if err = setOAuthState(v, identity.ClientInactive); err == nil {
			err = v.api.delete(path)
		}
	}
	if err != nil {
		return failOAuth(v, err)
	}
	return v.done(oauthPath, "deleted")
}
