package login_test

import (
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

const (
	embedPage = "/_mockcloud/embed"

	salesFloor = "6d6f636b-0004-4000-8000-000000000002" // the first agent is in it, the second is not
	agent2ID   = "6d6f636b-0005-4000-8000-000000000005"
)

// installApp installs an application, on or off, and returns its id.
func installApp(t *testing.T, admin *mocktest.Client, typeID, name, properties string, on bool) string {
	t.Helper()
	base := "/api/v2/integrations"
	got := admin.Post(t, base, map[string]any{"name": name, "integrationType": map[string]string{"id": typeID}})
	id := got.Str(t, "id")
	config := admin.Put(t, base+"/"+id+"/config/current", map[string]any{
		"name": name, "version": 1, "notes": "", "advanced": map[string]any{}, "credentials": map[string]any{}, "properties": json.RawMessage(properties),
	})
	if got.Status != 200 || config.Status != 200 {
		t.Fatalf("install %s: %d %d\n%s", name, got.Status, config.Status, config.Body)
	}
	if on {
		admin.Patch(t, base+"/"+id, `{"intendedState":"ENABLED"}`)
	}
	return id
}

// pick signs somebody in by one click on the page.
func (b *browser) pick(t *testing.T, userID string) {
	t.Helper()
	got := b.submit(t, b.get(t, embedPage), "as", userID)
	if got.status != http.StatusSeeOther || got.location != embedPage {
		t.Fatalf("picking a user: %d %s\n%s", got.status, got.location, got.body)
	}
}

// shows fails the test unless the page has the status and all of the texts, which
// are as people read them.
func (s *screen) shows(t *testing.T, status int, texts ...string) {
	t.Helper()
	if s.status != status {
		t.Errorf("status = %d, want %d", s.status, status)
	}
	for _, text := range texts {
		if !strings.Contains(html.UnescapeString(s.body), text) {
			t.Errorf("the page lacks %q\n%s", text, s.body)
		}
	}
}

// src is the address of the frame, "" for none.
func (s *screen) src() string {
	found := regexp.MustCompile(`<iframe [^>]*src="([^"]*)"`).FindStringSubmatch(s.body)
	if found == nil {
		return ""
	}
	return html.UnescapeString(found[1])
}

// Who is picked on the page is signed in for every application at once.
func TestPickingAUserSignsThemIn(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	b := newBrowser(t, srv)
	page := b.get(t, embedPage+"?theme=dark")
	page.shows(t, http.StatusOK, "Choose who uses the Genesys Cloud client.", "Ada Admin", agentEmail)
	got := b.submit(t, page, "as", agentID)
	if got.status != http.StatusSeeOther || got.location != embedPage+"?theme=dark" {
		t.Fatalf("%d %s", got.status, got.location)
	}
	b.get(t, got.location).shows(t, http.StatusOK, "Signed in as Alex Agent", `name="as" value="`+agent2ID)

	for _, want := range []struct{ id, email string }{{agentID, agentEmail}, {agent2ID, "agent2@mockcloud.test"}} {
		b.pick(t, want.id)
		direct := b.get(t, authorize()) // no page in between
		access, _ := mustIssue(t, redeem(t, srv, direct.query(t).Get("code")))
		if me := srv.Bearer(access).Get(t, "/api/v2/users/me"); me.Str(t, "email") != want.email {
			t.Errorf("the application gets %s, want %s", me.Body, want.email)
		}
	}
}

func TestNobodyIsSignedInByAForgedForm(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	tests := []struct {
		name    string
		form    url.Values
		header  http.Header
		status  int
		problem string
	}{
		{"no token", url.Values{"as": {agentID}}, nil, 401, "This page was out of date."},
		{"another token", url.Values{"as": {agentID}, "csrf": {"x"}}, nil, 401, "This page was out of date."},
		{"another site", url.Values{"as": {agentID}}, http.Header{"Origin": {"https://evil.example.test"}, "Sec-Fetch-Site": {"cross-site"}}, 401, "This page was out of date."},
		{"nobody", url.Values{}, nil, 401, "This page was out of date."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newBrowser(t, srv)
			b.get(t, embedPage)
			for name := range tt.header {
				b.header.Set(name, tt.header.Get(name))
			}
			b.do(t.Context(), t, http.MethodPost, embedPage, tt.form).shows(t, tt.status, tt.problem)
			b.header = http.Header{}
			if got := b.get(t, embedPage); strings.Contains(got.body, "Signed in as") {
				t.Error("somebody is signed in")
			}
		})
	}
	b := newBrowser(t, srv)
	for _, id := range []string{"", "nobody", agentID + "x"} {
		b.submit(t, b.get(t, embedPage), "as", id).shows(t, 401, "can no longer sign in with one click")
	}
}

