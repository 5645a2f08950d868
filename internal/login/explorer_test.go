package login_test

import (
	"bytes"
	"compress/gzip"
	"html"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

const (
	explorerPage = "/_mockcloud/explorer"
	coveragePage = "/_mockcloud/coverage"
)

// callers lists whom the page offers to call as.
func (s *screen) callers() []string {
	var names []string
	list, _, _ := strings.Cut(s.body[strings.Index(s.body, `<select id="as"`):], "</select>")
	for _, o := range regexp.MustCompile(`<option value="([^"]*)"( selected)?>([^<]*)<`).FindAllStringSubmatch(list, -1) {
		names = append(names, html.UnescapeString(o[1]+" "+o[3]+o[2]))
	}
	return names
}

func TestTheExplorerOffersTagsAndCallers(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	b := newBrowser(t, srv)
	page := b.get(t, explorerPage)
	page.shows(t, http.StatusOK, "<h1>API explorer</h1>", `<a href="/_mockcloud/explorer?tag=Routing" data-tag="Routing">Routing</a>`,
		`href="/_mockcloud/explorer?tag=Speech+%26+Text+Analytics" data-tag="Speech & Text Analytics"`)
	want := []string{
		" Nobody: without a token", "user:admin@mockcloud.test Ada Admin · Administrator selected", "user:builder@mockcloud.test Ben Builder · Integration Builder",
		"user:supervisor@mockcloud.test Sue Supervisor · Supervisor", "user:agent1@mockcloud.test Alex Agent · Sales Agent",
		"user:agent2@mockcloud.test Aki Agent · Support Agent", "client:6d6f636b-0006-4000-8000-000000000001 Mockcloud Admin", "token Another token …",
	}
	if got := page.callers(); !slices.Equal(got, want) {
		t.Errorf("callers: %q", got)
	}
	chosen := b.get(t, explorerPage+"?tag=routing&as=user:agent1@mockcloud.test")
	chosen.shows(t, http.StatusOK, `data-document="/_mockcloud/openapi/Routing.json"`, `data-tag="Routing" aria-current="page"`)
	if got := chosen.callers(); !slices.Contains(got, "user:agent1@mockcloud.test Alex Agent · Sales Agent selected") {
		t.Errorf("callers: %q", got)
	}
	b.get(t, explorerPage+"?tag=%3Cb%3E").shows(t, http.StatusNotFound, "There is no tag <b>.")
	if strings.Contains(b.get(t, explorerPage+"?tag=%3Cb%3E&find=%3Cb%3E").body, "<b>") {
		t.Error("what stands in the address becomes markup")
	}
}

// The page starts as the user of the environment, so that the first call succeeds;
// the address can say otherwise, and the search keeps what it says.
func TestTheExplorerStartsAsTheUserOfTheEnvironment(t *testing.T) {
	t.Parallel()
	const builder = "user:builder@mockcloud.test"
	const mine, users = "organization: {name: Mine}\n", "users: [{name: A, email: a@mine.test, password: fake-a-password}, {name: B, email: b@mine.test, password: fake-b-password}]\n"
	const client = mine + "clients: [{name: C, grantType: CLIENT-CREDENTIALS, id: 6d6f636b-0006-4000-8000-0000000000c1, secret: fake-secret, roles: ['* in *']}]\n"
	own := mocktest.Start(t, mocktest.Options{Fixtures: []string{writeFixture(t, client+users+"environment: {client: C, user: b@mine.test}\n")}})
	standard := mocktest.Start(t, mocktest.Options{})
	for _, tt := range []struct {
		name, query, want string
		srv               *mocktest.Server
	}{
		{"the environment's user", "", "user:admin@mockcloud.test", standard},
		{"with a tag", "?tag=Routing", "user:admin@mockcloud.test", standard},
		{"another environment", "", "user:b@mine.test", own},
		{"the first user where nobody chose", "", "user:a@mine.test", mocktest.Start(t, mocktest.Options{Fixtures: []string{writeFixture(t, mine+users)}})},
		{"a client where there are no users", "", "client:6d6f636b-0006-4000-8000-0000000000c1", mocktest.Start(t, mocktest.Options{Fixtures: []string{writeFixture(t, client)}})},
		{"the address says who", "?as=" + builder, builder, standard},
		{"the address says nobody", "?as=", "", standard},
		{"the address says who is not there", "?as=user:gone@mockcloud.test", "", standard},
		{"the address says a token of one's own", "?as=token", "token", standard},
	} {
		page := newBrowser(t, tt.srv).get(t, explorerPage+tt.query)
		chosen := ""
		for _, c := range page.callers() {
			if strings.HasSuffix(c, " selected") {
				chosen, _, _ = strings.Cut(c, " ")
			}
		}
		kept := regexp.MustCompile(`<input type="hidden" id="keep" name="as" value="([^"]*)">`).FindStringSubmatch(page.body)
		if chosen != tt.want || kept == nil || html.UnescapeString(kept[1]) != tt.want {
			t.Errorf("%s: %q is chosen, and the search keeps %q, want %q", tt.name, chosen, kept, tt.want)
		}
	}
}

func TestTagsAreSortedInAnyCase(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	for path, link := range map[string]string{explorerPage: `data-tag="([^"]*)"`, coveragePage: `\?tag=[^"]*">([^<]*)<`} {
		var tags []string
		for _, tag := range regexp.MustCompile(link).FindAllStringSubmatch(newBrowser(t, srv).get(t, path).body, -1) {
			tags = append(tags, strings.ToLower(html.UnescapeString(tag[1])))
		}
		if len(tags) < 80 || !slices.IsSorted(tags) {
			t.Errorf("%s: %q", path, tags)
		}
	}
}

// Whom the log-in page would not offer, the explorer does not, either.
func TestTheExplorerOffersNobodyWhoCannotSignIn(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	if got := admin.Delete(t, "/api/v2/users/"+agentID); got.Status != http.StatusOK {
		t.Fatal(got.Status)
	}
	srv.SetClientState(t, "6d6f636b-0006-4000-8000-000000000001", "inactive")
	for _, name := range newBrowser(t, srv).get(t, explorerPage).callers() {
		if strings.Contains(name, "Alex Agent") || strings.HasPrefix(name, "client:") {
			t.Errorf("%s is offered", name)
		}
	}
	// With several organizations, people are told apart.
	other := writeFixture(t, "organization: {name: Other}\ndivisions: [{name: Home, home: true}]\nusers: [{name: Ola, email: ola@other.test, password: fake-ola-password}]\n")
	two := newBrowser(t, mocktest.Start(t, mocktest.Options{Fixtures: []string{"default", other}})).get(t, explorerPage).callers()
	if !slices.Contains(two, "user:ola@other.test Ola · Other") || !slices.Contains(two, "client:6d6f636b-0006-4000-8000-000000000001 Mockcloud Admin · Mockcloud") {
		t.Errorf("callers: %q", two)
	}
}

func TestTheExplorerFindsOperations(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	b := newBrowser(t, srv)
	found := regexp.MustCompile(`<li><a href="([^"]*)" data-tag="[^"]*"><code><strong>([A-Z]+)</strong> ([^<]*)</code>`)
	got := found.FindAllStringSubmatch(b.get(t, explorerPage+"?find=QUEUES+wrapupcodes+post").body, -1)
	if len(got) != 1 || got[0][3] != "/api/v2/routing/queues/{queueId}/wrapupcodes" || got[0][1] != "/_mockcloud/explorer?tag=Routing#/Routing/postRoutingQueueWrapupcodes" {
		t.Errorf("found %q", got)
	}
	many := b.get(t, explorerPage+"?find=get")
	if n := len(found.FindAllString(many.body, -1)); n != 50 || !strings.Contains(many.body, " more are not shown") {
		t.Errorf("%d are shown", n)
	}
	b.get(t, explorerPage+"?find=zebra+crossing").shows(t, http.StatusOK, "No operation has all of these words.")
	b.get(t, explorerPage+"?find="+strings.Repeat("%C3%A9", 500)).shows(t, http.StatusOK, strings.Repeat("é", 50))
	b.get(t, explorerPage+"?find=%FF%00&tag=%FF&as=%FF").shows(t, http.StatusNotFound, "No operation has")
}

// Scripts and styles come from this server alone and from files alone.
func TestThePolicyOfTheExplorer(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	b := newBrowser(t, srv)
	for path, want := range map[string]string{
		explorerPage: "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
		coveragePage: "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
	} {
		page := b.get(t, path)
		if got := page.header.Get("Content-Security-Policy"); got != want {
			t.Errorf("%s: %s", path, got)
		}
		if page.header.Get("Cache-Control") != "no-cache, no-store, must-revalidate" {
			t.Errorf("%s is kept: %s", path, page.header.Get("Cache-Control"))
		}
		if inline := regexp.MustCompile(`<script(?:[^>]*)>[^<]|<style| style=| on[a-z]+=|https?://`).FindString(page.body); inline != "" {
			t.Errorf("%s has %q", path, inline)
		}
		for _, asset := range regexp.MustCompile(`(?:src|href)="(/(?:oauth/assets|_mockcloud/explorer/)[^"]*)"`).FindAllStringSubmatch(page.body, -1) {
			if got := b.get(t, asset[1]); got.status != http.StatusOK || len(got.body) == 0 || got.header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s: %d %v", asset[1], got.status, got.header)
			}
		}
	}
}

