package jsonpath

import (
	"math"
	"math/big"
	"strconv"
	"strings"
)

// decimal is a number ready to be compared.
type decimal struct {
	text  string
	float float64
	whole bool // an integer that float holds exactly
}

// parseDecimal reads what Java's BigDecimal reads. Numbers beyond a double,
// or of very many digits, are refused.
func parseDecimal(text string) (decimal, bool) {
	if d, ok := smallDecimal(text); ok {
		return d, true
	}
	const most = 1_000 // characters, Jackson's limit too
	if len(text) > most {
		return decimal{}, false
	}
	digits := 0
	for i := range len(text) {
		switch c := text[i]; {
		case isDigit(c):
			digits++
		case c != '+' && c != '-' && c != '.' && c|0x20 != 'e':
			return decimal{}, false
		}
	}
	float, err := strconv.ParseFloat(text, 64)
	if err != nil || digits == 0 {
		return decimal{}, false
	}
	const exact = 1 << 53
	return decimal{text: text, float: float, whole: math.Abs(float) < exact}, true
}

// smallDecimal is quick with what most numbers are: a few digits.
func smallDecimal(text string) (decimal, bool) {
	digits := strings.TrimPrefix(text, "-")
	const most = 15
	if digits == "" || len(digits) > most {
		return decimal{}, false
	}
	n := 0
	for i := range len(digits) {
		if !isDigit(digits[i]) {
			return decimal{}, false
		}
		n = n*10 + int(digits[i]-'0')
	}
	if len(digits) < len(text) {
		n = -n
	}
	return decimal{text: text, float: float64(n), whole: true}, true
}

func (d decimal) compare(o decimal) int {
	switch {
	case d.float < o.float:
		return -1
	case d.float > o.float:
		return 1
	case d.whole || !isWhole(d.text) || !isWhole(o.text):
		return 0
	}
	// Identifiers can have more digits than a double holds.
	a, aok := new(big.Int).SetString(d.text, 10)
	b, bok := new(big.Int).SetString(o.text, 10)
	if !aok || !bok {
		return 0
	}
	return a.Cmp(b)
}

func equalNumbers(a, b string) bool {
	x, xok := parseDecimal(a)
	y, yok := parseDecimal(b)
	return xok && yok && x.compare(y) == 0
}

// isWhole tells whether Java would read the literal as an integer.
func isWhole(text string) bool { return !strings.ContainsAny(text, ".eE") }

// javaNumber is the text of a document's number after Java has made it an
// Integer or Double and that a BigDecimal, which is what text operators see:
// 1e2 is 100.0 there, and 1e10 is 1.0E+10.
func javaNumber(text string) string {
	if isWhole(text) {
		if text == "-0" {
			return "0"
		}
		return text
	}
	float, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return text
	}
	java := javaDouble(float)
	mantissa, power, ok := strings.Cut(java, "E")
	if !ok {
		if java == "-0.0" {
			return "0.0"
		}
		return java
	}
	exponent, err := strconv.Atoi(power)
	if err != nil {
		return text
	}
	return bigDecimal(mantissa, exponent)
}

// javaDouble is Java's Double.toString.
func javaDouble(f float64) string {
	const plainFrom, plainTo = 1e-3, 1e7
	if a := math.Abs(f); a == 0 || a >= plainFrom && a < plainTo {
		s := strconv.FormatFloat(f, 'f', -1, 64)
		if !strings.Contains(s, ".") {
			s += ".0"
		}
		return s
	}
	mantissa, power, _ := strings.Cut(strconv.FormatFloat(f, 'e', -1, 64), "e")
	if !strings.Contains(mantissa, ".") {
		mantissa += ".0"
	}
	sign := ""
	if power[0] == '-' {
		sign = "-"
	}
	return mantissa + "E" + sign + strings.TrimLeft(power[1:], "0")
}

// bigDecimal is how a BigDecimal made of mantissa and exponent prints: without
// an exponent unless digits would have to be made up before the point or more
// than five zeros after it.
func bigDecimal(mantissa string, exponent int) string {
	sign := ""
	if mantissa[0] == '-' {
		sign, mantissa = "-", mantissa[1:]
	}
	ahead, behind, _ := strings.Cut(mantissa, ".")
	digits := ahead + behind
	const zeros = -6
	scale := len(behind) - exponent
	switch {
	case scale < 0 || exponent < zeros:
		s := sign + mantissa + "E"
		if exponent >= 0 {
			s += "+"
		}
		return s + strconv.Itoa(exponent)
	case exponent < 0:
		return sign + "0." + strings.Repeat("0", -exponent-1) + digits
	case scale == 0:
		return sign + digits
	default:
		return sign + digits[:len(digits)-scale] + "." + digits[len(digits)-scale:]
	}
}
