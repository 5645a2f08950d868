package engine_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// many is a list of as many elements, each made from its number.
func many(n int, element string) string {
	var b strings.Builder
	for i := range n {
		b.WriteByte("[,"[min(i, 1)])
		fmt.Fprintf(&b, element, i)
	}
	return b.String() + "]"
}

// Guess: the numbers. Each element would keep all other changes waiting, or be looked
// for in every item.
func TestOneCallAsksForSoMuchAtMost(t *testing.T) {
	t.Parallel()
	admin := mocktest.Start(t, mocktest.Options{}).Admin(t)
	list := "/api/v2/outbound/dnclists/" + created(t, admin, "/api/v2/outbound/dnclists", `{"name":"Quiet","dncSourceType":"rds"}`)
	const contacts = "/api/v2/externalcontacts/contacts"
	for _, tt := range []struct{ name, path, body string }{
		{"added", "/api/v2/externalcontacts/bulk/contacts/add", `{"entities":` + many(1001, `{"firstName":"Ada %d"}`) + `}`},
		{"read", "/api/v2/externalcontacts/bulk/contacts", `{"entities":` + many(1001, `{"id":"%d"}`) + `}`},
		{"numbers", list + "/phonenumbers", many(1001, `"+1555%07d"`)},
		{"criteria", "/api/v2/taskmanagement/workitems/query", `{"filters":` + many(201, `{"name":"name","type":"String","operator":"EQ","values":["%d"]}`) + `}`},
		{"values", "/api/v2/taskmanagement/workitems/query", `{"filters":[{"name":"name","type":"String","operator":"IN","values":` + many(1001, `"%d"`) + `}]}`},
	} {
		got := admin.Post(t, tt.path, tt.body)
		if got.Status != http.StatusBadRequest || !strings.Contains(got.Str(t, "message"), "at once") {
			t.Errorf("%s: %d %.300s", tt.name, got.Status, got.Body)
		}
	}
	if got := admin.Get(t, contacts); got.Str(t, "total") != "0" {
		t.Errorf("some were added: %s", got.Body)
	}
	if got := admin.Get(t, list+"?includeSize=true"); got.Str(t, "size") != "0" {
		t.Errorf("some numbers were added: %s", got.Body)
	}
	wantStatus(t, admin.Post(t, list+"/phonenumbers", many(1000, `"+1555%07d"`)), http.StatusNoContent)
}

func TestKeysThatAreTooLongAreRefused(t *testing.T) {
	t.Parallel()
	admin := mocktest.Start(t, mocktest.Options{}).Admin(t)
	long := strings.Repeat("x", 40_000)
	got := admin.Post(t, "/api/v2/routing/skillgroups", `{"name":"Long","skillConditions":[],"memberDivisions":["`+long+`"]}`)
	if got.Status != http.StatusBadRequest || len(got.Body) > 1000 {
		t.Errorf("%d %.300s", got.Status, got.Body)
	}
	if got := admin.Get(t, "/api/v2/routing/skillgroups"); strings.Contains(string(got.Body), "Long") {
		t.Errorf("it was made nevertheless: %s", got.Body)
	}
}

// Secrets that no answer has are not in the state either, which people pass around.
func TestSecretsThatNoAnswerHasAreNotKept(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	srv := mocktest.Start(t, mocktest.Options{Path: path})
	const secret = "hush-hush-0451"
	got := srv.Admin(t).Post(t, "/api/v2/conversations/messaging/integrations/facebook",
		`{"name":"A page that is kept","pageAccessToken":"`+secret+`","appId":"1","appSecret":"`+secret+`"}`)
	wantStatus(t, got, http.StatusOK)
	srv.Stop(t)
	state, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(state, []byte("A page that is kept")) {
		t.Fatal("nothing is kept")
	}
	if bytes.Contains(state, []byte(secret)) || bytes.Contains(got.Body, []byte(secret)) {
		t.Error("the secret is kept, or answered")
	}
}
