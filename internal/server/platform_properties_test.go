package server_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/mockcloud/mockcloud/internal/behaviour"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/mocktest"
)

// What was created is what is read, whatever it is.
func TestWhatWasCreatedIsWhatIsRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t, mocktest.Options{Fixtures: []string{contactCenter}, GrantRule: "off"})
	seed := seedOf(t)
	made, refused := 0, 0
	for _, l := range w.lives() {
		rng := rand.New(rand.NewPCG(seed, uint64(len(l.collection))))
		for range 3 {
			l.values = w.values(l.create, nil)
			key := w.rows[l.get.ID].Key
			delete(l.values, key)
			body := w.random(l.create, rng)
			got := l.call(l.create, body)
			if got.Status/100 != 2 {
				refused++ // chance has put together what excludes each other
				continue
			}
			id := w.keyIn(l.collection, got)
			if id == "" {
				continue
			}
			made++
			l.values[key] = id
			l.item = map[string]any{}
			if err := decodeJSON(got.Body, &l.item); err != nil {
				t.Fatal(err)
			}
			if problem := l.read(); problem != "" {
				t.Errorf("%s: %s\nsent %s\nSEED=%d", l.collection, problem, encoded(body), seed)
			}
		}
	}
	t.Logf("%d created, %d refused", made, refused)
	if made < 500 || refused > made/5 {
		t.Errorf("%d created, %d refused", made, refused)
	}
}

// Whoever reads a listing page by page sees everything once that was there before,
// whatever others add and, with cursors, remove meanwhile.
func TestAWalkSeesEverythingOnceWhileOthersWrite(t *testing.T) {
	t.Parallel()
	p, err := thePlatform()
	if err != nil {
		t.Fatal(err)
	}
	srv := mocktest.Start(t, mocktest.Options{GrantRule: "off"})
	styles := map[string]int{}
	w := worldOf(t, srv)
	for _, l := range w.lives() {
		if l.list == nil || strings.Contains(l.collection, "{") || l.create.Facts().UserContext {
			continue
		}
		style := p.rows[l.list.ID].Style
		if (style != "pages" && style != "cursor" && style != "token") || styles[style] >= 4 || p.rows[l.create.ID].Kind != behaviour.Create {
			continue
		}
		styles[style]++
		t.Run(l.list.ID, func(t *testing.T) {
			t.Parallel()
			walkWhileOthersWrite(t, w, l.collection, style != "pages")
		})
	}
	if styles["pages"] == 0 || styles["cursor"] == 0 {
		t.Errorf("only %v", styles)
	}
}

// another is a world of the same server, for another goroutine.
func (w *world) another(t *testing.T) *world {
	t.Helper()
	o := remoteWorld(t, w.url)
	o.admin, o.person, o.env = w.admin, w.person, w.env
	return o
}

func walkWhileOthersWrite(t *testing.T, of *world, collection string, removing bool) {
	find := func() (*world, *life) {
		w := of.another(t)
		all := w.lives()
		return w, all[slices.IndexFunc(all, func(l *life) bool { return l.collection == collection })]
	}
	add := func(w *world, l *life) string {
		got := w.call(l.create, "/api/v2"+collection+w.query(l.create), w.minimal(l.create))
		if got.Status/100 != 2 {
			t.Fatalf("%s: %s", l.create.ID, told(got))
		}
		return w.keyIn(collection, got)
	}
	w, l := find()
	w.seq = 0
	before := map[string]int{}
	for range 40 {
		before[add(w, l)] = 0
	}
	stop := make(chan struct{})
	var writers sync.WaitGroup
	for i := range 2 {
		w, l := find()
		// Some listings are sorted by name. What is added comes last: pages that are
		// counted shift with what is added before them.
		w.seq = 99_000_000 + i*500_000
		writers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				key := add(w, l)
				if removing {
					w.call(l.remove, "/api/v2"+collection+"/"+key, nil)
				}
			}
		})
	}
	pages := w.walk(l.list, "/api/v2"+collection+w.query(l.list), 3)
	close(stop)
	writers.Wait()
	if pages.problem != "" {
		t.Fatal(pages.problem)
	}
	for _, e := range pages.elements {
		if id := scalarText(e[w.keyOf(t, collection)]); id != "" {
			if n, there := before[id]; there {
				before[id] = n + 1
			}
		}
	}
	for id, n := range before {
		if n != 1 {
			t.Errorf("%s was seen %d times on %d pages", id, n, pages.pages)
		}
	}
}

