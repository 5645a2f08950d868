package control_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/control"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/seed"
	"github.com/mockcloud/mockcloud/internal/store"
)

// A published password is worth showing as long as it is the user's, hashed or
// not.
func TestOnlyWorkingCredentialsArePresent(t *testing.T) {
	t.Parallel()
	fixtures, err := seed.Parse(seed.Source{Name: "a.yaml", Data: []byte("organization: {name: Acme}\n" +
		"users: [{email: a@x.test, name: A, password: pw}, {email: mute@x.test, name: M}]\n" +
		"clients: [{name: C, grantType: CLIENT-CREDENTIALS, secret: s, roles: ['* in *']}]\n")})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		login  string // whose record is changed
		change func(*identity.User)
		works  bool
	}{
		{"never used", "a@x.test", func(*identity.User) {}, true},
		{"hashed at its first use", "a@x.test", func(u *identity.User) {
			u.Password = &identity.Password{Hash: "$argon2id$", Fixtures: u.Password.Fixtures}
		}, true},
		{"set by somebody", "a@x.test", func(u *identity.User) { u.Password = &identity.Password{Hash: "$argon2id$"} }, false},
		{"of other fixtures", "a@x.test", func(u *identity.User) {
			u.Password = &identity.Password{Hash: "$argon2id$", Fixtures: "0123456789abcdef"}
		}, false},
		{"another one in plain text", "a@x.test", func(u *identity.User) {
			u.Password = &identity.Password{Plain: "other", Fixtures: "0123456789abcdef"}
		}, false},
		{"gone", "a@x.test", func(u *identity.User) { u.Password = nil }, false},
		{"of an inactive user", "a@x.test", func(u *identity.User) { u.State = identity.UserInactive }, false},
		{"of a user with another address", "a@x.test", func(u *identity.User) { u.Email = "b@x.test" }, false},
		{"none in the fixtures", "mute@x.test", func(u *identity.User) { u.Password = &identity.Password{Hash: "$argon2id$"} }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			db, err := store.Open(filepath.Join(t.TempDir(), "state.db"), store.Options{NoSync: true})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := db.Close(); err != nil {
					t.Error(err)
				}
			})
			org := fixtures.Environment().OrgID
			err = db.Update(t.Context(), store.Global, func(tx *store.Tx) error {
				if err := fixtures.Apply(tx, time.Date(2026, time.January, 15, 12, 0, 0, 0, time.UTC)); err != nil {
					return err
				}
				user, err := identity.UserByEmail(tx.In(org), tt.login)
				if err != nil {
					return err
				}
				changed := *user
				tt.change(&changed)
				return identity.Users.Put(tx.In(org), &changed)
			})
			if err != nil {
				t.Fatal(err)
			}
			present, err := (&control.Control{DB: db, Fixtures: fixtures}).Present(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			works, client := false, false
			for _, c := range present.Credentials {
				works = works || c.Login == tt.login
				client = client || c.Kind == seed.ClientCredential
				if c.OrgID != org {
					t.Errorf("%s is of the organization %s, want %s", c.Login, c.OrgID, org)
				}
			}
			if works != tt.works {
				t.Errorf("the credential of %s works: %t, want %t", tt.login, works, tt.works)
			}
			if !client {
				t.Error("the client is missing")
			}
			if tt.login == "a@x.test" && (present.Environment.UserEmail != "") != tt.works {
				t.Errorf("environment = %+v", present.Environment)
			}
		})
	}
}
