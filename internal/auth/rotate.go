package auth

import (
	"context"
	"fmt"
	"time"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/store"
)

// KeyInfo is what may be told of a key: nothing secret.
type KeyInfo struct {
	ID      string      `json:"kid"`
	Alg     Algorithm   `json:"alg"`
	Signs   bool        `json:"signs"` // new tokens carry its signature
	Created *clock.Time `json:"created"`
	Retired *clock.Time `json:"retired,omitempty"` // when another took its place
	Until   *clock.Time `json:"until,omitempty"`   // when its tokens end to be accepted
}

func (k *keyRecord) info() KeyInfo {
	i := KeyInfo{ID: k.ID, Alg: k.Alg, Signs: len(k.PKCS8) > 0, Created: k.Created, Retired: k.Retired}
	if ends := k.ends(); !ends.IsZero() {
		i.Until = clock.At(ends)
	}
	return i
}

// Keys lists the keys whose tokens are accepted, the newest first. The first is
// the one that signs.
func (a *Authority) Keys() []KeyInfo {
	ring := a.keys()
	infos := make([]KeyInfo, len(ring.records))
	for i, record := range ring.records {
		infos[i] = record.info()
	}
	return infos
}

// Algorithms lists what tokens may be signed with: the algorithm of new ones
// first, then those of keys whose tokens are still accepted.
func (a *Authority) Algorithms() []string { return a.keys().algorithms() }

// KeySet is the public half of the keys whose tokens are accepted, the newest
// first.
func (a *Authority) KeySet() KeySet { return a.keys().jwks }

// keys returns the ring of now. A key that has ended since the ring was made is
// no longer in it; the state loses it when a key is next added.
func (a *Authority) keys() *keyring {
	ring := a.ring.Load()
	if ring.until.IsZero() || a.config.Clock.Now().Before(ring.until) {
		return ring
	}
	rest, err := newKeyring(ring.records, a.config.Clock.Now())
	if err != nil {
		return ring // cannot be: the same keys have been decoded before
	}
	// Without the lock of Rotate: callers may hold a transaction, which it waits for.
	// A ring that came meanwhile knows as much, and stays.
	a.ring.CompareAndSwap(ring, rest)
	return a.ring.Load()
}

// openKeys reads the keys of the state. It adds one where none signs, and where the
// newest is of another algorithm than is asked for.
func (a *Authority) openKeys(ctx context.Context, alg Algorithm) error {
	var ring *keyring
	err := a.config.DB.View(ctx, store.Global, func(tx *store.Tx) error {
		found, err := readKeys(tx)
		if err != nil || len(found) == 0 || found[0].Retired != nil {
			return err
		}
		ring, err = newKeyring(found, a.config.Clock.Now())
		return err
	})
	if err != nil {
		return fmt.Errorf("signing keys: %w", err)
	}
	if ring != nil {
		a.ring.Store(ring)
		if alg == "" || ring.records[0].Alg == alg {
			return nil
		}
	} else if alg == "" {
		alg = ES256
	}
	_, err = a.Rotate(ctx, alg)
	return err
}

// Rotate adds a key of that algorithm, or of that of the newest key where it is
// "", which signs from now on. The one that signed so far goes on verifying until
// the last of its tokens has expired.
//
// The new key is in the state before it signs, so that no token ever carries a
// signature that a crash makes unknown.
func (a *Authority) Rotate(ctx context.Context, alg Algorithm) (KeyInfo, error) {
	a.rotating.Lock()
	defer a.rotating.Unlock()
	if alg == "" {
		alg = a.ring.Load().records[0].Alg
	}
	pkcs8, err := generate(alg, a.config.Random)
	if err != nil {
		return KeyInfo{}, err
	}
	now := a.config.Clock.Now()
	fresh := &keyRecord{ID: a.config.NewID(), Alg: alg, PKCS8: pkcs8, Created: clock.At(now)}
	var ring *keyring
	err = a.config.DB.Update(ctx, store.Global, func(tx *store.Tx) error {
		kept, err := retireKeys(tx, now)
		if err != nil {
			return err
		}
		if fresh.Number = 1; len(kept) > 0 {
			fresh.Number = kept[0].Number + 1
		}
		if err := keys.Insert(tx, fresh); err != nil {
			return err
		}
		ring, err = newKeyring(append([]*keyRecord{fresh}, kept...), now)
		return err
	})
	if err != nil {
		return KeyInfo{}, fmt.Errorf("store signing key: %w", err)
	}
	a.ring.Store(ring)
	return fresh.info(), nil
}

// retireKeys ends signing with the keys of the state, forgets those whose last
// token has expired, and returns the rest, the newest first.
func retireKeys(tx *store.Tx, now time.Time) ([]*keyRecord, error) {
	found, err := readKeys(tx)
	if err != nil {
		return nil, err
	}
	kept := found[:0]
	for _, k := range found {
		if !k.verifiesAt(now) {
			if err := keys.Delete(tx, k.ID); err != nil {
				return nil, err
			}
			continue
		}
		if k.Retired == nil {
			if err := k.retire(clock.At(now)); err != nil {
				return nil, err
			}
			if err := keys.Put(tx, k); err != nil {
				return nil, err
			}
		}
		kept = append(kept, k)
	}
	return kept, nil
}
