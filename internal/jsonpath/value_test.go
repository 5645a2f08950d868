package jsonpath_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/jsonpath"
)

func TestWhatComesInGoesOutUnchangedButCompact(t *testing.T) {
	t.Parallel()
	for doc, want := range map[string]string{
		` { "b" : 1.50 , "a" : [ ] } `:                 `{"b":1.50,"a":[]}`,
		`[1e5,-0,0.10,123456789012345678901234567890]`: `[1e5,-0,0.10,123456789012345678901234567890]`,
		`{"a":1,"b":2,"a":3}`:                          `{"a":3,"b":2}`,
		`{}`:                                           `{}`,
		`null`:                                         `null`,
		// Guess: escaping is Jackson's, as with the rest of the real service.
		`"\/\u00e9\ud83d\ude00<>&\u2028\u007f"`: "\"/é😀<>&\u2028\u007f\"",
		`"\"\\\b\f\n\r\t\u0000\u001f"`:          `"\"\\\b\f\n\r\t\u0000\u001F"`,
		`"\ud800\ud800\udc00\udc00"`:            `"�𐀀�"`,
		"\"\xff\xfe\"":                          `"��"`,
	} {
		if got := parse(t, doc).String(); got != want {
			t.Errorf("%s = %s, want %s", doc, got, want)
		}
	}
}

