// Command mockcloud serves a Genesys Cloud organization on this machine. This
// package reads flags, environment and signals; everything else is package
// server's.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func main() {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // as it is under nohup
		signals = append(signals, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), signals...)
	// A second signal ends the process at once.
	context.AfterFunc(ctx, stop)
	code := run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

// run executes one command line and returns the exit code.
func run(ctx context.Context, args []string) int {
	root := newRoot()
	root.SetArgs(withDefaultCommand(args))
	if err := root.ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "mockcloud: "+strings.Join(strings.Fields(err.Error()), " "))
		return 1
	}
	return 0
}

// withDefaultCommand makes `mockcloud` and `mockcloud --flag …` mean serve.
func withDefaultCommand(args []string) []string {
	if len(args) == 0 {
		return []string{"serve"}
	}
	switch first := args[0]; {
	case (first == cobra.ShellCompRequestCmd || first == cobra.ShellCompNoDescRequestCmd) && len(args) > 1 && strings.HasPrefix(args[1], "-"):
		// A shell asks what can come next: also of a line whose command is left out.
		return append([]string{first}, withDefaultCommand(args[1:])...)
	case first == "-h", first == "--help", first == "-v", first == "--version", !strings.HasPrefix(first, "-"):
		return args
	default:
		return append([]string{"serve"}, args...)
	}
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "mockcloud",
		Short: "A Genesys Cloud organization that runs on your machine",
		Long: "A Genesys Cloud organization that runs on your machine.\n" +
			"Without a command it serves; `mockcloud serve --help` lists the flags for that.\n" +
			"Not affiliated with Genesys.",
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if err := contradictory(cmd.Flags()); err != nil {
				return err
			}
			return fromEnvironment(cmd.Flags())
		},
	}
	root.SetVersionTemplate("mockcloud {{.Version}}\n")
	root.AddCommand(
		newServe(),
		newEnv(),
		newToken(),
		newAssertion(),
		newExplain(),
		newAction(),
		newWebhooks(),
		newRequests(),
		newReset(),
		newKeys(),
		newCheck(),
		newBackup(),
		newHealthcheck(),
		newVersion(),
	)
	addCompletions(root)
	return root
}

// contradictory refuses flags of one command line that exclude each other. The
// environment does not count: an image may set what a command line replaces.
func contradictory(flags *pflag.FlagSet) error {
	for _, pair := range [][2]string{{"ephemeral", "db"}, {"no-fixtures", "fixtures"}} {
		if flags.Changed(pair[0]) && flags.Changed(pair[1]) {
			return fmt.Errorf("--%s and --%s exclude each other: use one of them", pair[0], pair[1])
		}
	}
	return nil
}

// fromEnvironment fills the flags that were not given from MOCKCLOUD_… : the
// flag --log-level reads MOCKCLOUD_LOG_LEVEL. Flags that name one thing for one
// call stay out of it; MOCKCLOUD_USER, which `mockcloud env` exports, is not
// meant for `mockcloud token --user`.
func fromEnvironment(flags *pflag.FlagSet) error {
	var failed error
	flags.VisitAll(func(f *pflag.Flag) {
		name := "MOCKCLOUD_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		value, ok := os.LookupEnv(name)
		if !ok || value == "" || f.Changed || f.Annotations[perCall] != nil || failed != nil {
			return
		}
		if err := flags.Set(f.Name, value); err != nil {
			failed = fmt.Errorf("%s=%q in the environment: %w", name, value, err)
		}
	})
	return failed
}

// perCall marks a flag that is not read from the environment.
const perCall = "mockcloud_per_call"

// defaultListen is where mockcloud is found when nobody says otherwise.
const defaultListen = "127.0.0.1:8080"