// Swagger UI travels compressed to whoever takes that, and is the same.
func TestSwaggerUITravelsCompressed(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	for path, contentType := range map[string]string{"swagger-ui.js": "text/javascript; charset=utf-8", "swagger-ui.css": "text/css; charset=utf-8"} {
		ask := func(method, encoding string) *mocktest.Response {
			t.Helper()
			got := srv.Anonymous().Do(t, method, explorerPage+"/"+path, nil, http.Header{"Accept-Encoding": {encoding}})
			if got.Status != http.StatusOK || got.Header.Get("Content-Type") != contentType || got.Header.Get("Vary") != "Accept-Encoding" || !strings.HasPrefix(got.Header.Get("Cache-Control"), "public") {
				t.Fatalf("%s: %d %v", path, got.Status, got.Header)
			}
			return got
		}
		small := ask(http.MethodGet, "br, GZIP;q=0.8")
		if small.Header.Get("Content-Encoding") != "gzip" {
			t.Fatalf("%s is not compressed: %v", path, small.Header)
		}
		reader, err := gzip.NewReader(bytes.NewReader(small.Body))
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(reader)
		if err != nil {
			t.Fatal(err)
		}
		for _, encoding := range []string{"identity", "br", "gzip;q=0, br", "gzip; q=0.000"} {
			if plain := ask(http.MethodGet, encoding); plain.Header.Get("Content-Encoding") != "" || !bytes.Equal(plain.Body, content) {
				t.Errorf("%s for %q: %v", path, encoding, plain.Header)
			}
		}
		if head := ask(http.MethodHead, "gzip"); len(head.Body) != 0 {
			t.Errorf("HEAD has %d bytes", len(head.Body))
		}
	}
}

