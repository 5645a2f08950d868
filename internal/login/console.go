package login

import (
	"net/http"
	"net/url"
	"time"

	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// The console signs people in as any application does: it sends them to the
// authorize endpoint and trades the code that comes back. Its client is
// mockcloud's own, which is in no list, proves itself by PKCE alone and follows the
// name that the browser calls the server by (decisions.md 38).

// ConsoleURL is where the browser finds the console, without a slash at the end:
// the origin of the request, and what a gateway has put before the path. It is ""
// where that name may be somebody else's; nobody can be signed in there.
func (l *Login) ConsoleURL(r *http.Request) string {
	if !l.TrustedHost(r.Host) {
		return ""
	}
	origin := l.base(r)
	// No browser sends a host that only begins like this server's name, or ends so.
	if u, err := url.Parse(origin); err != nil || u.Host == "" || u.Host != r.Host {
		return ""
	}
	return origin + prefix(r)
}

// afterLogout says whether a logout may lead to the URI: to what the client has
// registered, or for mockcloud's own to the console's first page.
func (own ownAddresses) afterLogout(client *identity.Client, uri string) bool {
	if client.IsBuiltin() {
		return own.console != "" && uri == own.console+"/"
	}
	return own.registered(client, uri)
}

// findApplication is findClient for the ways on which the console signs people in,
// too.
func findApplication(tx *store.Tx, clientID string, now time.Time) (client *identity.Client, org string, err error) {
	if clientID == identity.BuiltinID {
		return identity.Builtin(), "", nil
	}
	return findClient(tx, clientID, now)
}

// leaves says whether answering the request leads to somebody else's page; r is
// nil where somebody signs in without an application.
func (r *authorizeRequest) leaves() bool { return r != nil && r.client != nil && !r.client.IsBuiltin() }
