package store

import "go.etcd.io/bbolt"

// Queued returns how many calls of Update wait to be taken.
func (db *DB) Queued() int {
	db.committer.mu.Lock()
	defer db.committer.mu.Unlock()
	return len(db.committer.queue)
}

// Bolt returns the library's database.
func (db *DB) Bolt() *bbolt.DB { return db.bolt }

// Cached returns the number of entries in the decode cache and the bytes of
// their raw documents.
func (db *DB) Cached() (entries, bytes int) {
	for i := range db.cache.shards {
		s := &db.cache.shards[i]
		s.mu.RLock()
		entries += len(s.entries)
		bytes += s.bytes
		s.mu.RUnlock()
	}
	return entries, bytes
}

// The cache's bounds.
const (
	CacheEntries   = cacheEntries * cacheShards
	CacheBytes     = cacheBytes * cacheShards
	CacheableBytes = cacheableBytes
)

// MaxBatch is the most calls that share a commit.
const MaxBatch = maxBatch

// BreakUndo leaves a change behind that cannot be taken back.
func (tx *Tx) BreakUndo() {
	tx.t.changed(change{place: place{org: "nowhere", collection: "nothing"}})
}

// Explain gives the failures of Open their words.
func Explain(path string, err error) *OpenError { return explain(path, err) }
