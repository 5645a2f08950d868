package auth

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// The types of tokens, as their header says (RFC 9068, RFC 7519).
const (
	typeAccess = "at+jwt"
	typeID     = "JWT"
)

// keyring holds the decoded keys. It is read-only: a rotation makes another.
type keyring struct {
	records []*keyRecord           // the newest first
	signers map[string]jose.Signer // by type of token, of the newest key
	publics map[string]*publicKey  // by key id
	jwks    KeySet
	until   time.Time // when the first of the keys ends; zero where none does
}

type publicKey struct {
	alg jose.SignatureAlgorithm
	key any
}

// KeySet is a JSON Web Key Set (RFC 7517), encoded.
type KeySet struct {
	JSON []byte
	ETag string // changes with the set; with its quotation marks
}

// newKeyring decodes those of the keys, the newest of them first, whose tokens
// are accepted now. The first must be one that signs.
func newKeyring(records []*keyRecord, now time.Time) (*keyring, error) {
	ring := &keyring{publics: make(map[string]*publicKey, len(records))}
	var set jose.JSONWebKeySet
	for _, record := range records {
		if !record.verifiesAt(now) {
			continue
		}
		public, err := record.public()
		if err != nil {
			return nil, err
		}
		alg := jose.SignatureAlgorithm(record.Alg)
		ring.records = append(ring.records, record)
		ring.publics[record.ID] = &publicKey{alg: alg, key: public}
		set.Keys = append(set.Keys, jose.JSONWebKey{Key: public, KeyID: record.ID, Algorithm: string(alg), Use: "sig"})
		if ends := record.ends(); !ends.IsZero() && (ring.until.IsZero() || ends.Before(ring.until)) {
			ring.until = ends
		}
	}
	if len(ring.records) == 0 {
		return nil, errors.New("there is no signing key")
	}
	var err error
	if ring.signers, err = signersOf(ring.records[0]); err != nil {
		return nil, err
	}
	if ring.jwks.JSON, err = json.Marshal(set); err != nil {
		return nil, fmt.Errorf("encode key set: %w", err)
	}
	sum := sha256.Sum256(ring.jwks.JSON)
	ring.jwks.ETag = `"` + hex.EncodeToString(sum[:16]) + `"`
	return ring, nil
}

func signersOf(record *keyRecord) (map[string]jose.Signer, error) {
	private, err := record.signer()
	if err != nil {
		return nil, err
	}
	signers := make(map[string]jose.Signer, 2)
	for _, kind := range [...]jose.ContentType{typeAccess, typeID} {
		opts := (&jose.SignerOptions{}).WithType(kind).WithHeader("kid", record.ID)
		signers[string(kind)], err = jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(record.Alg), Key: private}, opts)
		if err != nil {
			return nil, fmt.Errorf("signer: %w", err)
		}
	}
	return signers, nil
}

// algorithms lists those of the keys, that of the newest first, each once.
func (r *keyring) algorithms() []string {
	var algs []string
	for _, record := range r.records {
		if alg := string(record.Alg); !slices.Contains(algs, alg) {
			algs = append(algs, alg)
		}
	}
	return algs
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

var errBadToken = errors.New("not a token of this server")

// verify checks the signature of a compact access token and returns its payload
// and the id of its key. An ID token has the same keys and must not pass for one
// (RFC 9068 §4).
//
// The algorithm is the key's own. A token that names another, even one that other
// keys have, is none of ours (RFC 8725 §3.1).
func (r *keyring) verify(token string) (payload []byte, kid string, err error) {
	signed, err := jose.ParseSignedCompact(token, accepted)
	if err != nil {
		return nil, "", errBadToken
	}
	header := &signed.Signatures[0].Protected
	public, ok := r.publics[header.KeyID]
	if !ok || header.Algorithm != string(public.alg) || header.ExtraHeaders[jose.HeaderType] != typeAccess {
		return nil, "", errBadToken
	}
	payload, err = signed.Verify(public.key)
	if err != nil {
		return nil, "", errBadToken
	}
	return payload, header.KeyID, nil
}
