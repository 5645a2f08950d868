package server

import "testing"

func TestWhatLooksOnAndTheConsoleItselfAreNotRecorded(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]bool{
		"/api/v2/users/me": true, "/api/v2/": true, "/oauth/token": true, "/token": true, "/oauth/authorize": true, "/login": true, "/saml": true,
		"/_mockcloud/reset": true, "/_mockcloud/token": true, "/_mockcloud/explain/x": true, "/_mockcloud/requestsx": true, "/administrators": true, "/favicon.ico": true,
		"/_mockcloud/requests": false, "/_mockcloud/requests/7": false, "/_mockcloud/requests/stream": false, "/_mockcloud/health": false, "/_mockcloud/metrics": false,
		"/oauth/assets/pages.css": false, "/": false, "/admin": false, "/admin/oauth": false, "/tools/inspector": false, "/signin": false, "/signin/callback": false, "/console/assets/x.css": false,
	} {
		if got := recorded(path); got != want {
			t.Errorf("%s: %v", path, got)
		}
	}
}
