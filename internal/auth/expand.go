package auth

import (
	"iter"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/spec"
)

// Expand goes through the permissions that a policy gives, written as
// domain:entity:action. Wildcards stand for what the catalogue knows.
func Expand(cat *spec.Catalogue, p *identity.Policy) iter.Seq[string] {
	return func(yield func(string) bool) {
		if p.EntityName != "*" && p.EntityName != "" {
			for _, action := range p.ActionSet {
				if action != "*" && !yield(p.Domain+":"+p.EntityName+":"+action) {
					return
				}
			}
		}
		if !wild(p) {
			return
		}
		for k := range covered(cat, p) {
			if !yield(k.String()) {
				return
			}
		}
	}
}

func wild(p *identity.Policy) bool { return p.EntityName == "*" || slices.Contains(p.ActionSet, "*") }

// covered goes through the permissions of the catalogue that the policy gives, by
// entity and action.
func covered(cat *spec.Catalogue, p *identity.Policy) iter.Seq[spec.Permission] {
	return func(yield func(spec.Permission) bool) {
		known := cat.Permissions()
		from, _ := slices.BinarySearchFunc(known, p.Domain, func(k spec.Permission, domain string) int { return strings.Compare(k.Domain, domain) })
		for _, k := range known[from:] {
			if k.Domain != p.Domain {
				return
			}
			inside := (p.EntityName == "*" || p.EntityName == k.Entity) && (slices.Contains(p.ActionSet, "*") || slices.Contains(p.ActionSet, k.Action))
			if inside && !yield(k) {
				return
			}
		}
	}
}

// maxExpanded bounds the policies that wildcards become: each entity of the
// catalogue, several times.
const maxExpanded = 2000

// WithoutWildcards writes policies as the real service stores them since June
// 2026: one for each entity, with its actions (authorization.md §5). A policy whose
// wildcards stand for nothing that the catalogue knows stays as it is, and so do all
// where they stand for more than a role can mean to say.
func WithoutWildcards(cat *spec.Catalogue, policies []identity.Policy) []identity.Policy {
	var all []identity.Policy
	for i := range policies {
		p := &policies[i]
		if !wild(p) {
			all = append(all, *p)
			continue
		}
		if len(all) > maxExpanded {
			return policies
		}
		start := len(all)
		for k := range covered(cat, p) {
			if len(all) == start || all[len(all)-1].EntityName != k.Entity {
				one := *p
				one.EntityName, one.ActionSet = k.Entity, nil
				all = append(all, one)
			}
			last := &all[len(all)-1]
			last.ActionSet = append(last.ActionSet, k.Action)
		}
		switch {
		case len(all) == start:
			all = append(all, *p)
		case p.EntityName != "*":
			// Actions that were named and that the catalogue does not know.
			last := &all[len(all)-1]
			for _, action := range p.ActionSet {
				if action != "*" && !slices.Contains(last.ActionSet, action) {
					last.ActionSet = append(last.ActionSet, action)
				}
			}
		}
	}
	return all
}
