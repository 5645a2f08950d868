package server

import (
	"strings"

	"github.com/mockcloud/mockcloud/internal/console"
	"github.com/mockcloud/mockcloud/internal/login"
	"github.com/mockcloud/mockcloud/internal/seed"
	"github.com/mockcloud/mockcloud/internal/spec"
)

// login is the login host, and mockcloud's own pages.
func (s *Server) login() *login.Login {
	l := &login.Login{
		DB: s.db, Authority: s.authority, Clock: s.config.clock, NewID: s.config.newID, Issuer: s.URL, Logger: s.config.logger,
		Scopes: s.catalogue.Scopes, PasswordGrant: s.config.passwordGrant, NoImplicit: s.config.noImplicit, Guard: s.control.Guard, TrustedHost: s.control.TrustedHost,
		FixturesDigest: s.config.fixtures.Digest(), Coverage: s.coverageTable, Documents: spec.NewDocuments(s.catalogue),
	}
	l.Issued = s.meters.countToken
	if s.config.rateLimits {
		l.Limit = s.limits.countTokenRequest(s.config.clock)
	}
	if s.config.noQuickLogin {
		return l
	}
	l.EnvironmentUser = s.config.fixtures.Environment().UserEmail
	for _, c := range s.config.fixtures.Credentials() {
		if c.Kind == seed.UserCredential && c.Secret != "" {
			l.Seeded = append(l.Seeded, login.SeededUser{Org: c.OrgID, UserID: c.ID, Email: c.Login})
		}
		if c.Kind == seed.ClientCredential {
			l.SeededClients = append(l.SeededClients, login.SeededClient{Org: c.OrgID, ID: c.ID})
		}
	}
	return l
}

// console is the admin of the organization in the browser.
func (s *Server) console(l *login.Login) *console.Console {
	return &console.Console{
		API: s, Clock: s.config.clock, Random: s.config.random, Logger: s.config.logger, Version: s.config.version,
		URL: s.URL, Own: l.ConsoleURL, TrustedHost: s.control.TrustedHost, Front: s.front,
		Journal: s.journal, Fixtures: s.config.fixtures,
	}
}

// ofConsole says whether the console serves a path.
func ofConsole(path string) bool {
	for _, page := range [...]string{"/admin", "/tools", "/signin", "/signout", "/console"} {
		if below(path, page) {
			return true
		}
	}
	return path == "/"
}

// below says whether a path is that of a page, or of one below it.
func below(path, page string) bool {
	rest, ok := strings.CutPrefix(path, page)
	return ok && (rest == "" || rest[0] == '/')
}
