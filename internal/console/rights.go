package console

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// may says whether the visitor holds a permission in some division. Pages ask it to
// say beforehand what would be refused; the API decides.
func (v *visit) may(permission string) bool {
	if v.me == nil {
		return false
	}
	domain, rest, _ := strings.Cut(permission, ":")
	entity, action, _ := strings.Cut(rest, ":")
	for _, held := range v.permissions() {
		d, r, _ := strings.Cut(held, ":")
		e, a, _ := strings.Cut(r, ":")
		if held == "admin" { // the general permission passes every check
			return true
		}
		if (d == domain || d == "*") && (e == entity || e == "*") && (a == action || a == "*") {
			return true
		}
	}
	return false
}

// needs is the first of the permissions where the visitor holds none of them, and
// "" where one is held.
func needs(v *visit, permissions ...string) string {
	if slices.ContainsFunc(permissions, v.may) {
		return ""
	}
	return permissions[0]
}

// permissions are those of the visitor. They are many, so they are asked for when a
// page wants to know of one; whoever cannot learn them is taken for holding none.
func (v *visit) permissions() []string {
	if v.held == nil {
		me := &person{}
		if err := v.api.get("/users/me?expand=authorization", me); err != nil {
			me = &person{}
		}
		v.held = append([]string{}, me.Authorization.Permissions...)
	}
	return v.held
}

// refusal is the explanation of a refusal (see GET /_mockcloud/explain).
type refusal struct {
	WouldPass *struct {
		Permissions []string `json:"permissions"`
		Divisions   []string `json:"divisions"`
		Role        *struct {
			ID   string `json:"id"`
			Name string `json:"name"`
		} `json:"role"`
	} `json:"wouldPass"`
}

// explain asks what decided a request; nil where nobody knows.
func (v *visit) explain(correlation string) *refusal {
	var found struct {
		Requests []struct {
			Explanation json.RawMessage `json:"explanation"`
		} `json:"requests"`
	}
	if err := v.api.control(http.MethodGet, "/explain/"+url.PathEscape(correlation), nil, &found); err != nil || len(found.Requests) == 0 {
		return nil
	}
	why := &refusal{}
	if err := json.Unmarshal(found.Requests[len(found.Requests)-1].Explanation, why); err != nil {
		return nil
	}
	return why
}

// refusedPart is what a page shows in place of a part that the visitor may not see.
func (v *visit) refusedPart(err error) (*page, error) {
	if statusOf(err) != http.StatusForbidden {
		return nil, err
	}
	return &page{visit: v, Problem: v.problem(err)}, nil
}
