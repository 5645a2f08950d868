package auth_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/uuid"

	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/identity"
)

// longest is how long the longest token is valid: that of a SCIM client.
const longest = identity.MaxSCIMValiditySeconds * time.Second

// openWith opens the state once more.
func (w *world) openWith(t *testing.T, alg auth.Algorithm) *auth.Authority {
	t.Helper()
	a, err := auth.Open(t.Context(), auth.Config{
		DB: w.db, Clock: w.clock, Random: rand.Reader, Issuer: func() string { return "http://x" }, NewID: uuid.NewString, Alg: alg,
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (w *world) rotate(t *testing.T, alg auth.Algorithm) auth.KeyInfo {
	t.Helper()
	fresh, err := w.authority.Rotate(t.Context(), alg)
	if err != nil {
		t.Fatal(err)
	}
	return fresh
}

// published is the public key set, decoded.
func (w *world) published(t *testing.T) []jose.JSONWebKey {
	t.Helper()
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(w.authority.KeySet().JSON, &set); err != nil {
		t.Fatal(err)
	}
	return set.Keys
}

func TestTokensAreSignedByTheAlgorithmAskedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var tokens []string
	for i, alg := range []auth.Algorithm{auth.EdDSA, auth.RS256, auth.ES256, ""} {
		before := w.published(t)
		w.authority = w.openWith(t, alg)
		token, _ := w.token(t)
		signed, err := jose.ParseSignedCompact(token.Access, []jose.SignatureAlgorithm{jose.ES256, jose.EdDSA, jose.RS256})
		if err != nil {
			t.Fatal(err)
		}
		keys, want := w.published(t), alg
		if alg == "" {
			want = auth.ES256 // as before
		}
		header := signed.Signatures[0].Protected
		if header.Algorithm != string(want) || header.KeyID != keys[0].KeyID || keys[0].Algorithm != string(want) || !keys[0].IsPublic() {
			t.Errorf("asked for %q: signed with %+v, published %+v", alg, header, keys[0])
		}
		if want := min(i+2, 4); len(keys) != want || len(before) > len(keys) {
			t.Errorf("asked for %q: %d keys, want %d", alg, len(keys), want)
		}
		if _, err := signed.Verify(keys[0].Key); err != nil {
			t.Errorf("%s: the published key does not verify: %v", want, err)
		}
		tokens = append(tokens, token.Access)
		for _, old := range tokens {
			if _, err := w.authority.Verify(old); err != nil {
				t.Errorf("after the change to %q: %v", alg, err)
			}
		}
	}
	if got, want := w.authority.Algorithms(), []string{"ES256", "RS256", "EdDSA"}; !slices.Equal(got, want) {
		t.Errorf("algorithms = %v, want %v", got, want)
	}
	if _, err := auth.ParseAlgorithm("HS256"); err == nil {
		t.Error("HS256 passes for an algorithm")
	}
}

// A token whose header names another algorithm than its key's is none of ours,
// whatever it is signed with (RFC 8725 §3.1).
func TestTheKeyDecidesOnTheAlgorithm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.rotate(t, auth.EdDSA)
	w.rotate(t, auth.RS256)
	_, claims := w.token(t)
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	byAlg := make(map[string]jose.JSONWebKey)
	for _, k := range w.published(t) {
		byAlg[k.Algorithm] = k
	}
	der := func(alg string) []byte {
		der, err := x509.MarshalPKIXPublicKey(byAlg[alg].Key)
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
	_, edPrivate, _ := ed25519.GenerateKey(rand.Reader)
	ecPrivate, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ecLarge, _ := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	rsaPrivate, _ := rsa.GenerateKey(rand.Reader, 2048)
	pem := func(alg string) []byte {
		return []byte("-----BEGIN PUBLIC KEY-----\n" + base64.StdEncoding.EncodeToString(der(alg)) + "\n-----END PUBLIC KEY-----\n")
	}
	tests := []struct {
		name string
		alg  jose.SignatureAlgorithm
		key  any
		kid  string
	}{
		{"HS256 with the public RSA key", jose.HS256, der("RS256"), byAlg["RS256"].KeyID},
		{"HS256 with the public RSA key as PEM", jose.HS256, pem("RS256"), byAlg["RS256"].KeyID},
		{"HS256 with the public EC key", jose.HS256, der("ES256"), byAlg["ES256"].KeyID},
		{"HS256 with the public Ed25519 key", jose.HS256, []byte(byAlg["EdDSA"].Key.(ed25519.PublicKey)), byAlg["EdDSA"].KeyID},
		{"EdDSA under the id of the EC key", jose.EdDSA, edPrivate, byAlg["ES256"].KeyID},
		{"ES256 under the id of the Ed25519 key", jose.ES256, ecPrivate, byAlg["EdDSA"].KeyID},
		{"RS256 under the id of the EC key", jose.RS256, rsaPrivate, byAlg["ES256"].KeyID},
		{"PS256 under the id of the RSA key", jose.PS256, rsaPrivate, byAlg["RS256"].KeyID},
		{"RS512 under the id of the RSA key", jose.RS512, rsaPrivate, byAlg["RS256"].KeyID},
		{"ES384 under the id of the EC key", jose.ES384, ecLarge, byAlg["ES256"].KeyID},
		{"another EC key under the id of ours", jose.ES256, ecPrivate, byAlg["ES256"].KeyID},
		{"another RSA key under the id of ours", jose.RS256, rsaPrivate, byAlg["RS256"].KeyID},
		{"another Ed25519 key under the id of ours", jose.EdDSA, edPrivate, byAlg["EdDSA"].KeyID},
		{"an unknown key id", jose.ES256, ecPrivate, "nobody"},
		{"no key id", jose.ES256, ecPrivate, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for range 2 { // the second time from memory
				if _, err := w.authority.Verify(sign(t, tt.alg, tt.key, tt.kid, payload)); err == nil {
					t.Error("it passes")
				}
			}
		})
	}
	for name, text := range map[string]string{
		"none":                     unsigned(`{"alg":"none","typ":"at+jwt","kid":"`+byAlg["ES256"].KeyID+`"}`, payload),
		"None":                     unsigned(`{"alg":"None","typ":"at+jwt","kid":"`+byAlg["ES256"].KeyID+`"}`, payload),
		"no algorithm":             unsigned(`{"typ":"at+jwt","kid":"`+byAlg["ES256"].KeyID+`"}`, payload),
		"ES256 without signature":  unsigned(`{"alg":"ES256","typ":"at+jwt","kid":"`+byAlg["ES256"].KeyID+`"}`, payload),
		"a key in the token":       withOwnKey(t, ecPrivate, byAlg["ES256"].KeyID, payload),
		"signature of all zeros":   unsigned(`{"alg":"ES256","typ":"at+jwt","kid":"`+byAlg["ES256"].KeyID+`"}`, payload) + base64.RawURLEncoding.EncodeToString(make([]byte, 64)),
		"zeros for the other key":  unsigned(`{"alg":"EdDSA","typ":"at+jwt","kid":"`+byAlg["EdDSA"].KeyID+`"}`, payload) + base64.RawURLEncoding.EncodeToString(make([]byte, 64)),
		"algorithm of another key": renamed(t, w, `"alg":"RS256"`, `"alg":"ES256"`),
		"id of another key":        renamed(t, w, byAlg["RS256"].KeyID, byAlg["ES256"].KeyID),
	} {
		if _, err := w.authority.Verify(text); err == nil {
			t.Errorf("%s: it passes", name)
		}
	}
	if token, _ := w.token(t); token.Access == "" {
		t.Error("good tokens are refused")
	}
}

func sign(t *testing.T, alg jose.SignatureAlgorithm, key any, kid string, payload []byte) string {
	t.Helper()
	opts := (&jose.SignerOptions{}).WithType("at+jwt").WithHeader("kid", kid)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, opts)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// withOwnKey is a token that brings the key that it wants to be checked with.
func withOwnKey(t *testing.T, private crypto.Signer, kid string, payload []byte) string {
	t.Helper()
	jwk, err := json.Marshal(jose.JSONWebKey{Key: private.Public(), KeyID: kid, Algorithm: "ES256"})
	if err != nil {
		t.Fatal(err)
	}
	opts := (&jose.SignerOptions{}).WithType("at+jwt").WithHeader("kid", kid).WithHeader("jwk", json.RawMessage(jwk))
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: private}, opts)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func unsigned(header string, payload []byte) string {
	return base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString(payload) + "."
}

