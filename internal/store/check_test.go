package store_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/mockcloud/mockcloud/internal/store"
)

var checks = store.Checks{Collections: []store.Checker{&people}}

// wantChecked checks a file that can be opened.
func wantChecked(t *testing.T, path string) *store.Report {
	t.Helper()
	before := readFile(t, path)
	r, err := store.Check(t.Context(), path, checks)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(before, readFile(t, path)) {
		t.Error("the check has changed the file")
	}
	return r
}

func TestCheckSaysWhatItLookedAt(t *testing.T) {
	t.Parallel()
	for _, o := range []store.Options{{}, {NoSync: true}} {
		path := filepath.Join(t.TempDir(), "state.db")
		db := openAt(t, path, o)
		fill(t, db, 300)
		update(t, db, func(tx *store.Tx) error {
			return errors.Join(people.Put(tx.In(otherOrg), &person{ID: "1", Email: "a@example.test"}), people.Put(tx.In(store.Global), &person{ID: "2"}),
				people.Put(tx.In("gone"), &person{ID: "3"}), tx.DropOrg("gone"), people.Delete(tx, "id0007"))
		})
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		r := wantChecked(t, path)
		if r.Findings.Total != 0 || r.Notes.Total != 0 {
			t.Errorf("a sound file: %q, %q", r.Findings.First, r.Notes.First)
		}
		if r.Organizations != 2 || len(r.Collections) != 1 || r.Collections[0] != (store.Counted{Name: "people", Documents: 301}) {
			t.Errorf("%+v", r)
		}
		if r.PageSize != os.Getpagesize() || r.Pages != int(newestEnd(readFile(t, path))) || r.Free <= 0 || r.Free >= r.Pages {
			t.Errorf("%d pages of %d bytes, %d free", r.Pages, r.PageSize, r.Free)
		}
	}
}

