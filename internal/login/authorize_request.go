package login

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// The response types, and the grant type of the clients that may use them.
const (
	responseToken = "token" // implicit
	responseCode  = "code"
)

// authorizeRequest is what an application asks of the authorize endpoint. The
// client and the redirect URI are trusted: nothing is redirected before that is
// known (facts: oauth.md §4).
type authorizeRequest struct {
	rawQuery     string
	query        url.Values
	client       *identity.Client
	clientOrg    string // "" for mockcloud's own client
	redirectURI  string
	responseType string
	state        string
	scope        []string // API scopes that the client's are narrowed to; nil means all of them
	openID       bool
	nonce        string
	challenge    string // S256, or ""
	prompt       []string
	org          string // short name, with provider
	orgID        string // what org means; "" where it means nothing
	provider     string
	target       string // organization id
	hintEmail    string
	hintOrg      string
	next         string // at /login, the page to go on with
}

// untrusted is an error that must not be sent to the redirect URI: the browser
// lands on the error page.
type untrusted struct{ key string }

func (u untrusted) Error() string { return u.key }

// The keys of the error page. The first is known, the others are guesses (facts:
// oauth.md §4).
const (
	errorInvalidClientID     = "invalidClientId"
	errorInvalidRedirectURI  = "invalidRedirectUri"
	errorInvalidResponseType = "invalidResponseType"
	errorClientDisabled      = "clientDisabled"
)

var applicationErrors = []string{errorInvalidClientID, errorInvalidRedirectURI, errorInvalidResponseType, errorClientDisabled}

