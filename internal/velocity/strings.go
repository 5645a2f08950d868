package velocity

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
)

const (
	indexException = "java.lang.StringIndexOutOfBoundsException"
	nullException  = "java.lang.NullPointerException"
)

// stringMethod is java.lang.String. Lengths and offsets count UTF-16, as there.
func (s *state) stringMethod(at place, t, name string, args []any) (any, error) {
	if result, err := s.staticMethod(at, name, args); !errors.Is(err, errNoMethod) {
		return result, err
	}
	switch len(args) {
	case 0:
		return stringNoArgs(t, name)
	case 1:
		return stringOneArg(t, name, args)
	case 2:
		if name == "replace" {
			return s.replace(at, t, args)
		}
		return stringTwoArgs(t, name, args)
	case 4, 5:
		if name == "regionMatches" {
			return regionMatches(t, args)
		}
	}
	return nil, errNoMethod
}

// staticMethod is what java.lang.String has without a text of its own.
func (s *state) staticMethod(at place, name string, args []any) (any, error) {
	switch {
	case name == "valueOf" && len(args) == 1 && args[0] != nil:
		return s.text(at, args[0])
	case name == "join" && len(args) > 0:
		separator, ok := args[0].(string)
		if !ok {
			return nil, errNoMethod
		}
		parts := make([]string, 0, len(args))
		length := 0
		for _, a := range spread(args[1:]) {
			part, err := s.text(at, a)
			if err != nil {
				return nil, err
			}
			if length += len(part) + len(separator); length > MaxOutput {
				return nil, s.bounded(at, length)
			}
			parts = append(parts, part)
		}
		return strings.Join(parts, separator), nil
	}
	return nil, errNoMethod
}

func stringNoArgs(t, name string) (any, error) {
	switch name {
	case "length":
		return int32(unitLength(t)), nil
	case "isEmpty":
		return t == "", nil
	case "isBlank":
		return strings.TrimFunc(t, unicode.IsSpace) == "", nil
	case "trim":
		return strings.TrimFunc(t, func(r rune) bool { return r <= ' ' }), nil
	case "strip":
		return strings.TrimFunc(t, unicode.IsSpace), nil
	case "stripLeading":
		return strings.TrimLeftFunc(t, unicode.IsSpace), nil
	case "stripTrailing":
		return strings.TrimRightFunc(t, unicode.IsSpace), nil
	case "toLowerCase":
		return strings.ToLower(t), nil
	case "toUpperCase":
		// Java's upper case of the German sharp s is two letters.
		return strings.ReplaceAll(strings.ToUpper(t), "ß", "SS"), nil
	case "intern":
		return t, nil
	case "toCharArray":
		units := utf16.Encode([]rune(t))
		chars := make([]any, len(units))
		for i, u := range units {
			chars[i] = char(u)
		}
		return &list{items: chars, array: true}, nil
	}
	return nil, errNoMethod
}

func stringOneArg(t, name string, args []any) (any, error) {
	if n, ok := wholeArg(args, 0); ok {
		return stringIntArg(t, name, n)
	}
	other, ok := stringArg(args, 0)
	if !ok {
		if args[0] == nil && takesString[name] {
			return nullArgument(name)
		}
		return nil, errNoMethod
	}
	switch name {
	case "contains":
		return strings.Contains(t, other), nil
	case "startsWith":
		return strings.HasPrefix(t, other), nil
	case "endsWith":
		return strings.HasSuffix(t, other), nil
	case "concat":
		return t + other, nil
	case "equalsIgnoreCase":
		return strings.EqualFold(t, other), nil
	case "contentEquals":
		return t == other, nil
	case "compareTo":
		return int32(compareUnits(t, other)), nil
	case "compareToIgnoreCase":
		fold := func(x string) string { return strings.ToLower(strings.ToUpper(x)) }
		return int32(compareUnits(fold(t), fold(other))), nil
	case "indexOf":
		return int32(indexUnits(t, other, 0)), nil
	case "lastIndexOf":
		return int32(lastIndexUnits(t, other, unitLength(t))), nil
	}
	return nil, errNoMethod
}

// takesString names the methods that fail on null instead of being unknown.
var takesString = map[string]bool{
	"contains": true, "startsWith": true, "endsWith": true, "concat": true, "equalsIgnoreCase": true,
	"compareTo": true, "compareToIgnoreCase": true, "indexOf": true, "lastIndexOf": true, "contentEquals": true,
}

func nullArgument(name string) (any, error) {
	if name == "equalsIgnoreCase" {
		return false, nil
	}
	return nil, throw(nullException, "an argument is null")
}

func stringIntArg(t, name string, n int) (any, error) {
	switch name {
	case "charAt":
		units := utf16.Encode([]rune(t))
		if n < 0 || n >= len(units) {
			return nil, throw(indexException, fmt.Sprintf("String index out of range: %d", n))
		}
		return char(units[n]), nil
	case "codePointAt":
		units := utf16.Encode([]rune(t))
		if n < 0 || n >= len(units) {
			return nil, throw(indexException, fmt.Sprintf("String index out of range: %d", n))
		}
		return utf16.Decode(units[n:])[0], nil
	case "substring":
		return substring(t, n, unitLength(t))
	case "indexOf":
		return int32(indexUnits(t, string(rune(n)), 0)), nil
	case "lastIndexOf":
		return int32(lastIndexUnits(t, string(rune(n)), unitLength(t))), nil
	case "repeat":
		if n < 0 {
			return nil, throw("java.lang.IllegalArgumentException", fmt.Sprintf("count is negative: %d", n))
		}
		if len(t)*n > MaxOutput || t != "" && n > MaxOutput {
			return nil, throw("java.lang.OutOfMemoryError", "the result is too long")
		}
		if t == "" {
			return "", nil
		}
		return strings.Repeat(t, n), nil
	}
	return nil, errNoMethod
}

