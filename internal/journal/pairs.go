package journal

import "strings"

// pairs masks what stands behind the name of a secret and a colon, wherever that is:
// for texts that are no JSON, or not all of it, in which nobody knows what is inside
// of a string.
func pairs(s string) string {
	if strings.IndexByte(s, ':') < 0 {
		return s
	}
	var b strings.Builder
	done := 0
	for i := 0; i < len(s); i++ {
		if s[i] != ':' {
			continue
		}
		name := nameBefore(s[done:i])
		if !isSecret(name) {
			continue
		}
		from, to := valueAfter(s, i+1)
		if from == to {
			continue
		}
		b.WriteString(s[done:from])
		b.WriteString(mask)
		done = to
		i = to - 1
	}
	if done == 0 {
		return s
	}
	b.WriteString(s[done:])
	return b.String()
}

// nameBefore is the name at the end of a text, in quotes or without.
func nameBefore(s string) string {
	s = strings.TrimRight(strings.TrimRight(s, " \t\r\n"), "\"'\\")
	from := len(s)
	for from > 0 && nameByte(s[from-1]) {
		from--
	}
	return s[from:]
}

// valueAfter is where the text of a value begins and ends, without quotes. An object
// or a list has none.
func valueAfter(s string, at int) (from, to int) {
	blank := func() {
		for at < len(s) && strings.IndexByte(" \t\r\n", s[at]) >= 0 {
			at++
		}
	}
	blank()
	opening := at
	for at < len(s) && s[at] == '\\' {
		at++
	}
	if at < len(s) && (s[at] == '"' || s[at] == '\'') {
		quote := s[opening : at+1] // with the backslashes of strings that it is inside of
		at++
		for end := at; end < len(s); end++ {
			if !strings.HasPrefix(s[end:], quote) {
				continue
			}
			slashes := 0
			for end-slashes > at && s[end-slashes-1] == '\\' {
				slashes++
			}
			if slashes%2 == 0 || len(quote) > 1 {
				return at, end
			}
		}
		return at, len(s)
	}
	at = opening
	end := at
	for end < len(s) && strings.IndexByte(",}]{[\" \t\r\n", s[end]) < 0 {
		end++
	}
	switch s[at:end] {
	case "true", "false", "null":
		return at, at
	}
	return at, end
}
