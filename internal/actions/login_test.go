package actions

import (
	"context"
	"strconv"
	"testing"
	"testing/synctest"
	"time"
)

// One run makes a log-in while all others wait for it; where it fails, none
// waits again.
func TestRunsWaitForALogInUnderWayOnce(t *testing.T) {
	t.Parallel()
	for _, fails := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			l := &logins{}
			key := loginKey{id: "x"}
			_, ok, done := l.claim(t.Context(), key, time.Now(), 0)
			if ok {
				t.Fatal("there is a log-in that nobody made")
			}
			const others = 5
			results := make(chan bool, others)
			for range others {
				go func() {
					_, ok, done := l.claim(t.Context(), key, time.Now(), 0)
					if !ok {
						defer done()
					}
					results <- ok
				}()
			}
			synctest.Wait()
			if len(results) != 0 {
				t.Errorf("%d of %d did not wait", len(results), others)
			}
			if !fails {
				l.put(key, login{token: "t"})
			}
			done()
			synctest.Wait()
			if len(results) != others {
				t.Fatalf("%d of %d still wait", others-len(results), others)
			}
			for range others {
				if got := <-results; got == fails {
					t.Errorf("a log-in after one that failed (%t): %t", fails, got)
				}
			}
		})
	}
}

// Who was refused with a log-in takes the one that has come since, and does not
// drop it.
func TestALogInThatIsOutdatedIsNotTheOneThatIsKnown(t *testing.T) {
	t.Parallel()
	l := &logins{}
	key := loginKey{id: "x"}
	first := l.put(key, login{token: "1"})
	second := l.put(key, login{token: "2"})
	l.forget(key, first.serial)
	if known, ok, _ := l.claim(t.Context(), key, time.Now(), first.serial); !ok || known.token != "2" || !known.cached {
		t.Errorf("claim = %+v, %t", known, ok)
	}
	if _, ok, done := l.claim(t.Context(), key, time.Now(), second.serial); ok {
		t.Error("the refused log-in is handed out again")
	} else {
		done()
	}
	l.forget(key, second.serial)
	if _, ok := l.get(key, time.Now()); ok {
		t.Error("the log-in was not dropped")
	}
}

// A run inside of another, and one whose time is over, do not wait.
func TestWhoDoesNotWaitForALogIn(t *testing.T) {
	t.Parallel()
	l := &logins{}
	key := loginKey{id: "x"}
	_, _, done := l.claim(t.Context(), key, time.Now(), 0)
	defer done()
	over, cancel := context.WithCancel(t.Context())
	cancel()
	for name, ctx := range map[string]context.Context{"inside": Arriving(t.Context(), 2), "over": over} {
		if _, ok, done := l.claim(ctx, key, time.Now(), 0); ok {
			t.Errorf("%s: a log-in that nobody made", name)
		} else {
			done() // ends nobody else's turn
		}
	}
	if len(l.busy) != 1 {
		t.Errorf("%d log-ins under way", len(l.busy))
	}
}

// What log-ins answered takes no more memory than that; the latest is there.
func TestLogInsTakeNoMoreThanTheirShareOfMemory(t *testing.T) {
	t.Parallel()
	l := &logins{}
	for n := range 40 {
		key := loginKey{id: strconv.Itoa(n)}
		l.put(key, login{answer: make([]byte, 1<<20)})
		if _, ok := l.get(key, time.Now()); !ok {
			t.Fatalf("log-in %d is not known", n)
		}
		bytes := 0
		for _, known := range l.known {
			bytes += len(known.answer)
		}
		if bytes > maxLoginBytes {
			t.Fatalf("%d bytes after %d log-ins", bytes, n+1)
		}
	}
}
