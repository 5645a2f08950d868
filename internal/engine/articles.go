package engine

import (
	"errors"
	"strings"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/internal/store"
)

// articles are the documents of knowledge bases, which are drafts until a version
// of them is made (facts: terraform.md 3).
func articles() subject {
	return subject{items: map[string]*special{
		"/knowledge/knowledgebases/{}/documents":             {check: checkArticle},
		"/knowledge/knowledgebases/{}/documents/{}/versions": {fill: numberVersion, stored: publishArticle},
	}}
}

// checkArticle refuses a document in a category, or with a label, that the base
// does not have.
//
// Guess: the code; the document has none for it.
func checkArticle(p *plan, c *handlers.Call, body, _ fields) error {
	base := expand("/knowledge/knowledgebases/{knowledgeBaseId}", c)
	if id := textOf(body["categoryId"]); id != "" && !items.Has(c.Tx, base+"/categories/"+escape(id)) {
		return p.noReference(c, "categoryId", id)
	}
	for _, id := range textsOf(body["labelIds"]) {
		if !items.Has(c.Tx, base+"/labels/"+escape(id)) {
			return p.noReference(c, "labelIds", id)
		}
	}
	return nil
}

// numberVersion counts the versions of a document.
func numberVersion(p *plan, c *handlers.Call, body, old fields) error {
	if old != nil {
		return nil
	}
	n, err := p.next(c.Tx, p.at(c))
	if err != nil {
		return err
	}
	body["versionNumber"], body["datePublished"] = number(int(n)), c.Now().UTC().Format(clock.Layout)
	article, err := find(c.Tx, p.innermostPath(c))
	if err == nil && article != nil && body["document"] == nil {
		body["document"] = article.deep()
	}
	return err
}

// variationOfVersions is the shape of the variations that versions hold.
func (p *plan) variationOfVersions() (*spec.Shape, error) {
	kept, err := p.engine.Table.Collection(p.collection.Path + "/{}/variations")
	if err != nil || kept == nil {
		return nil, err
	}
	return p.engine.entityOf(kept), nil
}

// publishArticle keeps the variations with the version, and says at the document
// that it is published.
func publishArticle(p *plan, c *handlers.Call, d, old *document) error {
	path := d.collection()[:strings.LastIndexByte(d.collection(), '/')]
	article, err := find(c.Tx, path)
	if err != nil || article == nil || old != nil {
		return err
	}
	variations, err := gather(c.Tx, path+"/variations", nil)
	if err != nil {
		return err
	}
	entity, err := p.variationOfVersions()
	if err != nil || entity == nil {
		return err
	}
	for _, v := range variations {
		kept := &document{Path: d.Path + "/variations/" + escape(v.key()), Name: v.Name}
		fitted, _ := entity.Fit(v.deep(), spec.Filler{Now: c.Now(), ID: v.key()})
		if kept.Body, err = encode(fitted); err != nil {
			return err
		}
		if err := add(c.Tx, kept); err != nil && !errors.Is(err, store.ErrExists) {
			return err
		}
	}
	held := shallow(d.Body)
	published, err := article.with(fields{
		"state": "Published", "datePublished": held["datePublished"], "lastPublishedVersionNumber": held["versionNumber"],
		"documentVersion": fields{"id": d.key(), "selfUri": apiPrefix + d.Path},
	})
	if err != nil {
		return err
	}
	return replace(c.Tx, article, published)
}
