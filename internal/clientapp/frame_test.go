package clientapp_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/mockcloud/mockcloud/internal/clientapp"
)

var about = clientapp.Context{
	Origin: "http://127.0.0.1:8080", Environment: "mypurecloud.com", Language: "pt-br", Theme: "dark", Conversation: "c1", PopUp: true,
}

func frameOf(url string) (*clientapp.Frame, error) {
	a := &clientapp.App{Settings: clientapp.Settings{URL: url}}
	return a.Frame(about)
}

// The placeholders of the product, each in its older and its newer spelling.
//
// Guess: the names for the theme; what no name stands for stays as it is.
func TestThePlaceholdersOfAnAddress(t *testing.T) {
	t.Parallel()
	tests := []struct {
		url, want string
		unknown   []string
	}{
		{"https://a.test/", "https://a.test/", nil},
		{" https://a.test/ ", "https://a.test/", nil},
		{"https://a.test/?e={{pcEnvironment}}&l={{pcLangTag}}&c={{pcConversationId}}", "https://a.test/?e=mypurecloud.com&l=pt-br&c=c1", nil},
		{"https://a.test/?o={{gcHostOrigin}}&t={{gcTargetEnv}}&l={{gcLangTag}}&c={{gcConversationId}}&p={{gcUsePopupAuth}}", "https://a.test/?o=http%3A%2F%2F127.0.0.1%3A8080&t=prod&l=pt-br&c=c1&p=true", nil},
		{"https://a.test/?t={{gcTheme}}{{ pcTheme }}#{{gcLangTag}}", "https://a.test/?t=darkdark#pt-br", nil},
		{"https://{{pcEnvironment}}/", "https://mypurecloud.com/", nil},
		{"https://a.test/?l={{langTag}}&x={{langTag}}&y={{GCLANGTAG}}", "https://a.test/?l={{langTag}}&x={{langTag}}&y={{GCLANGTAG}}", []string{"{{langTag}}", "{{GCLANGTAG}}"}},
		{"https://a.test/?a=%20&b={c}&d={{}}", "https://a.test/?a=%20&b={c}&d={{}}", nil},
	}
	for _, tt := range tests {
		f, err := frameOf(tt.url)
		if err != nil {
			t.Errorf("%s: %v", tt.url, err)
			continue
		}
		if f.URL != tt.want || !slices.Equal(f.Unknown, tt.unknown) {
			t.Errorf("%s: %s %q\nwant %s %q", tt.url, f.URL, f.Unknown, tt.want, tt.unknown)
		}
	}
	inFrame := about
	inFrame.PopUp = false
	a := &clientapp.App{Settings: clientapp.Settings{URL: "https://a.test/?p={{gcUsePopupAuth}}"}}
	if f, err := a.Frame(inFrame); err != nil || f.URL != "https://a.test/?p=false" {
		t.Errorf("in the frame: %+v %v", f, err)
	}
}

// What a page may put into its policy and into a frame, and nothing else.
func TestWhereAnApplicationCanBe(t *testing.T) {
	t.Parallel()
	tests := []struct {
		url, origin, source string
		err                 error
	}{
		{"http://localhost:3000/a?b#c", "http://localhost:3000", "http://localhost:3000", nil},
		{"https://App_1.example.test", "https://App_1.example.test", "https://App_1.example.test", nil},
		{"http://[::1]:3000/", "http://[::1]:3000", "http:", nil},
		{"", "", "", clientapp.ErrNoURL},
		{"  ", "", "", clientapp.ErrNoURL},
		{"/app", "", "", clientapp.ErrBadURL},
		{"app.example.test", "", "", clientapp.ErrBadURL},
		{"javascript:alert(1)//https://a.test", "", "", clientapp.ErrBadURL},
		{"data:text/html,x", "", "", clientapp.ErrBadURL},
		{"ftp://a.test/", "", "", clientapp.ErrBadURL},
		{"https://", "", "", clientapp.ErrBadURL},
		{"https:///a", "", "", clientapp.ErrBadURL},
		{"https://ada:word@a.test/", "", "", clientapp.ErrBadURL},
		{"https://a.test;script-src%20*/", "", "", clientapp.ErrBadURL},
		{"https://a.test,b.test/", "", "", clientapp.ErrBadURL},
		{"https://*/", "", "", clientapp.ErrBadURL},
		{"https://a.test:port/", "", "", clientapp.ErrBadURL},
		{"https://a.test/\x00", "", "", clientapp.ErrBadURL},
		{"https://{{x}}/", "", "", clientapp.ErrBadURL},
	}
	for _, tt := range tests {
		f, err := frameOf(tt.url)
		if !errors.Is(err, tt.err) {
			t.Errorf("%q: %v, want %v", tt.url, err, tt.err)
		}
		if err == nil && (f.Origin != tt.origin || f.Source() != tt.source) {
			t.Errorf("%q: %s, %s", tt.url, f.Origin, f.Source())
		}
	}
}

// The product's page on installing client applications says what becomes of both:
// the sandbox is an attribute of the frame, and the permissions are its policy.
func TestTheAttributesOfAFrame(t *testing.T) {
	t.Parallel()
	a := &clientapp.App{Settings: clientapp.Settings{URL: "https://a.test/", Sandbox: " allow-scripts, allow-forms,,allow-forms ", Permissions: "camera , microphone"}}
	f, err := a.Frame(about)
	if err != nil || f.Sandbox != "allow-scripts allow-forms" || f.Allow != "camera; microphone" {
		t.Errorf("%+v %v", f, err)
	}
}

// FuzzFrame: whatever an address holds, what goes into the policy of the page is
// one source.
func FuzzFrame(f *testing.F) {
	for _, seed := range []string{"https://a.test/?x={{gcLangTag}}", "http://[::1]:1/", "https://a;b/", "{{}}", "https://\u00e4.test"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, url string) {
		got, err := frameOf(url)
		if err != nil {
			return
		}
		for _, sign := range got.Source() {
			if sign <= ' ' || sign == ';' || sign == ',' || sign == '\'' || sign > '~' {
				t.Errorf("%q has the source %q", url, got.Source())
			}
		}
	})
}
