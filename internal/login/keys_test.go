package login_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"

	"github.com/mockcloud/mockcloud/mocktest"
)

// publicKeys finds keys in the published set, and leaves the check to another
// library than the one that signs.
func publicKeys(t *testing.T, srv *mocktest.Server) jwt.Keyfunc {
	t.Helper()
	var set jose.JSONWebKeySet
	srv.Anonymous().Get(t, "/.well-known/jwks.json").JSON(t, &set)
	return func(token *jwt.Token) (any, error) {
		kid, _ := token.Header["kid"].(string)
		for _, k := range set.Key(kid) {
			if k.Algorithm == token.Method.Alg() && k.Use == "sig" && k.IsPublic() {
				return k.Key, nil
			}
		}
		return nil, jwt.ErrTokenUnverifiable
	}
}

func TestEveryAlgorithmWorksFromTokenToKeySet(t *testing.T) {
	t.Parallel()
	for _, alg := range []string{"ES256", "EdDSA", "RS256"} {
		t.Run(alg, func(t *testing.T) {
			t.Parallel()
			srv := mocktest.Start(t, mocktest.Options{JWTAlg: alg})
			got := redeem(t, srv, newBrowser(t, srv).code(t, "scope", "openid users", "nonce", "n-1"))
			access, _ := mustIssue(t, got)
			if !alive(t, srv, access) {
				t.Error("the server refuses its own token")
			}
			for _, text := range []string{access, got.Str(t, "id_token")} {
				token, err := jwt.Parse(text, publicKeys(t, srv), jwt.WithValidMethods([]string{alg}), jwt.WithIssuer(srv.URL), jwt.WithTimeFunc(srv.Clock.Now))
				if err != nil || token.Header["alg"] != alg {
					t.Errorf("%v: %s", err, text)
				}
			}
			if d := discover(t, srv, "/.well-known/openid-configuration"); !slices.Equal(d.Algs, []string{alg}) {
				t.Errorf("promised: %v", d.Algs)
			}
		})
	}
}

// Tokens of both keys are about after a rotation: libraries take their list of
// algorithms from the discovery document, and refuse what is not in it.
func TestDiscoveryFollowsARotation(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	old := srv.Admin(t)
	first := srv.Anonymous().Get(t, "/.well-known/jwks.json")
	tag := first.Header.Get("ETag")
	ask := func(tag string) *mocktest.Response {
		return srv.Anonymous().Do(t, http.MethodGet, "/.well-known/jwks.json", nil, http.Header{"If-None-Match": {tag}})
	}
	if control := first.Header.Get("Cache-Control"); tag == "" || control != "public, max-age=0, must-revalidate" || first.Header.Get("Expires") != "" || first.Header.Get("Pragma") != "" {
		t.Errorf("headers = %v", first.Header)
	}
	for _, same := range []string{tag, "W/" + tag, `"x", ` + tag, "*"} {
		if got := ask(same); got.Status != http.StatusNotModified || len(got.Body) > 0 || got.Header.Get("ETag") != tag {
			t.Errorf("%s: %d %s", same, got.Status, got.Body)
		}
	}
	if got := ask(`"x"`); got.Status != http.StatusOK {
		t.Errorf("another tag: %d", got.Status)
	}
	srv.Anonymous().Do(t, http.MethodPost, "/_mockcloud/keys/rotate", `{"alg":"RS256"}`, http.Header{"Content-Type": {"application/json"}})
	if got := ask(tag); got.Status != http.StatusOK || strings.Count(string(got.Body), `"kid"`) != 2 {
		t.Errorf("after the rotation: %d %s", got.Status, got.Body)
	}
	if d := discover(t, srv, "/.well-known/openid-configuration"); !slices.Equal(d.Algs, []string{"RS256", "ES256"}) {
		t.Errorf("promised: %v", d.Algs)
	}
	for _, token := range []string{old.Token, srv.Admin(t).Token} {
		if _, err := jwt.Parse(token, publicKeys(t, srv), jwt.WithTimeFunc(srv.Clock.Now)); err != nil {
			t.Error(err)
		}
	}
}
