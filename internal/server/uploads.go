package server

import (
	"github.com/mockcloud/mockcloud/internal/actions"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/upload"
)

// uploads is the door for files, with what takes them.
func (s *Server) uploads() *upload.Door {
	purpose, receiver := s.engine.Receiver()
	return &upload.Door{
		DB: s.db, Clock: s.config.clock, Logger: s.config.logger, RequestID: handlers.CorrelationID,
		Receivers: map[string]upload.Receiver{
			actions.FunctionPackage: actions.PackageReceiver(s.config.newID, s.config.clock),
			purpose:                 receiver,
		},
	}
}

// downloads is where files are got.
func (s *Server) downloads() *upload.Outlet {
	return &upload.Outlet{
		DB: s.db, Clock: s.config.clock, Logger: s.config.logger, RequestID: handlers.CorrelationID, Signer: s.engine.Signer, Open: s.engine.Open,
	}
}
