package velocity

import (
	"slices"
	"strings"
)

// Signs are what stands before a reference, or looks like it. Here the original
// lexer leaves the straight path most often; what it does was tried out.

// dollar reads a '$' with the backslashes before it, from start. What is no
// reference is text.
func (p *parser) dollar(start int) (node, error) {
	last, bang, after := p.signs(start)
	if after == len(p.text) {
		return nil, p.fail(after, "Encountered the end of the template after %q", p.text[start:])
	}
	name := after
	if p.text[name] == '{' {
		name++
	}
	if name == len(p.text) || !isLetter(p.text[name]) && p.text[name] != '_' {
		return p.noReference(start, after)
	}
	if strings.Contains(p.text[last:bang], `\`) {
		return nil, p.escapedBang(start, last, name)
	}
	slashes := start
	for p.text[slashes] == '\\' {
		slashes++
	}
	p.pos = last
	ref, err := p.reference()
	if err != nil {
		return nil, err
	}
	ref.place.offset = start
	ref.escaped = (slashes-start)%2 == 1
	ref.prefix = p.text[start : start+(slashes-start)/2]
	if !ref.escaped {
		ref.prefix += p.text[slashes:last]
	}
	braces := p.text[name-1] == '{'
	if !braces {
		p.refEnd = p.pos
	}
	if p.memberEnd == start && start > 0 {
		if p.pos+1 < len(p.text) && (p.text[p.pos] == '(' || p.text[p.pos] == '[') {
			return nil, p.unexpected("something else right behind two references")
		}
		p.memberEnd, p.refEnd = p.pos, p.pos
	}
	if !braces && endsInMember(ref.path) {
		p.memberEnd = p.pos
	}
	return ref, nil
}

// endsInMember tells whether the last step but indexes is a member.
func endsInMember(path []step) bool {
	for _, st := range slices.Backward(path) {
		if st.kind != index {
			return st.kind == property
		}
	}
	return false
}

// runtAhead tells whether a name, or one in braces, follows right behind a
// reference: "$a.b()name", "$a{name}".
func (p *parser) runtAhead() bool {
	i := p.pos
	if p.text[i] == '{' {
		i++
		if strings.HasPrefix(p.text[i:], "$") {
			i++
		}
		if strings.HasPrefix(p.text[i:], "!") && p.text[i-1] == '$' {
			i++
		}
	}
	return identifierEnd(p.text, i) > i
}

// runt reads such a name. The original takes it for a reference without a sign,
// and writes only its first word: the name, or the brace.
func (p *parser) runt() (node, error) {
	braces := p.text[p.pos] == '{'
	if braces {
		p.pos++
		p.pos += len(p.text[p.pos:]) - len(strings.TrimLeft(p.text[p.pos:], "$!"))
	}
	name, err := p.identifier()
	if err != nil {
		return nil, err
	}
	if err := p.path(&reference{place: place{p.source, p.pos}}, braces); err != nil {
		return nil, err
	}
	if !braces {
		p.refEnd = p.pos
		return text(name), nil
	}
	if p.pos == len(p.text) || p.text[p.pos] != '}' {
		return nil, p.unexpected(`"}"`)
	}
	p.pos++
	return text("{"), nil
}

// signs reads "\\$", "$!", "#" and repetitions of them. It returns the offsets of
// the last '$', of the '!' after it, and of what follows.
func (p *parser) signs(start int) (last, bang, after int) {
	for i := start; ; i = after {
		last = p.nextDollar(i)
		bang = last + 1
		after = bang
		i = bang
		for i < len(p.text) && p.text[i] == '\\' {
			i++
		}
		if i < len(p.text) && p.text[i] == '!' {
			bang, after = i, i+1
		}
		if p.nextDollar(after) < 0 {
			return last, bang, after
		}
	}
}

// nextDollar returns the offset of a '$' that follows at i, behind backslashes
// and a '#' at most, or -1.
func (p *parser) nextDollar(i int) int {
	if i < len(p.text) && p.text[i] == '#' {
		i++
	}
	for i < len(p.text) && p.text[i] == '\\' {
		i++
	}
	if i < len(p.text) && p.text[i] == '$' {
		return i
	}
	return -1
}

// noReference is the text of signs that no name follows. The original loses a
// "!" there, unless a brace, a bracket or a '#' follows.
func (p *parser) noReference(start, after int) (node, error) {
	p.pos = after
	signs := p.text[start:after]
	switch p.text[after] {
	case '{':
		if inner := strings.TrimLeft(p.text[after:], "{"); strings.HasPrefix(inner, "$") {
			if end := identifierEnd(inner, 1); end > 1 {
				return nil, p.fail(start, "Variable $%s has not been set", inner[:end])
			}
		}
		if strings.HasPrefix(p.text[after:], "{}") {
			p.pos = after + len("{}")
		} else {
			p.pos = after + len("{")
			p.refEnd = p.pos
		}
		return text(signs + p.text[after:p.pos]), nil
	case '[', '}':
		p.pos++
		return text(signs + p.text[after:p.pos]), nil
	case '.':
		plain := strings.HasSuffix(signs, "$") && !strings.HasSuffix(signs, `\$`)
		if plain {
			p.pos++
			return text(signs + "."), nil
		}
		if after+1 < len(p.text) && isLetter(p.text[after+1]) {
			return nil, nil //nolint:nilnil // the signs vanish
		}
	case '#':
		if word, _ := directiveWord(p.text, after); !p.swallows(after) && (word != "" || numberLength(p.text[after+1:]) > 0 || strings.HasPrefix(p.text[after:], "##")) {
			return text(signs), nil
		}
	}
	if p.swallows(after) {
		return nil, nil //nolint:nilnil // the signs vanish
	}
	return text(keptSigns(signs)), nil
}

// keptSigns are the signs without "!", and without backslashes that no "$" follows.
func keptSigns(signs string) string {
	kept := make([]byte, 0, len(signs))
	dollar := false
	for i := range len(signs) {
		c := signs[len(signs)-1-i]
		dollar = c == '$' || c == '\\' && dollar
		if dollar || c == '#' {
			kept = append(kept, c)
		}
	}
	slices.Reverse(kept)
	return string(kept)
}

// swallows tells whether something starts at an offset that makes signs before
// it vanish in the original: "5$#end" renders as "5".
func (p *parser) swallows(i int) bool {
	if _, ok := setAt(p.text, skipBlanks(p.text, i)); ok {
		return true
	}
	slashes := i
	for slashes < len(p.text) && p.text[slashes] == '\\' {
		slashes++
	}
	if slashes-i > 1 {
		return true
	}
	if slashes == len(p.text) || p.text[slashes] != '#' {
		return false
	}
	word, _ := directiveWord(p.text, slashes)
	if slashes > i {
		return word != ""
	}
	return isDirective(word) || strings.HasPrefix(p.text[i:], "#*")
}

// escapedBang is the error for "$\!x", which the original looks up under a name
// that nothing can have.
func (p *parser) escapedBang(start, last, name int) error {
	end := identifierEnd(p.text, name)
	signs := p.text[last:name]
	slashes := strings.Count(signs, `\`)
	return p.fail(start, "Variable $$%s%s has not been set", strings.Repeat(`\`, slashes/2), strings.TrimLeft(signs[1:], `\`)+p.text[name:end])
}
