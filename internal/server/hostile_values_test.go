package server_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"unicode/utf16"
)

// What clients can send in the place of what they should.

const (
	aliens  = "\u202egnirts \u0000\u200b𝕏é\u0301\ufdd0\U0010ffff"
	someKey = "0f8fad5b-d9cb-469f-a165-70867728950e"
)

// oddIDs stand in a path as they are here.
var oddIDs = []string{
	"", ".", "..", "%2e", "%2E%2e", "%00", "a%00b", "%2F", "a%2Fb", "..%2f..%2fetc%2fpasswd", "%", "%zz", "%ff%fe", "%c0%ae", "%ed%a0%80",
	"%0d%0aX-Injected:%201", "%7f", "%1b%5b31m", "*", "0", "-1", "1e999999", "NaN", "null", "undefined", "true", "me", "self", "%20", "a%20b", "+",
	"'%20OR%20'1'='1", "%22;DROP%20TABLE%20users;--", "$%7bjndi:ldap:x%7d", "%7b%7buserId%7d%7d", ":userId", "{userId}", ";a=b", "a,b,c", "@", "~",
	url.PathEscape(aliens), "%F0%9F%92%A9", "%E2%80%AEabc", "%EF%BB%BF" + someKey, strings.ToUpper(someKey), someKey + "%20", someKey + someKey,
	strings.Repeat("x", 4096), strings.Repeat("%E2%82%AC", 1000), strings.Repeat("a%2F", 500), "00000000-0000-0000-0000-000000000000", "a%3Fb=c", "a%23b",
}

// oddTexts are values of query parameters, escaped when they are sent.
var oddTexts = []string{
	"", " ", "null", "undefined", "NaN", "Infinity", "-1", "0", "-0", "00", "1.5", "1e3", "1e999999", "2147483647", "2147483648", "9223372036854775807",
	"9223372036854775808", "-9223372036854775809", "99999999999999999999999999999", "0x10", "١٢", "true", "TRUE", "yes", "[]", "{}", "[1,2]", ",", ",,,", "a,b,a,b",
	"'", "\"", "' OR '1'='1", "%", "%00", "\x00", "\r\n", "\t", "\xff\xfe", aliens, "*", "**", "?", "[", "(", "\\", ".*", "a{1000000}", "(((((((((((((((((((((a*)*)*)*)*)*",
	"id:asc", "name", "ASC", "a", "expand", "2026-02-30", "2026-01-01T00:00:00Z", "0000-00-00T00:00:00.000Z/9999-99-99T99:99:99.999Z", "9999-12-31T23:59:59.999Z/0001-01-01T00:00:00.000Z",
	someKey, strings.Repeat("x", 4096), strings.Repeat("a,", 2000), strings.Repeat("%", 100), "eyJhIjoxfQ==", "../..", "javascript:alert(1)", "<script>",
}

// oddQueries stand behind the question mark as they are here.
var oddQueries = []string{
	"", "&", "&&&&", "=", "==", "=x", "a", "%", "%zz=1", "a=%", "a=%f", "a=%ff", "%00=%00", "a;b", "a=1;b=2", "pageSize=25;pageNumber=1", "pageSize", "pageSize=", "pageSize=0", "pageSize=-1",
	"pageSize=2147483648", "pageSize=9223372036854775807", "pageSize=25&pageSize=x", "pageSize[]=25", "pageSize[0]=25", "pageSize=1e2", "pageSize=%2B5", "pageSize=5%20", "pageNumber=0", "pageNumber=-1", "pageNumber=2147483647&pageSize=2147483647",
	"pageNumber=9223372036854775807", "pageSize=500&pageNumber=2097152", "sortOrder=sideways", "sortBy=no-such-field", "sortBy=%00", "expand=nothing,authorization,,", "expand=", "fields=*", "cursor=x", "after=%FF", "before=zzzz", "nextPage=..", "q=*", "q=%5B",
	"name=*", "name=" + strings.Repeat("*a", 200), "id=" + strings.Repeat(someKey+",", 150), "id=&id=&id=", "state=any", "access_token=x", "unknown=parameter", strings.Repeat("a=b&", 5000),
	strings.Repeat("pageSize=25&", 1000), "?", "??", "/../../", "#", "a=%E2%80%AE", "%EF%BB%BF=1", "PAGESIZE=1", "pagesize=1", "_method=DELETE", "callback=alert",
}

