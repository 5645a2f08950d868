package identity_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/identity"
)

// attributesOf reads attributes that are written as TYPE value.
func attributesOf(t *testing.T, texts map[string]string) identity.Attributes {
	t.Helper()
	values := make(map[string]identity.AttributeValue)
	for name, text := range texts {
		kind, value, _ := strings.Cut(text, " ")
		v, err := identity.TypedAttribute{Type: identity.AttributeType(kind), Value: value}.Read()
		if err != nil {
			t.Fatalf("%s %v", name, err)
		}
		values[name] = v
	}
	return func(name string) (identity.AttributeValue, bool) {
		v, ok := values[name]
		return v, ok
	}
}

// The spellings are guesses; see CompileCondition.
func TestConditionsHold(t *testing.T) {
	t.Parallel()
	attributes := attributesOf(t, map[string]string{
		"subject.title": "STRING Shift Lead", "subject.department": "STRING ", "subject.groupIds": "STRING_LIST a,b", "subject.role.name": `STRING_LIST ["employee","Night, Shift"]`,
		"request.time": "TIME 2026-01-15T12:30:00.000Z", "request.ipAddress": "IP_ADDRESS 192.0.2.7", "subject.id": "STRING u1", "client.id": "STRING u1",
	})
	preset := map[string]identity.TypedAttribute{
		"hours": {Type: identity.AttrTimeRange, Value: "09:00-17:00"}, "night": {Type: identity.AttrTimeRange, Value: "22:00-06:00"},
		"days": {Type: identity.AttrDayRange, Value: "MON-FRI"}, "weekend": {Type: identity.AttrDayRange, Value: "SATURDAY,SUNDAY"}, "overWeekend": {Type: identity.AttrDayRange, Value: "Thu-Mon"},
		"office": {Type: identity.AttrIPCIDR, Value: "192.0.2.0/24"}, "level": {Type: identity.AttrNumber, Value: "3"}, "on": {Type: identity.AttrBoolean, Value: "TRUE"},
		"broken": {Type: identity.AttrTimeRange, Value: "nine to five"},
	}
	tests := []struct {
		name, condition string
		want            identity.Truth
	}{
		{"none", ``, identity.Yes},
		{"null", `null`, identity.Yes},
		{"an empty one", `{}`, identity.Yes},
		{"Terraform's example", `{"and":[{"attribute":"subject.role.name","operator":"eq","value":"employee"}]}`, identity.Yes},
		{"a role with a comma", `{"attribute":"subject.role.name","operator":"CONTAINS","value":"Night, Shift"}`, identity.Yes},
		{"equal", `{"attribute":"subject.title","operator":"EQUALS","value":"Shift Lead"}`, identity.Yes},
		{"equal but for the case", `{"attribute":"subject.title","operator":"EQ","value":"shift lead"}`, identity.No},
		{"not equal", `{"attribute":"subject.title","operator":"NE","value":"x"}`, identity.Yes},
		{"empty", `{"attribute":"subject.department","operator":"==","value":""}`, identity.Yes},
		{"two attributes", `{"attribute":"subject.id","operator":"EQ","value":{"attribute":"client.id"}}`, identity.Yes},
		{"a typed value", `{"attribute":"subject.title","comparison":"starts_with","operand":{"type":"STRING","value":"Shift"}}`, identity.Yes},
		{"the end", `{"attribute":"subject.title","operator":"ENDS_WITH","value":"Shift"}`, identity.No},
		{"a part", `{"attribute":"subject.title","operator":"CONTAINS","value":"t L"}`, identity.Yes},
		{"one of several", `{"attribute":"subject.title","operator":"IN","value":["x","Shift Lead"]}`, identity.Yes},
		{"none of several", `{"attribute":"subject.title","operator":"NOT_IN","value":["x","y"]}`, identity.Yes},
		{"one of nothing", `{"attribute":"subject.title","operator":"IN","value":[]}`, identity.No},
		{"any of a list", `{"attribute":"subject.groupIds","operator":"CONTAINS_ANY","value":["x","b"]}`, identity.Yes},
		{"none of a list", `{"attribute":"subject.groupIds","operator":"CONTAINS_ANY","value":["x","y"]}`, identity.No},
		{"all of a list", `{"attribute":"subject.groupIds","operator":"CONTAINS_ALL","value":["b","a"]}`, identity.Yes},
		{"not all of a list", `{"attribute":"subject.groupIds","operator":"CONTAINS_ALL","value":["b","c"]}`, identity.No},
		{"the same list", `{"attribute":"subject.groupIds","operator":"EQ","value":["b","a"]}`, identity.Yes},
		{"a shorter list", `{"attribute":"subject.groupIds","operator":"EQ","value":["b"]}`, identity.No},
		{"within hours", `{"attribute":"request.time","operator":"IN","value":{"attribute":"hours"}}`, identity.Yes},
		{"outside of the night", `{"attribute":"request.time","operator":"IN","value":{"attribute":"night"}}`, identity.No},
		{"on a Thursday", `{"attribute":"request.time","operator":"IN","value":{"attribute":"days"}}`, identity.Yes},
		{"not on the weekend", `{"attribute":"request.time","operator":"IN","value":{"attribute":"weekend"}}`, identity.No},
		{"days over the weekend", `{"attribute":"request.time","operator":"IN","value":{"attribute":"overWeekend"}}`, identity.Yes},
		{"a range as text", `{"attribute":"request.time","operator":"IN","value":"12:30-12:31"}`, identity.Yes},
		{"the end of a range is outside", `{"attribute":"request.time","operator":"IN","value":"12:00-12:30"}`, identity.No},
		{"later", `{"attribute":"request.time","operator":">=","value":"2026-01-15T12:30:00Z"}`, identity.Yes},
		{"not later", `{"attribute":"request.time","operator":"GT","value":"2026-01-15T12:30:00.000Z"}`, identity.No},
		{"a network", `{"attribute":"request.ipAddress","operator":"IN","value":{"attribute":"office"}}`, identity.Yes},
		{"networks", `{"attribute":"request.ipAddress","operator":"IN","value":["2001:db8::/32","192.0.2.7"]}`, identity.Yes},
		{"another network", `{"attribute":"request.ipAddress","operator":"NOT_IN","value":"198.51.100.0/24"}`, identity.Yes},
		{"an address", `{"attribute":"request.ipAddress","operator":"EQ","value":"::ffff:192.0.2.7"}`, identity.Yes},
		{"numbers", `{"attribute":"level","operator":"LT","value":10}`, identity.Yes},
		{"numbers that are equal", `{"attribute":"level","operator":"LE","value":3.0}`, identity.Yes},
		{"booleans", `{"attribute":"on","operator":"EQ","value":true}`, identity.Yes},
		{"not", `{"not":{"attribute":"on","operator":"EQ","value":true}}`, identity.No},
		{"any", `{"any":[{"attribute":"on","operator":"EQ","value":false},{"attribute":"level","operator":"EQ","value":3}]}`, identity.Yes},
		{"or", `{"or":[{"attribute":"on","operator":"EQ","value":false},{"attribute":"level","operator":"EQ","value":4}]}`, identity.No},
		{"all", `{"ALL":[{"attribute":"on","operator":"EQ","value":true},{"attribute":"level","operator":"EQ","value":4}]}`, identity.No},

		{"an attribute that nobody knows", `{"attribute":"resource.owner","operator":"EQ","value":"x"}`, identity.Unknown},
		{"on the right", `{"attribute":"subject.id","operator":"EQ","value":{"attribute":"resource.owner"}}`, identity.Unknown},
		{"its opposite", `{"not":{"attribute":"resource.owner","operator":"EQ","value":"x"}}`, identity.Unknown},
		{"an operator that nobody knows", `{"attribute":"subject.id","operator":"RESEMBLES","value":"x"}`, identity.Unknown},
		{"a name that may mean the opposite", `{"attribute":"subject.id","operator":"EQ","value":"u1","inverted":true}`, identity.Unknown},
		{"two operators", `{"attribute":"subject.id","operator":"EQ","comparison":"NE","value":"u1"}`, identity.Unknown},
		{"another language", `{"expression":"subject.id == 1"}`, identity.Unknown},
		{"no terms", `{"all":[]}`, identity.Unknown},
		{"terms that are no list", `{"all":{"attribute":"on","operator":"EQ","value":true}}`, identity.Unknown},
		{"a term that is no object", `{"any":["x"]}`, identity.Unknown},
		{"no value", `{"attribute":"subject.id","operator":"EQ","value":null}`, identity.Unknown},
		{"a list of lists", `{"attribute":"subject.id","operator":"IN","value":[["u1"]]}`, identity.Unknown},
		{"types that do not go together", `{"attribute":"subject.id","operator":"EQ","value":1}`, identity.Unknown},
		{"an order of texts", `{"attribute":"subject.id","operator":"LT","value":"x"}`, identity.Unknown},
		{"a time that is none", `{"attribute":"request.time","operator":"GT","value":"noon"}`, identity.Unknown},
		{"a preset value that cannot be read", `{"attribute":"request.time","operator":"IN","value":{"attribute":"broken"}}`, identity.Unknown},
		{"what is not known but does not matter, in any", `{"any":[{"attribute":"x","operator":"EQ","value":"y"},{"attribute":"on","operator":"EQ","value":true}]}`, identity.Yes},
		{"what is not known but does not matter, in all", `{"all":[{"attribute":"x","operator":"EQ","value":"y"},{"attribute":"on","operator":"EQ","value":false}]}`, identity.No},
		{"what is not known and matters", `{"all":[{"attribute":"x","operator":"EQ","value":"y"},{"attribute":"on","operator":"EQ","value":true}]}`, identity.Unknown},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, err := identity.CompileCondition(json.RawMessage(tt.condition), preset)
			if err != nil {
				t.Fatal(err)
			}
			if got := c.Holds(attributes); got != tt.want {
				t.Errorf("holds = %d, want %d (%v)", got, tt.want, c.Problems())
			}
			// All attributes of these tests are known, so whatever is not evaluated
			// was found when the condition was read.
			if tt.want == identity.Unknown && len(c.Problems()) == 0 {
				t.Error("no problem was found")
			}
		})
	}
}

