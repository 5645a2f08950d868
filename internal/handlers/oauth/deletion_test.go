package oauth_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/mocktest"
)

// tokenFor asks for a token with the client's secret.
func (o *org) tokenFor(t *testing.T, client, secret string) *mocktest.Response {
	t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {client}, "client_secret": {secret}}
	return o.Anonymous().Do(t, http.MethodPost, "/oauth/token", form.Encode(), http.Header{"Content-Type": {"application/x-www-form-urlencoded"}})
}

func (o *org) lists(t *testing.T, client string) bool {
	t.Helper()
	return strings.Contains(string(o.admin.Get(t, "/api/v2/oauth/clients").Body), client)
}

// advance moves the clock, and gives admin a new token.
func (o *org) advance(t *testing.T, d time.Duration) {
	t.Helper()
	o.Clock.Advance(d)
	o.admin = o.Admin(t)
}

const days = 24 * time.Hour

// Guess: seven days whatever the age, since the age only decides what the real
// console does (facts oauth.md §9).
func TestAnInactiveClientIsGoneAfterSevenDays(t *testing.T) {
	t.Parallel()
	for _, age := range []time.Duration{0, 60 * days} {
		o := startOrg(t, mocktest.Options{})
		body := botWith(pair{o.role(t, "employee"), everywhere})
		made := o.admin.Post(t, "/api/v2/oauth/clients", body)
		id, path := made.Str(t, "id"), made.Str(t, "selfUri")
		o.advance(t, age)
		wantOK(t, o.tokenFor(t, id, made.Str(t, "secret")))
		body["state"], body["accessTokenValiditySeconds"] = "inactive", 172800
		due := o.Clock.Now().Add(7 * days).Format("2006-01-02T15:04:05.000Z")
		put := o.admin.Put(t, path, body)
		if put.Str(t, "state") != "inactive" || put.Str(t, "dateToDelete") != due {
			t.Fatalf("inactive: %d %s", put.Status, put.Body)
		}
		if got := o.tokenFor(t, id, made.Str(t, "secret")); got.Status != http.StatusBadRequest || !strings.Contains(string(got.Body), "disabled") {
			t.Errorf("a token of an inactive client: %d %s", got.Status, got.Body)
		}
		o.advance(t, 2*days)
		if again := o.admin.Put(t, path, body); again.Str(t, "dateToDelete") != due {
			t.Errorf("a second time: %s", again.Body)
		}
		o.advance(t, 5*days-time.Second)
		if got := o.admin.Get(t, path); got.Str(t, "dateToDelete") != due || !o.lists(t, id) {
			t.Errorf("just before: %d %s", got.Status, got.Body)
		}
		o.advance(t, time.Second)
		if got := o.admin.Get(t, path); got.Status != http.StatusNotFound || got.Str(t, "code") != "client.not.found" || o.lists(t, id) {
			t.Errorf("after: %d %s", got.Status, got.Body)
		}
		if got := o.tokenFor(t, id, made.Str(t, "secret")); got.Status != http.StatusBadRequest || !strings.Contains(string(got.Body), "client not found") {
			t.Errorf("a token of a client that is gone: %d %s", got.Status, got.Body)
		}
		for name, got := range map[string]*mocktest.Response{
			"restore": o.admin.Put(t, path, botWith(pair{o.role(t, "employee"), everywhere})),
			"delete":  o.admin.Delete(t, path),
			"secret":  o.admin.Post(t, path+"/secret", nil),
			"usage":   o.admin.Get(t, path+"/usage/summary"),
		} {
			if got.Status != http.StatusNotFound {
				t.Errorf("%s: %d %s", name, got.Status, got.Body)
			}
		}
	}
}

func TestTokensEndWithAClientThatIsGone(t *testing.T) {
	t.Parallel()
	o := startOrg(t, mocktest.Options{})
	body := botWith(pair{o.role(t, "employee"), everywhere})
	made := o.admin.Post(t, "/api/v2/oauth/clients", body)
	bot := o.AsClient(t, made.Str(t, "id"))
	body["state"], body["dateToDelete"] = "inactive", "2026-01-15T12:00:10.000Z"
	wantOK(t, o.admin.Put(t, made.Str(t, "selfUri"), body))
	o.Clock.Advance(9 * time.Second)
	wantOK(t, bot.Get(t, "/api/v2/tokens/me")) // inactive means no new ones
	o.Clock.Advance(time.Second)
	if got := bot.Get(t, "/api/v2/tokens/me"); got.Status != http.StatusUnauthorized || got.Str(t, "code") != "bad.credentials" {
		t.Errorf("answer = %d %s", got.Status, got.Body)
	}
}

