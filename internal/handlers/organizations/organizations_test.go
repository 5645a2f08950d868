package organizations_test

import (
	"net/http"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// Any token may read its organization; Terraform dereferences
// defaultCountryCode unguarded (facts terraform.md §1).
func TestAnyTokenReadsItsOrganization(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	for name, as := range map[string]*mocktest.Client{"client": srv.As(t), "user": srv.AsUser(t, "agent2@mockcloud.test")} {
		got := as.Get(t, "/api/v2/organizations/me")
		if got.Status != http.StatusOK || got.Str(t, "name") != "Mockcloud" || got.Str(t, "thirdPartyOrgName") != "mockcloud" ||
			got.Str(t, "defaultCountryCode") != "US" || got.Str(t, "state") != "active" {
			t.Errorf("%s: %d %s", name, got.Status, got.Body)
		}
	}
}
