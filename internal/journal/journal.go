// Package journal remembers the last requests and their answers: what explains a
// refusal afterwards, and what people look at to see what a client does. It is
// bounded in number and in bytes. What it keeps is as it was sent; what it tells is
// without secrets, since only those who read pay for that.
package journal

import (
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/internal/store"
)

const (
	// Explained is how many requests to the API can be explained by their correlation
	// id after they were answered, however large they were and whatever else was asked
	// for.
	Explained = 1000
	// DefaultBytes is how much the headers and bodies of the usual journal take.
	DefaultBytes = 8 << 20
	// MaxBody is how much of a body is kept, in bytes.
	MaxBody = 32 << 10

	keptAPI    = 2000 // requests to the API, where more is kept than explains them
	keptOthers = 1000 // other requests: they do not push out those to the API
	maxTarget  = 1024 // bytes of a path and query that outlive headers and bodies
	maxName    = 200  // bytes of a name, or what stands in place of one
)

// Config configures a Journal.
type Config struct {
	DB    *store.DB
	Bytes int64 // that headers and bodies may take; 0, or less, means that only what explains decisions is kept
}

// Journal remembers requests. It is safe for concurrent use.
type Journal struct {
	config Config

	mu    sync.Mutex // guards the numbers below and those of the rings; held to give one away
	last  uint64     // the sequence number of the latest request
	clear uint64     // requests up to this one are forgotten
	api   ring
	other ring

	bytes    atomic.Int64
	trimming sync.Mutex // guards the places from which on details may be kept
	secrets  secrets
	watchers watchers
}

// Entry is a request as it is put: by reference, since most are never looked at.
// What it refers to must not change afterwards, and texts must not be parts of longer
// ones.
type Entry struct {
	At            time.Time // when it came
	Took          time.Duration
	CorrelationID string
	Method        string
	Target        string // path and query as they were sent
	API           bool   // it was to an operation of the API, or looked like one: a decision is there
	Token         bool   // it was to the token endpoint
	Operation     *spec.Operation
	Remote        string // address and port of the other end; empty for what comes from inside
	Status        int
	Code          string // of the refusal; empty where there is none
	Caller        Caller
	Action        string            // the data action that sent it; empty for what comes from outside
	Console       bool              // the console sent it, see FromConsole
	Why           *auth.Explanation // of the decision, as it was put at the time; nil where nobody wanted to know
	Trace         auth.Trace        // of the decision, where there is no Why

	Details

	sequence uint64
	size     int64 // of Details, in bytes
}

// Details are dropped before the rest of a request is.
type Details struct {
	Host         string
	Header       http.Header
	Body         []byte // the first MaxBody bytes
	BodyLength   int64  // of the whole body; -1 where it was not told and not read
	AnswerHeader http.Header
	Answer       []byte // the first MaxBody bytes
	AnswerLength int64
	Refusal      *apierr.Error
	target       string // all of it, where it is longer than what outlives this
	kept         bool
}

// Caller is who sent a request, as far as that was found out.
type Caller struct {
	Org                string // id
	ClientID, Client   string // and its name
	UserID, User, Mail string
	Own                bool // the token is of mockcloud's own client
}

// CallerOf notes who a caller is.
func CallerOf(c *auth.Caller) Caller {
	if c == nil {
		return Caller{}
	}
	kept := Caller{Org: c.Org.ID, ClientID: c.Client.ID, Client: short(c.Client.Name), Own: c.Builtin || c.Client.ID == identity.BuiltinID}
	if c.User != nil {
		kept.UserID, kept.User, kept.Mail = c.User.ID, short(c.User.Name), short(c.User.Email)
	}
	return kept
}

// New returns an empty journal.
func New(c Config) *Journal {
	c.Bytes = max(c.Bytes, 0)
	j := &Journal{config: c}
	if j.KeepsDetails() {
		j.api.slots, j.other.slots = make([]slot, keptAPI), make([]slot, keptOthers)
	} else {
		j.api.slots = make([]slot, Explained)
	}
	return j
}

