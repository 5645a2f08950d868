package console

import "strings"

// field is one of a form: a label, a control, a hint, and what is wrong with it.
// The template "field" shows it.
type field struct {
	Name     string // in the form
	Label    string
	Hint     string
	Value    string
	Error    string
	Type     string // of the input: text if left out; or textarea, select, checkbox, radio
	Options  []option
	Required bool
	Mono     bool   // ids, addresses and code
	Rows     int    // of a textarea
	Checked  bool   // of a checkbox
	Complete string // the attribute autocomplete; off if left out
	ReadOnly bool
}

// option is one of a select, or of radio buttons.
type option struct {
	Value, Label, Hint string
	Selected           bool
	Disabled           bool
}

// ID is that of the control on the page.
func (f field) ID() string { return "f-" + f.Name }

// Autocomplete is the value of that attribute.
func (f field) Autocomplete() string {
	if f.Complete == "" {
		return "off"
	}
	return f.Complete
}

// choose marks the option with that value.
func choose(options []option, value string) []option {
	for i := range options {
		options[i].Selected = options[i].Value == value
	}
	return options
}

// locked are the fields of a form as those see it who lack what it needs: nothing can
// be changed.
func locked(fields []field, needs string) []field {
	if needs == "" {
		return fields
	}
	for i := range fields {
		fields[i].ReadOnly = true
		for j := range fields[i].Options {
			fields[i].Options[j].Disabled = !fields[i].Options[j].Selected
		}
	}
	return fields
}

// plainLines makes line ends what browsers count: one character.
func plainLines(text string) string {
	return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
}
