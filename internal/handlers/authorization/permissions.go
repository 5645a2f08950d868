package authorization

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/spec"
)

// permissionView is the schema DomainPermission. Its spelling differs from that
// of policies: entityType, allowsConditions (authorization.md §4).
type permissionView struct {
	Domain           string `json:"domain"`
	EntityType       string `json:"entityType"`
	Action           string `json:"action"`
	Label            string `json:"label"`
	AllowsConditions bool   `json:"allowsConditions"`
	DivisionAware    bool   `json:"divisionAware"`
}

// permissionDomain is the schema DomainPermissionCollection: the permissions of
// one domain by entity.
type permissionDomain struct {
	ID            string                      `json:"id"`
	Name          string                      `json:"name"`
	Domain        string                      `json:"domain"`
	PermissionMap map[string][]permissionView `json:"permissionMap"`
	SelfURI       string                      `json:"selfUri"`
}

type permissionQuery struct {
	Type  string `query:"queryType"` // domain or permission
	Query string `query:"query"`     // divided by commas
}

// permissions pages through domains, in their order. It lists what operations of
// the catalogue ask for; the real list is longer (authorization.md §4).
func (f *Family) permissions(_ context.Context, c *handlers.Call, in permissionQuery) (*handlers.Listing[*permissionDomain], error) {
	p, err := handlers.PageOf(c, maxPageSize)
	if err != nil {
		return nil, err
	}
	asked := in.parse()
	var domains [][]spec.Permission
	for _, permission := range c.Catalogue.Permissions() {
		if len(asked) > 0 && !slices.ContainsFunc(asked, func(parts []string) bool { return answers(permission, parts) }) {
			continue
		}
		last := len(domains) - 1
		if last < 0 || domains[last][0].Domain != permission.Domain {
			domains = append(domains, nil)
			last++
		}
		domains[last] = append(domains[last], permission)
	}
	page := handlers.Cut(domains, p)
	views := make([]*permissionDomain, len(page))
	for i, permissions := range page {
		views[i] = viewDomain(c.Catalogue, permissions)
	}
	return handlers.NewListing(c, views, p, len(domains)), nil
}

// parse returns the parts of each item that was asked for. Of an item of type
// domain only the first part counts.
func (q *permissionQuery) parse() [][]string {
	var asked [][]string
	for item := range strings.SplitSeq(q.Query, ",") {
		if item = strings.TrimSpace(item); item == "" {
			continue
		}
		parts := strings.Split(item, ":")
		if q.Type == "domain" {
			parts = parts[:1]
		}
		asked = append(asked, parts)
	}
	return asked
}

// answers says whether a permission is what was asked for: a domain, an entity
// of it, or one action, with "*" for any.
func answers(p spec.Permission, parts []string) bool {
	own := []string{p.Domain, p.Entity, p.Action}
	if len(parts) > len(own) {
		return false
	}
	for i, part := range parts {
		if part != "*" && !strings.EqualFold(part, own[i]) {
			return false
		}
	}
	return true
}

func viewDomain(catalogue *spec.Catalogue, permissions []spec.Permission) *permissionDomain {
	domain := permissions[0].Domain
	v := &permissionDomain{
		ID: domain, Name: domain, Domain: domain, PermissionMap: make(map[string][]permissionView),
		SelfURI: "/api/v2/authorization/permissions/" + domain,
	}
	for _, p := range permissions {
		v.PermissionMap[p.Entity] = append(v.PermissionMap[p.Entity], permissionView{
			Domain: p.Domain, EntityType: p.Entity, Action: p.Action, Label: label(p),
			DivisionAware: catalogue.DivisionAware(p.Domain, p.Entity),
		})
	}
	return v
}

// label is a text for people, such as "View own agent schedule" for the action
// viewOwn on agentSchedule.
func label(p spec.Permission) string {
	text := words(p.Action) + " " + words(p.Entity)
	return strings.ToUpper(text[:1]) + text[1:]
}

// words takes an identifier in camel case apart.
func words(identifier string) string {
	var b strings.Builder
	var before rune
	for _, r := range identifier {
		if unicode.IsUpper(r) && unicode.IsLower(before) {
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToLower(r))
		before = r
	}
	return b.String()
}

// product is the schema DomainOrganizationProduct.
type product struct {
	ID string `json:"id"`
}

// products lists what the organization has bought. Terraform reads it at the
// start of every run (terraform.md §1).
func (f *Family) products(context.Context, *handlers.Call, handlers.None) (*handlers.Listing[product], error) {
	all := []product{{"collaboratePro"}, {"communicate"}, {"engage"}}
	return handlers.BareListing(all, handlers.Paging{Size: len(all), Number: 1}, len(all)), nil
}