// A user with a password of their own is nobody's to pick.
func TestOnlyUsersWithPublishedPasswordsArePicked(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	b := newBrowser(t, srv)
	page := b.get(t, embedPage)
	if got := srv.Admin(t).Post(t, "/api/v2/users/"+agentID+"/password", `{"newPassword":"another-Passw0rd!"}`); got.Status != http.StatusNoContent {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	b.submit(t, page, "as", agentID).shows(t, 401, "can no longer sign in with one click")
	if strings.Contains(b.get(t, embedPage).body, agentID) {
		t.Error("the user is offered")
	}
}

// The page follows the rule of the API, and says why an application is left out.
func TestWhichApplicationsThePageOffers(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	ids := map[string]string{
		"everybody": installApp(t, admin, "embedded-client-app", "For <all>", `{"url":"http://localhost:3000/"}`, true),
		"sales":     installApp(t, admin, "embedded-client-app-interaction-widget", "Sales widget", `{"url":"http://localhost:3000/","groups":["`+salesFloor+`","gone"]}`, true),
		"premium":   installApp(t, admin, "premium-app-example", "Premium", `{"url":"http://localhost:3000/"}`, true),
		"off":       installApp(t, admin, "embedded-client-app", "Switched off", `{"url":"http://localhost:3000/"}`, false),
	}
	const (
		adminID = "6d6f636b-0005-4000-8000-000000000001"
		lacks   = "lacks integration:examplePremiumApp:view"
		groups  = "not in the groups: Sales Floor, gone"
	)
	tests := []struct{ user, app, why string }{
		{agentID, "everybody", ""},
		{agentID, "sales", ""},
		{agentID, "premium", lacks},
		{agentID, "off", "inactive"},
		{agent2ID, "everybody", ""},
		{agent2ID, "sales", groups},
		{agent2ID, "premium", lacks},
		{agent2ID, "off", "inactive"},
		{adminID, "everybody", ""},
		{adminID, "sales", groups},
		{adminID, "premium", ""},
		{adminID, "off", "inactive"},
	}
	for _, tt := range tests {
		t.Run(tt.user[len(tt.user)-1:]+" "+tt.app, func(t *testing.T) {
			t.Parallel()
			b := newBrowser(t, srv)
			b.pick(t, tt.user)
			page := b.get(t, embedPage+"?app="+ids[tt.app])
			offered := strings.Contains(page.body, `<option value="`+ids[tt.app]+`"`)
			if offered != (tt.why == "") || (page.src() != "") != offered {
				t.Errorf("offered: %t, in a frame at %q", offered, page.src())
			}
			if tt.why == "" {
				page.shows(t, http.StatusOK)
				return
			}
			page.shows(t, http.StatusForbidden, tt.why, "does not see")
			if csp := page.header.Get("Content-Security-Policy"); strings.Contains(csp, "frame-src") {
				t.Errorf("the page may hold frames: %s", csp)
			}
		})
	}
	b := newBrowser(t, srv)
	b.pick(t, agentID)
	b.get(t, embedPage+"?app=none").shows(t, http.StatusNotFound, "There is no such application.")
	if page := b.get(t, embedPage+"?app="+ids["everybody"]); strings.Contains(page.body, "<all>") {
		t.Error("a name is markup")
	}
}

// The address with what the product fills in, and the attributes of the frame.
//
// Guess: what the choices are at first.
func TestTheFrameOfAnApplication(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	const query = "?o={{gcHostOrigin}}&t={{gcTargetEnv}}&e={{pcEnvironment}}&l={{gcLangTag}}&p={{gcUsePopupAuth}}&c={{pcConversationId}}&h={{gcTheme}}"
	app := installApp(t, admin, "embedded-client-app", "App", `{"url":"http://localhost:3000/a`+query+`","permissions":"camera,microphone","sandbox":"allow-scripts"}`, true)
	host := strings.TrimPrefix(srv.URL, "http://")
	tests := []struct {
		name, choices string
		want          url.Values
	}{
		{"nothing chosen", "", url.Values{"o": {srv.URL}, "t": {"prod"}, "e": {host}, "l": {"en-us"}, "p": {"true"}, "c": {""}, "h": {"light"}}},
		{"all chosen", "&lang=ja&theme=dark&popup=false&conversation=+c1+&environment=mypurecloud.com", url.Values{
			"o": {srv.URL}, "t": {"prod"}, "e": {"mypurecloud.com"}, "l": {"ja"}, "p": {"false"}, "c": {"c1"}, "h": {"dark"},
		}},
		{"nonsense", "&lang=%22%3E&theme=pink&popup=maybe&conversation=%22%3E%26x%3D%3Cb%3E&environment=+", url.Values{
			"o": {srv.URL}, "t": {"prod"}, "e": {host}, "l": {"en-us"}, "p": {"true"}, "c": {`">&x=<b>`}, "h": {"light"},
		}},
		{"a language of one's own", "&lang=fi&ui_locales=es", url.Values{"o": {srv.URL}, "t": {"prod"}, "e": {host}, "l": {"fi"}, "p": {"true"}, "c": {""}, "h": {"light"}}},
		{"the page's language", "&ui_locales=pt-BR", url.Values{"o": {srv.URL}, "t": {"prod"}, "e": {host}, "l": {"pt-br"}, "p": {"true"}, "c": {""}, "h": {"light"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newBrowser(t, srv)
			b.pick(t, agentID)
			page := b.get(t, embedPage+"?app="+app+tt.choices)
			page.shows(t, http.StatusOK, `sandbox="allow-scripts" allow="camera; microphone"`, `<code id="address">`+page.src()+`</code>`)
			src := mustURL(t, page.src())
			if got := src.Query(); got.Encode() != tt.want.Encode() || src.Host != "localhost:3000" || src.Path != "/a" {
				t.Errorf("the frame is at %s\nwant %s", src, tt.want.Encode())
			}
			csp := page.header.Get("Content-Security-Policy")
			if !strings.Contains(csp, "; frame-src http://localhost:3000 'self'; ") || !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "script-src") {
				t.Errorf("policy = %s", csp)
			}
			if page.header.Get("X-Frame-Options") != "DENY" {
				t.Error("the page can be framed")
			}
		})
	}
}

// What is amiss with an application is said in place of its frame.
func TestAnApplicationThatCannotBeShown(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{Fixtures: []string{"default", writeFixture(t, `
organization: {name: Mockcloud}
integrationTypes:
  - {id: premium-app-free, name: Free, properties: {url: {}}}
`)}})
	admin := srv.Admin(t)
	b := newBrowser(t, srv)
	b.pick(t, agentID)
	b.get(t, embedPage).shows(t, http.StatusOK, "No client application is installed.", "go run ./cmd/mockcloud token --url "+srv.URL, `"intendedState":"ENABLED"`)
	tests := []struct{ name, properties, want string }{
		{"no address", `{}`, "no address yet"},
		{"script", `{"url":"javascript:alert(1)"}`, "is no web address: javascript:alert(1)"},
		{"a policy of its own", `{"url":"http://a;script-src *;b/"}`, "is no web address"},
		{"a list", `{"url":["http://localhost/"]}`, "no address yet"},
		{"an unknown placeholder", `{"url":"http://localhost:3000/?lang={{langTag}}"}`, "Nothing stands in for {{langTag}}"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			id := installApp(t, admin, "premium-app-free", tt.name, tt.properties, true)
			page := b.get(t, embedPage+"?app="+id)
			page.shows(t, http.StatusOK, tt.want)
			if src := page.src(); src != "" && !strings.HasPrefix(src, "http://localhost:3000/") {
				t.Errorf("the frame is at %s", src)
			}
			if csp := page.header.Get("Content-Security-Policy"); strings.Contains(csp, "script-src") {
				t.Errorf("policy = %s", csp)
			}
		})
	}
	widget := installApp(t, admin, "embedded-client-app-interaction-widget", "W", `{"url":"http://[::1]:3000/","communicationTypeFilter":"chat, call","queueIdFilterList":["q1"]}`, true)
	page := b.get(t, embedPage+"?app="+widget)
	page.shows(t, http.StatusOK, "Nothing to see? Check that a server answers at this address", "of these types only: chat, call", "of these queues only: q1", `class="app interaction-widget light"`)
	if csp := page.header.Get("Content-Security-Policy"); !strings.Contains(csp, "; frame-src http: 'self'; ") {
		t.Errorf("policy = %s", csp)
	}
}
