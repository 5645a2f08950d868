package main_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// kind is what a writer can make. Its text is a field that changes are seen in.
type kind struct {
	path, text string
	change     string // method
	versioned  bool
	body       func(name string) map[string]any
	restore    func(r *record) (method, path string, body map[string]any) // nil: what is deleted is gone
	retire     map[string]any                                             // what a change must say before it can be deleted
	most       int                                                        // of one writer; an organization has 50 divisions at most
}

var kinds = []*kind{
	{
		path: "/api/v2/users", text: "title", change: http.MethodPatch, versioned: true, most: 6,
		body: func(name string) map[string]any { return map[string]any{"name": name, "email": name + "@kill.test"} },
		restore: func(r *record) (string, string, map[string]any) {
			return http.MethodPatch, r.path(), map[string]any{"state": "active"}
		},
	},
	{
		path: "/api/v2/routing/queues", text: "description", change: http.MethodPut, most: 4,
		body: func(name string) map[string]any { return map[string]any{"name": name} },
	},
	{
		path: "/api/v2/oauth/clients", text: "description", change: http.MethodPut, most: 4,
		body: func(name string) map[string]any {
			return map[string]any{"name": name, "authorizedGrantType": "CODE", "scope": []string{"users"}}
		},
		retire: map[string]any{"state": "inactive"},
	},
	{ // the engine's
		path: "/api/v2/architect/schedules", text: "description", change: http.MethodPut, most: 4,
		body: func(name string) map[string]any {
			return map[string]any{"name": name, "start": "2026-01-05T08:00:00.000", "end": "2026-01-05T17:00:00.000"}
		},
	},
	{
		path: "/api/v2/authorization/divisions", text: "description", change: http.MethodPut, most: 4,
		body: func(name string) map[string]any { return map[string]any{"name": name} },
		restore: func(r *record) (string, string, map[string]any) {
			return http.MethodPost, r.path() + "/restore", map[string]any{"name": r.name}
		},
	},
}

// sight is what can be seen of a record.
type sight struct {
	Gone    bool
	Text    string
	Version int
	Roles   []string // of a user, by name
}

// record is what a writer has made: how it was last acknowledged, and how it may
// be instead since a change to it was never answered.
type record struct {
	kind     *kind
	id, name string
	known    sight
	maybe    *sight
	touched  bool // since it was last looked at
}

func (r *record) path() string { return r.kind.path + "/" + r.id }

// next is what a record will be like after one more change.
func (r *record) next() sight {
	next := r.known
	if r.kind.versioned {
		next.Version++
	}
	return next
}

// writer makes and changes records that nobody else touches.
type writer struct {
	t            *testing.T
	name         string
	random       *rand.Rand
	records      []*record
	lost         *record // one that is there or not: its making was never answered
	made         int
	acknowledged int

	url, token  string
	role        string   // the id of the role that is granted
	good, ended []string // tokens that must work, and that must not
	http        *http.Client
}

// errDead means that the server is no longer there to answer.
var errDead = errors.New("no answer")

// send sends one request. Whoever got no whole answer knows nothing.
func (w *writer) send(method, path, token string, body map[string]any) (int, map[string]any, error) {
	var content io.Reader = http.NoBody
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return 0, nil, err
		}
		content = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(context.WithoutCancel(w.t.Context()), method, w.url+path, content)
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	got, err := w.http.Do(r)
	if err != nil {
		return 0, nil, errDead
	}
	defer func() { _ = got.Body.Close() }()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		return 0, nil, errDead
	}
	var answer map[string]any
	_ = json.Unmarshal(text, &answer)
	return got.StatusCode, answer, nil
}

// write sends a change that must be accepted, unless nobody answers.
func (w *writer) write(method, path string, body map[string]any) (map[string]any, error) {
	status, answer, err := w.send(method, path, w.token, body)
	if err == nil && status/100 != 2 {
		w.t.Errorf("%s %s: %d %v", method, path, status, answer)
		return nil, errDead
	}
	if err == nil {
		w.acknowledged++
	}
	return answer, err
}

// work changes things until the server is gone.
func (w *writer) work(url string) {
	w.url = url
	w.http = &http.Client{Transport: &http.Transport{}}
	defer w.http.CloseIdleConnections()
	token, err := w.issue()
	if err != nil {
		return
	}
	w.token = token
	w.good = append(w.good, token)
	if w.role, err = w.findRole(); err != nil {
		return
	}
	for err == nil {
		err = w.step()
	}
}

