package clientapp

import (
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Context is what the product tells an application about where it runs, and for
// whom.
type Context struct {
	Origin       string // of the page around it
	Environment  string // the domain of the region
	Language     string // such as pt-br
	Theme        string // light or dark
	Conversation string // of an interaction widget; else ""
	PopUp        bool   // sign in in a window of its own
}

// targetEnvironment is the name of the environment that all regions share; the
// SDK for client applications knows a few names and no others.
const targetEnvironment = "prod"

// values are what the placeholders stand for. The names with pc are the older
// ones, and mean the same (the product's page on client applications; the SDK for
// client applications 2.6).
//
// Guess: the names for the theme. The environment is this server's name in place
// of a region, and the SDK takes it for one only where it names a real region.
func (c Context) values() map[string]string {
	popUp := "false"
	if c.PopUp {
		popUp = "true"
	}
	return map[string]string{
		"gcHostOrigin": c.Origin, "gcTargetEnv": targetEnvironment, "pcEnvironment": c.Environment,
		"gcLangTag": c.Language, "pcLangTag": c.Language, "gcTheme": c.Theme, "pcTheme": c.Theme,
		"gcConversationId": c.Conversation, "pcConversationId": c.Conversation,
		"gcUsePopupAuth": popUp, "pcUsePopupAuth": popUp,
	}
}

// Frame is the element that shows an application.
type Frame struct {
	URL     string
	Origin  string
	Sandbox string // the attribute, separated by spaces
	Allow   string // the attribute, "" for none

	Unknown []string // placeholders that nothing stands in for, as they are written
}

// What can be wrong with the address of an application.
var (
	ErrNoURL  = errors.New("the application has no address")
	ErrBadURL = errors.New("the address of the application is no web address")
)

var (
	placeholder = regexp.MustCompile(`\{\{\s*([A-Za-z0-9_]+)\s*\}\}`)
	// A host as it may stand in a policy of the page: nothing that ends a directive.
	plainHost = regexp.MustCompile(`^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?$`)
)

// Frame makes the element: the address with its placeholders replaced, and the
// attributes as the product makes them of the settings.
func (a *App) Frame(c Context) (*Frame, error) {
	if strings.TrimSpace(a.Settings.URL) == "" {
		return nil, ErrNoURL
	}
	f := &Frame{Sandbox: strings.Join(list(a.Settings.Sandbox), " "), Allow: strings.Join(list(a.Settings.Permissions), "; ")}
	values := c.values()
	f.URL = placeholder.ReplaceAllStringFunc(strings.TrimSpace(a.Settings.URL), func(written string) string {
		value, known := values[placeholder.FindStringSubmatch(written)[1]]
		if !known {
			if !slices.Contains(f.Unknown, written) {
				f.Unknown = append(f.Unknown, written)
			}
			return written
		}
		return url.QueryEscape(value)
	})
	u, err := url.Parse(f.URL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.User != nil || !plainHost.MatchString(u.Host) {
		return nil, ErrBadURL
	}
	f.Origin = u.Scheme + "://" + u.Host
	return f, nil
}

// Source is the origin as a policy of the page names it. Policies have no form
// for IPv6 addresses: any server of the scheme has to do.
func (f *Frame) Source() string {
	if strings.Contains(f.Origin, "[") {
		return f.Origin[:strings.Index(f.Origin, ":")+1]
	}
	return f.Origin
}
