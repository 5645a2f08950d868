package server_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/mocktest"
)

// badToken is a way of not being let in.
type badToken struct {
	name   string
	header []string
	atDoor bool // too long for net/http
}

// badTokens are those that the server must take for none. It advances the clock.
func badTokens(t testing.TB, srv *mocktest.Server) []badToken {
	t.Helper()
	expired := srv.AsUser(t, "admin@mockcloud.test").Token
	srv.Clock.Advance(48 * time.Hour)
	ended := srv.AsUser(t, "admin@mockcloud.test")
	if got := ended.Delete(t, "/api/v2/tokens/me"); got.Status != http.StatusOK {
		t.Fatalf("ending a token: %d %s", got.Status, got.Body)
	}
	elsewhere := mocktest.Start(t, mocktest.Options{Start: srv.Clock.Now()})
	foreign := elsewhere.Admin(t).Token
	elsewhere.Stop(t)

	good := srv.Admin(t).Token
	parts := strings.Split(good, ".")
	text := func(part string) string {
		decoded, err := base64.RawURLEncoding.DecodeString(part)
		if err != nil {
			t.Fatal(err)
		}
		return string(decoded)
	}
	encode := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	var head map[string]any
	if err := json.Unmarshal([]byte(text(parts[0])), &head); err != nil {
		t.Fatal(err)
	}
	withAlg := func(alg string) string {
		head["alg"] = alg
		return string(encoded(head))
	}
	bearer := func(token string) []string { return []string{"Authorization: Bearer " + token} }
	flipped := []byte(parts[2])
	flipped[10] ^= 1
	bad := []badToken{
		{name: "none", header: nil},
		{name: "an empty header", header: []string{"Authorization: "}},
		{name: "a scheme alone", header: []string{"Authorization: Bearer"}},
		{name: "a token alone", header: []string{"Authorization: " + good}},
		{name: "another scheme", header: []string{"Authorization: Basic " + good}},
		{name: "garbage", header: bearer("garbage")},
		{name: "dots", header: bearer("..")},
		{name: "an expired token", header: bearer(expired)},
		{name: "an ended token", header: bearer(ended.Token)},
		{name: "another server's token", header: bearer(foreign)},
		{name: "alg none", header: bearer(encode(withAlg("none")) + "." + parts[1] + ".")},
		{name: "alg None with a signature", header: bearer(encode(withAlg("None")) + "." + parts[1] + "." + parts[2])},
		{name: "no signature", header: bearer(parts[0] + "." + parts[1] + ".")},
		{name: "a signature of zeros", header: bearer(parts[0] + "." + parts[1] + "." + encode(strings.Repeat("\x00", 64)))},
		{name: "a signature with a bit flipped", header: bearer(parts[0] + "." + parts[1] + "." + string(flipped))},
		{name: "other claims", header: bearer(parts[0] + "." + encode(strings.Replace(text(parts[1]), `"sub":"`, `"sub":"6`, 1)) + "." + parts[2])},
		{name: "claims that are no object", header: bearer(parts[0] + "." + encode("[]") + "." + parts[2])},
		{name: "a fourth part", header: bearer(good + ".x")},
		{name: "with a NUL", header: bearer(good + "\x00"), atDoor: true},
		{name: "with something behind", header: bearer(good + " x")},
		{name: "a refusal first, the token second", header: append(bearer("x"), bearer(good)...)},
		{name: "60 kB", header: bearer(strings.Repeat("eyJh.", 12_000))},
		{name: "100 kB", header: bearer(strings.Repeat("a", 100_000)), atDoor: true},
		{name: "in the query", header: []string{"X-Access-Token: " + good}},
		{name: "in a cookie", header: []string{"Cookie: access_token=" + good}},
	}
	for name, secret := range publicKeyTexts(t, srv) {
		signed := encode(withAlg("HS256")) + "." + parts[1]
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte(signed))
		bad = append(bad, badToken{name: "HS256 with the public key as " + name, header: bearer(signed + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)))})
	}
	return bad
}

// publicKeyTexts are the forms of the public key that a careless server might
// take for a secret.
func publicKeyTexts(t testing.TB, srv *mocktest.Server) map[string][]byte {
	t.Helper()
	var set struct {
		Keys []struct{ Kty, X, Y string }
	}
	got := srv.Anonymous().Get(t, "/.well-known/jwks.json")
	got.JSON(t, &set)
	if len(set.Keys) == 0 || set.Keys[0].Kty != "EC" {
		t.Fatalf("keys: %s", got.Body)
	}
	coordinate := func(text string) []byte {
		b, err := base64.RawURLEncoding.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	x, y := coordinate(set.Keys[0].X), coordinate(set.Keys[0].Y)
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), slices.Concat([]byte{4}, x, y))
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return map[string][]byte{
		"DER":         der,
		"PEM":         pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}),
		"coordinates": slices.Concat(x, y),
		"nothing":     {},
	}
}
