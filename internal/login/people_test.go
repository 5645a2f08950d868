package login_test

import (
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
	"github.com/mockcloud/mockcloud/mocktest"
)

func TestWhatIsWrongWithTheFormIsSaid(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	admin.Patch(t, "/api/v2/users/6d6f636b-0005-4000-8000-000000000005", `{"state":"inactive","version":1}`)
	tests := []struct {
		name, email, password, about string
		status                       int
	}{
		{"wrong password", agentEmail, "wrong", "The email address or the password is incorrect.", 401},
		{"unknown address", "nobody@mockcloud.test", "x", "The email address or the password is incorrect.", 401},
		{"inactive user", "agent2@mockcloud.test", "fake-agent2-password", "The email address or the password is incorrect.", 401},
		{"long password", agentEmail, strings.Repeat("x", 10000), "The email address or the password is incorrect.", 401},
		{"nothing", "", "", "Enter your email address and your password.", 401},
		{"markup", `"><script>alert(1)</script>@x`, "x", "The email address or the password is incorrect.", 401},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newBrowser(t, srv)
			got := b.submit(t, b.get(t, authorize()), "email", tt.email, "password", tt.password)
			if got.status != tt.status || !strings.Contains(got.body, tt.about) || !strings.Contains(got.body, `role="alert"`) {
				t.Errorf("answer = %d\n%s", got.status, got.body)
			}
			if strings.Contains(got.body, "<script>alert") {
				t.Error("the page holds what was typed as markup")
			}
			if retry := b.submit(t, got, "email", agentEmail, "password", agentWord); !strings.HasPrefix(retry.location, callback+"?code=") {
				t.Errorf("the second try: %d %s", retry.status, retry.location)
			}
		})
	}
}