// oddValues stand in the place of any value inside of JSON.
var oddValues = texts(
	`null`, `true`, `false`, `0`, `-0`, `-1`, `1.5`, `1e3`, `1e999999`, `-1e999999`, `1E-999999`, `2147483648`, `9223372036854775808`, `123456789012345678901234567890`, strings.Repeat("9", 5000),
	`""`, `" "`, `"null"`, `"0"`, `"\u0000"`, `"a\u0000b"`, `"\ud800"`, `"\udc00\ud800"`, `"\u202e\u0000\ufeff"`, `"💩"`, `"`+strings.Repeat("x", 300)+`"`, `"`+strings.Repeat("x", 70_000)+`"`, `"`+strings.Repeat(`\u20ac`, 2000)+`"`,
	`"'; DROP TABLE users; --"`, `"${input.x}#set($x=1)"`, `"../../etc/passwd"`, `"\r\nX-Injected: 1"`, `"<script>alert(1)</script>"`, `"%s%s%n%d"`, `"*"`, `"`+someKey+`"`, `"2026-02-30T25:61:61Z"`, `"0001-01-01T00:00:00.000Z"`, `"http://127.0.0.1:1/"`, `"a@b"`, `"a@b@c"`, `"@"`,
	`[]`, `[null]`, `[[]]`, `[[[[[[]]]]]]`, `[1,"a",null,{}]`, `["",""]`, `["`+someKey+`","`+someKey+`"]`, `[`+strings.Repeat(`"a",`, 3000)+`"a"]`, `[`+strings.Repeat(`{},`, 500)+`{}]`,
	`{}`, `{"id":null}`, `{"id":""}`, `{"id":7}`, `{"id":"`+someKey+`"}`, `{"":""}`, `{"id":{"id":{"id":{}}}}`, `{"__proto__":{"x":1},"constructor":1}`, `{"a":{"b":{"c":{"d":{"e":{"f":[{"g":[]}]}}}}}}`,
	strings.Repeat(`[`, 200)+strings.Repeat(`]`, 200), strings.Repeat(`{"a":`, 200)+`1`+strings.Repeat(`}`, 200),
)

func texts(all ...string) []json.RawMessage {
	raw := make([]json.RawMessage, len(all))
	for i, text := range all {
		raw[i] = json.RawMessage(text)
	}
	return raw
}

// A deep nesting is what fits into a body and what a decoder that calls itself
// would die of.
func nested(opening, inside, closing string, levels int) []byte {
	return []byte(strings.Repeat(opening, levels) + inside + strings.Repeat(closing, levels))
}

func inUTF16(text string) []byte {
	b := []byte{0xff, 0xfe}
	for _, unit := range utf16.Encode([]rune(text)) {
		b = append(b, byte(unit), byte(unit>>8))
	}
	return b
}

// oddBodies are bodies as a whole.
var oddBodies = [][]byte{
	nil,
	{},
	[]byte(" "), []byte("null"), []byte(" \n\tnull\r\n"), []byte("true"), []byte("7"), []byte(`""`), []byte(`"text"`), []byte("[]"), []byte("{}"), []byte("[{}]"), []byte("[null]"), []byte("[[]]"), []byte(`["a",7,null]`),
	[]byte("{"), []byte("["), []byte(`{"`), []byte(`{"a"`), []byte(`{"a":`), []byte(`{"a":1`), []byte(`{"a":1,`), []byte(`{"a":1,}`), []byte("[1,]"), []byte("}"), []byte("{}{}"), []byte("{} x"), []byte("{'a':1}"), []byte("{a:1}"), []byte("// x\n{}"),
	[]byte("NaN"), []byte(`{"a":NaN}`), []byte(`{"a":Infinity}`), []byte(`{"a":01}`), []byte(`{"a":+1}`), []byte(`{"a":.5}`), []byte(`{"a":1e999999}`), []byte(`{"a":-1e-999999}`), []byte("1e999999"), []byte(`{"version":1e999999}`),
	[]byte(`{"id":"a","id":"b"}`), []byte(`{"name":"a","NAME":"b","Name":"c"}`), []byte(`{"name":{"a":1},"name":{"b":2}}`), []byte(`{"a":{"b":1,"b":2}}`), []byte(`[{"id":"a","id":"b"}]`),
	[]byte("{\"name\":\"\xff\xfe\"}"), []byte("\xff\xff\xff"), []byte("{\"name\":\"\xed\xa0\x80\"}"), []byte(`{"name":"\ud800"}`), []byte(`{"\ud800":1}`), []byte(`{"name":"\u0000"}`), []byte("{\"name\":\"\x00\"}"), []byte("\x00"), []byte("{}\x00"),
	[]byte("\xef\xbb\xbf{}"), inUTF16("{}"), inUTF16(`{"name":"x"}`), append([]byte{0xfe, 0xff, 0}, "{\x00}"...), []byte("{\"a\":\"\n\"}"), []byte(`{"a":"\x41"}`), []byte(`{"a":"\u12"}`),
	nested("[", "", "]", 10_000), nested(`{"a":`, "1", "}", 10_000), nested("[", "", "", 100_000), nested(`{"a":[`, "", "", 50_000), nested("[", "", "]", 9_990), nested(`{"id":`, `""`, `}`, 5000),
	[]byte(`{` + strings.Repeat(`"a":1,`, 2000) + `"a":1}`), []byte(`{"` + strings.Repeat("x", 100_000) + `":1}`), []byte(`{"name":"` + strings.Repeat("x", 100_000) + `"}`), []byte(strings.Repeat(" ", 100_000) + "{}"), []byte(`[` + strings.Repeat("0,", 50_000) + `0]`),
	manyFields(3000), []byte("a=b&c=d"), []byte("<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><x>&a;</x>"), []byte("--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x--\r\n"),
}

