package journal

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/integration"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Request is a remembered request as people may see it: without secrets.
type Request struct {
	Sequence      uint64      `json:"sequence"`
	At            *clock.Time `json:"at"`
	DurationMS    float64     `json:"durationMs"`
	CorrelationID string      `json:"correlationId"`
	Method        string      `json:"method"`
	Path          string      `json:"path"` // as it was sent
	Query         string      `json:"query,omitempty"`
	OperationID   string      `json:"operationId,omitempty"`
	OperationPath string      `json:"operationPath,omitempty"` // with {names}
	RemoteAddress string      `json:"remoteAddress,omitempty"` // none for what a data action sent
	Status        int         `json:"status"`
	Code          string      `json:"code,omitempty"` // of the refusal
	Org           string      `json:"org,omitempty"`  // id
	Client        *Named      `json:"client,omitempty"`
	User          *Person     `json:"user,omitempty"`
	Own           bool        `json:"own"`              // of mockcloud's own client
	Action        string      `json:"action,omitempty"` // the data action that sent it
	Console       bool        `json:"-"`                // the console sent it

	Details     *Shown          `json:"details,omitempty"`
	Explanation json.RawMessage `json:"explanation,omitempty"` // what the header X-Mockcloud-Explanation holds
}

// Named is something with an id and a name.
type Named struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
}

// Person is a user of the organization.
type Person struct {
	ID    string `json:"id"`
	Name  string `json:"name,omitempty"`
	Email string `json:"email,omitempty"`
}

// Shown is the headers and bodies of a request and its answer.
type Shown struct {
	Dropped        bool                `json:"dropped"` // for those of newer requests
	RequestHeaders map[string][]string `json:"requestHeaders,omitempty"`
	RequestBody    *Body               `json:"requestBody,omitempty"`
	AnswerHeaders  map[string][]string `json:"answerHeaders,omitempty"`
	AnswerBody     *Body               `json:"answerBody,omitempty"`
	Refusal        *Refusal            `json:"refusal,omitempty"`
}

// Body is as much of a body as is kept.
type Body struct {
	Text   string `json:"text"`
	Length int64  `json:"length"`         // of all of it, in bytes, as it was sent
	Cut    bool   `json:"cut"`            // the text is only its beginning
	Binary bool   `json:"binary"`         // it is no text, and not shown
	Unread bool   `json:"unread"`         // nothing is kept: it was not read, or belongs to a page
	Type   string `json:"type,omitempty"` // content type
}

// Refusal is why a request was refused.
type Refusal struct {
	Code    string  `json:"code"`
	Message string  `json:"message"`
	Fields  []Field `json:"fields,omitempty"`
}

// Field is one at fault.
type Field struct {
	Name string `json:"name"`
	Code string `json:"code,omitempty"`
}

// path and query split what was sent. A client may send a whole URL.
func (e *Entry) path() string {
	target := e.whole()
	if !strings.HasPrefix(target, "/") {
		if _, rest, ok := strings.Cut(target, "://"); ok {
			if i := strings.IndexByte(rest, '/'); i >= 0 {
				target = rest[i:]
			}
		}
	}
	path, _, _ := strings.Cut(target, "?")
	return path
}

func (e *Entry) query() string {
	_, query, _ := strings.Cut(e.whole(), "?")
	return query
}

func (e *Entry) whole() string {
	if e.target != "" {
		return e.target
	}
	return e.Target
}

// code is that of the refusal. The token endpoint tells its own in the answer.
func (e *Entry) code() string {
	if e.Code != "" || !e.Token || e.Status < 400 {
		return e.Code
	}
	var answer struct{ Error string }
	_ = json.Unmarshal(e.Answer, &answer) // where it was dropped or cut there is none
	return answer.Error
}

// renderer shows entries in one transaction.
type renderer struct {
	tx      *store.Tx
	redact  redactor
	clients map[string]Caller // of token requests, by the id that was sent
}

func (j *Journal) reading(ctx context.Context, fn func(*renderer) error) error {
	return j.config.DB.View(ctx, store.Global, func(tx *store.Tx) error {
		mask, err := j.secrets.mask(tx)
		if err != nil {
			return err
		}
		return fn(&renderer{tx: tx, redact: redactor{mask}})
	})
}

// secrets are the stored ones, as they were last looked up.
type secrets struct {
	mu       sync.Mutex
	snapshot uint64
	known    *integration.Mask
}

