package jsonpath

import (
	"math"
	"slices"
	"strings"
)

// call is a function with its arguments.
type call struct {
	name string
	fn   function
	args []argument
}

// argument is a path, evaluated from the root, or a literal.
type argument struct {
	path    *Path
	literal *Value
}

// function computes from the node it stands behind and its arguments.
type function func(e *evaluation, c *call, node *Value) (*Value, outcome)

// functionNamed knows the functions of Jayway 2.9.
func functionNamed(name string) function {
	switch name {
	case "length", "size":
		return length
	case "min", "max", "sum", "avg", "stddev":
		return aggregate
	case "concat":
		return concat
	case "keys":
		return keys
	case "append":
		return appendAll
	case "first", "last", "index":
		return pick
	default:
		return nil
	}
}

// function reads the arguments of a call; the parenthesis is at hand.
func (r *stepReader) function(name string) (step, error) {
	c := &call{name: name, fn: functionNamed(name)}
	if c.fn == nil {
		r.pos -= len(name)
		return step{}, r.fail("there is no function " + shorten(name))
	}
	r.pos++
	if r.blank() == ')' {
		r.pos++
		return step{kind: stepCall, call: c}, nil
	}
	for {
		arg, err := r.argument()
		if err != nil {
			return step{}, err
		}
		c.args = append(c.args, arg)
		switch r.blank() {
		case ',':
			r.pos++
		case ')':
			r.pos++
			return step{kind: stepCall, call: c}, nil
		default:
			return step{}, r.fail("a comma or ) is missing after an argument")
		}
	}
}

func (r *stepReader) argument() (argument, error) {
	c := r.blank()
	if c == '$' || c == '@' {
		path, err := r.argumentPath()
		return argument{path: path}, err
	}
	start := r.pos
	end := argumentEnd(r.text, start)
	v, err := Parse([]byte(r.text[start:end]))
	if err != nil || c == '\'' {
		return argument{}, r.fail("an argument must be a path or JSON")
	}
	r.pos = end
	return argument{literal: v}, nil
}

func (r *stepReader) argumentPath() (*Path, error) {
	start := r.pos
	r.pos = argumentEnd(r.text, start)
	return r.path(strings.TrimRight(r.text[start:r.pos], " "), r.base+start)
}

// argumentEnd finds the comma or parenthesis that ends an argument.
func argumentEnd(text string, start int) int {
	depth := 0
	for i := start; i < len(text); i++ {
		switch c := text[i]; c {
		case '(', '[', '{':
			depth++
		case ']', '}':
			depth--
		case ')':
			if depth <= 0 {
				return i
			}
			depth--
		case ',':
			if depth <= 0 {
				return i
			}
		case '"', '\'':
			end := closingQuote(text, i)
			if end < 0 {
				return len(text)
			}
			i = end
		}
	}
	return len(text)
}

func (c *call) run(e *evaluation, node *Value) (*Value, outcome) {
	return c.fn(e, c, node)
}

func (a argument) value(e *evaluation) (*Value, outcome) {
	if a.literal != nil {
		return a.literal, done
	}
	return e.find(a.path, e.root)
}

// values lists the arguments, with the items of those that are arrays.
func (c *call) values(e *evaluation) (all []*Value, end outcome) {
	for _, arg := range c.args {
		v, end := arg.value(e)
		if end != done {
			return nil, end
		}
		if v.kind != Array {
			all = append(all, v)
			continue
		}
		if end = e.spend(len(v.list)); end != done {
			return nil, end
		}
		for i := range v.list {
			all = append(all, &v.list[i])
		}
	}
	return all, done
}

// operands lists what a function works on: the items of the array it stands
// behind, then the arguments.
func (c *call) operands(e *evaluation, node *Value) ([]*Value, outcome) {
	args, end := c.values(e)
	if end != done || node.kind != Array {
		return args, end
	}
	if end = e.spend(len(node.list)); end != done {
		return nil, end
	}
	all := make([]*Value, 0, len(node.list)+len(args))
	for i := range node.list {
		all = append(all, &node.list[i])
	}
	return append(all, args...), done
}

