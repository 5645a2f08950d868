package contactcenter_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/contactcenter"
	"github.com/mockcloud/mockcloud/internal/store"
)

const org = "6d6f636b-0001-4000-8000-000000000001"

// write runs fn in a transaction of a fresh state.
func write(t testing.TB, fn func(*store.Tx) error) {
	t.Helper()
	db, err := store.Open(t.TempDir()+"/state.db", store.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Update(t.Context(), org, fn); err != nil {
		t.Fatal(err)
	}
}

// Whatever happens to members, the numbers that a queue keeps are those of a
// count, and pages put together are the whole in order.
func TestTheNumbersOfAQueueStayTrue(t *testing.T) {
	t.Parallel()
	write(t, func(tx *store.Tx) error {
		chance := rand.New(rand.NewPCG(1, 2))
		if err := contactcenter.Queues.Put(tx, &contactcenter.Queue{ID: "q", Name: "Q"}); err != nil {
			return err
		}
		for range 400 {
			user := fmt.Sprint("user", chance.IntN(12))
			q, err := contactcenter.Queues.Get(tx, "q")
			if err != nil {
				return err
			}
			switch m, err := contactcenter.MemberOf(tx, "q", user); {
			case err != nil && !contactcenter.IsNotFound(err):
				return err
			case err != nil || chance.IntN(8) == 0:
				if err := q.Add(tx, user, fmt.Sprint("Name/", chance.IntN(5), " of ", user)); err != nil {
					return err
				}
			case chance.IntN(4) == 0:
				if err := q.Remove(tx, user); err != nil {
					return err
				}
			case chance.IntN(4) == 0:
				if err := contactcenter.Rename(tx, user, fmt.Sprint("n", chance.IntN(5))); err != nil {
					return err
				}
			default:
				if err := q.SetJoined(tx, m, chance.IntN(2) == 0); err != nil {
					return err
				}
			}
			if err := contactcenter.Queues.Put(tx, q); err != nil {
				return err
			}
			if chance.IntN(20) == 0 {
				if err := contactcenter.Leave(tx, user); err != nil {
					return err
				}
			}
			check(t, tx)
		}
		return nil
	})
}

func check(t *testing.T, tx *store.Tx) {
	t.Helper()
	q, err := contactcenter.Queues.Peek(tx, "q")
	if err != nil {
		t.Fatal(err)
	}
	var forth, back []string
	joined := 0
	for skip := 0; skip < 15; skip += 3 {
		page, err := contactcenter.MembersOf(tx, "q", false, skip, 3)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range page {
			forth = append(forth, strings.ToLower(m.Name)+"/"+m.UserID)
			if m.Joined {
				joined++
			}
		}
		if page, err = contactcenter.MembersOf(tx, "q", true, skip, 3); err != nil {
			t.Fatal(err)
		}
		for _, m := range page {
			back = append(back, strings.ToLower(m.Name)+"/"+m.UserID)
		}
	}
	if len(forth) != q.Members || joined != q.Joined {
		t.Fatalf("the queue says %d members and %d joined, there are %d and %d", q.Members, q.Joined, len(forth), joined)
	}
	if !slices.IsSorted(forth) {
		t.Fatalf("not in order: %q", forth)
	}
	slices.Reverse(back)
	if !slices.Equal(forth, back) {
		t.Fatalf("forth %q\nback  %q", forth, back)
	}
}

func TestAPresenceHasManySpellings(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"On Queue", "OnQueue", "ON_QUEUE", "on queue"} {
		if p, ok := contactcenter.SystemPresence(name); !ok || p.System != contactcenter.OnQueue || !p.Primary() {
			t.Errorf("%s is not known", name)
		}
	}
	for _, name := range []string{"", "Queue", "Out of Office"} {
		if p, ok := contactcenter.SystemPresence(name); ok {
			t.Errorf("%q is %s", name, p.System)
		}
	}
}

func TestAStatusFollowsThePresence(t *testing.T) {
	t.Parallel()
	now := clock.At(time.Date(2026, time.January, 15, 12, 0, 0, 0, time.UTC))
	onQueue, _ := contactcenter.SystemPresence("On Queue")
	meal, _ := contactcenter.SystemPresence("Meal")
	for _, tt := range []struct {
		before string
		to     *contactcenter.Presence
		after  string
	}{
		{contactcenter.OffQueue, onQueue, contactcenter.Idle},
		{contactcenter.Communicating, onQueue, contactcenter.Communicating},
		{contactcenter.Interacting, onQueue, contactcenter.Interacting},
		{contactcenter.Interacting, meal, contactcenter.OffQueue},
		{contactcenter.NotResponding, meal, contactcenter.OffQueue},
		{contactcenter.Communicating, meal, contactcenter.Communicating},
	} {
		a := &contactcenter.Agent{Status: tt.before}
		a.SetPresence(tt.to, now)
		if a.Status != tt.after || a.PresenceID != tt.to.ID || a.PresenceSince != now {
			t.Errorf("%s to %s: %+v", tt.before, tt.to.System, a)
		}
	}
}

// A page of members costs its own length, not that of the queue.
func BenchmarkPageOfMembers(b *testing.B) {
	for _, size := range []int{50, 5000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			write(b, func(tx *store.Tx) error {
				q := &contactcenter.Queue{ID: "q", Name: "Q"}
				for i := range size {
					if err := q.Add(tx, fmt.Sprint("user", i), fmt.Sprint("Name ", i)); err != nil {
						return err
					}
				}
				for b.Loop() {
					if _, err := contactcenter.MembersOf(tx, "q", false, 0, 25); err != nil {
						return err
					}
				}
				return nil
			})
		})
	}
}
