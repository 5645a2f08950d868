package journal

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// spots masks the secrets in a text that stand where other formats have them: in the
// address of a server, behind the scheme of an Authorization header, in elements of
// XML, and in the parts of a form with files.
func spots(s string) string { return elements(parts(schemes(userInfo(s)))) }

// userInfo masks the password in https://user:password@host. A text may end in it.
func userInfo(s string) string {
	return masked(s, "://", func(rest string) (from, to int) {
		end := strings.IndexAny(rest, "/?#\"'<>\\ \t\r\n")
		if end < 0 {
			end = len(rest)
		}
		at := strings.LastIndexByte(rest[:end], '@')
		from = strings.IndexByte(rest[:end], ':') + 1
		if at < 0 && end == len(rest) { // it is a port, and perhaps a template follows; or there was more
			if more := strings.TrimLeft(rest[from:], "0123456789]:"); more != "" && more[0] != '$' {
				at = end
			}
		}
		return from, at
	})
}

// masked puts the mask in place of what a function finds behind each mark: where it
// begins, which is not at once, and where it ends.
func masked(s, mark string, find func(rest string) (from, to int)) string {
	if !strings.Contains(s, mark) {
		return s
	}
	var b strings.Builder
	for {
		i := strings.Index(s, mark)
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		i += len(mark)
		from, to := find(s[i:])
		if from <= 0 || to <= from || template(s[i+from:i+to]) {
			b.WriteString(s[:i])
			s = s[i:]
			continue
		}
		b.WriteString(s[:i+from])
		b.WriteString(mask)
		s = s[i+to:]
	}
}

// schemePattern is what stands in an Authorization header.
var schemePattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\b([Bb]asic|[Bb]earer) +([A-Za-z0-9+/_.~-]{8,}=*)`)
})

// schemes masks what follows the scheme of an Authorization header and is no word.
func schemes(s string) string {
	if !strings.Contains(s, "asic ") && !strings.Contains(s, "earer ") {
		return s
	}
	return schemePattern().ReplaceAllStringFunc(s, func(found string) string {
		scheme, value, _ := strings.Cut(found, " ")
		if value = strings.TrimLeft(value, " "); !strings.ContainsFunc(value[1:], func(c rune) bool { return c == '=' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') }) {
			return found
		}
		return scheme + " " + mask
	})
}

// elements masks what is in elements of XML whose names are those of secrets.
func elements(s string) string {
	if !strings.Contains(s, ">") {
		return s
	}
	return masked(s, "<", func(rest string) (from, to int) {
		end := strings.IndexFunc(rest, func(c rune) bool { return c != ':' && (c > 127 || !nameByte(byte(c))) })
		if end <= 0 {
			return 0, 0
		}
		name := rest[:end]
		if !isSecret(name[strings.LastIndexByte(name, ':')+1:]) {
			return 0, 0
		}
		from = strings.IndexByte(rest, '>') + 1
		if from == 0 || rest[from-2] == '/' {
			return 0, 0
		}
		if to = strings.Index(rest[from:], "</"+name); to < 0 {
			to = len(rest) - from
		}
		return from, from + to
	})
}

// longestHeader is how much is looked at of the headers of a part.
const longestHeader = 1 << 10

// parts masks the values of a form in parts (RFC 7578) whose names are those of
// secrets.
func parts(s string) string {
	return masked(s, "form-data;", func(rest string) (from, to int) {
		near := rest[:min(len(rest), longestHeader)]
		header, blank := len(near), 0
		for _, end := range []string{"\r\n\r\n", "\n\n"} {
			if i := strings.Index(near, end); i >= 0 && i < header {
				header, blank = i, len(end)
			}
		}
		line, _, _ := strings.Cut(near[:header], "\n")
		fields := strings.Split(line, ";")
		if !slices.ContainsFunc(fields, func(field string) bool {
			key, name, _ := strings.Cut(field, "=")
			return strings.EqualFold(strings.TrimSpace(key), "name") && isSecretOrCode(name)
		}) {
			return 0, 0
		}
		from = header + blank
		if to = strings.Index(rest[from:], "\n--"); to < 0 {
			return from, len(rest)
		}
		return from, from + len(strings.TrimRight(rest[from:from+to], "\r"))
	})
}
