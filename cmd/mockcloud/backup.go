package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mockcloud/mockcloud/internal/store"
)

type backupFlags struct {
	url, db string
	force   bool
}

func newBackup() *cobra.Command {
	f := &backupFlags{}
	cmd := &cobra.Command{
		Use:   "backup FILE",
		Short: "Copy the running server's state to a file",
		Long: "Copy the running server's state, as it is at one moment, to a file that mockcloud can be\n" +
			"started from. With --db it copies a state file that no server has open. The copy is checked\n" +
			"before it gets its name. It holds the signing keys: whoever has it can issue tokens.",
		Args: oneArgument("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.backup(cmd.Context(), cmd.OutOrStdout(), args[0])
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.db, "db", "", "state file to copy, instead of asking the running server")
	flags.BoolVar(&f.force, "force", false, "replace FILE where it is there")
	for _, name := range []string{"db", "force"} {
		// MOCKCLOUD_DB is the running server's, which is in use.
		_ = flags.SetAnnotation(name, perCall, []string{"true"}) // fails for unknown flags only
	}
	urlFlag(cmd, &f.url)
	return cmd
}

// cannotWrite leaves out the temporary name of the copy.
func cannotWrite(path string, err error) error {
	if inner, ok := errors.AsType[*fs.PathError](err); ok {
		err = inner.Err
	}
	return fmt.Errorf("%s cannot be written: %w", path, err)
}

func (f *backupFlags) backup(ctx context.Context, out io.Writer, path string) (err error) {
	if err := f.mayWrite(path); err != nil {
		return err
	}
	// Beside the file, so that giving it its name replaces it in one step. It is its
	// owner's alone from the start.
	temporary, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return cannotWrite(path, err)
	}
	defer func() {
		_ = temporary.Close()
		if err != nil {
			_ = os.Remove(temporary.Name())
		}
	}()
	if f.db != "" {
		err = copyFile(ctx, f.db, temporary)
	} else {
		err = download(ctx, f.url, temporary)
	}
	if err != nil {
		return err
	}
	if err := errors.Join(temporary.Sync(), temporary.Close()); err != nil {
		return cannotWrite(path, err)
	}
	report, err := check(ctx, temporary.Name())
	if err != nil {
		return fmt.Errorf("the copy is not sound, and was not kept: %w", err)
	}
	if report.Findings.Total > 0 {
		return fmt.Errorf("the copy is not sound, and was not kept: %s (findings: %d)", report.Findings.First[0], report.Findings.Total)
	}
	if err := f.mayWrite(path); err != nil { // copying took a while
		return err
	}
	if err := os.Rename(temporary.Name(), path); err != nil {
		return err
	}
	store.SyncDir(filepath.Dir(path))
	documents := 0
	for _, c := range report.Collections {
		documents += c.Documents
	}
	_, err = fmt.Fprintf(out, "%s: %s, %s, %s, checked\n", path, counted(report.Organizations, "organization"), counted(documents, "document"),
		counted(report.Pages*report.PageSize, "byte"))
	return err
}

// mayWrite refuses to replace a file unless that was asked for, and never one
// that a server has open: it would go on writing to a file without a name.
func (f *backupFlags) mayWrite(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a file: name another one", path)
	case !f.force:
		return fmt.Errorf("%s is there already: name another file, or replace it with --force", path)
	case store.InUse(path):
		return fmt.Errorf("%s is in use by a running server: name another file", path)
	}
	if source, err := os.Stat(f.db); f.db != "" && err == nil && os.SameFile(source, info) {
		return fmt.Errorf("%s is the file to copy: name another one", path)
	}
	return nil
}

// copyFile copies a state file that no server has open.
func copyFile(ctx context.Context, from string, to io.Writer) error {
	err := store.BackupFile(ctx, from, func(b *store.Backup) error {
		_, err := b.WriteTo(to)
		return err
	})
	if e, ok := errors.AsType[*store.OpenError](err); ok && errors.Is(err, store.ErrLocked) {
		e.Advice = "leave out --db to copy the state of the running server"
	}
	return err
}

// download copies the running server's state. How long that may take is the
// server's to say, which ends what is too slow.
func download(ctx context.Context, base string, to io.Writer) error {
	if !isURL(base) {
		return fmt.Errorf("--url %q: write http://… or https://…", base)
	}
	url := strings.TrimRight(base, "/") + "/_mockcloud/backup"
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return fmt.Errorf("%s is not a URL that can be called: %w", url, err)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.ResponseHeaderTimeout = callTime
	answer, err := (&http.Client{Transport: transport}).Do(r)
	if err != nil {
		return unreachable(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return refusal(url, answer)
	}
	if answer.ContentLength < 0 {
		return fmt.Errorf("%s: that is no mockcloud: it does not say how long its answer is", url)
	}
	if _, err := io.Copy(to, answer.Body); err != nil {
		return fmt.Errorf("the copy broke off, and was not kept: %w", err)
	}
	return nil
}
