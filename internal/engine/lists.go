package engine

import (
	"strings"
	"time"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/store"
)

// lists are the contact lists of campaigns, and the lists of those who are not to be
// called.
func lists() subject {
	s := subject{answers: map[string]answer{
		"getOutboundContactlist":                      sized("/contacts"),
		"getOutboundContactlists":                     allSized("/contacts"),
		"getOutboundContactlistsDivisionview":         sized("/contacts"),
		"getOutboundContactlistsDivisionviews":        allSized("/contacts"),
		"getOutboundDnclist":                          sized(dncPlaces...),
		"getOutboundDnclists":                         allSized(dncPlaces...),
		"getOutboundDnclistsDivisionview":             sized(dncPlaces...),
		"getOutboundDnclistsDivisionviews":            allSized(dncPlaces...),
		"postOutboundDnclistPhonenumbers":             addDNC,
		"postOutboundDnclistEmailaddresses":           addDNC,
		"patchOutboundDnclistPhonenumbers":            changeDNC("phoneNumbers"),
		"patchOutboundDnclistEmailaddresses":          changeDNC("emailAddresses"),
		"patchOutboundDnclistWhatsappnumbers":         changeDNC("whatsAppNumbers"),
		"patchOutboundDnclistCustomexclusioncolumns":  changeDNC("customExclusionColumnEntries"),
		"deleteOutboundDnclistPhonenumbers":           emptyDNC,
		"deleteOutboundDnclistEmailaddresses":         emptyDNC,
		"deleteOutboundDnclistWhatsappnumbers":        emptyDNC,
		"deleteOutboundDnclistCustomexclusioncolumns": emptyDNC,
	}}
	return s
}

// dncPlaces are where a list keeps whom it excludes.
var dncPlaces = []string{"/phonenumbers", "/emailaddresses", "/whatsappnumbers", "/customexclusioncolumns"}

// sizeOf is how many items lie below a list.
func sizeOf(tx *store.Tx, list *document, places []string) (int, error) {
	size := 0
	for _, place := range places {
		n, err := total(tx, list.Path+place)
		if err != nil {
			return 0, err
		}
		size += n
	}
	return size, nil
}

// withSize adds the size to a list, where the query asks for it and the answer has
// a property for it.
func withSize(c *handlers.Call, d *document, places []string) (*document, error) {
	if c.Input.Query.Get("includeSize") != "true" {
		return d, nil
	}
	n, err := sizeOf(c.Tx, d, places)
	if err != nil {
		return nil, err
	}
	return d.with(fields{"size": number(n)})
}

// sized is GET of a list.
func sized(places ...string) answer {
	return func(p *plan, c *handlers.Call) (any, error) {
		d, err := p.item(c)
		if err != nil {
			return nil, err
		}
		if d, err = withSize(c, d, places); err != nil {
			return nil, err
		}
		return p.present(c, d, p.answer, p.whole)
	}
}

// allSized is the listing of them.
func allSized(places ...string) answer {
	return func(p *plan, c *handlers.Call) (any, error) {
		pg, err := p.page(c, p.at(c))
		if err != nil {
			return nil, err
		}
		for i, d := range pg.docs {
			if pg.docs[i], err = withSize(c, d, places); err != nil {
				return nil, err
			}
		}
		return p.answerPage(c, pg)
	}
}

// placeOf is where the operation's entries lie.
func placeOf(p *plan, c *handlers.Call) (string, error) {
	list, err := find(c.Tx, "/outbound/dnclists/"+escape(c.Param("dncListId")))
	if err != nil {
		return "", err
	}
	if list == nil {
		return "", p.notFound(c, "dncListId", c.Param("dncListId"))
	}
	return list.Path + p.op.Path[strings.LastIndexByte(p.op.Path, '/'):], p.permit(c, list.Division)
}

// exclude adds entries; those that are there already stay.
func exclude(c *handlers.Call, place string, entries []string, expires string) error {
	if len(entries) > maxElements {
		return tooMany("", maxElements)
	}
	for _, entry := range entries {
		d := &document{Path: place + "/" + escape(entry), Name: entry}
		if len(d.Path) > maxPath {
			return apierr.BadRequest("An entry is too long.").OnField("body")
		}
		if entry == "" || items.Has(c.Tx, d.Path) {
			continue
		}
		body := fields{"id": entry}
		if expires != "" {
			body["expirationDateTime"] = expires
		}
		var err error
		if d.Body, err = encode(body); err != nil {
			return err
		}
		if err := add(c.Tx, d); err != nil {
			return err
		}
	}
	return nil
}

// addDNC is POST of entries.
func addDNC(p *plan, c *handlers.Call) (any, error) {
	place, err := placeOf(p, c)
	if err != nil {
		return nil, err
	}
	return handlers.None{}, exclude(c, place, textsOf(c.Input.Body), c.Input.Query.Get("expirationDateTime"))
}

// changeDNC adds entries or removes them.
func changeDNC(property string) answer {
	return func(p *plan, c *handlers.Call) (any, error) {
		place, err := placeOf(p, c)
		if err != nil {
			return nil, err
		}
		body := p.plainBody(c)
		entries := textsOf(body[property])
		if textOf(body["action"]) != "Remove" {
			return handlers.None{}, exclude(c, place, entries, textOf(body["expirationDateTime"]))
		}
		if len(entries) > maxElements {
			return nil, tooMany(property, maxElements)
		}
		for _, entry := range entries {
			d, err := find(c.Tx, place+"/"+escape(entry))
			if err != nil {
				return nil, err
			}
			if d != nil {
				if err := remove(c.Tx, d); err != nil {
					return nil, err
				}
			}
		}
		return handlers.None{}, nil
	}
}

// before tells whether a date is over; what is none never is.
func before(date string, now time.Time) bool {
	at, err := clock.Parse(date)
	return err == nil && at.Before(now)
}

// emptyDNC removes all entries, or those whose time is over.
func emptyDNC(p *plan, c *handlers.Call) (any, error) {
	place, err := placeOf(p, c)
	if err != nil {
		return nil, err
	}
	expired := c.Input.Query.Get("expiredOnly") == "true"
	now := c.Now()
	docs, err := gather(c.Tx, place, func(r *record) bool { return !expired || before(textOf(r.property("expirationDateTime")), now) })
	if err != nil {
		return nil, err
	}
	for _, d := range docs {
		if err := remove(c.Tx, d); err != nil {
			return nil, err
		}
	}
	return handlers.None{}, nil
}
