package velocity

import (
	"encoding/json"
	"math"
	"math/big"
	"strconv"
)

// maxDigits and maxBits bound whole numbers.
const (
	maxDigits = 1000
	maxBits   = 4096
)

// number returns the value that a JSON number calculates as; anything else as it is.
func number(v any) any {
	n, ok := v.(json.Number)
	if !ok {
		if i, ok := v.(int); ok {
			return wholeNumber(big.NewInt(int64(i)))
		}
		return v
	}
	text := string(n)
	if len(text) < 10 {
		if i, err := strconv.ParseInt(text, 10, 32); err == nil {
			return int32(i)
		}
	}
	if len(text) <= maxDigits {
		if whole, ok := new(big.Int).SetString(text, 10); ok {
			return wholeNumber(whole)
		}
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil && f == 0 {
		return text
	}
	return f
}

// wholeNumber picks the smallest type, as the original does for results.
func wholeNumber(n *big.Int) any {
	if !n.IsInt64() {
		return n
	}
	i := n.Int64()
	if i == int64(int32(i)) { //nolint:gosec // that is the question
		return int32(i)
	}
	return i
}

func isNumber(v any) bool {
	switch v.(type) {
	case int32, int64, *big.Int, float64:
		return true
	}
	return false
}

// toBig returns a whole number, or nil for a fraction.
func toBig(v any) *big.Int {
	switch v := v.(type) {
	case int32:
		return big.NewInt(int64(v))
	case int64:
		return big.NewInt(v)
	case *big.Int:
		return v
	}
	return nil
}

func toFloat(v any) float64 {
	switch v := v.(type) {
	case int32:
		return float64(v)
	case int64:
		return float64(v)
	case *big.Int:
		f, _ := new(big.Float).SetInt(v).Float64()
		return f
	case float64:
		return v
	}
	return math.NaN()
}

// compareNumbers compares two numbers.
func compareNumbers(a, b any) int {
	if x, y := toBig(a), toBig(b); x != nil && y != nil {
		return x.Cmp(y)
	}
	x, y := toFloat(a), toFloat(b)
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

// mathNode is + - * / %.
type mathNode struct {
	op          operator
	left, right expr
	place       place
	// literal is what follows the operator.
	literal string
}

// eval gives null where the operation has no result: a side that is no number,
// or a division by zero.
func (e *mathNode) eval(s *state) (any, error) {
	left, err := e.left.eval(s)
	if err != nil {
		return nil, err
	}
	right, err := e.right.eval(s)
	if err != nil {
		return nil, err
	}
	if e.op == opAdd && (isString(left) || isString(right)) {
		return e.join(s, left, right)
	}
	a, b := number(left), number(right)
	if !isNumber(a) || !isNumber(b) {
		return nil, nil //nolint:nilnil // null is a value
	}
	result := calculate(e.op, a, b)
	if whole, ok := result.(*big.Int); ok && whole.BitLen() > maxBits {
		return nil, e.place.fail("A number has more than %d bits", maxBits)
	}
	return result, nil
}

func isString(v any) bool {
	_, ok := v.(string)
	return ok
}

// join concatenates. A null side is written as it stands in the template.
func (e *mathNode) join(s *state, left, right any) (any, error) {
	a, err := e.side(s, e.left, left)
	if err != nil {
		return nil, err
	}
	b, err := e.side(s, e.right, right)
	if err != nil {
		return nil, err
	}
	if err := s.bounded(e.place, len(a)+len(b)); err != nil {
		return nil, err
	}
	return a + b, s.spend(e.place, len(a)+len(b))
}

func (e *mathNode) side(s *state, x expr, v any) (string, error) {
	if v == nil {
		return literalOf(x), nil
	}
	return s.text(e.place, v)
}

// calculate works on two numbers. Whole numbers grow as needed; a fraction on
// one side makes the other one, too.
func calculate(op operator, a, b any) any {
	x, y := toBig(a), toBig(b)
	if x == nil || y == nil {
		return calculateFloat(op, toFloat(a), toFloat(b))
	}
	if small := calculateSmall(op, a, b); small != nil {
		return small
	}
	result := new(big.Int)
	switch op {
	case opAdd:
		result.Add(x, y)
	case opSub:
		result.Sub(x, y)
	case opMul:
		result.Mul(x, y)
	default:
		if y.Sign() == 0 {
			return nil
		}
		if op == opDiv {
			result.Quo(x, y)
		} else {
			result.Rem(x, y)
		}
	}
	return keepWidth(result, a, b)
}

// keepWidth gives the result the wider type of the operands, or a wider one
// where it does not fit.
func keepWidth(n *big.Int, a, b any) any {
	if _, ok := a.(*big.Int); ok {
		return n
	}
	if _, ok := b.(*big.Int); ok {
		return n
	}
	result := wholeNumber(n)
	_, leftLong := a.(int64)
	_, rightLong := b.(int64)
	if i, ok := result.(int32); ok && (leftLong || rightLong) {
		return int64(i)
	}
	return result
}

// calculateSmall is the quick way for small numbers.
func calculateSmall(op operator, a, b any) any {
	x, ok := a.(int32)
	y, ok2 := b.(int32)
	if !ok || !ok2 || op == opMul || y == 0 || y == -1 {
		return nil
	}
	var n int64
	switch op {
	case opAdd:
		n = int64(x) + int64(y)
	case opSub:
		n = int64(x) - int64(y)
	case opDiv:
		n = int64(x / y)
	default:
		n = int64(x % y)
	}
	if n != int64(int32(n)) { //nolint:gosec // that is the question
		return n
	}
	return int32(n)
}

func calculateFloat(op operator, x, y float64) any {
	switch op {
	case opAdd:
		return x + y
	case opSub:
		return x - y
	case opMul:
		return x * y
	}
	if y == 0 {
		return nil
	}
	if op == opDiv {
		return x / y
	}
	return math.Mod(x, y)
}
