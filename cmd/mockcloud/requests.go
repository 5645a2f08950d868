package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/control"
	"github.com/mockcloud/mockcloud/internal/journal"
)

const requestsPath = "/_mockcloud/requests"

func newRequests() *cobra.Command {
	var server string
	var asJSON, follow, clearAll, details bool
	var limit int
	wanted := map[string]*string{}
	cmd := &cobra.Command{
		Use:   "requests",
		Short: "List the last requests to the running server, the latest at the end",
		Long: "List the last requests to the running server, the latest at the end: when each came, its answer, and who sent it.\n" +
			"What decided about one tells `mockcloud explain` with its correlation id, the last column.\n" +
			"Headers and bodies, without secrets, stand in the JSON of --details.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if clearAll {
				return call(cmd.Context(), http.MethodDelete, server, requestsPath, nil, nil)
			}
			query := url.Values{}
			for name, value := range wanted {
				if *value != "" {
					query.Set(name, *value)
				}
			}
			if details {
				query.Set("expand", "details")
			}
			out := cmd.OutOrStdout()
			print := func(list ...*journal.Request) error { return printRequests(out, list) }
			if asJSON || details {
				print = func(list ...*journal.Request) error { return encodeRequests(out, list) }
			}
			list, latest, err := fetchRequests(cmd.Context(), server, query, limit)
			if err == nil {
				err = print(list...)
			}
			if err != nil || !follow {
				return err
			}
			return followRequests(cmd.Context(), server, query, latest, func(e *journal.Event) error {
				if e.Request != nil {
					return print(e.Request)
				}
				_, err := fmt.Fprintf(cmd.ErrOrStderr(), "%s went by unseen\n", counted(int(e.Dropped), "request"))
				return err
			})
		},
	}
	flags := cmd.Flags()
	names := []string{"follow", "clear", "details", "limit"}
	for _, f := range [][3]string{
		{"operation", "operation", "only those of the operation with this id"},
		{"status", "status", "only those answered with this status, such as 404, or a class, such as 4xx"},
		{"method", "method", "only those with this method"},
		{"path", "path", "only those with this in their path"},
		{"caller", "caller", "only those of this client or user, by id, name or e-mail address"},
		{"code", "code", "only those refused with this code"},
		{"since", "since", "only those since this time, such as 2026-01-15T12:00:00Z"},
		{"until", "until", "only those up to this time"},
		{"correlation-id", "correlationId", "only those with this correlation id"},
		{"org", "org", "only those of the organization with this id"},
		{"own", "own", "true: only those of mockcloud's own client; false: only the others"},
		{"action", "action", "only those that this data action sent"},
	} {
		wanted[f[1]] = flags.String(f[0], "", f[2])
		names = append(names, f[0])
	}
	flags.IntVar(&limit, "limit", 100, "how many at most; 0 for all that are remembered")
	flags.BoolVar(&follow, "follow", false, "go on with those that come, until interrupted")
	flags.BoolVar(&details, "details", false, "with headers and bodies, as JSON, one request a line")
	flags.BoolVar(&clearAll, "clear", false, "make the server forget all requests, and print nothing")
	for _, name := range names {
		_ = flags.SetAnnotation(name, perCall, []string{"true"}) // fails for unknown flags only
	}
	cmd.MarkFlagsMutuallyExclusive("clear", "follow")
	jsonFlag(cmd, &asJSON, "print JSON, one request a line")
	urlFlag(cmd, &server)
	return cmd
}

// Sizes of the pages that are asked for. Two bodies of a request have 32 KiB each, and
// more when they are written as JSON.
const (
	requestsPage = 500
	detailsPage  = 4
)