func TestAClientIsRestoredByMakingItActive(t *testing.T) {
	t.Parallel()
	o := startOrg(t, mocktest.Options{})
	body := botWith(pair{o.role(t, "employee"), everywhere})
	made := o.admin.Post(t, "/api/v2/oauth/clients", body)
	body["state"] = "inactive"
	inactive := o.admin.Put(t, made.Str(t, "selfUri"), body)
	delete(body, "state")
	if got := o.admin.Put(t, made.Str(t, "selfUri"), body); got.Str(t, "state") != "inactive" || got.Str(t, "dateToDelete") != inactive.Str(t, "dateToDelete") {
		t.Errorf("without a state: %s", got.Body)
	}
	o.advance(t, 6*days)
	body["state"], body["dateToDelete"] = "active", inactive.Str(t, "dateToDelete") // sent back as it was read
	if got := o.admin.Put(t, made.Str(t, "selfUri"), body); got.Str(t, "state") != "active" || got.Str(t, "dateToDelete") != "" {
		t.Errorf("restored: %d %s", got.Status, got.Body)
	}
	o.advance(t, 30*days)
	wantOK(t, o.tokenFor(t, made.Str(t, "id"), made.Str(t, "secret")))
}

// What Terraform does (facts terraform.md §2), for clients of any age.
func TestTerraformDeletesAClientAtOnce(t *testing.T) {
	t.Parallel()
	for _, age := range []time.Duration{0, 60 * days} {
		o := startOrg(t, mocktest.Options{})
		role := o.role(t, "employee")
		body := botWith(pair{role, everywhere})
		made := o.admin.Post(t, "/api/v2/oauth/clients", body)
		path := made.Str(t, "selfUri")
		o.advance(t, age)
		body["state"] = "inactive"
		wantOK(t, o.admin.Put(t, path, body))
		wantOK(t, o.admin.Get(t, path))
		wantOK(t, o.admin.Delete(t, path))
		if got := o.admin.Get(t, path); got.Status != http.StatusNotFound {
			t.Errorf("after %v: %d %s", age, got.Status, got.Body)
		}
		if holders := o.admin.Get(t, "/api/v2/authorization/roles/"+role+"/subjectgrants"); strings.Contains(string(holders.Body), made.Str(t, "id")) {
			t.Error("the client still holds its role")
		}
	}
}

func TestTheDateOfDeletionIsChecked(t *testing.T) {
	t.Parallel()
	o := startOrg(t, mocktest.Options{})
	body := map[string]any{"name": "web", "authorizedGrantType": "TOKEN", "scope": []string{"users"}, "state": "inactive"}
	made := o.admin.Post(t, "/api/v2/oauth/clients", `{"name":"web","authorizedGrantType":"TOKEN","scope":["users"],"dateToDelete":"2020-01-01T00:00:00Z"}`)
	if made.Str(t, "dateToDelete") != "" {
		t.Errorf("an active client: %s", made.Body)
	}
	tests := []struct{ name, date, code, want string }{
		{"in the past", "2026-01-15T11:59:59Z", "constraint.validation", ""},
		{"now", "2026-01-15T12:00:00Z", "constraint.validation", ""},
		{"no date", "tomorrow", "invalid.date", ""},
		{"in a month, in another zone", "2026-02-15T12:00:00+02:00", "", "2026-02-15T10:00:00.000Z"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			body["dateToDelete"] = tt.date
			got := o.admin.Put(t, made.Str(t, "selfUri"), body)
			if tt.code != "" {
				if got.Status != http.StatusBadRequest || got.Str(t, "code") != tt.code {
					t.Errorf("answer = %d %s", got.Status, got.Body)
				}
				if now := o.admin.Get(t, made.Str(t, "selfUri")); now.Str(t, "state") != "active" {
					t.Errorf("a refused request changed something: %s", now.Body)
				}
				return
			}
			if got.Str(t, "dateToDelete") != tt.want {
				t.Errorf("answer = %d %s", got.Status, got.Body)
			}
		})
	}
}

// Decisions 30 lets people set a client inactive whose roles they do not hold; not
// so that it goes earlier than it would.
func TestNamingADateOfDeletionTakesTheRoles(t *testing.T) {
	t.Parallel()
	o := startOrg(t, mocktest.Options{})
	body := botWith(pair{o.role(t, "admin"), everywhere})
	made := o.admin.Post(t, "/api/v2/oauth/clients", body)
	as := o.AsUser(t, builder)
	body["state"], body["dateToDelete"] = "inactive", "2026-01-15T12:00:01Z"
	wantRefused(t, as.Put(t, made.Str(t, "selfUri"), body), "[admin]")
	delete(body, "dateToDelete")
	wantOK(t, as.Put(t, made.Str(t, "selfUri"), body))
	body["state"] = "active"
	wantRefused(t, as.Put(t, made.Str(t, "selfUri"), body), "[admin]")
}

