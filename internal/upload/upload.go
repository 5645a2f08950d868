// Package upload takes and gives files beside the API: an operation hands out a
// URL that is signed and ends, and whoever has it puts one file there, or gets one,
// without a token, as with the object storage that the real service points to. What
// becomes of a file is left to the receiver of its purpose, and what is handed out
// to whoever opens it; nothing is kept here.
package upload

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/mockcloud/mockcloud/internal/store"
)

// Prefix is what the paths of all uploads begin with.
const Prefix = "/uploads/"

// Upload is the leave to put a file.
type Upload struct {
	ID       string            `json:"id"`
	Purpose  string            `json:"purpose"`        // names the receiver
	Kind     string            `json:"kind,omitempty"` // tells the receiver what kind of thing that is; may be empty
	Owner    string            `json:"owner"`          // what the file is for, such as the id of an action
	FileName string            `json:"fileName"`       // as the client calls it
	Request  string            `json:"request"`        // the correlation id of the call that asked for it
	Headers  map[string]string `json:"headers"`        // must come with the file
	Signed   int64             `json:"signed"`         // seconds since 1970
	Seconds  int               `json:"seconds"`        // how long the URL is good from then on
	Hash     string            `json:"hash"`           // of the signature, which itself is not kept
}

func (u *Upload) expires() int64 { return u.Signed + int64(u.Seconds) }

// maxUploads is how many URLs of an organization can be good at a time: beyond
// that, those that would end first do so at once.
const maxUploads = 10_000

// uploads stay until they end: storage lets a file be put again meanwhile.
var uploads = store.Collection[*Upload]{
	Name:    "uploads",
	Key:     func(u *Upload) string { return u.ID },
	Indexes: []store.Index[*Upload]{store.ExpiryIndex((*Upload).expires)},
}

// Collections lists all that this package keeps, for the check of a state file.
func Collections() []store.Checker { return []store.Checker{&uploads} }

// The parameters of a signed URL, which look like those of the real storage.
const (
	dateParam      = "X-Amz-Date"
	expiresParam   = "X-Amz-Expires"
	signatureParam = "X-Amz-Signature"

	dateLayout = "20060102T150405Z"
)

// Mint stores the upload and returns its URL below base, the URL of the server.
// Signed and Hash are filled in. random is where the signature comes from.
func Mint(tx *store.Tx, base string, u *Upload, now time.Time, random io.Reader) (string, error) {
	secret := make([]byte, 32)
	if _, err := io.ReadFull(random, secret); err != nil {
		return "", fmt.Errorf("upload: %w", err)
	}
	signature := base64.RawURLEncoding.EncodeToString(secret)
	u.Signed, u.Hash = now.Unix(), hash(signature)
	if err := uploads.Sweep(tx, u.Signed); err != nil {
		return "", err
	}
	if err := uploads.Insert(tx, u); err != nil {
		return "", err
	}
	query := url.Values{dateParam: {u.date()}, expiresParam: {strconv.Itoa(u.Seconds)}, signatureParam: {signature}}
	return base + Prefix + url.PathEscape(tx.Org()) + "/" + url.PathEscape(u.ID) + "?" + query.Encode(), uploads.Trim(tx, maxUploads)
}

func (u *Upload) date() string { return time.Unix(u.Signed, 0).UTC().Format(dateLayout) }

func hash(signature string) string {
	sum := sha256.Sum256([]byte(signature))
	return hex.EncodeToString(sum[:])
}

// find returns the upload that a request may use, or why it may not.
//
// Guess: codes and statuses are those of the real storage for a signed URL; its
// words are not.
func find(tx *store.Tx, id string, query url.Values, header http.Header, now time.Time) (*Upload, error) {
	signature := query.Get(signatureParam)
	if signature == "" {
		return nil, denied("The URL is not signed.")
	}
	u, err := uploads.Peek(tx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, denied("The URL is not known, or not any more: ask for a new one.")
	}
	if err != nil {
		return nil, err
	}
	same := subtle.ConstantTimeCompare([]byte(hash(signature)), []byte(u.Hash)) == 1
	if !same || query.Get(dateParam) != u.date() || query.Get(expiresParam) != strconv.Itoa(u.Seconds) {
		return nil, mismatch("The URL is not the one that was signed.")
	}
	if now.Unix() >= u.expires() {
		return nil, denied("Request has expired: the URL was good until " + time.Unix(u.expires(), 0).UTC().Format(time.RFC3339) + ". Ask for another one.")
	}
	for name, value := range u.Headers {
		if got := header.Values(name); len(got) != 1 || strings.TrimSpace(got[0]) != strings.TrimSpace(value) {
			return nil, mismatch("The header " + name + " is not the one that was signed: send all headers that came with the URL.")
		}
	}
	return u, nil
}