// readAuthorize checks the request, the client and the redirect URI first. With
// an error that may be redirected comes the request.
func (l *Login) readAuthorize(ctx context.Context, rawQuery string, own ownAddresses) (*authorizeRequest, error) {
	query, garbled := parseQuery(rawQuery) // told once it is known whom to tell
	r := &authorizeRequest{
		rawQuery: rawQuery, query: query, redirectURI: query.Get("redirect_uri"), responseType: query.Get("response_type"), state: query.Get("state"),
		prompt: strings.Fields(query.Get("prompt")), org: query.Get("org"), provider: query.Get("provider"), target: query.Get("target"),
		nonce: query.Get("nonce"),
	}
	switch { // a doubled parameter has two meanings (RFC 6749 §3.1)
	case len(query["client_id"]) != 1:
		return nil, untrusted{errorInvalidClientID}
	case len(query["redirect_uri"]) != 1:
		return nil, untrusted{errorInvalidRedirectURI}
	}
	err := l.DB.View(ctx, store.Global, func(tx *store.Tx) error {
		var err error
		r.client, r.clientOrg, err = findApplication(tx, query.Get("client_id"), l.Clock.Now())
		if errors.Is(err, store.ErrNotFound) {
			return untrusted{errorInvalidClientID}
		}
		if err != nil {
			return err
		}
		if r.org != "" {
			r.orgID, err = orgNamed(tx, r.org)
		}
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case r.client.State != identity.ClientActive:
		return nil, untrusted{errorClientDisabled}
	case !own.registered(r.client, r.redirectURI):
		l.Logger.Info("redirect URI refused", "client", r.client.ID, "redirect_uri", printable(r.redirectURI), "registered", r.client.RedirectURIs)
		return nil, untrusted{errorInvalidRedirectURI}
	case len(query["response_type"]) != 1 || (r.responseType != responseToken && r.responseType != responseCode):
		return nil, untrusted{errorInvalidResponseType}
	}
	if garbled != nil {
		return r, refuse("invalid_request", "the query string is not a valid form")
	}
	if r.responseType == responseToken && l.NoImplicit {
		return r, refuse("unsupported_response_type", "the implicit grant is switched off")
	}
	return r, r.check(l.Scopes())
}

// parseQuery reads a query. A semicolon is a character like any other for those
// who wrote the clients.
func parseQuery(raw string) (url.Values, error) {
	return url.ParseQuery(strings.ReplaceAll(raw, ";", "%3B"))
}

// queryOf is the query of a request, as far as it can be read.
func queryOf(r *http.Request) url.Values {
	query, _ := parseQuery(r.URL.RawQuery)
	return query
}

// ownAddresses is where a browser finds pages of this server that people are
// redirected to; "" where it calls the server by a name that may be somebody else's.
type ownAddresses struct {
	callback string // the page that stands in for an application
	console  string // without a slash at the end
}

func (l *Login) ownAddresses(r *http.Request) ownAddresses {
	own := ownAddresses{console: l.ConsoleURL(r)}
	if l.TrustedHost(r.Host) {
		own.callback = l.base(r) + callbackPath
	}
	return own
}

// registered says whether the URI is one of the client's, as a whole. The page of
// this server that stands in for an application counts by its path, so that it
// works on any port; the console is wherever the server is.
func (own ownAddresses) registered(client *identity.Client, uri string) bool {
	if client.IsBuiltin() {
		return own.console != "" && uri == own.console+identity.BuiltinCallback
	}
	if uri != "" && uri == own.callback && slices.ContainsFunc(client.RedirectURIs, func(s string) bool { return strings.HasSuffix(s, callbackPath) }) {
		return true
	}
	return slices.Contains(client.RedirectURIs, uri) && redirectable(uri)
}

// redirectable refuses addresses that run as a script of the page they are
// opened from, or that no browser can open.
func redirectable(uri string) bool {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme == "" {
		return false
	}
	switch strings.ToLower(u.Scheme) {
	case "javascript", "data", "vbscript", "blob", "about", "file":
		return false
	case "http", "https":
		return u.Host != ""
	default:
		return true
	}
}

// check looks at everything that may be answered to the application.
func (r *authorizeRequest) check(scopes []string) error {
	if name, twice := doubled(r.query); twice {
		return refuse("invalid_request", "a parameter is there twice: "+printable(name))
	}
	wanted := identity.GrantCode
	if r.responseType == responseToken {
		wanted = identity.GrantToken
	}
	if r.client.GrantType != wanted {
		return refuse("unauthorized_client", "client is not authorized for this grant type")
	}
	if (r.org == "") != (r.provider == "") {
		return refuse("invalid_request", "org and provider only work as a pair")
	}
	r.readHint(r.query.Get("login_hint"))
	if err := r.readScope(r.query.Get("scope"), scopes); err != nil {
		return err
	}
	return r.readChallenge()
}

func (r *authorizeRequest) readChallenge() error {
	challenge, method := r.query.Get("code_challenge"), r.query.Get("code_challenge_method")
	switch {
	case r.responseType == responseToken:
		return nil
	case challenge == "" && method == "":
		if r.client.IsBuiltin() { // nothing else proves that the console trades the code
			return refuse("invalid_request", "code_challenge is missing")
		}
		return nil
	case method != "S256":
		// A challenge without a method means plain (RFC 7636 §4.3).
		return refuse("invalid_request", "code_challenge_method must be S256")
	case !isChallenge(challenge):
		return refuse("invalid_request", "code_challenge must be 43 characters of base64url")
	}
	r.challenge = challenge
	return nil
}

// isChallenge says whether s is a base64url SHA-256 without padding (RFC 7636
// §4.2).
func isChallenge(s string) bool {
	sum, err := base64.RawURLEncoding.DecodeString(s)
	return err == nil && len(sum) == sha256.Size && len(s) == base64.RawURLEncoding.EncodedLen(sha256.Size)
}

// openIDScopes are no scopes of the API: they are mockcloud's addition for
// OpenID Connect libraries, and every client has them.
var openIDScopes = []string{"openid", "profile", "email", "offline_access"}

// readScope takes the scopes apart; known are those of the API, sorted.
func (r *authorizeRequest) readScope(scope string, known []string) error {
	for s := range strings.FieldsSeq(scope) {
		_, exists := slices.BinarySearch(known, s)
		switch {
		case slices.Contains(openIDScopes, s):
			r.openID = r.openID || s == "openid"
		case exists && r.client.Has(s):
			r.scope = append(r.scope, s)
		default:
			return refuse("invalid_scope", "one or more scopes do not exist or are not allowed")
		}
	}
	return nil
}

// readHint takes email:orgName, email or orgName apart (facts: oauth.md §4).
func (r *authorizeRequest) readHint(hint string) {
	email, org, _ := strings.Cut(hint, ":")
	if !strings.Contains(email, "@") {
		email, org = "", hint
	}
	r.hintEmail, r.hintOrg = email, org
}

// failAuthorize tells the application what is wrong, or the person where the
// application cannot be trusted.
func (l *Login) failAuthorize(c echo.Context, r *authorizeRequest, err error) error {
	if u, ok := errors.AsType[untrusted](err); ok {
		return l.toErrorPage(c, u.key)
	}
	if refusal, ok := errors.AsType[*oauthError](err); ok && r != nil {
		l.Logger.Info("authorization refused", "client", r.client.ID, "reason", refusal.Error())
		return r.answer(c, r.refusal(refusal))
	}
	return err
}

// refusal lists the parameters of an error (facts: oauth.md §4: both spellings of
// the description).
func (r *authorizeRequest) refusal(e *oauthError) []parameter {
	return r.withState([]parameter{{"error", e.Code}, {"description", e.Description}, {"error_description", e.Description}})
}

// parameter is a name and a value whose order in an answer matters.
type parameter struct{ name, value string }

func (r *authorizeRequest) withState(list []parameter) []parameter {
	if r.state != "" {
		list = append(list, parameter{"state", r.state})
	}
	return list
}

// answer sends the browser back to the application: in the fragment for the
// implicit grant, in the query for the code.
func (r *authorizeRequest) answer(c echo.Context, list []parameter) error {
	pairs := make([]string, len(list))
	for i, p := range list {
		pairs[i] = p.name + "=" + encode(p.value)
	}
	encoded := strings.Join(pairs, "&")
	target, fragment, _ := strings.Cut(r.redirectURI, "#")
	switch {
	case r.responseType == responseToken:
		target += "#" + encoded
	case strings.Contains(target, "?"):
		target += "&" + encoded
	default:
		target += "?" + encoded
	}
	if fragment != "" && r.responseType == responseCode {
		target += "#" + fragment
	}
	return redirect(c, target)
}

// encode percent-encodes a value for a query or a fragment. A blank becomes %20,
// since older SDKs decode fragments twice and turn + into a blank.
func encode(value string) string {
	return strings.ReplaceAll(url.QueryEscape(value), "+", "%20")
}
