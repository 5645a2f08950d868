package jsonpath_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/jsonpath"
)

func compile(tb testing.TB, path string) *jsonpath.Path {
	tb.Helper()
	p, err := jsonpath.Compile(path)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

func parse(tb testing.TB, doc string) *jsonpath.Value {
	tb.Helper()
	v, err := jsonpath.Parse([]byte(doc))
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

// notFound stands for a path that finds nothing in the tables of these tests.
const notFound = "not found"

func find(tb testing.TB, path, doc string) string {
	tb.Helper()
	v, found, err := compile(tb, path).Find(parse(tb, doc))
	if err != nil {
		tb.Fatal(err)
	}
	if !found {
		return notFound
	}
	return v.String()
}

// example is what a path finds in a document. The rule is the test's name.
type example struct{ rule, path, doc, want string }

func run(t *testing.T, examples []example) {
	t.Helper()
	for _, tt := range examples {
		t.Run(tt.rule, func(t *testing.T) {
			t.Parallel()
			if got := find(t, tt.path, tt.doc); got != tt.want {
				t.Errorf("%s on %s = %s, want %s", tt.path, tt.doc, got, tt.want)
			}
		})
	}
}

// All of these hold in versions 2.0 to 2.9, checked against 2.0, unless they
// say otherwise.
func TestStepsFindWhatTheyFindInJayway(t *testing.T) {
	t.Parallel()
	run(t, []example{
		{"the root alone is the document", `$`, `{"a": [1, 2.50]}`, `{"a":[1,2.50]}`},
		{"a scalar is a document too", `$`, `3`, `3`},
		{"names with dots", `$.a.b`, `{"a":{"b":1}}`, `1`},
		{"a name in single quotes", `$['a']['b']`, `{"a":{"b":1}}`, `1`},
		{"a name in double quotes (since 2.1)", `$["a"]`, `{"a":1}`, `1`},
		{"a dot before a bracket", `$.['a'].[1]`, `{"a":[1,2]}`, `2`},
		{"quotes keep dots and blanks", `$['a.b c']`, `{"a.b c":1}`, `1`},
		{"a backslash keeps a quote (since 2.1)", `$['it\'s']`, `{"it's":1}`, `1`},
		{"escapes in quotes are Java's", `$['\u0061\t\ud83d\ude00']`, `{"a\t😀":1}`, `1`},
		{"names need no quotes for most characters", `$.a-b:c`, `{"a-b:c":1}`, `1`},
		{"letters beyond ASCII", `$.größe`, `{"größe":1}`, `1`},
		{"blanks around the path", ` $.a `, `{"a":1}`, `1`},
		{"blanks in brackets (since 2.1)", `$[ 'a' ][ 0 ][ * ]`, `{"a":[[1]]}`, `[1]`},
		{"an index", `$[1]`, `[1,2]`, `2`},
		{"an index from the end (since 2.1)", `$[-1]`, `[1,2]`, `2`},
		{"a wildcard over an array", `$[*]`, `[1,[2]]`, `[1,[2]]`},
		{"a wildcard over an object", `$.*`, `{"a":1,"b":{"c":2}}`, `[1,{"c":2}]`},
		{"a wildcard over a scalar", `$.a[*].b`, `{"a":3}`, `[]`},
		{"names behind a wildcard pass over what lacks them", `$[*].a`, `[{"a":1},{"b":2},3,null,{"a":4}]`, `[1,4]`},
		{"a slice between", `$[1:3]`, `[1,2,3,4]`, `[2,3]`},
		{"a slice to", `$[:2]`, `[1,2,3,4]`, `[1,2]`},
		{"a slice from", `$[2:]`, `[1,2,3,4]`, `[3,4]`},
		{"a slice of the last", `$[-2:]`, `[1,2,3,4]`, `[3,4]`},
		{"a slice longer than the array", `$[-9:]`, `[1,2]`, `[1,2]`},
		{"a slice without the last", `$[:-1]`, `[1,2,3]`, `[1,2]`},
		{"a slice beyond the array", `$[5:]`, `[1]`, `[]`},
		{"a slice between does not count its end from the end", `$[1:-1]`, `[1,2,3]`, `[]`},
		{"a slice between steps from negative to positive places (since 2.1)", `$[-2:1]`, `[1,2,3]`, `[2,3,1]`},
		{"a slice has no step", `$[1:3:1]`, `[1,2,3,4]`, `[2,3]`},
		{"a union of indexes", `$[0,2]`, `[1,2,3]`, `[1,3]`},
		{"a union of indexes passes over those out of range (since 2.1)", `$[0,5]`, `[1]`, `[1]`},
		{"a union of names is an object of those present", `$['a','b','c']`, `{"c":3,"a":1}`, `{"a":1,"c":3}`},
		{"a union of names with none present", `$['a','b']`, `{}`, `{}`},
		{"a union of names behind a wildcard is a list of objects", `$[*]['a','b']`, `[{"a":1},3,{"c":1}]`, `[{"a":1},{}]`},
		{"a union of names before more is a list (since 2.1)", `$['a','b'].c`, `{"a":{"c":1},"b":{"c":2}}`, `[1,2]`},
		{"a deep scan for a name", `$..a`, `{"a":[{"a":1}],"c":{"a":2}}`, `[[{"a":1}],1,2]`},
		{"a deep scan for everything", `$..*`, `{"a":[1,{"b":2}],"c":3}`, `[[1,{"b":2}],3,1,{"b":2},2]`},
		{"a deep scan for an index", `$..[0]`, `[[1,2],{"a":[3]}]`, `[[1,2],1,3]`},
		{"a deep scan for names wants objects that have them all", `$..['a','b']`, `{"a":1,"x":{"b":1,"a":2}}`, `[{"a":2,"b":1}]`},
		{"a deep scan in a deep scan", `$..a..b`, `{"a":{"b":1,"a":{"b":2}}}`, `[1,2,2]`},
		{"a path without $ gets it", `a.b`, `{"a":{"b":1}}`, `1`},
		{"a path that starts with a dot becomes a deep scan", `.total`, `{"total":3}`, `[3]`},
		{"a path that starts with a bracket", `[0]`, `[7]`, `7`},
		{"a path may start with @", `@.a`, `{"a":1}`, `1`},
	})
}

func TestWhatIsMissingIsNotFoundOnlyBeforeTheFirstIndefiniteStep(t *testing.T) {
	t.Parallel()
	run(t, []example{
		{"a name at the end", `$.a`, `{}`, notFound},
		{"a name before more", `$.a.b`, `{}`, notFound},
		{"null is found", `$.a`, `{"a":null}`, `null`},
		{"a name in null", `$.a.b`, `{"a":null}`, notFound},
		{"a name in a scalar", `$.a.b`, `{"a":3}`, notFound},
		{"a name in an array", `$.a.b`, `{"a":[]}`, notFound},
		{"an index out of range", `$[1]`, `[1]`, notFound},
		{"an index out of range from the end", `$[-2]`, `[1]`, notFound},
		{"an index of an object", `$[0]`, `{"0":1}`, notFound},
		{"a union of names in an array", `$['a','b']`, `[]`, notFound},
		// 2.0 found [] in the next five.
		{"a name before a wildcard", `$.entities[*].x`, `{}`, notFound},
		{"a name before a wildcard at the end", `$.entities[*]`, `{}`, notFound},
		{"a name before a slice", `$.a[1:]`, `{}`, notFound},
		{"a name before a filter", `$.a[?(@.x)]`, `{}`, notFound},
		{"a name before a deep scan", `$.a..x`, `{}`, notFound},
		{"a name that null lacks before a wildcard", `$.a.b[*]`, `{"a":null}`, notFound},
		{"a slice of an object", `$.a[0:2]`, `{"a":{}}`, notFound},
		{"a filter on a scalar", `$.a[?(@.x)]`, `{"a":3}`, notFound},
		{"a filter on null", `$.a[?(@.x)].b`, `{"a":null}`, notFound},
		{"nothing behind a wildcard", `$.entities[*].x`, `{"entities":[]}`, `[]`},
		{"nothing behind a filter", `$[?(@.a==1)].b.c`, `[{"a":1}]`, `[]`},
		{"nothing behind a slice", `$[0:1].b`, `[3]`, `[]`},
		{"nothing in a deep scan", `$..a`, `{"b":{}}`, `[]`},
		{"nothing in a deep scan of a scalar", `$..a`, `3`, `[]`},
		// By the code of later versions: an index out of range is just no result.
		{"an index out of range before a wildcard", `$[3][*]`, `[]`, `[]`},
	})
}

// 2.0 could not be asked: it forgot the index. Versions since 2.7 give the
// first of these and lose the results of the others, which their maintainers
// call a mistake.
func TestDeepScansKeepTheStepBehindThem(t *testing.T) {
	t.Parallel()
	run(t, []example{
		{"an index", `$..[1].x`, `[{"x":1},{"x":2}]`, `[2]`},
		{"indexes", `$..[0,1].x`, `[{"x":1},{"x":2},{"x":3}]`, `[1,2]`},
		{"a wildcard", `$..*.x`, `{"a":[{"x":1},{"x":2}],"b":{"x":3}}`, `[3,1,2]`},
		{
			"a filter", `$..data[?(@.metric=='oWaiting')].stats.count`,
			`{"results":[{"data":[{"metric":"oWaiting","stats":{"count":4}},{"metric":"other","stats":{"count":5}}]}]}`, `[4]`,
		},
		{"a filter of its own", `$..[?(@.x>1)].x`, `[{"x":1},{"x":2},{"y":{"x":3}}]`, `[2,3]`},
	})
}

// Guess: paths in use depend on this accident of the later versions.
func TestOneLastCharacterBehindAStepIsIgnored(t *testing.T) {
	t.Parallel()
	run(t, []example{
		{"a bracket too many", `$.a[0]]`, `{"a":[1]}`, `1`},
		{"an open bracket", `$.a[`, `{"a":1}`, `1`},
		{"a letter is a letter too few", `$['a']b`, `{"a":{"b":1}}`, `{"b":1}`},
		{"two letters are a name", `$['a']bc`, `{"a":{"bc":1}}`, `1`},
	})
}

func TestDefiniteTellsWhetherTheResultIsOneNode(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]bool{
		`$`: true, `$.a[0]['b']`: true, `$['a','b']`: true, `$[-1].a`: true, `$.a.length()`: true, `$..a.sum()`: true,
		`$.*`: false, `$[0,1]`: false, `$[0:1]`: false, `$..a`: false, `$['a','b'].c`: false, `$[?(@.a)]`: false,
		`$[*].length()`: false, `.a`: false,
	} {
		if got := compile(t, path).Definite(); got != want {
			t.Errorf("%s: definite = %t, want %t", path, got, want)
		}
	}
}

func TestARunawayEvaluationStopsWithAClearError(t *testing.T) {
	t.Parallel()
	wide := "[" + strings.Repeat(`[1,2,3],`, 200) + "[]]"
	deep := strings.Repeat("[", 900) + `"` + strings.Repeat("x", 100_000) + `"` + strings.Repeat("]", 900)
	long := `{"n":` + strings.Repeat("9", 200_000) + `,"s":"` + strings.Repeat("s", 200_000) + `","a":[` + strings.Repeat("1,", 5000) + `1]}`
	for _, tt := range []struct{ name, path, doc, want string }{
		{"deep scans of deep scans", `$..*..*..*..*..*`, deep, "looking at"},
		{"a filter in a filter", `$[?(@[?($[?($..*)])])]`, wide, "looking at"},
		{"a long result", `$..*`, deep, "longer than"},
		{"one item many times", `$.s[0,0]`, `{}`, ""},
		{"one long item many times", `$['s','s'].concat($.s` + strings.Repeat(",$.s", 400) + `)`, long, "looking at"},
		{"long texts in a list", `$.a[?($.s in $.a)]`, long, "looking at"},
		{"long numbers", `$.a[?(@ == $.n || $.n < 1)]`, long, "looking at"},
		{"a long text in a long text", `$.a[?($.s contains $.s)]`, long, "looking at"},
		{"a long text for a pattern", `$.a[?($.s =~ /(x|s)*y/)]`, long, "looking at"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, _, err := compile(t, tt.path).Find(parse(t, tt.doc))
			if tt.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if limit, ok := errors.AsType[*jsonpath.LimitError](err); !ok || !strings.Contains(limit.Message, tt.want) {
				t.Errorf("error = %v, want one with %q", err, tt.want)
			}
		})
	}
}

func TestAbsentDocumentsCountAsNull(t *testing.T) {
	t.Parallel()
	v, found, err := compile(t, "$").Find(nil)
	if err != nil || !found || v.String() != "null" {
		t.Errorf("got %v, %t, %v", v, found, err)
	}
}
