package spec_test

import (
	"net/url"
	"testing"

	"github.com/mockcloud/mockcloud/internal/spec"
)

func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := spec.Load(); err != nil {
			b.Fatal(err)
		}
	}
}

// The cost of the first request of each kind.
func BenchmarkFirstUse(b *testing.B) {
	for _, id := range []string{"getOauthClient", "postOauthClients", "postUsers", "putVoicemailMessage"} {
		b.Run(id, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				c, err := spec.Load()
				if err != nil {
					b.Fatal(err)
				}
				o, _ := c.Operation(id)
				b.StartTimer()
				_, _ = o.Validate(&spec.Request{Body: []byte(`{"name":"bot"}`)})
			}
		})
	}
}

func BenchmarkValidate(b *testing.B) {
	tests := []struct {
		name, id, body string
		query          url.Values
	}{
		{"GET without parameters", "getOauthClient", "", nil},
		{"GET with a query", "getUsers", "", url.Values{"pageSize": {"100"}, "expand": {"presence,groups"}, "sortOrder": {"ASC"}}},
		{"POST client", "postOauthClients", clientBody, nil},
		{"POST client, refused", "postOauthClients", `{"name":"bot","roleDivisions":[{"roleId":1}]}`, nil},
	}
	c, err := spec.Load()
	if err != nil {
		b.Fatal(err)
	}
	for _, tt := range tests {
		b.Run(tt.name, func(b *testing.B) {
			o, _ := c.Operation(tt.id)
			r := &spec.Request{Query: tt.query, Body: []byte(tt.body), ContentType: "application/json; charset=UTF-8"}
			b.ReportAllocs()
			for b.Loop() {
				_, _ = o.Validate(r)
			}
		})
	}
}

const clientBody = `{"name":"bot","description":"nightly jobs","authorizedGrantType":"CLIENT-CREDENTIALS",
"accessTokenValiditySeconds":86400,"state":"active","roleDivisions":[
{"roleId":"0c2f1c80-1111-4f6a-9f0e-000000000001","divisionId":"*"},
{"roleId":"0c2f1c80-1111-4f6a-9f0e-000000000002","divisionId":"9d1d5c7e-2222-4f6a-9f0e-000000000003"}]}`
