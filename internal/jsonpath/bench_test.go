package jsonpath_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/jsonpath"
)

// ten are paths as translation maps have them.
var ten = []string{
	"$.pageCount",
	"$.entities[0].id",
	"$.entities[*].user.presence.presenceDefinition.systemPresence",
	"$.entities[?(@.joined == true)].name",
	"$.entities[*]['id','name']",
	"$..systemPresence",
	"$.entities[-1].user.email",
	"$.entities[?(@.memberBy =~ /GROUP.*/i && @.ringNumber < 3)].id",
	"$.entities.length()",
	".total",
}

// members is an answer of the queue member resource with n members, each of
// about 400 bytes.
func members(n int) []byte {
	var b strings.Builder
	b.WriteString(`{"entities":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":"3f6f5f62-0a55-4a4a-9a59-%012d","name":"Agent %d","joined":%t,"memberBy":"group","ringNumber":%d,`+
			`"user":{"id":"7c2d6f0e-1b1e-4a44-9a59-%012d","email":"agent%d@example.test","presence":{"presenceDefinition":`+
			`{"id":"6a3af858-942f-489d-9700-5f9bcdcdae9b","systemPresence":"AVAILABLE"},"modifiedDate":"2026-01-02T03:04:05.678Z"}},`+
			`"selfUri":"/api/v2/routing/queues/members/%d"}`, i, i, i%2 == 0, i%5, i, i, i)
	}
	fmt.Fprintf(&b, `],"pageSize":25,"pageNumber":1,"pageCount":1,"total":%d}`, n)
	return []byte(b.String())
}

func compileAll(tb testing.TB, paths []string) []*jsonpath.Path {
	tb.Helper()
	compiled := make([]*jsonpath.Path, len(paths))
	for i, path := range paths {
		compiled[i] = compile(tb, path)
	}
	return compiled
}

func BenchmarkMapOfTen(b *testing.B) {
	paths, doc := compileAll(b, ten), parse(b, string(members(25)))
	b.ReportAllocs()
	for b.Loop() {
		for _, path := range paths {
			if _, _, err := path.Find(doc); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkParse(b *testing.B) {
	for _, n := range []int{25, 5000} {
		doc := members(n)
		b.Run(fmt.Sprintf("%d_kB", len(doc)/1000), func(b *testing.B) {
			b.SetBytes(int64(len(doc)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := jsonpath.Parse(doc); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		for _, path := range ten {
			if _, err := jsonpath.Compile(path); err != nil {
				b.Fatal(err)
			}
		}
	}
}
