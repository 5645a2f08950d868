package server_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/spec"
)

// knownIDs are the ids of what is there, by what it is: "user", "role" and so on.
type knownIDs struct {
	byKind map[string][]string
	all    []string
}

// kindOf makes userId, users, USER and user one.
func kindOf(name string) string {
	name = strings.ToLower(name)
	name = strings.TrimSuffix(strings.TrimSuffix(name, "ids"), "id")
	if stem, many := strings.CutSuffix(name, "ies"); many {
		return stem + "y"
	}
	return strings.TrimSuffix(name, "s")
}

// aliases are the names by which operations call what others call otherwise.
var aliases = map[string][]string{
	"subject": {"user", "group", "client"}, "member": {"user"}, "individual": {"user"}, "owner": {"user"}, "source": {"purecloud"}, "code": {"wrapupcode"}, "definition": {"definition", "presencedefinition"},
	"presence": {"presencedefinition", "definition"}, "provider": {"identityprovider"}, "object": {"queue", "user", "wrapupcode"}, "type": {"type"}, "manager": {"user"}, "target": {"role", "user"}, "roledivision": {"role"}, "grant": {"role"}, "add": {"user"}, "remove": {"user"},
	"integrationtype": {"type"}, "presencedefinitionid": {"definition"}, "product": {"product"}, "starting": {"role", "division"},
}

func (k *knownIDs) of(name string) []string {
	kind := kindOf(name)
	ids := k.byKind[kind]
	for _, other := range aliases[kind] {
		ids = append(slices.Clip(ids), k.byKind[other]...)
	}
	return ids
}

func (k *knownIDs) knows(name string) bool { return len(k.of(name)) > 0 }

// pick is mostly an id of the kind, and now and then one of another.
func (k *knownIDs) pick(rng *rand.Rand, name string) string {
	if of := k.of(name); len(of) > 0 && rng.IntN(12) > 0 {
		return one(rng, of)
	}
	if len(k.all) > 0 && rng.IntN(4) > 0 {
		return one(rng, k.all)
	}
	return someKey
}

func (k *knownIDs) add(kind, id string) {
	kind = kindOf(kind)
	if id == "" || slices.Contains(k.byKind[kind], id) {
		return
	}
	if k.byKind == nil {
		k.byKind = map[string][]string{}
	}
	k.byKind[kind] = append(k.byKind[kind], id)
	k.all = append(k.all, id)
}

func (k *knownIDs) clone() knownIDs {
	c := knownIDs{byKind: make(map[string][]string, len(k.byKind)), all: slices.Clone(k.all)}
	for kind, ids := range k.byKind {
		c.byKind[kind] = slices.Clone(ids)
	}
	return c
}

// learn asks every implemented list without parameters for what is there.
func (k *knownIDs) learn(ops []*spec.Operation, get func(target string) *oddAnswer) {
	for _, op := range ops {
		if op.Method != http.MethodGet || strings.Contains(op.Path, "{") {
			continue
		}
		a := get(op.Path + "?pageSize=50")
		var list struct {
			Entities []struct{ ID string }
		}
		if a.status != http.StatusOK || json.Unmarshal(a.body, &list) != nil {
			continue // no list of objects, or one that wants to be asked otherwise
		}
		kind := op.Path[strings.LastIndexByte(op.Path, '/')+1:]
		for _, e := range list.Entities {
			k.add(kind, e.ID)
		}
	}
}

// path is the operation's path with ids that exist, where some of the kind do.
func (k *knownIDs) path(rng *rand.Rand, op *spec.Operation) string {
	return k.pathWith(rng, op, "", "")
}

// pathWith has one parameter replaced by a text that stands there as it is.
func (k *knownIDs) pathWith(rng *rand.Rand, op *spec.Operation, odd, text string) string {
	path := op.Path
	for _, p := range op.Parameters() {
		if p.In != "path" {
			continue
		}
		value := text
		if p.Name != odd {
			value = sample(p)
			if len(p.Enum) == 0 && p.Type == "string" && p.Format == "" {
				value = k.pick(rng, p.Name)
			} else if len(p.Enum) > 0 {
				value = one(rng, p.Enum)
			}
			value = url.PathEscape(value)
		}
		path = strings.ReplaceAll(path, "{"+p.Name+"}", value)
	}
	return path
}

// required are the query parameters without which nothing works.
func required(op *spec.Operation) url.Values {
	query := url.Values{}
	for _, p := range op.Parameters() {
		if p.In == "query" && p.Required {
			query.Set(p.Name, sample(p))
		}
	}
	return query
}

// router finds the operation that a request is for, independently of the server.
type router map[string][]route // by method and number of segments

type route struct {
	op       *spec.Operation
	segments []string
}

func newRouter(ops []*spec.Operation) router {
	r := router{}
	for _, op := range ops {
		segments := strings.Split(op.Path, "/")
		key := fmt.Sprint(op.Method, len(segments))
		r[key] = append(r[key], route{op, segments})
	}
	return r
}

// find returns nil where the target belongs to no operation. What stands in a
// path as it is goes before parameters, from left to right.
func (r router) find(method, target string) *spec.Operation {
	path, _, _ := strings.Cut(target, "?")
	i := strings.Index(path, "/api/v2/")
	if i < 0 {
		return nil
	}
	segments := strings.Split(path[i:], "/")
	var best route
	for _, candidate := range r[fmt.Sprint(method, len(segments))] {
		if candidate.fits(segments) && (best.op == nil || candidate.before(best)) {
			best = candidate
		}
	}
	return best.op
}

func (c route) fits(segments []string) bool {
	for i, s := range c.segments {
		if s != segments[i] && (s == "" || s[0] != '{' || segments[i] == "") {
			return false
		}
	}
	return true
}

func (c route) before(other route) bool {
	for i, s := range c.segments {
		if o := other.segments[i]; s != o {
			return o[0] == '{' && s[0] != '{'
		}
	}
	return false
}
