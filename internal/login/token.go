package login

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// maxForm is the largest form in bytes: a token request, or one of the pages'.
// Assertions that list many groups are the largest.
const maxForm = 256 << 10

// tokenResponse is the success answer, in the order of the real service.
// id_token is mockcloud's own addition, for the scope openid alone.
type tokenResponse struct {
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token,omitempty"`
	TokenType    string `json:"token_type"`
	ExpiresIn    int    `json:"expires_in"` // seconds
	IDToken      string `json:"id_token,omitempty"`
}

// grantRequest is a token request on its way.
type grantRequest struct {
	login     *Login
	form      url.Values
	clientID  string
	secret    string           // "" when the client sent none
	clientOrg string           // "" for mockcloud's own client
	client    *identity.Client // known, active, of the right type, and proved unless it sent no secret
	counted   bool             // against the limit of token requests

	prepared any // what the grant's prepare has found
}

// issued is what a grant gives: an access token, and what comes with it.
type issued struct {
	grant        auth.Grant
	refreshToken string
	openID       *openID // nil without the scope openid
}

// openID is what an ID token says beyond the access token.
type openID struct {
	signedIn int64
	nonce    string
}

// grantType is one way to a token. The steps that all share stand in
// Login.grant, so that no grant can forget one.
type grantType struct {
	name       string // the value of grant_type
	clientType string // the authorizedGrantType that the client must have
	public     bool   // a client without its secret may try; the grant decides
	builtin    bool   // mockcloud's own client may use it
	// prepare does slow work outside of any transaction, once the client is known.
	prepare func(context.Context, *grantRequest) error
	writes  bool // issue runs in a writing transaction
	issue   func(*grantRequest, *store.Tx) (*issued, error)
}

var grantTypes = []grantType{
	clientCredentials,
	authorizationCode,
	refreshToken,
	saml2Bearer,
	password,
}

// revoking is a refusal whose changes stay: what was found out ends tokens.
type revoking struct{ refusal *oauthError }

func (r revoking) Error() string { return r.refusal.Error() }

// token is POST /oauth/token.
func (l *Login) token(c echo.Context) error {
	var answer *tokenResponse
	var clientID string
	form, err := readForm(c.Request())
	if err == nil {
		answer, clientID, err = l.grant(c.Request(), form)
	}
	_, unsaved := errors.AsType[*store.NotSavedError](err) // of which the log hears elsewhere
	if err != nil && !unsaved && l.Logger.Enabled(c.Request().Context(), slog.LevelInfo) {
		l.Logger.Info("token refused", "grant", printable(form.Get("grant_type")), "client", printable(clientID),
			"reason", err.Error(), "correlation", handlers.CorrelationID(c.Response()))
	}
	return l.respond(c, answer, err)
}

// readForm reads the parameters from the body and, where a name is missing
// there, from the query: two independent programs in the field send grant_type
// in the query with an empty body (facts: oauth.md §2).
func readForm(r *http.Request) (url.Values, error) {
	form, err := readBodyForm(r)
	if err != nil {
		return nil, err
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, refuse("invalid_request", "the query string is not a valid form")
	}
	if name, twice := doubled(query); twice {
		return nil, refuse("invalid_request", "a parameter is there twice: "+printable(name))
	}
	for name, values := range query {
		if !form.Has(name) {
			form[name] = values
		}
	}
	return form, nil
}

func readBodyForm(r *http.Request) (url.Values, error) {
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
	if name, twice := doubled(form); twice { // has two meanings (RFC 6749 §3.2)
		return nil, refuse("invalid_request", "a parameter is there twice: "+printable(name))
	}
	return form, nil
}

// grant runs the steps that every grant type shares: parameters, grant type,
// client, its secret, its state and its type; then the grant's own; then the
// token.
func (l *Login) grant(r *http.Request, form url.Values) (answer *tokenResponse, clientID string, err error) {
	name := form.Get("grant_type")
	if name == "" {
		return nil, "", missing("grant_type")
	}
	grant := l.findGrant(name)
	if grant == nil {
		return nil, "", refuse("unsupported_grant_type", "unsupported grant type")
	}
	g := &grantRequest{login: l, form: form}
	if g.clientID, g.secret, err = credentials(r, form); err != nil {
		return nil, "", err
	}
	given, err := g.run(r.Context(), grant)
	if err == nil {
		if answer, err = l.mint(given); err == nil {
			l.noteIssued(name)
		}
	}
	if g.clientOrg != "" || g.clientID == identity.BuiltinID { // what is no client's id may be a secret in the wrong place
		clientID = g.clientID
	}
	return answer, clientID, err
}