// findRole looks up the role that grant gives.
func (w *writer) findRole() (id string, err error) {
	status, answer, err := w.send(http.MethodGet, "/api/v2/authorization/roles?name=supervisor", w.token, nil)
	if err != nil {
		return "", err
	}
	roles, _ := answer["entities"].([]any)
	if status != http.StatusOK || len(roles) != 1 {
		w.t.Errorf("no role to grant: %d %v", status, answer)
		return "", errDead
	}
	id, _ = roles[0].(map[string]any)["id"].(string)
	return id, nil
}

// issue gets a token, which the server does not store.
func (w *writer) issue() (string, error) {
	r, err := http.NewRequestWithContext(context.WithoutCancel(w.t.Context()), http.MethodPost, w.url+"/oauth/token", strings.NewReader("grant_type=client_credentials"))
	if err != nil {
		return "", err
	}
	r.SetBasicAuth(adminID, adminSecret)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	got, err := w.http.Do(r)
	if err != nil {
		return "", errDead
	}
	defer func() { _ = got.Body.Close() }()
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	if json.NewDecoder(got.Body).Decode(&answer) != nil || answer.AccessToken == "" {
		return "", errDead
	}
	return answer.AccessToken, nil
}

func (w *writer) step() error {
	var live, gone []*record
	of := make(map[*kind]int)
	for _, r := range w.records {
		switch {
		case !r.known.Gone:
			live = append(live, r)
			of[r.kind]++
		case r.kind.restore != nil:
			gone = append(gone, r)
		}
	}
	room := slices.DeleteFunc(slices.Clone(kinds), func(k *kind) bool { return of[k] >= k.most })
	gone = slices.DeleteFunc(gone, func(r *record) bool { return of[r.kind] >= r.kind.most })
	pick := func(from []*record) *record { return from[w.random.IntN(len(from))] }
	switch n := w.random.IntN(100); {
	case n < 3:
		return w.endToken()
	case len(live) == 0, n < 35 && len(room) > 0:
		return w.create(room[w.random.IntN(len(room))])
	case n < 65:
		return w.change(pick(live))
	case n < 85:
		return w.grant(pick(live))
	case n < 92 && len(gone) > 0:
		return w.restore(pick(gone))
	default:
		return w.remove(pick(live))
	}
}

// attempt sends a change of a record. next is what it will be like; the server
// says the version.
func (w *writer) attempt(r *record, next sight, method, path string, body map[string]any) error {
	r.maybe, r.touched = &next, true
	if _, err := w.write(method, path, body); err != nil {
		return err
	}
	r.known, r.maybe = next, nil
	return nil
}

func (w *writer) create(k *kind) error {
	w.made++
	r := &record{kind: k, name: fmt.Sprintf("%s-%d", w.name, w.made)}
	if k.versioned { // a user
		r.known = sight{Version: 1, Roles: []string{"employee"}}
	}
	// Without an answer nobody knows its id, and nothing was promised.
	w.lost = r
	answer, err := w.write(http.MethodPost, k.path, k.body(r.name))
	if err != nil {
		return err
	}
	r.id, _ = answer["id"].(string)
	if r.id == "" {
		w.t.Errorf("%s has no id: %v", r.name, answer)
		return errDead
	}
	w.lost, r.touched = nil, true
	w.records = append(w.records, r)
	return nil
}

func (w *writer) change(r *record) error {
	next := r.next()
	next.Text = fmt.Sprintf("text %d", w.random.Uint32())
	return w.changeTo(r, next, nil)
}

func (w *writer) changeTo(r *record, next sight, also map[string]any) error {
	body := map[string]any{}
	if r.kind.change == http.MethodPut {
		body = r.kind.body(r.name)
	}
	body[r.kind.text] = next.Text
	if r.kind.versioned {
		body["version"] = r.known.Version
	}
	maps.Copy(body, also)
	return w.attempt(r, next, r.kind.change, r.path(), body)
}

func (w *writer) remove(r *record) error {
	if r.kind.retire != nil {
		if err := w.changeTo(r, r.next(), r.kind.retire); err != nil {
			return err
		}
	}
	next := r.next()
	next.Gone = true
	return w.attempt(r, next, http.MethodDelete, r.path(), nil)
}

func (w *writer) restore(r *record) error {
	next := r.next()
	next.Gone = false
	method, path, body := r.kind.restore(r)
	return w.attempt(r, next, method, path, body)
}

// grant gives a user a second role, or takes it back.
func (w *writer) grant(r *record) error {
	if r.known.Roles == nil {
		return w.change(r)
	}
	next, method := r.known, http.MethodPost
	if len(r.known.Roles) == 1 {
		next.Roles = []string{"employee", "supervisor"}
	} else {
		next.Roles, method = []string{"employee"}, http.MethodDelete
	}
	path := "/api/v2/authorization/subjects/" + r.id + "/divisions/*/roles/" + w.role
	if method == http.MethodPost {
		path += "?subjectType=PC_USER"
	}
	return w.attempt(r, next, method, path, nil)
}