// KeepsDetails says whether headers and bodies are wanted, and requests to anything
// but the API.
func (j *Journal) KeepsDetails() bool { return j.config.Bytes > 0 }

// Put remembers a request. Writers do not wait for each other but to take a number.
func (j *Journal) Put(e *Entry) {
	r := &j.other
	if e.API {
		r = &j.api
	}
	if len(r.slots) == 0 {
		return
	}
	if j.KeepsDetails() {
		e.weigh()
	} else {
		e.Details, e.size = Details{}, 0
	}
	e.Method, e.Action = short(e.Method), short(e.Action)
	if len(e.Target) > maxTarget {
		if e.kept {
			e.target = e.Target
		}
		e.Target, e.Method = cut(e.Target, maxTarget), strings.Clone(e.Method) // which is a part of the same line
	}
	j.mu.Lock()
	j.last++
	e.sequence = j.last
	r.next++
	place := r.next
	s := &r.slots[place%uint64(len(r.slots))]
	s.mu.Lock() // before the number is known to anybody, who may then wait for it
	j.mu.Unlock()
	more := e.size - s.entry.size
	s.entry, s.place = *e, place
	s.mu.Unlock()
	if j.bytes.Add(more) > j.config.Bytes {
		j.trim()
	}
	if j.watchers.count.Load() > 0 {
		j.watchers.wake()
	}
}

// Bytes is what headers and bodies take by now.
func (j *Journal) Bytes() int64 { return j.bytes.Load() }

// trim drops the oldest details until there is room again. One writer does it for
// all: whoever comes meanwhile has been counted before that one looks again.
func (j *Journal) trim() {
	for j.bytes.Load() > j.config.Bytes && j.trimming.TryLock() {
		j.trimLocked()
		j.trimming.Unlock()
		runtime.Gosched() // somebody may be about to tell what they replaced
	}
}

func (j *Journal) trimLocked() {
	api, other := j.cursor(&j.api, j.api.kept), j.cursor(&j.other, j.other.kept)
	for j.bytes.Load() > j.config.Bytes {
		oldest := &api
		if a, b := api.sequence(), other.sequence(); b != 0 && (a == 0 || b < a) {
			oldest = &other
		}
		if oldest.sequence() == 0 {
			break
		}
		j.bytes.Add(-oldest.dropDetails())
		oldest.place++
	}
	j.api.kept, j.other.kept = api.place, other.place
}

// weigh adds up what the details take.
func (e *Entry) weigh() {
	e.kept = true
	e.size = weighHeader(e.Header) + weighHeader(e.AnswerHeader) + int64(cap(e.Body)+cap(e.Answer)) + int64(len(e.Host))
	if len(e.Target) > maxTarget {
		e.size += int64(len(e.Target))
	}
	if e.Refusal != nil {
		e.size += weighRefusal(e.Refusal)
	}
}

// What a map of headers takes beside its texts, about.
const (
	headerBytes = 96
	valueBytes  = 64
)

func weighHeader(h http.Header) int64 {
	size := headerBytes
	for name, values := range h {
		size += valueBytes + len(name)
		for _, v := range values {
			size += len(v)
		}
	}
	return int64(size)
}

func weighRefusal(e *apierr.Error) int64 {
	size := int64(256 + len(e.Message) + len(e.MessageWithParams) + 128*(len(e.Details)+len(e.MessageParams)))
	for _, d := range e.Details {
		size += int64(len(d.FieldName) + len(d.EntityName))
	}
	for _, inner := range e.Errors {
		size += weighRefusal(inner)
	}
	return size
}

// Clear forgets all requests. Numbers go on.
func (j *Journal) Clear() {
	j.mu.Lock()
	j.clear = j.last
	j.mu.Unlock()
	for _, r := range []*ring{&j.api, &j.other} {
		for c := j.cursor(r, 0); c.place <= c.end; c.place++ {
			j.bytes.Add(-c.drop(j.cleared()))
		}
	}
}

// cleared is the number up to which requests are forgotten.
func (j *Journal) cleared() uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.clear
}
