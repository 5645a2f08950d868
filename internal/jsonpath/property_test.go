package jsonpath_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/jsonpath"
)

// visit walks a document with the definite path to each node.
func visit(v *jsonpath.Value, path string, yield func(path string, v *jsonpath.Value)) {
	yield(path, v)
	for i, item := range v.Items() {
		visit(item, path+"["+strconv.Itoa(i)+"]", yield)
	}
	for key, member := range v.All() {
		visit(member, path+"['"+strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(key)+"']", yield)
	}
}

// random makes a document of a few dozen nodes.
func random(r *rand.Rand, depth int) *jsonpath.Value {
	const deepest = 4
	kind := r.IntN(6)
	if depth == deepest {
		kind = r.IntN(4)
	}
	switch kind {
	case 0:
		return jsonpath.NewNull()
	case 1:
		return jsonpath.NewBool(r.IntN(2) == 0)
	case 2:
		return jsonpath.NewInt(int64(r.IntN(20) - 10))
	case 3:
		return jsonpath.NewString([]string{"", "x", `it's "\/`, "größe\n"}[r.IntN(4)])
	case 4:
		array := jsonpath.NewArray()
		for range r.IntN(4) {
			array.Append(random(r, depth+1))
		}
		return array
	default:
		object := jsonpath.NewObject()
		for range r.IntN(4) {
			object.Set([]string{"a", "b", `it's \ "`, "x y", "."}[r.IntN(5)], random(r, depth+1))
		}
		return object
	}
}

func TestEveryNodeIsFoundByItsOwnPath(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		doc := random(r, 0)
		nodes := 0
		visit(doc, "$", func(path string, want *jsonpath.Value) {
			nodes++
			got, found, err := compile(t, path).Find(doc)
			if err != nil || !found || got != want {
				t.Errorf("%s on %s = %v, %t, %v, want %v", path, doc, got, found, err, want)
			}
			for _, beyond := range []string{"['missing']", "[99]", "['missing'].a"} {
				if _, found, err := compile(t, path+beyond).Find(doc); found || err != nil {
					t.Errorf("%s%s on %s is found (%v)", path, beyond, doc, err)
				}
			}
		})
		all, _, err := compile(t, "$..*").Find(doc)
		if err != nil || all.Len() != nodes-1 {
			t.Errorf("$..* on %s finds %d of %d nodes (%v)", doc, all.Len(), nodes-1, err)
		}
	}
}

func TestEquivalentPathsFindTheSame(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	pairs := [][2]string{
		{"$.a[*]", "$['a'].*"},
		{"$..a", "$..['a']"},
		{"$[*]", "$[?(@)]"},
		{"$..a", ".a"},
		{"$[?(@.a)]", "$[?(!(!@.a))]"},
		{"$[?(@.a == 1)]", "$[?(!(@.a != 1))]"},
		{"$[?(@.a && @.b)]", "$[?(@.a)][?(@.b)]"},
		{"$.a[0:]", "$.a[-99:]"},
	}
	for range 500 {
		doc := random(r, 0)
		for _, pair := range pairs {
			if doc.Kind() == jsonpath.Object && strings.HasPrefix(pair[0], "$[") {
				continue // a filter is about the object, a wildcard about its members
			}
			if one, other := find(t, pair[0], doc.String()), find(t, pair[1], doc.String()); one != other && doc.Kind() > jsonpath.String {
				t.Errorf("on %s\n%s = %s\n%s = %s", doc, pair[0], one, pair[1], other)
			}
		}
	}
}

func TestAPathIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	paths, doc := compileAll(t, ten), parse(t, string(members(25)))
	want := fmt.Sprint(results(t, paths, doc))
	for range 4 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			for range 20 {
				if got := fmt.Sprint(results(t, paths, doc)); got != want {
					t.Errorf("got %s, want %s", got, want)
				}
			}
		})
	}
}

func results(t *testing.T, paths []*jsonpath.Path, doc *jsonpath.Value) []string {
	t.Helper()
	var all []string
	for _, path := range paths {
		v, found, err := path.Find(doc)
		if err != nil {
			t.Fatal(err)
		}
		if !found {
			v = jsonpath.NewString(notFound)
		}
		all = append(all, v.String())
	}
	return all
}

// FuzzJSONPath looks for a path that breaks what every path promises.
func FuzzJSONPath(f *testing.F) {
	const doc = `{"a":[1,{"b":"x","a":null},[2.5,"1"]],"b":{"a":{"c":true}},"c":"abc"}`
	for _, path := range append(ten, `$..a[?(@.b == 'x' && !(@.c in [1,'y']) || $.c =~ /[a]\.*/i)]['a','b'][-1:]`,
		`$.concat($..b, "x", {"a":1}).length()`, `$[0]]`, `$..*..*`, `$[?(@ size 1)]`, `$['\u0061','b'].c`, `$[1:2:3].stddev()`,
		`$[?(@ == {'a':[x, "y"]})]`, `$[?(@..a)]`, `$.a.append($.b).last()`, `@['a'][?(@ subsetof $.a)]`) {
		f.Add(path, doc)
	}
	f.Fuzz(func(t *testing.T, path, doc string) {
		p, err := jsonpath.Compile(path)
		if err != nil {
			syntax, ok := errors.AsType[*jsonpath.SyntaxError](err)
			if !ok || syntax.Offset < 0 || syntax.Offset > len(path) || syntax.Message == "" {
				t.Fatalf("%q: %v", path, err)
			}
			return
		}
		v, err := jsonpath.Parse([]byte(doc))
		if err != nil {
			return
		}
		result, found, err := p.Find(v)
		if err != nil {
			if _, ok := errors.AsType[*jsonpath.LimitError](err); !ok || found {
				t.Fatalf("%q: %v", path, err)
			}
			return
		}
		if !found {
			return
		}
		if !p.Definite() && result.Kind() != jsonpath.Array {
			t.Fatalf("%q is indefinite and finds %s", path, result)
		}
		if _, err := jsonpath.Parse(result.AppendJSON(nil)); err != nil && !strings.Contains(err.Error(), "within one another") {
			t.Fatalf("%q finds %s: %v", path, result, err)
		}
	})
}
