package velocity

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode/utf8"
)

// pattern is a Java regular expression, run by Go's engine.
type pattern struct {
	re *regexp.Regexp
	// whole matches only the whole text.
	whole *regexp.Regexp
	// weight is about how many instructions the engine needs.
	weight int
	// after matches behind one character; nil if the pattern cannot match
	// nothing at all.
	after *regexp.Regexp
}

const (
	maxPattern     = 1000
	maxWeight      = 5000
	maxMatches     = 200_000
	syntaxError    = "java.util.regex.PatternSyntaxException"
	illegalReplace = "java.lang.IllegalArgumentException"
)

func compilePattern(source string) (*pattern, error) {
	if len(source) > maxPattern {
		return nil, throw(syntaxError, fmt.Sprintf("a regular expression may have %d bytes", maxPattern))
	}
	translated, err := translatePattern(source)
	if err != nil {
		return nil, err
	}
	tree, err := syntax.Parse(translated, syntax.Perl)
	if err != nil {
		return nil, throw(syntaxError, strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	weight := treeWeight(tree)
	if weight > maxWeight {
		return nil, throw(syntaxError, "the regular expression is too large")
	}
	re, err := regexp.Compile(translated)
	if err != nil {
		return nil, throw(syntaxError, strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	whole, err := regexp.Compile(`\A(?:` + translated + `)\z`)
	if err != nil {
		return nil, throw(syntaxError, strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	p := &pattern{re: re, whole: whole, weight: weight}
	if whole.MatchString("") || strings.ContainsAny(source, `^$`) || strings.Contains(strings.ToLower(source), `\b`) {
		if p.after, err = regexp.Compile(`\A(?s:.)(?:` + translated + `)`); err != nil {
			return nil, throw(syntaxError, "the regular expression is too large")
		}
	}
	return p, nil
}

// treeWeight counts the parts of a regular expression, repeated ones as often as
// they are repeated.
func treeWeight(tree *syntax.Regexp) int {
	weight := 1 + len(tree.Rune)
	for _, sub := range tree.Sub {
		weight += treeWeight(sub)
	}
	if tree.Op == syntax.OpRepeat {
		weight *= 1 + max(tree.Min, tree.Max)
	}
	return min(weight, maxWeight+1)
}

// matches finds all matches as Java does, at most n of them, or maxMatches
// if n is negative: unlike with Go, an empty match may touch the end of the one before.
func (p *pattern) matches(t string, n int) [][]int {
	if n < 0 {
		n = maxMatches
	}
	found := p.re.FindAllStringSubmatchIndex(t, n)
	if p.after == nil || len(found) == maxMatches {
		return found
	}
	all := make([][]int, 0, len(found))
	for _, m := range found {
		all = append(all, m)
		if m[0] == m[1] {
			continue
		}
		_, size := utf8.DecodeLastRuneInString(t[:m[1]])
		from := m[1] - size
		if empty := p.after.FindStringSubmatchIndex(t[from:]); empty != nil && empty[1] == size {
			for i := range empty {
				if empty[i] >= 0 {
					empty[i] += from
				}
			}
			empty[0] = m[1]
			all = append(all, empty)
		}
	}
	return all[:min(len(all), n)]
}

// regexMethod is the part of java.lang.String that takes regular expressions.
func (s *state) regexMethod(at place, t, name string, args []any) (any, error) {
	source, ok := stringArg(args, 0)
	if !ok {
		if len(args) > 0 && args[0] == nil {
			return nil, throw(nullException, "an argument is null")
		}
		return nil, errNoMethod
	}
	p, err := s.pattern(source)
	if err != nil {
		return nil, err
	}
	if err := s.spend(at, len(t)*(8+p.weight/2)); err != nil {
		return nil, err
	}
	switch {
	case name == "matches" && len(args) == 1:
		return p.whole.MatchString(t), nil
	case name == "split" && len(args) == 1:
		return s.split(at, p, t, 0)
	case name == "split" && len(args) == 2:
		limit, ok := wholeArg(args, 1)
		if !ok {
			return nil, errNoMethod
		}
		return s.split(at, p, t, limit)
	case name == "split" || name == "matches" || len(args) != 2:
		return nil, errNoMethod
	}
	replacement, ok := stringArg(args, 1)
	if !ok {
		if args[1] == nil {
			if name == "replaceAll" && !p.re.MatchString(t) {
				return t, nil
			}
			return nil, throw(nullException, "an argument is null")
		}
		return nil, errNoMethod
	}
	n := -1
	if name == "replaceFirst" {
		n = 1
	}
	return s.replacePattern(at, p, t, replacement, n)
}

// pattern compiles a regular expression once in a rendering.
func (s *state) pattern(source string) (*pattern, error) {
	if p, ok := s.patterns[source]; ok {
		return p, nil
	}
	p, err := compilePattern(source)
	if err != nil {
		return nil, err
	}
	if s.compiled++; s.compiled > maxCompiled {
		return nil, throw(syntaxError, "the template has too many regular expressions")
	}
	return p, nil
}

// maxCompiled bounds the regular expressions of one rendering that could not be
// compiled while parsing.
const maxCompiled = 100

func (s *state) replacePattern(at place, p *pattern, t, replacement string, n int) (any, error) {
	var b strings.Builder
	last := 0
	found := p.matches(t, n)
	if len(found) == maxMatches {
		return nil, at.fail("A regular expression matches more than %d times", maxMatches-1)
	}
	for _, m := range found {
		b.WriteString(t[last:m[0]])
		last = m[1]
		if err := p.expand(&b, replacement, t, m); err != nil {
			return nil, err
		}
		if err := s.bounded(at, b.Len()); err != nil {
			return nil, err
		}
	}
	b.WriteString(t[last:])
	return b.String(), s.bounded(at, b.Len())
}

// expand writes a replacement: $1 and ${name} are groups, a backslash takes the
// meaning from what follows.
func (p *pattern) expand(b *strings.Builder, replacement, t string, m []int) error {
	for i := 0; i < len(replacement); i++ {
		switch replacement[i] {
		case '\\':
			if i++; i == len(replacement) {
				return throw(illegalReplace, "character to be escaped is missing")
			}
			b.WriteByte(replacement[i])
		case '$':
			group, end, err := p.group(replacement, i+1)
			if err != nil {
				return err
			}
			if m[2*group] >= 0 {
				b.WriteString(t[m[2*group]:m[2*group+1]])
			}
			i = end - 1
		default:
			b.WriteByte(replacement[i])
		}
	}
	return nil
}

// group reads a group after '$'. Digits count as long as there is such a group.
func (p *pattern) group(replacement string, i int) (group, end int, err error) {
	rest := replacement[i:]
	switch {
	case rest == "":
		return 0, 0, throw(illegalReplace, "Illegal group reference: group index is missing")
	case rest[0] == '{':
		name, _, closed := strings.Cut(rest[1:], "}")
		if !closed {
			return 0, 0, throw(illegalReplace, "named capturing group is missing trailing '}'")
		}
		group = p.re.SubexpIndex(name)
		if group < 0 {
			return 0, 0, throw(illegalReplace, "No group with name {"+name+"}")
		}
		return group, i + len(name) + len("{}"), nil
	case !isDigit(rest[0]):
		return 0, 0, throw(illegalReplace, "Illegal group reference")
	}
	group = int(rest[0] - '0')
	if group > p.re.NumSubexp() {
		return 0, 0, throw("java.lang.IndexOutOfBoundsException", fmt.Sprintf("No group %d", group))
	}
	end = i + 1
	for end < len(replacement) && isDigit(replacement[end]) && group*10+int(replacement[end]-'0') <= p.re.NumSubexp() {
		group = group*10 + int(replacement[end]-'0')
		end++
	}
	return group, end, nil
}

// split is Java's: without a limit, empty texts at the end are dropped.
func (s *state) split(at place, p *pattern, t string, limit int) (any, error) {
	var parts []any
	last := 0
	for _, m := range p.matches(t, -1) {
		if limit > 0 && len(parts) == limit-1 {
			break
		}
		if len(parts) >= maxItems {
			return nil, at.fail("A list has more than %d items", maxItems)
		}
		if m[1] == 0 {
			continue // an empty match at the start parts nothing
		}
		parts = append(parts, t[last:m[0]])
		last = m[1]
	}
	parts = append(parts, t[last:])
	if limit == 0 && len(parts) > 1 {
		for len(parts) > 0 && parts[len(parts)-1] == "" {
			parts = parts[:len(parts)-1]
		}
	}
	return &list{items: parts, array: true}, nil
}
