package console

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/identity"
)

// oauthCallback is the page of this server that stands in for an application.
const oauthCallback = "/_mockcloud/callback"

// oauthTrial is what the page to try a client shows.
type oauthTrial struct {
	Client    *oauthClient
	Status    map[string]any
	Grant     string
	Off       bool    // the server does not serve this grant type
	Fields    []field // of the form that runs the grant; none where a browser has to
	Authorize string  // where the browser begins; "" where the client does not know the callback
	Callback  string  // to be registered
	Run       *oauthRun
	Lines     []snippet
}

// oauthRun is a grant that was run: what was sent and what came back, without secrets.
type oauthRun struct {
	Request string
	Status  int
	Answer  string
	Token   string // "" where none came back
	Problem string // why nothing was sent
}

// Good says whether a token came back.
func (r *oauthRun) Good() bool { return r.Token != "" }

func tryOAuthClient(v *visit) error {
	c, err := readOAuthClient(v)
	if err != nil {
		return err
	}
	return showOAuthTrial(v, c, nil)
}

func showOAuthTrial(v *visit, c *oauthClient, run *oauthRun) error {
	off, err := oauthGrantOff(v, c.GrantType)
	if err != nil {
		return err
	}
	t := &oauthTrial{
		Client: c, Status: c.status(v), Grant: oauthGrantName(v, c.GrantType), Off: off,
		Callback: v.origin() + oauthCallback, Run: run,
	}
	secret := field{Name: "secret", Label: v.T("oauth.secret"), Hint: v.T("oauth.try.secret"), Type: "password", Mono: true, Required: true}
	redirect := t.Callback
	switch c.GrantType {
	case identity.GrantClientCredentials:
		t.Fields = []field{secret}
	case identity.GrantSAML2Bearer:
		t.Fields = []field{{Name: "username", Label: v.T("oauth.try.person"), Value: cmp.Or(v.form("username"), v.me.Email), Required: true}, secret}
	case identity.GrantPassword:
		t.Fields = []field{
			{Name: "username", Label: v.T("oauth.try.email"), Value: v.form("username"), Required: true},
			{Name: "password", Label: v.T("oauth.try.password"), Type: "password", Required: true},
			secret,
		}
	default:
		// The page counts by its path, on whatever port it was registered.
		if slices.ContainsFunc(c.RedirectURIs, func(uri string) bool { return strings.HasSuffix(uri, oauthCallback) }) {
			kind := "code"
			if c.GrantType == identity.GrantToken {
				kind = "token"
			}
			t.Authorize = "/oauth/authorize?" + url.Values{
				"client_id": {c.ID}, "response_type": {kind}, "redirect_uri": {t.Callback}, "state": {"try"},
			}.Encode()
		} else if len(c.RedirectURIs) > 0 {
			redirect = c.RedirectURIs[0]
		}
	}
	t.Lines = snippetsOf(v.origin(), c, redirect)
	p := oauthPage(v, c, "oauth-client-try")
	p.Data = t
	return v.render(p)
}

// oauthGrantOff asks the server, by what it says to everybody, whether it serves a
// grant type at all.
func oauthGrantOff(v *visit, grantType string) (bool, error) {
	name, asks := map[string]string{identity.GrantPassword: "password", identity.GrantToken: "implicit"}[grantType]
	if !asks {
		return false, nil
	}
	answer, err := v.api.raw(http.MethodGet, "/.well-known/oauth-authorization-server", "", nil)
	if err != nil {
		return false, err
	}
	var serves struct {
		Grants []string `json:"grant_types_supported"`
	}
	if err := json.Unmarshal(answer.body.Bytes(), &serves); err != nil {
		return false, err
	}
	return !slices.Contains(serves.Grants, name), nil
}

