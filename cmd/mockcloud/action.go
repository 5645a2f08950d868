package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"

	"github.com/spf13/cobra"

	"github.com/mockcloud/mockcloud/internal/control"
)

func newAction() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "action",
		Short: "Import data actions into the running server, or export them",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newActionImport(), newActionExport())
	return cmd
}

func newActionImport() *cobra.Command {
	var server, integration string
	var publish bool
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "Import an exported data action (- reads standard input) and print its id",
		Args:  oneOf("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := readFile(cmd.InOrStdin(), args[0])
			if err != nil {
				return err
			}
			if !json.Valid(text) {
				return fmt.Errorf("%s is not valid JSON", source(args[0]))
			}
			query := url.Values{"integration": {integration}}
			if publish {
				query.Set("publish", "true")
			}
			var answer control.ImportResponse
			if err := call(cmd.Context(), http.MethodPost, server, "/_mockcloud/actions/import?"+query.Encode(), json.RawMessage(text), &answer); err != nil {
				return err
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), answer.ID)
			return err
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&integration, "integration", "", "name or id of the integration that the action will belong to")
	flags.BoolVar(&publish, "publish", false, "publish it, so that it can be executed; else it is a draft")
	for _, name := range []string{"integration", "publish"} {
		_ = flags.SetAnnotation(name, perCall, []string{"true"}) // fails for unknown flags only
	}
	_ = cmd.MarkFlagRequired("integration") // likewise
	urlFlag(cmd, &server)
	return cmd
}

func newActionExport() *cobra.Command {
	var server string
	cmd := &cobra.Command{
		Use:   "export NAME",
		Short: "Print a data action, by its name or id, as a file that can be imported",
		Args:  oneOf("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			var answer json.RawMessage
			path := "/_mockcloud/actions/export?" + url.Values{"action": {args[0]}}.Encode()
			if err := call(cmd.Context(), http.MethodGet, server, path, nil, &answer); err != nil {
				return err
			}
			text, err := json.MarshalIndent(answer, "", "  ")
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s\n", text)
			return err
		},
	}
	urlFlag(cmd, &server)
	return cmd
}

// readFile reads a file, or standard input where the name is -.
func readFile(in io.Reader, name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(in)
	}
	return os.ReadFile(name)
}

// source words where a file came from.
func source(name string) string {
	if name == "-" {
		return "what came from standard input"
	}
	return name
}

// oneOf asks for exactly one argument, by its name.
func oneOf(name string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) == 0:
			return fmt.Errorf("%s: which %s?", cmd.CommandPath(), name)
		case len(args) > 1:
			return fmt.Errorf("%s takes one %s, not %d: put a name with blanks in quotes", cmd.CommandPath(), name, len(args))
		}
		return nil
	}
}
