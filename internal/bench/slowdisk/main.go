// Command slowdisk is a mockcloud on a slow disk, for the benchmark: each sync
// takes longer than it does. It is a program of its own, so that the bare
// references of the benchmark do not carry a server with them.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/mockcloud/mockcloud/internal/server"
)

// syncsPerCommit is how often a commit waits for the disk: once for the pages,
// once for the header that makes them count.
const syncsPerCommit = 2

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: slowdisk STATE-FILE LONGER")
		os.Exit(2)
	}
	if err := serve(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "slowdisk:", err)
		os.Exit(1)
	}
}

// serve serves until the process is told to stop.
func serve(path, delay string) error {
	longer, err := time.ParseDuration(delay)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	srv, err := server.Start(ctx, server.Config{Path: path, OnSync: func() { time.Sleep(syncsPerCommit * longer) }})
	if err != nil {
		return err
	}
	fmt.Println("slowdisk serves", srv.URL())
	<-ctx.Done()
	return srv.Close(context.WithoutCancel(ctx))
}
