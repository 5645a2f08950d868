package login_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// The attacks of RFC 6749 §10, RFC 7636 §7, RFC 7522 §8 and RFC 9700 that apply
// here, each tried. Where the whole of an attack is tried elsewhere, the name of
// that test stands in the table, and nothing runs twice.
func TestAttacks(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, source string
		elsewhere    string // the test that tries it
		try          func(t *testing.T, srv *mocktest.Server)
	}{
		{name: "open redirect by the authorize endpoint", source: "RFC 6749 §10.15, RFC 9700 §4.11", elsewhere: "TestWhatIsNotTrustedEndsOnTheErrorPage"},
		{name: "open redirect by the logout", source: "RFC 9700 §4.11", elsewhere: "TestLoggingOut"},
		{name: "open redirect after the log-in without an application", source: "RFC 9700 §4.11", elsewhere: "TestASignInLeadsBackToPagesOfOursAlone"},
		{name: "open redirect by the relay state", source: "RFC 9700 §4.11", try: relayStateRedirect},
		{name: "redirect URI manipulation", source: "RFC 6749 §10.6, RFC 9700 §4.1", elsewhere: "TestWhatIsNotTrustedEndsOnTheErrorPage"},
		{name: "redirect URI manipulation for the console", source: "RFC 6749 §10.6, RFC 9700 §4.1", elsewhere: "TestTheConsolesCodesGoNowhereElse"},
		{name: "code of another redirect URI", source: "RFC 6749 §10.6", elsewhere: "TestCodesAreRefused"},
		{name: "code injection into another session", source: "RFC 9700 §4.5", try: codeInjection},
		{name: "code guessing", source: "RFC 6749 §10.10", try: codeGuessing},
		{name: "code replay", source: "RFC 6749 §10.5, RFC 9700 §4.2", elsewhere: "TestAReusedCodeRevokesWhatItGave"},
		{name: "code replay in parallel", source: "RFC 6749 §10.5", elsewhere: "TestOneOfManyParallelTradesOfACodeWins"},
		{name: "PKCE downgrade: no verifier", source: "RFC 9700 §4.8.2", elsewhere: "TestCodesAreRefused"},
		{name: "PKCE downgrade: stripped challenge", source: "RFC 9700 §4.8.2", elsewhere: "TestCodesAreRefused"},
		{name: "PKCE downgrade: no challenge of the console", source: "RFC 9700 §4.8.2", elsewhere: "TestWhatTheConsoleAsksForIsChecked"},
		{name: "PKCE downgrade: plain", source: "RFC 7636 §7.2", elsewhere: "TestWhatIsTrustedIsToldToTheApplication"},
		{name: "mix of clients: code", source: "RFC 6749 §10.16", elsewhere: "TestCodesAreRefused"},
		{name: "mix of clients: refresh token", source: "RFC 6749 §10.4", elsewhere: "TestRefreshTokensAreRefused"},
		{name: "refresh token reuse", source: "RFC 9700 §4.14", elsewhere: "TestRefreshTokensRotate"},
		{name: "refresh by a client that proves nothing", source: "RFC 6749 §10.4", elsewhere: "TestRefreshTokensAreRefused"},
		{name: "ID token as access token", source: "RFC 9068 §4", try: idTokenAsAccessToken},
		{name: "token with the algorithm none", source: "RFC 8725 §2.1", try: unsignedToken},
		{name: "response type of another grant", source: "RFC 9700 §4.10", elsewhere: "TestWhatIsTrustedIsToldToTheApplication"},
		{name: "CSRF on the log-in form: no token", source: "RFC 6749 §10.12", try: formWithoutToken},
		{name: "CSRF on the log-in form: token of another browser", source: "RFC 6749 §10.12", try: formOfAnotherBrowser},
		{name: "CSRF on the log-in form: another origin", source: "RFC 6749 §10.12", try: formOfAnotherOrigin},
		{name: "CSRF on the page of webhooks", source: "RFC 6749 §10.12", elsewhere: "TestEventsAreClearedByTheFormOfThePageAlone"},
		{name: "CSRF on the approval", source: "RFC 6749 §10.12", try: approvalWithoutToken},
		{name: "cookie for scripts or other sites", source: "RFC 6749 §10.12", try: cookieAttributes},
		{name: "planted session", source: "RFC 6749 §10.12", try: plantedSession},
		{name: "sign-in of another browser by single sign-on", source: "RFC 6749 §10.12", try: stolenContinue},
		{name: "sign-in handed over to a victim", source: "RFC 6749 §10.12", try: handedOver},
		{name: "scopes approved unseen", source: "RFC 6749 §10.13", try: unseenScopes},
		{name: "name of another site that leads here", source: "DNS rebinding", try: foreignHost},
		{name: "path of two slashes as another host", source: "RFC 9700 §4.11", try: doubleSlash},
		{name: "secrets in the log", source: "RFC 9700 §4.3", try: nothingLogged},
		{name: "clickjacking", source: "RFC 6749 §10.13, RFC 9700 §4.16", try: clickjacking},
		{name: "clickjacking through the sample application", source: "RFC 6749 §10.13", elsewhere: "TestTheSampleApplicationCanDoNothing"},
		{name: "token or code in a Referer", source: "RFC 9700 §4.2.4", try: referrers},
		{name: "code in a cache", source: "RFC 9700 §4.3", try: nothingCached},
		{name: "password guessing", source: "RFC 6749 §10.10", elsewhere: "TestFailedSignInsAreThrottledPerAccount"},
		{name: "assertion replay", source: "RFC 7522 §8", elsewhere: "TestAnAssertionServesOnce"},
		{name: "assertion replay by another door", source: "RFC 7522 §8", try: replayAcrossDoors},
		{name: "answer to a request that was not made", source: "SAML profiles §4.1.5", try: unaskedAnswer},
		{name: "answer without its request", source: "SAML profiles §4.1.5", try: answerWithoutRequest},
		{name: "answer addressed to somebody else", source: "RFC 7522 §3", try: answerForSomebodyElse},
		{name: "signature wrapping", source: "RFC 7522 §8", try: wrappedAssertion},
		{name: "XML entity expansion", source: "RFC 7522 §8", try: entityExpansion},
		{name: "oversized assertion", source: "RFC 7522 §8", try: oversizedAssertion},
		{name: "unsigned assertion", source: "RFC 7522 §3", try: unsignedAssertion},
		{name: "header injection by the state", source: "RFC 6749 §10.14", try: headerInjection},
		{name: "policy injection by the redirect URI", source: "RFC 6749 §10.14", try: policyInjection},
	}
	sources := testSources(t)
	for _, tt := range tests {
		if tt.try == nil {
			if !strings.Contains(sources, "func "+tt.elsewhere+"(t *testing.T)") {
				t.Errorf("nothing tries %s: there is no test %q", tt.name, tt.elsewhere)
			}
			continue
		}
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.try(t, mocktest.Start(t, mocktest.Options{}))
		})
	}
}

// testSources is the text of this package's tests.
func testSources(t *testing.T) string {
	t.Helper()
	names, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}
