package actions

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/integration"
	"github.com/mockcloud/mockcloud/internal/jsonpath"
)

// logIn gets what the call authenticates with: a token of the stored OAuth
// client, or what the integration's own log-in answers. Either is kept until it
// ends or is refused; anew asks for a new one.
func (r *runner) logIn(ctx context.Context, anew bool) *apierr.Error {
	switch {
	case r.subject.kind == integration.Platform:
		return r.logInToPlatform(ctx, anew)
	case r.subject.auth != nil:
		return r.logInByAction(ctx, anew)
	default:
		return nil
	}
}

// authorization is the value of the Authorization header that the call gets by
// itself, or "".
func (r *runner) authorization() string {
	c := r.subject.credential
	switch {
	case r.subject.kind == integration.Platform:
		return "Bearer " + r.login.token
	case c != nil && c.Type == "basicAuth" && r.subject.kind == integration.Web:
		return basic(c.Fields["userName"], c.Fields["password"])
	default:
		return ""
	}
}

func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

// login is one that worked.
type login struct {
	token  string          // of the platform
	answer json.RawMessage // of the integration's own log-in
	ends   time.Time       // zero means when it is refused
	cached bool            // from an earlier run
	serial uint64          // tells it from those before and after it
}

// loginKey names what a log-in belongs to. Another secret or another action is
// another log-in.
type loginKey struct {
	org, id string
	print   [sha256.Size]byte
}

// logins keeps the log-ins that worked.
type logins struct {
	mu     sync.Mutex
	known  map[loginKey]login
	busy   map[loginKey]chan struct{} // closed once the log-in under way has ended
	serial uint64                     // of the latest log-in; the first is 1
}

// These bound the memory that they take: beyond them, all are forgotten.
const (
	maxLogins     = 1000
	maxLoginBytes = 16 << 20 // of what was answered
)

func (l *logins) get(key loginKey, now time.Time) (login, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.fresh(key, now)
}

func (l *logins) fresh(key loginKey, now time.Time) (login, bool) {
	known, ok := l.known[key]
	if ok && !known.ends.IsZero() && !now.Before(known.ends) {
		delete(l.known, key)
		return login{}, false
	}
	known.cached = true
	return known, ok
}

// put keeps a log-in and returns it with its number.
func (l *logins) put(key loginKey, fresh login) login {
	l.mu.Lock()
	defer l.mu.Unlock()
	bytes := len(fresh.answer)
	for _, other := range l.known {
		bytes += len(other.answer)
	}
	if l.known == nil || len(l.known) >= maxLogins || bytes > maxLoginBytes {
		l.known = make(map[loginKey]login)
	}
	l.serial++
	fresh.serial = l.serial
	l.known[key] = fresh
	return fresh
}

// forget drops a log-in, but not the one that has come after it.
func (l *logins) forget(key loginKey, serial uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known[key].serial == serial {
		delete(l.known, key)
	}
}

func (l *logins) forgetAll() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.known = nil
}

// claim returns a log-in that works, other than the stale one, or else the right
// to make one: done must be called once it has been put. While somebody else is
// making one, claim waits for it, but no longer than for that: where it fails,
// each run finds out by itself. Runs inside of other runs do not wait, lest one
// waits for itself.
func (l *logins) claim(ctx context.Context, key loginKey, now time.Time, stale uint64) (known login, ok bool, done func()) {
	for waits := nesting(ctx) <= 1; ; waits = false {
		l.mu.Lock()
		if known, ok = l.fresh(key, now); ok && known.serial != stale {
			l.mu.Unlock()
			return known, true, nil
		}
		busy := l.busy[key]
		if busy == nil {
			done = l.begin(key)
		}
		l.mu.Unlock()
		switch {
		case busy == nil:
			return login{}, false, done
		case !waits:
			return login{}, false, func() {}
		}
		select {
		case <-busy:
		case <-ctx.Done(): // the log-in will say so
			return login{}, false, func() {}
		}
	}
}

