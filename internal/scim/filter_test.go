package scim_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/scim"
)

func TestFiltersComeOutInOneSpelling(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text, path string
		value      any
	}{
		{`userName eq "pat@example.com"`, "userName", "pat@example.com"},
		{` USERNAME  EQ  "pat@example.com" `, "userName", "pat@example.com"},
		{scim.CoreUser + `:userName eq "pat"`, "userName", "pat"},
		{strings.ToUpper(scim.CoreUser) + `:USERNAME eq "pat"`, "userName", "pat"},
		{`(userName eq "pat")`, "userName", "pat"},
		{`id eq "u1"`, "id", "u1"},
		{`externalId eq "a \"quoted\" \\ \u00e9 \u00E9"`, "externalId", `a "quoted" \ é é`},
		{`email eq "pat"`, "emails.value", "pat"},
		{`emails eq "pat"`, "emails.value", "pat"},
		{`emails.value eq "pat"`, "emails.value", "pat"},
		{`manager eq "m1"`, scim.Enterprise + ":manager.value", "m1"},
		{scim.Enterprise + `:manager.value eq "m1"`, scim.Enterprise + ":manager.value", "m1"},
		{`division eq "Sales"`, scim.Enterprise + ":division", "Sales"},
		{`employeeNumber eq "007"`, scim.Enterprise + ":employeeNumber", "007"},
		{`active eq true`, "active", true},
		{`active eq False`, "active", false},
		{`active eq "false"`, "active", false},
		// The published description writes its examples without quotes.
		{`userName eq pat@example.com`, "userName", "pat@example.com"},
		{`employeeNumber eq 9876543210`, scim.Enterprise + ":employeeNumber", "9876543210"},
		{`employeeNumber eq 007`, scim.Enterprise + ":employeeNumber", "007"},
		{`(division eq Sales)`, scim.Enterprise + ":division", "Sales"},
	} {
		t.Run(tt.text, func(t *testing.T) {
			t.Parallel()
			got, err := scim.UserType.ParseFilter(tt.text)
			if err != nil {
				t.Fatal(err)
			}
			if got.Path != tt.path || got.Value != tt.value || got.Item != nil {
				t.Errorf("filter = %+v, want %s, %v", *got, tt.path, tt.value)
			}
		})
	}
	if got, err := scim.GroupType.ParseFilter(`displayname eq "Sales"`); err != nil || got.Path != "displayName" {
		t.Errorf("filter = %+v, %v", got, err)
	}
}

func TestAFilterFindsAnExternalID(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`externalIds[authority eq "hr" and value eq "7"]`,
		strings.ToUpper(scim.Genesys) + `:EXTERNALIDS[ VALUE eq 7 and (AUTHORITY EQ "hr") ]`,
	} {
		got, err := scim.UserType.ParseFilter(text)
		if err != nil {
			t.Error(err)
			continue
		}
		if have := encode(t, got); have != `{"Path":"`+scim.Genesys+`:externalIds","Value":null,"Item":{"authority":"hr","value":"7"}}` {
			t.Errorf("filter = %s", have)
		}
	}
	for _, text := range []string{
		`externalIds[authority eq "hr"]`, `externalIds[authority eq "hr" or value eq "7"]`, `externalIds[authority eq "hr" and value ne "7"]`,
		`externalIds[authority eq "hr" and authority eq "crm"]`, `externalIds[authority eq "" and value eq "7"]`,
		`externalIds[authority eq "hr" and value eq "7"] and active eq true`, `externalIds[authority eq "hr" and color eq "7"]`,
		`emails[type eq "work" and value eq "a"]`, `externalIds eq "7"`, scim.Genesys + `[authority eq "hr" and value eq "7"]`,
	} {
		_, err := scim.UserType.ParseFilter(text)
		refused(t, err, scim.InvalidFilter)
	}
}

func TestFiltersThatAreRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		``, ` `, `userName`, `userName eq`, `eq "pat"`, `userName eq "pat`, `userName eq "pat" "x"`, `userName is "pat"`,
		`(userName eq "pat"`, `userName eq "pat")`, `userName eq "a" and`, `[userName eq "a"]`, `"userName" eq "a"`,
		`userName eq 'a'`, `user Name eq "a"`, `userName eq "\x"`, "userName eq \"a\nb\"", "userName eq \"\xff\"", `userName eq "a\`,
		// Correct, but more than the service supports.
		`userName pr`, `userName ne "a"`, `userName sw "a"`, `not (userName eq "a")`, `userName eq "a" and active eq true`,
		`userName eq "a" or userName eq "b"`, `emails[type eq "work"]`, `userName eq null`, `title eq "Clerk"`,
		`meta.version eq "1"`, `nickName eq "a"`, `urn:x:userName eq "a"`, scim.CoreUser + ` eq "a"`, `emails.type eq "work"`,
		`active eq "perhaps"`, `active eq 1`, `userName eq true`, `meta eq "a"`, `members eq "u1"`,
		strings.Repeat("(", 1000) + `userName eq "a"` + strings.Repeat(")", 1000),
		`userName eq "` + strings.Repeat("a", 5000) + `"`,
	} {
		t.Run(text[:min(len(text), 50)], func(t *testing.T) {
			t.Parallel()
			got, err := scim.UserType.ParseFilter(text)
			refused(t, err, scim.InvalidFilter)
			if got != nil {
				t.Errorf("filter = %+v", got)
			}
		})
	}
}

func TestARefusalSaysWhereTheFilterEnds(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`userName is "a"`:     `found 'i' where an operator such as eq should be at character 10`,
		`userName eq "é" ü`:   `found 'ü' where the end should be at character 17`,
		`userName eq`:         `it ends where a value: text in double quotes, a number, true or false should be at character 12`,
		`(userName eq "a"`:    `it ends where a closing parenthesis should be at character 17`,
		`userName eq "a`:      `text without a closing quote at character 13`,
		`a[b[c eq 1]]`:        `brackets inside of brackets at character 3`,
		`userName sw "a"`:     `one attribute, eq and a value`,
		`title eq "a"`:        `A filter cannot use title, only id, userName`,
		`active eq "perhaps"`: `active: it is compared with a boolean`,
	} {
		if _, err := scim.UserType.ParseFilter(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error = %v, want %s", text, err, want)
		}
	}
}

