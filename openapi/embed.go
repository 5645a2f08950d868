// Package openapi holds the API catalogue as data: the generated facts of the
// specification, the hand-written corrections, and the description of the login
// endpoints. Package spec gives them meaning; see NOTICE for where they come
// from.
package openapi

import _ "embed" // the catalogue

// The generated catalogue. Every file starts with comment lines ("#") and is
// sorted by its first columns.
var (
	// Operations has one line per operation, by path and method.
	//go:embed operations.txt
	Operations string

	// Schemas has one line per schema, by name.
	//go:embed schemas.txt
	Schemas string

	// Errors has one line per documented status, code and message.
	//go:embed errors.txt
	Errors string

	// Behaviour has one line per operation: what it does, derived from the shapes
	// above.
	//go:embed behaviour.txt
	Behaviour string

	// Collections has one line per collection and singleton of Behaviour.
	//go:embed collections.txt
	Collections string
)

// The hand-written part.
var (
	// Overlay corrects and completes the generated catalogue.
	//go:embed overlay.json
	Overlay string

	// BehaviourOverlay corrects what Behaviour is derived to.
	//go:embed behaviour.json
	BehaviourOverlay string

	// Divisions maps the object types that live in divisions to the domain and
	// entity of their permissions and to the action that moves them.
	//go:embed divisions.tsv
	Divisions string

	// Login describes the endpoints outside /api/v2, as an OpenAPI 3 document.
	//go:embed login.yaml
	Login string

	// Descriptions has a short text for each operation that this project
	// implements by hand.
	//go:embed descriptions.yaml
	Descriptions string
)

// Lists of names, one a line.
var (
	// Topics are the names of what clients can be told of.
	//go:embed topics.txt
	Topics string

	// Timezones are the names of the time zone database, those that only repeat
	// others left out.
	//go:embed timezones.txt
	Timezones string
)
