package auth_test

import "testing"

// RFC 9068 §4: an ID token has the same key and may have the same claims, but is
// no access token.
func TestOnlyAccessTokensPassForAccessTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	token, claims := w.token(t)
	other, err := w.authority.SignAs(claims, "JWT")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.authority.Verify(token.Access); err != nil {
		t.Error(err)
	}
	if _, err := w.authority.Verify(other); err == nil {
		t.Error("a token of another type passes")
	}
}
