package main

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/spf13/cobra"
)

func newReset() *cobra.Command {
	var server string
	cmd := &cobra.Command{
		Use:   "reset",
		Short: "Take the running server back to its fixtures",
		Long: "Take the running server back to the fixtures that it was started with. What else it\n" +
			"holds is gone. Tokens of the clients and users of the fixtures go on working.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := call(cmd.Context(), http.MethodPost, server, "/_mockcloud/reset", nil, nil); err != nil {
				return err
			}
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s is back at its fixtures\n", strings.TrimRight(server, "/"))
			return err
		},
	}
	urlFlag(cmd, &server)
	return cmd
}
