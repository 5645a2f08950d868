package velocity

import (
	"math/rand/v2"
	"strings"
)

// grammar writes random templates, most of them sound.
type grammar struct {
	*rand.Rand
	depth int
	// quotes is how many strings we are in: quotes double in each.
	quotes int
}

func (g *grammar) pick(choices ...string) string { return choices[g.IntN(len(choices))] }

func (g *grammar) odds(n int) bool { return g.IntN(n) == 0 }

// template returns one to five statements.
func (g *grammar) template() string {
	var b strings.Builder
	for range 1 + g.IntN(5) {
		b.WriteString(g.statement())
	}
	return b.String()
}

func (g *grammar) statement() string {
	g.depth++
	defer func() { g.depth-- }()
	if g.depth > 4 {
		return g.plain()
	}
	switch g.IntN(12) {
	case 0, 1, 2:
		return g.plain()
	case 3:
		return g.pick("#set", "#set", "#{set}", "  #set", "\t#set ") + "(" + g.blank() + g.target() + g.blank() + "=" + g.blank() + g.expression() + g.blank() + ")" + g.after()
	case 4, 5:
		return g.branch()
	case 6:
		return g.noise()
	case 7:
		return g.pick(`\`, `\\`, `\\\`, "$", "#", "$$", "#$", `$\`) + g.reference()
	}
	return g.reference()
}

func (g *grammar) branch() string {
	var b strings.Builder
	b.WriteString(g.pick("#if", "#if", "#{if}", "#if "))
	b.WriteString("(" + g.expression() + ")" + g.after() + g.body())
	for g.odds(4) {
		b.WriteString(g.pick("#elseif", "#{elseif}") + "(" + g.expression() + ")" + g.after() + g.body())
	}
	if g.odds(2) {
		b.WriteString(g.pick("#else ", "#{else}", "#else") + g.after() + g.body())
	}
	b.WriteString(g.pick("#end", "#end", "#{end}") + g.after())
	return b.String()
}

func (g *grammar) body() string {
	if g.odds(3) {
		return g.plain()
	}
	return g.statement()
}

func (g *grammar) after() string { return g.pick("", "", "", " ", "\n", " \n", "\t\r\n", "x", "\r") }

func (g *grammar) blank() string { return g.pick("", "", "", " ", "  ", "\n") }

func (g *grammar) plain() string {
	return g.pick("a", " ", "x y", "\n", ", ", " {", "}", " (", ")", " [", "]", "'", ".", "-1", "é", "\t", "\U0001F600", "1.5", "!", "{}", ": ", "&x=", "%", "@", "_", "*")
}

// noise is what lies at the edge of the language.
func (g *grammar) noise() string {
	return g.pick(`\`, `\\`, "$5", "$ ", "$!5", "$.", "$(", "$-", "${}", "${5}", "$[0]", "$!{", "$", "#", "# ", "#5", "#fff", "#foo ", "#{foo}",
		"##c\n", "## $s #if\n", "#* $x *#", "#**#", "#** doc *#", "#[[ $s ]]#", `\#if`, `\\#if($t)b#end`, `\#foo`, `\\#foo`, `\#set`, `\\#set($v = 1)`,
		`\#end`, `\#else`, `\##c`+"\n", "#end", "#else", "$s.", "$s.1", "$s[", "${s", "${s x}", "$true", "$s.true", "$#", "$!#", "$$", `$\!s`, `\#`, "#_x ", "#@", "#elsex ", "$s-", "#1")
}

func (g *grammar) name() string {
	return g.pick("s", "n", "t", "f", "z", "e", "l", "m", "dbl", "long", "input", "v", "w", "u")
}

func (g *grammar) target() string {
	return g.pick("$v", "$w", "$v", "$w", "${v}", "$s", "$!v", "$m.x", `$m["y"]`, "$l[0]", "$v.x", "$z.x", "$input.new", "$u.x")
}

// reference writes one with a path that often fits.
func (g *grammar) reference() string {
	g.depth++
	defer func() { g.depth-- }()
	inner := g.path()
	if g.odds(2) {
		return g.pick("${", "${", "$!{") + inner + "}"
	}
	return g.pick("$", "$", "$", "$!") + inner
}

func (g *grammar) path() string {
	switch g.IntN(9) {
	case 0:
		return g.name()
	case 1:
		return "input." + g.pick("a", "n", "d", "b", "f", "z", "e", "x", "uml", "html", "emoji", "emoji.length()", "emoji.substring(2)", "nest.k", "nest.l[1]", "nest.x", "x.y", `get("a")`)
	case 2:
		return g.pick("s", "input.a", "input.uml", "e", "v") + "." + g.stringMethod()
	case 3:
		return "esc." + g.pick("d", "dollar", "q", "quote", "hash", "h", "s", "b", "e", "n", "newline", "singleQuote", "foo", "exclamation", "backslash", "getD()")
	case 4:
		return "esc." + g.pick("url", "java", "javascript", "html", "xml", "sql", "url", "propertyKey", "unicode", "velocity") + "(" + g.value() + ")"
	case 5:
		return "math." + g.mathCall()
	case 6:
		return g.pick("l", "l", "m", "v", "s", "n", "input.nest.l") + g.pick("[0]", "[1]", "[-1]", "[5]", `["k"]`, "[ 0 ]", ".size()", ".isEmpty()", ".empty", `.get("k")`, ".get(0)", `.contains("a")`, ".length()", ".k", `.indexOf("b")`, `.containsKey("k")`, ".add(1)", `.put("p", 2)`, ".keySet()", ".values()", "."+g.name())
	case 7:
		return g.pick("n", "dbl", "long", "big", "huge", "input.n", "v") + "." + g.pick("intValue()", "toString()", "doubleValue()", "longValue()", "equals(7)", "compareTo(8)", "hashCode()", "x", "foo(1)")
	}
	return g.pick("s", "input.a") + "." + g.stringMethod() + "." + g.stringMethod()
}

func (g *grammar) stringMethod() string {
	switch g.IntN(6) {
	case 0:
		return g.pick("length()", "trim()", "toUpperCase()", "toLowerCase()", "isEmpty()", "hashCode()", "toString()", "empty", "foo", "length", "foo()", "bar(1, 'x')")
	case 1:
		return g.pick("contains", "startsWith", "endsWith", "indexOf", "lastIndexOf", "concat", "equals", "equalsIgnoreCase", "compareTo", "compareToIgnoreCase") + "(" + g.value() + ")"
	case 2:
		return "substring(" + g.pick("0", "1", "2", "3", "9", "0,1", "1, 2", "2,1", "-1", "$n") + ")"
	case 3:
		return g.pick("replace", "replaceAll", "replaceFirst") + "(" + g.pick(`'t'`, `' '`, `'s'`, `''`, g.quoted("[a-z]"), `'\s'`, `'(.)'`, `'x*'`, g.quoted(".")) + ", " + g.pick(`'_'`, `''`, `'$0$0'`, `'%20'`, `'\$'`, `'$1'`, g.value()) + ")"
	case 4:
		return g.pick("charAt(0)", "charAt(9)", "indexOf(116)", `indexOf('t', 1)`, `startsWith('t', 1)`, `split(' ')[0]`, `split('').size()`, `split('t', -1).size()`, `split('.', 2)[0]`, `matches('s.*')`, `repeat(2)`, `lastIndexOf('r', 1)`, `strip()`, `isBlank()`)
	}
	return "concat(" + g.value() + ")"
}

func (g *grammar) mathCall() string {
	switch g.IntN(3) {
	case 0:
		return g.pick("abs", "ceil", "floor", "round", "toInteger", "toDouble", "toNumber") + "(" + g.number() + ")"
	case 1:
		return g.pick("add", "sub", "mul", "div", "max", "min") + "(" + g.number() + ", " + g.number() + g.pick("", "", ", "+g.number()) + ")"
	}
	return g.pick("pow", "idiv", "mod", "roundTo", "add", "div") + "(" + g.number() + ", " + g.number() + ")"
}

func (g *grammar) number() string {
	return g.pick("0", "1", "2", "3", "7", "-4", "10", "2.5", "-0.5", "1000000", "3000000000", "$n", "$dbl", "$input.n", "$input.d", "'5'", "'2.5'", "'x'", "$z", "$long", "$s.length()")
}

// quoted writes a string in double quotes, which double with each level.
func (g *grammar) quoted(content string) string {
	mark := strings.Repeat(`"`, 1<<g.quotes)
	return mark + content + mark
}

func (g *grammar) interpolated() string {
	if g.quotes == 2 {
		return "'x'"
	}
	g.quotes++
	var b strings.Builder
	for range g.IntN(3) {
		switch g.IntN(5) {
		case 0:
			b.WriteString(g.pick("a", " ", "x", "é", ".", "\n", "5$", "#", "##", `\`, `$`))
		case 1:
			b.WriteString(g.statement())
		default:
			b.WriteString(g.reference())
		}
	}
	g.quotes--
	return g.quoted(b.String())
}

// value is what may be an argument or stand in a list.
func (g *grammar) value() string {
	g.depth++
	defer func() { g.depth-- }()
	if g.depth > 6 {
		return "'deep'"
	}
	switch g.IntN(14) {
	case 0, 1, 2:
		return g.reference()
	case 3, 4:
		return g.interpolated()
	case 5, 6:
		return g.pick("'a'", "''", "'x y'", "'$s'", "'it''s'", "'t'", "'5'", "'é&<>'", `'a\b/"'`)
	case 7, 8:
		return g.number()
	case 9:
		return g.pick("true", "false")
	case 10:
		return "[" + g.pick("", g.value(), g.value()+", "+g.value(), "1..3", "3..1", "$n..9", "1 .. $n", "$s..2") + "]"
	case 11:
		return "{" + g.pick("", "'k': "+g.value(), g.value()+" : "+g.value(), `'a':1, 'b':2`) + "}"
	case 12:
		return g.pick("7", "1e3", "1.", ".5", "-1.5", "2147483647", "9223372036854775807", "99999999999999999999", "1.0", "5")
	}
	return g.quoted(g.pick("", "x", "a b", "t"))
}

func (g *grammar) expression() string {
	g.depth++
	defer func() { g.depth-- }()
	if g.depth > 6 {
		return "true"
	}
	switch g.IntN(10) {
	case 0, 1, 2:
		return g.value()
	case 3:
		return g.pick("!", "not ", "! ") + g.expression()
	case 4:
		return "(" + g.expression() + ")"
	case 5, 6:
		return g.expression() + g.pick(" && ", " || ", " and ", " or ", "&&") + g.expression()
	case 7, 8:
		return g.value() + g.pick(" == ", " != ", " eq ", " ne ", "==", " < ", " >= ", " gt ", " le ") + g.value()
	}
	return g.value() + g.pick(" + ", " - ", " * ", " / ", " % ", "+", "-", " -") + g.value()
}
