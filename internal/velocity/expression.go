package velocity

import "strings"

// operator is a binary operator of an expression.
type operator int

const (
	opOr operator = iota + 1
	opAnd
	opEQ
	opNE
	opLT
	opGT
	opLE
	opGE
	opAdd
	opSub
	opMul
	opDiv
	opMod
)

// operators are all binary operators, longer ones first, and how tightly they bind.
var operators = []struct {
	text  string
	op    operator
	level int
}{
	{"||", opOr, 1},
	{"or", opOr, 1},
	{"&&", opAnd, 2},
	{"and", opAnd, 2},
	{"==", opEQ, 3},
	{"eq", opEQ, 3},
	{"!=", opNE, 3},
	{"ne", opNE, 3},
	{"<=", opLE, 4},
	{"le", opLE, 4},
	{">=", opGE, 4},
	{"ge", opGE, 4},
	{"<", opLT, 4},
	{"lt", opLT, 4},
	{">", opGT, 4},
	{"gt", opGT, 4},
	{"+", opAdd, 5},
	{"-", opSub, 5},
	{"*", opMul, 6},
	{"/", opDiv, 6},
	{"%", opMod, 6},
}

// logicLevel is the highest level whose operands are tests.
const logicLevel = 2

// expression parses a whole expression, up to a character that cannot continue it.
func (p *parser) expression() (expr, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	e, err := p.binary(1)
	if err != nil {
		return nil, err
	}
	p.tested(e)
	return e, nil
}

// tested marks a bare name that is only asked whether it is there. That holds
// for a whole expression and operands of logic, but only inside an #if.
func (p *parser) tested(e expr) {
	if ref, ok := e.(*reference); ok && p.inIf > 0 && len(ref.path) == 0 {
		ref.lenient = true
	}
}

// binary parses operators that bind at least as tightly as level.
func (p *parser) binary(level int) (expr, error) {
	left, err := p.unary()
	if err != nil {
		return nil, err
	}
	for chain := 0; ; chain++ {
		op, length, binds := p.operator()
		if op == 0 || binds < level {
			return left, nil
		}
		if chain == maxChain {
			return nil, p.fail(p.pos, "An expression has more than %d operators in a row", maxChain)
		}
		p.pos += length
		at := place{p.source, p.pos}
		right, err := p.binary(binds + 1)
		if err != nil {
			return nil, err
		}
		if binds <= logicLevel {
			p.tested(left)
			p.tested(right)
		}
		left = newBinary(op, left, right, at, p.text[at.offset:p.pos])
	}
}

// maxChain bounds "a + b + c + …", which nests to the left.
const maxChain = 1000

// operator looks for an operator at the current position.
func (p *parser) operator() (op operator, length, level int) {
	rest := p.text[p.pos:]
	if rest == "" || rest[0] == ')' {
		return 0, 0, 0
	}
	for _, o := range operators {
		if rest[0] != o.text[0] || !strings.HasPrefix(rest, o.text) {
			continue
		}
		after := rest[len(o.text):]
		if isLetter(o.text[0]) && after != "" && isWordByte(after[0]) {
			return 0, 0, 0
		}
		// "-3" is a number wherever it stands, so "5 -3" is no subtraction.
		if o.op == opSub && numberLength(rest) > 0 {
			return 0, 0, 0
		}
		return o.op, len(o.text), o.level
	}
	return 0, 0, 0
}

func isWordByte(c byte) bool {
	return isLetter(c) || isDigit(c) || c == '_' || c == '@'
}

func (p *parser) unary() (expr, error) {
	start := skipSpace(p.text, p.pos)
	rest := p.text[start:]
	length := 0
	switch {
	case strings.HasPrefix(rest, "!") && !strings.HasPrefix(rest, "!="):
		length = len("!")
	case strings.HasPrefix(rest, "not") && (len(rest) == len("not") || !isWordByte(rest[len("not")])):
		length = len("not")
	default:
		return p.primary()
	}
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	p.pos = start + length
	inner, err := p.unary()
	if err != nil {
		return nil, err
	}
	p.tested(inner)
	return notNode{inner}, nil
}

// primary reads a value or an expression in parentheses, and the space around.
func (p *parser) primary() (expr, error) {
	p.pos = skipSpace(p.text, p.pos)
	var e expr
	var err error
	if p.pos < len(p.text) && p.text[p.pos] == '(' {
		p.pos++
		if e, err = p.expression(); err != nil {
			return nil, err
		}
		if p.pos == len(p.text) || p.text[p.pos] != ')' {
			return nil, p.unexpected(`")"`)
		}
		p.pos++
		e = parenthesized{e}
	} else if e, err = p.value(values{}); err != nil {
		return nil, err
	}
	p.pos = skipSpace(p.text, p.pos)
	return e, nil
}
