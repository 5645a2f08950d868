package velocity

import (
	"math/big"
	"strconv"
	"strings"
)

// values says which values may stand somewhere.
type values struct {
	// index: only strings, whole numbers, booleans and references.
	index bool
	// bare: we are inside of a reference, where a name may have "-" in it, and is
	// null without its "$". The original reads method arguments so.
	bare bool
}

// value reads one value: a literal or a reference.
func (p *parser) value(allowed values) (expr, error) {
	if p.pos == len(p.text) {
		return nil, p.unexpected("a value")
	}
	c := p.text[p.pos]
	switch {
	case c == '"' || c == '\'':
		return p.stringLiteral()
	case c == '$':
		return p.reference()
	case isDigit(c) || c == '-' || c == '.':
		return p.number(allowed)
	case c == '[' && !allowed.index:
		return p.listOrRange(allowed)
	case c == '{' && !allowed.index:
		return p.dict(allowed)
	case isLetter(c) || c == '_':
		return p.word(allowed)
	}
	return nil, p.unexpected("a value")
}

func (p *parser) word(allowed values) (expr, error) {
	end := identifierEnd(p.text, p.pos)
	if !allowed.bare {
		end = p.pos
		for end < len(p.text) && isWordByte(p.text[end]) {
			end++
		}
	}
	switch word := p.text[p.pos:end]; {
	case word == "true" || word == "false":
		p.pos = end
		return constant{word == "true"}, nil
	case allowed.bare && !allowed.index:
		p.pos = end
		return constant{nil}, nil
	}
	return nil, p.unexpected("a value")
}

// numberLength returns the length of the number that text starts with, or 0.
func numberLength(text string) int {
	i := 0
	if i < len(text) && text[i] == '-' {
		i++
	}
	whole := i
	for i < len(text) && isDigit(text[i]) {
		i++
	}
	digits := i - whole
	if i < len(text) && text[i] == '.' && !strings.HasPrefix(text[i:], "..") {
		fraction := i + 1
		for fraction < len(text) && isDigit(text[fraction]) {
			fraction++
		}
		if digits > 0 || fraction > i+1 {
			i = fraction
		}
	}
	if i == whole {
		return 0
	}
	exponent := i
	if exponent < len(text) && (text[exponent] == 'e' || text[exponent] == 'E') {
		exponent++
		if exponent < len(text) && (text[exponent] == '+' || text[exponent] == '-') {
			exponent++
		}
		first := exponent
		for exponent < len(text) && isDigit(text[exponent]) {
			exponent++
		}
		if exponent > first {
			return exponent
		}
	}
	return i
}

func (p *parser) number(allowed values) (expr, error) {
	length := numberLength(p.text[p.pos:])
	if length == 0 {
		return nil, p.unexpected("a value")
	}
	digits := p.text[p.pos : p.pos+length]
	if !strings.ContainsAny(digits, ".eE") {
		if length > maxDigits {
			return nil, p.fail(p.pos, "A number has more than %d digits", maxDigits)
		}
		p.pos += length
		whole, _ := new(big.Int).SetString(digits, 10)
		return constant{wholeNumber(whole)}, nil
	}
	if allowed.index {
		return nil, p.unexpected("a whole number")
	}
	p.pos += length
	f, _ := strconv.ParseFloat(digits, 64) // out of range is infinite, as in the original
	return constant{f}, nil
}

// listOrRange reads "[a, b]" or "[1..3]".
func (p *parser) listOrRange(allowed values) (expr, error) {
	at := place{p.source, p.pos}
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	p.pos++
	blank := skipSpace(p.text, p.pos)
	if blank == p.pos && p.pos < len(p.text) && p.text[p.pos] == ']' {
		p.pos++
		return &listLiteral{place: at}, nil
	}
	p.pos = blank
	first, ok, err := p.bound()
	if err != nil {
		return nil, err
	}
	if ok {
		p.pos = skipSpace(p.text, p.pos)
		if strings.HasPrefix(p.text[p.pos:], "..") {
			return p.rangeLiteral(at, first)
		}
	} else if first, err = p.value(allowed); err != nil {
		return nil, err
	}
	items, err := p.items(first, ']', allowed)
	if err != nil {
		return nil, err
	}
	return &listLiteral{at, items}, nil
}

