package jsonpath

import (
	"regexp"
	"strings"
)

// expr is a condition of a filter.
type expr interface {
	test(e *evaluation, item *Value) (bool, outcome)
}

type (
	anyOf []expr         // ||
	allOf []expr         // &&
	not   struct{ expr } // !(…)

	// exists is a path on its own, or with ! before it.
	exists struct {
		path *Path
		want bool
	}

	comparison struct {
		compare     operator
		left, right operand
	}
)

// operand is one side of a comparison: a path, a pattern or a literal.
type operand struct {
	path    *Path
	pattern *regexp.Regexp
	literal *Value
	number  decimal // of a literal that is one
}

// filter reads (…)] after [?.
func (r *stepReader) filter() (step, error) {
	if r.blank() != '(' {
		return step{}, r.fail("a filter must be written [?(…)]")
	}
	condition, err := r.group()
	if err != nil {
		return step{}, err
	}
	return step{kind: stepFilter, filter: condition}, r.close()
}

// group reads a condition in parentheses.
func (r *stepReader) group() (expr, error) {
	if err := r.enter(r.base + r.pos); err != nil {
		return nil, err
	}
	defer r.leave()
	r.pos++
	condition, err := r.alternatives()
	if err != nil {
		return nil, err
	}
	if r.blank() != ')' {
		return nil, r.fail("an operator or a closing parenthesis is missing")
	}
	r.pos++
	return condition, nil
}

// alternatives reads conditions joined by ||, which binds less than &&.
func (r *stepReader) alternatives() (expr, error) {
	var any anyOf
	for {
		all, err := r.conjunction()
		if err != nil {
			return nil, err
		}
		any = append(any, all)
		if !r.take("||") {
			break
		}
	}
	if len(any) == 1 {
		return any[0], nil
	}
	return any, nil
}

func (r *stepReader) conjunction() (expr, error) {
	var all allOf
	for {
		one, err := r.condition()
		if err != nil {
			return nil, err
		}
		all = append(all, one)
		if !r.take("&&") {
			break
		}
	}
	if len(all) == 1 {
		return all[0], nil
	}
	return all, nil
}

func (r *stepReader) take(operator string) bool {
	r.blank()
	if !strings.HasPrefix(r.text[r.pos:], operator) {
		return false
	}
	r.pos += len(operator)
	return true
}

func (r *stepReader) condition() (expr, error) {
	want := true
	if r.blank() == '!' {
		r.pos++
		if c := r.blank(); c != '@' && c != '$' {
			if err := r.enter(r.base + r.pos); err != nil {
				return nil, err
			}
			defer r.leave()
			inner, err := r.condition()
			return not{inner}, err
		}
		want = false
	}
	if r.blank() == '(' {
		return r.group()
	}
	return r.comparison(want)
}

// comparison reads a comparison or a path alone. A ! before a path that is
// compared counts for nothing, as in Jayway.
func (r *stepReader) comparison(want bool) (expr, error) {
	left, err := r.operand()
	if err != nil {
		return nil, err
	}
	compare, err := r.operator()
	if err != nil {
		return nil, err
	}
	if compare == nil {
		if left.path == nil {
			return nil, r.fail("a comparison is missing: only a path can stand alone")
		}
		return exists{path: left.path, want: want}, nil
	}
	right, err := r.operand()
	if err != nil {
		return nil, err
	}
	return &comparison{compare: compare, left: left, right: right}, nil
}

const comparing = "<>=~!"

// operator reads the operator at hand, or nil where the condition ends.
func (r *stepReader) operator() (operator, error) {
	c := r.blank()
	if c == 0 || c == ')' || c == '&' || c == '|' {
		return nil, nil
	}
	start := r.pos
	if strings.IndexByte(comparing, c) >= 0 {
		for r.pos < len(r.text) && strings.IndexByte(comparing, r.text[r.pos]) >= 0 {
			r.pos++
		}
	} else {
		for r.pos < len(r.text) && r.text[r.pos] != ' ' && r.text[r.pos] != ')' {
			r.pos++
		}
	}
	name := strings.ToLower(r.text[start:r.pos])
	compare, ok := operators[name]
	if !ok {
		r.pos = start
		return nil, r.fail("unknown operator " + shorten(name))
	}
	return compare, nil
}

func (r *stepReader) operand() (operand, error) {
	switch c := r.blank(); c {
	case 0:
		return operand{}, r.fail("the filter is not closed")
	case '$', '@':
		path, err := r.innerPath()
		return operand{path: path}, err
	case '\'', '"':
		text, err := r.quotedText(c)
		return operand{literal: NewString(text)}, err
	case '/':
		pattern, err := r.pattern()
		return operand{pattern: pattern}, err
	case '[', '{':
		literal, err := r.jsonLiteral()
		return operand{literal: literal}, err
	default:
		literal, number, err := r.word()
		return operand{literal: literal, number: number}, err
	}
}

// innerPath reads a path within a filter. Blanks, operators and the
// parenthesis of the filter end it.
func (r *stepReader) innerPath() (*Path, error) {
	start, open := r.pos, 0
scan:
	for r.pos++; r.pos < len(r.text); r.pos++ {
		switch c := r.text[r.pos]; c {
		case '[':
			end := closingBracket(r.text, r.pos)
			if end < 0 {
				return nil, r.fail("the bracket is not closed")
			}
			r.pos = end
		case '(':
			open++
		case ')':
			if open == 0 {
				break scan
			}
			open--
		case ' ':
			if open == 0 {
				break scan
			}
		case '&', '|':
			if open == 0 && strings.HasPrefix(r.text[r.pos+1:], string(c)) {
				break scan
			}
		default:
			if open == 0 && strings.IndexByte(comparing, c) >= 0 {
				break scan
			}
		}
	}
	end := min(r.pos, len(r.text))
	return r.path(r.text[start:end], r.base+start)
}

// closingBracket finds the bracket or brace that closes the one at start, or
// -1, passing over quoted text.
func closingBracket(text string, start int) int {
	depth := 0
	for i := start; i < len(text); i++ {
		switch text[i] {
		case '[', '{':
			depth++
		case ']', '}':
			if depth--; depth == 0 {
				return i
			}
		case '\'', '"':
			end := closingQuote(text, i)
			if end < 0 {
				return -1
			}
			i = end
		}
	}
	return -1
}
