package console_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/template/parse"

	"github.com/mockcloud/mockcloud/internal/pages"
)

// textKey is a text as a file has it.
type textKey struct {
	file   string
	byLang map[string]string
}

// allTexts reads the files of texts, and fails the test where a key stands twice.
func allTexts(t *testing.T) map[string]textKey {
	t.Helper()
	all := make(map[string]textKey)
	for _, file := range textFiles(t, "texts/*.json") {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		decoder := json.NewDecoder(bytes.NewReader(content))
		if _, err := decoder.Token(); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		var order []string
		for decoder.More() {
			key, err := decoder.Token()
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			var byLang map[string]string
			if err := decoder.Decode(&byLang); err != nil {
				t.Fatalf("%s: %v: %v", file, key, err)
			}
			name := fmt.Sprint(key)
			if before, twice := all[name]; twice {
				t.Errorf("%s stands in %s and in %s", name, before.file, file)
			}
			all[name] = textKey{file, byLang}
			order = append(order, name)
		}
		if !slices.IsSorted(order) {
			t.Errorf("%s is not sorted", file)
		}
	}
	return all
}

func textFiles(t *testing.T, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) == 0 {
		t.Fatalf("%s: %v", pattern, err)
	}
	return slices.DeleteFunc(found, func(name string) bool { return strings.HasSuffix(name, "_test.go") })
}

// textVerb is a placeholder of package fmt.
var textVerb = regexp.MustCompile(`%(?:\[(\d+)\])?[-+# 0]*\d*(?:\.\d+)?([a-zA-Z%])`)

// placeholders lists what a text wants for each of its arguments.
func placeholders(text string) []string {
	var all []string
	next := 1
	for _, found := range textVerb.FindAllStringSubmatch(text, -1) {
		if found[2] == "%" {
			continue
		}
		if n, err := strconv.Atoi(found[1]); err == nil {
			next = n
		}
		all = append(all, fmt.Sprintf("%d%s", next, found[2]))
		next++
	}
	slices.Sort(all)
	return all
}

func TestEveryTextIsThereInEveryLanguage(t *testing.T) {
	t.Parallel()
	for key, text := range allTexts(t) {
		if len(text.byLang) != len(pages.Languages) {
			t.Errorf("%s: %s has the languages %q", text.file, key, slices.Sorted(maps.Keys(text.byLang)))
		}
		english := text.byLang["en"]
		for _, l := range pages.Languages {
			one := text.byLang[l.Tag]
			if strings.TrimSpace(one) == "" || one != strings.TrimSpace(one) || strings.Contains(one, "  ") {
				t.Errorf("%s: %s in %s is %q", text.file, key, l.Tag, one)
			}
			if got, want := placeholders(one), placeholders(english); !slices.Equal(got, want) {
				t.Errorf("%s: %s has the placeholders %q in %s, and %q in English", text.file, key, got, l.Tag, want)
			}
		}
	}
}

// scriptTexts are those whose placeholders scripts fill in, in the browser.
var scriptTexts = []string{"actionconfig.copied", "actionconfig.inserted", "actionconfig.place", "roles.tree.of"}

func TestEveryTextThatIsAskedForExists(t *testing.T) {
	t.Parallel()
	all := allTexts(t)
	uses := collectTextUses(t)
	if len(uses.uses) < 100 {
		t.Fatalf("only %d uses were found", len(uses.uses))
	}
	for _, use := range uses.uses {
		text, ok := all[use.key]
		if !ok {
			t.Errorf("%s: there is no text %q", use.where, use.key)
			continue
		}
		want := len(placeholders(text.byLang["en"]))
		if use.args == 0 && slices.Contains(scriptTexts, use.key) {
			continue
		}
		if use.args >= 0 && use.args != want {
			t.Errorf("%s: %q gets %d arguments and has %d placeholders", use.where, use.key, use.args, want)
		}
	}
}

func TestNoTextIsThereForNothing(t *testing.T) {
	t.Parallel()
	uses := collectTextUses(t)
	for key, text := range allTexts(t) {
		if !uses.asks(key) {
			t.Errorf("%s: nothing asks for %s", text.file, key)
		}
	}
}

// textWords are those that stand in the templates themselves: names, and what is the
// same in every language.
var textWords = []string{"mockcloud", "UTC", "HTTP", "JSON", "ms"}

// textTag is code, a tag of HTML, an attribute of one that another template begins, an
// entity.
var textTag = regexp.MustCompile(`(?s)<code>.*?</code>|<[^<>]*>|[a-z-]+="[^"]*"|&\w+;`)

// Words that people read come from the texts, in their language.
func TestTemplatesHaveNoWordsOfTheirOwn(t *testing.T) {
	t.Parallel()
	word := regexp.MustCompile(`\pL{2,}`)
	for _, name := range textFiles(t, "pages/*.html") {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for template, tree := range parseTemplate(t, name, string(content)) {
			var plain strings.Builder
			textNodes(&plain, tree.Root)
			rest := textTag.ReplaceAllString(plain.String(), " ")
			for _, found := range word.FindAllString(rest, -1) {
				if !slices.Contains(textWords, found) {
					t.Errorf("%s: the template %s says %q", name, template, found)
				}
			}
		}
	}
}

// textNodes writes the text of a template; actions are left out.
func textNodes(b *strings.Builder, node parse.Node) {
	switch n := node.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, child := range n.Nodes {
				textNodes(b, child)
			}
		}
	case *parse.TextNode:
		b.Write(n.Text)
	case *parse.IfNode:
		textNodes(b, n.List)
		textNodes(b, n.ElseList)
	case *parse.RangeNode:
		textNodes(b, n.List)
		textNodes(b, n.ElseList)
	case *parse.WithNode:
		textNodes(b, n.List)
		textNodes(b, n.ElseList)
	}
}

// Every file below the folders is embedded and one of those that are read.
func TestFilesOfTheConsoleAreOfKnownKinds(t *testing.T) {
	t.Parallel()
	for folder, kinds := range map[string][]string{"assets": {".css", ".js"}, "pages": {".html"}, "texts": {".json"}} {
		err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() && !slices.Contains(kinds, filepath.Ext(path)) {
				t.Errorf("%s is none of %q", path, kinds)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
