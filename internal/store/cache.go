package store

import (
	"bytes"
	"hash/maphash"
	"strings"
	"sync"
)

// The cache's bounds. Documents are a few hundred bytes; a rare large one must
// not push out the many small ones.
const (
	cacheShards    = 16
	cacheEntries   = 4096 / cacheShards     // per shard
	cacheBytes     = 16 << 20 / cacheShards // of raw documents, per shard
	cacheableBytes = 64 << 10               // one raw document
)

// cache keeps decoded documents beside the bytes that they were decoded from.
// Nothing invalidates it: a transaction uses an entry only if the bytes in its
// own snapshot are the same, so what it gets is right for that snapshot.
type cache struct {
	seed   maphash.Seed
	shards [cacheShards]cacheShard
}

type cacheShard struct {
	mu      sync.RWMutex
	entries map[cacheKey]cacheEntry
	bytes   int
}

type cacheKey struct{ org, collection, key string }

type cacheEntry struct {
	raw   []byte
	value any
}

func newCache() *cache {
	c := &cache{seed: maphash.MakeSeed()}
	for i := range c.shards {
		c.shards[i].entries = make(map[cacheKey]cacheEntry)
	}
	return c
}

func (c *cache) shard(k cacheKey) *cacheShard {
	return &c.shards[maphash.String(c.seed, k.key)%cacheShards]
}

// get returns the value that was decoded from raw, or nil.
func (c *cache) get(k cacheKey, raw []byte) any {
	s := c.shard(k)
	s.mu.RLock()
	e := s.entries[k]
	s.mu.RUnlock()
	if e.value == nil || !bytes.Equal(e.raw, raw) {
		return nil
	}
	return e.value
}

// put remembers a value with a copy of the bytes that it was decoded from.
func (c *cache) put(k cacheKey, raw []byte, value any) {
	if len(raw) > cacheableBytes {
		return
	}
	// Copies also of the texts: they may be parts of something much larger.
	k = cacheKey{strings.Clone(k.org), k.collection, strings.Clone(k.key)}
	e := cacheEntry{bytes.Clone(raw), value}
	s := c.shard(k)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(k)
	for other := range s.entries { // in random order, which is good enough
		if len(s.entries) < cacheEntries && s.bytes+len(raw) <= cacheBytes {
			break
		}
		s.drop(other)
	}
	s.entries[k] = e
	s.bytes += len(raw)
}

func (s *cacheShard) drop(k cacheKey) {
	s.bytes -= len(s.entries[k].raw)
	delete(s.entries, k)
}
