package velocity

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"
)

// recordings holds what the original Velocity 1.7 made of templates: one JSON
// object a line. The oracle test asks the original again.
const recordings = "testdata/original.jsonl"

// recording is one template and what the original answered.
type recording struct {
	Template string `json:"template"`
	Output   string `json:"output,omitempty"`
	// Error is the message of a failure while rendering.
	Error string `json:"error,omitempty"`
	// Syntax says that the template was refused while parsing.
	Syntax bool `json:"syntax,omitempty"`
	Line   int  `json:"line,omitempty"`
	Column int  `json:"column,omitempty"`
}

// values are the context of recorded and of random templates. They hold what
// the original shows in the same way as the product.
var oracleValues = Context{
	"input": map[string]any{
		"a": "x y", "n": json.Number("5"), "d": json.Number("2.5"), "b": true, "f": false, "z": nil, "e": "",
		"uml": "Zoë ß!", "emoji": "\U0001F600x", "html": `<a href="x">it's</a>`,
		"nest": map[string]any{"k": "v", "l": []any{"p", "q"}},
	},
	"s": "str", "n": json.Number("7"), "t": true, "f": false, "z": nil, "e": "",
	"big": json.Number("9223372036854775807"), "huge": json.Number("99999999999999999999"), "long": json.Number("3000000000"),
	"dbl": json.Number("0.1"), "l": []any{"a", "b"}, "m": map[string]any{"k": "v"},
}

// wanted lists where we differ from the original on purpose. A difference is
// wanted if all patterns of an entry match.
var wanted = []struct {
	why                    string
	template, answer, ours *regexp.Regexp
	// syntax: only where the original refuses the template while parsing.
	syntax bool
	// edge: a corner of the original's lexer that nobody writes on purpose. It
	// counts for a template that was cut down to the difference.
	edge bool
}{
	{why: "directives that loop, define or include, and macros, are refused", template: regexp.MustCompile(`#\{?(foreach|macro|include|parse|evaluate|define|stop|break|literal)\b`)},
	{why: "the original fails on words that start with end only when it comes by", template: regexp.MustCompile(`#\{?end[\w@]`)},
	{why: "a reference in braces with a sign of its own is refused while parsing", template: regexp.MustCompile(`\$!?\{+\$`)},
	{why: "macros are refused while parsing", ours: regexp.MustCompile(`macros are not supported`)},
	{why: "the original's lexer keeps the state of a reference for what follows right behind it", template: regexp.MustCompile(`\$!?\w[\w.-]*(\[[^]]*\]|\))?(#\*|##|\s*#\{?set|\\*\$|\{)`), syntax: true, edge: true},
	{why: "the original's lexer keeps the state of a sign that no name follows", template: regexp.MustCompile(`#\\*\$|[$!]#|\$!?\{[^a-zA-Z_]|\$[\[\](]|\$\s*#\{?set|\\\$\.|\(\.[a-z]|\S##|[\w)\]]#\{?set|\$!\.[a-zA-Z]|\$["'\d]`), edge: true},
	{why: "Java's views of a map are lists here", answer: regexp.MustCompile(`LinkedKeySet|LinkedValues`)},
	{why: "decimals of any size are doubles here", answer: regexp.MustCompile(`BigDecimal`)},
	{why: "Java's powers and Go's differ in the last digit", template: regexp.MustCompile(`math\.pow`), ours: regexp.MustCompile(`\d\.\d{9}|E-`)},
	{why: "the words of Java's virtual machine for null arguments", answer: regexp.MustCompile(`NullPointerException`)},
	{why: "the words of Java for numbers of two classes", answer: regexp.MustCompile(`ClassCastException`)},
	{why: "the words of Java for a faulty pattern", answer: regexp.MustCompile(`PatternSyntaxException`)},
	{why: "reflection is not offered", template: regexp.MustCompile(`\.(class|entrySet|bytes|format|Class)\b`)},
	{why: "a method that Velocity finds and Java then refuses for its arguments", answer: regexp.MustCompile(`IllegalArgumentException(: wrong number of arguments)?$`)},
	{why: "a lone sign as an argument, which the original skips", template: regexp.MustCompile(`\(\s*(#|\$[^a-zA-Z_{!\\])`)},
	{why: "an escaped exclamation mark is refused while parsing", template: regexp.MustCompile(`\$\\+!`)},
	{why: "a dollar sign in a pattern is the very end here, not also before a last line end", template: regexp.MustCompile(`\$['"]`), answer: regexp.MustCompile(`\n$`)},
	{why: "lists and maps have no hash here", template: regexp.MustCompile(`hashCode`), ours: regexp.MustCompile(`hashCode`)},
	{why: "an array or a tool as text ends in a number that differs from run to run", answer: regexp.MustCompile(`@[0-9a-f]{5,8}`)},
	{why: "a stray sign before a block of unparsed text", template: regexp.MustCompile(`\$!?#\[\[`)},
}

// verdict compares an answer of ours with the original's. It returns "" if they
// agree or differ as wanted; edges tells whether the edges of the language count
// as wanted.
func verdict(r recording, edges bool) string {
	difference := differs(r)
	if difference == "" {
		return ""
	}
	for _, w := range wanted {
		if (edges || !w.edge) &&
			(w.template == nil || w.template.MatchString(r.Template+" ")) &&
			(w.answer == nil || w.answer.MatchString(r.Output+r.Error)) &&
			(w.ours == nil || w.ours.MatchString(difference)) &&
			(!w.syntax || r.Syntax) {
			return ""
		}
	}
	return difference
}

func differs(r recording) string {
	parsed, err := Parse("tpl", r.Template)
	if err != nil {
		if r.Syntax {
			return ""
		}
		return "refused while parsing: " + err.Error()
	}
	if r.Syntax {
		return "parsed"
	}
	got, err := parsed.Render(oracleValues)
	if err == nil {
		if r.Error != "" {
			return "rendered: " + got
		}
		if got != r.Output {
			return "rendered: " + got
		}
		return ""
	}
	var failure *Error
	if !errors.As(err, &failure) || failure.Message != r.Error || failure.Line != r.Line || failure.Column != r.Column {
		return "failed: " + err.Error()
	}
	return ""
}

// TestAnswersAsTheOriginalDid compares with every recorded answer of Velocity 1.7.
func TestAnswersAsTheOriginalDid(t *testing.T) {
	t.Parallel()
	file, err := os.Open(recordings)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close() //nolint:errcheck // only read
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var r recording
		if err := json.Unmarshal([]byte(lines.Text()), &r); err != nil {
			t.Fatalf("%s: %v", lines.Text(), err)
		}
		if difference := verdict(r, true); difference != "" {
			t.Errorf("%q %s\nthe original: %s", r.Template, difference, strings.TrimSpace(lines.Text()))
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}
