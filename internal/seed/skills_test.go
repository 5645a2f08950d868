package seed

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/contactcenter"
	"github.com/mockcloud/mockcloud/internal/store"
)

func TestSchemaAndDecoderKnowTheSameOfSkills(t *testing.T) {
	t.Parallel()
	root := readSchema(t)
	for _, kind := range []string{"skills", "languages"} {
		checkKeys(t, kind, root.at(t, kind), skillKeys)
		long := root.at(t, "users."+kind).AnyOf[1]
		checkKeys(t, "users."+kind, long, assignedKeys)
		if p := long.Properties["proficiency"]; p.Minimum != contactcenter.MinProficiency || p.Maximum != contactcenter.MaxProficiency {
			t.Errorf("proficiency in the schema is %d to %d", p.Minimum, p.Maximum)
		}
	}
}

const skilledUsers = `
organization: {name: Skilled}
skills: [{name: Billing}, {name: Tier 2}]
users:
  - {email: a@skilled.test, name: Ann, skills: [Tier 2 4, billing 2.5], languages: [{name: Spanish, proficiency: 0}]}
  - {email: b@skilled.test, name: Bob, skills: [{name: Tier 2, proficiency: 5}]}
  - {email: c@skilled.test, name: Cid, state: deleted, languages: [SPANISH   1.0]}
`

const moreLanguages = `
organization: {name: Skilled}
languages: [{name: Spanish, id: 6d6f636b-0000-4000-8000-000000000042}]
`

func TestSkillsAndLanguagesAreSeeded(t *testing.T) {
	t.Parallel()
	inSeeded(t, "Skilled", []string{skilledUsers, moreLanguages}, func(in *store.Tx) error {
		var seen []string
		for _, email := range []string{"a@skilled.test", "b@skilled.test", "c@skilled.test"} {
			id := DeriveID("Skilled", "user", email)
			skills, err := contactcenter.Skills.Of(in, id)
			if err != nil {
				return err
			}
			languages, err := contactcenter.Languages.Of(in, id)
			if err != nil {
				return err
			}
			for _, a := range slices.Concat(skills, languages) {
				seen = append(seen, fmt.Sprint(email[:1], " ", a.Name, " ", a.Proficiency, " ", a.State))
			}
		}
		if want := []string{"a Billing 2.5 active", "a Tier 2 4 active", "a Spanish 0 active", "b Tier 2 5 active", "c Spanish 1 active"}; !slices.Equal(seen, want) {
			t.Errorf("seen %q, want %q", seen, want)
		}
		spanish, err := contactcenter.Languages.Named(in, "Spanish")
		if err != nil {
			return err
		}
		if spanish.ID != "6d6f636b-0000-4000-8000-000000000042" || spanish.Modified == nil {
			t.Errorf("language = %+v", spanish)
		}
		billing, err := contactcenter.Skills.Named(in, "Billing")
		if err != nil {
			return err
		}
		if billing.ID != DeriveID("Skilled", "skill", "Billing") {
			t.Errorf("skill = %+v", billing)
		}
		return nil
	})
}

func TestBadSkillsAreRefusedWithTheirPlace(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string][2]string{
		"an unknown skill":       {"skills: [Gardening 3]", `f.yaml:3: users[0].skills[0]: there is no skill "Gardening"; there are Billing, Tier 2`},
		"a language as a skill":  {"skills: [Spanish 3]", `there is no skill "Spanish"`},
		"no proficiency":         {"skills: [Billing]", `must be a name and a proficiency from 0 to 5, such as "Billing 3", is "Billing"`},
		"a number alone":         {`skills: ["3"]`, "must be a name and a proficiency"},
		"too good":               {"skills: [Billing 6]", "must be a name and a proficiency"},
		"not good at all":        {"skills: [Billing -1]", "must be a name and a proficiency"},
		"another notation":       {"skills: [Billing 0x1p1]", "must be a name and a proficiency"},
		"not a number":           {"skills: [{name: Billing, proficiency: .nan}]", "must be between 0 and 5, is .nan"},
		"too good, written long": {"skills: [{name: Billing, proficiency: 5.1}]", "must be between 0 and 5, is 5.1"},
		"a text as proficiency":  {`skills: [{name: Billing, proficiency: "3"}]`, "must be a number, is text"},
		"no proficiency at all":  {"skills: [{name: Billing}]", "users[0].skills[0].proficiency: is required"},
		"an unknown key":         {"skills: [{name: Billing, proficiency: 1, level: 2}]", `unknown key "level"`},
		"a skill twice":          {"skills: [Billing 3, billing 4]", `"billing" is listed twice`},
		"an unknown language":    {"languages: [{name: Latin, proficiency: 3}]", `there is no language "Latin"; there are Spanish`},
		"not a list":             {"languages: Spanish 3", "must be a list, is text"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse(Source{Name: "f.yaml", Data: []byte("organization: {name: O}\nusers:\n  - {email: a@o.test, name: A, " + tt[0] + "}\n" +
				"skills: [{name: Billing}, {name: Tier 2}]\nlanguages: [{name: Spanish}]\n")})
			if err == nil || !strings.Contains(err.Error(), tt[1]) {
				t.Errorf("error = %v, want …%s…", err, tt[1])
			}
		})
	}
	for name, tt := range map[string][2]string{
		"a skill there already":    {"skills: [{name: Billing}, {name: BILLING}]", `there is a skill "Billing" already`},
		"a language there already": {"languages: [{name: Latin}, {name: latin}]", `there is a language "Latin" already`},
		"one id for two":           {"skills: [{name: A, id: 6d6f636b-0000-4000-8000-000000000042}]\nlanguages: [{name: B, id: 6d6f636b-0000-4000-8000-000000000042}]", "is taken already"},
		"no name":                  {"skills: [{id: 6d6f636b-0000-4000-8000-000000000042}]", "is required"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse(Source{Name: "f.yaml", Data: []byte("organization: {name: O}\n" + tt[0] + "\n")})
			if err == nil || !strings.Contains(err.Error(), tt[1]) {
				t.Errorf("error = %v, want …%s…", err, tt[1])
			}
		})
	}
}