func TestConditionsThatNobodyMayStore(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`{"not":`, 32) + `{}` + strings.Repeat(`}`, 32)
	tests := []struct{ name, condition, says string }{
		{"a list", `[]`, "not a JSON object"},
		{"a text", `"x"`, "not a JSON object"},
		{"half an object", `{"all":[`, "not a JSON object"},
		{"too deep", deep, "deeper than 32"},
		{"too large", `{"x":"` + strings.Repeat("y", 32<<10) + `"}`, "larger than"},
		{"too many parts", `{"x":[` + strings.Repeat("1,", 1000) + `1]}`, "more than 1000 parts"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := identity.CompileCondition(json.RawMessage(tt.condition), nil); err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("error = %v", err)
			}
		})
	}
	if _, err := identity.CompileCondition(json.RawMessage(deep[len(`{"not":`):len(deep)-1]), nil); err != nil {
		t.Errorf("one level less: %v", err)
	}
}

// What preset values decide among themselves is found once, when the condition is
// read: two long lists take a while, and requests come often.
func TestPresetValuesAreComparedWhenTheConditionIsRead(t *testing.T) { // not parallel: it counts allocations
	long := make([]string, 900)
	for i := range long {
		long[i] = "left" + strconv.Itoa(i)
	}
	preset := map[string]identity.TypedAttribute{
		"left": {Type: identity.AttrStringList, Value: strings.Join(long, ",")}, "right": {Type: identity.AttrStringList, Value: "x," + long[7]},
	}
	for operator, want := range map[string]identity.Truth{"CONTAINS_ANY": identity.Yes, "CONTAINS_ALL": identity.No} {
		condition := `{"attribute":"left","operator":"` + operator + `","value":{"attribute":"right"}}`
		c, err := identity.CompileCondition(json.RawMessage(condition), preset)
		if err != nil || len(c.Problems()) > 0 {
			t.Fatal(err, c.Problems())
		}
		none := func(name string) (identity.AttributeValue, bool) {
			t.Errorf("the request was asked for %s", name)
			return identity.StringValue(name), false
		}
		if got := c.Holds(none); got != want {
			t.Errorf("%s: %v", operator, got)
		}
		if compared := c.Compare(none); len(compared) != 1 || compared[0].Holds != want {
			t.Errorf("%s: %v", operator, compared)
		}
		if n := testing.AllocsPerRun(10, func() { c.Holds(none) }); n > 0 {
			t.Errorf("%s is compared anew: %v allocations", operator, n)
		}
	}
}