// renamed is a good token, signed with RS256, whose header was changed.
func renamed(t *testing.T, w *world, from, to string) string {
	t.Helper()
	token, _ := w.token(t)
	head, rest, _ := strings.Cut(token.Access, ".")
	plain, err := base64.RawURLEncoding.DecodeString(head)
	if err != nil || !strings.Contains(string(plain), from) {
		t.Fatalf("%v: header = %s", err, plain)
	}
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(plain), from, to, 1))) + "." + rest
}

// A key that signs no more verifies for as long as any of its tokens can live, and
// is then forgotten; so are the tokens that were checked with it.
func TestAKeyEndsWithTheLastOfItsTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.client.ValiditySeconds = identity.MaxSCIMValiditySeconds
	first := w.authority.Keys()[0]
	w.clock.Advance(time.Hour)
	token, _ := w.token(t) // issued in the last moment before the rotation
	second := w.rotate(t, "")
	if keys := w.authority.Keys(); len(keys) != 2 || keys[0].ID != second.ID || !keys[0].Signs || keys[1].ID != first.ID || keys[1].Signs {
		t.Fatalf("after the rotation: %+v", keys)
	}
	tag := w.authority.KeySet().ETag
	w.clock.Advance(longest - time.Second)
	if _, err := w.authority.Verify(token.Access); err != nil {
		t.Errorf("one second before its end: %v", err)
	}
	until := w.authority.Keys()[1].Until
	if until == nil || until.Before(w.clock.Now()) {
		t.Fatalf("until = %v", until)
	}
	w.clock.Advance(until.Sub(w.clock.Now()))
	if keys := w.published(t); len(keys) != 1 || keys[0].KeyID != second.ID || w.authority.KeySet().ETag == tag {
		t.Errorf("published after its end: %+v", keys)
	}
	if opened := w.openWith(t, "").Keys(); len(opened) != 1 || opened[0].ID != second.ID {
		t.Errorf("opened again: %+v", opened)
	}
	third := w.rotate(t, "")
	if keys := w.openWith(t, "").Keys(); len(keys) != 2 || keys[0].ID != third.ID || keys[1].ID != second.ID {
		t.Errorf("after another rotation: %+v", keys)
	}
}

