package velocity_test

import (
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/mockcloud/mockcloud/internal/velocity"
)

// render parses and renders; an error comes back as its text.
func render(t *testing.T, name, source string, ctx velocity.Context) string {
	t.Helper()
	parsed, err := velocity.Parse(name, source)
	if err != nil {
		return "error: " + err.Error()
	}
	got, err := parsed.Render(ctx)
	if err != nil {
		return "error: " + err.Error()
	}
	return got
}

func callContext() velocity.Context {
	return velocity.Context{
		"input": map[string]any{
			"QueueID": "q-1", "email": `a"b@example.test`, "key": "Main Line", "open": true, "priority": json.Number("7"),
			"amount": json.Number("1.50"), "phone": "+55 11 5555", "city": "São Paulo", "empty": "",
			"rawRequest": `{"QueueID":"q-1"}`,
		},
		"credentials":  map[string]any{"baseUrl": "https://crm.example.test", "user": "u", "key": "k"},
		"authResponse": map[string]any{"token_type": "Bearer", "access_token": "abc", "scope": []any{"a", json.Number("1")}, "nested": map[string]any{"b": nil, "a": "x"}},
		"Presence":     `["Available","On Queue"]`, "seconds": "[95]", "none": "[]", "name": `"Ana \"Nita\" Souza"`, "rawResult": `{"a":1}`,
	}
}

func TestTemplatesOfTheExamples(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, source, want string }{
		{"member in a path", "/api/v2/routing/queues/${input.QueueID}/members?expand=presence", "/api/v2/routing/queues/q-1/members?expand=presence"},
		{"escaping for JSON adds no quotes", `{"value": "$esc.jsonEncode("${input.email}")"}`, `{"value": "a\"b@example.test"}`},
		{"optional member present", `{"q": "${input.QueueID}"#if("$!{input.priority}" != ""), "priority": ${input.priority}#end}`, `{"q": "q-1", "priority": 7}`},
		{"optional member absent", `{"q": "${input.QueueID}"#if("$!{input.missing}" != ""), "priority": ${input.missing}#end}`, `{"q": "q-1"}`},
		{"a boolean compares with text", `#if("$!{input.open}" == "true")true#{else}false#end`, "true"},
		{"first of an array", `#set($s = $successTemplateUtils.firstFromArray("${seconds}", "-1")){"seconds": $s, "known": #if("$s" == "-1")false#{else}true#end}`, `{"seconds": 95, "known": true}`},
		{"first of an empty array", `#set($s = $successTemplateUtils.firstFromArray("${none}", "-1")){"seconds": $s, "known": #if("$s" == "-1")false#{else}true#end}`, `{"seconds": -1, "known": false}`},
		{"first of an empty array, quoted default", `${successTemplateUtils.firstFromArray("${none}", "$esc.quote$esc.quote")}`, `""`},
		{"first of an array without quotes around the reference", `${successTemplateUtils.firstFromArray(${Presence}, "x")}`, `"Available"`},
		{"string method in a URL", "/rows/${input.key.replace(' ', '%20')}", "/rows/Main%20Line"},
		{"form body", `phone=$esc.urlFormEncode("${input.phone}")&city=$esc.urlFormEncode("$!{input.city}")`, "phone=%2B55+11+5555&city=S%C3%A3o+Paulo"},
		{"basic authorization", `Basic $encoding.base64("${credentials.user}:${credentials.key}")`, "Basic dTpr"},
		{"answer of the custom authentication", "${authResponse.token_type} ${authResponse.access_token}", "Bearer abc"},
		{"quiet and absent", "$!{input.traceId}", ""},
		{"absent in a query", `/wrapupcodes?pageSize=100&name=$esc.url("$!{input.name}")`, "/wrapupcodes?pageSize=100&name="},
		{"the whole request", "${input.rawRequest}", `{"QueueID":"q-1"}`},
		{"variables are JSON text", `{"name": ${name}, "PresenceArray" : $Presence}`, `{"name": "Ana \"Nita\" Souza", "PresenceArray" : ["Available","On Queue"]}`},
		{"the workshop's mistake", `{"PresenceArray" : $Presences}`, "error: Variable $Presences has not been set at successTemplate[line 1, column 20]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := render(t, "successTemplate", tt.source, callContext()); got != tt.want {
				t.Errorf("%s\n got %s\nwant %s", tt.source, got, tt.want)
			}
		})
	}
}

