package velocity

import (
	"math"
	"math/big"
	"strconv"
	"strings"
)

// mathTool is $math: MathTool of Velocity Tools 2.0. It calculates with doubles
// and answers null where an argument is no number.
var mathTool = &tool{
	class:      "org.apache.velocity.tools.generic.MathTool",
	properties: map[string]any{"key": "math"},
	refused:    map[string]string{"random": "Random numbers are not supported"},
	methods: map[string]toolMethod{
		"add":        fold(0, nil, func(a, b float64) (float64, bool) { return a + b, true }),
		"sub":        fold(0, nil, func(a, b float64) (float64, bool) { return a - b, true }),
		"mul":        fold(1, nil, func(a, b float64) (float64, bool) { return a * b, true }),
		"div":        fold(0, nil, func(a, b float64) (float64, bool) { return a / b, b != 0 }),
		"max":        fold(leastDouble, math.Max, func(a, b float64) (float64, bool) { return math.Max(a, b), true }),
		"min":        fold(math.MaxFloat64, math.Min, func(a, b float64) (float64, bool) { return math.Min(a, b), true }),
		"pow":        pair(func(a, b any) any { return keepFraction(math.Pow(toFloat(a), toFloat(b)), a, b) }),
		"idiv":       pair(divideWhole),
		"mod":        pair(remainder),
		"abs":        single(func(n any) any { return keepFraction(math.Abs(toFloat(n)), n) }),
		"ceil":       single(func(n any) any { return toInt(math.Ceil(toFloat(n))) }),
		"floor":      single(func(n any) any { return toInt(math.Floor(toFloat(n))) }),
		"round":      single(func(n any) any { return toInt(math.RoundToEven(toFloat(n))) }),
		"roundTo":    pair(roundTo),
		"toInteger":  single(toInt),
		"toDouble":   single(func(n any) any { return toFloat(n) }),
		"toNumber":   single(func(n any) any { return n }),
		"getTotal":   total(func(sum float64, _ int) float64 { return sum }),
		"getAverage": total(func(sum float64, n int) float64 { return sum / float64(n) }),
	},
}

// leastDouble is where the original starts to look for a maximum: it took Java's
// least positive double for the least of all, so that negative numbers lose.
const leastDouble = 4.9e-324

// mathNumber reads an argument. Text counts as far as it starts with a number,
// with commas between thousands. It returns nil for anything else.
func mathNumber(v any) any {
	if n := number(v); isNumber(n) {
		return n
	}
	t, ok := v.(string)
	if !ok {
		return nil
	}
	var digits strings.Builder
	rest := strings.TrimPrefix(t, "-")
	if rest != t {
		digits.WriteByte('-')
	}
	sign := digits.Len()
	dot := false
	for rest != "" && (isDigit(rest[0]) || (rest[0] == '.' || rest[0] == ',') && !dot) {
		if rest[0] == '.' {
			dot = true
		}
		if rest[0] != ',' {
			digits.WriteByte(rest[0])
		}
		rest = rest[1:]
	}
	if strings.Trim(digits.String()[sign:], ".") == "" {
		return nil
	}
	if length := numberLength("0" + rest); strings.HasPrefix(rest, "E") && length > 1 {
		digits.WriteString(rest[:length-1])
	}
	f, _ := strconv.ParseFloat(digits.String(), 64) // out of range is infinite
	if f == math.Trunc(f) && math.Abs(f) < math.MaxInt64 {
		return int64(f)
	}
	return f
}

// shortest gives a whole result as a whole number, as large as Java's Long can be.
func shortest(f float64) any {
	switch {
	case math.IsNaN(f) || f != math.Trunc(f):
		return f
	case f >= math.MaxInt64:
		return int64(math.MaxInt64)
	case f <= math.MinInt64:
		return int64(math.MinInt64)
	}
	return wholeNumber(big.NewInt(int64(f)))
}

// keepFraction is shortest, but stays a fraction if an argument was one.
func keepFraction(f float64, args ...any) any {
	for _, a := range args {
		if _, ok := a.(float64); ok {
			return f
		}
	}
	return shortest(f)
}

func toInt(n any) any { return int32(narrow(n, 32)) } //nolint:gosec // narrowed

// fold makes a method of any number of arguments. A maximum or a minimum is
// folded from the value for none.
func fold(none float64, start func(a, b float64) float64, f func(a, b float64) (float64, bool)) toolMethod {
	return func(_ *state, _ place, args []any) (any, error) {
		if len(args) == 1 && args[0] == nil {
			return nil, throw(nullException, "an argument is null")
		}
		result := none
		for i, a := range args {
			n := mathNumber(a)
			if n == nil {
				return nil, nil //nolint:nilnil // null is a value
			}
			switch {
			case i > 0:
				var ok bool
				if result, ok = f(result, toFloat(n)); !ok {
					return nil, nil //nolint:nilnil // null is a value
				}
			case start != nil:
				result = start(none, toFloat(n))
			default:
				result = toFloat(n)
			}
		}
		return shortest(result), nil
	}
}

func single(f func(n any) any) toolMethod {
	return func(_ *state, _ place, args []any) (any, error) {
		if len(args) != 1 {
			return nil, errNoMethod
		}
		n := mathNumber(args[0])
		if n == nil {
			return nil, nil //nolint:nilnil // null is a value
		}
		return f(n), nil
	}
}

func pair(f func(a, b any) any) toolMethod {
	return func(_ *state, _ place, args []any) (any, error) {
		if len(args) != 2 {
			return nil, errNoMethod
		}
		a, b := mathNumber(args[0]), mathNumber(args[1])
		if a == nil || b == nil {
			return nil, nil //nolint:nilnil // null is a value
		}
		return f(a, b), nil
	}
}

func divideWhole(a, b any) any {
	x, y := narrow(a, 32), narrow(b, 32)
	if y == 0 {
		return nil
	}
	return int32(x / y) //nolint:gosec // wraps as in Java
}

func remainder(a, b any) any {
	x, y := narrow(a, 32), narrow(b, 32)
	if y == 0 {
		return nil
	}
	return int32(x % y) //nolint:gosec // smaller than y
}

// roundTo rounds to a number of decimals, which comes first. One is the least;
// beyond nine the original's factor overflows.
func roundTo(decimals, n any) any {
	factor := int32(10)
	for i := int64(1); i < min(narrow(decimals, 32), 100); i++ {
		factor *= 10
	}
	scaled := math.Floor(toFloat(n)*float64(factor) + 0.5)
	return float64(narrow(scaled, 64)) / float64(factor)
}

func total(f func(sum float64, n int) float64) toolMethod {
	return func(_ *state, _ place, args []any) (any, error) {
		if len(args) != 1 {
			return nil, errNoMethod
		}
		items, ok := itemsOf(args[0])
		if !ok {
			return nil, errNoMethod
		}
		sum := 0.0
		for _, item := range items {
			n := mathNumber(item)
			if n == nil {
				return nil, nil //nolint:nilnil // null is a value
			}
			sum += toFloat(n)
		}
		result := f(sum, len(items))
		if len(items) == 0 {
			return shortest(result), nil
		}
		return keepFraction(result, number(items[0])), nil
	}
}