// endToken gets a token and ends it, which the server has to remember.
func (w *writer) endToken() error {
	token, err := w.issue()
	if err != nil {
		return err
	}
	status, answer, err := w.send(http.MethodDelete, "/api/v2/tokens/me", token, nil)
	if err == nil && status/100 != 2 {
		w.t.Errorf("end a token: %d %v", status, answer)
	}
	if err == nil {
		w.acknowledged++
		w.ended = append(w.ended, token)
	}
	return err
}

func (w *writer) verify() {
	w.verifyTokens()
	if len(w.good) == 0 {
		return // the first round
	}
	if err := w.find(); err != nil {
		w.t.Error(err)
		return
	}
	old := 0
	for _, i := range w.random.Perm(len(w.records)) {
		r := w.records[i]
		if !r.touched {
			if old++; old > oldSample/killWriters {
				continue
			}
		}
		seen, err := w.look(r)
		if err != nil {
			w.t.Errorf("%s cannot be looked at: %v", r.name, err)
			return
		}
		if !seen.like(r.known) && (r.maybe == nil || !seen.like(*r.maybe)) {
			w.t.Errorf("%s (%s): seen %+v, acknowledged %+v, sent without an answer %+v", r.name, r.path(), seen, r.known, r.maybe)
			return
		}
		if r.maybe != nil && seen.like(*r.maybe) {
			r.known = *r.maybe
		}
		r.maybe, r.touched = nil, false
	}
}

// find looks for the lost record. If it is there, it is there as a whole.
func (w *writer) find() error {
	r := w.lost
	if w.lost = nil; r == nil {
		return nil
	}
	status, answer, err := w.send(http.MethodGet, r.kind.path+"?pageSize=500&sortOrder=desc&name="+r.name, w.token, nil)
	if err != nil || status != http.StatusOK {
		return fmt.Errorf("%s: %d %v %w", r.kind.path, status, answer, err)
	}
	list, _ := answer["entities"].([]any)
	for _, e := range list {
		if entity, _ := e.(map[string]any); entity["name"] == r.name {
			r.id, _ = entity["id"].(string)
			r.touched = true
			w.records = append(w.records, r)
		}
	}
	return nil
}

// verifyTokens looks at the newest tokens, good and ended.
func (w *writer) verifyTokens() {
	for tokens, want := range map[*[]string]int{&w.good: http.StatusOK, &w.ended: http.StatusUnauthorized} {
		*tokens = (*tokens)[max(0, len(*tokens)-3):]
		for _, token := range *tokens {
			status, answer, err := w.send(http.MethodGet, "/api/v2/tokens/me", token, nil)
			if err != nil || status != want {
				w.t.Errorf("a token of before the kill: %d %v (%v), want %d", status, answer, err, want)
			}
		}
	}
	if len(w.good) > 0 {
		w.token = w.good[len(w.good)-1]
	}
}

// look says what there is to see of a record.
func (w *writer) look(r *record) (sight, error) {
	status, answer, err := w.send(http.MethodGet, r.path(), w.token, nil)
	if err != nil {
		return sight{}, err
	}
	seen := sight{Gone: status == http.StatusNotFound}
	switch {
	case seen.Gone:
		return seen, nil
	case status != http.StatusOK:
		return seen, fmt.Errorf("%d %v", status, answer)
	}
	seen.Text, _ = answer[r.kind.text].(string)
	if version, ok := answer["version"].(float64); ok && r.kind.versioned {
		seen.Version = int(version)
	}
	if r.known.Roles == nil {
		return seen, nil
	}
	status, answer, err = w.send(http.MethodGet, "/api/v2/authorization/subjects/"+r.id, w.token, nil)
	if err != nil || status != http.StatusOK {
		return seen, fmt.Errorf("%d %v %w", status, answer, err)
	}
	names := make(map[string]bool)
	grants, _ := answer["grants"].([]any)
	for _, g := range grants {
		role, _ := g.(map[string]any)["role"].(map[string]any)
		name, _ := role["name"].(string)
		names[strings.ToLower(name)] = true
	}
	seen.Roles = slices.Sorted(maps.Keys(names))
	return seen, nil
}

// like compares what can be seen. Of what is gone, that is all.
func (s sight) like(o sight) bool {
	if s.Gone || o.Gone {
		return s.Gone == o.Gone
	}
	return s.Text == o.Text && s.Version == o.Version && slices.Equal(s.Roles, o.Roles)
}
