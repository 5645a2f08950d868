//go:build oracle

package velocity

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

var (
	update    = flag.Bool("update", false, "ask the original again and write the recordings anew")
	templates = flag.Int("templates", 20_000, "how many random templates to compare")
	seed      = flag.Uint64("seed", 1, "seed of the random templates")
)

// original is a running Velocity 1.7.
type original struct {
	in  io.Writer
	out *bufio.Reader
	ctx string
}

// startOriginal compiles and starts the driver. Velocity and what it needs are
// taken from where Debian puts Java libraries.
func startOriginal(t *testing.T) *original {
	t.Helper()
	const libraries = "/usr/share/java"
	dir := t.TempDir()
	paths := []string{dir}
	for _, jar := range []string{"velocity", "velocity-tools", "commons-lang", "commons-collections3", "commons-beanutils", "commons-logging"} {
		path := filepath.Join(libraries, jar+".jar")
		if _, err := os.Stat(path); err != nil && jar != "commons-logging" {
			t.Fatalf("The oracle needs the packages velocity, libvelocity-tools-java and default-jdk-headless: %v", err)
		}
		paths = append(paths, path)
	}
	for _, program := range []string{"javac", "java"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Fatalf("The oracle needs a Java development kit, such as the package default-jdk-headless: %v", err)
		}
	}
	classpath := strings.Join(paths, string(filepath.ListSeparator))
	compile := exec.CommandContext(t.Context(), "javac", "-cp", classpath, "-d", dir, filepath.Join("..", "..", "tools", "oracle", "velocity", "Oracle.java"))
	if said, err := compile.CombinedOutput(); err != nil {
		t.Fatalf("javac: %v\n%s", err, said)
	}
	run := exec.CommandContext(t.Context(), "java", "-cp", classpath, "Oracle")
	run.Stderr = os.Stderr
	in, err := run.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := run.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = run.Wait()
	})
	return &original{in: in, out: bufio.NewReaderSize(out, 1<<20), ctx: wire(map[string]any(oracleValues))}
}

// wire encodes a value for the driver.
func wire(v any) string {
	switch v := v.(type) {
	case nil:
		return "z"
	case bool:
		return strconv.FormatBool(v)[:1]
	case string:
		return "s" + base64.StdEncoding.EncodeToString([]byte(v))
	case json.Number:
		return "n" + string(v)
	case []any:
		items := make([]string, len(v))
		for i, item := range v {
			items[i] = wire(item)
		}
		return "l(" + strings.Join(items, ",") + ")"
	case map[string]any:
		var members []string
		for _, k := range sortedKeys(v) {
			members = append(members, k+":"+wire(v[k]))
		}
		return "m(" + strings.Join(members, ",") + ")"
	}
	panic(fmt.Sprintf("%T", v))
}

var positioned = regexp.MustCompile(`(?s)^(.*?) at tpl\[line (\d+), column (\d+)\]`)

// ask renders a template with the original.
func (o *original) ask(t *testing.T, template string) recording {
	t.Helper()
	if _, err := fmt.Fprintf(o.in, "tpl %s %s\n", base64.StdEncoding.EncodeToString([]byte(template)), o.ctx); err != nil {
		t.Fatal(err)
	}
	line, err := o.out.ReadString('\n')
	if err != nil {
		t.Fatalf("%v after %q", err, template)
	}
	fields := strings.Fields(line)
	text := ""
	if len(fields) > 1 && !strings.HasPrefix(fields[len(fields)-1], "ok") {
		plain, err := base64.StdEncoding.DecodeString(fields[len(fields)-1])
		if err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		text = string(plain)
	}
	r := recording{Template: template}
	if fields[0] == "ok" {
		r.Output = text
		return r
	}
	class := fields[3]
	if class == "ParseErrorException" || class == "TemplateInitException" {
		r.Syntax = true
		return r
	}
	r.Error = text
	if m := positioned.FindStringSubmatch(text); m != nil {
		r.Error = m[1]
		r.Line, _ = strconv.Atoi(m[2])
		r.Column, _ = strconv.Atoi(m[3])
	}
	return r
}

// shrink cuts pieces out of a template as long as the answers still differ.
func (o *original) shrink(t *testing.T, r recording) recording {
	t.Helper()
	for size := len(r.Template) / 2; size > 0; {
		smaller := false
		for from := 0; from+size <= len(r.Template); from++ {
			candidate := r.Template[:from] + r.Template[from+size:]
			if !utf8.ValidString(candidate) {
				continue
			}
			if answer := o.ask(t, candidate); verdict(answer, false) != "" {
				r, smaller = answer, true
				break
			}
		}
		if !smaller {
			size /= 2
		}
	}
	return r
}

func TestOracleSaysWhatIsRecorded(t *testing.T) {
	o := startOriginal(t)
	stored, err := os.ReadFile(recordings)
	if err != nil {
		t.Fatal(err)
	}
	var fresh bytes.Buffer
	enc := json.NewEncoder(&fresh)
	enc.SetEscapeHTML(false)
	seen := make(map[string]bool)
	for line := range strings.Lines(string(stored)) {
		var r recording
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if seen[r.Template] {
			continue
		}
		seen[r.Template] = true
		if err := enc.Encode(o.ask(t, r.Template)); err != nil {
			t.Fatal(err)
		}
	}
	if *update {
		if err := os.WriteFile(recordings, fresh.Bytes(), 0o644); err != nil { //nolint:gosec // test data
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(fresh.Bytes(), stored) {
		t.Error("the original answers otherwise than recorded; see what changes with -update")
	}
}

func TestOracleAgreesOnRandomTemplates(t *testing.T) {
	o := startOriginal(t)
	random := rand.New(rand.NewPCG(*seed, 0)) //nolint:gosec // no secret
	failures, edges, rendered := 0, 0, 0
	for range *templates {
		g := &grammar{Rand: random}
		r := o.ask(t, g.template())
		if r.Error == "" && !r.Syntax {
			rendered++
		}
		difference := verdict(r, false)
		if difference == "" {
			continue
		}
		r = o.shrink(t, r)
		if difference = verdict(r, true); difference == "" {
			edges++
			continue
		}
		answer, _ := json.Marshal(r)
		t.Errorf("%q %s\nthe original: %s", r.Template, difference, answer)
		if failures++; failures == 40 {
			t.Fatal("too many differences")
		}
	}
	t.Logf("%d templates, of which %d render and %d differ at the edges", *templates, rendered, edges)
}
