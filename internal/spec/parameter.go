package spec

import (
	"slices"
	"strings"
)

// Parameter is what the catalogue knows of a parameter in path, query or
// header.
type Parameter struct {
	Name, In     string // In is path, query or header
	Type, Format string // of the value, or of one element of a list
	List         bool
	Required     bool
	Enum         []string // what the value, or one element, may be; nil means anything
	Default      string   // what leaving it out means, where that is one text or number
}

// Parameters lists the parameters of the operation.
func (o *Operation) Parameters() []Parameter {
	d := o.detail()
	all := make([]Parameter, len(d.params))
	for i := range d.params {
		p := &d.params[i]
		one := p
		if p.Type == "array" {
			one = p.element()
		}
		all[i] = Parameter{
			Name: p.Name, In: p.In, Type: one.Type, Format: one.Format, List: p.Type == "array",
			Required: p.Required, Enum: slices.Clone(one.Enum), Default: strings.Trim(string(p.Default), `"`),
		}
	}
	return all
}

// BodyRequired says whether a request without a body is refused.
func (o *Operation) BodyRequired() bool {
	d := o.detail()
	return d.body != nil && d.body.Required
}
