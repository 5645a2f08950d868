package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/control"
)

func newExplain() *cobra.Command {
	var base string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "explain CORRELATION-ID",
		Short: "Tell why a request to the running server was allowed or refused",
		Long: "Tell why a request to the running server was allowed or refused, and the smallest role that would have let it pass.\n" +
			fmt.Sprintf("The server remembers the last %d requests to the API. The correlation id stands in the header ININ-Correlation-Id\n", control.Remembered) +
			"of each answer, in contextId of each error, and in the log.",
		Args: oneArgument("CORRELATION-ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			var answer struct {
				Requests []control.Explained `json:"requests"`
			}
			if err := call(cmd.Context(), http.MethodGet, base, "/_mockcloud/explain/"+url.PathEscape(args[0]), nil, &answer); err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), answer)
			}
			for _, r := range answer.Requests {
				if err := printExplained(cmd.OutOrStdout(), &r); err != nil {
					return err
				}
			}
			return nil
		},
	}
	jsonFlag(cmd, &asJSON, "print JSON; explanation is what the header X-Mockcloud-Explanation holds")
	urlFlag(cmd, &base)
	return cmd
}

func printJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}

// printExplained writes an explanation for people.
func printExplained(out io.Writer, r *control.Explained) error {
	var e auth.Explanation
	if err := json.Unmarshal(r.Explanation, &e); err != nil {
		return fmt.Errorf("the server's explanation could not be read: %w", err)
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0) // which keeps its first error for Flush
	line := func(label, format string, args ...any) {
		_, _ = fmt.Fprintf(w, "  %s\t%s\n", label, printable(fmt.Sprintf(format, args...)))
	}
	_, _ = fmt.Fprintf(w, "%s answered %d at %s\n", printable(r.Method+" "+r.Path), r.Status, r.At.Format(clock.Layout))
	line("Decision", "%s", e.Decision)
	if e.Reason != "" {
		line("Because", "%s", e.Reason)
	}
	if e.Operation != "" {
		line("Operation", "%s", e.Operation)
	}
	if e.Client != nil {
		line("Organization", "%s", e.Organization)
		line("Client", "%s (%s)", e.Client.Name, e.Client.ID)
	}
	if e.User != nil {
		line("User", "%s (%s)", e.User.Name, e.User.ID)
	}
	if e.Token != nil {
		line("Token", "%s, expires %s", e.Token.ID, e.Token.Expires)
	}
	if s := e.Scopes; s != nil {
		enforced := "not enforced"
		if s.Enforced {
			enforced = "enforced"
		}
		narrower := ""
		if len(s.Token) > 0 {
			narrower = fmt.Sprintf(", its token only [%s]", strings.Join(s.Token, ", "))
		}
		line("Scopes", "%s; asked for any of [%s], the client has [%s]%s", enforced, strings.Join(s.Accepted, ", "), strings.Join(s.Client, ", "), narrower)
	}
	switch {
	case len(e.Permissions) > 0:
		line("Permissions", "%s of [%s]", map[string]string{"ANY": "any", "ALL": "all", "NONE": "all"}[e.Mode], strings.Join(e.Permissions, ", "))
	case e.Mode == auth.ModeUnknown:
		line("Permissions", "not known")
	case e.Operation != "":
		line("Permissions", "none needed")
	}
	if len(e.Divisions) > 0 {
		line("Divisions", "[%s]", strings.Join(e.Divisions, ", "))
	}
	for _, p := range e.DecidedBy {
		asked := ""
		if p.Asked != "" {
			asked = " for " + p.Asked
		}
		line("Given by", "role %s in %s%s: %s%s", p.Role, p.Division, through(p.Group), p.Permission, asked)
	}
	for _, p := range e.Policies {
		line("Policy", "%s", p)
	}
	if e.Decision == "authz.policy.denied" {
		line("Would pass", "once the policy is changed or not active, which takes authorization:policy:edit or :add")
	}
	if would := e.WouldPass; would != nil {
		printRemedy(line, would, e.Mode)
	}
	for _, g := range e.Groups {
		roles := "its roles are inherited"
		if !g.RolesEnabled {
			roles = "its roles are not enabled"
		}
		line("Group", "%s (%s), %s", g.Name, g.ID, roles)
	}
	for _, g := range e.Grants {
		permits := "nothing that was asked for"
		if len(g.Permits) > 0 {
			permits = strings.Join(g.Permits, ", ")
		}
		line("Grant", "role %s in %s%s: %s", g.Role, g.Division, through(g.Group), permits)
	}
	if e.MoreGrants > 0 {
		line("Grant", "and %d more", e.MoreGrants)
	}
	if e.ReadLater {
		line("Note", "groups and grants are those of now; what decided is as it was then")
	}
	return w.Flush()
}

func printRemedy(line func(string, string, ...any), would *auth.Remedy, mode string) {
	switch {
	case len(would.Scopes) == 0:
	case would.TokenOnly:
		line("Would pass", "with a token that has one of the scopes [%s]: the client has it; the request for the token, or the approval of the client, left it out", strings.Join(would.Scopes, ", "))
	default:
		line("Would pass", "with one of the scopes [%s] on the client", strings.Join(would.Scopes, ", "))
	}
	if len(would.Permissions) == 0 {
		return
	}
	if len(would.Scopes) > 0 {
		line("And then", "the permission would be missing")
	}
	where := "in any division"
	switch {
	case len(would.Divisions) > 0:
		where = "in " + strings.Join(would.Divisions, ", ")
	case would.OfObject:
		where = "in the division of the object"
	}
	which := ""
	if mode == "ANY" && len(would.Permissions) > 1 {
		which = "one of "
	}
	line("Missing", "%s[%s] %s", which, strings.Join(would.Permissions, ", "), where)
	if would.Role == nil {
		line("Would pass", "with a new role that has it: no role of the organization does")
		return
	}
	line("Would pass", "with role %s (%s) %s: the smallest that does, with %s; or with a new one that has what is missing",
		would.Role.Name, would.Role.ID, where, counted(would.Role.Permissions, "permission"))
}

func through(group string) string {
	if group == "" {
		return ""
	}
	return " (through group " + group + ")"
}

// printable keeps names from steering the terminal.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || (r >= 0x80 && r < 0xa0) {
			return '\uFFFD'
		}
		return r
	}, text)
}

// counted is a number of things in words.
func counted(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// oneArgument wants exactly one, and says what it is where it is missing.
func oneArgument(name string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 || args[0] == "" {
			return fmt.Errorf("write one %s: %s", name, cmd.UseLine())
		}
		return nil
	}
}
