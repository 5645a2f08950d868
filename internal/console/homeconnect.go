package console

import (
	"bytes"
	"io/fs"
	"strings"

	"github.com/mockcloud/mockcloud/fixtures"
	"github.com/mockcloud/mockcloud/internal/seed"
)

// seeded is what the organization began with, as far as the first page tells it apart
// from what people have made.
type seeded struct {
	clients  map[string]bool // ids
	clientID string          // of the client that `mockcloud env` prints
	secret   string          // its secret; "" unless it is published
}

// seededOf reads the fixtures. A secret that is in none of the embedded ones is
// somebody's own, and stays theirs.
func seededOf(d *seed.Document) seeded {
	s := seeded{clients: make(map[string]bool)}
	if d == nil {
		return s
	}
	for _, c := range d.Credentials() {
		if c.Kind == seed.ClientCredential {
			s.clients[c.ID] = true
		}
	}
	e := d.Environment()
	s.clientID = e.ClientID
	names, _ := fs.Glob(fixtures.Organizations, "*.yaml") // the pattern is good
	for _, name := range names {
		content, err := fixtures.Organizations.ReadFile(name)
		if err == nil && e.ClientSecret != "" && bytes.Contains(content, []byte("secret: "+e.ClientSecret+"\n")) {
			s.secret = e.ClientSecret
		}
	}
	return s
}

// homeConnect is the card that tells how programs connect.
type homeConnect struct {
	Environment string // lines for a shell
	Tabs        []link
	Code        string // of the chosen tab
	Filled      bool   // the lines do as they stand
}

// connectCard fills the lines in with the fixtures' client where that is as it was.
// Everything else about a client is on its own page.
func connectCard(v *visit, sample *oauthClient) homeConnect {
	origin, known := v.origin(), v.console.fixtures()
	client, secret := sample, known.secret
	if client == nil {
		client, secret = &oauthClient{ID: placeClientID, GrantType: oauthGrants[0]}, ""
	} else if !client.Modified.Equal(client.Created) { // it may have a new secret
		secret = ""
	}
	filled := secret != ""
	if !filled {
		secret = placeSecret
	}
	lines := snippetsOf(origin, client, "")
	lines = append(lines, snippet{"CLI gc", cliSnippet(origin, client.ID)}, snippet{"Terraform", terraformSnippet(origin)})
	c := homeConnect{Filled: filled, Environment: "export MOCKCLOUD_URL=" + shellWord(origin) +
		"\nexport GENESYSCLOUD_OAUTHCLIENT_ID=" + shellWord(client.ID) + "\nexport GENESYSCLOUD_OAUTHCLIENT_SECRET=" + shellWord(secret)}
	chosen := 0
	for n, l := range lines {
		if tabOf(l.Name) == v.query("sdk") {
			chosen = n
		}
	}
	for n, l := range lines {
		c.Tabs = append(c.Tabs, link{Name: l.Name, Href: "/?sdk=" + tabOf(l.Name) + "#connect", Current: n == chosen})
	}
	c.Code = strings.ReplaceAll(lines[chosen].Code, placeSecret, secret)
	return c
}

// tabOf is what the address calls a tab.
func tabOf(name string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '.' {
			return -1
		}
		return r
	}, strings.ToLower(name))
}