// hugeBodies are at the edge of what is read, and beyond.
var hugeBodies = [][]byte{
	bytes.Repeat([]byte(" "), 512_001), []byte(`"` + strings.Repeat("x", 511_999) + `"`), []byte(`{"name":"` + strings.Repeat("x", 511_980) + `"}`), []byte(`{"a":` + strings.Repeat("9", 511_990) + `}`), nested("[", "", "]", 256_000), nested("[", "", "", 512_000), bytes.Repeat([]byte("{"), 700_000),
}

func manyFields(n int) []byte {
	fields := make(map[string]int, n)
	for i := range n {
		fields[strings.Repeat("f", 1+i%20)+string(rune('a'+i%26))+strings.Repeat("g", i/26)] = i
	}
	text, err := json.Marshal(fields)
	if err != nil {
		panic(err)
	}
	return text
}

// oddMedia are media types with a body of JSON behind them.
var oddMedia = []string{
	"", " ", "application/json", "APPLICATION/JSON", "application/json; charset=utf-8", "application/json;charset=UTF-16", "application/json; charset=latin1", "application/json;", "application/json;;;", "application/json; charset", "application/json; =x", "application/json; a=\"", "application/json, text/plain",
	"text/plain", "text/plain; charset=x", "text/html", "application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary=x", "multipart/form-data; boundary=" + strings.Repeat("x", 500), "application/xml", "application/octet-stream", "application/vnd.x+json", "application/json-patch+json", "+json", "/", "json", "*/*", "image/png", strings.Repeat("a/b;", 1000), "application/json\x0b", "tëxt/plain",
}

// oddHeaders are lines that may stand in any request.
var oddHeaders = [][]string{
	{"Accept: nothing/at-all"},
	{"Accept: */*;q=0"},
	{"Accept: "},
	{"Accept: text/html, application/xhtml+xml;q=0.9"},
	{"Accept: " + strings.Repeat("a/b,", 3000)},
	{"Accept-Charset: utf-16"},
	{"Accept-Encoding: gzip, br, zstd"},
	{"Accept-Encoding: identity;q=0, *;q=0"},
	{"Accept-Language: " + strings.Repeat("x-", 1000)},
	{"ININ-Correlation-Id: "},
	{"ININ-Correlation-Id: ../../x"},
	{"ININ-Correlation-Id: " + strings.Repeat("a", 5000)},
	{"ININ-Correlation-Id: a", "ININ-Correlation-Id: b"},
	{"ININ-Correlation-Id: <script>"},
	{"ININ-Correlation-Id: \xff\xfe"},
	{"X-Mockcloud-Explain: true"},
	{"X-Mockcloud-Explain: TRUE", "X-Mockcloud-Explain: x"},
	{"X-Forwarded-For: 127.0.0.1, x"},
	{"X-HTTP-Method-Override: DELETE"},
	{"X-Forwarded-Host: evil.example"},
	{"Forwarded: for=\"_x\""},
	{"Range: bytes=0-"},
	{"Range: bytes=9-1"},
	{"If-Match: *"},
	{"If-None-Match: *"},
	{"If-Modified-Since: yesterday"},
	{"Cookie: " + strings.Repeat("a=b; ", 2000)},
	{"Origin: null"},
	{"Origin: https://evil.example"},
	{"Origin: \xff"},
	{"Referer: x"},
	{"Connection: keep-alive, x, y"},
	{"TE: trailers"},
	{"Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Key: x"},
	{"Upgrade: h2c", "Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: x"},
	{"Pragma: \t x"},
	{"X-Mockcloud-Depth: 99"},
	{"Content-Language: x"},
	{"Content-MD5: x"},
	{"Genesys-App: " + strings.Repeat("x", 20_000)},
}

func flood(n int) []string {
	lines := make([]string, n)
	for i := range lines {
		lines[i] = "X-" + strings.Repeat("a", i%50) + string(rune('a'+i%26)) + ": " + strings.Repeat("b", 30)
	}
	return lines
}

var oddMethods = []string{
	http.MethodHead, http.MethodTrace, http.MethodConnect, http.MethodOptions, "PROPFIND", "BREW", "get", "Post", "M-SEARCH", "GETGETGET", strings.Repeat("X", 1000), "*", "QUERY", "PURGE", http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
}

// bomb is what 64 MB of zeros shrink to.
var bomb = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	zeros := make([]byte, 1<<20)
	for range 64 {
		_, _ = w.Write(zeros) // a buffer takes everything
	}
	_ = w.Close()
	return b.Bytes()
})

func one[T any](rng *rand.Rand, of []T) T { return of[rng.IntN(len(of))] }