// FuzzAccessPolicyCondition: any text is a condition that is judged at once, or
// an error; and what a condition says of a request does not depend on when it
// was read.
func FuzzAccessPolicyCondition(f *testing.F) {
	f.Add(`{"all":[{"attribute":"a","operator":"IN","value":["x",1,true]},{"not":{"attribute":"request.time","operator":"IN","value":"09:00-17:00"}}]}`, "STRING_LIST", "x,y")
	f.Add(`{"or":[{"attribute":"a","comparison":"<=","operand":{"type":"NUMBER","value":"1e3"}}]}`, "NUMBER", "NaN")
	f.Add(`{"attribute":"request.ipAddress","operator":"IN","value":{"attribute":"a"}}`, "IP_CIDR", "fe80::1%eth0/64")
	f.Add(`{"attribute":"request.time","operator":"IN","value":{"attribute":"a"}}`, "DAY_RANGE", "SUN-SUN,Mon")
	f.Fuzz(func(t *testing.T, condition, kind, value string) {
		preset := map[string]identity.TypedAttribute{"a": {Type: identity.AttributeType(kind), Value: value}}
		attributes := func(name string) (identity.AttributeValue, bool) {
			switch name {
			case identity.AttrRequestTime:
				return identity.AttributeValue{Type: identity.AttrTime, Texts: []string{"2026-01-15T12:30:00.000Z"}}, true
			case identity.AttrRequestIP:
				return identity.AttributeValue{Type: identity.AttrIPAddress, Texts: []string{"192.0.2.7"}}, true
			}
			return identity.ListValue([]string{value}), name != ""
		}
		start := time.Now()
		c, err := identity.CompileCondition(json.RawMessage(condition), preset)
		if err != nil {
			return
		}
		again, err := identity.CompileCondition(json.RawMessage(condition), preset)
		if err != nil || again.Holds(attributes) != c.Holds(attributes) || len(again.Problems()) != len(c.Problems()) {
			t.Errorf("the same condition differs: %v", err)
		}
		c.Compare(attributes)
		c.Names()
		if took := time.Since(start); took > time.Second {
			t.Errorf("took %v", took)
		}
	})
}