// fetchRequests gets the latest requests, page by page, and puts them into their order.
// latest is the number of the latest of all, whatever is asked for.
func fetchRequests(ctx context.Context, server string, query url.Values, limit int) (all []*journal.Request, latest uint64, err error) {
	query = maps.Clone(query)
	if limit < 0 {
		return nil, 0, errors.New("--limit: use 0 or more")
	}
	if limit == 0 {
		limit = math.MaxInt
	}
	size := requestsPage
	if query.Has("expand") {
		size = detailsPage
	}
	for more := true; more && len(all) < limit; {
		query.Set("pageSize", strconv.Itoa(min(size, limit-len(all))))
		var page control.RequestList
		if err := call(ctx, http.MethodGet, server, requestsPath+"?"+query.Encode(), nil, &page); err != nil {
			return nil, 0, err
		}
		if latest == 0 {
			latest = page.Latest
		}
		all = append(all, page.Entities...)
		if more = page.NextURI != ""; more {
			query.Set("before", strconv.FormatUint(page.Entities[len(page.Entities)-1].Sequence, 10))
		}
	}
	slices.Reverse(all)
	return all, latest, nil
}

// printRequests writes requests for people, one a line.
func printRequests(out io.Writer, list []*journal.Request) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0) // which keeps its first error for Flush
	for _, r := range list {
		what := r.Path
		if r.Query != "" {
			what += "?" + r.Query
		}
		answer := strconv.Itoa(r.Status)
		if r.Code != "" {
			answer += " " + r.Code
		}
		_, _ = fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\n", r.Sequence, r.At.Format(clock.Layout), printable(r.Method+" "+what), printable(answer), printable(senderOf(r)), r.CorrelationID)
	}
	return w.Flush()
}

func encodeRequests(out io.Writer, list []*journal.Request) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for _, r := range list {
		if err := encoder.Encode(r); err != nil {
			return err
		}
	}
	return nil
}

// senderOf names who sent a request.
func senderOf(r *journal.Request) string {
	name := "-"
	switch {
	case r.User != nil:
		name = r.User.Email
	case r.Client != nil:
		name = r.Client.Name
	}
	if r.Action != "" {
		name += " by action " + r.Action
	}
	return name
}

// followRequests calls heard for requests after a number as they come, until ctx ends or
// the server stops.
func followRequests(ctx context.Context, server string, query url.Values, after uint64, heard func(*journal.Event) error) error {
	address := strings.TrimRight(server, "/") + requestsPath + "/stream?" + query.Encode()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	r.Header.Set("Last-Event-ID", strconv.FormatUint(after, 10))
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		return unreachable(err)
	}
	defer func() { _ = got.Body.Close() }()
	if got.StatusCode != http.StatusOK {
		return refusal(address, got)
	}
	lines := bufio.NewReader(got.Body)
	for kind := ""; ; {
		line, err := lines.ReadString('\n')
		if ctx.Err() != nil {
			return nil // which is how it ends
		}
		if err != nil {
			return errors.New("the server has stopped")
		}
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch name {
		case "event":
			kind = value
		case "data":
			e, err := readEvent(kind, value)
			if err == nil {
				err = heard(e)
			}
			if err != nil {
				return err
			}
		}
	}
}

func readEvent(kind, data string) (*journal.Event, error) {
	if kind == "dropped" {
		var missed struct{ Count uint64 }
		err := json.Unmarshal([]byte(data), &missed)
		return &journal.Event{Dropped: missed.Count}, err
	}
	e := &journal.Event{Request: &journal.Request{}}
	return e, json.Unmarshal([]byte(data), e.Request)
}

// parseSize reads a number of bytes, with a unit or without.
func parseSize(text string) (int64, error) {
	unit := int64(1)
	number := strings.TrimSpace(text)
	for _, u := range []struct {
		name  string
		bytes int64
	}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"kB", 1000}, {"MB", 1000_000}, {"GB", 1000_000_000}, {"B", 1}} {
		if before, ok := strings.CutSuffix(number, u.name); ok {
			number, unit = strings.TrimSpace(before), u.bytes
			break
		}
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 0 || n > math.MaxInt64/unit {
		return 0, errors.New("write a size such as 8MiB, or 0")
	}
	return n * unit, nil
}
