package main

import (
	"fmt"
	"net/http"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/control"
)

func newKeys() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "keys",
		Short: "List the keys that sign tokens in the running server, or rotate them",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newKeysList(), newKeysRotate())
	return cmd
}

func newKeysList() *cobra.Command {
	var server string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "Print the keys whose tokens are accepted, the newest first",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var list control.KeyList
			if err := call(cmd.Context(), http.MethodGet, server, "/_mockcloud/keys", nil, &list); err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), list)
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			for _, k := range list.Entities {
				if _, err := fmt.Fprintf(w, "%s\t%s\t%s\n", k.ID, k.Alg, fateOf(k)); err != nil {
					return err
				}
			}
			return w.Flush()
		},
	}
	jsonFlag(cmd, &asJSON, "print JSON")
	urlFlag(cmd, &server)
	return cmd
}

// fateOf words what a key is good for.
func fateOf(k auth.KeyInfo) string {
	if k.Signs || k.Until == nil {
		return "signs new tokens"
	}
	return "verifies until " + k.Until.Format("2006-01-02 15:04") + " UTC"
}

func newKeysRotate() *cobra.Command {
	var server string
	var wanted control.RotateRequest
	cmd := &cobra.Command{
		Use:   "rotate",
		Short: "Sign with a new key from now on and print its id",
		Long: "Sign with a new key from now on and print its id. Tokens that are out go on working:\n" +
			"the key so far stays among the public keys until the last of them has expired.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var fresh auth.KeyInfo
			if err := call(cmd.Context(), http.MethodPost, server, "/_mockcloud/keys/rotate", wanted, &fresh); err != nil {
				return err
			}
			_, err := fmt.Fprintln(cmd.OutOrStdout(), fresh.ID)
			return err
		},
	}
	cmd.Flags().StringVar(&wanted.Alg, "alg", "", "algorithm of the new key: ES256, EdDSA or RS256; without it, that of the key so far")
	_ = cmd.Flags().SetAnnotation("alg", perCall, []string{"true"}) // fails for unknown flags only
	urlFlag(cmd, &server)
	return cmd
}
