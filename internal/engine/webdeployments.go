package engine

import (
	"strconv"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/store"
)

// webdeployments are the messenger configurations, which are edited as a draft and
// published under numbers, and the deployments of them (facts: terraform.md 4).
func webdeployments() subject {
	return subject{
		items: map[string]*special{
			"/webdeployments/configurations": {fill: fillConfiguration},
			"/webdeployments/deployments":    {fill: fillDeployment},
		},
		answers: map[string]answer{
			"getWebdeploymentsConfigurationVersionsDraft":         readDraft,
			"putWebdeploymentsConfigurationVersionsDraft":         writeDraft,
			"postWebdeploymentsConfigurationVersionsDraftPublish": publishDraft,
			"getWebdeploymentsConfigurationVersions":              listVersions,
		},
	}
}

const (
	configurations = "/webdeployments/configurations"
	draftVersion   = "DRAFT"
)

// fillConfiguration makes the item itself the draft.
func fillConfiguration(p *plan, c *handlers.Call, body, old fields) error {
	body["version"], body["status"] = draftVersion, "Active"
	if old == nil {
		p.setUser(c, body, "createdUser")
	}
	p.setUser(c, body, "lastModifiedUser")
	return nil
}

// setUser notes the caller where the caller is a person.
func (p *plan) setUser(c *handlers.Call, body fields, name string) {
	if c.Caller != nil && c.Caller.User != nil {
		body[name] = fields{"id": c.Caller.User.ID, "selfUri": apiPrefix + "/users/" + c.Caller.User.ID}
	}
}

func configurationOf(p *plan, c *handlers.Call) (*document, error) {
	id := c.Param("configurationId")
	d, err := find(c.Tx, configurations+"/"+escape(id))
	if err == nil && d == nil {
		err = p.notFound(c, "configurationId", id)
	}
	return d, err
}

// configurationPlan is the plan of the operation that makes configurations.
func configurationPlan(p *plan) (*plan, error) {
	return p.engine.planOf("postWebdeploymentsConfigurations")
}

func readDraft(p *plan, c *handlers.Call) (any, error) {
	d, err := configurationOf(p, c)
	if err != nil {
		return nil, err
	}
	return d.Body, nil
}

func writeDraft(p *plan, c *handlers.Call) (any, error) {
	d, err := configurationOf(p, c)
	if err != nil {
		return nil, err
	}
	maker, err := configurationPlan(p)
	if err != nil {
		return nil, err
	}
	if d, err = maker.alter(c, d, p.sent(c), true); err != nil {
		return nil, err
	}
	return d.Body, nil
}

// publishDraft keeps the draft as the next version.
func publishDraft(p *plan, c *handlers.Call) (any, error) {
	d, err := configurationOf(p, c)
	if err != nil {
		return nil, err
	}
	versions := d.Path + "/versions"
	n, err := p.next(c.Tx, versions)
	if err != nil {
		return nil, err
	}
	number := strconv.FormatUint(n, 10)
	body := d.all()
	body["version"], body["status"] = number, "Active"
	body["datePublished"] = c.Now().UTC().Format(clock.Layout)
	body["selfUri"] = apiPrefix + versions + "/" + number
	p.setUser(c, body, "publishedUser")
	published := &document{Path: versions + "/" + number, Name: d.Name}
	if published.Body, err = encode(body); err != nil {
		return nil, err
	}
	return published.Body, add(c.Tx, published)
}

// listVersions lists the draft and what has been published.
func listVersions(p *plan, c *handlers.Call) (any, error) {
	d, err := configurationOf(p, c)
	if err != nil {
		return nil, err
	}
	all, err := gather(c.Tx, d.Path+"/versions", nil)
	if err != nil {
		return nil, err
	}
	all = append([]*document{d}, all...)
	return p.answerPage(c, &page{docs: all, total: len(all), size: len(all), number: 1})
}

// fillDeployment refuses a configuration that was not published in that version.
func fillDeployment(p *plan, c *handlers.Call, body, _ fields) error {
	ref, _ := body["configuration"].(fields)
	if len(ref) == 0 {
		ref = decodeFields(rawOf(body["configuration"]))
	}
	id, version := textOf(ref["id"]), textOf(ref["version"])
	d, err := find(c.Tx, configurations+"/"+escape(id))
	if err != nil {
		return err
	}
	if d == nil || !published(c.Tx, d, version) {
		return apierr.BadRequest("There is no version " + version + " of the configuration " + id + ".").OnField("configuration")
	}
	body["status"] = "Active"
	p.setUser(c, body, "lastModifiedUser")
	key := textOf(body["id"])
	// Guess: what clients paste into a page is the script tag of the messenger; here
	// it names the deployment and loads nothing from elsewhere.
	body["snippet"] = `<script data-deployment-id="` + key + `"></script>`
	return nil
}

func published(tx *store.Tx, d *document, version string) bool {
	return version == draftVersion || items.Has(tx, d.Path+"/versions/"+escape(version))
}
