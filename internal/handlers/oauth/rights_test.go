package oauth_test

import (
	"net/http"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// The rule about roles is for giving them. A new secret and a deletion take the
// permission alone (facts oauth.md §9).
func TestSecretsAndDeletionsTakeThePermissionAlone(t *testing.T) {
	t.Parallel()
	o := startOrg(t, mocktest.Options{})
	made := o.admin.Post(t, "/api/v2/oauth/clients", botWith(pair{o.role(t, "admin"), everywhere}))
	wantOK(t, made)
	path := made.Str(t, "selfUri")
	editor, remover := o.As(t, "oauth:client:edit"), o.As(t, "oauth:client:delete")
	wantRefused(t, editor.Put(t, path, botWith(pair{o.role(t, "admin"), everywhere})), "[admin]")
	renewed := editor.Post(t, path+"/secret", nil)
	if renewed.Status != http.StatusOK || renewed.Str(t, "secret") == "" {
		t.Errorf("renew: %d %s", renewed.Status, renewed.Body)
	}
	body := botWith(pair{o.role(t, "admin"), everywhere})
	body["state"] = "inactive"
	wantOK(t, editor.Put(t, path, body))
	if got := remover.Delete(t, path); got.Status != http.StatusNoContent {
		t.Errorf("delete: %d %s", got.Status, got.Body)
	}
}

// Who edits a client must hold every role that it has, the one that goes too.
func TestARoleThatGoesMustBeHeldToo(t *testing.T) {
	t.Parallel()
	o := startOrg(t, mocktest.Options{})
	kept, gone := pair{o.role(t, "Queue Reader"), sales}, pair{o.role(t, "admin"), everywhere}
	as := o.AsUser(t, builder)
	made := as.Post(t, "/api/v2/oauth/clients", botWith(kept))
	wantOK(t, made)
	path := made.Str(t, "selfUri")
	wantOK(t, as.Put(t, path, botWith(kept)))
	o.grant(t, made.Str(t, "id"), "PC_OAUTH_CLIENT", gone.RoleID, gone.DivisionID)
	before := o.admin.Get(t, path)
	wantRefused(t, as.Put(t, path, botWith(kept)), "[admin]", "[all divisions]")
	if after := o.admin.Get(t, path); string(after.Body) != string(before.Body) {
		t.Errorf("the refused change left a trace:\n%s\n%s", before.Body, after.Body)
	}
	wantOK(t, o.admin.Put(t, path, botWith(kept)))
}

// The rule is looked at when a client is written, and never again: who loses the
// role afterwards leaves the client with it.
func TestAClientKeepsWhatItWasGiven(t *testing.T) {
	t.Parallel()
	o := startOrg(t, mocktest.Options{})
	made := o.AsUser(t, builder).Post(t, "/api/v2/oauth/clients", botWith(pair{o.role(t, "Integration Builder"), everywhere}))
	wantOK(t, made)
	bot := o.AsClient(t, made.Str(t, "id"))
	wantOK(t, bot.Get(t, "/api/v2/oauth/clients"))
	wantOK(t, o.admin.Delete(t, "/api/v2/authorization/subjects/"+builderID+"/divisions/*/roles/"+o.role(t, "Integration Builder")))
	if got := o.AsUser(t, builder).Get(t, "/api/v2/oauth/clients"); got.Status != http.StatusForbidden {
		t.Errorf("the giver: %d %s", got.Status, got.Body)
	}
	wantOK(t, bot.Get(t, "/api/v2/oauth/clients"))
}

// A client without scopes is a client for client credentials; any other needs
// some, and client credentials need roles.
func TestRolesAndScopesBelongToTheGrantType(t *testing.T) {
	t.Parallel()
	o := startOrg(t, mocktest.Options{})
	withScope := botWith(pair{o.role(t, "employee"), home})
	wantOK(t, o.admin.Post(t, "/api/v2/oauth/clients", withScope))
	for grantType, code := range map[string]string{
		"CODE": "missing.client.scope", "TOKEN": "missing.client.scope", "PASSWORD": "missing.client.scope", "SAML2-BEARER": "missing.client.scope",
		"CLIENT-CREDENTIALS": "missing.client.roles",
	} {
		got := o.admin.Post(t, "/api/v2/oauth/clients", map[string]any{"name": "x", "authorizedGrantType": grantType})
		if got.Status != http.StatusBadRequest || got.Str(t, "code") != code {
			t.Errorf("%s: %d %s", grantType, got.Status, got.Body)
		}
	}
}