// length counts items or members; anything else has the length null. Of an
// argument it counts what lies one level below all that the path finds.
func length(e *evaluation, c *call, node *Value) (*Value, outcome) {
	if len(c.args) > 0 {
		n, end := c.args[0].children(e, node)
		if end != done || n >= 0 {
			return NewInt(int64(n)), end
		}
	}
	if node.kind == Array || node.kind == Object {
		return NewInt(int64(len(node.list))), done
	}
	return NewNull(), done
}

// children counts, or tells -1 where the argument is a function whose result
// is no array.
func (a argument) children(e *evaluation, node *Value) (int, outcome) {
	if a.path == nil {
		return 0, broken
	}
	path := a.path
	if !path.endsInCall() {
		steps := append(slices.Clip(path.steps), step{kind: stepWild})
		path = &Path{text: path.text, steps: steps, fromItem: path.fromItem}
		path.finish()
	}
	found, end := e.find(path, node)
	if end != done {
		return 0, end
	}
	if found.kind != Array {
		return -1, done
	}
	return len(found.list), done
}

// aggregate computes over all numbers, as doubles. Without one there is no
// result.
func aggregate(e *evaluation, c *call, node *Value) (*Value, outcome) {
	operands, end := c.operands(e, node)
	if end != done {
		return nil, end
	}
	var n, sum, squares float64
	least, most := math.Inf(1), math.Inf(-1)
	for _, v := range operands {
		if v.kind != Number {
			continue
		}
		d, ok := parseDecimal(v.text)
		if !ok {
			return nil, broken
		}
		f := d.float
		n++
		sum += f
		squares += f * f
		least, most = min(least, f), max(most, f)
	}
	result := map[string]float64{
		"min": least, "max": most, "sum": sum, "avg": sum / n,
		"stddev": math.Sqrt(squares/n - sum*sum/n/n),
	}[c.name]
	if n == 0 || math.IsInf(result, 0) || math.IsNaN(result) {
		return nil, broken
	}
	return &Value{kind: Number, text: javaDouble(result)}, done
}

// concat joins the strings of the array it stands behind and its arguments,
// of which it takes numbers and booleans too.
func concat(e *evaluation, c *call, node *Value) (*Value, outcome) {
	var b strings.Builder
	const bytesPerNode = 16 // text that is kept costs more than text that is read
	add := func(text string) {
		e.work += len(text) / bytesPerNode
		b.WriteString(text)
	}
	if node.kind == Array {
		for i := range node.list {
			if node.list[i].kind == String {
				add(node.list[i].text)
			}
		}
	}
	args, end := c.values(e)
	if end != done {
		return nil, end
	}
	for _, v := range args {
		switch v.kind {
		case Null:
		case Array, Object:
			add(v.String())
		default:
			add(v.text)
		}
		if end = e.spend(1); end != done {
			return nil, end
		}
	}
	return NewString(b.String()), done
}

// keys lists the names of an object's members; anything else has null.
func keys(e *evaluation, _ *call, node *Value) (*Value, outcome) {
	if node.kind != Object {
		return NewNull(), done
	}
	if end := e.spend(len(node.list)); end != done {
		return nil, end
	}
	names := NewArray()
	for name := range node.All() {
		names.Append(NewString(name))
	}
	return names, done
}

// appendAll adds the arguments, arrays as they are, to a copy of an array.
func appendAll(e *evaluation, c *call, node *Value) (*Value, outcome) {
	if node.kind != Array {
		return node, done
	}
	if end := e.spend(len(node.list)); end != done {
		return nil, end
	}
	longer := node.copyFor("")
	for _, arg := range c.args {
		v, end := arg.value(e)
		if end != done {
			return nil, end
		}
		longer.Append(v)
	}
	return &longer, done
}

// pick takes one item of an array.
func pick(e *evaluation, c *call, node *Value) (*Value, outcome) {
	if node.kind != Array {
		return nil, broken
	}
	at := 0
	switch c.name {
	case "last":
		at = -1
	case "index":
		args, end := c.values(e)
		if end != done {
			return nil, end
		}
		if len(args) == 0 || args[0].kind != Number {
			return nil, broken
		}
		d, ok := parseDecimal(args[0].text)
		if !ok {
			return nil, broken
		}
		at = int(max(min(d.float, math.MaxInt32), math.MinInt32))
	}
	if at < 0 {
		at += len(node.list)
	}
	item := node.Index(at)
	if item == nil {
		return nil, broken
	}
	return item, done
}
