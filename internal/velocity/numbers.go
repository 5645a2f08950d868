package velocity

import (
	"math"
	"math/big"
	"strconv"
)

// numberMethod is java.lang.Number and its kinds.
func numberMethod(n any, name string, args []any) (any, error) {
	switch {
	case len(args) == 1 && (name == "compareTo" || name == "compare"):
		other := number(args[0])
		if name == "compare" || !isNumber(other) {
			return nil, errNoMethod
		}
		if className(other) != className(n) {
			return nil, throw("java.lang.ClassCastException", "class "+className(other)+" cannot be cast to class "+className(n))
		}
		return int32(compareNumbers(n, other)), nil //nolint:gosec // -1, 0 or 1
	case len(args) != 0:
		return nil, errNoMethod
	}
	f, isFloat := n.(float64)
	switch name {
	case "intValue":
		return int32(narrow(n, 32)), nil //nolint:gosec // narrowed
	case "shortValue":
		return int32(int16(narrow(n, 32))), nil //nolint:gosec // as Java narrows
	case "byteValue":
		return int32(int8(narrow(n, 32))), nil //nolint:gosec // as Java narrows
	case "longValue":
		return narrow(n, 64), nil
	case "doubleValue":
		return toFloat(n), nil
	case "floatValue":
		short, _ := strconv.ParseFloat(strconv.FormatFloat(toFloat(n), 'g', -1, 32), 64) // out of range is infinite
		return short, nil
	case "isNaN":
		if isFloat {
			return math.IsNaN(f), nil
		}
	case "isInfinite":
		if isFloat {
			return math.IsInf(f, 0), nil
		}
	}
	return nil, errNoMethod
}

// narrow converts as a Java cast does: whole numbers lose their upper bits,
// fractions stop at the largest value.
func narrow(n any, bits int) int64 {
	if f, ok := n.(float64); ok {
		limit := math.Ldexp(1, bits-1)
		switch {
		case math.IsNaN(f):
			return 0
		case f >= limit:
			return int64(uint64(1)<<(bits-1) - 1) //nolint:gosec // fits
		case f < -limit:
			return -int64(uint64(1)<<(bits-1)-1) - 1 //nolint:gosec // fits
		}
		return int64(f)
	}
	low := new(big.Int).And(toBig(n), new(big.Int).SetUint64(math.MaxUint64>>(64-bits)))
	if bits == 32 {
		return int64(int32(low.Uint64())) //nolint:gosec // the low bits
	}
	return int64(low.Uint64()) //nolint:gosec // the low bits
}
