package engine

import (
	"maps"
	"strings"

	"github.com/mockcloud/mockcloud/internal/handlers"
)

// campaigns are asked for their progress one by one, or many at once (see progress).
func campaigns() subject {
	return subject{items: map[string]*special{
		"/outbound/campaigns/{}/progress":          {fill: fillProgress},
		"/outbound/messagingcampaigns/{}/progress": {fill: fillProgress},
	}}
}

func fillProgress(p *plan, c *handlers.Call, body, _ fields) error {
	campaign, err := find(c.Tx, strings.TrimSuffix(p.at(c), "/progress"))
	if err != nil || campaign == nil {
		return err
	}
	far, err := progressOf(c, campaign)
	maps.Copy(body, far)
	return err
}

// progressOf is how far a campaign has come: nobody has been called.
func progressOf(c *handlers.Call, campaign *document) (fields, error) {
	list, _ := decodeFields(campaign.Body)["contactList"].(fields)
	n, err := total(c.Tx, "/outbound/contactlists/"+escape(textOf(list["id"]))+"/contacts")
	if err != nil {
		return nil, err
	}
	return fields{
		"campaign": fields{"id": campaign.key(), "name": campaign.Name, "selfUri": apiPrefix + campaign.Path}, "contactList": list,
		"numberOfContactsCalled": number(0), "numberOfContactsMessaged": number(0), "totalNumberOfContacts": number(n), "percentage": number(0),
	}, nil
}
