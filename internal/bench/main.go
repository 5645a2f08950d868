// Command bench measures mockcloud and bare references side by side, in one
// run, and prints one table (`make bench`). What counts is the server's CPU time
// per request and its ratio to a bare Echo handler in the same round: absolute
// figures depend on the machine and on what else runs there (decisions.md 24).
//
// It starts its servers as processes of their own, mockcloud from the source
// tree and the bare reference from this very binary, and talks to them over
// loopback. It needs Linux, whose /proc tells what a process has used.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"
)

// plan says how much is measured.
type plan struct {
	rounds  int           // how often the cases of a group take turns
	slice   time.Duration // how long a case is driven in each round
	starts  int           // how many cold starts of each kind
	durable int           // how many rounds of writes that reach the disk
}

var (
	full  = plan{rounds: 13, slice: 200 * time.Millisecond, starts: 21, durable: 3}
	quick = plan{rounds: 5, slice: 120 * time.Millisecond, starts: 15, durable: 1}
)

// maxTime ends a run that hangs. A full run takes some three minutes where
// nothing else runs.
const maxTime = 5 * time.Minute

func main() {
	if len(os.Args) == 3 && os.Args[1] == bareCommand {
		if err := serveBare(os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		return
	}
	p := full
	short := flag.Bool("quick", false, "measure less: some 40 seconds, more noise")
	only := flag.String("only", "", "the one part to measure")
	dir := flag.String("dir", "", "where the state files go during the run (default: the system's temporary directory)")
	flag.Parse()
	if *short {
		p = quick
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	ctx, cancel := context.WithTimeout(ctx, maxTime)
	err := run(ctx, p, *dir, *only)
	cancel()
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run measures everything and prints the table. A missed target is a line in the
// table, not an error.
func run(ctx context.Context, p plan, dir, only string) error {
	began := time.Now()
	b, err := prepare(ctx, dir)
	if err != nil {
		return err
	}
	defer b.close()
	synced, err := fsyncTime(b.dir)
	if err != nil {
		return err
	}
	t := &table{}
	for _, part := range []struct {
		name    string
		measure func(context.Context, plan, *table) error
	}{
		{"cold start", b.coldStarts},
		{"requests", b.requests},
		{"journal", b.journal},
		{"engine", b.engine},
		{"languages", b.languages},
		{"many users", b.population},
		{"durable writes", func(ctx context.Context, p plan, t *table) error { return b.durableWrites(ctx, p, t, synced) }},
	} {
		if only != "" && only != part.name {
			continue
		}
		fmt.Fprintln(os.Stderr, "measuring", part.name, "…")
		if err := part.measure(ctx, p, t); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	fmt.Printf("\n%s %s/%s, %d cores, one fsync takes %s; %d keep-alive connections over loopback, the client on the same cores\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), duration(synced), connections)
	fmt.Printf("%d rounds of %s per case in turns, %d cold starts; medians; ratios with the lowest and the highest round; rounds that write begin with the fixtures\n\n", p.rounds, p.slice, p.starts)
	if err := t.print(os.Stdout); err != nil {
		return err
	}
	fmt.Printf("\ntook %s\n", time.Since(began).Round(time.Second))
	return nil
}
