package seed

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

var testTime = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)

func openStore(t testing.TB) *store.DB {
	t.Helper()
	db, err := store.Open(filepath.Join(t.TempDir(), "state.db"), store.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func apply(ctx context.Context, db *store.DB, d *Document) error {
	return db.Update(ctx, store.Global, func(tx *store.Tx) error { return d.Apply(tx, testTime) })
}

// seeded returns a state with the document's organizations.
func seeded(t *testing.T, d *Document) *store.DB {
	t.Helper()
	db := openStore(t)
	if err := apply(t.Context(), db, d); err != nil {
		t.Fatal(err)
	}
	return db
}

func view(t *testing.T, db *store.DB, org string, fn func(*store.Tx) error) {
	t.Helper()
	if err := db.View(t.Context(), org, fn); err != nil {
		t.Fatal(err)
	}
}

func collect[T any](t *testing.T, tx *store.Tx, c *store.Collection[T]) []T {
	t.Helper()
	var all []T
	for v, err := range c.All(tx) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
	return all
}

func defaultDocument(t testing.TB) *Document {
	t.Helper()
	source, err := Open("default")
	if err != nil {
		t.Fatal(err)
	}
	d, err := Parse(source)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func mustParse(t testing.TB, sources ...string) *Document {
	t.Helper()
	d, err := Parse(sourcesOf(sources)...)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// sourcesOf makes a source of each text, named a.yaml, b.yaml and so on.
func sourcesOf(texts []string) []Source {
	sources := make([]Source, len(texts))
	for i, text := range texts {
		sources[i] = Source{Name: string(rune('a'+i)) + ".yaml", Data: []byte(text)}
	}
	return sources
}

func TestDefaultFixtureIsAnOrganizationOneCanWorkWith(t *testing.T) {
	t.Parallel()
	d := defaultDocument(t)
	env := d.Environment()
	db := seeded(t, d)
	view(t, db, env.OrgID, func(tx *store.Tx) error {
		if orgs := slices.Collect(tx.Orgs()); !slices.Equal(orgs, []string{env.OrgID}) {
			t.Errorf("organizations = %v, want the one of the environment, %s", orgs, env.OrgID)
		}
		org, err := identity.CurrentOrg(tx)
		if err != nil {
			return err
		}
		if org.Name != "Mockcloud" || org.ThirdPartyOrgName != "mockcloud" || org.DefaultCountryCode != "US" ||
			org.DefaultLanguage != "en-us" || org.ProductPlatform != "GenesysCloud" || !reflect.DeepEqual(org.Settings, identity.Settings{}) {
			t.Errorf("organization = %+v", org)
		}
		home, err := identity.HomeDivision(tx)
		if err != nil {
			return err
		}
		if home.Name != "Home" {
			t.Errorf("home division = %q", home.Name)
		}
		if n := len(collect(t, tx, &identity.Divisions)); n != 3 {
			t.Errorf("divisions = %d, want Home and two more", n)
		}
		for _, u := range collect(t, tx, &identity.Users) {
			if !strings.HasSuffix(u.Email, "@mockcloud.test") {
				t.Errorf("user %s is not of mockcloud.test", u.Email)
			}
			if u.Password == nil || u.Password.Plain == "" || u.Password.Hash != "" {
				t.Errorf("user %s: the password must be there, and not hashed at start-up", u.Email)
			}
			if !u.Password.FromFixtures(d.Digest()) {
				t.Errorf("user %s: the password does not say which fixtures it comes from", u.Email)
			}
			if !u.Created.Equal(testTime) {
				t.Errorf("user %s was created at %v", u.Email, u.Created)
			}
		}
		grantTypes := make(map[string]int)
		for _, c := range collect(t, tx, &identity.Clients) {
			grantTypes[c.GrantType]++
			if c.Created.At == nil || !c.Created.At.Equal(testTime) {
				t.Errorf("client %s was created at %v", c.Name, c.Created.At)
			}
		}
		want := map[string]int{
			identity.GrantCode: 1, identity.GrantToken: 1, identity.GrantSAML2Bearer: 1,
			identity.GrantPassword: 1, identity.GrantClientCredentials: 1,
		}
		if !maps.Equal(grantTypes, want) {
			t.Errorf("clients by grant type = %v, want one of each", grantTypes)
		}
		handed := 0
		for _, g := range collect(t, tx, &identity.Groups) {
			if g.RolesEnabled && g.Members > 0 && len(identity.OwnPairs(tx, g.ID)) > 0 {
				handed++
			}
		}
		if handed == 0 {
			t.Error("no group hands down a role")
		}
		return nil
	})
}

func TestDefaultFixtureGivesItsAdminsEveryRoleInEveryDivision(t *testing.T) {
	t.Parallel()
	d := defaultDocument(t)
	env := d.Environment()
	db := seeded(t, d)
	view(t, db, env.OrgID, func(tx *store.Tx) error {
		admin, err := identity.UserByEmail(tx, env.UserEmail)
		if err != nil {
			return err
		}
		client, err := identity.PeekClient(tx, env.ClientID, time.Time{})
		if err != nil {
			return err
		}
		if !client.SecretMatches(env.ClientSecret) || client.GrantType != identity.GrantClientCredentials {
			t.Errorf("the environment's client %+v does not fit its secret", client)
		}
		if admin.Password.Plain != env.UserPassword {
			t.Errorf("the environment's password is not the user's")
		}
		roles := collect(t, tx, &identity.Roles)
		for _, role := range roles {
			for _, subject := range []string{admin.ID, client.ID} {
				if !slices.Contains(identity.OwnPairs(tx, subject), identity.Pair{RoleID: role.ID, DivisionID: identity.AllDivisions}) {
					t.Errorf("%s does not hold %s in every division", subject, role.Name)
				}
			}
		}
		if !slices.ContainsFunc(roles, (*identity.Role).Admin) {
			t.Error("no role has the general permission admin")
		}
		return nil
	})
}

func TestDefaultFixtureShowsTheGrantRule(t *testing.T) {
	t.Parallel()
	d := defaultDocument(t)
	db := seeded(t, d)
	view(t, db, d.Environment().OrgID, func(tx *store.Tx) error {
		builder, err := identity.UserByEmail(tx, "builder@mockcloud.test")
		if err != nil {
			return err
		}
		giver := identity.Subject{Type: identity.SubjectUser, ID: builder.ID}
		tests := []struct {
			role, division string
			may            bool
		}{
			{"Integration Builder", "*", true},
			{"Integration Builder", "Support", true},
			{"Queue Reader", "Sales", true},
			{"Queue Reader", "Support", false},
			{"Queue Reader", "*", false},
			{"Developer", "Home", true}, // through a group
			{"Developer", "Sales", false},
			{"admin", "Home", false},
		}
		for _, tt := range tests {
			role, err := identity.Roles.OneBy(tx, "name", strings.ToLower(tt.role))
			if err != nil {
				return err
			}
			pair := identity.Pair{RoleID: role.ID, DivisionID: tt.division}
			if tt.division != identity.AllDivisions {
				division, err := identity.Divisions.OneBy(tx, "name", strings.ToLower(tt.division))
				if err != nil {
					return err
				}
				pair.DivisionID = division.ID
			}
			if err := identity.GrantRuleStrict.MayGive(tx, giver, []identity.Pair{pair}); (err == nil) != tt.may {
				t.Errorf("builder may give %s in %s: %t (%v), want %t", tt.role, tt.division, err == nil, err, tt.may)
			}
		}
		return nil
	})
}

func TestSameFixtureGivesTheSameIDs(t *testing.T) {
	t.Parallel()
	const minimal = "organization: {name: Twice}\nusers: [{email: a@x.test, name: A}]\ngroups: [{name: G}]\nroles: [{name: R}]\n"
	for name, parse := range map[string]func() *Document{
		"default": func() *Document { return defaultDocument(t) },
		"derived": func() *Document { return mustParse(t, minimal) },
	} {
		if first, second := parse(), parse(); !reflect.DeepEqual(first, second) {
			t.Errorf("%s: two readings differ", name)
		}
	}
}

func TestApplyLeavesTheDocumentAloneAndRefusesASecondTime(t *testing.T) {
	t.Parallel()
	d := defaultDocument(t)
	db := seeded(t, d)
	if !reflect.DeepEqual(d, defaultDocument(t)) {
		t.Error("Apply changed the document")
	}
	if err := apply(t.Context(), db, d); !errors.Is(err, store.ErrExists) {
		t.Errorf("a second Apply: %v, want store.ErrExists", err)
	}
}

func TestDerivedIDsAreStable(t *testing.T) {
	t.Parallel()
	// Pinned: state files, scripts and READMEs of others may hold such ids.
	const want = "5abc70b9-a652-5964-8bad-07a68e172eff"
	if got := DeriveID("Mockcloud", "role", "Supervisor"); got != want {
		t.Errorf("id = %s, want %s", got, want)
	}
	if got := DeriveID("mockCLOUD", "role", "supervisor"); got != want {
		t.Errorf("id in another case = %s, want %s", got, want)
	}
	if v5 := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`); !v5.MatchString(want) {
		t.Errorf("%s is not a version 5 UUID", want)
	}
	ids := map[string]bool{}
	for _, args := range [][3]string{{"o", "role", "x"}, {"o", "user", "x"}, {"p", "role", "x"}, {"o", "role", "y"}, {"or", "ole", "x"}} {
		ids[DeriveID(args[0], args[1], args[2])] = true
	}
	if len(ids) != 5 {
		t.Errorf("%d different ids of 5", len(ids))
	}
}

func TestTheDigestTellsFixturesApart(t *testing.T) {
	t.Parallel()
	const one, two = "organization: {name: One}\n", "organization: {name: Two}\n"
	digests := make(map[string]string)
	for what, digest := range map[string]string{
		"one":         mustParse(t, one).Digest(),
		"a blank":     mustParse(t, one+" ").Digest(),
		"two":         mustParse(t, two).Digest(),
		"both":        mustParse(t, one, two).Digest(),
		"other order": mustParse(t, two, one).Digest(),
		"bootstrap":   bootstrapDigest(t, "secret", "password"),
		"password":    bootstrapDigest(t, "secret", "passwort"),
		"parts":       bootstrapDigest(t, "secretp", "assword"),
	} {
		if len(digest) != 16 {
			t.Errorf("digest of %s = %q, want 16 digits", what, digest)
		}
		if other, taken := digests[digest]; taken {
			t.Errorf("%s and %s have the same digest", what, other)
		}
		digests[digest] = what
	}
	if a, b := mustParse(t, one, two).Digest(), mustParse(t, one, two).Digest(); a != b {
		t.Error("the digest of the same fixtures changes")
	}
	if a, b := bootstrapDigest(t, "s", "p"), bootstrapDigest(t, "s", "p"); a != b {
		t.Error("the digest of the same bootstrap changes")
	}
}

func bootstrapDigest(t *testing.T, secret, password string) string {
	t.Helper()
	d, err := Bootstrap("One", secret, password)
	if err != nil {
		t.Fatal(err)
	}
	return d.Digest()
}

func TestOpenFindsEmbeddedNamesAndFiles(t *testing.T) {
	t.Parallel()
	if s, err := Open("default"); err != nil || s.Name != "embedded:default" || len(s.Data) == 0 {
		t.Errorf("Open(default) = %s, %d bytes, %v", s.Name, len(s.Data), err)
	}
	file := filepath.Join("..", "..", "fixtures", "default.yaml")
	if s, err := Open(file); err != nil || s.Name != file || len(s.Data) == 0 {
		t.Errorf("Open(%s) = %s, %d bytes, %v", file, s.Name, len(s.Data), err)
	}
	_, err := Open("nosuch")
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "nosuch") || !strings.HasSuffix(err.Error(), "(embedded: contact-center, default, salesforce)") {
		t.Errorf("Open(nosuch): %v, want the name, the embedded names, and fs.ErrNotExist", err)
	}
	if _, err := Open(t.TempDir()); err == nil {
		t.Error("a folder opens as a fixture")
	}
}

func TestEveryEmbeddedFixtureIsValid(t *testing.T) {
	t.Parallel()
	names, err := Embedded()
	if err != nil || !slices.Contains(names, "default") {
		t.Fatalf("embedded = %v, %v", names, err)
	}
	for _, name := range names {
		source, err := Open(name)
		if err != nil {
			t.Fatal(err)
		}
		d, err := Parse(source)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		seeded(t, d)
	}
}
