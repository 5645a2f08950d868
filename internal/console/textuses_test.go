package console_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"text/template/parse"
)

// textUse is a place where a text is asked for.
type textUse struct {
	where string
	key   string
	args  int // -1 where nobody can tell
}

// texts are asked for by these functions; the number says which argument is the key.
var textFunctions = map[string]int{"T": 0, "page": 1, "problemPage": 1}

// textUses collects, from Go and from the templates, the texts that are asked for by
// their keys, every other string, since a key may be kept in a table, and the strings
// that are put together.
type textUses struct {
	uses     []textUse
	strings  map[string]bool
	together map[string]*regexp.Regexp // by how they look
}

// joins notes a string that is put together: what is not known of it is a \x00.
func (c *textUses) joins(looks string) {
	known := strings.Split(looks, "\x00")
	if len(known) < 2 || !strings.Contains(known[0], ".") {
		return
	}
	for i := range known {
		known[i] = regexp.QuoteMeta(known[i])
	}
	c.together[strings.ReplaceAll(looks, "\x00", "…")] = regexp.MustCompile("^" + strings.Join(known, ".+") + "$")
}

func collectTextUses(t *testing.T) *textUses {
	t.Helper()
	c := &textUses{strings: make(map[string]bool), together: make(map[string]*regexp.Regexp)}
	files := token.NewFileSet()
	for _, name := range textFiles(t, "*.go") {
		file, err := parser.ParseFile(files, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool { return c.goNode(files, n) })
	}
	for _, name := range textFiles(t, "pages/*.html") {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, tree := range parseTemplate(t, name, string(content)) {
			c.node(tree, name, tree.Root)
		}
	}
	return c
}

// parseTemplate parses a file of templates whatever functions it calls.
func parseTemplate(t *testing.T, name, content string) map[string]*parse.Tree {
	t.Helper()
	trees := make(map[string]*parse.Tree)
	tree := parse.New(name)
	tree.Mode = parse.SkipFuncCheck
	if _, err := tree.Parse(content, "", "", trees); err != nil {
		t.Fatal(err)
	}
	return trees
}

func (c *textUses) goNode(files *token.FileSet, n ast.Node) bool {
	switch n := n.(type) {
	case *ast.BasicLit:
		if text, ok := stringLiteral(n); ok {
			c.strings[text] = true
			c.joins(textVerb.ReplaceAllString(text, "\x00"))
		}
	case *ast.CallExpr:
		c.call(files, n)
	case *ast.BinaryExpr:
		if n.Op != token.ADD {
			return true
		}
		looks := ""
		for _, part := range summands(n) {
			if text, ok := stringLiteral(part); ok {
				looks += text
				c.strings[text] = true
				continue
			}
			looks += "\x00"
			ast.Inspect(part, func(n ast.Node) bool { return c.goNode(files, n) })
		}
		c.joins(looks)
		return false // the parts have been looked at
	}
	return true
}

func stringLiteral(n ast.Node) (string, bool) {
	literal, ok := n.(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(literal.Value)
	return text, err == nil
}

// summands are the parts of a sum, from left to right.
func summands(n ast.Expr) []ast.Expr {
	if sum, ok := n.(*ast.BinaryExpr); ok && sum.Op == token.ADD {
		return append(summands(sum.X), summands(sum.Y)...)
	}
	return []ast.Expr{n}
}

func (c *textUses) call(files *token.FileSet, call *ast.CallExpr) {
	method, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return
	}
	at, asks := textFunctions[method.Sel.Name]
	if !asks || len(call.Args) <= at {
		return
	}
	key, ok := stringLiteral(call.Args[at])
	if !ok {
		return
	}
	use := textUse{where: files.Position(call.Pos()).String(), key: key, args: len(call.Args) - at - 1}
	if call.Ellipsis.IsValid() {
		use.args = -1
	}
	c.uses = append(c.uses, use)
	if method.Sel.Name == "problemPage" {
		c.uses = append(c.uses, textUse{use.where, key + ".text", 0})
		c.strings[key+".text"] = true
	}
}

func (c *textUses) node(tree *parse.Tree, file string, node parse.Node) {
	switch n := node.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, child := range n.Nodes {
				c.node(tree, file, child)
			}
		}
	case *parse.ActionNode:
		c.node(tree, file, n.Pipe)
	case *parse.IfNode:
		c.branch(tree, file, &n.BranchNode)
	case *parse.RangeNode:
		c.branch(tree, file, &n.BranchNode)
	case *parse.WithNode:
		c.branch(tree, file, &n.BranchNode)
	case *parse.TemplateNode:
		c.node(tree, file, n.Pipe)
	case *parse.PipeNode:
		if n != nil {
			for _, command := range n.Cmds {
				c.command(tree, file, command)
			}
		}
	case *parse.StringNode:
		c.strings[n.Text] = true
		c.joins(textVerb.ReplaceAllString(n.Text, "\x00"))
	}
}

func (c *textUses) branch(tree *parse.Tree, file string, n *parse.BranchNode) {
	c.node(tree, file, n.Pipe)
	c.node(tree, file, n.List)
	c.node(tree, file, n.ElseList)
}

func (c *textUses) command(tree *parse.Tree, file string, n *parse.CommandNode) {
	for _, arg := range n.Args {
		c.node(tree, file, arg)
	}
	if name, ok := n.Args[0].(*parse.IdentifierNode); ok && name.Ident == "print" {
		looks := ""
		for _, arg := range n.Args[1:] {
			if text, ok := arg.(*parse.StringNode); ok {
				looks += text.Text
			} else {
				looks += "\x00"
			}
		}
		c.joins(looks)
	}
	if len(n.Args) < 2 || !asksForText(n.Args[0]) {
		return
	}
	if key, ok := n.Args[1].(*parse.StringNode); ok {
		where, _ := tree.ErrorContext(n)
		c.uses = append(c.uses, textUse{where, key.Text, len(n.Args) - 2})
	}
}

// asksForText says whether a part of a command is the method T of something.
func asksForText(n parse.Node) bool {
	switch n := n.(type) {
	case *parse.FieldNode:
		return n.Ident[len(n.Ident)-1] == "T"
	case *parse.VariableNode:
		return len(n.Ident) > 1 && n.Ident[len(n.Ident)-1] == "T"
	case *parse.ChainNode:
		return n.Field[len(n.Field)-1] == "T"
	}
	return false
}

// asks says whether a string stands somewhere, or is put together. Where only its
// subject is known, as of done.added, the rest has to stand somewhere, too.
func (c *textUses) asks(key string) bool {
	if c.strings[key] {
		return true
	}
	for looks, together := range c.together {
		subject, broad := strings.CutSuffix(looks, ".…")
		switch {
		case !together.MatchString(key):
		case !broad || strings.Contains(subject, "."), c.asks(strings.TrimPrefix(key, subject+".")):
			return true
		}
	}
	return false
}
