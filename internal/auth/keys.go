// Package auth answers two questions: whose token is this, and may they do
// that? It owns the signing keys, mints and checks access tokens, keeps sessions,
// codes and refresh tokens, knows how long a token lay idle and which addresses
// may call, and decides on scopes, permissions and divisions. Handing out tokens
// to clients is package login's business, administering clients and roles the
// families'.
package auth

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/go-jose/go-jose/v4"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/store"
)

// keyRecord is a signing key in the state file. Keys belong to no
// organization.
type keyRecord struct {
	ID      string      `json:"kid"`
	Alg     string      `json:"alg"`
	PKCS8   []byte      `json:"pkcs8"`
	Created *clock.Time `json:"created"`
}

var keys = store.Collection[*keyRecord]{
	Name: "keys",
	Key:  func(k *keyRecord) string { return k.ID },
}

// algorithms are the signature algorithms that a token may carry.
var algorithms = []jose.SignatureAlgorithm{jose.ES256}

// loadKeys reads the signing keys of the state file and makes the first one
// where there is none.
func loadKeys(ctx context.Context, db *store.DB, now *clock.Time, newID func() string, random io.Reader) ([]*keyRecord, error) {
	var found []*keyRecord
	read := func(tx *store.Tx) error {
		found = found[:0]
		for k, err := range keys.All(tx) {
			if err != nil {
				return err
			}
			found = append(found, k)
		}
		return nil
	}
	if err := db.View(ctx, store.Global, read); err != nil {
		return nil, fmt.Errorf("signing keys: %w", err)
	}
	if len(found) > 0 {
		return found, nil
	}
	private, err := ecdsa.GenerateKey(elliptic.P256(), random)
	if err != nil {
		return nil, fmt.Errorf("new signing key: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, fmt.Errorf("new signing key: %w", err)
	}
	err = db.Update(ctx, store.Global, func(tx *store.Tx) error {
		if err := read(tx); err != nil || len(found) > 0 {
			return err
		}
		record := &keyRecord{ID: newID(), Alg: string(jose.ES256), PKCS8: der, Created: now}
		found = []*keyRecord{record}
		return keys.Insert(tx, record)
	})
	if err != nil {
		return nil, fmt.Errorf("store signing key: %w", err)
	}
	return found, nil
}

// The types of tokens, as their header says (RFC 9068, RFC 7519).
const (
	typeAccess = "at+jwt"
	typeID     = "JWT"
)

// keyring holds the decoded keys. It is read-only.
type keyring struct {
	signers map[string]jose.Signer      // by type of token, of the newest key
	publics map[string]*ecdsa.PublicKey // by key id
	jwks    []byte                      // what /.well-known/jwks.json answers
}

func newKeyring(records []*keyRecord) (*keyring, error) {
	ring := &keyring{publics: make(map[string]*ecdsa.PublicKey, len(records)), signers: make(map[string]jose.Signer, 2)}
	var set jose.JSONWebKeySet
	var newest *keyRecord
	for _, record := range records {
		private, err := record.private()
		if err != nil {
			return nil, err
		}
		ring.publics[record.ID] = &private.PublicKey
		set.Keys = append(set.Keys, jose.JSONWebKey{Key: &private.PublicKey, KeyID: record.ID, Algorithm: record.Alg, Use: "sig"})
		if newest == nil || record.Created.After(newest.Created.Time) {
			newest = record
			for _, kind := range [...]jose.ContentType{typeAccess, typeID} {
				opts := (&jose.SignerOptions{}).WithType(kind).WithHeader("kid", record.ID)
				ring.signers[string(kind)], err = jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: private}, opts)
				if err != nil {
					return nil, fmt.Errorf("signer: %w", err)
				}
			}
		}
	}
	var err error
	ring.jwks, err = json.Marshal(set)
	return ring, err
}

// sign returns the claims as a compact token of that type.
func (r *keyring) sign(claims any, kind string) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("encode claims: %w", err)
	}
	signed, err := r.signers[kind].Sign(payload)
	if err != nil {
		return "", fmt.Errorf("sign token: %w", err)
	}
	compact, err := signed.CompactSerialize()
	if err != nil {
		return "", fmt.Errorf("serialise token: %w", err)
	}
	return compact, nil
}

func (k *keyRecord) private() (*ecdsa.PrivateKey, error) {
	key, err := x509.ParsePKCS8PrivateKey(k.PKCS8)
	if err != nil {
		return nil, fmt.Errorf("signing key %s: %w", k.ID, err)
	}
	private, ok := key.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("signing key %s is a %T, not an ECDSA key", k.ID, key)
	}
	return private, nil
}

var errBadToken = errors.New("not a token of this server")

// verify checks the signature of a compact access token and returns its payload.
// An ID token has the same keys and must not pass for one (RFC 9068 §4).
func (r *keyring) verify(token string) ([]byte, error) {
	signed, err := jose.ParseSignedCompact(token, algorithms)
	if err != nil {
		return nil, errBadToken
	}
	header := &signed.Signatures[0].Protected
	public, ok := r.publics[header.KeyID]
	if !ok || header.ExtraHeaders[jose.HeaderType] != typeAccess {
		return nil, errBadToken
	}
	payload, err := signed.Verify(public)
	if err != nil {
		return nil, errBadToken
	}
	return payload, nil
}