func stringTwoArgs(t, name string, args []any) (any, error) {
	first, firstInt := wholeArg(args, 0)
	second, secondInt := wholeArg(args, 1)
	text, isText := stringArg(args, 0)
	switch {
	case name == "substring" && firstInt && secondInt:
		return substring(t, first, second)
	case name == "subSequence" && firstInt && secondInt:
		return substring(t, first, second)
	case !secondInt:
		return nil, errNoMethod
	case firstInt:
		text = string(rune(first))
	case !isText:
		return nil, errNoMethod
	}
	switch name {
	case "indexOf":
		return int32(indexUnits(t, text, second)), nil
	case "lastIndexOf":
		return int32(lastIndexUnits(t, text, second)), nil
	case "startsWith":
		if second < 0 || second > unitLength(t) || firstInt {
			return false, nil
		}
		return strings.HasPrefix(sliceUnits(t, second, unitLength(t)), text), nil
	}
	return nil, errNoMethod
}

// replace is the method that takes text, not a pattern.
func (s *state) replace(at place, t string, args []any) (any, error) {
	var parts [2]string
	for i, a := range args {
		switch a := a.(type) {
		case string:
			parts[i] = a
		case char:
			parts[i] = plainText(a)
		case nil:
			return nil, throw(nullException, "an argument is null")
		default:
			return nil, errNoMethod
		}
	}
	before, after := parts[0], parts[1]
	count := strings.Count(t, before)
	if err := s.bounded(at, len(t)+count*(len(after)-len(before))); err != nil {
		return nil, err
	}
	return strings.ReplaceAll(t, before, after), nil
}

// bounded refuses a text before it is made.
func (s *state) bounded(at place, length int) error {
	if length > MaxOutput {
		return at.fail("A text is longer than %d bytes", MaxOutput)
	}
	return nil
}

func regionMatches(t string, args []any) (any, error) {
	ignore := false
	if len(args) == 5 {
		var ok bool
		if ignore, ok = args[0].(bool); !ok {
			return nil, errNoMethod
		}
		args = args[1:]
	}
	offset, ok1 := wholeArg(args, 0)
	other, ok2 := stringArg(args, 1)
	otherOffset, ok3 := wholeArg(args, 2)
	length, ok4 := wholeArg(args, 3)
	if !ok1 || !ok2 || !ok3 || !ok4 {
		return nil, errNoMethod
	}
	if offset < 0 || otherOffset < 0 || length < 0 || offset+length > unitLength(t) || otherOffset+length > unitLength(other) {
		return offset >= 0 && otherOffset >= 0 && length < 0, nil
	}
	a, b := sliceUnits(t, offset, offset+length), sliceUnits(other, otherOffset, otherOffset+length)
	return a == b || ignore && strings.EqualFold(a, b), nil
}

func isASCII(t string) bool {
	for i := range len(t) {
		if t[i] >= 0x80 {
			return false
		}
	}
	return true
}

// unitLength is the length in UTF-16.
func unitLength(t string) int {
	n := 0
	for _, r := range t {
		if n++; r > 0xFFFF {
			n++
		}
	}
	return n
}

// sliceUnits cuts by offsets that are known to fit.
func sliceUnits(t string, from, to int) string {
	if isASCII(t) {
		return t[from:to]
	}
	return string(utf16.Decode(utf16.Encode([]rune(t))[from:to]))
}

func substring(t string, from, to int) (any, error) {
	length := unitLength(t)
	if from < 0 || to > length || from > to {
		return nil, throw(indexException, fmt.Sprintf("begin %d, end %d, length %d", from, to, length))
	}
	return sliceUnits(t, from, to), nil
}

// indexUnits is indexOf from an offset.
func indexUnits(t, other string, from int) int {
	from = max(0, from)
	length := unitLength(t)
	if from > length {
		if other == "" {
			return length
		}
		return -1
	}
	tail := sliceUnits(t, from, length)
	before, _, found := strings.Cut(tail, other)
	if !found {
		return -1
	}
	return from + unitLength(before)
}

// lastIndexUnits is lastIndexOf: the last place that starts at from or before.
func lastIndexUnits(t, other string, from int) int {
	if from < 0 {
		return -1
	}
	length := unitLength(t)
	end := min(length, from+unitLength(other))
	i := strings.LastIndex(sliceUnits(t, 0, end), other)
	if i < 0 {
		return -1
	}
	return unitLength(t[:i])
}

// compareUnits is Java's compareTo: the difference of the first units that
// differ, or of the lengths.
func compareUnits(a, b string) int {
	x, y := utf16.Encode([]rune(a)), utf16.Encode([]rune(b))
	if slices.Equal(x, y) {
		return 0
	}
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return int(x[i]) - int(y[i])
		}
	}
	return len(x) - len(y)
}
