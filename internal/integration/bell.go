package integration

import "sync"

// Bell wakes those who wait for the next event of a webhook. The zero value works.
type Bell struct {
	mu     sync.Mutex
	next   map[string]chan struct{} // by integration; closed by its next ring
	closed bool
}

// Next returns what the next ring for a webhook closes, and whether there can be
// one; the id is that of its integration. Take it first and look then, or an event
// in between goes unnoticed.
func (b *Bell) Next(integrationID string) (ring <-chan struct{}, open bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	next := b.next[integrationID]
	if next == nil {
		next = make(chan struct{})
		if b.closed {
			close(next)
			return next, false
		}
		if b.next == nil {
			b.next = make(map[string]chan struct{})
		}
		b.next[integrationID] = next
	}
	return next, true
}

// Ring wakes all who wait for an event of the webhook.
func (b *Bell) Ring(integrationID string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ring(integrationID)
}

// RingAll wakes all who wait, for whichever webhook.
func (b *Bell) RingAll() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ringAll()
}

// Close wakes all who wait, for the last time: the server is about to stop.
func (b *Bell) Close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	b.ringAll()
}

func (b *Bell) ringAll() {
	for id := range b.next {
		b.ring(id)
	}
}

func (b *Bell) ring(integrationID string) {
	if next := b.next[integrationID]; next != nil {
		close(next)
		delete(b.next, integrationID)
	}
}
