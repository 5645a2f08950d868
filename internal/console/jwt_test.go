package console_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/mocktest"
)

func TestATokenIsTakenApartAndCheckedByTheAPI(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, homeAdmin)
	ada.get(t, "/tools/jwt").says(t, "Access token", "Show my own token's claims")
	token := srv.AsUser(t, homeAgent).Token
	read := func(token string) *answer {
		t.Helper()
		return ada.post(t, "/tools/jwt", url.Values{"token": {token}})
	}
	page := read(" Bearer "+token[:20]+"\n"+token[20:]+"\n").
		says(t, "Accepted The signature is good", "Alex Agent", "mockcloud", "client_id", "The OAuth client", "2026-01-16 12:00:00 UTC · 1 d left", "ES256", "How it is signed")
	page.lacks(t, token, token[:40])
	if page.Status != 200 {
		t.Errorf("status = %d", page.Status)
	}
	// Of a client there is no user.
	read(srv.Admin(t).Token).says(t, "Whose it is Mockcloud Admin")

	// A changed claim, or another signature, is no token of this server.
	parts := strings.Split(token, ".")
	forged := parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"<script>","exp":1,"list":[1,2],"exp":1e300}`)) + "." + parts[2]
	page = read(forged).says(t, "Refused The token does not count", "not a token of this server", "<script>", "1970-01-01 00:00:01 UTC · ended", "[1,2]", "1e300")
	page.lacksSource(t, "<script>,")
	if strings.Contains(page.Body, "<script>") {
		t.Error("a claim is not escaped")
	}

	own := ada.post(t, "/tools/jwt", url.Values{"own": {"true"}})
	own.says(t, "Claims of your own token", "Whose it is Ada Admin").lacks(t, ada.token, ada.token[:40])

	// It ends, and is ended.
	homeCall(t, srv.Bearer(token), "DELETE", "/tokens/me", nil)
	read(token).says(t, "Refused The token does not count")
	other := srv.AsUser(t, homeAgent).Token
	srv.Clock.Advance(25 * time.Hour)
	ada.token = srv.AsUser(t, homeAdmin).Token
	read(other).says(t, "ended 1 h ago", "expired at")
}

func TestWhatIsNoTokenIsRefusedInWords(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, homeAdmin)
	object := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`))
	list := base64.RawURLEncoding.EncodeToString([]byte(`[1]`))
	cut := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":`))
	more := base64.RawURLEncoding.EncodeToString([]byte(`{} {}`))
	for token, text := range map[string]string{
		"": "Paste a token first.", "   ": "Paste a token first.", "garbage": "has three parts", "a.b": "has three parts", "a.b.c.d": "has three parts",
		"!!.??.x": "base64url", list + "." + object + ".x": "no JSON object", cut + "." + object + ".x": "no JSON object", object + "." + more + ".x": "no JSON object",
		strings.Repeat("a", 20_000): "too long",
	} {
		if got := ada.post(t, "/tools/jwt", url.Values{"token": {token}}).says(t, text); got.Status != http.StatusBadRequest {
			t.Errorf("%.20q: status = %d", token, got.Status)
		}
	}
	// Without a signature it is none that counts, but can be looked at.
	ada.post(t, "/tools/jwt", url.Values{"token": {object + "." + object + "."}}).says(t, "Refused The token does not count", "none")
}

// A session that has ended keeps what was typed into a form, but no token.
func TestTheTokenIsNotKeptWhereTheSessionHasEnded(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	got := (&visitor{srv: srv, token: "x"}).post(t, "/tools/jwt", url.Values{"token": {"fake-secret-token"}})
	got.lacks(t, "fake-secret-token")
	if got.Status != http.StatusUnauthorized {
		t.Errorf("status = %d", got.Status)
	}
}
