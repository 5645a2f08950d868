package seed

import (
	"errors"

	"github.com/mockcloud/mockcloud/internal/identity"
)

// Bootstrap is the organization for those who want no fixtures: a home
// division, the default roles, and a user admin@<short name>.test and a
// client-credentials client that hold every role in every division.
func Bootstrap(name, secret, password string) (*Document, error) {
	if name == "" || secret == "" || password == "" {
		return nil, errors.New("bootstrap: an organization needs a name, a secret and a password")
	}
	email := "admin@" + slug(name) + ".test"
	everything := []pairEntry{{text: text{s: every + " in " + every}}}
	return resolve([]*document{{
		organization: organizationEntry{name: text{s: name}},
		environment:  environmentEntry{client: text{s: bootstrapName}, user: text{s: email}},
		users: []userEntry{{
			email: text{s: email}, name: text{s: bootstrapName}, password: text{s: password}, roles: everything,
		}},
		clients: []clientEntry{{
			name: text{s: bootstrapName}, secret: text{s: secret}, grantType: text{s: identity.GrantClientCredentials},
			description: text{s: "Holds every role in every division"}, roles: everything,
		}},
	}}, digestOf([]byte(name+"\x00"+secret+"\x00"+password)))
}

const bootstrapName = "Bootstrap Admin"
