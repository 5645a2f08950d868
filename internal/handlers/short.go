package handlers

import (
	"maps"
	"slices"

	"github.com/mockcloud/mockcloud/internal/apierr"
)

// maxText is how much of a text an error repeats. Messages name what the client
// sent, and names are as long as a body allows.
const maxText = 10_000

// shortened cuts what is too long in an error that is about to be sent.
func shortened(b *apierr.Body) *apierr.Body {
	b.Message, b.EntityID, b.EntityName = cut(b.Message), cut(b.EntityID), cut(b.EntityName)
	for name, value := range b.MessageParams {
		if len(value) > maxText {
			b.MessageParams = maps.Clone(b.MessageParams) // it belongs to the error, as the details do
			b.MessageParams[name] = cut(value)
		}
	}
	b.Details = slices.Clone(b.Details)
	for i := range b.Details {
		d := &b.Details[i]
		d.FieldName, d.EntityID, d.EntityName = cut(d.FieldName), cut(d.EntityID), cut(d.EntityName)
	}
	for _, inner := range b.Errors {
		shortened(inner)
	}
	return b
}

func cut(text string) string {
	if len(text) <= maxText {
		return text
	}
	end := 0
	for i := range text { // not inside of a character
		if i > maxText {
			break
		}
		end = i
	}
	return text[:end] + "…"
}
