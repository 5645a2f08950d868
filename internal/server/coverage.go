package server

import (
	"fmt"
	"strings"

	"github.com/mockcloud/mockcloud/internal/behaviour"
	"github.com/mockcloud/mockcloud/internal/coverage"
	"github.com/mockcloud/mockcloud/internal/spec"
)

// coverageTable says what answers each operation. Nothing of it changes while the
// server runs, and so it is made once, when somebody first asks.
func (s *Server) coverageTable() *coverage.Table {
	s.coverage.once.Do(func() {
		table := &coverage.Table{Figures: coverage.Measured()}
		kinds := s.kinds()
		for op, facts := range s.catalogue.Survey {
			line := coverage.Operation{
				ID: op.ID, Method: op.Method, Path: op.Path, By: coverage.Engine, Kind: kinds[op.ID],
				Tag: facts.Tag(), Permission: permissionText(facts), Open: facts.Auth == spec.Open, Newer: facts.Newer, Deprecated: facts.Deprecated,
			}
			switch {
			case s.registry.Operation(op.ID) != nil:
				line.By, line.Kind = coverage.Family, ""
			case line.Kind == "":
				line.By = coverage.None
			}
			table.Operations = append(table.Operations, line)
		}
		s.coverage.table = table
	})
	return s.coverage.table
}

// kinds says what the engine takes each operation for that it serves.
func (s *Server) kinds() map[string]string {
	rows, err := s.engine.Table.Rows()
	if err != nil {
		// The table is part of the program, and a test reads all of it.
		panic(fmt.Sprintf("server: coverage: %v", err))
	}
	kinds := make(map[string]string, len(rows))
	for _, row := range rows {
		if row.Kind != behaviour.None {
			kinds[row.ID] = string(row.Kind)
		}
	}
	return kinds
}

// permissionText says in words which permissions an operation asks for.
func permissionText(facts *spec.Facts) string {
	if facts.UnknownPermission {
		return "unknown"
	}
	between := " or "
	if facts.Mode == spec.All {
		between = " and "
	}
	var texts []string
	for _, p := range facts.Permissions {
		texts = append(texts, p.String())
	}
	return strings.Join(texts, between)
}
