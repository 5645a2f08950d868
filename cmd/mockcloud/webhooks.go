package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/control"
)

func newWebhooks() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "webhooks",
		Short: "Show what the running server's webhooks have received, or send them something",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newWebhooksList(), newWebhooksEvents(), newWebhooksSend(), newWebhooksClear())
	return cmd
}

// webhookPath is where the running server tells of a webhook, by name or id.
func webhookPath(name string) string { return "/_mockcloud/webhooks/" + url.PathEscape(name) }

func newWebhooksList() *cobra.Command {
	var server string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the installed webhooks with their ids and addresses",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var list control.WebhookList
			if err := call(cmd.Context(), http.MethodGet, server, "/_mockcloud/webhooks", nil, &list); err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), list)
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0) // which keeps its first error for Flush
			for _, hook := range list.Entities {
				state := "active"
				if !hook.Active {
					state = "inactive"
				}
				_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", printable(hook.Name), hook.ID, state, counted(int(hook.Received), "event"), hook.URL)
			}
			return w.Flush()
		},
	}
	jsonFlag(cmd, &asJSON, "print JSON")
	urlFlag(cmd, &server)
	return cmd
}

func newWebhooksEvents() *cobra.Command {
	var server string
	var after uint64
	var asJSON, follow bool
	cmd := &cobra.Command{
		Use:   "events NAME",
		Short: "Print the events that a webhook keeps, the oldest first",
		Args:  oneOf("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			print := func(e *control.WebhookEvent) error { return printEvent(cmd.OutOrStdout(), e) }
			if asJSON {
				print = func(e *control.WebhookEvent) error { return json.NewEncoder(cmd.OutOrStdout()).Encode(e) }
			}
			return eachEvent(cmd.Context(), server, args[0], after, follow, print)
		},
	}
	flags := cmd.Flags()
	flags.Uint64Var(&after, "after", 0, "leave out the events up to this number")
	flags.BoolVar(&follow, "follow", false, "go on with those that come, until interrupted")
	for _, name := range []string{"after", "follow"} {
		_ = flags.SetAnnotation(name, perCall, []string{"true"}) // fails for unknown flags only
	}
	jsonFlag(cmd, &asJSON, "print JSON, one event a line")
	urlFlag(cmd, &server)
	return cmd
}

// followTime is how long the server is asked to wait for an event at a time: less
// than a command waits for the server.
const followTime = callTime - time.Second

// eachEvent calls print for the events of a webhook after a number. With follow it
// goes on until ctx ends.
func eachEvent(ctx context.Context, server, name string, after uint64, follow bool, print func(*control.WebhookEvent) error) error {
	for {
		query := url.Values{"after": {strconv.FormatUint(after, 10)}, "pageSize": {"100"}}
		if follow {
			query.Set("wait", followTime.String())
		}
		var page control.WebhookEventList
		err := call(ctx, http.MethodGet, server, webhookPath(name)+"/events?"+query.Encode(), nil, &page)
		if follow && ctx.Err() != nil {
			return nil // which is how it ends
		}
		if err != nil {
			return err
		}
		for i := range page.Entities {
			after = page.Entities[i].Number
			if err := print(&page.Entities[i]); err != nil {
				return err
			}
		}
		if !follow && page.NextURI == "" {
			return nil
		}
	}
}

func printEvent(w io.Writer, e *control.WebhookEvent) error {
	_, err := fmt.Fprintf(w, "%d  %s  %s\n    %s\n", e.Number, e.InvocationTime.Format(clock.Layout), e.ID, printable(string(e.Invocation.Body)))
	return err
}

func newWebhooksSend() *cobra.Command {
	var server string
	cmd := &cobra.Command{
		Use:   "send NAME [FILE]",
		Short: "Send an event, the JSON of a file (- reads standard input) or {}, to a webhook",
		Args:  cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			body := json.RawMessage(`{}`)
			if len(args) > 1 {
				text, err := readFile(cmd.InOrStdin(), args[1])
				if err != nil {
					return err
				}
				if !json.Valid(text) {
					return fmt.Errorf("%s is not valid JSON", source(args[1]))
				}
				body = text
			}
			var hook control.Webhook
			if err := call(cmd.Context(), http.MethodGet, server, webhookPath(args[0]), nil, &hook); err != nil {
				return err
			}
			var answer struct{ InvocationID string }
			path := "/api/v2/integrations/webhooks/" + url.PathEscape(hook.WebhookID) + "/events"
			if err := call(cmd.Context(), http.MethodPost, server, path, body, &answer); err != nil {
				return err
			}
			_, err := fmt.Fprintln(cmd.OutOrStdout(), answer.InvocationID)
			return err
		},
	}
	urlFlag(cmd, &server)
	return cmd
}

func newWebhooksClear() *cobra.Command {
	var server string
	cmd := &cobra.Command{
		Use:   "clear NAME",
		Short: "Remove the events that a webhook keeps",
		Args:  oneOf("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return call(cmd.Context(), http.MethodDelete, server, webhookPath(args[0])+"/events", nil, nil)
		},
	}
	urlFlag(cmd, &server)
	return cmd
}
