package engine

import (
	"net/http"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/internal/store"
)

// messengers are integrations of messaging and what they use where nothing else is
// said.
func messengers() subject {
	const (
		settings    = "/conversations/messaging/settings"
		oldSettings = "/messaging/settings"
		contents    = "/conversations/messaging/supportedcontent"
	)
	return subject{items: map[string]*special{
		"/conversations/messaging/integrations/{}": {view: viewIntegration},
	}, answers: map[string]answer{
		"getConversationsMessagingSettingsDefault":         defaultItem(settings, oldSettings),
		"putConversationsMessagingSettingsDefault":         setDefaultItem("settingId", settings, oldSettings),
		"getMessagingSettingsDefault":                      defaultItem(oldSettings, settings),
		"putMessagingSettingsDefault":                      setDefaultItem("settingId", oldSettings, settings),
		"getConversationsMessagingSupportedcontentDefault": defaultItem(contents),
		"putConversationsMessagingSupportedcontentDefault": setDefaultItem("id", contents),
	}}
}

// viewIntegration says of which messenger an integration is, where those of all are
// listed: the one whose path it lies below.
func viewIntegration(_ *plan, _ *handlers.Call, body fields, shape *spec.Shape) fields {
	const property = "messengerType"
	if !shape.Has(property) || body[property] != nil {
		return body
	}
	path, _ := strings.CutPrefix(textOf(body["selfUri"]), apiPrefix+"/conversations/messaging/integrations/")
	of, _, _ := strings.Cut(path, "/")
	for _, value := range shape.Property(property).Enum {
		if value == of {
			body[property] = of
		}
	}
	return body
}

// defaultItem answers the item that was made the default, or else the first.
//
// Guess: an organization in which nobody has chosen has a default of its own, for
// which the first stands in. Where there is none, there is no default.
func defaultItem(collections ...string) answer {
	return func(p *plan, c *handlers.Call) (any, error) {
		chosen, err := peek(&singletons, c.Tx, p.at(c))
		if err != nil {
			return nil, err
		}
		if chosen != nil {
			d, err := findIn(c.Tx, textOf(shallow(chosen.Body)["id"]), collections)
			if err != nil {
				return nil, err
			}
			if d != nil {
				return p.present(c, d, p.answer, false)
			}
		}
		for _, collection := range collections {
			for _, key := range items.Scan(c.Tx, store.Range{Index: "order", Prefix: collection + separator}) {
				d, err := items.Peek(c.Tx, key)
				if err != nil {
					return nil, err
				}
				return p.present(c, d, p.answer, false)
			}
		}
		return nil, p.notFound(c, "", "default")
	}
}

// findIn finds an item that lies in one of several collections; nil where it does in
// none.
func findIn(tx *store.Tx, id string, collections []string) (*document, error) {
	for _, collection := range collections {
		path := collection + "/" + escape(id)
		if id == "" || len(path) > maxPath {
			continue
		}
		if d, err := find(tx, path); err != nil || d != nil {
			return d, err
		}
	}
	return nil, nil
}

// setDefaultItem makes an item the default, which the body names by a property.
func setDefaultItem(property string, collections ...string) answer {
	return func(p *plan, c *handlers.Call) (any, error) {
		id := textOf(p.plainBody(c)[property])
		d, err := findIn(c.Tx, id, collections)
		if err != nil {
			return nil, err
		}
		if d == nil {
			return nil, apierr.Newf(http.StatusBadRequest, "bad.request", "There is no item with the %s %.100s.", property, id).OnField(property)
		}
		body, err := encode(fields{"id": id})
		if err != nil {
			return nil, err
		}
		if err := singletons.Put(c.Tx, &document{Path: p.at(c), Body: body}); err != nil {
			return nil, err
		}
		return p.present(c, d, p.answer, false)
	}
}
