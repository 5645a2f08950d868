package jsonpath_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/jsonpath"
)

func TestAPathThatIsNoneIsRefusedWhereItGoesWrong(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		path   string
		offset int
		want   string
	}{
		{``, 0, "empty"},
		{`   `, 0, "empty"},
		{`$a`, 1, "a dot or ["},
		{`$.`, 1, "end with a dot"},
		{`$..`, 2, "end with a dot"},
		{`$.a.`, 3, "end with a dot"},
		{`$...a`, 3, "a dot too many"},
		{`..a`, 1, "a dot too many"},
		{`$.a b`, 3, "blank"},
		{`$[`, 2, "not closed"},
		{`$[]`, 2, "must follow ["},
		{`$[a]`, 2, "must follow ["},
		{`$['a`, 2, "closing '"},
		{`$['a'`, 5, "not closed"},
		{`$['a',]`, 6, "must follow the comma"},
		{`$['a',"b"]`, 6, "must follow the comma"},
		{`$['a' 'b']`, 6, "not closed"},
		{`$[*a]`, 3, "not closed"},
		{`$[1`, 2, "not closed"},
		{`$[1a]`, 2, "not an index"},
		{`$[-]`, 2, "not an index"},
		{`$[1,+2]`, 2, "not an index"},
		{`$[99999999999]`, 2, "not an index"},
		{`$[:]`, 2, "needs an end"},
		{`$[1:x]`, 2, "not an index"},
		{`$[1 : 2]`, 2, "not an index"},
		{`$[0:2:x]`, 2, "not a slice"},
		{`$[?]`, 3, "[?(…)]"},
		{`$[?(@.a]`, 8, "is missing"},
		{`$[?(@.a)`, 8, "not closed"},
		{`$[?()]`, 4, "should be here"},
		{`$[?(@.a ==)]`, 10, "should be here"},
		{`$[?(@.a = 1)]`, 8, "unknown operator ="},
		{`$[?(@.a like 'x')]`, 8, "unknown operator like"},
		{`$[?(@.a == x)]`, 11, "should be here"},
		{`$[?(@.a == 1.2.3)]`, 11, "should be here"},
		{`$[?(@.a == 1e999)]`, 11, "should be here"},
		{`$[?(@.a == 'x)]`, 11, "closing '"},
		{`$[?(@.a == [1)`, 11, "not closed"},
		{`$[?(@.a in [1 'x'])]`, 19, ""}, // a word of permissive JSON
		{`$[?(@.a == {'a' 1})]`, 16, "a colon"},
		{`$[?(@.a == 1 &&)]`, 15, "should be here"},
		{`$[?(@.a == 1 @.b)]`, 13, "missing"},
		{`$[?(true)]`, 8, "only a path"},
		{`$[?(@.a =~ /x)]`, 11, "closing /"},
		{`$[?(@.a =~ /x/q)]`, 15, "flags q"},
		{`$[?(@.a =~ /(?=x)/)]`, 11, "not supported"},
		{`$[?(@.a =~ /(x)\1/)]`, 11, "not supported"},
		{`$[?(@.a =~ /x++/)]`, 11, "not supported"},
		{`$[?(@.a =~ /[a[b]]/)]`, 11, "sets within sets"},
		{`$[?(@.a =~ /[a&&b]/)]`, 11, "sets within sets"},
		{`$[?(@.a =~ /(/)]`, 11, "not supported"},
		{`$[?(@.a. == 1)]`, 7, "end with a dot"},
		{`$[?($x)]`, 5, "a dot or ["},
		{`$.bar()`, 2, "no function bar"},
		{`$.()`, 2, "no function"},
		{`$.sum(`, 6, "must be a path or JSON"},
		{`$.sum($.a`, 9, "missing after an argument"},
		{`$.concat('x')`, 9, "must be a path or JSON"},
		{`$.concat($a)`, 10, "a dot or ["},
		{"$." + strings.Repeat("a", 10_000), 10_000, "longer than"},
		{"$" + strings.Repeat("[?(@", 200) + strings.Repeat(")]", 200), 200, "within one another"},
		{"$[?(" + strings.Repeat("(", 200), 102, "within one another"},
		{"$[?(" + strings.Repeat("!", 200), 103, "within one another"},
		{"$[?(@ == " + strings.Repeat("[", 200) + "x" + strings.Repeat("]", 200) + ")]", 107, "within one another"},
	} {
		_, err := jsonpath.Compile(tt.path)
		if tt.want == "" {
			if err != nil {
				t.Errorf("%s: %v", tt.path, err)
			}
			continue
		}
		syntax, ok := errors.AsType[*jsonpath.SyntaxError](err)
		if !ok || !strings.Contains(syntax.Message, tt.want) {
			t.Errorf("%.60s: error = %v, want one with %q", tt.path, err, tt.want)
			continue
		}
		if syntax.Path != tt.path || syntax.Offset != tt.offset {
			t.Errorf("%.60s: error at %d, want %d: %v", tt.path, syntax.Offset, tt.offset, err)
		}
		if len(err.Error()) > 500 {
			t.Errorf("%.60s: an error of %d bytes", tt.path, len(err.Error()))
		}
	}
}

func TestAPathPrintsAsItWasGiven(t *testing.T) {
	t.Parallel()
	for _, path := range []string{`$.a`, ` .total `, `$..a.sum()`} {
		if got := compile(t, path).String(); got != path {
			t.Errorf("%q prints as %q", path, got)
		}
	}
}