// begin notes that a log-in is under way. The caller holds the lock.
func (l *logins) begin(key loginKey) (done func()) {
	if l.busy == nil {
		l.busy = make(map[loginKey]chan struct{})
	}
	ended := make(chan struct{})
	l.busy[key] = ended
	return func() {
		l.mu.Lock()
		delete(l.busy, key)
		l.mu.Unlock()
		close(ended)
	}
}

// Forget drops all log-ins: the state has become another one.
func (e *Engine) Forget() { e.logins.forgetAll() }

// cachedLogIn says whether the call went with a log-in of an earlier run.
func (r *runner) cachedLogIn() bool { return r.login.cached }

// forgetLogIn drops the answer of the integration's own log-in after a call that
// failed (it is kept until then). Tokens of the platform end by themselves.
func (r *runner) forgetLogIn() {
	if r.subject.auth != nil {
		r.engine.logins.forget(r.loginKey, r.login.serial)
	}
}

func (r *runner) key(id string, parts ...string) loginKey {
	key := loginKey{org: r.run.Org, id: id}
	sum := sha256.New()
	for _, part := range parts {
		_, _ = sum.Write(append([]byte(part), 0)) // never fails (see hash.Hash)
	}
	sum.Sum(key.print[:0])
	return key
}

// margin is how long before its end a token is no longer used.
const margin = 10 * time.Second

// logInToPlatform asks this server for a token, as any client would.
func (r *runner) logInToPlatform(ctx context.Context, anew bool) *apierr.Error {
	c := r.subject.credential
	if c == nil { // the type, one of a fixture's own, does not require one
		return invalidCredentials("The integration has no credential. [" + r.run.ContextID + "]")
	}
	id, secret := c.Fields["clientId"], c.Fields["clientSecret"]
	r.loginKey = r.key(c.ID, id, secret)
	if !anew {
		if known, ok := r.engine.logins.get(r.loginKey, r.engine.Clock.Now()); ok {
			r.login = known
			r.mask.Add(known.token)
			return nil
		}
	}
	answer, err := r.engine.serve(ctx, http.MethodPost, "/oauth/token", http.Header{
		"Authorization": {basic(url.QueryEscape(id), url.QueryEscape(secret))}, // RFC 6749 §2.3.1
		"Content-Type":  {"application/x-www-form-urlencoded"},
		"User-Agent":    {userAgent},
	}, []byte("grant_type=client_credentials"))
	if err != nil {
		return unanswered(err, r.run.ContextID)
	}
	var token struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int    `json:"expires_in"`
	}
	if answer.Status != http.StatusOK || json.Unmarshal(answer.Body, &token) != nil || token.AccessToken == "" {
		return invalidCredentials(saysTheService(r.mask.Body(answer.Body), r.run.ContextID))
	}
	r.login = r.engine.logins.put(r.loginKey, login{token: token.AccessToken, ends: r.engine.Clock.Now().Add(time.Duration(token.ExpiresIn)*time.Second - margin)})
	r.mask.Add(token.AccessToken)
	return nil
}

// logInByAction runs the integration's own log-in, whose output the templates
// know as ${authResponse}.
func (r *runner) logInByAction(ctx context.Context, anew bool) *apierr.Error {
	auth, c := r.subject.auth, r.subject.credential
	a := auth.action
	// Any change of the action or the credential, even back and forth, makes another log-in.
	r.loginKey = r.key(a.ID, string(mustJSON([]any{a.Version, a.Created, a.Modified, a.Config})), string(mustJSON(c)))
	var stale uint64
	if anew {
		stale = r.login.serial
	}
	known, ok, done := r.engine.logins.claim(ctx, r.loginKey, r.engine.Clock.Now(), stale)
	if ok {
		r.take(known)
		return nil
	}
	defer done()
	inner := &runner{
		engine: r.engine, mask: r.mask, deadline: r.deadline, context: map[string]any{"credentials": r.context["credentials"], "input": map[string]any{"rawRequest": "{}"}},
		run:     Run{Org: r.run.Org, ID: a.ID, ContextID: r.run.ContextID, Input: []byte("{}")},
		subject: &subject{program: auth, action: a, integration: r.subject.integration, kind: r.subject.kind, credential: c},
	}
	outcome := inner.resolve(ctx)
	var body []byte
	if outcome == nil {
		body, outcome = inner.execute(ctx)
	}
	if outcome == nil {
		outcome = inner.transform(ctx, body)
	}
	if outcome.Error != nil {
		if outcome.Error.Status == http.StatusGatewayTimeout {
			return outcome.Error
		}
		return invalidCredentials(inner.whyNot(outcome.Error))
	}
	r.take(r.engine.logins.put(r.loginKey, login{answer: outcome.Result}))
	return nil
}

