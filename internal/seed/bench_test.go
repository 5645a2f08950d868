package seed

import (
	"testing"

	"github.com/mockcloud/mockcloud/internal/behaviour"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/internal/store"
	"github.com/mockcloud/mockcloud/openapi"
)

func BenchmarkParseDefault(b *testing.B) {
	source, err := Open("default")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(source); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDefaultRoles(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := DefaultRoles(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkApplyDefault seeds a state that was just emptied, as a reset does.
func BenchmarkApplyDefault(b *testing.B) {
	d := defaultDocument(b)
	db := openStore(b)
	b.ReportAllocs()
	for b.Loop() {
		err := db.Update(b.Context(), store.Global, func(tx *store.Tx) error {
			if err := tx.DropOrg(d.environment.OrgID); err != nil {
				return err
			}
			return d.Apply(tx, testTime)
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkContactCenter reads the largest embedded fixture and looks at what it
// puts into collections.
func BenchmarkContactCenter(b *testing.B) {
	source, err := Open("contact-center")
	if err != nil {
		b.Fatal(err)
	}
	c, err := spec.Load()
	if err != nil {
		b.Fatal(err)
	}
	table := behaviour.Open(openapi.Behaviour, openapi.Collections)
	b.ReportAllocs()
	for b.Loop() {
		d, err := Parse(source)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := d.Plantings(c, table); err != nil {
			b.Fatal(err)
		}
	}
}
