package routing_test

import (
	"strings"
	"testing"
)

const (
	skills    = "/api/v2/routing/skills"
	languages = "/api/v2/routing/languages"
)

func TestSkillsAndLanguagesLiveAndAreGone(t *testing.T) {
	t.Parallel()
	for path, codes := range map[string]struct {
		taken   int
		missing string
		gone    int
	}{
		skills:    {409, "skillsservice.skillnotfound", 200},
		languages: {400, "not.found", 204},
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			_, admin := start(t)
			made := want(t, admin.Post(t, path, fields{"name": "Klingon", "id": nothing, "state": "deleted", "version": "9"}), 200, "")
			id := made.Str(t, "id")
			self := path + "/" + id
			is := map[string]string{"name": "Klingon", "state": "active", "version": "1", "dateModified": "2026-01-15T12:00:00.000Z", "selfUri": self}
			has(t, made, is)
			if id == nothing || id == "" {
				t.Errorf("id = %q", id)
			}
			has(t, want(t, admin.Get(t, self), 200, ""), is)
			same(t, "by name", names(t, admin.Get(t, path+"?name=klingon")), []string{"Klingon"})
			want(t, admin.Post(t, path, fields{"name": " KLINGON"}), codes.taken, "general.conflict")

			want(t, admin.Delete(t, self), codes.gone, "")
			want(t, admin.Get(t, self), 404, codes.missing)
			want(t, admin.Delete(t, self), 404, codes.missing)
			same(t, "afterwards", names(t, admin.Get(t, path+"?name=klingon")), []string{})
			want(t, admin.Post(t, path, fields{"name": "Klingon"}), 200, "")
		})
	}
}

func TestSkillsAndLanguagesAreListed(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	for _, tt := range []struct {
		query string
		want  []string
	}{
		{skills, []string{"Billing", "Returns", "Technical Support"}},
		{skills + "?pageSize=2", []string{"Billing", "Returns"}},
		{skills + "?pageSize=2&pageNumber=2", []string{"Technical Support"}},
		{skills + "?pageSize=2&pageNumber=3", []string{}},
		{skills + "?name=RETURNS", []string{"Returns"}},
		{skills + "?name=turn", []string{}}, // Guess: as with queues, a whole name unless there are asterisks
		{skills + "?name=*r*", []string{"Returns", "Technical Support"}},
		{skills + "?id=" + nothing + "," + billing, []string{"Billing"}},
		{skills + "?name=Returns&id=" + billing, []string{}},
		{skills + "?name=Spanish", []string{}},
		{languages, []string{"English", "Portuguese", "Spanish"}},
		{languages + "?sortOrder=descending&pageSize=2", []string{"Spanish", "Portuguese"}},
		{languages + "?sortOrder=ASC", []string{"English", "Portuguese", "Spanish"}},
		{languages + "?sortOrder=descending&name=*p*", []string{"Spanish", "Portuguese"}},
		{languages + "?id=" + spanish, []string{"Spanish"}},
		{languages + "?id=" + billing, []string{}},
	} {
		same(t, tt.query, names(t, want(t, admin.Get(t, tt.query), 200, "")), tt.want)
	}
	has(t, admin.Get(t, skills+"?pageSize=2"), map[string]string{
		"total": "3", "pageCount": "2", "nextUri": skills + "?pageNumber=2&pageSize=2", "previousUri": "", "entities.0.id": billing,
	})
	want(t, admin.Get(t, skills+"?pageSize=0"), 400, "invalid.query.param.value")
	want(t, admin.Get(t, languages+"?sortOrder=sideways"), 400, "invalid.query.param.value")
}

