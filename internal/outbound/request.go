package outbound

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// methods are those that can be sent, and those that a stub can answer.
var methods = []string{
	http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut,
	http.MethodPatch, http.MethodDelete, http.MethodOptions,
}

// call is a request on its way from one redirect to the next.
type call struct {
	method string
	url    *url.URL
	header http.Header
	body   []byte
}

// newCall checks everything that can be checked without calling anybody.
func newCall(r Request) (*call, error) {
	method := strings.ToUpper(r.Method)
	if method == "" {
		method = http.MethodGet
	}
	if !slices.Contains(methods, method) {
		return nil, &InvalidError{"method", "must be one of " + strings.Join(methods, ", ")}
	}
	u, reason := parseURL(r.URL)
	if reason != "" {
		return nil, &InvalidError{"URL", reason}
	}
	header, err := sendable(r.Header)
	if err != nil {
		return nil, err
	}
	return &call{method, u, header, r.Body}, nil
}

// parseURL returns the URL, or says why it is none that can be called. The
// reasons show nothing of it: whoever reads them may not see what templates put
// into it.
func parseURL(text string) (u *url.URL, reason string) {
	if len(text) > maxURL {
		return nil, "is longer than " + strconv.Itoa(maxURL) + " bytes"
	}
	if text == "" {
		return nil, "is empty"
	}
	for _, c := range []byte(text) {
		switch {
		case c < ' ', c == 0x7f:
			return nil, "holds a control character or a line break; escape values with $esc.url"
		case c == ' ':
			return nil, "holds a blank; escape values with $esc.url"
		}
	}
	u, err := url.Parse(escape(text))
	if err != nil {
		return nil, "cannot be read as a URL"
	}
	port, err := strconv.Atoi(u.Port())
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, "must be absolute and begin with https:// or http://"
	case u.Hostname() == "":
		return nil, "names no host"
	case u.User != nil:
		return nil, "holds a user name or password; send an Authorization header instead"
	case u.Port() != "" && (err != nil || port < 1 || port > 65535):
		return nil, "has a port that there is not"
	}
	u.Fragment, u.RawFragment = "", ""
	return u, ""
}

// escape escapes what URLs do not have behind their host: letters beyond ASCII
// and some signs. Where one is left, the library forgets how the rest of a path
// was escaped, so that a %2F would become a slash.
func escape(text string) string {
	_, after, _ := strings.Cut(text, "://")
	start := strings.IndexAny(after, "/?#")
	if start < 0 {
		return text
	}
	start += len(text) - len(after)
	var b strings.Builder
	b.WriteString(text[:start])
	for _, c := range []byte(text[start:]) {
		if c >= 0x80 || strings.IndexByte("\"<>\\^`{|}", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// connectionHeaders are the transport's own business. Accept-Encoding is among
// them because who asks for a compressed answer also has to read it.
var connectionHeaders = []string{
	"Accept-Encoding", "Connection", "Content-Length", "Expect", "Host", "Keep-Alive", "Proxy-Authorization", "Proxy-Connection",
	"Te", "Trailer", "Transfer-Encoding", "Upgrade", DepthHeader,
}

// sendable is a copy of h without what belongs to the connection.
func sendable(h http.Header) (http.Header, error) {
	out := make(http.Header, len(h)+2)
	for name, values := range h {
		if !IsToken(name) {
			return nil, &InvalidError{"header", "name " + strconv.Quote(shorten(name)) + " holds something else than letters, digits and hyphens"}
		}
		for _, value := range values {
			if !isHeaderValue(value) {
				return nil, &InvalidError{"header", name + " holds a control character or a line break"}
			}
		}
		key := http.CanonicalHeaderKey(name)
		if !slices.Contains(connectionHeaders, key) {
			out[key] = append(out[key], values...)
		}
	}
	if out.Get("User-Agent") == "" {
		out["User-Agent"] = []string{""} // otherwise the library would introduce itself
	}
	return out, nil
}

// IsToken says whether s may be the name of a header.
func IsToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(c rune) bool {
		return (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && !strings.ContainsRune("!#$%&'*+-.^_`|~", c)
	})
}

func isHeaderValue(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool { return (c < ' ' && c != '\t') || c == 0x7f })
}

func (c *call) request(ctx context.Context) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, c.method, c.url.String(), bytes.NewReader(c.body))
	if err == nil {
		r.Header = c.header
	}
	return r, err
}

// harmless are the headers that another host may see too. Which of the others
// hold a credential, such as an X-Api-Key, nobody can know.
var harmless = []string{"Accept", "Accept-Language", "Content-Encoding", "Content-Language", "Content-Type", "User-Agent"}

// redirected turns the call into the one that an answer redirects to, or says
// why it must not. A call that is to get this very answer gets nil.
func (c *call) redirected(status int, location string) (next *call, reason string) {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return nil, ""
	}
	if location == "" {
		return nil, ""
	}
	to, err := c.url.Parse(location)
	if err != nil {
		return nil, "it redirects to what is no URL"
	}
	if to, reason = parseURL(to.String()); reason != "" {
		return nil, "it redirects to a URL that " + reason
	}
	if to.Scheme != c.url.Scheme {
		return nil, "it redirects from " + c.url.Scheme + " to " + to.Scheme + ", which is not followed"
	}
	next = &call{c.method, to, c.header.Clone(), c.body}
	if !strings.EqualFold(to.Host, c.url.Host) {
		for name := range next.header {
			if !slices.Contains(harmless, name) {
				delete(next.header, name)
			}
		}
	}
	keeps := status == http.StatusTemporaryRedirect || status == http.StatusPermanentRedirect
	if !keeps && c.method != http.MethodGet && c.method != http.MethodHead {
		next.method, next.body = http.MethodGet, nil
		for _, name := range []string{"Content-Type", "Content-Encoding", "Content-Language"} {
			next.header.Del(name)
		}
	}
	return next, ""
}