// bound reads a reference or a whole number, which may start a range.
func (p *parser) bound() (e expr, ok bool, err error) {
	if p.pos == len(p.text) {
		return nil, false, nil
	}
	switch c := p.text[p.pos]; {
	case c == '$':
		e, err = p.reference()
		return e, true, err
	case isDigit(c) || c == '-':
		if length := numberLength(p.text[p.pos:]); strings.ContainsAny(p.text[p.pos:p.pos+length], ".eE") {
			return nil, false, nil // a fraction: this is a list
		}
		e, err = p.number(values{index: true})
		return e, true, err
	}
	return nil, false, nil
}

func (p *parser) rangeLiteral(at place, from expr) (expr, error) {
	p.pos = skipSpace(p.text, p.pos+len(".."))
	to, ok, err := p.bound()
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, p.unexpected("a reference or a whole number")
	}
	p.pos = skipSpace(p.text, p.pos)
	if p.pos == len(p.text) || p.text[p.pos] != ']' {
		return nil, p.unexpected(`"]"`)
	}
	p.pos++
	return &rangeLiteral{at, from, to, p.text[at.offset:p.pos]}, nil
}

// list reads values parted by commas, and the character that ends them.
func (p *parser) list(end byte, allowed values) ([]expr, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	// An empty list has not even a blank in it.
	if p.pos < len(p.text) && p.text[p.pos] == end {
		p.pos++
		return nil, nil
	}
	p.pos = skipSpace(p.text, p.pos)
	first, err := p.value(allowed)
	if err != nil {
		return nil, err
	}
	return p.items(first, end, allowed)
}

// items reads what follows the first value of a list.
func (p *parser) items(first expr, end byte, allowed values) ([]expr, error) {
	items := []expr{first}
	for {
		p.pos = skipSpace(p.text, p.pos)
		switch {
		case p.pos < len(p.text) && p.text[p.pos] == end:
			p.pos++
			return items, nil
		case p.pos < len(p.text) && p.text[p.pos] == ',':
			p.pos = skipSpace(p.text, p.pos+1)
		default:
			return nil, p.unexpected(`"," or ` + strconv.Quote(string(end)))
		}
		item, err := p.value(allowed)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
}

// dict reads "{key: value, …}".
func (p *parser) dict(allowed values) (expr, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	d := &dictLiteral{place: place{p.source, p.pos}}
	p.pos = skipSpace(p.text, p.pos+1)
	if p.pos < len(p.text) && p.text[p.pos] == '}' {
		p.pos++
		return d, nil
	}
	for {
		key, err := p.mapPart(allowed, ':')
		if err != nil {
			return nil, err
		}
		value, err := p.mapPart(allowed, 0)
		if err != nil {
			return nil, err
		}
		d.keys, d.values = append(d.keys, key), append(d.values, value)
		switch {
		case p.pos < len(p.text) && p.text[p.pos] == '}':
			p.pos++
			return d, nil
		case p.pos < len(p.text) && p.text[p.pos] == ',':
			p.pos++
		default:
			return nil, p.unexpected(`"," or "}"`)
		}
	}
}

// mapPart reads a key or a value of a map, the space around it, and what ends it.
func (p *parser) mapPart(allowed values, end byte) (expr, error) {
	p.pos = skipSpace(p.text, p.pos)
	e, err := p.value(allowed)
	if err != nil {
		return nil, err
	}
	p.pos = skipSpace(p.text, p.pos)
	if end == 0 {
		return e, nil
	}
	if p.pos == len(p.text) || p.text[p.pos] != end {
		return nil, p.unexpected(strconv.Quote(string(end)))
	}
	p.pos++
	return e, nil
}