func TestBadSkillsAndLanguagesAreRefused(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	for _, path := range []string{skills, languages} {
		for name, body := range map[string]any{
			"no name":    fields{},
			"null":       fields{"name": nil},
			"a blank":    fields{"name": " \t"},
			"too long":   fields{"name": strings.Repeat("ü", 257)},
			"a zero":     fields{"name": "a\x00b"},
			"not a text": fields{"name": 7},
			"a list":     []string{"Klingon"},
		} {
			got := admin.Post(t, path, body)
			if got.Status != 400 {
				t.Errorf("%s, %s: %d %s", path, name, got.Status, got.Body)
			}
		}
		want(t, admin.Post(t, path, fields{"name": " "}), 400, "constraint.validation")
		want(t, admin.Get(t, path+"/none"), 404, "")
		want(t, admin.Get(t, path+"/"+strings.Repeat("x", 5000)), 404, "")
		same(t, path, names(t, admin.Get(t, path+"?name=*a*")), map[string][]string{skills: {"Technical Support"}, languages: {"Spanish"}}[path])
	}
	want(t, admin.Post(t, skills, fields{"name": strings.Repeat("ü", 256)}), 200, "")
}

func TestSkillsAreOpenToAllAndManagedByFew(t *testing.T) {
	t.Parallel()
	srv, _ := start(t)
	// Skills live in no division: a permission in any will do.
	for _, path := range []string{skills, languages} {
		one := map[string]string{skills: billing, languages: spanish}[path]
		anybody, assigner, manager := srv.As(t), srv.As(t, "routing:skill:assign", "routing:language:assign"), srv.AsIn(t, "Sales", "routing:skill:manage")
		want(t, anybody.Get(t, path), 200, "")
		want(t, anybody.Get(t, path+"/"+one), 200, "")
		want(t, srv.Anonymous().Get(t, path), 401, "authentication.required")
		want(t, assigner.Post(t, path, fields{"name": "Klingon"}), 403, "missing.any.permissions")
		refusal := map[string]string{skills: "missing.permissions", languages: "missing.any.permissions"}[path] // mode ALL, mode ANY
		want(t, assigner.Delete(t, path+"/"+one), 403, refusal)
		want(t, manager.Post(t, path, fields{"name": "Klingon"}), 200, "")
		want(t, manager.Delete(t, path+"/"+one), map[string]int{skills: 200, languages: 204}[path], "")
	}
}

func TestWhatIsRemovedIsTakenFromUsers(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	members := queues + "/" + supportQueue + "/members?expand=skills,languages&name=alex"
	has(t, want(t, admin.Get(t, members), 200, ""), map[string]string{
		"entities.0.user.skills.0.name": "Billing", "entities.0.user.skills.0.proficiency": "3", "entities.0.user.skills.0.state": "active",
		"entities.0.user.skills.0.skillUri": skills + "/" + billing, "entities.0.user.skills.0.languageUri": "",
		"entities.0.user.skills.0.selfUri":        "/api/v2/users/" + alex + "/routingskills/" + billing,
		"entities.0.user.languages.1.name":        "Spanish",
		"entities.0.user.languages.1.languageUri": languages + "/" + spanish, "entities.0.user.languages.1.skillUri": "",
		"entities.0.user.languages.1.selfUri": "/api/v2/users/" + alex + "/routinglanguages/" + spanish,
	})
	want(t, admin.Delete(t, skills+"/"+billing), 200, "")
	want(t, admin.Delete(t, languages+"/"+spanish), 204, "")
	has(t, want(t, admin.Get(t, members), 200, ""), map[string]string{
		"entities.0.user.skills": "[]", "entities.0.user.languages.0.name": "English", "entities.0.user.languages.1": "",
	})
	same(t, "by skill", names(t, admin.Get(t, queues+"/"+supportQueue+"/members?skills="+billing)), []string{})
	has(t, want(t, admin.Get(t, "/api/v2/users/"+sue+"/routingskills"), 200, ""), map[string]string{"total": "1", "entities.0.name": "Returns"})
	// One that comes later under the same name is another one.
	want(t, admin.Post(t, skills, fields{"name": "Billing"}), 200, "")
	same(t, "by name", names(t, admin.Get(t, queues+"/"+supportQueue+"/members?skills=Billing")), []string{})
}
