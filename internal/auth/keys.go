// Package auth answers two questions: whose token is this, and may they do
// that? It owns the signing keys, mints and checks access tokens, keeps sessions,
// codes and refresh tokens, knows how long a token lay idle and which addresses
// may call, and decides on scopes, permissions and divisions. Handing out tokens
// to clients is package login's business, administering clients and roles the
// families'.
package auth

import (
	"cmp"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Algorithm is a signature algorithm of tokens, by its name in RFC 7518 or 8037.
type Algorithm string

// The algorithms that keys can have.
const (
	ES256 Algorithm = "ES256"
	EdDSA Algorithm = "EdDSA"
	RS256 Algorithm = "RS256"
)

// Algorithms lists them all, the usual one first.
func Algorithms() []Algorithm { return []Algorithm{ES256, EdDSA, RS256} }

// ParseAlgorithm reads the name of an algorithm; "" stays "", which leaves the
// choice to others.
func ParseAlgorithm(name string) (Algorithm, error) {
	if a := Algorithm(name); a == "" || slices.Contains(Algorithms(), a) {
		return a, nil
	}
	return "", errors.New("use ES256, EdDSA or RS256")
}

// accepted are the algorithms that the header of a token may name at all. Which
// of them counts is up to its key.
var accepted = []jose.SignatureAlgorithm{jose.ES256, jose.EdDSA, jose.RS256}

// rsaBits is the size of RSA keys: the least that RFC 7518 allows, and slow
// enough to make.
const rsaBits = 2048

// longestToken is how long a key must go on verifying once it signs no more: as
// long as any token is valid, and a minute for tokens that are being signed while
// their key retires.
const longestToken = identity.MaxSCIMValiditySeconds*time.Second + time.Minute

// keyRecord is a key in the state file. Keys belong to no organization.
type keyRecord struct {
	ID      string      `json:"kid"`
	Alg     Algorithm   `json:"alg"`
	Number  int         `json:"number,omitempty"` // counts the keys of a state: two may come in the same millisecond
	PKCS8   []byte      `json:"pkcs8,omitempty"`  // only while it signs
	PKIX    []byte      `json:"pkix,omitempty"`   // in its place once it only verifies
	Created *clock.Time `json:"created"`
	Retired *clock.Time `json:"retired,omitempty"` // nil while it signs
}

var keys = store.Collection[*keyRecord]{
	Name: "keys",
	Key:  func(k *keyRecord) string { return k.ID },
}

// readKeys returns the keys of the state, the newest first.
func readKeys(tx *store.Tx) ([]*keyRecord, error) {
	var found []*keyRecord
	for k, err := range keys.All(tx) {
		if err != nil {
			return nil, err
		}
		found = append(found, k)
	}
	slices.SortFunc(found, func(a, b *keyRecord) int {
		return cmp.Or(cmp.Compare(b.Number, a.Number), b.Created.Compare(a.Created.Time), cmp.Compare(a.ID, b.ID))
	})
	return found, nil
}

// generate makes a key pair. The library no longer lets anybody choose the
// randomness of ECDSA and RSA keys, so that only Ed25519 keys follow random.
func generate(alg Algorithm, random io.Reader) (pkcs8 []byte, err error) {
	var private any
	switch alg {
	case EdDSA:
		_, private, err = ed25519.GenerateKey(random)
	case RS256:
		private, err = rsa.GenerateKey(random, rsaBits)
	case ES256:
		private, err = ecdsa.GenerateKey(elliptic.P256(), random)
	default:
		err = fmt.Errorf("unknown algorithm %q", alg)
	}
	if err == nil {
		pkcs8, err = x509.MarshalPKCS8PrivateKey(private)
	}
	if err != nil {
		return nil, fmt.Errorf("new signing key: %w", err)
	}
	return pkcs8, nil
}

// ends is when tokens of the key end to be accepted; zero means never.
func (k *keyRecord) ends() time.Time {
	if k.Retired == nil {
		return time.Time{}
	}
	return k.Retired.Add(longestToken)
}

// verifiesAt says whether tokens of the key are accepted then.
func (k *keyRecord) verifiesAt(now time.Time) bool {
	ends := k.ends()
	return ends.IsZero() || now.Before(ends)
}

// damaged is about a key that is not what was stored.
func (k *keyRecord) damaged(err error) error {
	return &store.DamagedError{What: "signing key " + k.ID, Err: err}
}

// retire ends signing. The private half is of no more use, and goes.
func (k *keyRecord) retire(now *clock.Time) error {
	public, err := k.public()
	if err != nil {
		return err
	}
	if k.PKIX, err = x509.MarshalPKIXPublicKey(public); err != nil {
		return k.damaged(err)
	}
	k.PKCS8, k.Retired = nil, now
	return nil
}

// signer is the private half.
func (k *keyRecord) signer() (crypto.Signer, error) {
	key, err := x509.ParsePKCS8PrivateKey(k.PKCS8)
	if err != nil {
		return nil, k.damaged(err)
	}
	private, ok := key.(crypto.Signer)
	if !ok {
		return nil, k.damaged(fmt.Errorf("a %T cannot sign", key))
	}
	return private, nil
}

// public is the public half. It is of the type that the algorithm asks for.
func (k *keyRecord) public() (any, error) {
	var public any
	if len(k.PKCS8) > 0 {
		private, err := k.signer()
		if err != nil {
			return nil, err
		}
		public = private.Public()
	} else {
		var err error
		if public, err = x509.ParsePKIXPublicKey(k.PKIX); err != nil {
			return nil, k.damaged(err)
		}
	}
	fits := false
	switch public := public.(type) {
	case *ecdsa.PublicKey:
		fits = k.Alg == ES256 && public.Curve == elliptic.P256()
	case ed25519.PublicKey:
		fits = k.Alg == EdDSA
	case *rsa.PublicKey:
		fits = k.Alg == RS256
	}
	if !fits {
		return nil, k.damaged(fmt.Errorf("a %T is no key for %s", public, k.Alg))
	}
	return public, nil
}
