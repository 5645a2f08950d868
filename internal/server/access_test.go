package server_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const accessFile = "../../docs/access.md"

var (
	accessRow = regexp.MustCompile(`^\| (.+) \| ([^|]+) \| ([^|]+) \|$`)
	quoted    = regexp.MustCompile("`([^`]+)`")
)

// The page of access names a test for each rule: all of them exist.
func TestTheAccessPageIsTrue(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(accessFile)
	if err != nil {
		t.Fatal(err)
	}
	_, tables, _ := strings.Cut(string(page), "\n## The tables\n")
	packages := map[string]*testCases{}
	seen := map[string]bool{}
	for line := range strings.Lines(tables) {
		line = strings.TrimSuffix(line, "\n")
		if !strings.HasPrefix(line, "|") || line == "| rule | how sure | test |" || line == "|---|---|---|" {
			continue
		}
		row := accessRow.FindStringSubmatch(line)
		if row == nil {
			t.Errorf("no row of three columns: %s", line)
			continue
		}
		rule, sure, tests := row[1], row[2], row[3]
		if seen[rule] {
			t.Errorf("%q stands there twice", rule)
		}
		seen[rule] = true
		if !slices.Contains([]string{"fact", "inferred", "guess", "own"}, sure) {
			t.Errorf("%q: how sure is %q", rule, sure)
		}
		named := quoted.FindAllStringSubmatch(tests, -1)
		if rest := strings.TrimSpace(quoted.ReplaceAllString(tests, "")); len(named) == 0 || rest != "" {
			t.Errorf("%q: the tests are not all in backquotes: %s", rule, tests)
		}
		for _, name := range named {
			pkg, test, _ := strings.Cut(name[1], " ")
			if packages[pkg] == nil {
				packages[pkg] = testsOf(t, pkg)
			}
			if problem := packages[pkg].lacks(test); problem != "" {
				t.Errorf("%q: %s: %s", rule, name[1], problem)
			}
		}
	}
	if len(seen) < 150 {
		t.Errorf("the page has %d rules only", len(seen))
	}
}

// testCases are the tests of a package and the texts that may name a case of
// them.
type testCases struct {
	functions map[string]*ast.FuncDecl
	shared    map[string]bool // texts of the package's variables, for tables that tests share
}

func testsOf(t *testing.T, pkg string) *testCases {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", filepath.FromSlash(pkg), "*_test.go"))
	if err != nil || len(files) == 0 {
		t.Errorf("package %s has no tests: %v", pkg, err)
	}
	c := &testCases{functions: map[string]*ast.FuncDecl{}, shared: map[string]bool{}}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, declaration := range file.Decls {
			switch d := declaration.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil && strings.HasPrefix(d.Name.Name, "Test") {
					c.functions[d.Name.Name] = d
				}
			case *ast.GenDecl:
				for text := range literals(d) {
					c.shared[text] = true
				}
			}
		}
	}
	return c
}

// lacks says what is wrong with the name of a test, or of one of its cases; ""
// where nothing is.
func (c *testCases) lacks(name string) string {
	function, subtest, one := strings.Cut(name, "/")
	f := c.functions[function]
	switch {
	case f == nil:
		return "there is no such test"
	case calls(f, "Skip", "Skipf", "SkipNow"):
		return "the test may be skipped"
	case one && !calls(f, "Run"):
		return "the test has no cases of its own"
	case one && !literals(f)[subtest] && !c.shared[subtest]:
		return "the test has no such case"
	}
	return ""
}

// literals are the string literals below a node.
func literals(node ast.Node) map[string]bool {
	found := map[string]bool{}
	ast.Inspect(node, func(n ast.Node) bool {
		if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			if text, err := strconv.Unquote(literal.Value); err == nil {
				found[text] = true
			}
		}
		return true
	})
	return found
}

// calls says whether a method of one of these names is called below a node.
func calls(node ast.Node, names ...string) bool {
	found := false
	ast.Inspect(node, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			if method, ok := call.Fun.(*ast.SelectorExpr); ok && slices.Contains(names, method.Sel.Name) {
				found = true
			}
		}
		return true
	})
	return found
}