// The time of a server that nobody has stopped goes on while it answers.
func TestDeactivatingTakesNoRolesWhileTheClockRuns(t *testing.T) {
	t.Parallel()
	o := startOrg(t, mocktest.Options{})
	as := o.AsUser(t, builder)
	body := botWith(pair{o.role(t, "admin"), everywhere})
	done := make(chan struct{})
	var ticking sync.WaitGroup
	ticking.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
				o.Clock.Advance(time.Nanosecond)
			}
		}
	})
	defer ticking.Wait()
	defer close(done)
	for range 20 {
		body["state"] = "active"
		made := o.admin.Post(t, "/api/v2/oauth/clients", body)
		body["state"] = "inactive"
		wantOK(t, as.Put(t, made.Str(t, "selfUri"), body))
	}
}

func TestThereCanBeTooManyClients(t *testing.T) {
	t.Parallel()
	o := startOrg(t, mocktest.Options{})
	web := map[string]any{"name": "web", "authorizedGrantType": "TOKEN", "scope": []string{"users"}}
	first := o.admin.Post(t, "/api/v2/oauth/clients", web)
	total := 0
	if _, err := fmt.Sscan(o.admin.Get(t, "/api/v2/oauth/clients").Str(t, "total"), &total); err != nil {
		t.Fatal(err)
	}
	wantOK(t, o.Anonymous().Patch(t, "/_mockcloud/settings", map[string]int{"maxClients": total + 1}))
	wantOK(t, o.admin.Post(t, "/api/v2/oauth/clients", web))
	got := o.admin.Post(t, "/api/v2/oauth/clients", web)
	if got.Status != http.StatusBadRequest || got.Str(t, "code") != "auth.too.many.clients" || got.Str(t, "message") != "Too many clients exist in this organization." {
		t.Fatalf("answer = %d %s", got.Status, got.Body)
	}
	if now := o.admin.Get(t, "/api/v2/oauth/clients").Str(t, "total"); now != fmt.Sprint(total+1) {
		t.Errorf("there are %s clients", now)
	}
	// One that is gone makes room, even where nobody has looked at it since.
	web["state"] = "inactive"
	wantOK(t, o.admin.Put(t, first.Str(t, "selfUri"), web))
	o.advance(t, 7*days)
	delete(web, "state")
	wantOK(t, o.admin.Post(t, "/api/v2/oauth/clients", web))
}

// A client whose time has come is not there, for nobody and in no way, also while
// nothing has swept it away yet.
func TestAClientThatIsGoneIsNoSubject(t *testing.T) {
	t.Parallel()
	o := startOrg(t, mocktest.Options{})
	role := o.role(t, "employee")
	body := botWith(pair{role, everywhere})
	made := o.admin.Post(t, "/api/v2/oauth/clients", body)
	wantOK(t, made)
	id := made.Str(t, "id")
	body["state"] = "inactive"
	wantOK(t, o.admin.Put(t, "/api/v2/oauth/clients/"+id, body))
	subject := "/api/v2/authorization/subjects/" + id
	wantOK(t, o.admin.Get(t, subject))
	o.advance(t, 8*days)
	grants := map[string]any{"grants": []pair{{role, everywhere}}}
	for name, got := range map[string]*mocktest.Response{
		"read":         o.admin.Get(t, subject),
		"its rights":   o.admin.Get(t, "/api/v2/authorization/divisionspermitted/paged/"+id+"?permission=routing:queue:view"),
		"grants":       o.admin.Post(t, subject+"/bulkadd", grants),
		"their loss":   o.admin.Post(t, subject+"/bulkremove", grants),
		"made active":  o.Anonymous().Post(t, "/_mockcloud/client-state", map[string]string{"client": id, "state": "active"}),
		"the resource": o.admin.Get(t, "/api/v2/oauth/clients/"+id),
	} {
		if got.Status != http.StatusNotFound {
			t.Errorf("%s: %d %s", name, got.Status, got.Body)
		}
	}
	if got := o.admin.Get(t, "/api/v2/authorization/subjects/rolecounts?id="+id); got.Str(t, id) != "0" {
		t.Errorf("its roles count: %s", got.Body)
	}
	if got := o.admin.Get(t, "/api/v2/authorization/roles/"+role+"/subjectgrants"); strings.Contains(string(got.Body), id) {
		t.Errorf("it holds the role: %s", got.Body)
	}
}
