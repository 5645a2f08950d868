//go:build oracle

package jsonpath_test

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/jsonpath"
)

// jars are the original and what it needs, as Debian's libjsonpath-java
// installs them.
var jars = []string{"json-path", "json-smart", "accessors-smart", "asm", "slf4j-api", "slf4j-nop"}

// TestOracle compares random paths on random documents with the original,
// version 2.0. ORACLE_CASES and ORACLE_SEED choose how many and which.
func TestOracle(t *testing.T) {
	original := startOracle(t)
	cases, seed := number(t, "ORACLE_CASES", 20_000), number(t, "ORACLE_SEED", 1)
	g := generator{rand.New(rand.NewPCG(uint64(seed), 0))}
	wanted := map[string]int{}
	failures := 0
	for range cases {
		path, doc := g.path(), g.document()
		theirs := original.ask(t, path, doc)
		ours := answer(t, path, doc)
		if ours == theirs {
			wanted["same"]++
			continue
		}
		if reason := whyWanted(path, doc, ours, theirs); reason != "" {
			wanted[reason]++
			continue
		}
		t.Errorf("%s\n  on     %s\n  ours   %s\n  theirs %s", path, doc, ours, theirs)
		if failures++; failures == 40 {
			t.Fatal("enough")
		}
	}
	for _, reason := range slices.Sorted(maps.Keys(wanted)) {
		t.Logf("%6d %s", wanted[reason], reason)
	}
}

func number(t *testing.T, name string, normal int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return normal
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// oracle is the running original.
type oracle struct {
	questions io.Writer
	answers   *bufio.Reader
}

func startOracle(t *testing.T) *oracle {
	t.Helper()
	for _, tool := range []string{"javac", "java"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Fatalf("the oracle needs a JDK (Debian: default-jdk-headless): %v", err)
		}
	}
	var paths []string
	for _, jar := range jars {
		path := filepath.Join("/usr/share/java", jar+".jar")
		if _, err := os.Stat(path); err != nil {
			t.Fatalf("the oracle needs Debian's libjsonpath-java: %v", err)
		}
		paths = append(paths, path)
	}
	dir := t.TempDir()
	paths = append(paths, dir)
	classes := strings.Join(paths, string(os.PathListSeparator))
	source := filepath.Join("..", "..", "tools", "oracle", "jsonpath", "Oracle.java")
	if out, err := exec.CommandContext(t.Context(), "javac", "-cp", classes, "-d", dir, source).CombinedOutput(); err != nil {
		t.Fatalf("javac: %v\n%s", err, out)
	}
	cmd := exec.CommandContext(t.Context(), "java", "-cp", classes, "Oracle")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := in.Close(); err != nil {
			t.Error(err)
		}
		// The context may have ended it first, which is no news.
		_ = cmd.Wait()
	})
	return &oracle{in, bufio.NewReader(out)}
}

func (o *oracle) ask(t *testing.T, path, doc string) string {
	t.Helper()
	code := base64.StdEncoding
	if _, err := fmt.Fprintf(o.questions, "%s\t%s\n", code.EncodeToString([]byte(path)), code.EncodeToString([]byte(doc))); err != nil {
		t.Fatal(err)
	}
	line, err := o.answers.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	line = strings.TrimSpace(line)
	text, ok := strings.CutPrefix(line, "VALUE ")
	if !ok {
		return line
	}
	json, err := code.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	// Read it once, for json-smart escapes more than we do.
	v, err := jsonpath.Parse(json)
	if err != nil {
		t.Fatalf("%s: %v", json, err)
	}
	return v.String()
}

// answer is ours, in the words of the driver.
func answer(t *testing.T, path, doc string) string {
	t.Helper()
	p, err := jsonpath.Compile(path)
	if err != nil {
		return "SYNTAX"
	}
	d, err := jsonpath.Parse([]byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	v, found, err := p.Find(d)
	if err != nil {
		t.Fatalf("%s on %s: %v", path, doc, err)
	}
	if !found {
		return "NOTFOUND"
	}
	return v.String()
}

// whyWanted explains a difference that is meant, or is "".
func whyWanted(path, doc, ours, theirs string) string {
	for _, d := range differences {
		if d.applies(path, doc, ours, theirs) {
			return d.reason
		}
	}
	return ""
}

type difference struct {
	reason  string
	applies func(path, doc, ours, theirs string) bool
}

// differences are those between version 2.0 and the later ones that we follow,
// and the few places where we follow the documentation of those instead.
var differences = []difference{
	{"2.0 fails where later versions pass over a node of the wrong kind, or compare what has no order", func(_, _, ours, theirs string) bool {
		return strings.HasPrefix(theirs, "FAILED") && ours != "SYNTAX"
	}},
	{"2.0 minds what is missing behind the first wildcard, too", func(path, _, ours, theirs string) bool {
		return strings.HasPrefix(ours, "[") && (theirs == "NOTFOUND" || matches(path, `\*.*\*`) && len(theirs) < len(ours))
	}},
	{"2.0 finds [] where later versions miss a name before the first wildcard", func(_, _, ours, theirs string) bool {
		return ours == "NOTFOUND" && theirs == "[]"
	}},
	{"2.0 does not count an index from the end", func(path, _, _, _ string) bool {
		return matches(path, `[\[,]-\d+([\],]|:\d)`)
	}},
	{"2.0 takes $ in a filter for the item", func(path, _, _, _ string) bool {
		return strings.Contains(path, "($.") || strings.Contains(path, "& $.")
	}},
	{"2.0 has an order for booleans and null, and takes them for numbers", func(path, doc, _, _ string) bool {
		return matches(path, `[<>]=? (true|false|null)`) ||
			matches(path, `[<>=]=? ?('|-?\d)`) && matches(doc, `true|false`)
	}},
	{"null exists since 2.1", func(path, doc, _, _ string) bool {
		return matches(path, `(\(|[&|] )@[^ =<>!]*(\)| [&|])`) && strings.Contains(doc, "null")
	}},
	{"a list matches a pattern when one of its items does", func(path, doc, _, _ string) bool {
		return strings.Contains(path, "=~") && strings.Contains(doc[1:], "[")
	}},
	{"2.0 stops at the first index out of range behind a wildcard or in a union", func(path, _, _, _ string) bool {
		return matches(path, `\[\d,\d\]|\.\.\[\d\]`)
	}},
	{"later versions put $. before .. too, which makes three dots", func(path, _, ours, _ string) bool {
		return ours == "SYNTAX" && strings.HasPrefix(path, "..")
	}},
	{"what a path misses is unequal to everything since 2.1, and matches an empty pattern", func(path, _, _, _ string) bool {
		return strings.Contains(path, "!=") || strings.Contains(path, "/.*/")
	}},
	{"2.0 forgets the index, wildcard or filter right behind a deep scan when more follows", func(path, _, _, _ string) bool {
		return matches(path, `\.\.(\[(-?\d|\*|\?)|\*).*[\])*a-d].`)
	}},
}

func matches(text, pattern string) bool {
	ok, err := regexp.MatchString(pattern, text)
	return ok && err == nil
}
