package console_test

import (
	"bufio"
	"fmt"
	"html"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// Lists in lists in lists: indented, ten thousand of them are hundreds of megabytes.
func TestWhatIsNestedDeeplyMakesNoHugePages(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada, admin := visit(t, srv, "admin@mockcloud.test"), srv.Admin(t)
	const depth, most = 9000, 2 << 20
	deep := strings.Repeat(`{"a":`, depth) + "1" + strings.Repeat("}", depth)
	id, page := actionsDraft(t, srv, srv.Install(t, mocktest.Integration{Type: "custom-rest-actions"}), "Deep")
	small := func(got *answer, of string) {
		t.Helper()
		if got.Status >= 500 || len(got.Body) > most {
			t.Errorf("%s: status %d, %d bytes", of, got.Status, len(got.Body))
		}
	}
	small(ada.post(t, page+"/contract?mode=json", url.Values{"seen": {"1"}, "in": {deep}, "out": {`{"type":"object"}`}}), "saving the contract")
	if got := admin.Get(t, "/api/v2/integrations/actions/"+id+"/draft").Str(t, "version"); got != "2" {
		t.Fatalf("version %s: the contract was not taken", got)
	}
	small(ada.post(t, page+"/contract?mode=json", url.Values{"seen": {"1"}, "in": {deep}, "out": {`{"type":"object"}`}}), "a conflict")
	small(ada.post(t, page+"/contract", url.Values{"seen": {"2"}, "in": {deep}, "out": {deep}, "do": {"switch"}}), "the other form")
	small(ada.post(t, page+"/configuration?mode=json", url.Values{"seen": {"2"}, "config": {deep}}), "the configuration")
	small(ada.post(t, page+"/test?mode=json", url.Values{"input": {deep}}), "a test")
	for _, tab := range []string{"", "/contract", "/contract?mode=json", "/configuration", "/configuration?mode=json", "/test", "/test?mode=json", "/versions", "/publish", "/export"} {
		small(ada.get(t, page+tab), tab)
	}

	// Whoever reaches the server puts requests into the Inspector.
	body := strings.Repeat("[", 9990) + strings.Repeat("]", 9990)
	srv.ForgetRequests(t)
	shellSend(t, &visitor{srv: srv}, http.MethodPost, "/oauth/token", body, "", http.Header{"Content-Type": {"application/json"}})
	all := srv.Requests(t, mocktest.RequestFilter{})
	if len(all) != 1 {
		t.Fatalf("%d requests", len(all))
	}
	entry := ada.get(t, "/tools/inspector?correlation="+all[0].CorrelationID).Location
	small(ada.get(t, entry).says(t, "[[[[[["), "the Inspector")
}

func TestAProgramsTokenInTheCookieLeadsToTheSignIn(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	program := &visitor{srv: srv, token: srv.Admin(t).Token}
	for _, path := range []string{"/", "/admin/divisions", "/tools/jwt"} {
		got := program.get(t, path)
		if got.Status != http.StatusSeeOther || !strings.HasPrefix(got.Location, "/signin?next=") || !strings.Contains(got.Header.Get("Set-Cookie"), "Max-Age=0") {
			t.Errorf("%s: %d %s %s", path, got.Status, got.Location, got.Header.Get("Set-Cookie"))
		}
	}
	if got := program.post(t, "/admin/divisions/new", url.Values{"name": {"North"}}).says(t, "Your session has ended"); got.Status != http.StatusUnauthorized {
		t.Errorf("a form: %d", got.Status)
	}
	if got := program.post(t, "/signout", nil); got.Status != http.StatusSeeOther || !strings.Contains(got.Header.Get("Set-Cookie"), "Max-Age=0") {
		t.Errorf("signing out: %d %s", got.Status, got.Body)
	}
}

// The rows of a form are pairs by their order alone.
func TestAFormWhoseSessionHasEndedKeepsItsRowsInOrder(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	form := url.Values{}
	for n := range 100 {
		form.Add("headerName", fmt.Sprintf("X-%d", n))
		form.Add("headerValue", fmt.Sprintf("value %d", n))
	}
	got := (&visitor{srv: srv, token: "over"}).post(t, "/admin/actions/x/configuration", form)
	kept := url.Values{}
	for _, found := range shellHidden.FindAllStringSubmatch(got.Body, -1) {
		kept.Add(found[1], found[2])
	}
	if kept.Encode() != form.Encode() {
		t.Errorf("kept = %s", kept.Encode())
	}
}

// The rows that the stream sends are put into the page as they are.
func TestTheStreamOfRequestsEscapes(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	if got := srv.Admin(t).Post(t, "/api/v2/users", map[string]any{"name": hostileName, "email": "hostile@mockcloud.test", "state": "active", "password": "Hostile-pass-1"}); got.Status >= 300 {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	srv.ForgetRequests(t)
	hostile := srv.AsUser(t, "hostile@mockcloud.test")
	hostile.Get(t, "/api/v2/users/me?"+url.QueryEscape(hostileName)+"='\"><img/src=x/onerror=alert(1)>")
	hostile.Get(t, "/api/v2/<img/src=x/onerror=alert(1)>\"'")

	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL+"/tools/inspector/stream?after=0&own=true", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.AddCookie(&http.Cookie{Name: "mockcloud_console_" + r.URL.Port(), Value: ada.token})
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	lines := bufio.NewReader(res.Body)
	var seen strings.Builder
	for !strings.Contains(seen.String(), "404 ") {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatalf("%v after %s", err, seen.String())
		}
		seen.WriteString(line)
		if line != "\n" && !strings.HasPrefix(line, ":") && !strings.HasPrefix(line, "id: ") && !strings.HasPrefix(line, "event: row") && !strings.HasPrefix(line, "data: ") {
			t.Errorf("a line of none of ours: %q", line)
		}
	}
	if mark := hostileMark([]byte(seen.String())); mark != "" || !strings.Contains(seen.String(), "&lt;img") {
		t.Errorf("%q is in\n%s", mark, seen.String())
	}
}

// Commands that are copied hold what strangers have sent.
func TestACommandToSendARequestAgainIsOneCommand(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	srv.ForgetRequests(t)
	shellSend(t, &visitor{srv: srv}, http.MethodPost, "/oauth/token?a[1-9]=';touch+x;'", "it's \x03\nrm \\x\u009b1m", "", http.Header{"Content-Type": {"text/plain"}, "X-A": {"$(id) `id`"}})
	all := srv.Requests(t, mocktest.RequestFilter{})
	if len(all) != 1 {
		t.Fatalf("%d requests", len(all))
	}
	entry := ada.get(t, "/tools/inspector?correlation="+all[0].CorrelationID).Location
	got := ada.get(t, entry).says(t,
		`curl -sS -X POST -g \ '`+srv.URL+`/oauth/token?a[1-9]='\'';touch+x;'\'''`, `-H 'X-A: $(id) `+"`id`'", `--data-raw $'it\'s \x03 rm \\x\xc2\x9b1m'`)
	if !strings.Contains(got.Body, "--data-raw $&#39;it\\&#39;s \\x03\nrm") {
		t.Error("the end of the line is gone")
	}
}

// Of two who save the same form at the same time, each is told what became of theirs,
// and what one of them typed stands in the end.
func TestTwoSaveTheSameThingAtOnce(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ids := hostileOrg(t, srv)
	ada, admin := visit(t, srv, "admin@mockcloud.test"), srv.Admin(t)
	for route, api := range map[string]string{
		"/admin/divisions/": "authorization/divisions/", "/admin/people/": "users/", "/admin/oauth-clients/": "oauth/clients/", "/admin/integrations/": "integrations/", "/admin/actions/": "integrations/actions/",
	} {
		id := ids[strings.TrimSuffix(route, "/")][0]
		if api += id; strings.HasSuffix(route, "actions/") {
			api += "/draft"
		}
		form := url.Values{}
		for _, found := range hostileInputs.FindAllStringSubmatch(ada.get(t, route+id).Body, -1) {
			form.Set(html.UnescapeString(found[1]), html.UnescapeString(found[2]))
		}
		if form.Get("name") == "" {
			t.Fatalf("%s: no name in %v", route, form)
		}
		form.Set("name", "0-0")
		var wait sync.WaitGroup
		saved := make([]int, 2)
		for who := range saved {
			wait.Go(func() {
				for n := range 10 {
					mine := maps.Clone(form)
					mine["name"] = []string{fmt.Sprintf("%d-%d", who, n)}
					switch got := ada.post(t, route+id, mine); got.Status {
					case http.StatusSeeOther:
						saved[who]++
					case http.StatusConflict, http.StatusBadRequest:
					default:
						t.Errorf("%s: status %d\n%.500s", route, got.Status, got.words())
					}
				}
			})
		}
		wait.Wait()
		name := admin.Get(t, "/api/v2/"+api).Str(t, "name")
		if !regexp.MustCompile(`^[01]-[0-9]$`).MatchString(name) || saved[0]+saved[1] == 0 {
			t.Errorf("%s: it is called %q after %v", route, name, saved)
		}
		t.Logf("%s %v", route, saved)
	}
}
