package engine

import (
	"github.com/mockcloud/mockcloud/internal/handlers"
)

// telephony are the sites and what belongs to them (facts: terraform.md 4).
func telephony() subject {
	return subject{
		items: map[string]*special{
			"/telephony/providers/edges/sites": {fill: fillSite},
		},
		answers: map[string]answer{
			"getTelephonyMediaregions": mediaRegions,

			"getTelephonyProvidersEdgesTrunkbasesettingsAvailablemetabases": metabases,
		},
	}
}

// fillSite puts the site itself into its lists of sites: they are never absent.
func fillSite(p *plan, _ *handlers.Call, body, _ fields) error {
	id := textOf(body["id"])
	self := []any{fields{"id": id, "selfUri": apiPrefix + "/telephony/providers/edges/sites/" + id}}
	for _, name := range []string{"primarySites", "secondarySites"} {
		if body[name] == nil {
			body[name] = self
		}
	}
	return nil
}

// trunkMetabases are what base settings of trunks are made of.
//
// Guess: which more there are, and their names. These are those that examples for
// Terraform use.
var trunkMetabases = []struct{ use, id, name, kind string }{
	{"EXTERNAL", "external_sip_pcv_byoc_carrier.json", "BYOC Carrier", "EXTERNAL_BYOC_CARRIER"},
	{"PHONE", "phone_connections_webrtc.json", "WebRTC Phone Connections", "STATION_CDM_WEBRTC"},
}

// metabases lists them.
func metabases(p *plan, c *handlers.Call) (any, error) {
	size, n, err := p.asked(c)
	if err != nil {
		return nil, err
	}
	all := []any{}
	for _, m := range trunkMetabases {
		if use := c.Input.Query.Get("type"); use == "" || use == m.use {
			all = append(all, fields{
				"id": m.id, "name": m.name, "type": m.kind, "state": "active", "selfUri": apiPrefix + "/telephony/providers/edges/trunkbasesettings/availablemetabases/" + m.id,
			})
		}
	}
	shown := handlers.Cut(all, handlers.Paging{Size: size, Number: n})
	return p.wrap(c, &page{size: size, number: n, total: len(all)}, shown), nil
}

// mediaRegions says where media could be: nowhere but here, under the name of the
// region that most examples use.
//
// Guess: the real answer depends on the organization's own region.
func mediaRegions(*plan, *handlers.Call) (any, error) {
	return fields{"awsHomeRegion": "us-east-1", "awsCoreRegions": []string{"us-east-1"}, "awsSatelliteRegions": []string{}}, nil
}
