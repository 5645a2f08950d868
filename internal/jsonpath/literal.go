package jsonpath

import "strings"

// word reads true, false, null or a number.
func (r *stepReader) word() (*Value, decimal, error) {
	for _, w := range []string{"true", "false", "null"} {
		if !strings.HasPrefix(r.text[r.pos:], w) {
			continue
		}
		r.pos += len(w)
		if w == "null" {
			return NewNull(), decimal{}, nil
		}
		return NewBool(w == "true"), decimal{}, nil
	}
	start := r.pos
	for r.pos < len(r.text) && strings.IndexByte("0123456789-+.eE", r.text[r.pos]) >= 0 {
		r.pos++
	}
	text := r.text[start:r.pos]
	number, ok := parseDecimal(text)
	if !ok {
		r.pos = start
		return nil, decimal{}, r.fail("a path, a number, true, false, null or a text in quotes should be here")
	}
	return &Value{kind: Number, text: text}, number, nil
}

// jsonLiteral reads an array or object, in which names and texts may have
// single quotes or none.
func (r *stepReader) jsonLiteral() (*Value, error) {
	end := closingBracket(r.text, r.pos)
	if end < 0 {
		return nil, r.fail("the bracket is not closed")
	}
	if v, err := Parse([]byte(r.text[r.pos : end+1])); err == nil {
		r.pos = end + 1
		return v, nil
	}
	return r.loose()
}

// loose reads a value as json-smart's permissive mode does.
func (r *stepReader) loose() (*Value, error) {
	if err := r.enter(r.base + r.pos); err != nil {
		return nil, err
	}
	defer r.leave()
	switch c := r.blank(); c {
	case '[':
		return r.looseArray()
	case '{':
		return r.looseObject()
	case '\'', '"':
		text, err := r.quotedText(c)
		return NewString(text), err
	default:
		return looseWord(r.bare(",]}")), nil
	}
}

// bare reads text without quotes up to one of the characters in ends.
func (r *stepReader) bare(ends string) string {
	length := strings.IndexAny(r.text[r.pos:], ends)
	if length < 0 {
		length = len(r.text) - r.pos
	}
	text := strings.Trim(r.text[r.pos:r.pos+length], " ")
	r.pos += length
	return text
}

func looseWord(text string) *Value {
	if v, err := Parse([]byte(text)); err == nil {
		return v
	}
	return NewString(text)
}

func (r *stepReader) looseArray() (*Value, error) {
	array := NewArray()
	r.pos++
	if r.blank() == ']' {
		r.pos++
		return array, nil
	}
	for {
		item, err := r.loose()
		if err != nil {
			return nil, err
		}
		array.Append(item)
		switch r.blank() {
		case ',':
			r.pos++
		case ']':
			r.pos++
			return array, nil
		default:
			return nil, r.fail("a comma or ] is missing")
		}
	}
}

func (r *stepReader) looseObject() (*Value, error) {
	object := NewObject()
	r.pos++
	if r.blank() == '}' {
		r.pos++
		return object, nil
	}
	for {
		key, err := r.looseKey()
		if err != nil {
			return nil, err
		}
		if r.blank() != ':' {
			return nil, r.fail("a colon is missing")
		}
		r.pos++
		member, err := r.loose()
		if err != nil {
			return nil, err
		}
		object.Set(key, member)
		switch r.blank() {
		case ',':
			r.pos++
		case '}':
			r.pos++
			return object, nil
		default:
			return nil, r.fail("a comma or } is missing")
		}
	}
}

func (r *stepReader) looseKey() (string, error) {
	if c := r.blank(); c == '\'' || c == '"' {
		return r.quotedText(c)
	}
	return r.bare(":,}"), nil
}
