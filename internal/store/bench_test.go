package store_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/store"
)

const benchDocs = 10_000

// benchDB returns a file with benchDocs documents of about 500 bytes.
func benchDB(b *testing.B, o store.Options) *store.DB {
	b.Helper()
	db, err := store.Open(filepath.Join(b.TempDir(), "bench.db"), o)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	err = db.Update(b.Context(), org, func(tx *store.Tx) error {
		for i := range benchDocs {
			if err := people.Put(tx, benchPerson(i)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return db
}

func benchPerson(i int) *person {
	return &person{
		ID:    benchKey(i),
		Name:  fmt.Sprintf("Person %d", i%100),
		Email: fmt.Sprintf("person%d@example.test", i),
		Teams: []string{"red", "blue"},
		Notes: strings.Repeat("n", 350),
	}
}

func benchKey(i int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", i) }

func BenchmarkView(b *testing.B) {
	db := benchDB(b, store.Options{NoSync: true})
	key := benchKey(4711)
	run := func(name string, fn func(tx *store.Tx) error) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := db.View(context.Background(), org, fn); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	run("Nothing", func(*store.Tx) error { return nil })
	run("Has", func(tx *store.Tx) error { people.Has(tx, key); return nil })
	run("Peek", func(tx *store.Tx) error { _, err := people.Peek(tx, key); return err })
	run("Peek10", func(tx *store.Tx) error {
		for range 10 {
			if _, err := people.Peek(tx, key); err != nil {
				return err
			}
		}
		return nil
	})
	run("Get", func(tx *store.Tx) error { _, err := people.Get(tx, key); return err })
	run("Keys10", func(tx *store.Tx) error {
		for range people.Keys(tx, key[:len(key)-1]) {
		}
		return nil
	})
	run("OneBy", func(tx *store.Tx) error { _, err := people.OneBy(tx, "email", "person4711@example.test"); return err })
	run("PageFirst25", func(tx *store.Tx) error { _, err := people.Page(tx, "name", false, 0, 25); return err })
	run("PageAt9000", func(tx *store.Tx) error { _, err := people.Page(tx, "name", false, 9000, 25); return err })
	b.Run("PeekParallel", func(b *testing.B) {
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				_ = db.View(context.Background(), org, func(tx *store.Tx) error { _, err := people.Peek(tx, key); return err })
			}
		})
	})
}

func BenchmarkUpdate(b *testing.B) {
	for _, mode := range []struct {
		name string
		o    store.Options
	}{{"NoSync", store.Options{NoSync: true}}, {"Durable", store.Options{}}} {
		b.Run(mode.name, func(b *testing.B) {
			db := benchDB(b, mode.o)
			var n atomic.Int64
			put := func() error {
				p := benchPerson(int(n.Add(1)*7919) % benchDocs)
				p.Notes = fmt.Sprint(n.Load(), p.Notes)
				return db.Update(context.Background(), org, func(tx *store.Tx) error { return people.Put(tx, p) })
			}
			b.Run("1writer", func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := put(); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run("64writers", func(b *testing.B) {
				b.SetParallelism(32) // times two processors
				b.ReportAllocs()
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						if err := put(); err != nil {
							b.Error(err)
						}
					}
				})
			})
			b.Run("Refused", func(b *testing.B) {
				for b.Loop() {
					_ = db.Update(context.Background(), org, func(tx *store.Tx) error { return store.ErrNotFound })
				}
			})
		})
	}
}

// A sync that takes 5 ms whatever the disk: the throughput of concurrent durable
// writers is then the number of calls that share a commit.
func BenchmarkUpdateSlowDisk(b *testing.B) {
	var syncs atomic.Int64
	db := benchDB(b, store.Options{OnSync: func() {
		syncs.Add(1)
		time.Sleep(5 * time.Millisecond)
	}})
	var n atomic.Int64
	syncs.Store(0)
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			p := benchPerson(int(n.Add(1)*7919) % benchDocs)
			p.Notes = fmt.Sprint(n.Load(), p.Notes)
			if err := db.Update(context.Background(), org, func(tx *store.Tx) error { return people.Put(tx, p) }); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/float64(syncs.Load()), "calls/sync")
}

func BenchmarkOpen(b *testing.B) {
	for _, mode := range []struct {
		name string
		o    store.Options
	}{{"NewNoSync", store.Options{NoSync: true}}, {"NewDurable", store.Options{}}} {
		b.Run(mode.name, func(b *testing.B) {
			dir := b.TempDir()
			n := 0
			for b.Loop() {
				n++
				db, err := store.Open(filepath.Join(dir, fmt.Sprint(n)), mode.o)
				if err != nil {
					b.Fatal(err)
				}
				_ = db.Close()
			}
		})
	}
}
