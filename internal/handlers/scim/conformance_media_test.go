package scim_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// RFC 7644, sections 3.1, 3.12 and 8.1.

func TestConformanceOfMediaTypes(t *testing.T) {
	t.Parallel()
	rfcStart(t).eachTree(t, func(t *testing.T, c rfcClient) {
		for i, sent := range []string{rfcMedia, "application/json", rfcMedia + "; charset=utf-8", "application/json;charset=UTF-8", "Application/SCIM+JSON"} {
			body := rfcPerson("media"+rfcSlug(c.base)+string(rune('a'+i)), nil)
			rfcBody(t, c.send(t, http.MethodPost, "/Users", body, "Content-Type", sent), 201)
		}
		for _, sent := range []string{"text/plain", "application/xml", "application/x-www-form-urlencoded", "application/scim+xml"} {
			got := c.send(t, http.MethodPost, "/Users", rfcPerson("refused", nil), "Content-Type", sent)
			if got.Status != 415 {
				t.Errorf("Content-Type %s: status = %d, want 415\n%s", sent, got.Status, got.Body)
			}
		}
		for accept, want := range map[string]string{
			rfcMedia: rfcMedia, "*/*": rfcMedia, "application/*": rfcMedia, "": rfcMedia,
			rfcMedia + ", application/json": rfcMedia, "application/json": "application/json",
			"application/vnd.github.v3+json": rfcMedia, // clients of others ask for their own, and take what comes
		} {
			got := c.get(t, "/Users/"+rfcAda, "Accept", accept)
			rfcBody(t, got, 200)
			if !strings.HasPrefix(got.Header.Get("Content-Type"), want) {
				t.Errorf("Accept %q: Content-Type = %q, want %q", accept, got.Header.Get("Content-Type"), want)
			}
		}
	})
}

func TestConformanceOfPathsInAnyCase(t *testing.T) {
	t.Parallel()
	rfcStart(t).eachTree(t, func(t *testing.T, c rfcClient) {
		for _, names := range [][]string{
			{"/Users", "/users", "/USERS"},
			{"/Groups?filter=displayName+eq+%22Sales+Floor%22", "/groups?filter=displayName+eq+%22Sales+Floor%22"},
			{"/ServiceProviderConfig", "/serviceproviderconfig", "/serviceProviderConfig"},
			{"/ResourceTypes", "/resourcetypes", "/RESOURCETYPES"},
			{"/Schemas", "/schemas"},
			{"/ResourceTypes/User", "/resourcetypes/User"},
			{"/Schemas/" + rfcUser, "/schemas/" + rfcUser},
			{"/Users/" + rfcAda, "/users/" + rfcAda},
			{"/Groups/" + rfcSalesFloor, "/groups/" + rfcSalesFloor},
		} {
			first := c.get(t, names[0])
			for _, name := range names[1:] {
				rfcSame(t, name, rfcBody(t, c.get(t, name), 200), rfcBody(t, first, 200))
			}
		}
	})
}

func TestConformanceOfWhoMayCall(t *testing.T) {
	t.Parallel()
	c := rfcStart(t)
	c.eachTree(t, func(t *testing.T, c rfcClient) {
		anonymous := c
		anonymous.with = c.srv.Anonymous()
		for _, path := range []string{"/Users", "/Users/" + rfcAda, "/Groups/" + rfcSalesFloor, "/ServiceProviderConfig", "/ResourceTypes", "/Schemas"} {
			if got := anonymous.get(t, path); got.Status != 401 {
				t.Errorf("%s without a token: status = %d, want 401", path, got.Status)
			}
		}
		weak := c
		weak.with = c.srv.As(t)
		for _, path := range []string{"/Users", "/Users/" + rfcAda, "/ServiceProviderConfig", "/ResourceTypes", "/Schemas"} {
			if got := weak.get(t, path); got.Status != 200 {
				t.Errorf("%s with a weak token: status = %d, want 200\n%s", path, got.Status, got.Body)
			}
		}
		before := c.read(t, rfcAda)
		for _, refused := range []struct {
			method, path string
			body         any
		}{
			{http.MethodPost, "/Users", rfcPerson("weak", nil)},
			{http.MethodPut, "/Users/" + rfcAda, before},
			{http.MethodPatch, "/Users/" + rfcAda, rfcOps([]any{rfcOp("replace", "title", "Weak")})},
			{http.MethodDelete, "/Users/" + rfcAda, nil},
			{http.MethodGet, "/Groups/" + rfcSalesFloor, nil},
			{http.MethodPatch, "/Groups/" + rfcSalesFloor, rfcOps([]any{rfcOp("add", "members", []rfcObject{{"value": rfcAda}})})},
		} {
			if got := weak.send(t, refused.method, refused.path, refused.body); got.Status != 403 {
				t.Errorf("%s %s with a weak token: status = %d, want 403\n%s", refused.method, refused.path, got.Status, got.Body)
			}
		}
		rfcSame(t, "read", c.read(t, rfcAda), before)
	})
}

func TestConformanceOfMethods(t *testing.T) {
	t.Parallel()
	rfcStart(t).eachTree(t, func(t *testing.T, c rfcClient) {
		for _, tt := range []struct{ method, path string }{
			{http.MethodPost, "/Groups"},
			{http.MethodDelete, "/Groups/" + rfcSalesFloor},
			{http.MethodPost, "/Users/" + rfcAda},
			{http.MethodDelete, "/Users"},
			{http.MethodPost, "/ServiceProviderConfig"},
			{http.MethodPut, "/Schemas"},
		} {
			if got := c.send(t, tt.method, tt.path, rfcObject{}); got.Status != 405 && got.Status != 404 {
				t.Errorf("%s %s: status = %d, want 405 or 404", tt.method, tt.path, got.Status)
			}
		}
		if got := c.send(t, http.MethodPost, "/Bulk", rfcObject{}); got.Status != 404 {
			t.Errorf("bulk is not supported, but answers %d", got.Status)
		}
	})
}

func TestConformanceOfBothTrees(t *testing.T) {
	t.Parallel()
	c := rfcStart(t)
	made := c.create(t, rfcPerson("pat", nil))
	for _, path := range []string{
		"/Users", "/Users?count=2&startIndex=2", "/Users?filter=active+eq+false", "/Users/" + made.id(),
		"/Users/" + made.id() + "?attributes=title", "/Users/" + rfcNobody, "/Users?filter=title+eq+%22x%22",
		"/Groups?filter=displayName+eq+%22Sales+Floor%22", "/Groups/" + rfcSalesFloor,
		"/ServiceProviderConfig", "/ResourceTypes", "/ResourceTypes/User", "/Schemas", "/Schemas/" + rfcGenesys,
	} {
		one, other := c.get(t, path), c.old().get(t, path)
		moved := strings.ReplaceAll(string(other.Body), "/api/v2/scim/", "/api/v2/scim/v2/")
		if one.Status != other.Status || string(one.Body) != moved && !rfcOnlyDetailDiffers(one.Body, []byte(moved)) {
			t.Errorf("%s: %d %s\nin the other tree: %d %s", path, one.Status, one.Body, other.Status, other.Body)
		}
	}
}

// rfcOnlyDetailDiffers says whether two bodies are the same but for the text of
// an error.
func rfcOnlyDetailDiffers(one, other []byte) bool {
	var a, b rfcObject
	if json.Unmarshal(one, &a) != nil || json.Unmarshal(other, &b) != nil || a["scimType"] == nil && a["status"] == nil {
		return false
	}
	delete(a, "detail")
	delete(b, "detail")
	return rfcText(map[string]any(a)) == rfcText(map[string]any(b))
}
