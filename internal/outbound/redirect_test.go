package outbound_test

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/outbound"
)

// redirects answers /r?status=&to= with a redirect and everything else with
// what it was asked.
func redirects(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/r" {
		status, _ := strconv.Atoi(r.URL.Query().Get("status"))
		if to := r.URL.Query().Get("to"); to != "" {
			w.Header().Set("Location", to)
		}
		w.WriteHeader(status)
		return
	}
	if r.URL.Path == "/loop" {
		http.Redirect(w, r, "/loop", http.StatusFound)
		return
	}
	if n, ok := strings.CutPrefix(r.URL.Path, "/hops/"); ok && n != "0" {
		hops, _ := strconv.Atoi(n)
		http.Redirect(w, r, "/hops/"+strconv.Itoa(hops-1), http.StatusFound)
		return
	}
	body, _ := io.ReadAll(r.Body)
	_, _ = fmt.Fprintf(w, "%s %s %s key=%s auth=%s type=%s accept=%s", r.Method, r.URL.RequestURI(), body,
		r.Header.Get("X-Api-Key"), r.Header.Get("Authorization"), r.Header.Get("Content-Type"), r.Header.Get("Accept"))
}

// Guess: whether data actions follow redirects is not documented. Five that keep
// the scheme are what an HTTP client of the platform's kind would follow.
func TestRedirectsAreFollowedWithinLimits(t *testing.T) {
	t.Parallel()
	first, second := serve(t, redirects), serve(t, redirects)
	const all, public = " key=k auth=a type=t accept=c", " key= auth= type=t accept=c"
	tests := []struct {
		name   string
		method string
		path   string
		want   string // "" for an error
		says   string
	}{
		{"to a path", "GET", "/r?status=302&to=/x?y%23z", "GET /x?y " + all, ""},
		{"relative", "GET", "/r?status=301&to=x", "GET /x " + all, ""},
		{"PUT becomes GET", "PUT", "/r?status=302&to=/x", "GET /x  key=k auth=a type= accept=c", ""},
		{"POST becomes GET", "POST", "/r?status=303&to=/x", "GET /x  key=k auth=a type= accept=c", ""},
		{"307 keeps POST and body", "POST", "/r?status=307&to=/x", "POST /x body" + all, ""},
		{"308 keeps DELETE and body", "DELETE", "/r?status=308&to=/x", "DELETE /x body" + all, ""},
		{"credentials stay here", "GET", "/r?status=302&to=" + second.URL + "/x", "GET /x " + public, ""},
		{"also with a body", "POST", "/r?status=307&to=" + second.URL + "/x", "POST /x body" + public, ""},
		{"without a scheme", "GET", "/r?status=302&to=" + strings.TrimPrefix(second.URL, "http:") + "/x", "GET /x " + public, ""},
		{"without a location", "GET", "/r?status=302", "", ""},
		{"of another kind", "GET", "/r?status=300&to=/x", "", ""},
		{"five", "GET", "/hops/5", "GET /hops/0 " + all, ""},
		{"six", "GET", "/hops/6", "", "more than 5 redirects"},
		{"a loop", "GET", "/loop", "", "more than 5 redirects"},
		{"to another scheme", "GET", "/r?status=302&to=" + strings.Replace(second.URL, "http:", "https:", 1), "", "from http to https"},
		{"to a file", "GET", "/r?status=302&to=file:///etc/" + secret, "", "absolute"},
		{"with a password", "GET", "/r?status=302&to=http://me:" + secret + "@127.0.0.1/", "", "user name"},
		{"to no URL", "GET", "/r?status=302&to=http://[" + secret, "", "no URL"},
		{"to another machine", "GET", "/r?status=302&to=http://203.0.113.7/" + secret, "", "203.0.113.7"},
		{"to a name of another machine", "GET", "/r?status=302&to=http://foreign.test/" + secret, "", "foreign.test"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newClient(t, outbound.Loopback, outbound.Options{Lookup: names(map[string][]string{"foreign.test": {"203.0.113.7"}})})
			request := outbound.Request{Method: tt.method, URL: first.URL + tt.path, Header: http.Header{
				"X-Api-Key": {"k"}, "Authorization": {"a"}, "Content-Type": {"t"}, "Accept": {"c"},
			}}
			if tt.method != http.MethodGet {
				request.Body = []byte("body")
			}
			got, err := c.Do(t.Context(), request)
			if tt.says != "" {
				_, refused := errors.AsType[*outbound.RefusedError](err)
				_, transport := errors.AsType[*outbound.TransportError](err)
				if (!refused && !transport) || !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), secret) {
					t.Errorf("error %v, want %q", err, tt.says)
				}
				return
			}
			if err != nil || string(got.Body) != tt.want {
				t.Errorf("%v, got\n%s, want\n%s", err, got.Body, tt.want)
			}
		})
	}
}

func TestRedirectsDoNotLeaveTLS(t *testing.T) {
	t.Parallel()
	srv := httptest.NewTLSServer(http.HandlerFunc(redirects))
	t.Cleanup(srv.Close)
	plain := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("it was called") })
	roots := x509.NewCertPool()
	roots.AddCert(srv.Certificate())
	c := newClient(t, outbound.Loopback, outbound.Options{RootCAs: roots})
	if got, err := get(t, c, srv.URL+"/r?status=302&to=/x"); err != nil || !strings.HasPrefix(string(got.Body), "GET /x") {
		t.Errorf("%v", err)
	}
	_, err := get(t, c, srv.URL+"/r?status=302&to="+plain.URL)
	if _, ok := errors.AsType[*outbound.TransportError](err); !ok || !strings.Contains(err.Error(), "from https to http") {
		t.Errorf("error %v", err)
	}
}