// Two organizations never see each other's things.
func TestOrganizationsSeeNothingOfEachOther(t *testing.T) {
	t.Parallel()
	second := filepath.Join(t.TempDir(), "second.yaml")
	err := os.WriteFile(second, []byte("organization: {name: Second Org, shortName: second}\ndefaultRoles: all\ndivisions: [{name: Home, home: true}]\n"+
		"users: [{email: stranger@second.test, name: Stranger, roles: ['* in *']}]\n"), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	planted := plantedBy(t, contactCenter)
	srv := mocktest.Start(t, mocktest.Options{Fixtures: []string{contactCenter, second}, GrantRule: "off"})
	w := worldOf(t, srv)
	w.garden = planted
	stranger := srv.AsUser(t, "stranger@second.test")
	ours := map[string]bool{}
	for _, p := range planted {
		if key := p.segments[len(p.segments)-1]; len(key) == len(someKey) {
			ours[key] = true
		}
	}
	tried := 0
	for _, op := range w.catalogue.Operations() {
		if op.Method != http.MethodGet || op.Facts().Auth != spec.Token || op.Facts().ClientContext {
			continue
		}
		values := w.values(op, nil)
		maps.Copy(ours, w.made)
		path := expandPath(op.Path, values) + w.query(op)
		got := stranger.Get(t, path)
		tried++
		if held := named(path, ours); held != "" && got.Status == http.StatusOK && strings.Contains(withoutAddresses(got.Body), held) && !echoes(w, op, got) {
			t.Errorf("%s shows a stranger what %s is: %.300s", op.ID, held, got.Body)
		}
		if !strings.Contains(op.Path, "{") {
			if held := named(withoutAddresses(got.Body), ours); held != "" && !strings.Contains(path, held) {
				t.Errorf("%s shows a stranger %s: %.300s", op.ID, held, got.Body)
			}
		}
	}
	if tried < 1200 {
		t.Errorf("only %d reads were tried", tried)
	}
}

// withoutAddresses is an answer without the paths in it, which repeat what the
// request has said.
func withoutAddresses(body []byte) string { return pathInText.ReplaceAllString(string(body), `""`) }

var pathInText = regexp.MustCompile(`"/api/v2/[^"]*"`)

// named is the first of the ids in a text.
func named(text string, ids map[string]bool) string {
	for i := 0; i+len(someKey) <= len(text); i++ {
		if text[i+8] == '-' && text[i+13] == '-' && ids[text[i:i+len(someKey)]] {
			return text[i : i+len(someKey)]
		}
	}
	return ""
}

// echoes tells whether an answer holds an id of the path only as a part of its own
// address.
func echoes(w *world, op *spec.Operation, got *mocktest.Response) bool {
	return w.rows[op.ID].Kind == behaviour.Compute && len(elements(got, w.rows[op.ID].Items)) == 0
}

// Same fixtures, same clock, same ids: same bytes.
func TestTheSameCallsGetTheSameBytes(t *testing.T) {
	t.Parallel()
	planted, issuer := plantedBy(t, contactCenter), certificate(t, time.Date(2026, time.January, 15, 12, 0, 0, 0, time.UTC))
	run := func() []string {
		n := 0
		var mu sync.Mutex
		srv := mocktest.Start(t, mocktest.Options{Fixtures: []string{contactCenter}, GrantRule: "off", NewID: func() string {
			mu.Lock()
			defer mu.Unlock()
			n++
			return uuid.NewSHA1(uuid.NameSpaceOID, fmt.Append(nil, n)).String()
		}})
		w := worldOf(t, srv)
		w.garden, w.certificate = planted, issuer
		var answers []string
		for i, op := range w.inOrder() {
			if op.Method == http.MethodDelete || hasSecrets(op) || (raceDetector && i%8 > 0) {
				continue
			}
			got, call := w.try(op)
			if got.Status == http.StatusUnauthorized {
				srv.Reset(t)
				w.prepare()
			}
			answer := strings.ReplaceAll(fmt.Sprintf("%s: %d %s", call, got.Status, got.Body), srv.URL, "http://mock")
			answers = append(answers, signatureInText.ReplaceAllString(answer, "Signature="))
		}
		return answers
	}
	first, second := run(), run()
	if len(first) != len(second) {
		t.Fatalf("%d and %d answers", len(first), len(second))
	}
	for i := range first {
		if first[i] != second[i] {
			t.Errorf("%s", difference(first[i], second[i]))
		}
	}
}

// signatureInText finds signatures by the server's keys, which nothing seeds.
var signatureInText = regexp.MustCompile(`Signature=[\w-]+`)

// difference is where two texts part.
func difference(a, b string) string {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	from := max(0, i-60)
	return fmt.Sprintf("%.120s …\n%.160s\n%.160s", a, a[from:], b[from:])
}

// hasSecrets tells whether answers hold what is drawn anew each time on purpose.
func hasSecrets(op *spec.Operation) bool {
	shape := op.AnswerShape()
	return shape != nil && slices.ContainsFunc(shape.PropertyNames(), func(name string) bool {
		return hiddenName(name) || name == "jwt" || name == "url" || strings.HasSuffix(name, "Token")
	})
}
