package console

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/handlers"
)

const (
	jwtPath  = "/tools/jwt"
	maxToken = 16 << 10
)

// tokenViewer registers the page that takes a token apart. It is sent in a form and
// shown nowhere: no token is in an address, nor kept.
func tokenViewer(r *routes) {
	r.get(jwtPath, func(v *visit) error { return showToken(v, nil, "") })
	r.post(jwtPath, readToken)
}

// tokenView is what a token says.
type tokenView struct {
	Own     bool // it is that of the visitor's session
	Header  []claim
	Claims  []claim
	Checked tokenCheck
}

// claim is a member of the header or of the claims.
type claim struct {
	Name, Value, Meaning string
	Note                 string // the value in words
}

// tokenCheck is what the API says of a token.
type tokenCheck struct {
	Accepted    bool
	Whose       string // name of the user, or of the client
	Client, Org string
	Reason      string // in the words of the API
}

func readToken(v *visit) error {
	token, own := v.form("token"), v.form("own") == "true"
	if own {
		token = v.api.token
	}
	token = strings.Join(strings.Fields(token), "") // copied from a terminal, it may have line breaks
	for _, prefix := range []string{"Authorization:", "Bearer"} {
		if len(token) > len(prefix) && strings.EqualFold(token[:len(prefix)], prefix) {
			token = token[len(prefix):]
		}
	}
	switch {
	case token == "":
		return showToken(v, nil, v.T("jwt.none"))
	case len(token) > maxToken:
		return showToken(v, nil, v.T("jwt.long"))
	}
	view, err := takeApart(v, token)
	if err != nil {
		return showToken(v, nil, v.T(err.Error()))
	}
	view.Own = own
	if view.Checked, err = checkToken(v, token); err != nil {
		return err
	}
	return showToken(v, view, "")
}

// showToken shows the form, and what the token says. The token itself is not sent
// back.
func showToken(v *visit, view *tokenView, wrong string) error {
	p := v.page("jwt", "menu.jwt")
	p.Lead = v.T("jwt.lead")
	if wrong != "" {
		p.Status = http.StatusBadRequest
	}
	p.Data = dict("View", view, "Field", field{
		Name: "token", Label: v.T("jwt.token"), Hint: v.T("jwt.token.hint"), Type: "textarea", Rows: 5, Mono: true, Error: wrong,
	})
	return v.render(p)
}

// takeApart reads the header and the claims of a token. An error is the key of the
// text that says what is wrong with it.
func takeApart(v *visit, token string) (*tokenView, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, errors.New("jwt.parts")
	}
	view := &tokenView{}
	for i, target := range []*[]claim{&view.Header, &view.Claims} {
		text, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[i], "="))
		if err != nil {
			return nil, errors.New("jwt.base64")
		}
		if *target, err = claimsOf(v, text); err != nil {
			return nil, errors.New("jwt.json")
		}
	}
	return view, nil
}

// claimsOf reads the members of a JSON object, in their order.
func claimsOf(v *visit, text []byte) ([]claim, error) {
	members, err := membersOf(text)
	list := make([]claim, len(members))
	for i, m := range members {
		list[i] = v.claim(m.name, m.value)
	}
	return list, err
}

// timeClaims hold seconds since 1970.
var timeClaims = []string{"exp", "iat", "nbf", "auth_time", "updated_at"}

func (v *visit) claim(name string, value json.RawMessage) claim {
	c := claim{Name: name, Value: plain(value)}
	if has("jwt.claim." + name) {
		c.Meaning = v.T("jwt.claim." + name)
	}
	seconds, err := strconv.ParseFloat(c.Value, 64)
	if !slices.Contains(timeClaims, name) || err != nil || seconds < 0 || seconds > 253402300799 { // the end of the year 9999
		return c
	}
	at := time.Unix(int64(seconds), 0).UTC()
	c.Note = whenExactly(at)
	if name != "exp" {
		return c
	}
	key, left := "jwt.left", at.Sub(v.console.Clock.Now())
	if left <= 0 {
		key, left = "jwt.expired", -left
	}
	c.Note += " · " + v.T(key, timeSpan(left))
	return c
}

// timeSpan writes how long something is, in the two largest units.
func timeSpan(d time.Duration) string {
	units := []struct {
		name string
		size time.Duration
	}{{"d", 24 * time.Hour}, {"h", time.Hour}, {"min", time.Minute}, {"s", time.Second}}
	var words []string
	for _, u := range units {
		if n := d / u.size; n > 0 && len(words) < 2 {
			words = append(words, strconv.FormatInt(int64(n), 10)+" "+u.name)
			d -= n * u.size
		} else if len(words) > 0 {
			break
		}
	}
	if len(words) == 0 {
		return "0 s"
	}
	return strings.Join(words, " ")
}

// checkToken asks the API about a token, which shows whether the signature is good
// and everything is still as it was when the token was issued. It does not prolong
// the session of a token that is not the visitor's.
func checkToken(v *visit, token string) (tokenCheck, error) {
	asker := &client{api: v.api.api, visitor: v.api.visitor, token: token}
	answer, err := asker.raw(http.MethodGet, "/api/v2/tokens/me?preserveIdleTTL=true", "", nil)
	if err != nil {
		return tokenCheck{}, err
	}
	check := tokenCheck{Accepted: answer.status == http.StatusOK}
	decided, err := v.console.Journal.Decisions(v.Request().Context(), handlers.CorrelationID(answer))
	if err != nil {
		return check, err
	}
	why := &auth.Explanation{}
	if len(decided) > 0 {
		why = decided[len(decided)-1].Why
	}
	check.Org = why.Organization
	if why.Client != nil {
		check.Client, check.Whose = why.Client.Name, why.Client.Name
	}
	if why.User != nil {
		check.Whose = why.User.Name
	}
	if !check.Accepted {
		if check.Reason = why.Reason; check.Reason == "" {
			check.Reason = answer.failure().Message
		}
	}
	return check, nil
}