// run admits the client, once more in the transaction that issues where
// something slow has happened in between.
func (g *grantRequest) run(ctx context.Context, grant *grantType) (given *issued, err error) {
	db := g.login.DB
	if grant.prepare != nil {
		if err := db.View(ctx, store.Global, func(tx *store.Tx) error { return g.admit(tx, grant) }); err != nil {
			return nil, err
		}
		if err := grant.prepare(ctx, g); err != nil {
			return nil, err
		}
	}
	var refusal *oauthError
	work := func(tx *store.Tx) error {
		if err := g.admit(tx, grant); err != nil {
			return err
		}
		var err error
		given, err = grant.issue(g, tx.In(g.clientOrg))
		if r, ok := errors.AsType[revoking](err); ok {
			refusal = r.refusal
			return nil // so that what it has ended stays ended
		}
		return err
	}
	if grant.writes {
		err = db.Update(ctx, store.Global, work)
	} else {
		err = db.View(ctx, store.Global, work)
	}
	if err == nil && refusal != nil {
		err = refusal
	}
	return given, err
}

// admit looks the client up and checks its secret, its state and its type; then
// it counts the request against the client's limit, where there is one.
func (g *grantRequest) admit(tx *store.Tx, grant *grantType) error {
	find := findClient
	if grant.builtin {
		find = findApplication
	}
	client, org, err := find(tx, g.clientID, g.login.Clock.Now())
	if errors.Is(err, store.ErrNotFound) {
		return refuse("invalid_client", "client not found")
	}
	if err != nil {
		return err
	}
	g.clientOrg = org
	switch {
	case g.secret == "" && grant.public:
	case !g.proves(client):
		return refuse("invalid_client", "authentication failed")
	}
	switch {
	case client.State != identity.ClientActive:
		return refuse("invalid_client", "client is disabled")
	case client.GrantType != grant.clientType:
		return refuse("unauthorized_client", "client is not authorized for this grant type")
	}
	g.client = client
	if g.login.Limit == nil || g.counted {
		return nil
	}
	g.counted = true
	if seconds := g.login.Limit(g.clientID); seconds > 0 {
		// Terraform retries on just this beginning (facts: oauth.md §3).
		return refuse("invalid_request", fmt.Sprintf("rate limit exceeded; retry in %d seconds", seconds))
	}
	return nil
}

// proves says whether the request carries the client's secret. The clients of
// Genesys send it as it is, generic libraries as a form would (RFC 6749 §2.3.1).
func (g *grantRequest) proves(client *identity.Client) bool {
	if client.SecretMatches(g.secret) {
		return true
	}
	plain, err := url.QueryUnescape(g.secret)
	return err == nil && plain != g.secret && client.SecretMatches(plain)
}

// mint makes the tokens of what was granted.
func (l *Login) mint(given *issued) (*tokenResponse, error) {
	token, err := l.Authority.Mint(given.grant)
	if err != nil {
		return nil, err
	}
	answer := &tokenResponse{AccessToken: token.Access, RefreshToken: given.refreshToken, TokenType: "bearer", ExpiresIn: token.ExpiresIn}
	if o := given.openID; o != nil {
		answer.IDToken, err = l.Authority.MintIDToken(given.grant.Org, given.grant.Client, given.grant.User, o.signedIn, o.nonce)
	}
	return answer, err
}

func (l *Login) noteIssued(grantType string) {
	if l.Issued != nil {
		l.Issued(grantType)
	}
}

// findGrant returns the grant type, or nil where there is none or it is
// switched off.
func (l *Login) findGrant(name string) *grantType {
	if name == password.name && !l.PasswordGrant {
		return nil
	}
	for i := range grantTypes {
		if grantTypes[i].name == name {
			return &grantTypes[i]
		}
	}
	return nil
}

// param is a parameter that the grant cannot do without.
func (g *grantRequest) param(name string) (string, error) {
	v := g.form.Get(name)
	if v == "" {
		return "", missing(name)
	}
	return v, nil
}

// doubled finds a parameter that is there more than once.
func doubled(form url.Values) (name string, twice bool) {
	for name, values := range form {
		if len(values) > 1 {
			return name, true
		}
	}
	return "", false
}

// findClient finds a client and the organization that it belongs to, or
// store.ErrNotFound. There are few organizations, so it looks into each.
func findClient(tx *store.Tx, clientID string, now time.Time) (client *identity.Client, org string, err error) {
	for id := range tx.Orgs() {
		client, err := identity.Clients.Peek(tx.In(id), clientID)
		if err == nil && client.Gone(now) {
			err = store.ErrNotFound
		}
		if !errors.Is(err, store.ErrNotFound) {
			return client, id, err
		}
	}
	return nil, "", store.ErrNotFound
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
	if plain, err := url.QueryUnescape(id); err == nil { // ids are UUIDs, which stay as they are
		id = plain
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
	if len(s) > 200 {
		s = s[:200] + "…"
	}
	return strings.ToValidUTF8(s, "?")
}
