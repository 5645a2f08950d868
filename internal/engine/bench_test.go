package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

const organizations = "/api/v2/externalcontacts/organizations"

// filled starts a server with n external organizations.
func filled(b *testing.B, n int) *mocktest.Client {
	b.Helper()
	admin := mocktest.Start(b, mocktest.Options{}).Admin(b)
	const chunk = 1000
	for from := 0; from < n; from += chunk {
		entities := make([]string, min(chunk, n-from))
		for i := range entities {
			entities[i] = fmt.Sprintf(`{"name":"Organization %06d","industry":"%d"}`, from+i, (from+i)%100)
		}
		got := admin.Post(b, "/api/v2/externalcontacts/bulk/organizations/add", `{"entities":[`+strings.Join(entities, ",")+`]}`)
		if got.Status != 200 || got.Str(b, "errorCount") != "0" {
			b.Fatalf("%d %s", got.Status, got.Body)
		}
	}
	return admin
}

// BenchmarkListings reads pages of a small and of a large collection. First pages
// and cursors should cost the same in both; a filter by the beginning of a name
// costs what it finds, others look at everything.
func BenchmarkListings(b *testing.B) {
	for _, n := range []int{1_000, 200_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			admin := filled(b, n)
			cursor := admin.Get(b, "/api/v2/externalcontacts/scan/organizations?limit=25").Str(b, "cursors.after")
			for _, page := range []struct{ name, path string }{
				{"first", organizations + "?pageSize=25"},
				{"last", fmt.Sprintf("%s?pageSize=25&pageNumber=%d", organizations, n/25)},
				{"cursor", "/api/v2/externalcontacts/scan/organizations?limit=25&cursor=" + cursor},
				{"text", organizations + "?pageSize=25&q=000999"},
			} {
				b.Run(page.name, func(b *testing.B) {
					for b.Loop() {
						if got := admin.Get(b, page.path); got.Status != 200 {
							b.Fatalf("%d %s", got.Status, got.Body)
						}
					}
				})
			}
		})
	}
}
