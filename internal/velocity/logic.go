package velocity

// newBinary builds the node of an operator.
func newBinary(op operator, left, right expr, at place, literal string) expr {
	switch op {
	case opOr, opAnd:
		return &logicNode{op, left, right}
	case opEQ, opNE:
		return &equalNode{op == opNE, left, right, at}
	case opLT, opGT, opLE, opGE:
		return &orderNode{op, left, right, at}
	}
	return &mathNode{op, left, right, at, literal}
}

// truth is what #if and logic make of an expression. Only references, logic and
// comparisons can be true: a literal like "x" or 1 never is.
func truth(s *state, e expr) (bool, error) {
	switch e := e.(type) {
	case parenthesized:
		return truth(s, e.inner)
	case *reference:
		v, err := e.eval(s)
		if b, ok := v.(bool); ok {
			return b, err
		}
		return v != nil, err
	case notNode, *logicNode, *equalNode, *orderNode, constant:
		v, err := e.eval(s)
		b, _ := v.(bool)
		return b, err
	}
	return false, nil
}

// notNode is "!".
type notNode struct{ inner expr }

func (e notNode) eval(s *state) (any, error) {
	b, err := truth(s, e.inner)
	return !b, err
}

// logicNode is "&&" and "||".
type logicNode struct {
	op          operator
	left, right expr
}

func (e *logicNode) eval(s *state) (any, error) {
	b, err := truth(s, e.left)
	if err != nil || b == (e.op == opOr) {
		return b, err
	}
	b, err = truth(s, e.right)
	return b, err
}

// equalNode is "==" and "!=".
type equalNode struct {
	not         bool
	left, right expr
	place       place
}

func (e *equalNode) eval(s *state) (any, error) {
	left, err := e.left.eval(s)
	if err != nil {
		return nil, err
	}
	right, err := e.right.eval(s)
	if err != nil {
		return nil, err
	}
	same, err := s.equal(e.place, left, right)
	return same != e.not, err
}

// equal compares numbers as numbers, and values of different kinds by their text.
func (s *state) equal(at place, left, right any) (bool, error) {
	if left == nil || right == nil {
		return left == nil && right == nil, nil
	}
	a, b := number(left), number(right)
	if isNumber(a) && isNumber(b) {
		return compareNumbers(a, b) == 0, nil
	}
	x, err := s.text(at, left)
	if err != nil {
		return false, err
	}
	y, err := s.text(at, right)
	if err != nil {
		return false, err
	}
	return s.same(at, x, y)
}

// same compares texts.
func (s *state) same(at place, x, y string) (bool, error) {
	if len(x) != len(y) {
		return false, nil
	}
	return x == y, s.spend(at, len(x))
}

// orderNode is "<", ">", "<=" and ">=", which only numbers have.
type orderNode struct {
	op          operator
	left, right expr
	place       place
}

var orderSigns = map[operator]string{opLT: "<", opGT: ">", opLE: "<=", opGE: ">="}

func (e *orderNode) eval(s *state) (any, error) {
	left, err := e.left.eval(s)
	if err != nil {
		return nil, err
	}
	right, err := e.right.eval(s)
	if err != nil {
		return nil, err
	}
	if left == nil {
		return nil, e.place.fail("Left side (%s) of '%s' operation has null value", literalOf(e.left), orderSigns[e.op])
	}
	if right == nil {
		return nil, e.place.fail("Right side (%s) of '%s' operation has null value", literalOf(e.right), orderSigns[e.op])
	}
	a, b := number(left), number(right)
	// The original names ">=" whatever the operator is.
	what := "Number"
	if e.op == opLT {
		what = "valid Number"
	}
	if !isNumber(a) {
		return nil, e.place.fail("Left side of '>=' operation is not a %s", what)
	}
	if !isNumber(b) {
		return nil, e.place.fail("Right side of '>=' operation is not a %s", what)
	}
	c := compareNumbers(a, b)
	switch e.op {
	case opLT:
		return c < 0, nil
	case opGT:
		return c > 0, nil
	case opLE:
		return c <= 0, nil
	}
	return c >= 0, nil
}

// literalOf is what stands in the template, for messages and concatenations. Of
// an operation the original sees only what follows its last operator.
func literalOf(e expr) string {
	switch e := e.(type) {
	case *reference:
		return e.literal
	case *mathNode:
		return e.literal
	case *rangeLiteral:
		return e.literal
	case parenthesized:
		return literalOf(e.inner)
	}
	return "null"
}
