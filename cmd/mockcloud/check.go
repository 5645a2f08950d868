package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/mockcloud/mockcloud/internal/server"
	"github.com/mockcloud/mockcloud/internal/store"
)

// errUnsound is what a command ends with that has listed findings.
var errUnsound = errors.New("the state file is damaged: restore a copy, or start over with --reset")

func newCheck() *cobra.Command {
	return &cobra.Command{
		Use:   "check FILE",
		Short: "Look through a state file and say what is wrong with it",
		Long: "Look through a state file that no server has open, from its pages to its documents, and\n" +
			"change nothing. It prints what it looked at and ok, or one line for each thing that is\n" +
			"wrong, and then exits with 1. What is odd and does no harm comes as a note.\n" +
			"For the file of a running server, check a backup.",
		Args: oneArgument("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			report, err := check(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return printReport(cmd.OutOrStdout(), args[0], report)
		},
	}
}

// check looks through a file. In errors it says what to do about one in use.
func check(ctx context.Context, path string) (*store.Report, error) {
	report, err := server.Check(ctx, path)
	if e, ok := errors.AsType[*store.OpenError](err); ok && errors.Is(err, store.ErrLocked) {
		e.Advice = "stop that process, or run `mockcloud backup COPY` and check the copy"
	}
	return report, err
}

func printReport(w io.Writer, path string, r *store.Report) error {
	p := printer{w: w}
	p.line("%s: %d pages of %d bytes, %d free", path, r.Pages, r.PageSize, r.Free)
	if r.Findings.Total == 0 || len(r.Collections) > 0 {
		p.line("organizations %d", r.Organizations)
	}
	for _, c := range r.Collections {
		p.line("  %-28s %d", c.Name, c.Documents)
	}
	p.lines("note: ", r.Notes)
	p.lines("", r.Findings)
	if r.Findings.Total > 0 {
		return errors.Join(p.err, errUnsound)
	}
	p.line("ok")
	return p.err
}

// printer keeps the first error of many lines.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format+"\n", args...)
	}
}

func (p *printer) lines(before string, l store.Lines) {
	for _, line := range l.First {
		p.line("%s%s", before, line)
	}
	if more := l.Total - len(l.First); more > 0 {
		p.line("%sand %d more", before, more)
	}
}
