package scim_test

import (
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/scim"
)

// Whatever somebody writes as a filter or a path: a refusal with words, or a
// filter that reads the same when it is written again.
func FuzzScimFilter(f *testing.F) {
	for _, text := range []string{
		``, `userName eq "pat@example.com"`, `active eq False`, `email eq pat@example.com`, `employeeNumber eq -1.5e+3`,
		scim.Enterprise + `:manager.value eq "a\"\\\u00e9"`, `externalIds[authority eq "a" and value eq "b"]`, `not (a pr) or b[c eq 1 and d ne null] and (e co "x")`,
		`members[value eq "a" or value eq "b"].type`, `emails[type eq "work"].value`, `((((`, `a eq "\ud800"`, "a eq \"\xff\"",
		scim.Genesys, scim.CoreUser + ":", `urn:a:b`, `$ref eq "x"`, `members[`, `..`, `:`, `a eq "é`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		start := time.Now()
		for _, kind := range []*scim.ResourceType{scim.UserType, scim.GroupType} {
			filter, err := kind.ParseFilter(text)
			if err != nil {
				wellRefused(t, err)
				continue
			}
			written := filter.Path + " eq " + encode(t, filter.Value)
			if filter.Item != nil {
				var parts []string
				for name, value := range filter.Item {
					parts = append(parts, name+" eq "+encode(t, value))
				}
				written = filter.Path + "[" + strings.Join(parts, " and ") + "]"
			}
			if len(written) > 2_000 {
				continue // escapes may make it too long
			}
			again, err := kind.ParseFilter(written)
			if err != nil || again.Path != filter.Path || again.Value != filter.Value || !maps.Equal(again.Item, filter.Item) {
				t.Errorf("%q is %+v, and again %+v, %v", text, filter, again, err)
			}
		}
		if _, err := scim.UserType.Apply(scim.Object{}, []scim.Operation{{Op: "remove", Path: text}}); err != nil {
			wellRefused(t, err)
		}
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("took %s", took)
		}
	})
}

// Whatever somebody sends as a PATCH, to whatever resource: a refusal, or a
// resource that the schemas accept. The input stays as it is.
func FuzzScimPatch(f *testing.F) {
	for _, ops := range []string{
		`[{"op":"add","path":"emails","value":[{"type":"work","value":"a"}]}]`,
		`[{"op":"Replace","path":"emails[type eq \"work\"].value","value":"a"},{"op":"remove","path":"phoneNumbers[primary eq true]"}]`,
		`[{"op":"add","value":{"` + scim.Enterprise + `":{"manager":"m"},"` + scim.Genesys + `:routingSkills":{"name":"a","proficiency":"3"},"name.givenName":null}}]`,
		`[{"op":"remove","path":"members","value":[{"value":"u1"},{}]}]`,
		`[{"op":"replace","path":"members.value","value":["u9",{"a":[1]}]},{"op":"add","path":"members[not (value pr)]","value":null}]`,
		`[{"op":"replace","path":"` + scim.Genesys + `","value":{"externalIds":[{"authority":"a","value":"b"},null,7]}}]`,
		`[{"op":"add","value":{"` + scim.CoreUser + `":{"` + scim.CoreUser + `":{"title":"x"}}}}]`,
		`[{"op":"replace","path":"roles[primary eq \"True\"].value","value":"Boss"},{"op":"replace","path":"roles.primary","value":"true"}]`,
		`[{"op":"replace","path":"meta","value":{"version":"1"}},{"op":"add","path":"schemas","value":[]}]`,
	} {
		f.Add(person, ops)
		f.Add(crowd, ops)
	}
	f.Add(`{"emails":7,"members":[1,[],null,{"value":{}}],"`+scim.Enterprise+`":[]}`, `[{"op":"add","path":"members","value":{"value":"x"}},{"op":"add","path":"manager.value","value":"x"}]`)
	f.Fuzz(func(t *testing.T, resource, operations string) {
		if len(resource)+len(operations) > 1<<14 {
			return // longer than what finds anything new
		}
		var before, body scim.Object
		if !read(resource, &before) || !read(`{"schemas":["`+scim.PatchOp+`"],"Operations":`+operations+`}`, &body) {
			return
		}
		start := time.Now()
		ops, err := scim.ParsePatch(body)
		if err != nil {
			wellRefused(t, err)
			return
		}
		was, sent := encode(t, before), encode(t, body)
		for _, kind := range []*scim.ResourceType{scim.UserType, scim.GroupType} {
			for name, start := range map[string]scim.Object{"as it is": before, "canonical": kind.Canonical(before)} {
				after, err := kind.Apply(start, ops)
				if err != nil {
					wellRefused(t, err)
				} else if kind.Check(start) == nil && name == "canonical" {
					if err := kind.Check(after); err != nil {
						t.Errorf("%v: %s after %s", err, encode(t, after), operations)
					}
				}
				if err == nil {
					if _, err := kind.Project(after, []string{"emails.value", scim.Enterprise}, nil); err != nil {
						t.Error(err)
					}
				}
			}
		}
		if encode(t, before) != was || encode(t, body) != sent {
			t.Errorf("the input is now %s and %s", encode(t, before), encode(t, body))
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("took %s", took)
		}
	})
}

func read(text string, v any) bool {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	return d.Decode(v) == nil
}

func wellRefused(t *testing.T, err error) {
	t.Helper()
	refusal, ok := errors.AsType[*scim.Error](err)
	if !ok || refusal.Status != 400 || refusal.Type == "" || refusal.Detail == "" {
		t.Errorf("refused by %#v", err)
	}
}
