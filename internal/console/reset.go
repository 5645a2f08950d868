package console

import "net/http"

const resetPath = "/tools/reset"

// resetting registers the page that takes everything back to the fixtures.
func resetting(r *routes) {
	r.get(resetPath, askToReset)
	r.post(resetPath, reset)
}

func askToReset(v *visit) error {
	p := v.page("reset", "menu.reset")
	p.Lead = v.T("reset.lead")
	return v.render(p)
}

func reset(v *visit) error {
	if err := v.api.control(http.MethodPost, "/reset", doc{}, nil); err != nil {
		return err
	}
	// The token goes on where the fixtures bring its person back.
	switch err := v.api.get("/users/me", nil); statusOf(err) {
	case 0:
		if err != nil {
			return err
		}
		return v.done("/", "reset")
	case http.StatusUnauthorized:
		v.me = nil
		v.setCookie(cookieToken, "", -1)
		p := v.page("reset-ended", "done.reset")
		p.Lead = v.T("reset.ended")
		return v.render(p)
	default:
		return err
	}
}
