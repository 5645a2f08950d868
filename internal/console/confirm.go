package console

// confirmation is a page that asks before something is done that cannot be taken back:
// it names the thing. Its form is sent to the address of the page itself.
type confirmation struct {
	Title, Text string
	Button      string // "" means Delete
	Cancel      string // where one goes back to
	Fields      []field
}

// confirm shows it. With scripts, a link with Dialog shows the same form in a dialog.
func (v *visit) confirm(c confirmation) error {
	p := v.pageTitled("confirm", c.Title)
	if c.Button == "" {
		c.Button = v.T("delete")
	}
	p.Data = c
	return v.render(p)
}