// Each of these is what a mistake in the store, or a stranger's hand, would leave
// behind; the library has nothing to say against them.
func TestCheckFindsWhatDoesNotAgree(t *testing.T) {
	t.Parallel()
	in := func(tx *bbolt.Tx, name string) *bbolt.Bucket {
		return tx.Bucket([]byte("org/" + org)).Bucket([]byte(name))
	}
	tests := []struct {
		name   string
		change func(*bbolt.Tx) error
		says   []string // one finding each
	}{
		{"no JSON", func(tx *bbolt.Tx) error { return in(tx, "people").Put([]byte("id0001"), []byte(`{"ID":`)) }, []string{
			`people "id0001" cannot be read`,
		}},
		{"another type", func(tx *bbolt.Tx) error { return in(tx, "people").Put([]byte("id0001"), []byte(`{"ID":7}`)) }, []string{
			`people "id0001" cannot be read`,
		}},
		{"null", func(tx *bbolt.Tx) error { return in(tx, "people").Put([]byte("id0001"), []byte(`null`)) }, []string{
			`people "id0001" cannot be read`,
		}},
		{"another key", func(tx *bbolt.Tx) error {
			raw := in(tx, "people").Get([]byte("id0001"))
			return in(tx, "people").Put([]byte("id0001"), bytes.Replace(raw, []byte("id0001"), []byte("id0009"), 1))
		}, []string{`people "id0009" is stored as "id0001"`}},
		{"a missing document", func(tx *bbolt.Tx) error { return in(tx, "people").Delete([]byte("id0001")) }, []string{
			"people: 100 documents are counted, and there are 99",
			`the index name names "id0001", which is not there`, `the index email names "id0001"`, `the index team names "id0001"`,
			"100 documents are counted, and there are 99",
		}},
		{"a document too many", func(tx *bbolt.Tx) error { return in(tx, "people").Put([]byte("id0001b"), []byte(`{"ID":"id0001b"}`)) }, []string{
			`people "id0001b" is missing in the index name`, "people: 100 documents are counted, and there are 101", "100 documents are counted, and there are 101",
		}},
		{"a missing entry", func(tx *bbolt.Tx) error { return in(tx, "people\x00email").Delete([]byte("a@example.test\x00id0001")) }, []string{
			`people "id0001" is missing in the index email`,
		}},
		{"an entry too many", func(tx *bbolt.Tx) error {
			return in(tx, "people\x00team").Put([]byte("purple\x00id0001"), nil)
		}, []string{`the index team has "id0001" under "purple"`}},
		{"an entry of nobody", func(tx *bbolt.Tx) error {
			return in(tx, "people\x00team").Put([]byte("red\x00nobody"), nil)
		}, []string{`the index team names "nobody", which is not there`}},
		{"an entry without a key", func(tx *bbolt.Tx) error {
			return in(tx, "people\x00team").Put([]byte("red"), nil)
		}, []string{`the index team names "", which is not there`}},
		{"an address of two", func(tx *bbolt.Tx) error {
			raw := in(tx, "people").Get([]byte("id0001"))
			twin := bytes.Replace(raw, []byte("id0001"), []byte("id0001b"), 1)
			return errors.Join(in(tx, "people").Put([]byte("id0001b"), twin), in(tx, "people").SetSequence(101), tx.Bucket([]byte("org/"+org)).SetSequence(101),
				in(tx, "people\x00name").Put([]byte("same\x00id0001b"), nil), in(tx, "people\x00team").Put([]byte("red\x00id0001b"), nil),
				in(tx, "people\x00email").Put([]byte("a@example.test\x00id0001b"), nil))
		}, []string{`two documents share the email "a@example.test"`}},
		{"the count of a collection", func(tx *bbolt.Tx) error { return in(tx, "people").SetSequence(7) }, []string{
			"people: 7 documents are counted, and there are 100",
		}},
		{"the count of an organization", func(tx *bbolt.Tx) error { return tx.Bucket([]byte("org/" + org)).SetSequence(7) }, []string{
			"7 documents are counted, and there are 100",
		}},
		{"an index alone", func(tx *bbolt.Tx) error {
			return errors.Join(tx.Bucket([]byte("org/"+org)).DeleteBucket([]byte("people")), tx.Bucket([]byte("org/"+org)).SetSequence(0))
		}, []string{"people has an index and no documents", "people has an index and no documents", "people has an index and no documents"}},
		{"a stray key", func(tx *bbolt.Tx) error { return tx.Bucket([]byte("org/"+org)).Put([]byte("stray"), []byte("x")) }, []string{`"stray" is not a bucket`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := writeFile(t, soundPeople(t))
			tamper(t, path, tt.change)
			r := wantChecked(t, path)
			if r.Findings.Total != len(tt.says) {
				t.Errorf("%d findings, want %d", r.Findings.Total, len(tt.says))
			}
			for _, want := range tt.says {
				if !strings.Contains(strings.Join(r.Findings.First, "\n"), "organization "+org+": ") || !strings.Contains(strings.Join(r.Findings.First, "\n"), want) {
					t.Errorf("nothing says %q:\n%s", want, strings.Join(r.Findings.First, "\n"))
				}
			}
		})
	}
}

// soundPeople is a file with a hundred people, the first of whom has entries in
// all indexes.
func soundPeople(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sound.db")
	db := openAt(t, path, store.Options{NoSync: true})
	var all []*person
	for i := range 100 {
		all = append(all, &person{ID: fmt.Sprintf("id%04d", i), Name: "same"})
	}
	all[1].Email, all[1].Teams = "a@example.test", []string{"red"}
	putAll(t, db, all...)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return readFile(t, path)
}