func TestNullAndUndefined(t *testing.T) {
	t.Parallel()
	tests := []struct{ rule, source, want string }{
		{"a missing member is emitted as its own text", "a ${input.x} $input.x b", "a ${input.x} $input.x b"},
		{"a quiet missing member is nothing", "[$!{input.x}$!input.x]", "[]"},
		{"a null name is emitted as its own text", "#set($v = $input.x)$v", "$v"},
		{"a name is undefined in the quiet form, too", "$!x", "error: Variable $x has not been set at t[line 1, column 1]"},
		{"and in a string", `#if("$!x" == "")a#end`, "error: Variable $x has not been set at t[line 1, column 6]"},
		{"and in a comparison", "#if($x == 1)a#end", "error: Variable $x has not been set at t[line 1, column 5]"},
		{"and in #set", "#set($a = $x)", "error: Variable $x has not been set at t[line 1, column 11]"},
		{"but not in a bare test", "#if($x)a#{else}b#end#if(!$x)c#end#if($x && true)d#end", "bc"},
		{"a member of a missing value", "${input.x.y}", "error: Attempted to access 'y' on a null value at t[line 1, column 11]"},
		{"a method of a missing value", "\n ${input.x.replace('a','b')}", "error: Attempted to access 'replace' on a null value at t[line 2, column 12]"},
		{"escaping a missing value emits the whole reference", "$esc.jsonEncode($input.missing)", "$esc.jsonEncode($input.missing)"},
		{"escaping its text escapes that", `$esc.url("${input.missing}")`, "%24%7Binput.missing%7D"},
		{"a query parameter of OData", "?$select=name", "error: Variable $select has not been set at t[line 1, column 2]"},
		{"the way around", "?${esc.dollar}select=name&$esc.d$esc.d", "?$select=name&$$"},
		{"a name of one's own hides a tool", "#set($esc = 'x')$esc", "x"},
	}
	for _, tt := range tests {
		t.Run(tt.rule, func(t *testing.T) {
			t.Parallel()
			if got := render(t, "t", tt.source, callContext()); got != tt.want {
				t.Errorf("%s\n got %s\nwant %s", tt.source, got, tt.want)
			}
		})
	}
}

