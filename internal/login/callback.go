package login

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/store"
)

// callbackPath is a redirect URI, and an ACS, for people who have no application
// yet: it shows what an application would get. The default fixtures register it.
const callbackPath = "/_mockcloud/callback"

// maxShown is how many parameters the page shows.
const maxShown = 20

// callback shows what came back from a sign-in, and what to do with it. What
// stands in the fragment never reaches the server; the page's script shows it.
func (l *Login) callback(c echo.Context) error {
	r := c.Request()
	got := r.URL.Query()
	if r.Method == http.MethodPost {
		var err error
		if got, err = readBodyForm(r); err != nil {
			return l.showErrorPage(c, http.StatusBadRequest, "badForm")
		}
	}
	p := l.newPage(c, "callback", "callback.title")
	p.Languages = nil // a switch would ask again, and lose the fragment or the form
	p.Script = "callback.js"
	p.Fields = shownFields(got)
	p.Use = command("-H 'Authorization: Bearer ACCESS_TOKEN'", l.base(r)+"/api/v2/users/me")
	var err error
	if p.Next, err = l.nextCommand(c, got); err != nil {
		return err
	}
	return l.render(c, p)
}

// nextCommand is the command that trades what came back for a token; "" where
// there is nothing to trade.
func (l *Login) nextCommand(c echo.Context, got url.Values) (string, error) {
	endpoint := l.base(c.Request()) + "/oauth/token"
	if got.Has("SAMLResponse") {
		return command("-u CLIENT_ID:SECRET", "-d grant_type="+saml2Bearer.name, "-d orgName=ORGANIZATION", "--data-urlencode assertion=SAMLRESPONSE", endpoint), nil
	}
	if got.Get("code") == "" {
		return "", nil
	}
	var found auth.Code
	err := l.DB.View(c.Request().Context(), store.Global, func(tx *store.Tx) error {
		var err error
		found, err = l.Authority.Code(tx, got.Get("code"))
		return err
	})
	if errors.Is(err, auth.ErrBadCode) || errors.Is(err, auth.ErrUsedCode) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	proof := []string{"-u " + found.ClientID + ":SECRET"}
	if found.Challenge != "" {
		proof = []string{"-d client_id=" + found.ClientID, "-d code_verifier=VERIFIER"}
	}
	return command(append(proof, "-d grant_type=authorization_code", "-d code="+got.Get("code"), "--data-urlencode 'redirect_uri="+strings.ReplaceAll(found.RedirectURI, "'", `'\''`)+"'", endpoint)...), nil
}
