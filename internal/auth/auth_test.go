package auth_test

import (
	"crypto/rand"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/internal/store"
)

const orgID = "org"

// world is a state with one client that may view clients in one division.
type world struct {
	db        *store.DB
	clock     *clock.Manual
	authority *auth.Authority
	catalogue *spec.Catalogue
	client    *identity.Client
}

func newWorld(t *testing.T) *world {
	t.Helper()
	db, err := store.Open(filepath.Join(t.TempDir(), "state.db"), store.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	w := &world{db: db, clock: clock.NewManual(time.Unix(1_800_000_000, 0))}
	w.authority = w.open(t)
	if w.catalogue, err = spec.Load(); err != nil {
		t.Fatal(err)
	}
	w.client = &identity.Client{ID: "bot", Name: "bot", GrantType: identity.GrantClientCredentials, State: identity.ClientActive, ValiditySeconds: 600}
	w.change(t, func(tx *store.Tx) error {
		role := &identity.Role{ID: "viewer", Name: "viewer", Policies: []identity.Policy{{Domain: "oauth", EntityName: "client", ActionSet: []string{"view"}}}}
		return firstError(
			identity.Orgs.Put(tx, &identity.Org{ID: orgID, Name: "Org"}),
			identity.Clients.Put(tx, w.client),
			identity.Roles.Put(tx, role),
			identity.Give(tx, identity.Subject{Type: identity.SubjectClient, ID: "bot"}, identity.Pair{RoleID: "viewer", DivisionID: "sales"}, nil),
		)
	})
	return w
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *world) open(t *testing.T) *auth.Authority {
	t.Helper()
	next := 0
	var mu sync.Mutex
	a, err := auth.Open(t.Context(), auth.Config{
		DB: w.db, Clock: w.clock, Random: rand.Reader, Issuer: func() string { return "http://x" },
		NewID: func() string {
			mu.Lock()
			defer mu.Unlock()
			next++
			return "id-" + strconv.Itoa(next)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (w *world) change(t *testing.T, fn func(*store.Tx) error) {
	t.Helper()
	if err := w.db.Update(t.Context(), orgID, fn); err != nil {
		t.Fatal(err)
	}
}

// token is a fresh token of the client, and what it says.
func (w *world) token(t *testing.T) (auth.Token, *auth.Claims) {
	t.Helper()
	token, err := w.authority.Mint(auth.Grant{Org: orgID, ClientOrg: orgID, Client: w.client})
	if err != nil {
		t.Fatal(err)
	}
	claims, err := w.authority.Verify(token.Access)
	if err != nil {
		t.Fatal(err)
	}
	return token, claims
}

// may says whether the token may list the clients now, in a reading or a
// writing transaction.
func (w *world) may(t *testing.T, token string, write bool) bool {
	t.Helper()
	claims, err := w.authority.Verify(token)
	if err != nil {
		return false
	}
	op, ok := w.catalogue.Operation("getOauthClients")
	if !ok {
		t.Fatal("no such operation")
	}
	allowed := false
	look := func(tx *store.Tx) error {
		c, err := w.authority.Caller(tx, claims)
		if auth.IsDead(err) {
			return nil
		}
		if err != nil {
			return err
		}
		_, refusal := c.Authorize(tx, op)
		allowed = refusal == nil
		return nil
	}
	run := w.db.View
	if write {
		run = w.db.Update
	}
	if err := run(t.Context(), orgID, look); err != nil {
		t.Fatal(err)
	}
	return allowed
}

// What was found out for one request must not outlive what it was found from.
func TestWhatIsRememberedEndsWithTheStateItWasFoundIn(t *testing.T) {
	t.Parallel()
	pair := identity.Pair{RoleID: "viewer", DivisionID: "sales"}
	tests := []struct {
		name string
		end  func(w *world, claims *auth.Claims) func(*store.Tx) error
	}{
		{"the grant goes", func(*world, *auth.Claims) func(*store.Tx) error {
			return func(tx *store.Tx) error { _, err := identity.Take(tx, "bot", pair); return err }
		}},
		{"the role loses the permission", func(*world, *auth.Claims) func(*store.Tx) error {
			return func(tx *store.Tx) error { return identity.Roles.Put(tx, &identity.Role{ID: "viewer", Name: "viewer"}) }
		}},
		{"the role goes", func(*world, *auth.Claims) func(*store.Tx) error {
			return func(tx *store.Tx) error { return identity.Roles.Delete(tx, "viewer") }
		}},
		{"the client is disabled", func(w *world, _ *auth.Claims) func(*store.Tx) error {
			return func(tx *store.Tx) error {
				c := *w.client
				c.State = identity.ClientDisabled
				return identity.Clients.Put(tx, &c)
			}
		}},
		{"all tokens of the client are revoked", func(w *world, _ *auth.Claims) func(*store.Tx) error {
			return func(tx *store.Tx) error {
				c := *w.client
				c.TokenGeneration++
				return identity.Clients.Put(tx, &c)
			}
		}},
		{"the token is revoked", func(w *world, claims *auth.Claims) func(*store.Tx) error {
			return func(tx *store.Tx) error { return w.authority.Revoke(tx, claims) }
		}},
		{"the organization goes", func(*world, *auth.Claims) func(*store.Tx) error {
			return func(tx *store.Tx) error { return tx.DropOrg(orgID) }
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			token, claims := w.token(t)
			for range 2 { // the second time from memory
				if !w.may(t, token.Access, false) || !w.may(t, token.Access, true) {
					t.Fatal("refused from the start")
				}
			}
			w.change(t, tt.end(w, claims))
			if w.may(t, token.Access, false) || w.may(t, token.Access, true) {
				t.Error("it still passes")
			}
		})
	}
}

func TestATokenEndsToTheSecond(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	token, _ := w.token(t)
	if token.ExpiresIn != 599 {
		t.Errorf("expires in %d", token.ExpiresIn)
	}
	w.clock.Advance(599 * time.Second)
	if _, err := w.authority.Verify(token.Access); err != nil {
		t.Errorf("one second early: %v", err)
	}
	w.clock.Advance(time.Second)
	if _, err := w.authority.Verify(token.Access); err == nil {
		t.Error("it does not expire")
	}
}

func TestKeysBelongToTheStateFile(t *testing.T) {
	t.Parallel()
	w, other := newWorld(t), newWorld(t)
	token, _ := w.token(t)
	if _, err := w.open(t).Verify(token.Access); err != nil {
		t.Errorf("opened again: %v", err)
	}
	for range 2 { // the second time from memory
		if _, err := other.authority.Verify(token.Access); err == nil {
			t.Error("another server takes it")
		}
	}
}

// Guess: the division stands glued to the permission and in brackets, and only
// the 23 object types that can be moved live in divisions (facts
// authorization.md §§2.2 and 4).
func TestPermissionsCountInTheirDivision(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.change(t, func(tx *store.Tx) error {
		role := &identity.Role{ID: "editor", Name: "editor", Policies: []identity.Policy{{Domain: "directory", EntityName: "user", ActionSet: []string{"*"}}}}
		return firstError(
			identity.Roles.Put(tx, role),
			identity.Give(tx, identity.Subject{Type: identity.SubjectClient, ID: "bot"}, identity.Pair{RoleID: "editor", DivisionID: "sales"}, nil),
		)
	})
	_, claims := w.token(t)
	patch, _ := w.catalogue.Operation("patchUser")
	queue, _ := w.catalogue.Operation("getOauthClients")
	err := w.db.View(t.Context(), orgID, func(tx *store.Tx) error {
		c, err := w.authority.Caller(tx, claims)
		if err != nil {
			return err
		}
		if _, refusal := c.AuthorizeIn(tx, w.catalogue, patch, "sales"); refusal != nil {
			t.Errorf("in the division: %v", refusal)
		}
		_, refusal := c.AuthorizeIn(tx, w.catalogue, patch, "support")
		want := "Unable to perform the requested action. You must have at least one of the following permissions assigned: " +
			"[admin, directory:user:edit, directory:organization:admin] in at least one of the following division(s): [support]"
		if refusal == nil || refusal.Code != "missing.any.division.permissions" || refusal.Message != want {
			t.Errorf("in another division: %v", refusal)
		}
		// OAuth clients live in no division: a grant anywhere is enough.
		if _, refusal := c.AuthorizeIn(tx, w.catalogue, queue, "support"); refusal != nil {
			t.Errorf("of a thing without a division: %v", refusal)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
