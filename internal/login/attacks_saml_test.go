package login_test

import (
	"encoding/base64"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

func relayStateRedirect(t *testing.T, srv *mocktest.Server) {
	b := newBrowser(t, srv)
	got := b.do(t.Context(), t, http.MethodPost, "/saml", url.Values{
		"SAMLResponse": {assertion(t, srv, `{"user":"`+agentEmail+`"}`)}, "RelayState": {"http://evil.test/"},
	})
	if got.location != "/login" {
		t.Errorf("the browser goes to %s", got.location)
	}
}

// The attacker has signed in and hands the last step to the victim.
func stolenContinue(t *testing.T, srv *mocktest.Server) {
	attacker, victim := newBrowser(t, srv), newBrowser(t, srv)
	last := attacker.signInAtIDP(t, attacker.get(t, authorize("org", "mockcloud", "provider", providerID(t, srv))))
	victim.get(t, authorize())
	for name, b := range map[string]*browser{"with cookies of its own": victim, "without any": newBrowser(t, srv)} {
		if got := b.get(t, last.location); got.status != http.StatusBadRequest || got.header.Get("Set-Cookie") != "" && strings.Contains(got.header.Get("Set-Cookie"), "session") {
			t.Errorf("%s: %d %s", name, got.status, got.location)
		}
	}
	without, _, _ := strings.Cut(last.location, "&ticket=")
	if got := attacker.get(t, without); got.status != http.StatusBadRequest {
		t.Errorf("without the ticket: %d %s", got.status, got.location)
	}
	if got := attacker.finish(t, last); got.query(t).Get("code") == "" {
		t.Errorf("whoever began it: %d", got.status)
	}
	if got := attacker.get(t, last.location); got.status != http.StatusBadRequest {
		t.Errorf("a second time: %d", got.status)
	}
}

// The attacker begins, lets the victim sign in at the provider, and goes on alone.
func handedOver(t *testing.T, srv *mocktest.Server) {
	attacker, victim := newBrowser(t, srv), newBrowser(t, srv)
	start := attacker.get(t, authorize("org", "mockcloud", "provider", providerID(t, srv)))
	state := start.query(t).Get("RelayState")
	last := victim.signInAtIDP(t, start)
	if got := victim.get(t, last.location); got.status != http.StatusBadRequest {
		t.Errorf("the victim signs in for the attacker: %d %s", got.status, got.location)
	}
	for _, ticket := range []string{"", "&ticket=", "&ticket=x"} {
		if got := attacker.get(t, "/saml/continue?id="+url.QueryEscape(state)+ticket); got.status != http.StatusBadRequest {
			t.Errorf("the attacker is signed in: %d %s", got.status, got.location)
		}
	}
}

func replayAcrossDoors(t *testing.T, srv *mocktest.Server) {
	text := assertion(t, srv, `{"user":"`+agentEmail+`"}`)
	mustIssue(t, bearerGrant(t, srv, text))
	b := newBrowser(t, srv)
	got := b.do(t.Context(), t, http.MethodPost, "/saml", url.Values{"SAMLResponse": {text}})
	if got.status != http.StatusBadRequest || !strings.Contains(got.body, "used before") {
		t.Errorf("answer = %d\n%s", got.status, got.body)
	}
	if page := b.get(t, "/login"); strings.Contains(page.body, "My Account") {
		t.Error("the replay has signed somebody in")
	}
}

// An answer to one request does not serve for another.
func unaskedAnswer(t *testing.T, srv *mocktest.Server) {
	b := newBrowser(t, srv)
	start := b.get(t, authorize("org", "mockcloud", "provider", providerID(t, srv)))
	state := start.query(t).Get("RelayState")
	got := b.do(t.Context(), t, http.MethodPost, "/saml", url.Values{
		"SAMLResponse": {assertion(t, srv, `{"user":"`+agentEmail+`"}`)}, "RelayState": {state},
	})
	if got.status != http.StatusBadRequest || !strings.Contains(got.body, "a request that was not made") {
		t.Errorf("answer = %d\n%s", got.status, got.body)
	}
}

// An answer that says it was asked for, without the request.
func answerWithoutRequest(t *testing.T, srv *mocktest.Server) {
	b := newBrowser(t, srv)
	page := b.get(t, b.get(t, authorize("org", "mockcloud", "provider", providerID(t, srv))).location)
	page = b.submit(t, page, "user", "6d6f636b-0001-4000-8000-000000000001/"+agentID)
	got := b.submit(t, page, "RelayState", "another")
	if got.status != http.StatusBadRequest || !strings.Contains(got.body, "a request that was not made") {
		t.Errorf("answer = %d %s\n%s", got.status, got.location, got.body)
	}
}

// rewritten is a good assertion after a change to its XML.
func rewritten(t *testing.T, srv *mocktest.Server, change func(string) string) string {
	t.Helper()
	text, err := base64.StdEncoding.DecodeString(assertion(t, srv, `{"user":"`+agentEmail+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	changed := change(string(text))
	if changed == string(text) {
		t.Fatal("the change changes nothing")
	}
	return base64.StdEncoding.EncodeToString([]byte(changed))
}

func notIssued(t *testing.T, got *mocktest.Response) {
	t.Helper()
	if got.Status != http.StatusBadRequest || got.Str(t, "error") != "invalid_grant" {
		t.Errorf("answer = %d %s", got.Status, got.Body)
	}
}

// The signed assertion stays, and a forged one stands beside or around it. All
// shapes are tried in package saml; this is the way in.
func wrappedAssertion(t *testing.T, srv *mocktest.Server) {
	const begin, end = "<saml:Assertion", "</saml:Assertion>"
	forge := func(s string) (before, good, evil, after string) {
		i, j := strings.Index(s, begin), strings.Index(s, end)+len(end)
		good = s[i:j]
		return s[:i], good, strings.ReplaceAll(good, agentEmail, adminEmail), s[j:]
	}
	notIssued(t, bearerGrant(t, srv, rewritten(t, srv, func(s string) string {
		before, good, evil, after := forge(s)
		return before + evil + good + after
	})))
	notIssued(t, bearerGrant(t, srv, rewritten(t, srv, func(s string) string {
		before, good, evil, after := forge(s)
		return before + "<samlp:Extensions>" + good + "</samlp:Extensions>" + evil + after
	})))
	notIssued(t, bearerGrant(t, srv, rewritten(t, srv, func(s string) string { return strings.ReplaceAll(s, agentEmail, adminEmail) })))
}

func entityExpansion(t *testing.T, srv *mocktest.Server) {
	for _, subset := range []string{
		`<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>`,
		`<!DOCTYPE x [<!ENTITY c SYSTEM "file:///etc/passwd">]>`,
	} {
		notIssued(t, bearerGrant(t, srv, base64.StdEncoding.EncodeToString([]byte(subset+"<x>&c;</x>"))))
		notIssued(t, bearerGrant(t, srv, rewritten(t, srv, func(s string) string { return subset + s })))
	}
	notIssued(t, bearerGrant(t, srv, rewritten(t, srv, func(s string) string {
		return strings.ReplaceAll(s, agentEmail, agentEmail+"<!-- -->")
	})))
}

func oversizedAssertion(t *testing.T, srv *mocktest.Server) {
	got := bearerGrant(t, srv, strings.Repeat("A", 1<<20))
	refused(t, got, "invalid_request", "the request body could not be read")
	notIssued(t, bearerGrant(t, srv, base64.StdEncoding.EncodeToString([]byte(strings.Repeat("<a>", 40_000)))))
}

func unsignedAssertion(t *testing.T, srv *mocktest.Server) {
	notIssued(t, bearerGrant(t, srv, rewritten(t, srv, func(s string) string {
		i, j := strings.Index(s, "<ds:Signature"), strings.Index(s, "</ds:Signature>")+len("</ds:Signature>")
		return s[:i] + s[j:]
	})))
}

// An answer to our request that the provider has addressed to somebody else.
func answerForSomebodyElse(t *testing.T, srv *mocktest.Server) {
	b := newBrowser(t, srv)
	page := b.get(t, b.get(t, authorize("org", "mockcloud", "provider", providerID(t, srv))).location)
	page = b.submit(t, page, "user", "6d6f636b-0001-4000-8000-000000000001/"+agentID, "acs", "http://other.test/saml")
	form := url.Values{}
	for _, field := range hiddenField.FindAllStringSubmatch(page.body, -1) {
		form.Set(field[1], html.UnescapeString(field[2]))
	}
	got := b.do(t.Context(), t, http.MethodPost, "/saml", form)
	if got.status != http.StatusBadRequest || !strings.Contains(got.body, "addressed to another recipient") {
		t.Errorf("answer = %d %s\n%s", got.status, got.location, got.body)
	}
}
