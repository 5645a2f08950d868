package jsonpath_test

import "testing"

// Version 2.0 had no functions; these hold by the documentation of 2.9 and,
// where that is silent, its code.
func TestFunctions(t *testing.T) {
	t.Parallel()
	run(t, []example{
		{"length of an array", `$.a.length()`, `{"a":[1,2]}`, `2`},
		{"length of an object", `$.a.length()`, `{"a":{"x":1}}`, `1`},
		{"length of a text is null", `$.a.length()`, `{"a":"xyz"}`, `null`},
		{"length of what is missing", `$.a.length()`, `{}`, notFound},
		{"size is length", `$.size()`, `[1]`, `1`},
		{"length of each", `$.a[*].length()`, `{"a":[[1],[1,2],3]}`, `[1,2,null]`},
		{"length behind a deep scan counts one level below", `$..a.length()`, `{"a":[1,2],"b":{"a":[3]}}`, `3`},
		{"length of an argument counts one level below it", `$.length($.a)`, `{"a":[1,2]}`, `2`},
		{"length without a path", `$..length()`, `{"a":[1]}`, `2`},
		{"min", `$.min()`, `[3,1.5,"0"]`, `1.5`},
		{"max", `$.max()`, `[3,1.5]`, `3.0`},
		// Guess: 2.9 starts from the smallest positive double, which its
		// documentation knows nothing of.
		{"max of negative numbers", `$.max()`, `[-3,-1.5]`, `-1.5`},
		{"sum", `$.a.sum()`, `{"a":[1,2]}`, `3.0`},
		{"avg", `$.avg()`, `[1,2]`, `1.5`},
		{"stddev", `$.stddev()`, `[1,3]`, `1.0`},
		{"sum of a deep scan", `$..p.sum()`, `{"p":1,"a":[{"p":2},{"p":4}]}`, `7.0`},
		{"sum of arguments", `$.sum($.a, $.b[*], 10)`, `{"a":1,"b":[2,3]}`, `16.0`},
		{"large results are written as Java writes them", `$.sum()`, `[1e10]`, `1.0E10`},
		{"small ones too", `$.sum()`, `[1e-4]`, `1.0E-4`},
		{"without a number there is no result", `$.a.sum()`, `{"a":["x"]}`, notFound},
		{"nor beyond a double", `$.sum()`, `[1e308,1e308]`, notFound},
		{"one failing in a filter fails all", `$[?(@.l.sum() > 1)]`, `[{"l":[2]},{"l":[]}]`, notFound},
		{"concat of arguments", `$.concat($.a, "-", $.b, 1)`, `{"a":"x","b":"y"}`, `"x-y1"`},
		{"concat of an array's texts", `$.concat()`, `["a",1,"b"]`, `"ab"`},
		{"concat of what is missing", `$.concat($.a)`, `{}`, notFound},
		{"keys", `$.a.keys()`, `{"a":{"y":1,"x":2}}`, `["y","x"]`},
		{"keys of an array are null", `$.keys()`, `[1]`, `null`},
		{"append", `$.a.append(3, $.b)`, `{"a":[1],"b":[2]}`, `[1,3,[2]]`},
		{"first", `$.first()`, `[1,2]`, `1`},
		// Guess: 2.9 cannot reach the first item from the end.
		{"last", `$.last()`, `[1]`, `1`},
		{"index", `$.index(1)`, `[1,2]`, `2`},
		{"index from the end", `$.index(-1)`, `[1,2]`, `2`},
		{"index out of range", `$.index(2)`, `[1,2]`, notFound},
		{"first of nothing", `$.a.first()`, `{"a":[]}`, notFound},
		// Guess: 2.9 would give the item as a whole.
		{"a path goes on behind a function", `$.first().a`, `[{"a":1}]`, `1`},
		{"a name may be a function's", `$.length`, `{"length":1}`, `1`},
	})
}
