package login

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// maxForm is the largest token request in bytes.
const maxForm = 64 << 10

// tokenResponse is the success answer, in the order of the real service.
type tokenResponse struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int    `json:"expires_in"` // seconds
}

// grantRequest is a token request whose client is known and has proved itself.
type grantRequest struct {
	login  *Login
	tx     *store.Tx
	form   url.Values
	client *identity.Client
}

// grantType is one way to a token. The steps that all share stand in
// Login.grant, so that no grant can forget one.
type grantType struct {
	name       string // the value of grant_type
	clientType string // the authorizedGrantType that the client must have
	issue      func(*grantRequest) (*tokenResponse, error)
}

var grantTypes = []grantType{
	{name: "client_credentials", clientType: identity.GrantClientCredentials, issue: clientCredentials},
}

// laterGrantTypes are those of the real service that are not built yet.
var laterGrantTypes = []string{"authorization_code", "refresh_token", "password", "urn:ietf:params:oauth:grant-type:saml2-bearer"}

// token is POST /oauth/token.
func (l *Login) token(c echo.Context) error {
	var answer *tokenResponse
	var clientID string
	form, err := readForm(c.Request())
	if err == nil {
		answer, clientID, err = l.grant(c.Request(), form)
	}
	if err != nil && l.Logger.Enabled(c.Request().Context(), slog.LevelInfo) {
		l.Logger.Info("token refused", "grant", printable(form.Get("grant_type")), "client", printable(clientID),
			"reason", err.Error(), "correlation", handlers.CorrelationID(c.Response()))
	}
	return l.respond(c, answer, err)
}

// readForm reads the parameters from the body and, where a name is missing
// there, from the query: two independent programs in the field send grant_type
// in the query with an empty body (facts: oauth.md §2).
func readForm(r *http.Request) (url.Values, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxForm+1))
	if err != nil || len(body) > maxForm {
		return nil, refuse("invalid_request", "the request body could not be read")
	}
	if len(body) > 0 {
		if t := r.Header.Get(echo.HeaderContentType); t != "" {
			media, _, err := mime.ParseMediaType(t)
			if err != nil || media != echo.MIMEApplicationForm {
				return nil, refuse("invalid_request", "the request body must be application/x-www-form-urlencoded")
			}
		}
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, refuse("invalid_request", "the request body is not a valid form")
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, refuse("invalid_request", "the query string is not a valid form")
	}
	for name, values := range query {
		if !form.Has(name) {
			form[name] = values
		}
	}
	return form, nil
}

// grant runs the steps that every grant type shares: parameters, grant type,
// client, its secret, its state and its type.
func (l *Login) grant(r *http.Request, form url.Values) (answer *tokenResponse, clientID string, err error) {
	name := form.Get("grant_type")
	if name == "" {
		return nil, "", missing("grant_type")
	}
	grant := findGrant(name)
	switch {
	case grant != nil:
	case slices.Contains(laterGrantTypes, name):
		return nil, "", refuse("unsupported_grant_type", "unsupported grant type: mockcloud does not implement "+name+" yet")
	default:
		return nil, "", refuse("unsupported_grant_type", "unsupported grant type")
	}
	clientID, secret, err := credentials(r, form)
	if err != nil {
		return nil, clientID, err
	}
	org, err := l.orgOf(r, clientID)
	if err != nil {
		return nil, clientID, err
	}
	if l.Limit != nil { // of clients that there are: a stranger shall fill no memory
		// Terraform retries on just this beginning (facts: oauth.md §3).
		if seconds := l.Limit(clientID); seconds > 0 {
			return nil, clientID, refuse("invalid_request", fmt.Sprintf("rate limit exceeded; retry in %d seconds", seconds))
		}
	}
	err = l.DB.View(r.Context(), org, func(tx *store.Tx) error {
		client, err := identity.Clients.Peek(tx, clientID)
		if err != nil {
			return clientUnknown(err)
		}
		switch {
		case !client.SecretMatches(secret):
			return refuse("invalid_client", "authentication failed")
		case client.State != identity.ClientActive:
			return refuse("invalid_client", "client is disabled")
		case client.GrantType != grant.clientType:
			return refuse("unauthorized_client", "client is not authorized for this grant type")
		}
		answer, err = grant.issue(&grantRequest{login: l, tx: tx, form: form, client: client})
		return err
	})
	return answer, clientID, err
}

func findGrant(name string) *grantType {
	for i := range grantTypes {
		if grantTypes[i].name == name {
			return &grantTypes[i]
		}
	}
	return nil
}

// orgOf finds the organization that a client belongs to. There are few
// organizations, so it looks into each.
func (l *Login) orgOf(r *http.Request, clientID string) (string, error) {
	var org string
	if clientID == "" {
		return "", clientUnknown(store.ErrNotFound)
	}
	err := l.DB.View(r.Context(), store.Global, func(tx *store.Tx) error {
		for id := range tx.Orgs() {
			if identity.Clients.Has(tx.In(id), clientID) {
				org = id
				return nil
			}
		}
		return clientUnknown(store.ErrNotFound)
	})
	return org, err
}

func clientUnknown(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return refuse("invalid_client", "client not found")
	}
	return err
}

// credentials takes the client's id and secret from the Basic header, or from
// the parameters. Where both are there the header wins, and different ids are
// refused (facts: oauth.md §2).
func credentials(r *http.Request, form url.Values) (id, secret string, err error) {
	formID := form.Get("client_id")
	header := r.Header.Get(echo.HeaderAuthorization)
	if header == "" {
		if formID == "" {
			return "", "", refuse("invalid_client", "authentication failed")
		}
		return formID, form.Get("client_secret"), nil
	}
	scheme, encoded, _ := strings.Cut(header, " ")
	plain, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	id, secret, ok := strings.Cut(string(plain), ":")
	if !strings.EqualFold(scheme, "basic") || err != nil || !ok {
		return "", "", refuse("invalid_client", "authentication failed")
	}
	if formID != "" && formID != id {
		return "", "", refuse("invalid_client", "authentication failed")
	}
	return id, secret, nil
}

func missing(parameter string) *oauthError {
	return refuse("invalid_request", "missing parameter: "+parameter)
}

// printable cuts what a stranger sent down to what a log line should hold.
func printable(s string) string {
	if len(s) > 64 {
		s = s[:64] + "…"
	}
	return strings.ToValidUTF8(s, "?")
}
