package velocity

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// posix maps Java's names of ASCII classes to Go's.
var posix = map[string]string{
	"Lower": "lower", "Upper": "upper", "ASCII": "ascii", "Alpha": "alpha", "Digit": "digit",
	"Alnum": "alnum", "Punct": "punct", "Graph": "graph", "Print": "print", "Blank": "blank",
	"Cntrl": "cntrl", "XDigit": "xdigit", "Space": "space",
}

// unicodeClasses maps Java's names of classes to Unicode's.
var unicodeClasses = map[string]string{
	"IsAlphabetic": "L", "IsLetter": "L", "IsDigit": "Nd", "IsUppercase": "Lu", "IsLowercase": "Ll",
	"IsPunctuation": "P", "IsLatin": "Latin", "IsL": "L", "IsN": "N", "IsLu": "Lu", "IsLl": "Ll",
	"javaLowerCase": "Ll", "javaUpperCase": "Lu",
}

// translatePattern writes a Java regular expression as Go reads it. What Go's
// engine cannot do is refused by name.
func translatePattern(source string) (string, error) {
	t := &translator{source: source}
	for t.pos < len(source) {
		if err := t.next(); err != nil {
			return "", err
		}
	}
	if t.class > 0 {
		return "", throw(syntaxError, fmt.Sprintf("Unclosed character class near index %d", len(source)-1))
	}
	return t.out.String(), nil
}

type translator struct {
	source string
	pos    int
	out    strings.Builder
	// class is 1 inside of brackets.
	class int
	// dotAll is true once a flag lets "." match line ends.
	dotAll bool
	// quantified is true right behind a quantifier.
	quantified bool
}

func unsupported(what string) error {
	return throw(syntaxError, what+" is not supported in regular expressions here")
}

func (t *translator) next() error {
	c := t.source[t.pos]
	rest := t.source[t.pos:]
	quantified := t.quantified
	t.quantified = false
	switch {
	case c == '\\':
		return t.escape(rest)
	case t.class > 0:
		return t.inClass(c, rest)
	case c == '[':
		t.openClass(rest)
		return nil
	case c == '(' && strings.HasPrefix(rest, "(?"):
		return t.group(rest)
	case c == '.' && !t.dotAll:
		t.replace(1, `[^\n\r\x{85}\x{2028}\x{2029}]`)
		return nil
	case c == '+' && quantified:
		return unsupported("A possessive quantifier")
	case c == '*' || c == '+' || c == '?':
		t.quantified = !quantified
	case c == '{':
		end := strings.IndexByte(rest, '}')
		if end < 0 {
			return throw(syntaxError, fmt.Sprintf("Unclosed counted closure near index %d", len(t.source)))
		}
		t.replace(end+1, rest[:end+1])
		t.quantified = true
		return nil
	}
	t.replace(1, rest[:1])
	return nil
}

// replace writes text for the next n bytes of the source.
func (t *translator) replace(n int, text string) {
	t.out.WriteString(text)
	t.pos += n
}

func (t *translator) openClass(rest string) {
	t.class = 1
	length := 1
	if strings.HasPrefix(rest, "[^") {
		length = 2
	}
	t.replace(length, rest[:length])
	// Java takes a bracket right at the start for itself, as Go does.
	if strings.HasPrefix(rest[length:], "]") {
		t.replace(1, `\]`)
	}
}

func (t *translator) inClass(c byte, rest string) error {
	switch {
	case c == ']':
		t.class = 0
	case c == '[':
		return unsupported("A character class within another")
	case strings.HasPrefix(rest, "&&"):
		return unsupported("An intersection of character classes")
	}
	t.replace(1, rest[:1])
	return nil
}

// group reads "(?…".
func (t *translator) group(rest string) error {
	switch {
	case strings.HasPrefix(rest, "(?=") || strings.HasPrefix(rest, "(?!"):
		return unsupported("Look-ahead")
	case strings.HasPrefix(rest, "(?<=") || strings.HasPrefix(rest, "(?<!"):
		return unsupported("Look-behind")
	case strings.HasPrefix(rest, "(?>"):
		return unsupported("An atomic group")
	}
	end := strings.IndexAny(rest, ":)<")
	if end < 0 {
		return throw(syntaxError, fmt.Sprintf("Unknown inline modifier near index %d", t.pos+2))
	}
	flags := rest[len("(?"):end]
	if strings.ContainsAny(flags, "xdU") {
		return unsupported("The flag " + flags)
	}
	if on, _, _ := strings.Cut(flags, "-"); strings.Contains(on, "s") {
		t.dotAll = true
	}
	t.replace(end+1, "(?"+strings.ReplaceAll(flags, "u", "")+rest[end:end+1])
	if flags == "u" && rest[end] == ')' {
		return unsupported("The flag u")
	}
	return nil
}

// escape reads a backslash and what belongs to it.
func (t *translator) escape(rest string) error {
	if len(rest) == 1 {
		return throw(syntaxError, fmt.Sprintf("Unexpected internal error near index %d", len(t.source)))
	}
	switch c := rest[1]; {
	case c == 's':
		t.replace(2, t.inBrackets(`\t\n\x0B\f\r `))
	case c == 'h':
		t.replace(2, t.inBrackets(` \t\x{A0}\x{1680}\x{180e}\x{2000}-\x{200a}\x{202f}\x{205f}\x{3000}`))
	case c == 'v':
		t.replace(2, t.inBrackets(`\n\x0B\f\r\x{85}\x{2028}\x{2029}`))
	case c == 'R' && t.class == 0:
		t.replace(2, `(?:\r\n|[\n\x0B\f\r\x{85}\x{2028}\x{2029}])`)
	case c == 'Z' && t.class == 0:
		t.replace(2, `\n?\z`)
	case c == 'e':
		t.replace(2, `\x1B`)
	case c == 'u' && len(rest) >= 6:
		t.replace(6, `\x{`+rest[2:6]+`}`)
	case c == 'p' || c == 'P':
		return t.property(rest)
	case '1' <= c && c <= '9' || c == 'k':
		return unsupported("A back-reference")
	case c == 'Q':
		quoted, after, _ := strings.Cut(rest[2:], `\E`)
		t.quote(quoted)
		t.pos = len(t.source) - len(after)
	case c == 'G' || c == 'X' || c == 'N' || c == 'c' || c == '0':
		return unsupported(`\` + string(c))
	case c >= utf8.RuneSelf:
		t.pos++
	default:
		t.replace(2, rest[:2])
	}
	return nil
}

func (t *translator) inBrackets(class string) string {
	if t.class > 0 {
		return class
	}
	return "[" + class + "]"
}

func (t *translator) quote(text string) {
	for _, r := range text {
		if strings.ContainsRune(`\.+*?()|[]{}^$-&`, r) {
			t.out.WriteByte('\\')
		}
		t.out.WriteRune(r)
	}
}

// property reads \p{Name} and \pL.
func (t *translator) property(rest string) error {
	if len(rest) < 3 || rest[2] != '{' {
		t.replace(min(3, len(rest)), rest[:min(3, len(rest))])
		return nil
	}
	end := strings.IndexByte(rest, '}')
	if end < 0 {
		return throw(syntaxError, "Unclosed character family")
	}
	name := rest[len(`\p{`):end]
	if ascii, ok := posix[name]; ok {
		negation := ""
		if rest[1] == 'P' {
			negation = "^"
		}
		t.replace(end+1, t.inBrackets("[:"+negation+ascii+":]"))
		return nil
	}
	if class, ok := unicodeClasses[name]; ok {
		name = class
	}
	t.replace(end+1, rest[:2]+"{"+name+"}")
	return nil
}
