package scim

import "strings"

// Match says whether an If-Match or If-None-Match header names a version. A
// list of tags, weak ones and ones without quotes are understood, and * names
// every version.
func Match(etags, version string) bool {
	version = opaque(version)
	for rest := etags; rest != ""; {
		var tag string
		tag, rest = nextTag(rest)
		if tag == "*" || tag != "" && opaque(tag) == version {
			return true
		}
	}
	return false
}

// nextTag cuts a tag off a list. A comma in quotes belongs to the tag.
func nextTag(list string) (tag, rest string) {
	quoted := false
	for i := range len(list) {
		switch {
		case list[i] == '"':
			quoted = !quoted
		case list[i] == ',' && !quoted:
			return strings.TrimSpace(list[:i]), list[i+1:]
		}
	}
	return strings.TrimSpace(list), ""
}

// opaque is a tag without W/ and quotes. Versions are compared weakly, as RFC
// 7644 §3.14 has them weak.
func opaque(tag string) string {
	tag = strings.TrimSpace(tag)
	if len(tag) > 2 && strings.EqualFold(tag[:2], "W/") {
		tag = tag[2:]
	}
	if len(tag) >= 2 && tag[0] == '"' && tag[len(tag)-1] == '"' {
		tag = tag[1 : len(tag)-1]
	}
	return tag
}