// What was remembered of a token must not outlive its key, whatever the token says
// about its own end.
func TestARememberedTokenEndsWithItsKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.client.ValiditySeconds = 2 * identity.MaxSCIMValiditySeconds // longer than any client may have
	token, _ := w.token(t)
	w.rotate(t, "")
	w.clock.Advance(longest)
	if _, err := w.authority.Verify(token.Access); err != nil {
		t.Fatalf("its key still verifies: %v", err)
	}
	w.clock.Advance(2 * time.Minute)
	if _, err := w.authority.Verify(token.Access); err == nil {
		t.Error("it passes without its key")
	}
}

// Old keys are in the state without their private halves.
func TestRotationsOutliveTheServer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var tokens []string
	for _, alg := range []auth.Algorithm{auth.RS256, auth.EdDSA, auth.ES256} {
		token, _ := w.token(t)
		tokens = append(tokens, token.Access)
		w.rotate(t, alg)
	}
	before := w.authority.Keys()
	w.authority = w.openWith(t, "")
	if after := w.authority.Keys(); fmt.Sprint(ids(before)) != fmt.Sprint(ids(after)) || len(after) != 4 {
		t.Errorf("keys before %v, after %v", ids(before), ids(after))
	}
	for i, token := range tokens {
		if _, err := w.authority.Verify(token); err != nil {
			t.Errorf("token %d: %v", i, err)
		}
	}
	private := auth.PrivateKeys(t, w.db)
	for i, k := range before {
		if private[k.ID] != (i == 0) {
			t.Errorf("key %d: has its private half: %t", i, private[k.ID])
		}
	}
}

func ids(keys []auth.KeyInfo) (ids []string) {
	for _, k := range keys {
		ids = append(ids, k.ID)
	}
	return ids
}

// A state from before keys had numbers has one key, which goes on.
func TestAKeyWithoutANumberIsTheOldest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	auth.ForgetNumbers(t, w.db)
	w.authority = w.openWith(t, "")
	token, _ := w.token(t)
	old := w.authority.Keys()[0].ID
	fresh := w.rotate(t, "").ID
	if got := ids(w.authority.Keys()); !slices.Equal(got, []string{fresh, old}) {
		t.Errorf("keys = %v, want %v", got, []string{fresh, old})
	}
	if _, err := w.authority.Verify(token.Access); err != nil {
		t.Error(err)
	}
}

// Whoever gets a token while keys are rotated can use it at once and afterwards.
func TestTokensWorkWhileKeysRotate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var wg sync.WaitGroup
	stop := make(chan struct{})
	for range 8 {
		wg.Go(func() {
			var mine []string
			for {
				select {
				case <-stop:
					for _, token := range mine {
						if _, err := w.authority.Verify(token); err != nil {
							t.Errorf("at the end: %v", err)
						}
					}
					return
				default:
				}
				token, err := w.authority.Mint(auth.Grant{Org: orgID, ClientOrg: orgID, Client: w.client})
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := w.authority.Verify(token.Access); err != nil {
					t.Errorf("at once: %v", err)
				}
				mine = append(mine, token.Access)
			}
		})
	}
	for i := range 20 {
		w.rotate(t, []auth.Algorithm{auth.ES256, auth.EdDSA}[i%2])
	}
	close(stop)
	wg.Wait()
	if got := len(w.authority.Keys()); got != 21 {
		t.Errorf("%d keys", got)
	}
}

// Rotations at the same time come one after the other.
func TestRotationsAtTheSameTimeAllCount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := w.authority.Rotate(t.Context(), ""); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	signing := 0
	keys := w.authority.Keys()
	for _, k := range keys {
		if k.Signs {
			signing++
		}
	}
	if len(keys) != 9 || signing != 1 || !keys[0].Signs {
		t.Errorf("%d keys, %d of them sign: %+v", len(keys), signing, keys)
	}
	if opened := w.openWith(t, "").Keys(); fmt.Sprint(ids(opened)) != fmt.Sprint(ids(keys)) {
		t.Errorf("in the state: %v, in memory: %v", ids(opened), ids(keys))
	}
}

// A rotation that cannot be stored changes nothing.
func TestARotationThatFailsChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	before := w.authority.KeySet().ETag
	if _, err := w.authority.Rotate(t.Context(), "HS256"); err == nil {
		t.Error("an algorithm that does not exist is accepted")
	}
	if err := w.db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := w.authority.Rotate(t.Context(), ""); err == nil {
		t.Error("it passes for stored in a closed state")
	}
	if w.authority.KeySet().ETag != before {
		t.Error("the keys have changed")
	}
	w.token(t)
}
