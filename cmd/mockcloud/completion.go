package main

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/outbound"
	"github.com/mockcloud/mockcloud/internal/seed"
)

// flagValues lists the values of the flags that take one of a few, with what they
// mean where the name does not say it. It holds for every command with that flag.
func flagValues() map[string][]cobra.Completion {
	var algorithms []cobra.Completion
	for _, a := range auth.Algorithms() {
		algorithms = append(algorithms, string(a))
	}
	return map[string][]cobra.Completion{
		"jwt-alg":    algorithms,
		"alg":        algorithms,
		"grant-rule": {cobra.CompletionWithDesc(string(identity.GrantRuleStrict), "only roles that the editor holds"), cobra.CompletionWithDesc(string(identity.GrantRuleOff), "any role")},
		"outbound": {
			cobra.CompletionWithDesc(string(outbound.None), "only stubs answer"),
			cobra.CompletionWithDesc(string(outbound.Loopback), "servers on this machine"),
			cobra.CompletionWithDesc(string(outbound.Any), "every server"),
		},
		"log-level":  {"debug", "info", "warn", "error"},
		"log-format": {"text", "json"},
		"fault": {
			cobra.CompletionWithDesc("expired", "it was good once"), cobra.CompletionWithDesc("audience", "it is for somebody else"),
			cobra.CompletionWithDesc("issuer", "it comes from somebody else"), cobra.CompletionWithDesc("signature", "it was changed"),
		},
	}
}

// fileFlags take the names of files; other flags with free values have nothing to
// offer.
var fileFlags = map[string]bool{"db": true, "spec": true}

// addCompletions tells shells what can come next on a command line.
func addCompletions(root *cobra.Command) {
	values := flagValues()
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if offer := offerFor(f, values); offer != nil {
				_ = cmd.RegisterFlagCompletionFunc(f.Name, offer) // fails for flags that have one already
			}
		})
		if cmd.ValidArgsFunction == nil && !strings.Contains(cmd.Use, "FILE") {
			cmd.ValidArgsFunction = cobra.NoFileCompletions
		}
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk(root)
}

// offerFor is what completes the value of a flag; nil leaves it to the shell, which
// knows files.
func offerFor(f *pflag.Flag, values map[string][]cobra.Completion) cobra.CompletionFunc {
	switch {
	case f.Name == "fixtures":
		return completeFixtures
	case values[f.Name] != nil:
		return cobra.FixedCompletions(values[f.Name], cobra.ShellCompDirectiveNoFileComp)
	case f.Value.Type() == "bool":
		return cobra.FixedCompletions([]cobra.Completion{"true", "false"}, cobra.ShellCompDirectiveNoFileComp)
	case fileFlags[f.Name]:
		return nil
	default:
		return cobra.NoFileCompletions
	}
}

// completeFixtures offers the embedded fixtures that are not in the list yet; the
// shell offers the files.
func completeFixtures(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	embedded, err := seed.Embedded()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	before, last := "", typed
	if i := strings.LastIndexByte(typed, ','); i >= 0 {
		before, last = typed[:i+1], typed[i+1:]
	}
	var offers []cobra.Completion
	for _, name := range embedded {
		if strings.HasPrefix(name, last) && !strings.Contains(","+before, ","+name+",") {
			offers = append(offers, before+name)
		}
	}
	return offers, cobra.ShellCompDirectiveDefault
}