// Conditions inside of brackets choose items: those that are not removed stay.
func TestConditionsOnItems(t *testing.T) {
	t.Parallel()
	const skills = `[{"name":"Alpha","proficiency":1},{"name":"beta","proficiency":2.5},{"name":"Gamma"}]`
	for filter, want := range map[string]string{
		`name eq "ALPHA"`:      `Alpha`,
		`name ne "alpha"`:      `beta Gamma`,
		`name co "am"`:         `Gamma`,
		`name sw "AL"`:         `Alpha`,
		`name ew "A"`:          `Alpha beta Gamma`,
		`name gt "alpha"`:      `beta Gamma`,
		`name ge "beta"`:       `beta Gamma`,
		`name lt "BETA"`:       `Alpha`,
		`name le "BETA"`:       `Alpha beta`,
		`name pr`:              `Alpha beta Gamma`,
		`proficiency pr`:       `Alpha beta`,
		`proficiency eq null`:  `Gamma`,
		`proficiency ne null`:  `Alpha beta`,
		`proficiency gt null`:  ``,
		`proficiency eq 1.0`:   `Alpha`,
		`proficiency eq "2.5"`: `beta`,
		`proficiency ne 1`:     `beta Gamma`,
		`proficiency gt 1`:     `beta`,
		`proficiency ge 1`:     `Alpha beta`,
		`proficiency lt 10`:    `Alpha beta`,
		`proficiency le 1`:     `Alpha`,
		`not (name eq "beta")`: `Alpha Gamma`,
		`not(name eq "beta")`:  `Alpha Gamma`,
		`(name eq "beta")`:     `beta`,
		`name eq "beta" or name eq "gamma" or name eq "delta"`:     `beta Gamma`,
		`name eq "alpha" or name eq "beta" and proficiency eq 1`:   `Alpha`,
		`(name eq "alpha" or name eq "beta") and proficiency eq 1`: `Alpha`,
		`name pr AND proficiency pr AND NOT (proficiency gt 2)`:    `Alpha`,
		`name eq alpha`: `Alpha`,
	} {
		t.Run(filter, func(t *testing.T) {
			t.Parallel()
			all := decode(t, `{"`+gen+`":{"routingSkills":`+skills+`}}`)
			path, err := json.Marshal(gen + ":routingSkills[" + filter + "]")
			if err != nil {
				t.Fatal(err)
			}
			got, err := scim.UserType.Apply(all, operations(t, `[{"op":"remove","path":`+string(path)+`}]`))
			if err != nil {
				t.Fatal(err)
			}
			extension, _ := got[gen].(scim.Object)
			left, _ := extension["routingSkills"].([]any)
			stay := map[any]bool{}
			for _, skill := range left {
				stay[skill.(scim.Object)["name"]] = true
			}
			var chosen []string
			for _, name := range []string{"Alpha", "beta", "Gamma"} {
				if !stay[name] {
					chosen = append(chosen, name)
				}
			}
			if have := strings.Join(chosen, " "); have != want {
				t.Errorf("chosen = %q, want %q", have, want)
			}
		})
	}
	t.Run("no primary is a primary of false", func(t *testing.T) {
		t.Parallel()
		got, err := scim.UserType.Apply(decode(t, person), operations(t, `[{"op":"remove","path":"phoneNumbers[primary eq false]"}]`))
		if err != nil {
			t.Fatal(err)
		}
		if have := at(t, got, "phoneNumbers"); have != `[{"primary":true,"type":"work","value":"+1"}]` {
			t.Error(have)
		}
	})
}

func TestMatchingOfETags(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		etags, version string
		want           bool
	}{
		{`"42"`, `"42"`, true},
		{`"42"`, `"43"`, false},
		{`W/"42"`, `"42"`, true},
		{`w/"42"`, `W/"42"`, true},
		{`42`, `"42"`, true},
		{`"42"`, `42`, true},
		{`*`, `"42"`, true},
		{` "41" , W/"42"`, `"42"`, true},
		{`"41","43"`, `"42"`, false},
		{`"a,b"`, `"b"`, false},
		{`"a,b", "c"`, `"c"`, true},
		{`"a,b"`, `"a,b"`, true},
		{``, `"42"`, false},
		{`,,`, `"42"`, false},
		{`""`, `"42"`, false},
		{`"`, `"42"`, false},
		{`"42`, `"42"`, false},
		{`W/`, `"42"`, false},
		{`,`, ``, false},
	} {
		if got := scim.Match(tt.etags, tt.version); got != tt.want {
			t.Errorf("Match(%s, %s) = %t", tt.etags, tt.version, got)
		}
	}
}

func TestAnErrorOnTheWire(t *testing.T) {
	t.Parallel()
	got := encode(t, scim.Errorf(409, scim.Uniqueness, "%s is taken.", "userName").Body())
	if want := `{"schemas":["` + scim.ErrorMessage + `"],"status":"409","scimType":"uniqueness","detail":"userName is taken."}`; got != want {
		t.Errorf("body = %s, want %s", got, want)
	}
	got = encode(t, scim.Errorf(404, "", "There is no such user.").Body())
	if want := `{"schemas":["` + scim.ErrorMessage + `"],"status":"404","detail":"There is no such user."}`; got != want {
		t.Errorf("body = %s, want %s", got, want)
	}
	if text := fmt.Sprint(scim.Errorf(404, "", "gone")); !strings.Contains(text, "gone") {
		t.Error(text)
	}
}
