package outbound

import (
	"sync"
	"sync/atomic"
)

// Hits counts in memory how often each stub has answered. The zero value is
// ready.
type Hits struct{ byID sync.Map } // of *atomic.Int64

func (h *Hits) count(id string) {
	n, ok := h.byID.Load(id)
	if !ok {
		n, _ = h.byID.LoadOrStore(id, new(atomic.Int64))
	}
	n.(*atomic.Int64).Add(1)
}

// Of returns how often the stub has answered since the server was started or
// the stub was registered, whichever came later.
func (h *Hits) Of(id string) int64 {
	if n, ok := h.byID.Load(id); ok {
		return n.(*atomic.Int64).Load()
	}
	return 0
}

// Forget starts to count a stub anew.
func (h *Hits) Forget(id string) { h.byID.Delete(id) }

// ForgetAll starts to count every stub anew.
func (h *Hits) ForgetAll() { h.byID.Clear() }
