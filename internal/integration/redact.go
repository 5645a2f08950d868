package integration

import (
	"slices"
	"strings"
)

// Words that the name of a header or parameter has where its value is nobody's
// business. Signatures are none of them: they prove a secret without telling it.
var secretWords = []string{
	"auth", "cookie", "secret", "token", "password", "passwd", "passphrase", "credential", "session", "jwt",
	"apikey", "accesskey", "privatekey", "subscriptionkey", "functionskey", "signingkey",
}

// LooksSecret says whether the name of a header or parameter tells that its value
// must not be kept.
func LooksSecret(name string) bool {
	plain := strings.NewReplacer("-", "", "_", "", ".", "", " ", "").Replace(strings.ToLower(name))
	return plain == "key" || plain == "pwd" || slices.ContainsFunc(secretWords, func(word string) bool { return strings.Contains(plain, word) })
}

// WithoutSecrets is a copy of headers or parameters that hides the values of
// those that may be secrets. Names come in lower case where lower says so, as the
// real service's events have those of headers (help article "Create triggers to
// filter events by webhook").
func WithoutSecrets(values map[string][]string, lower bool) map[string][]string {
	kept := make(map[string][]string, len(values))
	for name, list := range values {
		shown := make([]string, len(list))
		for n, value := range list {
			if LooksSecret(name) {
				value = Redacted
			}
			shown[n] = strings.ToValidUTF8(value, "?")
		}
		name = strings.ToValidUTF8(name, "?")
		if lower {
			name = strings.ToLower(name)
		}
		kept[name] = append(kept[name], shown...)
	}
	return kept
}
