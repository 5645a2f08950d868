package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mockcloud/mockcloud/internal/control"
	"github.com/mockcloud/mockcloud/internal/login"
	"github.com/mockcloud/mockcloud/internal/seed"
)

// callTime is how long a command waits for the running server.
const callTime = 5 * time.Second

func newEnv() *cobra.Command {
	var fixtures []string
	var url string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "env",
		Short: "Print shell exports for the seeded admin client and user",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			doc, err := seed.Load(fixtures...)
			if err != nil {
				return err
			}
			return printEnv(cmd.OutOrStdout(), url, doc.Environment(), asJSON)
		},
	}
	cmd.Flags().StringSliceVar(&fixtures, "fixtures", []string{"default"}, "the fixtures that the server was started with")
	jsonFlag(cmd, &asJSON, "print JSON")
	urlFlag(cmd, &url)
	return cmd
}

func printEnv(w io.Writer, base string, e seed.Environment, asJSON bool) error {
	variables := []struct{ name, value string }{
		{"MOCKCLOUD_URL", strings.TrimRight(base, "/")},
		{"GENESYSCLOUD_OAUTHCLIENT_ID", e.ClientID},
		{"GENESYSCLOUD_OAUTHCLIENT_SECRET", e.ClientSecret},
		{"MOCKCLOUD_USER", e.UserEmail},
		{"MOCKCLOUD_PASSWORD", e.UserPassword},
	}
	if asJSON {
		object := make(map[string]string, len(variables))
		for _, v := range variables {
			object[v.name] = v.value
		}
		text, err := json.MarshalIndent(object, "", "  ")
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(w, "%s\n", text)
		return err
	}
	for _, v := range variables {
		if _, err := fmt.Fprintf(w, "export %s='%s'\n", v.name, strings.ReplaceAll(v.value, "'", `'\''`)); err != nil {
			return err
		}
	}
	return nil
}

func newToken() *cobra.Command {
	var url, user, client string
	cmd := &cobra.Command{
		Use:   "token",
		Short: "Print an access token of the running server",
		Long:  "Print an access token of the running server: of the seeded admin client, or of the user or client that is named.",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			wanted := control.TokenRequest{User: user, Client: client}
			var token control.TokenResponse
			if err := call(cmd.Context(), http.MethodPost, url, "/_mockcloud/token", wanted, &token); err != nil {
				return err
			}
			_, err := fmt.Fprintln(cmd.OutOrStdout(), token.AccessToken)
			return err
		},
	}
	cmd.Flags().StringVar(&user, "user", "", "e-mail address of the user whose token it is")
	cmd.Flags().StringVar(&client, "client", "", "id of the client-credentials client whose token it is")
	cmd.MarkFlagsMutuallyExclusive("user", "client")
	for _, name := range []string{"user", "client"} {
		cmd.Flags().Lookup(name).Annotations[perCall] = []string{"true"} // the map is there: the line above made it
	}
	urlFlag(cmd, &url)
	return cmd
}

func newAssertion() *cobra.Command {
	var url string
	var wanted login.AssertionRequest
	cmd := &cobra.Command{
		Use:   "assertion",
		Short: "Print a SAML response of the running server's test identity provider",
		Long: "Print a SAML response of the running server's test identity provider, in base64:\n" +
			"what the grant type SAML2 bearer takes as assertion. With --fault it is broken on purpose.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var answer login.AssertionResponse
			if err := call(cmd.Context(), http.MethodPost, url, "/_mockcloud/idp/assertion", wanted, &answer); err != nil {
				return err
			}
			_, err := fmt.Fprintln(cmd.OutOrStdout(), answer.Assertion)
			return err
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&wanted.User, "user", "", "e-mail address of the user whom it is about")
	flags.StringVar(&wanted.OrgName, "org", "", "short name of the organization, where the address is known in several")
	flags.StringVar(&wanted.Audience, "audience", "", "whom it is for; without it, what the organization expects")
	flags.StringVar(&wanted.Recipient, "recipient", "", "where it is sent; without it, the server's own /saml")
	flags.StringVar(&wanted.Fault, "fault", "", "expired, audience, issuer or signature")
	for _, name := range []string{"user", "org", "audience", "recipient", "fault"} {
		_ = flags.SetAnnotation(name, perCall, []string{"true"}) // fails for unknown flags only
	}
	_ = cmd.MarkFlagRequired("user") // likewise
	urlFlag(cmd, &url)
	return cmd
}

func newHealthcheck() *cobra.Command {
	var url string
	cmd := &cobra.Command{
		Use:   "healthcheck",
		Short: "Exit 0 when the running server answers, 1 when it does not",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return call(cmd.Context(), http.MethodGet, url, "/_mockcloud/health", nil, nil)
		},
	}
	urlFlag(cmd, &url)
	return cmd
}

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(cmd.OutOrStdout(), "mockcloud "+version())
			return err
		},
	}
}

// version is what the build says of itself.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "dev"
	}
	return info.Main.Version
}

// urlFlag adds --url, which also reads MOCKCLOUD_URL, and otherwise is derived
// from MOCKCLOUD_LISTEN.
func urlFlag(cmd *cobra.Command, target *string) {
	cmd.Flags().StringVar(target, "url", defaultURL(os.Getenv("MOCKCLOUD_LISTEN")), "URL of the running server")
}

// jsonFlag adds --json, which is for one call.
func jsonFlag(cmd *cobra.Command, target *bool, usage string) {
	cmd.Flags().BoolVar(target, "json", false, usage)
	_ = cmd.Flags().SetAnnotation("json", perCall, []string{"true"}) // fails for unknown flags only
}

func defaultURL(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil || port == "0" {
		return "http://" + defaultListen
	}
	if ip := net.ParseIP(host); host == "" || (ip != nil && ip.IsUnspecified()) {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// isURL says whether s is an address that a client can call.
func isURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

// call asks the running server.
func call(ctx context.Context, method, base, path string, body, answer any) error {
	if !isURL(base) {
		return fmt.Errorf("--url %q: write http://… or https://…", base)
	}
	url := strings.TrimRight(base, "/") + path
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	var content bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&content).Encode(body); err != nil {
			return err
		}
	}
	r, err := http.NewRequestWithContext(ctx, method, url, &content)
	if err != nil {
		return fmt.Errorf("%s is not a URL that can be called: %w", url, err)
	}
	r.Header.Set("Content-Type", "application/json")
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		return unreachable(err)
	}
	defer func() { _ = got.Body.Close() }()
	if got.StatusCode/100 != 2 {
		return refusal(url, got)
	}
	text, err := io.ReadAll(io.LimitReader(got.Body, 1<<20))
	if err != nil {
		return fmt.Errorf("%s: %w", url, err)
	}
	if answer == nil {
		return nil
	}
	return json.Unmarshal(text, answer)
}

// unreachable says that nobody answers at an address.
func unreachable(err error) error {
	return fmt.Errorf("no mockcloud answers there (%w): start one with `mockcloud serve`, or name its address with --url", err)
}

// refusal says what the running server has against a request.
func refusal(url string, got *http.Response) error {
	var said struct{ Message string }
	text, err := io.ReadAll(io.LimitReader(got.Body, 1<<20))
	if err != nil || json.Unmarshal(text, &said) != nil || said.Message == "" {
		said.Message = got.Status
	}
	return fmt.Errorf("%s: %s", url, said.Message)
}
