package jsonpath

import (
	"errors"
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode/utf8"
)

// pattern reads /…/ and the flags behind it.
func (r *stepReader) pattern() (*regexp.Regexp, error) {
	start := r.pos
	end := closingQuote(r.text, start)
	if end < 0 {
		return nil, r.fail("the closing / is missing")
	}
	r.pos = end + 1
	for r.pos < len(r.text) && r.text[r.pos]|0x20 >= 'a' && r.text[r.pos]|0x20 <= 'z' {
		r.pos++
	}
	flags := r.text[end+1 : r.pos]
	if bad := strings.Trim(flags, "imsu"); bad != "" {
		return nil, r.fail("flags " + bad + " of a pattern are not supported")
	}
	pattern, err := javaPattern(r.text[start+1:end], strings.Contains(flags, "s"))
	if err == nil {
		// Flag s is always on, because javaPattern spells out Java's dot, and u
		// needs no flag in Go. Java's matches() wants the whole text to match.
		flags = "s" + strings.ReplaceAll(strings.ReplaceAll(flags, "u", ""), "s", "")
		var compiled *regexp.Regexp
		if compiled, err = regexp.Compile(`\A(?` + flags + `:` + pattern + `)\z`); err == nil {
			return compiled, nil
		}
	}
	r.pos = start
	return nil, r.fail("the pattern is not supported: " + patternProblem(err))
}

// patternProblem leaves out what regexp repeats of our own translation.
func patternProblem(err error) string {
	if problem, ok := errors.AsType[*syntax.Error](err); ok {
		return problem.Code.String()
	}
	return err.Error()
}

// javaPattern turns a regular expression of Java into one of Go. What only
// Java has is refused here or by regexp: looking around, back references,
// possessive quantifiers, sets within sets.
func javaPattern(pattern string, dotAll bool) (string, error) {
	var b strings.Builder
	inSet := false
	for i := 0; i < len(pattern); {
		c := pattern[i]
		switch {
		case c == '\\':
			n, err := javaEscape(&b, pattern[i:], inSet)
			if err != nil {
				return "", err
			}
			i += n
			continue
		case inSet && (c == '[' || strings.HasPrefix(pattern[i:], "&&")):
			return "", errors.New("sets within sets")
		case c == '[':
			inSet = true
			b.WriteByte(c)
			i++
			// Right at the start ^ negates and ] is a plain character.
			for _, first := range []string{"^", "]"} {
				if strings.HasPrefix(pattern[i:], first) {
					b.WriteString(first)
					i++
				}
			}
			continue
		case c == ']':
			inSet = false
			b.WriteByte(c)
		case c == '.' && !inSet && !dotAll:
			b.WriteString(`[^\n\r\x{85}\x{2028}\x{2029}]`)
		default:
			b.WriteByte(c)
		}
		i++
	}
	return b.String(), nil
}

// javaSets are sets that Go does not know or understands otherwise. They are
// written so that they can stand within a set too.
var javaSets = map[byte]string{
	's': `\s\x0B`,
	'h': `\t \x{A0}\x{1680}\x{180E}\x{2000}-\x{200A}\x{202F}\x{205F}\x{3000}`,
	'v': `\n\x0B\f\r\x{85}\x{2028}\x{2029}`,
}

// javaClasses are named sets that Go spells differently.
var javaClasses = map[string]string{
	"Lower": "[:lower:]", "Upper": "[:upper:]", "ASCII": "[:ascii:]", "Alpha": "[:alpha:]",
	"Digit": "[:digit:]", "Alnum": "[:alnum:]", "Punct": "[:punct:]", "Graph": "[:graph:]",
	"Print": "[:print:]", "Blank": "[:blank:]", "Cntrl": "[:cntrl:]", "XDigit": "[:xdigit:]",
	"Space": "[:space:]", "IsAlphabetic": `\p{L}`, "IsLetter": `\p{L}`, "IsDigit": `\p{Nd}`,
}

// javaEscape translates the escape that s starts with and tells its length.
func javaEscape(b *strings.Builder, s string, inSet bool) (int, error) {
	if len(s) < 2 {
		return 0, errors.New("a backslash at the end")
	}
	switch c := s[1]; c {
	case 's', 'h', 'v':
		writeSet(b, javaSets[c], inSet)
		return 2, nil
	case 'S', 'H', 'V':
		if inSet {
			return 0, errors.New(`\` + string(c) + " in a set")
		}
		b.WriteString("[^" + javaSets[c|0x20] + "]")
		return 2, nil
	case 'R':
		b.WriteString(`(?:\r\n|[\n\x0B\f\r\x{85}\x{2028}\x{2029}])`)
		return 2, nil
	case 'Z':
		b.WriteString(`\n?\z`)
		return 2, nil
	case 'e':
		b.WriteString(`\x1B`)
		return 2, nil
	case 'u':
		if _, ok := hex4(s[2:]); !ok {
			return 0, errors.New(`\u needs four hexadecimal digits`)
		}
		b.WriteString(`\x{` + s[2:6] + `}`)
		return 6, nil
	case 'p':
		return javaClass(b, s, inSet)
	}
	if s[1] < utf8.RuneSelf {
		b.WriteString(s[:2])
		return 2, nil
	}
	_, size := utf8.DecodeRuneInString(s[1:])
	b.WriteString(s[1 : 1+size])
	return 1 + size, nil
}

func writeSet(b *strings.Builder, set string, inSet bool) {
	if inSet {
		b.WriteString(set)
		return
	}
	b.WriteString("[" + set + "]")
}

// javaClass translates \p{Name}; Unicode's own names are the same in both.
func javaClass(b *strings.Builder, s string, inSet bool) (int, error) {
	end := strings.IndexByte(s, '}')
	if !strings.HasPrefix(s, `\p{`) || end < 0 {
		b.WriteString(s[:2])
		return 2, nil
	}
	name := s[len(`\p{`):end]
	if set, ok := javaClasses[name]; ok {
		writeSet(b, set, inSet)
	} else {
		b.WriteString(`\p{` + strings.TrimPrefix(name, "Is") + `}`)
	}
	return end + 1, nil
}

// matches is =~, with the pattern on either side. A list matches when one of
// its items does; what is neither text, number nor boolean counts as "".
func matches(e *evaluation, l, r term) (bool, outcome) {
	if (l.pattern == nil) == (r.pattern == nil) {
		return false, done
	}
	if l.pattern != nil {
		l, r = r, l
	}
	pattern := r.pattern.pattern
	if !l.is(Array) {
		return e.match(pattern, l)
	}
	for i := range l.value.list {
		if ok, end := e.match(pattern, term{value: &l.value.list[i]}); ok || end != done {
			return ok, end
		}
	}
	return false, done
}

func (e *evaluation) match(pattern *regexp.Regexp, t term) (bool, outcome) {
	input := ""
	if t.is(String) || t.is(Number) || t.is(Bool) {
		input = t.text()
	}
	// A pattern costs more per byte than a comparison.
	if end := e.spend(1 + len(input)/4); end != done {
		return false, end
	}
	return pattern.MatchString(input), done
}
