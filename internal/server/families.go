package server

import (
	"github.com/mockcloud/mockcloud/internal/contactcenter"
	"github.com/mockcloud/mockcloud/internal/engine"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/handlers/authorization"
	"github.com/mockcloud/mockcloud/internal/handlers/greetings"
	"github.com/mockcloud/mockcloud/internal/handlers/groups"
	"github.com/mockcloud/mockcloud/internal/handlers/identityproviders"
	"github.com/mockcloud/mockcloud/internal/handlers/integrations"
	"github.com/mockcloud/mockcloud/internal/handlers/oauth"
	"github.com/mockcloud/mockcloud/internal/handlers/organizations"
	"github.com/mockcloud/mockcloud/internal/handlers/presence"
	"github.com/mockcloud/mockcloud/internal/handlers/presencedefinitions"
	"github.com/mockcloud/mockcloud/internal/handlers/routing"
	"github.com/mockcloud/mockcloud/internal/handlers/scim"
	"github.com/mockcloud/mockcloud/internal/handlers/systempresences"
	"github.com/mockcloud/mockcloud/internal/handlers/tokens"
	"github.com/mockcloud/mockcloud/internal/handlers/users"
	"github.com/mockcloud/mockcloud/internal/handlers/voicemail"
)

// family is a part of the API that implements operations by hand.
type family interface{ Register(r *handlers.Registry) }

// families lists them all. What none of them claims is the engine's.
func (s *Server) families() []family {
	return []family{
		&authorization.Family{Objects: append(s.engineObjects(),
			authorization.Objects{Type: "QUEUE", Count: contactcenter.QueuesIn, DivisionOf: contactcenter.DivisionOfQueue, Move: contactcenter.MoveQueue},
			authorization.Objects{Type: "WRAPUPCODE", Count: contactcenter.WrapupCodesIn},
		)},
		&greetings.Family{},
		&groups.Family{Users: users.Render},
		&identityproviders.Family{},
		&integrations.Family{Engine: s.actions, Bell: &s.bell, RateLimits: s.config.rateLimits},
		&oauth.Family{Usage: s.usage},
		&organizations.Family{DefaultSite: engine.DefaultSite},
		&presence.Family{},
		&presencedefinitions.Family{},
		&routing.Family{},
		&scim.Family{},
		&systempresences.Family{},
		&tokens.Family{},
		&users.Family{},
		&voicemail.Family{},
	}
}
