package velocity

import (
	"errors"
	"math/rand/v2"
	"testing"
	"unicode/utf8"
)

// check renders a template that may be anything. It must end in text within the
// limits or in an *Error with a place.
func check(t *testing.T, template string) {
	t.Helper()
	parsed, err := Parse("t", template)
	got := ""
	if err == nil {
		got, err = parsed.Render(oracleValues)
	}
	var failure *Error
	switch {
	case err == nil && (len(got) > MaxOutput || !utf8.ValidString(got)):
		t.Errorf("%q rendered %d bytes: %.100q", template, len(got), got)
	case err != nil && !errors.As(err, &failure):
		t.Errorf("%q failed with a %T: %v", template, err, err)
	case err != nil && (failure.Name != "t" || failure.Line < 1 || failure.Column < 1 || failure.Message == ""):
		t.Errorf("%q failed nowhere: %v", template, err)
	}
}

// TestRandomTemplatesEndInTextOrAnError runs templates of a grammar, whole and mangled.
func TestRandomTemplatesEndInTextOrAnError(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(7, 7)) //nolint:gosec // no secret
	for range 1500 {
		g := &grammar{Rand: random}
		template := g.template()
		check(t, template)
		runes := []rune(template)
		at := random.IntN(len(runes))
		runes[at] = []rune(`$#\{}()[]"'.!,:*=-+/%&|<> a1`)[random.IntN(28)]
		check(t, string(runes))
		check(t, string(runes[:at]))
	}
}

func FuzzVelocity(f *testing.F) {
	for _, template := range exampleTemplates {
		f.Add(template)
	}
	f.Add(`$s.replaceAll("(?i)[^\p{Alpha}]+", "$0")$s.split("\b")[0]#set($a = [1..3])#set($a[0] = {"x": $s})`)
	f.Add("#[[ $x ]]# \\\\\\$s \\#if #*c*# ##d\n$!{input.x.y}$s{x}$l[-1]#{else}")
	f.Fuzz(check)
}
