package server

import (
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/handlers/authorization"
	"github.com/mockcloud/mockcloud/internal/handlers/identityproviders"
	"github.com/mockcloud/mockcloud/internal/handlers/oauth"
	"github.com/mockcloud/mockcloud/internal/handlers/organizations"
	"github.com/mockcloud/mockcloud/internal/handlers/tokens"
	"github.com/mockcloud/mockcloud/internal/handlers/users"
)

// family is a part of the API that implements operations by hand.
type family interface{ Register(r *handlers.Registry) }

// families lists them all. What none of them claims answers 501.
func families() []family {
	return []family{
		&authorization.Family{},
		&identityproviders.Family{},
		&oauth.Family{},
		&organizations.Family{},
		&tokens.Family{},
		&users.Family{},
	}
}
