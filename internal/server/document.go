package server

import (
	"fmt"
	"os"
	"runtime/debug"

	"github.com/mockcloud/mockcloud/internal/behaviour"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/internal/swagger"
	"github.com/mockcloud/mockcloud/openapi"
)

// loadCatalogue reads the embedded catalogue and what its operations do, and lays
// the Swagger document of the file over it, where there is one.
func loadCatalogue(file string) (*spec.Catalogue, *behaviour.Table, error) {
	if file == "" {
		c, err := spec.Load()
		return c, behaviour.Open(openapi.Behaviour, openapi.Collections), err
	}
	source, err := os.ReadFile(file)
	if err != nil {
		return nil, nil, err
	}
	texts, err := swagger.Extend(swagger.Texts{Operations: openapi.Operations, Schemas: openapi.Schemas, Errors: openapi.Errors}, source)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", file, err)
	}
	table, err := derive(spec.Texts(texts))
	if err != nil {
		return nil, nil, err
	}
	// Most of a large document is garbage by now, which would stay until the heap
	// has grown by that much again.
	debug.FreeOSMemory()
	c, err := spec.LoadWith(spec.Texts(texts))
	return c, table, err
}

// derive finds out what the operations of a catalogue do. It looks at every schema;
// what that leaves behind goes with a catalogue of its own.
func derive(texts spec.Texts) (*behaviour.Table, error) {
	c, err := spec.LoadWith(texts)
	if err != nil {
		return nil, err
	}
	return behaviour.Derive(c, openapi.BehaviourOverlay)
}