func TestToolsOfTheProduct(t *testing.T) {
	t.Parallel()
	tests := []struct{ rule, source, want string }{
		{"jsonEncode and jsonString are one", `$esc.jsonEncode('a"b\c/') $esc.jsonString("é$esc.n")`, `a\"b\\c/ é\n`},
		{"jsonDecode is the reverse", `$esc.jsonDecode('a\"b\u0041\n')|`, "a\"bA\n|"},
		{"jsonDecode of what is none", `$esc.jsonDecode('a"b')`, "error: jsonDecode needs the inside of a JSON string at t[line 1, column 6]"},
		{"url keeps the asterisk and encodes the tilde", "$esc.url('a b*~+')", "a+b*%7E%2B"},
		{"uriEncode writes a blank as %20", "$esc.uriEncode('a b+')", "a%20b%2B"},
		{"base64", "$encoding.base64('a:b')", "YTpi"},
		// Guess: the article names optionalQueryParam without its details.
		{"optionalQueryParam with a value", "$urlTool.optionalQueryParam('q', 'a b&c')", "q=a+b%26c"},
		{"optionalQueryParam without one", "[$urlTool.optionalQueryParam('q', $input.empty)$urlTool.optionalQueryParam('q', $input.x)]", "[]"},
		{"firstFromArray keeps the element's text", `$successTemplateUtils.firstFromArray('[ {"a": [1, "x"]} , 2]', '0')`, `{"a": [1, "x"]}`},
		// Guess: what an empty array without a default does is not known.
		{"firstFromArray without a default", "$successTemplateUtils.firstFromArray('[]')", "error: firstFromArray got an empty array and no default at t[line 1, column 23]"},
		{"firstFromArray of no array", "$successTemplateUtils.firstFromArray('{}', '0')", "error: firstFromArray needs a JSON array at t[line 1, column 23]"},
		{"firstFromArray of broken JSON", "$successTemplateUtils.firstFromArray('[1, ', '0')", "error: firstFromArray needs a JSON array at t[line 1, column 23]"},
		{"a macro that is not there", "$successTemplateUtils.moveKeysIntoArrayOfObjects('a', 'b')", "error: The macro moveKeysIntoArrayOfObjects is not supported at t[line 1, column 23]"},
		{"macros of a CRM", "$salesforce.x('a')", "error: The macros of salesforce are not supported at t[line 1, column 13]"},
		{"macros of Dynamics", "$msdynamics.phoneNumberFilter('a')", "error: The macros of msdynamics are not supported at t[line 1, column 13]"},
		{"chance", "$math.random", "error: Random numbers are not supported at t[line 1, column 7]"},
		{"an unknown method of a tool", "$esc.foo(1)", "error: Object 'org.apache.velocity.tools.generic.EscapeTool' does not contain method foo(java.lang.Integer) at t[line 1, column 6]"},
		// Guess: nested values are emitted as JSON.
		{"nested values are JSON", "$authResponse.scope ${authResponse.nested}", `["a",1] {"a":"x","b":null}`},
		{"numbers are the input's own text", "${input.amount} $input.amount.toString()", "1.50 1.50"},
		{"and calculate as numbers", "#set($a = $input.amount + 1)$a", "2.5"},
	}
	for _, tt := range tests {
		t.Run(tt.rule, func(t *testing.T) {
			t.Parallel()
			if got := render(t, "t", tt.source, callContext()); got != tt.want {
				t.Errorf("%s\n got %s\nwant %s", tt.source, got, tt.want)
			}
		})
	}
}