func TestSeededUsersSignInByOneClick(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	b := newBrowser(t, srv)
	page := b.get(t, authorize())
	for _, text := range []string{"Development users", "Ada Admin", agentEmail, agentID} {
		if !strings.Contains(page.body, text) {
			t.Errorf("the page lacks %q", text)
		}
	}
	got := b.submit(t, page, "as", agentID)
	access, _ := mustIssue(t, redeem(t, srv, got.query(t).Get("code")))
	if me := srv.Bearer(access).Get(t, "/api/v2/users/me"); me.Str(t, "email") != agentEmail {
		t.Errorf("signed in as %s", me.Body)
	}
	// A password that was used is hashed, and still the published one.
	newBrowser(t, srv).code(t)
	if got := newBrowser(t, srv).get(t, authorize()); !strings.Contains(got.body, agentID) {
		t.Error("a user who has signed in is not offered any more")
	}
	// One that was changed is the user's own.
	if got := srv.Admin(t).Post(t, "/api/v2/users/"+agentID+"/password", `{"newPassword":"another-Passw0rd!"}`); got.Status != http.StatusNoContent {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	stale := newBrowser(t, srv)
	again := stale.get(t, authorize())
	if strings.Contains(again.body, agentID) {
		t.Error("a user with a password of their own is offered")
	}
	if got := stale.submit(t, again, "as", agentID); got.status != http.StatusUnauthorized || strings.Contains(got.location, "code=") {
		t.Errorf("an old page: %d %s", got.status, got.location)
	}
	if got := stale.submit(t, again, "email", agentEmail, "password", "another-Passw0rd!"); got.query(t).Get("code") == "" {
		t.Errorf("the new password: %d", got.status)
	}
}

func TestPeopleOfSeveralOrganizationsChoose(t *testing.T) {
	t.Parallel()
	second := writeFixture(t, "organization: {name: Second Org, shortName: second}\nusers: [{email: "+agentEmail+", name: Alex Elsewhere, password: "+agentWord+"}]\n")
	srv := mocktest.Start(t, mocktest.Options{Fixtures: []string{"default", second}})
	orgOf := func(t *testing.T, s *screen) string {
		access, _ := mustIssue(t, redeem(t, srv, s.query(t).Get("code")))
		me := srv.Bearer(access).Get(t, "/api/v2/tokens/me")
		if me.Str(t, "OAuthClient.organization.name") != "Mockcloud" {
			t.Errorf("the client's organization: %s", me.Body)
		}
		return me.Str(t, "organization.name")
	}
	b := newBrowser(t, srv)
	page := b.submit(t, b.get(t, authorize()), "email", agentEmail, "password", agentWord)
	choice := regexp.MustCompile(`name="organization" value="([^"]*)"><span[^>]*>SO</span>`).FindStringSubmatch(page.body)
	if choice == nil || !strings.Contains(page.body, "Choose an organization") {
		t.Fatalf("no choice: %d %s\n%s", page.status, page.location, page.body)
	}
	if got := orgOf(t, b.submit(t, page, "organization", choice[1])); got != "Second Org" {
		t.Errorf("entered %s", got)
	}
	if got := orgOf(t, b.get(t, authorize())); got != "Second Org" {
		t.Errorf("the next time entered %s", got)
	}
	if got := orgOf(t, b.get(t, authorize("target", "6d6f636b-0001-4000-8000-000000000001"))); got != "Mockcloud" {
		t.Errorf("with a target entered %s", got)
	}
	if got := orgOf(t, b.get(t, authorize("org", "second", "provider", "okta"))); got != "Second Org" {
		t.Errorf("with an organization entered %s", got)
	}
	if got := b.get(t, authorize("org", "nowhere", "provider", "okta")); got.status != http.StatusBadRequest {
		t.Errorf("with an organization that there is not: %d %s", got.status, got.location)
	}
	if got := b.get(t, authorize("target", "elsewhere")); got.query(t).Get("error") != "access_denied" {
		t.Errorf("with a target that there is not: %s", got.location)
	}
	if got := b.submit(t, page, "organization", "elsewhere"); strings.Contains(got.location, "code=") {
		t.Errorf("an organization that there is not: %s", got.location)
	}
	hinted := newBrowser(t, srv)
	if got := orgOf(t, hinted.submit(t, hinted.get(t, authorize("login_hint", agentEmail+":second")), "email", agentEmail, "password", agentWord)); got != "Second Org" {
		t.Errorf("with a hint entered %s", got)
	}
}

// The one that was chosen is gone: nobody enters elsewhere without a word.
func TestAChoiceEndsWithThePersonChosen(t *testing.T) {
	t.Parallel()
	org := func(name string) string {
		return writeFixture(t, "organization: {name: "+name+"}\nusers: [{email: "+agentEmail+", name: Alex, password: "+agentWord+"}]\n")
	}
	srv := mocktest.Start(t, mocktest.Options{Fixtures: []string{"default", org("Second"), org("Third")}})
	b := newBrowser(t, srv)
	page := b.submit(t, b.get(t, authorize()), "email", agentEmail, "password", agentWord)
	if got := b.submit(t, page, "organization", "6d6f636b-0001-4000-8000-000000000001"); got.query(t).Get("code") == "" {
		t.Fatalf("%d %s", got.status, got.location)
	}
	srv.Admin(t).Delete(t, "/api/v2/tokens/"+agentID)
	if got := b.get(t, authorize()); got.status != http.StatusOK || !strings.Contains(got.body, "Choose an organization") {
		t.Errorf("answer = %d %s", got.status, got.location)
	}
}

// Guess: ten failures in a minute, a pause of half a minute.
func TestFailedSignInsAreThrottledPerAccount(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	b := newBrowser(t, srv)
	page := b.get(t, authorize())
	for range 9 {
		b.submit(t, page, "email", agentEmail, "password", "wrong")
	}
	if got := b.submit(t, page, "email", agentEmail, "password", agentWord); got.query(t).Get("code") == "" {
		t.Fatalf("nine failures lock: %d\n%s", got.status, got.body)
	}
	page = b.get(t, authorize("prompt", "login"))
	for range 10 {
		b.submit(t, page, "email", " "+strings.ToUpper(agentEmail), "password", "wrong")
	}
	got := b.submit(t, page, "email", agentEmail, "password", agentWord)
	if got.status != http.StatusTooManyRequests || !strings.Contains(got.body, "Try again in 30 s") {
		t.Errorf("after ten failures: %d\n%s", got.status, got.body)
	}
	if got := b.submit(t, page, "email", adminEmail, "password", adminWord); got.query(t).Get("code") == "" {
		t.Errorf("another account: %d", got.status)
	}
	srv.Clock.Advance(30 * time.Second)
	if got := b.submit(t, b.get(t, authorize("prompt", "login")), "email", agentEmail, "password", agentWord); got.query(t).Get("code") == "" {
		t.Errorf("after the pause: %d", got.status)
	}
}

func TestThePasswordGrantIsOffUnlessSwitchedOn(t *testing.T) {
	t.Parallel()
	off, on := mocktest.Start(t, mocktest.Options{}), mocktest.Start(t, mocktest.Options{PasswordGrant: true})
	ask := func(srv *mocktest.Server, pairs ...string) *mocktest.Response {
		return trade(t, srv, passwordApp, passwordWord, append([]string{"grant_type", "password"}, pairs...)...)
	}
	refused(t, ask(off, "username", agentEmail, "password", agentWord), "unsupported_grant_type", "unsupported grant type")
	access, _ := mustIssue(t, ask(on, "username", agentEmail, "password", agentWord))
	if me := on.Bearer(access).Get(t, "/api/v2/users/me"); me.Str(t, "email") != agentEmail {
		t.Errorf("the token is of %s", me.Body)
	}
	refused(t, ask(on, "username", agentEmail, "password", "wrong"), "invalid_grant", "invalid username or password")
	refused(t, ask(on, "username", "nobody", "password", "wrong"), "invalid_grant", "invalid username or password")
	elsewhere := mocktest.Start(t, mocktest.Options{PasswordGrant: true, Fixtures: []string{"default", writeFixture(t, "organization: {name: Second}\nusers: [{email: only@second.test, name: S, password: fake-password}]\n")}})
	refused(t, ask(elsewhere, "username", "only@second.test", "password", "fake-password"), "invalid_grant", "invalid username or password")
	refused(t, ask(on, "password", "wrong"), "invalid_request", "missing parameter: username")
	refused(t, ask(on, "username", agentEmail), "invalid_request", "missing parameter: password")
}

// Passwords of fixtures lie in the state as they were published until somebody
// uses them, and as a hash from then on.
func TestAPasswordIsHashedWhenItIsFirstUsed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	stored := func() *identity.Password {
		db, err := store.Open(path, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		var found *identity.Password
		err = db.View(t.Context(), "6d6f636b-0001-4000-8000-000000000001", func(tx *store.Tx) error {
			u, err := identity.Users.Peek(tx, agentID)
			found = u.Password
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	signIn := func(srv *mocktest.Server) {
		b := newBrowser(t, srv)
		if got := b.submit(t, b.get(t, authorize()), "email", agentEmail, "password", agentWord); got.query(t).Get("code") == "" {
			t.Fatalf("no sign-in: %d", got.status)
		}
	}
	srv := mocktest.Start(t, mocktest.Options{Path: path})
	srv.Stop(t)
	if got := stored(); got.Plain != agentWord {
		t.Errorf("before: %+v", got)
	}
	srv = mocktest.Start(t, mocktest.Options{Path: path})
	signIn(srv)
	srv.Stop(t)
	first := stored()
	if !strings.HasPrefix(first.Hash, "$argon2id$v=19$m=19456,t=2,p=1$") || first.Plain != "" {
		t.Errorf("after the first sign-in: %+v", first)
	}
	srv = mocktest.Start(t, mocktest.Options{Path: path})
	signIn(srv)
	if got := newBrowser(t, srv).get(t, authorize()); !strings.Contains(got.body, agentID) {
		t.Error("the user is not offered any more")
	}
	srv.Stop(t)
	if again := stored(); again.Hash != first.Hash {
		t.Error("the second sign-in has hashed again")
	}
}

func TestAResetForgivesFailedSignIns(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	b := newBrowser(t, srv)
	page := b.get(t, authorize())
	for range 10 {
		b.submit(t, page, "email", agentEmail, "password", "wrong")
	}
	srv.Reset(t)
	if got := b.submit(t, page, "email", agentEmail, "password", agentWord); got.query(t).Get("code") == "" {
		t.Errorf("after the reset: %d", got.status)
	}
}

// Guess: that the password grant is throttled, and in these words. Guesses that
// are sent side by side do not get round it, and neither do other spellings of
// the address.
func TestTheThrottleHoldsForParallelGuesses(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{PasswordGrant: true})
	ask := func(name, word string) *mocktest.Response {
		return trade(t, srv, passwordApp, passwordWord, "grant_type", "password", "username", name, "password", word)
	}
	var wg sync.WaitGroup
	for range 24 {
		wg.Go(func() { ask(agentEmail, "wrong") })
	}
	wg.Wait()
	for _, name := range []string{agentEmail, " " + agentEmail, strings.ToUpper(agentEmail) + " "} {
		if got := ask(name, agentWord); got.Status != http.StatusBadRequest || !strings.HasPrefix(got.Str(t, "description"), "too many failed sign-ins;") {
			t.Errorf("%q: %d %s", name, got.Status, got.Body)
		}
	}
}
