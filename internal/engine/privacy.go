package engine

import "github.com/mockcloud/mockcloud/internal/handlers"

// privacy are the requests of people about their data, which are fulfilled at once.
func privacy() subject {
	return subject{items: map[string]*special{"/gdpr/requests": {fill: fulfill}}}
}

// fulfill says that a request has been done. What an export finds is the request
// itself: nothing here keeps track of whom data is about.
func fulfill(p *plan, c *handlers.Call, body, old fields) error {
	if old != nil || body["status"] != nil {
		return nil
	}
	body["status"] = "COMPLETED"
	if textOf(body["requestType"]) != "GDPR_EXPORT" {
		return nil
	}
	address, err := p.engine.newDownload(c.Tx, c.Authority.Issuer(), c.NewID(), p.at(c)+"/"+escape(textOf(body["id"])), "subject.json")
	if err != nil {
		return err
	}
	body["resultsUrl"], body["resultsUrls"] = address, []any{address}
	return nil
}
