// Package scim implements /api/v2/scim, in both of its trees: users and groups as
// identity providers provision them, and the documents that say what can be done.
// The users, groups, divisions, roles, skills and languages are those of the
// Platform API; the language itself (attributes, filters, PATCH) is the business of
// the package of that name below, and what a change of a user entails that of
// package directory.
package scim

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/scim"
)

// Family is the SCIM family. The zero value is ready to use.
type Family struct{}

// Register claims this family's operations.
func (f *Family) Register(r *handlers.Registry) {
	on(r, "getScimUsers", f.users)
	on(r, "postScimUsers", f.createUser)
	before(r, "postScimUsers", f.preparePassword)
	on(r, "getScimUser", f.user)
	on(r, "putScimUser", f.replaceUser)
	before(r, "putScimUser", f.preparePassword)
	on(r, "patchScimUser", f.patchUser)
	before(r, "patchScimUser", f.preparePatchedPassword)
	on(r, "deleteScimUser", f.deleteUser)

	on(r, "getScimGroups", f.groups)
	on(r, "getScimGroup", f.group)
	on(r, "putScimGroup", f.replaceGroup)
	on(r, "patchScimGroup", f.patchGroup)

	on(r, "getScimServiceproviderconfig", f.providerConfig)
	on(r, "getScimResourcetypes", f.resourceTypes)
	on(r, "getScimResourcetype", f.resourceType)
	on(r, "getScimSchemas", f.schemas)
	on(r, "getScimSchema", f.schema)
}

// trees are what stands in the ids of the operations of the two trees.
var trees = [...]string{"Scim", "ScimV2"}

// on registers fn in both trees.
func on[In, Out any](r *handlers.Registry, id string, fn func(context.Context, *handlers.Call, In) (Out, error)) {
	for _, tree := range trees {
		handlers.On(r, strings.Replace(id, "Scim", tree, 1), func(ctx context.Context, c *handlers.Call, in In) (Out, error) {
			out, err := fn(ctx, c, in)
			return out, public(err)
		})
	}
}

func before(r *handlers.Registry, id string, fn func(context.Context, *handlers.Call) error) {
	for _, tree := range trees {
		r.Before(strings.Replace(id, "Scim", tree, 1), func(ctx context.Context, c *handlers.Call) error { return public(fn(ctx, c)) })
	}
}

// public turns an error of SCIM into one of the API, which says the same.
func public(err error) error {
	refusal, ok := errors.AsType[*scim.Error](err)
	if !ok {
		return err
	}
	code := "general.bad.request"
	switch refusal.Status {
	case http.StatusNotFound:
		code = "general.resource.not.found"
	case http.StatusConflict:
		code = "general.conflict"
	}
	e := apierr.New(refusal.Status, code, refusal.Detail)
	e.ScimType = refusal.Type
	return e
}

// invalid refuses the value of an attribute.
func invalid(format string, args ...any) error {
	return scim.Errorf(http.StatusBadRequest, scim.InvalidValue, format, args...)
}

// notFound is the 404 for a user or a group.
func notFound(kind, id string) error {
	return scim.Errorf(http.StatusNotFound, "", "There is no %s with the id [%.100s].", kind, id)
}

// base is the address of the tree that the request came through, such as
// http://localhost:8080/api/v2/scim/v2.
func base(c *handlers.Call) string {
	tree := "/api/v2/scim"
	if strings.HasPrefix(c.Operation.Path, tree+"/v2/") {
		tree += "/v2"
	}
	return c.Authority.Issuer() + tree
}

const headerETag = "ETag"

// etag is how the version of a user or group is written, in the header and in
// meta.version (help article "SCIM and Genesys Cloud field mappings").
func etag(version int) string { return strconv.Quote(strconv.Itoa(version)) }

// checkMatch applies If-Match, "" where it was not sent. What is stale is a 400
// here, not a 412 (facts: integrations.md §12).
func checkMatch(ifMatch string, version int) error {
	if ifMatch == "" || scim.Match(ifMatch, etag(version)) {
		return nil
	}
	return scim.Errorf(http.StatusBadRequest, scim.InvalidVers, "The version in If-Match is not the current one, %s.", etag(version))
}

// answer is a resource with its ETag.
func answer(resource scim.Object, version int) handlers.Reply {
	return handlers.Reply{Header: map[string]string{headerETag: etag(version)}, Body: resource}
}

// unlessCurrent is the 304 for a client that has the version already; ok is false
// where it does not.
func unlessCurrent(ifNoneMatch, version string) (reply handlers.Reply, ok bool) {
	if ifNoneMatch == "" || !scim.Match(ifNoneMatch, version) {
		return reply, false
	}
	return handlers.Reply{Status: http.StatusNotModified, Header: map[string]string{headerETag: version}, Body: handlers.None{}}, true
}

// A change makes of a resource what a request wants it to be.
type change func(current scim.Object) (scim.Object, error)

// replacement reads the body of a PUT: what it has is the new value, and null and
// the empty list take away. What readOnly names is passed over (RFC 7644 §3.5.1);
// a change of something else that cannot be written is refused.
//
// Guess: what the body leaves out stays as it is. The help article "Does Genesys
// Cloud SCIM sync information from Genesys Cloud to identity management systems?"
// says that attributes which are not mapped are not overwritten, and Okta, which
// updates by PUT, leaves those out.
func replacement(c *handlers.Call, of *scim.ResourceType, readOnly ...string) (change, error) {
	body, _ := c.Input.Body.(scim.Object)
	sent := maps.Clone(body)
	maps.DeleteFunc(sent, func(name string, _ any) bool {
		return slices.ContainsFunc(readOnly, func(other string) bool { return strings.EqualFold(name, other) })
	})
	if err := of.Check(of.Canonical(sent)); err != nil {
		return nil, err
	}
	return func(current scim.Object) (scim.Object, error) { return of.Replace(current, sent) }, nil
}

// operations reads the body of a PATCH.
func operations(c *handlers.Call, of *scim.ResourceType) (change, error) {
	sent, _ := c.Input.Body.(scim.Object)
	all, err := scim.ParsePatch(sent)
	if err != nil {
		return nil, err
	}
	return func(current scim.Object) (scim.Object, error) { return of.Apply(current, all) }, nil
}

// text is a text of a resource, or "".
func text(of scim.Object, name string) string {
	value, _ := of[name].(string)
	return value
}

// object is an object inside of a resource, such as an extension; empty where there
// is none.
func object(of scim.Object, name string) scim.Object {
	value, _ := of[name].(scim.Object)
	return value
}

// items are the objects of a list.
func items(of scim.Object, name string) []scim.Object {
	list, _ := of[name].([]any)
	objects := make([]scim.Object, 0, len(list))
	for _, item := range list {
		if o, ok := item.(scim.Object); ok {
			objects = append(objects, o)
		}
	}
	return objects
}

// put adds what is assigned: no empty text, and no empty list (RFC 7643 §2.5).
func put(to scim.Object, name string, value any) {
	switch v := value.(type) {
	case string:
		if v == "" {
			return
		}
	case []any:
		if len(v) == 0 {
			return
		}
	case scim.Object:
		if len(v) == 0 {
			return
		}
	}
	to[name] = value
}