// runOAuthGrant runs the grant as a program would. The secret serves this once.
func runOAuthGrant(v *visit) error {
	c, err := readOAuthClient(v)
	if err != nil {
		return err
	}
	form := url.Values{}
	switch c.GrantType {
	case identity.GrantClientCredentials:
		form.Set("grant_type", "client_credentials")
	case identity.GrantPassword:
		form = url.Values{"grant_type": {"password"}, "username": {v.form("username")}, "password": {v.Request().PostFormValue("password")}}
	case identity.GrantSAML2Bearer:
		var said struct {
			Assertion string `json:"assertion"`
			OrgName   string `json:"orgName"`
		}
		err := v.api.control(http.MethodPost, "/idp/assertion", doc{"user": v.form("username")}, &said)
		if p := v.problem(err); p != nil {
			return showOAuthTrial(v, c, &oauthRun{Problem: p.Message})
		}
		if statusOf(err) == http.StatusNotFound { // no such person, or the provider is off
			return showOAuthTrial(v, c, &oauthRun{Problem: v.T("oauth.try.nobody", v.form("username"))})
		}
		if err != nil {
			return err
		}
		form = url.Values{"grant_type": {oauthSAMLGrant}, "orgName": {said.OrgName}, "assertion": {said.Assertion}}
	default: // a browser has to do it
		return v.redirect(c.Href() + "/try")
	}
	run, err := v.requestToken(c.ID, v.form("secret"), form)
	if err != nil {
		return err
	}
	return showOAuthTrial(v, c, run)
}

// oauthSAMLGrant is the grant_type of the SAML2 bearer grant.
const oauthSAMLGrant = "urn:ietf:params:oauth:grant-type:saml2-bearer"

// requestToken calls the token endpoint in process, in the name of the client.
func (v *visit) requestToken(id, secret string, form url.Values) (*oauthRun, error) {
	r, err := v.api.request(v.Request().Context(), http.MethodPost, "/oauth/token", echo.MIMEApplicationForm, []byte(form.Encode()))
	if err != nil {
		return nil, err
	}
	r.SetBasicAuth(id, secret)
	answer := v.api.answer(r)
	var got struct {
		AccessToken string `json:"access_token"`
	}
	_ = json.Unmarshal(answer.body.Bytes(), &got) // refusals have none
	run := &oauthRun{
		Request: shownTokenRequest(v.origin(), id, form), Status: answer.status,
		Answer: shownTokenAnswer(answer.body.Bytes()), Token: got.AccessToken,
	}
	return run, nil
}

// oauthHidden stands where a secret was.
const oauthHidden = "••••••"

// shownTokenRequest writes the request without its secrets.
func shownTokenRequest(origin, id string, form url.Values) string {
	parts := make([]string, 0, len(form))
	for _, name := range []string{"grant_type", "orgName", "username", "assertion", "password"} {
		switch value := form.Get(name); {
		case value == "":
		case name == "password":
			parts = append(parts, name+"="+oauthHidden)
		case name == "assertion":
			parts = append(parts, name+"="+shortToken(value))
		default:
			parts = append(parts, name+"="+url.QueryEscape(value))
		}
	}
	return "POST " + origin + "/oauth/token\n" +
		"Authorization: Basic base64(" + id + ":" + oauthHidden + ")\n" +
		"Content-Type: " + echo.MIMEApplicationForm + "\n\n" + strings.Join(parts, "&")
}

// oauthTokens are those in an answer.
var oauthTokens = regexp.MustCompile(`("(?:access_token|refresh_token|id_token)":\s*")([^"]*)"`)

// shownTokenAnswer writes the answer with its tokens cut short.
func shownTokenAnswer(body []byte) string {
	cut := oauthTokens.ReplaceAllFunc(body, func(found []byte) []byte {
		parts := oauthTokens.FindSubmatch(found)
		return []byte(string(parts[1]) + shortToken(string(parts[2])) + `"`)
	})
	return pretty(string(cut))
}

// shortToken is how a token begins: enough to tell it from another, and of no use.
func shortToken(token string) string {
	if len(token) <= 24 {
		return strings.Repeat("•", len(token))
	}
	return token[:12] + "…"
}