func TestThePagesOfTheAPIAreOfThisServerAlone(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	for _, path := range []string{explorerPage, coveragePage, explorerPage + "/swagger-ui.js"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = "evil.test"
		got, err := newBrowser(t, srv).client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = got.Body.Close()
		if got.StatusCode != http.StatusForbidden {
			t.Errorf("%s under another name: %d", path, got.StatusCode)
		}
		if head := srv.Anonymous().Do(t, http.MethodHead, path, nil, nil); head.Status != http.StatusOK || len(head.Body) != 0 {
			t.Errorf("HEAD %s: %d", path, head.Status)
		}
	}
}

func TestThePageOfCoverageCountsAndFilters(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	b := newBrowser(t, srv)
	start := b.get(t, coveragePage)
	start.shows(t, http.StatusOK, `<a href="/_mockcloud/coverage?tag=Routing">Routing</a>`, "Code of its own", "An operation with several tags counts once here")
	if strings.Contains(start.body, "getRoutingQueues") {
		t.Error("operations are shown before somebody asks")
	}
	ids := func(query string) []string {
		t.Helper()
		var found []string
		page := b.get(t, coveragePage+query)
		page.shows(t, http.StatusOK)
		for _, id := range regexp.MustCompile(`<span class="id">([A-Za-z0-9]+) · `).FindAllStringSubmatch(page.body, -1) {
			found = append(found, id[1])
		}
		return found
	}
	if got := ids("?find=queues+MEDIATYPES"); !slices.Contains(got, "getRoutingQueueMediatypeEstimatedwaittime") {
		t.Errorf("found %q", got)
	}
	for _, id := range ids("?tag=Routing&by=family") {
		if !slices.Contains(srv.Implemented(), id) {
			t.Errorf("%s is of no family", id)
		}
	}
	if got := ids("?by=family&find=getRoutingQueueMembers"); !slices.Equal(got, []string{"getRoutingQueueMembers"}) {
		t.Errorf("found %q", got)
	}
	first, second := ids("?tag=Architect"), ids("?tag=Architect&page=1")
	if len(first) != 100 || len(second) == 0 || slices.Contains(second, first[0]) {
		t.Errorf("pages of %d and %d", len(first), len(second))
	}
	for _, odd := range []string{"page=99999999999999999999", "page=-1", "page=x"} {
		if got := ids("?tag=Architect&" + odd); len(got) == 0 {
			t.Errorf("%s shows nothing", odd)
		}
	}
	if got := ids("?tag=Architect&page=7"); !slices.Equal(got, second) {
		t.Errorf("past the end: %q", got)
	}
	if got := ids("?tag=Nothing&by=magic"); len(got) != 0 {
		t.Errorf("filters that make no sense: %q", got)
	}
	b.get(t, coveragePage+"?find=zebra").shows(t, http.StatusOK, "No operation has all of these words.")
	b.get(t, coveragePage+"?find=%3Cb%3E&ui_locales=es").shows(t, http.StatusOK, "<h1>Cobertura</h1>", `value="<b>"`)
	b.get(t, coveragePage+"?tag=Architect&ui_locales=pt-BR").shows(t, http.StatusOK, "1 a 100 de ", "Seguintes")
}