func TestATextThatIsNoDocumentIsRefusedWhereItGoesWrong(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		doc    string
		offset int
		want   string
	}{
		{``, 0, "a value"},
		{` `, 1, "a value"},
		{`nul`, 3, "null"},
		{`truE`, 3, "true"},
		{`<html>`, 0, `found '<'`},
		{`{a:1}`, 1, "a member's name"},
		{`{"a" 1}`, 5, "a colon"},
		{`{"a":1,}`, 7, "a member's name"},
		{`{"a":1`, 6, "a comma or }"},
		{`{"a":1]`, 6, "a comma or }"},
		{`[1,]`, 3, "a value"},
		{`[1 2]`, 3, "a comma or ]"},
		{`[`, 1, "a value"},
		{`1 2`, 2, "after the document"},
		{`01`, 1, "after the document"},
		{`-`, 1, "a digit"},
		{`1.`, 2, "a digit"},
		{`1e+`, 3, "a digit"},
		{`+1`, 0, "a value"},
		{`"a`, 2, "a closing quotation mark"},
		{`"\`, 2, "an escape"},
		{`"\x"`, 2, "an escape"},
		{`"\u12g4"`, 2, "hexadecimal"},
		{"\"\n\"", 1, "control character"},
		{"\"\\n\n\"", 3, "control character"},
		{strings.Repeat("[", 1001), 1000, "within one another"},
		{strings.Repeat(`{"a":`, 1001), 5000, "within one another"},
	} {
		_, err := jsonpath.Parse([]byte(tt.doc))
		wrong, ok := errors.AsType[*jsonpath.ParseError](err)
		if !ok || wrong.Offset != tt.offset || !strings.Contains(wrong.Message, tt.want) {
			t.Errorf("%.40q: error = %v, want one at %d with %q", tt.doc, err, tt.offset, tt.want)
		}
	}
}

func TestObjectsWithManyMembersKeepTheLastOfEachName(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 40 {
		b.WriteString(`"k` + string(rune('a'+i%20)) + `":` + string(rune('0'+i/20)) + `,`)
	}
	v := parse(t, "{"+b.String()+`"z":2}`)
	if v.Len() != 21 {
		t.Errorf("%d members, want 21", v.Len())
	}
	for key, member := range v.All() {
		if want := "1"; key != "z" && member.Text() != want {
			t.Errorf("%s = %s, want %s", key, member, want)
		}
	}
}

func TestValuesAreReadByKind(t *testing.T) {
	t.Parallel()
	v := parse(t, `{"n":null,"b":true,"i":1.0,"s":"a\nb","l":[1,2],"o":{"x":1}}`)
	kinds := map[string]jsonpath.Kind{
		"n": jsonpath.Null, "b": jsonpath.Bool, "i": jsonpath.Number,
		"s": jsonpath.String, "l": jsonpath.Array, "o": jsonpath.Object,
	}
	for key, kind := range kinds {
		if member, ok := v.Get(key); !ok || member.Kind() != kind {
			t.Errorf("%s is %s, want %s", key, member.Kind(), kind)
		}
	}
	if got := strings.Join(v.Keys(), ""); got != "nbislo" {
		t.Errorf("keys = %s", got)
	}
	s, _ := v.Get("s")
	b, _ := v.Get("b")
	n, _ := v.Get("n")
	if s.Text() != "a\nb" || !b.Bool() || !n.IsNull() || n.Text() != "" || s.Index(0) != nil || v.Index(-1) != nil {
		t.Error("a scalar is not read as what it is")
	}
	if _, ok := v.Get("missing"); ok {
		t.Error("a missing member is found")
	}
	if _, ok := s.Get("x"); ok || s.Keys() != nil {
		t.Error("a text has members")
	}
	l, _ := v.Get("l")
	sum := ""
	for i, item := range l.Items() {
		sum += string(rune('0'+i)) + item.Text()
	}
	if sum != "0112" {
		t.Errorf("items = %s", sum)
	}
	if got := jsonpath.Kind(9).String(); got != "kind 9" {
		t.Error(got)
	}
}

func TestBuiltValuesHoldCopies(t *testing.T) {
	t.Parallel()
	list := jsonpath.NewArray(jsonpath.NewInt(1), jsonpath.NewBool(false), jsonpath.NewNull(), nil)
	object := jsonpath.NewObject()
	object.Set("list", list)
	object.Set("bad", jsonpath.NewString("\xff"))
	object.Set("list2", list)
	list.Append(jsonpath.NewString("later"))
	object.Index(0).Append(jsonpath.NewInt(2))
	object.Set("bad", jsonpath.NewObject())
	if got, want := object.String(), `{"list":[1,false,null,null,2],"bad":{},"list2":[1,false,null,null]}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	scalar := jsonpath.NewInt(1)
	scalar.Set("a", list)
	scalar.Append(list)
	if scalar.String() != "1" {
		t.Error("a number took members")
	}
	list.Append(list)
	if list.Len() != 6 {
		t.Errorf("%d items, want 6", list.Len())
	}
}

func TestFindingLeavesTheDocumentAlone(t *testing.T) {
	t.Parallel()
	doc := parse(t, `{"a":[1,[2]],"b":{"x":1}}`)
	before := doc.String()
	for _, path := range []string{`$.a.append(3)`, `$['a','b']`, `$..*`, `$.a[*]`} {
		v, _, err := compile(t, path).Find(doc)
		if err != nil {
			t.Fatal(err)
		}
		v.Append(jsonpath.NewInt(9))
		v.Set("new", jsonpath.NewInt(9))
	}
	if got := doc.String(); got != before {
		t.Errorf("the document became %s", got)
	}
}

// FuzzJSONValue holds Parse to what encoding/json accepts and reads.
func FuzzJSONValue(f *testing.F) {
	for _, seed := range []string{`{"a":[1,2.5e-3,"\u00e9\ud83d\ude00",null,true]}`, `[]`, `"\ud800"`, "\"\xff\"", `{"a":1,"a":2}`, `-0`, ` 1 `, `{"":{}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		v, err := jsonpath.Parse(doc)
		if err != nil {
			if json.Valid(doc) && !strings.Contains(err.Error(), "within one another") {
				t.Fatalf("%q is refused: %v", doc, err)
			}
			return
		}
		if !json.Valid(doc) {
			t.Fatalf("%q is accepted as %s", doc, v)
		}
		text := v.AppendJSON(nil)
		again, err := jsonpath.Parse(text)
		if err != nil {
			t.Fatalf("%q became %q: %v", doc, text, err)
		}
		if got := again.AppendJSON(nil); !slices.Equal(got, text) {
			t.Fatalf("%q became %q and that %q", doc, text, got)
		}
		if ours, theirs := normal(t, text), normal(t, doc); ours != theirs {
			t.Fatalf("%q means %s, want %s", text, ours, theirs)
		}
	})
}

// normal is what encoding/json makes of a document.
func normal(t *testing.T, doc []byte) string {
	t.Helper()
	var v any
	decoder := json.NewDecoder(strings.NewReader(string(doc)))
	decoder.UseNumber()
	if err := decoder.Decode(&v); err != nil {
		t.Fatalf("%q: %v", doc, err)
	}
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
