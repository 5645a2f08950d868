package outbound

import (
	"regexp"
	"strings"
	"testing"
)

func TestPatternsMatchWhatIsCalled(t *testing.T) {
	t.Parallel()
	tests := []struct {
		pattern, target string
		want            bool
	}{
		{"https://crm.test/a", "https://crm.test/a", true},
		{"https://crm.test/a", "https://crm.test/a/", false},
		{"https://crm.test/a", "https://crm.test/ab", false},
		{"https://crm.test/a", "https://crm.test/A", false},
		{"https://crm.test/a", "http://crm.test/a", false},
		{"HTTPS://CRM.test/a", "https://crm.TEST/a", true},
		{"https://crm.test", "https://CRM.test", true},
		{"https://crm.test?A=*", "https://CRM.test?A=1", true},
		{"https://crm.test:443/a", "https://crm.test/a", false},

		{"https://crm.test/*", "https://crm.test/", true},
		{"https://crm.test/*", "https://crm.test/a/b/c", true},
		{"https://crm.test/*", "https://crm.test.evil/a", false},
		{"https://*.test/*", "https://crm.test/a", true},
		{"https://*/customers/*/orders", "https://crm.test/v1/customers/7/orders", true},
		{"https://*/customers/*/orders", "https://crm.test/v1/customers/orders", false},
		{"https://crm.test/*a*a", "https://crm.test/aba", true},
		{"https://crm.test/*a*a", "https://crm.test/a", false},
		{"https://crm.test/**", "https://crm.test/x", true},
		{"*", "https://crm.test/x", true},
		{"*", "", true},
		{"https://crm.test/.*", "https://crm.test/x", false},

		// The query.
		{"https://crm.test/a", "https://crm.test/a?b=1&c=2", true},
		{"https://crm.test/*", "https://crm.test/a?b=/x", true},
		{"https://crm.test/a*b", "https://crm.test/a?b", false},
		{"https://crm.test/a?b=1", "https://crm.test/a?b=1", true},
		{"https://crm.test/a?b=1", "https://crm.test/a?b=1&c=2", false},
		{"https://crm.test/a?*b=1*", "https://crm.test/a?a=0&b=1&c=2", true},
		{"https://crm.test/a?", "https://crm.test/a", false},
		{"https://crm.test/a?b", "https://crm.test/axb", false},
		{"https://crm.test/a", "https://crm.test/a#part", true},
		{"https://crm.test/a?b=1", "https://crm.test/a?b=1#part", true},

		// What is no URL.
		{"/api/v2/users/*", "/api/v2/users/7?expand=a", true},
		{"/api/v2/users/*", "https://crm.test/api/v2/users/7", false},
		{"*/api/v2/users/*", "/api/v2/users/7", false},
		{"*", "/api/v2/users/7", false},
		{"/*", "/api/v2/users/7", true},
		{"/*", "https://crm.test/", false},
		{"arn:aws:lambda:eu-west-1:123456789012:function:lookup", "arn:aws:lambda:eu-west-1:123456789012:function:lookup", true},
		{"arn:aws:lambda:*:function:lookup", "arn:aws:lambda:eu-west-1:123456789012:function:lookup", true},
		{"arn:aws:lambda:*:function:lookup", "arn:aws:lambda:eu-west-1:123456789012:function:lookup2", false},
		{"arn:aws:lambda:*", "ARN:aws:lambda:x", false},
	}
	for _, tt := range tests {
		if got := matches(tt.pattern, tt.target); got != tt.want {
			t.Errorf("%q matches %q: %t", tt.pattern, tt.target, got)
		}
	}
}

func TestBodiesContainWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	tests := []struct {
		contains, text string // of the match
		body           string
		want           bool
	}{
		{`{}`, "", `{}`, true},
		{`{}`, "", `{"a":1}`, true},
		{`{}`, "", ``, false},
		{`{}`, "", `[]`, false},
		{`{}`, "", `{} x`, false},
		{`{"a":1}`, "", `{"b":2, "a": 1}`, true},
		{`{"a":1}`, "", `{"a":2}`, false},
		{`{"a":1}`, "", `{"a":"1"}`, false},
		{`{"a":1}`, "", `{"a":1.0}`, true},
		{`{"a":1e2}`, "", `{"a":100}`, true},
		{`{"a":1e999999999}`, "", `{"a":2e999999999}`, false},
		{`{"a":9007199254740993}`, "", `{"a":9007199254740992}`, false},
		{`{"a":null}`, "", `{"a":null}`, true},
		{`{"a":null}`, "", `{}`, false},
		{`{"a":true}`, "", `{"a":false}`, false},
		{`{"a":{"b":{"c":"x"}}}`, "", `{"a":{"b":{"c":"x","d":1},"e":2}}`, true},
		{`{"a":{"b":{"c":"x"}}}`, "", `{"a":{"b":"x"}}`, false},
		{`{"a":[1,{"b":2}]}`, "", `{"a":[1,{"b":2,"c":3}]}`, true},
		{`{"a":[1]}`, "", `{"a":[1,2]}`, false},
		{`{"a":[2,1]}`, "", `{"a":[1,2]}`, false},
		{`{"a":[]}`, "", `{"a":{}}`, false},
		{"", "order=7", "id=1&order=7", true},
		{"", "order=7", "id=1&Order=7", false},
		{`{"a":1}`, `"b": 2`, `{"a":1,"b": 2}`, true},
		{`{"a":1}`, `"b": 2`, `{"a":1}`, false},
	}
	for _, tt := range tests {
		body := &calledBody{text: []byte(tt.body)}
		for range 2 {
			if got := body.has(&BodyMatch{Contains: tt.contains, ContainsText: tt.text}); got != tt.want {
				t.Errorf("%s has %s %q: %t", tt.body, tt.contains, tt.text, got)
			}
		}
	}
	if !(&calledBody{}).has(nil) {
		t.Error("any body is not")
	}
}

// FuzzStubPattern compares with a regular expression that means the same.
func FuzzStubPattern(f *testing.F) {
	f.Add("https://*.test/*?a=*", "https://crm.test/x?a=1#b")
	f.Add("/api/*", "/api/v2")
	f.Add("*a*ab*", "aaab")
	f.Add("HTTP://A?*", "http://a?")
	f.Fuzz(func(t *testing.T, pattern, target string) {
		stub := Stub{ID: "x", URL: pattern}
		if stub.Check() != nil {
			return
		}
		got := matches(pattern, target)
		if strings.HasPrefix(pattern, "/") != strings.HasPrefix(target, "/") {
			if got {
				t.Errorf("%q matches %q", pattern, target)
			}
			return
		}
		target, _, _ = strings.Cut(target, "#")
		if !strings.Contains(pattern, "?") {
			target, _, _ = strings.Cut(target, "?")
		}
		pieces := strings.Split(lowerHost(pattern), "*")
		for i, piece := range pieces {
			pieces[i] = regexp.QuoteMeta(piece)
		}
		want := regexp.MustCompile(`\A(?s:` + strings.Join(pieces, `.*`) + `)\z`).MatchString(lowerHost(target))
		if got != want {
			t.Errorf("%q matches %q: %t", pattern, target, got)
		}
	})
}
