package scim_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/scim"
)

// member is an operation on the members of a group.
func member(op string, ids ...int) scim.Operation {
	items := []any{}
	for _, id := range ids {
		items = append(items, scim.Object{"value": fmt.Sprintf("new-%d", id)})
	}
	return scim.Operation{Op: op, Path: "members", Value: items, HasValue: true}
}

func apply(t testing.TB, kind *scim.ResourceType, resource scim.Object, ops ...scim.Operation) scim.Object {
	t.Helper()
	got, err := kind.Apply(resource, ops)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestAddingAndRemovingAgainChangesNothing(t *testing.T) {
	t.Parallel()
	group := decode(t, crowd)
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		ids := make([]int, 1+random.IntN(5))
		for i := range ids {
			ids[i] = random.IntN(20)
		}
		joined := apply(t, scim.GroupType, group, member("add", ids...))
		if again := apply(t, scim.GroupType, joined, member("add", ids...)); encode(t, again) != encode(t, joined) {
			t.Fatalf("adding %v twice: %s, once %s", ids, encode(t, again), encode(t, joined))
		}
		byList := apply(t, scim.GroupType, joined, member("remove", ids...))
		if encode(t, byList) != encode(t, group) {
			t.Fatalf("removing %v: %s", ids, encode(t, byList))
		}
		one := joined
		for _, id := range ids {
			one = apply(t, scim.GroupType, one, scim.Operation{Op: "remove", Path: fmt.Sprintf(`members[value eq "NEW-%d"]`, id)})
		}
		if encode(t, one) != encode(t, group) {
			t.Fatalf("removing %v one by one: %s", ids, encode(t, one))
		}
	}
}

func TestReplacingWithWhatIsThereChangesNothing(t *testing.T) {
	t.Parallel()
	for kind, text := range map[*scim.ResourceType]string{scim.UserType: person, scim.GroupType: crowd} {
		resource := decode(t, text)
		got := apply(t, kind, resource, scim.Operation{Op: "replace", Value: kind.Canonical(resource), HasValue: true})
		if kind == scim.GroupType { // what the service says of members is its own
			if encode(t, got["members"]) != `[{"value":"u1"},{"value":"u2"},{"value":"u3"}]` {
				t.Errorf("members = %s", encode(t, got["members"]))
			}
			got["members"] = resource["members"]
		}
		if encode(t, got) != encode(t, resource) {
			t.Errorf("replaced = %s\nwant %s", encode(t, got), encode(t, resource))
		}
		if err := kind.Check(kind.Canonical(got)); err != nil {
			t.Error(err)
		}
	}
}

func TestAPatchedResourceSharesNothing(t *testing.T) {
	t.Parallel()
	before := decode(t, person)
	value := decode(t, `{"roles":[{"value":"Boss"}],"`+ent+`":{"manager":{"value":"m2"}}}`)
	got := apply(t, scim.UserType, before, scim.Operation{Op: "add", Value: value, HasValue: true})
	for _, list := range []any{got["roles"], got["emails"]} {
		for _, item := range list.([]any) {
			item.(scim.Object)["value"] = "spoilt"
		}
	}
	got[ent].(scim.Object)["manager"].(scim.Object)["value"] = "spoilt"
	if encode(t, before) != encode(t, decode(t, person)) || encode(t, value["roles"]) != `[{"value":"Boss"}]` || at(t, value, ent, "manager", "value") != `"m2"` {
		t.Errorf("input %s, value %s", encode(t, before), encode(t, value))
	}
}

func TestAPatchIsBounded(t *testing.T) {
	t.Parallel()
	many := func(n int, op func(i int) scim.Operation) []scim.Operation {
		ops := make([]scim.Operation, n)
		for i := range ops {
			ops[i] = op(i)
		}
		return ops
	}
	crowded := func(n int) scim.Object {
		ids := make([]int, n)
		for i := range ids {
			ids[i] = i
		}
		return apply(t, scim.GroupType, decode(t, crowd), member("add", ids...))
	}
	title := func(int) scim.Operation {
		return scim.Operation{Op: "replace", Path: "title", Value: "x", HasValue: true}
	}
	t.Run("1000 operations are carried out", func(t *testing.T) {
		t.Parallel()
		apply(t, scim.UserType, decode(t, person), many(1000, title)...)
	})
	t.Run("1001 are not", func(t *testing.T) {
		t.Parallel()
		_, err := scim.UserType.Apply(decode(t, person), many(1001, title))
		refused(t, err, scim.TooMany)
	})
	t.Run("a large group changes by many operations", func(t *testing.T) {
		t.Parallel()
		got := apply(t, scim.GroupType, crowded(10_000), many(180, func(i int) scim.Operation { return member("add", 20_000+i) })...)
		if n := len(got["members"].([]any)); n != 10_183 {
			t.Errorf("%d members", n)
		}
	})
	for name, op := range map[string]func(i int) scim.Operation{
		"filters over a large group": func(int) scim.Operation {
			return scim.Operation{Op: "remove", Path: `members[value eq "a" or value co "b" or value ew "c"]`}
		},
		"removals":  func(i int) scim.Operation { return member("remove", -i) },
		"additions": func(i int) scim.Operation { return member("add", 20_000+i) },
	} {
		t.Run(name+" come to an end", func(t *testing.T) {
			t.Parallel()
			_, err := scim.GroupType.Apply(crowded(10_000), many(1000, op))
			refused(t, err, scim.TooMany)
		})
	}
	t.Run("long filters over a long text come to an end", func(t *testing.T) {
		t.Parallel()
		filter := strings.Repeat(`value co "b" or `, 200) + `value co "c"`
		emails := []any{scim.Object{"type": "work", "value": strings.Repeat("A", 200_000)}}
		_, err := scim.UserType.Apply(scim.Object{"emails": emails}, many(50, func(int) scim.Operation {
			return scim.Operation{Op: "remove", Path: "emails[" + filter + "]"}
		}))
		refused(t, err, scim.TooMany)
	})
	t.Run("items without a key come to an end", func(t *testing.T) {
		t.Parallel()
		emails := make([]any, 10_000)
		for i := range emails {
			emails[i] = scim.Object{"value": fmt.Sprint(i)}
		}
		_, err := scim.UserType.Apply(scim.Object{"emails": emails}, many(1000, func(i int) scim.Operation {
			return scim.Operation{Op: "add", Path: "emails", Value: scim.Object{"value": fmt.Sprint(-i)}, HasValue: true}
		}))
		refused(t, err, scim.TooMany)
	})
}
