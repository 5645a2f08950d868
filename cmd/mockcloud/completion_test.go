package main_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// offers asks as a shell does what can come next.
func offers(t *testing.T, line ...string) (words []string, directive string) {
	t.Helper()
	stdout, stderr, code := run(t, nil, append([]string{"__completeNoDesc"}, line...)...)
	if code != 0 {
		t.Fatalf("%q: %d %s", line, code, stderr)
	}
	words = strings.Split(strings.TrimSpace(stdout), "\n")
	return words[:len(words)-1], words[len(words)-1]
}

func TestShellsAreToldWhatCanComeNext(t *testing.T) {
	t.Parallel()
	const noFiles, files = ":4", ":0"
	tests := []struct {
		line      []string
		want      []string
		directive string
	}{
		{[]string{"serve", "--jwt-alg", ""}, []string{"ES256", "EdDSA", "RS256"}, noFiles},
		{[]string{"--jwt-alg", ""}, []string{"ES256", "EdDSA", "RS256"}, noFiles}, // serve is left out
		{[]string{"--ephemeral", "--grant-rule="}, []string{"strict", "off"}, noFiles},
		{[]string{"--outbound", ""}, []string{"none", "loopback", "any"}, noFiles},
		{[]string{"--log-level", ""}, []string{"debug", "info", "warn", "error"}, noFiles},
		{[]string{"--log-format", ""}, []string{"text", "json"}, noFiles},
		{[]string{"--fixtures", "def"}, []string{"default"}, files},
		{[]string{"env", "--fixtures", "acme.yaml,"}, []string{"acme.yaml,contact-center", "acme.yaml,default", "acme.yaml,salesforce"}, files},
		{[]string{"--fixtures", "default,"}, []string{"default,contact-center", "default,salesforce"}, files},
		{[]string{"--quick-login="}, []string{"true", "false"}, noFiles},
		{[]string{"--db", ""}, nil, files},
		{[]string{"--spec", ""}, nil, files},
		{[]string{"--listen", ""}, nil, noFiles},
		{[]string{"token", "--user", ""}, nil, noFiles},
		{[]string{"assertion", "--fault", ""}, []string{"expired", "audience", "issuer", "signature"}, noFiles},
		{[]string{"keys", "rotate", "--alg", ""}, []string{"ES256", "EdDSA", "RS256"}, noFiles},
		{[]string{"keys", ""}, []string{"list", "rotate"}, noFiles},
		{[]string{"action", "import", ""}, []string{"--integration"}, files}, // which is required
		{[]string{"healthcheck", ""}, nil, noFiles},
		{[]string{"reset", ""}, nil, noFiles},
		{[]string{"completion", ""}, []string{"bash", "fish", "powershell", "zsh"}, noFiles},
	}
	for _, tt := range tests {
		t.Run(strings.Join(tt.line, " "), func(t *testing.T) {
			t.Parallel()
			if got, directive := offers(t, tt.line...); !slices.Equal(got, tt.want) || directive != tt.directive {
				t.Errorf("offers %q %s, want %q %s", got, directive, tt.want, tt.directive)
			}
		})
	}
	if got, _ := offers(t, ""); !slices.Contains(got, "serve") || !slices.Contains(got, "completion") {
		t.Errorf("commands: %q", got)
	}
	if got, _ := offers(t, "--l"); !slices.Equal(got, []string{"--listen", "--log-format", "--log-level"}) {
		t.Errorf("flags where the command is left out: %q", got)
	}
}

func TestCompletionScriptsAreThere(t *testing.T) {
	t.Parallel()
	if stdout, _, _ := run(t, nil, "--help"); !strings.Contains(stdout, "completion") {
		t.Errorf("help does not name it:\n%s", stdout)
	}
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		script, stderr, code := run(t, nil, "completion", shell)
		if code != 0 || !strings.Contains(script, "__complete") {
			t.Errorf("%s: %d %s", shell, code, stderr)
		}
		path, err := exec.LookPath(shell)
		if err != nil || shell == "powershell" {
			continue // nobody here to read it
		}
		check := exec.CommandContext(t.Context(), path, "-n")
		check.Stdin = strings.NewReader(script)
		if out, err := check.CombinedOutput(); err != nil {
			t.Errorf("%s does not take its script: %v %s", shell, err, out)
		}
	}
}
