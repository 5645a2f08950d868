package mocktest_test

import (
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/mocktest"
)

// The README's Go code.
func TestMyIntegration(t *testing.T) {
	srv := mocktest.Start(t, mocktest.Options{}) // a port and a state of its own, gone with the test

	// Point the code under test at srv.URL with a token that may do exactly this:
	c := srv.As(t, "oauth:client:view")
	if got := c.Get(t, "/api/v2/oauth/clients"); got.Status != 200 {
		t.Errorf("status = %d\n%s", got.Status, got.Body)
	}

	srv.Clock.Advance(25 * time.Hour) // every token has expired
	if got := c.Get(t, "/api/v2/oauth/clients"); got.Status != 401 {
		t.Errorf("status = %d", got.Status)
	}
}