// mask masks the secrets of all organizations' credentials. It is not added to, and
// so may be shared.
func (s *secrets) mask(tx *store.Tx) (*integration.Mask, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	snapshot := tx.Snapshot()
	if s.known != nil && snapshot != 0 && snapshot == s.snapshot {
		return s.known, nil
	}
	var all []string
	for org := range tx.Orgs() {
		for c, err := range integration.Credentials.All(tx.In(org)) {
			if err != nil {
				return nil, err
			}
			all = append(all, c.Secrets()...)
		}
	}
	mask := integration.NewMask(all)
	mask.Text("") // makes what it looks for, before others look too
	s.snapshot, s.known = snapshot, mask
	return mask, nil
}

// caller says who sent an entry. Who asked for a token stands in what was sent alone;
// what is no client's id may be a secret in the wrong place.
func (r *renderer) caller(e *Entry) Caller {
	if e.Caller.ClientID != "" || !e.Token {
		return e.Caller
	}
	id := e.claimed()
	if id == "" {
		return e.Caller
	}
	if known, ok := r.clients[id]; ok {
		return known
	}
	var found Caller
	for org := range r.tx.Orgs() {
		if c, err := identity.Clients.Peek(r.tx.In(org), id); err == nil {
			found = Caller{Org: org, ClientID: c.ID, Client: short(c.Name)}
		} else if !errors.Is(err, store.ErrNotFound) {
			return found
		}
	}
	if id == identity.BuiltinID {
		found = Caller{ClientID: id, Client: identity.Builtin().Name, Own: true}
	}
	if r.clients == nil {
		r.clients = make(map[string]Caller)
	}
	r.clients[id] = found
	return found
}

// claimed is the id of the client that a token request says to be of.
func (e *Entry) claimed() string {
	if scheme, coded, _ := strings.Cut(e.Header.Get("Authorization"), " "); strings.EqualFold(scheme, "basic") {
		plain, _ := base64.StdEncoding.DecodeString(strings.TrimSpace(coded)) // or there is none
		id, _, _ := strings.Cut(string(plain), ":")
		return id
	}
	for _, text := range []string{string(e.Body), e.query()} {
		form, _ := url.ParseQuery(text) // as far as it can be read
		if id := form.Get("client_id"); id != "" {
			return id
		}
	}
	return ""
}

func (r *renderer) request(e *Entry, details bool) *Request {
	c := r.caller(e)
	shown := &Request{
		Sequence: e.sequence, At: clock.At(e.At), DurationMS: float64(e.Took.Round(time.Microsecond).Microseconds()) / 1000,
		CorrelationID: e.CorrelationID, Method: r.redact.text(e.Method), Path: r.redact.path(e.path()), Query: r.redact.query(e.query()),
		Status: e.Status, Code: e.code(), Org: c.Org, Own: c.Own, Action: r.redact.text(e.Action), Console: e.Console,
	}
	if at, err := netip.ParseAddrPort(e.Remote); err == nil {
		shown.RemoteAddress = at.Addr().Unmap().String()
	}
	if e.Operation != nil {
		shown.OperationID, shown.OperationPath = e.Operation.ID, e.Operation.Path
	}
	if c.ClientID != "" {
		shown.Client = &Named{c.ClientID, r.redact.text(c.Client)}
	}
	if c.UserID != "" {
		shown.User = &Person{c.UserID, r.redact.text(c.User), r.redact.text(c.Mail)}
	}
	if details {
		shown.Details = r.details(e)
	}
	return shown
}

func (r *renderer) details(e *Entry) *Shown {
	if !e.kept {
		return &Shown{Dropped: true}
	}
	d := &Shown{
		RequestHeaders: r.redact.header(e.Header), AnswerHeaders: r.redact.header(e.AnswerHeader),
		RequestBody: r.body(e.Header.Get("Content-Type"), e.Body, e.BodyLength),
		AnswerBody:  r.body(e.AnswerHeader.Get("Content-Type"), e.Answer, e.AnswerLength),
	}
	if e.Host != "" {
		d.RequestHeaders["Host"] = []string{r.redact.text(e.Host)}
	}
	if refused := e.Refusal; refused != nil {
		d.Refusal = &Refusal{Code: refused.Code, Message: r.redact.loose(refused.Message)}
		for _, f := range refused.Details {
			d.Refusal.Fields = append(d.Refusal.Fields, Field{Name: r.redact.text(f.FieldName), Code: f.ErrorCode})
		}
	}
	return d
}

func (r *renderer) body(contentType string, kept []byte, length int64) *Body {
	if length == 0 {
		return nil
	}
	b := &Body{Length: max(length, 0), Type: r.redact.text(contentType)}
	if kept == nil {
		b.Unread = true
		return b
	}
	b.Cut = int64(len(kept)) < length
	b.Text, b.Binary = r.redact.body(contentType, kept, b.Cut)
	return b
}
