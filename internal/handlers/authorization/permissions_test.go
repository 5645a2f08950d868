package authorization_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/spec"
)

type permissionListing struct {
	Entities []struct {
		ID            string `json:"id"`
		Name          string `json:"name"`
		Domain        string `json:"domain"`
		SelfURI       string `json:"selfUri"`
		PermissionMap map[string][]struct {
			Domain           string `json:"domain"`
			EntityType       string `json:"entityType"`
			Action           string `json:"action"`
			Label            string `json:"label"`
			AllowsConditions bool   `json:"allowsConditions"`
			DivisionAware    bool   `json:"divisionAware"`
		} `json:"permissionMap"`
	} `json:"entities"`
	Total     int `json:"total"`
	PageCount int `json:"pageCount"`
}

// strings lists the permissions in their order.
func (l *permissionListing) strings() []string {
	var all []string
	for _, d := range l.Entities {
		for _, permissions := range d.PermissionMap {
			for _, p := range permissions {
				all = append(all, p.Domain+":"+p.EntityType+":"+p.Action)
			}
		}
	}
	return all
}

func TestPermissionsListTheWholeCatalogue(t *testing.T) {
	t.Parallel()
	catalogue, err := spec.Load()
	if err != nil {
		t.Fatal(err)
	}
	want := make(map[string]bool)
	for _, p := range catalogue.Permissions() {
		want[p.String()] = true
	}
	nobody := start(t).As(t) // no permission is needed
	pages := 1
	for page := 1; page <= pages; page++ {
		got := nobody.Get(t, fmt.Sprintf("%s/permissions?pageNumber=%d", base, page))
		expect(t, got, 200, "")
		var l permissionListing
		got.JSON(t, &l)
		pages = l.PageCount
		for _, d := range l.Entities {
			if d.ID != d.Domain || d.Name != d.Domain || d.SelfURI != base+"/permissions/"+d.Domain {
				t.Errorf("domain: %+v", d)
			}
			for entity, permissions := range d.PermissionMap {
				for _, p := range permissions {
					if p.Domain != d.Domain || p.EntityType != entity || p.Label == "" {
						t.Errorf("%s %s: %+v", d.Domain, entity, p)
					}
					// Guess: no permission allows conditions; what can be moved between
					// divisions is division aware.
					if p.AllowsConditions || p.DivisionAware != catalogue.DivisionAware(p.Domain, p.EntityType) {
						t.Errorf("%+v", p)
					}
				}
			}
		}
		for _, p := range l.strings() {
			if !want[p] {
				t.Errorf("%s is listed twice or not in the catalogue", p)
			}
			delete(want, p)
		}
	}
	if len(want) > 0 {
		t.Errorf("%d permissions are not listed: %v", len(want), want)
	}
}

func TestPermissionsCanBeLookedUp(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	tests := []struct {
		name, query string
		domains     string
		has, hasNot string
	}{
		{"a domain, as Terraform asks", "queryType=domain&query=routing&pageSize=100", "routing", "routing:queue:view", "oauth:client:view"},
		{"domains", "queryType=domain&query=routing,%20oauth", "oauth routing", "oauth:client:view", "telephony:plugin:all"},
		{"a domain in another case", "queryType=DOMAIN&query=Routing", "routing", "routing:queue:view", ""},
		{"an unknown domain", "queryType=domain&query=moon", "", "", "routing:queue:view"},
		{"a permission", "queryType=permission&query=routing:queue:view", "routing", "routing:queue:view", "routing:queue:edit"},
		{"permissions", "queryType=permission&query=routing:queue:view,oauth:client:add", "oauth routing", "oauth:client:add", "oauth:client:view"},
		// Guess: parts and wildcards stand for all that they cover.
		{"an entity", "queryType=permission&query=routing:queue", "routing", "routing:queue:edit", "routing:skill:manage"},
		{"a wildcard", "queryType=permission&query=oauth:*:add", "oauth", "oauth:client:add", "oauth:client:view"},
		{"too many parts", "queryType=permission&query=routing:queue:view:x", "", "", "routing:queue:view"},
		// Guess: without a type, what is asked for says itself what it is.
		{"no type", "query=oauth:client:view,routing", "oauth routing", "routing:queue:view", "oauth:client:add"},
		{"nothing asked", "queryType=domain&query=,&pageSize=500", "*", "routing:queue:view", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := admin.Get(t, base+"/permissions?"+tt.query)
			expect(t, got, 200, "")
			var l permissionListing
			got.JSON(t, &l)
			var domains []string
			for _, d := range l.Entities {
				domains = append(domains, d.ID)
			}
			if tt.domains != "*" && strings.Join(domains, " ") != tt.domains || l.Total != len(domains) {
				t.Errorf("domains %v of %d, want %s", domains, l.Total, tt.domains)
			}
			all := " " + strings.Join(l.strings(), " ") + " "
			if tt.has != "" && !strings.Contains(all, " "+tt.has+" ") {
				t.Errorf("%s is missing in %s", tt.has, all)
			}
			if tt.hasNot != "" && strings.Contains(all, " "+tt.hasNot+" ") {
				t.Errorf("%s was not asked for", tt.hasNot)
			}
		})
	}
	expect(t, admin.Get(t, base+"/permissions?queryType=magic&query=x"), 400, "invalid.query.param.value")
}

func TestLabelsAreWords(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	got := admin.Get(t, base+"/permissions?queryType=permission&query=learning:assignment:viewOwn")
	if label := got.Str(t, "entities.0.permissionMap.assignment.0.label"); label != "View own assignment" {
		t.Errorf("label = %q", label)
	}
}

func TestProducts(t *testing.T) {
	t.Parallel()
	// Guess: the organization has these three.
	got := start(t).As(t).Get(t, base+"/products")
	want := `{"entities":[{"id":"collaboratePro"},{"id":"communicate"},{"id":"engage"}],"pageSize":3,"pageNumber":1,"total":3,"pageCount":1}`
	if got.Status != 200 || string(got.Body) != want {
		t.Errorf("products: %d %s", got.Status, got.Body)
	}
}