// tamper changes a file behind the store's back.
func tamper(t *testing.T, path string, change func(*bbolt.Tx) error) {
	t.Helper()
	bolt, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(bolt.Update(change), bolt.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestCheckNotesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	path := writeFile(t, soundPeople(t))
	tamper(t, path, func(tx *bbolt.Tx) error {
		of := tx.Bucket([]byte("org/" + org))
		for _, name := range []string{"animals", "people\x00height"} {
			if b, err := of.CreateBucket([]byte(name)); err != nil || b.SetSequence(3) != nil {
				return errors.Join(err, errors.New("no bucket"))
			}
		}
		_, err := tx.CreateBucket([]byte("elsewhere"))
		return errors.Join(err, of.SetSequence(103))
	})
	r := wantChecked(t, path)
	said := strings.Join(r.Notes.First, "\n")
	for _, want := range []string{"animals is unknown", "people, index height is unknown", `"elsewhere" is unknown`} {
		if !strings.Contains(said, want) {
			t.Errorf("nothing says %q:\n%s", want, said)
		}
	}
	if r.Findings.Total != 0 || r.Notes.Total != 3 {
		t.Errorf("%q, %q", r.Findings.First, r.Notes.First)
	}
}

func TestCheckListsLooseReferencesAsNotes(t *testing.T) {
	t.Parallel()
	path := writeFile(t, soundPeople(t))
	loose := checks
	loose.Loose = func(tx *store.Tx) ([]string, error) {
		if !people.Has(tx, "id0001") {
			return nil, errChangedMyMind
		}
		return []string{"somebody is missing"}, nil
	}
	r, err := store.Check(t.Context(), path, loose)
	if err != nil {
		t.Fatal(err)
	}
	if r.Findings.Total != 0 || r.Notes.Total != 1 || r.Notes.First[0] != "organization "+org+": somebody is missing" {
		t.Errorf("%q, %q", r.Findings.First, r.Notes.First)
	}
}

func TestCheckRefusesWhatItCannotLookAt(t *testing.T) {
	t.Parallel()
	used := filepath.Join(t.TempDir(), "used.db")
	putAll(t, openAt(t, used, store.Options{}), &person{ID: "1"})
	for name, tt := range map[string]struct {
		path string
		want error
		says string
	}{
		"in use":    {used, store.ErrLocked, "in use"},
		"not there": {filepath.Join(t.TempDir(), "nothing.db"), os.ErrNotExist, "does not exist"},
		"empty":     {writeFile(t, nil), store.ErrNotState, "is empty"},
		"a text":    {writeFile(t, []byte(strings.Repeat("text ", 1000))), store.ErrNotState, "not a mockcloud state file"},
		"cut short": {writeFile(t, content(t)[:20_000]), store.ErrDamaged, "cut short"},
		"directory": {t.TempDir(), store.ErrNotState, "directory"},
	} {
		_, err := store.Check(t.Context(), tt.path, checks)
		e, ok := errors.AsType[*store.OpenError](err)
		if !ok || !errors.Is(err, tt.want) || !strings.Contains(e.Reason, tt.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Those who only read do not lock each other out.
	path := writeFile(t, content(t))
	bolt, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = bolt.Close() }()
	wantChecked(t, path)
}

// What the frame of the file says about places and lengths is where a check that
// believes it would die. Each of these is a lie that opening does not notice.
func TestCheckBelievesNoPage(t *testing.T) {
	t.Parallel()
	order := binary.NativeEndian
	path := filepath.Join(t.TempDir(), "large.db")
	db := openAt(t, path, store.Options{NoSync: true})
	fill(t, db, 3000)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	whole := readFile(t, path)
	size := os.Getpagesize()
	find := func(flag uint16, elements uint16) int {
		for at := 2 * size; at < int(newestEnd(whole))*size; at += size {
			if order.Uint64(whole[at:]) == uint64(at/size) && order.Uint16(whole[at+8:]) == flag && order.Uint16(whole[at+10:]) > elements {
				return at
			}
		}
		t.Fatalf("no page of kind %d", flag)
		return 0
	}
	branch, leaf := find(1, 2), find(2, 10)
	far := uint32(1 << 31)
	for name, lie := range map[string]func(b []byte){
		"a page's number":           func(b []byte) { order.PutUint64(b[branch:], 77) },
		"a page's kind":             func(b []byte) { order.PutUint16(b[branch+8:], 0x40) },
		"a page's length":           func(b []byte) { order.PutUint32(b[branch+12:], far) },
		"the number of elements":    func(b []byte) { order.PutUint16(b[branch+10:], 0xffff) },
		"no elements":               func(b []byte) { order.PutUint16(b[branch+10:], 0) },
		"a page below far away":     func(b []byte) { order.PutUint64(b[branch+16+8:], 1<<40) },
		"a page below itself":       func(b []byte) { order.PutUint64(b[branch+16+8:], uint64(branch/size)) },
		"a page below twice":        func(b []byte) { copy(b[branch+16+8:branch+16+16], b[branch+32+8:branch+32+16]) },
		"a header below":            func(b []byte) { order.PutUint64(b[branch+16+8:], 1) },
		"a key's place":             func(b []byte) { order.PutUint32(b[branch+16:], far) },
		"a key's length":            func(b []byte) { order.PutUint32(b[branch+16+4:], far) },
		"an element's place":        func(b []byte) { order.PutUint32(b[leaf+16+4:], far) },
		"an element's key's length": func(b []byte) { order.PutUint32(b[leaf+16+8:], far) },
		"a value's length":          func(b []byte) { order.PutUint32(b[leaf+16+12:], far) },
		"a value that is a bucket":  func(b []byte) { order.PutUint32(b[leaf+16:], 1) },
		"equal keys": func(b []byte) {
			copy(b[leaf+32+8:leaf+48], b[leaf+16+8:leaf+32])
			order.PutUint32(b[leaf+36:], order.Uint32(b[leaf+20:])-16)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := bytes.Clone(whole)
			lie(b)
			r, err := store.Check(t.Context(), writeFile(t, b), checks)
			switch {
			case err != nil && !errors.Is(err, store.ErrDamaged):
				t.Error(err)
			case err == nil && r.Findings.Total == 0:
				t.Error("not found")
			case err == nil && len(r.Findings.First) > 50:
				t.Errorf("%d lines", len(r.Findings.First))
			}
		})
	}
}

// Bits flip anywhere. Opening refuses and changes nothing, or it works; a check
// neither dies nor lets pass what makes the documents others.
func TestFlippedBits(t *testing.T) {
	t.Parallel()
	whole := soundPeople(t)
	used := int(newestEnd(whole)) * os.Getpagesize()
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	refused, found := 0, 0
	for range 250 {
		bit := random.IntN(used * 8)
		b := bytes.Clone(whole)
		b[bit/8] ^= 1 << (bit % 8)
		path := writeFile(t, b)
		r, err := store.Check(t.Context(), path, checks)
		switch {
		case err != nil:
			refused++
			if !errors.Is(err, store.ErrDamaged) && !errors.Is(err, store.ErrNotState) {
				t.Errorf("seed %d, bit %d: %v", seed, bit, err)
			}
		case r.Findings.Total+r.Notes.Total > 0: // a note where the name of a bucket is hit
			found++
		default: // nobody can tell: all documents are there
			if len(r.Collections) != 1 || r.Collections[0].Documents != 100 {
				t.Errorf("seed %d, bit %d: %+v", seed, bit, r)
			}
		}
		db, err := store.Open(path, store.Options{NoSync: true})
		if err == nil {
			_ = db.View(t.Context(), org, func(tx *store.Tx) error {
				for _, err := range people.All(tx) {
					_ = err // whatever it says, it does not crash
				}
				return nil
			})
			_ = db.Close()
			continue
		}
		if _, ok := errors.AsType[*store.OpenError](err); !ok || !bytes.Equal(b, readFile(t, path)) {
			t.Errorf("seed %d, bit %d: %v, or the file was changed", seed, bit, err)
		}
	}
	t.Logf("seed %d: %d refused, %d found", seed, refused, found)
	if found == 0 {
		t.Errorf("seed %d: nothing found", seed)
	}
}