func TestRefusedWhileParsing(t *testing.T) {
	t.Parallel()
	tests := []struct{ rule, source, want string }{
		{"an argument without a dollar sign", "${esc.url(input.x)}", "column 16]"},
		{"loops", "a #foreach($i in $l)$i#end", "The directive #foreach is not supported in data actions at t[line 1, column 3]"},
		{"macros", "#macro(x)#end", "The directive #macro is not supported in data actions at t[line 1, column 1]"},
		{"includes", "#parse('x')", "The directive #parse is not supported in data actions at t[line 1, column 1]"},
		{"calls of macros", "\n#thing($x)", "Macro '#thing' is not defined; macros are not supported in data actions at t[line 2, column 1]"},
		{"a backslash is no escape in a string", `#set($a = "a\"b")`, "column 15]"},
		{"a missing end", "#if(true)a", "was expecting #end"},
		{"an end too many", "a#end", `Encountered "#end" without an #if before it at t[line 1, column 2]`},
		{"a dollar sign at the very end", "costs 5$", `Encountered the end of the template after "$" at t[line 1, column 9]`},
		{"a brace that is not closed", "${input.x", "at t[line 1, column 10]"},
		{"more than one mebibyte", strings.Repeat("a", velocity.MaxSource+1), "The template is longer than 1048576 bytes"},
		{"text that is not UTF-8", "a\xff", "The template is not valid UTF-8"},
		{"conditions without end", strings.Repeat("#if(true)", 5000), "nested more than 100 levels deep"},
		{"parentheses without end", "#if(" + strings.Repeat("(", 5000), "nested more than 100 levels deep"},
		{"lists without end", "#set($a = " + strings.Repeat("[", 5000), "nested more than 100 levels deep"},
		{"arguments without end", strings.Repeat("$a.b(", 5000), "nested more than 100 levels deep"},
		{"negations without end", "#if(" + strings.Repeat("!", 5000) + "$x)#end", "nested more than 100 levels deep"},
		{"maps without end", "#set($a = " + strings.Repeat("{'a':", 5000), "nested more than 100 levels deep"},
		{"lists in arguments in lists", "#set($a = " + strings.Repeat("[$a.b(", 5000), "nested more than 100 levels deep"},
		{"indexes without end", strings.Repeat("$a[", 5000), "nested more than 100 levels deep"},
		{"members without end", "$a" + strings.Repeat(".b", 5000), "more than 100 members"},
		{"sums without end", "#set($a = 1" + strings.Repeat("+ 1", 5000) + ")", "more than 1000 operators"},
		{"a number without end", "#set($a = " + strings.Repeat("1", 5000) + ")", "more than 1000 digits"},
	}
	for _, tt := range tests {
		t.Run(tt.rule, func(t *testing.T) {
			t.Parallel()
			_, err := velocity.Parse("t", tt.source)
			var failure *velocity.Error
			if !errors.As(err, &failure) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

func TestWorkIsBounded(t *testing.T) {
	t.Parallel()
	big := velocity.Context{"s": strings.Repeat("a", 1<<20), "huge": json.Number("1e999999999"), "digits": json.Number(strings.Repeat("9", 5000))}
	tests := []struct{ what, source string }{
		{"output", strings.Repeat("$s", 3)},
		{"replace", "$s.replace('a', 'bbbbbbbb')"},
		{"replaceAll", "$s.replaceAll('', 'bbbbbbbb')"},
		{"repeat", "$s.repeat(2000000000)"},
		{"concatenation", "#set($a = $s)" + strings.Repeat("#set($a = $a + $a)", 60)},
		{"a long range", "#set($a = [1..1000000000])"},
		{"a list that holds itself", "#set($a = [1])$a.add($a)$a"},
		{"a list of lists", "#set($a = ['x'])" + strings.Repeat("#set($a = [$a, $a])", 60) + "$a"},
		{"a large number", "#set($a = 99999999)" + strings.Repeat("#set($a = $a * $a)", 60)},
		{"many scans", strings.Repeat("$s.contains('b')", 10_000)},
		{"many patterns", strings.Repeat("$s.replaceAll('(a|b)*c', '')", 10_000)},
		{"a large pattern", "#set($p = '(a{0,900}b)*c')$s.matches($p)"},
		{"many copies", strings.Repeat("#set($a = \"x$s\")", 1000)},
		{"many comparisons", strings.Repeat("#if($s == $s)#end", 1000)},
		{"a pattern in a variable", "#set($p = '(a{900}){1000}')$s.matches($p)"},
		{"split", "$s.split('')"},
		{"a map that holds itself", "#set($a = {})#set($a.x = $a)$a"},
		{"comparing lists that hold themselves", "#set($a = [1])$a.add($a)#if($a == [1, 2])x#end"},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			t.Parallel()
			if got := render(t, "t", tt.source, big); !strings.HasPrefix(got, "error: ") {
				t.Errorf("rendered %d bytes: %.80s", len(got), got)
			}
		})
	}
}

func TestRenderingLeavesTheContextAlone(t *testing.T) {
	t.Parallel()
	nested := map[string]any{"list": []any{"a"}}
	ctx := velocity.Context{"m": nested}
	source := "#set($m.x = 1)#set($m.list[0] = 'b')#set($n = $m.list.add('c'))$m$n"
	if got, want := render(t, "t", source, ctx), `{"list":["b","c"],"x":1}true`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if list, ok := nested["list"].([]any); !ok || len(nested) != 1 || len(list) != 1 || list[0] != "a" {
		t.Errorf("the context was changed: %v", nested)
	}
}

func TestOneTemplateRendersInManyPlacesAtOnce(t *testing.T) {
	t.Parallel()
	parsed, err := velocity.Parse("t", `#set($a = $input.key.replaceAll("[aeiou]", "_"))$a#if($input.open)!#end`)
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 100 {
				if got, err := parsed.Render(callContext()); err != nil || got != "M__n L_n_!" {
					t.Errorf("%q, %v", got, err)
					return
				}
			}
		})
	}
	wait.Wait()
}
