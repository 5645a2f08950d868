package upload

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/store"
)

// DownloadPrefix is what the paths of all downloads begin with.
const DownloadPrefix = "/downloads/"

// ofParam names what a download is of.
const ofParam = "of"

// Signer signs the URLs of downloads. Nothing is kept of them: what was signed
// stands in the URL, and the key is that of this process, so that URLs end with it
// at the latest.
type Signer struct {
	key func() ([]byte, error)
}

// NewSigner returns a signer whose key is drawn when it is first needed.
func NewSigner(random io.Reader) *Signer {
	return &Signer{key: sync.OnceValues(func() ([]byte, error) {
		key := make([]byte, 32)
		if _, err := io.ReadFull(random, key); err != nil {
			return nil, fmt.Errorf("download: %w", err)
		}
		return key, nil
	})}
}

// Download is the leave to get a file.
type Download struct {
	Org  string
	Of   string // what the file is of: the path of an item, below /api/v2
	File string // its name
}

// URL is the URL of a download below base, the URL of the server, which is good for
// some seconds from now on.
func (s *Signer) URL(base string, d Download, now time.Time, seconds int) (string, error) {
	date, expires := now.UTC().Format(dateLayout), strconv.Itoa(seconds)
	signature, err := s.sign(d, date, expires)
	if err != nil {
		return "", err
	}
	query := url.Values{ofParam: {d.Of}, dateParam: {date}, expiresParam: {expires}, signatureParam: {signature}}
	return base + DownloadPrefix + url.PathEscape(d.Org) + "/" + url.PathEscape(d.File) + "?" + query.Encode(), nil
}

func (s *Signer) sign(d Download, parts ...string) (string, error) {
	key, err := s.key()
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, key)
	for _, part := range append([]string{d.Org, d.Of, d.File}, parts...) {
		_, _ = fmt.Fprintf(mac, "%d:%s", len(part), part) // hashes take everything
	}
	return hex.EncodeToString(mac.Sum(nil)), nil
}

// Ticket is a text that stands for a download for as long as this process runs.
func (s *Signer) Ticket(d Download) (string, error) {
	signature, err := s.sign(d)
	if err != nil {
		return "", err
	}
	parts := []string{d.Org, d.Of, d.File}
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Join(parts, "\n"))) + "." + signature, nil
}

// Admits tells what a ticket stands for.
func (s *Signer) Admits(ticket string) (d Download, ok bool, err error) {
	encoded, signature, _ := strings.Cut(ticket, ".")
	text, err := base64.RawURLEncoding.DecodeString(encoded)
	parts := strings.Split(string(text), "\n")
	if err != nil || len(parts) != 3 {
		return d, false, nil
	}
	d = Download{Org: parts[0], Of: parts[1], File: parts[2]}
	want, err := s.sign(d)
	return d, err == nil && hmac.Equal([]byte(want), []byte(signature)), err
}

// admit finds out what a request may get, or why it may not get it.
func (s *Signer) admit(r *http.Request, now time.Time) (Download, error) {
	org, file, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, DownloadPrefix), "/")
	query, err := url.ParseQuery(r.URL.RawQuery)
	d := Download{Org: org, Of: query.Get(ofParam), File: file}
	if org == "" || file == "" || d.Of == "" || err != nil {
		return d, denied("The URL is not known.")
	}
	if query.Get(signatureParam) == "" {
		return d, denied("The URL is not signed.")
	}
	date, expires := query.Get(dateParam), query.Get(expiresParam)
	want, err := s.sign(d, date, expires)
	if err != nil {
		return d, err
	}
	signed, badDate := time.Parse(dateLayout, date)
	seconds, badNumber := strconv.Atoi(expires)
	if !hmac.Equal([]byte(want), []byte(query.Get(signatureParam))) || badDate != nil || badNumber != nil {
		return d, mismatch("The URL is not the one that was signed.")
	}
	if end := signed.Add(time.Duration(seconds) * time.Second); !now.Before(end) {
		return d, denied("Request has expired: the URL was good until " + end.Format(time.RFC3339) + ". Ask for another one.")
	}
	return d, nil
}

// Content is a file that is handed out.
type Content struct {
	Type string
	Body []byte
}

// Outlet is where files are got. It is safe for concurrent use.
type Outlet struct {
	DB        *store.DB
	Clock     clock.Clock
	Logger    *slog.Logger
	Signer    *Signer
	RequestID func(http.ResponseWriter) string
	// Open reads or makes the file. It answers ErrGone where what the file is of is
	// not there.
	Open func(tx *store.Tx, d Download, now time.Time) (*Content, error)
}

// ServeHTTP hands out a file, or a part of one.
func (o *Outlet) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d, content, err := o.open(r)
	if err != nil {
		refused, ok := errors.AsType[*refusal](err)
		if !ok {
			refused = o.unforeseen(r, err)
		}
		if refused.status == http.StatusMethodNotAllowed {
			w.Header().Set("Allow", "GET, HEAD")
		}
		refused.write(w, o.RequestID(w))
		return
	}
	h := w.Header()
	h.Set("Content-Type", content.Type)
	h.Set("Content-Disposition", disposition(content.Type, d.File))
	// The files are strangers' and the origin is that of the login page.
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "no-store")
	sum := sha256.Sum256(content.Body)
	h.Set("ETag", `"`+hex.EncodeToString(sum[:16])+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content.Body))
}

func (o *Outlet) open(r *http.Request) (d Download, content *Content, err error) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return d, nil, &refusal{http.StatusMethodNotAllowed, "MethodNotAllowed", "Files are got here, with GET."}
	}
	now := o.Clock.Now()
	if d, err = o.Signer.admit(r, now); err != nil {
		return d, nil, err
	}
	err = o.DB.View(r.Context(), d.Org, func(tx *store.Tx) (err error) {
		content, err = o.Open(tx, d, now)
		return err
	})
	if errors.Is(err, ErrGone) {
		err = &refusal{http.StatusNotFound, "NoSuchKey", "What the file is of is not there any more."}
	}
	return d, content, err
}

// disposition has browsers show what they can play, and save everything else.
func disposition(contentType, file string) string {
	kind := "attachment"
	if strings.HasPrefix(contentType, "audio/") || (strings.HasPrefix(contentType, "image/") && !strings.Contains(contentType, "svg")) {
		kind = "inline"
	}
	return mime.FormatMediaType(kind, map[string]string{"filename": file})
}

func (o *Outlet) unforeseen(r *http.Request, err error) *refusal {
	if !errors.Is(err, context.Canceled) { // a client that hung up is nobody's failure
		o.Logger.ErrorContext(r.Context(), "download failed", "error", err)
	}
	return &refusal{http.StatusInternalServerError, "InternalError", "The file could not be read."}
}