// whyNot words a log-in that failed: by what was answered, where that was no
// success, else by what could not be done.
func (r *runner) whyNot(e *apierr.Error) string {
	switch {
	case r.refused != nil:
		return saysTheService(r.mask.Body(r.refused), r.run.ContextID)
	case len(e.Errors) > 0:
		return e.Errors[0].Message
	default:
		return e.Message
	}
}

// take makes what a log-in answered known to the templates.
func (r *runner) take(l login) {
	r.login = l
	v, err := jsonpath.Parse(l.answer)
	if err != nil {
		return
	}
	r.context["authResponse"] = plain(v)
	r.learn(v)
}

// shortAnswer is how long what a log-in answers must be to count as a secret by
// itself, whatever its name.
const shortAnswer = 8

// learn keeps what a log-in answers out of everything that people see: all of it
// but what is known to be harmless, or too short to let anybody in. There is not
// room for everything: what is called a secret comes first.
func (r *runner) learn(answer *jsonpath.Value) {
	r.learnValue("", answer, func(name, _ string) bool { return isSecretName(name) })
	r.learnValue("", answer, func(name, text string) bool {
		return !slices.Contains(harmless, strings.ToLower(name)) && len(text) >= shortAnswer
	})
}

// learnRefusal is learn for the answer of a log-in that failed. Its words say what
// went wrong, so that only what looks like a secret in both name and value is one.
func (r *runner) learnRefusal(body []byte) {
	answer, err := jsonpath.Parse(body)
	if err != nil {
		return
	}
	r.learnValue("", answer, func(name, text string) bool {
		return isSecretName(name) && len(text) >= shortAnswer && !strings.ContainsAny(text, " \n")
	})
}

func (r *runner) learnValue(name string, v *jsonpath.Value, secret func(name, text string) bool) {
	switch v.Kind() {
	case jsonpath.Object:
		for name, member := range v.All() {
			r.learnValue(name, member, secret)
		}
	case jsonpath.Array:
		for _, item := range v.Items() {
			r.learnValue(name, item, secret)
		}
	case jsonpath.String, jsonpath.Number:
		if r.mask.Room() && secret(name, v.Text()) {
			r.mask.Add(v.Text())
		}
	}
}

// harmless is what the answers of token endpoints hold beside the token (RFC 6749
// §5.1), and words for a failure.
var harmless = []string{"token_type", "tokentype", "scope", "expires_in", "expiresin", "error", "error_description"}

// isSecretName says whether what stands under a name, in an answer or among
// headers, lets others in.
func isSecretName(name string) bool {
	name = strings.ToLower(name)
	if slices.Contains(harmless, name) {
		return false
	}
	return slices.ContainsFunc([]string{"token", "secret", "key", "password", "session", "auth", "cookie"}, func(part string) bool { return strings.Contains(name, part) })
}

// plain is a value as templates have it.
func plain(v *jsonpath.Value) any {
	switch v.Kind() {
	case jsonpath.String:
		return v.Text()
	case jsonpath.Number:
		return json.Number(v.Text())
	case jsonpath.Bool:
		return v.Bool()
	case jsonpath.Array:
		list := make([]any, 0, v.Len())
		for _, item := range v.Items() {
			list = append(list, plain(item))
		}
		return list
	case jsonpath.Object:
		object := make(map[string]any, v.Len())
		for name, member := range v.All() {
			object[name] = plain(member)
		}
		return object
	default:
		return nil
	}
}

// mustJSON is for values that can always be encoded; maps come in the order of
// their keys.
func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}
